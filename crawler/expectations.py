"""The years that a portal should have: its file's ``[expect]``, and its own history.

Judged from what all listings of a portal showed in a run that saw them to their end, by the date of
the run: live and derived again it is given the same, so it says the same. Years on which a report
was read all the same are taken out by ``extract.unmet_years``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from archive.capture import CaptureContext
from archive.index import Run
from crawler.portal import Portal
from crawler.portal_values import SHANGHAI
from crawler.season import AFTER
from extract import lateness
from extract.dates import years_in
from extract.report import BodyType
from extract.rows import Columns, finding_row
from extract.sentences import say
from extract.unmet_years import UnmetYear, YearFinding

LONG_AFTER = timedelta(days=60)
"""After the legal date. Of portals that publish at all, few do so more than a month late."""

YEARS_IN_TIME = 2
"""Years before it whose reports were listed in time: one may have been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearsShown:
    """What a portal's listings showed in a run, all of them seen to their end: the years that rows
    titled like reports name, each with the first date such a row bears (None where none does), and
    the dates of rows that name no year. ``unplaced`` counts those without a date too. ``listing``
    and ``record_id`` are of the first listing of the portal's file.
    """

    listing: str
    record_id: str
    years: Mapping[int, date | None]
    dates: frozenset[date] = frozenset()
    unplaced: int = 0

    def covers(self, year: int) -> bool:
        """Whether a row is, or by its date may be, on a year."""
        return year in self.years or any(day.year == year + 1 for day in self.dates)


@dataclass(slots=True)
class RowYears:
    """The years of a listing's rows that are titled like reports, as ``YearsShown`` has them."""

    years: dict[int, date | None] = field(default_factory=dict)
    dates: set[date] = field(default_factory=set)
    unplaced: int = 0

    def add(self, title: str, listed_on: str | None) -> None:
        """Takes in a row."""
        day = date.fromisoformat(listed_on) if listed_on else None
        named = years_in(title)
        for year in named:
            self.years[year] = _earlier(self.years.get(year), day)
        if not named and day is not None:
            self.dates.add(day)
        self.unplaced += not named and day is None


def together(listing: str, record_id: str, seen: Sequence[RowYears]) -> YearsShown:
    """What several listings of a portal showed."""
    years: dict[int, date | None] = {}
    for one in seen:
        for year, day in one.years.items():
            years[year] = _earlier(years.get(year), day)
    return YearsShown(
        listing=listing,
        record_id=record_id,
        years=years,
        dates=frozenset(day for one in seen for day in one.dates),
        unplaced=sum(one.unplaced for one in seen),
    )


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


def legal_date(report_year: int) -> date:
    """Until when all reports on a year are to be out: that of the area's report, the last."""
    return lateness.legal_date(report_year, BodyType.GOVERNMENT, None).day


def unmet_years(portal: Portal, shown: YearsShown, *, now: datetime) -> Iterator[UnmetYear]:
    """What is to be said of the years of a portal at a moment."""
    today = now.astimezone(SHANGHAI).date()
    expected = portal.expect.years
    last = lateness.last_due(today, BodyType.GOVERNMENT, None)
    file = f"{portal.portal_id}.toml"
    if expected is not None:
        for year in range(expected.first, min(expected.last or last, last) + 1):
            if year not in portal.expect.gaps and not shown.covers(year):
                why = say("expected_year_missing", expected=expected, file=file)
                yield _unmet(YearFinding.MISSING, year, why)
    for year in portal.expect.gaps:
        if year in shown.years:
            yield _unmet(YearFinding.GAP_CLOSED, year, say("expected_gap_closed", file=file))
    if expected is None or not expected.covers(last):
        yield from _overdue(portal, shown, last, today=today)


def _overdue(portal: Portal, shown: YearsShown, year: int, *, today: date) -> Iterator[UnmetYear]:
    """No report on the past year long after its legal date, while those before it came in time."""
    if today <= legal_date(year) + LONG_AFTER or shown.covers(year) or shown.unplaced:
        return
    before = {past: shown.years.get(past) for past in range(year - YEARS_IN_TIME, year)}
    in_time = {
        past: day
        for past, day in before.items()
        if day is not None and day.year == past + 1 and day <= legal_date(past) + AFTER
    }
    if len(in_time) == YEARS_IN_TIME:
        listed = ", ".join(f"{past} by {day}" for past, day in in_time.items())
        why = say("report_overdue", legal_date=legal_date(year), listed=listed)
        yield _unmet(YearFinding.OVERDUE, year, why)


def _unmet(kind: YearFinding, year: int, why: str) -> UnmetYear:
    return UnmetYear(kind=kind, report_year=year, why=why)


def missing_years(portal: Portal, shown: YearsShown, *, now: datetime) -> list[int]:
    """The expected years of which no row is."""
    unmet = unmet_years(portal, shown, now=now)
    return [one.report_year for one in unmet if one.kind is YearFinding.MISSING]


def year_rows(run: Run, portal: Portal, shown: YearsShown) -> list[Columns]:
    """What a run says of a portal's years, as stored."""
    context = CaptureContext(run_id=run.start.run_id, portal_id=portal.portal_id)
    return [
        finding_row(one.finding(), url=shown.listing, record_id=shown.record_id, context=context)
        for one in unmet_years(portal, shown, now=run.start.started_at)
    ]
