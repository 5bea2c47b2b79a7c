"""The rows of a WARC file made by several processes, each of a part of it, as one makes them.

A part begins at the first response, revisit or resource record at or behind its place, which a
search finds, and is read up to that of the next part. Whether the search was right is known when
the part before it has been read, record by record from the beginning of the file: where that one
ended the next one must have begun. Otherwise what it brought is not used (archive.rebuild).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive.columns import (
    CAPTURE_COLUMNS,
    FAILURE_COLUMNS,
    Value,
    values_of,
)
from archive.ingest import read_rows
from archive.rows import Rows
from archive.walk import Damage, find_exchange, is_own

PART_BYTES = 16 * 1024 * 1024
"""Of a WARC file: about a thousand captures, read in half a second; their rows take 1 MB."""

START_COLUMNS = "run_id, started_at, ordered_at, portal_files, versions, settings_digest"
END_COLUMNS = "run_id, finished_at, outcome, counts"

_COLUMNS = {
    "captures": CAPTURE_COLUMNS,
    "failures": FAILURE_COLUMNS,
    "starts": START_COLUMNS,
    "ends": END_COLUMNS,
}

DAMAGES = 1000
"""Damaged stretches kept of a part; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A part of a WARC file: from ``start`` up to ``stop``, None for its end. ``rows`` is where the
    database goes that holds what was read.
    """

    path: Path
    file: str
    start: int
    stop: int | None
    rows: Path


@dataclass(slots=True, kw_only=True)
class ReadPart:
    """A part that was read: from where to where, and what could not be."""

    part: FilePart
    begin: int
    read_to: int
    damages: list[Damage] = field(default_factory=list)
    damage_count: int = 0


def parts_of(path: Path, *, file: str, folder: Path) -> Iterator[FilePart]:
    """The parts of a file in order: of one written here several, as its records say which series
    they belong to; an imported one is read whole.
    """
    size = path.stat().st_size
    starts = list(range(0, max(size, 1), PART_BYTES)) if is_own(file) else [0]
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
        rows = folder / f"{file.replace('/', '_')}.{number}.db"
        yield FilePart(path=path, file=file, start=start, stop=stop, rows=rows)


def read_part(part: FilePart) -> ReadPart:
    """Reads a part into its database; in a process of its own or not."""
    begin = 0 if part.start == 0 else find_exchange(part.path, part.start)
    read = ReadPart(part=part, begin=begin, read_to=begin)
    part.rows.unlink(missing_ok=True)
    with closing(sqlite3.connect(part.rows, isolation_level=None)) as db:
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
        for table, columns in _COLUMNS.items():
            db.execute(f"CREATE TABLE {table} ({columns})")
        for piece in read_rows(part.path, file=part.file, start=begin, stop=part.stop):
            if isinstance(piece, Damage):
                read.damage_count += 1
                read.damages += [piece] if read.damage_count <= DAMAGES else []
            else:
                _put(db, piece.rows)
                read.read_to = piece.read_to
        db.execute("COMMIT")
    return read


def _put(db: sqlite3.Connection, rows: Rows) -> None:
    values = values_of(rows)
    for table in _COLUMNS:
        marks = ", ".join("?" * (_COLUMNS[table].count(",") + 1))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", values(table))  # noqa: S608


class PartRows:
    """What a part's database holds, table by table, in the order in which it was read."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def values(self, table: str) -> Iterator[tuple[Value, ...]]:
        """The rows of ``captures``, ``failures``, ``starts`` or ``ends`` as values of their
        columns.
        """
        return iter(self._db.execute(f"SELECT * FROM {table} ORDER BY rowid"))  # noqa: S608
