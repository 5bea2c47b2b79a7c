"""What the readers of all statutory tables share: taking a row's values, making cells, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extract.cell_values import is_blank, read_value
from extract.report import Cell, Finding, TableForm
from extract.sentences import say
from extract.table_rows import Slot, TableRow

EXAMPLES = 3
"""Rows that a finding names; the rest it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReading:
    """What one table gave. ``form`` is None where it could not be told."""

    form: TableForm | None
    cells: tuple[Cell, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Collected:
    """Cells and findings of a table while it is read. ``title`` names it in findings."""

    title: str
    table_no: int | None
    cells: dict[str, Cell] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        slot: Slot,
        name: str,
        *,
        row_name: str,
        column_name: str | None,
        signed: bool = False,
        unit: str | None = None,
    ) -> None:
        """Reads one cell; what cannot be told is a finding and no cell."""
        wan_yuan = "_wan_yuan" in name
        value = read_value(slot.text, wan_yuan=wan_yuan, signed=signed, unit=unit)
        if value is None:
            why = say("cell_uncertain", cell=name, raw=repr(slot.raw[:40]))
            self.unreadable(row_name, why)
            return
        if name in self.cells:
            if self.cells[name].raw != slot.raw:
                message = say(
                    "table_cell_repeated",
                    said_table=self.title,
                    cell=name,
                    first=repr(self.cells[name].raw),
                    second=repr(slot.raw),
                )
                self.findings.append(Finding(kind="table_cell_repeated", message=message))
            return
        self.cells[name] = Cell(
            name=name,
            value=value.value,
            raw=slot.raw,
            unit=value.unit,
            table_no=self.table_no,
            row_name=row_name,
            column_name=column_name,
            provenance=slot.provenance(),
        )

    def unreadable(self, row: str, why: str) -> None:
        """A row or cell that is reported, not guessed."""
        message = say("table_row_unreadable", said_table=self.title, said_row=row, said=why)
        self.findings.append(Finding(kind="table_row_unreadable", message=message))

    def left_out(self, rows: Iterable[TableRow]) -> None:
        """Rows that no form has: counted, and the first named."""
        names = [row.described() for row in rows]
        if names:
            shown = ", ".join(names[:EXAMPLES])
            message = say(
                "table_rows_left_out", said_table=self.title, count=len(names), rows=shown
            )
            self.findings.append(Finding(kind="table_rows_left_out", message=message))

    def reading(self, form: TableForm | None) -> TableReading:
        """All of it."""
        return TableReading(
            form=form, cells=tuple(self.cells.values()), findings=tuple(self.findings)
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table's figures stand: their ``columns``, and the ``last`` column that its rows
    have; columns behind the figures are blank in every row."""

    columns: tuple[int, ...]
    last: int

    @property
    def behind(self) -> int:
        """How many blank columns stand behind the figures."""
        return self.last - self.columns[-1]


def take_values(row: TableRow, count: int, layout: Layout | None = None) -> tuple[Slot, ...] | None:
    """The row's values, exactly ``count``; None where they cannot be told apart with certainty.

    A row that reaches as far as its table is read by the layout's columns, if each has a cell and
    nothing is printed beside; one that does not has lost a cell, of its labels or of its figures,
    and is read in sequence if no figure is missing.
    """
    values = row.values
    if layout is not None and row.exact:
        by_column = {slot.column: slot for slot in values}
        reaches = max(by_column, default=-1) == layout.last
        if reaches and all(column in by_column for column in layout.columns):
            others = (slot for slot in values if slot.column not in layout.columns)
            clear = all(is_blank(slot.text) for slot in others)
            return tuple(by_column[column] for column in layout.columns) if clear else None
        behind = values[count:]
        if len(values) == count + layout.behind and all(not slot.text for slot in behind):
            return values[:count]
        return None
    if len(values) == count:
        # a blank that ends a row of tokens may be a spanned cell, with a figure lost before it
        doubtful = not row.closed and count > 1 and is_blank(values[-1].text)
        return None if doubtful and any(not is_blank(v.text) for v in values) else values
    if row.from_grid:
        filled = tuple(slot for slot in values if not is_blank(slot.text))
        return filled if len(filled) == count else None
    if len(values) <= count or any(slot.text for slot in values[count:]):
        return None
    # blank cells behind the figures: spanned ones, unless the last figure may be among them
    return values[:count] if not row.exact or values[count - 1].text else None


def layout_of_rows(
    rows: Sequence[TableRow], count: int, columns: tuple[int, ...] | None = None
) -> Layout | None:
    """The layout of a laid out table, whose header may say the ``columns``.

    Without a header the figures are the last columns that are not blank in every row, if most rows
    have exactly as many values.
    """
    data = [row for row in rows if row.labels and row.values]
    if not data:
        return None
    last = Counter(row.slots[-1].column for row in data).most_common(1)[0][0]
    if columns is not None:
        return Layout(columns, last) if columns[-1] <= last else None
    filled = {slot.column for row in rows for slot in row.slots if slot.text}
    right = max((column for column in filled if column <= last), default=-1)
    usual = Counter(len(row.values) for row in data).most_common(1)[0][0]
    if right < count or usual != count + last - right:
        return None
    return Layout(tuple(range(right - count + 1, right + 1)), last)
