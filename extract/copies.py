"""Reports that repeat an earlier one of their body: ``narrative_copied`` and ``table_copied``.

A report is compared with those of the body on the two years before, of its own scope or the only
one where one is unclear, as the checks across years are. The finding stands with the later report's
current reading, one for the narrative and one for each table, and names the earlier that has the
most of it, the nearest of several. They are made again for each report that was touched and for
those on the two years after, so that the order of arrival does not matter.

Both prefer to be right: what is told as copied should bear a person's look, and a report that was
lightly edited may go untold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from extract.narratives import Sketch, share_in, sketch_from
from extract.sentences import say
from extract.year_checks import of_year, year_before

NARRATIVE, TABLE = "narrative_copied", "table_copied"
KINDS = (NARRATIVE, TABLE)

YEARS = 2
"""How far back a report is compared: who copies, copies the last one, or the last of its kind."""

COPIED = 0.8
"""Share of a narrative that makes it a copy. Of the twelve real reports with prose (two of one
body, on 2021 and 2024) no pair shares more than 0.04. With nothing but its numbers changed a seed
has 1.0, with every sixth sentence written anew about 0.8, with every second about 0.5; organisation
and duties, which a body may rightly repeat, are a third to a half of a report."""

SHORTEST = 300
"""Different shingles of a narrative that is judged: about as many characters. Below stand reports
that say little more than that nothing came; the shortest real report of a county organ has 576."""

SAME_CELLS = 0.9
"""Share of the cells, not 0 in either table, that must be equal: a copy may have one corrected."""

WEIGHT = 5
"""What the different numbers of a copied table must weigh: a number below 10 nothing, one with two
digits 1, with three 2, and so on. That two years bring the same two-digit number is one chance in
about twenty; sums repeat what they are made of, so three of five may be chance no more."""

_NOT_COUNTED = (
    "carried_in.*", "*_valid", "*_public_total", "*_prev_items", "*_change", "*_cumulative",
    "e2_staff*", "e2_dedicated_units", "e2_reading_points",
)  # fmt: skip
"""Cells that rightly say what the year before said: what was carried in, stocks, staff."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A report's current reading, as a finding names it."""

    report_id: str
    record_id: str
    url: str
    portal: str

    @property
    def year(self) -> str:
        return self.report_id.rsplit("/", 2)[1]

    @property
    def named(self) -> str:
        return say("report_on_year", year=self.year, url=self.url, record=self.record_id)


def derive_copies(db: sqlite3.Connection, touched: Collection[str]) -> None:
    """Makes the findings of these reports, and of those on the following years, again.

    ``touched`` are ids of reports whose readings changed, in whatever way.
    """
    again = set(touched)
    for report_id in touched:
        for years in range(YEARS + 1):
            again.update(of_year(db, report_id, years))
    looking = _Looking(db)
    for report_id in sorted(again):
        db.execute(FORGET, [report_id])
        rows = [
            [kind, later.report_id, later.url, message, later.record_id, later.portal]
            for later, kind, message in looking.copies_of(report_id)
        ]
        db.executemany(TELL, rows)


