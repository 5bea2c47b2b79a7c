"""What captures of listing pages say, live and when the rows are derived again: one function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.capture import Capture, CaptureContext
from crawler.adapters.base import AdvertisedTotal, NextPage
from crawler.listing import read_listing
from crawler.portal import Portal
from extract import decode
from extract.errors import Undecodable
from extract.report import Finding
from extract.rows import Columns, finding_row
from extract.store import CorpusStore, ListedRow, ListingPageRows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """One listing page, read: its rows as stored, and where the listing goes on."""

    rows: ListingPageRows
    next_pages: tuple[NextPage, ...] = ()
    advertised: AdvertisedTotal | None = None

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
        rows=_rows(capture, entries, tuple(reading.findings)),
        next_pages=tuple(reading.next_pages),
        advertised=reading.advertised,
    )


def _unread(capture: Capture, finding: Finding) -> ListingPage:
    missing = capture.response.status in (404, 410) and not _is_first(capture)
    # the page after the last is often built from the first one's script and is not there
    return ListingPage(rows=_rows(capture, (), () if missing else (finding,)))


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
    record_id: str
    whole: bool = False
    urls: set[str] = field(default_factory=set)
    advertised: int = 0


class ListingLedger:
    """What one run saw of each listing, to judge it at the run's end."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], _Seen] = {}

    def add(self, page: ListingPage) -> None:
        """Takes in a page."""
        rows = page.rows
        seen = self._seen.setdefault((rows.portal, rows.listing), _Seen(record_id=rows.record_id))
        if rows.is_first:
            seen.whole, seen.record_id = True, rows.record_id
        seen.urls.update(entry.url for entry in rows.entries)
        if page.advertised and page.advertised.rows:
            seen.advertised = max(seen.advertised, page.advertised.rows)

    def entries(self, portal_id: str) -> int:
        """Rows seen on a portal's listings."""
        return sum(len(s.urls) for (portal, _), s in self._seen.items() if portal == portal_id)

    def judge(self, store: CorpusStore, run_id: str) -> list[Columns]:
        """The findings of a run that got to its end: totals not reached, rows that are gone."""
        rows: list[Columns] = []
        for (portal, listing), seen in self._seen.items():
            if not seen.whole:
                continue
            context = CaptureContext(run_id=run_id, portal_id=portal)
            for finding in self._findings(store, portal, listing):
                rows.append(
                    finding_row(finding, url=listing, record_id=seen.record_id, context=context)
                )
        return rows

    def _findings(self, store: CorpusStore, portal: str, listing: str) -> Iterable[Finding]:
        seen = self._seen[portal, listing]
        if seen.advertised > len(seen.urls):
            yield Finding(
                kind="listing_total_not_reached",
                message=f"the listing says {seen.advertised} rows, {len(seen.urls)} were seen",
            )
        gone = store.entries_of(portal, listing) - seen.urls
        if gone:
            yield Finding(
                kind="listing_shrank",
                message=f"{len(gone)} rows seen before are not on the listing any more",
            )
