"""What corpus.db knows of portals and of how they were looked at, gathered for the claims.

A portal answers for a body when its listings showed a report of it and the body belongs to the
portal's division; for the government of its division also when its name says that it is that
government's. Of a higher body's report on a lower portal nothing follows for its other years, nor
of a portal that names no division and collects reports of places side by side for any of them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from extract.coverage_model import ClaimedBody, Evidence
from extract.coverage_rows import VisitEnd
from extract.governments import SINCE
from extract.lateness import PortalDates
from extract.report import BodyType
from extract.sentences import say

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_NOT_A_SITE = re.compile(r"门户网站|官方网站|政务网|公众信息网|网站|网$")
_ORGAN = re.compile(r"人民政府.+|[局委厅办院署所处社会]$|公署$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A portal in one run: when its listings were visited, their records, and what came."""

    run: str
    ordered_at: str
    visited_at: str
    ended: VisitEnd
    detail: str
    evidence: tuple[Evidence, ...]

    @property
    def day(self) -> date:
        """The day in China."""
        return day_of(self.visited_at)


@dataclass(slots=True)
class Span:
    """The first and last year of a body's reports on a portal, and how many years there are."""

    first: int
    last: int
    years: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class PortalFacts:
    """A portal. ``whole`` is its last visit on which all listings were captured to their ends,
    ``last`` its last visit; ``shown_from`` the earliest year that its listings ever showed.
    ``bodies`` are those whose reports it had, ``listed`` those of which only rows tell. ``place``
    is the division that it is of: its own, or that of the body that it has most reports of.
    ``open_years`` are years that a row without a year may be of, ``is_open`` when one may be of
    any; ``doubtful_of_governments`` and ``doubtful_of_organs`` are years of rows of which it cannot
    be told whose they are, and which may be those of one of these.
    """

    portal: str
    name: str
    division: str | None
    expected_from: int | None
    expected_to: int | None
    gaps: frozenset[int]
    whole: Visit | None = None
    last: Visit | None = None
    shown_from: int | None = None
    bodies: dict[str, Span] = field(default_factory=dict)
    listed: dict[str, Span] = field(default_factory=dict)
    own_body: str | None = None
    place: str | None = None
    doubtful_of_governments: set[int] = field(default_factory=set)
    doubtful_of_organs: set[int] = field(default_factory=set)
    open_years: set[int] = field(default_factory=set)
    is_open: bool = False
    dates: PortalDates = field(default_factory=PortalDates)

    @property
    def floor(self) -> int | None:
        """The first year of which its listings can say that a report is not on them."""
        years = [year for year in (self.shown_from, self.expected_from) if year is not None]
        return min(years, default=None)

    @property
    def called(self) -> str:
        """Its name without words of a site: that of whom it is of, often."""
        return _NOT_A_SITE.sub("", self.name).strip()

    def is_off(self, ordered_at: str) -> bool:
        """Whether a row last seen then was off its listings when these were last seen to their
        ends.
        """
        return self.whole is not None and ordered_at < self.whole.ordered_at

    def is_doubtful(self, year: int, body_type: str) -> bool:
        """Whether a row of that year may be such a body's report."""
        is_government = body_type == BodyType.GOVERNMENT
        years = self.doubtful_of_governments if is_government else self.doubtful_of_organs
        return year in years

    def list_report(self, body_id: str, year: int) -> None:
        """Notes that a row is on a body's report of a year."""
        _note_year(self.listed, body_id, year)

    def showed(self, year: int) -> None:
        """Notes a year of which it had a report or a row."""
        if year >= SINCE and (self.shown_from is None or year < self.shown_from):
            self.shown_from = year


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A portal that answers for a body; ``between`` restricts it to the years it showed."""

    portal: PortalFacts
    between: tuple[int, int] | None = None


def day_of(moment: str) -> date:
    """The day in China of a moment as stored."""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date()


def load_portals(db: sqlite3.Connection) -> dict[str, PortalFacts]:
    """All portals, with their visits and what they had."""
    portals = {
        row["portal"]: PortalFacts(
            portal=row["portal"],
            name=row["name"],
            division=row["division"],
            expected_from=row["expected_from"],
            expected_to=row["expected_to"],
            gaps=frozenset(json.loads(row["expected_gaps"])),
        )
        for row in db.execute("SELECT * FROM portals ORDER BY portal")
    }
    runs = dict(db.execute("SELECT portal, run FROM portals"))
    for portal_id, portal in portals.items():
        portal.last = _visit(db, portal_id, runs[portal_id])
        if portal.last is None or not portal.last.evidence:  # left alone: what came before tells
            told = db.execute(LAST_TOLD, [portal_id]).fetchone()
            portal.last = _visit(db, portal_id, told[0]) if told else portal.last
        whole = db.execute(LAST_WHOLE, [portal_id]).fetchone()
        portal.whole = _visit(db, portal_id, whole[0]) if whole else None
    for portal_id, body_id, year, published_on in db.execute(READINGS):
        if (followed := portals.get(portal_id)) is not None:
            _note_reading(followed, body_id, year, published_on)
    return portals


def _note_reading(portal: PortalFacts, body_id: str, year: int, published_on: str | None) -> None:
    portal.showed(year)
    _note_year(portal.bodies, body_id, year)
    if published_on is not None:
        portal.dates.days.add((date.fromisoformat(published_on), year))


def _note_year(spans: dict[str, Span], body_id: str, year: int) -> None:
    span = spans.get(body_id)
    if span is None:
        span = spans[body_id] = Span(year, year)
    span.first, span.last = min(span.first, year), max(span.last, year)
    span.years.add(year)


WORST = (
    *(VisitEnd.BLOCKED, VisitEnd.UNREACHABLE, VisitEnd.CHANGED, VisitEnd.MISSING),
    *(VisitEnd.UNREAD, VisitEnd.SHORT, VisitEnd.LEFT, VisitEnd.WHOLE),
)
"""What is told of a portal some of whose listings ended so."""


def _visit(db: sqlite3.Connection, portal: str, run: str) -> Visit | None:
    rows = db.execute(VISITS, [portal, run]).fetchall()
    if not rows:
        return None
    worst = min(rows, key=lambda row: WORST.index(VisitEnd(row["ended"])))
    told = rows if worst["ended"] == VisitEnd.WHOLE else [worst]
    return Visit(
        run=run,
        ordered_at=min(row["ordered_at"] for row in rows),
        visited_at=worst["visited_at"],
        ended=VisitEnd(worst["ended"]),
        detail=worst["detail"] or "",
        evidence=tuple(one for row in told for one in visit_evidence(row)),
    )


def visit_evidence(row: sqlite3.Row) -> Iterator[Evidence]:
    """The records of a visit's first and last page, or of what came in their place."""
    ended, at = VisitEnd(row["ended"]), row["visited_at"]
    if row["first_record"] is not None:
        what = say(_WHAT.get(ended, "first_page"))
        yield Evidence(
            record_id=row["first_record"], url=row["first_url"], captured_at=at, what=what
        )
    if row["last_record"] not in (None, row["first_record"]):
        what = say("last_page" if ended is VisitEnd.WHOLE else "last_page_read")
        yield Evidence(
            record_id=row["last_record"], url=row["last_url"], captured_at=None, what=what
        )


