"""A real crawl in a process of its own: reads a JSON order, writes a JSON account.

Order: requests [{url, method, headers, body, meta, portal}], settings, allow_private, names (host
names and their addresses), broken_from (the exchange from which on the recorder fails), archive (a
data folder for the real writer; without it captures are kept in a list), replay (serve from that
folder and ask nobody). Bodies are base64.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from twisted.internet.address import IPv4Address

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Exchange,
    RequestFailure,
    Role,
    RunStart,
)
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.writer import ArchiveWriter
from crawler.addresses import AddressPolicy
from crawler.capturing import CAPTURING_SETTING, CONTEXT_META, Capturing
from crawler.failures import reason_for
from crawler.hosts import HostPaces, HostPolicy
from crawler.replayed import ArchivedRuns

RUN = "20260101000000-00000000"


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


class _Bytes:
    def __init__(self, octets: bytes) -> None:
        self._file = io.BytesIO(octets)

    def makefile(self, mode: str) -> io.BytesIO:
        return self._file


def parse_with_stdlib(method: str, octets: bytes) -> tuple[int, list[tuple[str, str]], bytes, str]:
    """Status, headers, body and reason as http.client reads them, 1xx responses skipped."""
    while octets.startswith(b"HTTP/1.1 1"):
        octets = octets[octets.index(b"\r\n\r\n") + 4 :]
    response = http.client.HTTPResponse(_Bytes(octets), method=method)
    response.begin()
    try:
        body = response.read()
    except http.client.IncompleteRead as cut:
        body = cut.partial
    return response.status, response.getheaders(), body, response.reason


class ListRecorder:
    """Keeps exchanges and makes captures without the project's own reading of HTTP."""

    def __init__(self, broken_from: int | None = None) -> None:
        self.exchanges: list[dict[str, Any]] = []
        self.failures: list[dict[str, Any]] = []
        self.threads: set[int] = set()
        self.broken_from = broken_from

    def append(self, exchange: Exchange) -> Capture | None:
        self.threads.add(threading.get_ident())
        if self.broken_from is not None and len(self.exchanges) >= self.broken_from:
            raise OSError(28, "No space left on device")
        sent, received = exchange.sent.read(), exchange.received.read()
        self.exchanges.append(
            {
                "method": exchange.method,
                "url": exchange.url,
                "role": exchange.context.role,
                "portal": exchange.context.portal_id,
                "sent": b64(sent),
                "received": b64(received),
                "truncated": exchange.truncated,
                "failure": exchange.failure,
                "text": exchange.failure_text,
                "ip": exchange.ip_address,
                "in_order": exchange.ended_at >= exchange.started_at,
            }
        )
        if exchange.failure is not None:
            return None
        status, headers, body, reason = parse_with_stdlib(exchange.method, received)
        return Capture(
            request=CapturedRequest(method=exchange.method, url=exchange.url),
            response=CapturedResponse(
                status=status,
                headers=tuple((k.encode("latin-1"), v.encode("latin-1")) for k, v in headers),
                body=body,
                reason=reason.encode("latin-1"),
            ),
            captured_at=exchange.started_at,
            context=exchange.context,
            pointer=CapturePointer(
                file="",
                offset=0,
                length=0,
                record_id=f"urn:{len(self.exchanges)}",
                payload_digest="",
            ),
            truncated=exchange.truncated,
        )

    def append_failure(self, **named: Any) -> RequestFailure | None:
        self.threads.add(threading.get_ident())
        self.failures.append(
            {
                "url": named["url"],
                "reason": named["reason"],
                "text": named["text"],
                "context": asdict(named["context"]),
            }
        )
        return None


LITERAL = re.compile(r"(0x)?[0-9a-f.:]+", re.IGNORECASE)


class FixedNames:
    """Resolves the names of the order and IP addresses; never asks the network."""

    def __init__(self, names: dict[str, list[str]], resolver: Any) -> None:
        self._names = names
        self._resolver = resolver

    def resolveHostName(self, receiver, hostName, portNumber=0, *rest, **named):
        if LITERAL.fullmatch(hostName):
            # the notations of a literal are for the C library to read
            return self._resolver.resolveHostName(receiver, hostName, portNumber)
        receiver.resolutionBegan(None)
        for address in self._names.get(hostName, []):
            receiver.addressResolved(IPv4Address("TCP", address, portNumber))
        receiver.resolutionComplete()
        return None


