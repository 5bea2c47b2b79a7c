"""The command that says which reports contradict themselves, and each other over the years."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.folder import DataFolder
from crawler.cli_folder import corpus_option, data_option, existing_folder, talk, tell_taken_down
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode

if TYPE_CHECKING:  # the commands start faster without
    from extract.found_checks import FoundCheck
    from extract.withheld import Withheld


@click.command()
@data_option
@corpus_option
@click.option("--identity", "identities", multiple=True, help="Only this one; may be repeated.")
@click.option("--division", help="Only divisions whose code begins so: 44 is a province.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Only reports on this year.")
@click.option("--all", "every", is_flag=True, help="Also what holds, or could not be judged.")
@click.option("--read-again", is_flag=True, help="Read the cells again from the archived bytes.")
@click.option("--copied", is_flag=True, help="Instead: reports that repeat an earlier one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def checks(
    data: Path | None,
    identities: tuple[str, ...],
    division: str | None,
    year: int | None,
    every: bool,
    read_again: bool,
    copied: bool,
    as_json: bool,
) -> None:
    """Show where the figures of reports contradict each other, one plain sentence each."""
    from crawler.checks_shown import Reread, print_checks, summary
    from crawler.review_shown import tell_unsound
    from extract.found_checks import Wanted, count_checked, iter_checked, verdicts_beside
    from extract.verdicts import judge
    from extract.withheld import Withheld

    folder = existing_folder(data)
    if copied:
        if identities or every or read_again:
            raise CrawlerError("--copied goes with --division, --year and --json alone")
        _show_copied(folder, division=division, year=year, as_json=as_json)
        return
    wanted = Wanted(identities, division, year, every)
    wanted.judged()
    counted = count_checked(folder.corpus_db, wanted)
    verdicts = judge(folder.review_file, folder.corpus_db)
    withheld, taken_down = Withheld(folder), set[str]()
    reread = Reread(folder) if read_again else None
    try:
        found = (
            one
            for one in iter_checked(folder.corpus_db, wanted)
            if not _is_taken_down(one, withheld, taken_down)
        )
        all_stand = print_checks(
            ((one, verdicts_beside(one, verdicts)) for one in found),
            folder,
            reread=reread,
            as_json=as_json,
        )
    finally:
        if reread is not None:
            reread.close()
    talk.print(summary(counted), markup=False)
    tell_taken_down(len(taken_down), "reports")
    tell_unsound(verdicts.iter_all(), talk)
    if counted.reports == 0:
        talk.print("no report fits; see `nianbao search` or `nianbao status` for what is there")
        sys.exit(ExitCode.ERROR)
    sys.exit(ExitCode.OK if all_stand else ExitCode.ERROR)


def _show_copied(
    folder: DataFolder, *, division: str | None, year: int | None, as_json: bool
) -> None:
    from crawler.copies_shown import print_copies
    from extract.found_copies import iter_copies
    from extract.withheld import Withheld

    copies = iter_copies(folder.corpus_db, division=division, year=year)
    with closing(Withheld(folder)) as withheld:
        tell_taken_down(print_copies(copies, withheld, as_json=as_json), "findings")


def _is_taken_down(found: FoundCheck, withheld: Withheld, taken_down: set[str]) -> bool:
    """Whether suppress.txt takes down the report or one that it is compared with; notes which."""
    is_down = withheld.find_check(found.report, found.check.identity) is not None
    if is_down:
        taken_down.add(found.report)
    return is_down