_WHAT = {
    VisitEnd.BLOCKED: "served_instead",
    VisitEnd.UNREACHABLE: "request_for_listing",
    VisitEnd.MISSING: "answer_of_listing",
    VisitEnd.UNREAD: "answer_of_listing",
}


def ties_of(
    portals: dict[str, PortalFacts], known: Mapping[str, ClaimedBody]
) -> dict[str, list[Tie]]:
    """By body the portals that answer for it by what was read; sets each portal's own body and
    place.
    """
    ties: dict[str, list[Tie]] = {}
    for portal in portals.values():
        ranked = sorted(portal.bodies, key=lambda one: (-len(portal.bodies[one].years), one))
        most = _most(portal, ranked, known)
        division = portal.division or (known[most].division_today if most is not None else None)
        government = f"gov:{division}" if division else ""
        speaks = government in known and (
            government in portal.bodies or _is_of(portal, known[government].name)
        )
        portal.own_body, portal.place = government if speaks else most, division
        wanted = dict.fromkeys([*ranked, *([government] if speaks else [])])
        for body_id in wanted:
            if (tie := _tie(portal, known[body_id], portal.bodies.get(body_id))) is not None:
                ties.setdefault(body_id, []).append(tie)
    return ties


def add_listed_ties(
    ties: dict[str, list[Tie]],
    portals: dict[str, PortalFacts],
    known: Mapping[str, ClaimedBody],
) -> None:
    """Adds the portals that answer for a body by rows alone that nothing was read from."""
    for portal in portals.values():
        for body_id, span in portal.listed.items():
            tied = ties.get(body_id, [])
            if any(one.portal is portal for one in tied):
                continue
            if (tie := _tie(portal, known[body_id], span)) is not None:
                ties.setdefault(body_id, []).append(tie)


