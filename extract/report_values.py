"""The cells and figures that count for one report, and what they say of each variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from extract.report import TableForm
from extract.value_status import ValueStatus
from extract.variables import APPENDIX, Variable

Number = float | int

FIRST_YEAR_OF_APPENDIX = 2014
FIRST_YEAR_OF_TABLES = 2019
"""Reporting years since which the appendix, and then the tables, are demanded."""

_STATUTORY = (2, 3, 4)
_YUAN = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A figure of the prose; ``start`` and ``end`` of its quote in ``text_original``."""

    measure: str
    value: Number
    unit: str | None
    qualifier: str | None
    negated: bool
    scope: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its status; None where the status has none. ``figure`` is what states it."""

    value: Number | None
    status: ValueStatus
    figure: Stated | None = None


_BLANK_CELL = Found(None, ValueStatus.BLANK)
_NO_CELL = object()
_NOT_STATED = Found(None, ValueStatus.NOT_STATED)


@dataclass(frozen=True, slots=True)
class VariableGroup:
    """Variables of one table and the same forms, that follow each other."""

    variables: tuple[Variable, ...]


def grouped(variables: Sequence[Variable]) -> tuple[VariableGroup, ...]:
    """Cells in groups, in their order."""
    groups = groupby(variables, key=lambda variable: (variable.table, variable.forms))
    return tuple(VariableGroup(tuple(members)) for _, members in groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportValues:
    """All of a report that the panel is made of.

    ``cells`` are values by field name, None a blank; ``records`` the reading that each table is
    from, by its number; ``forms`` the forms of tables 2, 3 and 0 (the appendix), as stored;
    ``unread`` the tables of which a finding says that they are there and could not be read.
    """

    year: int
    cells: Mapping[str, Number | None]
    figures: Mapping[str, Sequence[Stated]]
    records: Mapping[int, str]
    forms: Mapping[int, str | None]
    unread: frozenset[int] = frozenset()

    def has_table(self, number: int) -> bool:
        """Whether the report has anything of a table."""
        return number in self.records or self.forms.get(number) is not None

    def cell(self, variable: Variable) -> Found:
        """The cell of a form's field, or why there is none."""
        if variable.field in self.cells:
            value = self.cells[variable.field]
            return Found(value, ValueStatus.BLANK if value is None else ValueStatus.READ)
        return Found(None, self._lacking(variable))

    def cells_of(self, groups: Sequence[VariableGroup]) -> list[Found]:
        """``cell`` of many variables, in order; why one is not there is asked once a group."""
        found: list[Found] = []
        for group in groups:
            lacking: Found | None = None
            for variable in group.variables:
                value = self.cells.get(variable.field, _NO_CELL)
                if value is _NO_CELL:
                    lacking = lacking or Found(None, self._lacking(variable))
                    found.append(lacking)
                elif value is None:
                    found.append(_BLANK_CELL)
                else:
                    found.append(Found(value, ValueStatus.READ))  # type: ignore[arg-type]
        return found

    def _lacking(self, variable: Variable) -> ValueStatus:
        table = variable.table
        assert table is not None, f"{variable.name} is no cell"
        if self.has_table(table):
            return self._lacking_in_table(variable, table)
        if table in self.unread:
            return ValueStatus.UNREADABLE
        return ValueStatus.NO_TABLE if self._is_demanded(table) else ValueStatus.NOT_IN_FORM

    def _lacking_in_table(self, variable: Variable, table: int) -> ValueStatus:
        form = self.forms.get(table)
        if form == TableForm.LOCAL or variable.forms == (TableForm.LOCAL,):
            return ValueStatus.NOT_IN_FORM  # local tables may lack any row
        if form is None or form in variable.forms or table == 4:  # table 4 has one form
            return ValueStatus.UNREADABLE
        return ValueStatus.NOT_IN_FORM

    def _is_demanded(self, table: int) -> bool:
        """Whether the form of the report's other tables, or else of its year, has the table."""
        statutory = any(self.has_table(number) for number in _STATUTORY)
        if table in _STATUTORY:
            free = self.has_table(APPENDIX) and not statutory
            return statutory or (self.year >= FIRST_YEAR_OF_TABLES and not free)
        of_appendix = FIRST_YEAR_OF_APPENDIX <= self.year < FIRST_YEAR_OF_TABLES
        return of_appendix and not statutory

    def stated(self, measure: str, *, in_yuan: bool = False) -> Found:
        """The one value that the prose states of all that the report covers.

        A figure of a part (it has a scope) never counts. Exact figures go before softened ones;
        different values conflict. With ``in_yuan`` money of any printed unit is made 元.
        """
        figures = self.figures.get(measure)
        if not figures:
            return _NOT_STATED
        whole = [one for one in figures if one.scope is None]
        if not whole:
            return Found(None, ValueStatus.PARTIAL_SCOPES)
        chosen = [one for one in whole if one.qualifier is None] or whole
        values = {one: _amount(one, in_yuan=in_yuan) for one in chosen}
        if None in values.values():
            return Found(None, ValueStatus.UNREADABLE, chosen[0])
        if len(set(values.values())) > 1:
            return Found(None, ValueStatus.CONFLICTING, chosen[0])
        first = next((one for one in chosen if not one.negated), chosen[0])
        return Found(values[first], _status(first), first)


def _status(figure: Stated) -> ValueStatus:
    if figure.negated:
        return ValueStatus.NEGATED
    return ValueStatus.APPROXIMATE if figure.qualifier else ValueStatus.READ


def _amount(figure: Stated, *, in_yuan: bool) -> Number | None:
    """The value, in 元 if asked; None for money whose unit is not known."""
    if not in_yuan or not figure.value:
        return figure.value
    factor = _YUAN.get(figure.unit or "")
    return None if factor is None else scaled(figure.value, factor)


def scaled(value: Number, factor: Decimal | int) -> Number:
    """A value times a factor as decimals: 0.038 万元 is 380 元, not 380.00000000000006."""
    amount = Decimal(str(value)) * factor
    return int(amount) if amount == amount.to_integral_value() else float(amount)
