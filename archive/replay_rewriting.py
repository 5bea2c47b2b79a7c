"""What replay does to a text before and while pywb rewrites it: charset, bounds, headers.

pywb's rewriting takes time by the square of a tag that never ends, in the one process that answers
everybody: a text is rewritten at once, within a limit of CPU time. One that takes longer, or is too
long, is given as it is; without replay's script in it, it may run none (replay_policy).
"""

from __future__ import annotations

import io
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from archive.replay_policy import ORIGINAL, Headers, archived_headers

logger = logging.getLogger(__name__)

CharsetOf = Callable[[bytes, str | None, bool], str | None]
"""The charset label of a text: of its bytes, its Content-Type (None without one), and whether it is
HTML. None leaves what is declared."""

LONGEST_TEXT = 16 * 1024 * 1024
"""Bytes of a text that is rewritten; a report's page has about 60,000."""

LONGEST_WORK = 2.0
"""Seconds of CPU time for one text; a page of 60,000 bytes takes 0.03."""

_AGAIN = 0.1
_PIECE = 64 * 1024
_TEXTS = ("text/html", "text/plain", "application/xhtml+xml")
_OCTETS = "application/octet-stream"
_AS_STORED = ("id_", "ir_")
_SCRIPT_OR_STYLE = ("js_", "cs_")
_TRANSFER = ("transfer-encoding", "content-encoding", "content-length")


class _TooSlow(BaseException):
    """Of no kind that pywb catches."""


class _Limit:
    """Whether a limit holds now: a signal that comes late means nothing."""

    holds = False


def install_limit() -> None:
    """Makes ``_cpu_limit`` work in this process. For its main thread."""

    def stop(*_: object) -> None:
        if _Limit.holds:
            raise _TooSlow

    signal.signal(signal.SIGVTALRM, stop)


@contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """Raises _TooSlow in what takes more CPU time, again until it ends. No other work may be done
    within: nothing that waits.
    """
    _Limit.holds = True
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        _Limit.holds = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


class Rewriting:
    """pywb's rewriting, of a record whose headers and charset are those that replay gives."""

    def __init__(self, rewriting: Any, charset_of: CharsetOf) -> None:  # noqa: ANN401
        self._rewriting = rewriting
        self._charset_of = charset_of

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._rewriting, name)

    def __call__(self, record: Any, url_rewriter: Any, *others: Any) -> Any:  # noqa: ANN401
        """As pywb's: headers, pieces of the body, and whether it is rewritten."""
        head, form = record.http_headers, url_rewriter.wburl.mod
        if head is not None:
            head.headers = archived_headers(head.headers)
            if self._is_rewritten(_mime(head), form):
                return self._text(record, url_rewriter, others)
        return self._rewriting(record, url_rewriter, *others)

    def _is_rewritten(self, mime: str, form: str) -> bool:
        if form in _AS_STORED or (mime == _OCTETS and form not in _SCRIPT_OR_STYLE):
            return False
        return mime in self._rewriting.get_rewrite_types() or mime in _TEXTS

    def _text(self, record: Any, url_rewriter: Any, others: Any) -> Any:  # noqa: ANN401
        head, stream = record.http_headers, record.content_stream()
        body = _read(stream, LONGEST_TEXT + 1)
        head.headers = _decoded(head.headers)
        kept = list(head.headers)
        if len(body) <= LONGEST_TEXT:
            try:
                with _cpu_limit(LONGEST_WORK):
                    _declare_charset(head, body, self._charset_of)
                    record.raw_stream = io.BytesIO(body)
                    headers, pieces, changed = self._rewriting(record, url_rewriter, *others)
                    return headers, [b"".join(pieces)], changed
            except _TooSlow:
                logger.warning("%s is shown as it is: too slow to rewrite", url_rewriter.wburl.url)
        head.headers = kept
        record.raw_stream = io.BufferedReader(_Joined(body, stream))
        url_rewriter.wburl.mod = "id_"
        return self._rewriting(record, url_rewriter, *others)


def _mime(head: Any) -> str:  # noqa: ANN401
    return str(head.get_header("Content-Type") or "").partition(";")[0].strip().lower()


def _decoded(headers: Headers) -> Headers:
    """The headers of a body whose codings are undone."""
    return [
        (ORIGINAL + name if name.lower() in _TRANSFER else name, value) for name, value in headers
    ]


def _declare_charset(head: Any, body: bytes, charset_of: CharsetOf) -> None:  # noqa: ANN401
    """Says in its header which charset a text is in: browsers look for it in the first 1,024 bytes,
    before which rewriting puts more than that, and portals declare it wrongly.
    """
    mime = _mime(head)
    if mime in _TEXTS:
        label = charset_of(body, head.get_header("Content-Type"), mime != "text/plain")
        if label is not None:
            head.replace_header("Content-Type", f"{mime}; charset={label}")


def _read(stream: Any, limit: int) -> bytes:  # noqa: ANN401
    pieces, size = [], 0
    while size < limit and (piece := stream.read(_PIECE)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


class _Joined(io.RawIOBase):
    """What was read of a stream, and then the rest of it."""

    def __init__(self, first: bytes, rest: Any) -> None:  # noqa: ANN401
        self._first = io.BytesIO(first)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        piece = self._first.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._rest.close()
        super().close()
