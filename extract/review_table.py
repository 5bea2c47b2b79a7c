"""Table 4, 行政复议、行政诉讼: three groups of five figures in one row."""

from __future__ import annotations

from collections.abc import Sequence

from extract.cell_values import is_blank
from extract.forms import REVIEW_CELLS, REVIEW_LABELS
from extract.report import TableForm
from extract.sentences import say
from extract.table_reading import Collected, Layout, TableReading, take_values
from extract.table_rows import TableRow, label_key

TITLE = say("table_4")


def read_review(rows: Sequence[TableRow]) -> TableReading:
    """The 15 cells of table 4, all or none: a row of figures that is not certain is a finding."""
    collected = Collected(TITLE, 4)
    tokens = "".join(label for row in rows for label in row.labels)
    if sum(label in tokens for label in REVIEW_LABELS) < 3:
        return collected.reading(None)
    candidates = [row for row in rows if len(row.values) > 4]
    filled = [row for row in candidates if any(not is_blank(slot.text) for slot in row.values)]
    chosen = filled or [row for row in candidates if len(row.values) >= len(REVIEW_CELLS)][:1]
    if len(chosen) != 1:
        collected.unreadable(say("rows_of_figures"), say("one_row_wanted", found=len(chosen)))
        return collected.reading(None)
    row = chosen[0]
    slots = take_values(row, len(REVIEW_CELLS), _layout(rows, row))
    if slots is None and not row.exact and len(row.values) == len(REVIEW_CELLS):
        slots = row.values  # the table's only row: nothing spans in it
    if slots is None:
        seen = " ".join(slot.raw for slot in row.values)[:80]
        why = say("figures_wanted", wanted=len(REVIEW_CELLS), raw=repr(seen))
        collected.unreadable(say("rows_of_figures"), why)
        return collected.reading(None)
    for slot, name in zip(slots, REVIEW_CELLS, strict=True):
        group, suffix = name.rsplit("_", 1)
        collected.add(slot, name, row_name=group, column_name=suffix)
    return collected.reading(TableForm.FORM_2019)


def _layout(rows: Sequence[TableRow], data: TableRow) -> Layout | None:
    """Where the 15 header labels stand, in the form's order; None where the header differs."""
    places: dict[int, str] = {}
    last = 0
    for row in rows:
        if row is data:
            break
        if row.source == data.source and row.from_grid:
            for slot in row.slots:
                last = max(last, slot.column)
                key = label_key(slot.text)
                if key in REVIEW_LABELS:
                    places.setdefault(slot.column, key)
    columns = sorted(places)
    in_order = [places[column] for column in columns] == list(REVIEW_LABELS) * 3
    return Layout(tuple(columns), last) if in_order else None
