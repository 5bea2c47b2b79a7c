"""Records of a WARC file that is plain, packed as one, or written loosely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from archive.errors import DamagedRecord
from archive.loose_records import Located, LooseReader
from archive.records import RECORD_END, RecordHeaders, parse_head
from archive.walk import MAX_HEAD_BYTES, series_of

_VERSION = rb"WARC/(?:0\.1[6-9]|1\.\d)[ \t]*\r*\n"
"""1.0 and 1.1, and the drafts that early crawlers wrote (0.17, 0.18), of like records."""

_VERSION_LINE = re.compile(_VERSION)
_BEGINNING = re.compile(rb"\n(" + _VERSION + rb"[A-Za-z-]+:)")
_HEAD_ENDS = re.compile(rb"\n(\r*\n|WARC/)")
_STEP = 4096


class LooseWarcReader(LooseReader):
    """Reads WARC. Behind damage only records of the series at hand are believed (archive.walk)."""

    PEEK: ClassVar[int] = 64

    def __init__(self) -> None:
        self._series: str | None = None

    def begins(self, unpacked: bytes) -> bool:
        """By the version line."""
        return _VERSION_LINE.match(unpacked) is not None

    def may_begin(self, torn: bytes) -> bool:
        """A version line that is not whole."""
        return b"\n" not in torn and torn[:5] == b"WARC/"[: len(torn)]

    def find_next(self, window: bytes) -> Iterator[int]:
        """Version lines with a header field behind them."""
        return (match.start(1) for match in _BEGINNING.finditer(window))

    def locate(self, at: int) -> Located:
        """By Content-Length. Raises DamagedRecord."""
        raw = self._raw_head(at)
        lines = tuple(line.rstrip(b"\r") for line in raw.rstrip(b"\r\n").split(b"\n"))
        for line in lines[1:]:
            if b":" not in line and not line.startswith((b" ", b"\t")):
                raise DamagedRecord(f"{line[:60]!r} is no header line of a record")
        start = at + len(raw)
        return Located(lines, start, start + headers_of(lines).content_length)

    def is_believed(self, located: Located) -> bool:
        """Whether it names the warcinfo record that the file's records name."""
        return self._series is None or series_of(headers_of(located.head)) == self._series

    def note(self, located: Located) -> None:
        """Keeps the series."""
        self._series = series_of(headers_of(located.head)) or self._series

    def _raw_head(self, at: int) -> bytes:
        """With its empty line. Version lines without end cost no more than their own length."""
        if _VERSION_LINE.match(self.read(at, self.PEEK)) is None:
            raise DamagedRecord("no WARC header at the start of the record")
        length = _STEP
        while True:
            raw = self.read(at, length)
            match = _HEAD_ENDS.search(raw)
            if match is not None and match[1] != b"WARC/":
                return raw[: match.end()]
            if match is not None or len(raw) < length or length > MAX_HEAD_BYTES:
                raise DamagedRecord("the header of the record does not end")
            length *= 4


def headers_of(lines: tuple[bytes, ...]) -> RecordHeaders:
    """The header fields of a record by its lines, the first of which is the version."""
    return parse_head(b"\r\n".join((b"WARC/1.0", *lines[1:])) + RECORD_END)[0]
