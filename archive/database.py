"""How every database of a data folder is opened: WAL, ordered migrations, never a newer one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from archive.errors import ArchiveError, NewerSchema
from archive.soundness import telling

BUSY_SECONDS = 60
"""How long to wait for another process's transaction (a rebuild of a large archive)."""


def open_database(
    path: Path | None,
    migrations: Migrations,
    *,
    read_only: bool = False,
    owns_file: bool = True,
) -> sqlite_utils.Database:
    """A database with every migration applied, or as it is when ``read_only``; None: in memory.

    Usable from any thread, one at a time: the owner holds a lock. ``user_version`` is the number
    of migrations, so that other programs can tell the version too; a second set of migrations in
    another's file (``owns_file`` False) leaves it alone. Raises NewerSchema for a file
    with a step that this version does not know, ArchiveError for an older one when ``read_only``,
    DatabaseUnusable for what is no database, DiskRefuses when the disk does.
    """
    with telling(path):
        return _open(path, migrations, read_only=read_only, owns_file=owns_file)


def _open(
    path: Path | None, migrations: Migrations, *, read_only: bool, owns_file: bool
) -> sqlite_utils.Database:
    db = sqlite_utils.Database(_connect(path, read_only=read_only))
    try:
        known = _known(migrations)
        _refuse_newer(db, migrations, path=path, owns_file=owns_file)
        if read_only:
            if len(migrations.applied(db)) < len(known):
                raise ArchiveError(f"{path} is of an older version; a crawl updates it")
            return db
        if path is not None:
            db.enable_wal()
        # a power failure may cost the last rows, never the file; they are made again
        db.execute("PRAGMA synchronous = NORMAL")
        if migrations.pending(db):
            migrations.apply(db)
            if owns_file:
                db.execute(f"PRAGMA user_version = {len(known)}")
    except BaseException:
        db.close()
        raise
    return db


def _connect(path: Path | None, *, read_only: bool) -> sqlite3.Connection:
    if path is None:
        address = "file::memory:"
    else:
        address = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rwc")
    return sqlite3.connect(address, uri=True, check_same_thread=False, timeout=BUSY_SECONDS)


def _known(migrations: Migrations) -> set[str]:
    return {step.name for step in migrations.pending(sqlite_utils.Database(memory=True))}


def _refuse_newer(
    db: sqlite_utils.Database, migrations: Migrations, *, path: Path | None, owns_file: bool
) -> None:
    known = _known(migrations)
    unknown = sorted({step.name for step in migrations.applied(db)} - known)
    version = int(db.execute("PRAGMA user_version").fetchone()[0]) if owns_file else 0
    if unknown or version > len(known):
        raise NewerSchema(
            f"{path} was written by a newer nianbao (schema {unknown[-1] if unknown else version}; "
            f"this one knows {len(known)} steps); nothing was changed. Update nianbao, or move the "
            "file aside and run `nianbao rebuild`"
        )
