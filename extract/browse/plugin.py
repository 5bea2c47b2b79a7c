"""Our pages as a plugin of Datasette, which serves the tables and SQL beside them."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from datasette import Response, hookimpl
from datasette.utils.asgi import Forbidden, NotFound

from extract.browse.asking import Asked, language_of
from extract.browse.downloads import iter_lines, iter_table
from extract.browse.errors import BadQuestion, NoPage, NotNow, NotThere, PageFailed, TablesClosed
from extract.browse.gate import Gate, Receive, Send
from extract.browse.site import ROUTES, Answer, Site
from extract.browse.streaming import Streamed, Streams
from extract.languages import Lang
from extract.panel_tables import PanelTable

logger = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
FILES = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}

View = Callable[..., Awaitable[Any]]


class Pages:
    """The hooks of Datasette that our pages need. ``names`` are the values of Host that are
    answered; None for any.
    """

    __name__ = "nianbao"

    def __init__(self, site: Site, *, names: frozenset[str] | None) -> None:
        self._site = site
        self._names = names
        self._streams = Streams()

    @hookimpl
    def register_routes(self) -> list[tuple[str, View]]:
        """Our paths; they go before Datasette's."""
        return [
            *((pattern, self._page) for pattern in ROUTES),
            (r"^/open$", self._opened),
            (r"^/downloads/reports\.jsonl$", self._lines),
            (rf"^/downloads/(?P<table>{'|'.join(PanelTable)})\.csv$", self._table),
            (r"^/(?P<name>style\.css|icon\.svg)$", _file),
        ]

    @hookimpl
    def asgi_wrapper(self) -> Callable[[Any], Gate]:
        """The gate around everything."""
        return lambda app: Gate(app, names=self._names)

    @hookimpl
    def permission_allowed(self, action: str) -> bool | None:
        """Tables and SQL show everything: they are closed while something is taken down."""
        if action.startswith("view-database-download") or self._site.corpus.taken_down.rules():
            return False
        return None

    @hookimpl
    def handle_exception(self, request: Any, exception: Exception) -> Response:  # noqa: ANN401
        """A message in place of what failed, in place of Datasette's own handler: a page that is
        not there is no fault, and no traceback.
        """
        status = getattr(exception, "status", 500)
        if isinstance(exception, sqlite3.OperationalError):
            status = 503  # there is no corpus yet, or it cannot be read at this moment
        asked = asked_of(request)
        if isinstance(exception, (NotFound, Forbidden)):
            status = 404 if isinstance(exception, NotFound) else 403
        if status == 500:
            logger.error("%s failed", asked.path, exc_info=exception)
        said = {404: NotThere(), 403: TablesClosed(), 500: PageFailed(), 503: NotNow()}
        problem = said.get(status, BadQuestion(str(exception)))
        if asked.path.endswith(".json"):
            told = {"status": problem.status, "words": problem.words, "detail": problem.detail}
            return Response.json(told, status=problem.status)
        return _response(self._site.message(asked, problem))

    async def _page(self, request: Any) -> Response:  # noqa: ANN401 -- Datasette has no types
        asked = asked_of(request)
        return _response(await self._in_thread(self._site.answer, asked, asked))

    async def _opened(self, request: Any) -> Response:  # noqa: ANN401
        asked = asked_of(request)
        return _response(await self._in_thread(self._site.opened, asked, asked))

    async def _in_thread(self, work: Callable[..., Answer], asked: Asked, *given: Any) -> Answer:  # noqa: ANN401
        try:
            return await asyncio.to_thread(work, *given)
        except Exception:
            logger.exception("%s failed", asked.path)
            return self._site.message(asked, PageFailed())

    async def _lines(self, request: Any, receive: Receive, send: Send) -> Any:  # noqa: ANN401
        asked = asked_of(request)
        pieces = iter_lines(self._site.corpus, asked)
        kind = "application/x-ndjson; charset=utf-8"
        return await self._sent(
            request, receive, send, Streamed(name="reports.jsonl", media_type=kind, pieces=pieces)
        )

    async def _table(self, request: Any, receive: Receive, send: Send) -> Any:  # noqa: ANN401
        table = PanelTable(request.url_vars["table"])
        pieces = iter_table(self._site.corpus, asked_of(request), table)
        name, kind = f"{table.value}.csv", "text/csv; charset=utf-8"
        return await self._sent(
            request, receive, send, Streamed(name=name, media_type=kind, pieces=pieces)
        )

    async def _sent(self, request: Any, receive: Receive, send: Send, streamed: Streamed) -> Any:  # noqa: ANN401
        try:
            await self._streams.send(streamed, request.scope, receive, send)
        except NoPage as problem:
            asked = asked_of(request)
            return _response(await asyncio.to_thread(self._site.message, asked, problem))
        return None


def asked_of(request: Any) -> Asked:  # noqa: ANN401
    """What a request asks: its path as it came, the first of each argument, its language."""
    path = bytes(request.scope.get("raw_path") or b"/").decode("ascii", "replace").partition("?")[0]
    args: dict[str, str] = {}
    for name, value in parse_qsl(request.query_string, max_num_fields=None):
        args.setdefault(name, value)
    said = args.get("lang", "")
    return Asked(
        path=path,
        args=args,
        lang=language_of(said, request.headers.get("accept-language", "")),
        lang_is_said=said in tuple(Lang),
    )


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers) | {"Vary": "Accept-Language"}
    return Response(answer.body, answer.status, headers, answer.content_type)


async def _file(request: Any) -> Response:  # noqa: ANN401
    name = request.url_vars["name"]
    body = (STATIC / name).read_bytes()
    return Response(body, 200, {"Cache-Control": "max-age=600"}, FILES[name])
