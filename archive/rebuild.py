"""Makes archive.db again from the WARC files alone, and takes in what it lacks of them.

What cannot be read is reported and left out; everything else is kept. The caller holds the data
folder's writer lock.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.index_parts import PartRows, ReadPart, parts_of, read_part
from archive.ingest import read_rows
from archive.processes import run_in_order
from archive.soundness import set_aside_unsound
from archive.walk import Damage, find_warc, warc_names

PARALLEL_FROM = 256 * 1024 * 1024
"""Bytes of WARC files from which several processes index them: they take half a second to start,
and half as much CPU again for each capture, of which the one that stores has 0.09 ms of 0.34."""

SHOWN = 1000
"""Damaged stretches kept in a report; more are counted."""


@dataclass(frozen=True, slots=True)
class DamagedStretch:
    """Bytes of a WARC file that could not be indexed, and why."""

    file: str
    damage: Damage

    def __str__(self) -> str:
        damage = self.damage
        return (
            f"{self.file} offset {damage.offset}: {damage.length} bytes cannot be indexed: "
            f"{damage.problem}; restore the file from a copy if there is one"
        )


@dataclass(slots=True)
class IndexingReport:
    """What was indexed, and what could not be. ``forgotten`` counts rows whose records are gone;
    ``set_aside`` is an archive.db that was no database and was moved away.
    """

    files: int = 0
    captures: int = 0
    failures: int = 0
    runs: int = 0
    damaged: list[DamagedStretch] = field(default_factory=list)
    damaged_count: int = 0
    forgotten: int = 0
    set_aside: Path | None = None

    @property
    def is_sound(self) -> bool:
        """Whether every byte of every file could be indexed."""
        return self.damaged_count == 0

    def note(self, stretch: DamagedStretch) -> None:
        """Takes in a damaged stretch."""
        self.damaged_count += 1
        if len(self.damaged) < SHOWN:
            self.damaged.append(stretch)

    def damage_lines(self) -> list[str]:
        """What could not be indexed, for a person."""
        lines = [str(stretch) for stretch in self.damaged]
        if self.damaged_count > len(self.damaged):
            lines.append(f"and {self.damaged_count - len(self.damaged)} more")
        return lines

    def lines(self) -> list[str]:
        """The report for a person."""
        lines = self.damage_lines()
        if self.set_aside is not None:
            lines.append(f"archive.db was no database; it is now {self.set_aside}")
        lines.append(
            f"indexed {self.captures} captures, {self.failures} failures and {self.runs} runs "
            f"from {self.files} WARC files"
        )
        return lines


def rebuild_index(folder: DataFolder, *, jobs: int | None = None) -> IndexingReport:
    """Makes every row of archive.db again, in one transaction: until it ends, readers see the old
    rows. A file that is no database any more is set aside first. With ``jobs`` above 1 so many
    processes read the files, part by part, by default as many as there are cores for an archive of
    PARALLEL_FROM bytes and more; the rows are the same.

    Raises NewerSchema when a newer nianbao wrote archive.db.
    """
    folder.prepare()
    set_aside = set_aside_unsound(folder.archive_db)
    report = IndexingReport(set_aside=set_aside)
    names = warc_names(folder.warc)
    jobs = jobs or _jobs_for(folder, names)
    with ArchiveIndex.open(folder.archive_db) as index, index.transaction():
        index.clear()
        with index.indexes_last():
            if jobs > 1:
                _index_in_parts(folder, index, names, report=report, jobs=jobs)
            else:
                for name in names:
                    index_file(folder, index, name=name, report=report)
        _count(index, report)
    return report


def _jobs_for(folder: DataFolder, names: list[str]) -> int:
    paths = (find_warc(folder.warc, name) for name in names)
    size = sum(path.stat().st_size for path in paths if path is not None)
    return 1 if size < PARALLEL_FROM else os.cpu_count() or 1


def _index_in_parts(
    folder: DataFolder,
    index: ArchiveIndex,
    names: list[str],
    *,
    report: IndexingReport,
    jobs: int,
) -> None:
    """Parts come in order. One that does not begin where the one before it ended was not begun at
    a record: the rest of that file is then read here.
    """
    at: dict[str, int] = {}
    with TemporaryDirectory(prefix="nianbao-index-") as place:
        paths = ((name, find_warc(folder.warc, name)) for name in names)
        parts = (
            part
            for name, path in paths
            if path is not None
            for part in parts_of(path, file=name, folder=Path(place))
        )
        for read in run_in_order(read_part, parts, jobs=jobs, prepare=_nothing, given=()):
            file = read.part.file
            report.files += file not in at
            if read.begin == at.setdefault(file, 0):
                _take_part(index, read, report)
                at[file] = read.read_to
            elif at[file] < read.part.path.stat().st_size:
                report.files -= 1
                index_file(folder, index, name=file, report=report, start=at[file])
                at[file] = read.part.path.stat().st_size
            read.part.rows.unlink()


def _take_part(index: ArchiveIndex, read: ReadPart, report: IndexingReport) -> None:
    for damage in read.damages:
        report.note(DamagedStretch(read.part.file, damage))
    report.damaged_count += read.damage_count - len(read.damages)
    with closing(sqlite3.connect(read.part.rows)) as db:
        index.store(PartRows(db), file=read.part.file, indexed_bytes=read.read_to)


def _nothing() -> None:
    """A worker needs no preparation."""


def index_missing(folder: DataFolder, index: ArchiveIndex, *, report: IndexingReport) -> list[str]:
    """Brings the index up to each file that it knows at another length (after a kill or a power
    failure): rows of records that are gone are forgotten, new records taken in.

    Returns the names of these files.
    """
    known = index.indexed_files()
    changed = []
    for name in warc_names(folder.warc):
        path = find_warc(folder.warc, name)
        size = path.stat().st_size if path is not None else 0
        indexed = known.get(name, 0)
        if path is None or size == indexed:
            continue
        if size < indexed:
            report.forgotten += index.forget_beyond(name, size)
            index.forget_beyond(name, 0)  # the last exchange may be there in part: all anew
            indexed = 0
        # what is indexed ends with an exchange
        index_file(folder, index, name=name, report=report, start=indexed)
        changed.append(name)
    return changed


def index_file(
    folder: DataFolder, index: ArchiveIndex, *, name: str, report: IndexingReport, start: int = 0
) -> None:
    """Takes one file's rows into the index, in one transaction; rows already there stay."""
    path = find_warc(folder.warc, name)
    if path is None:
        return
    report.files += 1
    with index.transaction():
        for part in read_rows(path, file=name, start=start):
            if isinstance(part, Damage):
                report.note(DamagedStretch(name, part))
            else:
                index.store(part.rows, file=name, indexed_bytes=part.read_to)


def _count(index: ArchiveIndex, report: IndexingReport) -> None:
    report.captures = index.count_captures()
    report.failures = index.count_failures()
    report.runs = len(index.run_ids())
