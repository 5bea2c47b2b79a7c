"""Rows of listings: which reports are gone from where they were, and which were never read.

Gone is only what is off a listing that was captured to its end and is not there any more itself, or
whose row still stands and leads nowhere while the listing was good. A report that is off the
listing and whose page still opens is there: many listings show the newest years alone. What went
with a redesign (another family, most rows lost) is no body's doing before someone has looked.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from extract.coverage_entries import (
    GONE_STATUSES,
    answer_of,
    first_without,
    is_redesign,
    iter_entries,
    last_good,
    last_listed,
)
from extract.coverage_facts import PortalFacts, day_of, visit_evidence
from extract.coverage_model import Evidence
from extract.coverage_unread import UnreadOfPortal, UnreadRows
from extract.known_bodies import KnownBodies
from extract.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An address whose report is gone: since when, in words, with the last record of it and the
    first without it.
    """

    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class Listed:
    """What the rows of all listings say. ``gone`` and ``notes`` are by address: what is gone, and
    what there is to say of one that is not. ``unread`` are rows that no document was read from.
    """

    gone: dict[str, Gone] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    unread: UnreadRows = field(default_factory=UnreadRows)


def load_listed(
    db: sqlite3.Connection, portals: dict[str, PortalFacts], known: KnownBodies
) -> Listed:
    """Goes over all rows titled like reports once; few of them are kept."""
    listed = Listed()
    for portal_id, year in db.execute(FIRST_YEARS):
        if portal_id in portals and year is not None:
            portals[portal_id].showed(year)
    for portal in portals.values():
        whole_since = portal.whole.ordered_at if portal.whole is not None else None
        unread = UnreadOfPortal(db, portal, known)
        for row in iter_entries(db, portal.portal, whole_since=whole_since):
            is_off = portal.is_off(row["ordered_at"])
            is_gone = row["status"] in GONE_STATUSES or row["real_outcome"] == "soft_404"
            if not row["is_read"]:
                unread.add(row, is_off=is_off)
            elif is_off or is_gone:
                _note_read(db, portal, row, listed, is_off=is_off, is_gone=is_gone)
        unread.settle(listed.unread)
    return listed


def _note_read(
    db: sqlite3.Connection,
    portal: PortalFacts,
    row: sqlite3.Row,
    listed: Listed,
    *,
    is_off: bool,
    is_gone: bool,
) -> None:
    """A report that was read from this address: whether it is gone from there."""
    url = row["url"]
    if not is_off:
        good = portal.whole is not None and portal.last is not None
        if is_gone and good and portal.last.run == portal.whole.run:  # type: ignore[union-attr]
            since = day_of(row["answered_at"])
            listed.gone[url] = Gone(
                reason=say("row_stands_page_gone", said=_answered(row), day=since),
                evidence=(*last_good(db, row), *answer_of(row, say("answer_of_page"))),
            )
        elif is_gone:
            listed.notes[url] = say("page_gone_listing_not_whole", said=_answered(row))
        return
    visit = first_without(db, row)
    if visit is None:
        return
    day = day_of(visit["visited_at"])
    if is_redesign(db, row, visit):
        listed.notes[url] = say("went_with_redesign", day=day)
    elif is_gone:
        records = (*last_listed(row), *visit_evidence(visit))
        listed.gone[url] = Gone(
            reason=say("off_and_gone", day=day, said=_answered(row)),
            evidence=(*records, *answer_of(row, say("answer_of_page"))),
        )
    elif row["answer_order"] is not None and row["answer_order"] >= visit["ordered_at"]:
        listed.notes[url] = say("off_and_open", day=day)
    else:
        listed.notes[url] = say("off_and_not_asked", day=day)


def _answered(row: sqlite3.Row) -> str:
    if row["status"] == 302:
        return say("redirects_away")
    if row["status"] in GONE_STATUSES:
        return say("answers_status", status=row["status"])
    return say("says_not_there")


FIRST_YEARS = """
SELECT portal, min(report_year) FROM listing_entries WHERE looks_like_report = 1 GROUP BY portal
"""
