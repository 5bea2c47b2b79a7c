"""The folder ``cdxj/``: sorted CDXJ over all closed WARC files, in few files for however many.

A closed WARC file first gets a CDXJ file of its own. Whenever FAN files have gathered on a level
they are merged into one of the next, so that there are at most FAN - 1 on each and as many levels
as the number of WARC files has digits to the base FAN: 28 files for 4,096 WARC files. A reader that
looks through every file (pywb does) stays fast, and a line is written once for each level.

``files.json`` says which WARC files, of which length and date, each CDXJ file covers. It is
replaced whole: what it does not name is none of it. So each file appears whole or not at all, and a
kill leaves at worst files that the next call removes.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archive.cdxj import SUFFIX, cdxj_lines
from archive.folder import DataFolder, sync_folder
from archive.walk import WARC_SUFFIX, is_own

FAN = 8
"""Files of a level that become one of the next."""

MANIFEST = "files.json"

_SAVED_AFTER = 100
"""New files after which the manifest is saved, so that a kill costs no more work than that."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A WARC file's length and date (nanoseconds), by which a change of it is noticed."""

    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class CdxjFile:
    """A CDXJ file: its level, its own length, and the WARC files whose lines it holds."""

    level: int
    size: int
    covers: Mapping[str, Stamp]


def write_cdxj(folder: DataFolder) -> list[Path]:
    """Makes the folder ``cdxj/`` current: a line for each capture of each closed WARC file, and
    none of files that are gone or were another then.

    Returns the files written that are still there. A crawl that ends and a replay that begins wait
    for each other. Raises OSError when the disk refuses.
    """
    folder.cdxj.mkdir(parents=True, exist_ok=True)
    with _locked(folder.cdxj, fcntl.LOCK_EX):
        making = _Making(folder)
        making.forget_stale()
        making.add_missing()
        making.merge()
        making.remove_others()
        return making.written()


@contextmanager
def current_cdxj(folder: DataFolder) -> Iterator[dict[str, Path]]:
    """The CDXJ file of each WARC file that is covered as it is now, by its name; while it is held,
    none of them is changed or removed. Writes nothing: the folder may be on a medium that is read.
    """
    if not folder.cdxj.is_dir():
        yield {}
        return
    with _locked(folder.cdxj, fcntl.LOCK_SH):
        stamps = _stamps(folder.warc)
        yield {
            warc: folder.cdxj / name
            for name, file in _read_manifest(folder.cdxj).items()
            if all(stamps.get(warc) == stamp for warc, stamp in file.covers.items())
            for warc in file.covers
        }


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _stamps(folder: Path) -> dict[str, Stamp]:
    """The closed WARC files, by their names below the folder."""
    found = {}
    for path in folder.rglob("*" + WARC_SUFFIX):
        with suppress(FileNotFoundError):
            stat = path.stat()
            found[path.relative_to(folder).as_posix()] = Stamp(stat.st_size, stat.st_mtime_ns)
    return found


def _read_manifest(folder: Path) -> dict[str, CdxjFile]:
    """The files that are there as the manifest says; nothing when it is lost or no manifest: then
    all are made again.
    """
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = {
            str(name): CdxjFile(
                int(file["level"]),
                int(file["size"]),
                {str(warc): Stamp(*map(int, stamp)) for warc, stamp in file["covers"].items()},
            )
            for name, file in said["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {
        name: file
        for name, file in files.items()
        if "/" not in name and _size(folder / name) == file.size
    }


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


class _Making:
    """One call of ``write_cdxj``, under its lock."""

    def __init__(self, folder: DataFolder) -> None:
        self._warc, self._folder = folder.warc, folder.cdxj
        self._stamps = _stamps(folder.warc)
        self._files = _read_manifest(self._folder)
        self._new: list[str] = []

    def forget_stale(self) -> None:
        """Takes out the lines of WARC files that are gone, or not what they were."""
        for name, file in sorted(self._files.items()):
            kept = {
                warc: stamp
                for warc, stamp in file.covers.items()
                if self._stamps.get(warc) == stamp
            }
            if len(kept) == len(file.covers):
                continue
            del self._files[name]
            if kept:
                lines = _lines_of(self._folder / name, set(kept))
                self._write(_merged_name(file.level, kept), lines, file.level, kept)

    def add_missing(self) -> None:
        """Makes a file for each WARC file that none covers."""
        covered = {warc for file in self._files.values() for warc in file.covers}
        missing = sorted(set(self._stamps).difference(covered))
        for number, warc in enumerate(missing, start=1):
            lines = cdxj_lines(self._warc / warc, name=warc, skim=is_own(warc))
            packed = (line.encode("utf-8") for line in lines)
            name = warc.replace("/", "_") + SUFFIX
            self._write(name, packed, 0, {warc: self._stamps[warc]})
            if number % _SAVED_AFTER == 0:
                self._save()

    def merge(self) -> None:
        """Merges levels that are full, the lowest first."""
        level = 0
        while True:
            names = sorted(name for name, file in self._files.items() if file.level == level)
            if not names and all(file.level < level for file in self._files.values()):
                return
            for begin in range(0, len(names) - FAN + 1, FAN):
                self._merge(names[begin : begin + FAN], level + 1)
            level += 1

    def _merge(self, names: list[str], level: int) -> None:
        covers: dict[str, Stamp] = {}
        for name in names:
            covers |= self._files[name].covers
        with ExitStack() as stack:
            opened = [stack.enter_context((self._folder / name).open("rb")) for name in names]
            self._write(_merged_name(level, covers), heapq.merge(*opened), level, covers)
        for name in names:
            del self._files[name]

    def _write(
        self, name: str, lines: Iterable[bytes], level: int, covers: Mapping[str, Stamp]
    ) -> None:
        target = self._folder / name
        unfinished = target.with_name(f"{name}.tmp")
        with unfinished.open("wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        unfinished.replace(target)
        self._files[name] = CdxjFile(level, size, covers)
        self._new.append(name)

    def _save(self) -> None:
        said = {
            name: {
                "level": file.level,
                "size": file.size,
                "covers": {
                    warc: [stamp.size, stamp.modified] for warc, stamp in file.covers.items()
                },
            }
            for name, file in sorted(self._files.items())
        }
        unfinished = self._folder / f"{MANIFEST}.tmp"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump({"files": said}, file, indent=0)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._folder)  # the files that it names first
        unfinished.replace(self._folder / MANIFEST)
        sync_folder(self._folder)

    def remove_others(self) -> None:
        """Saves the manifest, then removes what it does not name: merged files, stale ones, what a
        kill left, and what a former version wrote.
        """
        if self._new or self._files != _read_manifest(self._folder):
            self._save()
        for path in (*self._folder.rglob(f"*{SUFFIX}"), *self._folder.rglob("*.tmp")):
            if path.parent != self._folder or path.name not in self._files:
                path.unlink()

    def written(self) -> list[Path]:
        """The files of this call that stayed."""
        names = dict.fromkeys(self._new)
        return [self._folder / name for name in names if name in self._files]


def _merged_name(level: int, covers: Iterable[str]) -> str:
    """The same for the same WARC files, and another for others."""
    digest = sha256("\n".join(sorted(covers)).encode("utf-8", "surrogateescape")).hexdigest()
    return f"merged-{level}-{digest[:16]}{SUFFIX}"


def _lines_of(path: Path, warcs: set[str]) -> Iterator[bytes]:
    """The lines of a file that are of these WARC files."""
    with path.open("rb") as lines:
        for line in lines:
            if json.loads(line.split(b" ", 2)[2])["filename"] in warcs:
                yield line
