"""Members of which only the beginning is unpacked, because they say their lengths.

What a member says is not believed: the packed bytes must have the checksum that stands beside it,
the file must go on behind them with another member or end there, and the record's Content-Length
must be the one that the unpacked length leaves room for. Otherwise the member is unpacked whole
like any other, and what is wrong with it is found then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isal import isal_zlib

from archive.errors import DamagedRecord
from archive.http_message import ByteSource
from archive.member import SkipLengths, read_skip_lengths, unpacked_size
from archive.records import RECORD_END, RecordHeaders, parse_head

WINDOW = 1024 * 1024
"""Bytes of a file read at a time."""

_PACKED = 1536
_UNPACKED = 4096
"""How much of a member is unpacked: the WARC header, the HTTP head and a little more."""

_SIGNATURE = b"\x1f\x8b\x08"


class FileWindow:
    """Reads a file at any place, a window at a time; its size is the one that it had at first."""

    def __init__(self, file: ByteSource) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._base = 0
        self._view = memoryview(b"")

    def read(self, offset: int, length: int) -> memoryview:
        """Bytes from ``offset`` on: ``length``, fewer at the end of the file."""
        length = min(length, self.size - offset)
        begin = offset - self._base
        if begin < 0 or begin + length > len(self._view):
            self._file.seek(offset)
            wanted = min(max(length, WINDOW), self.size - offset)
            self._base, self._view, begin = offset, memoryview(self._file.read(wanted)), 0
        return self._view[begin : begin + length]


class UnpackedLater:
    """The content of a member, unpacked whole when more than its beginning is read."""

    __slots__ = ("_at", "_beginning", "_unpack", "_whole")

    def __init__(self, beginning: bytes, unpack: Callable[[], ByteSource]) -> None:
        self._beginning = beginning
        self._unpack = unpack
        self._whole: ByteSource | None = None
        self._at = 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Only from the begin."""
        assert whence == 0
        self._at = offset
        return offset

    def read(self, size: int = -1, /) -> bytes:
        """Raises DamagedRecord when the member cannot be unpacked."""
        end = self._at + size
        if size >= 0 and end <= len(self._beginning):
            found = self._beginning[self._at : end]
        else:
            self._whole = self._whole or self._unpack()
            self._whole.seek(self._at)
            found = self._whole.read(size)
        self._at += len(found)
        return found


@dataclass(frozen=True, slots=True)
class Skimmed:
    """A record whose member holds what it says: ``length`` bytes packed, the content up to and
    beyond the header, which ends at ``block_start``.
    """

    headers: RecordHeaders
    block_start: int
    block_length: int
    length: int
    beginning: bytes


def skim(window: FileWindow, offset: int) -> Skimmed | None:
    """The record at ``offset``; None where its member has to be unpacked whole."""
    packed = window.read(offset, _PACKED)
    lengths = read_skip_lengths(packed)
    if lengths is None or not _holds(window, offset, lengths):
        return None
    try:
        beginning = isal_zlib.decompressobj(wbits=31).decompress(packed, _UNPACKED)
        headers, start = parse_head(beginning)
        length = headers.content_length
    except (DamagedRecord, isal_zlib.error):  # type: ignore[misc]  # declared as an instance
        return None
    if start + length + len(RECORD_END) != lengths.unpacked:
        return None
    return Skimmed(headers, start, length, lengths.packed, beginning)


def _holds(window: FileWindow, offset: int, lengths: SkipLengths) -> bool:
    """Whether the packed bytes are those that were written, and are followed by a member."""
    end = offset + lengths.packed
    if end > window.size:
        return False
    checksum, at = 0, offset + lengths.packed_start
    if lengths.packed < WINDOW:  # one look at the whole member and what follows
        member = window.read(offset, lengths.packed + len(_SIGNATURE))
        return (
            isal_zlib.crc32(member[lengths.packed_start : lengths.packed]) == lengths.checksum
            and unpacked_size(member[lengths.packed - 4 : lengths.packed]) == lengths.unpacked
            and member[lengths.packed :] in (b"", _SIGNATURE)
        )
    while at < end:
        piece = window.read(at, min(WINDOW, end - at))
        if not piece:
            return False
        checksum = isal_zlib.crc32(piece, checksum)
        at += len(piece)
    if checksum != lengths.checksum or unpacked_size(window.read(end - 4, 4)) != lengths.unpacked:
        return False
    return end == window.size or window.read(end, len(_SIGNATURE)) == _SIGNATURE
