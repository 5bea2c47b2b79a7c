"""The one writer of the fixity ledger (archive.ledger): adds lines, and catches up with files that
have none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.clock import utc_now
from archive.errors import DiskRefuses
from archive.folder import DataFolder, free_name, sync_folder
from archive.ledger import (
    NO_CHAIN,
    LedgerHead,
    LedgerLine,
    LedgerReading,
    Taken,
    digest_file,
    read_head,
    read_ledger,
)
from archive.walk import is_own, warc_names
from archive.warcinfo import read_ledger_head

NAMED = 5
"""Files named in a line for a person; more are counted."""

PUT_RIGHT = (
    "put warc/ledger.jsonl and ledger-head.txt back from a copy; if there is none, "
    "`nianbao rebuild --new-ledger` begins another"
)


class Ledger:
    """The ledger of a data folder, as its one writer adds to it. Read when it is first needed."""

    def __init__(self, folder: DataFolder, *, now: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._now = now
        self._names: set[str] | None = None
        self._head = LedgerHead()
        self._size = self._torn = 0
        self._problem: str | None = None

    @property
    def head(self) -> LedgerHead:
        """How far the ledger goes; of one that was changed, how far it is known to have gone."""
        self._read()
        return self._head

    @property
    def problem(self) -> str | None:
        """Why nothing can be added to it; None when all is well."""
        self._read()
        return self._problem

    def holds(self, name: str) -> bool:
        """Whether a file has its line."""
        return name in self._read()

    def add(self, name: str, *, size: int, sha256: str, taken: Taken) -> bool:
        """Adds the line of a file, on disk when it returns; a file that has one keeps it.

        Returns whether the file has a line: one that was changed takes none. Raises DiskRefuses.
        """
        if self.holds(name):
            return True
        if self._problem is not None:
            return False
        moment = self._now().astimezone(UTC)
        line = LedgerLine(
            line=self._head.lines + 1,
            file=name,
            size=size,
            sha256=sha256,
            taken_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            taken=taken,
        ).chained(self._head.chain)
        self._append(f"{line.text()}\n".encode("ascii"))
        self._read().add(name)
        self._head = LedgerHead(line.line, line.chain)
        write_head(self._folder, self._head)
        return True

    def settle(self, *, taken: Taken = Taken.LATER) -> list[str]:
        """Adds the lines of closed files that have none: their digests are taken now.

        Returns what was done, and what is wrong with the ledger, for a person; nothing when all
        was in order. Raises DiskRefuses.
        """
        known, said = self._read(), []
        if self._problem is not None:
            return [f"warc/ledger.jsonl cannot be added to: {self._problem}; {PUT_RIGHT}"]
        if self._torn:
            said.append(f"the last {self._torn} bytes of warc/ledger.jsonl are no whole line")
        waiting = [name for name in closed_names(self._folder.warc) if name not in known]
        late = []
        for name in waiting:
            size, sha256 = digest_file(self._folder.warc / name)
            is_imported = not is_own(name) and Path(name).name.startswith(f"{sha256}-")
            self.add(name, size=size, sha256=sha256, taken=Taken.IMPORT if is_imported else taken)
            late += [] if is_imported else [name]
        if late:
            said.append(
                f"{counted(late)} had no line in warc/ledger.jsonl: the digest is taken now, and "
                "says nothing of what changed before"
            )
        return said

    def _read(self) -> set[str]:
        if self._names is None:
            reading = read_ledger(self._folder.ledger)
            self._names = {line.file for line in reading.lines}
            self._size, self._torn = reading.size, reading.torn
            known = read_head(self._folder) or LedgerHead()
            self._problem = find_problem(self._folder, reading, known=known)
            self._head = reading.head
            if self._problem is not None:
                self._head = max(known, reading.head, key=lambda head: head.lines)
        return self._names

    def _append(self, line: bytes) -> None:
        """Behind the last whole line: what a kill left of another one is written over."""
        path = self._folder.ledger
        is_new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.ftruncate(handle, self._size)
            done = 0
            while done < len(line):
                done += os.pwrite(handle, line[done:], self._size + done)
            os.fsync(handle)
        except OSError as error:
            os.ftruncate(handle, self._size)
            raise DiskRefuses(
                f"{path} cannot be written ({error.strerror or error}): make room on the disk and "
                "run the same command again; what is archived is safe"
            ) from error
        finally:
            os.close(handle)
        if is_new:
            sync_folder(path.parent)
        self._size += len(line)


def write_head(folder: DataFolder, head: LedgerHead) -> None:
    """Notes how far the ledger goes, beside it: whole or not at all. Raises DiskRefuses."""
    write_whole(folder.ledger_head, f"{head}\n")


def write_whole(path: Path, text: str) -> None:
    """Writes a small file through to the disk, whole or not at all. Raises DiskRefuses."""
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise DiskRefuses(
            f"{path} cannot be written ({error.strerror or error}): make room on the disk and run "
            "the same command again; what is archived is safe"
        ) from error


def closed_names(folder: Path) -> list[str]:
    """Names of the WARC files below a folder that are closed, in the order of ``warc_names``."""
    return [name for name in warc_names(folder) if (folder / name).is_file()]


def counted(names: Sequence[str]) -> str:
    """Some names, for a person."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} closed WARC files ({', '.join(names[:NAMED])}{more})"


