"""Takes WARC files made elsewhere, by nianbao or by any other tool, into the data folder.

A file is copied, never linked: what its owner's program still writes to it must not change the
archive. It is known by the SHA-256 of its bytes, so the same file is taken in once. Folders that
took in the same files, of the same names, hold the same rows, in whatever order.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.rebuild import IndexingReport, index_file
from archive.walk import WARC_SUFFIX, Damage, walk_file
from archive.warc_file import sync_folder

IMPORTED = "imported"
"""Folder below the WARC folder."""

_UNFINISHED = "incoming.tmp"
_PIECE = 1024 * 1024
_MAX_NAME = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_GZIP = b"\x1f\x8b"
_OTHERS = (
    (b"WARC/", "an uncompressed WARC file; `warcio recompress IN OUT.warc.gz` makes one to import"),
    (b"filedesc:", "an ARC file; `warcio recompress IN OUT.warc.gz` makes a WARC file of it"),
    (b"PK\x03\x04", "a package (WACZ?); unpack it and import the files of its folder archive/"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it, then `warcio recompress` it"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A file taken in: its name below the WARC folder, whether it was there already, and how many
    captures it brought that the archive had not.
    """

    name: str
    was_there: bool
    captures: int = 0

    def __str__(self) -> str:
        if self.was_there:
            return f"was there already, as {self.name}"
        return f"taken in as {self.name}: {self.captures or 'no'} captures that are new"


def check_importable(path: Path) -> None:
    """Raises NotImportable, with what to do, unless a file holds WARC records packed one by one;
    what else it holds, before them too, is damage.
    """
    with path.open("rb") as file:
        start = file.read(10)
    for mark, what in _OTHERS:
        if start.startswith(mark):
            raise NotImportable(f"{path} is {what}")
    if not start.startswith(_GZIP):
        raise NotImportable(f"{path} is no WARC file: it does not begin with a gzip member")
    why = "it is empty"
    for walked in walk_file(path):
        if not isinstance(walked, Damage):
            return
        why = walked.problem
    raise NotImportable(
        f"{path} holds no WARC record in a gzip member of its own ({why}); "
        "`warcio recompress IN OUT.warc.gz` mends files packed as one, and makes WARC of ARC"
    )


def import_file(
    folder: DataFolder, index: ArchiveIndex, path: Path, *, report: IndexingReport
) -> Imported:
    """Copies a WARC file to ``imported/<sha256>-<name>`` and indexes it. The caller holds the data
    folder's writer lock, and has had ``check_importable`` look at the file.

    What is damaged of it is in ``report``; all else is taken in. A kill leaves the file unknown, or
    whole and for the next command to index.
    """
    target = folder.warc / IMPORTED
    target.mkdir(parents=True, exist_ok=True)
    unfinished = target / _UNFINISHED
    try:
        digest = _copy(path, unfinished)
        known = next(target.glob(f"{digest}-*{WARC_SUFFIX}"), None)
        if known is not None:
            return Imported(f"{IMPORTED}/{known.name}", was_there=True)
        final = target / f"{digest}-{_safe_name(path)}"
        unfinished.rename(final)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(target)
    name = f"{IMPORTED}/{final.name}"
    before = index.count_captures()
    index_file(folder, index, name=name, report=report)
    return Imported(name, was_there=False, captures=index.count_captures() - before)


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


def _safe_name(path: Path) -> str:
    """The file's own name, of characters that no shell, index or web server takes for another."""
    name = _UNSAFE.sub("_", path.name.removesuffix(".open"))
    stem = name.removesuffix(".gz").removesuffix(".warc")
    return stem[-_MAX_NAME:].lstrip(".-") + WARC_SUFFIX
