"""The checks of the current readings, as corpus.db holds them, each with its cells and record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from extract.errors import ExtractError
from extract.identities import NAMES, PREVIOUS, cells_of
from extract.report import Check, CheckOutcome, Severity
from extract.schema import open_corpus_to_read
from extract.verdicts import TABLE, Judged, Verdicts
from extract.year_checks import year_before


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCell:
    """A cell that a check compares. ``record_id`` is that of the reading it stands in, which is
    the year before's where ``is_last_years``; ``provenance`` finds it there."""

    name: str
    value: float | None
    raw: str | None
    record_id: str
    provenance: str
    is_last_years: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCheck:
    """A check of a report's current reading. ``is_misread`` says that a cell of it was found not
    to be at its place: it fails by this program, not at the source."""

    report: str
    title: str
    reporting_for: str
    report_year: int
    division: str | None
    url: str
    captured_at: str
    record_id: str
    warc_file: str
    warc_offset: int
    check: Check
    cells: tuple[ComparedCell, ...]
    is_misread: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which checks: of these identities (none: all), of divisions whose code begins so, of a
    year; ``every`` outcome, or failures alone."""

    identities: tuple[str, ...] = ()
    division: str | None = None
    year: int | None = None
    every: bool = False

    def judged(self) -> None:
        """Raises ExtractError for a name that no identity has."""
        for name in self.identities:
            if name not in NAMES:
                raise ExtractError(f"no identity is called {name!r}; they are {', '.join(NAMES)}")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many reports were looked at, and how many checks had which outcome."""

    reports: int
    failing: int
    outcomes: dict[str, int]


def iter_checked(path: Path, wanted: Wanted) -> Iterator[FoundCheck]:
    """Checks in order of division, body, year and table. Raises ExtractError without a corpus."""
    with closing(open_corpus_to_read(path)) as db:
        for row in db.execute(f"{CHECKED} WHERE {_where(wanted)} {ORDER}", _given(wanted)):
            yield _checked(db, row)


def count_checked(path: Path, wanted: Wanted) -> Counted:
    """The same reports counted, whatever the outcome of their checks."""
    everything = Wanted(wanted.identities, wanted.division, wanted.year, every=True)
    where, given = _where(everything), _given(everything)
    with closing(open_corpus_to_read(path)) as db:
        outcomes = dict(db.execute(f"{OUTCOMES} WHERE {where} GROUP BY 1", given).fetchall())
        reports, failing = db.execute(f"{REPORTS} WHERE {where}", given).fetchone()
    return Counted(int(reports), int(failing or 0), {key: int(n) for key, n in outcomes.items()})


def verdicts_beside(found: FoundCheck, verdicts: Verdicts) -> tuple[Judged, ...]:
    """The verdicts on a check, and on the cells of its report that it compares."""
    cells = {cell.name for cell in found.cells if not cell.is_last_years}
    own = (found.check.identity, found.check.place)
    return tuple(
        one
        for one in verdicts.of(found.report)
        if (one.verdict.variable, one.verdict.place or found.check.place) == own
        or (one.verdict.variable in cells and one.verdict.place in (None, TABLE))
    )


def _where(wanted: Wanted) -> str:
    conditions = ["1"]
    if wanted.identities:
        marks = ",".join(f":identity{i}" for i in range(len(wanted.identities)))
        conditions.append(f"c.identity IN ({marks})")
    if wanted.division is not None:
        conditions.append("substr(r.division, 1, length(:division)) = :division")
    if wanted.year is not None:
        conditions.append("r.report_year = :year")
    if not wanted.every:
        conditions.append("c.outcome = 'fail'")
    return " AND ".join(conditions)


def _given(wanted: Wanted) -> dict[str, object]:
    named = {f"identity{i}": name for i, name in enumerate(wanted.identities)}
    return {"division": wanted.division, "year": wanted.year, **named}


def _checked(db: sqlite3.Connection, row: sqlite3.Row) -> FoundCheck:
    check = check_in(row)
    names = cells_of(check.identity, check.place)
    cells = tuple(_cells(db, row["report"], names))
    misread = [found["message"].split(" ")[0] for found in db.execute(MISREAD, [row["record_id"]])]
    return FoundCheck(
        report=row["report"],
        title=row["title"],
        reporting_for=row["reporting_for"],
        report_year=row["report_year"],
        division=row["division"],
        url=row["url"],
        captured_at=row["captured_at"],
        record_id=row["record_id"],
        warc_file=row["warc_file"],
        warc_offset=row["warc_offset"],
        check=check,
        cells=cells,
        is_misread=any(cell.name == one for cell in cells for one in misread),
    )


def check_in(row: sqlite3.Row) -> Check:
    """The check that a row of ``checks`` holds, columns by name."""
    blank = row["blank_as_zero_outcome"]
    return Check(
        identity=row["identity"],
        place=row["place"],
        outcome=CheckOutcome(row["outcome"]),
        severity=Severity(row["severity"]),
        printed=row["printed"],
        computed=row["computed"],
        difference=row["difference"],
        blank_as_zero_outcome=None if blank is None else CheckOutcome(blank),
    )


def _cells(db: sqlite3.Connection, report: str, names: Sequence[str]) -> Iterator[ComparedCell]:
    """The cells in the identity's order; those of the year before from its current reading."""
    for name in names:
        is_last_years = name.startswith(PREVIOUS)
        where = year_before(db, report) if is_last_years else report
        found = db.execute(CELL, [where, name.removeprefix(PREVIOUS)]).fetchone()
        if found is not None:
            yield ComparedCell(**dict(found), is_last_years=is_last_years)


CHECKED = """
SELECT r.report_id AS report, r.title, r.reporting_for, r.report_year, r.division, d.url,
       d.captured_at, d.record_id, d.warc_file, d.warc_offset, c.identity, c.place, c.outcome,
       c.severity, c.printed, c.computed, c.difference, c.blank_as_zero_outcome
FROM _current_checks c JOIN reports r USING (report_id)
JOIN documents d ON d.record_id = c.record_id
"""

ORDER = "ORDER BY coalesce(r.division, '9'), r.report_id, c.identity, c.place"

OUTCOMES = """
SELECT c.outcome, count(*) FROM _current_checks c JOIN reports r USING (report_id)
"""

REPORTS = """
SELECT count(DISTINCT r.report_id), count(DISTINCT CASE c.outcome WHEN 'fail' THEN r.report_id END)
FROM _current_checks c JOIN reports r USING (report_id)
"""

MISREAD = "SELECT message FROM findings WHERE record_id = ? AND kind = 'cell_not_at_its_place'"

CELL = """
SELECT name, value, raw, record_id, provenance FROM _current_cells
WHERE report_id = ? AND name = ?
"""
