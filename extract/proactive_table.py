"""Table 2, 主动公开政府信息情况: blocks by item of article 20, in the forms of 2019 and 2021."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from extract.cell_values import is_blank, plain
from extract.forms import PROACTIVE_2019, PROACTIVE_2021, Block
from extract.report import Finding, TableForm
from extract.row_matching import CLOSE, likeness, match_rows
from extract.sentences import say
from extract.table_reading import Collected, Layout, TableReading, take_values
from extract.table_rows import Slot, TableRow, label_key

TITLE = say("table_2")

_ITEM = re.compile(r"第二十条第?\(?([一二三四五六七八九])\)?[项款]?|第\(([一五六八九])\)项")
_FORMS = ((TableForm.FORM_2019, PROACTIVE_2019), (TableForm.FORM_2021, PROACTIVE_2021))
_HEADER = "信息内容"
_OF_2019 = re.compile("新制作|新公开|公开总数|上一年项目|增/?减|采购项目|采购总金额")
_OF_2021 = re.compile("制发件|废止件|现行有效|收费金额")
_UNIT = re.compile(r"单位[::]?\(?(万元|元|亿元)")


@dataclass(slots=True)
class _Part:
    """The rows of one item. ``header`` are its column labels, where it has any."""

    item: str | None
    header: TableRow | None = None
    rows: list[TableRow] = field(default_factory=list)


def read_proactive(rows: Sequence[TableRow]) -> TableReading:
    """The cells of table 2. The form is told by the header tokens of all its blocks together;
    a block whose own header speaks for the other form is read by that, which is a finding."""
    collected = Collected(TITLE, 2)
    parts = _parts(rows)
    form = _form(parts)
    if form is None:
        if any(part.rows for part in parts) and any(part.item for part in parts):
            collected.unreadable(say("all_rows"), say("no_columns_known"))
        return collected.reading(None)
    for name, blocks in _FORMS:
        if name is form:
            _read_blocks(collected, parts, blocks)
    if not collected.cells and not collected.findings:
        return TableReading(form=None)
    return collected.reading(form)


def _parts(rows: Sequence[TableRow]) -> list[_Part]:
    parts = [_Part(None)]
    for row in rows:
        text = "".join(row.labels)
        found = _ITEM.search(plain(text).replace(" ", ""))
        filled = any(not is_blank(slot.text) for slot in row.values)
        if found and not filled:
            parts.append(_Part(found[1] or found[2]))
        elif filled or (row.values and not _is_header(row)):
            parts[-1].rows.append(row)
        elif _is_header(row):
            if parts[-1].rows:  # the next block's header, where its head row is missing
                parts.append(_Part(None))
            parts[-1].header = row
    return [part for part in parts if part.rows or part.item]


def _is_header(row: TableRow) -> bool:
    text = plain("".join(row.labels))
    if likeness(label_key(row.labels[0]) if row.labels else "", _HEADER) >= CLOSE:
        return True
    return _HEADER in text or bool(_OF_2019.search(text) or _OF_2021.search(text))


def _form(parts: list[_Part]) -> TableForm | None:
    """By the columns of regulations first, which differ most; then by the other blocks."""
    votes: Counter[TableForm] = Counter()
    for part in parts:
        text = plain("".join(part.header.labels)) if part.header else ""
        weight = 3 if part.item == "一" else 1
        votes[TableForm.FORM_2019] += weight * len(_OF_2019.findall(text))
        votes[TableForm.FORM_2021] += weight * len(_OF_2021.findall(text))
        votes[TableForm.FORM_2019] += part.item == "九"
    of_2019, of_2021 = votes[TableForm.FORM_2019], votes[TableForm.FORM_2021]
    if of_2019 == of_2021:
        return None
    return TableForm.FORM_2019 if of_2019 > of_2021 else TableForm.FORM_2021


def _read_blocks(collected: Collected, parts: list[_Part], blocks: Sequence[Block]) -> None:
    for block in blocks:
        own = [part for part in parts if _is_of(part, block)]
        if len(own) != 1 or not own[0].rows:
            why = say("block_rows_run_together" if own else "block_not_there")
            collected.unreadable(f"第二十条第({block.item})项", why)
            continue
        _read_block(collected, own[0], block)


def _is_of(part: _Part, block: Block) -> bool:
    if part.item is not None:
        return part.item == block.item
    keys = {label_key(row.labels[-1]) for row in part.rows if row.labels}
    return any(key in form_row.keys for key in keys for form_row in block.rows)


def _read_block(collected: Collected, part: _Part, block: Block) -> None:
    if other := _other_form(part, block):
        message = say("table_forms_mixed", said_table=TITLE, item=block.item, form=other)
        collected.findings.append(Finding(kind="table_forms_mixed", message=message))
        collected.unreadable(f"第二十条第({block.item})项", say("columns_of_other_form"))
        return
    matching = match_rows(part.rows, block.rows)
    layout = _layout(part, block)
    unit = _header_unit(part)
    for row, form_row in matching.rows:
        slots = _take(row, block, layout)
        if slots is None:
            seen = " ".join(slot.raw for slot in row.values)[:80]
            why = say("figures_wanted", wanted=len(block.columns), raw=repr(seen))
            collected.unreadable(form_row.name, why)
            continue
        for slot, column in zip(slots, block.columns, strict=True):
            collected.add(
                slot,
                f"t2_{form_row.name}_{column.suffix}",
                row_name=form_row.name,
                column_name=column.suffix,
                signed=column.suffix == "change",
                unit=unit,
            )
    placed = {form_row.name for _, form_row in matching.rows}
    for form_row in block.rows:
        if form_row.name not in placed:
            collected.unreadable(form_row.name, say("row_not_there"))
    taken = {id(row) for row, _ in matching.rows}
    collected.left_out(row for row in part.rows if row.labels and id(row) not in taken)


def _other_form(part: _Part, block: Block) -> str | None:
    """The other form's name, where the block's own header names only that form's columns."""
    text = plain("".join(part.header.labels)) if part.header else ""
    is_2019 = block in PROACTIVE_2019
    own, other = (_OF_2019, _OF_2021) if is_2019 else (_OF_2021, _OF_2019)
    if text and other.search(text) and not own.search(text):
        return "2021" if is_2019 else "2019"
    return None


