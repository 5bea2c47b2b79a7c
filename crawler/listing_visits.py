"""How each listing of a run's portals was visited: to its end, or what came instead.

Made at a run's end and when the corpus is made again, of the same captures and failures, so both
say the same. Only a visit that ended WHOLE says that what is not on a listing is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archive.capture import FailureReason, RequestFailure, Role
from archive.index import ArchiveIndex, CaptureRow, Run
from crawler.drift import drift_of
from crawler.listing_pages import ListingLedger
from crawler.listing_seen import SeenListing
from crawler.portal import Portal
from crawler.run_counts import unlisted_portals
from crawler.run_findings import GONE_REASONS, REDIRECT_REASONS
from extract.coverage_rows import AnswerRow, PortalRow, VisitEnd, VisitRow
from extract.sentences import say
from extract.store import CorpusStore

ANOTHER = frozenset(
    {
        *("listing_of_other_family", "listing_soft_404", "listing_moved", "listing_is_article"),
        *("listing_not_html", "listing_redirected_home"),
    }
)
"""Findings on a page that say that the listing is not what it was."""

NOT_ALL = frozenset({"listing_too_long", "row_without_address", "listing_without_rows"})
"""Findings on a page that say that it may hold reports which were not read from it."""

SERVER_ERRORS = 500


def portal_rows(portals: Mapping[str, Portal]) -> Iterator[PortalRow]:
    """The portals of a run as corpus.db keeps them."""
    for portal in portals.values():
        years = portal.expect.years
        yield PortalRow(
            portal=portal.portal_id,
            name=portal.name,
            division=portal.division,
            expected_from=years.first if years else None,
            expected_to=years.last if years else None,
            expected_gaps=portal.expect.gaps,
        )


def visit_rows(
    run: Run,
    portals: Mapping[str, Portal],
    ledger: ListingLedger,
    *,
    failures: Sequence[RequestFailure],
    store: CorpusStore,
) -> Iterator[VisitRow]:
    """A row for each listing of each portal of a run, whether anything of it came or not."""
    unlisted = unlisted_portals(run.end.counts) if run.end is not None else None
    failed = _first_failures(failures)
    for portal in portals.values():
        is_over = unlisted is not None and portal.portal_id not in unlisted
        for listing in dict.fromkeys(one.url for one in portal.listings):
            seen = ledger.find(portal.portal_id, listing)
            failure = failed.get((portal.portal_id, listing))
            if seen is None or seen.began is None:
                yield _unseen(run, portal.portal_id, listing, failure)
            else:
                yield _visit(portal.portal_id, listing, seen, ledger, store, is_over=is_over)


def _first_failures(
    failures: Sequence[RequestFailure],
) -> dict[tuple[str, str], RequestFailure]:
    """By portal and listing the first request for a page of it that brought nothing."""
    found: dict[tuple[str, str], RequestFailure] = {}
    for failure in failures:  # in order of time
        context = failure.context
        if context.role is Role.LISTING:
            found.setdefault((context.portal_id, context.listing or failure.url), failure)
    return found


def _unseen(run: Run, portal: str, listing: str, failure: RequestFailure | None) -> VisitRow:
    if failure is None:
        return VisitRow(
            portal=portal,
            listing=listing,
            visited_at=run.start.started_at,
            ordered_at=run.start.ordered_at,
            ended=VisitEnd.LEFT,
            detail=say("run_did_not_come"),
        )
    return VisitRow(
        portal=portal,
        listing=listing,
        visited_at=failure.failed_at,
        ordered_at=run.start.ordered_at,
        ended=_ended(failure.reason),
        detail=say("about", named=failure.reason.value, said=failure.text).rstrip(": "),
        first_record=failure.record_id,
        first_url=failure.url,
    )


def _ended(reason: FailureReason) -> VisitEnd:
    if reason is FailureReason.ROBOTS:
        return VisitEnd.BLOCKED
    return VisitEnd.CHANGED if reason in REDIRECT_REASONS else VisitEnd.UNREACHABLE


def _visit(
    portal: str,
    listing: str,
    seen: SeenListing,
    ledger: ListingLedger,
    store: CorpusStore,
    *,
    is_over: bool,
) -> VisitRow:
    assert seen.began is not None
    ended, detail = _without_the_past(seen, is_over=is_over)
    lost = ledger.lost(store, portal, listing) if seen.whole and is_over else None
    if ended is VisitEnd.WHOLE and lost is not None:
        drift = drift_of(seen.shown(listing), lost)
        if drift is not None:
            ended, detail = VisitEnd.CHANGED, drift.message
    came = seen.first or seen.began
    if ended is VisitEnd.BLOCKED:
        came = seen.blocked or came
    elif ended in (VisitEnd.UNREACHABLE, VisitEnd.UNREAD):
        came = seen.trouble or came
    return VisitRow(
        portal=portal,
        listing=listing,
        visited_at=came.captured_at,
        ordered_at=seen.began.ordered_at,
        ended=ended,
        detail=detail,
        family=seen.family,
        reports=seen.reports,
        reports_known=lost.known if lost else None,
        reports_lost=lost.reports if lost else None,
        first_year=min(seen.years, default=None),
        last_year=max(seen.years, default=None),
        first_record=came.record_id,
        first_url=came.url,
        last_record=seen.last.record_id if seen.last else None,
        last_url=seen.last.url if seen.last else None,
    )


def _without_the_past(seen: SeenListing, *, is_over: bool) -> tuple[VisitEnd, str | None]:
    """How a visit ended by what it saw alone."""
    if seen.blocked is not None and (not seen.whole or seen.unread - seen.read):
        return VisitEnd.BLOCKED, seen.blocked.said
    if not seen.whole:
        if seen.missing is not None:
            return VisitEnd.MISSING, say("it_answered", status=seen.missing)
        trouble = seen.trouble
        down = trouble is not None and trouble.status >= SERVER_ERRORS
        ended = VisitEnd.UNREACHABLE if down else VisitEnd.UNREAD
        return ended, trouble.said if trouble else say("first_page_not_read")
    if changed := seen.kinds & ANOTHER:
        return VisitEnd.CHANGED, ", ".join(sorted(changed))
    if left := seen.unread - seen.read:
        return VisitEnd.SHORT, say("pages_not_read", count=len(left))
    if not is_over:
        return VisitEnd.LEFT, say("run_stopped")
    if (short := next(seen.shortfalls(), None)) is not None:
        return VisitEnd.SHORT, short.message
    if lacking := seen.kinds & NOT_ALL:
        return VisitEnd.SHORT, ", ".join(sorted(lacking))
    if not seen.reports:
        return VisitEnd.SHORT, say("rows_not_titled")
    return VisitEnd.WHOLE, None


def answer_rows(run_id: str, index: ArchiveIndex) -> Iterator[AnswerRow]:
    """What the addresses of reports answered in a run, redirects on the way left out."""
    for row in index.iter_captures(run_id=run_id, roles=(Role.REPORT,)):
        if row.status == 304 or not 300 <= row.status < 400:
            yield _answer(row)


def away_rows(failures: Sequence[RequestFailure]) -> Iterator[AnswerRow]:
    """Addresses of reports that redirected away from them, to the home page or a folder: as 302."""
    for failure in failures:
        if failure.context.role is Role.REPORT and failure.reason in GONE_REASONS:
            yield AnswerRow(
                portal=failure.context.portal_id,
                url=failure.context.entry_url or failure.url,
                record_id=failure.record_id,
                payload_record=failure.record_id,
                captured_at=failure.failed_at,
                ordered_at=failure.failed_at,
                status=302,
            )


def _answer(row: CaptureRow) -> AnswerRow:
    return AnswerRow(
        portal=row.context.portal_id,
        url=row.context.entry_url or row.url,
        record_id=row.pointer.record_id,
        payload_record=row.refers_to or row.pointer.record_id,
        captured_at=row.captured_at,
        ordered_at=row.ordered_at,
        status=200 if row.status == 304 else row.status,
    )
