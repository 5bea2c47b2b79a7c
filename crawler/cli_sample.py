"""The command that draws a sample to code by hand, and scores it."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import click
from rich.table import Table

from archive.folder import DataFolder
from archive.whole_file import write_whole
from crawler.cli_folder import corpus_option, data_option, folder_of, talk, tell_taken_down
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from crawler.terminal import out, shown
from extract.coding_sample import chosen_variables, draw, populations, sheet
from extract.coding_score import NotScored, Scored, Verdict, rates, score, score_json
from extract.export import make_target
from extract.panel_source import reading_corpus
from extract.withheld import Withheld

SHEET = "sample.csv"


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="DIR")
@data_option
@corpus_option
@click.option("-n", "size", type=click.IntRange(1, 100_000), default=200, help="Reports; 200.")
@click.option("--seed", type=int, default=1, help="Another seed draws other reports; 1.")
@click.option("--variable", "variables", multiple=True, help="Of the panel; the headline series.")
@click.option("--score", "coded", type=click.Path(path_type=Path), help="Score this coded sheet.")
@click.option("--json", "as_json", is_flag=True, help="Of --score: rates and errors as JSON.")
def sample(
    target: Path | None,
    data: Path | None,
    size: int,
    seed: int,
    variables: tuple[str, ...],
    coded: Path | None,
    as_json: bool,
) -> None:
    """Write a sheet to code by hand, blind to our values, or score one that was coded."""
    folder = folder_of(data)
    if coded is not None:
        if target is not None or variables:
            raise CrawlerError("--score takes a coded sheet alone, without DIR and --variable")
        with reading_corpus(folder.corpus_db) as db:
            _tell(score(db, coded), as_json=as_json)
        return
    if target is None or as_json:
        raise CrawlerError("give the folder to write sample.csv into, or a sheet with --score")
    _draw(folder, target, size=size, seed=seed, variables=variables)


def _draw(
    folder: DataFolder, target: Path, *, size: int, seed: int, variables: tuple[str, ...]
) -> None:
    try:
        chosen = chosen_variables(variables)
    except KeyError as error:
        raise CrawlerError(
            f"{error.args[0]!r} is no variable of the panel; codebook.html of an export has all"
        ) from error
    path = target / SHEET
    if path.exists():
        raise CrawlerError(f"{path} is there already, and may be coded; give another folder")
    taken_down = 0
    with reading_corpus(folder.corpus_db) as db, closing(Withheld(folder)) as withheld:

        def is_left_out(report_id: str) -> bool:
            nonlocal taken_down
            is_taken_down = withheld.find_report(report_id) is not None
            taken_down += is_taken_down
            return is_taken_down

        drawn = draw(db, size=size, seed=seed, is_left_out=is_left_out)
        text = sheet(db, drawn, chosen)
        about = {
            "seed": seed,
            "reports": len(drawn),
            "variables": [variable.name for variable in chosen],
            "drawn": _counted([f"{one.stratum[0]}/{one.stratum[1]}" for one in drawn]),
            "in_corpus": populations(db),
        }
    make_target(target)
    told = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    write_whole(target / "sample.json", told.encode("utf-8", "replace"))
    write_whole(path, text.encode("utf-8", "replace"))
    tell_taken_down(taken_down, "reports")
    lines = text.count("\n") - 1
    talk.print(
        shown(
            f"wrote {lines} lines on {len(drawn)} reports to {path}: fill in coded_value, or say "
            "in coded_missing why there is none; then nianbao sample --score"
        ),
        markup=False,
    )


def _counted(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}


def _tell(scored: list[Scored], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(score_json(scored), ensure_ascii=False))
    else:
        table = Table("variable", "form", "errors", "lines", "rate", "95 % interval", box=None)
        for variable, form, rate in rates(scored):
            low, high = rate.interval or (0.0, 1.0)
            share = f"{rate.errors / rate.lines:.1%}"
            interval = f"{low:.1%} to {high:.1%}"
            cells = (variable, form, str(rate.errors), str(rate.lines), share, interval)
            table.add_row(*map(shown, cells))
        out().print(table)
    for why, words in _WHY.items():
        if count := sum(one.outcome is why for one in scored):
            talk.print(f"{count} lines {words}: not scored")
    if not any(isinstance(one.outcome, Verdict) for one in scored):
        talk.print(f"none of {len(scored)} lines is scored: fill in coded_value or coded_missing")
        sys.exit(ExitCode.ERROR)


_WHY = {
    NotScored.NOT_CODED: "have neither value nor reason",
    NotScored.NO_REPORT: "are of reports that the corpus has not",
    NotScored.STALE: "are of a reading that is no longer the report's current one",
}
