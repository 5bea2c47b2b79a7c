"""The one spider: it follows the listings of many portals and asks for what they list.

It holds no queue: what to ask stands in the frontier, and only a few requests are under way.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.capture import Capture, Role
from archive.errors import ArchiveError, DiskRefuses
from crawler.attachment_tasks import is_own_host, robots_policy
from crawler.blocks import Blocks
from crawler.capturing import CONTEXT_META, UnsentRequest
from crawler.cookies import COOKIES_META
from crawler.due import Answer, answer_of, answer_of_failure
from crawler.errors import NotArchived
from crawler.failures import reason_for
from crawler.feeding import Feed, feed_for
from crawler.frontier_tasks import BLOCKED, Task
from crawler.handlers import ERRORS_META, CapturedHttpResponse
from crawler.handover import BatchRead
from crawler.hosts import HostResting, NotSentNow
from crawler.listing_pages import ListingLedger, listing_page
from crawler.listing_tasks import alternatives, found, seeds
from crawler.pipelines import CapturedDocument
from crawler.portal import Portal
from crawler.redirects import RedirectStop, stop_of_response
from crawler.request_headers import request_headers
from crawler.requisite_tasks import tasks_of_stylesheet
from crawler.run_findings import GONE_REASONS
from crawler.services import CrawlServices, PlannedRun, PortalTally
from extract.document import is_document

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

TASK_META = "task"

SECONDS_TO_GATHER = 0.05
"""What is settled within this time is committed together: a commit is a fifth of a page's work."""


