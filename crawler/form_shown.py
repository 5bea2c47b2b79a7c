"""A report's statutory tables laid out like the form, for a person on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from crawler.terminal import shown
from extract.form_layout import LaidOutTable, laid_out

NOT_READ = "?"
"""Stands where the form has a cell and the report gave none that could be read."""

Cells = Mapping[str, Mapping[str, Any]]
"""The ``cells`` of an exported report: ``value`` and ``raw`` by field name."""


def form_tables(form: Mapping[str, str | None], cells: Cells) -> Iterator[Table]:
    """Tables 2, 3, 4 and the appendix, each that the report has cells of.

    A blank shows its raw string (often nothing), a cell that was not read ``NOT_READ``.
    """
    for laid in laid_out(form["table2"], form["table3"], cells):
        yield _table(laid, cells)


def _table(laid: LaidOutTable, cells: Cells) -> Table:
    table = Table(title=laid.title, title_justify="left", title_style="bold")
    table.add_column("")
    for column in laid.columns:
        table.add_column(column, justify="right")
    group = None
    for row in laid.rows:
        if row.group != group and (group := row.group) is not None:
            table.add_row(group)
        label = f"  {row.label}" if row.group else row.label
        table.add_row(label, *(_printed(cells.get(name)) for name in row.names))
    return table


def _printed(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return NOT_READ
    return escape(shown(cell["raw"] if cell["value"] is None else cell["value"], ""))
