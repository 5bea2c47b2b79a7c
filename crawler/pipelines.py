"""Hands captured documents to the worker processes in batches, and their rows to the corpus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Self

from archive.rows import CaptureRow
from crawler.attachment_tasks import attachment_tasks
from crawler.handover import BatchRead, WasRead
from crawler.services import CrawlServices
from extract.report import SkipReason
from extract.rows import Extraction, asked_url
from extract.split_articles import pages_of_parts
from extract.workers import BATCH

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SECONDS_BEFORE_A_SMALL_BATCH = 0.5
"""A batch that does not fill is read after this time, so that a polite crawl is read as it goes."""


@dataclass(frozen=True, slots=True)
class CapturedDocument:
    """A capture to read, by its record id, and its portal: the item that the spider yields."""

    record_id: str
    portal_id: str


class ReadingPipeline:
    """Extraction never runs on the reactor: threads wait for the workers and write the rows."""

    def __init__(self, services: CrawlServices) -> None:
        self._services = services
        self._waiting: list[CapturedDocument] = []
        self._running: set[asyncio.Future[BatchRead]] = set()
        self._limit = 2 * services.pool.jobs
        self._threads = ThreadPoolExecutor(self._limit, thread_name_prefix="reading")
        self._timer: asyncio.TimerHandle | None = None
        self._storing = Lock()
        services.handover.hurry = self._dispatch

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made with the services of the crawler's spider."""
        services: CrawlServices = crawler.spider.services  # type: ignore[union-attr]
        return cls(services)

    async def process_item(self, item: CapturedDocument) -> CapturedDocument:
        """Queues a capture; waits only when the workers are far behind."""
        self._waiting.append(item)
        if len(self._waiting) >= BATCH:
            while len(self._running) >= self._limit:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._dispatch()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(SECONDS_BEFORE_A_SMALL_BATCH, self._dispatch)
        return item

    async def close_spider(self) -> None:
        """Reads what is left and waits for it."""
        self._dispatch()
        while self._running:
            await asyncio.wait(self._running)
        self._threads.shutdown()

    def _dispatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        items, self._waiting = self._waiting, []
        if not items:
            return
        loop = asyncio.get_running_loop()
        records = [item.record_id for item in items]
        future = loop.run_in_executor(self._threads, self._read_and_store, records)
        self._running.add(future)
        future.add_done_callback(lambda done: self._finished(done, items))

    def _finished(self, future: asyncio.Future[BatchRead], items: list[CapturedDocument]) -> None:
        self._running.discard(future)
        if (error := future.exception()) is not None:
            # they are archived and not in the corpus: the next run reads them
            self._services.unread += len(items)
            logger.error("%d captures could not be read: %r", len(items), error)
        batch = future.result() if error is None else BatchRead()
        self._services.handover.taken([item.portal_id for item in items], batch)

    def _read_and_store(self, records: list[str]) -> BatchRead:
        """Returns the requests for the files of what was read, and how it turned out."""
        if self._services.writer is not None:
            self._services.writer.commit()  # index rows before extraction
        rows = [self._services.index.get(record) for record in records]
        extractions = self._services.pool.read(rows)
        pages, whole = self._store(extractions)
        read = [*zip(rows, extractions, strict=True), *zip(pages, whole, strict=True)]
        return BatchRead(
            tasks=[task for row, one in read for task in attachment_tasks(row, one)],
            captures=[_was_read(row, one) for row, one in read if one.document["status"] == 200],
        )

    def _store(
        self, extractions: Sequence[Extraction]
    ) -> tuple[list[CaptureRow], list[Extraction]]:
        """Stores them, in one transaction with the pages that go on in them, read again: one
        batch at a time, so that the reading with the most parts is the last. Returns the latest
        captures of these pages.
        """
        services = self._services
        with self._storing:
            pages = pages_of_parts(services.index, (one.part_of for one in extractions))
            whole = services.pool.read(pages) if pages else []
            # a page may have been read again meanwhile, with a part that this reading lacks
            new = set(services.store.without_document([one.record_id for one in extractions]))
            fresh = [one for one in extractions if one.record_id in new]
            services.store.add_extractions([*fresh, *whole])
        latest = {row.url: (row, one) for row, one in zip(pages, whole, strict=True)}.values()
        return [row for row, _ in latest], [one for _, one in latest]


def _was_read(row: CaptureRow, extraction: Extraction) -> WasRead:
    outcome, detail = extraction.document["outcome"], str(extraction.document["detail"] or "")
    is_block = outcome == SkipReason.BLOCKED.value
    return WasRead(
        portal_id=row.context.portal_id,
        asked_url=asked_url(row),
        url=row.url,
        block=detail.partition(":")[0] if is_block else "",
        detail=detail if is_block else "",
    )