class _Looking:
    """Reads of each report what is compared, once: the years of a body mostly come together."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sides: dict[str, _Side | None] = {}
        self._sketches: dict[str, Sketch | None] = {}
        self._cells: dict[str, dict[int, dict[str, float]]] = {}

    def copies_of(self, report_id: str) -> Iterator[tuple[_Side, str, str]]:
        """The report, what kind of copy it is, and the message."""
        later = self._side(report_id)
        before = list(self._before(report_id)) if later else []
        if later is None or not before:
            return
        if (message := self._narrative(later, before)) is not None:
            yield later, NARRATIVE, message
        for number in sorted(self._tables(later)):
            if (message := self._table(later, before, number)) is not None:
                yield later, TABLE, message

    def _before(self, report_id: str) -> Iterator[_Side]:
        """The earlier reports that one is compared with, the nearest first."""
        for years in range(1, YEARS + 1):
            earlier = year_before(self._db, report_id, years)
            side = self._side(earlier) if earlier else None
            if side is not None:
                yield side

    def _narrative(self, later: _Side, before: list[_Side]) -> str | None:
        """What is to be told; None where nothing is."""
        own = self._sketch(later)
        if own is None or own.count < SHORTEST:
            return None
        sketches = ((self._sketch(one), one) for one in before)
        shares = [(share_in(own, sketch), one) for sketch, one in sketches if sketch]
        share, earlier = max(shares, key=lambda pair: pair[0], default=(0.0, later))
        if share < COPIED:
            return None
        return say(
            "narrative_copied",
            share=int(100 * share),
            said_later=later.named,
            said_earlier=earlier.named,
        )

    def _table(self, later: _Side, before: list[_Side], number: int) -> str | None:
        """The same of a table; 0 is the appendix."""
        own = self._tables(later)[number]
        if _weight(own.values()) < WEIGHT:  # nor does a part of it
            return None
        found = []
        for earlier in before:
            others = self._tables(earlier).get(number, {})
            same = {name: value for name, value in own.items() if others.get(name) == value}
            count = len(own.keys() | others.keys())
            if len(same) / count >= SAME_CELLS and _weight(same.values()) >= WEIGHT:
                found.append((len(same) / count, len(same), count, earlier))
        if not found:
            return None
        _, same_count, count, earlier = max(found, key=lambda one: one[0])
        return say(
            "table_copied",
            same=same_count,
            count=count,
            said_table=say("table_of_number", number=number) if number else say("the_appendix"),
            said_later=later.named,
            said_earlier=earlier.named,
        )

    def _side(self, report_id: str) -> _Side | None:
        if report_id not in self._sides:
            row = self._db.execute(SIDE, [report_id]).fetchone()
            self._sides[report_id] = _Side(report_id, *row) if row else None
        return self._sides[report_id]

    def _sketch(self, side: _Side) -> Sketch | None:
        record = side.record_id
        if record not in self._sketches:
            row = self._db.execute(SKETCH, [record]).fetchone()
            self._sketches[record] = sketch_from(row[0]) if row else None
        return self._sketches[record]

    def _tables(self, side: _Side) -> dict[int, dict[str, float]]:
        """The cells that say something of the year, and not 0, by table and name."""
        if side.report_id not in self._cells:
            tables: dict[int, dict[str, float]] = {}
            for number, name, value in self._db.execute(CELLS, [side.report_id]):
                if _is_counted(name):
                    tables.setdefault(number, {})[name] = value
            self._cells[side.report_id] = tables
        return self._cells[side.report_id]


@lru_cache(maxsize=4096)
def _is_counted(name: str) -> bool:
    return not any(fnmatchcase(name, one) for one in _NOT_COUNTED)


def _weight(values: Collection[float]) -> int:
    """What different numbers weigh together: the digits before the point, but one, of each."""
    return sum(len(f"{abs(int(value))}") - 1 for value in set(values))


SIDE = """
SELECT d.record_id, d.url, d.portal FROM reports r JOIN documents d USING (record_id)
WHERE r.report_id = ?
"""

SKETCH = "SELECT sketch FROM _narratives WHERE record_id = ?"

CELLS = """
SELECT coalesce(table_no, 0), name, value FROM _current_cells
WHERE report_id = ? AND value <> 0 ORDER BY name
"""

TELL = """
INSERT OR REPLACE INTO findings (kind, report, url, message, record_id, portal)
VALUES (?, ?, ?, ?, ?, ?)
"""

FORGET = (
    "DELETE FROM findings WHERE record_id IN "  # noqa: S608
    "(SELECT record_id FROM report_documents WHERE report_id = ?) "
    f"AND kind IN ({', '.join(map(repr, KINDS))})"
)
