"""What a sheet coded by hand says of our values: error rates by variable and form, with intervals.

Our values are those of the corpus now, so that a better extractor can be scored on the same sheet;
a line whose report has another current reading than the one that was coded is stale and not scored.
Intervals are Wilson's, 95 %, over the lines coded. An error is one of three: another value than the
coder's (``wrong``), none where the coder has one (``missed``), one where the coder has none
(``invented``).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from pathlib import Path
from typing import Any

from extract.coding_sample import COLUMNS
from extract.csv_lines import Form, Line, read_lines
from extract.errors import InvalidSheet
from extract.panel_columns import panel_variables
from extract.panel_rows import found_values, headlines
from extract.panel_source import find_source_report
from extract.report_values import Found
from extract.review_csv import number_in

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""
_CLOSE = 1e-9
_FORM = Form(
    columns=COLUMNS,
    required=("report_id", "record_id", "form", "variable", "coded_value", "coded_missing"),
    error=InvalidSheet,
)


class Verdict(StrEnum):
    """What a coded line says of ours."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    INVENTED = "invented"


class NotScored(StrEnum):
    """Why a line is not scored."""

    NOT_CODED = "not_coded"
    NO_REPORT = "no_report"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A line with its verdict, or why it has none. ``ours`` and ``coded`` None for no value."""

    line: int
    report_id: str
    form: str
    level: str
    variable: str
    outcome: Verdict | NotScored
    coded: float | None = None
    ours: float | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors of so many lines, with the interval of their share; None of no lines."""

    errors: int
    lines: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's, 95 %."""
        return wilson(self.errors, self.lines) if self.lines else None


def wilson(errors: int, lines: int) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), 95 %."""
    share, square = errors / lines, Z_95**2
    middle = share + square / (2 * lines)
    reach = Z_95 * sqrt(share * (1 - share) / lines + square / (4 * lines**2))
    scale = 1 + square / lines
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def score(db: sqlite3.Connection, sheet: Path) -> list[Scored]:
    """Every line of the sheet, in its order. Raises InvalidSheet."""
    lines = read_lines(sheet, _FORM)
    if lines is None:
        raise InvalidSheet(f"{sheet} is not there; give the sheet that `nianbao sample` wrote")
    names = {variable.name for variable in panel_variables()}
    seen: dict[tuple[str, str], int] = {}
    scored = []
    known: dict[str, tuple[str, dict[str, Found]] | None] = {}
    for line in lines:
        key = (_needed(line, "report_id"), _needed(line, "variable"))
        if key[1] not in names:
            raise line.wrong("variable", "is no variable of the panel")
        if key in seen:
            raise line.wrong("variable", f"is coded in line {seen[key]} already; keep one of them")
        seen[key] = line.number
        if key[0] not in known:
            known = {key[0]: _values(db, key[0])}  # lines of a report follow each other
        scored.append(_score(line, known[key[0]]))
    return scored


def _needed(line: Line, column: str) -> str:
    value = line.values.get(column)
    if not value:
        raise line.wrong(column, "is blank; leave the columns of the sheet as they were")
    return _without_apostrophe(value)


def _without_apostrophe(text: str) -> str:
    return text[1:] if text.startswith("'") else text


def _values(db: sqlite3.Connection, report_id: str) -> tuple[str, dict[str, Found]] | None:
    report = find_source_report(db, report_id)
    if report is None:
        return None
    found = found_values(report, headlines(report))
    named = {v.name: one for v, one in zip(panel_variables(), found, strict=True)}
    return str(report.columns["record_id"]), named


def _score(line: Line, known: tuple[str, dict[str, Found]] | None) -> Scored:
    coded = _coded(line)
    variable = _needed(line, "variable")
    outcome: Verdict | NotScored
    ours: Found | None = None
    if known is None:
        outcome = NotScored.NO_REPORT
    elif known[0] != line.values.get("record_id"):
        outcome = NotScored.STALE
    elif coded is _NOT_CODED:
        outcome = NotScored.NOT_CODED
    else:
        ours = known[1][variable]
        outcome = _verdict(ours.value, coded)
    return Scored(
        line=line.number,
        report_id=_needed(line, "report_id"),
        form=line.values.get("form", ""),
        level=line.values.get("level", ""),
        variable=variable,
        outcome=outcome,
        coded=None if coded is _NOT_CODED else coded,
        ours=ours.value if ours else None,
        status=ours.status.value if ours else None,
    )


_NOT_CODED = float("nan")
"""Stands for a line that says nothing; compared by identity."""


def _coded(line: Line) -> float | None:
    """The coder's value, None for none; _NOT_CODED where both columns are blank."""
    value, missing = line.values.get("coded_value"), line.values.get("coded_missing")
    if value and missing:
        raise line.wrong("coded_missing", "stands beside a value; keep one of them")
    if value:
        number = number_in(value)
        if number is None:
            raise line.wrong("coded_value", "is no number; say why there is none in coded_missing")
        return number
    return None if missing else _NOT_CODED


def _verdict(ours: float | None, coded: float | None) -> Verdict:
    if ours is None or coded is None:
        if ours is None and coded is None:
            return Verdict.RIGHT
        return Verdict.MISSED if ours is None else Verdict.INVENTED
    close = abs(ours - coded) <= _CLOSE * max(1.0, abs(coded))
    return Verdict.RIGHT if close else Verdict.WRONG


def rates(scored: Sequence[Scored]) -> Iterator[tuple[str, str, Rate]]:
    """Variable, form and rate; ``all`` for all forms of a variable, last all variables of a form.
    Pooled rates are of the lines coded: they are not weighted by the forms' numbers of reports.
    """
    judged = [one for one in scored if isinstance(one.outcome, Verdict)]
    lines: Counter[tuple[str, str]] = Counter()
    errors: Counter[tuple[str, str]] = Counter()
    for one in judged:
        for key in (
            *((one.variable, one.form), (one.variable, "all")),
            *(("all", one.form), ("all", "all")),
        ):
            lines[key] += 1
            errors[key] += one.outcome is not Verdict.RIGHT
    order = {variable.name: place for place, variable in enumerate(panel_variables())}
    for key in sorted(lines, key=lambda k: (order.get(k[0], len(order)), k[1] == "all", k[1])):
        yield *key, Rate(errors[key], lines[key])


def score_json(scored: Sequence[Scored]) -> dict[str, Any]:
    """The whole result: counts of outcomes, rates, and each error."""
    return {
        "lines": len(scored),
        "outcomes": dict(sorted(Counter(str(one.outcome) for one in scored).items())),
        "rates": [
            {
                "variable": variable,
                "form": form,
                "errors": rate.errors,
                "lines": rate.lines,
                "rate": round(rate.errors / rate.lines, 6),
                "interval_95": [round(end, 6) for end in rate.interval or ()],
            }
            for variable, form, rate in rates(scored)
        ],
        "errors": [
            {
                "line": one.line,
                "report_id": one.report_id,
                "variable": one.variable,
                "kind": str(one.outcome),
                "coded": one.coded,
                "ours": one.ours,
                "status": one.status,
            }
            for one in scored
            if isinstance(one.outcome, Verdict) and one.outcome is not Verdict.RIGHT
        ],
    }
