"""The command that judges values, and shows what persons judged."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urldefrag

import click

from archive.folder import DataFolder
from crawler.cli_folder import data_option, folder_of, talk, tell_taken_down
from crawler.errors import CrawlerError
from crawler.terminal import shown
from extract.review_csv import VerdictKind
from extract.verdicts import Judged, judge
from extract.withheld import Withheld


@click.command()
@click.argument("report", required=False)
@click.argument("variable", required=False)
@data_option
@click.option("--verdict", type=click.Choice([kind.value for kind in VerdictKind]))
@click.option("--by", help="Who judges.")
@click.option("--right", help="What is right instead.")
@click.option("--note", help="Anything.")
@click.option("--place", help="Of a check that the report has at several places.")
@click.option("--quote", help="A part of the sentence, of a figure that it has several times.")
@click.option("--list", "is_list", is_flag=True, help="Show all verdicts, or those on REPORT.")
@click.option(
    "--stale", is_flag=True, help="Show only those whose value changed, or that fit none."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def review(
    report: str | None,
    variable: str | None,
    data: Path | None,
    verdict: str | None,
    by: str | None,
    right: str | None,
    note: str | None,
    place: str | None,
    quote: str | None,
    is_list: bool,
    stale: bool,
    as_json: bool,
) -> None:
    """Judge a value: a cell, a figure by its measure, or a check by its identity.

    REPORT is a report's id, its address, or a record id. The verdict becomes a line of review.csv
    in the data folder. Without VARIABLE, show the verdicts there.
    """
    if variable is None or report is None:
        if verdict is not None:
            raise CrawlerError("name the value: nianbao review REPORT VARIABLE --verdict …")
        _show(folder_of(data), report, stale=stale, as_json=as_json)
        return
    if is_list or stale:
        raise CrawlerError("--list and --stale show verdicts: they go without VARIABLE")
    if verdict is None or not (by or "").strip():
        raise CrawlerError("a verdict needs --verdict and --by, who says so")
    said = {"verdict": verdict, "by": by, "right": right, "note": note}
    _write(data, report, variable, place=place, quote=quote, said=said)


def _write(
    data: Path | None,
    report: str,
    variable: str,
    *,
    place: str | None,
    quote: str | None,
    said: dict[str, str | None],
) -> None:
    from extract.judging import value_meant
    from extract.review_writing import append_verdict

    folder, target = folder_of(data), urldefrag(report).url
    meant = value_meant(folder, target, variable, place=place, quote=quote)
    today = datetime.now(UTC).astimezone().date().isoformat()
    words = {name: shown(value, "").strip() for name, value in said.items()}
    columns = {name: shown(value) for name, value in meant.columns.items()}
    append_verdict(folder.review_file, {**columns, **words, "on": today})
    value = " ".join(part for part in (columns["value"], columns["raw"]) if part) or "blank"
    talk.print(
        f"{shown(meant.title)}: {variable} ({value}) is {words['verdict']}; noted in "
        f"{folder.review_file}",
        markup=False,
    )


def _show(folder: DataFolder, report: str | None, *, stale: bool, as_json: bool) -> None:
    from crawler.review_shown import print_verdicts, unsound
    from extract.judging import reports_meant

    verdicts = judge(folder.review_file, folder.corpus_db)
    everything = list(verdicts.iter_all())
    wanted = unsound(everything) if stale else everything
    if report is not None:
        meant = reports_meant(folder.corpus_db, urldefrag(report).url)
        wanted = [one for one in wanted if {one.report_id, one.verdict.report_id} & meant]
    with closing(Withheld(folder)) as withheld:
        kept = [one for one in wanted if _line_over(one, withheld) is None]
    tell_taken_down(len(wanted) - len(kept), "verdicts")
    print_verdicts(kept, as_json=as_json)
    counted = ", ".join(f"{count} {standing}" for standing, count in verdicts.counts().items())
    talk.print(f"{folder.review_file}: {counted}", markup=False)


def _line_over(judged: Judged, withheld: Withheld) -> int | None:
    """The line that takes down the report of a verdict, or the record that was looked at."""
    line = withheld.find_report(judged.report_id or judged.verdict.report_id)
    record_id = judged.verdict.record_id
    return withheld.find_reading(record_id) if line is None and record_id else line
