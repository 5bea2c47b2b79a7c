"""A report for a person on the terminal: what it is, its tables, figures, and what fails in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.folder import DataFolder
from crawler.form_shown import form_tables
from crawler.replaying import opened_at
from crawler.review_shown import print_beside
from crawler.terminal import out, shown
from extract.export import Json
from extract.report import CheckOutcome, Finding, Measure
from extract.saved import SavedReading
from extract.shown_reports import report_id_in
from extract.traces import FoundProblem
from extract.verdicts import Verdicts

NO_VERDICTS = Verdicts()

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


def print_reports(
    reports: Iterable[Json], folder: DataFolder, verdicts: Verdicts = NO_VERDICTS
) -> None:
    """Reports at an address, the verdicts on their values, and where their bytes lie."""
    to = out()
    for report in reports:
        _print_report(to, report)
        print_beside(to, verdicts.of(report_id_in(report)))
        warc = report["warc"]
        path = folder.warc / warc["file"]
        to.print(f"  {'archived':14} {report['captured_at']} in {path}", markup=False)
        to.print(
            f"  {'':14} offset {warc['offset']}, {warc['record_id']}, {warc['payload_digest']}",
            markup=False,
        )
        opened = opened_at(folder, report["url"], report["captured_at"])
        to.print(f"  {'replayed':14} {opened}", markup=False)
        for other in report["also_at"]:
            to.print(f"  also at {shown(other)}", markup=False)


def print_report_findings(problems: Iterable[FoundProblem]) -> None:
    """What is to be told of reports beside what they say."""
    to = out()
    for problem in problems:
        _print_finding(to, Finding(kind=problem.kind, message=problem.message))


def print_saved(reading: SavedReading) -> None:
    """What a saved file is: its report, or why it is none; and what is odd about it."""
    to = out()
    if reading.report is not None:
        _print_report(to, reading.report)
    for finding in reading.findings:
        _print_finding(to, finding)


def _print_finding(to: Console, finding: Finding) -> None:
    to.print(f"  finding {finding.kind}: {shown(finding.message)}", markup=False)


def _print_report(to: Console, report: Json) -> None:
    to.print(f"[bold]{escape(shown(report['title']))}[/bold]")
    for name in FIELDS:
        to.print(f"  {name:14} {shown(report[name])}", markup=False)
    for section in report["sections"]:
        to.print(f"  {section['kind']:18} {shown(section['heading'], '')}", markup=False)
    for table in form_tables(report["form"], report["cells"]):
        to.print(table)
    _print_checks(to, report["checks"])
    _print_figures(to, report["figures"])


def _print_figures(to: Console, figures: Sequence[dict[str, Any]]) -> None:
    """Those of a measure; of the other numbers only how many there are."""
    named = [figure for figure in figures if figure["measure"] != Measure.OTHER]
    if named:
        to.print(_figures(named))
    if len(named) < len(figures):
        to.print(f"  other numbers of the prose: {len(figures) - len(named)} (see --json)")


def _print_checks(to: Console, checks: Sequence[Json]) -> None:
    """Failures one by one, the others counted."""
    outcomes = [check["outcome"] for check in checks]
    counts = {name: outcomes.count(name) for name in CheckOutcome}
    told = ", ".join(f"{count} {name.value}" for name, count in counts.items() if count)
    to.print(f"  checks: {told or 'none'}", markup=False)
    for check in checks:
        if check["outcome"] == CheckOutcome.FAIL:
            sides = f"{shown(check['printed'])} against {shown(check['computed'])}"
            place = f"{check['identity']} at {shown(check['place'])}"
            to.print(f"  fails: {place}: {sides}", markup=False)


def _figures(figures: Sequence[dict[str, Any]]) -> Table:
    table = Table("measure", "value", "unit", "qualifier", "scope", "quote")
    for figure in figures:
        value = f"{figure['value']}" + (" (said not to be)" if figure["negated"] else "")
        columns = (figure["unit"], figure["qualifier"], figure["scope"], figure["quote"])
        table.add_row(figure["measure"], value, *(escape(shown(c, "")) for c in columns))
    return table
