"""Which request a run makes next: live from the frontier within budgets and hours, replayed from
what the archived run asked. The spider knows no difference.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from archive.capture import CaptureContext, Role
from crawler.attachment_tasks import tasks_left_behind
from crawler.frontier import Task
from crawler.frontier_tasks import Priority
from crawler.portal import FetchPolicy, Portal
from crawler.portal_values import SHANGHAI
from crawler.replayed import ArchivedRuns, Asked
from crawler.requisite_tasks import MOST_A_RUN, requisite_tasks
from crawler.services import CrawlServices, PlannedRun, PortalTally

logger = logging.getLogger(__name__)


class Feed(Protocol):
    """Gives the requests of one run, portal by portal."""

    def begin(self, portal: Portal, seeds: list[Task]) -> None:
        """Opens a portal's round with its listings."""

    def next_task(self, portal_id: str, *, in_flight: Counter[str]) -> Task | None:
        """The portal's next request; None when there is none for now, or none at all."""

    def stop(self, portal_id: str, why: str) -> None:
        """No more of this portal in this run."""

    def end(self, portal_id: str, *, interrupted: bool) -> int:
        """Closes a portal's round; returns how many requests are left to later runs."""


def feed_for(services: CrawlServices, run: PlannedRun) -> Feed:
    """The feed of a run: live, or replayed."""
    if services.replayed is not None:
        return ReplayFeed(services, run, services.replayed)
    return LiveFeed(services, run)


def spent_reason(fetch: FetchPolicy, tally: PortalTally, *, minutes: float) -> str | None:
    """Which budget of a portal a run has used up; None when there is some left.

    Requests count with their retries, redirects and robots.txt. What is under way is finished.
    """
    if fetch.budget is not None and tally.asked + tally.extra >= fetch.budget:
        return f"fetch.budget of {fetch.budget} requests is used up"
    if fetch.budget_bytes is not None and tally.bytes >= fetch.budget_bytes:
        return f"fetch.budget_bytes of {fetch.budget_bytes} is used up ({tally.bytes} came)"
    if fetch.budget_minutes is not None and minutes >= fetch.budget_minutes:
        return f"fetch.budget_minutes of {fetch.budget_minutes} is used up"
    return None


def outside_hours(fetch: FetchPolicy, now: datetime) -> str | None:
    """Why the portal may not be asked at this time of day; None when it may."""
    hours = fetch.hours
    if hours is None or hours.allows(now.astimezone(SHANGHAI).hour):
        return None
    return f"outside fetch.hours {hours.start:02}-{hours.end:02} of Asia/Shanghai"


