"""The columns of the exported tables: panel, headline and observations, with labels and types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from extract.headline import Comparability, SourceKind, headline_variables
from extract.value_status import ValueStatus
from extract.variables import Variable, cell_variables, text_variables


class ColumnType(Enum):
    """What a column holds. CODE is one of a short list of words, NUMBER a value of a variable."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. ``words`` are those of a CODE. ``only_beside`` marks what Stata's file leaves out,
    since the value's missing code says it."""

    name: str
    type: ColumnType
    label: str
    words: tuple[str, ...] = ()
    variable: Variable | None = None
    only_beside: bool = False


STATUSES = tuple(status.value for status in ValueStatus)
SOURCES = tuple(kind.value for kind in SourceKind)
COMPARABILITIES = tuple(one.value for one in Comparability)

KEY = ("body_id", "report_year", "report_scope")
"""What tells a row of the panel from every other."""

REPORT_STATE = "report_state"


def _text(name: str, label: str) -> Column:
    return Column(name=name, type=ColumnType.TEXT, label=label)


def _integer(name: str, label: str) -> Column:
    return Column(name=name, type=ColumnType.INTEGER, label=label)


def _code(name: str, label: str, words: tuple[str, ...], *, only_beside: bool = False) -> Column:
    return Column(
        name=name, type=ColumnType.CODE, label=label, words=words, only_beside=only_beside
    )


_KEY_COLUMNS = (
    _text("body_id", "Body"),
    _integer("report_year", "Year that the report is on"),
    _text("report_scope", "Whether for an area or one organ"),
)

ABOUT = (
    *_KEY_COLUMNS,
    _text(REPORT_STATE, "found, or why there is no report"),
    _text("name", "Body's name today"),
    _text("body_type", "Kind of body"),
    _text("admin_level", "Level of the body's government"),
    _text("division_today", "Code of the division today"),
    _text("division", "Code of the division in the report's year"),
    _text("division_name", "Division's name in the report's year"),
    _text("title", "Report's title"),
    _text("issuing_body", "Who issued it"),
    _text("reporting_for", "Whom it reports for"),
    _text("published_on", "Date of publication"),
    _text("signed_on", "Date of signature"),
    _text("period_start", "First day reported on"),
    _text("period_end", "Last day reported on"),
    _text("doc_number", "Document number"),
    _text("table2_form", "Form of table 2"),
    _text("table3_form", "Form of table 3"),
    _text("appendix_form", "Form of the appendix"),
    _text("tables_source", "What the tables were read from"),
    _text("confidence", "How sure body, year and scope are"),
    _text("script", "Script of the page"),
    _text("url", "Address of the report"),
    _text("captured_at", "When it was captured (UTC)"),
    _text("record_id", "Record in the archive"),
    _text("payload_digest", "Digest of the payload"),
    _integer("errors_failed", "Identities of the form that the report breaks"),
)
"""What a row of the panel says of the report itself."""


@cache
def panel_variables() -> tuple[Variable, ...]:
    """The variables of the panel: headline series, cells of the forms, measures of the prose."""
    return (*headline_variables(), *cell_variables(), *text_variables())


@cache
def panel_columns() -> tuple[Column, ...]:
    """About the report, then all values; what goes with the series; the status of each value."""
    values = [_number(variable) for variable in panel_variables()]
    beside = []
    for variable in headline_variables():
        label = variable.english
        beside.append(_code(f"{variable.name}_source", f"{label}: source", SOURCES))
        beside.append(
            _code(f"{variable.name}_comparability", f"{label}: against 2021", COMPARABILITIES)
        )
    statuses = [
        _code(f"{variable.name}_status", f"{variable.english}: status", STATUSES, only_beside=True)
        for variable in panel_variables()
    ]
    return (*ABOUT, *values, *beside, *statuses)


def _number(variable: Variable) -> Column:
    return Column(
        name=variable.name, type=ColumnType.NUMBER, label=variable.english, variable=variable
    )


HEADLINE_COLUMNS = (
    *_KEY_COLUMNS,
    _text("series", "Headline series"),
    Column(name="value", type=ColumnType.NUMBER, label="Value"),
    _text("unit", "Unit"),
    _code("status", "How the value was come by, or why there is none", STATUSES),
    _code("source", "What it is from", SOURCES),
    _code("comparability", "Against the form of 2021", COMPARABILITIES),
    _text("place", "Cells, or characters of text_original"),
    _text("quote", "What the prose says"),
    _text("record_id", "Record in the archive"),
)

OBSERVATION_COLUMNS = (
    *_KEY_COLUMNS,
    _text("variable", "Field of the form, or measure of the prose"),
    _text("panel_column", "Its column in the panel, if any"),
    Column(name="value", type=ColumnType.NUMBER, label="Value, in the unit beside it"),
    _text("unit", "Unit"),
    _text("raw", "As printed; of a figure its quote"),
    _code("status", "How the value was come by, or why there is none", STATUSES),
    _code("source", "What it is from", ("cell", "figure")),
    _integer("table_no", "Table; 0 the appendix"),
    _text("qualifier", "more_than, nearly or about"),
    _text("scope", "The part that a figure is of; empty: all that the report covers"),
    _text("record_id", "Record in the archive"),
    _text("place", "Where the record has it"),
)
