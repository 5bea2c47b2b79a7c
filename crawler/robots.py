"""Owns obedience to robots.txt (RFC 9309): asked once an origin, archived, remembered a day.

The file is asked for through the engine, so it is captured like any other URL and politeness
holds for it. In a replayed run the recorded failures say what was forbidden.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from archive.capture import FailureReason, Role, Truncation
from crawler.capturing import CONTEXT_META, Capturing, UnsentRequest
from crawler.cookies import COOKIES_META
from crawler.errors import AddressRefused
from crawler.failures import RobotsDisallowed
from crawler.handlers import CapturedHttpResponse
from crawler.hosts import NotSentNow
from crawler.robots_rules import RobotsRules, decode_body, parse_robots, product_token
from extract.sentences import say

logger = logging.getLogger(__name__)

ROBOTS_META = "robots"
"""The ``request.meta`` key; IGNORE there is a portal file's written override."""

IGNORE = "ignore"

MEMORY = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309 §2.4)."""

ERROR_MEMORY = timedelta(hours=1)
"""How long an unreachable robots.txt is believed to be so, before it is asked again."""

REDIRECTS = 5
"""Redirects followed from a robots.txt; after them it counts as not there (RFC 9309 §2.3.1.2)."""

DOWNLOADED_BYTES = 1024 * 1024
"""Bytes downloaded of a robots.txt: twice what is parsed."""

ORIGINS = 4096
"""Origins remembered in memory."""

_PRIORITY = 1000
# how a portal is reached and how politely, for its robots.txt too
_KEPT_META: tuple[str, ...] = ("proxy", "tls", COOKIES_META)


class RobotsOutcome(StrEnum):
    """What asking for a robots.txt came to (RFC 9309 §2.3.1).

    REFUSED is of our own making: the address is not public, so nothing of the origin will be
    asked. Its requests pass, to be refused and recorded for what they are.
    """

    RULES = "rules"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsEntry:
    """What is known of an origin's robots.txt. ``why`` is for a person; ``asked_at`` is UTC."""

    outcome: RobotsOutcome
    asked_at: datetime
    why: str
    rules: RobotsRules = field(default_factory=RobotsRules)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is still believed. One from the future is not: the clock was set back."""
        age = now - self.asked_at
        return timedelta(0) <= age < (MEMORY if self.is_answer else ERROR_MEMORY)

    @property
    def is_answer(self) -> bool:
        """Whether the server said something."""
        return self.outcome in (RobotsOutcome.RULES, RobotsOutcome.UNAVAILABLE)

    def refusal(self, url: str) -> str | None:
        """Why a URL may not be asked for; None when it may."""
        if self.outcome is RobotsOutcome.UNREACHABLE:
            return say("robots_unreachable", said=self.why)
        rule = self.rules.deciding_rule(url)
        if rule is None or rule.allow:
            return None
        return say("robots_disallows", pattern=rule.pattern)


class RobotsCache(Protocol):
    """Remembers entries by origin, as ``origin_of`` writes it."""

    def get(self, origin: str) -> RobotsEntry | None:
        """The entry of an origin, however old; None when there is none."""
        ...

    def put(self, origin: str, entry: RobotsEntry) -> None:
        """Remembers an entry."""
        ...


class MemoryRobotsCache:
    """Remembers the last ORIGINS origins for as long as the process lives."""

    def __init__(self, capacity: int = ORIGINS) -> None:
        self._entries: OrderedDict[str, RobotsEntry] = OrderedDict()
        self._capacity = capacity

    def get(self, origin: str) -> RobotsEntry | None:
        """The entry of an origin, however old; None when there is none."""
        return self._entries.get(origin)

    def put(self, origin: str, entry: RobotsEntry) -> None:
        """Remembers an entry, and forgets the one that was put first when there are too many."""
        self._entries[origin] = entry
        self._entries.move_to_end(origin)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)


class RobotsMiddleware:
    """Lets a request pass only when its origin's robots.txt does.

    Example: after ``User-agent: *`` and ``Disallow: /search`` a request for ``/search?q=1`` raises
    RobotsDisallowed (an IgnoreRequest) and is recorded with FailureReason.ROBOTS; ``/zfxxgk/``
    passes, no faster than the Crawl-delay. A request whose meta says ``robots: ignore`` passes
    unasked. Counted under ``nianbao/robots/…``. In a replayed run everything passes: what was
    forbidden then is a recorded failure, whatever robots.txt the archive holds of that run (one
    from the cache is not in it, and one that expired in its midst decided half of it).
    """

    def __init__(self, crawler: Crawler, cache: RobotsCache | None = None) -> None:
        self._crawler = crawler
        self._capturing = Capturing.of(crawler)
        agent = crawler.settings.get("ROBOTSTXT_USER_AGENT") or crawler.settings["USER_AGENT"]
        self._token = product_token(str(agent))
        self._cache: RobotsCache = cache or self._capturing.robots or MemoryRobotsCache()
        self._asking: dict[str, list[Deferred[RobotsEntry]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises RobotsDisallowed for a request that robots.txt forbids."""
        if request.meta.get(ROBOTS_META) == IGNORE or self._capturing.is_replay:
            return
        entry = await self._entry(request)
        why = entry.refusal(request.url)
        if why is None:
            delay = entry.rules.crawl_delay
            if delay is not None:
                self._capturing.hosts.of(request.url).slow_down(delay)
            return
        self._count("forbidden")
        self._record(request, why)
        raise RobotsDisallowed(f"{request.url}: {why}")

    def _record(self, request: Request, why: str) -> None:
        unsent = UnsentRequest(
            method=request.method,
            url=request.url.partition("#")[0],
            body=request.body,
            reason=FailureReason.ROBOTS,
            text=why,
            context=self._capturing.context_of(request.meta),
        )
        self._capturing.append_failure(unsent)

    async def _entry(self, request: Request) -> RobotsEntry:
        """The origin's entry; those who want it while it is asked for wait for the one answer."""
        origin = origin_of(request.url)
        known = self._cache.get(origin)
        if known is not None and known.is_fresh(datetime.now(UTC)):
            return known
        if origin in self._asking:
            waiting: Deferred[RobotsEntry] = Deferred()
            self._asking[origin].append(waiting)
            return await maybe_deferred_to_future(waiting)
        self._asking[origin] = []
        try:
            entry = await self._ask(f"{origin}/robots.txt", request)
        except BaseException as error:
            for waiting in self._asking.pop(origin):
                waiting.errback(error)
            raise
        self._cache.put(origin, entry)
        for waiting in self._asking.pop(origin):
            waiting.callback(entry)
        return entry

    async def _ask(self, url: str, cause: Request) -> RobotsEntry:
        """Asks for a robots.txt, through redirects."""
        for hop in range(REDIRECTS + 1):
            try:
                response = await self._download(url, cause)
            except NotSentNow:
                raise  # nothing was asked: neither is the request that wanted to know
            except AddressRefused as refused:
                if hop == 0:
                    return _entry(RobotsOutcome.REFUSED, str(refused))
                return self._unreachable(url, str(refused))
            except IgnoreRequest as refused:
                return self._unreachable(url, str(refused))
            except Exception as error:  # noqa: BLE001 (whatever it was: it was not reached)
                return self._unreachable(url, f"{type(error).__name__}: {error}")
            location = response.headers.get(b"Location")
            if not 300 <= response.status < 400 or not location:
                return self._judge(response)
            url = urljoin(url, location.decode("latin-1"))
            if urlsplit(url).scheme not in ("http", "https"):
                return _entry(RobotsOutcome.UNAVAILABLE, f"redirected to {url[:200]}")
        return _entry(RobotsOutcome.UNAVAILABLE, f"more than {REDIRECTS} redirects, to {url[:200]}")

    async def _download(self, url: str, cause: Request) -> Response:
        context = self._capturing.context_of(cause.meta)
        kept = {key: cause.meta[key] for key in _KEPT_META if key in cause.meta}
        engine = self._crawler.engine
        assert engine is not None
        self._count("asked")
        return await engine.download_async(
            Request(
                url,
                callback=NO_CALLBACK,
                priority=_PRIORITY,
                dont_filter=True,
                meta={
                    **kept,
                    ROBOTS_META: IGNORE,
                    "dont_redirect": True,
                    "download_maxsize": DOWNLOADED_BYTES,
                    CONTEXT_META: replace(
                        context,
                        role=Role.ROBOTS,
                        via=cause.url,
                        link_text=None,
                        listed_on=None,
                        entry_url=None,
                    ),
                },
            )
        )

    def _judge(self, response: Response) -> RobotsEntry:
        cut = response.capture.truncated if isinstance(response, CapturedHttpResponse) else None
        if response.status >= 500 or response.status < 200:
            return self._unreachable(response.url, f"status {response.status}")
        if response.status >= 300:
            return _entry(RobotsOutcome.UNAVAILABLE, f"status {response.status}")
        if cut not in (None, Truncation.LENGTH):
            return self._unreachable(response.url, f"the response was cut ({cut})")
        coding = response.headers.get(b"Content-Encoding")
        body = decode_body(response.body, coding.decode("latin-1") if coding else None)
        rules = parse_robots(body, self._token)
        return replace(_entry(RobotsOutcome.RULES, f"status {response.status}"), rules=rules)

    def _unreachable(self, url: str, why: str) -> RobotsEntry:
        self._count("unreachable")
        logger.warning(
            "%s cannot be had (%s), so nothing of its origin is asked for until it can (RFC 9309); "
            "it is tried again after %s",
            url,
            why,
            ERROR_MEMORY,
        )
        return _entry(RobotsOutcome.UNREACHABLE, f"{url}: {why}")

    def _count(self, name: str) -> None:
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"nianbao/robots/{name}")


def origin_of(url: str) -> str:
    """``scheme://host:port`` of an absolute http or https URL; the default port is left out."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    is_default = parts.port in (None, default)
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{parts.port}")


def _entry(outcome: RobotsOutcome, why: str) -> RobotsEntry:
    return RobotsEntry(outcome=outcome, asked_at=datetime.now(UTC), why=why)
