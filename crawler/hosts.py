"""Owns the pace at which hosts are asked: one HostPace a host, shared by all portals of a run.

A host is its name, whatever the port, case or spelling. Where portals share one, the longest
delay and the lowest concurrency hold; a host that no portal names has the default of both.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import inf
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from archive.clock import utc_now
from crawler.errors import CrawlerError
from crawler.portal import Portal

logger = logging.getLogger(__name__)

CRAWL_DELAY_CAP = 30.0
"""Seconds: a longer Crawl-delay would turn a listing of fifty pages into hours."""

PATIENCE = 300.0
"""Seconds that a host is waited for within a run; what wants longer is left to a later run."""

LEVEL_OF_REST = 8
"""Troubles in a row after which a host is left alone for the run: the holds before it, 1, 2, 4 …
64 s, come to about two minutes."""

UNREACHED_FORGIVEN = 2
"""Addresses of a host that may fail in a row before it is slowed down: a page can be at fault."""

FIRST_REST = timedelta(minutes=15)
LONGEST_REST = timedelta(days=1)
"""A host that rested and is no better rests twice as long each time, up to a day."""

BLOCKS_BORNE = 3
"""Addresses of a host that may be blocked with no good page between, before it is left alone."""

BLOCKED_REST = timedelta(days=7)
"""A host that blocked and brought no good page since is asked again after a week."""

NAP = 0.5
"""Seconds of waiting for a turn after which it is looked whether the crawl is to stop."""

HOSTS = 4096
"""Hosts remembered in memory; beyond them those with nothing to remember are forgotten."""


class NotSentNow(CrawlerError):
    """Nothing was sent; the request stays to be made by a later run."""


class HostResting(NotSentNow):
    """A host is left alone until a later run."""


class CrawlStopping(NotSentNow):
    """The crawl was asked to stop before the request's turn came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPolicy:
    """``delay`` is seconds between the starts of requests, ``concurrency`` requests at a time."""

    delay: float = 1.0
    concurrency: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTrouble:
    """What one run tells the next of a host. ``level`` counts troubles in a row, ``rests`` rests
    without a success between; ``not_before`` is UTC; ``why`` is for a person.
    """

    level: int
    rests: int
    not_before: datetime
    why: str


class HostStore(Protocol):
    """Keeps trouble from run to run, by host as ``host_key`` writes it."""

    def find_trouble(self, host: str) -> HostTrouble | None:
        """What is known of a host; None when nothing is amiss."""
        ...

    def put_trouble(self, host: str, trouble: HostTrouble | None) -> None:
        """Remembers trouble, or forgets it for None."""
        ...


def host_key(url: str) -> str:
    """The host of an absolute URL, in one spelling; empty when it has none.

    ``WWW.Example.gov.cn.:8080`` is ``www.example.gov.cn``, ``127.1`` is ``127.0.0.1``, a Chinese
    name is its A-label. The port makes no other host: one machine answers on all of them.
    """
    return _one_spelling((urlsplit(url).hostname or "").rstrip("."))


@lru_cache(maxsize=HOSTS)
def _one_spelling(host: str) -> str:
    with suppress(ValueError):
        address = ip_address(host)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return str(mapped or address)
    if host[:1].isdigit():
        with suppress(OSError):
            return socket.inet_ntoa(socket.inet_aton(host))
    with suppress(UnicodeError):
        return host.encode("idna").decode("ascii")
    return host


def policies_of(portals: Iterable[Portal]) -> dict[str, HostPolicy]:
    """The policy of each host that a portal's listings name: where they share one, the strictest.

    A ``file`` that names the same host under two ports or spellings names one host.
    """
    found: dict[str, HostPolicy] = {}
    for portal in portals:
        fetch = portal.fetch
        for host in {host_key(listing.url) for listing in portal.listings}:
            other = found.get(host) or HostPolicy(delay=fetch.delay, concurrency=fetch.concurrency)
            found[host] = HostPolicy(
                delay=max(fetch.delay, other.delay),
                concurrency=min(fetch.concurrency, other.concurrency),
            )
    return found


