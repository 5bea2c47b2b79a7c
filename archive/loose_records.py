"""Records of a WARC or ARC file in whatever packing, one behind the other, and what holds none.

Lenient where what was meant is certain: line ends, blank lines between records, a missing end.
A record is whole when its block is as long as it says and a record, or the end, follows. Whatever
else stands in the file is named with its place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from archive.errors import DamagedRecord
from archive.member import MAX_RECORD_BYTES
from archive.read_ahead import AheadSource, ReadAhead
from archive.records import Block
from archive.unpacking import Stream, iter_streams
from archive.walk import MAX_HEAD_BYTES

_STEP = 4096
_WINDOW = 1024 * 1024
_SLIP = 64
"""Bytes by which a wrong length may miss the next record, so that no payload could have made it."""

_LINE = 512
_TRIES = 100_000
"""Places looked at for a record behind damage, in one stream; who has more of them made them."""

_BLANK = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseRecord:
    """A record as it stands in its file: ``head`` holds its lines without their ends. The block can
    be read until the next record is asked for.
    """

    head: tuple[bytes, ...]
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Bytes of a file that were not taken in: where, how many as unpacked, and why. 0 where the
    file cannot be unpacked from there on.
    """

    place: str
    length: int
    problem: str

    def __str__(self) -> str:
        what = f"{self.length} bytes" if self.length else "what stands there"
        return f"{self.place}: {what} could not be taken in: {self.problem}"


@dataclass(frozen=True, slots=True)
class Located:
    """A record's head, and where in a stream its block begins and ends."""

    head: tuple[bytes, ...]
    block: int
    end: int


class LooseReader(ABC):
    """Reads the records of one kind of file, one file at a time."""

    PEEK: ClassVar[int]
    """Bytes by which it shows that a record begins."""

    _ahead: ReadAhead
    _expected: int
    _tried: int

    @abstractmethod
    def begins(self, unpacked: bytes) -> bool:
        """Whether bytes begin a record of this kind."""

    @abstractmethod
    def may_begin(self, torn: bytes) -> bool:
        """Whether the last bytes of a stream, fewer than PEEK, could be a record's first."""

    @abstractmethod
    def locate(self, at: int) -> Located:
        """The record that begins there. Raises DamagedRecord."""

    @abstractmethod
    def note(self, located: Located) -> None:
        """Takes notice of a record that was read."""

    @abstractmethod
    def is_believed(self, located: Located) -> bool:
        """Whether a record behind damage is the file's own, and not of an archived archive."""

    @abstractmethod
    def find_next(self, window: bytes) -> Iterator[int]:
        """Where records may begin in some bytes, the first of which belongs to the line before."""

    def records(self, path: Path) -> Iterator[LooseRecord | LeftOut]:
        """What a file holds, in order."""
        for stream in iter_streams(path, self.begins):
            yield from self.records_of(stream)

    def records_of(self, stream: Stream) -> Iterator[LooseRecord | LeftOut]:
        """What a stream holds, in order."""
        self._ahead, self._tried = ReadAhead(stream.read_piece, size=stream.size), 0
        with closing(self._ahead):
            yield from self._records_of(stream)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the stream at hand."""
        return self._ahead.read(offset, length)

    def _records_of(self, stream: Stream) -> Iterator[LooseRecord | LeftOut]:
        at, told = self.skip_blank(0), False
        while self._ahead.take_to(at + 1):
            try:
                located = self._whole(at)
            except DamagedRecord as error:
                following = self._resume(at + 1)
                problem, told = self._why(error), self._ahead.damage is not None
                yield LeftOut(place=stream.place(at), length=following - at, problem=problem)
                at = following
                continue
            self.note(located)
            length = located.end - located.block
            if length > MAX_RECORD_BYTES - MAX_HEAD_BYTES:
                problem = f"the block of the record has {length} bytes, {MAX_RECORD_BYTES} is most"
                yield LeftOut(place=stream.place(at), length=located.end - at, problem=problem)
            else:
                block = Block(AheadSource(self._ahead), located.block, length)
                yield LooseRecord(head=located.head, block=block)
            at = self.skip_blank(located.end)
        if self._ahead.damage is not None and not told:
            yield LeftOut(place=stream.place(at), length=0, problem=self._ahead.damage)

    def _why(self, error: DamagedRecord) -> str:
        damage = self._ahead.damage
        return str(error) if damage is None else f"{error} ({damage})"

    def _whole(self, at: int) -> Located:
        self._expected = at
        located = self.locate(at)
        self._expected = located.end
        if not self._ahead.take_to(located.end):
            raise DamagedRecord(
                f"the record says {located.end - located.block} bytes, and "
                f"{max(self._ahead.end - located.block, 0)} are there"
            )
        if not self._is_followed(self.skip_blank(located.end)):
            raise DamagedRecord(
                f"the record says {located.end - located.block} bytes, and no record follows them"
            )
        return located

    def _is_followed(self, at: int) -> bool:
        """Whether a record begins there, or the stream ends, or could have gone on with one."""
        tail = self.read_line(at, self.PEEK)
        torn = len(tail) < self.PEEK and self.may_begin(tail)
        return not tail or torn or self.begins(tail)

    def read_line(self, at: int, most: int) -> bytes:
        """Up to ``most`` bytes with a line's end among them, if there is one: few where few do."""
        found = self.read(at, min(most, _LINE))
        return found if b"\n" in found or len(found) < _LINE else self.read(at, most)

    def _resume(self, start: int) -> int:
        """Where the next record begins that can be believed; the end of the stream if none does."""
        base, length = max(start, self._ahead.end - MAX_RECORD_BYTES), 2 * self.PEEK
        while self._ahead.take_to(base + 1):
            window = self.read(base - 1, length)
            for place in self.find_next(window):
                self._tried += 1
                if self._begins_record(base - 1 + place):
                    return base - 1 + place
            if len(window) < length or self._tried > _TRIES:
                break
            base += length - self.PEEK
            length = min(2 * length, _WINDOW)
        return self._ahead.take_rest()

    def _begins_record(self, at: int) -> bool:
        try:
            located = self.locate(at)
        except DamagedRecord:
            return False
        return abs(at - self._expected) <= _SLIP or self.is_believed(located)

    def skip_blank(self, at: int) -> int:
        """Behind the line ends that stand there."""
        while piece := self.read(at, _STEP):
            match = _BLANK.match(piece)
            assert match is not None
            at += match.end()
            if match.end() < len(piece):
                break
        return at
