"""How a data folder stands, for a person on the terminal and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console

from crawler.aligned import aligned
from crawler.run_counts import counts_shown
from crawler.status import FolderStatus, PortalState, RunStatus
from crawler.terminal import json_line, out, shown
from crawler.visits import Came

FEW = 40
"""Portals up to which all are shown, and so many of more."""

COLUMNS = (
    "portal",
    "status",
    "last run",
    "outcome",
    "left",
    "due",
    "failed",
    "blocked",
    "next",
    "why",
)

MOST_NAMED = 5
"""Portals named in a run's line."""


def print_status(
    status: FolderStatus, talk: Console, *, as_json: bool, every: bool = False
) -> None:
    """One JSON object, or a table of portals and lines of runs and counts; problems on stderr.

    Of many portals the table has those of most trouble, or ``every`` one; JSON has all.
    """
    if as_json:
        click.echo(json_line(asdict(status)))
    else:
        _print_tables(status, every=every)
    for problem in status.problems:
        talk.print(f"nianbao: {shown(problem)}", markup=False, style="yellow")


def _print_tables(status: FolderStatus, *, every: bool) -> None:
    to = out()
    writer = f", being written by process {status.writer}" if status.writer else ""
    to.print(f"{status.folder}{writer}", markup=False)
    if status.portals:
        for line in _portal_lines(status.portals, every=every):
            click.echo(line)
    for run in status.runs:
        to.print(_run_line(run), markup=False)
    for title, counts in (
        ("holds", status.contents),
        ("documents", status.outcomes),
        ("files of reports", status.files),
        ("findings", status.findings),
    ):
        if counts:
            to.print(f"{title}: {_listed(counts)}", markup=False)
    sizes = {name: f"{size / 1e6:.1f} MB" for name, size in status.sizes.items()}
    to.print(f"sizes: {_listed(sizes)}", markup=False)


def _portal_lines(portals: Sequence[PortalState], *, every: bool) -> Iterator[str]:
    """Every one if asked for; else those that are or were crawled, and where these are many, those
    of most trouble; the rest is counted.
    """
    told = [portal for portal in portals if every or _is_crawled(portal)]
    if not every and len(told) > FEW:
        told = sorted(filter(_trouble, told), key=_trouble, reverse=True)[:FEW]
    if told:
        yield from aligned(COLUMNS, [_cells(portal) for portal in told])
    if len(told) < len(portals):
        rest = len(portals) - len(told)
        yield f"{rest} more portals are not shown; `nianbao status --all` shows each"
    yield _counted(portals)


def _is_crawled(portal: PortalState) -> bool:
    """Whether it is followed, was crawled, or has requests; most packaged ones are not."""
    return bool(portal.last_run or portal.next_visit or _trouble(portal))


def _trouble(portal: PortalState) -> tuple[int, ...]:
    """How much is to be told of a portal, to be compared; empty where nothing is."""
    came = (Came.LEFT, Came.INTERRUPTED, Came.FAILED, Came.BLOCKED)
    rank = came.index(Came(portal.came)) + 1 if portal.came in came else 0
    documents = sum(portal.failed.values()) + sum(portal.blocked.values())
    weights = (rank, documents, int(portal.round_open), portal.left)
    return weights if any(weights) else ()


def _cells(portal: PortalState) -> tuple[object, ...]:
    run = portal.last_run
    left = f"{portal.left} (round open)" if portal.round_open else str(portal.left)
    return (
        portal.portal,
        portal.status,
        run.started_at[:16] if run else None,
        portal.came or (run.outcome if run else None),
        left,
        portal.due,
        _listed(portal.failed) or "0",
        _listed(portal.blocked) or "0",
        portal.next_visit,
        portal.why,
    )


def _counted(portals: Sequence[PortalState]) -> str:
    """Portals by what their last run came to, and what waits."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
    followed = [portal.next_visit for portal in portals if portal.next_visit is not None]
    came = Counter(
        portal.came or (portal.last_run.outcome if portal.last_run else "never crawled")
        for portal in portals
    )
    said = f"portals: {len(portals)}, {_listed(dict(came.most_common())) or 'none'}"
    said += f"; followed {len(followed)}, due now {sum(due <= now for due in followed)}"
    if (later := min((due for due in followed if due > now), default=None)) is not None:
        said += f", the next at {later}"
    return said


def _run_line(run: RunStatus) -> str:
    portals = ", ".join(run.portals[:MOST_NAMED])
    if len(run.portals) > MOST_NAMED:
        portals += f" and {len(run.portals) - MOST_NAMED} more"
    counts = counts_shown(run.counts)
    took = ""
    if run.finished_at is not None:
        begun, ended = map(datetime.fromisoformat, (run.started_at, run.finished_at))
        took = f", took {(ended - begun).total_seconds():.0f} s"
    named = f"run {run.run} of {portals}, started {run.started_at[:16]}{took}"
    return shown(f"{named}: {run.outcome}; {_listed(counts) or 'nothing counted'}")


def _listed(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{shown(name)} {count}" for name, count in counts.items())
