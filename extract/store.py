"""The one writer of corpus.db. Every step is idempotent, and the order of steps does not matter:
rows of a report touched by a new reading are made again from all its readings.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from archive.index import Run
from archive.soundness import set_aside_unsound, telling
from extract import extraction_rows, search_index
from extract.change_rows import derive_changes
from extract.copies import derive_copies
from extract.coverage_regressions import settle_regressions
from extract.coverage_schema import report_year_of
from extract.file_scopes import adopt_scopes
from extract.moves import settle_moves
from extract.readings import derive_report, linked_reports
from extract.replaced_files import derive_replaced
from extract.report import Finding, SkipReason
from extract.rows import Columns, Extraction, utc_text
from extract.schema import open_corpus
from extract.unmet_years import settle_unmet_years
from extract.year_checks import derive_year_checks

if TYPE_CHECKING:
    import sqlite_utils

logger = logging.getLogger(__name__)

SCRATCH_PRAGMAS = (
    "journal_mode = MEMORY",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -16000",  # kB; keys are random, so each capture's rows go all over the tables
)


PAGE_OF_ROWS = 1000
"""Rows read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """A row of a listing as stored. ``listed_on`` is what the row shows, None if nothing."""

    url: str
    title: str
    listed_on: str | None
    looks_like_report: bool


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A row that a listing has or had. ``via`` is the page that last showed it, ``last_seen`` when
    that was captured and ``ordered_at`` its moment among others, as stored.
    """

    url: str
    title: str
    looks_like_report: bool
    via: str
    last_seen: str
    ordered_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPageRows:
    """What one capture of a listing page says: its rows and what is odd about it.

    ``is_first`` marks the listing's own address, as opposed to its further pages; ``requisites``
    are the addresses of what the page is shown with. ``record_id`` is that of the payload,
    ``visit_record`` this exchange's own, another for a revisit.
    """

    portal: str
    listing: str
    is_first: bool
    url: str
    record_id: str
    captured_at: datetime
    entries: tuple[ListedRow, ...]
    findings: tuple[Finding, ...] = ()
    requisites: tuple[str, ...] = ()
    shifted_to: datetime | None = None
    visit_record: str = ""

    @property
    def ordered_at(self) -> datetime:
        """Its moment among others (archive.clock)."""
        return self.shifted_to or self.captured_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAttachment:
    """A file that a page links and that is part of its report; ``page_record`` is the page's."""

    url: str
    text: str
    page_record: str


@dataclass(frozen=True, slots=True)
class Requisite:
    """What pages are shown with, and one of the pages."""

    url: str
    via: str


