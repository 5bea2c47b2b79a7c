"""What a portal is: its listings, how it is asked, and what it should hold.

The dataclasses are the contract with the spider and the schedule (import them from
``crawler.portal``); ``portal_toml`` reads them, ``portal_values`` knows addresses and cron lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PortalStatus(StrEnum):
    """Whether a portal is crawled, and what is known of it."""

    ACTIVE = "active"
    UNVERIFIED = "unverified"
    BLOCKED = "blocked"
    MOVED = "moved"
    RETIRED = "retired"


class RobotsPolicy(StrEnum):
    """Whether robots.txt is obeyed; ignoring it needs a written reason."""

    OBEY = "obey"
    IGNORE = "ignore"


class TlsPolicy(StrEnum):
    """Which TLS is offered: ``legacy`` allows weak groups and renegotiation."""

    DEFAULT = "default"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The first page of a listing.

    ``url`` is absolute and without fragment; the fragment, which some platforms read in the
    browser alone (gkmlpt's ``annualreport#2629``), is kept in ``fragment``. ``body`` is sent
    with a POST, in UTF-8.
    """

    url: str
    method: str = "GET"
    body: bytes = b""
    fragment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRange:
    """Hours of Asia/Shanghai, from ``start`` until before ``end``; it may pass midnight."""

    start: int
    end: int

    def allows(self, hour: int) -> bool:
        """Whether the portal may be asked in this hour (0 to 23)."""
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """How a portal's hosts are asked. ``delay`` is seconds between requests to one host.

    ``concurrency`` is requests at a time to one host; ``budget`` requests a run,
    ``budget_bytes`` bytes a run, ``budget_minutes`` minutes a run, None where there is no limit
    of its own. ``hours`` None means always. ``requisites``: whether stylesheets, scripts and
    pictures of its pages are captured too.
    """

    delay: float = 1.0
    concurrency: int = 1
    budget: int | None = None
    budget_bytes: int | None = None
    budget_minutes: int | None = None
    hours: HourRange | None = None
    robots: RobotsPolicy = RobotsPolicy.OBEY
    tls: TlsPolicy = TlsPolicy.DEFAULT
    cookies: bool = False
    requisites: bool = True
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRange:
    """Reporting years, both ends included; ``last`` None means up to the year now due."""

    first: int
    last: int | None = None

    def __str__(self) -> str:
        """As a portal file says it."""
        if self.last == self.first:
            return str(self.first)
        return f"{self.first}..{self.last or ''}"

    def covers(self, year: int) -> bool:
        """Whether a report on this year is expected."""
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the portal should hold: ``years``, but for ``gaps`` known to be missing there."""

    years: YearRange | None = None
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One portal, as its file says. ``portal_id`` is the stem of the file.

    ``division`` is a GB/T 2260 code ("100000" for central bodies), None only while unverified.
    ``family`` is the name of an adapter, None to have it recognised from the page. ``schedule``
    is a cron line of Asia/Shanghai, None for the season rule.
    """

    portal_id: str
    name: str
    listings: tuple[Listing, ...]
    status: PortalStatus
    division: str | None = None
    family: str | None = None
    aliases: tuple[str, ...] = ()
    schedule: str | None = None
    fetch: FetchPolicy = field(default_factory=FetchPolicy)
    expect: Expectation = field(default_factory=Expectation)
