"""What captures of listing pages say, live and when the rows are derived again: one function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archive.capture import Capture, CaptureContext, RequestFailure, Role
from archive.index import Run, body_digest
from crawler.adapters.base import AdvertisedTotal, NextPage
from crawler.listing import read_listing
from crawler.portal import Portal
from crawler.seen_addresses import SeenAddresses
from extract import decode
from extract.errors import Undecodable
from extract.report import Finding
from extract.rows import Columns, finding_row, other_host
from extract.store import CorpusStore, ListedRow, ListingPageRows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """One listing page: its rows as stored, and where the listing goes on.

    ``is_read`` is False for one that could not be read; a page that is not there is no page.
    ``body_digest`` is of what was posted: pages of a listing may differ in that alone.
    """

    rows: ListingPageRows
    next_pages: tuple[NextPage, ...] = ()
    advertised: AdvertisedTotal | None = None
    is_read: bool = True
    body_digest: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Address and what was posted."""
        return (self.rows.url, self.body_digest)

    @property
    def report_urls(self) -> list[str]:
        """Addresses of rows that look like reports."""
        return [row.url for row in self.rows.entries if row.looks_like_report]


def is_listing_page(capture: Capture) -> bool:
    """Redirects on the way to a listing are not pages of it."""
    return not 300 <= capture.response.status < 400


def listing_page(capture: Capture, portal: Portal) -> ListingPage:
    """Reads a capture of a listing page. What cannot be read becomes a finding, never nothing.

    The record is that of the payload: an unchanged page says the same again.
    """
    status = capture.response.status
    if status != 200:
        return _unread(capture, Finding(kind="listing_error", message=f"HTTP status {status}"))
    try:
        page = decode.page(capture)
    except Undecodable as error:
        return _unread(capture, Finding(kind="listing_error", message=str(error)))
    reading = read_listing(page, portal)
    entries = tuple(
        ListedRow(
            url=entry.url,
            title=entry.title,
            listed_on=entry.listed_on.isoformat() if entry.listed_on else None,
            looks_like_report=entry.looks_like_report,
        )
        for entry in reading.entries
    )
    return ListingPage(
        rows=_rows(capture, entries, (*reading.findings, *_moved(capture))),
        next_pages=tuple(reading.next_pages),
        advertised=reading.advertised,
        body_digest=body_digest(capture.request.body),
    )


def _moved(capture: Capture) -> list[Finding]:
    moved = other_host(capture.request.url, capture.context.entry_url)
    return [] if moved is None else [moved]


def _unread(capture: Capture, finding: Finding) -> ListingPage:
    missing = capture.response.status in (404, 410) and not _is_first(capture)
    # the page after the last is often built from the first one's script and is not there
    return ListingPage(
        rows=_rows(capture, (), () if missing else (finding,)),
        is_read=False,
        body_digest=body_digest(capture.request.body),
    )


def _rows(
    capture: Capture, entries: tuple[ListedRow, ...], findings: tuple[Finding, ...]
) -> ListingPageRows:
    return ListingPageRows(
        portal=capture.context.portal_id,
        listing=_listing_of(capture),
        is_first=_is_first(capture),
        url=capture.request.url,
        record_id=(capture.revisit_of or capture.pointer).record_id,
        captured_at=capture.captured_at,
        shifted_to=capture.shifted_to,
        entries=entries,
        findings=findings,
    )


def _is_first(capture: Capture) -> bool:
    """Whether this is the listing's own page, also behind a redirect."""
    return capture.context.entry_url == capture.context.listing


def _listing_of(capture: Capture) -> str:
    return capture.context.listing or capture.request.url


@dataclass(slots=True, kw_only=True)
class _Seen:
    """One listing in one run. ``whole`` once its own page was read; ``rows`` and ``pages`` said;
    ``entries`` counts the addresses it showed.
    """

    record_id: str = ""
    whole: bool = False
    read: set[tuple[str, str]] = field(default_factory=set)
    unread: set[tuple[str, str]] = field(default_factory=set)
    entries: int = 0
    rows: int = 0
    pages: int = 0
    told: bool = False

    def shortfalls(self) -> Iterator[Finding]:
        """Where the listing has less than it says of itself, or nothing and no page says why."""
        if not (self.entries or self.unread or self.told):
            yield Finding(
                kind="listing_without_rows",
                message="the listing and what fills it were answered and hold no row",
            )
        if self.rows > self.entries:
            yield Finding(
                kind="listing_total_not_reached",
                message=f"the listing says {self.rows} rows, {self.entries} were seen",
            )
        elif self.pages > len(self.read):
            yield Finding(
                kind="listing_total_not_reached",
                message=f"the listing says {self.pages} pages, {len(self.read)} were read",
            )


class ListingLedger:
    """What one run saw of each listing, to judge it at the run's end.

    Live and derived again it is given the same captures and failures, so it judges the same.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._addresses = SeenAddresses()

    def add(self, page: ListingPage) -> None:
        """Takes in a page."""
        rows = page.rows
        seen = self._seen.setdefault((rows.portal, rows.listing), _Seen())
        if rows.is_first or not seen.record_id:
            seen.record_id = rows.record_id
        seen.whole = seen.whole or (rows.is_first and page.is_read)
        if page.is_read:
            if rows.entries or not page.next_pages:  # else it only leads to the rows
                seen.read.add(page.key)
        elif rows.findings:
            seen.unread.add(page.key)
        urls = (entry.url for entry in rows.entries)
        seen.entries += self._addresses.add(rows.portal, rows.listing, urls)
        seen.told = seen.told or bool(rows.findings)
        if page.advertised:
            seen.rows = max(seen.rows, page.advertised.rows or 0)
            seen.pages = max(seen.pages, page.advertised.pages or 0)

    def add_failures(self, failures: Iterable[RequestFailure]) -> None:
        """Takes in requests for listing pages that brought nothing."""
        for failure in failures:
            context = failure.context
            seen = self._seen.get((context.portal_id, context.listing or failure.url))
            if seen and context.role is Role.LISTING:
                seen.unread.add((failure.url, failure.body_digest))

    def shortfalls(self, portal_id: str) -> list[str]:
        """In words, where a portal's listings have less than they say of themselves."""
        return [
            f"{listing}: {finding.message}"
            for (portal, listing), seen in self._judged()
            if portal == portal_id
            for finding in seen.shortfalls()
        ]

    def judge(self, store: CorpusStore, run: Run) -> list[Columns]:
        """The findings of a run that went over its listings from begin to end; none for another.

        Rows that are gone are told only of a listing all of whose pages could be read.
        """
        counts = run.end.counts if run.end is not None else {"left": 1}
        if counts.get("left", 0) or counts.get("resumed", 0):
            return []  # it saw a part of what its listings say
        rows: list[Columns] = []
        for (portal, listing), seen in self._judged():
            context = CaptureContext(run_id=run.start.run_id, portal_id=portal)
            known = store.iter_entries_of(portal, listing)
            gone = self._addresses.count_missing(portal, listing, known)
            for finding in (*seen.shortfalls(), *_shrunk(seen, gone)):
                rows.append(
                    finding_row(finding, url=listing, record_id=seen.record_id, context=context)
                )
        return rows

    def _judged(self) -> Iterator[tuple[tuple[str, str], _Seen]]:
        return ((key, seen) for key, seen in self._seen.items() if seen.whole)


def _shrunk(seen: _Seen, gone: int) -> Iterator[Finding]:
    if gone and not seen.unread - seen.read:
        yield Finding(
            kind="listing_shrank",
            message=f"{gone} rows seen before are not on the listing any more",
        )
