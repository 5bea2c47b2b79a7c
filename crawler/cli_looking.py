"""The commands that look and change nothing: show, search and status a data folder, read a file."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urldefrag

import click

from archive.folder import DataFolder
from crawler.cli_folder import (
    corpus_option,
    data_option,
    existing_folder,
    folder_of,
    talk,
    tell_taken_down,
)
from crawler.exit_codes import ExitCode
from crawler.portal import load_portals
from crawler.terminal import json_line, shown
from extract.selection import Selection
from extract.shown_reports import ShownReports


@click.command()
@click.argument("url", metavar="URL|BODY")
@data_option
@corpus_option
@click.option("--json", "as_json", is_flag=True, help="The report as `export` writes it.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Of a body, by id or name: draw its main numbers by year, FILE.svg or FILE.png.",
)
def show(url: str, data: Path | None, as_json: bool, plot: Path | None) -> None:
    """Show the report at an address, or what became of the address."""
    if plot is not None:
        _plot(existing_folder(data), url, plot)
        return
    from crawler.report_shown import print_report_findings, print_reports
    from crawler.trace_shown import print_trace
    from extract.traces import report_findings, shown_findings, trace, without_taken_down

    folder, url = existing_folder(data), urldefrag(url).url
    shown_reports = ShownReports(folder)
    withheld = shown_reports.withheld
    withheld.refuse(withheld.find_capture(url), url)
    reports = list(shown_reports.iter_selected(Selection(urls=(url,))))
    withheld.refuse(None if reports else shown_reports.line, f"what was read at {url}")
    tell_taken_down(shown_reports.taken_down, "reports")
    if as_json:
        for report in reports:
            click.echo(json_line(report))
    else:
        print_reports(reports, folder, shown_reports.verdicts)
        if reports:
            found = report_findings(folder.corpus_db, url)
            print_report_findings(shown_findings(found, withheld))
    if not reports:
        known = without_taken_down(trace(folder.corpus_db, url), withheld)
        print_trace(known, folder, talk, as_json=as_json)
    sys.exit(ExitCode.OK if reports else ExitCode.ERROR)


def _plot(folder: DataFolder, body: str, plot: Path) -> None:
    from crawler.plots_drawn import plot_body
    from extract.schema import open_corpus_to_read

    with closing(open_corpus_to_read(folder.corpus_db)) as db:
        name, count = plot_body(db, body, plot, ShownReports(folder))
    talk.print(f"drew {count} series of {name}: {plot}", markup=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@data_option
@click.option("--url", help="Where it was saved from; default: the file's own address.")
@click.option("--json", "as_json", is_flag=True, help="As `export` writes it, without `warc`.")
def read(file: Path, data: Path | None, url: str | None, as_json: bool) -> None:
    """Read a saved page, text or document and print the report; store nothing."""
    from crawler.report_shown import print_saved
    from extract.bodies_csv import load_bodies
    from extract.saved import read_saved

    reading = read_saved(file, url=url, bodies=load_bodies(folder_of(data).bodies_file))
    outcome = reading.outcome
    if as_json:
        nothing = {
            "report": None,
            "url": reading.url,
            "outcome": outcome.skip,
            "detail": outcome.detail,
        }
        click.echo(json_line(reading.report or nothing))
    else:
        print_saved(reading)
    if reading.report is None:
        talk.print(f"{file}: no report ({outcome.skip}): {shown(outcome.detail)}", markup=False)
    sys.exit(ExitCode.OK if reading.report else ExitCode.ERROR)


@click.command()
@data_option
@click.option("--runs", type=click.IntRange(1), default=5, help="How many of the last runs.")
@click.option("--all", "every", is_flag=True, help="Every portal, also those without trouble.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every portal.")
def status(data: Path | None, runs: int, every: bool, as_json: bool) -> None:
    """Show portals, last runs, what is left, what failed, findings and sizes."""
    from crawler.status import folder_status
    from crawler.status_shown import print_status

    folder = folder_of(data)
    told = folder_status(folder, load_portals(folder.portals), runs=runs)
    print_status(told, talk, as_json=as_json, every=every)
    sys.exit(ExitCode.OK if told.is_readable else ExitCode.ERROR)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="TEXT...")
@data_option
@corpus_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, help="Default: 20.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Only reports on this year.")
@click.option("--division", help="Only divisions whose code begins so: 44 is a province.")
@click.option("--order", type=click.Choice(["rank", "year"]), default="rank", help="What is first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def search(
    words: tuple[str, ...],
    data: Path | None,
    limit: int,
    year: int | None,
    division: str | None,
    order: str,
    as_json: bool,
) -> None:
    """Find reports whose title or text holds every word and "phrase" given."""
    from crawler.search_shown import print_found
    from extract.search import search as search_corpus
    from extract.search_order import Order
    from extract.withheld import Withheld

    folder = folder_of(data)
    result = search_corpus(
        folder.corpus_db,
        " ".join(words),
        limit=limit,
        order=Order(order),
        year=year,
        division=division,
        withheld=Withheld(folder),
    )
    print_found(result, as_json=as_json)
    tell_taken_down(result.taken_down, "reports")
    talk.print(f"{result.total} reports found, {len(result.found)} shown")
    if result.ranked_from is not None:
        talk.print(
            f"so many that only those on {result.ranked_from} and later are ranked against each "
            "other; older ones follow, the latest year first"
        )
