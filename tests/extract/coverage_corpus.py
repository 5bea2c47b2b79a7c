"""A corpus put in by hand: portals, and what their listings showed run by run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from extract.coverage import Claim, Coverage, CoverageChoice
from extract.coverage_model import UntoldRows
from extract.coverage_rows import (
    AnswerRow,
    PortalRow,
    VisitEnd,
    VisitRow,
    put_answers,
    put_portals,
    put_visits,
)
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.store import CorpusStore, ListedRow, ListingPageRows

TODAY = date(2026, 11, 26)
GOV = "gov:441322"
NAME = "博罗县人民政府"
LISTING = "http://h/l/"
FIRST = datetime(2026, 5, 1, 3, tzinfo=UTC)


class Corpus:
    """One portal of a county, and what its listing showed run by run."""

    def __init__(
        self, path: Path, *, name: str = f"{NAME}门户网站", division: str | None = "441322"
    ) -> None:
        self.store = CorpusStore(path)
        self.db = self.store.db.conn
        self.name, self.division = name, division
        self.gaps: tuple[int, ...] = ()
        self.expected: tuple[int | None, int | None] = (None, None)

    def visit(
        self,
        number: int,
        rows: dict[str, str],
        *,
        ended: VisitEnd = VisitEnd.WHOLE,
        at: datetime | None = None,
        family: str = "generic",
        lost: int = 0,
        known: int = 0,
        dates: dict[str, str] | None = None,
    ) -> None:
        """A run in which the listing showed these rows, addresses with titles."""
        moment = at or FIRST + timedelta(days=number)
        years = [int(digits) for title in rows.values() if (digits := _digits(title))]
        portal = PortalRow(
            portal="p",
            name=self.name,
            division=self.division,
            expected_from=self.expected[0],
            expected_to=self.expected[1],
            expected_gaps=self.gaps,
        )
        visit = VisitRow(
            portal="p",
            listing=LISTING,
            visited_at=moment,
            ordered_at=moment,
            ended=ended,
            detail=None if ended is VisitEnd.WHOLE else "so it was",
            family=family,
            reports=len(rows),
            reports_known=known or len(rows),
            reports_lost=lost,
            first_year=min(years, default=None),
            last_year=max(years, default=None),
            first_record=f"urn:first{number}",
            first_url=LISTING,
            last_record=f"urn:last{number}",
            last_url=f"{LISTING}2",
        )
        put_portals(self.db, [portal], run=f"run{number}", ordered_at=moment)
        put_visits(self.db, [visit], run=f"run{number}")
        page = ListingPageRows(
            portal="p",
            listing=LISTING,
            is_first=True,
            url=LISTING,
            record_id=f"urn:page{number}",
            captured_at=moment,
            entries=tuple(
                ListedRow(
                    url=url,
                    title=title,
                    listed_on=(dates or {}).get(url),
                    looks_like_report=True,
                )
                for url, title in rows.items()
            ),
        )
        self.store.add_listing_page(page)
        self.db.commit()

    def read(
        self,
        url: str,
        year: int,
        *,
        body: str = GOV,
        published: str | None = None,
        seen_in: str = "label 发布日期",
        outcome: str = "report",
    ) -> None:
        """A page that was captured, and read as a report unless ``outcome`` is another."""
        record = f"urn:doc:{url}:{outcome}"
        self.db.execute(
            "INSERT INTO documents (record_id, url, entry_url, asked_url, portal, role,"
            " captured_at, status, warc_file, warc_offset, warc_length, payload_digest, outcome,"
            " extractor_version, ordered_at) VALUES (?, ?, ?, ?, 'p', 'report', ?, 200, 'f', 0, 0,"
            " '', ?, 'v', ?)",
            [record, url, url, url, FIRST.isoformat(), outcome, FIRST.isoformat()],
        )
        if outcome == "report":
            values = {
                "report_id": f"{body}/{year}/area",
                "record_id": record,
                "body_id": body,
                "report_year": year,
                "report_scope": "area",
                "title": "t",
                "issuing_body": "b",
                "reporting_for": "b",
                "published_on": published,
                "evidence": json.dumps({"published_on": seen_in}),
                "confidence": "high",
            }
            reading = {**values, "kind": "page", "is_current": 1}
            for table, row in (("reports", values), ("report_documents", reading)):
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                self.db.execute(
                    f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",
                    list(row.values()),
                )
        self.store.settle_listing("p")
        self.db.commit()

    def answered(self, url: str, number: int, status: int, *, payload: str = "") -> None:
        """What an address answered in a run."""
        moment = FIRST + timedelta(days=number, hours=1)
        row = AnswerRow(
            portal="p",
            url=url,
            record_id=f"urn:answer{number}",
            payload_record=payload or f"urn:answer{number}",
            captured_at=moment,
            ordered_at=moment,
            status=status,
        )
        put_answers(self.db, [row])
        self.db.commit()

    def claims(
        self, body: str = GOV, today: date = TODAY, known: KnownBodies = NONE_KNOWN
    ) -> dict[int, Claim]:
        """The claims of a body by year."""
        choice = CoverageChoice(bodies=(body,), every=True)
        with self._reading(known) as coverage:
            claims = coverage.iter_claims(choice, today=today)
            return {claim.report_year: claim for claim in claims}

    def bodies(self) -> set[str]:
        """Of which bodies anything is claimed."""
        with self._reading() as coverage:
            return {claim.body_id for claim in coverage.iter_claims(today=TODAY)}

    def untold(self) -> tuple[UntoldRows, ...]:
        """The rows of which it cannot be told whose they are."""
        with self._reading() as coverage:
            return coverage.untold

    @contextmanager
    def _reading(self, known: KnownBodies = NONE_KNOWN) -> Iterator[Coverage]:
        self.db.row_factory = sqlite3.Row
        try:
            yield Coverage(self.db, known=known)
        finally:
            self.db.row_factory = None


def _digits(title: str) -> str:
    return "".join(char for char in title if char.isdigit())[:4]


def row(year: int) -> dict[str, str]:
    return {f"http://h/{year}": f"博罗县人民政府{year}年政府信息公开工作年度报告"}
