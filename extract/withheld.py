"""What of corpus.db is not shown, because suppress.txt takes the captures behind it down.

One rule for every output. A capture is taken down by its address or its record id, a revisit also
by that of the record that it repeats. A report is taken down with any capture that something of it
is read from: its current reading, one that a table is taken from, a further part of a split
article. What compares reports (a check across years) goes with any of them, and a finding with an
address or record that it names. What is wrong with a reading is told by record and kind alone. The
archive, and the rows, keep it all.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from functools import cached_property

from archive.errors import TakenDown
from archive.folder import DataFolder
from archive.suppression import Suppression, load_suppression
from extract.schema import open_corpus_to_read
from extract.year_checks import YEAR_CHECKS, year_before

_NAMED = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"()（）,，;；]+|urn:[^\s'\"()（）,，;；]+")


class Withheld:
    """The lines of suppress.txt that take something down, for commands that show the corpus.

    False where nothing is taken down: then every question is answered without a look. Raises
    InvalidSuppression for a file that is not understood. Close it.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        suppression: Suppression | None = None,
        db: sqlite3.Connection | None = None,
    ) -> None:
        """``suppression`` is what the file said, where it was read before; ``db`` a corpus that is
        open already, which is not closed here.
        """
        self._suppression = (
            load_suppression(folder.suppress_file) if suppression is None else suppression
        )
        self._given = db
        self._path = folder.corpus_db
        self._file = folder.suppress_file
        self._reports: dict[str, int | None] = {}

    def __bool__(self) -> bool:
        return bool(self._suppression)

    def close(self) -> None:
        """Closes the corpus, if it was looked at."""
        if "_db" in self.__dict__:
            if self._given is None:
                self._db.close()
            del self._db

    def refuse(self, line: int | None, what: str) -> None:
        """Raises TakenDown, with file and line, when there is a line that takes it down."""
        if line is not None:
            raise TakenDown(f"{self._file} line {line} takes {what} down: archived, and not shown")

    def find_report(self, report_id: str) -> int | None:
        """The line that takes a report down; None when none does."""
        if not self._suppression:
            return None
        if report_id not in self._reports:
            rows = self._db.execute(CAPTURES, {"report": report_id})
            self._reports[report_id] = self._first(rows)
        return self._reports[report_id]

    def find_check(self, report_id: str, identity: str) -> int | None:
        """The line that takes a check of a report down: of one across years, also that of the year
        before; None when none does.
        """
        line = self.find_report(report_id)
        if not self._suppression or line is not None or identity not in YEAR_CHECKS:
            return line
        before = year_before(self._db, report_id)
        return None if before is None else self.find_report(before)

    def find_reading(self, record_id: str) -> int | None:
        """The line that takes down what was read of a capture: the capture, a further part of its
        page, or a report that it is a reading of; None when none does.
        """
        if not self._suppression:
            return None
        read_from = self._db.execute(OF_READING, {"record": record_id}).fetchall()
        reports = self._db.execute(REPORTS_OF, [record_id]).fetchall()
        lines = (
            self._first([("", record_id), *read_from]),
            *(self.find_report(row[0]) for row in reports),
        )
        return next((line for line in lines if line is not None), None)

    def find_records(self, record_ids: Iterable[str]) -> int | None:
        """The line that takes one of these captures down; None when none does."""
        if not self._suppression:
            return None
        return self._first(
            self._db.execute(DOCUMENT, [record_id]).fetchone() or ("", record_id)
            for record_id in dict.fromkeys(record_ids)
        )

    def records(self) -> frozenset[str]:
        """The documents' captures that are taken down, found in one go."""
        if not self._suppression:
            return frozenset()
        urls = (row[0] for row in self._db.execute(URLS))
        covered = json.dumps([url for url in urls if self._suppression.covers(url)])
        found = {row[0] for row in self._db.execute(DOCUMENTS_AT, [covered])}
        return self._suppression.record_ids | found

    def reports(self) -> frozenset[str]:
        """The reports that are taken down, found in one go: those of which ``find_report`` gives a
        line.
        """
        records = self.records()
        if not records:
            return frozenset()
        given = {"records": json.dumps(sorted(records))}
        return frozenset(row[0] for row in self._db.execute(REPORTS, given))

    def find_entry(self, url: str) -> int | None:
        """The line that takes down an address, or a report that was read there; None when none
        does."""
        if not self._suppression:
            return None
        found = [self.find_capture(url)]
        found += [self.find_report(row[0]) for row in self._db.execute(REPORTS_AT, {"url": url})]
        return next((line for line in found if line is not None), None)

    def find_capture(self, url: str, record_id: str = "") -> int | None:
        """The line that takes down a capture, or an address where it is asked without one."""
        return self._suppression.find_line(url, record_id)

    def find_named(self, text: str) -> int | None:
        """The line that takes down an address, a record or what was read of one that a message
        names; else None.
        """
        if not self._suppression:
            return None
        lines = (
            self.find_reading(name) if name.startswith("urn:") else self.find_capture(name)
            for name in _NAMED.findall(text)
        )
        return next((line for line in lines if line is not None), None)

    def _first(self, captures: Iterable[tuple[str, str] | sqlite3.Row]) -> int | None:
        lines = (self._suppression.find_line(url, record_id) for url, record_id in captures)
        return next((line for line in lines if line is not None), None)

    @cached_property
    def _db(self) -> sqlite3.Connection:
        return self._given or open_corpus_to_read(self._path)


DOCUMENT = "SELECT url, record_id FROM documents WHERE record_id = ?"

REPORTS_AT = """
SELECT DISTINCT r.report_id FROM documents d JOIN report_documents r USING (record_id)
WHERE d.entry_url = :url OR d.asked_url = :url ORDER BY 1
"""
OF_READING = """
SELECT url, record_id FROM documents WHERE record_id = :record
UNION SELECT p.url, p.record_id FROM documents d
JOIN documents p ON p.entry_url = d.entry_url AND p.outcome = 'part_of_report'
WHERE d.record_id = :record ORDER BY 1, 2
"""
"""A capture and the further parts of its page."""

REPORTS_OF = "SELECT report_id FROM report_documents WHERE record_id = ? ORDER BY 1"

URLS = "SELECT DISTINCT url FROM documents"
DOCUMENTS_AT = "SELECT record_id FROM documents WHERE url IN (SELECT value FROM json_each(?))"

_READ_FROM = """
SELECT r.report_id, r.record_id FROM reports r WHERE {of_report}
UNION SELECT r.report_id, r.record_id FROM report_tables r WHERE {of_report}
UNION SELECT r.report_id, p.record_id FROM reports r JOIN documents d USING (record_id)
    JOIN documents p ON p.entry_url = d.entry_url AND p.outcome = 'part_of_report' WHERE {of_part}
"""
"""Reports, each with every capture that something of it is read from."""

_ONE = "r.report_id = :report"
CAPTURES = f"""
SELECT url, record_id FROM documents WHERE record_id IN (
    SELECT record_id FROM ({_READ_FROM.format(of_report=_ONE, of_part=_ONE)}))
ORDER BY url, record_id
"""  # noqa: S608

_THESE = "record_id IN (SELECT value FROM json_each(:records))"
REPORTS = f"""
SELECT DISTINCT report_id
FROM ({_READ_FROM.format(of_report=f"r.{_THESE}", of_part=f"p.{_THESE}")})
"""  # noqa: S608
