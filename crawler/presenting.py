"""What commands show to a person: tables on stdout, the run's line on stderr.

Whatever came from a server passes ``shown`` on its way to the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.folder import DataFolder
from crawler.terminal import json_line, on_terminal, out, shown
from extract.export import Json

if TYPE_CHECKING:  # what is looked at needs no Scrapy: that is a second less
    from crawler.portal import PortalSet
    from crawler.services import CrawlServices, PortalTally

MOST_PROBLEMS = 5
"""Problems shown for a portal on a terminal; all of them stand in the table of findings."""


MOST_TROUBLED = 20
"""Portals named in cron's mail."""


def print_portals(known: PortalSet, *, as_json: bool) -> None:
    """All valid portals: id, status, division, family, first listing."""
    rows = [
        {
            "portal": portal.portal_id,
            "name": portal.name,
            "status": portal.status.value,
            "division": portal.division,
            "family": portal.family,
            "listings": [listing.url for listing in portal.listings],
            "source": known.sources[portal.portal_id],
        }
        for portal in known
    ]
    if as_json:
        for row in rows:
            click.echo(json_line(row))
        return
    table = Table("portal", "name", "status", "division", "family", "listing", box=None)
    for row in rows:
        cells = [row[key] or None for key in ("portal", "name", "status", "division", "family")]
        listings: list[str] = row["listings"]  # type: ignore[assignment]
        table.add_row(*(escape(shown(cell)) for cell in (*cells, listings[0])))
    out().print(table)


def tell_run(talk: Console, services: CrawlServices) -> None:
    """One line a portal for a log: ``key=value`` fields, the first problem last and in quotes.

    On a terminal more problems follow, a line each.
    """
    for (run_id, portal_id), tally in services.tallies.items():
        line = run_line(run_id, portal_id, outcome=services.outcome.value, tally=tally)
        talk.print(line, markup=False)
        if on_terminal():
            for problem in tally.problems[1:MOST_PROBLEMS]:
                talk.print(f"  {shown(problem)}", markup=False, style="yellow")


def tell_trouble(talk: Console, services: CrawlServices) -> None:
    """For cron's mail: how a run went in one line, and a line for each portal in trouble; of many,
    the first.
    """
    troubled = [
        (run_id, portal_id, tally)
        for (run_id, portal_id), tally in services.tallies.items()
        if tally.failed or tally.problems or tally.left
    ]
    said = f"{len(troubled)} of {len(services.tallies)} portals are in trouble"
    talk.print(f"nianbao: {services.outcome.value}: {said}", markup=False)
    for run_id, portal_id, tally in troubled[:MOST_TROUBLED]:
        line = run_line(run_id, portal_id, outcome=services.outcome.value, tally=tally)
        talk.print(line, markup=False)
    if len(troubled) > MOST_TROUBLED:
        more = len(troubled) - MOST_TROUBLED
        talk.print(f"and {more} more; `nianbao status` names those in most trouble")


def run_line(run_id: str, portal_id: str, *, outcome: str, tally: PortalTally) -> str:
    """A portal's line of a run, for people and for programs that read ``key=value``."""
    counts = ("asked", "entries", "documents", "unchanged", "failed", "left")
    fields = {"run": run_id, "portal": portal_id, "outcome": outcome}
    fields |= {name: str(getattr(tally, name)) for name in counts}
    fields["problems"] = str(len(tally.problems))
    line = " ".join(f"{name}={shown(value)}" for name, value in fields.items())
    if tally.problems:
        line += f" problem={json.dumps(shown(tally.problems[0]), ensure_ascii=False)}"
    return line


def print_report_list(reports: Sequence[Json], folder: DataFolder) -> None:
    """Three lines a report: who, year and where; its address; the file and offset of its bytes."""
    to = out()
    for report in sorted(reports, key=lambda report: (report["report_year"], report["url"])):
        where = f"{report['division'] or 'no division'} {report['admin_level'] or ''}".strip()
        to.print(
            shown(
                f"{report['report_year']}  {report['issuing_body']}, for {report['reporting_for']} "
                f"({where}), {len(report['figures'])} figures"
            ),
            markup=False,
        )
        warc = report["warc"]
        to.print(f"      {shown(report['url'])}", markup=False)
        to.print(f"      {folder.warc / warc['file']} offset {warc['offset']}", markup=False)
