"""The command that reads the archive again: in place, or beside, to compare before it is taken."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from crawler.cli_folder import data_option, existing_folder, talk, tell_taken_down
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.terminal import shown

if TYPE_CHECKING:
    from crawler.comparing_shown import Wanted

SHOWN = 20
"""Reports whose differences are told on a terminal."""


@click.command()
@data_option
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option("--compare", is_flag=True, help="Read into corpus.next.db and say what differs.")
@click.option("--take", is_flag=True, help="Make corpus.next.db the corpus; keep the former.")
@click.option("--reuse", is_flag=True, help="Compare with the corpus.next.db that is there.")
@click.option("--report", "named", metavar="ID or URL", help="Only what differs of this one.")
@click.option("--limit", type=click.IntRange(1), help=f"So many reports; default: {SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="All differences, one JSON object a line.")
def extract(
    data: Path | None,
    jobs: int | None,
    compare: bool,
    take: bool,
    reuse: bool,
    named: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Read the whole archive again with this extractor."""
    from crawler.comparing_shown import Wanted

    if compare and take:
        raise CrawlerError("--compare says what would change, --take adopts it: one at a time")
    if not compare and (reuse or named or limit or as_json):
        raise CrawlerError("--reuse, --report, --limit and --json go with --compare")
    folder = existing_folder(data)
    if take:
        _take(folder, jobs)
    elif compare:
        if limit is None and not as_json:
            limit = SHOWN
        wanted = Wanted(limit=limit, named=named, as_json=as_json)
        sys.exit(_compare(folder, jobs, wanted=wanted, reuse=reuse))
    else:
        _read(folder, jobs)


def _read(folder: DataFolder, jobs: int | None) -> None:
    from crawler.progress import reading_progress
    from crawler.rereading import reread
    from crawler.review_shown import tell_after_reading

    with ExitStack() as stack:
        index = _opened(stack, folder)
        progress = stack.enter_context(reading_progress(talk, index))
        read = reread(folder, index=index, jobs=jobs, progress=progress)
    talk.print(f"read {read} captures into {folder.corpus_db}")
    tell_after_reading(folder, talk)


def _compare(folder: DataFolder, jobs: int | None, *, wanted: Wanted, reuse: bool) -> ExitCode:
    from crawler.comparing_shown import print_comparison
    from crawler.next_corpus import make_next, open_next
    from crawler.progress import reading_progress
    from extract.comparing import Comparison
    from extract.withheld import Withheld

    if not folder.corpus_db.exists():
        raise CrawlerError(f"there is no {folder.corpus_db} to compare with: run `nianbao extract`")
    with ExitStack() as stack:
        lock = stack.enter_context(ExitStack())
        index = _opened(lock, folder)
        if reuse:
            store, read = open_next(folder, index=index, jobs=jobs)
            store.close()
        else:
            progress = lock.enter_context(reading_progress(talk, index))
            read = make_next(folder, index=index, jobs=jobs, progress=progress)
        if read or not reuse:
            talk.print(f"read {read} captures into {folder.next_db}")
        found = stack.enter_context(Comparison(folder.corpus_db, folder.next_db))
        lock.close()  # what follows may wait for a pager
        folders = (folder, DataFolder(folder.root, folder.next_db))
        withheld = [stack.enter_context(closing(Withheld(one))) for one in folders]
        tell_taken_down(print_comparison(found, wanted, withheld), "reports and addresses")
        if wanted.named is not None and not found.find_subjects(wanted.named):
            talk.print(f"nothing differs of {shown(wanted.named)}", markup=False)
            return ExitCode.OK
        if not found.count_subjects():
            return ExitCode.OK
    talk.print("corpus.db is as it was; `nianbao extract --take` adopts corpus.next.db")
    return ExitCode.DIFFERS


def _take(folder: DataFolder, jobs: int | None) -> None:
    from crawler.next_corpus import take_next
    from crawler.review_shown import tell_after_reading

    with ExitStack() as stack:
        index = _opened(stack, folder)
        taken = take_next(folder, index=index, jobs=jobs)
    if taken.read:
        talk.print(f"read {taken.read} captures that came after the comparison")
    talk.print(f"took it: {folder.corpus_db} is what corpus.next.db was", markup=False)
    if taken.former is None:
        talk.print("there was no corpus before that could be kept")
    else:
        talk.print(
            f"the former is {taken.former}, read-only: --corpus {taken.former.name} reads it; "
            "remove it when you need it no more",
            markup=False,
        )
    tell_after_reading(folder, talk)


def _opened(stack: ExitStack, folder: DataFolder) -> ArchiveIndex:
    """The archive's index, under the writer lock, with the ledger's lines made up for."""
    from archive.ledger_keeping import Ledger

    stack.enter_context(folder.writer_lock())
    index = stack.enter_context(ArchiveIndex.open(folder.archive_db))
    for line in Ledger(folder).settle():
        talk.print(shown(line), markup=False)
    return index
