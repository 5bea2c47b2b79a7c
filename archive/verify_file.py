"""The check of one WARC file: its records, its digest, and that the index says the same of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive.fixity import find_wrong_digests
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.ingest import RowReader
from archive.ledger import digest_file
from archive.ledger_check import is_still_open
from archive.rows import CaptureRow, FailureRow, Rows
from archive.verify_report import Findings, Problem, VerifyFinding
from archive.walk import Damage, WalkedRecord, find_warc, walk_file

SEEN = (
    "CREATE TABLE seen (record_id TEXT, file TEXT, offset INTEGER, digest TEXT,"
    " is_revisit INTEGER, refers_to TEXT)"
)
"""The records of captures and failures that were read."""


@dataclass(frozen=True, slots=True)
class FileToCheck:
    """A file by its final name, whether it has a line in the ledger, and where the records that
    are seen go: a database of their own, since a file may hold millions.
    """

    name: str
    is_in_ledger: bool
    seen: Path


@dataclass(slots=True)
class CheckedFile:
    """What became of the check. ``walked_to`` is where reading ended; of one that ``was_open`` more
    may have come since. ``digest`` are the bytes and SHA-256 of the file, None of one that is still
    written to.
    """

    name: str
    seen: Path
    records: int = 0
    walked_to: int = 0
    was_open: bool = False
    digest: tuple[int, str] | None = None
    found: Findings = field(default_factory=Findings)
    notes: list[str] = field(default_factory=list)


class FileChecker:
    """Checks files of one data folder. ``index`` is None where there is none to compare with."""

    def __init__(self, folder: DataFolder, index: ArchiveIndex | None) -> None:
        self._folder = folder
        self._index = index
        self._indexed = index.indexed_files() if index is not None else {}

    def check(self, file: FileToCheck) -> CheckedFile:
        """Reads every record of a file once; what is just being written is left out."""
        path = find_warc(self._folder.warc, file.name)
        if path is None:
            path = self._folder.warc / file.name
        try:
            return self._check(file, path)
        except FileNotFoundError:  # closed meanwhile: then by its final name
            file.seen.unlink(missing_ok=True)
            return self._check(file, self._folder.warc / file.name)

    def _check(self, file: FileToCheck, path: Path) -> CheckedFile:
        checked = CheckedFile(file.name, file.seen, was_open=is_still_open(path))
        with closing(sqlite3.connect(file.seen, isolation_level=None)) as seen:
            seen.execute("PRAGMA journal_mode = OFF")
            seen.execute("PRAGMA synchronous = OFF")
            seen.execute(SEEN)
            seen.execute("BEGIN")
            _Check(checked, path, self._index, self._indexed, seen).walk()
            seen.execute("COMMIT")
        if file.is_in_ledger or not is_still_open(path):
            checked.digest = digest_file(path)
        return checked


class _Check:
    def __init__(
        self,
        checked: CheckedFile,
        path: Path,
        index: ArchiveIndex | None,
        indexed: dict[str, int],
        seen: sqlite3.Connection,
    ) -> None:
        self._checked = checked
        self._path = path
        self._index = index
        self._indexed_to = indexed.get(checked.name, 0)
        self._seen = seen
        self._still_open = is_still_open(path)

    def walk(self) -> None:
        reading = RowReader(self._checked.name)
        for walked in walk_file(self._path):
            if isinstance(walked, Damage):
                self._take_damage(walked)
                reading.take_damage()
            else:
                self._check_record(walked)
                reading.take(walked)
            self._not_understood(reading.problems())
            self._checked.walked_to = walked.offset + walked.length
            if reading.between_exchanges:
                self._take_rows(reading.rows)
                reading.rows = Rows()
        if not self._still_open:  # the last exchange of an open file may be half written
            reading.close_exchange()
            self._not_understood(reading.problems())
        self._take_rows(reading.rows)

    def _take_damage(self, damage: Damage) -> None:
        if self._still_open and damage.at_end:
            self._checked.notes.append(
                f"{self._checked.name} ends in an unfinished record: a crawl is writing it, or the "
                "next one mends it"
            )
            return
        message = f"{damage.length} bytes hold no readable record ({damage.problem})"
        self._add(Problem.DAMAGED, message, offset=damage.offset)

    def _check_record(self, record: WalkedRecord) -> None:
        self._checked.records += 1
        for wrong in find_wrong_digests(record.headers, record.block):
            record_id = record.headers.record_id
            self._add(Problem.WRONG_DIGEST, wrong, offset=record.offset, record_id=record_id)

    def _not_understood(self, problems: Iterable[Damage]) -> None:
        for damage in problems:
            self._add(Problem.NOT_UNDERSTOOD, damage.problem, offset=damage.offset)

    def _take_rows(self, rows: Rows) -> None:
        for capture in rows.captures:
            pointer = capture.pointer
            self._seen.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(pointer.record_id, pointer.file, pointer.offset, pointer.payload_digest),
                    *(capture.record_type == "revisit", capture.refers_to),
                ),
            )
            self._compare(capture, offset=pointer.offset)
        for failed in rows.failures:
            record_id = failed.failure.record_id
            self._seen.execute(
                "INSERT INTO seen (record_id, file, offset) VALUES (?, ?, ?)",
                (record_id, failed.file, failed.offset),
            )
            self._compare(failed, offset=failed.offset)

    def _compare(self, row: CaptureRow | FailureRow, *, offset: int) -> None:
        """Files to index: each row that the file gives is there, the same in every field."""
        if self._index is None or (self._still_open and offset >= self._indexed_to):
            return
        if isinstance(row, CaptureRow):
            record_id, url = row.pointer.record_id, row.url
            known: CaptureRow | FailureRow | None = self._index.find(record_id)
            known_file = known.pointer.file if isinstance(known, CaptureRow) else ""
        else:
            record_id, url = row.failure.record_id, row.failure.url
            known = self._index.find_failure(record_id)
            known_file = known.file if known is not None else ""
        if known is None:
            message, problem = f"the record of {url} is not in archive.db", Problem.NOT_INDEXED
        elif known != row and known_file == self._checked.name:
            message = f"archive.db says something else of the record of {url}"
            problem = Problem.INDEX_DIFFERS
        else:
            return  # the same, or another file brought the same record first
        self._add(problem, message, offset=offset, record_id=record_id)

    def _add(
        self, problem: Problem, message: str, *, offset: int, record_id: str | None = None
    ) -> None:
        self._checked.found.add(
            VerifyFinding(
                problem=problem,
                file=self._checked.name,
                message=message,
                offset=offset,
                record_id=record_id,
            )
        )
