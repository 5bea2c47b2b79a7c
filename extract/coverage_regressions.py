"""Reports that went from a listing when it was not what it was: an alarm, not the body's doing.

Told as findings ``coverage_regressed``, one a body and listing, made anew from the tables whenever
a portal's listing is settled: so the order of runs and of readings does not matter, and an alarm
goes when the reports are there again, at whatever address.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from extract.coverage_entries import LOST_SHARE, MOST_LOST
from extract.sentences import say
from extract.withheld import Withheld

KIND = "coverage_regressed"


def settle_regressions(db: sqlite3.Connection, portal: str) -> None:
    """Makes a portal's findings of this kind anew."""
    db.execute("DELETE FROM findings WHERE kind = ? AND portal = ?", [KIND, portal])
    db.executemany(PUT, list(_regressions(db, portal)))


def _regressions(db: sqlite3.Connection, portal: str) -> Iterator[tuple[str | None, ...]]:
    changed = [visit for visit in db.execute(LATEST, {"portal": portal}).fetchall() if visit[-1]]
    rows = [_Row(*row) for row in db.execute(ROWS, [portal])] if changed else []
    for listing, order, visited_at, detail, record_id, _ in changed:
        there = {key for row in rows if row.ordered_at >= order for key in row.keys}
        lost: dict[str, list[_Row]] = {}
        for row in rows:
            if row.listing == listing and row.ordered_at < order and not there & row.keys:
                lost.setdefault(row.name or row.title, []).append(row)
        for name, own in sorted(lost.items()):
            years = ", ".join(map(str, sorted({row.year for row in own})))
            last = max(own, key=lambda row: (row.ordered_at, row.last_record or ""))
            message = say(
                "coverage_regressed_why" if detail else "coverage_regressed",
                name=name,
                years=years,
                last_day=last.last_seen[:10],
                record=last.last_record,
                day=visited_at[:10],
                said=detail,
            )
            yield (KIND, None, listing, message, record_id or "", portal)


@dataclass(frozen=True, slots=True)
class _Row:
    listing: str
    ordered_at: str
    title: str
    year: int
    last_record: str | None
    last_seen: str
    body_id: str | None
    name: str | None

    @property
    def keys(self) -> frozenset[tuple[str, int]]:
        """By what it is known again at another address: body and year, or title and year."""
        known = {(self.title, self.year)}
        return frozenset(known | ({(self.body_id, self.year)} if self.body_id else set()))


def iter_regressions(db: sqlite3.Connection, withheld: Withheld) -> Iterator[str]:
    """The alarms of which suppress.txt takes nothing down, a line each, with the record of the
    changed listing."""
    for message, record_id, listing in db.execute(TOLD, [KIND]):
        line = f"regressed: {message}, record {record_id}"
        if withheld.find_capture(listing) is None and withheld.find_named(line) is None:
            yield line


PUT = (
    "INSERT OR REPLACE INTO findings (kind, report, url, message, record_id, portal)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)

TOLD = "SELECT message, record_id, url FROM findings WHERE kind = ? ORDER BY portal, url, message"

LATEST = f"""
SELECT v.listing, v.ordered_at, v.visited_at, v.detail, v.first_record,
    v.ended IN ('changed', 'missing') OR (v.ended = 'whole' AND (
        (v.reports_lost >= {MOST_LOST} AND v.reports_lost > {LOST_SHARE} * v.reports_known)
        OR v.family <> (SELECT w.family FROM listing_visits w WHERE w.portal = v.portal
            AND w.listing = v.listing AND w.ordered_at < v.ordered_at AND w.family IS NOT NULL
            ORDER BY w.ordered_at LIMIT 1)))
FROM listing_visits v JOIN portals p ON p.portal = v.portal
WHERE v.portal = :portal AND v.run = (SELECT w.run FROM listing_visits w
    WHERE w.portal = v.portal AND w.ended IN ('changed', 'missing', 'whole', 'short')
    ORDER BY w.ordered_at DESC, w.run DESC LIMIT 1)
ORDER BY v.listing
"""  # noqa: S608

ROWS = """
SELECT DISTINCT e.listing, e.ordered_at, e.title, coalesce(r.report_year, e.report_year),
    e.last_record, e.last_seen, r.body_id, b.name
FROM listing_entries e
LEFT JOIN documents d ON d.entry_url = e.url AND d.outcome = 'report'
LEFT JOIN report_documents r ON r.record_id = d.record_id
LEFT JOIN bodies b ON b.body_id = r.body_id
WHERE e.portal = ? AND e.looks_like_report = 1
AND coalesce(r.report_year, e.report_year) IS NOT NULL
"""
