"""One report from its readings: which is current, where each table comes from, where they differ.

The rules, so that any order of arrival gives the same rows:

- Of each address the latest capture counts; those before it are ``earlier``.
- The report's address is that of the page captured first (a page before a file); other pages are
  ``duplicate``, files that a page links are ``attachment``.
- The current reading, whose text, sections and figures the report has, is the page, unless another
  reading has more than twice as many statutory parts; without a page the file with the most parts.
- Each statutory table comes from the current reading, else from the page, a duplicate, a file:
  the one with the most tables, then the first captured.
- A file that took its body or year from a page, and is linked by pages of other reports too, is
  nobody's: it gives nothing, which is a finding.
- Where the readings that count differ in a cell or a figure, each is kept and told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.capture import Role
from extract.document import STATUTORY, SectionKind
from extract.report import FROM_PAGE
from extract.sentences import say

MOST_NAMED = 20
"""Differences told of one pair of readings, each by a finding of its own; the rest is counted."""

PAGES = frozenset({"text/html", "application/xhtml+xml"})

_APPENDIX = 0
"""The number in ``report_tables`` of a table that has none: the appendix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A capture read as the report. ``parts`` counts its statutory sections, ``tables`` are the
    numbers of those it has cells of (0 is the appendix); ``is_shared`` marks a nameless file that
    pages of other reports link too.
    """

    record_id: str
    url: str
    portal: str
    is_file: bool
    is_linked: bool
    ordered_at: str
    parts: int
    tables: frozenset[int]
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The readings that count: ``current``, the owner of each table, and all others."""

    current: Reading
    owners: dict[int, Reading]
    counting: tuple[Reading, ...]


def derive_report(db: sqlite3.Connection, report_id: str) -> None:
    """Makes the rows of a report again from all its readings."""
    for statement in FORGET:
        db.execute(statement, [report_id])
    readings = _readings(db, report_id)
    if not readings:
        return
    latest = {reading.url: reading for reading in readings}
    home = _home(readings)
    chosen = _choose(readings, latest, home)
    current = chosen.current.record_id if chosen else None
    db.executemany(
        "UPDATE report_documents SET kind = ?, is_current = ? WHERE record_id = ?",
        [
            (_kind(one, latest, home), int(one.record_id == current), one.record_id)
            for one in readings
        ],
    )
    for one in latest.values():
        if one.is_shared:
            _tell(db, report_id, one, "attachment_shared", say("attachment_shared", url=one.url))
    if chosen is not None:
        _make(db, report_id, chosen)


def linked_reports(db: sqlite3.Connection, record_ids: Sequence[str]) -> set[str]:
    """The reports of files that these pages link: what pages say changes whose the files are."""
    marks = ",".join("?" * len(record_ids))
    return {row[0] for row in db.execute(LINKED.format(marks=marks), list(record_ids))}


def _readings(db: sqlite3.Connection, report_id: str) -> list[Reading]:
    """In order of capture."""
    rows = db.execute(READINGS, {"report": report_id, "file": Role.ATTACHMENT.value}).fetchall()
    tables: dict[str, set[int]] = {}
    for record_id, number in db.execute(TABLES, [report_id]):
        tables.setdefault(record_id, set()).add(number)
    return [
        Reading(
            record_id=row[0],
            url=row[1],
            portal=row[2],
            is_linked=row[3] == Role.ATTACHMENT.value,
            is_file=row[4] not in PAGES,
            ordered_at=row[5],
            parts=row[6],
            tables=frozenset(tables.get(row[0], ())),
            is_shared=bool(row[8]) and FROM_PAGE in json.loads(row[7]),
        )
        for row in rows
    ]


def _home(readings: Sequence[Reading]) -> str | None:
    """The address of the page captured first; None when all are files that pages link."""
    pages = [one for one in readings if not one.is_linked]
    return (
        min(pages, key=lambda one: (one.is_file, one.ordered_at, one.record_id)).url
        if (pages)
        else None
    )


def _kind(reading: Reading, latest: dict[str, Reading], home: str | None) -> str:
    is_latest = latest[reading.url] is reading
    if reading.is_linked:
        return "attachment" if is_latest else "earlier"
    if reading.url != home:
        return "duplicate"
    return "page" if is_latest else "earlier"


