"""The headline series: twelve counts over the forms of 2014, 2019 and 2021 and over free prose.

Of each series the table's cell counts where the report's form has one; where it has none, or its
table could not be read, the figure of the prose that is of all that the report covers. A blank cell
is no reason to ask the prose. What a source counts, against the form of 2021, is its comparability.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import reduce

from extract.forms import DENIED
from extract.languages import Lang
from extract.report import Measure, TableForm
from extract.report_values import Found, Number, ReportValues, Stated, scaled
from extract.sentences import say
from extract.value_status import ValueStatus
from extract.variables import Kind, Variable, cell_variables


class Comparability(StrEnum):
    """What a source counts, against the same series in the form of 2021."""

    COMPARABLE = "comparable"
    BROADER = "broader"
    NARROWER = "narrower"
    NOT_COMPARABLE = "not_comparable"
    UNDEFINED = "undefined"
    """Prose, which no form defines."""


class SourceKind(StrEnum):
    """Where a value of a series is from."""

    CELL = "cell"
    SUM_OF_CELLS = "sum_of_cells"
    FIGURE = "figure"


_NEW = (TableForm.FORM_2021, TableForm.FORM_2019)
_OLD = (TableForm.FORM_2014, TableForm.LOCAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSource:
    """Cells, whose sum it is, in some forms. ``factor`` makes the cell's unit the series'; ``why``
    is a key of sentences.toml, "" where there is nothing to say.
    """

    forms: tuple[TableForm, ...]
    cells: tuple[str, ...]
    comparability: Comparability = Comparability.COMPARABLE
    why: str = ""
    factor: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series. ``measures`` are those of the prose, the first that is stated; of a report on a
    form of 2019 or 2021 ``measures_new``, where they differ. ``why_prose`` is a key of
    sentences.toml.
    """

    name: str
    chinese: str
    english: str
    unit: str
    cells: tuple[CellSource, ...]
    measures: tuple[Measure, ...]
    measures_new: tuple[Measure, ...] = ()
    prose: Comparability = Comparability.UNDEFINED
    why_prose: str = "why_not_defined"

    def rule(self, lang: Lang = Lang.EN) -> str:
        """How a value is come by, in one line."""
        named = dict.fromkeys(one.value for one in (*self.measures_new, *self.measures))
        figures = reduce(lambda one, other: say("rule_or", lang, one=one, other=other), named)
        parts = [
            *(_told(one, lang) for one in self.cells),
            say("rule_prose", lang, figures=figures),
        ]
        return reduce(lambda one, other: say("rule_else", lang, first=one, second=other), parts)


def _told(source: CellSource, lang: Lang) -> str:
    told = {"forms": ", ".join(sorted(source.forms)), "cells": " + ".join(source.cells)}
    if source.factor != 1:
        return say("rule_scaled", lang, **told, factor=f"{source.factor:,}")
    return say("rule_sum" if len(source.cells) > 1 else "rule_cell", lang, **told)


def _new(*cells: str) -> CellSource:
    return CellSource(forms=_NEW, cells=cells)


def _old(
    cell: str,
    comparability: Comparability = Comparability.COMPARABLE,
    why: str = "",
    factor: int = 1,
) -> CellSource:
    return CellSource(
        forms=_OLD, cells=(cell,), comparability=comparability, why=why, factor=factor
    )


_NO_PENDING = "why_pending"

