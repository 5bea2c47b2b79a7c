"""Owns where a response ends while its bytes come: heads, body, trailers; nothing is copied.

Framing is read as the archive reads it (``archive.http_message``), so that what counts as whole
on the wire is whole in the archive too.
"""

from __future__ import annotations

from collections.abc import Callable

from archive.http_message import (
    CHUNK_LINE,
    HEAD_END,
    MAX_CHUNK_LINE,
    Framing,
    Oddity,
    ResponseHead,
    body_framing,
    is_interim,
    is_status_line,
    parse_response_head,
)

_MAX_TRAILERS = 64 * 1024
"""Bytes of all trailers together."""


class UnreadableResponse(Exception):
    """Bytes that are no HTTP response, or whose end cannot be known."""


class ResponseFraming:
    """One response. ``headed`` says that its head came, ``ended`` that all of it did; ``excess``
    counts the bytes that came behind its end. ``persistent`` says that the connection may carry
    another exchange.
    """

    def __init__(self, method: str) -> None:
        self.headed = False
        self.ended = False
        self.excess = 0
        self.persistent = False
        self.ends_with_connection = False
        self._method = method
        self._buffer = b""
        self._at = 0
        self._seen = 0
        self._left = 0
        self._trailers = 0
        self._read: Callable[[], bool] = self._heads

    def feed(self, octets: bytes) -> None:
        """Takes in what came. Raises UnreadableResponse."""
        if self.ends_with_connection:
            return
        if self._left > len(octets) and not self._buffer:
            self._left -= len(octets)
            return
        self._buffer = self._buffer + octets if self._buffer else octets
        while self._read():
            pass
        self._buffer, self._at = self._buffer[self._at :], 0

    def _heads(self) -> bool:
        """Reads one head; False when more is needed or nothing follows."""
        buffer, start = self._buffer, self._at
        newline = buffer.find(b"\n", start)
        if newline >= 0 and not is_status_line(buffer[start:newline]):
            raise UnreadableResponse(f"{buffer[start : start + 80]!r} is no HTTP status line")
        # an end may begin in the last three bytes that were looked through before
        match = HEAD_END.search(buffer, max(start, start + self._seen - 3))
        if match is None:
            self._seen = len(buffer) - start
            return False
        head = parse_response_head(buffer[start : match.end()])
        assert head is not None  # its status line was looked at
        self._at, self._seen = match.end(), 0
        if is_interim(head.status):
            return True
        self.headed = True
        return self._begin_body(head)

    def _begin_body(self, head: ResponseHead) -> bool:
        framed = body_framing(head, method=self._method)
        if Oddity.BAD_LENGTH in framed.oddities:
            raise UnreadableResponse("its Content-Length is no number, or several")
        self.persistent = _is_persistent(head)
        if framed.framing is Framing.CLOSE:
            self._at = len(self._buffer)
            self.ends_with_connection, self.persistent = True, False
            return False
        if framed.framing is Framing.CHUNKED:
            self._read = self._chunk_line
            return True
        if framed.framing is Framing.NONE and _announces_body(head):
            self.persistent = False  # which some servers then send
        self._left = framed.length
        self._read = self._sized
        return True

    def _sized(self) -> bool:
        """The rest of a body, of ``_left`` bytes."""
        if self._skip():
            self._end()
        return False

    def _skip(self) -> bool:
        """Passes over ``_left`` bytes; whether all of them came."""
        taken = min(self._left, len(self._buffer) - self._at)
        self._left -= taken
        self._at += taken
        return self._left == 0

    def _chunk_line(self) -> bool:
        line = self._line()
        if line is None:
            return False
        match = CHUNK_LINE.fullmatch(line)
        if match is None:
            raise UnreadableResponse(f"{line[:80]!r} is no chunk size")
        self._left = int(match[1], 16)
        self._read = self._chunk if self._left else self._trailer
        return True

    def _chunk(self) -> bool:
        if self._skip():
            self._read = self._chunk_end
            return True
        return False

    def _chunk_end(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line not in (b"\r\n", b"\n"):
            raise UnreadableResponse(f"{line[:80]!r} stands where a chunk should end")
        self._read = self._chunk_line
        return True

    def _trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._trailers += len(line)
        if self._trailers > _MAX_TRAILERS:
            raise UnreadableResponse(f"over {_MAX_TRAILERS} bytes of trailers")
        if line not in (b"\r\n", b"\n"):
            return True
        self._end()
        return False

    def _line(self) -> bytes | None:
        """The next line with its end; None while it has none. Raises UnreadableResponse."""
        end = self._buffer.find(b"\n", self._at, self._at + MAX_CHUNK_LINE) + 1
        if not end:
            if len(self._buffer) - self._at >= MAX_CHUNK_LINE:
                raise UnreadableResponse(f"a chunk's line of over {MAX_CHUNK_LINE} bytes")
            return None
        line, self._at = self._buffer[self._at : end], end
        return line

    def _end(self) -> None:
        self.ended = True
        self.excess = len(self._buffer) - self._at
        self.persistent = self.persistent and not self.excess


def _is_persistent(head: ResponseHead) -> bool:
    said = (head.header(b"connection") or b"").lower()
    return head.raw.startswith(b"HTTP/1.1") and b"close" not in said


def _announces_body(head: ResponseHead) -> bool:
    length = head.header(b"content-length")
    return length not in (None, b"0") or head.header(b"transfer-encoding") is not None