class OrderSpider(Spider):
    name = "order"
    order: dict[str, Any]
    outcomes: list[dict[str, Any]]

    async def start(self):
        from twisted.internet import reactor

        reactor.installNameResolver(FixedNames(self.order.get("names", {}), reactor.nameResolver))
        for number, wanted in enumerate(self.order["requests"]):
            meta = dict(wanted.get("meta", {}))
            if portal := wanted.get("portal"):
                meta[CONTEXT_META] = CaptureContext(run_id=RUN, portal_id=portal, role=Role.REPORT)
            yield Request(
                wanted["url"],
                method=wanted.get("method", "GET"),
                headers=wanted.get("headers", {}),
                body=base64.b64decode(wanted.get("body", "")),
                meta=meta,
                callback=self.came,
                errback=self.failed,
                dont_filter=True,
                priority=-number,
                cb_kwargs={"asked": wanted["url"]},
            )

    def came(self, response, asked):
        self.outcomes.append(
            {
                "asked": asked,
                "url": response.url,
                "kind": type(response).__name__,
                "status": response.status,
                "flags": response.flags,
                "body": b64(response.body),
                "record_id": response.capture.pointer.record_id,
                "latency": response.meta.get("download_latency"),
            }
        )

    def failed(self, failure):
        self.outcomes.append(
            {
                "asked": failure.request.cb_kwargs["asked"],
                "error": type(failure.value).__name__,
                "reason": reason_for(failure.value),
                "text": str(failure.value),
            }
        )


SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "USER_AGENT": "nianbao/0.1 (+mailto:nobody@localhost)",
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.handlers.CapturingDownloadHandler",
        "https": "crawler.handlers.CapturingDownloadHandler",
    },
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    },
    "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None},
    "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Encoding": "gzip"},
    # with no delay at all Scrapy 2.19 starts whatever is queued at once, over the concurrency
    "DOWNLOAD_DELAY": 0.001,
    "DOWNLOAD_TIMEOUT": 20,
    "DOWNLOAD_MAXSIZE": 1_000_000,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "RETRY_ENABLED": False,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
}


@contextmanager
def capturing_of(order: dict[str, Any], recorder: ListRecorder) -> Iterator[Capturing]:
    live = {
        "addresses": AddressPolicy(allow_private=order.get("allow_private", True)),
        "hosts": HostPaces(default=HostPolicy(**order.get("pace", {"delay": 0.0}))),
    }
    if "archive" not in order:
        yield Capturing(run_id=RUN, recorder=recorder, **live)
        return
    folder = DataFolder(Path(order["archive"]))
    folder.prepare()
    with ArchiveIndex.open(folder.archive_db) as index:
        if order.get("replay"):
            archived = ArchivedRuns(index, ArchiveReader(folder, index))
            yield Capturing(run_id=RUN, archived=archived)
            return
        with ArchiveWriter(folder, index, software="test/0", settings_digest="sha1:X") as writer:
            writer.start_run(
                RunStart(
                    run_id=RUN,
                    started_at=datetime.now(UTC),
                    portal_files={},
                    versions={},
                    settings_digest="sha1:X",
                )
            )
            yield Capturing(run_id=RUN, recorder=writer, **live)


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    recorder = ListRecorder(order.get("broken_from"))
    with capturing_of(order, recorder) as capturing:
        run(order, recorder, capturing)


def run(order: dict[str, Any], recorder: ListRecorder, capturing: Capturing) -> None:
    settings = {**SETTINGS, **order.get("settings", {}), CAPTURING_SETTING: capturing}
    if capturing.is_replay:
        handler = "crawler.handlers.ArchiveDownloadHandler"
        settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler}
    OrderSpider.order, OrderSpider.outcomes = order, []
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(OrderSpider)
    process.crawl(crawler)
    process.start()
    account = {
        "exchanges": recorder.exchanges,
        "failures": recorder.failures,
        "threads": len(recorder.threads),
        "outcomes": OrderSpider.outcomes,
        "stats": crawler.stats.get_stats(),
    }
    Path(sys.argv[2]).write_text(json.dumps(account, default=str), "utf-8")


if __name__ == "__main__":
    main()
