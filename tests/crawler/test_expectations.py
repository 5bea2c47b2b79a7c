"""The years that a portal should have: each rule, and where it says nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.expectations import RowYears, YearsShown, missing_years, together, unmet_years
from crawler.portal import (
    Expectation,
    Listing,
    Portal,
    PortalStatus,
    YearRange,
    portal_from_toml,
)
from extract.unmet_years import YearFinding

BEFORE = datetime(2026, 3, 31, 15, tzinfo=UTC)
"""Still the legal date in Shanghai."""
AFTER = datetime(2026, 3, 31, 16, tzinfo=UTC)
"""Already the day after it there."""


def portal(years: YearRange | None = None, *gaps: int) -> Portal:
    return Portal(
        portal_id="t",
        name="某县",
        listings=(Listing(url="http://127.0.0.1/nb/"),),
        status=PortalStatus.ACTIVE,
        expect=Expectation(years=years, gaps=gaps),
    )


def shown(*rows: tuple[str, str | None]) -> YearsShown:
    seen = RowYears()
    for title, listed_on in rows:
        seen.add(title, listed_on)
    return together("http://127.0.0.1/nb/", "urn:uuid:1", [seen])


def rows(years: range, day: str = "01-20") -> list[tuple[str, str | None]]:
    return [(f"某县{year}年政府信息公开工作年度报告", f"{year + 1}-{day}") for year in years]


@pytest.mark.parametrize(
    ("years", "now", "missing"),
    [
        (YearRange(first=2022), BEFORE, [2024]),
        (YearRange(first=2022), AFTER, [2024, 2025]),
        (YearRange(first=2022, last=2023), AFTER, []),
        (YearRange(first=2022, last=2024), AFTER, [2024]),
        (YearRange(first=2022, last=2030), AFTER, [2024, 2025]),
        (YearRange(first=2027), AFTER, []),
        (None, AFTER, []),
    ],
    ids=["up to the date", "after it", "bounded", "bounded later", "future end", "future", "none"],
)
def test_expected_years(years: YearRange | None, now: datetime, missing: list[int]) -> None:
    assert missing_years(portal(years), shown(*rows(range(2022, 2024))), now=now) == missing


def test_a_gap_is_not_missed_and_is_told_once_it_is_closed() -> None:
    with_gap = portal(YearRange(first=2022), 2024)
    now = BEFORE
    assert list(unmet_years(with_gap, shown(*rows(range(2022, 2024))), now=now)) == []
    (closed,) = unmet_years(with_gap, shown(*rows(range(2022, 2025))), now=now)
    assert (closed.kind, closed.report_year) == (YearFinding.GAP_CLOSED, 2024)
    assert "expect.gaps of t.toml" in closed.finding().message


def test_the_finding_names_the_key_as_the_file_has_it() -> None:
    text = """
name = "某县"
listings = ["http://127.0.0.1/nb/"]
status = "unverified"
[expect]
years = "2024..2025"
"""
    given = portal_from_toml("t", text, "t.toml")
    messages = [one.finding().message for one in unmet_years(given, shown(), now=AFTER)]
    assert [message[:6] for message in messages] == ["2024: ", "2025: "]
    assert 'expect.years = "2024..2025" of t.toml' in messages[0]


def test_a_row_that_names_no_year_counts_for_the_year_before_its_date() -> None:
    seen = shown(*rows(range(2022, 2024)), ("政府信息公开工作年度报告", "2025-01-20"))
    assert missing_years(portal(YearRange(first=2022)), seen, now=AFTER) == [2025]


def test_a_row_of_several_years_counts_for_each() -> None:
    seen = shown(("某县2022年、2023年政府信息公开工作年度报告", None))
    assert missing_years(portal(YearRange(first=2022)), seen, now=BEFORE) == [2024]


JULY = datetime(2026, 7, 1, tzinfo=UTC)
IN_TIME = rows(range(2020, 2025))
LATE = [*rows(range(2020, 2024)), *rows(range(2024, 2025), "05-20")]
REDATED = [(title, "2025-01-20") for title, _ in IN_TIME]
UNDATED = [(title, None) for title, _ in IN_TIME]


@pytest.mark.parametrize(
    ("told", "seen", "now"),
    [
        (True, IN_TIME, JULY),
        (False, IN_TIME, AFTER),
        (False, [*IN_TIME, *rows(range(2025, 2026))], JULY),
        (False, LATE, JULY),
        (False, REDATED, JULY),
        (False, UNDATED, JULY),
        (False, [], JULY),
        (False, [*IN_TIME, ("政府信息公开工作年度报告", None)], JULY),
        (False, [*IN_TIME, ("政府信息公开工作年度报告", "2026-01-20")], JULY),
    ],
    ids=[
        *("long after", "not long after", "it is there", "was late before", "dated anew"),
        *("undated", "nothing known", "a row may be on it", "a row is by its date"),
    ],
)
def test_overdue(told: bool, seen: list[tuple[str, str | None]], now: datetime) -> None:
    found = [(one.kind, one.report_year) for one in unmet_years(portal(), shown(*seen), now=now)]
    assert found == ([(YearFinding.OVERDUE, 2025)] if told else [])


def test_what_is_expected_is_missing_and_not_overdue_as_well() -> None:
    found = list(unmet_years(portal(YearRange(first=2020)), shown(*IN_TIME), now=JULY))
    assert [(one.kind, one.report_year) for one in found] == [(YearFinding.MISSING, 2025)]
    bounded = portal(YearRange(first=2020, last=2024))
    (overdue,) = unmet_years(bounded, shown(*IN_TIME), now=JULY)
    assert overdue.kind is YearFinding.OVERDUE


def test_several_listings_of_a_portal_together() -> None:
    one, other = RowYears(), RowYears()
    one.add("某县2023年政府信息公开工作年度报告", "2024-02-01")
    other.add("某县2023年政府信息公开工作年度报告", "2024-01-10")
    other.add("某县2022年政府信息公开工作年度报告", None)
    both = together("http://127.0.0.1/nb/", "urn:uuid:1", [one, other])
    assert both.years == {2023: date(2024, 1, 10), 2022: None}
