"""Walks a WARC file record by record, and goes on behind damage.

After a damaged stretch the walk resumes at the next gzip member that begins with a WARC header.
A payload may itself hold such members (an archived WARC file): so in a file whose records name
their warcinfo record, only those with that WARC-Warcinfo-ID are believed there, which no server can
know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from isal import isal_zlib

from archive.capture import SPOOL_BYTES, spool
from archive.errors import DamagedRecord
from archive.http_message import ByteSource
from archive.member import MAX_RECORD_BYTES
from archive.records import RECORD_END, Block, RecordHeaders, RecordType, bare, parse_head
from archive.skim import FileWindow, UnpackedLater, skim

MAIN_TYPES = (RecordType.RESPONSE, RecordType.REVISIT, RecordType.RESOURCE)

OPEN_SUFFIX = ".open"
WARC_SUFFIX = ".warc.gz"

MAX_HEAD_BYTES = 256 * 1024
"""Of a record's header block: an address of 64 KiB twice, and room."""

_FIRST_READ = 2 * 1024
_READ = 64 * 1024
_PROBE = 1024
_WINDOW = 1024 * 1024
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedRecord:
    """A whole record: where its gzip member lies, its header fields and its block."""

    offset: int
    length: int
    headers: RecordHeaders
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A stretch that holds no readable record. ``length`` reaches to the next record or to the end
    of the file; ``at_end`` when nothing readable follows.
    """

    offset: int
    length: int
    problem: str
    at_end: bool


def warc_names(folder: Path) -> list[str]:
    """Names of the WARC files below a folder, relative and final (without ``.open``), in order:
    our own by time, then imported ones.
    """
    found = {
        path.relative_to(folder).as_posix().removesuffix(OPEN_SUFFIX)
        for path in folder.rglob("*" + WARC_SUFFIX + "*")
        if path.name.endswith((WARC_SUFFIX, WARC_SUFFIX + OPEN_SUFFIX)) and path.is_file()
    }
    return sorted(found, key=lambda name: ("/" in name, name))


def find_warc(folder: Path, name: str) -> Path | None:
    """The file of this final name, closed or open; None if neither is there."""
    # closed, open, closed again: it may be renamed between two looks
    for path in (folder / name, folder / (name + OPEN_SUFFIX), folder / name):
        if path.is_file():
            return path
    return None


def is_own(name: str) -> bool:
    """Whether a WARC file was written here; others lie in folders of their own."""
    return "/" not in name


def walk_file(path: Path, *, start: int = 0, skim: bool = False) -> Iterator[WalkedRecord | Damage]:
    """Records and damaged stretches in file order, from the member that begins at ``start``.

    ``skim`` is for a file written here: members that say their lengths are then checked by the
    checksum of their packed bytes, and unpacked when their block is read. Who made the file could
    hide records behind lengths of his choice. Blocks above SPOOL_BYTES lie in a temporary file. A
    file that grows is read up to the size it had at first. A record's block can be read until the
    next record is asked for.
    """
    with path.open("rb") as file:
        yield from walk_records(file, start=start, skim=skim)


def walk_records(
    file: ByteSource, *, start: int = 0, skim: bool = False
) -> Iterator[WalkedRecord | Damage]:
    """The same of an open file, which is not closed."""
    yield from _Walk(file, start, skims=skim).records()


def begins_exchange(walked: WalkedRecord | Damage) -> bool:
    """Whether a record is the answer of an exchange, which stands first in files written here."""
    return isinstance(walked, WalkedRecord) and walked.headers.record_type in MAIN_TYPES


def find_exchange(path: Path, place: int) -> int:
    """Where, in a file written here, the first record begins at or behind a place with which an
    exchange begins; the length of the file when none follows. Found by search: a payload that
    holds records of the file's own series could deceive it.
    """
    with path.open("rb") as file:
        walk = _Walk(file, 0, skims=True)
        next(walk.records(), None)  # which names the series
        begin = walk.resume_after(place - 1)
        if begin is None:
            return walk.size
        walk.go_to(begin)
        for walked in walk.records():
            if begins_exchange(walked):
                return walked.offset
        return walk.size


@dataclass(frozen=True, slots=True)
class _Member:
    """A decompressed member: ``beginning`` holds at least its first MAX_HEAD_BYTES, ``length`` is
    that of its packed bytes.
    """

    content: IO[bytes]
    beginning: bytes
    size: int
    length: int


class _Walk:
    def __init__(self, file: ByteSource, start: int, *, skims: bool) -> None:
        self._file = file
        self._window = FileWindow(file)
        self.size = self._window.size
        self._at = start
        self._skims = skims
        self._series: str | None = None

    def go_to(self, offset: int) -> None:
        """Goes on with the member that begins there."""
        self._at = offset

    def records(self) -> Iterator[WalkedRecord | Damage]:
        while self._at < self.size:
            offset = self._at
            try:
                record = self._record(offset)
            except DamagedRecord as error:
                following = self.resume_after(offset)
                end = self.size if following is None else following
                self._at = end
                yield Damage(
                    offset=offset,
                    length=end - offset,
                    problem=str(error),
                    at_end=following is None,
                )
                continue
            self._at = offset + record.length
            self._series = series_of(record.headers) or self._series
            yield record

    def _record(self, offset: int) -> WalkedRecord:
        if self._skims and (found := skim(self._window, offset)) is not None:
            source = UnpackedLater(found.beginning, lambda: self._inflate(offset).content)
            known = found.beginning[found.block_start : found.block_start + found.block_length]
            block = Block(source, found.block_start, found.block_length, known)
            return WalkedRecord(
                offset=offset, length=found.length, headers=found.headers, block=block
            )
        member = self._inflate(offset)
        headers, start = parse_head(member.beginning)
        block = Block(member.content, start, headers.content_length)
        behind = member.size - start - block.length
        if behind != len(RECORD_END) or not self._ends(member):
            raise DamagedRecord(
                f"Content-Length is {block.length}, but {member.size - start} bytes follow the "
                "header"
            )
        return WalkedRecord(offset=offset, length=member.length, headers=headers, block=block)

    @staticmethod
    def _ends(member: _Member) -> bool:
        if member.size == len(member.beginning):
            return member.beginning.endswith(RECORD_END)
        member.content.seek(member.size - len(RECORD_END))
        return member.content.read() == RECORD_END

    def _inflate(self, offset: int) -> _Member:
        """Memory stays bounded, whatever the member holds."""
        decompressor = isal_zlib.decompressobj(wbits=31)
        taken = size = 0
        parts: list[bytes] = []
        large: IO[bytes] | None = None
        while not decompressor.eof:
            packed: bytes | memoryview = decompressor.unconsumed_tail
            if not packed:
                # most members are small, and what is taken beyond their end is copied
                packed = self._window.read(offset + taken, _READ if taken else _FIRST_READ)
                taken += len(packed)
            if not packed:
                raise DamagedRecord("the gzip member is torn")
            piece = _decompress(decompressor, packed)
            size += len(piece)
            if size > MAX_RECORD_BYTES:
                raise DamagedRecord(f"the gzip member holds more than {MAX_RECORD_BYTES} bytes")
            if large is None and size > SPOOL_BYTES:
                large = spool()
                large.write(b"".join(parts))
            if large is None:
                parts.append(piece)
            else:
                large.write(piece)
        length = taken - len(decompressor.unused_data)
        if large is None:
            whole = b"".join(parts)
            return _Member(BytesIO(whole), whole, size, length)
        large.seek(0)
        return _Member(large, large.read(MAX_HEAD_BYTES), size, length)

    def resume_after(self, offset: int) -> int | None:
        """Where the next believable record begins; None if none follows."""
        base = offset + 1
        while base < self.size:
            self._file.seek(base)
            window = self._file.read(_WINDOW + _PROBE)
            for match in _MEMBER.finditer(window, 0, _WINDOW + 4):
                if match.start() < _WINDOW and self._begins_record(window, base, match.start()):
                    return base + match.start()
            base += _WINDOW
        return None

    def _begins_record(self, window: bytes, base: int, place: int) -> bool:
        """Whether a member of this file's series begins here: looked at cheaply first, since a
        hostile payload can hold millions of gzip signatures.
        """
        if not _beginning(window[place : place + _PROBE], 7).startswith(b"WARC/1."):
            return False
        self._file.seek(base + place)
        try:
            headers, _ = parse_head(_beginning(self._file.read(MAX_HEAD_BYTES), MAX_HEAD_BYTES))
        except DamagedRecord:
            return False
        return self._series is None or series_of(headers) == self._series


def _decompress(decompressor: isal_zlib.Decompress, packed: bytes | memoryview) -> bytes:
    try:
        return decompressor.decompress(packed, SPOOL_BYTES)
    except isal_zlib.error as error:  # type: ignore[misc]  # declared as an instance
        raise DamagedRecord(f"not a whole gzip member ({error})") from error


def _beginning(packed: bytes, length: int) -> bytes:
    try:
        return bytes(isal_zlib.decompressobj(wbits=31).decompress(packed, length))
    except isal_zlib.error:  # type: ignore[misc]  # declared as an instance
        return b""


def series_of(headers: RecordHeaders) -> str | None:
    """The id of the warcinfo record that a record stands under; None where it names none."""
    if headers.record_type == RecordType.WARCINFO:
        return headers.record_id
    value = headers.get("warc-warcinfo-id")
    return None if value is None else bare(value)
