"""The command line. Data on stdout, talk on stderr; every error is one clear message."""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from archive.errors import ArchiveError, CannotListen, DataFolderBusy, ReplayUnavailable
from archive.folder import DataFolder
from crawler.cli_folder import data_option, existing_folder, talk
from crawler.errors import CrawlerError, CrawlStopped
from crawler.exit_codes import ExitCode
from crawler.terminal import shown
from extract.errors import BrowseUnavailable, ExtractError, WorkersUnavailable

DATABASE_TROUBLE = (
    "a database of the data folder cannot be used; `nianbao rebuild` makes archive.db and "
    "corpus.db again from the WARC files"
)

COMMANDS = {
    "browse": "crawler.cli_browse:browse",
    "capture": "crawler.cli_captures:capture",
    "changes": "crawler.cli_changes:changes",
    "checks": "crawler.cli_checks:checks",
    "coverage": "crawler.cli_coverage:coverage",
    "crawl": "crawler.cli_crawl:crawl",
    "export": "crawler.cli_export:export",
    "extract": "crawler.cli_extract:extract",
    "feed": "crawler.cli_feed:feed",
    "import": "crawler.cli_import:import_files",
    "portals": "crawler.cli_portals:portals",
    "read": "crawler.cli_looking:read",
    "replay": "crawler.cli_replay:replay",
    "review": "crawler.cli_review:review",
    "sample": "crawler.cli_sample:sample",
    "search": "crawler.cli_looking:search",
    "show": "crawler.cli_looking:show",
    "status": "crawler.cli_looking:status",
    "update": "crawler.cli_crawl:update",
    "verify": "crawler.cli_verify:verify",
}
"""Where each command stands. Loaded when it is asked for: all together take 0.6 s to import."""


class Commands(click.Group):
    """Loads commands when they are asked for, and turns the errors of the three packages into one
    message and an exit code.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None when there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except DataFolderBusy as error:
            _end(error, ExitCode.BUSY)
        except BrokenPipeError:  # click ends quietly when the reader of a pipe has gone
            raise
        except (
            OSError,
            CrawlStopped,
            WorkersUnavailable,
            ReplayUnavailable,
            BrowseUnavailable,
            CannotListen,
        ) as error:
            _end(error, ExitCode.ERROR)
        except sqlite3.DatabaseError as error:
            _end(f"{DATABASE_TROUBLE} ({error})", ExitCode.BAD_INPUT)
        except (CrawlerError, ArchiveError, ExtractError) as error:
            _end(error, ExitCode.BAD_INPUT)
        except KeyboardInterrupt:
            _end("stopped", ExitCode.INTERRUPTED)


def _end(error: object, code: ExitCode) -> None:
    talk.print(f"nianbao: {shown(error)}", markup=False, style="red")
    sys.exit(code)


@click.group(cls=Commands)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (NIANBAO_DATA).")
@click.option("-v", "--verbose", count=True, help="Say more; twice for everything.")
@click.version_option(package_name="nianbao")
def main(data: Path | None, verbose: int) -> None:
    """A corpus of Chinese government annual reports on information disclosure."""
    from crawler import check_one_parent

    check_one_parent()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, also outside of a crawl
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)  # Scrapy opens its loggers to everything


@main.command()
@data_option
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
def demo(data: Path | None, jobs: int | None) -> None:
    """Crawl the sample portal on this machine and show its reports."""
    from crawler.demo import run_demo

    folder = DataFolder(data or Path("demo-data"))
    sys.exit(run_demo(folder, jobs=jobs, talk=talk))


@main.command()
@data_option
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option(
    "--new-ledger", is_flag=True, help="Begin warc/ledger.jsonl anew: it is lost or was changed."
)
def rebuild(data: Path | None, jobs: int | None, new_ledger: bool) -> None:
    """Make archive.db and corpus.db again from the WARC files alone."""
    from archive.cdxj_files import write_cdxj
    from archive.index import ArchiveIndex
    from archive.ledger_check import differences
    from archive.ledger_keeping import Ledger, begin_anew
    from archive.mend import mend
    from archive.rebuild import rebuild_index
    from crawler.progress import reading_progress
    from crawler.rereading import reread
    from crawler.review_shown import tell_after_reading
    from extract.former_corpus import beside_lines

    folder = existing_folder(data)
    with folder.writer_lock():
        report = rebuild_index(folder, jobs=jobs)
        if new_ledger:  # a file left open closes first: its warcinfo names the ledger that is gone
            with ArchiveIndex.open(folder.archive_db) as index:
                mend(folder, index)
        said = begin_anew(folder) if new_ledger else Ledger(folder).settle()
        unlike = differences(folder)
        for line in (*report.lines(), *said, *unlike):
            talk.print(shown(line), markup=False)
        write_cdxj(folder)
        with (
            ArchiveIndex.open(folder.archive_db) as index,
            reading_progress(talk, index) as progress,
        ):
            read = reread(folder, index=index, jobs=jobs, progress=progress)
    talk.print(f"read {read} captures into {folder.corpus_db}")
    tell_after_reading(folder, talk)
    for line in beside_lines(folder):
        talk.print(shown(line), markup=False)
    sys.exit(ExitCode.OK if report.is_sound and not unlike else ExitCode.DAMAGED)


if __name__ == "__main__":
    main()
