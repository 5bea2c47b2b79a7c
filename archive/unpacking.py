"""A file's bytes as they were before anyone packed them: plain, in gzip members, or in zstd.

Owns the bound on what a small file may become. Where packed bytes are damaged a stream ends, and
another begins at the next gzip member that begins a record.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from isal import isal_zlib

from archive.errors import DamagedRecord

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"

LEAST_LIMIT = 1024 * 1024 * 1024
MOST_TIMES = 200
"""A file may unpack to LEAST_LIMIT bytes or to MOST_TIMES its size: crawls packed as one come to 5
to 20 times, bombs to 1,000 and more.
"""

_PIECE = 256 * 1024
_PACKED = 32 * 1024
"""Read at a time: what stands behind the end of each member is copied."""

_WINDOW = 1024 * 1024
_PROBE = 4096
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_ZSTD_WINDOW_LOG = 27
"""128 MiB: what zstd itself asks at most without being told to."""

Begins = Callable[[bytes], bool]
"""Whether unpacked bytes begin a record."""


class Stream(Protocol):
    """Bytes in one piece of a file. ``size`` is None where it is not known."""

    @property
    def size(self) -> int | None:
        """How many bytes."""

    def read_piece(self) -> bytes:
        """The next bytes, none at the end. Raises DamagedRecord."""

    def place(self, offset: int) -> str:
        """Where in the file a byte of the stream lies, for a person."""


class Budget:
    """How much a file may still unpack to."""

    def __init__(self, size: int) -> None:
        self._limit = self._left = max(LEAST_LIMIT, MOST_TIMES * size)

    @property
    def is_spent(self) -> bool:
        """Whether the file was given up."""
        return self._left < 0

    def take(self, count: int) -> None:
        """Raises DamagedRecord when it is too much."""
        self._left -= count
        if self.is_spent:
            raise DamagedRecord(f"it unpacks to more than {self._limit} bytes, as bombs do")


def iter_streams(path: Path, begins: Begins) -> Iterator[Stream]:
    """The streams of a file, one unless it is packed and damaged: the next may be asked for when
    the one before is read to its end or its damage.
    """
    with path.open("rb") as file:
        start = file.read(len(ZSTD))
        file.seek(0)
        if start == ZSTD:
            yield _Zstd(file, Budget(path.stat().st_size))
        elif start.startswith(GZIP):
            yield from _gzip_streams(file, Budget(path.stat().st_size), begins)
        else:
            yield _Plain(file, path.stat().st_size)


def first_bytes(path: Path) -> bytes:
    """The first bytes of what is packed in a file (at most _PROBE); empty where they cannot be
    unpacked.
    """
    for stream in iter_streams(path, lambda _: False):
        try:
            return stream.read_piece()[:_PROBE]
        except DamagedRecord:
            break
    return b""


def can_unpack_zstd() -> bool:
    """Whether this Python reads zstd: by itself from 3.14 on, else by what Scrapy brings."""
    return _zstd() is not None


def _zstd() -> Any:  # noqa: ANN401  # either of two modules
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from backports import zstd  # type: ignore[no-redef,unused-ignore]
        except ImportError:
            return None
    return zstd


class _Plain:
    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = self.size = size

    def read_piece(self) -> bytes:
        piece = self._file.read(min(_PIECE, self._left))  # what it grows by is for another time
        self._left -= len(piece)
        return piece

    def place(self, offset: int) -> str:
        return f"offset {offset}"


class _Zstd:
    size = None

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        zstd = _zstd()
        most = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        self._unpacked = zstd.ZstdFile(file, options=most)
        self._error = zstd.ZstdError
        self._budget = budget

    def read_piece(self) -> bytes:
        try:
            piece = bytes(self._unpacked.read1(_PIECE))
        except (self._error, EOFError) as error:
            raise DamagedRecord(f"not whole ({error})") from error
        self._budget.take(len(piece))
        return piece

    def place(self, offset: int) -> str:
        return f"offset {offset} of what is packed in it"


def one_member(file: IO[bytes], offset: int) -> GzipMembers:
    """The stream of one gzip member alone."""
    return GzipMembers(file, offset, Budget(LEAST_LIMIT // MOST_TIMES), most=1)


def _gzip_streams(file: IO[bytes], budget: Budget, begins: Begins) -> Iterator[Stream]:
    at: int | None = 0
    while at is not None:
        members = GzipMembers(file, at, budget)
        yield members
        at = None if members.is_whole or budget.is_spent else members.resume(begins)


class GzipMembers:
    """Gzip members one behind the other, ``most`` of them; None for all.

    ``is_whole`` says that the last one ended.
    """

    size = None

    def __init__(
        self, file: IO[bytes], start: int, budget: Budget, *, most: int | None = None
    ) -> None:
        self._file = file
        self._budget = budget
        self._most = most
        self._decompressor: isal_zlib.Decompress | None = None
        self._packed = b""
        self._next = start
        self._unpacked = 0
        self._starts, self._offsets = array("Q"), array("Q")
        self.is_whole = False

    def read_piece(self) -> bytes:
        """As Stream has it."""
        while not self.is_whole:
            if self._decompressor is None and not self._begin_member():
                break
            if piece := self._inflate():
                self._budget.take(len(piece))
                self._unpacked += len(piece)
                return piece
        return b""

    def place(self, offset: int) -> str:
        """By the member in which the byte is packed."""
        number = max(bisect_right(self._starts, offset) - 1, 0)
        member = self._offsets[number] if self._offsets else self._next
        inside = offset - self._starts[number] if self._starts else 0
        return f"offset {member}, byte {inside} of what is packed there"

    def resume(self, begins: Begins) -> int | None:
        """Where a member behind the damage begins a record; None if none does."""
        return find_member(self._file, self._offsets[-1] + 1 if self._offsets else 1, begins)

    def _begin_member(self) -> bool:
        """False at the end of the file."""
        self._packed = self._packed or self._read()
        while self._packed and not self._packed.strip(b"\0"):
            self._packed = self._read()  # what pads a file to the blocks of a tape
        if not self._packed or len(self._starts) == self._most:
            self.is_whole = True
            return False
        self._starts.append(self._unpacked)
        self._offsets.append(self._next - len(self._packed))
        self._decompressor = isal_zlib.decompressobj(wbits=31)
        return True

    def _inflate(self) -> bytes:
        decompressor = self._decompressor
        assert decompressor is not None
        self._packed = self._packed or self._read()
        if not self._packed:
            raise DamagedRecord("the gzip member is torn")
        try:
            piece = bytes(decompressor.decompress(self._packed, _PIECE))
        except isal_zlib.error as error:  # type: ignore[misc]  # declared as an instance
            raise DamagedRecord(f"not a whole gzip member ({error})") from error
        self._packed = decompressor.unconsumed_tail
        if decompressor.eof:
            self._packed, self._decompressor = decompressor.unused_data, None
        return piece

    def _read(self) -> bytes:
        self._file.seek(self._next)
        packed = self._file.read(_PACKED)
        self._next += len(packed)
        return packed


def find_member(file: IO[bytes], start: int, begins: Begins) -> int | None:
    """Where the next gzip member that ``begins`` a record lies, from ``start`` on."""
    base = start
    while True:
        file.seek(base)
        window = file.read(_WINDOW + _PROBE)
        for match in _MEMBER.finditer(window, 0, _WINDOW + 3):
            place = match.start()
            if place < _WINDOW and begins(beginning_of(window[place : place + _PROBE])):
                return base + place
        if len(window) <= _WINDOW:
            return None
        base += _WINDOW


def beginning_of(packed: bytes) -> bytes:
    """The first bytes of what a gzip member holds (at most _PROBE); empty where it holds none."""
    try:
        return bytes(isal_zlib.decompressobj(wbits=31).decompress(packed, _PROBE))
    except isal_zlib.error:  # type: ignore[misc]  # declared as an instance
        return b""