@dataclass(slots=True)
class HostPace:
    """When a host may be asked next. Times are seconds of a monotonic clock.

    ``reached_at`` is when the server last had a request as far as is known: when it was written,
    then when the first byte of its answer came. ``level`` is how bad things are: answers that say
    "too much" and addresses that could not be reached, in a row. ``blocked`` are addresses since
    the last good page, ``last_payload`` the digest of the last document.
    """

    host: str
    policy: HostPolicy
    crawl_delay: float = 0.0
    reached_at: float = -inf
    held_until: float = -inf
    overloads: int = 0
    unreached: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    last_payload: str = ""
    rests: int = 0
    rest_until: datetime | None = None
    why: str = ""

    @property
    def delay(self) -> float:
        """Seconds between the starts of two requests."""
        return max(self.policy.delay, self.crawl_delay)

    @property
    def level(self) -> int:
        """Troubles in a row; 0 for a host in good health."""
        return self.overloads + max(0, len(self.unreached) - UNREACHED_FORGIVEN)

    def ready_at(self) -> float:
        """The moment from which the next request may be written."""
        # at no delay the answers of parallel requests must not hold each other up
        paced = self.reached_at + self.delay if self.delay else -inf
        return max(paced, self.held_until)

    def slow_down(self, crawl_delay: float) -> None:
        """Takes in a Crawl-delay (seconds), capped; it never makes a host faster."""
        wanted = min(crawl_delay, CRAWL_DELAY_CAP)
        if wanted > self.delay:
            capped = f", of the {crawl_delay:g} s it asks for" if wanted < crawl_delay else ""
            logger.warning(
                "%s: robots.txt asks for slowness: %g s between requests%s, not %g s",
                self.host, wanted, capped, self.delay,
            )  # fmt: skip
        self.crawl_delay = max(self.crawl_delay, wanted)


