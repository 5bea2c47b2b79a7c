"""WARC 1.1 records as bytes: header blocks built and parsed, ids, dates, digests, target URIs.

Records are put together here and not by warcio's writer, which re-parses and rewrites the HTTP
message that a record holds. Nothing that comes from a server or a listing can
begin a header line of its own: values are checked, addresses percent-encoded.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Protocol
from urllib.parse import quote, urldefrag

from archive.errors import DamagedRecord, UnwritableRecord
from archive.http_message import (
    MAX_HEADS_BYTES,
    ByteSource,
    ResponseHead,
    iter_pieces,
    split_block,
    split_response_bytes,
)

VERSION = "WARC/1.1"
RECORD_END = b"\r\n\r\n"

REVISIT_PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
IDENTICAL_DIGEST = REVISIT_PROFILES + "identical-payload-digest"
NOT_MODIFIED = REVISIT_PROFILES + "server-not-modified"
"""WARC 1.1 §6.7.2 and §6.7.3."""

MAX_URL_BYTES = 64 * 1024
"""Of an encoded address; servers refuse far shorter ones (RFC 9110 §4.1 asks for 8,000)."""

_HTTP_URL = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_OWN_NAMES = {
    name: name.lower()
    for name in (
        *("WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "WARC-IP-Address"),
        *("WARC-Concurrent-To", "WARC-Warcinfo-ID", "WARC-Block-Digest", "WARC-Payload-Digest"),
        *("Content-Type", "Content-Length"),
    )
}
"""Field names as they are written here, which are looked up and not made lower-case each time."""

_FIELD_NAME = re.compile(r"[A-Za-z0-9-]+")
OWN_DATE_CHARS = len("2026-11-21T23:50:32.123456Z")
"""Of a date as ``format_date`` writes it, which is read in a quarter of the time of others."""

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)", re.ASCII
)


class RecordType(StrEnum):
    """The WARC record types that this archive reads or writes."""

    WARCINFO = "warcinfo"
    RESPONSE = "response"
    REVISIT = "revisit"
    RESOURCE = "resource"
    REQUEST = "request"
    METADATA = "metadata"


class ContentType(StrEnum):
    """The content types of blocks."""

    RESPONSE = "application/http;msgtype=response"
    REQUEST = "application/http;msgtype=request"
    FIELDS = "application/warc-fields"
    BYTES = "application/octet-stream"


class Hasher(Protocol):
    """A hashlib object."""

    def update(self, data: bytes, /) -> None:
        """Takes in more bytes."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""


