"""Whether the WARC files are those of the fixity ledger, and the ledger is the one once written.

Files are looked at before the ledger is read, which gets its line before a file is closed: beside a
crawl nothing looks wrong that is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.folder import DataFolder
from archive.ledger import (
    LedgerHead,
    LedgerLine,
    LedgerReading,
    Taken,
    read_head,
    read_ledger,
)
from archive.ledger_keeping import closed_names, counted, witness_of
from archive.verify_report import Problem, VerifyFinding
from archive.walk import OPEN_SUFFIX, find_warc, is_own
from archive.warcinfo import read_ledger_head

NAME = "ledger.jsonl"

HEADS_NAMED = 20
"""WARC files that contradict the ledger are named up to here."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a look at the folder found, before any file was read."""

    closed: tuple[str, ...]
    head: LedgerHead | None
    reading: LedgerReading

    @classmethod
    def of(cls, folder: DataFolder) -> LookedAt:
        """In the order that a crawl beside it cannot disturb."""
        return cls(tuple(closed_names(folder.warc)), read_head(folder), read_ledger(folder.ledger))


def find_ledger_faults(
    folder: DataFolder, looked: LookedAt, *, noted: LedgerHead | None = None
) -> Iterator[VerifyFinding]:
    """What is wrong with the ledger itself. ``noted`` is a head that somebody kept elsewhere."""
    reading = looked.reading
    for fault in reading.faults:
        yield _of_ledger(str(fault))
    for head, who in ((looked.head, "ledger-head.txt"), (noted, "the head that was given")):
        problem = reading.find_contradiction(head) if head is not None else None
        if problem is not None:
            yield _of_ledger(f"{problem}, says {who}")
    if not reading.is_there and _had_ledger(folder, looked.closed):
        yield _of_ledger("it is not there, and there was one when the WARC files were written")
    witnesses = 0
    for line in filter(lambda line: is_own(line.file), reading.lines):
        head = witness_of(folder, line)
        problem = reading.find_contradiction(head) if head is not None else None
        if problem is not None and (witnesses := witnesses + 1) <= HEADS_NAMED:
            yield _of_ledger(f"{problem}, says the warcinfo record of {line.file}")


def find_strangers(folder: DataFolder, looked: LookedAt) -> Iterator[VerifyFinding]:
    """Closed files without a line, once there is a ledger. An imported one may still wait for its
    line: its name tells its digest.
    """
    if not looked.reading.is_there:
        return
    known = {line.file for line in looked.reading.lines}
    for name in looked.closed:
        if name not in known and is_own(name):
            message = "no line of the ledger names this file: it was put here, or its line is gone"
            yield VerifyFinding(problem=Problem.NOT_IN_LEDGER, file=name, message=message)


def find_missing(folder: DataFolder, looked: LookedAt) -> Iterator[VerifyFinding]:
    """Lines whose file is not there, or not of the length that they say."""
    for line in looked.reading.lines:
        path = find_warc(folder.warc, line.file)
        if path is None:
            message = f"the file is not there, {_said(line)}"
            yield VerifyFinding(problem=Problem.FILE_MISSING, file=line.file, message=message)


def find_changed(
    digests: Mapping[str, tuple[int, str]], reading: LedgerReading
) -> Iterator[VerifyFinding]:
    """Files that are not what their lines say. ``digests`` are bytes and SHA-256 as they were
    read now, by name.
    """
    by_digest = {line.sha256: line for line in reading.lines}
    for line in reading.lines:
        size, sha256 = digests.get(line.file, (line.size, line.sha256))
        if (size, sha256) == (line.size, line.sha256):
            continue
        other = by_digest.get(sha256)
        if other is not None and other.file != line.file:
            message = f"it holds what the ledger says of {other.file} (line {other.line})"
            problem = Problem.FILE_EXCHANGED
        else:
            message = f"it has {size} bytes and the SHA-256 {sha256}, {_said(line)}"
            problem = Problem.FILE_CHANGED
        yield VerifyFinding(problem=problem, file=line.file, message=message)


def differences(folder: DataFolder) -> list[str]:
    """What can be told without reading the files: those of the ledger that are not there, or have
    another length; for a person.
    """
    looked = LookedAt.of(folder)
    found = [*find_missing(folder, looked), *find_ledger_faults(folder, looked)]
    for line in looked.reading.lines:
        path = find_warc(folder.warc, line.file)
        size = line.size if path is None else path.stat().st_size
        if size != line.size:
            message = f"it has {size} bytes, {_said(line)}"
            found.append(
                VerifyFinding(problem=Problem.FILE_CHANGED, file=line.file, message=message)
            )
    return list(map(str, found))


def notes_on(looked: LookedAt) -> list[str]:
    """What is no fault and should be known: which digests were not taken when a file was closed."""
    reading, notes = looked.reading, []
    if reading.torn:
        notes.append(f"{NAME} ends in an unfinished line, which the next crawl writes over")
    late = [line.file for line in reading.lines if line.taken is Taken.LATER]
    if late:
        notes.append(
            f"{counted(late)} got their line later than they were closed: what changed "
            "before is not seen"
        )
    anew = Counter(line.taken_at for line in reading.lines if line.taken is Taken.ANEW)
    for moment, count in anew.items():
        notes.append(
            f"the ledger was begun anew at {moment} with {count} files: what changed "
            "before is not seen"
        )
    known = {line.file for line in reading.lines}
    waiting = [name for name in looked.closed if name not in known]
    if waiting and not reading.is_there:
        notes.append(
            f"{counted(waiting)} have no ledger yet: the next crawl, or `nianbao "
            "rebuild`, takes their digests"
        )
    elif imported := [name for name in waiting if not is_own(name)]:
        notes.append(
            f"{counted(imported)} were imported and have no line in the ledger yet: the "
            "next crawl adds it"
        )
    return notes


def _had_ledger(folder: DataFolder, closed: Sequence[str]) -> bool:
    paths: Iterator[Path] = (folder.warc / name for name in closed if is_own(name))
    return any(read_ledger_head(path) is not None for path in paths)


def _of_ledger(message: str) -> VerifyFinding:
    return VerifyFinding(problem=Problem.LEDGER_CHANGED, file=NAME, message=message)


def _said(line: LedgerLine) -> str:
    return (
        f"and line {line.line} of the ledger ({line.taken.value}, {line.taken_at}) says "
        f"{line.size} bytes, SHA-256 {line.sha256}"
    )


def is_still_open(path: Path) -> bool:
    """Whether a WARC file has not its final name yet."""
    return path.name.endswith(OPEN_SUFFIX)
