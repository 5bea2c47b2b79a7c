"""Which records go into a WACZ, and where in it: whole exchanges, closed under revisits.

Records are copied as they lie in their files, one file of the package for each file of the archive;
so what they say of each other stays true. What is damaged, and a revisit whose original is not in
the archive, is left out and named; what suppress.txt takes down is left out too. All of it waits in
a temporary database: memory stays bounded.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.cdxj import lines_of
from archive.errors import ArchiveError, DamagedRecord, RecordNotFound
from archive.exchange_walk import first_record, walk_exchange
from archive.fixity import find_wrong_digests
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.records import RecordType, format_date, parse_date
from archive.rows import CaptureRow
from archive.suppression import load_suppression
from archive.walk import WARC_SUFFIX, Damage, WalkedRecord, find_warc, is_own, walk_file

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 200
_TAKEN_DOWN = "suppress.txt takes it down"

_TABLES = (
    # of a capture left out: why; else its file of the archive and its place there
    "CREATE TABLE captures (record_id TEXT PRIMARY KEY, why TEXT, target TEXT NOT NULL,"
    " moment TEXT NOT NULL, original TEXT, file TEXT, offset INTEGER) WITHOUT ROWID",
    "CREATE TABLE spans (file TEXT, offset INTEGER, length INTEGER, placed INTEGER,"
    " PRIMARY KEY (file, offset)) WITHOUT ROWID",
    "CREATE TABLE lines (file TEXT, offset INTEGER, key TEXT, fields TEXT,"
    " PRIMARY KEY (file, offset)) WITHOUT ROWID",
    "CREATE TABLE heads (file TEXT, offset INTEGER, length INTEGER,"
    " PRIMARY KEY (file, offset)) WITHOUT ROWID",
    "CREATE TABLE files (file TEXT PRIMARY KEY, name TEXT NOT NULL, made_head BLOB, size INTEGER)"
    " WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A capture that was wanted and is not in the package."""

    record_id: str
    url: str
    why: str

    def __str__(self) -> str:
        return f"{self.url} ({self.record_id}) is left out: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A capture in the package. ``target`` is the WARC-Target-URI of its record, ``original`` the
    record whose payload a revisit has, None for what is no revisit.
    """

    record_id: str
    target: str
    captured_at: datetime
    original: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies in the package: a member's name, and bytes of the gzip member in it."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A WARC file of the package: ``name`` there, ``size`` in bytes, the file of the archive that
    it is taken from, and what stands in front where that has no warcinfo.
    """

    name: str
    size: int
    source: str
    made_head: bytes