def find_problem(folder: DataFolder, reading: LedgerReading, *, known: LedgerHead) -> str | None:
    """Why a ledger is not the one that was written; None when nothing speaks against it. ``known``
    is its head as it stands beside it; the newest file of its lines knows one too.
    """
    if reading.faults:
        return str(reading.faults[0])
    if (problem := reading.find_contradiction(known)) is not None:
        return problem
    own = (line for line in reversed(reading.lines) if is_own(line.file))
    witness = next(filter(None, (witness_of(folder, line) for line in own)), None)
    if witness is not None:
        return reading.find_contradiction(witness)
    if not reading.lines:
        closed = filter(is_own, closed_names(folder.warc))
        if any(read_ledger_head(folder.warc / name) is not None for name in closed):
            return "it is not there, and there was one when the WARC files were written"
    return None


def witness_of(folder: DataFolder, line: LedgerLine) -> LedgerHead | None:
    """The head that a file's warcinfo record names; None where it names none, or one of another
    ledger: the file had no line in this one when it was closed.
    """
    path = folder.warc / line.file
    if line.taken in (Taken.LATER, Taken.ANEW) or not path.is_file():
        return None
    return read_ledger_head(path)


def begin_anew(folder: DataFolder, *, now: Callable[[], datetime] = utc_now) -> list[str]:
    """Begins another ledger with a line for each closed WARC file, in place of one that is lost or
    was changed, which is moved aside. What changed before cannot be seen any more, and each line
    says so. Whole or not at all; returns what was done, for a person.
    """
    moment = now().astimezone(UTC)
    lines, before = [], NO_CHAIN
    for number, name in enumerate(closed_names(folder.warc), start=1):
        size, sha256 = digest_file(folder.warc / name)
        line = LedgerLine(
            line=number,
            file=name,
            size=size,
            sha256=sha256,
            taken_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            taken=Taken.ANEW,
        ).chained(before)
        lines.append(line)
        before = line.chain
    text = "".join(f"{line.text()}\n" for line in lines)
    folder.ledger_head.unlink(missing_ok=True)  # of the former one
    if folder.ledger.exists():
        aside = f"{folder.ledger.name}.replaced-{moment:%Y%m%d%H%M%S}"
        folder.ledger.rename(free_name(folder.ledger.with_name(aside)))
    write_whole(folder.ledger, text)
    head = LedgerHead(len(lines), before)
    write_head(folder, head)
    return [f"warc/ledger.jsonl was begun anew, with {len(lines)} lines; its head is {head}"]
