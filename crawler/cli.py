"""The command line. Data on stdout, talk on stderr; every error is one clear message."""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from archive.capture import RunOutcome
from archive.errors import ArchiveError, DataFolderBusy, ReplayUnavailable
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from crawler import presenting
from crawler.cli_captures import capture
from crawler.cli_checks import checks
from crawler.cli_export import export
from crawler.cli_folder import data_option, existing_folder, folder_of, talk
from crawler.cli_import import import_files
from crawler.cli_looking import read, search, show, status
from crawler.cli_portals import portals
from crawler.cli_replay import replay
from crawler.cli_verify import verify
from crawler.config import Config, load_config
from crawler.errors import CrawlerError, CrawlStopped
from crawler.exit_codes import ExitCode
from crawler.portal import PortalSet, load_portals, portal_for_url
from crawler.terminal import shown
from extract.errors import ExtractError, WorkersUnavailable

DATABASE_TROUBLE = (
    "a database of the data folder cannot be used; `nianbao rebuild` makes archive.db and "
    "corpus.db again from the WARC files"
)


class Commands(click.Group):
    """Turns the errors of the three packages into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except DataFolderBusy as error:
            _end(error, ExitCode.BUSY)
        except BrokenPipeError:  # click ends quietly when the reader of a pipe has gone
            raise
        except (OSError, CrawlStopped, WorkersUnavailable, ReplayUnavailable) as error:
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
@click.argument("targets", nargs=-1, metavar="[PORTAL or URL]...")
@data_option
@click.option("--limit", type=click.IntRange(1), help="At most this many requests.")
@click.option("--full", is_flag=True, help="Ask for every known report, due or not.")
@click.option("--dry-run", is_flag=True, help="Print what would be asked, and why; ask nothing.")
@click.option("--from-archive", is_flag=True, help="Run archived runs again, network off.")
@click.option("--run", "run_id", help="With --from-archive: only this run.")
@click.option("--allow-private", is_flag=True, help="Ask loopback and private addresses too.")
@click.option(
    "--allow-network", "networks", multiple=True, metavar="CIDR", help="Ask this private network."
)
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
def crawl(
    targets: tuple[str, ...],
    data: Path | None,
    limit: int | None,
    full: bool,
    dry_run: bool,
    from_archive: bool,
    run_id: str | None,
    allow_private: bool,
    networks: tuple[str, ...],
    jobs: int | None,
) -> None:
    """Crawl portals (all active ones by default) or a bare listing address."""
    folder = folder_of(data)
    if from_archive:
        sys.exit(_crawl_from_archive(folder, run_id=run_id, jobs=jobs))
    if dry_run:
        sys.exit(_dry_run(folder, targets, full=full))
    config = load_config(folder.settings_file, allow_private=allow_private, networks=networks)
    sys.exit(_crawl_live(folder, targets, config, limit=limit, full=full, jobs=jobs))


def _dry_run(folder: DataFolder, targets: Sequence[str], *, full: bool) -> ExitCode:
    from crawler.dry_run import planned_requests

    planned = plan_targets(load_portals(folder.portals), targets)
    for request in planned_requests(folder, [each.portal for each in planned], full=full):
        click.echo(request.line())
    return ExitCode.OK


def _crawl_live(
    folder: DataFolder,
    targets: Sequence[str],
    config: Config,
    *,
    limit: int | None,
    full: bool,
    jobs: int | None,
) -> ExitCode:
    from crawler.progress import crawl_progress
    from crawler.run import live_services, run_spider

    planned = plan_targets(load_portals(folder.portals), targets)
    with (
        live_services(folder, planned, config, jobs=jobs, limit=limit, full=full) as services,
        crawl_progress(talk, services),
    ):
        finished = run_spider(services)
    presenting.tell_run(talk, services)
    return ExitCode.INTERRUPTED if not finished else exit_code(services.outcome)


def plan_targets(known: PortalSet, targets: Sequence[str]) -> list[Any]:
    """The portals of ids and addresses; without any, those that are active.

    Raises UnknownPortal, InvalidPortal, and CrawlerError when there is nothing to crawl.
    """
    from crawler.portal import PortalStatus
    from crawler.run import PlannedPortal

    for problem in known.problems if not targets else ():
        talk.print(f"nianbao: portal file refused: {problem.message}", markup=False, style="yellow")
    planned = []
    for target in targets:
        if "://" in target:
            portal, text = portal_for_url(target)
            planned.append(PlannedPortal(portal=portal, text=text))
        else:
            portal = known.get(target)
            planned.append(PlannedPortal(portal=portal, text=known.text(portal.portal_id)))
    if not targets:
        planned = [
            PlannedPortal(portal=portal, text=known.text(portal.portal_id))
            for portal in known
            if portal.status is PortalStatus.ACTIVE
        ]
    if not planned:
        raise CrawlerError(
            "no portal is active; name one (`nianbao portals list`) or give a listing's address"
        )
    return planned


def exit_code(outcome: RunOutcome) -> ExitCode:
    """The exit code of a crawl."""
    return {
        RunOutcome.COMPLETE: ExitCode.OK,
        RunOutcome.PARTIAL: ExitCode.PARTIAL,
        RunOutcome.FAILED: ExitCode.FAILED,
        RunOutcome.INTERRUPTED: ExitCode.INTERRUPTED,
    }[outcome]


def _crawl_from_archive(folder: DataFolder, *, run_id: str | None, jobs: int | None) -> ExitCode:
    from crawler.progress import crawl_progress
    from crawler.run import archived_services, run_spider

    with (
        archived_services(folder, run_id=run_id, jobs=jobs) as services,
        crawl_progress(talk, services),
    ):
        finished = run_spider(services)
        replayed, missing = len(services.runs), services.not_archived
    if missing:
        talk.print(f"{missing} requests are not in the archive; the result is in {folder.root}/")
        return ExitCode.NOT_ARCHIVED
    if not finished:
        talk.print(f"stopped; {folder.corpus_db} is as it was")
        return ExitCode.INTERRUPTED
    where = folder.root / "corpus.replayed.db" if run_id else folder.corpus_db
    talk.print(f"replayed {replayed} runs into {where}, network off")
    return ExitCode.OK


@main.command()
@data_option
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
def extract(data: Path | None, jobs: int | None) -> None:
    """Read the whole archive again with this extractor."""
    from archive.ledger_keeping import Ledger
    from crawler.progress import reading_progress
    from crawler.rereading import reread

    folder = existing_folder(data)
    with (
        folder.writer_lock(),
        ArchiveIndex.open(folder.archive_db) as index,
        reading_progress(talk, index) as progress,
    ):
        for line in Ledger(folder).settle():
            talk.print(shown(line), markup=False)
        read = reread(folder, index=index, jobs=jobs, progress=progress)
    talk.print(f"read {read} captures into {folder.corpus_db}")


@main.command()
@data_option
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option(
    "--new-ledger", is_flag=True, help="Begin warc/ledger.jsonl anew: it is lost or was changed."
)
def rebuild(data: Path | None, jobs: int | None, new_ledger: bool) -> None:
    """Make archive.db and corpus.db again from the WARC files alone."""
    from archive.cdxj import write_cdxj
    from archive.ledger_check import differences
    from archive.ledger_keeping import Ledger, begin_anew
    from archive.mend import mend
    from archive.rebuild import rebuild_index
    from crawler.progress import reading_progress
    from crawler.rereading import reread

    folder = existing_folder(data)
    with folder.writer_lock():
        report = rebuild_index(folder)
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
    sys.exit(ExitCode.OK if report.is_sound and not unlike else ExitCode.DAMAGED)


for looking in (show, capture, read, search, status, checks, replay, export):
    main.add_command(looking)
main.add_command(import_files)
main.add_command(verify)
main.add_command(portals)


if __name__ == "__main__":
    main()
