"""What can be checked once the records of all files are known: what revisits refer to, and that the
index places nothing where nothing is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.verify_file import SEEN, CheckedFile
from archive.verify_report import Problem, VerifyFinding, VerifyReport
from archive.walk import find_warc


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a file was read, and whether it was still written to."""

    end: int
    was_open: bool


class SeenRecords:
    """The records that were read, in a temporary database: memory stays bounded for any archive.

    ``all_files`` is False when a sample was read: what is in none of its files may be in others.
    """

    def __init__(self, db: sqlite3.Connection, report: VerifyReport, *, all_files: bool) -> None:
        self._db = db
        self._report = report
        self._all_files = all_files
        db.execute(SEEN)

    def take(self, checked: CheckedFile) -> None:
        """Takes in what was seen of a file, and removes the database that it stood in."""
        self._db.execute("ATTACH ? AS one", (str(checked.seen),))
        self._db.execute("INSERT INTO seen SELECT * FROM one.seen")
        self._db.execute("DETACH one")
        checked.seen.unlink()

    def check_originals(self, index: ArchiveIndex | None) -> None:
        """Whether each revisit refers to a record that is there, of the same payload."""
        self._db.execute("CREATE INDEX by_id ON seen (record_id)")
        rows = self._db.execute(
            "SELECT revisit.record_id, revisit.file, revisit.offset, revisit.refers_to,"
            " revisit.digest, original.record_id IS NULL FROM seen AS revisit"
            " LEFT JOIN seen AS original ON original.record_id = revisit.refers_to"
            " AND NOT original.is_revisit"
            " WHERE revisit.is_revisit AND revisit.refers_to IS NOT NULL"
            " AND (original.record_id IS NULL"
            # other tools' may state none, or one of another algorithm than their original has
            " OR (revisit.digest <> '' AND original.digest <> revisit.digest"
            " AND substr(original.digest, 1, instr(original.digest, ':'))"
            " = substr(revisit.digest, 1, instr(revisit.digest, ':'))))"
            " ORDER BY revisit.file, revisit.offset"
        )
        for record_id, file, offset, target, digest, missing in rows:
            if missing and not self._all_files and index is not None:
                row = index.find(target)
                if row is not None and row.pointer.payload_digest == digest:
                    continue  # in a file that the sample left out
            message = (
                f"the record {target} that this revisit refers to is in no file"
                if missing
                else f"the payload digest is not that of {target}, which it refers to"
            )
            problem = Problem.ORIGINAL_MISSING if missing else Problem.ORIGINAL_DIFFERS
            self._add(problem, file, message=message, offset=offset, record_id=record_id)

    def check_unnamed_originals(self) -> None:
        """Revisits of other tools that name no record: their payload digest must be another's."""
        self._db.execute("CREATE INDEX by_digest ON seen (digest) WHERE NOT is_revisit")
        unnamed = "FROM seen AS revisit WHERE is_revisit AND refers_to IS NULL"
        unknown = (
            f"{unnamed} AND digest <> '' AND NOT EXISTS"  # noqa: S608
            " (SELECT 1 FROM seen WHERE NOT is_revisit AND digest = revisit.digest)"
        )
        if self._all_files:
            query = f"SELECT record_id, file, offset, digest {unknown} ORDER BY file, offset"
            for record_id, file, offset, digest in self._db.execute(query):
                message = f"this revisit names no record, and none has its payload digest {digest}"
                problem = Problem.ORIGINAL_MISSING
                self._add(problem, file, message=message, offset=offset, record_id=record_id)
        elif left := self._count(unknown):
            self._report.notes.append(
                f"{left} revisits name no record, and none of the files that were read has their "
                "payload digest: not checked"
            )
        if unchecked := self._count(f"{unnamed} AND digest = ''"):
            self._report.notes.append(
                f"{unchecked} revisits name neither a record nor a payload digest: whether the "
                "archive holds what they refer to cannot be checked"
            )

    def check_index(
        self, folder: DataFolder, index: ArchiveIndex, walked: Mapping[str, Walked]
    ) -> None:
        """Index to files: each row's record was read where the row says."""
        for capture in index.iter_captures():
            pointer = capture.pointer
            self._expect(folder, walked, pointer.record_id, (pointer.file, pointer.offset))
        for failed in index.iter_failure_rows():
            place = (failed.file, failed.offset)
            self._expect(folder, walked, failed.failure.record_id, place)

    def _expect(
        self,
        folder: DataFolder,
        walked: Mapping[str, Walked],
        record_id: str,
        place: tuple[str, int],
    ) -> None:
        file, offset = place
        read = walked.get(file)
        if read is None and find_warc(folder.warc, file) is not None:
            return  # begun after the files were listed, or left out by the sample
        if read is not None and read.was_open and offset >= read.end:
            return  # written after the file was read
        found = self._db.execute(
            "SELECT 1 FROM seen WHERE record_id = ? AND file = ? AND offset = ?",
            (record_id, file, offset),
        )
        if found.fetchone() is not None:
            return
        message = "archive.db places a record here, but it cannot be read"
        if read is None:
            message = "archive.db places a record in this file, which is not there"
        self._add(Problem.RECORD_MISSING, file, message=message, offset=offset, record_id=record_id)

    def _count(self, condition: str) -> int:
        return int(self._db.execute(f"SELECT count(*) {condition}").fetchone()[0])

    def _add(
        self, problem: Problem, file: str, *, message: str, offset: int, record_id: str
    ) -> None:
        self._report.found.add(
            VerifyFinding(
                problem=problem, file=file, message=message, offset=offset, record_id=record_id
            )
        )