SERIES = (
    Series(
        name="disclosed",
        chinese="主动公开政府信息数",
        english="Items disclosed",
        unit="条",
        cells=(
            _old(
                "e2_disclosed_total",
                Comparability.NOT_COMPARABLE,
                "why_documents",
            ),
        ),
        measures=(Measure.DISCLOSED,),
        prose=Comparability.NOT_COMPARABLE,
        why_prose="why_items",
    ),
    Series(
        name="requests_received",
        chinese="本年新收政府信息公开申请数",
        english="Requests received",
        unit="件",
        cells=(_new("new_received.total"), _old("e2_requests_received")),
        measures=(Measure.REQUESTS_RECEIVED,),
        why_prose="why_new_or_all",
    ),
    Series(
        name="carried_in",
        chinese="上年结转政府信息公开申请数",
        english="Requests carried in",
        unit="件",
        cells=(_new("carried_in.total"),),
        measures=(Measure.REQUESTS_CARRIED_IN,),
    ),
    Series(
        name="granted",
        chinese="予以公开数",
        english="Requests granted",
        unit="件",
        cells=(
            _new("granted.total"),
            _old(
                "e2_reply_granted",
                Comparability.NARROWER,
                "why_already_public",
            ),
        ),
        measures=(Measure.GRANTED,),
    ),
    Series(
        name="partially_granted",
        chinese="部分公开数",
        english="Requests partly granted",
        unit="件",
        cells=(_new("partially_granted.total"), _old("e2_reply_partial")),
        measures=(Measure.PARTIALLY_GRANTED,),
    ),
    Series(
        name="denied",
        chinese="不予公开数",
        english="Requests denied",
        unit="件",
        cells=(
            _new(*(f"{row}.total" for row in DENIED)),
            _old(
                "e2_reply_denied",
                Comparability.BROADER,
                "why_not_information",
            ),
        ),
        measures=(Measure.DENIED,),
    ),
    Series(
        name="closed",
        chinese="本年度办结数",
        english="Requests closed",
        unit="件",
        cells=(_new("closed_total.total"), _old("e2_requests_closed")),
        measures=(Measure.REQUESTS_CLOSED,),
    ),
    Series(
        name="carried_out",
        chinese="结转下年度继续办理数",
        english="Requests carried out",
        unit="件",
        cells=(_new("carried_out.total"),),
        measures=(Measure.REQUESTS_CARRIED_OUT,),
    ),
    Series(
        name="reviews",
        chinese="行政复议数",
        english="Administrative reviews",
        unit="件",
        cells=(
            _new("review_total"),
            _old("e2_review_total", Comparability.NARROWER, _NO_PENDING),
        ),
        measures=(Measure.REVIEW_TOTAL,),
    ),
    Series(
        name="reviews_corrected",
        chinese="行政复议纠正数",
        english="Administrative reviews: corrected",
        unit="件",
        cells=(_new("review_corrected"), _old("e2_review_corrected")),
        measures=(Measure.REVIEW_CORRECTED,),
    ),
    Series(
        name="suits",
        chinese="行政诉讼数",
        english="Administrative lawsuits",
        unit="件",
        cells=(
            _new("lit_direct_total", "lit_after_review_total"),
            _old("e2_litigation_total", Comparability.NARROWER, _NO_PENDING),
        ),
        measures=(Measure.LITIGATION_TOTAL,),
    ),
    Series(
        name="fees_yuan",
        chinese="依申请公开收费",
        english="Fees on requests, yuan",
        unit="元",
        cells=(
            _old(
                "e2_fees_wan_yuan",
                Comparability.NOT_COMPARABLE,
                "why_costs",
                factor=10_000,
            ),
        ),
        measures=(Measure.FEES,),
        measures_new=(Measure.PROCESSING_FEE, Measure.FEES),
        why_prose="why_costs_then_fee",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineValue:
    """A value of a series, and where it is from: ``place`` names cells, or the characters of
    ``text_original`` that the figure stands in; ``record_id`` is the reading that has them. All of
    them None where nothing was found.
    """

    value: Number | None
    status: ValueStatus
    source: SourceKind | None = None
    comparability: Comparability | None = None
    place: str | None = None
    table: int | None = None
    figure: Stated | None = field(default=None, repr=False)


_CELLS = {variable.field: variable for variable in cell_variables()}


def headline(series: Series, report: ReportValues) -> HeadlineValue:
    """The value of a series in a report."""
    lacking = ValueStatus.NOT_STATED
    for source in series.cells:
        table = _CELLS[source.cells[0]].table
        assert table is not None
        found = [report.cell(_CELLS[name]) for name in source.cells]
        status = _together(found)
        if status.has_value or status is ValueStatus.BLANK:
            return _of_cells(source, found, status, table)
        if status is not ValueStatus.NOT_IN_FORM:
            lacking = status
    return _of_prose(series, report, lacking)


def _together(found: list[Found]) -> ValueStatus:
    """Of a sum the first status without a value, the worst first; blanks are the mildest."""
    statuses = {one.status for one in found}
    for status in (ValueStatus.NOT_IN_FORM, ValueStatus.NO_TABLE, ValueStatus.UNREADABLE):
        if status in statuses:
            return status
    if ValueStatus.BLANK in statuses:
        return ValueStatus.BLANK
    return ValueStatus.READ if len(found) == 1 else ValueStatus.COMPUTED


def _of_cells(
    source: CellSource, found: list[Found], status: ValueStatus, table: int
) -> HeadlineValue:
    value: Number | None = None
    if status.has_value:
        total = sum((Decimal(str(one.value)) for one in found), Decimal(0))
        value = scaled(_plain(total), source.factor)
    return HeadlineValue(
        value=value,
        status=status,
        source=SourceKind.CELL if len(source.cells) == 1 else SourceKind.SUM_OF_CELLS,
        comparability=source.comparability,
        place=" + ".join(source.cells),
        table=table,
    )


def _plain(total: Decimal) -> Number:
    return int(total) if total == total.to_integral_value() else float(total)


def _of_prose(series: Series, report: ReportValues, lacking: ValueStatus) -> HeadlineValue:
    is_new = any(report.has_table(number) for number in (2, 3, 4))
    measures = series.measures_new if is_new and series.measures_new else series.measures
    best: Found | None = None
    for measure in measures:
        found = report.stated(measure.value, in_yuan=series.unit == "元")
        if found.status is not ValueStatus.NOT_STATED:
            best = found
            break
    if best is None:
        return HeadlineValue(value=None, status=lacking)
    figure = best.figure
    return HeadlineValue(
        value=best.value,
        status=best.status,
        source=SourceKind.FIGURE,
        comparability=series.prose,
        place=f"text_original[{figure.start}:{figure.end}]" if figure else None,
        figure=figure,
    )


def headline_variables() -> tuple[Variable, ...]:
    """The series as variables of the panel."""
    return tuple(
        Variable(
            name=series.name,
            kind=Kind.HEADLINE,
            field=series.name,
            chinese=series.chinese,
            english=series.english,
            unit=series.unit,
            forms=tuple(dict.fromkeys(form for one in series.cells for form in one.forms)),
            rule=series.rule(),
            rule_zh=series.rule(Lang.ZH),
        )
        for series in SERIES
    )
