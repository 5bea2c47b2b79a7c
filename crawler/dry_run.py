"""What a crawl would ask now, and why, as far as it is known before asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.folder import DataFolder
from crawler.feeding import outside_hours
from crawler.frontier import Frontier
from crawler.frontier_tasks import Waiting
from crawler.portal import Portal

NEVER_ASKED = "never asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """A request that a crawl would make; ``why`` is for a person."""

    portal_id: str
    url: str
    why: str

    def line(self) -> str:
        """Portal, address and reason, parted by tabs; no address holds one."""
        return f"{self.portal_id}\t{self.url}\t{self.why}"


def planned_requests(
    folder: DataFolder, portals: Sequence[Portal], *, full: bool, now: datetime | None = None
) -> Iterator[PlannedRequest]:
    """The listings of each portal, then the documents it would ask for, in the crawl's order.

    What a listing will name as new is not known yet. Of a portal outside its hours each line
    says so. Reads state.db and changes nothing; raises ArchiveError for one of an older version.
    """
    moment = now or datetime.now(UTC)
    frontier = Frontier(folder.state_db, read_only=True) if folder.state_db.exists() else None
    try:
        for portal in portals:
            wait = outside_hours(portal.fetch, moment)
            for request in _of_portal(frontier, portal, full=full, now=moment):
                yield request if wait is None else _waiting(request, wait)
    finally:
        if frontier is not None:
            frontier.close()


def _of_portal(
    frontier: Frontier | None, portal: Portal, *, full: bool, now: datetime
) -> Iterator[PlannedRequest]:
    listings = {listing.url for listing in portal.listings}
    for listing in portal.listings:
        yield PlannedRequest(
            portal_id=portal.portal_id, url=listing.url, why="listing: in every run"
        )
    if frontier is None:
        return
    all_before = now if full else None
    for waiting in frontier.iter_waiting(portal.portal_id, now=now, all_before=all_before):
        if waiting.url not in listings:
            why = _why(waiting, now=now)
            yield PlannedRequest(portal_id=portal.portal_id, url=waiting.url, why=why)


def _why(waiting: Waiting, *, now: datetime) -> str:
    last = f"last asked {waiting.checked_at}: {waiting.last}" if waiting.checked_at else NEVER_ASKED
    if waiting.due is None:
        return f"left by an earlier run; {last}"
    if datetime.fromisoformat(waiting.due) > now:
        return f"--full, due {waiting.due}; {last}"
    return f"due since {waiting.due}; {last}"


def _waiting(request: PlannedRequest, wait: str) -> PlannedRequest:
    return PlannedRequest(
        portal_id=request.portal_id, url=request.url, why=f"not now, {wait}; {request.why}"
    )
