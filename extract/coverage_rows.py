"""How the archive looked, as corpus.db keeps it: the writer's side of ``extract.coverage``.

Rows are pure functions of the archive's runs: put twice or in another order they are the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from extract.rows import utc_text


class VisitEnd(StrEnum):
    """How a visit of a listing ended.

    WHOLE: all its pages were read, it is what it was, and it holds what it says of itself. SHORT:
    less than that. CHANGED: it is not what it was (crawler.drift), or another family's. MISSING:
    404 or 410. UNREAD: answered with what is no listing. LEFT: the run stopped before its end.
    """

    WHOLE = "whole"
    SHORT = "short"
    CHANGED = "changed"
    MISSING = "missing"
    UNREAD = "unread"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRow:
    """A portal as its file of a run has it. ``expected_to`` None: up to the year that is due."""

    portal: str
    name: str
    division: str | None
    expected_from: int | None
    expected_to: int | None
    expected_gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A listing in a run. ``visited_at`` is when its first page, or what came instead, came.

    ``detail`` says why it did not end WHOLE. ``reports`` counts rows titled like reports, of the
    years ``first_year`` to ``last_year``; ``reports_known`` those it ever had, ``reports_lost``
    the ones of them that it does not show, None where the visit did not show all. The records are
    those of its first and last page, or of what came in their place.
    """

    portal: str
    listing: str
    visited_at: datetime
    ordered_at: datetime
    ended: VisitEnd
    detail: str | None = None
    family: str | None = None
    reports: int = 0
    reports_known: int | None = None
    reports_lost: int | None = None
    first_year: int | None = None
    last_year: int | None = None
    first_record: str | None = None
    first_url: str | None = None
    last_record: str | None = None
    last_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What the address of a listing's row answered last. ``payload_record`` is the record that
    holds the bytes, another for a revisit; ``status`` is 200 for a 304.
    """

    portal: str
    url: str
    record_id: str
    payload_record: str
    captured_at: datetime
    ordered_at: datetime
    status: int


def put_portals(
    db: sqlite3.Connection, rows: Iterable[PortalRow], *, run: str, ordered_at: datetime
) -> None:
    """Notes portals as a run knew them: what the latest run knew holds."""
    db.executemany(
        PUT_PORTAL,
        [
            [
                *(row.portal, row.name, row.division, row.expected_from, row.expected_to),
                *(json.dumps(sorted(row.expected_gaps)), run, utc_text(ordered_at)),
            ]
            for row in rows
        ],
    )


def put_visits(db: sqlite3.Connection, rows: Iterable[VisitRow], *, run: str) -> None:
    """Notes a run's visits. ``is_whole`` is that of a portal all of whose listings ended WHOLE:
    what is on none of them is not on the portal.
    """
    given = list(rows)
    not_whole = {row.portal for row in given if row.ended is not VisitEnd.WHOLE}
    db.executemany(
        PUT_VISIT,
        [
            [
                *(row.portal, row.listing, run, utc_text(row.visited_at)),
                *(utc_text(row.ordered_at), row.ended.value, int(row.portal not in not_whole)),
                *(row.detail, row.family, row.reports, row.reports_known, row.reports_lost),
                *(row.first_year, row.last_year, row.first_record, row.first_url),
                *(row.last_record, row.last_url),
            ]
            for row in given
        ],
    )


def put_answers(db: sqlite3.Connection, rows: Iterable[AnswerRow]) -> None:
    """Notes what addresses answered: the latest answer holds."""
    db.executemany(
        PUT_ANSWER,
        (
            [
                *(row.portal, row.url, row.record_id, row.payload_record),
                *(utc_text(row.captured_at), utc_text(row.ordered_at), row.status),
            ]
            for row in rows
        ),
    )


PUT_PORTAL = """
INSERT INTO portals (portal, name, division, expected_from, expected_to, expected_gaps, run,
    ordered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (portal) DO UPDATE SET name = excluded.name, division = excluded.division,
    expected_from = excluded.expected_from, expected_to = excluded.expected_to,
    expected_gaps = excluded.expected_gaps, run = excluded.run, ordered_at = excluded.ordered_at
WHERE (excluded.ordered_at, excluded.run) >= (ordered_at, run)
"""

PUT_VISIT = """
INSERT OR REPLACE INTO listing_visits (portal, listing, run, visited_at, ordered_at, ended,
    is_whole, detail, family, reports, reports_known, reports_lost, first_year, last_year,
    first_record, first_url, last_record, last_url)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

PUT_ANSWER = """
INSERT INTO answers (portal, url, record_id, payload_record, captured_at, ordered_at, status)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (portal, url) DO UPDATE SET record_id = excluded.record_id,
    payload_record = excluded.payload_record, captured_at = excluded.captured_at,
    ordered_at = excluded.ordered_at, status = excluded.status
WHERE (excluded.ordered_at, excluded.record_id) >= (ordered_at, record_id)
"""
