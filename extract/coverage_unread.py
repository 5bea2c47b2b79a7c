"""Rows on reports that no document was read as: whose they are, and what became of each.

Their bodies are told by what the same words in titles of the portal led to where they were read,
else by the rules of reading. A row whose body these leave open is counted, and where it may be a
body's report of a year, nothing is said of that year.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from extract.body_clues import name_behind_title, name_in_title
from extract.coverage_entries import (
    GONE_STATUSES,
    answer_of,
    failure_of,
    find_entry,
    first_without,
    is_redesign,
    last_listed,
)
from extract.coverage_facts import PortalFacts, day_of, visit_evidence
from extract.coverage_model import ClaimedBody, CoverageState, Said, UntoldRows
from extract.known_bodies import KnownBodies
from extract.listed_bodies import RowClues, Untold, body_of_row, uncertain_among
from extract.report import Body, BodyType
from extract.script import simplified
from extract.sentences import say

_BLOCKED = frozenset({"blocked"})
_UNREACHED = frozenset({"failed", "redirect_loop", "redirect_nowhere", "truncated"})
_AWAY = frozenset({"redirected_to_home", "redirected_to_parent"})
_UNASKED = frozenset({"no_capture", "not_asked"})

_ORDER = (
    *(CoverageState.LISTED_UNREADABLE, CoverageState.BLOCKED, CoverageState.UNREACHABLE),
    *(CoverageState.NOT_LOOKED, CoverageState.REMOVED),
)
"""Of several rows on a year that which says most of a report that stands."""

SEVERAL = ""
"""In place of a body: the same words in titles led to several."""


@dataclass(slots=True)
class UnreadRows:
    """The rows of all portals by body and year, each by portal and address. ``bodies`` are those
    that only rows name, by id; ``untold`` what rows are of no body that could be told, by portal.
    """

    rows: dict[str, dict[int, list[tuple[PortalFacts, str]]]] = field(default_factory=dict)
    bodies: dict[str, ClaimedBody] = field(default_factory=dict)
    untold: list[UntoldRows] = field(default_factory=list)

    def years_of(self, body_id: str) -> list[int]:
        """The years on which there are rows of a body."""
        return sorted(self.rows.get(body_id, ()))

    def said(self, db: sqlite3.Connection, body_id: str, year: int) -> Said | None:
        """What the rows on a body's year say; None when there never was one."""
        places = self.rows.get(body_id, {}).get(year)
        if not places:
            return None
        said = [_said(db, portal, find_entry(db, portal.portal, url)) for portal, url in places]
        return min(said, key=lambda one: (_ORDER.index(one.state), not one.evidence))


