"""The spider of ``portals add`` and ``portals check --live``: it asks what searches want to see.

Everything it asks is archived like all else, under the role ``other``: no listing is derived of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import scrapy
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.capture import CaptureContext, Role
from crawler.capturing import CONTEXT_META, NO_PORTAL
from crawler.finding import Found, Search, Step
from crawler.handlers import CapturedHttpResponse
from crawler.request_headers import request_headers
from crawler.services import CrawlServices
from extract import decode
from extract.blocking import BlockKind, find_block, is_suspect
from extract.errors import Undecodable

AT_ONCE = 32
"""Places looked at together: each host keeps its own pace."""


class FinderSpider(scrapy.Spider):
    """Runs searches to their ends. ``done`` hears of each place as it is finished."""

    name = "finder"

    def __init__(
        self,
        services: CrawlServices,
        searches: dict[str, Search],
        done: Callable[[str, Found], None],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**kwargs)
        self.services = services
        self._waiting = dict(searches)
        self._searches = searches
        self._done = done
        self._ready: asyncio.Queue[Request | None] = asyncio.Queue()
        self._under_way = 0

    async def start(self) -> AsyncIterator[Any]:
        """Yields requests as searches want them, until all have ended."""
        for place in list(self._waiting)[:AT_ONCE]:
            self._begin(place)
        while self._under_way:
            request = await self._ready.get()
            if request is not None:
                yield request

    def _begin(self, place: str) -> None:
        del self._waiting[place]
        self._under_way += 1
        self._go_on(place)

    def _go_on(self, place: str) -> None:
        """The place's next request, or its end and the next place's begin."""
        step = self._searches[place].next_step()
        if step is not None:
            self._ready.put_nowait(self._request(place, step))
            return
        self._under_way -= 1
        self._done(place, self._searches[place].result())
        if self._waiting:
            self._begin(next(iter(self._waiting)))
        self._ready.put_nowait(None)

    def _request(self, place: str, step: Step) -> Request:
        context = CaptureContext(
            run_id=self.services.runs[0].run_id,
            portal_id=NO_PORTAL,
            role=Role.OTHER,
            via=step.via,
        )
        return Request(
            step.url,
            method=step.method,
            body=step.body,
            headers=request_headers(body=step.body, ajax=step.ajax, via=step.via),
            callback=self._answered,
            errback=self._not_answered,
            dont_filter=True,
            meta={CONTEXT_META: context, "place": place, "step": step},
        )

    def _answered(self, response: Response) -> None:
        place, step = response.meta["place"], response.meta["step"]
        search = self._searches[place]
        assert isinstance(response, CapturedHttpResponse)
        block = find_block(response.capture) if is_suspect(response.capture.response) else None
        if block is not None and block.kind is not BlockKind.HOME_PAGE:
            search.failed(step, f"blocked: {block.detail}")
        elif response.status != 200:
            search.failed(step, f"HTTP status {response.status}")
        else:
            try:
                page = decode.page(response.capture)
            except Undecodable as error:
                search.failed(step, str(error))
            else:
                search.take_in(step, page)
        self._go_on(place)

    def _not_answered(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        place = request.meta["place"]
        error = failure.value
        self._searches[place].failed(request.meta["step"], f"{type(error).__name__}: {error}")
        self._go_on(place)
