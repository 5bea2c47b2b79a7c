"""The user's ``review.csv``: verdicts of persons on values, by whom and when.

UTF-8, first line the names of columns, in any order:

``report_id``       the report, as it stands in table ``reports``
``variable``        a cell's name, a measure, or an identity of ``checks``
``place``           of an identity, where it was checked; ``table`` of a cell, ``prose`` of a figure
``value``           the value judged, as it was read then; of an identity its outcome
``raw``             as it was printed; of a figure its quote; of an identity ``3 against 4``
``verdict``         ``confirmed``: the page says so; ``wrong``: it does not; ``source_error``: the
                    page says so, and that cannot be
``right``           what is right instead, in the person's words
``by``, ``on``      who says so, and on which day (2026-11-26)
``note``            anything
``record_id``, ``payload_digest``    the capture that was looked at

``value`` and ``raw`` say what was judged: each that is given is compared with what is read now;
neither given, it was judged that nothing was read. Strict: what is not understood is an error that
names line and column. A table program runs a value that begins like a formula: such a value is
written with an apostrophe in front, which is not part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from extract.csv_lines import Form, Line, read_lines
from extract.errors import InvalidReview
from extract.report import CheckOutcome, ReportScope

COLUMNS = (
    "report_id", "variable", "place", "value", "raw", "verdict", "right", "by", "on", "note",
    "record_id", "payload_digest",
)  # fmt: skip
FORM = Form(
    columns=COLUMNS,
    required=("report_id", "variable", "verdict", "by", "on"),
    error=InvalidReview,
    may_be_empty=True,  # as after a stop between its making and its first line
)
LIMITS = {
    "report_id": 500, "variable": 100, "place": 200, "raw": 2_000, "right": 2_000, "by": 100,
    "note": 2_000, "record_id": 2_000, "payload_digest": 200,
}  # fmt: skip
"""Characters of a value."""

_REPORT_ID = re.compile(
    rf"\S+/[12]\d{{3}}/(?:{'|'.join(scope.value for scope in ReportScope)})", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠'")
_OUTCOMES = frozenset(outcome.value for outcome in CheckOutcome)


class VerdictKind(StrEnum):
    """What a person says of a value."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    SOURCE_ERROR = "source_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the file; None where it says nothing. ``line`` is its number there. ``value`` is
    a number as written or an outcome of a check."""

    line: int
    report_id: str
    variable: str
    place: str | None
    value: str | None
    raw: str | None
    verdict: VerdictKind
    right: str | None
    by: str
    on: date
    note: str | None
    record_id: str | None
    payload_digest: str | None


def load_verdicts(path: Path) -> tuple[Verdict, ...]:
    """The verdicts in the file's order; none where there is no file. Raises InvalidReview."""
    return tuple(verdict_of(line) for line in read_lines(path, FORM) or ())


def verdict_of(line: Line) -> Verdict:
    """What a line says. Raises InvalidReview."""
    for name in FORM.required:
        if name not in line.values:
            raise line.wrong(name, f"must be given: {_ASKED[name]}")
    said = {name: _limited(line, name) for name in COLUMNS}
    if not _REPORT_ID.fullmatch(line.values["report_id"]):
        raise line.wrong(
            "report_id", "is no report's id; copy it from table reports, as gov:110101/2019/area"
        )
    if line.values["verdict"] not in list(VerdictKind):
        raise line.wrong("verdict", f"is none of {', '.join(VerdictKind)}")
    value = said["value"]
    if value is not None and value not in _OUTCOMES and number_in(value) is None:
        raise line.wrong(
            "value", "is neither a number nor an outcome of a check; what is printed stands in raw"
        )
    return Verdict(
        line=line.number,
        report_id=line.values["report_id"],
        variable=line.values["variable"],
        place=said["place"],
        value=value,
        raw=said["raw"],
        verdict=VerdictKind(line.values["verdict"]),
        right=said["right"],
        by=str(said["by"]),
        on=_day(line),
        note=said["note"],
        record_id=said["record_id"],
        payload_digest=said["payload_digest"],
    )


def number_in(text: str) -> float | None:
    """The number that a text is, as a person or a table program writes it; None for others."""
    plain = text.strip()
    return float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def as_cell(value: str) -> str:
    """A value as it is written: one that a table program would run has an apostrophe in front.
    Numbers stay as they are."""
    runs = value[:1] in _FORMULA and number_in(value) is None
    return f"'{value}" if value and runs else value


def from_cell(cell: str) -> str:
    """The value that was written so."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _limited(line: Line, name: str) -> str | None:
    cell = line.limited(name, LIMITS.get(name, 100))
    return None if cell is None else from_cell(cell)


def _day(line: Line) -> date:
    """A day; table programs turn 2026-11-05 into 2026/11/5."""
    found = _DAY.fullmatch(line.values["on"])
    try:
        if found is not None:
            return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        pass
    raise line.wrong("on", "is no day; write it as 2026-11-26")


_ASKED = {
    "report_id": "which report it is about",
    "variable": "which value",
    "verdict": ", ".join(VerdictKind),
    "by": "who says so",
    "on": "on which day, as 2026-11-26",
}
