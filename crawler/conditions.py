"""Owns conditional requests (RFC 9110 §13): what the archive holds is asked for only if changed.

Also counts what budgets need: every request and byte passes here, retries and redirects too.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.http import Response

from archive.capture import CaptureContext, Role
from archive.clock import utc_now
from archive.index import ArchiveIndex, CaptureRow, body_digest
from crawler.capturing import CONTEXT_META
from crawler.handlers import NOT_MODIFIED
from crawler.services import CrawlServices, PortalTally

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CONDITIONS = ("If-None-Match", "If-Modified-Since")
SAMPLE = 50
"""One request in so many that could be conditional is sent without: 2 %."""
LONGEST_VALIDATOR = 1024
"""Characters; what is longer is no validator that a server would compare."""


def is_sampled(url: str, run_id: str) -> bool:
    """Whether a run asks this address without conditions, to find portals that lie."""
    digest = hashlib.sha256(f"{run_id} {url}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % SAMPLE == 0


def validators(index: ArchiveIndex, request: Request, *, role: Role) -> dict[str, str]:
    """The conditions that a request may carry, as the server sent its validators; may be empty.

    Only while the latest capture stands for a whole 2xx one: after a 404 the page itself is
    wanted. ``*`` would match whatever the server has, and so is no validator.
    """
    key = (request.method, urldefrag(request.url)[0], body_digest(request.body))
    if request.method != "GET":
        return {}
    latest = index.latest(*key)
    if latest is None or latest.truncated is not None or not _stands(latest):
        return {}
    whole = index.latest_whole(*key) if latest.status == 304 else latest
    if whole is None or whole.is_orphan or whole.captured_at > utc_now():
        return {}  # a 304 could not refer to that one: see archive.revisit
    if whole.context.role is Role.REQUISITE and role is not Role.REQUISITE:
        return {}
    found = {"If-None-Match": whole.etag, "If-Modified-Since": whole.last_modified}
    return {
        name: value
        for name, value in found.items()
        if value and value != "*" and len(value) <= LONGEST_VALIDATOR and value.isprintable()
    }


def _stands(row: CaptureRow) -> bool:
    return row.status == 304 or 200 <= row.status < 300


class ConditionsMiddleware:
    """Sets the conditions of each request anew: a redirect's or retry's are those of its own URL.

    Example: a listing captured with ``ETag: W/"5f"`` is asked again with ``If-None-Match:
    W/"5f"``; one request in SAMPLE, and all of a portal that was found to lie, go without.
    A replayed run is not touched. Stands nearer to the network than retry and redirect.
    """

    def __init__(self, services: CrawlServices) -> None:
        self._services = services

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made with the services of the crawler's spider."""
        services: CrawlServices = crawler.spider.services  # type: ignore[union-attr]
        return cls(services)

    def process_request(self, request: Request) -> None:
        """Sets the conditions, or takes those away that came from another request."""
        if self._services.replayed is not None:
            return
        for name in CONDITIONS:
            request.headers.pop(name, None)
        context = request.meta.get(CONTEXT_META)
        if context is None:
            return
        if context.role is Role.ROBOTS or {"redirect_times", "retry_times"} & request.meta.keys():
            self._tally(context).extra += 1
        if context.portal_id in self._services.unconditional:
            return
        if not is_sampled(urldefrag(request.url)[0], context.run_id):
            for name, value in validators(self._services.index, request, role=context.role).items():
                request.headers[name] = value.encode("latin-1")

    def process_response(self, request: Request, response: Response) -> Response:
        """Counts what came."""
        context = request.meta.get(CONTEXT_META)
        if context is not None:
            tally = self._tally(context)
            tally.bytes += 0 if NOT_MODIFIED in response.flags else len(response.body)
            tally.answered += context.role is not Role.ROBOTS
        return response

    def _tally(self, context: CaptureContext) -> PortalTally:
        return self._services.tally(context.run_id, context.portal_id)
