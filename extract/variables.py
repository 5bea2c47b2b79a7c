"""Every variable of the panel: its name, labels, unit, forms and place in them.

Fields are those of the forms (``forms``, ``appendix_form``) and the measures of the prose; names
are those of the wide panel, at most 32 characters, which is Stata's limit. English labels and
units stand in variables.toml; everything else comes from the forms themselves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from extract import forms
from extract.appendix_form import APPENDIX_2014, LOCAL_ROWS
from extract.labels import label_of
from extract.report import Measure, TableForm

LONGEST_NAME = 32
"""Characters of a name: Stata's limit."""

APPLICANT_SUFFIXES = dict(
    zip(forms.APPLICANTS, ("nat", "biz", "res", "ngo", "law", "oth", "tot"), strict=True)
)
"""What stands for the columns of table 3 in names of the panel."""

APPENDIX = 0
"""The appendix among the numbers of tables, as in ``report_tables``."""

_2014, _LOCAL = TableForm.FORM_2014, TableForm.LOCAL
_2019, _2021 = TableForm.FORM_2019, TableForm.FORM_2021
_MONEY = (Measure.FEES, Measure.PROCESSING_FEE)
"""Measures in their printed unit, 元 or 万元; the panel has them in 元."""


class Kind(StrEnum):
    """What a variable is: a cell of a form, a measure of the prose, or worked out from both."""

    CELL = "cell"
    TEXT = "text"
    HEADLINE = "headline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of the panel. ``field`` is the cell's name or the measure; ``table`` 2, 3, 4 or 0
    (the appendix), None of what is no cell; ``row`` and ``column`` are field names of the form's;
    ``forms`` those that have the field, by their year, or ``local``. ``rule`` and ``rule_zh`` say
    of a headline how it is made.
    """

    name: str
    kind: Kind
    field: str
    chinese: str
    english: str
    unit: str
    table: int | None = None
    row: str | None = None
    column: str | None = None
    forms: tuple[TableForm, ...] = ()
    rule: str | None = None
    rule_zh: str | None = None


@cache
def words() -> dict[str, Any]:
    """variables.toml."""
    return tomllib.loads(Path(__file__).with_name("variables.toml").read_text(encoding="utf-8"))


@cache
def cell_variables() -> tuple[Variable, ...]:
    """The fields of all forms: table 2, 3, 4, then the appendix, in the forms' order."""
    return (*_proactive(), *_requests(), *_review(), *_appendix(), *_cumulative())


@cache
def text_variables() -> tuple[Variable, ...]:
    """The measures of the prose, ``other`` left out: numbers of no measure have no column."""
    return tuple(_text(measure) for measure in Measure if measure is not Measure.OTHER)


def panel_name(field: str) -> str:
    """The name that a cell's field has in the panel: ``granted.total`` is ``granted_tot``."""
    row, dot, applicant = field.partition(".")
    return f"{row}_{APPLICANT_SUFFIXES[applicant]}" if dot else field


def _proactive() -> Iterator[Variable]:
    of_form = {_2019: forms.PROACTIVE_2019, _2021: forms.PROACTIVE_2021}
    having: dict[str, list[TableForm]] = {}
    places: dict[str, tuple[str, str]] = {}
    for form, blocks in of_form.items():
        for block in blocks:
            for row in block.rows:
                for column in block.columns:
                    field = f"t2_{row.name}_{column.suffix}"
                    having.setdefault(field, []).append(form)
                    places[field] = (row.name, column.suffix)
    for field, (row_name, suffix) in places.items():
        label, unit = words()["columns"][suffix]
        english = f"{words()['documents'][row_name]}: {label}"
        yield _cell(field, english, unit, table=2, place=(row_name, suffix), having=having[field])


def _requests() -> Iterator[Variable]:
    rows = (*forms.REQUESTS_2021[:-2], forms.OTHER_2019, *forms.REQUESTS_2021[-2:])
    for row in rows:
        having = [_2019] if row in forms.REQUESTS_2019 else []
        having += [_2021] if row in forms.REQUESTS_2021 else []
        for applicant in forms.APPLICANTS:
            english = f"{words()['rows'][row.name]} ({words()['applicants'][applicant]})"
            place = (row.name, applicant)
            field = f"{row.name}.{applicant}"
            yield _cell(field, english, "件", table=3, place=place, having=having)


def _review() -> Iterator[Variable]:
    for group in forms.REVIEW_GROUPS:
        for suffix in forms.REVIEW_SUFFIXES:
            english = f"{words()['groups'][group]}: {words()['results'][suffix]}"
            place = (group, suffix)
            yield _cell(
                f"{group}_{suffix}", english, "件", table=4, place=place, having=[_2019, _2021]
            )


def _appendix() -> Iterator[Variable]:
    of_2014 = {row.name for row in APPENDIX_2014}
    local = {row.name for row in LOCAL_ROWS}
    for name in dict.fromkeys(row.name for row in (*APPENDIX_2014, *LOCAL_ROWS)):
        having = [_2014] if name in of_2014 else []
        having += [_LOCAL] if name in local else []
        english, unit = words()["appendix"][name]
        yield _cell(name, english, unit, table=APPENDIX, place=(name, "value"), having=having)


def _cumulative() -> Iterator[Variable]:
    """The cumulative column of local tables."""
    for name in dict.fromkeys(row.name for row in LOCAL_ROWS):
        english, unit = words()["appendix"][name]
        place = (name, "cumulative")
        english = f"{english}, cumulative"
        yield _cell(
            f"{name}_cumulative", english, unit, table=APPENDIX, place=place, having=[_LOCAL]
        )


def _cell(
    field: str,
    english: str,
    unit: str,
    *,
    table: int,
    place: tuple[str, str],
    having: list[TableForm],
) -> Variable:
    return Variable(
        name=panel_name(field),
        kind=Kind.CELL,
        field=field,
        chinese=str(label_of(field)),
        english=english,
        unit=unit,
        table=table,
        row=place[0],
        column=place[1],
        forms=tuple(having),
    )


def _text(measure: Measure) -> Variable:
    chinese, english, unit = words()["prose"][measure.value]
    return Variable(
        name=f"text_{measure.value}" + ("_yuan" if measure in _MONEY else ""),
        kind=Kind.TEXT,
        field=measure.value,
        chinese=f"正文：{chinese}",
        english=f"Prose: {english}",
        unit=unit,
    )
