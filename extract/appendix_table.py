"""The statistics appendix: the form of 2014, and local tables with cumulative columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extract.appendix_form import APPENDIX_2014, LOCAL_IN_2014, LOCAL_ROWS, ONLY_2014
from extract.cell_values import UNITS, plain
from extract.forms import FormRow
from extract.report import TableForm
from extract.row_matching import keys_of, match_rows
from extract.sentences import say
from extract.table_reading import Collected, TableReading
from extract.table_rows import Slot, TableRow

TITLE = say("appendix")
ROWS_OF_2014 = 12
"""Rows that must bear labels of the 2014 form; a local table of before has fewer in common."""
ROWS_OF_LOCAL = 6
"""Rows whose names are known that a local appendix has."""

_CUMULATIVE = ("累计", "历年", "以来")
_TOTAL = ("合计", "总计", "统计数", "数量", "数值", "年度", "本年", "全年", "年")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of this year's figure and of the cumulative one; None where there is none.
    ``behind`` counts columns behind them that are blank in every row."""

    count: int
    own: int
    cumulative: int | None
    behind: int = 0


def read_appendix(rows: Sequence[TableRow]) -> TableReading:
    """The cells of an appendix; rows that neither form names are left out and counted."""
    keys = {key for row in rows if row.values for key in keys_of(row)}
    of_2014 = [row for row in APPENDIX_2014 if keys.intersection(row.keys)]
    local = [row for row in LOCAL_ROWS if keys.intersection(row.keys)]
    if len(of_2014) >= ROWS_OF_2014 and any(row.name in ONLY_2014 for row in of_2014):
        form = TableForm.FORM_2014
    elif len(local) >= ROWS_OF_LOCAL:
        form = TableForm.LOCAL
    else:
        return TableReading(form=None)
    collected = Collected(TITLE, None)
    columns = _columns(rows)
    if columns is None:
        collected.unreadable(say("all_rows"), say("no_column_is_total"))
    elif form is TableForm.FORM_2014:
        _read_2014(collected, rows, columns)
    else:
        _read_local(collected, rows, columns)
    return collected.reading(form)


def _read_2014(collected: Collected, rows: Sequence[TableRow], columns: _Columns) -> None:
    matching = match_rows(rows, APPENDIX_2014)
    for row, form_row in matching.rows:
        _add(collected, row, form_row, columns)
    for missing in matching.doubtful:
        collected.unreadable(missing.name, say("row_not_there"))
    taken = {id(row) for row, _ in matching.rows}
    rest = [row for row in matching.unplaced if id(row) not in taken]
    _read_known(collected, rest, LOCAL_IN_2014, columns)


def _read_local(collected: Collected, rows: Sequence[TableRow], columns: _Columns) -> None:
    data = [row for row in rows if row.labels and row.values and not _is_header(row)]
    _read_known(collected, data, LOCAL_ROWS, columns)


def _read_known(
    collected: Collected,
    rows: Sequence[TableRow],
    known: Sequence[FormRow],
    columns: _Columns,
) -> None:
    """Rows whose label is exactly a known one; in local tables order says nothing."""
    names = {key: row for row in known for key in row.keys}
    found = [(row, names.get(keys_of(row)[0]) if keys_of(row) else None) for row in rows]
    counts = Counter(form_row.name for _, form_row in found if form_row)
    for row, form_row in found:
        if form_row is None:
            continue
        if counts[form_row.name] > 1:
            collected.unreadable(form_row.name, say("label_repeated"))
        else:
            _add(collected, row, form_row, columns)
    collected.left_out(row for row, form_row in found if form_row is None and _has_figure(row))


def _has_figure(row: TableRow) -> bool:
    return any(slot.text for slot in row.values)


def _add(collected: Collected, row: TableRow, form_row: FormRow, columns: _Columns) -> None:
    values = _values(row, columns)
    if values is None:
        seen = " ".join(slot.raw for slot in row.values)[:80]
        why = say("figures_wanted", wanted=columns.count, raw=repr(seen))
        collected.unreadable(form_row.name, why)
        return
    unit = next((plain(s.text) for s in row.slots if plain(s.text) in UNITS), None)
    name = form_row.name
    own = values[columns.own]
    collected.add(own, name, row_name=name, column_name="value", unit=unit)
    if columns.cumulative is not None:
        slot = values[columns.cumulative]
        full = f"{name}_cumulative"
        collected.add(slot, full, row_name=name, column_name="cumulative", unit=unit)


def _values(row: TableRow, columns: _Columns) -> tuple[Slot, ...] | None:
    count = columns.count
    if len(row.values) == count:
        return row.values
    extra = row.values[count:]
    expected = not row.exact or len(extra) == columns.behind
    if expected and len(row.values) > count and all(not slot.text for slot in extra):
        return row.values[:count]
    return None


def _columns(rows: Sequence[TableRow]) -> _Columns | None:
    """By the header's words behind unit; one column needs none."""
    widths = Counter(len(row.values) for row in rows if row.labels and row.values)
    width = widths.most_common(1)[0][0] if widths else 0
    behind = _blank_behind(rows, width)
    count = width - behind
    if count == 1:
        return _Columns(1, 0, None, behind)
    header = next((row for row in rows if _is_header(row)), None)
    if header is None or count < 1:
        return None
    titles = [plain(slot.text) for slot in header.slots if slot.text][-count:]
    cumulative = [i for i, t in enumerate(titles) if any(word in t for word in _CUMULATIVE)]
    own = [i for i, t in enumerate(titles) if i not in cumulative and _is_own(t)]
    if len(titles) != count or len(own) != 1 or len(cumulative) > 1:
        return None
    if count == 1 + len(cumulative) or titles[own[0]] in ("合计", "总计"):
        return _Columns(count, own[0], cumulative[0] if cumulative else None, behind)
    return None


def _blank_behind(rows: Sequence[TableRow], width: int) -> int:
    """How many of the last columns are blank in each row that has them all; one is left."""
    whole = [row.values for row in rows if row.labels and len(row.values) == width]
    behind = 0
    while behind < width - 1 and all(not values[-1 - behind].text for values in whole):
        behind += 1
    return behind


def _is_own(title: str) -> bool:
    return any(title.endswith(word) for word in _TOTAL)


def _is_header(row: TableRow) -> bool:
    text = "".join(plain(slot.text) for slot in row.slots)
    return "指标" in text or ("单位" in text and "项目" in text)
