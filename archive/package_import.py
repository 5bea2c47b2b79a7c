"""Takes the WARC files of a WACZ package in, each as if it had been given by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.importable import Packing, is_beginning, packing_of
from archive.importing import IMPORTED, Imported, import_file
from archive.index import ArchiveIndex
from archive.package import Package, open_package, refusal
from archive.rebuild import IndexingReport

_LOOKED_AT = 256 * 1024
_PIECE = 1024 * 1024


def check_package(path: Path) -> None:
    """Reads a package once. Raises NotImportable, which names package and member, unless all of it
    is what it says and every member below archive/ begins a WARC or ARC file.
    """
    with open_package(path) as package:
        if not package.warcs:
            raise refusal(path, "holds no WARC file below archive/")
        package.check_hashes()
        for name in package.warcs:
            with package.open(name) as member:
                beginning = member.read(_LOOKED_AT)
            if not is_beginning(beginning):
                raise refusal(path, "begins with no WARC or ARC record", name)


def import_package(
    folder: DataFolder, index: ArchiveIndex, path: Path, *, report: IndexingReport
) -> Iterator[tuple[str, Imported]]:
    """Takes in a package that ``check_package`` found sound: what became of each of its WARC files.
    The caller holds the data folder's writer lock. Raises NotImportable, with nothing of the
    package stored, for a member that holds no record after all.
    """
    target = folder.warc / IMPORTED / "package.tmp"
    shutil.rmtree(target, ignore_errors=True)  # of an import that was stopped
    target.mkdir(parents=True)
    try:
        with open_package(path) as package:
            staged = [_stage(package, name, target) for name in package.warcs]
        for name, file, packing in staged:
            called = name.rpartition("/")[2]
            yield (
                name,
                import_file(folder, index, file, packing=packing, report=report, called=called),
            )
            file.unlink()
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _stage(package: Package, name: str, target: Path) -> tuple[str, Path, Packing]:
    """Copies a member to a file that is named by its number."""
    file = target / f"{package.warcs.index(name)}.warc"
    with package.open(name) as member, file.open("wb") as copy:
        _copy(member, copy)
    try:
        return name, file, packing_of(file, name=name)
    except NotImportable as error:
        raise refusal(package.path, "holds no WARC or ARC record", name) from error


def _copy(member: IO[bytes], copy: IO[bytes]) -> None:
    while piece := member.read(_PIECE):
        copy.write(piece)
