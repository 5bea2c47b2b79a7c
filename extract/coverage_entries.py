"""Rows of listings as coverage reads them: what is asked of corpus.db, and the records of a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from extract.coverage_model import Evidence
from extract.sentences import say

GONE_STATUSES = (302, 404, 410)
"""302 stands for a redirect to the home page or a parent folder, in place of the page."""

MOST_LOST, LOST_SHARE = 3, 0.5
"""From so many reports and this share of them on, what a listing lost is no removal of one."""


def iter_entries(
    db: sqlite3.Connection, portal: str, *, whole_since: str | None
) -> Iterator[sqlite3.Row]:
    """A portal's rows titled like reports, but for those that were read and stand: on the listing
    since it was last captured to its end, ``whole_since``, and not said to be gone.
    """
    yield from db.execute(ENTRIES, {"portal": portal, "whole": whole_since or ""})


def find_entry(db: sqlite3.Connection, portal: str, url: str) -> sqlite3.Row:
    """One row by its address."""
    row: sqlite3.Row = db.execute(ENTRY, {"portal": portal, "url": url}).fetchone()
    return row


def first_without(db: sqlite3.Connection, row: sqlite3.Row) -> sqlite3.Row | None:
    """The first visit that captured the row's listing to its end without it."""
    asked = [row["portal"], row["listing"], row["ordered_at"]]
    found: sqlite3.Row | None = db.execute(FIRST_WITHOUT, asked).fetchone()
    return found


def is_redesign(db: sqlite3.Connection, row: sqlite3.Row, visit: sqlite3.Row) -> bool:
    """Whether a row went with much else: another family, or half of the reports and more."""
    lost, known = visit["reports_lost"] or 0, visit["reports_known"] or 0
    if lost >= MOST_LOST and lost > LOST_SHARE * known:
        return True
    before = db.execute(FAMILY_BEFORE, [row["portal"], row["listing"], row["ordered_at"]])
    family = before.fetchone()
    return family is not None and family[0] != visit["family"]


def last_listed(row: sqlite3.Row) -> Iterator[Evidence]:
    """The listing's page that last showed a row."""
    if row["last_record"]:
        yield Evidence(
            record_id=row["last_record"],
            url=row["via"],
            captured_at=row["last_seen"],
            what=say("page_that_showed_it"),
        )


def answer_of(row: sqlite3.Row, what: str) -> Iterator[Evidence]:
    """What a row's address answered last."""
    if row["answer"] is not None:
        yield Evidence(
            record_id=row["answer"], url=row["url"], captured_at=row["answered_at"], what=what
        )


def failure_of(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[Evidence]:
    """The request for a row's page, where that never brought anything."""
    if row["answer"] is None:
        for found in db.execute(FAILURE, [row["url"]]):
            yield Evidence(
                record_id=found["record_id"],
                url=row["url"],
                captured_at=None,
                what=say("request_for_page"),
            )


def last_good(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[Evidence]:
    """The last capture of a row's page that was read as a report."""
    for found in db.execute(LAST_GOOD, [row["url"]]):
        yield Evidence(
            record_id=found["record_id"],
            url=found["url"],
            captured_at=found["captured_at"],
            what=say("report_last_captured"),
        )


_GONE = f"({', '.join(map(str, GONE_STATUSES))})"

_COLUMNS = """
SELECT e.portal, e.url, e.listing, e.title, e.listed_on, e.via, e.last_seen, e.ordered_at,
       e.outcome, e.report_year, e.last_record, a.record_id AS answer,
       a.captured_at AS answered_at, a.ordered_at AS answer_order, a.status,
       CASE WHEN e.outcome IS NOT 'report' THEN d.outcome END AS real_outcome,
       CASE WHEN e.outcome IS NOT 'report' THEN EXISTS (SELECT 1 FROM documents x
            JOIN report_documents USING (record_id) WHERE x.entry_url = e.url)
            ELSE 1 END AS is_read,
       CASE WHEN e.outcome = 'failed' THEN (SELECT message FROM findings f
            WHERE f.url = e.url AND f.kind = 'request_failed' LIMIT 1) END AS detail
FROM listing_entries e LEFT JOIN answers a ON a.portal = e.portal AND a.url = e.url
LEFT JOIN documents d ON e.outcome IS NOT 'report' AND d.record_id = a.payload_record
WHERE e.portal = :portal AND e.looks_like_report = 1
"""

ENTRIES = f"""
{_COLUMNS} AND (e.outcome IS NOT 'report' OR e.ordered_at < :whole OR a.status IN {_GONE})
ORDER BY e.url
"""

ENTRY = f"{_COLUMNS} AND e.url = :url"

FIRST_WITHOUT = """
SELECT * FROM listing_visits
WHERE portal = ? AND listing = ? AND is_whole = 1 AND ordered_at > ?
ORDER BY ordered_at, run LIMIT 1
"""

FAMILY_BEFORE = """
SELECT family FROM listing_visits
WHERE portal = ? AND listing = ? AND ordered_at <= ? AND family IS NOT NULL
ORDER BY ordered_at DESC, run DESC LIMIT 1
"""

FAILURE = """
SELECT record_id FROM findings
WHERE url = ? AND (kind = 'request_failed' OR kind LIKE 'redirect%') ORDER BY record_id LIMIT 1
"""

LAST_GOOD = """
SELECT d.record_id, d.url, d.captured_at FROM documents d JOIN report_documents USING (record_id)
WHERE d.entry_url = ? ORDER BY d.ordered_at DESC, d.record_id DESC LIMIT 1
"""
