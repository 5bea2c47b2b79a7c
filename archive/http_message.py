"""HTTP/1.x messages as bytes: interim heads split off, heads parsed, bodies transfer-decoded.

Pure functions over what crossed the wire; lenient, because what a server sent is evidence and is
kept whatever it is, and exact about what was odd. Time is linear in the bytes, memory bounded by
the payload. Content codings are not touched (WARC 1.1 §5.9: the payload keeps them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO
from typing import Protocol

from archive.capture import Headers

MAX_HEADS_BYTES = 512 * 1024
"""Interim heads and the final head together; servers and browsers stop at 8 to 256 KiB."""

MAX_CHUNK_LINE = 16 * 1024
"""Bytes of a chunk-size line with its extensions, or of one trailer line."""

READ_BYTES = 256 * 1024

_BLANKS = b" \t"

_STATUS_LINE = re.compile(rb"HTTP/\d+(?:\.\d+)?[ \t]+(\d{3})(?:[ \t]+(.*))?[ \t]*", re.DOTALL)
HEAD_END = re.compile(rb"\r?\n\r?\n")
CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(;[^\n]*)?\r?\n")
_LENGTH = re.compile(rb"\d{1,18}")


class ByteSource(Protocol):
    """What bytes are read from: a file, or what unpacks them when they are asked for."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to an offset from the begin (or, by ``whence``, from elsewhere)."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, up to ``size``."""


class Oddity(StrEnum):
    """What was unusual about a response; stored with the capture, none stops the archiving."""

    INTERIM_HEADS = "interim_heads"
    FOLDED_HEADER = "folded_header"
    LINE_WITHOUT_COLON = "line_without_colon"
    CHUNK_EXTENSIONS = "chunk_extensions"
    TRAILERS = "trailers"
    TORN_BODY = "torn_body"
    BAD_CHUNK = "bad_chunk"
    BAD_LENGTH = "bad_length"
    LENGTH_AND_CHUNKED = "length_and_chunked"
    OTHER_TRANSFER_CODING = "other_transfer_coding"
    SURPLUS_BYTES = "surplus_bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """Status line and header lines. ``raw`` is both with the empty line, exactly as received."""

    raw: bytes
    status: int
    reason: bytes
    headers: Headers
    oddities: tuple[Oddity, ...] = ()

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header, stripped; None if absent. ``name`` is lower-case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResponse:
    """Where the parts of the received bytes stand.

    ``interim`` are the 1xx heads (RFC 9110 §15.2; 101 is final); the final message begins at
    ``start`` and its body at ``body_start``. ``head`` is None when no final head could be parsed,
    then ``start`` and ``body_start`` are 0.
    """

    interim: bytes
    head: ResponseHead | None
    start: int
    body_start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedBody:
    """A body without its transfer coding; ``torn`` when it ended before it was complete."""

    payload: bytes
    torn: bool = False
    oddities: tuple[Oddity, ...] = ()


class Framing(StrEnum):
    """What says where a body ends (RFC 9112 §6.3)."""

    NONE = "none"
    LENGTH = "length"
    CHUNKED = "chunked"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFraming:
    """How a body is framed; ``length`` is in bytes, 0 but for Framing.LENGTH."""

    framing: Framing
    length: int = 0
    oddities: tuple[Oddity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """What a request carried; lenient: no header lines when there was no whole head."""

    headers: Headers
    body: bytes


def split_response(received: ByteSource) -> SplitResponse:
    """Splits interim heads from the final head at the start of what was received.

    Reads MAX_HEADS_BYTES at most: a longer head counts as unparsable.
    """
    received.seek(0)
    return split_response_bytes(received.read(MAX_HEADS_BYTES))


def split_response_bytes(beginning: bytes) -> SplitResponse:
    """``split_response`` over bytes in memory; more than the heads may follow."""
    start = 0
    while match := HEAD_END.search(beginning, start, MAX_HEADS_BYTES):
        head = parse_response_head(beginning[start : match.end()])
        if head is None:
            break
        if not is_interim(head.status):
            return SplitResponse(
                interim=beginning[:start], head=head, start=start, body_start=match.end()
            )
        start = match.end()
    return SplitResponse(interim=b"", head=None, start=0, body_start=0)


def split_block(block: bytes) -> SplitResponse:
    """``split_response_bytes`` of a record's block, which other tools may end behind the last
    header line: then it is a head without a body.
    """
    split = split_response_bytes(block)
    if split.head is None and not HEAD_END.search(block, 0, MAX_HEADS_BYTES):
        head = parse_response_head(block) if len(block) <= MAX_HEADS_BYTES else None
        return replace(split, head=head, body_start=len(block) if head else 0)
    return split


def is_interim(status: int) -> bool:
    """Whether a status is that of a 1xx head, which another head follows (101 is final)."""
    return 100 <= status < 200 and status != 101


def is_status_line(line: bytes) -> bool:
    """Whether a first line, with or without its CR, begins an HTTP response."""
    return _STATUS_LINE.fullmatch(line.rstrip(b"\r")) is not None


def parse_response_head(raw: bytes) -> ResponseHead | None:
    """Parses a head that ends with its empty line; None when it has no status line."""
    first, _, rest = raw.partition(b"\n")
    match = _STATUS_LINE.fullmatch(first.rstrip(b"\r"))
    if match is None:
        return None
    headers, oddities = parse_header_lines(rest)
    return ResponseHead(
        raw=raw,
        status=int(match[1]),
        reason=(match[2] or b"").rstrip(b" \t"),
        headers=headers,
        oddities=oddities,
    )


def parse_header_lines(block: bytes) -> tuple[Headers, tuple[Oddity, ...]]:
    """Header lines in order, folds joined by one space (RFC 9112 §5.2), and what was odd.

    A line without a colon is skipped here; it stays in the raw bytes.
    """
    oddities: dict[Oddity, None] = {}
    fields: list[tuple[bytes, bytes]] = []
    folds: dict[int, list[bytes]] = {}
    for line in block.split(b"\n"):
        line = line.rstrip(b"\r")
        if not line:
            continue
        if line[0] in _BLANKS and fields:
            oddities[Oddity.FOLDED_HEADER] = None
            last = len(fields) - 1
            folds.setdefault(last, [fields[last][1]]).append(line.strip(b" \t"))
            continue
        name, colon, value = line.partition(b":")
        if not colon:
            oddities[Oddity.LINE_WITHOUT_COLON] = None
            continue
        fields.append((name.strip(b" \t"), value.strip(b" \t")))
    for place, parts in folds.items():
        fields[place] = (fields[place][0], b" ".join(parts))
    return tuple(fields), tuple(oddities)


def body_framing(head: ResponseHead, *, method: str) -> BodyFraming:
    """How the body behind a head is framed, lenient: what cannot be understood ends with the
    connection.
    """
    if method.upper() == "HEAD" or head.status in (204, 304):
        return BodyFraming(framing=Framing.NONE)
    codings = _codings(head.headers)
    odd: list[Oddity] = []
    if any(coding not in (b"chunked", b"identity") for coding in codings):
        odd.append(Oddity.OTHER_TRANSFER_CODING)
    lengths = _lengths(head.headers)
    if b"chunked" in codings:
        if lengths:
            odd.append(Oddity.LENGTH_AND_CHUNKED)
        return BodyFraming(framing=Framing.CHUNKED, oddities=tuple(odd))
    if len(lengths) == 1 and _LENGTH.fullmatch(length := next(iter(lengths))):
        return BodyFraming(framing=Framing.LENGTH, length=int(length), oddities=tuple(odd))
    if lengths:
        odd.append(Oddity.BAD_LENGTH)
    return BodyFraming(framing=Framing.CLOSE, oddities=tuple(odd))


def decode_body(source: ByteSource, start: int, *, head: ResponseHead, method: str) -> DecodedBody:
    """The payload of a response whose body begins at ``start`` of ``source``.

    A torn body gives what came of it. A body that the framing says is not there (HEAD, 204, 304),
    or bytes behind its end, are noted as surplus.
    """
    source.seek(start)
    framed = body_framing(head, method=method)
    if framed.framing is Framing.CHUNKED:
        body = decode_chunked(source)
    elif framed.framing is Framing.CLOSE:
        body = DecodedBody(payload=source.read())
    else:
        body = _sized(source, framed.length)
    return _with(framed.oddities, body)


def _with(odd: tuple[Oddity, ...], body: DecodedBody) -> DecodedBody:
    if not odd:
        return body
    return DecodedBody(payload=body.payload, torn=body.torn, oddities=(*odd, *body.oddities))


def _sized(source: ByteSource, length: int) -> DecodedBody:
    payload = source.read(length) if length else b""
    if len(payload) < length:
        return DecodedBody(payload=payload, torn=True, oddities=(Oddity.TORN_BODY,))
    surplus = (Oddity.SURPLUS_BYTES,) if source.read(1) else ()
    return DecodedBody(payload=payload, oddities=surplus)


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [
        part.strip(b" \t")
        for key, value in headers
        if key.lower() == name
        for part in value.split(b",")
    ]


def _codings(headers: Headers) -> list[bytes]:
    return [value.lower() for value in _values(headers, b"transfer-encoding") if value]


def _lengths(headers: Headers) -> dict[bytes, None]:
    return dict.fromkeys(_values(headers, b"content-length"))


def decode_chunked(source: ByteSource) -> DecodedBody:
    """Removes the chunked coding (RFC 9112 §7.1) from the current position on."""
    return _ChunkedDecoder(source).decode()


class _ChunkedDecoder:
    """Reads through one buffer that is refilled, so that chunks of one byte cost linear time."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._buffer = b""
        self._at = 0
        self._oddities: dict[Oddity, None] = {}
        # BytesIO: its getvalue hands the buffer over without a second copy of 64 MiB
        self._payload = BytesIO()

    def decode(self) -> DecodedBody:
        whole = self._chunks() and self._trailers()
        if not whole:
            self._oddities[Oddity.TORN_BODY] = None
        elif self._at < len(self._buffer) or self._fill():
            self._oddities[Oddity.SURPLUS_BYTES] = None
        return DecodedBody(
            payload=self._payload.getvalue(), torn=not whole, oddities=tuple(self._oddities)
        )

    def _fill(self) -> bool:
        more = self._source.read(READ_BYTES)
        self._buffer = self._buffer[self._at :] + more
        self._at = 0
        return bool(more)

    def _line_end(self) -> int:
        """The end of the line at the current place, behind its LF; -1 if torn or too long."""
        while (end := self._buffer.find(b"\n", self._at, self._at + MAX_CHUNK_LINE)) < 0:
            if len(self._buffer) - self._at >= MAX_CHUNK_LINE or not self._fill():
                return -1
        return end + 1

    def _chunks(self) -> bool:
        while True:
            end = self._line_end()
            match = CHUNK_LINE.fullmatch(self._buffer, self._at, end) if end > 0 else None
            if match is None:
                self._note_bad_chunk()
                return False
            if match[2] is not None:
                self._oddities[Oddity.CHUNK_EXTENSIONS] = None
            self._at = end
            size = int(match[1], 16)
            if size == 0:
                return True
            if not self._take(size):
                return False

    def _note_bad_chunk(self) -> None:
        if self._at < len(self._buffer):  # otherwise the stream merely ended
            self._oddities[Oddity.BAD_CHUNK] = None

    def _take(self, size: int) -> bool:
        """Moves one chunk's bytes to the payload; False when they are torn or not ended by CRLF."""
        while size:
            piece = self._buffer[self._at : self._at + size]
            self._payload.write(piece)
            self._at += len(piece)
            size -= len(piece)
            if size and not self._fill():
                return False
        end = self._line_end()
        if end > 0 and self._buffer[self._at : end] in (b"\r\n", b"\n"):
            self._at = end
            return True
        self._note_bad_chunk()
        return False

    def _trailers(self) -> bool:
        while (end := self._line_end()) > 0:
            line = self._buffer[self._at : end]
            self._at = end
            if line in (b"\r\n", b"\n"):
                return True
            self._oddities[Oddity.TRAILERS] = None
        return False


def parse_request(sent: ByteSource) -> RequestParts:
    """Header lines and body of a request as sent; a chunked body is decoded."""
    sent.seek(0)
    beginning = sent.read(MAX_HEADS_BYTES)
    match = HEAD_END.search(beginning)
    if match is None:
        return RequestParts(headers=(), body=b"")
    _, _, lines = beginning[: match.end()].partition(b"\n")
    headers, _ = parse_header_lines(lines)
    sent.seek(match.end())
    if b"chunked" in _codings(headers):
        return RequestParts(headers=headers, body=decode_chunked(sent).payload)
    return RequestParts(headers=headers, body=sent.read())


def iter_pieces(source: ByteSource, start: int, length: int) -> Iterator[bytes]:
    """``length`` bytes from ``start`` on, in pieces of READ_BYTES; fewer when the source ends."""
    source.seek(start)
    while length > 0 and (piece := source.read(min(length, READ_BYTES))):
        length -= len(piece)
        yield piece