@dataclass(frozen=True, slots=True)
class Block:
    """The block of a record: ``length`` bytes of ``source`` from ``start`` on, read in pieces.

    ``known`` are its first bytes where they are at hand and the rest is not yet.
    """

    source: ByteSource
    start: int
    length: int
    known: bytes = b""

    @classmethod
    def of(cls, content: bytes) -> Block:
        """A block of bytes in memory."""
        return cls(BytesIO(content), 0, len(content))

    @classmethod
    def rest_of(cls, source: ByteSource, start: int = 0) -> Block:
        """All bytes of a file from ``start`` on."""
        return cls(source, start, source.seek(0, 2) - start)

    def pieces(self) -> Iterator[bytes]:
        """The bytes, in pieces."""
        return iter_pieces(self.source, self.start, self.length)

    def read(self) -> bytes:
        """All bytes at once."""
        self.source.seek(self.start)
        return self.source.read(self.length)

    def response_head(self) -> ResponseHead | None:
        """The final head of the HTTP response that the block holds; None if it holds none."""
        if self.known and (head := split_response_bytes(self.known).head) is not None:
            return head
        self.source.seek(self.start)
        return split_block(self.source.read(min(self.length, MAX_HEADS_BYTES))).head

    def digest(self) -> str:
        """``sha1:`` and upper-case Base32."""
        hasher = hashlib.sha1(usedforsecurity=False)
        for piece in self.pieces():
            hasher.update(piece)
        return format_digest(hasher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record to be written. ``fields`` are header fields beyond the ones named here, in order;
    ids are bare and get their angle brackets in the header block.
    """

    record_type: RecordType
    record_id: str
    date: datetime
    content_type: str
    block: Block
    fields: tuple[tuple[str, str], ...] = ()

    def head(self) -> bytes:
        """The header block with its empty line. Raises UnwritableRecord."""
        return build_head(
            (
                ("WARC-Type", self.record_type),
                ("WARC-Record-ID", bracketed(self.record_id)),
                ("WARC-Date", format_date(self.date)),
                *self.fields,
                ("WARC-Block-Digest", self.block.digest()),
                ("Content-Type", self.content_type),
                ("Content-Length", str(self.block.length)),
            )
        )


@dataclass(frozen=True, slots=True)
class RecordHeaders:
    """The header fields of a record that was read, by lower-case name; the first of each name."""

    fields: dict[str, str]

    def get(self, name: str) -> str | None:
        """The value of a field, named in lower case; None if absent."""
        return self.fields.get(name)

    @property
    def record_type(self) -> str:
        """WARC-Type as it stands; empty if absent."""
        return self.fields.get("warc-type", "")

    @property
    def record_id(self) -> str:
        """The bare record id; empty if absent."""
        return bare(self.fields.get("warc-record-id", ""))

    @property
    def concurrent_to(self) -> str | None:
        """The bare id of the record that this one belongs to; None if absent."""
        value = self.fields.get("warc-concurrent-to")
        return bare(value) if value is not None else None

    @property
    def date(self) -> datetime:
        """WARC-Date in UTC. Raises DamagedRecord."""
        return parse_date(self.fields.get("warc-date", ""))

    @property
    def target_uri(self) -> str:
        """WARC-Target-URI, bare; empty if absent."""
        return bare(self.fields.get("warc-target-uri", ""))

    @property
    def content_length(self) -> int:
        """Bytes of the block. Raises DamagedRecord."""
        value = self.fields.get("content-length", "")
        if not (value.isascii() and value.isdigit() and len(value) < 16):
            raise DamagedRecord(f"Content-Length {value!r} is no number")
        return int(value)


def build_head(fields: Iterable[tuple[str, str]]) -> bytes:
    """A header block with its empty line. Raises UnwritableRecord for a name or value that could
    break out of its line.
    """
    checked = list(fields)
    for name, value in checked:
        if not (value.isascii() and value.isprintable() and _FIELD_NAME.fullmatch(name)):
            raise UnwritableRecord(
                f"the WARC header field {name!r} cannot hold {value[:200]!r}: "
                "only printable ASCII may stand there"
            )
    from warcio.statusandheaders import StatusAndHeaders  # here: reading does without it

    headers = StatusAndHeaders("", (), VERSION)  # type: ignore[no-untyped-call]
    headers.headers = checked  # text already: to have it looked through costs as much as the rest
    return bytes(headers.to_bytes(encoding="ascii"))  # type: ignore[no-untyped-call]


def parse_head(member: bytes) -> tuple[RecordHeaders, int]:
    """The header fields at the start of a record, and where its block begins.

    Raises DamagedRecord when there is no WARC header.
    """
    end = member.find(RECORD_END)
    if end < 0 or not member.startswith(b"WARC/1."):
        raise DamagedRecord("no WARC header at the start of the record")
    fields: dict[str, str] = {}
    for line in member[:end].decode("utf-8", "replace").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields.setdefault(_OWN_NAMES.get(name) or name.strip().lower(), value.strip())
    return RecordHeaders(fields), end + len(RECORD_END)


def new_record_id() -> str:
    """A bare ``urn:uuid:…``."""
    return f"urn:uuid:{uuid.uuid4()}"


def bracketed(record_id: str) -> str:
    """A record id as WARC-Record-ID writes it."""
    return f"<{record_id}>"


def bare(value: str) -> str:
    """A record id (or an address that some tool put in angle brackets) without them."""
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


def format_date(moment: datetime) -> str:
    """WARC-Date with microseconds (WARC 1.1 §5.4), always six digits, so that texts sort as times.

    Raises UnwritableRecord for a naive datetime.
    """
    if moment.tzinfo is None:
        raise UnwritableRecord(f"{moment} has no time zone; give the capture time in UTC")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_date(text: str) -> datetime:
    """A WARC-Date in UTC, digits below a microsecond dropped. Raises DamagedRecord."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise DamagedRecord(f"WARC-Date {text!r} is no UTC time")
    if len(text) == OWN_DATE_CHARS and text[-1] == "Z":
        with suppress(ValueError):  # told below
            return datetime.fromisoformat(text)
    *parts, fraction = match.groups()
    micros = int((fraction or "0").ljust(6, "0")[:6])
    try:
        return datetime(*map(int, parts), micros, tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError as error:
        raise DamagedRecord(f"WARC-Date {text!r}: {error}") from error


def format_digest(hasher: Hasher) -> str:
    """``sha1:`` and upper-case Base32."""
    return "sha1:" + base64.b32encode(hasher.digest()).decode("ascii")


def payload_digest(payload: bytes) -> str:
    """The digest of a payload held in memory."""
    return format_digest(hashlib.sha1(payload, usedforsecurity=False))


def body_digest(body: bytes) -> str:
    """The digest that tells requests of one URL apart; "" for an empty body."""
    return payload_digest(body) if body else ""


def request_url(url: str) -> str:
    """The address under which an exchange is kept: no fragment, no lone surrogates."""
    return storable(urldefrag(url).url if "#" in url else url)


def storable(text: str) -> str:
    """Text with lone surrogates (a JSON listing can bring them) replaced, so that it is UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def target_uri(url: str) -> str:
    """An address as WARC-Target-URI holds it: percent-encoded wherever it is not printable ASCII.

    Raises UnwritableRecord for an address that is not absolute HTTP, or too long.
    """
    encoded = quote(storable(url), safe="!#$%&'()*+,-./:;=?@[\\]^_`{|}~")
    if not _HTTP_URL.match(encoded) or len(encoded) > MAX_URL_BYTES:
        raise UnwritableRecord(
            f"{url[:200]!r} is no absolute http or https address of at most {MAX_URL_BYTES} bytes"
        )
    return encoded
