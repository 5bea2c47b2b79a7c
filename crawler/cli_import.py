"""The command that takes captures of other folders and tools, and saved files, into the archive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from crawler.captures_shown import moment
from crawler.cli_folder import data_option, folder_of, talk
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.terminal import shown

if TYPE_CHECKING:
    from archive.importable import Packing
    from archive.importing import Imported
    from archive.rebuild import IndexingReport
    from archive.saved_file import SavedFile


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@data_option
@click.option("--url", help="Of a saved page or document: the address it was saved from.")
@click.option("--captured-at", "at", metavar="TIME", help="Of a saved page or document: when.")
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
def import_files(
    files: tuple[Path, ...], data: Path | None, url: str | None, at: str | None, jobs: int | None
) -> None:
    """Take in WARC, ARC and WACZ files of any tool, or a saved file, as if crawled here."""
    from archive.rebuild import IndexingReport

    planned = _planned(files, url=url, at=at)  # all, before the first is stored
    folder, report, is_whole = folder_of(data), IndexingReport(), True
    with folder.writer_lock():
        folder.prepare()
        with ArchiveIndex.open(folder.archive_db) as index:
            must_read = _mended(folder, index)
            for file, taken in _taken(folder, index, planned, report):
                must_read = must_read or not taken.was_there
                is_whole = is_whole and taken.is_whole
                for line in (str(taken), *taken.left_out_lines()):
                    talk.print(shown(f"{file} {line}"), markup=False)
            if must_read:
                _read_again(folder, index, jobs=jobs)
    for line in report.damage_lines():
        talk.print(shown(line), markup=False)
    if not must_read:
        talk.print("nothing new; the corpus is as it was")
    sys.exit(ExitCode.OK if report.is_sound and is_whole else ExitCode.PARTIAL)


def _planned(
    files: tuple[Path, ...], *, url: str | None, at: str | None
) -> list[tuple[Path, Packing | SavedFile | None]]:
    """What each file is. Raises for the first that cannot be taken in, and for options that do not
    fit.
    """
    if url is None and at is None:
        return [(file, _packed(file)) for file in files]
    if url is None or at is None:
        raise CrawlerError(
            "a saved page or document needs both --url, where it was saved from, and --captured-at"
        )
    if len(files) != 1:
        raise CrawlerError("--url and --captured-at are those of one file: give one FILE at a time")
    return [(files[0], _saved(files[0], url, moment(at)))]


def _packed(file: Path) -> Packing | None:
    """How a file's records are packed; None for a WACZ package, which is sound."""
    from archive.importable import packing_of
    from archive.package import is_package
    from archive.package_import import check_package

    if not is_package(file):
        return packing_of(file)
    check_package(file)
    return None


def _saved(file: Path, url: str, captured_at: datetime) -> SavedFile:
    from archive.saved_file import SavedFile
    from extract.saved import bytes_of, readable_type

    if _is_archive(file):
        raise CrawlerError(
            f"{file} is a WARC, ARC or WACZ file, which says itself what is from where and when: "
            "leave out --url and --captured-at"
        )
    if captured_at > datetime.now(UTC):
        raise CrawlerError(f"--captured-at {captured_at:%Y-%m-%dT%H:%M:%SZ} is yet to come")
    content = bytes_of(file)
    saved = SavedFile(
        content=content,
        name=file.name,
        media_type=readable_type(content, name=str(file)),
        url=url,
        captured_at=captured_at,
    )
    saved.target  # noqa: B018  # raises for an address that cannot be kept
    return saved


def _is_archive(file: Path) -> bool:
    from archive.importable import packing_of
    from archive.package import is_package

    try:
        return is_package(file) or packing_of(file) is not None
    except NotImportable:
        return False


def _mended(folder: DataFolder, index: ArchiveIndex) -> bool:
    """Puts right what a stop left; whether the corpus may lack something of the archive."""
    from archive.mend import mend

    lines = mend(folder, index).lines()
    for line in lines:
        talk.print(line, markup=False)
    return bool(lines) or folder.unread.exists() or not folder.corpus_db.exists()


def _taken(
    folder: DataFolder,
    index: ArchiveIndex,
    planned: list[tuple[Path, Packing | SavedFile | None]],
    report: IndexingReport,
) -> Iterator[tuple[str, Imported]]:
    from archive.importing import import_file
    from archive.package_import import import_package
    from archive.saved_file import SavedFile, import_saved

    for file, what in planned:
        if isinstance(what, SavedFile):
            yield str(file), import_saved(folder, index, what, report=report)
        elif what is None:
            for name, taken in import_package(folder, index, file, report=report):
                yield f"{file} {name}", taken
        else:
            yield str(file), import_file(folder, index, file, packing=what, report=report)


def _read_again(folder: DataFolder, index: ArchiveIndex, *, jobs: int | None) -> None:
    from crawler.progress import reading_progress
    from crawler.rereading import reread

    with reading_progress(talk, index) as progress:
        read = reread(folder, index=index, jobs=jobs, progress=progress)
    talk.print(f"read {read} captures into {folder.corpus_db}")
