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

from extract.coverage_facts import SHANGHAI, Tie, add_listed_ties, load_portals, ties_of
from extract.coverage_found import FOUND, FoundReports
from extract.coverage_gaps import gap
from extract.coverage_listed import load_listed
from extract.coverage_model import (
    OF_THE_BODY,
    Claim,
    ClaimedBody,
    CoverageChoice,
    CoverageState,
    Evidence,
    Lateness,
)
from extract.errors import VisitsUnknown
from extract.governments import SINCE
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.lateness import last_due

__all__ = [
    "OF_THE_BODY",
    "Claim",
    "Coverage",
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


class Coverage:
    """What can be claimed of a corpus. ``untold`` are rows of listings by which nothing is claimed,
    for it cannot be told whose reports they are on. ``unnoted_runs`` counts the runs of which it is
    not known how they visited listings: nothing is claimed by these.
    """

    def __init__(self, db: sqlite3.Connection, *, known: KnownBodies = NONE_KNOWN) -> None:
        """``db`` is of ``open_corpus_to_read``, ``known`` what the user knows of bodies. Raises
        VisitsUnknown for a corpus of runs of which none is known.
        """
        self.unnoted_runs = _count_unnoted(db)
        self._db = db
        self._portals = load_portals(db)
        read = {row["body_id"]: ClaimedBody.of_row(row) for row in db.execute(BODIES)}
        self._ties = ties_of(self._portals, read)
        self._listed = load_listed(db, self._portals, known)
        self._bodies = self._listed.unread.bodies | read
        add_listed_ties(self._ties, self._portals, self._bodies)
        self.untold = tuple(self._listed.unread.untold)

    def iter_claims(
        self,
        choice: CoverageChoice = ALL,
        *,
        today: date | None = None,
        hides: Callable[[str], bool] = show_all,
    ) -> Iterator[Claim]:
        """Claims in order of body and year. ``today`` decides which years are due; by default the
        day in Asia/Shanghai. Of reports that ``hides`` is true of nothing is said: where a year has
        no other, there is no claim.
        """
        day = today or datetime.now(UTC).astimezone(SHANGHAI).date()
        named = self._ids_of(choice.bodies)
        found = groupby(self._db.execute(FOUND), key=lambda row: str(row["body_id"]))
        ahead = next(found, None)
        reports = FoundReports(self._db, self._portals, self._listed)
        unread = self._listed.unread
        for body_id, body in sorted(self._bodies.items()):
            rows: dict[int, list[sqlite3.Row]] = {}
            if ahead is not None and ahead[0] == body_id:
                for row in ahead[1]:
                    rows.setdefault(row["report_year"], []).append(row)
                ahead = next(found, None)
            if choice.bodies and body_id not in named:
                continue
            if choice.levels and body.admin_level not in choice.levels:
                continue
            tied = self._ties.get(body_id, [])
            seen = sorted({*rows, *unread.years_of(body_id)})
            covered = bool(tied or seen)
            if not covered and not choice.every:
                continue
            for year in _years(body, tied, seen, day):
                if choice.years and year not in choice.years:
                    continue
                if year in rows:
                    shown = [row for row in rows[year] if not hides(row["report_id"])]
                    claim = reports.claim(body, shown) if shown else None
                else:
                    listed = unread.said(self._db, body_id, year)
                    claim = gap(body, year, tied, listed, is_covered=covered)
                if claim is not None and _is_chosen(claim, choice):
                    yield claim

    def _ids_of(self, bodies: tuple[str, ...]) -> frozenset[str]:
        """The ids of bodies given by id, or by any name that they have had."""
        ids = {row[0] for one in bodies for row in self._db.execute(NAMED, {"name": one})}
        for body_id, body in self._listed.unread.bodies.items():
            if {body_id, body.name, *body.other_names} & set(bodies):
                ids.add(body_id)
        return frozenset(ids)


def iter_claims(
    db: sqlite3.Connection,
    *,
    choice: CoverageChoice = ALL,
    today: date | None = None,
    known: KnownBodies = NONE_KNOWN,
    hides: Callable[[str], bool] = show_all,
) -> Iterator[Claim]:
    """The claims of a corpus, as ``Coverage`` makes them."""
    yield from Coverage(db, known=known).iter_claims(choice, today=today, hides=hides)


def _years(body: ClaimedBody, tied: list[Tie], seen: list[int], today: date) -> list[int]:
    """The years expected of a body, and those of which something is there."""
    due = last_due(today, body.body_type, body.admin_level)
    if body.body_id.startswith("gov:"):
        first, last = SINCE, due
    elif tied:
        began = [span.first for one in tied if (span := one.portal.bodies.get(body.body_id))]
        began += [
            one.portal.expected_from
            for one in tied
            if one.portal.own_body == body.body_id and one.portal.expected_from is not None
        ]
        first, last = min([*began, *seen], default=due), due
    else:
        first, last = (seen[0], seen[-1]) if seen else (1, 0)
    first = max(first, body.valid_from or first)
    last = min(last, body.valid_to or last)
    return sorted({*range(first, last + 1), *seen})


def _is_chosen(claim: Claim, choice: CoverageChoice) -> bool:
    division = claim.division or ""
    if choice.divisions and not division.startswith(choice.divisions):
        return False
    return not choice.states or claim.state in choice.states


def _count_unnoted(db: sqlite3.Connection) -> int:
    """How many runs were stored before it was noted how they visited listings. Raises VisitsUnknown
    where all were, so that every gap would look as if nobody had looked.
    """
    named = "SELECT 1 FROM sqlite_master WHERE name = 'listing_visits'"
    if db.execute(named).fetchone() is None:
        raise VisitsUnknown(_old(db, "this corpus"))
    runs, noted = db.execute(RUNS).fetchone()
    has_rows = db.execute("SELECT 1 FROM listing_entries LIMIT 1").fetchone() is not None
    if runs and not noted and has_rows:
        raise VisitsUnknown(_old(db, f"this corpus, of {runs} runs,"))
    return int(runs - noted)


def _old(db: sqlite3.Connection, what: str) -> str:
    path = db.execute("PRAGMA database_list").fetchone()["file"]
    return (
        f"{path}: {what} was written by an older nianbao, which did not note how listings were "
        "visited, so it cannot be told what is not on them; run `nianbao extract` once: it reads "
        "the archive again, without the network"
    )


RUNS = """
SELECT count(*), coalesce(sum(run IN (SELECT run FROM listing_visits)), 0) FROM runs
"""

NAMED = """
SELECT body_id FROM bodies WHERE :name IN (body_id, name)
UNION SELECT body_id FROM body_names WHERE name = :name
"""

BODIES = "SELECT * FROM bodies"
