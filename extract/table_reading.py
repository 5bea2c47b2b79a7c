"""What the readers of all statutory tables share: taking a row's values, making cells, findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extract.cell_values import is_blank, read_value
from extract.report import Cell, Finding, TableForm
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
            self.unreadable(row_name, f"the cell {name} says {slot.raw[:40]!r}, no certain number")
            return
        if name in self.cells:
            if self.cells[name].raw != slot.raw:
                self.findings.append(
                    Finding(
                        kind="table_cell_repeated",
                        message=f"{self.title}: {name} stands twice, {self.cells[name].raw!r} and "
                        f"{slot.raw!r}; the first is kept, compare the page",
                    )
                )
            return
        self.cells[name] = Cell(
            name=name,
            value=value.value,
            raw=slot.raw,
            unit=value.unit,
            table_no=self.table_no,
            row_name=row_name,
            column_name=column_name,
            provenance=slot.place,
        )

    def unreadable(self, row: str, why: str) -> None:
        """A row or cell that is reported, not guessed."""
        message = f"{self.title}, row {row}: not read: {why}; read it in the archived page"
        self.findings.append(Finding(kind="table_row_unreadable", message=message))

    def left_out(self, rows: Iterable[TableRow]) -> None:
        """Rows that no form has: counted, and the first named."""
        names = [row.described() for row in rows]
        if names:
            shown = ", ".join(names[:EXAMPLES])
            message = f"{self.title}: {len(names)} rows that the form lacks were left out: {shown}"
            self.findings.append(Finding(kind="table_rows_left_out", message=message))

    def reading(self, form: TableForm | None) -> TableReading:
        """All of it."""
        return TableReading(
            form=form, cells=tuple(self.cells.values()), findings=tuple(self.findings)
        )


def take_values(
    row: TableRow, count: int, columns: Sequence[int] | None = None
) -> tuple[Slot, ...] | None:
    """The row's values, exactly ``count``; None where they cannot be told apart with certainty.

    ``columns`` are where the table's values stand, as its header or most of its rows say: a
    laid out row is read there, if every one of them has a cell and nothing is printed beside.
    """
    if row.from_grid and columns is not None:
        by_column = {slot.column: slot for slot in row.slots}
        if all(column in by_column for column in columns):
            taken = tuple(by_column[column] for column in columns)
            others = [slot for slot in row.values if slot.column not in columns]
            labels_clear = {slot.column for slot in row.values}.issuperset(columns)
            if labels_clear and all(is_blank(slot.text) for slot in others):
                return taken
            return None
    values = row.values
    if len(values) == count:
        # a blank that ends a row of tokens may be a spanned cell, with a figure lost before it
        doubtful = not row.exact and count > 1 and is_blank(values[-1].text)
        return None if doubtful and any(not is_blank(v.text) for v in values) else values
    if row.exact:
        filled = [slot for slot in values if not is_blank(slot.text)]
        return tuple(filled) if row.from_grid and len(filled) == count else None
    extra = values[count:]
    return values[:count] if len(values) > count and all(not v.text for v in extra) else None


def value_columns(rows: Iterable[TableRow], count: int) -> tuple[int, ...] | None:
    """The columns where most rows have exactly ``count`` values, None where they differ.

    Columns that are blank in every row are passed over.
    """
    from_grids = [row for row in rows if row.from_grid and row.labels and row.values]
    used: dict[int, int] = {}
    for row in from_grids:
        for slot in row.values:
            used[slot.column] = used.get(slot.column, 0) + bool(slot.text)
    most = [column for column, filled in used.items() if filled * 2 > len(from_grids)]
    return tuple(sorted(most)) if len(most) == count else None
