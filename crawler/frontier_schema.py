"""The frontier's tables in state.db, as ordered migrations. A released one is never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.database import Migrations

if TYPE_CHECKING:
    import sqlite_utils

frontier_migrations = Migrations("nianbao.state")


@frontier_migrations()
def m001_tables(db: sqlite_utils.Database) -> None:
    """Cycles, their requests, and the rows seen on their listings."""
    db.execute(
        "CREATE TABLE cycles (portal TEXT PRIMARY KEY, cycle INTEGER NOT NULL, open INTEGER) STRICT"
    )
    db.execute(
        """CREATE TABLE tasks (
        portal TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, body_digest TEXT NOT NULL,
        cycle INTEGER NOT NULL, priority INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL, not_before TEXT, reason TEXT,
        body BLOB NOT NULL, context TEXT NOT NULL,
        PRIMARY KEY (portal, method, url, body_digest)) STRICT"""
    )
    db.execute("CREATE INDEX tasks_state ON tasks (portal, cycle, state, priority, ordinal)")
    db.execute(
        """CREATE TABLE seen_rows (
        portal TEXT NOT NULL, listing TEXT NOT NULL, url TEXT NOT NULL, cycle INTEGER NOT NULL,
        PRIMARY KEY (portal, listing, url)) STRICT"""
    )


@frontier_migrations()
def m002_documents_with_due_times(db: sqlite_utils.Database) -> None:
    """Requests outlive their round and say when they are due. What was there is dropped: of it no
    time is known, so everything is due.
    """
    for table in ("cycles", "tasks", "seen_rows"):
        db.execute(f"DROP TABLE {table}")
    db.execute(
        "CREATE TABLE rounds (portal TEXT PRIMARY KEY, round INTEGER NOT NULL,"
        " open INTEGER NOT NULL) STRICT"
    )
    db.execute(
        """CREATE TABLE requests (
        portal TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, body_digest TEXT NOT NULL,
        role TEXT NOT NULL, round INTEGER NOT NULL,
        priority INTEGER NOT NULL, ordinal INTEGER NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, not_before TEXT, reason TEXT,
        first_seen TEXT NOT NULL, checked_at TEXT,
        body BLOB NOT NULL, context TEXT NOT NULL,
        PRIMARY KEY (portal, method, url, body_digest)) STRICT, WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX requests_next ON requests (portal, state, priority, ordinal)")
    db.execute("CREATE INDEX requests_pages ON requests (portal, role, round)")
    db.execute(
        """CREATE TABLE seen_rows (
        portal TEXT NOT NULL, listing TEXT NOT NULL, url TEXT NOT NULL, round INTEGER NOT NULL,
        shown TEXT NOT NULL,
        PRIMARY KEY (portal, listing, url)) STRICT, WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX seen_rows_url ON seen_rows (portal, url)")


@frontier_migrations()
def m003_attachments(db: sqlite_utils.Database) -> None:
    """The files of reports come between new reports (0) and listings (1, now 2)."""
    db.execute("UPDATE requests SET priority = priority + 1 WHERE priority >= 1")


@frontier_migrations()
def m004_requisites(db: sqlite_utils.Database) -> None:
    """Requisites are asked once for all portals: they can be found by their address."""
    db.execute("CREATE INDEX requisites ON requests (url) WHERE role = 'requisite'")


@frontier_migrations()
def m005_visits(db: sqlite_utils.Database) -> None:
    """When each portal is due; of one that was crawled before it is not known: it is due."""
    db.execute(
        "CREATE TABLE visits (portal TEXT PRIMARY KEY, visited_at TEXT NOT NULL,"
        " came TEXT NOT NULL, troubles INTEGER NOT NULL, due TEXT NOT NULL, why TEXT NOT NULL)"
        " STRICT, WITHOUT ROWID"
    )
