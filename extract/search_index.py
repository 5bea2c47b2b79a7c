"""The full-text index of corpus.db: which texts stand in it, and how they get in and out.

It holds the current reading of each report and nothing else, in step with ``reports``: the store
changes both in one transaction. The texts themselves are not kept twice (FTS5 without content),
so a text is taken out by the terms that it brought; it must go before its document changes.
The names begin with ``_``: nothing of this is content, all of it is made from ``documents``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlite_utils

from extract.bigrams import bigrams, fold, words
from extract.script import detect, normalise

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


def add(db: sqlite_utils.Database, record_ids: Iterable[str]) -> None:
    """Indexes the documents of captures that are not in the index."""
    for record_id in record_ids:
        number = db.execute(
            "INSERT INTO _search_rows (record_id) VALUES (?)", [record_id]
        ).lastrowid
        title, text = db.execute(
            "SELECT title, text FROM documents WHERE record_id = ?", [record_id]
        ).fetchone()
        db.execute(_INSERT, [number, *_terms(title or "", text or "")])


def forget_reports(db: sqlite_utils.Database, report_ids: Iterable[str]) -> None:
    """Takes the current readings of reports out: before another reading becomes current."""
    forget(db, _current(db, report_ids))


def add_reports(db: sqlite_utils.Database, report_ids: Iterable[str]) -> None:
    """Indexes the current readings of reports; one that is no report any more has none."""
    add(db, _current(db, report_ids))


def _current(db: sqlite_utils.Database, report_ids: Iterable[str]) -> list[str]:
    query = "SELECT record_id FROM reports WHERE report_id = ?"
    return [row[0] for report_id in report_ids for row in db.execute(query, [report_id])]


def forget(db: sqlite_utils.Database, record_ids: Iterable[str]) -> None:
    """Takes captures out, those that are in: before their documents change."""
    for record_id in record_ids:
        row = db.execute(
            "SELECT s.search_row, d.title, d.text FROM _search_rows s "
            "JOIN documents d USING (record_id) WHERE s.record_id = ?",
            [record_id],
        ).fetchone()
        if row is not None:
            db.execute(_DELETE, [row[0], *_terms(row[1] or "", row[2] or "")])
            db.execute("DELETE FROM _search_rows WHERE search_row = ?", [row[0]])


def _terms(title: str, text: str) -> Sequence[str]:
    """The columns of the index: bigrams of the simplified title, of the text, words of both."""
    title = title.replace("\0", "")  # the converter ends a text there
    plain = normalise(title, detect(title))[0]
    return bigrams(fold(plain)), bigrams(fold(text)), words(f"{plain}\n{text}")
