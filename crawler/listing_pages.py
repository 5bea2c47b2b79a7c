"""What captures of listing pages say, live and when the rows are derived again: one function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.capture import Capture, CaptureContext, RequestFailure, Role
from archive.index import ArchiveIndex, Run, body_digest
from crawler.adapters.base import AdvertisedTotal, NextPage
from crawler.drift import Lost, drift_of, with_last_good
from crawler.expectations import YearsShown, together
from crawler.listing import ListingReading, read_listing
from crawler.listing_seen import Glance, SeenListing
from crawler.portal import Portal
from crawler.run_counts import unlisted_portals
from crawler.seen_addresses import SeenAddresses
from extract import decode
from extract.blocking import MISSING, Block, BlockKind, find_block
from extract.dates import years_in
from extract.errors import Undecodable
from extract.report import Finding
from extract.requisites import requisites_of
from extract.rows import Columns, finding_row, other_host
from extract.sentences import say
from extract.store import CorpusStore, ListedRow, ListingPageRows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """One listing page: its rows as stored, and where the listing goes on.

    ``is_read`` is False for one that could not be read; a page that is not there is no page.
    ``block`` is what was served in its place, of which nothing is read; ``status`` the server's.
    ``body_digest`` is of what was posted: pages of a listing may differ in that alone. ``family``
    is the adapter that read it.
    """

    rows: ListingPageRows
    next_pages: tuple[NextPage, ...] = ()
    advertised: AdvertisedTotal | None = None
    is_read: bool = True
    block: Block | None = None
    status: int = 200
    body_digest: str = ""
    family: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Address and what was posted."""
        return (self.rows.url, self.body_digest)

    def glance(self) -> Glance:
        """The record of it, and what came."""
        rows = self.rows
        said = self.block.detail if self.block else "; ".join(one.message for one in rows.findings)
        return Glance(
            ordered_at=rows.ordered_at,
            captured_at=rows.captured_at,
            record_id=rows.visit_record or rows.record_id,
            url=rows.url,
            is_first=rows.is_first,
            is_read=self.is_read,
            is_blocked=self.block is not None,
            status=self.status,
            said=said,
        )

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
        if (block := find_block(capture)) is not None:
            return _blocked(capture, block)
        message = say("http_status", status=status)
        return _unread(capture, Finding(kind="listing_error", message=message))
    try:
        page = decode.page(capture)
    except Undecodable as error:
        return _unread(capture, Finding(kind="listing_error", message=str(error)))
    reading = read_listing(page, portal)
    if (block := _block(capture, reading)) is not None:
        return _blocked(capture, block)
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
        rows=_rows(
            capture,
            entries,
            (*reading.findings, *_moved(capture)),
            requisites=requisites_of(page),
        ),
        next_pages=tuple(reading.next_pages),
        advertised=reading.advertised,
        family=reading.family,
        body_digest=body_digest(capture.request.body),
    )


def _block(capture: Capture, reading: ListingReading) -> Block | None:
    """What was served in place of a listing page; None for one that says anything of a listing:
    a row titled like a report, a platform's own request for its rows, or that there are none.
    """
    if any(entry.looks_like_report for entry in reading.entries):
        return None
    asks = any(one.ajax or one.body for one in reading.next_pages)
    says_none = not reading.entries and not reading.findings and not reading.next_pages
    if asks or says_none:
        return None
    block = find_block(capture)
    leads_on = bool(reading.next_pages)
    return None if block is None or (leads_on and block.kind is BlockKind.HOME_PAGE) else block


def _blocked(capture: Capture, block: Block) -> ListingPage:
    return ListingPage(
        rows=_rows(capture, (), (block.finding(),)),
        is_read=False,
        block=block,
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
        status=capture.response.status,
        body_digest=body_digest(capture.request.body),
    )


def _rows(
    capture: Capture,
    entries: tuple[ListedRow, ...],
    findings: tuple[Finding, ...],
    *,
    requisites: tuple[str, ...] = (),
) -> ListingPageRows:
    return ListingPageRows(
        portal=capture.context.portal_id,
        listing=_listing_of(capture),
        is_first=_is_first(capture),
        url=capture.request.url,
        record_id=(capture.revisit_of or capture.pointer).record_id,
        captured_at=capture.captured_at,
        shifted_to=capture.shifted_to,
        visit_record=capture.pointer.record_id,
        entries=entries,
        findings=findings,
        requisites=requisites,
    )


def _is_first(capture: Capture) -> bool:
    """Whether this is the listing's own page, also behind a redirect."""
    return capture.context.entry_url == capture.context.listing


def _listing_of(capture: Capture) -> str:
    return capture.context.listing or capture.request.url


