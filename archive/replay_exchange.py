"""A request to replay as it goes on to pywb, and pywb's answer to it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.replay_address import ROOT, Asked, absolute, replay_path
from archive.replay_policy import Headers

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

INSIDE = "nianbao.inside"
"""Key of the environ: ``Request.inside``."""

_PASSED = frozenset(
    {
        *("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE"),
        *("HTTP_ACCEPT_DATETIME", "HTTP_RANGE", "HTTP_USER_AGENT", "HTTP_X_REQUESTED_WITH"),
        "HTTP_X_PYWB_REQUESTED_WITH",
    }
)
"""Of the request's headers what pywb sees: others choose schemes, users and histories there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. ``path`` is without ``inside``, the secret that pages in the frame have before
    it; ``""`` outside of the frame.
    """

    environ: Environ
    start: StartResponse
    path: str
    query: str
    asked: Asked
    inside: str

    @property
    def destination(self) -> str:
        """What the browser wants it for (Fetch's Sec-Fetch-Dest); ``""`` where it does not say."""
        return str(self.environ.get("HTTP_SEC_FETCH_DEST", ""))

    def opened_at(self, moment: datetime, form: str = "") -> str:
        """The path of the capture of a moment."""
        return replay_path(absolute(self.asked.url), f"{moment:%Y%m%d%H%M%S}", form=form)

    def passed_on(self, path: str, query: str) -> Environ:
        """The request as pywb gets it, for a path of ours."""
        environ = {
            key: value
            for key, value in self.environ.items()
            if not key.startswith("HTTP_") or key in _PASSED
        }
        environ["SCRIPT_NAME"] = self.inside
        environ[INSIDE] = self.inside
        environ["PATH_INFO"] = path
        environ["QUERY_STRING"] = query
        environ["REQUEST_URI"] = self.inside + path + (f"?{query}" if query else "")
        return environ


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of pywb; ``body`` is its first piece, or all where it was asked for."""

    status: str
    headers: Headers
    body: bytes

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    def header(self, name: str) -> str | None:
        """The last header of a name in lower case; None if there is none."""
        found = [value for key, value in self.headers if key.lower() == name]
        return found[-1] if found else None

    @property
    def captured_at(self) -> datetime | None:
        """When the capture that it shows was made; None when it shows none."""
        told = self.header("memento-datetime")
        return None if told is None else parsedate_to_datetime(told)

    def links(self) -> Headers:
        """The Link header of Memento, where there is one."""
        link = self.header("link")
        return [] if link is None else [("Link", link)]


class Begun:
    """An answer whose body goes on; closing it frees the record."""

    def __init__(self, behind: Application, environ: Environ) -> None:
        told: list[Any] = []
        self._body = behind(environ, lambda status, headers, *_: told.extend((status, headers)))
        self._rest = iter(self._body)
        first = next(self._rest, b"")  # the application may say its status only now
        self.answer = Answer(told[0], list(told[1]), first)

    def __iter__(self) -> Iterator[bytes]:
        if self.answer.body:
            yield self.answer.body
        yield from self._rest

    def beginning(self, size: int) -> bytes:
        """The first bytes, about as many, or all: they stay part of it."""
        body = self.answer.body
        while len(body) < size and (piece := next(self._rest, b"")):
            body += piece
        self.answer = Answer(self.answer.status, self.answer.headers, body)
        return body

    def whole(self) -> Answer:
        """With the body to its end, and closed: for what is known to be small."""
        try:
            return Answer(self.answer.status, self.answer.headers, b"".join(self))
        finally:
            self.close()

    def close(self) -> None:
        """Ends it."""
        if hasattr(self._body, "close"):
            self._body.close()


def begin(behind: Application, request: Request) -> Begun:
    """The answer to the request itself."""
    return Begun(behind, request.passed_on(request.path, request.query))


def ask(behind: Application, request: Request, path: str, query: str) -> Answer:
    """The answer to a question of the gate's own: of a capture its head alone."""
    environ = request.passed_on(path, query)
    environ |= {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
    environ.pop("HTTP_RANGE", None)
    begun = Begun(behind, environ)
    if begun.answer.captured_at is None:
        return begun.whole()
    begun.close()
    return begun.answer


def local_headers(answer: Answer, request: Request) -> Headers:
    """The headers; a redirect that would lead out of the archive leads to the capture in it."""
    headers = []
    for name, value in answer.headers:
        if name.lower() == "location" and not _stays_here(value, request):
            target = urljoin(absolute(request.asked.url), value)
            timestamp, form = request.asked.timestamp, request.asked.form
            value = request.inside + replay_path(target, timestamp, form=form)
        headers.append((name, value))
    return headers


def _stays_here(location: str, request: Request) -> bool:
    parts = urlsplit(location)
    if parts.scheme or parts.netloc:
        origin = (request.environ.get("wsgi.url_scheme"), request.environ.get("HTTP_HOST"))
        return (parts.scheme, parts.netloc) == origin
    return parts.path.removeprefix(request.inside).startswith(ROOT)
