"""What belongs to a report in an archive of its own: every capture, in time, of its page at each
address (as listed, as asked, as reached), of its files and further parts, of the page that links
it, of redirects on the way, and of what pages are shown with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.capture import Role
from archive.errors import ArchiveError
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.records import RecordType
from archive.rows import CaptureRow
from archive.wacz_plan import PackagePlan
from extract.addresses import resolve
from extract.decode import page
from extract.errors import ExtractError
from extract.requisites import requisites_of, requisites_of_stylesheet
from extract.selection import Selection

HTML = frozenset({"text/html", "application/xhtml+xml"})
STYLESHEET = "text/css"

MOST_HOPS = 10
"""Redirects followed from one address, and stylesheets from one page: more than a browser does of
the latter would ever matter."""

READINGS = """
SELECT d.record_id, d.url, d.asked_url, d.entry_url FROM reports r
JOIN report_documents rd USING (report_id) JOIN documents d ON d.record_id = rd.record_id
WHERE {where} ORDER BY d.record_id
"""

FILES = "SELECT url FROM attachments WHERE record_id = ? AND is_asked ORDER BY ordinal"


@dataclass(frozen=True, slots=True)
class _Archive:
    index: ArchiveIndex
    reader: ArchiveReader
    has_requisites: bool


class CaptureChoice:
    """Puts captures into a plan, each address once."""

    def __init__(self, index: ArchiveIndex, reader: ArchiveReader, plan: PackagePlan) -> None:
        first = next(index.iter_captures(roles=[Role.REQUISITE]), None)
        self._archive = _Archive(index, reader, first is not None)
        self._plan = plan
        self._seen = sqlite3.connect("", isolation_level=None)  # on disk where it is large
        self._seen.execute("CREATE TABLE seen (what TEXT PRIMARY KEY) WITHOUT ROWID")

    def add_selected(self, corpus: sqlite3.Connection, selection: Selection) -> None:
        """What belongs to the reports that are selected, or of record ids just those captures; of
        addresses also what is no report there.
        """
        if selection.records:
            for record_id in selection.records:
                self.add_record(record_id)
            return
        for url in selection.urls:
            self.add_address(url)
        where, given = selection.condition()
        for reading in corpus.execute(READINGS.format(where=where), given):
            for name in ("url", "asked_url", "entry_url"):
                if reading[name]:
                    self.add_address(reading[name])
            self._add_files(corpus, reading["record_id"])
            self._add_linking_page(reading["record_id"])

    def add_record(self, record_id: str) -> None:
        """One capture, and what it is shown with."""
        if self._plan.add(record_id) and (row := self._archive.index.find(record_id)) is not None:
            self._add_shown_with(row)

    def add_address(self, url: str, *, hops: int = MOST_HOPS) -> None:
        """Every capture of an address, and of where it redirects to."""
        if self._is_new(f"at {url}"):
            self._add_all(self._archive.index.iter_captures(url=url), hops=hops)

    def _add_files(self, corpus: sqlite3.Connection, record_id: str) -> None:
        for (url,) in corpus.execute(FILES, [record_id]):
            self._add_linked(url)

    def _add_linked(self, url: str, *, hops: int = MOST_HOPS) -> None:
        """What was captured of an address in a page, under that address or where it led."""
        self.add_address(url, hops=hops)
        if self._is_new(f"linked {url}"):
            found = self._archive.index.iter_captures(link_url=url)
            # a robots.txt that was asked for on the way has the same context
            self._add_all((row for row in found if row.context.role is not Role.ROBOTS), hops=hops)

    def _add_linking_page(self, record_id: str) -> None:
        row = self._archive.index.find(record_id)
        if row is None or row.context.page_record is None:
            return
        linking = self._archive.index.find(row.context.page_record)
        if linking is not None:
            self.add_address(linking.url)

    def _add_all(self, rows: Iterable[CaptureRow], *, hops: int) -> None:
        for row in rows:
            if not self._plan.add(row):
                continue
            if 300 <= row.status < 400 and row.record_type is RecordType.RESPONSE and hops:
                for url in self._redirected(row):
                    self.add_address(url, hops=hops - 1)
            else:
                self._add_shown_with(row, hops=hops)

    def _redirected(self, row: CaptureRow) -> Iterator[str]:
        location = self._archive.reader.response(row).header("Location")
        url = resolve(row.url, location) if location else None
        if url is not None:
            yield url

    def _add_shown_with(self, row: CaptureRow, *, hops: int = MOST_HOPS) -> None:
        """Pages and stylesheets name what they are shown with; a revisit what its original does."""
        is_shown = row.mime in HTML or row.mime == STYLESHEET
        if not self._archive.has_requisites or not is_shown or not hops:
            return
        try:
            own = self._archive.reader.original(row) or row
            if not self._is_new(f"shown {own.pointer.record_id}"):
                return
            shown = page(self._archive.reader.capture(own))
        except (ArchiveError, ExtractError):
            return  # its own reading says that it cannot be decoded; it is packed as it is
        named = requisites_of if row.mime in HTML else requisites_of_stylesheet
        for url in named(shown):
            self._add_linked(url, hops=hops - 1)

    def _is_new(self, what: str) -> bool:
        found = self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (what,))
        return found.rowcount > 0

    def close(self) -> None:
        """Forgets what was seen."""
        self._seen.close()
