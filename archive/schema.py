"""The tables of archive.db, as ordered migrations: the version of a file is its user_version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from archive.errors import NewerSchema

CONTEXT_COLUMNS = "run_id, portal_id, role, via, link_text, listed_on, listing, entry_url"


def _first(db: sqlite3.Connection) -> None:
    """Version 1. Times are ISO texts in UTC with six digits, so that they sort as times."""
    db.execute(
        "CREATE TABLE files (file_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " indexed_bytes INTEGER NOT NULL)"
    )
    context = (
        "run_id TEXT NOT NULL, portal_id TEXT NOT NULL, role TEXT NOT NULL, via TEXT,"
        " link_text TEXT, listed_on TEXT, listing TEXT, entry_url TEXT"
    )
    place = "file_id INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL"
    db.execute(
        f"CREATE TABLE captures (record_id TEXT PRIMARY KEY, {place},"
        " payload_digest TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,"
        " url_key TEXT NOT NULL, body_digest TEXT NOT NULL, captured_at TEXT NOT NULL,"
        " status INTEGER NOT NULL, mime TEXT, record_type TEXT NOT NULL, refers_to TEXT,"
        f" truncated TEXT, etag TEXT, last_modified TEXT, {context}, oddities TEXT NOT NULL,"
        " request_offset INTEGER, request_length INTEGER) WITHOUT ROWID"
    )
    db.execute(
        f"CREATE TABLE failures (record_id TEXT PRIMARY KEY, {place}, method TEXT NOT NULL,"
        " url TEXT NOT NULL, body_digest TEXT NOT NULL, failed_at TEXT NOT NULL,"
        f" reason TEXT NOT NULL, text TEXT NOT NULL, {context}) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE runs (run_id TEXT PRIMARY KEY, started_at TEXT, portal_files TEXT,"
        " versions TEXT, settings_digest TEXT, finished_at TEXT, outcome TEXT, counts TEXT)"
    )
    order = "captured_at, record_id"
    # the second one also answers "latest of this request" by one step from its end
    db.execute(f"CREATE INDEX captures_by_time ON captures ({order})")
    db.execute(f"CREATE INDEX captures_by_request ON captures (url, method, body_digest, {order})")
    db.execute(f"CREATE INDEX captures_by_run ON captures (run_id, {order})")
    db.execute(f"CREATE INDEX captures_by_portal ON captures (portal_id, {order})")
    db.execute("CREATE INDEX failures_by_run ON failures (run_id, failed_at, record_id)")
    db.execute("CREATE INDEX failures_by_time ON failures (failed_at, record_id)")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first,)
"""Each takes the file from its place in this tuple to the next version."""


def version_of(db: sqlite3.Connection) -> int:
    """0 for a new file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(db: sqlite3.Connection, path: Path) -> None:
    """Raises NewerSchema when a newer nianbao wrote the file."""
    version = version_of(db)
    if version > len(MIGRATIONS):
        raise NewerSchema(
            f"{path} has schema version {version}, this nianbao knows {len(MIGRATIONS)}; "
            "update nianbao, or use the version that wrote it"
        )


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Brings the file to the present version, each step in a transaction with its number."""
    refuse_newer(db, path)
    for number in range(version_of(db), len(MIGRATIONS)):
        db.execute("BEGIN IMMEDIATE")
        try:
            if version_of(db) == number:
                MIGRATIONS[number](db)
                db.execute(f"PRAGMA user_version = {number + 1}")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
