"""Owns how Scrapy keeps to the pace of hosts, and what servers say of it (RFC 9110 §10.2.3).

Scrapy's own slots fall short: the slot of a request stays with it through a redirect to another
host, is named by spelling, starts the requests of several portals by the settings of whichever
was first, and knows no Retry-After. So each request gets the slot of its own host, whose pace is
asked anew each time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, Self

from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.capture import Capture, FailureReason, Role
from crawler.capturing import Capturing
from crawler.failures import reason_for
from crawler.hosts import HOSTS, NAP, HostPace, HostPaces
from extract.blocking import Block, find_block, is_suspect

RETRY_AFTER_FLOOR = 1.0
"""Seconds that a Retry-After of 0 or of the past is taken for."""

RETRY_AFTER_CAP = 86400.0
"""Seconds: a server is not left alone for longer than a day on its word."""

LEAST_DELAY = 0.001
"""Seconds. At a delay of 0 Scrapy 2.19 starts all that is queued, over the concurrency (tried)."""

SLOT_META = "download_slot"
"""The ``request.meta`` key of Scrapy's slot."""

OVERLOADED = frozenset({429, 503})
_UNREACHED_STATUSES = frozenset({502, 504, 521, 522, 523, 524})
"""What a gateway or a CDN says of a server that it cannot reach."""

_ASKED_FOR = frozenset({301, 302, 303, 307, 308, 413, 429, 503})
_UNREACHED = frozenset(
    {
        FailureReason.DNS,
        FailureReason.CONNECT,
        FailureReason.TIMEOUT,
        FailureReason.DISCONNECTED,
    }
)
_JUDGED = frozenset({Role.LISTING, Role.REPORT, Role.ATTACHMENT})
_SECONDS = re.compile(r"\d{1,9}")


def retry_after(response: Response) -> float | None:
    """Seconds that a response asks to wait, between floor and cap; None when it does not ask.

    A date counts from the response's own Date, so that a wrong clock on either side does no harm.
    """
    raw = response.headers.get(b"Retry-After")
    if raw is None or response.status not in _ASKED_FOR:
        return None
    text = raw.decode("latin-1").strip()
    if _SECONDS.fullmatch(text):
        wanted = float(text)
    else:
        until = _moment(text)
        if until is None:
            return None
        said = _moment((response.headers.get(b"Date") or b"").decode("latin-1"))
        wanted = (until - (said or datetime.now(UTC))).total_seconds()
    return min(max(wanted, RETRY_AFTER_FLOOR), RETRY_AFTER_CAP)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def note_answer(paces: HostPaces, response: Response) -> bool:
    """Tells a host's pace what it answered; returns whether it asked to be left alone a while."""
    pace = paces.of(response.url)
    asked = retry_after(response)
    why = f"{response.url} answered {response.status}"
    if (block := _block(pace, response)) is not None:
        paces.blocked(pace, response.url, f"{block.url}: {block.detail}")
    elif response.status in OVERLOADED:
        paces.overloaded(pace, why, asked=asked)
    elif response.status in _UNREACHED_STATUSES:
        paces.unreached(pace, response.url, why)
    else:
        paces.recovered(pace)
        if asked is not None:
            paces.hold(pace, asked, why)
    return asked is not None


def _block(pace: HostPace, response: Response) -> Block | None:
    """The block that a response is for sure at first sight, or as the very bytes that the host gave
    for the address before; what else hides behind a good status and a whole page is found by the
    readers. A robots.txt may be short, or refused by itself.
    """
    capture = getattr(response, "capture", None)
    if not isinstance(capture, Capture) or capture.context.role not in _JUDGED:
        return None
    if response.status < 400 and capture.context.role is Role.LISTING:
        return None  # its adapter knows better
    digest, pace.last_payload = pace.last_payload, capture.pointer.payload_digest
    again = digest == pace.last_payload
    return find_block(capture) if again or is_suspect(capture.response) else None


def note_failure(paces: HostPaces, url: str, error: Exception) -> None:
    """Tells a host's pace that it was not reached; other failures are no trouble of the host."""
    reason = reason_for(error)
    if reason in _UNREACHED:
        paces.unreached(paces.of(url), url, f"{url}: {reason.value}")


class HasSlots(Protocol):
    """What is needed of Scrapy's downloader."""

    slots: dict[str, Slot]


class HostSlot(Slot):
    """A slot of Scrapy's downloader whose next start is its host's pace to say.

    It waits in naps: when the crawl is to stop, what is queued is started at once, to be refused.
    """

    def __init__(self, pace: HostPace, paces: HostPaces) -> None:
        super().__init__(pace.policy.concurrency, max(pace.delay, LEAST_DELAY), 0)
        self.pace = pace
        self._paces = paces

    def download_delay(self) -> float:
        """Seconds from ``lastseen`` on, Scrapy's last start, until the next may be."""
        if self._paces.is_stopping():
            return 0.0
        wait = self.pace.ready_at() - self.lastseen
        nap = self._paces.clock() - self.lastseen + NAP
        return min(max(wait, self.pace.delay, LEAST_DELAY), nap)


class PaceMiddleware:
    """Gives each request the slot of its own host.

    Example: a redirect from www.a.gov.cn to WWW.B.GOV.CN. waits in the slot www.b.gov.cn, between
    the requests of the portal there. What comes of a request is noted by the handler: Scrapy
    starts the next of a slot before any middleware sees the answer. A replay waits for nobody.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        capturing = Capturing.of(crawler)
        self._is_replay = capturing.is_replay
        self._paces: HostPaces = capturing.hosts
        self._paces.is_stopping = self._is_stopping

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def _is_stopping(self) -> bool:
        """Whether Scrapy was told to stop: by Ctrl-C, SIGTERM or a program."""
        engine = self._crawler.engine
        return engine is not None and not engine.running

    def process_request(self, request: Request) -> None:
        """Chooses the slot of the request."""
        request.meta.pop(SLOT_META, None)  # that of the host it was redirected from
        if self._is_replay or self._crawler.engine is None:
            return
        pace = self._paces.of(request.url)
        request.meta[SLOT_META] = pace.host
        downloader: HasSlots = self._crawler.engine.downloader
        slot = downloader.slots.get(pace.host)
        if not isinstance(slot, HostSlot) or (not slot.active and slot.pace is not pace):
            _forget_some(downloader.slots)
            downloader.slots[pace.host] = HostSlot(pace, self._paces)


def _forget_some(slots: dict[str, Slot]) -> None:
    """Scrapy's own collection starts with its own slots only."""
    if len(slots) < HOSTS:
        return
    for host in [host for host, slot in slots.items() if not slot.active]:
        slots.pop(host).close()
