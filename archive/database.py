"""How every database of a data folder is opened: WAL, ordered migrations, never a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from archive.errors import ArchiveError, NewerSchema
from archive.soundness import telling

if TYPE_CHECKING:
    import sqlite_utils

BUSY_SECONDS = 60
"""How long to wait for another process's transaction (a rebuild of a large archive)."""

Step: TypeAlias = Callable[["sqlite_utils.Database"], None]


class Migrations:
    """The ordered steps of one schema, registered by decorating their functions, whose names are
    kept in the database.

    They are sqlite-utils' migrations, and recorded as such. That library is imported when a step
    is to be applied, which is once in a database's life: importing it takes as long as indexing
    a thousand captures.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._steps: list[Step] = []

    def __call__(self) -> Callable[[Step], Step]:
        """The decorator of a step."""

        def register(step: Step) -> Step:
            self._steps.append(step)
            return step

        return register

    @property
    def names(self) -> list[str]:
        """Names of the steps, in order."""
        return [step.__name__ for step in self._steps]

    def applied(self, db: sqlite3.Connection) -> set[str]:
        """Names of the steps that a database has had, known here or not."""
        tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
        if db.execute(tables).fetchone() is None:
            return set()
        query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
        return {name for (name,) in db.execute(query, [self.name])}

    def apply(self, db: sqlite3.Connection) -> None:
        """Applies the steps that a database has not had, each in a transaction of its own."""
        import sqlite_utils  # here: see above
        from sqlite_utils.migrations import Migrations as StoredMigrations

        steps = StoredMigrations(self.name)
        for step in self._steps:
            steps()(step)
        steps.apply(sqlite_utils.Database(db))


def open_database(
    path: Path | None,
    migrations: Migrations,
    *,
    read_only: bool = False,
    owns_file: bool = True,
) -> sqlite_utils.Database:
    """``connect_database`` with the methods of sqlite-utils."""
    import sqlite_utils  # here: the index does without it

    db = connect_database(path, migrations, read_only=read_only, owns_file=owns_file)
    return sqlite_utils.Database(db)


def connect_database(
    path: Path | None,
    migrations: Migrations,
    *,
    read_only: bool = False,
    owns_file: bool = True,
) -> sqlite3.Connection:
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
) -> sqlite3.Connection:
    db = _connect(path, read_only=read_only)
    try:
        applied, known = migrations.applied(db), migrations.names
        version = int(db.execute("PRAGMA user_version").fetchone()[0]) if owns_file else 0
        _refuse_newer(applied, known, version=version, path=path)
        is_current = applied.issuperset(known)
        if read_only:
            if not is_current:
                raise ArchiveError(f"{path} is of an older version; a crawl updates it")
            return db
        if path is not None:
            db.execute("PRAGMA journal_mode = WAL")
        # a power failure may cost the last rows, never the file; they are made again
        db.execute("PRAGMA synchronous = NORMAL")
        if not is_current:
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


def _refuse_newer(applied: set[str], known: list[str], *, version: int, path: Path | None) -> None:
    unknown = sorted(applied.difference(known))
    if unknown or version > len(known):
        raise NewerSchema(
            f"{path} was written by a newer nianbao (schema {unknown[-1] if unknown else version}; "
            f"this one knows {len(known)} steps); nothing was changed. Update nianbao, or move the "
            "file aside and run `nianbao rebuild`"
        )


def remove_database(path: Path) -> None:
    """Removes a database that is only half made, with its WAL."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