class CorpusStore:
    """corpus.db opened for writing. Safe to use from several threads, one at a time."""

    def __init__(self, path: Path | None, *, scratch: bool = False) -> None:
        """Opens the file; None keeps the corpus in memory.

        A ``scratch`` file is begun anew when its process dies, and nobody else reads it: it has
        neither journal on disk nor syncs, half of what storing costs.
        """
        self.path = path
        self.db = open_corpus(path)
        for pragma in SCRATCH_PRAGMAS if scratch else ():
            self.db.execute(f"PRAGMA {pragma}")
        self._lock = RLock()
        with self.transaction():
            extraction_rows.put_governments(self.db.conn)

    @contextmanager
    def transaction(self) -> Iterator[sqlite_utils.Database]:
        """One transaction, alone."""
        with self._lock, telling(self.path), self.db.atomic():
            yield self.db

    def add_extractions(self, extractions: Sequence[Extraction]) -> None:
        """Stores the rows of captures, replacing what these captures gave before."""
        extractions = list({e.record_id: e for e in extractions}.values())
        records = [e.record_id for e in extractions]
        with self.transaction() as db:
            again = extraction_rows.known_among(db, records)
            touched = extraction_rows.reports_of(db, again) | linked_reports(db.conn, records)
            bodies = extraction_rows.bodies_of(db, again)
            search_index.forget(db, again)
            extraction_rows.remove(db, again)
            extraction_rows.put(db, extractions)
            asked = [str(e.document["asked_url"]) for e in extractions]
            derive_changes(db.conn, asked, records)
            derive_replaced(db.conn, asked)
            extraction_rows.forget_unnamed(db, bodies)
            touched |= {e.report_id for e in extractions if e.report_id}
            touched |= linked_reports(db.conn, records)
            touched |= adopt_scopes(db.conn, touched)
            before = extraction_rows.current_readings(db, touched)
            for report_id in sorted(touched):
                derive_report(db.conn, report_id)
            derive_year_checks(db.conn, touched)
            derive_copies(db.conn, touched)
            after = extraction_rows.current_readings(db, touched)
            terms = {e.record_id: e.terms for e in extractions if e.terms}
            search_index.follow(db, before, after, terms)

    def without_document(self, record_ids: Sequence[str]) -> list[str]:
        """Which of these captures this corpus has not read, in the order given."""
        query = "SELECT value FROM json_each(?) JOIN documents ON record_id = value"
        with self._lock:
            read = {row[0] for row in self.db.execute(query, [json.dumps(record_ids)])}
        return [record_id for record_id in record_ids if record_id not in read]

    def foreign_version(self, ours: str) -> str | None:
        """The reading version of others that rows here come from; None when all are ``ours``."""
        with self._lock:
            row = self.db.execute(
                "SELECT extractor_version FROM documents WHERE extractor_version <> ? LIMIT 1",
                [ours],
            ).fetchone()
        return row[0] if row else None

    def add_run(self, run: Run) -> None:
        """Stores a run; one without an end is interrupted."""
        end = run.end
        with self.transaction() as db:
            db.table("runs").upsert(
                {
                    "run": run.start.run_id,
                    "started_at": utc_text(run.start.started_at),
                    "finished_at": utc_text(end.finished_at) if end else None,
                    "outcome": end.outcome.value if end else "interrupted",
                    "counts": json.dumps(end.counts if end else {}, sort_keys=True),
                },
                pk="run",
            )

    def add_listing_page(self, page: ListingPageRows) -> None:
        """Takes in what a listing page shows: the page last captured says what holds."""
        seen, order = utc_text(page.captured_at), utc_text(page.ordered_at)
        with self.transaction() as db:
            db.conn.executemany(
                UPSERT_ENTRY,
                [
                    {
                        "portal": page.portal,
                        "url": entry.url,
                        "listing": page.listing,
                        "title": entry.title,
                        "listed_on": entry.listed_on,
                        "via": page.url,
                        "looks_like_report": int(entry.looks_like_report),
                        "seen": seen,
                        "order": order,
                        "year": report_year_of(entry.title),
                        "record": page.visit_record or page.record_id,
                    }
                    for entry in page.entries
                ],
            )
            extraction_rows.put_requisites(db, page.portal, page.url, page.requisites)
            self._put_findings(page)

    def iter_entries_of(self, portal: str, listing: str) -> Iterator[KnownEntry]:
        """Every row ever seen on a listing, by address; the store waits until they are read."""
        query = (
            "SELECT url, title, looks_like_report, via, last_seen, ordered_at FROM listing_entries"
            " WHERE portal = ? AND listing = ? ORDER BY url"
        )
        with self._lock:
            for url, title, is_report, *seen in self.db.execute(query, [portal, listing]):
                yield KnownEntry(url, title, bool(is_report), *seen)

    def iter_listed_reports(self, portal: str) -> Iterator[tuple[str, str]]:
        """Title and date of a portal's rows that are titled like reports and show a date."""
        query = (
            "SELECT title, listed_on FROM listing_entries"
            " WHERE portal = ? AND looks_like_report AND listed_on IS NOT NULL"
        )
        with self._lock:
            yield from self.db.execute(query, [portal]).fetchall()

    def has_document(self, record_id: str) -> bool:
        """Whether a capture has been read."""
        return not self.without_document([record_id])

    def find_block(self, record_id: str) -> str | None:
        """The kind of block that a capture was read as; None for any other and an unread one."""
        query = "SELECT detail FROM documents WHERE record_id = ? AND outcome = ?"
        with self._lock:
            row = self.db.execute(query, [record_id, SkipReason.BLOCKED.value]).fetchone()
        return str(row[0]).partition(":")[0] if row else None

    def settle_listing(self, portal: str) -> None:
        """Says of each listing entry and file of a portal what became of it, from the documents."""
        with self.transaction() as db:
            db.execute(SETTLE_ATTACHMENTS, {"portal": portal})
            db.execute(SETTLE_ENTRIES, {"portal": portal})
            settle_moves(db, portal)
            settle_regressions(db.conn, portal)
            settle_unmet_years(db, portal)

    def iter_asked_attachments(self, portal: str) -> Iterator[AskedAttachment]:
        """The files of a portal's pages that are to be asked for, by page and place on it."""
        after: tuple[str, int] = ("", -1)
        while True:  # a corpus may hold more of them than memory should
            with self._lock:
                rows = self.db.execute(ASKED_ATTACHMENTS, [portal, *after, PAGE_OF_ROWS]).fetchall()
            for url, text, record_id, _ in rows:
                yield AskedAttachment(url=url, text=text, page_record=record_id)
            if len(rows) < PAGE_OF_ROWS:
                return
            after = (rows[-1][2], rows[-1][3])

    def iter_requisites(self, portal: str) -> Iterator[Requisite]:
        """What a portal's pages are shown with, by address; the store waits until they are read."""
        query = "SELECT url, via FROM requisites WHERE portal = ? ORDER BY url"
        with self._lock:
            for url, via in self.db.execute(query, [portal]):
                yield Requisite(url, via)

    def add_findings(self, rows: Iterable[Columns]) -> None:
        """Stores findings that no document's reading brings."""
        with self.transaction() as db:
            extraction_rows.insert(db, "findings", list(rows))

    def portals_with(self, kind: str) -> frozenset[str]:
        """Ids of the portals with a finding of this kind."""
        with self._lock:
            query = "SELECT DISTINCT portal FROM findings WHERE kind = ?"
            return frozenset(row[0] for row in self.db.execute(query, [kind]))

    def backup_into(self, path: Path) -> None:
        """Replaces the content of the database at ``path``, in one transaction of SQLite's backup.

        Never a rename: a reader with the old file open would go on reading it (tried). What is no
        database there is set aside first.
        """
        with self._lock, telling(path):
            if (aside := set_aside_unsound(path)) is not None:
                logger.warning("%s was no database; it is now %s", path, aside)
            target = sqlite3.connect(str(path))
            try:
                self.db.conn.backup(target)
            finally:
                target.close()

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self.db.close()

    def _put_findings(self, page: ListingPageRows) -> None:
        extraction_rows.insert(
            self.db,
            "findings",
            [
                {
                    "kind": finding.kind,
                    "report": None,
                    "url": page.url,
                    "message": finding.message,
                    "record_id": page.record_id,
                    "portal": page.portal,
                }
                for finding in page.findings
            ],
        )


