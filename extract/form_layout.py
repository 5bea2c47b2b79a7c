"""The statutory tables as the forms lay them out: heads, rows, groups, a cell at each place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from extract import forms
from extract.appendix_form import APPENDIX_2014, LOCAL_ROWS
from extract.labels import GROUPS, REVIEW_GROUP_LABELS, label_of
from extract.report import TableForm


@dataclass(frozen=True, slots=True)
class LaidOutRow:
    """A row: what the form prints for it, the group head that it stands under, None for none, and
    the field name of the cell in each column.
    """

    label: str
    group: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaidOutTable:
    """A table of the form, or a block of one. ``number`` is that of the table, 0 the appendix's."""

    number: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[LaidOutRow, ...]


def laid_out(
    table2_form: str | None, table3_form: str | None, names: Collection[str]
) -> Iterator[LaidOutTable]:
    """Tables 2 (by its blocks), 3, 4 and the appendix, each that has one of the cells ``names``."""
    yield from _proactive(table2_form, names)
    if any("." in name for name in names):
        yield _requests(table3_form)
    if any(name in names for name in forms.REVIEW_CELLS):
        yield _review()
    yield from _appendix(names)


def _proactive(form: str | None, names: Collection[str]) -> Iterator[LaidOutTable]:
    blocks = forms.PROACTIVE_2019 if form == TableForm.FORM_2019 else forms.PROACTIVE_2021
    for block in blocks:
        rows = tuple(
            LaidOutRow(
                row.keys[0], None, tuple(f"t2_{row.name}_{one.suffix}" for one in block.columns)
            )
            for row in block.rows
        )
        if any(name in names for row in rows for name in row.names):
            columns = tuple(column.keys[0] for column in block.columns)
            yield LaidOutTable(2, f"第二十条第（{block.item}）项", columns, rows)


def _requests(form: str | None) -> LaidOutTable:
    rows = forms.REQUESTS_2021 if form == TableForm.FORM_2021 else forms.REQUESTS_2019
    return LaidOutTable(
        3,
        "收到和处理政府信息公开申请情况",
        forms.APPLICANT_LABELS,
        tuple(
            LaidOutRow(
                row.keys[0],
                GROUPS.get(row.name),
                tuple(f"{row.name}.{applicant}" for applicant in forms.APPLICANTS),
            )
            for row in rows
        ),
    )


def _review() -> LaidOutTable:
    rows = tuple(
        LaidOutRow(label, None, tuple(f"{group}_{suffix}" for suffix in forms.REVIEW_SUFFIXES))
        for group, label in REVIEW_GROUP_LABELS.items()
    )
    return LaidOutTable(4, "行政复议、行政诉讼", forms.REVIEW_LABELS, rows)


def _appendix(names: Collection[str]) -> Iterator[LaidOutTable]:
    """Rows that the report has; a column of running totals where one of them has such a cell."""
    known = dict.fromkeys(row.name for row in (*APPENDIX_2014, *LOCAL_ROWS))
    present = [name for name in known if name in names]
    if not present:
        return
    is_cumulative = any(f"{name}_cumulative" in names for name in present)
    columns = ("统计数", "累计") if is_cumulative else ("统计数",)
    rows = tuple(LaidOutRow(_appendix_label(name), None, _own(name, columns)) for name in present)
    yield LaidOutTable(0, "政府信息公开情况统计表", columns, rows)


def _own(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    return (name, f"{name}_cumulative")[: len(columns)]


def _appendix_label(name: str) -> str:
    label = label_of(name)
    return label.row if label else name
