"""The tables of archive.db, as ordered migrations. A released migration is never edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.database import Migrations

if TYPE_CHECKING:
    import sqlite_utils

archive_migrations = Migrations("nianbao.archive")


@contextmanager
def indexes_last(db: sqlite3.Connection) -> Iterator[None]:
    """Takes the indexes of captures and failures away, and makes them at the end, all at once."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found = db.execute(query + " AND tbl_name IN ('captures', 'failures')").fetchall()
    for name, _ in found:
        db.execute(f"DROP INDEX {name}")
    yield
    for _, made_by in found:
        db.execute(made_by)


CONTEXT_COLUMNS = (
    "run_id, portal_id, role, via, link_text, listed_on, listing, entry_url, division,"
    " page_record, link_url"
)


@archive_migrations()
def m001_tables(db: sqlite_utils.Database) -> None:
    """Captures, failures, runs and files.

    Times are ISO texts in UTC with six digits, so that they sort as times.
    """
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


@archive_migrations()
def m002_division(db: sqlite_utils.Database) -> None:
    """The portal's division in the context; NULL for what was captured before it was recorded."""
    for table in ("captures", "failures"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN division TEXT")


@archive_migrations()
def m003_attachments(db: sqlite_utils.Database) -> None:
    """The page of an attachment in the context; NULL for all else, and for what came before."""
    for table in ("captures", "failures"):
        for column in ("page_record", "link_url"):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")


@archive_migrations()
def m004_order(db: sqlite_utils.Database) -> None:
    """The moment of order beside the date (archive.clock): the same for all that was captured
    before it was recorded.
    """
    db.execute("ALTER TABLE captures ADD COLUMN ordered_at TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE captures SET ordered_at = captured_at")
    db.execute("ALTER TABLE runs ADD COLUMN ordered_at TEXT")
    db.execute("UPDATE runs SET ordered_at = started_at")
    order = "ordered_at, record_id"
    for name, columns in (
        ("time", order),
        ("request", f"url, method, body_digest, {order}"),
        ("run", f"run_id, {order}"),
        ("portal", f"portal_id, {order}"),
    ):
        db.execute(f"DROP INDEX captures_by_{name}")
        db.execute(f"CREATE INDEX captures_by_{name} ON captures ({columns})")


@archive_migrations()
def m005_links(db: sqlite_utils.Database) -> None:
    """Captures by the address that a page links: what a page goes on at is asked for by it."""
    db.execute(
        "CREATE INDEX captures_by_link ON captures (link_url, ordered_at, record_id)"
        " WHERE link_url IS NOT NULL"
    )


@archive_migrations()
def m006_payloads(db: sqlite_utils.Database) -> None:
    """Captures by their payload: who holds the bytes asks for the address, by the digest alone."""
    db.execute(
        "CREATE INDEX captures_by_payload ON captures (payload_digest, ordered_at, record_id)"
    )
