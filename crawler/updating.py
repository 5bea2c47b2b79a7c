"""Which portals an update crawls now, and why: those that are followed, in this share, and due."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from crawler.errors import CrawlerError
from crawler.portal import Portal, PortalSet, PortalStatus
from crawler.portal_values import SHANGHAI
from crawler.season import NextVisit, next_by_cron
from crawler.visits import Came, Visit

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a portal is due that was never crawled: before all others."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``count`` shares of the hosts, from 1."""

    number: int
    count: int

    @classmethod
    def of(cls, text: str) -> Shard:
        """From ``K/N``. Raises CrawlerError."""
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise CrawlerError(f"--shard {text!r} is not of the form K/N with K from 1 to N")
        return cls(int(found[1]), int(found[2]))

    def holds(self, portal: Portal) -> bool:
        """Whether a portal is in this share: by the digest of its first listing's host, so that
        portals of one host are asked by one machine.
        """
        host = (urlsplit(portal.listings[0].url).hostname or "").rstrip(".")
        digest = hashlib.sha256(host.encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``due`` are the portals to crawl now, each with since when and why, the longest waiting
    first; ``later`` the others that are followed, in order.
    """

    due: tuple[tuple[Portal, NextVisit], ...]
    later: tuple[tuple[Portal, NextVisit], ...]

    @property
    def followed(self) -> int:
        """How many portals there are to follow."""
        return len(self.due) + len(self.later)

    def line(self) -> str:
        """For a person."""
        said = f"{len(self.due)} of {self.followed} portals are due"
        if not self.later:
            return said
        portal, visit = self.later[0]
        return f"{said}; the next is {portal.portal_id} at {visit.due:%Y-%m-%dT%H:%MZ}: {visit.why}"


def plan_update(
    known: PortalSet,
    visits: Mapping[str, Visit],
    *,
    now: datetime,
    shard: Shard | None = None,
) -> Plan:
    """What is due at ``now``."""
    portals = [one for one in followed(known) if shard is None or shard.holds(one)]
    moments = [(one, _visit_of(one, visits.get(one.portal_id), now)) for one in portals]
    moments.sort(key=lambda pair: (pair[1].due, pair[0].portal_id))
    due = tuple(pair for pair in moments if pair[1].due <= now)
    return Plan(due=due, later=tuple(moments[len(due) :]))


def followed(known: PortalSet) -> Iterator[Portal]:
    """Active portals, and the user's own that are not verified yet: a packaged one of those was
    looked at by nobody.
    """
    for portal in known:
        is_own = not known.is_packaged(portal.portal_id)
        unverified = portal.status is PortalStatus.UNVERIFIED
        if portal.status is PortalStatus.ACTIVE or (is_own and unverified):
            yield portal


def _visit_of(portal: Portal, last: Visit | None, now: datetime) -> NextVisit:
    """When a portal is due; one that would be, outside its hours, with their beginning."""
    visit = _due_of(portal, last, now)
    hours = portal.fetch.hours
    local = now.astimezone(SHANGHAI)
    if visit.due > now or hours is None or hours.allows(local.hour):
        return visit
    opens = local.replace(hour=hours.start, minute=0, second=0, microsecond=0)
    opens += timedelta(days=1) if opens < local else timedelta(0)
    return NextVisit(opens.astimezone(UTC), f"{visit.why}; outside its hours now")


def _due_of(portal: Portal, last: Visit | None, now: datetime) -> NextVisit:
    if last is None:
        return NextVisit(BEGINNING, "never crawled")
    if last.visited_at > now:
        return NextVisit(now, "the clock was set back: the last run is in the future")
    if portal.schedule is not None and last.came is Came.COMPLETE:
        return next_by_cron(portal.schedule, last=last.visited_at)
    return NextVisit(last.due, last.why)
