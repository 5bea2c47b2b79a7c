"""What a run's listing pages say together: totals not reached, rows gone, pages that failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.capture import (
    CaptureContext,
    FailureReason,
    RequestFailure,
    Role,
    RunEnd,
    RunOutcome,
    RunStart,
)
from archive.index import Run
from crawler.adapters.base import AdvertisedTotal
from crawler.listing_pages import ListingLedger, ListingPage
from crawler.run_counts import counts_of
from crawler.services import PortalTally
from extract.report import Finding
from extract.store import CorpusStore, ListedRow, ListingPageRows

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LISTING = "http://h/l/"


def page(*urls: str, number: int = 0, said: AdvertisedTotal | None = None) -> ListingPage:
    entries = tuple(
        ListedRow(url=url, title=url, listed_on=None, looks_like_report=True) for url in urls
    )
    rows = ListingPageRows(
        portal="p",
        listing=LISTING,
        is_first=number == 0,
        url=f"{LISTING}{number or ''}",
        record_id=f"urn:uuid:{number}",
        captured_at=NOW,
        entries=entries,
    )
    return ListingPage(rows=rows, advertised=said)


def unread(number: int, *findings: Finding) -> ListingPage:
    whole = page(number=number)
    return replace(whole, rows=replace(whole.rows, findings=findings), is_read=False)


def run(left: int = 0) -> Run:
    start = RunStart(run_id="r", started_at=NOW, portal_files={}, versions={}, settings_digest="")
    end = RunEnd(run_id="r", finished_at=NOW, outcome=RunOutcome.COMPLETE, counts={"left": left})
    return Run(start=start, end=end)


@pytest.fixture
def store(tmp_path: Path) -> CorpusStore:
    store = CorpusStore(tmp_path / "corpus.db")
    store.add_listing_page(page("a", "b", "c").rows)
    return store


def kinds(store: CorpusStore, *pages: ListingPage, left: int = 0, failed: str = "") -> list[str]:
    ledger = ListingLedger()
    for one in pages:
        ledger.add(one)
    if failed:
        context = CaptureContext(run_id="r", portal_id="p", role=Role.LISTING, listing=LISTING)
        failure = RequestFailure(
            record_id="urn:uuid:f",
            method="GET",
            url=failed,
            body_digest="",
            failed_at=NOW,
            reason=FailureReason.TIMEOUT,
            text="",
            context=context,
        )
        ledger.add_failures([failure])
    return [str(row["kind"]) for row in ledger.judge(store, run(left))]


def test_all_is_there(store: CorpusStore) -> None:
    said = AdvertisedTotal(rows=3, pages=2)
    assert kinds(store, page("a", "b", said=said), page("c", number=1)) == []


def test_rows_said_and_not_seen(store: CorpusStore) -> None:
    said = AdvertisedTotal(rows=4, pages=1)
    assert kinds(store, page("a", "b", "c", said=said)) == ["listing_total_not_reached"]


def test_pages_said_and_not_there(store: CorpusStore) -> None:
    said = AdvertisedTotal(pages=3)
    pages = page("a", "b", said=said), page("c", number=1), unread(2)
    assert kinds(store, *pages) == ["listing_total_not_reached"]


def test_rows_that_are_gone(store: CorpusStore) -> None:
    assert kinds(store, page("a", "c")) == ["listing_shrank"]


@pytest.mark.parametrize("broken", [{"failed": f"{LISTING}1"}, {"left": 3}])
def test_rows_are_not_gone_when_pages_were_not_read(store: CorpusStore, broken: dict) -> None:
    assert kinds(store, page("a", "c"), **broken) == []


def test_a_page_with_an_error_hides_its_rows(store: CorpusStore) -> None:
    error = unread(1, Finding(kind="listing_error", message="HTTP status 500"))
    assert kinds(store, page("a", "c"), error) == []


def test_a_failure_that_a_retry_mended_counts_for_nothing(store: CorpusStore) -> None:
    pages = page("a"), page("c", number=1)
    assert kinds(store, *pages, failed=f"{LISTING}1") == ["listing_shrank"]


@pytest.mark.parametrize(("other", "kinds_found"), [("q", ["listing_shrank"]), ("p", [])])
def test_what_is_left_of_one_portal_hides_nothing_of_another(
    store: CorpusStore, other: str, kinds_found: list[str]
) -> None:
    """A host that rests for a week leaves requests in every run."""
    ledger = ListingLedger()
    ledger.add(page("a", "c"))
    tallies = {"p": PortalTally(), "q": PortalTally()}
    tallies[other].left = 3
    done = run()
    assert done.end is not None
    done = replace(done, end=replace(done.end, counts=counts_of(tallies)))
    assert [row["kind"] for row in ledger.judge(store, done)] == kinds_found