def _take(row: TableRow, block: Block, layout: Layout | None) -> tuple[Slot, ...] | None:
    count = len(block.columns)
    taken = take_values(row, count, layout)
    if taken is not None or not row.from_grid:
        return taken
    # the header leaves apart what the row spans: no figure is lost where each is in its column
    if layout is not None and tuple(slot.column for slot in row.values) == layout.columns:
        return row.values
    # cells that the form spans and this page leaves apart: blank ones behind the figures
    behind = row.values[count:]
    if len(row.values) > count and all(is_blank(slot.text) for slot in behind):
        head = row.values[:count]
        return head if not is_blank(head[-1].text) or count == 1 else None
    return None


def _layout(part: _Part, block: Block) -> Layout | None:
    """Where the header's labels stand, if each is its column's; None where the header is broken."""
    if part.header is None:
        return None
    slots = [slot for slot in part.header.slots if slot.text and label_key(slot.text) != _HEADER]
    slots = [slot for slot in slots if slot.column > 0]
    if len(slots) != len(block.columns):
        return None
    near = (
        max(likeness(label_key(slot.text), key) for key in column.keys) >= CLOSE
        for slot, column in zip(slots, block.columns, strict=True)
    )
    if not all(near):
        return None
    return Layout(tuple(slot.column for slot in slots), part.header.slots[-1].column)


def _header_unit(part: _Part) -> str | None:
    text = plain("".join(part.header.labels)) if part.header else ""
    found = _UNIT.search(text)
    return found[1] if found else None
