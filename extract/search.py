"""Full-text search of the reports in corpus.db, read-only: also while a crawl writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from extract.document import Script
from extract.errors import ExtractError
from extract.query import Term, match_expression, parse_query
from extract.schema import open_corpus_to_read
from extract.search_order import Order, Ordered, Wanted, in_order
from extract.snippet import Snippet, snippet_of
from extract.withheld import Withheld


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
    that suppress.txt takes down (``taken_down``). ``ranked_from`` is the first of the years whose
    reports are ranked against each other; older ones follow by year. None: all are ranked."""

    total: int
    found: tuple[Found, ...]
    taken_down: int = 0
    ranked_from: int | None = None


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


def search_in(
    db: sqlite3.Connection,
    query: str,
    wanted: Wanted,
    *,
    withheld: Withheld | None = None,
    keep: Callable[[object, Callable[[], Ordered]], Ordered] | None = None,
) -> SearchResult:
    """The same of an open corpus, rows by name. ``keep`` may give what it was given before for the
    same name in the same state of the corpus. Raises ExtractError for an empty query.
    """
    terms = parse_query(query)
    match = match_expression(terms)
    if keep is None:
        ordered = in_order(db, match, wanted, withheld)
    else:
        many = wanted.with_pages_beside()
        ordered = keep(("search", match, many), lambda: in_order(db, match, many, withheld))
        begin = wanted.offset - many.offset
        ordered = replace(ordered, shown=ordered.shown[begin : begin + wanted.limit])
    return SearchResult(
        total=ordered.total,
        found=tuple(_found(db, row["report_id"], row["score"], terms) for row in ordered.shown),
        taken_down=ordered.taken_down,
        ranked_from=ordered.ranked_from,
    )


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
FROM reports r JOIN documents d USING (record_id) WHERE r.report_id = ?
"""


def _found(db: sqlite3.Connection, report_id: str, score: float, terms: Sequence[Term]) -> Found:
    row = db.execute(ONE, [report_id]).fetchone()
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
