"""Checks the whole archive: digests, gzip members, file ends, revisit targets, and that files and
index say the same. Changes nothing; memory stays bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from archive.errors import ArchiveError, NewerSchema
from archive.fixity import find_wrong_digests
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.ingest import RowReader
from archive.rows import CaptureRow, FailureRow, Rows
from archive.walk import OPEN_SUFFIX, Damage, WalkedRecord, find_warc, walk_file, warc_names

SHOWN = 1000
"""Findings kept in a report; more are counted."""


class Problem(StrEnum):
    """What can be wrong with an archive."""

    DAMAGED = "damaged"
    WRONG_DIGEST = "wrong_digest"
    NOT_UNDERSTOOD = "not_understood"
    NO_INDEX = "no_index"
    NOT_INDEXED = "not_indexed"
    INDEX_DIFFERS = "index_differs"
    RECORD_MISSING = "record_missing"
    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_DIFFERS = "original_differs"


_WHAT_TO_DO = {
    Problem.DAMAGED: "restore the file from a copy; everything else in it is still readable",
    Problem.WRONG_DIGEST: "do not trust the record; restore the file from a copy",
    Problem.NOT_UNDERSTOOD: "a newer nianbao may have written it",
    Problem.NO_INDEX: "run `nianbao rebuild`",
    Problem.NOT_INDEXED: "run `nianbao rebuild`",
    Problem.INDEX_DIFFERS: "run `nianbao rebuild`",
    Problem.RECORD_MISSING: "put the file back, or run `nianbao rebuild` to forget the record",
    Problem.ORIGINAL_MISSING: "put back the file that holds the original",
    Problem.ORIGINAL_DIFFERS: "one of the two records is wrong; restore their files from copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyFinding:
    """One thing that is wrong. ``offset`` and ``record_id`` are None where they do not apply."""

    problem: Problem
    file: str
    message: str
    offset: int | None = None
    record_id: str | None = None

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file} offset {self.offset}"
        record = f" ({self.record_id})" if self.record_id else ""
        return f"{place}{record}: {self.message}; {_WHAT_TO_DO[self.problem]}"


@dataclass(slots=True)
class VerifyReport:
    """What was checked and what is wrong. ``notes`` are no faults: a file still written to."""

    files: int = 0
    records: int = 0
    stored_bytes: int = 0
    findings: list[VerifyFinding] = field(default_factory=list)
    findings_count: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return self.findings_count == 0

    def add(self, finding: VerifyFinding) -> None:
        """Takes in a finding."""
        self.findings_count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(finding)

    def lines(self) -> list[str]:
        """The report for a person."""
        more = self.findings_count - len(self.findings)
        return [
            *map(str, self.findings),
            *((f"and {more} more",) if more else ()),
            *self.notes,
            f"checked {self.records} records in {self.files} WARC files "
            f"({self.stored_bytes} bytes): {self.findings_count} findings",
        ]


def verify(folder: DataFolder) -> VerifyReport:
    """Reads every record once. May run beside a crawl: what is just being written is left out.

    Raises NewerSchema when a newer nianbao wrote archive.db.
    """
    report = VerifyReport()
    # an empty name is a temporary database on disk: memory stays bounded for any archive
    with closing(sqlite3.connect("")) as seen:
        seen.execute(
            "CREATE TABLE seen (record_id TEXT, file TEXT, offset INTEGER, digest TEXT,"
            " is_revisit INTEGER, refers_to TEXT)"
        )
        index = _open_index(folder, report)
        checking = _Checking(folder, index=index, seen=seen, report=report)
        try:
            checking.check()
        finally:
            if index is not None:
                index.close()
    return report


def _open_index(folder: DataFolder, report: VerifyReport) -> ArchiveIndex | None:
    names = warc_names(folder.warc)
    if not names and not folder.archive_db.exists():
        return None
    try:
        return ArchiveIndex.open(folder.archive_db, read_only=True)
    except NewerSchema:
        raise
    except ArchiveError as error:
        finding = VerifyFinding(
            problem=Problem.NO_INDEX, file=folder.archive_db.name, message=str(error)
        )
        report.add(finding)
        return None


class _Checking:
    def __init__(
        self,
        folder: DataFolder,
        *,
        index: ArchiveIndex | None,
        seen: sqlite3.Connection,
        report: VerifyReport,
    ) -> None:
        self._folder = folder
        self._index = index
        self._seen = seen
        self._report = report
        self._walked_to: dict[str, int] = {}
        self._indexed = index.indexed_files() if index is not None else {}

    def check(self) -> None:
        for name in warc_names(self._folder.warc):
            path = find_warc(self._folder.warc, name)
            if path is not None:
                with suppress(FileNotFoundError):  # closed meanwhile: then by its final name
                    self._check_file(name, path)
                    continue
                self._check_file(name, self._folder.warc / name)
        self._seen.execute("CREATE INDEX by_id ON seen (record_id)")
        self._check_originals()
        self._check_unnamed_originals()
        if self._index is not None:
            self._check_index(self._index)

    def _check_file(self, name: str, path: Path) -> None:
        still_open = path.name.endswith(OPEN_SUFFIX)
        reading = RowReader(name)
        end = 0
        for walked in walk_file(path):
            if isinstance(walked, Damage):
                self._take_damage(name, walked, still_open=still_open)
                reading.take_damage()
            else:
                self._check_record(name, walked)
                reading.take(walked)
            self._not_understood(name, reading.problems())
            end = walked.offset + walked.length
            if reading.between_exchanges:
                self._take_rows(reading.rows, still_open=still_open)
                reading.rows = Rows()
        if not still_open:  # the last exchange of an open file may be half written
            reading.close_exchange()
            self._not_understood(name, reading.problems())
        self._take_rows(reading.rows, still_open=still_open)
        self._walked_to[name] = end
        self._report.files += 1
        self._report.stored_bytes += end

    def _take_damage(self, name: str, damage: Damage, *, still_open: bool) -> None:
        if still_open and damage.at_end:
            self._report.notes.append(
                f"{name} ends in an unfinished record: a crawl is writing it, or the next one "
                "mends it"
            )
            return
        self._add(
            Problem.DAMAGED,
            name,
            message=f"{damage.length} bytes hold no readable record ({damage.problem})",
            offset=damage.offset,
        )

    def _check_record(self, name: str, record: WalkedRecord) -> None:
        self._report.records += 1
        for wrong in find_wrong_digests(record.headers, record.block):
            self._add(
                Problem.WRONG_DIGEST,
                name,
                message=wrong,
                offset=record.offset,
                record_id=record.headers.record_id,
            )

    def _not_understood(self, name: str, problems: Iterable[Damage]) -> None:
        for damage in problems:
            self._add(Problem.NOT_UNDERSTOOD, name, message=damage.problem, offset=damage.offset)

    def _take_rows(self, rows: Rows, *, still_open: bool) -> None:
        for capture in rows.captures:
            pointer = capture.pointer
            self._seen.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(pointer.record_id, pointer.file, pointer.offset, pointer.payload_digest),
                    *(capture.record_type == "revisit", capture.refers_to),
                ),
            )
            self._compare(capture, file=pointer.file, offset=pointer.offset, still_open=still_open)
        for failed in rows.failures:
            record_id = failed.failure.record_id
            self._seen.execute(
                "INSERT INTO seen (record_id, file, offset) VALUES (?, ?, ?)",
                (record_id, failed.file, failed.offset),
            )
            self._compare(failed, file=failed.file, offset=failed.offset, still_open=still_open)

    def _compare(
        self, row: CaptureRow | FailureRow, *, file: str, offset: int, still_open: bool
    ) -> None:
        """Files to index: each row that the file gives is there, the same in every field."""
        if self._index is None or (still_open and offset >= self._indexed.get(file, 0)):
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
        elif known != row and known_file == file:
            message = f"archive.db says something else of the record of {url}"
            problem = Problem.INDEX_DIFFERS
        else:
            return  # the same, or another file brought the same record first
        self._add(problem, file, message=message, offset=offset, record_id=record_id)

    def _check_originals(self) -> None:
        rows = self._seen.execute(
            "SELECT revisit.record_id, revisit.file, revisit.offset, revisit.refers_to,"
            " original.record_id IS NULL FROM seen AS revisit"
            " LEFT JOIN seen AS original ON original.record_id = revisit.refers_to"
            " AND NOT original.is_revisit"
            " WHERE revisit.is_revisit AND revisit.refers_to IS NOT NULL"
            " AND (original.record_id IS NULL"
            " OR original.digest <> revisit.digest) ORDER BY revisit.file, revisit.offset"
        )
        for record_id, file, offset, target, missing in rows:
            message = (
                f"the record {target} that this revisit refers to is in no file"
                if missing
                else f"the payload digest is not that of {target}, which it refers to"
            )
            problem = Problem.ORIGINAL_MISSING if missing else Problem.ORIGINAL_DIFFERS
            self._add(problem, file, message=message, offset=offset, record_id=record_id)

    def _check_unnamed_originals(self) -> None:
        """Revisits of other tools that name no record: their payload digest must be another's."""
        self._seen.execute("CREATE INDEX by_digest ON seen (digest) WHERE NOT is_revisit")
        unnamed = "FROM seen AS revisit WHERE is_revisit AND refers_to IS NULL"
        rows = self._seen.execute(
            f"SELECT record_id, file, offset, digest {unnamed} AND digest <> '' AND NOT EXISTS"  # noqa: S608
            " (SELECT 1 FROM seen WHERE NOT is_revisit AND digest = revisit.digest)"
            " ORDER BY file, offset"
        )
        for record_id, file, offset, digest in rows:
            message = f"this revisit names no record, and none has its payload digest {digest}"
            self._add(
                Problem.ORIGINAL_MISSING, file, message=message, offset=offset, record_id=record_id
            )
        unchecked = self._seen.execute(f"SELECT count(*) {unnamed} AND digest = ''").fetchone()[0]
        if unchecked:
            self._report.notes.append(
                f"{unchecked} revisits name neither a record nor a payload digest: whether the "
                "archive holds what they refer to cannot be checked"
            )

    def _check_index(self, index: ArchiveIndex) -> None:
        """Index to files: each row's record was read where the row says."""
        for capture in index.iter_captures():
            pointer = capture.pointer
            self._expect(pointer.record_id, pointer.file, pointer.offset)
        for failed in index.iter_failure_rows():
            self._expect(failed.failure.record_id, failed.file, failed.offset)

    def _expect(self, record_id: str, file: str, offset: int) -> None:
        walked_to = self._walked_to.get(file)
        path = find_warc(self._folder.warc, file)
        still_open = path is not None and path.name.endswith(OPEN_SUFFIX)
        if still_open and (walked_to is None or offset >= walked_to):
            return  # written after the file was read
        found = self._seen.execute(
            "SELECT 1 FROM seen WHERE record_id = ? AND file = ? AND offset = ?",
            (record_id, file, offset),
        )
        if found.fetchone() is None:
            message = "archive.db places a record here, but it cannot be read"
            if walked_to is None:
                message = "archive.db places a record in this file, which is not there"
            self._add(
                Problem.RECORD_MISSING, file, message=message, offset=offset, record_id=record_id
            )

    def _add(
        self,
        problem: Problem,
        file: str,
        *,
        message: str,
        offset: int | None = None,
        record_id: str | None = None,
    ) -> None:
        self._report.add(
            VerifyFinding(
                problem=problem, file=file, message=message, offset=offset, record_id=record_id
            )
        )
