"""Whether a report was published late: against the law of its year alone, and with great care.

The regulation of 2007, article 31: every administrative organ by 31 March (reports up to 2018).
That of 2019, article 49: departments of governments from the county up by 31 January, the area's
report by its competent office by 31 March. It names no date for townships, subdistricts, zones and
institutions, so none of them is called late since.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from extract.coverage_model import Lateness
from extract.report import AdminLevel, BodyType
from extract.sentences import say

LAST_OF_2007 = 2018
"""The last reporting year of the regulation of 2007."""

ARTICLE_31 = say("article_31")
ARTICLE_49_AREA = say("article_49_area")
ARTICLE_49_ORGAN = say("article_49_organ")

DEPARTMENTS = frozenset({BodyType.DEPARTMENT, BodyType.OFFICE})

EARLIEST = "01-31"
"""Month and day of the earliest legal date of any year."""

TOGETHER = timedelta(days=15)
BULK_YEARS = 3
"""Reports of so many reporting years dated within TOGETHER of a day: the portal was moved, and what
its pages show is the day of the move."""


@dataclass(frozen=True, slots=True)
class LegalDate:
    """Until when a report had to be out, and the law that says so; no article names none."""

    day: date
    article: str | None


@cache
def legal_date(report_year: int, body_type: str, admin_level: str | None) -> LegalDate:
    """The legal date of a body's report. Where no article names one, 31 March, without article."""
    if report_year <= LAST_OF_2007:
        return LegalDate(date(report_year + 1, 3, 31), ARTICLE_31)
    if body_type in DEPARTMENTS:
        return LegalDate(date(report_year + 1, 1, 31), ARTICLE_49_ORGAN)
    is_area = body_type == BodyType.GOVERNMENT and admin_level != AdminLevel.TOWNSHIP
    return LegalDate(date(report_year + 1, 3, 31), ARTICLE_49_AREA if is_area else None)


def last_due(today: date, body_type: str, admin_level: str | None) -> int:
    """The last reporting year whose legal date has passed."""
    year = today.year - 1
    return year if today > legal_date(year, body_type, admin_level).day else year - 1


@dataclass(slots=True)
class PortalDates:
    """The days on which a portal's reports are dated, each with the reporting year."""

    days: set[tuple[date, int]] = field(default_factory=set)
    _sorted: list[tuple[date, int]] = field(default_factory=list)
    _around: dict[date, int] = field(default_factory=dict)

    def years_around(self, day: date) -> int:
        """On how many reporting years reports are dated within TOGETHER of a day; asked once all
        days are in.
        """
        if day not in self._around:
            self._sorted = self._sorted or sorted(self.days)
            self._around[day] = self._count(day)
        return self._around[day]

    def _count(self, day: date) -> int:
        years: set[int] = set()
        for other, year in self._sorted[bisect_left(self._sorted, (day - TOGETHER, 0)) :]:
            if other > day + TOGETHER:
                break
            years.add(year)
        return len(years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What is known of a report's publication: ``seen_in`` where its date stands, ``listed_on``
    the date in its row, ``first_seen`` the day on which its row was first captured;
    ``conflicts`` where its page gives several dates.
    """

    published_on: date
    seen_in: str
    listed_on: date | None = None
    first_seen: date | None = None
    conflicts: bool = False


def judge(legal: LegalDate, dated: Dated, dates: PortalDates) -> Lateness | str | None:
    """The lateness of a report; in words why one dated after its legal date is not called late;
    None for one that is not.
    """
    if dated.published_on <= legal.day:
        return None
    why_not = _why_not(legal, dated, dates)
    if why_not is not None or legal.article is None:
        return why_not or say("no_article_names_date")
    return Lateness(
        legal_date=legal.day,
        article=legal.article,
        published_on=dated.published_on,
        date_seen_in=dated.seen_in,
        days=(dated.published_on - legal.day).days,
    )


def _why_not(legal: LegalDate, dated: Dated, dates: PortalDates) -> str | None:
    if dated.seen_in != "listing" and not dated.seen_in.startswith("label "):
        return say("date_not_shown", seen_in=dated.seen_in)
    if dated.conflicts:
        return say("several_dates")
    if dated.listed_on is not None and dated.listed_on <= legal.day:
        return say("row_dated", day=dated.listed_on)
    if dated.first_seen is not None and dated.first_seen < dated.published_on:
        return say("row_seen_before", day=dated.first_seen)
    years = dates.years_around(dated.published_on)
    if years >= BULK_YEARS:
        return say("bulk_dates", count=years)
    return None
