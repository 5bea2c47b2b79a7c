"""One WARC file while it is written: members appended, handed to the OS, closed by rename.

The name has the suffix ``.open`` until the file is whole and on disk, and its line in the ledger:
the SHA-256 is taken of the bytes as they are written, not as the disk gives them back.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError, DiskRefuses
from archive.folder import sync_folder
from archive.ledger import Taken
from archive.ledger_keeping import Ledger
from archive.member import write_member
from archive.records import Record
from archive.rows import RecordSpan
from archive.walk import OPEN_SUFFIX, WARC_SUFFIX

SYNC_BYTES = 16 * 1024 * 1024
SYNC_SECONDS = 5.0
"""A power failure costs at most this much; a kill of the process costs nothing."""

_BUFFER = 1024 * 1024

_SYNCING = ThreadPoolExecutor(1, thread_name_prefix="sync")
"""Waits for the disk, so that whoever writes does not."""


class WarcFile:
    """An open WARC file in a folder; ``name`` is its final name."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.size = 0
        self._hasher = hashlib.sha256()
        self._final = folder / name
        self._path = folder / (name + OPEN_SUFFIX)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._synced_at = time.monotonic()
        self._synced_size = 0
        self._syncing: Future[None] | None = None
        sync_folder(folder)

    def write(self, records: Iterable[Record]) -> list[RecordSpan]:
        """Appends records and hands them to the OS: all of them, or none when it raises.

        Raises DiskRefuses when the disk is full or fails.
        """
        self._check_disk()
        begin, hasher = self.size, self._hasher.copy()
        spans: list[RecordSpan] = []
        buffer = bytearray()

        def sink(packed: bytes) -> None:
            buffer.extend(packed)
            if len(buffer) >= _BUFFER:
                self._append(buffer)

        try:
            for record in records:
                start = self.size + len(buffer)
                write_member(record.head(), record.block, sink)
                spans.append(RecordSpan(start, self.size + len(buffer) - start))
            self._append(buffer)
        except BaseException as error:
            self.size, self._hasher = begin, hasher
            os.ftruncate(self._handle, begin)
            if isinstance(error, OSError):
                raise self._refusal(error) from error
            raise
        self._sync_when_due()
        return spans

    def _refusal(self, error: OSError) -> DiskRefuses:
        return DiskRefuses(
            f"{self._path} cannot be written ({error.strerror or error}): make room on the disk "
            "and run the same command again; what is archived is safe"
        )

    def _append(self, buffer: bytearray) -> None:
        done = 0
        while done < len(buffer):
            done += os.pwrite(self._handle, buffer[done:] if done else buffer, self.size + done)
        self.size += done
        self._hasher.update(buffer)
        buffer.clear()

    def _check_disk(self) -> None:
        """Raises what the disk said of what was written before."""
        if self._syncing is not None and self._syncing.done():
            try:
                self._syncing.result()
            except OSError as error:
                raise self._refusal(error) from error
            self._syncing = None

    def _sync_when_due(self) -> None:
        if self._syncing is None and (
            self.size - self._synced_size >= SYNC_BYTES
            or time.monotonic() - self._synced_at >= SYNC_SECONDS
        ):
            self._synced_size, self._synced_at = self.size, time.monotonic()
            self._syncing = _SYNCING.submit(os.fsync, self._handle)

    def sync(self) -> None:
        """Has everything written so far on disk when it returns."""
        if self._syncing is not None:
            wait([self._syncing])
            self._check_disk()
        os.fsync(self._handle)
        self._synced_size, self._synced_at = self.size, time.monotonic()

    def close(self, ledger: Ledger) -> None:
        """Takes the final name, after everything is on disk, with its line in the ledger."""
        try:
            self.sync()
        finally:
            os.close(self._handle)
        closed = ClosedBytes(self.size, self._hasher.hexdigest(), Taken.CLOSE)
        finish_file(self._path, self._final, closed=closed, ledger=ledger)


@dataclass(frozen=True, slots=True)
class ClosedBytes:
    """What the ledger is told of a file that is closed: SHA-256 in Base16."""

    size: int
    sha256: str
    taken: Taken


def finish_file(path: Path, final: Path, *, closed: ClosedBytes, ledger: Ledger) -> None:
    """Renames a synced ``.open`` file to its final name, durably; the ledger has its line first.

    Raises ArchiveError rather than to write over another file, DiskRefuses.
    """
    if final.exists():
        raise ArchiveError(f"{path} cannot be closed: {final} is there too; move one away by hand")
    ledger.add(final.name, size=closed.size, sha256=closed.sha256, taken=closed.taken)
    path.rename(final)
    sync_folder(final.parent)


def safe_name(text: str) -> str:
    """A host name (or prefix) as part of a file name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text)[:60].strip("-.") or "unnamed"


def new_name(folder: Path, *, stem: str, serial: int, tail: str, ledger: Ledger) -> tuple[str, int]:
    """The first name from ``serial`` on that no file has or had, closed or open, and its serial."""
    while True:
        name = f"{stem}-{serial:05d}-{tail}{WARC_SUFFIX}"
        paths = (folder / name, folder / (name + OPEN_SUFFIX))
        if not ledger.holds(name) and not any(path.exists() for path in paths):
            return name, serial
        serial += 1