UPSERT_ENTRY = """
INSERT INTO listing_entries
    (portal, url, listing, title, listed_on, via, looks_like_report, first_seen, last_seen,
     ordered_at, report_year, last_record)
VALUES (:portal, :url, :listing, :title, :listed_on, :via, :looks_like_report, :seen, :seen,
    :order, :year, :record)
ON CONFLICT (portal, url) DO UPDATE SET
    title = CASE WHEN excluded.ordered_at >= ordered_at THEN excluded.title ELSE title END,
    listed_on = CASE WHEN excluded.ordered_at >= ordered_at
        THEN excluded.listed_on ELSE listed_on END,
    via = CASE WHEN excluded.ordered_at >= ordered_at THEN excluded.via ELSE via END,
    listing = CASE WHEN excluded.ordered_at >= ordered_at THEN excluded.listing ELSE listing END,
    looks_like_report = CASE WHEN excluded.ordered_at >= ordered_at
        THEN excluded.looks_like_report ELSE looks_like_report END,
    report_year = CASE WHEN excluded.ordered_at >= ordered_at
        THEN excluded.report_year ELSE report_year END,
    last_record = CASE WHEN excluded.ordered_at >= ordered_at
        THEN excluded.last_record ELSE last_record END,
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = CASE WHEN excluded.ordered_at >= ordered_at
        THEN excluded.last_seen ELSE last_seen END,
    ordered_at = max(ordered_at, excluded.ordered_at)
"""

BECAME_OF_URL = """
        (SELECT d.outcome FROM documents d WHERE d.asked_url = {table}.url
         ORDER BY d.ordered_at DESC, d.record_id DESC LIMIT 1),
        (SELECT CASE f.kind WHEN 'request_failed' THEN 'failed' ELSE f.kind END FROM findings f
         WHERE f.url = {table}.url AND (f.kind = 'request_failed' OR f.kind IN
            ('redirect_loop', 'redirect_nowhere', 'redirected_to_home', 'redirected_to_parent'))
         ORDER BY f.kind LIMIT 1),
        'no_capture'"""
"""What was captured at the address of a row, or why nothing was."""

SETTLE_ENTRIES = f"""
UPDATE listing_entries SET outcome = CASE
    WHEN NOT looks_like_report THEN 'not_asked'
    ELSE coalesce(
        (SELECT 'report' FROM documents d WHERE d.entry_url = listing_entries.url
         AND d.role = 'attachment' AND d.outcome = 'report' LIMIT 1),
        {BECAME_OF_URL.format(table="listing_entries")})
    END
WHERE portal = :portal
"""  # noqa: S608

SETTLE_ATTACHMENTS = f"""
UPDATE attachments SET outcome = CASE
    WHEN NOT is_asked THEN 'not_asked'
    ELSE coalesce({BECAME_OF_URL.format(table="attachments")})
    END
WHERE portal = :portal
"""  # noqa: S608

ASKED_ATTACHMENTS = """
SELECT url, text, record_id, ordinal FROM attachments
WHERE portal = ? AND is_asked = 1 AND (record_id, ordinal) > (?, ?)
ORDER BY record_id, ordinal LIMIT ?
"""