class ListingLedger:
    """What one run saw of each listing, to judge it at the run's end.

    Live and derived again it is given the same captures and failures, so it judges the same.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], SeenListing] = {}
        self._addresses = SeenAddresses()
        self._lost_of: dict[tuple[str, str], Lost] = {}

    def add(self, page: ListingPage) -> None:
        """Takes in a page."""
        rows = page.rows
        seen = self._seen.setdefault((rows.portal, rows.listing), SeenListing())
        if rows.is_first or not seen.record_id:
            seen.record_id = rows.record_id
        if rows.is_first:
            seen.url = rows.url
            seen.missing = page.status if page.status in MISSING else None
        for entry in rows.entries:
            if entry.looks_like_report:
                seen.reports += 1
                seen.years.update(years_in(entry.title)[:1])
                seen.row_years.add(entry.title, entry.listed_on)
        seen.whole = seen.whole or (rows.is_first and page.is_read)
        if page.is_read:
            if rows.entries or not page.next_pages:  # else it only leads to the rows
                seen.read.add(page.key)
        elif rows.findings:
            seen.unread.add(page.key)
        urls = (entry.url for entry in rows.entries)
        seen.entries += self._addresses.add(rows.portal, rows.listing, urls)
        seen.told = seen.told or bool(rows.findings)
        seen.look(page.glance(), family=page.family if page.is_read else None)
        seen.kinds.update(finding.kind for finding in rows.findings)
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

    def drifts(self, portal_id: str, store: CorpusStore) -> list[str]:
        """In words, which listings of a portal are not what they were."""
        return [
            f"{listing}: {finding.message}"
            for (portal, listing), seen in self._comparable()
            if portal == portal_id
            and (finding := drift_of(seen.shown(listing), self.lost(store, portal, listing)))
        ]

    def find(self, portal: str, listing: str) -> SeenListing | None:
        """What the run saw of a listing; None of one no page of which was answered."""
        return self._seen.get((portal, listing))

    def lost(self, store: CorpusStore, portal: str, listing: str) -> Lost:
        """What a listing had and does not show, told once the run is over: read once."""
        if (portal, listing) not in self._lost_of:
            known = store.iter_entries_of(portal, listing)
            self._lost_of[portal, listing] = Lost.of(
                (one, self._addresses.has(portal, listing, one.url)) for one in known
            )
        return self._lost_of[portal, listing]

    def shows(self, portal: str, listing: str, url: str) -> bool:
        """Whether a listing showed a row with this address."""
        return self._addresses.has(portal, listing, url)

    def years_shown(self, portal: Portal) -> YearsShown | None:
        """The years on all listings of a portal; None unless each was seen to its end."""
        listings = dict.fromkeys(listing.url for listing in portal.listings)
        seen = [self._seen.get((portal.portal_id, listing)) for listing in listings]
        to_their_end = [one for one in seen if one is not None and one.is_to_its_end]
        if len(to_their_end) < len(seen):
            return None
        parts = [one.row_years for one in to_their_end]
        return together(next(iter(listings)), to_their_end[0].record_id, parts)

    def judge(
        self, store: CorpusStore, run: Run, index: ArchiveIndex | None = None
    ) -> list[Columns]:
        """The findings of a run that went over its listings from begin to end; none for another.

        Rows that are gone are told only of a listing all of whose pages could be read.
        """
        unlisted = unlisted_portals(run.end.counts) if run.end is not None else None
        if unlisted is None:
            return []
        rows: list[Columns] = []
        for (portal, listing), seen in self._comparable():
            if portal in unlisted:
                continue  # the run saw a part of what its listings say
            context = CaptureContext(run_id=run.start.run_id, portal_id=portal)
            lost = self.lost(store, portal, listing)
            drift = drift_of(seen.shown(listing), lost)
            if drift is not None:
                findings = [with_last_good(drift, lost, portal_id=portal, index=index)]
            else:
                findings = list(_shrunk(seen, lost))
            for finding in (*(seen.shortfalls() if seen.whole else ()), *findings):
                rows.append(
                    finding_row(finding, url=listing, record_id=seen.record_id, context=context)
                )
        return rows

    def _comparable(self) -> Iterator[tuple[tuple[str, str], SeenListing]]:
        """Listings whose own page was read, or is said not to be there."""
        return ((key, seen) for key, seen in self._seen.items() if seen.whole or seen.missing)

    def _judged(self) -> Iterator[tuple[tuple[str, str], SeenListing]]:
        return ((key, seen) for key, seen in self._seen.items() if seen.whole)


def _shrunk(seen: SeenListing, lost: Lost) -> Iterator[Finding]:
    if lost.rows and seen.whole and not seen.unread - seen.read:
        there = lost.reports and lost.years and lost.years <= seen.years
        again = [say("years_are_there")] if there else []
        message = "; ".join([say("listing_shrank", count=lost.rows), *again])
        yield Finding(kind="listing_shrank", message=message)
