"""What commands show to a person: tables on stdout, the run's line on stderr."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.folder import DataFolder
from crawler.portal import PortalSet
from crawler.services import CrawlServices
from extract.export import Json

MOST_PROBLEMS = 5
"""Problems shown for a portal; all of them stand in the table of findings."""


def _out() -> Console:
    return Console(highlight=False, soft_wrap=True)


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
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table("portal", "name", "status", "division", "family", "listing", box=None)
    for row in rows:
        table.add_row(
            *(escape(str(row[key] or "–")) for key in ("portal", "name", "status", "division")),
            escape(str(row["family"] or "–")),
            escape(str(row["listings"][0])),  # type: ignore[index]
        )
    _out().print(table)


def tell_run(talk: Console, services: CrawlServices) -> None:
    """One line a portal, and its first problems."""
    for (run_id, portal_id), tally in services.tallies.items():
        talk.print(
            f"{portal_id}: {tally.asked} asked, {tally.entries} entries, {tally.documents} new or "
            f"changed, {tally.unchanged} unchanged, {tally.failed} failed, {tally.left} left "
            f"(run {run_id}: {services.outcome})",
            markup=False,
        )
        for problem in tally.problems[:MOST_PROBLEMS]:
            talk.print(f"  {problem}", markup=False, style="yellow")


def print_report_list(reports: Sequence[Json], folder: DataFolder) -> None:
    """Three lines a report: who, year and where; its address; the file and offset of its bytes."""
    out = _out()
    for report in sorted(reports, key=lambda report: (report["report_year"], report["url"])):
        where = f"{report['division'] or 'no division'} {report['admin_level'] or ''}".strip()
        out.print(
            f"{report['report_year']}  {report['issuing_body']}, for {report['reporting_for']} "
            f"({where}), {len(report['figures'])} figures",
            markup=False,
        )
        warc = report["warc"]
        out.print(f"      {report['url']}", markup=False)
        out.print(f"      {folder.warc / warc['file']} offset {warc['offset']}", markup=False)


def print_reports(reports: Sequence[Json], folder: DataFolder, url: str) -> None:
    """Reports at an address, with their figures and where the bytes lie."""
    out = _out()
    if not reports:
        Console(stderr=True).print(f"no report was read at {url}", markup=False)
    for report in reports:
        out.print(f"[bold]{escape(report['title'])}[/bold]")
        for name in FIELDS:
            out.print(
                f"  {name:14} {report[name] if report[name] is not None else '–'}", markup=False
            )
        warc = report["warc"]
        path = folder.warc / warc["file"]
        out.print(f"  {'archived':14} {report['captured_at']} in {path}", markup=False)
        out.print(
            f"  {'':14} offset {warc['offset']}, {warc['record_id']}, {warc['payload_digest']}",
            markup=False,
        )
        for section in report["sections"]:
            out.print(f"  {section['kind']:18} {section['heading'] or ''}", markup=False)
        out.print(_figures(report["figures"]))
        for other in report["also_at"]:
            out.print(f"  also at {other}", markup=False)


FIELDS = (
    "url",
    "report_year",
    "issuing_body",
    "reporting_for",
    "report_scope",
    "body_type",
    "admin_level",
    "division",
    "division_name",
    "published_on",
    "signed_on",
    "script",
)


def _figures(figures: Sequence[dict[str, Any]]) -> Table:
    table = Table("measure", "value", "unit", "qualifier", "scope", "quote")
    for figure in figures:
        value = f"{figure['value']}" + (" (said not to be)" if figure["negated"] else "")
        columns = (figure["unit"], figure["qualifier"], figure["scope"], figure["quote"])
        table.add_row(figure["measure"], value, *(escape(str(c or "")) for c in columns))
    return table
