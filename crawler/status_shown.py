"""How a data folder stands, for a person on the terminal and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.status import FolderStatus, PortalState, RunStatus
from crawler.terminal import json_line, out, shown

MOST_NAMED = 5
"""Portals named in a run's line."""


def print_status(status: FolderStatus, talk: Console, *, as_json: bool) -> None:
    """One JSON object, or tables of portals and runs and lines of counts; problems on stderr."""
    if as_json:
        click.echo(json_line(asdict(status)))
    else:
        _print_tables(status)
    for problem in status.problems:
        talk.print(f"nianbao: {shown(problem)}", markup=False, style="yellow")


def _print_tables(status: FolderStatus) -> None:
    to = out()
    writer = f", being written by process {status.writer}" if status.writer else ""
    to.print(f"{status.folder}{writer}", markup=False)
    if status.portals:
        to.print(_portals(status.portals))
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


def _portals(portals: tuple[PortalState, ...]) -> Table:
    names = ("portal", "status", "last run", "outcome", "left", "due", "failed", "blocked", "next")
    table = Table(*names, "why")
    table.box = None
    for portal in portals:
        run = portal.last_run
        left = f"{portal.left} (round open)" if portal.round_open else str(portal.left)
        cells = (
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
        table.add_row(*(escape(shown(cell)) for cell in cells))
    return table


def _run_line(run: RunStatus) -> str:
    portals = ", ".join(run.portals[:MOST_NAMED])
    if len(run.portals) > MOST_NAMED:
        portals += f" and {len(run.portals) - MOST_NAMED} more"
    counts = {name: count for name, count in run.counts.items() if count}
    begun = f"run {run.run} of {portals}, started {run.started_at[:16]}"
    return shown(f"{begun}: {run.outcome}; {_listed(counts) or 'nothing counted'}")


def _listed(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{shown(name)} {count}" for name, count in counts.items())
