"""Puts right what a killed run left: open WARC files are closed, torn ends moved aside, index and
fixity ledger brought up to the files.

The caller holds the data folder's writer lock: an ``.open`` file then has no living writer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.clock import utc_now
from archive.folder import DataFolder, free_name, sync_folder
from archive.index import ArchiveIndex
from archive.ledger import Taken, digest_file
from archive.ledger_keeping import Ledger
from archive.rebuild import IndexingReport, index_missing
from archive.walk import OPEN_SUFFIX, WARC_SUFFIX, Damage, walk_file
from archive.warc_file import ClosedBytes, finish_file


@dataclass(frozen=True, slots=True, kw_only=True)
class TornTail:
    """The end of a WARC file that holds no whole record, moved to ``moved_to``."""

    file: str
    offset: int
    length: int
    moved_to: Path

    def __str__(self) -> str:
        return (
            f"{self.file} ended in {self.length} bytes of an unfinished record at offset "
            f"{self.offset}; they are now in {self.moved_to}, and what they were part of will be "
            "asked for again"
        )


@dataclass(slots=True)
class MendReport:
    """What was mended; nothing in it when all was in order."""

    closed: list[str] = field(default_factory=list)
    torn: list[TornTail] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)
    indexing: IndexingReport = field(default_factory=IndexingReport)
    ledger: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report for a person; empty when there was nothing to do."""
        return [
            *map(str, self.torn),
            *(f"{name} was left open by a run that did not end; closed" for name in self.closed),
            *(f"{name} was indexed up to its end" for name in self.indexed),
            *map(str, self.indexing.damaged),
            *self._forgotten(),
            *self.ledger,
        ]

    def _forgotten(self) -> list[str]:
        count = self.indexing.forgotten
        return [f"{count} records were lost with the end of a file; forgotten"] if count else []


def mend(
    folder: DataFolder, index: ArchiveIndex, *, now: Callable[[], datetime] = utc_now
) -> MendReport:
    """Closes every left-over ``.open`` file, keeping each whole record, indexes what is missing,
    and adds to the fixity ledger what it lacks. Doing it twice is doing it once.
    """
    folder.prepare()
    report = MendReport()
    ledger = Ledger(folder, now=now)
    for path in sorted(folder.warc.glob(f"*{WARC_SUFFIX}{OPEN_SUFFIX}")):
        _close_left_over(path, report, now(), ledger)
    report.indexed = index_missing(folder, index, report=report.indexing)
    report.ledger = ledger.settle()
    return report


def _close_left_over(path: Path, report: MendReport, moment: datetime, ledger: Ledger) -> None:
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    whole = _whole_length(path)
    size = path.stat().st_size
    if whole < size:
        report.torn.append(_move_tail(path, name=final.name, offset=whole, moment=moment))
    if whole == 0:
        path.unlink()
        sync_folder(path.parent)
        return
    _sync(path)
    size, sha256 = digest_file(path)
    closed = ClosedBytes(size, sha256, Taken.MEND)
    finish_file(path, final, closed=closed, ledger=ledger)
    report.closed.append(final.name)


def _whole_length(path: Path) -> int:
    """Where the last whole record ends. Damage before it stays where it is: the records behind it
    are good, and verify names it.
    """
    end = 0
    for walked in walk_file(path, skim=True):
        if not isinstance(walked, Damage):
            end = walked.offset + walked.length
    return end


def _move_tail(path: Path, *, name: str, offset: int, moment: datetime) -> TornTail:
    """Copies the tail to a file of its own, durably, before it is cut off."""
    aside = free_name(path.with_name(f"{name}.torn-{moment:%Y%m%d%H%M%S}"))
    with path.open("r+b") as file:
        file.seek(offset)
        with aside.open("xb") as tail:
            shutil.copyfileobj(file, tail)
            tail.flush()
            os.fsync(tail.fileno())
            length = tail.tell()
        sync_folder(path.parent)
        file.truncate(offset)
    return TornTail(file=name, offset=offset, length=length, moved_to=aside)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