def _choose(
    readings: Sequence[Reading], latest: dict[str, Reading], home: str | None
) -> Chosen | None:
    first = {one.url: place for place, one in reversed(list(enumerate(readings)))}

    def place(one: Reading) -> tuple[bool, bool, int]:
        return (one.url != home, one.is_linked, first[one.url])

    counting = tuple(sorted((one for one in latest.values() if not one.is_shared), key=place))
    if not counting:
        return None
    fullest = max(counting, key=lambda one: (one.parts, -counting.index(one)))
    page = counting[0]
    keeps = not page.is_linked and 2 * page.parts >= fullest.parts
    current = page if keeps else fullest
    if current.is_linked and not current.parts:
        current = max(counting, key=lambda one: (len(one.tables), -counting.index(one)))
    owners: dict[int, Reading] = {}
    for number in sorted({number for one in counting for number in one.tables}):
        having = [one for one in counting if number in one.tables]
        owners[number] = (
            current
            if current in having
            else min(having, key=lambda one: (one.is_linked, -len(one.tables), place(one)))
        )
    return Chosen(current=current, owners=owners, counting=counting)


def _make(db: sqlite3.Connection, report_id: str, chosen: Chosen) -> None:
    current, owners = chosen.current, chosen.owners
    db.execute(DERIVE_REPORT, [current.record_id])
    scope = report_id.rpartition("/")[2]  # the current reading may be a file that tells none
    db.execute("UPDATE reports SET report_scope = ? WHERE report_id = ?", [scope, report_id])
    db.executemany(
        "INSERT INTO report_tables (report_id, table_no, record_id) VALUES (?, ?, ?)",
        [(report_id, number, owner.record_id) for number, owner in owners.items()],
    )
    if any(owner is not current for owner in owners.values()):
        _take_tables(db, report_id, chosen)
    if len(chosen.counting) > 1:
        _tell_differences(db, report_id, chosen)


def _take_tables(db: sqlite3.Connection, report_id: str, chosen: Chosen) -> None:
    """The forms and the source of tables that stand in another reading than the text."""
    current, owners = chosen.current, chosen.owners
    for number, column in ((2, "table2_form"), (3, "table3_form"), (_APPENDIX, "appendix_form")):
        if (owner := owners.get(number, current)) is not current:
            db.execute(TAKE.format(column=column), [owner.record_id, report_id])
    first = owners[min(owners, key=lambda number: (number == _APPENDIX, number))]
    db.execute(TAKE.format(column="tables_source"), [first.record_id, report_id])
    (known,) = db.execute(
        "SELECT evidence FROM reports WHERE report_id = ?", [report_id]
    ).fetchone()
    where = sorted({one.url for one in owners.values() if one is not current})
    evidence = json.loads(known) | {"tables": " ".join(where)}
    db.execute(
        "UPDATE reports SET evidence = ? WHERE report_id = ?",
        [json.dumps(evidence, ensure_ascii=False, sort_keys=True), report_id],
    )


def _tell_differences(db: sqlite3.Connection, report_id: str, chosen: Chosen) -> None:
    for other in chosen.counting:
        told = [*_cells(db, report_id, chosen, other), *_figures(db, chosen.current, other)]
        for message in told[:MOST_NAMED]:
            _tell(db, report_id, chosen.current, "readings_differ", message)
        if len(told) > MOST_NAMED:
            message = say("more_differ", count=len(told) - MOST_NAMED, named=_named(other))
            _tell(db, report_id, chosen.current, "readings_differ", message)


def _cells(db: sqlite3.Connection, report_id: str, chosen: Chosen, other: Reading) -> Iterator[str]:
    """Cells that the report takes from another reading and that this one has otherwise. A blank
    beside a 0 is no difference of value.
    """
    by_record = {owner.record_id: owner for owner in chosen.owners.values()}
    rows = db.execute(CELLS, {"report": report_id, "other": other.record_id})
    for name, record_id, raw, other_raw in rows:
        taken = by_record[record_id]
        yield say(
            "cell_differs",
            cell=name,
            one=repr(raw),
            here=_named(taken),
            other=repr(other_raw),
            there=_named(other),
        )


