"""Tables laid out by the HTML table algorithm, and flattened to lines.

Layout only: what the cells mean is read elsewhere. Which tables are data and which hold a page's
layout is judged here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from extract.inline import cell_text

COLUMNS_LIMIT = 200
"""Columns of a table; the widest statutory one has 15. HTML itself stops at 1,000."""

SLOTS_LIMIT = 100_000
"""Slots of a table; beyond that it is read as running text, not as a table."""

LONG_CELL = 200
"""Characters of a cell that holds prose: the longest row label of the 2021 form has 44."""

Rows = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    element: _Element
    columns: int
    rows: int


def lay_out(table: _Element) -> Rows:
    """The slots of a table, row by row, all rows equally long.

    A cell that spans several slots stands in its first; the others, and slots that no cell
    covers, are None; an empty cell is "". Spans are clamped (HTML Standard §4.9.12): what is not
    a positive number is 1, a rowspan of 0 reaches to the end of the table. Empty when the table
    has no cells or more than SLOTS_LIMIT slots.
    """
    cells = [_row_cells(row) for row in iter_rows(table)]
    rows: list[list[str | None]] = []
    covered: list[int] = []  # for each column, how many further rows a cell above still covers
    slots = 0
    for index, row_cells in enumerate(cells):
        row: list[str | None] = [None] * len(covered)
        column = 0
        still = [max(rows_left - 1, 0) for rows_left in covered]
        for cell in row_cells:
            while column < len(covered) and covered[column] > 0:
                column += 1
            width = min(cell.columns, COLUMNS_LIMIT - column)
            if width <= 0:
                break
            grow = column + width - len(row)
            if grow > 0:
                row += [None] * grow
                covered += [0] * grow
                still += [0] * grow
            row[column] = cell_text(cell.element)
            height = min(cell.rows or len(cells), len(cells) - index)
            for place in range(column, column + width):
                covered[place] = max(covered[place], 1)
                still[place] = max(still[place], height - 1)
            column += width
        covered = still
        rows.append(row)
        slots += len(row)
        if slots > SLOTS_LIMIT:
            return ()
    return _rectangular(rows)


def _rectangular(rows: list[list[str | None]]) -> Rows:
    width = max((len(row) for row in rows), default=0)
    if width * len(rows) > SLOTS_LIMIT:
        return ()
    return tuple(tuple(row + [None] * (width - len(row))) for row in rows)


def flattened(rows: Rows) -> tuple[str, ...]:
    """A line a row, cells joined by " | ", each cell once; rows without a cell are left out."""
    lines = (" | ".join(cell for cell in row if cell is not None) for row in rows)
    return tuple(line for line in lines if line)


def iter_rows(table: _Element) -> Iterator[_Element]:
    """The table's own rows, not those of tables inside it."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            for row in child:
                if row.tag == "tr":
                    yield row


def is_data_table(table: _Element) -> bool:
    """Whether a table holds data; else it holds the page's layout and its content flows.

    Data has at least two rows and two columns of short cells, mostly not links, and no table
    inside unless it has three columns of its own.
    """
    counts = [sum(1 for cell in row if cell.tag in ("td", "th")) for row in iter_rows(table)]
    if len(counts) < 2 or max(counts) < 2:
        return False
    if table.get("role") in ("presentation", "none"):
        return False
    inner = next(table.iterdescendants("table"), None)
    if inner is not None and sum(count >= 3 for count in counts) * 2 < len(counts):
        return False
    return _short_cells(table) and _link_share(table) < 0.6


def _short_cells(table: _Element) -> bool:
    """No cell holds most of a long text: a page's layout has one that does."""
    if all(_text_length(row) <= LONG_CELL for row in iter_rows(table)):
        return True
    total = longest = 0
    for row in iter_rows(table):
        for cell in row:
            length = _length(cell)
            total += length
            longest = max(longest, length)
    return longest <= LONG_CELL or longest * 3 < total


def _text_length(row: _Element) -> int:
    """Characters of a row with its white space: one call, where a cell has as many at most."""
    return len(etree.tostring(row, method="text", encoding="unicode", with_tail=False))


def _length(element: _Element) -> int:
    """Characters of text, counted no further than layout needs."""
    length = 0
    for text in element.itertext():
        length += len(text.strip())
        if length > 20 * LONG_CELL:
            break
    return length


def _link_share(table: _Element) -> float:
    linked = sum(_length(link) for link in table.iterdescendants("a"))
    return linked / max(_length(table), 1) if linked else 0.0


def _row_cells(row: _Element) -> list[_Cell]:
    return [
        _Cell(cell, _span(cell.get("colspan")) or 1, _row_span(cell.get("rowspan")))
        for cell in row
        if cell.tag in ("td", "th")
    ]


def _span(value: str | None) -> int:
    """The number that an attribute begins with, 0 for none; clamped as HTML clamps it."""
    if not value:
        return 0
    digits = ""
    for character in value.strip()[:12]:
        if character not in "0123456789":
            break
        digits += character
    return min(int(digits or "0"), 65_534)


def _row_span(value: str | None) -> int:
    """Rows covered; 0 stands for all that are left, and only where the page says 0."""
    if not value:
        return 1
    return 0 if value.strip() == "0" else _span(value) or 1
