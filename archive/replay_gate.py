"""The gate before pywb: what is asked for, whether it may be shown, how a browser is to take it.

A WSGI application around another. It answers itself where pywb has no answer that can be relied on:
pages that hold what came from an address, times (RFC 7089's TimeGate by redirects), what is taken
down, and what cannot be read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from archive.replay_address import ROOT, Asked, Kind, absolute, asked_of, is_address
from archive.replay_exchange import (
    Answer,
    Application,
    Environ,
    Request,
    StartResponse,
    ask,
    begin,
    local_headers,
)
from archive.replay_html import (
    FILES,
    OWN,
    calendar_page,
    home_page,
    list_page,
    message_page,
    own_file,
)
from archive.replay_policy import (
    BEGINNING,
    NO_SCRIPTS,
    OWN_PAGES,
    SCRIPTS,
    Headers,
    may_run,
    page_policy,
    with_policy,
)

LONGEST_BODY = 1024 * 1024
"""Bytes of a request: a form or a query that a page of a portal sends has a few hundred."""

MOST_LISTED, MOST_COUNTED = 1_000, 50_000
"""Addresses in a list of those that begin alike, and the captures that are counted for it."""

LONGEST_MESSAGE = 2_000
"""Characters of what pywb says of an error."""

_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_FRAMES = ("iframe", "frame")
_CORS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", ", ".join(_METHODS)),
    ("Access-Control-Allow-Headers", "*"),
]
"""For pages in the frame: what they ask for by script is of another origin than theirs. Only they
know the secret in the path that has these."""

_TAKEN_DOWN = "451 Unavailable For Legal Reasons"
_TITLES = {404: "Not in this archive", 451: "Taken down", 503: "This capture cannot be read"}


class Shown(Protocol):
    """What may be shown, as of now."""

    captures: int
    """How many are."""

    def covers(self, url: str, timestamp: str) -> bool:
        """Whether an address, or its capture of that very time, is taken down."""

    def had_only_taken_down(self, url: str) -> bool:
        """Of an address of which nothing is shown: whether records of it were taken down."""


class Gate:
    """``names`` are the values of Host that are answered, None for any: a page elsewhere may point
    a name of its own at this machine.
    """

    def __init__(self, behind: Application, shown: Shown, *, names: frozenset[str] | None) -> None:
        self._behind = behind
        self._shown = shown
        self._names = names
        self._secret = f"/~{secrets.token_urlsafe(12)}"
        self._answers = {
            Kind.HOME: self._own,
            Kind.TIMEGATE: self._timegate,
            Kind.FRAME: self._frame,
            Kind.CONTENT: self._content,
            Kind.LIST: self._list,
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request."""
        path, _, query = str(environ.get("REQUEST_URI") or "/").partition("?")
        if (refusal := self._refusal(environ, path)) is not None:
            return _page(start_response, refusal, message_page(refusal, "Replay answers no more."))
        inside = self._secret if path.startswith(self._secret + "/") else ""
        path = path.removeprefix(inside)
        if inside and environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", with_policy(list(_CORS), NO_SCRIPTS))
            return []
        asked = asked_of(path, query)
        if asked.url and self._shown.covers(asked.url, asked.timestamp):
            return _taken_down(start_response, asked)
        if asked.url and not is_address(asked.url):
            page = message_page("Bad Request", "This is no address.", url=asked.url)
            return _page(start_response, "400 Bad Request", page)
        request = Request(
            environ=environ, start=start_response, path=path, query=query, asked=asked,
            inside=inside,
        )  # fmt: skip
        return self._answers[asked.kind](request)

    def _refusal(self, environ: Environ, path: str) -> str | None:
        """Why a request is not answered at all, as a status line; None when it is."""
        length = str(environ.get("CONTENT_LENGTH") or "0")
        if environ["REQUEST_METHOD"] not in _METHODS:
            return "405 Method Not Allowed"
        if not path.startswith("/"):
            return "400 Bad Request"
        if self._names is not None and str(environ.get("HTTP_HOST", "")).lower() not in self._names:
            return "421 Misdirected Request"
        if not length.isdigit() or int(length) > LONGEST_BODY:
            return "413 Content Too Large"
        return None

    # -- pages of replay's own ------------------------------------------------------------------

    def _own(self, request: Request) -> Iterable[bytes]:
        path, start = request.path, request.start
        name = path.removeprefix(OWN)
        wanted = parse_qs(request.query).get("url", [])
        if path == "/":
            return _page(start, "200 OK", home_page(self._shown.captures))
        if path.startswith(OWN) and name in FILES:
            return _page(start, "200 OK", own_file(name), content_type=FILES[name])
        if path.startswith("/static/"):
            return self._passed(request, OWN_PAGES)
        if path == ROOT and wanted:
            return _redirect(start, f"{ROOT}*/{quote(wanted[0].strip(), safe=_ADDRESS)}")
        if path in (ROOT, ROOT.rstrip("/")):
            return _redirect(start, "/")
        return _page(start, "404 Not Found", message_page("Not Found", "There is no such page."))

    def _list(self, request: Request) -> Iterable[bytes]:
        """Calendar, TimeMap or index."""
        if request.path.startswith((f"{ROOT}cdx", f"{ROOT}timemap/")):
            return self._passed(request, OWN_PAGES)
        url = absolute(request.asked.url)
        if (request.path + request.query).endswith("*"):
            return self._beginnings(request, url)
        if not self._lines(request, {"url": url, "limit": "1"}):
            return self._missing(request.start, url)
        told = {"url": url, "prefix": ROOT, "static": "/static", "home": "/"}
        return _page(request.start, "200 OK", calendar_page(told))

    def _beginnings(self, request: Request, beginning: str) -> Iterable[bytes]:
        query = {"url": beginning, "matchType": "prefix", "limit": str(MOST_COUNTED)}
        counts: dict[str, int] = {}
        lines = self._lines(request, query)
        for line in lines:
            url = str(line.get("url", ""))
            counts[url] = counts.get(url, 0) + 1
        if not counts:
            return self._missing(request.start, beginning)
        found = [
            (url, f"{ROOT}*/{quote(url, safe=_ADDRESS)}", str(count))
            for url, count in list(counts.items())[:MOST_LISTED]
        ]
        is_cut = len(counts) > MOST_LISTED or len(lines) == MOST_COUNTED
        return _page(request.start, "200 OK", list_page(beginning, found, is_cut=is_cut))

    def _lines(self, request: Request, query: dict[str, str]) -> list[dict[str, object]]:
        """Lines of the index."""
        asked = urlencode(query | {"output": "json"})
        answer = ask(self._behind, request, f"{ROOT}cdx", asked)
        if answer.code != 200:
            return []
        return [json.loads(line) for line in answer.body.splitlines() if line.strip()]

    # -- captures -------------------------------------------------------------------------------

    def _timegate(self, request: Request) -> Iterable[bytes]:
        """RFC 7089 §4.2.1: a redirect to the capture nearest to the time that was asked for."""
        found = self._nearest(request)
        if found.captured_at is None:
            return self._instead(request, found)
        form = "mp_" if "HTTP_ACCEPT_DATETIME" in request.environ else ""
        headers = [("Vary", "accept-datetime"), *found.links()]
        return _redirect(request.start, request.opened_at(found.captured_at, form), headers)

    def _frame(self, request: Request) -> Iterable[bytes]:
        found, asked = self._nearest(request), request.asked
        if found.captured_at is None:
            return self._instead(request, found)
        exact = f"{found.captured_at:%Y%m%d%H%M%S}"
        if request.inside or exact != asked.timestamp:
            return _redirect(request.start, request.opened_at(found.captured_at), found.links())
        told = {
            "url": absolute(asked.url),
            "timestamp": exact,
            "prefix": ROOT,
            "content": self._secret + ROOT,
            "static": "/static",
            "home": "/",
        }
        more = [("Memento-Datetime", str(found.header("memento-datetime"))), *found.links()]
        return _page(request.start, "200 OK", calendar_page(told), more=more)

    def _nearest(self, request: Request) -> Answer:
        """The head of the nearest capture, or what pywb says where it has none."""
        path, _, query = request.asked.url.partition("?")
        return ask(self._behind, request, f"{ROOT}{request.asked.timestamp}id_/{path}", query)

    def _instead(self, request: Request, answer: Answer) -> Iterable[bytes]:
        """What is answered when there is no capture of exactly this address."""
        location, timestamp = answer.header("location"), request.asked.timestamp
        if 300 <= answer.code < 400 and location:  # a slash at the end, the root's path
            path = urlsplit(location)._replace(scheme="", netloc="").geturl()
            path = path.removeprefix(request.inside)
            return _redirect(request.start, path.replace("id_/", "/" if timestamp else "", 1))
        return self._failed(request, answer)

    def _content(self, request: Request) -> Iterable[bytes]:
        asked = request.asked
        if request.destination == "document" and asked.form == "mp_" and asked.timestamp:
            return _redirect(request.start, f"{ROOT}{asked.timestamp}/{asked.url}")
        return self._passed(request, None)

    def _passed(self, request: Request, policy: str | None) -> Iterable[bytes]:
        """pywb's answer with a policy, by default that of a page; its own errors as our pages."""
        begun = begin(self._behind, request)
        answer = begun.answer
        if policy is None and answer.captured_at is None and answer.code >= 400:
            return self._failed(request, begun.whole())
        headers = local_headers(answer, request)
        if request.inside:
            headers += _CORS
        if policy is None and request.inside and request.destination in _FRAMES:
            policy = SCRIPTS if may_run(begun.beginning(BEGINNING), request.inside) else None
        kept = request.asked.kind is Kind.HOME  # pywb's scripts, of a megabyte and more
        chosen = policy or page_policy(headers)
        request.start(answer.status, with_policy(headers, chosen, kept=kept))
        return begun

    def _missing(self, start: StartResponse, url: str) -> Iterable[bytes]:
        if self._shown.had_only_taken_down(url):
            return _taken_down(start, Asked(kind=Kind.LIST, url=url))
        text = "The archive has no capture of this address. What is captured now appears shortly."
        return _page(start, "404 Not Found", message_page(_TITLES[404], text, url=url))

    def _failed(self, request: Request, answer: Answer) -> Iterable[bytes]:
        """pywb's own error, not an archived one."""
        if answer.code == 404:
            return self._missing(request.start, request.asked.url)
        status = answer.status if answer.code >= 400 else "500 Internal Server Error"
        text = answer.body.decode("utf-8", "replace")[:LONGEST_MESSAGE] or status
        title = _TITLES.get(answer.code, "This cannot be shown")
        page = message_page(title, text, url=request.asked.url)
        return _page(request.start, status, page)


_ADDRESS = "/:?[]@!$&'()*+,;=%~"
"""What stands in an address of ours as it is."""


def _taken_down(start: StartResponse, asked: Asked) -> Iterable[bytes]:
    text = "It is taken down: suppress.txt of the data folder names it."
    return _page(start, _TAKEN_DOWN, message_page(_TITLES[451], text, url=asked.url))


def _page(
    start: StartResponse,
    status: str,
    body: bytes,
    *,
    content_type: str = "text/html; charset=utf-8",
    more: Headers | None = None,
) -> Iterable[bytes]:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), *(more or [])]
    start(status, with_policy([*headers, ("X-Content-Type-Options", "nosniff")], OWN_PAGES))
    return [body]


def _redirect(start: StartResponse, location: str, more: Headers | None = None) -> Iterable[bytes]:
    target = quote(location, safe=_ADDRESS + "#")
    headers = [("Location", target), ("Content-Length", "0"), *(more or [])]
    start("302 Found", with_policy(headers, OWN_PAGES))
    return []
