"""When a portal is asked again: around the legal dates and its own days daily, else monthly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.season import DAILY, MONTHLY, ListedReport, is_over, next_by_cron, next_visit

NONE: list[ListedReport] = []


def at(text: str) -> datetime:
    """A moment of Asia/Shanghai, in UTC."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-01-10", "2026-01-31", "2026-02-10", "2026-03-31"])
def test_daily_around_the_legal_dates(day: str) -> None:
    last = at(f"{day} 03:00")
    visit = next_visit("p", last=last, listed=NONE)
    assert DAILY * 0.75 <= visit.due - last <= DAILY
    assert "legal date" in visit.why


@pytest.mark.parametrize("day", ["2026-04-11", "2026-07-01", "2026-11-26"])
def test_monthly_at_other_times(day: str) -> None:
    last = at(f"{day} 03:00")
    visit = next_visit("p", last=last, listed=NONE)
    assert MONTHLY * 0.75 <= visit.due - last <= MONTHLY
    assert "monthly" in visit.why


def test_the_season_is_not_slept_through() -> None:
    last = at("2025-12-28 03:00")
    visit = next_visit("p", last=last, listed=NONE)
    assert at("2026-01-10 00:00") <= visit.due < at("2026-01-11 00:00")


def test_a_season_is_over_when_as_many_reports_are_there_as_in_the_year_before() -> None:
    before = [ListedReport(2024, date(2025, 1, 20)), ListedReport(2024, date(2025, 3, 20))]
    last = at("2026-03-25 03:00")
    one = [*before, ListedReport(2025, date(2026, 1, 20))]
    assert "daily" in next_visit("p", last=last, listed=one).why
    both = [*one, ListedReport(2025, date(2026, 3, 20))]
    assert "monthly" in next_visit("p", last=last, listed=both).why
    assert is_over(2025, both)
    assert not is_over(2025, before)
    assert not is_over(2025, NONE)


def test_a_portals_own_days_are_seasons_too() -> None:
    listed = [ListedReport(2024, date(2025, 6, 20)), ListedReport(2023, date(2024, 6, 18))]
    visit = next_visit("p", last=at("2026-06-16 03:00"), listed=listed)
    assert "a day of its reports" in visit.why
    assert "monthly" in next_visit("p", last=at("2026-06-26 03:00"), listed=listed).why


def test_rows_dated_anew_make_no_season() -> None:
    listed = [ListedReport(year, date(2025, 9, 9)) for year in (2015, 2016, 2023)]
    assert "monthly" in next_visit("p", last=at("2026-09-09 03:00"), listed=listed).why


def test_a_cron_line_is_of_shanghai() -> None:
    visit = next_by_cron("0 3 * * *", last=at("2026-06-16 03:00"))
    assert visit.due == at("2026-06-17 03:00")


MOMENTS = st.integers(0, 7000 * 24 * 3600).map(lambda n: at("2015-01-01 08:00") + timedelta(0, n))
LISTED = st.lists(
    st.builds(ListedReport, st.integers(2008, 2034), st.dates(date(2008, 1, 1), date(2035, 12, 31)))
)


@given(MOMENTS, LISTED, st.text(max_size=20))
def test_never_earlier_than_daily_never_later_than_monthly(
    last: datetime, listed: list[ListedReport], portal_id: str
) -> None:
    visit = next_visit(portal_id, last=last, listed=listed)
    # a season's first day may come soon after a monthly visit
    assert timedelta(0) < visit.due - last <= MONTHLY
    assert visit.due - last >= DAILY * 0.75 or "daily" in visit.why


def test_portals_are_spread() -> None:
    last = at("2026-07-01 03:00")
    due = {next_visit(f"portal-{n}", last=last, listed=NONE).due for n in range(1000)}
    assert len(due) == 1000
    assert max(due) - min(due) > timedelta(days=7)