def _most(portal: PortalFacts, ranked: list[str], known: Mapping[str, ClaimedBody]) -> str | None:
    """The body of which a portal has clearly the most years; None of a portal that names no
    division and has reports of places side by side: a collection answers for none of them.
    """
    if not ranked:
        return None
    most, *others = ranked
    if others and len(portal.bodies[others[0]].years) == len(portal.bodies[most].years):
        return None
    places = [known[one].division_today for one in ranked]
    if portal.division is None and not all(_is_near(places[0], one) for one in places[1:]):
        return None
    return most


def _is_near(division: str | None, other: str | None) -> bool:
    """Whether one of two divisions lies in the other."""
    if division is None or other is None:
        return False
    return other.startswith(significant(division)) or division.startswith(significant(other))


def _tie(portal: PortalFacts, body: ClaimedBody, span: Span | None) -> Tie | None:
    own, place = body.division_today, portal.place
    if body.body_id == portal.own_body:
        return Tie(portal=portal)
    if span is None or own is None or place is None or not own.startswith(significant(place)):
        return None  # of a higher body, or of nobody knows where
    foreign = body.body_type == BodyType.GOVERNMENT and own != place
    return Tie(portal=portal, between=(span.first, span.last) if foreign else None)


def significant(division: str) -> str:
    """The beginning that all codes within a division share; "" for the whole country."""
    if division == "100000":
        return ""
    return division[:2] if division[2:] == "0000" else division[: 4 if division[4:] == "00" else 6]


def _is_of(portal: PortalFacts, government: str) -> bool:
    """Whether a portal's name says that it is a government's own."""
    base = portal.called
    area = government.removesuffix("人民政府").removesuffix("行政公署")
    named = government in base or base in (area, f"{area}政府") or base.endswith(government)
    return named and not _ORGAN.search(base)


LAST_WHOLE = """
SELECT run FROM listing_visits WHERE portal = ? AND is_whole = 1
ORDER BY ordered_at DESC, run DESC LIMIT 1
"""

LAST_TOLD = """
SELECT run FROM listing_visits WHERE portal = ? AND first_record IS NOT NULL
ORDER BY ordered_at DESC, run DESC LIMIT 1
"""

VISITS = """
SELECT ordered_at, visited_at, ended, detail, first_record, first_url, last_record, last_url
FROM listing_visits WHERE portal = ? AND run = ? ORDER BY listing
"""

READINGS = """
SELECT d.portal, r.body_id, r.report_year, r.published_on
FROM report_documents r JOIN documents d USING (record_id)
"""
