"""Owns the two download handlers: from the network into the archive, and from the archive alone.

Both end in ``response_from_capture``: what a spider sees is made from a capture, so a live crawl
and a replayed one see the same.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from archive.capture import Capture, Exchange, RequestFailure, Role
from archive.clock import utc_now
from archive.index import body_digest
from crawler.capturing import Capturing, installed_reactor
from crawler.errors import CrawlerError, NotArchived
from crawler.failures import UnparsableResponse, exception_for
from crawler.hosts import CrawlStopping
from crawler.politeness import note_answer, note_failure
from crawler.recording import Recording, Turn, WireLimits
from crawler.verdict import conclude
from crawler.wire import WireClient

logger = logging.getLogger(__name__)

HEAD_MAXSIZE_SETTING = "NIANBAO_HEAD_MAXSIZE"
"""The setting for bytes of a response head, 1xx responses included."""

HEAD_MAXSIZE = 256 * 1024
"""Its default. Servers send a few kB; browsers give up between 256 kB and 400 kB."""

NOT_MODIFIED = "not_modified"
"""Flag of a response whose server said 304; status, headers and body are the earlier capture's."""

TRUNCATED = "truncated"
"""Flag of a response that is not whole; ``response.capture.truncated`` says why."""

ERRORS_META = "captured_errors"
"""The ``request.meta`` key: captures with an error status that this request's chain of retries and
redirects brought so far, the last included, without their bodies. The retry middleware keeps them
from the spider, and the archive does not forget them."""

CONNECTIONS_A_HOST = 16
"""Connections to one host that are kept for further requests; a portal's concurrency is lower."""

_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class CapturedHttpResponse(Response):
    """A response with the capture it was made from. Undecoded: ``extract.decode`` does that."""

    attributes: tuple[str, ...] = (*Response.attributes, "capture")

    def __init__(self, *args: Any, capture: Capture, **kwargs: Any) -> None:  # noqa: ANN401
        self.capture = capture
        super().__init__(*args, **kwargs)


def response_from_capture(capture: Capture, request: Request) -> CapturedHttpResponse:
    """The response that a spider sees: live and from the archive the same.

    Headers as received, content coding kept. ``flags`` holds NOT_MODIFIED and TRUNCATED where
    they apply. A truncated response is returned and not raised: it is archived, so the spider can
    judge it, and a retry at once would ask a struggling server for the same bytes again.
    """
    flags = [NOT_MODIFIED] if capture.not_modified else []
    if capture.truncated is not None:
        flags.append(TRUNCATED)
    if capture.response.status >= 400:
        bare = replace(capture, response=replace(capture.response, body=b""))
        request.meta.setdefault(ERRORS_META, []).append(bare)
    return CapturedHttpResponse(
        url=urldefrag(request.url)[0],
        status=capture.response.status,
        headers=Headers(list(capture.response.headers)),
        body=capture.response.body,
        flags=flags,
        request=request,
        capture=capture,
    )


