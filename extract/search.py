"""Full-text search of the reports in corpus.db, read-only: also while a crawl writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from extract.document import Script
from extract.errors import ExtractError
from extract.query import Term, match_expression, parse_query
from extract.schema import open_corpus_to_read
from extract.snippet import Snippet, snippet_of
from extract.withheld import Withheld


class Order(StrEnum):
    """What comes first: what fits best (bm25), or the latest year."""

    RANK = "rank"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A report that was found. ``score`` is bm25: the lower, the better it fits.

    ``snippet`` is None for a report without text.
    """

    report_id: str
    record_id: str
    title: str
    report_year: int
    issuing_body: str
    reporting_for: str
    division: str | None
    division_name: str | None
    url: str
    captured_at: str
    score: float
    snippet: Snippet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The reports found, in order, up to the limit; ``total`` counts all that fit, without those
    that suppress.txt takes down (``taken_down``)."""

    total: int
    found: tuple[Found, ...]
    taken_down: int = 0


def search(
    path: Path,
    query: str,
    *,
    limit: int = 20,
    order: Order = Order.RANK,
    year: int | None = None,
    division: str | None = None,
    withheld: Withheld | None = None,
) -> SearchResult:
    """The reports whose title or text holds every word and phrase of ``query``.

    ``division`` is the beginning of a six-digit code: "44" for a province. Raises ExtractError
    for an empty query, and when there is no corpus that can be searched.
    """
    wanted = Wanted(limit=limit, order=order, year=year, division=division)
    with closing(open_corpus_to_read(path)) as db:
        try:
            db.execute("BEGIN")  # one state of the corpus for all that is read
            return search_in(db, query, wanted, withheld=withheld)
        except sqlite3.Error as error:
            raise ExtractError(
                f"{path} cannot be searched ({error}); `nianbao extract` makes it again"
            ) from error
        finally:
            if withheld is not None:
                withheld.close()


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


def search_in(
    db: sqlite3.Connection, query: str, wanted: Wanted, *, withheld: Withheld | None = None
) -> SearchResult:
    """The same of an open corpus, rows by name. Raises ExtractError for an empty query."""
    terms = parse_query(query)
    division = wanted.division
    conditions = {
        "match": match_expression(terms),
        "year": wanted.year,
        # a range and no pattern: what is given is digits, or finds nothing
        "division": division,
        "beyond": f"{division}\uffff" if division else None,
        "level": wanted.level,
    }
    fitting = db.execute(RANKED.format(order=ORDERS[wanted.order]), conditions).fetchall()
    rows = [one for one in fitting if not _is_withheld(one["report_id"], withheld)]
    shown = rows[wanted.offset : wanted.offset + wanted.limit]
    found = [_found(db, row["record_id"], row["score"], terms) for row in shown]
    down = len(fitting) - len(rows)
    return SearchResult(total=len(rows), found=tuple(found), taken_down=down)


def _is_withheld(report_id: str, withheld: Withheld | None) -> bool:
    return withheld is not None and withheld.find_report(report_id) is not None


ORDERS = {
    Order.RANK: "score, r.report_year DESC, r.report_id",
    Order.YEAR: "r.report_year DESC, score, r.report_id",
}

RANKED = """
SELECT r.report_id, r.record_id, bm25(_search, 5.0, 1.0, 2.0) AS score
FROM _search JOIN _search_rows s ON s.search_row = _search.rowid
JOIN report_documents rd ON rd.record_id = s.record_id
JOIN reports r ON r.report_id = rd.report_id AND r.record_id = s.record_id
WHERE _search MATCH :match
  AND (:year IS NULL OR r.report_year = :year)
  AND (:division IS NULL OR (r.division >= :division AND r.division < :beyond))
  AND (:level IS NULL OR r.body_id IN (SELECT body_id FROM bodies WHERE admin_level = :level))
ORDER BY {order}
"""
"""A term counts five times in a title, twice as a whole Latin word or number. Reports are found by
their readings: of ``reports`` no index goes by record, and each hit would go through all."""

FIELDS = (
    "report_id",
    "record_id",
    "title",
    "report_year",
    "issuing_body",
    "reporting_for",
    "division",
    "division_name",
    "url",
    "captured_at",
)
"""Fields of ``Found`` that stand in the tables."""

ONE = """
SELECT r.*, d.url, d.captured_at, d.script, d.text, d.text_original
FROM reports r JOIN documents d USING (record_id) WHERE r.record_id = ?
"""


def _found(db: sqlite3.Connection, record_id: str, score: float, terms: Sequence[Term]) -> Found:
    row = db.execute(ONE, [record_id]).fetchone()
    return Found(
        **{name: row[name] for name in FIELDS},
        score=score,
        snippet=snippet_of(
            text=row["text"] or "",
            text_original=row["text_original"] or "",
            script=Script(row["script"] or Script.HANS),
            terms=terms,
        ),
    )
