"""The command that says of which bodies and years there is a report, and why not of the others."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from crawler.cli_folder import data_option, existing_folder, talk, tell_taken_down
from crawler.exit_codes import ExitCode
from extract.coverage_model import CoverageChoice, CoverageState
from extract.report import AdminLevel

STATES = [state.value for state in CoverageState]
GAPS = tuple(state for state in CoverageState if state is not CoverageState.FOUND)


@click.command()
@data_option
@click.option("--body", "bodies", multiple=True, help="Only this body, by id or name; repeatable.")
@click.option("--division", "divisions", multiple=True, help="Only codes that begin so: 44.")
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice([level.value for level in AdminLevel]),
    help="Only bodies of this level.",
)
@click.option(
    "--year", "years", multiple=True, type=click.IntRange(1900, 2200), help="Only this year."
)
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these.")
@click.option("--gaps", is_flag=True, help="All states but found.")
@click.option(
    "--by", type=click.Choice(["province", "level", "year"]), help="Count the states by this."
)
@click.option("--list", "as_list", is_flag=True, help="A sentence for each claim, with records.")
@click.option("--all", "every", is_flag=True, help="Also bodies of which no portal says anything.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw it: FILE.svg or FILE.png.")
def coverage(
    data: Path | None,
    bodies: tuple[str, ...],
    divisions: tuple[str, ...],
    levels: tuple[str, ...],
    years: tuple[int, ...],
    states: tuple[str, ...],
    gaps: bool,
    by: str | None,
    as_list: bool,
    every: bool,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Show of which bodies and years there is a report, each gap with its reason and records."""
    from crawler.coverage_shown import (
        CoverageCounts,
        print_counts,
        print_list,
        print_table,
        unnoted_line,
        untold_lines,
    )
    from extract.bodies_csv import load_bodies
    from extract.coverage import Coverage
    from extract.coverage_regressions import iter_regressions
    from extract.schema import open_corpus_to_read
    from extract.withheld import Withheld

    folder = existing_folder(data)
    chosen = tuple(CoverageState(state) for state in states) or (GAPS if gaps else ())
    choice = CoverageChoice(
        bodies=bodies, years=years, divisions=divisions, levels=levels, states=chosen, every=True
    )
    counts = CoverageCounts(by, every=every or bool(bodies))
    with closing(open_corpus_to_read(folder.corpus_db)) as db:
        withheld, hidden = Withheld(folder, db=db), set[str]()
        taken_down = withheld.reports()

        def hides(report_id: str) -> bool:
            hidden.update({report_id} & taken_down)
            return report_id in taken_down

        for regression in iter_regressions(db, withheld):
            talk.print(regression, markup=False, style="red")
        covered = Coverage(db, known=load_bodies(folder.bodies_file))
        claims = counts.counting(covered.iter_claims(choice, hides=hides))
        if plot is not None:
            from crawler.plots_drawn import plot_coverage

            drawn = plot_coverage(claims, plot)
            said = f"drew {drawn} bodies: {plot}" if drawn else f"no body to draw: no {plot}"
            talk.print(said, markup=False)
        elif by is not None:
            print_counts(claims, counts, as_json=as_json)
        elif as_json or as_list or bodies or chosen:
            print_list(claims, as_json=as_json)
        else:
            print_table(claims)
        untold = list(untold_lines(covered.untold, withheld))
    if covered.unnoted_runs:
        talk.print(unnoted_line(covered.unnoted_runs, folder.corpus_db), markup=False)
    for line in (*counts.lines(), *untold):
        talk.print(line, markup=False)
    tell_taken_down(len(hidden), "reports")
    if not counts.total and (plot is not None or not counts.uncovered):
        talk.print("nothing fits; see `nianbao status` for what was crawled")
        sys.exit(ExitCode.ERROR)
