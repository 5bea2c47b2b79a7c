"""What an adapter is: it recognises a family of portals and reads its listings; it asks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from extract.document import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingEntry:
    """A row of a listing: ``url`` absolute and without fragment, ``title`` whole (the title
    attribute where the text is cut), ``listed_on`` the date that the row shows, or None.

    ``looks_like_report`` is the adapter's judgement from the title alone; rows that do not are
    recorded but not asked for.
    """

    url: str
    title: str
    listed_on: date | None = None
    looks_like_report: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPage:
    """A further page of the same listing. ``alternative`` is asked instead when this page turns
    out to be missing or to repeat the first (index_1 or index_2, portal-families 2.1).

    ``ajax`` is for what a page's script asks for: the request then names the page that it is for
    (Referer) and says that a script asks (X-Requested-With); some servers answer 403 without. A
    ``body`` is sent as a form, or as JSON when it begins with a brace or a bracket.
    """

    url: str
    method: str = "GET"
    body: bytes = b""
    alternative: str | None = None
    ajax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvertisedTotal:
    """The number of rows or pages that a listing says it has; None where it does not say."""

    rows: int | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMoreRows:
    """The page itself says that there are no rows, or no more: its end, not a page that cannot be
    read. ``evidence`` is what it says.
    """

    evidence: str


Parsed = ListingEntry | NextPage | AdvertisedTotal | NoMoreRows
"""What a listing page gives, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """How sure an adapter is that a page is of its family, 0 to 1, and what it saw."""

    confidence: float
    evidence: str


class Adapter(Protocol):
    """One family of portals. ``name`` is the value of ``family`` in a portal file."""

    name: str

    def recognise(self, page: Page) -> Recognition:
        """How sure it is that the page is a listing of this family."""
        ...

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of one listing page, its further pages and what it says of its size.

        The page may be markup, or what an API of the family answers (JSON, XML, a fragment): then
        ``page.tree`` may be None, and ``page.method`` and ``page.request_body`` say what was asked.
        """
        ...