class CapturingDownloadHandler(BaseDownloadHandler):
    """Asks the network, and archives each exchange before Scrapy sees anything of it.

    Raises what ``crawler.failures`` says for an exchange without a readable response, and
    NotSentNow, with nothing sent or recorded, for what is left to a later run. When the archive
    cannot be written, the error is raised and the crawl is closed: going on would lose what is
    fetched.
    """

    lazy: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._capturing = Capturing.of(crawler)
        self._hosts = self._capturing.hosts
        self._head_bytes = settings.getint(HEAD_MAXSIZE_SETTING, HEAD_MAXSIZE)
        self._total_bytes = settings.getint("DOWNLOAD_MAXSIZE")
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._wire = WireClient(
            installed_reactor(),
            self._capturing.addresses,
            per_host=CONNECTIONS_A_HOST,
        )

    async def download_request(self, request: Request) -> Response:
        """One exchange on the network; two when a 304 refers to nothing that is still held."""
        capture = await self._capture(request)
        if capture.response.status == 304 and not capture.not_modified and _is_conditional(request):
            # the archived copy is lost: a 304 must not stand where a page should
            self._count("not_modified_without_original")
            capture = await self._capture(_unconditional(request))
        response = response_from_capture(capture, request)
        if note_answer(self._hosts, response):
            self._count("retry_after")
        return response

    async def close(self) -> None:
        """Closes idle connections."""
        self._capturing.close()
        self._wire.close()

    async def _capture(self, request: Request) -> Capture:
        self._hosts.check_going_on()
        pace = self._hosts.of(request.url)
        self._hosts.check_awake(pace)
        exchange = Exchange(
            method=request.method,
            url=urldefrag(request.url)[0],
            context=self._capturing.context_of(request.meta),
        )
        turn = Turn(pace, self._hosts.clock, self._hosts.check_going_on)
        recording = Recording(exchange, self._limits(request), turn)
        error: Exception | None = None
        try:
            await self._wire.exchange(request, recording)
        except CrawlStopping:
            recording.close()
            raise
        except Exception as raised:  # noqa: BLE001 (whatever it was, the exchange is kept)
            error = raised
        except BaseException as raised:
            _finish(recording, raised)
            with suppress(CrawlerError):
                self._capturing.append(exchange)  # cancelled, and kept
            raise
        _finish(recording, error)
        capture = self._archive(exchange)
        if capture is None:
            failure = _failure_of(exchange)
            note_failure(self._hosts, exchange.url, failure)
            raise failure from error
        self._note(recording)
        return capture

    def _archive(self, exchange: Exchange) -> Capture | None:
        try:
            return self._capturing.append(exchange)
        except Exception as error:
            logger.critical("%s: not archived, closing: %s", exchange.url, error)
            self._count("archive_failed")
            self._close_crawl()
            raise

    def _close_crawl(self) -> None:
        self._hosts.stop()
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            closing = engine.close_spider_async(reason="archive_failed")
            installed_reactor().callLater(0, _run, closing)

    def _limits(self, request: Request) -> WireLimits:
        return WireLimits(
            head_bytes=self._head_bytes,
            total_bytes=int(request.meta.get("download_maxsize", self._total_bytes)),
            seconds=float(request.meta.get("download_timeout") or self._seconds),
        )

    def _note(self, recording: Recording) -> None:
        if recording.exchange.truncated is not None:
            self._count(f"truncated/{recording.exchange.truncated.value}")
        if recording.excess:
            self._count("bytes_after_response")
            logger.warning(
                "%d bytes came after the end of the response and were dropped, with the "
                "connection: %s",
                recording.excess,
                recording.exchange.url,
            )

    def _count(self, name: str) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"nianbao/{name}")


class ArchiveDownloadHandler(BaseDownloadHandler):
    """Serves archived exchanges in place of the network.

    A recorded failure is raised again as the kind it was. Raises NotArchived, and counts it under
    ``nianbao/not_archived``, for a request that the run did not make. A robots.txt that the run
    did not ask (it knew it already) is not counted: what was forbidden is recorded as a failure.
    """

    lazy: ClassVar[bool] = False  # type: ignore[misc]

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._capturing = Capturing.of(crawler)

    async def download_request(self, request: Request) -> Response:
        """The next archived exchange of this request in the run of its context."""
        context = self._capturing.context_of(request.meta)
        url = urldefrag(request.url)[0]
        archived = self._capturing.archived
        if archived is None:
            raise NotArchived(f"{url}: the crawl was given no archived exchanges to serve")
        wanted = (context.run_id, request.method, url, body_digest(request.body))
        found = archived.take(*wanted)
        if isinstance(found, Capture) and found.response.status == 304 and not found.not_modified:
            found = archived.take(*wanted) or found  # live, it was asked again at once
        if isinstance(found, RequestFailure):
            raise exception_for(found.reason, f"{url}: {found.text}")
        if found is None:
            if context.role is not Role.ROBOTS and self.crawler.stats is not None:
                self.crawler.stats.inc_value("nianbao/not_archived")
            raise NotArchived(
                f"{request.method} {url}: not (or not once more) in run {context.run_id}; "
                "crawl it live, or replay another run with --run"
            )
        return response_from_capture(found, request)


def _finish(recording: Recording, error: BaseException | None) -> None:
    conclude(recording, error)
    recording.close()
    recording.exchange.ended_at = utc_now()


def _failure_of(exchange: Exchange) -> Exception:
    """The exception for an exchange that brought no capture."""
    if exchange.failure is None:
        return UnparsableResponse(f"{exchange.url}: the archive could not read the response")
    return exception_for(exchange.failure, f"{exchange.url}: {exchange.failure_text}")


def _is_conditional(request: Request) -> bool:
    return any(name in request.headers for name in _CONDITIONS)


def _unconditional(request: Request) -> Request:
    again = request.copy()
    for name in _CONDITIONS:
        again.headers.pop(name, None)
    return again


def _run(closing: Any) -> None:  # noqa: ANN401
    from scrapy.utils.defer import deferred_from_coro

    deferred_from_coro(closing).addErrback(
        lambda failure: logger.critical("The crawl could not be closed: %s", failure.value)
    )
