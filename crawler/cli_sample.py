"""The command that draws a sample to code by hand, and scores it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
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
from extract.coding_rates import UNWEIGHTED, WEIGHTED, is_weighted, rates, score_json
from extract.coding_sample import Stratum, chosen_variables, draw, sheet
from extract.coding_score import NotScored, Scored, Verdict, score
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
        with reading_corpus(folder.corpus_db) as db, closing(Withheld(folder)) as withheld:
            scored = score(db, coded, is_left_out=lambda one: withheld.find_report(one) is not None)
        _tell(scored, as_json=as_json)
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
            "reports": len(drawn.reports),
            "variables": [variable.name for variable in chosen],
            "drawn": _named({s: share for s, share in drawn.shares.items() if share}),
            "in_corpus": _named(drawn.sizes),
        }
    make_target(target)
    told = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    write_whole(target / "sample.json", told.encode("utf-8", "replace"))
    write_whole(path, text.encode("utf-8", "replace"))
    tell_taken_down(taken_down, "reports")
    lines = text.count("\n") - 1
    if none_of := {s: size for s, size in drawn.sizes.items() if not drawn.shares[s]}:
        talk.print(
            shown(
                f"none is drawn of {len(none_of)} kinds of reports, {sum(none_of.values())} in all "
                f"({', '.join(_named(none_of))}): no rate will speak of them; give a larger -n"
            ),
            markup=False,
        )
    talk.print(
        shown(
            f"wrote {lines} lines on {len(drawn.reports)} reports to {path}: fill in coded_value, "
            "or say in coded_missing why there is none; then nianbao sample --score"
        ),
        markup=False,
    )


def _named(counts: Mapping[Stratum, int]) -> dict[str, int]:
    return {f"{form}/{level}": count for (form, level), count in sorted(counts.items())}


def _tell(scored: list[Scored], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(score_json(scored), ensure_ascii=False))
    else:
        _tell_rates(scored)
    for why, words in _WHY.items():
        if count := sum(one.outcome is why for one in scored):
            talk.print(f"{count} lines {words}: not scored")
    if not any(isinstance(one.outcome, Verdict) for one in scored):
        talk.print(f"none of {len(scored)} lines is scored: fill in coded_value or coded_missing")
        sys.exit(ExitCode.ERROR)


def _tell_rates(scored: list[Scored]) -> None:
    told = "rate" if is_weighted(scored) else "unweighted rate"
    table = Table("variable", "form", "errors", "lines", told, "95 % interval", box=None)
    left_out = 0
    for rate in rates(scored):
        low, high = rate.interval
        counts = (str(rate.errors), str(rate.lines))
        cells = (*counts, f"{rate.share:.1%}", f"{low:.1%} to {high:.1%}")
        table.add_row(*map(shown, (rate.variable, rate.form, *cells)))
        left_out += bool(rate.left_out)
    out().print(table)
    click.echo(WEIGHTED if is_weighted(scored) else UNWEIGHTED)
    if left_out:
        talk.print(f"{left_out} rates leave out a form and level of which no line is scored")


_WHY = {
    NotScored.NOT_CODED: "have neither value nor reason",
    NotScored.NO_REPORT: "are of reports that the corpus has not",
    NotScored.TAKEN_DOWN: "are of reports that suppress.txt takes down",
    NotScored.STALE: "are of a reading that is no longer the report's current one",
}
