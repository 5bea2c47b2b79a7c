"""Claims of years whose report is in the corpus: found, or removed since; and whether late."""

from __future__ import annotations

import sqlite3
from datetime import date

from extract.coverage_facts import PortalFacts, day_of
from extract.coverage_listed import Gone, Listed
from extract.coverage_model import Claim, ClaimedBody, CoverageState, Evidence, Lateness
from extract.lateness import EARLIEST, Dated, PortalDates, judge, legal_date
from extract.sentences import say


class FoundReports:
    """The reports of the corpus, of which it is known whether they stand where they were read."""

    def __init__(
        self, db: sqlite3.Connection, portals: dict[str, PortalFacts], listed: Listed
    ) -> None:
        self._portals = portals
        self._listed = listed
        self._touched = {
            report_id: addresses
            for url in (*listed.gone, *listed.notes)
            for (report_id,) in db.execute(REPORTS_AT, [url])
            for addresses in [[row[0] for row in db.execute(ADDRESSES, [report_id])]]
        }
        self._in_the_corpus, self._the_report = say("in_the_corpus"), say("the_report")
        self._conflicting = {row[0] for row in db.execute(CONFLICTING)}

    def claim(self, body: ClaimedBody, rows: list[sqlite3.Row]) -> Claim:
        """The claim of a body and year of which these are the reports."""
        is_touched = any(row["report_id"] in self._touched for row in rows)
        gone = [self._gone(row) for row in rows] if is_touched else []
        first = rows[0]
        state, reason = CoverageState.FOUND, self._in_the_corpus
        evidence = tuple(self._report(row) for row in rows)
        late, said = self._late(body, first)
        if gone and all(gone):
            state = CoverageState.REMOVED
            reason = say("it_was_there", said=gone[0].reason)  # type: ignore[union-attr]
            further = [one for each in gone if each for one in each.evidence]
            evidence = _once((*evidence, *further))
        else:
            notes = [note for row in rows if (note := self._note(row))] if is_touched else []
            reason = "; ".join([reason, *notes[:1], *([said] if said else [])])
        return Claim(
            body_id=body.body_id,
            body_name=body.name,
            body_type=body.body_type,
            admin_level=body.admin_level,
            division=first["division"] or body.division_today,
            report_year=first["report_year"],
            state=state,
            report_ids=tuple(row["report_id"] for row in rows),
            evidence=evidence,
            reason=reason,
            late=late,
        )

    def _report(self, row: sqlite3.Row) -> Evidence:
        return Evidence(
            record_id=row["record_id"],
            url=row["url"],
            captured_at=row["captured_at"],
            what=self._the_report,
        )

    def _gone(self, row: sqlite3.Row) -> Gone | None:
        """That a report is gone from every address where it was; None while one stands."""
        addresses = self._touched.get(row["report_id"], [])
        gone = [self._listed.gone.get(url) for url in addresses]
        return gone[0] if gone and all(gone) else None

    def _note(self, row: sqlite3.Row) -> str | None:
        addresses = self._touched.get(row["report_id"], [])
        notes = [self._listed.notes.get(url) for url in addresses]
        return notes[0] if notes and all(notes) else None

    def _late(self, body: ClaimedBody, row: sqlite3.Row) -> tuple[Lateness | None, str | None]:
        """Its lateness, or why one dated after its legal date is not called late."""
        if row["published_on"] is None or row["seen_in"] is None:
            return None, None  # not after the earliest legal date
        published_on = date.fromisoformat(row["published_on"])
        legal = legal_date(row["report_year"], body.body_type, body.admin_level)
        if published_on <= legal.day:
            return None, None
        portal = self._portals.get(row["portal"])
        dated = Dated(
            published_on=published_on,
            seen_in=row["seen_in"],
            listed_on=_day(row["listed_on"]),
            first_seen=day_of(row["first_seen"]) if row["first_seen"] else None,
            conflicts=row["record_id"] in self._conflicting,
        )
        found = judge(legal, dated, portal.dates if portal else PortalDates())
        if isinstance(found, str):
            return None, say("not_called_late", day=published_on, said=found)
        return found, None


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple({one.record_id: one for one in reversed(evidence)}.values())[::-1]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_MAY_BE_LATE = f"r.published_on > (r.report_year + 1) || '-{EARLIEST}'"

FOUND = f"""
SELECT r.body_id, r.report_year, r.report_id, r.record_id, r.division, r.published_on,
       CASE WHEN {_MAY_BE_LATE}
            THEN coalesce(json_extract(r.evidence, '$.published_on'), 'nowhere') END AS seen_in,
       d.url, d.captured_at, d.portal, e.listed_on, e.first_seen
FROM reports r JOIN documents d ON d.record_id = r.record_id
LEFT JOIN listing_entries e ON {_MAY_BE_LATE} AND e.portal = d.portal AND e.url = d.entry_url
ORDER BY r.body_id, r.report_year, r.report_id
"""  # noqa: S608

REPORTS_AT = """
SELECT DISTINCT r.report_id FROM documents d JOIN report_documents r USING (record_id)
WHERE d.entry_url = ?
"""

ADDRESSES = """
SELECT DISTINCT d.entry_url FROM report_documents r JOIN documents d USING (record_id)
WHERE r.report_id = ? ORDER BY 1
"""

CONFLICTING = "SELECT record_id FROM findings WHERE kind = 'publication_dates_conflict'"
