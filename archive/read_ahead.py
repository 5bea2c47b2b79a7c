"""A stream that is read once, with room to look back: bytes by their offset, on disk and bounded.

What was packed cannot be gone back in; whether a record is whole shows only behind it. So the last
CAPACITY bytes lie in a ring in a temporary file, and memory holds a piece.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

from archive.errors import DamagedRecord
from archive.member import MAX_RECORD_BYTES
from archive.walk import MAX_HEAD_BYTES

CAPACITY = MAX_RECORD_BYTES + 8 * MAX_HEAD_BYTES
"""Bytes that can be looked back on: the largest record with what stands before and behind it."""


class ReadAhead:
    """Bytes of a stream by offset. ``read_piece`` gives the next bytes, none at the end, and raises
    DamagedRecord where the stream breaks off: ``damage`` then says why. ``size`` is how many there
    are, None where that is not known.
    """

    def __init__(self, read_piece: Callable[[], bytes], *, size: int | None = None) -> None:
        self._read_piece = read_piece
        self._size = size
        self._ring = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed by ``close``
        self.end = 0
        self.damage: str | None = None
        self._ended = False

    def close(self) -> None:
        """Gives the room on disk back."""
        self._ring.close()

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset`` on, fewer where the stream ends. What lies further back
        than CAPACITY is gone, and must not be asked for.
        """
        self.take_to(offset + length if self._size is None else min(offset + length, self._size))
        length = min(length, self.end - offset)
        if length <= 0:
            return b""
        assert offset + CAPACITY >= self.end, f"{offset} is gone at {self.end}"
        place = offset % CAPACITY
        first = min(length, CAPACITY - place)
        found = os.pread(self._ring.fileno(), first, place)
        if first < length:
            found += os.pread(self._ring.fileno(), length - first, 0)
        return found

    def take_to(self, offset: int) -> bool:
        """Whether the stream goes that far; it is read on to there."""
        if self._size is not None and offset > self._size:
            return False  # what is near enough is still there to be looked at
        while self.end < offset and not self._ended:
            try:
                piece = self._read_piece()
            except DamagedRecord as error:
                piece, self.damage = b"", str(error)
            self._ended = not piece
            self._keep(piece)
        return self.end >= offset

    def take_rest(self) -> int:
        """Reads on to the end, and says where that is."""
        while not self._ended:
            self.take_to(self.end + CAPACITY if self._size is None else self._size)
            self._ended = self._ended or self.end == self._size
        return self.end

    def _keep(self, piece: bytes) -> None:
        left = memoryview(piece)
        while left:
            place = self.end % CAPACITY
            part = left[: CAPACITY - place]
            done = os.pwrite(self._ring.fileno(), part, place)
            self.end += done
            left = left[done:]


class AheadSource:
    """The stream as a file to read from, for the block of a record."""

    __slots__ = ("_ahead", "_at")

    def __init__(self, ahead: ReadAhead) -> None:
        self._ahead = ahead
        self._at = 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Only from the begin."""
        assert whence == 0
        self._at = offset
        return offset

    def read(self, size: int = -1, /) -> bytes:
        """The next ``size`` bytes, which must be said."""
        assert size >= 0
        found = self._ahead.read(self._at, size)
        self._at += len(found)
        return found