class PortalSpider(scrapy.Spider):
    """Crawls the runs of its services: one live run, or archived ones in order.

    ``portal_ids`` is set by the spider loader for ``scrapy crawl <portal id>``.
    """

    name = "portal"
    portal_ids: tuple[str, ...] = ()

    def __init__(self, services: CrawlServices, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(name=kwargs.pop("name", None) or self.name, **kwargs)
        self.services = services
        self.run: PlannedRun | None = None
        self.portals: dict[str, Portal] = {}
        self.ledger = ListingLedger()
        self._in_flight: Counter[str] = Counter()
        self._held: dict[str, Task] = {}
        self.feed: Feed | None = None
        self._blocks = Blocks(services, self._tally_of)
        self._settled = asyncio.Event()
        self._begun = _now()
        services.handover.on_read = self._read
        self._committing: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """As Scrapy's; refuses to run without an open data folder."""
        if "services" not in kwargs:
            from crawler.run import services_for_scrapy  # here: run imports this module

            kwargs["services"] = services_for_scrapy(crawler, cls.portal_ids)
        return super().from_crawler(crawler, *args, **kwargs)

    async def start(self) -> AsyncIterator[Any]:
        """Yields requests as there is room for them, run after run."""
        for run in self.services.runs:
            self._begin(run)
            async for request in self._requests():
                yield request
            self.finish_run(interrupted=False)

    def _begin(self, run: PlannedRun) -> None:
        self.run = run
        self._begun = _now()
        self.ledger = ListingLedger()
        self.services.capturing.run_id = run.run_id
        self.portals = {portal.portal_id: portal for portal in run.portals}
        self.feed = feed_for(self.services, run)
        for portal in run.portals:
            self.feed.begin(portal, seeds(portal))

    async def _requests(self) -> AsyncIterator[Request]:
        while True:
            self._settled.clear()
            task = self._next_task()
            if task is not None:
                self._in_flight[task.portal_id] += 1
                yield self._request(task)
            elif self._in_flight.total() or self.services.handover.unread.total() or self._held:
                if not self._in_flight.total():
                    self.services.handover.hurry()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._settled.wait(), self._seconds_held())
            else:
                return

    def _read(self, batch: BatchRead) -> None:
        """Pages were read: files of theirs were found, and what was no page."""
        self.services.frontier.add_attachments(batch.tasks, since=self._begun, now=_now())
        self._blocks.take_in(batch)
        self._settled.set()

    def _hand_over(self, capture: Capture) -> CapturedDocument:
        portal_id = capture.context.portal_id
        self.services.handover.given(portal_id)
        return CapturedDocument((capture.revisit_of or capture.pointer).record_id, portal_id)

    def _next_task(self) -> Task | None:
        """The next request of the portal with the fewest under way, within its concurrency.

        One to a host that wants to be left alone is held here: it takes no place in the downloader.
        """
        assert self.feed is not None
        for portal_id in sorted(self.portals, key=lambda name: self._in_flight[name]):
            if self._in_flight[portal_id] >= 2 * self.portals[portal_id].fetch.concurrency:
                continue
            task = self._held.pop(portal_id, None) or self.feed.next_task(
                portal_id, in_flight=self._in_flight
            )
            if task is None:
                continue
            if self.services.capturing.hosts.seconds_held(task.url):
                self._held[portal_id] = task
                continue
            self._tally(portal_id).asked += 1
            return task
        return None

    def _seconds_held(self) -> float | None:
        """Until the first host that wants to be left alone may be asked again; None for none."""
        seconds_held = self.services.capturing.hosts.seconds_held
        return min((seconds_held(task.url) for task in self._held.values()), default=None)

    def _request(self, task: Task) -> Request:
        assert self.run is not None
        portal = self.portals[task.portal_id]
        fetch = portal.fetch
        return Request(
            task.url,
            method=task.method,
            body=task.body,
            headers=request_headers(body=task.body, ajax=task.ajax, via=task.via),
            callback=self._answered,
            errback=self._not_answered,
            dont_filter=True,
            meta={
                CONTEXT_META: task.context(self.run.run_id, division=portal.division),
                TASK_META: task,
                "robots": robots_policy(task, portal).value,
                "tls": fetch.tls.value,
                COOKIES_META: task.portal_id if fetch.cookies else None,
            },
        )

    def _answered(self, response: Response) -> Iterator[CapturedDocument]:
        assert isinstance(response, CapturedHttpResponse)
        assert response.request is not None
        task: Task = response.meta[TASK_META]
        stop = stop_of_response(response.request, response)
        if stop is not None:
            return self._not_followed(task, stop, response.request)
        return self._taken_in(task, response.capture, response.request)

    def _earlier(self, request: Request, but: str = "") -> Iterator[CapturedDocument]:
        """What was captured before the answer and kept from the spider: the archive has it, so a
        rebuild reads it; ``but`` is the record of the answer itself.
        """
        for capture in request.meta.get(ERRORS_META, ()):
            if capture.pointer.record_id == but:
                continue
            if capture.context.role is Role.LISTING:
                page = listing_page(capture, self.portals[capture.context.portal_id])
                self.services.store.add_listing_page(page.rows)
                self.ledger.add(page)
            elif is_document(capture.context.role, capture.response.status):
                yield self._hand_over(capture)

    def _taken_in(
        self, task: Task, capture: Capture, request: Request
    ) -> Iterator[CapturedDocument]:
        status = capture.response.status
        answer, reason = answer_of(status, capture.truncated), f"HTTP status {status}"
        if (block := self._blocks.kind_of(task, capture)) is not None:
            answer, reason = Answer.BLOCKED, BLOCKED + block
        is_listing = task.role is Role.LISTING
        try:
            yield from self._earlier(request, but=capture.pointer.record_id)
            if is_listing:
                kind = self._listing(task, capture, answer)
                if kind is not None:
                    answer, reason = Answer.BLOCKED, BLOCKED + kind
            elif task.role is Role.REQUISITE:
                self._requisite(task, capture, answer)
            else:
                yield from self._document(task, capture)
            if answer in (Answer.FAILED, Answer.BLOCKED):
                self._failed(task, answer, reason)
            elif not is_listing:
                said = "not modified" if capture.not_modified else None
                self.services.frontier.done(task, answer, now=_now(), reason=said)
        except DiskRefuses as error:  # what is archived is read by the next run
            logger.critical("%s: not stored, closing: %s", task.url, error)
            self.services.capturing.hosts.stop()
            raise CloseSpider("archive_failed") from error
        finally:
            self._settle(task)

    def _not_followed(
        self, task: Task, stop: RedirectStop, request: Request
    ) -> Iterator[CapturedDocument]:
        """A redirect that leads nowhere is recorded as the failure of what was asked."""
        try:
            yield from self._earlier(request)
            if not self.services.capturing.is_replay:
                self._record(task, stop)
            if stop.reason in GONE_REASONS:
                said = stop.reason.value
                self.services.frontier.done(task, Answer.GONE, now=_now(), reason=said)
                return
            self._failed(task, Answer.FAILED, stop.reason.value)
            if task.role is Role.LISTING:
                self._tally(task.portal_id).problems.append(stop.text)
        finally:
            self._settle(task)

    def _record(self, task: Task, stop: RedirectStop) -> None:
        assert self.run is not None
        unsent = UnsentRequest(
            method=task.method,
            url=task.url,
            body=task.body,
            reason=stop.reason,
            text=stop.text,
            context=task.context(self.run.run_id, division=self.portals[task.portal_id].division),
        )
        self.services.capturing.append_failure(unsent)

    def _not_answered(self, failure: Failure) -> Iterator[CapturedDocument]:
        request: Request = failure.request  # type: ignore[attr-defined]
        task: Task = request.meta[TASK_META]
        assert self.run is not None
        try:
            yield from self._earlier(request)
            error = failure.value
            assert error is not None
            if isinstance(error, NotArchived):
                self.services.not_archived += not self.run.tolerant
                self.services.frontier.put_back(task)
                return
            if isinstance(error, NotSentNow):
                self.services.frontier.put_back(task)
                if isinstance(error, HostResting):
                    self._leave_host(task, str(error))
                return
            reason = reason_for(error)
            self._failed(task, answer_of_failure(reason), reason.value)
            if task.role is Role.LISTING:
                problem = f"{task.url}: {error or type(error).__name__}"
                self._tally(task.portal_id).problems.append(problem)
        finally:
            self._settle(task)

    def _leave_host(self, task: Task, why: str) -> None:
        """Nothing more of a portal whose own host is to be left alone."""
        assert self.feed is not None
        if is_own_host(task.url, self.portals[task.portal_id]):
            self.feed.stop(task.portal_id, why)

    def _failed(self, task: Task, answer: Answer, reason: str) -> None:
        self.services.frontier.done(task, answer, now=_now(), reason=reason)
        tally = self._tally(task.portal_id)
        if task.role is Role.REQUISITE:  # the corpus is whole without
            tally.requisites_failed += 1
            return
        tally.failed += 1
        tally.reasons[reason] += 1
        if answer is not Answer.BLOCKED:
            self.services.frontier.add(task.portal_id, alternatives(task), now=_now())

    def _listing(self, task: Task, capture: Capture, answer: Answer) -> str | None:
        """Takes in a listing page. Returns the kind of what was served in its place, if it was."""
        page = listing_page(capture, self.portals[task.portal_id])
        rows, tally = page.rows, self._tally(task.portal_id)
        self.services.store.add_listing_page(rows)
        self.ledger.add(page)
        tally.problems.extend(f"{rows.url}: {finding.message}" for finding in rows.findings)
        if page.block is not None:
            self._blocks.note(task.portal_id, rows.url, page.block.detail)
            return page.block.kind.value
        if page.report_urls:
            self._blocks.clear(rows.url)
        tally.listings_read += capture.response.status == 200
        tally.rows += len(rows.entries)
        if answer is not Answer.FAILED:
            tally.entries += self.services.frontier.take_in(task, found(task, page), now=_now())
        return None

    def _requisite(self, task: Task, capture: Capture, answer: Answer) -> None:
        """Counts it; asks for what a stylesheet names in its turn."""
        tally = self._tally(task.portal_id)
        tally.requisites += answer is Answer.FINE
        tally.requisites_failed += answer is Answer.GONE  # other trouble is counted with its kind
        if not self.services.capturing.is_replay:
            frontier = self.services.frontier
            further = list(tasks_of_stylesheet(task, capture, frontier=frontier))
            frontier.add(task.portal_id, further, now=_now())

    def _document(self, task: Task, capture: Capture) -> Iterator[CapturedDocument]:
        tally = self._tally(task.portal_id)
        if capture.revisit_of is not None:
            tally.unchanged += 1
            if self.services.store.has_document(capture.revisit_of.record_id):
                return
        if is_document(capture.context.role, capture.response.status):
            tally.documents += capture.revisit_of is None
            yield self._hand_over(capture)

    def _settle(self, task: Task) -> None:
        self._in_flight[task.portal_id] -= 1
        self._settled.set()
        if self._committing is None:
            in_time = asyncio.get_running_loop().call_later
            self._committing = in_time(SECONDS_TO_GATHER, self._commit)
        if self.services.on_progress:
            self.services.on_progress(self._tally(task.portal_id))

    def _commit(self) -> None:
        self._committing = None
        try:
            self.services.commit()
        except (ArchiveError, sqlite3.Error) as error:
            logger.critical("what was crawled could not be noted, closing: %s", error)
            if (engine := self.crawler.engine) is not None:
                self._closing = asyncio.ensure_future(
                    engine.close_spider_async(reason="archive_failed")
                )

    def _tally(self, portal_id: str) -> PortalTally:
        assert self.run is not None
        return self.services.tally(self.run.run_id, portal_id)

    def _tally_of(self, portal_id: str) -> PortalTally | None:
        known = self.run is not None and portal_id in self.portals
        return self._tally(portal_id) if known else None

    def finish_run(self, *, interrupted: bool) -> None:
        """Closes the cycles and judges the listings of the run that is under way."""
        run, self.run = self.run, None
        if run is None:
            return
        from crawler.run_end import finish_run

        assert self.feed is not None
        left = {
            portal.portal_id: self.feed.end(portal.portal_id, interrupted=interrupted)
            for portal in run.portals
        }
        finish_run(self.services, run, self.ledger, left=left, interrupted=interrupted)
        self.services.commit()

    def closed(self, reason: str) -> None:
        """Scrapy's last call: a run that did not get to its end is recorded as interrupted."""
        if self._committing is not None:
            self._committing.cancel()  # the databases are closed before its time comes
        try:
            self.finish_run(interrupted=True)
        except (OSError, ArchiveError, sqlite3.Error) as error:  # without an end: interrupted
            logger.error("the run's end could not be recorded: %s", error)


def _now() -> datetime:
    return datetime.now(UTC)
