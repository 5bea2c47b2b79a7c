"""What a sheet coded by hand says of our values, line by line.

Our values are those of the corpus now, so that a better extractor can be scored on the same sheet;
a line whose report has another current reading than the one that was coded is stale and not scored.
An error is one of three: another value than the coder's (``wrong``), none where the coder has one
(``missed``), one where the coder has none (``invented``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from extract.coding_sample import COLUMNS, Stratum
from extract.csv_lines import Form, Line, read_lines
from extract.errors import InvalidSheet
from extract.panel_columns import panel_variables
from extract.panel_rows import found_values, headlines
from extract.panel_source import find_source_report
from extract.report_values import Found
from extract.review_csv import number_in

_CLOSE = 1e-9
_DRAWING = ("stratum_reports", "stratum_drawn")
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
    TAKEN_DOWN = "taken_down"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How many reports of a stratum the corpus had when the sample was drawn, and how many were."""

    reports: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A line with its verdict, or why it has none. ``ours`` and ``coded`` None for no value,
    ``drawing`` None on a sheet of before it had the numbers.
    """

    line: int
    report_id: str
    stratum: Stratum
    drawing: Drawing | None
    variable: str
    outcome: Verdict | NotScored
    coded: float | None = None
    ours: float | None = None
    status: str | None = None


def score(
    db: sqlite3.Connection, sheet: Path, *, is_left_out: Callable[[str], bool]
) -> list[Scored]:
    """Every line of the sheet, in its order; of a report that is left out, by its id, nothing of
    ours is told. Raises InvalidSheet.
    """
    lines = read_lines(sheet, _FORM)
    if lines is None:
        raise InvalidSheet(f"{sheet} is not there; give the sheet that `nianbao sample` wrote")
    names = {variable.name for variable in panel_variables()}
    seen: dict[tuple[str, str], int] = {}
    drawings = _drawings(lines)
    scored = []
    known: dict[str, _Ours | NotScored] = {}
    for line in lines:
        key = (_needed(line, "report_id"), _needed(line, "variable"))
        if key[1] not in names:
            raise line.wrong("variable", "is no variable of the panel")
        if key in seen:
            raise line.wrong("variable", f"is coded in line {seen[key]} already; keep one of them")
        seen[key] = line.number
        if key[0] not in known:
            is_out = is_left_out(key[0])
            # lines of a report follow each other
            known = {key[0]: NotScored.TAKEN_DOWN if is_out else _values(db, key[0])}
        scored.append(_score(line, known[key[0]], drawings.get(_stratum(line))))
    return scored


def _stratum(line: Line) -> Stratum:
    return line.values.get("form", ""), line.values.get("level", "")


def _drawings(lines: Sequence[Line]) -> dict[Stratum, Drawing]:
    """Of each stratum; empty where no line has the numbers."""
    found: dict[Stratum, Drawing] = {}
    if not any(set(_DRAWING) & set(line.values) for line in lines):
        return found
    for line in lines:
        drawing = Drawing(*(_count(line, column) for column in _DRAWING))
        if drawing.drawn > drawing.reports:
            raise line.wrong(_DRAWING[1], f"is more than the {drawing.reports} reports there are")
        if found.setdefault(_stratum(line), drawing) != drawing:
            raise line.wrong(
                _DRAWING[0],
                "or stratum_drawn differs between lines of one form and level; score "
                "each sheet by itself",
            )
    return found


def _count(line: Line, column: str) -> int:
    number = number_in(_needed(line, column))
    if number is None or number < 1 or number != int(number):
        raise line.wrong(column, "is no number of reports; leave it as it was")
    return int(number)


def _needed(line: Line, column: str) -> str:
    value = line.values.get(column)
    if not value:
        raise line.wrong(column, "is blank; leave the columns of the sheet as they were")
    return _without_apostrophe(value)


def _without_apostrophe(text: str) -> str:
    return text[1:] if text.startswith("'") else text


_Ours = tuple[str, dict[str, Found]]
"""The record of a report's current reading, and what it says of each variable."""


def _values(db: sqlite3.Connection, report_id: str) -> _Ours | NotScored:
    report = find_source_report(db, report_id)
    if report is None:
        return NotScored.NO_REPORT
    found = found_values(report, headlines(report))
    named = {v.name: one for v, one in zip(panel_variables(), found, strict=True)}
    return str(report.columns["record_id"]), named


def _score(line: Line, known: _Ours | NotScored, drawing: Drawing | None) -> Scored:
    coded = _coded(line)
    variable = _needed(line, "variable")
    outcome: Verdict | NotScored
    ours: Found | None = None
    if isinstance(known, NotScored):
        outcome = known
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
        stratum=_stratum(line),
        drawing=drawing,
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