class PackagePlan:
    """Takes in captures, then places them. One archive, one package."""

    def __init__(self, folder: DataFolder, index: ArchiveIndex) -> None:
        self._warc = folder.warc
        self._index = index
        self._reader = ArchiveReader(folder, index)
        self._suppression = load_suppression(folder.suppress_file)
        self._db = sqlite3.connect("", isolation_level=None)  # on disk where it is large
        self._db.execute("PRAGMA journal_mode = OFF")
        for table in _TABLES:
            self._db.execute(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    # -- taking in ------------------------------------------------------------------------------

    def add(self, wanted: CaptureRow | str) -> bool:
        """Takes in the exchange of a row, or of a bare record id, and that of a revisit's original.
        Returns whether it is in the package; when it is not, ``iter_left_out`` says why.
        """
        record_id = wanted if isinstance(wanted, str) else wanted.pointer.record_id
        known = self._one("SELECT why IS NULL FROM captures WHERE record_id = ?", record_id)
        if known is not None:
            return bool(known[0])
        row = self._index.find(record_id) if isinstance(wanted, str) else wanted
        if row is None:
            self._leave_out(record_id, "", "the archive has no capture of this id")
            return False
        if record_id in self._suppression.record_ids or self._suppression.covers(row.url):
            self._leave_out(record_id, row.url, _TAKEN_DOWN)
            return False
        try:
            original = self._reader.original(row)
            if original is not None and not self.add(original):
                raise RecordNotFound(f"its original {original.pointer.record_id} is left out")
            self._take(row, original)
        except ArchiveError as error:
            self._leave_out(record_id, row.url, str(error))
            return False
        return True

    def _leave_out(self, record_id: str, url: str, why: str) -> None:
        self._db.execute(
            "INSERT INTO captures (record_id, why, target, moment) VALUES (?, ?, ?, '')",
            (record_id, why, url),
        )

    def _take(self, row: CaptureRow, original: CaptureRow | None) -> None:
        """All of an exchange, or none of it when a record is damaged."""
        pointer, spans = row.pointer, []

        def sound() -> Iterator[WalkedRecord]:
            for record in walk_exchange(self._warc, row):
                for wrong in find_wrong_digests(record.headers, record.block):
                    raise DamagedRecord(f"{pointer.file} offset {record.offset}: {wrong}")
                spans.append((pointer.file, record.offset, record.length))
                if record.offset == pointer.offset:
                    main.append(record)
                yield record

        main: list[WalkedRecord] = []
        lines = [
            (pointer.file, int(line.fields["offset"] or 0), *line.parts())
            for line in lines_of(sound(), "")
        ]
        headers = main[0].headers
        self._db.executemany("INSERT OR IGNORE INTO spans VALUES (?, ?, ?, NULL)", spans)
        self._db.executemany("INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?)", lines)
        self._db.execute(
            "INSERT INTO captures VALUES (?, NULL, ?, ?, ?, ?, ?)",
            (
                *(pointer.record_id, headers.target_uri, format_date(headers.date)),
                original.pointer.record_id if original is not None else None,
                *(pointer.file, pointer.offset),
            ),
        )

    # -- placing --------------------------------------------------------------------------------

    def place(self) -> None:
        """Gives every record its place in the package. Nothing is taken in after it."""
        taken: set[str] = set()
        for (file,) in self._db.execute("SELECT DISTINCT file FROM spans ORDER BY file").fetchall():
            name = _free_name(file, taken)
            taken.add(name.lower())
            made = self._head_file(file)
            self._db.execute("INSERT INTO files VALUES (?, ?, ?, 0)", (file, name, made))
            self._db.execute(
                "UPDATE spans SET placed = ? + before FROM (SELECT offset AS at, sum(length) OVER"
                " (ORDER BY offset ROWS UNBOUNDED PRECEDING) - length AS before FROM spans"
                " WHERE file = ?) WHERE file = ? AND offset = at",
                (len(made), file, file),
            )
            self._db.execute(
                "UPDATE files SET size = (SELECT max(placed + length) FROM spans WHERE file = ?)"
                " WHERE file = ?",
                (file, file),
            )

    def _head_file(self, file: str) -> bytes:
        """Takes in the warcinfo records under which the records of a file stand; where there is
        none before the first of them, returns one that is made.
        """
        path = find_warc(self._warc, file)
        if path is None:
            raise RecordNotFound(f"{self._warc / file} is not there any more")
        self._find_heads(file, path)
        above = "SELECT max(offset) FROM heads WHERE file = ? AND offset < ?"
        (first,) = self._need("SELECT min(offset) FROM spans WHERE file = ?", file)
        (head,) = self._need(above, file, first)
        self._db.execute(
            "INSERT OR IGNORE INTO spans SELECT h.file, h.offset, h.length, NULL FROM heads h"
            " WHERE h.file = :file AND EXISTS (SELECT 1 FROM spans s WHERE s.file = :file"
            " AND s.offset > h.offset AND s.offset < coalesce((SELECT min(n.offset) FROM heads n"
            " WHERE n.file = :file AND n.offset > h.offset), 9e18))",
            {"file": file},
        )
        if head is not None:
            return b""
        (moment,) = self._need("SELECT min(moment) FROM captures WHERE file = ?", file)
        return first_record(file, parse_date(moment))

    def _find_heads(self, file: str, path: Path) -> None:
        """A file of ours begins with its one warcinfo; another tool's may hold several."""
        for record in walk_file(path, skim=is_own(file)):
            if not isinstance(record, Damage) and record.headers.record_type == RecordType.WARCINFO:
                self._db.execute(
                    "INSERT INTO heads VALUES (?, ?, ?)", (file, record.offset, record.length)
                )
            if is_own(file):
                return

    # -- asking ---------------------------------------------------------------------------------

    def iter_left_out(self) -> Iterator[LeftOut]:
        """Captures that were wanted and are not there, by address, without those taken down."""
        query = "SELECT record_id, target, why FROM captures WHERE why <> ? ORDER BY 2, 1"
        for record_id, url, why in self._db.execute(query, (_TAKEN_DOWN,)):
            yield LeftOut(record_id=record_id, url=url, why=why)

    def iter_packed(self) -> Iterator[Packed]:
        """The captures of the package in (captured_at, target, record_id) order."""
        query = (
            "SELECT record_id, target, moment, original FROM captures WHERE why IS NULL"
            " ORDER BY moment, target, record_id"
        )
        for record_id, target, moment, original in self._db.execute(query):
            yield Packed(
                record_id=record_id,
                target=target,
                captured_at=parse_date(moment),
                original=original,
            )

    def count(self) -> int:
        """How many captures the package holds."""
        return int(self._need("SELECT count(*) FROM captures WHERE why IS NULL")[0])

    def count_taken_down(self) -> int:
        """How many captures that were wanted suppress.txt takes down."""
        return int(self._need("SELECT count(*) FROM captures WHERE why = ?", _TAKEN_DOWN)[0])

    def newest(self) -> datetime:
        """When the last capture of the package was made. Only of one that holds any."""
        return parse_date(self._need("SELECT max(moment) FROM captures WHERE why IS NULL")[0])

    def find_place(self, record_id: str) -> Place | None:
        """Where a capture's record lies in the package; None where it does not. After ``place``."""
        found = self._one(
            "SELECT f.name, s.placed, s.length FROM captures c JOIN files f USING (file)"
            " JOIN spans s ON s.file = c.file AND s.offset = c.offset WHERE c.record_id = ?",
            record_id,
        )
        if found is None:
            return None
        return Place(file=f"archive/{found[0]}", offset=found[1], length=found[2])

    def iter_files(self) -> Iterator[PackedFile]:
        """The WARC files of the package, by name of their source. After ``place``."""
        for source, name, made, size in self._db.execute("SELECT * FROM files ORDER BY file"):
            yield PackedFile(name=name, size=size, source=source, made_head=made)

    def iter_spans(self, source: str) -> Iterator[tuple[int, int]]:
        """Offset and length of what is copied of a file, in order."""
        query = "SELECT offset, length FROM spans WHERE file = ? ORDER BY offset"
        yield from self._db.execute(query, (source,))

    def iter_lines(self) -> Iterator[str]:
        """The CDXJ lines of the package, sorted by bytes. After ``place``."""
        self._db.create_function("cdxj", 4, _line, deterministic=True)
        query = (
            "SELECT cdxj(l.key, l.fields, s.placed, f.name) FROM lines l"
            " JOIN spans s USING (file, offset) JOIN files f USING (file) ORDER BY 1"
        )
        for (line,) in self._db.execute(query):
            yield line

    def _one(self, query: str, *given: str | int) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._db.execute(query, given).fetchone()
        return found

    def _need(self, query: str, *given: str | int) -> tuple[Any, ...]:
        found = self._one(query, *given)
        assert found is not None
        return found


def _line(key: str, fields: str, offset: int, name: str) -> str:
    placed = json.loads(fields) | {"offset": str(offset), "filename": name}
    return f"{key} {json.dumps(placed)}\n"


def _free_name(file: str, taken: set[str]) -> str:
    """The file's own name, of characters that are safe in any package, made another where one of
    the package has it: names that differ in case alone are one on many systems.
    """
    stem = _UNSAFE.sub("_", file.rpartition("/")[2].removesuffix(WARC_SUFFIX))
    stem = stem[-_MAX_NAME:].lstrip(".-") or "records"
    names = (f"{stem}{tail}{WARC_SUFFIX}" for tail in ("", *(f"-{n}" for n in range(2, 10_000))))
    return next(name for name in names if name.lower() not in taken)
