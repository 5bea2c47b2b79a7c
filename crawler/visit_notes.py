"""What a run came to at each portal, and when it is asked again, as state.db keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from crawler.due import FIRST_RETRY, LAST_RETRY, WEEK
from crawler.frontier import Frontier
from crawler.frontier_statements import FIRST_DUE
from crawler.season import ListedReport, NextVisit, next_visit
from crawler.services import PortalTally
from crawler.visits import Came, find_visit
from extract.dates import years_in
from extract.rows import utc_text
from extract.store import CorpusStore

COMPANY = WEEK
"""How long a document that is due waits for others, or for its portal's listings, to be asked with
them: so a portal of many documents is not visited for each. One that failed does not wait."""


def came_of(tally: PortalTally, *, interrupted: bool) -> Came:
    """What a run came to at a portal. It failed when it gained nothing there."""
    if interrupted:
        return Came.INTERRUPTED
    gained = tally.rows or tally.documents + tally.unchanged > tally.blocked
    if not gained:
        return Came.BLOCKED if tally.blocked else Came.FAILED
    return Came.LEFT if tally.left else Came.COMPLETE


def note_visits(
    frontier: Frontier,
    store: CorpusStore,
    tallies: Mapping[str, PortalTally],
    *,
    interrupted: bool,
    now: datetime,
) -> None:
    """Notes a live run at each of its portals."""
    for portal_id, tally in tallies.items():
        came = came_of(tally, interrupted=interrupted)
        before = find_visit(frontier.db, portal_id)
        in_trouble = came in (Came.FAILED, Came.BLOCKED)
        troubles = (before.troubles if before else 0) + 1 if in_trouble else 0
        after = _next(portal_id, came, troubles, now=now, frontier=frontier, store=store)
        frontier.db.execute(
            "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " visited_at = excluded.visited_at, came = excluded.came,"
            " troubles = excluded.troubles, due = excluded.due, why = excluded.why",
            [portal_id, utc_text(now), came.value, troubles, utc_text(after.due), after.why],
        )


def _next(
    portal_id: str,
    came: Came,
    troubles: int,
    *,
    now: datetime,
    frontier: Frontier,
    store: CorpusStore,
) -> NextVisit:
    """Trouble waits by its own rule; else the season decides, or a document that is due earlier."""
    if came is Came.INTERRUPTED:
        return NextVisit(now, "the last run was interrupted")
    if came is Came.BLOCKED:
        return NextVisit(now + WEEK, "blocked: weekly")
    if came is Came.FAILED:
        wait = min(FIRST_RETRY * (1 << min(troubles - 1, 10)), LAST_RETRY)
        return NextVisit(now + wait, f"failed, {troubles} in a row: again after {wait.days} d")
    if came is Came.LEFT:
        return NextVisit(now + timedelta(hours=18), "left over from the last run")
    season = next_visit(portal_id, last=now, listed=listed_reports(store, portal_id))
    return min((season, *_documents(frontier.db, portal_id)), key=lambda visit: visit.due)


def _documents(db: sqlite3.Connection, portal_id: str) -> Iterator[NextVisit]:
    first, failed = db.execute(FIRST_DUE, [portal_id]).fetchone()
    if first is not None:
        yield NextVisit(datetime.fromisoformat(first) + COMPANY, "documents are due since a week")
    if failed is not None:
        yield NextVisit(datetime.fromisoformat(failed), "documents that failed are due")


def listed_reports(store: CorpusStore, portal_id: str) -> Sequence[ListedReport]:
    """The dated rows of a portal's listings that are titled like reports."""
    return [
        ListedReport(years[0], date.fromisoformat(listed_on))
        for title, listed_on in store.iter_listed_reports(portal_id)
        if (years := years_in(title))
    ]
