"""The full-text index of corpus.db: which texts stand in it, and how they get in and out.

It holds the current reading of each report and nothing else, in step with ``reports``: the store
changes both in one transaction. The texts themselves are not kept twice (FTS5 without content),
so a text is taken out by the terms that it brought; it must go before its document changes.
Rows are numbered by the years of their reports: hits of a year stand together, and are counted and
weighed by themselves (``search_order``).
The names begin with ``_``: nothing of this is content, all of it is made from ``documents``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from extract.search_terms import SearchTerms, search_terms

if TYPE_CHECKING:
    import sqlite_utils

STATEMENTS = (
    # ascii: terms are split at spaces, and bigrams hold no other ASCII mark
    "CREATE VIRTUAL TABLE _search_by_year USING fts5("
    "title, text, words, content='', tokenize='ascii')",
    """CREATE TABLE _search_rows (
    search_row INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE REFERENCES documents(record_id)
) STRICT""",
)

YEARS = range(1, 10_000)
"""Years that a report may be on."""

_ROWS_OF_A_YEAR = 2**32

_NEXT = """
SELECT coalesce(max(search_row) + 1, :begin) FROM _search_rows
WHERE search_row >= :begin AND search_row < :end
"""
_INSERT = "INSERT INTO _search_by_year (rowid, title, text, words) VALUES (?, ?, ?, ?)"
_DELETE = (
    "INSERT INTO _search_by_year (_search_by_year, rowid, title, text, words) "
    "VALUES ('delete', ?, ?, ?, ?)"
)


def rows_of(year: int) -> range:
    """The numbers of the rows of a year's reports."""
    return range(year * _ROWS_OF_A_YEAR, (year + 1) * _ROWS_OF_A_YEAR)


def create(db: sqlite_utils.Database) -> None:
    """Makes the tables and indexes what the corpus holds: the migration's work."""
    for statement in STATEMENTS:
        db.execute(statement)
    index_all(db)


def number_by_year(db: sqlite_utils.Database) -> None:
    """Makes an index anew whose rows stand in the order in which they came: a migration's work. It
    had another name, so that neither is taken for the other.
    """
    if db.table("_search").exists():
        db.execute("DROP TABLE _search")
        db.execute("DROP TABLE _search_rows")
        create(db)


def index_all(db: sqlite_utils.Database) -> None:
    """Makes the whole index again from ``reports`` and ``documents``."""
    db.execute("INSERT INTO _search_by_year (_search_by_year) VALUES ('delete-all')")
    db.execute("DELETE FROM _search_rows")
    add(db, [row[0] for row in db.execute("SELECT record_id FROM reports")])
    db.execute("INSERT INTO _search_by_year (_search_by_year) VALUES ('optimize')")


def add(
    db: sqlite_utils.Database,
    record_ids: Iterable[str],
    known: Mapping[str, SearchTerms] | None = None,
) -> None:
    """Indexes the documents of captures that are not in the index, by the terms that are known."""
    # by year: FTS5 begins a segment whenever a row comes before the last
    for year, record_id in sorted((_year_of(db, one), one) for one in record_ids):
        rows = rows_of(year)
        (number,) = db.execute(_NEXT, {"begin": rows.start, "end": rows.stop}).fetchone()
        db.execute(
            "INSERT INTO _search_rows (search_row, record_id) VALUES (?, ?)", [number, record_id]
        )
        terms = known.get(record_id) if known else None
        if terms is None:
            query = (
                "SELECT coalesce(title, ''), coalesce(text, '') FROM documents WHERE record_id = ?"
            )
            terms = search_terms(*db.execute(query, [record_id]).fetchone())
        db.execute(_INSERT, [number, terms.title, terms.text, terms.words])


def _year_of(db: sqlite_utils.Database, record_id: str) -> int:
    query = "SELECT report_year FROM report_documents WHERE record_id = ?"
    return int(db.execute(query, [record_id]).fetchone()[0])


def follow(
    db: sqlite_utils.Database,
    before: Mapping[str, str],
    after: Mapping[str, str],
    known: Mapping[str, SearchTerms],
) -> None:
    """Puts the index in step with reports whose readings changed.

    ``before`` and ``after`` are the current readings by report; whose documents changed were taken
    out by ``forget`` and are put back.
    """
    forget(db, sorted(set(before.values()) - set(after.values())))
    add(db, [one for one in after.values() if not _holds(db, one)], known)


def _holds(db: sqlite_utils.Database, record_id: str) -> bool:
    query = "SELECT 1 FROM _search_rows WHERE record_id = ?"
    return db.execute(query, [record_id]).fetchone() is not None


def forget(db: sqlite_utils.Database, record_ids: Iterable[str]) -> None:
    """Takes captures out, those that are in: before their documents change."""
    for record_id in record_ids:
        row = db.execute(
            "SELECT s.search_row, coalesce(d.title, ''), coalesce(d.text, '') "
            "FROM _search_rows s JOIN documents d USING (record_id) WHERE s.record_id = ?",
            [record_id],
        ).fetchone()
        if row is not None:
            terms = search_terms(row[1], row[2])
            db.execute(_DELETE, [row[0], terms.title, terms.text, terms.words])
            db.execute("DELETE FROM _search_rows WHERE search_row = ?", [row[0]])
