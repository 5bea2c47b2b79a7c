"""Takes WARC and ARC files made elsewhere, by nianbao or by any other tool, into the data folder.

A file is copied, never linked: what its owner's program still writes to it must not change the
archive. One whose records are not packed each by itself is turned into one where they are. A file
is known by the SHA-256 of its bytes as they came, so it is taken in once. Folders that took in the
same files, of the same names, hold the same rows, in whatever order.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from archive.folder import DataFolder, sync_folder
from archive.importable import Packing
from archive.index import ArchiveIndex
from archive.ledger import Taken, digest_file
from archive.ledger_keeping import Ledger
from archive.rebuild import IndexingReport, index_file
from archive.turning import Original, Turned, turn
from archive.walk import WARC_SUFFIX

IMPORTED = "imported"
"""Folder below the WARC folder."""

_UNFINISHED = "incoming.tmp"
_TURNING = "turned.tmp"
_PIECE = 1024 * 1024
_MAX_NAME = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SUFFIXES = re.compile(r"(?:\.w?arc)?(?:\.gz|\.zst)?(?:\.open)?\Z")


@dataclass(frozen=True, slots=True)
class Imported:
    """A file taken in: its name below the WARC folder, whether it was there already, how many
    captures it brought that the archive had not, and what of it could not be taken in.
    """

    name: str
    was_there: bool
    captures: int = 0
    turned: Turned | None = None

    def __str__(self) -> str:
        if self.was_there:
            return f"was there already, as {self.name}"
        return f"taken in as {self.name}: {self.captures or 'no'} captures that are new"

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out in turning it; damage of a copy shows on indexing."""
        return self.turned is None or self.turned.left_out_count == 0

    def left_out_lines(self) -> list[str]:
        """What of it was left out, for a person."""
        if self.turned is None:
            return []
        lines = [str(one) for one in self.turned.left_out]
        more = self.turned.left_out_count - len(lines)
        return [*lines, *((f"and {more} more",) if more else ())]


def import_file(
    folder: DataFolder,
    index: ArchiveIndex,
    path: Path,
    *,
    packing: Packing,
    report: IndexingReport,
    called: str | None = None,
) -> Imported:
    """Takes a file in as ``imported/<sha256>-<name>`` and indexes it. The caller holds the data
    folder's writer lock; ``packing`` is what ``packing_of`` found. ``called`` is the file's name
    where its path is not that.

    What is damaged of it is in ``report`` or in what is returned; all else is taken in. A kill
    leaves the file unknown, or whole and for the next command to index. Raises NotImportable when
    a file that has to be turned holds no whole record.
    """
    target = folder.warc / IMPORTED
    target.mkdir(parents=True, exist_ok=True)
    unfinished, turning = target / _UNFINISHED, target / _TURNING
    own_name = called or path.name
    try:
        digest = _copy(path, unfinished)
        known = find_imported(folder, digest)
        if known is not None:
            return Imported(known, was_there=True)
        ready, turned = unfinished, None
        if packing is not Packing.BY_RECORD:
            is_arc = packing is Packing.ARC
            original = Original(path=unfinished, name=own_name, digest=digest, is_arc=is_arc)
            ready, turned = turning, turn(original, turning)
        name = f"{digest}-{safe_name(own_name)}"
        return settle(folder, index, ready, name=name, report=report, turned=turned)
    finally:
        unfinished.unlink(missing_ok=True)
        turning.unlink(missing_ok=True)


def find_imported(folder: DataFolder, digest: str) -> str | None:
    """The name below the WARC folder of the file that was imported under a digest; None if none
    was.
    """
    known = next((folder.warc / IMPORTED).glob(f"{digest}-*{WARC_SUFFIX}"), None)
    return None if known is None else f"{IMPORTED}/{known.name}"


def settle(
    folder: DataFolder,
    index: ArchiveIndex,
    ready: Path,
    *,
    name: str,
    report: IndexingReport,
    turned: Turned | None = None,
) -> Imported:
    """Gives a file that is whole and on disk its name among the imported ones, and indexes it."""
    folder.unread.touch()
    sync_folder(folder.root)
    ready.rename(folder.warc / IMPORTED / name)
    sync_folder(folder.warc / IMPORTED)
    below, before = f"{IMPORTED}/{name}", index.count_captures()
    size, sha256 = digest_file(folder.warc / below)
    Ledger(folder).add(below, size=size, sha256=sha256, taken=Taken.IMPORT)
    index_file(folder, index, name=below, report=report)
    return Imported(below, False, index.count_captures() - before, turned)


def _copy(path: Path, target: Path) -> str:
    """Copies a file through to the disk; gives the SHA-256 of what was written, Base16."""
    hasher = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as copy:
        while piece := source.read(_PIECE):
            hasher.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    return hasher.hexdigest()


def safe_name(name: str) -> str:
    """A file's own name, of characters that no shell, index or web server takes for another."""
    stem = _SUFFIXES.sub("", _UNSAFE.sub("_", name))
    return stem[-_MAX_NAME:].lstrip(".-") + WARC_SUFFIX
