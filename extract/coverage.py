"""Coverage: of each body and year what the archive can say of its report, with the records.

A claim is made from corpus.db alone. Expected of a government is each year since 2008 in which it
stood; of another body the years from its first report on a portal that answers for it, which may
be merged, ended or renamed in bodies.csv; in each case the years whose legal date has passed.

That a report is not listed is claimed only where all portals that answer for the body were
captured to the ends of their listings after the legal date of the year, and their listings go
back to it: a listing that shows the newest years says nothing of those before the earliest year
that it ever showed (``expect.years`` of the portal file may say that it goes further back).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby

from extract.coverage_facts import SHANGHAI, Tie, load_portals, ties_of
from extract.coverage_found import FOUND, FoundReports
from extract.coverage_gaps import gap
from extract.coverage_listed import load_listed
from extract.coverage_model import (
    OF_THE_BODY,
    Claim,
    CoverageChoice,
    CoverageState,
    Evidence,
    Lateness,
)
from extract.errors import ExtractError
from extract.governments import SINCE
from extract.lateness import last_due

__all__ = [
    "OF_THE_BODY",
    "Claim",
    "CoverageChoice",
    "CoverageState",
    "Evidence",
    "Lateness",
    "iter_claims",
]

ALL = CoverageChoice()


def show_all(_: str) -> bool:
    """Hides no report."""
    return False


def iter_claims(
    db: sqlite3.Connection,
    *,
    choice: CoverageChoice = ALL,
    today: date | None = None,
    hides: Callable[[str], bool] = show_all,
) -> Iterator[Claim]:
    """Claims in order of body and year; ``db`` is of ``open_corpus_to_read``. ``today`` decides
    which years are due; by default the day in Asia/Shanghai. Of reports that ``hides`` is true of
    nothing is said: where a year has no other, there is no claim. Raises ExtractError for a corpus
    without visits of listings.
    """
    _need_visits(db)
    day = today or datetime.now(UTC).astimezone(SHANGHAI).date()
    portals = load_portals(db)
    ties = ties_of(portals, db)
    listed = load_listed(db, portals)
    reports = FoundReports(db, portals, listed)
    unread: dict[str, set[int]] = {}
    for body_id, year in listed.unread:
        unread.setdefault(body_id, set()).add(year)
    named = _ids_of(db, choice.bodies)
    found = groupby(db.execute(FOUND), key=lambda row: str(row["body_id"]))
    ahead = next(found, None)
    for body in db.execute(BODIES):
        body_id = body["body_id"]
        rows: dict[int, list[sqlite3.Row]] = {}
        if ahead is not None and ahead[0] == body_id:
            for row in ahead[1]:
                rows.setdefault(row["report_year"], []).append(row)
            ahead = next(found, None)
        if choice.bodies and body_id not in named:
            continue
        if choice.levels and body["admin_level"] not in choice.levels:
            continue
        tied = ties.get(body_id, [])
        covered = bool(rows or tied or body_id in unread)
        if not covered and not choice.every:
            continue
        seen = sorted({*rows, *unread.get(body_id, ())})
        for year in _years(body, tied, seen, day):
            if choice.years and year not in choice.years:
                continue
            if year in rows:
                shown = [row for row in rows[year] if not hides(row["report_id"])]
                claim = reports.claim(body, shown) if shown else None
            else:
                claim = gap(body, year, tied, listed, is_covered=covered)
            if claim is not None and _is_chosen(claim, choice):
                yield claim


def _years(body: sqlite3.Row, tied: list[Tie], seen: list[int], today: date) -> list[int]:
    """The years expected of a body, and those of which something is there."""
    due = last_due(today, body["body_type"], body["admin_level"])
    if body["body_id"].startswith("gov:"):
        first, last = SINCE, due
    elif tied:
        began = [span.first for one in tied if (span := one.portal.bodies.get(body["body_id"]))]
        began += [
            one.portal.expected_from
            for one in tied
            if one.portal.own_body == body["body_id"] and one.portal.expected_from is not None
        ]
        first, last = min([*began, *seen], default=due), due
    else:
        first, last = (seen[0], seen[-1]) if seen else (1, 0)
    first = max(first, int(body["valid_from"] or first))
    last = min(last, int(body["valid_to"] or last))
    return sorted({*range(first, last + 1), *seen})


def _ids_of(db: sqlite3.Connection, bodies: tuple[str, ...]) -> frozenset[str]:
    """The ids of bodies given by id, or by any name that they have had."""
    return frozenset(row[0] for one in bodies for row in db.execute(NAMED, {"name": one}))


def _is_chosen(claim: Claim, choice: CoverageChoice) -> bool:
    division = claim.division or ""
    if choice.divisions and not division.startswith(choice.divisions):
        return False
    return not choice.states or claim.state in choice.states


def _need_visits(db: sqlite3.Connection) -> None:
    named = "SELECT 1 FROM sqlite_master WHERE name = 'listing_visits'"
    if db.execute(named).fetchone() is None:
        raise ExtractError(
            "this corpus.db is of an older nianbao and does not say how listings were visited; "
            "run `nianbao extract`"
        )


NAMED = """
SELECT body_id FROM bodies WHERE :name IN (body_id, name)
UNION SELECT body_id FROM body_names WHERE name = :name
"""

BODIES = "SELECT * FROM bodies ORDER BY body_id"
