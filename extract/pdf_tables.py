"""Tables of a PDF: ruled cells laid out as a grid, parts on consecutive pages put together.

pdfplumber finds the cells between the rules; which slots they cover, and that a table goes on over
a page break, is told here by the places of their edges.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extract.cell_values import is_value
from extract.content import ContentTable
from extract.grid import LONG_CELL
from extract.inline import joined_lines
from extract.pdf_layout import Line

SAME_EDGE = 3.0
"""Points within which two edges are one; pdfplumber snaps rules by as much."""

SAME_TABLE = 14.0
"""Points by which the outer edges of a table may shift over a page break (seen: 3; Word shifts
a table whose part has other columns by its cell margin, 5.4)."""

HALF_WIDTH = 0.6
"""Ems of a digit at most; 0.5 in the fonts of public documents."""

ENUMERATOR = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．,:]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、,:])"
)
"""What begins a label of the forms: 一、 (二) 3."""
_DIGITS_APART = re.compile(r"(?<=[\d.,，])\n(?=[\d.,，])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rectangle of a page, in points from the top left corner of the page as shown."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def as_json(self) -> dict[str, object]:
        """Page and box as provenance has them."""
        box = [round(value, 1) for value in (self.x0, self.top, self.x1, self.bottom)]
        return {"page": self.page, "box": box}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledCell:
    """A cell between rules. ``text`` has the line breaks of the cell.

    ``room`` is what its last line leaves free, ``em`` the size of its characters, in points.
    ``places`` are two where a page break tore it.
    """

    text: str
    places: tuple[Place, ...]
    room: float = 0.0
    em: float = 0.0

    def has_no_room_for(self, more: str) -> bool:
        """Whether the last line was broken where it is because the next character has no room."""
        return self.room < (HALF_WIDTH if more[0].isascii() else 1.0) * self.em + 1

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.places[0]

    def provenance(self) -> str:
        """As JSON: ``page`` and ``box``, or ``parts`` with two of them."""
        if len(self.places) == 1:
            return json.dumps(self.places[0].as_json())
        return json.dumps({"parts": [place.as_json() for place in self.places]})


Row = tuple[RuledCell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledTable:
    """A table or the part of one on a page. ``columns`` are the edges, one more than slots.

    ``lines`` is the same as lines, for one row alone: what a page break left of a table, or none.
    """

    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    first_page: int
    last_page: int
    lines: tuple[Line, ...] = ()


def ruled_table(cells: Sequence[RuledCell]) -> RuledTable | None:
    """The grid of the cells of one page's table; None when it has not two columns."""
    columns = _edges(edge for cell in cells for edge in (cell.place.x0, cell.place.x1))
    tops = _edges(edge for cell in cells for edge in (cell.place.top, cell.place.bottom))
    if len(columns) < 3 or len(tops) < 2:
        return None
    rows: list[list[RuledCell | None]] = [[None] * (len(columns) - 1) for _ in tops[1:]]
    for cell in cells:
        row, column = _nearest(tops, cell.place.top), _nearest(columns, cell.place.x0)
        if row < len(rows) and column < len(columns) - 1 and rows[row][column] is None:
            rows[row][column] = cell
    page = cells[0].place.page
    kept = tuple(tuple(row) for row in rows if any(row))
    return RuledTable(columns=columns, rows=kept, first_page=page, last_page=page)


def is_data(table: RuledTable) -> bool:
    """Whether a table, or a part of one, holds data; one with a long cell holds a layout."""
    lengths = [len(cell.text) for row in table.rows for cell in row if cell]
    if not any(sum(1 for cell in row if cell) > 1 for row in table.rows):
        return False
    return max(lengths) <= LONG_CELL or max(lengths) * 3 < sum(lengths)


def joined(above: RuledTable, below: RuledTable) -> RuledTable | None:
    """Both as one table, if ``below`` goes on where the page broke ``above``; else None.

    It does when both have the same outer edges. Header rows that the second page repeats are left
    out; a row that the break tore is put together.
    """
    if below.first_page != above.last_page + 1:
        return None
    if abs(above.columns[0] - below.columns[0]) > SAME_TABLE:
        return None
    if abs(above.columns[-1] - below.columns[-1]) > SAME_TABLE:
        return None
    columns, upper, lower = _common_columns(above, below)
    lower = lower[_repeated(upper, lower) :]
    if upper and lower and _is_torn(upper[-1], lower[0]):
        torn = tuple(_put_together(a, b) for a, b in zip(upper[-1], lower[0], strict=True))
        upper, lower = (*upper[:-1], torn), lower[1:]
    return replace(above, columns=columns, rows=(*upper, *lower), last_page=below.last_page)


