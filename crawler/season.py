"""When a portal's listings are asked again: a pure rule, of which state.db keeps the result.

Reports come out around the legal dates, and each portal has days of its own on which it publishes:
around both it is asked daily, at other times monthly. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cronsim import CronSim

from crawler.portal_values import SHANGHAI

LEGAL_DATES = ((1, 31), (3, 31))
"""Regulation of 2019, article 49: departments by 31 January, the area's report by 31 March (also
article 31 of the regulation of 2007, for reports up to 2018)."""

BEFORE, AFTER = timedelta(days=21), timedelta(days=10)
"""Around a legal date: most reports of the real portals looked at came in the three weeks before,
some a few days late."""

AROUND = timedelta(days=5)
"""Around a day on which the portal published in one of the last YEARS_REMEMBERED years."""
YEARS_REMEMBERED = 3

DAILY, MONTHLY = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A row of a listing that is titled like a report: the year in its title, and its date."""

    report_year: int
    listed_on: date


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both included, on which a portal is asked daily, and why."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class NextVisit:
    """When a portal is asked again, UTC, and why then."""

    due: datetime
    why: str


def next_visit(portal_id: str, *, last: datetime, listed: Sequence[ListedReport]) -> NextVisit:
    """The visit after that of ``last``; ``listed`` are the reports that its listings show.

    A season is over once the listings show as many reports on the year before as on the one
    before that. Portals have places of their own in a day and in an interval, by the digest of
    their id: they are never all due at once. An interval is never longer than said, so a daily
    timer visits daily.
    """
    share = _share(portal_id)
    later = last + MONTHLY * (0.75 + 0.25 * share)
    today = last.astimezone(SHANGHAI).date()
    for window in _windows(today, listed):
        if window.last < today or is_over(window.first.year - 1, listed):
            continue
        if window.first <= today:
            return NextVisit(last + DAILY * (0.75 + 0.25 * share), f"daily {window.why}")
        opens = datetime.combine(window.first, datetime.min.time(), SHANGHAI).astimezone(UTC)
        if opens + DAILY * share < later:
            return NextVisit(opens + DAILY * share, f"daily {window.why}")
        break
    return NextVisit(later, "monthly out of season")


def next_by_cron(line: str, *, last: datetime) -> NextVisit:
    """The first moment of a cron line, in Asia/Shanghai, after ``last``."""
    due = next(CronSim(line, last.astimezone(SHANGHAI)))
    return NextVisit(due.astimezone(UTC), f'schedule "{line}"')


def is_over(report_year: int, listed: Sequence[ListedReport]) -> bool:
    """Whether all reports on a year seem to be there, judged by those on the year before."""
    years = [one.report_year for one in listed]
    return years.count(report_year) >= max(1, years.count(report_year - 1))


def _windows(today: date, listed: Sequence[ListedReport]) -> list[Window]:
    """Of this year and the next, by their first day."""
    years = (today.year, today.year + 1)
    found = [window for year in years for window in (*_legal(year), *_own(year, today, listed))]
    return sorted(found, key=lambda window: (window.first, window.last))


def _legal(year: int) -> Iterator[Window]:
    for month, day in LEGAL_DATES:
        legal = date(year, month, day)
        yield Window(legal - BEFORE, legal + AFTER, f"around the legal date {legal}")


def _own(year: int, today: date, listed: Sequence[ListedReport]) -> Iterator[Window]:
    """Around the days of former years; a row dated in no year after its report's was dated anew."""
    for one in listed:
        day = one.listed_on
        if day.year == one.report_year + 1 and today.year - YEARS_REMEMBERED <= day.year < year:
            again = date(year, day.month, min(day.day, 28))
            yield Window(again - AROUND, again + AROUND, f"around {day}, a day of its reports")


def _share(portal_id: str) -> float:
    """In [0, 1), by the digest of the id."""
    return int.from_bytes(hashlib.sha256(portal_id.encode()).digest()[:8], "big") / 2**64