def _figures(db: sqlite3.Connection, current: Reading, other: Reading) -> Iterator[str]:
    """Exact figures of one measure and scope that each reading has once, with other values."""
    if other is current:
        return
    given = {"current": current.record_id, "other": other.record_id}
    for measure, scope, value, other_value in db.execute(FIGURES, given):
        yield say(
            "figure_differs",
            measure=f"{measure} ({scope})" if scope else measure,
            one=f"{value:.15g}",
            here=_named(current),
            other=f"{other_value:.15g}",
            there=_named(other),
        )


def _named(reading: Reading) -> str:
    return f"{reading.url} ({reading.record_id})"


def _tell(db: sqlite3.Connection, report_id: str, at: Reading, kind: str, message: str) -> None:
    """A finding on a report, about no record alone."""
    db.execute(
        "INSERT OR REPLACE INTO findings (kind, report, url, message, record_id, portal)"
        " VALUES (?, ?, ?, ?, '', ?)",
        [kind, report_id, at.url, message, at.portal],
    )


FORGET = (
    "DELETE FROM reports WHERE report_id = ?",
    "DELETE FROM report_tables WHERE report_id = ?",
    "DELETE FROM findings WHERE report = ? AND record_id = ''"
    " AND kind IN ('readings_differ', 'attachment_shared')",
)

_PARTS = ", ".join(repr(kind.value) for kind in SectionKind if kind in STATUTORY)

READINGS = f"""
SELECT r.record_id, d.url, d.portal, d.role, d.media_type, d.ordered_at,
    (SELECT count(DISTINCT s.kind) FROM sections s
     WHERE s.record_id = r.record_id AND s.kind IN ({_PARTS})),
    r.evidence,
    d.role = :file AND EXISTS (
        SELECT 1 FROM attachments a LEFT JOIN report_documents p ON p.record_id = a.record_id
        WHERE a.url = d.asked_url AND a.is_asked AND a.entry_url <> d.entry_url
        AND p.report_id IS NOT r.report_id)
FROM report_documents r JOIN documents d USING (record_id)
WHERE r.report_id = :report ORDER BY d.ordered_at, d.record_id
"""  # noqa: S608

TABLES = """
SELECT DISTINCT c.record_id, coalesce(c.table_no, 0) FROM cells c
WHERE c.record_id IN (SELECT record_id FROM report_documents WHERE report_id = ?)
"""

LINKED = """
SELECT DISTINCT r.report_id FROM attachments a
JOIN documents d ON d.asked_url = a.url AND d.role = 'attachment'
JOIN report_documents r ON r.record_id = d.record_id
WHERE a.record_id IN ({marks})
"""

TAKE = """
UPDATE reports SET {column} = (SELECT {column} FROM report_documents WHERE record_id = ?)
WHERE report_id = ?
"""

CELLS = """
SELECT taken.name, taken.record_id, taken.raw, other.raw
FROM report_tables t
JOIN cells taken ON taken.record_id = t.record_id AND coalesce(taken.table_no, 0) = t.table_no
JOIN cells other ON other.record_id = :other AND other.name = taken.name
WHERE t.report_id = :report AND t.record_id <> :other
AND coalesce(taken.value, 0) <> coalesce(other.value, 0)
ORDER BY t.table_no, taken.name
"""

_ONCE = """
SELECT measure, coalesce(scope, '') AS scope, coalesce(unit, '') AS unit, min(value) AS value
FROM figures WHERE record_id = :{record} AND qualifier IS NULL GROUP BY 1, 2, 3
HAVING count(DISTINCT value) = 1
"""

FIGURES = (
    "SELECT a.measure, a.scope, a.value, b.value"  # noqa: S608
    f" FROM ({_ONCE.format(record='current')}) a JOIN ({_ONCE.format(record='other')}) b"
    " USING (measure, scope, unit) WHERE a.value <> b.value ORDER BY 1, 2"
)

REPORT_COLUMNS = (
    "report_id, record_id, body_id, report_year, report_scope, title, issuing_body, reporting_for, "
    "division, division_name, published_on, signed_on, period_start, period_end, doc_number, "
    "index_number, table2_form, table3_form, appendix_form, tables_source, evidence, confidence"
)

DERIVE_REPORT = (
    f"INSERT INTO reports ({REPORT_COLUMNS}) "  # noqa: S608
    f"SELECT {REPORT_COLUMNS} FROM report_documents WHERE record_id = ?"
)