class UnreadOfPortal:
    """The unread rows of one portal, gathered until all are known."""

    def __init__(self, db: sqlite3.Connection, portal: PortalFacts, known: KnownBodies) -> None:
        self._db = db
        self._portal = portal
        self._known = known
        self._rows: dict[str, list[tuple[int, str, bool]]] = {}
        self._bodies: dict[str, Body] = {}
        self._untold: UntoldRows | None = None

    def add(self, row: sqlite3.Row, *, is_off: bool) -> None:
        """Takes in a row; ``is_off``: it is not on the listing any more."""
        year, url = row["report_year"], row["url"]
        if year is None:
            if not is_off:
                _leave_open(self._portal, row["listed_on"])
            return
        told = self._tell(url, simplified(row["title"]), year)
        if isinstance(told, Untold):
            self._leave(told, url, row["title"], year, is_off=is_off)
            return
        body_id = told if isinstance(told, str) else told.body_id
        if isinstance(told, Body):
            self._bodies[body_id] = told
        self._rows.setdefault(body_id, []).append((year, url, is_off))

    def settle(self, unread: UnreadRows) -> None:
        """Hands on the rows, but for those of bodies that may be others under another name."""
        new = self._bodies.keys() - self._portal.bodies.keys()
        doubtful = uncertain_among(sorted(new), self._portal.bodies)
        for body_id, rows in self._rows.items():
            for year, url, is_off in rows:
                if (other := doubtful.get(body_id)) is not None:
                    why = Untold(why=f"{body_id} may be {other}", is_organ=not _is_office(body_id))
                    title = find_entry(self._db, self._portal.portal, url)["title"]
                    self._leave(why, url, title, year, is_off=is_off)
                else:
                    self._portal.list_report(body_id, year)
                    unread.rows.setdefault(body_id, {}).setdefault(year, []).append(
                        (self._portal, url)
                    )
                if not is_off and body_id in new and _is_office(body_id):
                    self._portal.doubtful_of_governments.add(year)
            if body_id in new and body_id not in doubtful:
                unread.bodies[body_id] = ClaimedBody.of(self._bodies[body_id])
        if self._untold is not None:
            unread.untold.append(self._untold)

    def _tell(self, url: str, title: str, year: int) -> str | Body | Untold:
        front, behind = name_in_title(title), name_behind_title(title)
        if not front and not behind:
            return self._tell_own(url, title, year)
        name = "" if front and behind else front or behind
        learned = self._learned.get(name)
        if learned == SEVERAL:
            return Untold(why=f"titles that name {name} led to reports of several bodies")
        if (named := learned or self._names.get(name)) is not None:
            return named
        told = self._by_rule(url, title, year)
        if isinstance(told, Untold):
            return body_called(name, self._names) or told
        return told

    def _tell_own(self, url: str, title: str, year: int) -> str | Body | Untold:
        """The body of a row whose title names none: the portal's own."""
        if self._portal.own_body is not None:
            return self._portal.own_body
        if self._portal.bodies:
            return Untold(why="its title names no body, and the portal has reports of several")
        told = self._by_rule(url, title, year)
        if isinstance(told, Body):
            self._portal.own_body = told.body_id
        return told

    def _by_rule(self, url: str, title: str, year: int) -> Body | Untold:
        return body_of_row(
            RowClues(
                url=url,
                title=title,
                year=year,
                site=self._portal.called,
                division=self._portal.division,
            ),
            self._known,
        )

    def _leave(self, told: Untold, url: str, title: str, year: int, *, is_off: bool) -> None:
        """A row whose body is not told: counted, and its year doubtful while it stands."""
        before = self._untold
        self._untold = UntoldRows(
            portal=self._portal.portal,
            rows=before.rows + 1 if before else 1,
            url=before.url if before else url,
            title=before.title if before else title,
            why=before.why if before else told.why,
        )
        if not is_off:
            self._portal.doubtful_of_organs.add(year)
            if not told.is_organ:
                self._portal.doubtful_of_governments.add(year)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names by which titles may call a body that is known here, each with its id."""
        own = [self._portal.own_body] if self._portal.own_body else []
        names: dict[str, str] = {}
        for body_id in dict.fromkeys([*own, *self._portal.bodies]):
            for (name,) in self._db.execute(NAMES, [body_id, body_id]):
                names.setdefault(name, body_id)
                if body_id.startswith("gov:"):
                    area = name.removesuffix("人民政府").removesuffix("行政公署")
                    names.setdefault(area, body_id)
                    names.setdefault(f"{area}政府", body_id)
        return names

    @cached_property
    def _learned(self) -> dict[str, str]:
        """What titles call bodies, each with the id that all reports behind such titles have."""
        learned: dict[str, str] = {}
        for title, body_id in self._db.execute(READ_TITLES, [self._portal.portal]):
            plain = simplified(title)
            front, behind = name_in_title(plain), name_behind_title(plain)
            name = "" if front and behind else front or behind
            if name and learned.setdefault(name, body_id) != body_id:
                learned[name] = SEVERAL
        return learned


def _is_office(body_id: str) -> bool:
    """Whether it is the office of a government, which often signs for the area."""
    return body_id.startswith(f"{BodyType.OFFICE.value}:")


def _leave_open(portal: PortalFacts, listed_on: str | None) -> None:
    """A row without a year may be the report of the year before its date, or of any."""
    if listed_on is None:
        portal.is_open = True
    else:
        portal.open_years.add(date.fromisoformat(listed_on).year - 1)


def _said(db: sqlite3.Connection, portal: PortalFacts, row: sqlite3.Row) -> Said:
    """What a row says, where it stands and where it is off the listing."""
    state, reason = _unread_state(row)
    if portal.is_off(row["ordered_at"]):
        visit = first_without(db, row)
        if visit is not None and _is_removed(db, row, visit):
            day, last = day_of(visit["visited_at"]), day_of(row["last_seen"])
            return Said(
                state=CoverageState.REMOVED,
                reason=say("listed_until", last_day=last, day=day),
                evidence=(*last_listed(row), *visit_evidence(visit)),
            )
    evidence = (*last_listed(row), *answer_of(row, say("answer_of_row")))
    return Said(state=state, reason=reason, evidence=(*evidence, *failure_of(db, row)))


def _is_removed(db: sqlite3.Connection, row: sqlite3.Row, visit: sqlite3.Row) -> bool:
    """Whether a row was taken off, neither with a redesign nor off the end of a window."""
    first = visit["first_year"]
    return first is not None and row["report_year"] >= first and not is_redesign(db, row, visit)


def _unread_state(row: sqlite3.Row) -> tuple[CoverageState, str]:
    """What became of a row that still stands, or did when it was last seen."""
    outcome = row["real_outcome"] or row["outcome"] or "no_capture"
    status = row["status"]
    if outcome in _BLOCKED:
        return CoverageState.BLOCKED, say("listed_blocked")
    if row["detail"] is not None and row["detail"].startswith("robots"):
        return CoverageState.BLOCKED, say("listed_robots")
    if outcome in _UNREACHED or (status is not None and status >= 500):
        return CoverageState.UNREACHABLE, say("listed_unreached")
    if outcome in _UNASKED:
        return CoverageState.NOT_LOOKED, say("listed_unasked")
    if status in GONE_STATUSES or outcome in (*_AWAY, "soft_404"):
        return CoverageState.LISTED_UNREADABLE, say("listed_nowhere")
    return CoverageState.LISTED_UNREADABLE, say("listed_unreadable", outcome=outcome)


def body_called(name: str, names: dict[str, str]) -> str | None:
    """The body that one of these names is a longer or shorter form of; None for one that is not
    known.
    """
    if name in names:
        return names[name]
    longer = [one for one in names if len(one) > 2 and _is_end(one, name)]
    return names[max(longer, key=len)] if longer else None


def _is_end(name: str, subject: str) -> bool:
    """Whether one ends with the other: 城市管理局 and 某市城市管理局; no area's name alone."""
    if name.endswith("政府") or not name.endswith(("市", "县", "区", "旗", "省", "州", "盟")):
        return subject.endswith(name) or (len(subject) > 2 and name.endswith(subject))
    return False


READ_TITLES = """
SELECT DISTINCT e.title, r.body_id FROM listing_entries e
JOIN documents d ON d.entry_url = e.url JOIN report_documents r ON r.record_id = d.record_id
WHERE e.portal = ? AND e.looks_like_report = 1
"""

NAMES = """
SELECT name FROM bodies WHERE body_id = ? UNION SELECT name FROM body_names WHERE body_id = ?
"""
