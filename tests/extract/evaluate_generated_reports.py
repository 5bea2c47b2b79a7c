"""How whole generated reports are read: ``python evaluate_generated_reports.py 400``.

Too long for CI; ``test_reports_generated`` does the same over a part. Prints each score and what
is at fault; ends with 1 when one falls under its floor.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field

from report_samples import Made, report

from extract.decode import page_from_bytes
from extract.main_content import document
from extract.reading import read_report
from extract.report import Outcome

FLOORS = {
    "read": 1.0,
    "year": 1.0,
    "body": 0.99,
    "division": 0.99,
    "signed_on": 0.99,
    "published_on": 0.99,
    "forms": 1.0,
    "cells": 0.999,
    "figures": 0.97,
}
"""Shares that must be right; a cell or figure that is wrong has no floor, there may be none."""


@dataclass
class Scores:
    """Right and known by name, what is wrong, and examples of it."""

    right: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def note(self, name: str, right: bool, fault: str) -> None:
        """One more that is known."""
        self.known[name] += 1
        self.right[name] += right
        if not right:
            self.missed.append(f"{name}: {fault}")

    def short(self) -> list[str]:
        """Names whose share is under its floor."""
        return [
            f"{name}: {self.right[name]} of {self.known[name]}"
            for name, floor in FLOORS.items()
            if self.right[name] < floor * self.known[name]
        ]


def outcome_of(made: Made) -> Outcome:
    page = page_from_bytes(made.body, url="http://127.0.0.1/r", content_type=made.media_type)
    return read_report(document(page), made.context)


def judge(number: int, scores: Scores) -> None:
    """Adds one report's scores."""
    made = report(number)
    outcome = outcome_of(made)
    read = outcome.report
    where = f"{number} ({made.era} {sorted(made.names)[0]} {made.deviations})"
    scores.note("read", read is not None, f"{where}: {outcome.skip} {outcome.detail}")
    if read is None:
        return
    scores.note("year", read.report_year == made.year, f"{where}: {read.report_year}")
    body = {read.issuing_body, read.reporting_for}
    scores.note("body", bool(body & made.names), f"{where}: {body}, not {made.names}")
    told = f"{where}: {read.division}, not {made.division}"
    scores.note("division", read.division == made.division, told)
    for name in ("signed_on", "published_on"):
        got, wanted = getattr(read, name), getattr(made, name)
        scores.note(name, got == wanted, f"{where}: {got}, not {wanted}")
    _judge_tables(made, outcome, where, scores)
    _judge_figures(made, outcome, where, scores)


def _judge_tables(made: Made, outcome: Outcome, where: str, scores: Scores) -> None:
    assert outcome.report is not None
    read = outcome.report
    forms = tuple(form or "" for form in (read.table2_form, read.table3_form))
    wanted = (made.tables.form2, made.tables.form3)
    scores.note("forms", forms == wanted, f"{where}: {forms}, not {wanted}")
    cells = {cell.name: cell.value for cell in read.cells}
    reported = " ".join(finding.message for finding in outcome.findings)
    for name, value in made.tables.cells.items():
        scores.note("cells", cells.get(name, "missing") == value, f"{where}: {name}")
        if name not in cells and not reported:
            scores.wrong.append(f"{where}: cell {name} is missing in silence")
    for name, value in cells.items():
        if name not in made.tables.cells or made.tables.cells[name] != value:
            known = made.tables.cells.get(name, "nothing")
            scores.wrong.append(f"{where}: cell {name} {value}, not {known}")


def _judge_figures(made: Made, outcome: Outcome, where: str, scores: Scores) -> None:
    assert outcome.report is not None
    found = [(f.measure.value, f.value, f.negated) for f in outcome.report.figures]
    quotes = {(f.measure.value, f.value): f.quote for f in outcome.report.figures}
    known = [(one.measure, one.value, one.negated) for one in made.figures]
    for one in known:
        scores.note("figures", one in found, f"{where}: {one}")
    tracked = {measure for measures, _ in _all_measures() for measure in measures}
    for one in found:
        if one[0] in tracked and one not in known:
            scores.wrong.append(f"{where}: figure {one} of {quotes[one[:2]]!r} was not written")


def _all_measures() -> list[tuple[tuple[str, ...], list[str]]]:
    from report_phrases import COUNTED, NEGATED

    return [*COUNTED, *NEGATED]


def main(reports: int) -> int:
    """Prints the scores; the exit code says whether every floor was kept."""
    scores = Scores()
    for number in range(reports):
        judge(number, scores)
    for name in FLOORS:
        print(f"{name}: {scores.right[name]} of {scores.known[name]}")
    print(f"wrong: {len(scores.wrong)}")
    for line in [*scores.wrong, *scores.missed][:200]:
        print(f"  {line}", file=sys.stderr)
    return int(bool(scores.short() or scores.wrong))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
