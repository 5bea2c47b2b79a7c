"""The command that writes the corpus out, or reports with their captures."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urldefrag

import click

from crawler.cli_folder import (
    corpus_option,
    data_option,
    existing_folder,
    folder_of,
    talk,
    tell_taken_down,
)
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.review_shown import tell_unsound
from crawler.terminal import shown
from extract.export import write_jsonl
from extract.selection import Selection
from extract.shown_reports import ShownReports

ALONE = ("jsonl", "wacz")
TABLES = ("csv", "parquet", "dta")
"""Formats that are written by themselves, and those of the tables for researchers."""


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="DIR")
@data_option
@corpus_option
@click.option(
    "--format",
    "forms",
    type=click.Choice([*ALONE, *TABLES]),
    required=True,
    multiple=True,
    help="csv, parquet and dta go together in one export.",
)
@click.option(
    "--table",
    "tables",
    type=click.Choice(["panel", "headline", "observations"]),
    multiple=True,
    help="Of csv, parquet, dta: only this table.",
)
@click.option("--bom", is_flag=True, help="csv: begin with a byte order mark, for Excel.")
@click.option(
    "--all-bodies", is_flag=True, help="Panel: also bodies of which no portal says anything."
)
@click.option(
    "--since",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Of csv, parquet, dta: also what changed since the export in this folder.",
)
@click.option("--body", "bodies", multiple=True, help="Only of this body: its id, or a name.")
@click.option("--portal", "portals", multiple=True, help="Only of this portal.")
@click.option(
    "--year", "years", type=click.IntRange(1900, 2200), multiple=True, help="Only on this."
)
@click.option("--division", "divisions", multiple=True, help="Only of codes that begin so.")
@click.option("--url", "urls", multiple=True, help="Only what is at this address.")
@click.option("--record", "records", multiple=True, help="wacz: just the capture with this id.")
def export(
    target: Path,
    data: Path | None,
    forms: tuple[str, ...],
    tables: tuple[str, ...],
    bom: bool,
    all_bodies: bool,
    since: Path | None,
    bodies: tuple[str, ...],
    portals: tuple[str, ...],
    years: tuple[int, ...],
    divisions: tuple[str, ...],
    urls: tuple[str, ...],
    records: tuple[str, ...],
) -> None:
    """Write reports out: all, or those to which every option applies.

    An option may be repeated: any of its values will do.
    """
    selection = Selection(
        bodies=bodies,
        portals=portals,
        years=years,
        divisions=divisions,
        urls=tuple(urldefrag(url).url for url in urls),
        records=records,
    )
    if records and selection != Selection(records=records):
        raise CrawlerError("--record names single captures: no other choice goes with it")
    if alone := set(forms).intersection(ALONE):
        if len(set(forms)) > 1 or tables or bom or all_bodies or since:
            raise CrawlerError(
                f"--format {alone.pop()} goes with no other format, nor with --table, --bom, "
                "--all-bodies or --since; export twice"
            )
        sys.exit((_export_wacz if forms[0] == "wacz" else _export_jsonl)(target, data, selection))
    from crawler.export_tables import export_tables

    sys.exit(
        export_tables(
            folder_of(data),
            target,
            selection,
            forms=forms,
            tables=tables,
            bom=bom,
            all_bodies=all_bodies,
            since=since,
        )
    )


def _export_jsonl(target: Path, data: Path | None, selection: Selection) -> ExitCode:
    if selection.records:
        raise CrawlerError("--record chooses captures: it goes with --format wacz alone")
    reports = ShownReports(folder_of(data))
    written = write_jsonl(reports.iter_selected(selection), target)
    talk.print(f"wrote {written} reports to {target / 'reports.jsonl'}")
    tell_taken_down(reports.taken_down, "reports")
    tell_unsound(reports.verdicts.iter_all(), talk)
    if written == 0 and selection.is_all:
        talk.print("the corpus holds no report; `nianbao show` a listing's page says why")
    return ExitCode.OK


def _export_wacz(target: Path, data: Path | None, selection: Selection) -> ExitCode:
    from extract.packaging import write_wacz

    package = write_wacz(existing_folder(data), target, selection)
    for lacking in package.left_out:
        talk.print(shown(lacking), markup=False)
    if package.left_out_count > len(package.left_out):
        talk.print(f"and {package.left_out_count - len(package.left_out)} more are left out")
    if package.taken_down:
        talk.print(f"suppress.txt takes {package.taken_down} captures down: they are not packed")
    talk.print(
        f"wrote {package.captures} captures, {package.pages} pages to open and the rows of "
        f"{package.reports} reports to {package.path} ({package.size} bytes)",
        markup=False,
    )
    return ExitCode.PARTIAL if package.left_out_count else ExitCode.OK
