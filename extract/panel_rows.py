"""Rows of the exported tables, made from reports and from claims on body-years without one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from extract.coverage_model import Claim, CoverageState
from extract.headline import SERIES, HeadlineValue, headline
from extract.panel_columns import ABOUT, REPORT_STATE
from extract.panel_source import SourceReport
from extract.report_values import Found, ReportValues, VariableGroup, grouped
from extract.value_status import ValueStatus
from extract.variables import Kind, cell_variables, panel_name, text_variables

Value = str | float | int | None
Row = tuple[Value, ...]
"""A row of a table, in the order of its columns."""

_STATES = {
    CoverageState.NOT_LISTED: ValueStatus.NOT_LISTED,
    CoverageState.REMOVED: ValueStatus.REMOVED,
    CoverageState.LISTED_UNREADABLE: ValueStatus.LISTED_UNREADABLE,
    CoverageState.BLOCKED: ValueStatus.BLOCKED,
    CoverageState.UNREACHABLE: ValueStatus.UNREACHABLE,
    CoverageState.NOT_LOOKED: ValueStatus.NOT_LOOKED,
}
"""What a body-year without a report says of every variable."""

_IN_YUAN = frozenset(v.field for v in text_variables() if v.unit == "元")


def panel_row(report: SourceReport, series: list[HeadlineValue], state: CoverageState) -> Row:
    """The row of a report; ``series`` are its headline values, in order."""
    found = found_values(report, series)
    known: dict[str, Value] = {REPORT_STATE: state.value, "errors_failed": report.errors_failed}
    about: list[Value] = [known.get(c.name, report.columns.get(c.name)) for c in ABOUT]
    beside: list[Value] = []
    for one in series:
        beside.append(one.source.value if one.source else None)
        beside.append(one.comparability.value if one.comparability else None)
    return (
        *about,
        *[one.value for one in found],
        *beside,
        *[one.status for one in found],
    )


def found_values(report: SourceReport, series: list[HeadlineValue]) -> list[Found]:
    """What a report says of each variable of the panel, in their order."""
    found = [Found(one.value, one.status) for one in series]
    found += report.values.cells_of(_groups())
    found += [_stated(report.values, variable.field) for variable in text_variables()]
    return found


@cache
def _groups() -> tuple[VariableGroup, ...]:
    return grouped(cell_variables())


def claim_row(claim: Claim) -> Row:
    """The row of a body-year without a report: every value missing, for one reason."""
    known: dict[str, Value] = {
        "body_id": claim.body_id,
        "report_year": claim.report_year,
        "report_scope": expected_scope(claim.body_type),
        REPORT_STATE: claim.state.value,
        "name": claim.body_name,
        "body_type": claim.body_type,
        "admin_level": claim.admin_level,
        "division": claim.division,
    }
    count, nothing = len(cell_variables()) + len(text_variables()) + len(SERIES), (None,)
    status = status_of_state(claim.state).value
    about = tuple(known.get(column.name) for column in ABOUT)
    return (*about, *(nothing * count), *(nothing * (2 * len(SERIES))), *((status,) * count))


def status_of_state(state: CoverageState) -> ValueStatus:
    """The status of every variable of a body-year without a report."""
    return _STATES[state]


def expected_scope(body_type: str) -> str:
    """What a report of such a body speaks for: a government for its area, any other for itself."""
    return "area" if body_type == "government" else "organ"


def headlines(report: SourceReport) -> list[HeadlineValue]:
    """The headline values of a report, in the order of SERIES."""
    return [headline(series, report.values) for series in SERIES]


def headline_rows(report: SourceReport, series: list[HeadlineValue]) -> Iterator[Row]:
    """A row for each series."""
    key = _key(report)
    for about, one in zip(SERIES, series, strict=True):
        yield (
            *key,
            about.name,
            one.value,
            about.unit,
            one.status.value,
            one.source.value if one.source else None,
            one.comparability.value if one.comparability else None,
            one.place,
            one.figure.quote if one.figure else None,
            _record(report, one),
        )


def _record(report: SourceReport, one: HeadlineValue) -> Value:
    if one.table is not None:
        return report.values.records.get(one.table)
    return report.columns["record_id"] if one.figure else None


def observation_rows(report: SourceReport) -> Iterator[Row]:
    """A row for each cell, then for each figure of the prose, as read; money in its own unit."""
    key = _key(report)
    names = _panel_names()
    for cell in report.cells:
        status = ValueStatus.BLANK if cell.value is None else ValueStatus.READ
        yield (
            *(*key, cell.name, names.get((Kind.CELL, cell.name)), cell.value, cell.unit, cell.raw),
            *(status.value, "cell", cell.table, None, None, cell.record_id, cell.place),
        )
    for one in report.figures:
        status = ValueStatus.NEGATED if one.negated else ValueStatus.READ
        status = ValueStatus.APPROXIMATE if one.qualifier else status
        place = f"text_original[{one.start}:{one.end}]"
        name = names.get((Kind.TEXT, one.measure))
        yield (
            *(*key, one.measure, name, one.value, one.unit, one.quote, status.value, "figure"),
            *(None, one.qualifier, one.scope, report.columns["record_id"], place),
        )


@cache
def _panel_names() -> dict[tuple[Kind, str], str]:
    cells = {(Kind.CELL, v.field): panel_name(v.field) for v in cell_variables()}
    return cells | {(Kind.TEXT, v.field): v.name for v in text_variables()}


def _stated(values: ReportValues, measure: str) -> Found:
    return values.stated(measure, in_yuan=measure in _IN_YUAN)


def _key(report: SourceReport) -> tuple[Value, ...]:
    columns = report.columns
    return columns["body_id"], columns["report_year"], columns["report_scope"]
