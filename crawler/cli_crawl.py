"""The commands that crawl: what is named, or what is due."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.capture import RunOutcome
from archive.errors import ArchiveError
from archive.folder import DataFolder
from crawler import presenting
from crawler.cli_folder import data_option, folder_of, talk
from crawler.config import Config, load_config
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.measured import measured
from crawler.portal import PortalSet, load_portals, portal_for_url
from crawler.terminal import json_line, shown

if TYPE_CHECKING:  # `nianbao --help` needs no Scrapy
    from crawler.run import PlannedPortal
    from crawler.updating import Plan


metrics_option = click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    metavar="FILE.prom",
    help="Write how the folder stands for Prometheus's textfile collector.",
)


@click.command()
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
@metrics_option
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
    metrics: Path | None,
) -> None:
    """Crawl portals (all active ones by default) or a bare listing address."""
    folder = folder_of(data)
    if from_archive:
        sys.exit(_crawl_from_archive(folder, run_id=run_id, jobs=jobs))
    if dry_run:
        sys.exit(_dry_run(folder, targets, full=full))
    config = load_config(folder.settings_file, allow_private=allow_private, networks=networks)
    planned = plan_targets(load_portals(folder.portals), targets)
    with measured(folder, metrics) as ended:
        code = ended(_crawl_live(folder, planned, config, limit=limit, full=full, jobs=jobs))
    sys.exit(code)


def _dry_run(folder: DataFolder, targets: Sequence[str], *, full: bool) -> ExitCode:
    from crawler.dry_run import planned_requests

    planned = plan_targets(load_portals(folder.portals), targets)
    for request in planned_requests(folder, [each.portal for each in planned], full=full):
        click.echo(request.line())
    return ExitCode.OK


def _crawl_live(
    folder: DataFolder,
    planned: Sequence[PlannedPortal],
    config: Config,
    *,
    limit: int | None = None,
    full: bool = False,
    jobs: int | None = None,
    quiet: bool = False,
) -> ExitCode:
    from crawler.progress import crawl_progress
    from crawler.run import live_services, run_spider

    with (
        live_services(folder, planned, config, jobs=jobs, limit=limit, full=full) as services,
        crawl_progress(talk, services),
    ):
        finished = run_spider(services)
    code = ExitCode.INTERRUPTED if not finished else exit_code(services.outcome)
    if not quiet:
        presenting.tell_run(talk, services)
    elif code is not ExitCode.OK:
        presenting.tell_trouble(talk, services)
    return code


def plan_targets(known: PortalSet, targets: Sequence[str]) -> list[PlannedPortal]:
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


@click.command()
@data_option
@click.option("--dry-run", is_flag=True, help="Print what is due, and why; ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: one JSON object a line.")
@click.option("--limit", type=click.IntRange(1), help="At most this many portals.")
@click.option("--shard", metavar="K/N", help="Only this share of the hosts, as 2/3.")
@click.option("--forever", is_flag=True, help="Update again and again, whenever one is due.")
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
@click.option("--allow-private", is_flag=True, help="Ask loopback and private addresses too.")
@click.option(
    "--allow-network", "networks", multiple=True, metavar="CIDR", help="Ask this private network."
)
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: all cores.")
@metrics_option
def update(
    data: Path | None,
    dry_run: bool,
    as_json: bool,
    limit: int | None,
    shard: str | None,
    forever: bool,
    quiet: bool,
    allow_private: bool,
    networks: tuple[str, ...],
    jobs: int | None,
    metrics: Path | None,
) -> None:
    """Crawl the portals that are due: daily in the season of reports, else monthly."""
    folder = folder_of(data)
    if forever:
        from crawler.forever import update_forever

        sys.exit(update_forever(folder, shard=shard, talk=talk))
    known = load_portals(folder.portals)
    for problem in known.problems:
        talk.print(f"nianbao: portal file refused: {problem.message}", markup=False, style="yellow")
    plan = _plan(folder, known, shard=shard)
    if dry_run:
        _print_plan(plan, limit=limit, as_json=as_json)
        return
    config = load_config(folder.settings_file, allow_private=allow_private, networks=networks)
    with measured(folder, metrics) as ended:
        code = ended(_update(folder, known, plan, config, limit=limit, jobs=jobs, quiet=quiet))
    sys.exit(code)


def _update(
    folder: DataFolder,
    known: PortalSet,
    plan: Plan,
    config: Config,
    *,
    limit: int | None,
    jobs: int | None,
    quiet: bool,
) -> ExitCode:
    """Crawls what a plan says is due, at most ``limit`` portals."""
    due = plan.due[:limit]
    if not due:
        if not quiet:
            talk.print(shown(plan.line()), markup=False)
        return ExitCode.OK
    from crawler.run import PlannedPortal

    planned = [PlannedPortal(portal=one, text=known.text(one.portal_id)) for one, _ in due]
    code = _crawl_live(folder, planned, config, jobs=jobs, quiet=quiet)
    if not (quiet and code is ExitCode.OK):
        left = len(plan.due) - len(due)
        said = f"{len(due)} of {plan.followed} portals were due and crawled"
        talk.print(f"{said}; {left} more are due" if left else said)
    return code


def _plan(folder: DataFolder, known: PortalSet, *, shard: str | None) -> Plan:
    """Raises CrawlerError where there is no portal to follow at all."""
    from crawler.updating import Shard, plan_update
    from crawler.visits import read_visits

    share = None if shard is None else Shard.of(shard)
    try:
        visits = read_visits(folder.state_db)
    except (ArchiveError, sqlite3.DatabaseError) as error:  # it may be lost
        talk.print(f"nianbao: all portals are due: {shown(error)}", markup=False, style="yellow")
        visits = {}
    plan = plan_update(known, visits, now=datetime.now(UTC), shard=share)
    if plan.followed == 0 and share is None:
        raise CrawlerError(
            f"no portal is to be followed: put portal files into {folder.portals} "
            "(`nianbao portals add ADDRESS` makes one), or set one active"
        )
    return plan


def _print_plan(plan: Plan, *, limit: int | None, as_json: bool) -> None:
    for portal, visit in plan.due[:limit]:
        if as_json:
            row = {"portal": portal.portal_id, "due": f"{visit.due:%Y-%m-%dT%H:%M:%SZ}"}
            click.echo(json_line(row | {"why": visit.why}))
        else:
            # ids and cron lines hold no control characters: they were checked when they were read
            click.echo(f"{portal.portal_id}\t{visit.due:%Y-%m-%dT%H:%M:%SZ}\t{visit.why}")
    talk.print(shown(plan.line()), markup=False)
