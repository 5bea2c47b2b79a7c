"""What coverage says: of a body and a year one claim, with the records that bear it out."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from extract.report import Body


class CoverageState(StrEnum):
    """What became of a body's report on a year.

    FOUND: it is in the corpus. NOT_LISTED: a listing was captured to its end after the legal date
    and the report was not on it. REMOVED: it was there and is gone. These three are the body's
    doing; the others say what this archive could not see: LISTED_UNREADABLE, its row leads to
    nothing that could be read; BLOCKED, something was served in its place; UNREACHABLE, no answer;
    NOT_LOOKED, no listing that could show it was captured to its end.
    """

    FOUND = "found"
    NOT_LISTED = "not_listed"
    REMOVED = "removed"
    LISTED_UNREADABLE = "listed_unreadable"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    NOT_LOOKED = "not_looked"


OF_THE_BODY = frozenset({CoverageState.FOUND, CoverageState.NOT_LISTED, CoverageState.REMOVED})
"""The states that say what the body did; the others must not be worded so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A record of the archive that bears a claim out: `nianbao capture RECORD-ID` opens it.

    ``captured_at`` is UTC, ISO 8601, None where only the archive knows it; ``what`` says in a few
    words what the record is.
    """

    record_id: str
    url: str
    captured_at: str | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What rows or visits say of a year without a report; ``reason`` is one plain sentence."""

    state: CoverageState
    reason: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldRows:
    """How many rows of a portal's listings are on reports of which it cannot be told for certain
    whose they are, so that nothing is claimed by them; one of them, and why.
    """

    portal: str
    rows: int
    url: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedBody:
    """A body of which something is claimed, by its report or by a listing's row alone. Years are
    None while it stands.
    """

    body_id: str
    name: str
    body_type: str
    admin_level: str | None
    division_today: str | None
    valid_from: int | None = None
    valid_to: int | None = None
    other_names: tuple[str, ...] = ()

    @classmethod
    def of_row(cls, row: sqlite3.Row) -> ClaimedBody:
        """From table ``bodies``."""
        return cls(
            body_id=row["body_id"],
            name=row["name"],
            body_type=row["body_type"],
            admin_level=row["admin_level"],
            division_today=row["division_today"],
            valid_from=int(row["valid_from"]) if row["valid_from"] else None,
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
        )

    @classmethod
    def of(cls, body: Body) -> ClaimedBody:
        """As resolved."""
        return cls(
            body_id=body.body_id,
            name=body.name,
            body_type=body.body_type.value,
            admin_level=body.admin_level.value if body.admin_level else None,
            division_today=body.division_today,
            valid_from=body.valid_from,
            valid_to=body.valid_to,
            other_names=body.other_names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A report that was published after its legal date, by a date that a reader of the page sees.

    ``article`` cites the law of the report's year; ``date_seen_in`` says where the date stands
    ("label 发布日期", "listing"); ``days`` counts from the legal date.
    """

    legal_date: date
    article: str
    published_on: date
    date_seen_in: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is claimed of a body and a year.

    ``division`` is the six-digit code that holds, None where none is known; ``admin_level`` None
    where the body has none. ``report_ids`` are the reports that the corpus holds, also of one
    that was removed. ``reason`` is one plain sentence; ``late`` None unless lateness is claimed.
    ``known_gap`` says that a portal file names the year as one known to be missing; ``is_covered``
    is False of a body of which no portal says anything.
    """

    body_id: str
    body_name: str
    body_type: str
    admin_level: str | None
    division: str | None
    report_year: int
    state: CoverageState
    report_ids: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: str
    late: Lateness | None = None
    known_gap: bool = False
    is_covered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChoice:
    """Which claims: each kind that is given applies, by any of its values; nothing given: all.

    ``bodies`` are ids or names, ``divisions`` beginnings of codes ("44" a province), ``levels``
    values of AdminLevel. Bodies of which no portal says anything are left out unless ``every``.
    """

    bodies: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    states: tuple[CoverageState, ...] = ()
    every: bool = False