class HostPaces:
    """The paces of all hosts of a run, and what is remembered of them from run to run.

    ``wakes`` is for a person who asks now: a host that an earlier run left to rest is asked.
    """

    def __init__(
        self,
        policies: Mapping[str, HostPolicy] | None = None,
        *,
        default: HostPolicy | None = None,
        store: HostStore | None = None,
        wakes: bool = False,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.clock = clock
        self._policies = dict(policies or {})
        self._default = default or HostPolicy()
        self._store = store
        self._wakes = wakes
        self._now = now
        self.is_stopping: Callable[[], bool] = lambda: False
        self._paces: dict[str, HostPace] = {}

    def of(self, url: str) -> HostPace:
        """The pace of a URL's host."""
        host = host_key(url)
        pace = self._paces.get(host)
        if pace is None:
            self._forget_some()
            pace = HostPace(host, self._policies.get(host, self._default))
            self._recall(pace)
            self._paces[host] = pace
        return pace

    def is_known(self, pace: HostPace) -> bool:
        """Whether a pace is still that of its host; False once it was forgotten."""
        return self._paces.get(pace.host) is pace

    def stop(self) -> None:
        """What waits for its turn ends."""
        self.is_stopping = lambda: True

    def check_going_on(self) -> None:
        """Raises CrawlStopping once the crawl was asked to stop: what waits for its turn ends."""
        if self.is_stopping():
            raise CrawlStopping("the crawl is stopping; a later run asks for it")

    def seconds_held(self, url: str) -> float:
        """Seconds for which a URL's host is still asked nothing; 0 when it may be asked."""
        return max(0.0, self.of(url).held_until - self.clock())

    def check_awake(self, pace: HostPace) -> None:
        """Raises HostResting for a host that is to be left alone now."""
        if pace.rest_until is not None and self._now() < pace.rest_until:
            until = f"{pace.rest_until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            raise HostResting(
                f"{pace.host} is left alone until {until} ({pace.why}); a later run asks it"
            )

    def hold(self, pace: HostPace, seconds: float, why: str) -> None:
        """Asks nothing of a host for so long: waits within the run, or leaves it to a later one."""
        pace.why = why
        if seconds > PATIENCE:
            self._rest(pace, timedelta(seconds=seconds))
            return
        pace.held_until = max(pace.held_until, self.clock() + seconds)
        logger.warning("%s: nothing for %.0f s (%s)", pace.host, seconds, why)
        self._remember(pace, timedelta(seconds=seconds))

    def overloaded(self, pace: HostPace, why: str, *, asked: float | None = None) -> None:
        """The host says "too much", and perhaps for how many seconds it wants to be left alone."""
        pace.overloads += 1
        self._back_off(pace, why, asked=asked)

    def unreached(self, pace: HostPace, url: str, why: str) -> None:
        """The host did not answer at an address. The same address again says nothing new."""
        if url in pace.unreached:
            return
        pace.unreached |= {url}
        if pace.level:
            self._back_off(pace, why, asked=None)

    def blocked(self, pace: HostPace, url: str, why: str) -> None:
        """The host answered an address with something in the page's place (extract.blocking).

        The same address again says nothing new. Later runs leave the host alone for a week, this
        one once there are BLOCKS_BORNE.
        """
        if url in pace.blocked or pace.rest_until is not None:
            return
        pace.blocked |= {url}
        pace.why = why
        if len(pace.blocked) >= BLOCKS_BORNE:
            pace.why = f"{len(pace.blocked)} addresses blocked with no good page, the last: {why}"
            self._rest(pace, BLOCKED_REST, longest=BLOCKED_REST)
            return
        seconds = max(pace.delay, 1.0) * 2 ** (len(pace.blocked) - 1)
        pace.held_until = max(pace.held_until, self.clock() + seconds)
        logger.warning("%s: nothing for %.0f s (%s)", pace.host, seconds, why)
        pace.rests = max(pace.rests, 1)
        self._remember(pace, BLOCKED_REST)

    def unblocked(self, pace: HostPace) -> None:
        """The host brought a page that holds what was asked for."""
        if pace.blocked and pace.rest_until is None:
            pace.blocked = frozenset()
            self.recovered(pace)
            if self._store is not None:
                self._store.put_trouble(pace.host, None)

    def recovered(self, pace: HostPace) -> None:
        """The host answers. What it answers may still be a block, which is found in reading."""
        was_in_trouble = pace.overloads or pace.unreached or pace.rests
        pace.overloads, pace.unreached, pace.rests = 0, frozenset(), 0
        if was_in_trouble and not pace.blocked and self._store is not None:
            self._store.put_trouble(pace.host, None)

    def _back_off(self, pace: HostPace, why: str, *, asked: float | None) -> None:
        if pace.level >= LEVEL_OF_REST:
            pace.why = f"{pace.level} troubles in a row, the last: {why}"
            self._rest(pace, FIRST_REST * 2 ** min(pace.rests, 10))
            return
        own = max(pace.delay, 1.0) * 2 ** (pace.level - 1)
        self.hold(pace, min(own, PATIENCE) if asked is None else asked, why)

    def _rest(
        self, pace: HostPace, wanted: timedelta, *, longest: timedelta = LONGEST_REST
    ) -> None:
        pace.rests += 1
        length = min(wanted, longest)
        pace.rest_until = self._now() + length
        logger.warning("%s is left alone for %s (%s)", pace.host, length, pace.why)
        self._remember(pace, length)

    def _remember(self, pace: HostPace, length: timedelta) -> None:
        if self._store is not None:
            trouble = HostTrouble(
                level=pace.level, rests=pace.rests, not_before=self._now() + length, why=pace.why
            )
            self._store.put_trouble(pace.host, trouble)

    def _recall(self, pace: HostPace) -> None:
        known = self._store.find_trouble(pace.host) if self._store is not None else None
        if known is None:
            return
        # half: enough to slow down at once, too little for one trouble to end the run
        pace.overloads, pace.rests, pace.why = known.level // 2, known.rests, known.why
        left = (known.not_before - self._now()).total_seconds()
        if left > max(LONGEST_REST, BLOCKED_REST).total_seconds():
            return  # none is that long: the clock was set back
        if left > PATIENCE:
            pace.rest_until = None if self._wakes else self._now() + timedelta(seconds=left)
        elif left > 0:
            pace.held_until = self.clock() + left

    def _forget_some(self) -> None:
        if len(self._paces) < HOSTS:
            return
        now = self.clock()
        idle = [
            host
            for host, pace in self._paces.items()
            if not pace.level and pace.rest_until is None and pace.ready_at() + 60 < now
        ]
        for host in idle:
            del self._paces[host]