def content_table(table: RuledTable) -> ContentTable:
    """The table as content: slots, lines, and the provenance of each slot."""
    rows = tuple(tuple(_slot(cell) if cell else None for cell in row) for row in table.rows)
    places = tuple(tuple(cell.provenance() if cell else "" for cell in row) for row in table.rows)
    return ContentTable(rows=rows, lines=_flattened(rows), places=places)


def _flattened(rows: Iterable[tuple[str | None, ...]]) -> tuple[str, ...]:
    lines = (
        " | ".join(cell.replace("\n", " ") for cell in row if cell is not None) for row in rows
    )
    return tuple(line for line in lines if line)


def _slot(cell: RuledCell) -> str:
    """A cell's text on one line, but for digits that stand under one another: two numbers."""
    parts = _DIGITS_APART.split(cell.text)
    return "\n".join(joined_lines(part) for part in parts)


def _edges(values: Iterable[float]) -> tuple[float, ...]:
    """Distinct edges in order, those closer than SAME_EDGE as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > SAME_EDGE:
            found.append(value)
    return tuple(found)


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _common_columns(
    above: RuledTable, below: RuledTable
) -> tuple[tuple[float, ...], tuple[Row, ...], tuple[Row, ...]]:
    """One set of column edges for both parts, and the rows of each laid out by it."""
    if len(above.columns) == len(below.columns):
        return above.columns, above.rows, below.rows
    left, right = above.columns[0], above.columns[-1]
    scale = (right - left) / (below.columns[-1] - below.columns[0])
    moved = [left + (edge - below.columns[0]) * scale for edge in below.columns]
    edges = list(above.columns)
    edges += [edge for edge in moved if min(abs(edge - other) for other in edges) > 2 * SAME_EDGE]
    columns = tuple(sorted(edges))
    return (
        columns,
        _laid_out(above.rows, above.columns, columns),
        _laid_out(below.rows, moved, columns),
    )


def _laid_out(
    rows: Iterable[Row], own: Sequence[float], columns: Sequence[float]
) -> tuple[Row, ...]:
    """Rows over more columns: each cell in the slot where it begins."""
    slots = [_nearest(columns, edge) for edge in own[:-1]]
    result = []
    for row in rows:
        wide: list[RuledCell | None] = [None] * (len(columns) - 1)
        for slot, cell in zip(slots, row, strict=True):
            wide[slot] = cell
        result.append(tuple(wide))
    return tuple(result)


def _repeated(upper: Sequence[Row], lower: Sequence[Row]) -> int:
    """How many rows the lower part begins with that are the table's own first rows again."""
    count = 0
    for first, again in zip(upper, lower, strict=False):
        texts = [cell.text if cell else None for cell in again]
        if texts != [cell.text if cell else None for cell in first] or _has_figures(again):
            break
        count += 1
    return count


def _has_figures(row: Row) -> bool:
    return any(cell is not None and re.fullmatch(r"[\d.,\s]+", cell.text) for cell in row)


def _is_torn(upper: Row, lower: Row) -> bool:
    """Whether one row was broken by the page: the lower part's label goes on where the upper's
    was broken at its width, or it has none and stands under figures.
    """
    own = _leaf(upper)
    # words further right go on from a note or a unit behind a figure
    leaf = _leaf(lower[: own + 1]) if own is not None else _leaf(lower)
    if leaf is None:
        said = [above for above, cell in zip(upper, lower, strict=True) if cell and cell.text]
        return bool(said) and all(cell is not None and is_value(cell.text) for cell in said)
    label, rest = upper[leaf], lower[leaf]
    if label is None or rest is None or ENUMERATOR.match(rest.text):
        return False
    if not label.text or not label.has_no_room_for(rest.text):
        return False
    figures = [(a, b) for a, b in zip(upper[leaf + 1 :], lower[leaf + 1 :], strict=True) if a and b]
    # two whole rows have figures in most columns both; a broken row has each once
    return sum(1 for a, b in figures if a.text and b.text) * 2 <= len(figures)


def _leaf(row: Row) -> int | None:
    """The column of the label next to the figures."""
    words = [i for i, cell in enumerate(row) if cell and cell.text and not is_value(cell.text)]
    return words[-1] if words else None


def _put_together(upper: RuledCell | None, lower: RuledCell | None) -> RuledCell | None:
    if upper is None or lower is None or not lower.text:
        return upper if upper is not None and upper.text else (lower or upper)
    if not upper.text:
        return lower
    whole = _DIGITS_APART.search(f"{upper.text[-1]}\n{lower.text[0]}")
    between = "" if whole and upper.has_no_room_for(lower.text) else "\n"
    text = f"{upper.text}{between}{lower.text}"
    places = upper.places + lower.places
    return RuledCell(text=text, places=places, room=lower.room, em=lower.em)
