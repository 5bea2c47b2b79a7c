"""Which reports a search finds, how many, and in which order: from the full-text index alone.

To weigh a hit (bm25) takes several times as long as to find it, and to look it up among the reports
as long again. So all hits are counted by year, which the index knows (``search_index``), and only
those are weighed among which the page that is shown stands: reports are in order within blocks of
years, and blocks follow each other, the latest first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from extract.search_index import YEARS, rows_of
from extract.withheld import Withheld

MOST_RANKED = 2_000
"""Reports that are weighed against each other. Of more the newest years that hold so many are;
older reports follow, the latest year first, in each what fits best."""


Values = dict[str, str | int | None]
"""For the marks of a statement."""


class Order(StrEnum):
    """What comes first: what fits best (bm25), or the latest year and in it what fits best."""

    RANK = "rank"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the found is shown: ``limit`` reports after the first ``offset``, in an order, on a
    year, of divisions whose code begins so and of a level; None for any.
    """

    limit: int = 20
    offset: int = 0
    order: Order = Order.RANK
    year: int | None = None
    division: str | None = None
    level: str | None = None

    def with_pages_beside(self) -> Wanted:
        """The ten pages among which this one is, which take hardly longer to find than one."""
        if self.offset % self.limit:
            return self
        size = 10 * self.limit
        return replace(self, limit=size, offset=self.offset // size * size)

    @property
    def is_of_bodies(self) -> bool:
        """Whether a hit must be looked up among the reports to know if it is wanted."""
        return self.division is not None or self.level is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """``shown`` are rows of report_id and score; ``total`` counts all that
    fit, ``taken_down`` those that do and are not shown. ``ranked_from`` is the first of the years
    that are weighed against each other, None where all are."""

    shown: Sequence[sqlite3.Row]
    total: int
    taken_down: int
    ranked_from: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """Years, both inclusive, and how many reports on them fit."""

    first: int
    last: int
    found: int


def in_order(
    db: sqlite3.Connection, match: str, wanted: Wanted, withheld: Withheld | None
) -> Ordered:
    """What fits an expression of FTS5's, from a corpus open with rows by name."""
    division, year = wanted.division, wanted.year
    years = YEARS if year is None else range(year, year + 1)
    given: Values = {
        "match": match,
        "division": division,
        # a range and no pattern: what is given is digits, or finds nothing
        "beyond": f"{division}\uffff" if division else None,
        "level": wanted.level,
        "down": "[]",
    }
    given |= _bounds(years)
    if withheld:
        reports = json.dumps(sorted(withheld.reports()))
        given["down"] = json.dumps([row[0] for row in db.execute(ROWS_OF, [reports])])
    counted = db.execute(COUNTS if wanted.is_of_bodies else COUNTS_OF_WORDS, given).fetchall()
    years_found = [Block(one["year"], one["year"], one["fit"] - one["down"]) for one in counted]
    blocks = blocks_of([one for one in years_found if one.found], wanted.order)
    cut = wanted.order is Order.RANK and len(blocks) > 1
    return Ordered(
        shown=_shown(db, given, blocks, wanted),
        total=sum(block.found for block in blocks),
        taken_down=sum(one["down"] for one in counted),
        ranked_from=blocks[0].first if cut else None,
    )


def blocks_of(years: Sequence[Block], order: Order) -> Sequence[Block]:
    """The blocks within which reports are weighed, of years given the latest first."""
    if order is Order.YEAR or not years:
        return years
    count = together = 0
    while count < len(years) and together < MOST_RANKED:
        together += years[count].found
        count += 1
    return [Block(years[count - 1].first, years[0].last, together), *years[count:]]


def _shown(
    db: sqlite3.Connection, given: Values, blocks: Sequence[Block], wanted: Wanted
) -> list[sqlite3.Row]:
    """The rows of a page: only the blocks that it touches are weighed."""
    statement = WEIGHED if wanted.is_of_bodies else WEIGHED_OF_WORDS
    shown: list[sqlite3.Row] = []
    before = 0
    for block in blocks:
        offset, limit = max(wanted.offset - before, 0), wanted.limit - len(shown)
        if offset < block.found and limit > 0:
            cut = _bounds(range(block.first, block.last + 1)) | {"offset": offset, "limit": limit}
            shown += db.execute(statement, given | cut)
        before += block.found
    return shown


def _bounds(years: range) -> Values:
    return {"begin": rows_of(years[0]).start, "end": rows_of(years[-1]).stop}


_HITS = "_search_by_year MATCH :match AND f.rowid >= :begin AND f.rowid < :end"

_IS_DOWN = "f.rowid IN (SELECT value FROM json_each(:down))"

_READINGS = """_search_by_year AS f JOIN _search_rows s ON s.search_row = f.rowid
JOIN report_documents rd ON rd.record_id = s.record_id"""

_REPORTS = f"{_READINGS} JOIN reports r ON r.report_id = rd.report_id"
"""Reports are found by their readings: of ``reports`` no index goes by record, and each hit would
go through all."""

_CHOSEN = """(:division IS NULL OR (r.division >= :division AND r.division < :beyond))
  AND (:level IS NULL OR r.body_id IN (SELECT body_id FROM bodies WHERE admin_level = :level))"""

_YEAR = f"f.rowid / {len(rows_of(1))}"

_COUNT = f"SELECT {_YEAR} AS year, count(*) AS fit, sum({_IS_DOWN}) AS down"
_COUNTED = "GROUP BY year ORDER BY year DESC"

COUNTS_OF_WORDS = f"{_COUNT} FROM _search_by_year AS f WHERE {_HITS} {_COUNTED}"

COUNTS = f"{_COUNT} FROM {_REPORTS} WHERE {_HITS} AND {_CHOSEN} {_COUNTED}"

ROWS_OF = """
SELECT s.search_row FROM json_each(?) JOIN reports r ON r.report_id = value
JOIN _search_rows s ON s.record_id = r.record_id
"""

_WEIGH = "SELECT rd.report_id, bm25(_search_by_year, 5.0, 1.0, 2.0) AS score"
"""A term counts five times in a title, twice as a whole Latin word or number."""

_BY_WEIGHT = f"ORDER BY score, {_YEAR} DESC, rd.report_id LIMIT :limit OFFSET :offset"

_SHOWN = f"{_HITS} AND NOT {_IS_DOWN}"

WEIGHED_OF_WORDS = f"{_WEIGH} FROM {_READINGS} WHERE {_SHOWN} {_BY_WEIGHT}"

WEIGHED = f"{_WEIGH} FROM {_REPORTS} WHERE {_SHOWN} AND {_CHOSEN} {_BY_WEIGHT}"
