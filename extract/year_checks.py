"""What two reports of a body on years running must agree on: identities 7 to 9.

The checks stand with the current reading of the later report. They are made again for each report
that was touched and for those on the year after, so that the order of arrival does not matter. A
report is compared with one of its own scope, else with the only other where one is unclear.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from extract.checks import check_identity, not_applicable
from extract.identities import PREVIOUS, YEAR_IDENTITIES, Identity, Needs
from extract.report import Check, ReportScope, TableForm
from extract.rows import Columns, check_row

YEAR_CHECKS = tuple(dict.fromkeys(identity.name for identity in YEAR_IDENTITIES))
"""Their names in ``checks``."""

_CELLS = tuple(
    sorted(
        {
            name.removeprefix(PREVIOUS)
            for one in YEAR_IDENTITIES
            for name in (*one.printed, *one.computed, *one.subtracted)
        }
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearReading:
    """What of a report's current reading these identities need; ``cells`` by name, None where
    blank."""

    record_id: str
    table2_form: TableForm | None
    table3_form: TableForm | None
    cells: dict[str, float | int | None]


def derive_year_checks(db: sqlite3.Connection, touched: Collection[str]) -> None:
    """Makes the checks across years of these reports, and of the following ones, again.

    ``touched`` are ids of reports whose readings changed, in whatever way.
    """
    again = set(touched)
    for report_id in touched:
        again |= set(of_year(db, report_id, 0)) | set(of_year(db, report_id, 1))
    for report_id in sorted(again):
        db.execute(FORGET, {"report": report_id})
        reading = _reading(db, report_id)
        if reading is not None:
            earlier = year_before(db, report_id)
            before = _reading(db, earlier) if earlier else None
            rows = [check_row(c, report_id, reading.record_id) for c in compare(reading, before)]
            _insert(db, rows)


def year_before(db: sqlite3.Connection, report_id: str, years: int = 1) -> str | None:
    """The report, so many years before, that this one is compared with; None where there is none,
    or which is open."""
    body, year, scope = report_id.rsplit("/", 2)
    found = of_year(db, report_id, -years)
    same = f"{body}/{int(year) - years}/{scope}"
    if same in found or len(found) != 1:
        return same if same in found else None
    unclear = ReportScope.UNCLEAR.value
    return found[0] if unclear in (scope, found[0].rsplit("/", 1)[1]) else None


def of_year(db: sqlite3.Connection, report_id: str, years: int) -> list[str]:
    """The same body's reports so many years later, of any scope; ids end in /<year>/<scope>."""
    body, year, _ = report_id.rsplit("/", 2)
    ids = [f"{body}/{int(year) + years}/{scope.value}" for scope in ReportScope]
    return [row[0] for row in db.execute(OF_YEAR, ids)]


def compare(reading: YearReading, before: YearReading | None) -> Iterator[Check]:
    """Each identity at each place, or once where the form has it not; ``before`` is the reading
    of the year before, None when there is none."""
    values: dict[str, float | int | None] = dict(reading.cells)
    if before is not None:
        values |= {f"{PREVIOUS}{name}": value for name, value in before.cells.items()}
    for name in YEAR_CHECKS:
        identities = [one for one in YEAR_IDENTITIES if one.name == name]
        if _applies(identities[0], reading, before):
            form = _form(identities[0], reading)
            yield from (check_identity(one, values, form) for one in identities)
        else:
            yield not_applicable(name, identities[0].severity)


def _applies(identity: Identity, reading: YearReading, before: YearReading | None) -> bool:
    """Whether both forms have the cells; a year that is missing is no form."""
    form = _form(identity, reading)
    earlier = _form(identity, before) if before else None
    if form is None:
        return False
    return not identity.forms or (
        form in identity.forms and (earlier is None or earlier in identity.forms)
    )


def _form(identity: Identity, reading: YearReading) -> TableForm | None:
    return reading.table3_form if identity.needs is Needs.TABLE_3 else reading.table2_form


def _reading(db: sqlite3.Connection, report_id: str) -> YearReading | None:
    row = db.execute(READING, {"report": report_id}).fetchone()
    if row is None:
        return None
    record_id, form2, form3 = row
    cells: dict[str, float | int | None] = {}
    if form2 or form3:
        cells = dict(db.execute(CELLS, [report_id, *_CELLS]).fetchall())
    return YearReading(
        record_id=record_id,
        table2_form=TableForm(form2) if form2 else None,
        table3_form=TableForm(form3) if form3 else None,
        cells=cells,
    )


def _insert(db: sqlite3.Connection, rows: list[Columns]) -> None:
    names = list(rows[0])
    marks = ",".join(f":{name}" for name in names)
    db.executemany(f"INSERT INTO checks ({','.join(names)}) VALUES ({marks})", rows)  # noqa: S608


READING = "SELECT record_id, table2_form, table3_form FROM reports WHERE report_id = :report"

OF_YEAR = (
    "SELECT report_id FROM reports "  # noqa: S608
    f"WHERE report_id IN ({','.join('?' * len(ReportScope))}) ORDER BY report_id"
)

CELLS = (
    "SELECT name, value FROM _current_cells WHERE report_id = ? "  # noqa: S608
    f"AND name IN ({','.join('?' * len(_CELLS))})"
)

FORGET = (
    "DELETE FROM checks WHERE record_id IN "  # noqa: S608
    "(SELECT record_id FROM report_documents WHERE report_id = :report) "
    f"AND identity IN ({', '.join(repr(name) for name in YEAR_CHECKS)})"
)
