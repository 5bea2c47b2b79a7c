"""Records of an ARC file (Internet Archive, versions 1 and 2), as they would stand in a WARC file.

A record is a line (address, IP address, 14-digit time, media type, … and length) and that many
bytes. It has no id: it gets one made of its line and its bytes, so the same record has the same id
whatever file it comes in, packed or not.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote

from archive.errors import DamagedRecord
from archive.http_message import is_status_line
from archive.loose_records import Located, LooseReader, LooseRecord
from archive.records import ContentType, Record, RecordType

MAX_LINE = 70 * 1024
"""Bytes of a record's line: an address of 64 KiB, and room."""

_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}:")
_NEXT = re.compile(rb"\n(?=[A-Za-z][A-Za-z0-9+.-]{1,20}:)")
_ADDRESS = re.compile(rb"[0-9A-Fa-f.:]{2,45}")
_DIGITS = re.compile(rb"[0-9]{8,20}")
_TWO_LINES = re.compile(rb"[^\n]*\n[^\n]*\n")
_FILE = b"filedesc:"
_DATE = re.compile(rb"\d{14}(?:\d{3})?")
_MEDIA_TYPE = re.compile(rb"[\w.+-]+/[\w.+-]+(?:;[ -~]*)?", re.ASCII)
_IDS = uuid.UUID("1c8e9d5c-3b0f-5c43-9d0e-3f8f5c1d7a52")
"""Name space of the ids that are made here."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What a record's line says."""

    url: bytes
    address: bytes
    date: bytes
    media_type: bytes
    length: bytes


def _find_line(text: bytes) -> _Line | None:
    """What a line says; None for one of something else. An address may hold blanks: it ends before
    an IP address and a time; what version 2 says between type and length is not needed.
    """
    words = text.rstrip(b"\r\n").split(b" ")
    if len(words) < 5 or _SCHEME.match(text) is None or b"\n" in text[:-1]:
        return None
    for place in range(1, len(words) - 3):
        if _DIGITS.fullmatch(words[place + 1]) and _ADDRESS.fullmatch(words[place]):
            url = b" ".join(words[:place])
            return _Line(url, words[place], words[place + 1], words[place + 2], words[-1])
    return None


class LooseArcReader(LooseReader):
    """Reads ARC. Nothing tells its records behind damage from those of an archived ARC file."""

    PEEK: ClassVar[int] = MAX_LINE

    def begins(self, unpacked: bytes) -> bool:
        """By the line."""
        return _find_line(unpacked[: unpacked.find(b"\n", 0, MAX_LINE) + 1]) is not None

    def may_begin(self, torn: bytes) -> bool:
        """A line that is not whole."""
        return b"\n" not in torn and torn[:1].isalpha()

    def is_believed(self, located: Located) -> bool:
        """Always: see above."""
        return True

    def note(self, located: Located) -> None:
        """Nothing is to be kept."""

    def find_next(self, window: bytes) -> Iterator[int]:
        """Whole lines of a record."""
        for match in _NEXT.finditer(window):
            start = match.end()
            if _find_line(window[start : window.find(b"\n", start, start + MAX_LINE) + 1]):
                yield start

    def locate(self, at: int) -> Located:
        """By the length in its line. Raises DamagedRecord."""
        beginning = self.read_line(at, MAX_LINE)
        end = beginning.find(b"\n") + 1
        line = _find_line(beginning[:end])
        if line is None:
            raise DamagedRecord("no ARC record begins there")
        head, start = (beginning[:end].rstrip(b"\r\n"),), at + end
        if line.length.isdigit() and len(line.length) < 16:
            return Located(head, start, start + int(line.length))
        if line.url.startswith(_FILE):  # the version and the names of the fields, however long
            described = _TWO_LINES.match(self.read(at, MAX_LINE), end)
            if described is not None:
                return Located(head, start, at + described.end())
        said = line.length[:40].decode("ascii", "replace")
        raise DamagedRecord(f"the length {said!r} is no number")


def record_of_arc(record: LooseRecord, *, series: tuple[str, str]) -> Record:
    """An ARC record as a WARC record, its block untouched: a response where that is one, a resource
    otherwise, the file's own description as metadata. ``series`` is the WARC-Warcinfo-ID field.

    Raises DamagedRecord for a date that is none.
    """
    line = _find_line(record.head[0])
    assert line is not None  # it was read as one
    if line.url.startswith(_FILE):
        record_type, content_type = RecordType.METADATA, "text/plain"
    elif line.url.startswith(b"dns:"):
        record_type, content_type = RecordType.RESPONSE, "text/dns"
    elif is_status_line(next(record.block.pieces(), b"").partition(b"\n")[0]):
        record_type, content_type = RecordType.RESPONSE, ContentType.RESPONSE.value
    else:
        record_type, content_type = RecordType.RESOURCE, _media_type(line.media_type)
    return Record(
        record_type=record_type,
        record_id=_record_id(record),
        date=_date(line.date),
        content_type=content_type,
        block=record.block,
        fields=(
            ("WARC-Target-URI", quote(line.url, safe="!#$%&'()*+,-./:;=?@[\\]^_`{|}~")),
            *_address(line.address),
            series,
        ),
    )


def _record_id(record: LooseRecord) -> str:
    hasher = hashlib.sha256(record.head[0])
    for piece in record.block.pieces():
        hasher.update(piece)
    return f"urn:uuid:{uuid.uuid5(_IDS, hasher.hexdigest())}"


def _date(digits: bytes) -> datetime:
    if _DATE.fullmatch(digits) is None:
        raise DamagedRecord(f"{digits.decode('ascii')!r} is no time of 14 digits")
    text = digits.decode("ascii").ljust(20, "0")
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError as error:
        raise DamagedRecord(f"{text[:14]} is no time: {error}") from error


def _address(text: bytes) -> tuple[tuple[str, str], ...]:
    """The server's address; none where the crawler did not know it and wrote 0.0.0.0."""
    try:
        address = ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return ()
    return () if address.is_unspecified else (("WARC-IP-Address", str(address)),)


def _media_type(text: bytes) -> str:
    found = text.decode("ascii") if _MEDIA_TYPE.fullmatch(text) else ContentType.BYTES.value
    return str(found)
