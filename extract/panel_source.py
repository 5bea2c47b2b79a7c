"""Reports as the panel reads them: one at a time, in the order of the panel's key, memory flat."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.database import connect_database
from extract.errors import ExtractError
from extract.export import number
from extract.report_values import (
    FIRST_YEAR_OF_APPENDIX,
    FIRST_YEAR_OF_TABLES,
    Number,
    ReportValues,
    Stated,
)
from extract.schema import corpus_migrations
from extract.selection import Selection
from extract.variables import APPENDIX

_TABLES = frozenset((2, 3, 4))
_TABLE_NAMED = re.compile(r"table ([234])\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """A cell that counts for a report; ``place`` is its provenance (JSON)."""

    name: str
    value: Number | None
    raw: str | None
    unit: str | None
    table: int
    record_id: str
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """A report with all of its values. ``columns`` are those of the REPORTS query, by name;
    ``errors_failed`` counts identities that the form demands and the report breaks.
    """

    columns: Mapping[str, str | int | None]
    cells: Sequence[CellRow]
    figures: Sequence[Stated]
    values: ReportValues
    errors_failed: int


@contextmanager
def reading_corpus(path: Path) -> Iterator[sqlite3.Connection]:
    """corpus.db in one state for all that is read of it, also while a crawl writes; rows by name.

    Raises ExtractError when there is none, NewerSchema for one of a newer nianbao, ArchiveError for
    one that a crawl has yet to bring up to date.
    """
    if not path.exists():
        raise ExtractError(
            f"there is no corpus at {path}; run `nianbao crawl` first, or give --data"
        )
    db = connect_database(path, corpus_migrations, read_only=True)
    try:
        db.row_factory = sqlite3.Row
        db.execute("BEGIN")
        yield db
    finally:
        db.close()


def iter_source_reports(
    db: sqlite3.Connection,
    selection: Selection,
    is_left_out: Callable[[str], bool],
) -> Iterator[SourceReport]:
    """The selected reports in order of body, year and scope, but those that are left out by id."""
    where, given = selection.condition()
    for row in db.execute(REPORTS.format(where=where), given):
        if not is_left_out(row["report_id"]):
            yield _report(db, row, dict(map(tuple, db.execute(OWNERS, [row["report_id"]]))))


def find_source_report(db: sqlite3.Connection, report_id: str) -> SourceReport | None:
    """The report of this id; None when there is none."""
    row = db.execute(REPORTS.format(where="r.report_id = ?"), [report_id]).fetchone()
    if row is None:
        return None
    return _report(db, row, dict(map(tuple, db.execute(OWNERS, [report_id]))))


def _report(db: sqlite3.Connection, row: sqlite3.Row, owners: dict[int, str]) -> SourceReport:
    cells = _cells(db, owners)
    figures = [_stated(one) for one in db.execute(FIGURES, [row["record_id"]])]
    by_measure: dict[str, list[Stated]] = {}
    for figure in figures:
        by_measure.setdefault(figure.measure, []).append(figure)
    values = ReportValues(
        year=row["report_year"],
        cells={cell.name: cell.value for cell in cells},
        figures=by_measure,
        records=owners,
        forms={2: row["table2_form"], 3: row["table3_form"], APPENDIX: row["appendix_form"]},
        unread=_unread(db, row),
    )
    return SourceReport(
        columns={name: row[name] for name in row.keys()},  # noqa: SIM118 -- rows by name
        cells=cells,
        figures=figures,
        values=values,
        errors_failed=_errors_failed(db, row["record_id"], owners),
    )


def _cells(db: sqlite3.Connection, owners: dict[int, str]) -> list[CellRow]:
    """Each table from the reading that owns it, in order of table and name."""
    found = []
    for record in dict.fromkeys(owners.values()):
        for name, value, raw, unit, table, place in db.execute(CELLS, [record]):
            if owners.get(table) == record:
                found.append(
                    CellRow(
                        name=name,
                        value=number(value),
                        raw=raw,
                        unit=unit,
                        table=table,
                        record_id=record,
                        place=place,
                    )
                )
    found.sort(key=lambda cell: (cell.table, cell.name))
    return found


def _stated(row: sqlite3.Row) -> Stated:
    value = number(row["value"])
    assert value is not None
    return Stated(
        measure=row["measure"],
        value=value,
        unit=row["unit"],
        qualifier=row["qualifier"],
        negated=bool(row["negated"]),
        scope=row["scope"],
        quote=row["quote"],
        start=row["original_start"],
        end=row["original_end"],
    )


def _unread(db: sqlite3.Connection, row: sqlite3.Row) -> frozenset[int]:
    """The tables that findings say are there and were not read. A picture or file that was not
    read may hold what is demanded of the report's year."""
    found: set[int] = set()
    for kind, message in db.execute(FINDINGS, [row["report_id"], row["entry_url"]]):
        if kind in ("table_in_picture", "attachment_unread"):
            found |= _tables_of(row["report_year"])
        elif named := _TABLE_NAMED.match(message):
            found.add(int(named[1]))
        elif message.startswith("appendix"):
            found.add(APPENDIX)
    return frozenset(found)


def _tables_of(year: int) -> frozenset[int]:
    if year >= FIRST_YEAR_OF_TABLES:
        return _TABLES
    return frozenset((APPENDIX,)) if year >= FIRST_YEAR_OF_APPENDIX else frozenset()


def _errors_failed(db: sqlite3.Connection, current: str, owners: dict[int, str]) -> int:
    failed = 0
    for record in {current, *owners.values()}:
        for table, count in db.execute(FAILED, [record]):
            if owners.get(table, current) == record:
                failed += count
    return failed


REPORTS = """
SELECT r.body_id, r.report_year, r.report_scope, r.report_id, r.record_id, b.name, b.body_type,
    b.admin_level, b.division_today, r.division, r.division_name, r.title, r.issuing_body,
    r.reporting_for, r.published_on, r.signed_on, r.period_start, r.period_end, r.doc_number,
    r.table2_form, r.table3_form, r.appendix_form, r.tables_source, r.confidence,
    d.script, d.url, d.entry_url, d.captured_at, d.payload_digest
FROM reports r JOIN bodies b USING (body_id) JOIN documents d ON d.record_id = r.record_id
WHERE {where} ORDER BY r.body_id, r.report_year, r.report_scope
"""

OWNERS = "SELECT table_no, record_id FROM report_tables WHERE report_id = ? ORDER BY table_no"

CELLS = """
SELECT name, value, raw, unit, coalesce(table_no, 0), provenance FROM cells WHERE record_id = ?
"""

FIGURES = "SELECT * FROM figures WHERE record_id = ? ORDER BY ordinal"

FINDINGS = """
SELECT f.kind, f.message FROM report_documents rd JOIN findings f ON f.record_id = rd.record_id
WHERE rd.report_id = ?
AND f.kind IN ('table_in_picture', 'table_unreadable', 'table_row_unreadable')
UNION ALL
SELECT kind, message FROM findings WHERE url = ? AND kind = 'attachment_unread'
"""

FAILED = """
SELECT table_no, count(*) FROM checks
WHERE record_id = ? AND outcome = 'fail' AND severity = 'error' GROUP BY table_no
"""
