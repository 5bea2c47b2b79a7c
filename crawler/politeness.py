"""Owns what servers say about their pace: Retry-After (RFC 9110 §10.2.3) and Crawl-delay.

Scrapy reads neither. Both act on the download slot, hence on all portals of a host.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Protocol, Self

from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.capturing import Capturing

logger = logging.getLogger(__name__)

CRAWL_DELAY_CAP = 30.0
"""Seconds: a longer Crawl-delay would turn a listing of fifty pages into hours."""

RETRY_AFTER_FLOOR = 1.0
"""Seconds that a Retry-After of 0 or of the past is taken for."""

RETRY_AFTER_CAP = 300.0
"""Seconds that a host is waited for within a run; what wants longer is left to a later run."""

_STATUSES = frozenset({301, 302, 303, 307, 308, 413, 429, 503})
_SECONDS = re.compile(r"\d{1,9}")


class HasSlots(Protocol):
    """What is needed of Scrapy's downloader."""

    slots: dict[str, Slot]

    def get_slot_key(self, request: Request) -> str:
        """The slot of a request."""
        ...


def find_slot(crawler: Crawler, request: Request) -> Slot | None:
    """The download slot of a request's host; None before the first request to it."""
    if crawler.engine is None:
        return None
    downloader: HasSlots = crawler.engine.downloader
    return downloader.slots.get(downloader.get_slot_key(request))


def apply_crawl_delay(crawler: Crawler, request: Request, seconds: float) -> None:
    """Slows a host down to its Crawl-delay, capped; never speeds it up."""
    slot = find_slot(crawler, request)
    wanted = min(seconds, CRAWL_DELAY_CAP)
    if slot is not None and slot.delay < wanted:
        slot.delay = wanted


def retry_after(response: Response) -> float | None:
    """Seconds that a response asks to wait, between floor and cap; None when it does not ask.

    A date counts from the response's own Date, so that a wrong clock on either side does no harm.
    """
    raw = response.headers.get(b"Retry-After")
    if raw is None or response.status not in _STATUSES:
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


class RetryAfterMiddleware:
    """Holds a host's slot for as long as a response asks; the response goes on as it is.

    Example: after ``503`` with ``Retry-After: 120`` nothing is asked of the host for two minutes,
    the retry of that very request included; without the header nothing changes. Counted under
    ``nianbao/retry_after``. Stands nearer to the downloader than the retry and redirect
    middlewares, which swallow responses. A replay waits for nobody.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._is_replay = Capturing.of(crawler).is_replay

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Gives the response on, after holding the host when it asks for that."""
        seconds = None if self._is_replay else retry_after(response)
        slot = find_slot(self._crawler, request)
        if seconds is None or slot is None:
            return response
        # Scrapy waits until ``lastseen + delay``, and not at all for a delay of 0
        slot.delay = slot.delay or 0.001
        slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)
        logger.warning("%s asks to wait: nothing for %.0f s", response.url, seconds)
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("nianbao/retry_after")
        return response
