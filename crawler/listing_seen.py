"""One listing as one run saw it: what its pages showed, and the records of its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from crawler.drift import Shown
from crawler.expectations import RowYears
from extract.report import Finding
from extract.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Glance:
    """The record of a listing's page, or of what came in its place; ``said`` is what is wrong with
    it, "" for nothing. They are in order of capture.
    """

    ordered_at: datetime
    record_id: str
    captured_at: datetime
    url: str
    is_first: bool
    is_read: bool
    is_blocked: bool
    status: int
    said: str


@dataclass(slots=True, kw_only=True)
class SeenListing:
    """One listing in one run. ``whole`` once its own page was read; ``rows`` and ``pages`` said;
    ``entries`` counts the addresses it showed, ``reports`` rows titled like reports, of ``years``.
    ``url`` is the address that answered for it, ``missing`` the status if that was 404 or 410.
    ``kinds`` are those of the findings on its pages, ``family`` is the adapter that read the
    first. ``began`` is what came first of all, ``first`` and ``last`` are pages that were read,
    ``blocked`` and ``trouble`` what came in a page's place.
    """

    record_id: str = ""
    whole: bool = False
    read: set[tuple[str, str]] = field(default_factory=set)
    unread: set[tuple[str, str]] = field(default_factory=set)
    entries: int = 0
    rows: int = 0
    pages: int = 0
    told: bool = False
    url: str = ""
    missing: int | None = None
    reports: int = 0
    years: set[int] = field(default_factory=set)
    row_years: RowYears = field(default_factory=RowYears)
    kinds: set[str] = field(default_factory=set)
    family: str | None = None
    first: Glance | None = None
    last: Glance | None = None
    began: Glance | None = None
    blocked: Glance | None = None
    trouble: Glance | None = None

    def look(self, glance: Glance, *, family: str | None) -> None:
        """Takes in a page's record; in whatever order they come, the same are kept."""
        self.began = min(filter(None, (self.began, glance)))
        if glance.is_blocked:
            self.blocked = min(filter(None, (self.blocked, glance)))
        elif not glance.is_read and glance.said:
            self.trouble = min(filter(None, (self.trouble, glance)))
        if glance.is_read:
            self.last = max(filter(None, (self.last, glance)))
        is_page = glance.is_read and glance.is_first
        if is_page and (self.first is None or glance > self.first):
            self.first, self.family = glance, family

    @property
    def is_to_its_end(self) -> bool:
        """Whether every page was read, and no fewer rows than the listing says there are."""
        short = self.rows > self.entries or self.pages > len(self.read)
        return self.whole and not self.unread - self.read and not short

    def shown(self, listing: str) -> Shown:
        """What it showed, to be compared with what it had."""
        return Shown(
            listing=listing,
            url=self.url or listing,
            rows=self.entries,
            reports=self.reports,
            years=frozenset(self.years),
            missing=None if self.whole else self.missing,
            is_whole=not self.unread - self.read,
        )

    def shortfalls(self) -> Iterator[Finding]:
        """Where the listing has less than it says of itself, or nothing and no page says why."""
        if not (self.entries or self.unread or self.told):
            yield Finding(
                kind="listing_without_rows",
                message=say("listing_without_rows"),
            )
        if self.rows > self.entries:
            yield Finding(
                kind="listing_total_not_reached",
                message=say("fewer_rows", promised=self.rows, seen=self.entries),
            )
        elif self.pages > len(self.read):
            yield Finding(
                kind="listing_total_not_reached",
                message=say("fewer_pages", promised=self.pages, seen=len(self.read)),
            )
