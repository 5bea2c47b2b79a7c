"""A report's statutory tables laid out like the form, for a person on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from crawler.terminal import shown
from extract import forms
from extract.appendix_form import APPENDIX_2014, LOCAL_ROWS
from extract.forms import FormRow
from extract.labels import GROUPS, REVIEW_GROUP_LABELS, label_of
from extract.report import TableForm

NOT_READ = "?"
"""Stands where the form has a cell and the report gave none that could be read."""

Cells = Mapping[str, Mapping[str, Any]]
"""The ``cells`` of an exported report: ``value`` and ``raw`` by field name."""


def form_tables(form: Mapping[str, str | None], cells: Cells) -> Iterator[Table]:
    """Tables 2, 3, 4 and the appendix, each that the report has cells of.

    A blank shows its raw string (often nothing), a cell that was not read ``NOT_READ``.
    """
    yield from _proactive(form["table2"], cells)
    yield from _requests(form["table3"], cells)
    if any(name in cells for name in forms.REVIEW_CELLS):
        yield _review(cells)
    yield from _appendix(cells)


def _proactive(form: str | None, cells: Cells) -> Iterator[Table]:
    blocks = forms.PROACTIVE_2019 if form == TableForm.FORM_2019 else forms.PROACTIVE_2021
    for block in blocks:
        names = [f"t2_{row.name}_{column.suffix}" for row in block.rows for column in block.columns]
        if not any(name in cells for name in names):
            continue
        table = _table(
            f"第二十条第（{block.item}）项", [column.keys[0] for column in block.columns]
        )
        width = len(block.columns)
        for number, row in enumerate(block.rows):
            own = names[number * width : (number + 1) * width]
            _add(table, row.keys[0], own, cells)
        yield table


def _requests(form: str | None, cells: Cells) -> Iterator[Table]:
    rows = forms.REQUESTS_2021 if form == TableForm.FORM_2021 else forms.REQUESTS_2019
    if not any("." in name for name in cells):
        return
    table = _table("收到和处理政府信息公开申请情况", forms.APPLICANT_LABELS)
    group = None
    for row in rows:
        if (own := GROUPS.get(row.name)) != group and (group := own) is not None:
            table.add_row(group)
        _add(table, _inside(row), [f"{row.name}.{one}" for one in forms.APPLICANTS], cells)
    yield table


def _inside(row: FormRow) -> str:
    return f"  {row.keys[0]}" if row.name in GROUPS else row.keys[0]


def _review(cells: Cells) -> Table:
    table = _table("行政复议、行政诉讼", forms.REVIEW_LABELS)
    for group, label in REVIEW_GROUP_LABELS.items():
        _add(table, label, [f"{group}_{suffix}" for suffix in forms.REVIEW_SUFFIXES], cells)
    return table


def _appendix(cells: Cells) -> Iterator[Table]:
    """Rows that the report has, and of the form of 2014 all once it is that form."""
    names = dict.fromkeys(row.name for row in (*APPENDIX_2014, *LOCAL_ROWS))
    present = [name for name in names if name in cells]
    if not present:
        return
    cumulative = any(f"{name}_cumulative" in cells for name in present)
    columns = ["统计数", "累计"] if cumulative else ["统计数"]
    table = _table("政府信息公开情况统计表", columns)
    for name in present:
        label = label_of(name)
        own = [name, f"{name}_cumulative"] if cumulative else [name]
        _add(table, label.row if label else name, own, cells)
    yield table


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _add(table: Table, label: str, names: Sequence[str], cells: Cells) -> None:
    table.add_row(label, *(_printed(cells.get(name)) for name in names))


def _printed(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return NOT_READ
    return escape(shown(cell["raw"] if cell["value"] is None else cell["value"], ""))
