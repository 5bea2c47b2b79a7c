"""Checks the whole archive: the fixity ledger, digests, gzip members, file ends, revisit targets,
and that files and index say the same. Changes nothing; memory stays bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.errors import ArchiveError, NewerSchema
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.ledger import LedgerHead
from archive.ledger_check import (
    LookedAt,
    find_changed,
    find_ledger_faults,
    find_missing,
    find_strangers,
    notes_on,
)
from archive.ledger_keeping import counted
from archive.processes import run_in_order
from archive.sample import Sample
from archive.verify_file import CheckedFile, FileChecker, FileToCheck
from archive.verify_report import Problem, VerifyFinding, VerifyReport
from archive.verify_whole import SeenRecords, Walked
from archive.walk import warc_names

__all__ = ["Problem", "VerifyReport", "verify"]


def verify(
    folder: DataFolder,
    *,
    jobs: int = 1,
    sample: Sample | None = None,
    noted: LedgerHead | None = None,
) -> VerifyReport:
    """Reads every record once, ``jobs`` files at a time. May run beside a crawl: what is just being
    written is left out.

    Of a ``sample`` only these files are read; that all are there is checked all the same, and what
    was not read is in the report. ``noted`` is a head of the ledger that was kept elsewhere. Raises
    NewerSchema when a newer nianbao wrote archive.db.
    """
    report = VerifyReport()
    names = warc_names(folder.warc)
    looked = LookedAt.of(folder)
    read = names if sample is None else sample.choose(names)
    _tell_of_sample(report, names, read, sample)
    index = _open_index(folder, report, is_empty=not names)
    try:
        for finding in (
            *find_ledger_faults(folder, looked, noted=noted),
            *find_strangers(folder, looked),
            *find_missing(folder, looked),
        ):
            report.found.add(finding)
        _check_files(folder, report, index, looked=looked, names=read, jobs=jobs, all_of=names)
    finally:
        if index is not None:
            index.close()
    report.ledger = looked.reading.head
    report.notes += notes_on(looked)
    return report


def _tell_of_sample(
    report: VerifyReport, names: Sequence[str], read: Sequence[str], sample: Sample | None
) -> None:
    if sample is None:
        return
    report.seed = sample.seed
    report.unread = sorted(set(names).difference(read))
    if report.unread:
        report.notes.append(
            f"{len(read)} of {len(names)} WARC files were read, chosen with the seed "
            f"{sample.seed}; not checked: {counted(report.unread)}"
        )


def _open_index(folder: DataFolder, report: VerifyReport, *, is_empty: bool) -> ArchiveIndex | None:
    if is_empty and not folder.archive_db.exists():
        return None
    try:
        return ArchiveIndex.open(folder.archive_db, read_only=True)
    except NewerSchema:
        raise
    except ArchiveError as error:
        finding = VerifyFinding(
            problem=Problem.NO_INDEX, file=folder.archive_db.name, message=str(error)
        )
        report.found.add(finding)
        return None


def _check_files(
    folder: DataFolder,
    report: VerifyReport,
    index: ArchiveIndex | None,
    *,
    looked: LookedAt,
    names: Sequence[str],
    all_of: Sequence[str],
    jobs: int,
) -> None:
    known = {line.file for line in looked.reading.lines}
    digests: dict[str, tuple[int, str]] = {}
    walked: dict[str, Walked] = {}
    # an empty name is a temporary database on disk
    with TemporaryDirectory(prefix="nianbao-verify-") as place, closing(_temporary()) as db:
        seen = SeenRecords(db, report, all_files=len(names) == len(all_of))
        files = (
            FileToCheck(name, name in known, Path(place, f"{number}.db"))
            for number, name in enumerate(names)
        )
        for checked in _checked(folder, index, files, jobs=min(jobs, len(names))):
            report.files += 1
            report.records += checked.records
            report.stored_bytes += checked.walked_to
            report.found.extend(checked.found)
            report.notes += checked.notes
            walked[checked.name] = Walked(checked.walked_to, checked.was_open)
            if checked.digest is not None:
                digests[checked.name] = checked.digest
            seen.take(checked)
        for finding in find_changed(digests, looked.reading):
            report.found.add(finding)
        seen.check_originals(index)
        seen.check_unnamed_originals()
        if index is not None:
            seen.check_index(folder, index, walked)


def _temporary() -> sqlite3.Connection:
    return sqlite3.connect("", isolation_level=None)


def _checked(
    folder: DataFolder, index: ArchiveIndex | None, files: Iterator[FileToCheck], *, jobs: int
) -> Iterator[CheckedFile]:
    if jobs <= 1:
        return map(FileChecker(folder, index).check, files)
    given = (str(folder.root), index is not None)
    return run_in_order(_check_here, files, jobs=jobs, prepare=_prepare_checker, given=given)


_checker: FileChecker | None = None


def _prepare_checker(root: str, has_index: bool) -> None:
    """In a worker process."""
    global _checker
    folder = DataFolder(Path(root))
    index = ArchiveIndex.open(folder.archive_db, read_only=True) if has_index else None
    _checker = FileChecker(folder, index)


def _check_here(file: FileToCheck) -> CheckedFile:
    assert _checker is not None
    return _checker.check(file)
