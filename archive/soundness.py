"""Databases that cannot be used: what is said of them, and how one that can be lost is set aside.

Nothing that cannot be made again stands in a database: the WARC files are the archive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import ArchiveError, DatabaseUnusable, DiskRefuses

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def unusable(path: Path | None, error: sqlite3.Error) -> ArchiveError:
    """The error to raise in place of SQLite's: which file, and what to do.

    DiskRefuses for a full or failing disk, DatabaseUnusable for anything else.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended code holds it
    is_other = path is not None and path.exists() and not path.is_file()
    if code in _DISK and not is_other:
        return DiskRefuses(
            f"{path} cannot be written ({error}): make room on the disk and run the same command "
            "again; what is archived is safe"
        )
    if code in _DAMAGE:
        return DatabaseUnusable(
            f"{path} is damaged ({error}); `nianbao rebuild` makes archive.db and corpus.db again "
            "from the WARC files"
        )
    return DatabaseUnusable(
        f"{path} cannot be used as a database ({error}): look whether it is a file that this user "
        "may write; if it is lost, `nianbao rebuild` makes it again from the WARC files"
    )


@contextmanager
def telling(path: Path | None) -> Iterator[None]:
    """Turns what SQLite raises within into an error that names the file; see ``unusable``."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
            raise  # a fault of the program's, not of the file
        raise unusable(path, error) from error


def is_sound(path: Path) -> bool:
    """Whether SQLite can read a file, all of it. A missing one is sound: it is made."""
    if not path.exists():
        return True
    if not path.is_file():
        return False
    try:
        # read and write: after a kill, reading alone may not recover the WAL
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            return False
        raise unusable(path, error) from error


def set_aside_unsound(path: Path) -> Path | None:
    """Moves away a file that SQLite cannot read; returns where it is now, None if it is sound.

    Raises DatabaseUnusable for one that is not damaged and cannot be opened all the same.
    """
    if is_sound(path):
        return None
    moved = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d%H%M%S}")
    number = 1
    while moved.exists():
        number += 1
        moved = moved.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d%H%M%S}-{number}")
    path.rename(moved)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return moved