class LiveFeed:
    """From the frontier: new and changed reports, listings, documents that are due, then what
    pages are shown with.

    A portal that is over its budget, or outside its hours, is asked nothing more in this run; the
    run's line says so, and what is left is counted and waits.
    """

    def __init__(
        self,
        services: CrawlServices,
        run: PlannedRun,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._services = services
        self._frontier = services.frontier
        self._run = run
        self._now = now
        self._begun, self._clock = now(), monotonic()
        self._portals = {portal.portal_id: portal for portal in run.portals}
        self._called: set[str] = set()
        self._requisites: Counter[str] = Counter()
        self._stopped: set[str] = set()
        self._asked = 0

    def begin(self, portal: Portal, seeds: list[Task]) -> None:
        """Opens the round, with the files of pages that were read and whose requests were not
        noted; says when it goes on with one that was left open.
        """
        resumed = self._frontier.begin(portal.portal_id, seeds, now=self._begun)
        self._tally(portal.portal_id).resumed = int(resumed)
        left = tasks_left_behind(
            portal.portal_id,
            frontier=self._frontier,
            store=self._services.store,
            index=self._services.index,
        )
        self._frontier.add_attachments(left, since=self._begun, now=self._begun)
        if resumed:
            logger.info("%s: going on with the round that was left open", portal.portal_id)

    def next_task(self, portal_id: str, *, in_flight: Counter[str]) -> Task | None:
        """The next request within limit, budget and hours."""
        if self._may_not_ask(portal_id):
            return None
        task = self._frontier.take(portal_id)
        if task is None and not in_flight[portal_id] and self._call(portal_id):
            task = self._frontier.take(portal_id)
        if task is None:
            task = self._requisite(portal_id, busy=bool(in_flight[portal_id]))
        self._asked += task is not None
        return task

    def _requisite(self, portal_id: str, *, busy: bool) -> Task | None:
        """What pages are shown with, once all pages were answered and read: they may have files."""
        if self._requisites[portal_id] >= MOST_A_RUN or not self._look(portal_id, busy=busy):
            return None
        task = self._frontier.take(portal_id, up_to=Priority.REQUISITE)
        self._requisites[portal_id] += task is not None
        return task

    def _look(self, portal_id: str, *, busy: bool) -> bool:
        """Adds a portal's requisites, once a run; whether they were added."""
        if portal_id in self._requisites:
            return True
        unread = self._services.handover.unread[portal_id]
        if busy or unread or not self._portals[portal_id].fetch.requisites:
            return False
        if not self._tally(portal_id).answered:
            return False
        self._requisites[portal_id] = 0
        now, all_before = self._now(), self._begun if self._services.full else None
        new = requisite_tasks(portal_id, frontier=self._frontier, store=self._services.store)
        self._frontier.add(portal_id, list(new), now=now)
        self._frontier.call_requisites(portal_id, now=now, all_before=all_before)
        return True

    def _may_not_ask(self, portal_id: str) -> bool:
        limit = self._services.limit
        if portal_id in self._stopped or (limit is not None and self._asked >= limit):
            return True
        fetch = self._portals[portal_id].fetch
        minutes = (monotonic() - self._clock) / 60
        reason = outside_hours(fetch, self._now()) or spent_reason(
            fetch, self._tally(portal_id), minutes=minutes
        )
        if reason is None:
            return False
        self.stop(portal_id, reason)
        return True

    def stop(self, portal_id: str, why: str) -> None:
        """No more of this portal in this run; its line says why."""
        self._stopped.add(portal_id)
        self._tally(portal_id).stopped = why

    def _call(self, portal_id: str, *, read_through: bool = True) -> bool:
        """Once a run, after the listings: what is due. Not of a server that answered nothing."""
        if portal_id in self._called or not self._tally(portal_id).answered:
            return False
        self._called.add(portal_id)
        all_before = self._begun if self._services.full else None
        vanished = self._frontier.call_vanished(portal_id) if read_through else 0
        due = self._frontier.call_due(portal_id, now=self._now(), all_before=all_before)
        return bool(vanished or due)

    def end(self, portal_id: str, *, interrupted: bool) -> int:
        """Closes the round. What is due and was not reached is among what is left."""
        if not interrupted:
            self._call(portal_id, read_through=False)
        return self._frontier.end(portal_id)

    def _tally(self, portal_id: str) -> PortalTally:
        return self._services.tally(self._run.run_id, portal_id)


class ReplayFeed:
    """From the archive: what the adapters find and the run asked, then what else it asked.

    What the run did not ask because an earlier one had (it was not due) is passed over. What was
    never asked at all is asked, so that it is reported as not archived. Due documents, and pages
    of a round that an earlier run began, stand on no page of this run: they come from the archive
    itself, in captured order.
    """

    def __init__(self, services: CrawlServices, run: PlannedRun, archived: ArchivedRuns) -> None:
        self._frontier = frontier = services.frontier
        self._handover = services.handover
        self._run = run
        self._archived = archived
        self._ids = {portal.portal_id for portal in run.portals}
        self._now = datetime.now(UTC)
        frontier.forget()

    def begin(self, portal: Portal, seeds: list[Task]) -> None:
        """Opens the round: every run is replayed for itself."""
        self._frontier.begin(portal.portal_id, seeds, now=self._now)

    def next_task(self, portal_id: str, *, in_flight: Counter[str]) -> Task | None:
        """The next request that the run made."""
        while (task := self._frontier.take(portal_id)) is not None:
            is_file = task.role is Role.ATTACHMENT
            if self._archived.should_ask(self._run.run_id, _asked(task), may_be_later=is_file):
                return task
            self._frontier.skip(task)
        # redirects and retries are not to be asked for themselves, nor files of pages being read
        if in_flight.total() or self._handover.unread.total():
            return None
        found = self._archived.find_unasked(self._run.run_id, portal_id)
        return None if found is None else _task(*found)

    def stop(self, portal_id: str, why: str) -> None:
        """Nothing: what the run did not ask is not in the archive."""

    def end(self, portal_id: str, *, interrupted: bool) -> int:
        """Closes the round."""
        return self._frontier.end(portal_id)


def _asked(task: Task) -> Asked:
    return Asked.of(task.portal_id, task.method, task.url, task.body)


def _task(asked: Asked, body: bytes, context: CaptureContext) -> Task:
    return Task(
        portal_id=context.portal_id,
        method=asked.method,
        url=asked.url,
        body=body,
        role=context.role,
        via=context.via,
        link_text=context.link_text,
        listed_on=context.listed_on,
        listing=context.listing,
        entry_url=context.entry_url,
        page_record=context.page_record,
    )
