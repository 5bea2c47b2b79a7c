"""Rows that went off a listing, and came back: told once, and never where it may be otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extract.coverage_rows import VisitEnd, VisitRow, put_visits
from extract.listing_changes import derive_listing_changes
from extract.store import CorpusStore, ListedRow, ListingPageRows

LISTING = "http://h/nb/"
START = datetime(2026, 1, 1, tzinfo=UTC)
Row = tuple[str, str, str | None]

A: Row = ("http://h/3.html", "甲县2024年政府信息公开工作年度报告", "2025-01-20")
B: Row = ("http://h/2.html", "甲县2023年政府信息公开工作年度报告", "2024-01-20")
C: Row = ("http://h/1.html", "甲县2022年政府信息公开工作年度报告", "2023-01-20")
NEW: Row = ("http://h/4.html", "甲县2025年政府信息公开工作年度报告", "2026-01-20")


class Listing:
    """A listing that is visited once a day."""

    def __init__(self) -> None:
        self.store = CorpusStore(None)
        self.day = 0

    def visit(self, *rows: Row, ended: VisitEnd = VisitEnd.WHOLE) -> None:
        """A visit that shows these rows."""
        self.day += 1
        at = START + timedelta(days=self.day)
        entries = tuple(
            ListedRow(url=url, title=title, listed_on=day, looks_like_report=True)
            for url, title, day in rows
        )
        self.store.add_listing_page(
            ListingPageRows(
                portal="p",
                listing=LISTING,
                is_first=True,
                url=LISTING,
                record_id=f"r{self.day}",
                visit_record=f"r{self.day}",
                captured_at=at,
                entries=entries,
            )
        )
        visit = VisitRow(
            portal="p",
            listing=LISTING,
            visited_at=at,
            ordered_at=at,
            ended=ended,
            first_record=f"r{self.day}",
            first_url=LISTING,
        )
        shown = {url for url, _, _ in rows}
        for _ in range(2):  # a run that is derived again says the same
            with self.store.transaction() as db:
                put_visits(db.conn, [visit], run=f"run{self.day}")
                derive_listing_changes(
                    db.conn, visit, run=f"run{self.day}", is_there=shown.__contains__
                )

    def told(self) -> list[tuple[object, ...]]:
        """What is told, in order."""
        query = (
            "SELECT kind, url, older_record, newer_record FROM listing_changes"
            " ORDER BY ordered_at, url"
        )
        return self.store.db.execute(query).fetchall()


@pytest.fixture
def listing() -> Listing:
    """One that showed three reports."""
    found = Listing()
    found.visit(A, B, C)
    return found


def test_off_and_back_each_once(listing: Listing) -> None:
    listing.visit(A, C)
    listing.visit(A, C)
    assert listing.told() == [("off_listing", B[0], "r1", "r2")]
    listing.visit(C, B, A)
    listing.visit(C, B, A)
    assert listing.told()[1:] == [("back_on_listing", B[0], "r2", "r4")]
    listing.visit(A, C)
    assert listing.told()[2:] == [("off_listing", B[0], "r5", "r6")]


def test_the_oldest_too_where_nothing_pushed_it_out(listing: Listing) -> None:
    listing.visit(A, B)
    assert listing.told() == [("off_listing", C[0], "r1", "r2")]


def test_one_in_the_middle_beside_a_new_one(listing: Listing) -> None:
    listing.visit(NEW, A, C)
    assert listing.told() == [("off_listing", B[0], "r1", "r2")]


def test_it_is_told_by_the_first_visit_to_the_end(listing: Listing) -> None:
    listing.visit(A, ended=VisitEnd.SHORT)
    listing.visit(ended=VisitEnd.UNREACHABLE)
    assert listing.told() == []
    listing.visit(A, C)
    assert listing.told() == [("off_listing", B[0], "r1", "r4")]
    listing.visit(A, B, ended=VisitEnd.SHORT)
    assert listing.told()[1:] == [("back_on_listing", B[0], "r4", "r5")]


@pytest.mark.parametrize(
    "rows",
    [
        (C, A, B),
        (NEW, A, B),
        ((f"{A[0]};jsessionid=AB12", *A[1:]), B, C),
        ((f"{A[0]}?sid=77", *A[1:]), B, C),
        (A, (B[0].replace("http:", "https:"), "另一个题目2023年年度报告", B[2]), C),
    ],
    ids=["order", "pushed_out", "session", "session_in_query", "https"],
)
def test_what_is_not_off(listing: Listing, rows: tuple[Row, ...]) -> None:
    listing.visit(*rows)
    assert listing.told() == []


def test_rows_that_show_no_date_are_older_by_their_year() -> None:
    listing = Listing()
    a, b, c, new = ((url, title, None) for url, title, _ in (A, B, C, NEW))
    listing.visit(a, b, c)
    listing.visit(new, a, b)
    assert listing.told() == []
    listing.visit(new, b)
    assert [row[:2] for row in listing.told()] == [("off_listing", a[0])]
