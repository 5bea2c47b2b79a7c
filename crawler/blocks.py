"""What a run does about blocks: the host is asked less and then no more, the portal's tally counts
them, and the document is asked again in a week. A replay asks nobody, and only counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from archive.capture import Capture, Role
from crawler.frontier_tasks import Task
from crawler.handover import BatchRead
from crawler.services import CrawlServices, PortalTally
from extract.blocking import find_block


class Blocks:
    """The blocks of one crawl. ``tally_of`` gives a portal's tally, None when no run has it."""

    def __init__(
        self, services: CrawlServices, tally_of: Callable[[str], PortalTally | None]
    ) -> None:
        self._services = services
        self._tally_of = tally_of
        self._hosts = services.capturing.hosts
        self._is_live = not services.capturing.is_replay

    def note(self, portal_id: str, url: str, why: str) -> None:
        """Something was served in place of what was asked for."""
        if self._is_live:
            self._hosts.blocked(self._hosts.of(url), url, f"{url}: {why}")
        if (tally := self._tally_of(portal_id)) is not None:
            tally.note_block(f"{url}: {why}")

    def clear(self, url: str) -> None:
        """An address brought what was asked for."""
        if self._is_live:
            self._hosts.unblocked(self._hosts.of(url))

    def kind_of(self, task: Task, capture: Capture) -> str | None:
        """The kind of a block that is known at once, which is noted: an error's, or the same bytes
        as before. Other documents of a good status are judged by who reads them, listings with
        their rows; a requisite that is refused (to who links it from elsewhere) is no wall.
        """
        if task.role in (Role.LISTING, Role.REQUISITE):
            return None
        if capture.response.status >= 400:
            block = find_block(capture)
            kind, why = (block.kind.value, block.detail) if block else (None, "")
        else:
            before = capture.revisit_of
            kind = self._services.store.find_block(before.record_id) if before else None
            why = f"{kind} once more"
        if kind is not None:
            self.note(task.portal_id, capture.request.url, why)
        return kind

    def take_in(self, batch: BatchRead) -> None:
        """What the readers found of captures of a good status."""
        for one in batch.captures:
            if not one.block:
                self.clear(one.url)
                continue
            self.note(one.portal_id, one.url, one.detail)
            self._services.frontier.blocked(
                one.portal_id, one.asked_url, one.block, now=datetime.now(UTC)
            )
