"""The full-text index of corpus.db: which texts stand in it, and how they get in and out.

It holds the current reading of each report and nothing else, in step with ``reports``: the store
changes both in one transaction. The texts themselves are not kept twice (FTS5 without content),
so a text is taken out by the terms that it brought; it must go before its document changes.
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
    "CREATE VIRTUAL TABLE _search USING fts5(title, text, words, content='', tokenize='ascii')",
    """CREATE TABLE _search_rows (
    search_row INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE REFERENCES documents(record_id)
) STRICT""",
)

_INSERT = "INSERT INTO _search (rowid, title, text, words) VALUES (?, ?, ?, ?)"
_DELETE = "INSERT INTO _search (_search, rowid, title, text, words) VALUES ('delete', ?, ?, ?, ?)"


def create(db: sqlite_utils.Database) -> None:
    """Makes the tables and indexes what the corpus holds: the migration's work."""
    for statement in STATEMENTS:
        db.execute(statement)
    index_all(db)


def index_all(db: sqlite_utils.Database) -> None:
    """Makes the whole index again from ``reports`` and ``documents``."""
    db.execute("INSERT INTO _search (_search) VALUES ('delete-all')")
    db.execute("DELETE FROM _search_rows")
    add(db, [row[0] for row in db.execute("SELECT record_id FROM reports ORDER BY report_id")])


def add(
    db: sqlite_utils.Database,
    record_ids: Iterable[str],
    known: Mapping[str, SearchTerms] | None = None,
) -> None:
    """Indexes the documents of captures that are not in the index, by the terms that are known."""
    for record_id in record_ids:
        number = db.execute(
            "INSERT INTO _search_rows (record_id) VALUES (?)", [record_id]
        ).lastrowid
        terms = known.get(record_id) if known else None
        if terms is None:
            query = (
                "SELECT coalesce(title, ''), coalesce(text, '') FROM documents WHERE record_id = ?"
            )
            terms = search_terms(*db.execute(query, [record_id]).fetchone())
        db.execute(_INSERT, [number, terms.title, terms.text, terms.words])


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
    add(db, [one for _, one in sorted(after.items()) if not _holds(db, one)], known)


def _holds(db: sqlite_utils.Database, record_id: str) -> bool:
    query = "SELECT 1 FROM _search_rows WHERE record_id = ?"
    return db.execute(query, [record_id]).fetchone() is not None


def forget(db: sqlite_utils.Database, record_ids: Iterable[str]) -> None:
    """Takes captures out, those that are in: before their documents change."""
    for record_id in record_ids:
        row = db.execute(
            "SELECT s.search_row, coalesce(d.title, ''), coalesce(d.text, '') FROM _search_rows s "
            "JOIN documents d USING (record_id) WHERE s.record_id = ?",
            [record_id],
        ).fetchone()
        if row is not None:
            terms = search_terms(row[1], row[2])
            db.execute(_DELETE, [row[0], terms.title, terms.text, terms.words])
            db.execute("DELETE FROM _search_rows WHERE search_row = ?", [row[0]])
