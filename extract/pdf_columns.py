"""Tables without rules: rows of figures that stand in columns, told by where they stand.

Only what is certain becomes a row: a line whose last pieces are figures far apart. Labels broken
over lines are put together by their enumerators. What is missing is not told from what a cell
spans, nor figures that run together from one: such rows have too few, and are reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extract.cell_values import is_value
from extract.pdf_layout import Line, Piece
from extract.pdf_tables import ENUMERATOR, Place, RuledCell, RuledTable

ROWS_LEAST = 3
"""Rows of figures from which lines are taken for a table."""

HEAD_LINES = 6
"""Lines over the first row of figures that may be its head; that of table 3 has up to seven."""

GAP_LINES = 6
"""Lines between two rows of figures: labels broken at narrow columns."""

LINE_CHARACTERS = 60
"""Characters of a line that may belong to a table; a longer one is prose."""

BROKEN_WITHIN = 1.7
"""Sizes of a character between two lines of one cell, at most; rows stand further apart."""

MANY = 5
"""Figures of a row from which their columns are looked for; the head's words stand over them."""

LABEL_SLOTS = 2
"""Slots before the figures: of a group's label and of the row's own."""

_HEADING = re.compile(r"\s*[一二三四五六七八九十]{1,3}[、．.]\S{4,}")
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class _Row:
    """A line of a table: the pieces of its labels, and its figures."""

    line: Line
    labels: list[Piece]
    figures: list[Piece]
    lines: list[tuple[Line, Piece]] = field(default_factory=list)
    doubtful: list[tuple[Line, Piece]] = field(default_factory=list)
    used: bool = False

    @property
    def leaf(self) -> Piece | None:
        return self.labels[-1] if self.labels else None

    def own_label(self) -> str:
        """The row's own label, over all the lines that it takes."""
        return "".join(piece.text for _, piece in self.lines)


def with_unruled(lines: Sequence[Line]) -> list[Line | RuledTable]:
    """The lines of a page, runs of rows of figures among them as tables."""
    rows = [_row(line) for line in lines]
    result: list[Line | RuledTable] = []
    index = 0
    while index < len(lines):
        end = _region_end(rows, index)
        if end > index:
            result.append(_table(rows[index:end]))
        else:
            result.append(lines[index])
        index = max(end, index + 1)
    return result


def _row(line: Line) -> _Row:
    count = 0
    for piece in reversed(line.pieces):
        if not is_value(piece.text):
            break
        count += 1
    labels, figures = list(line.pieces), list[Piece]()
    if count and any(_DIGIT.search(piece.text) for piece in line.pieces[-count:]):
        labels, figures = labels[: len(labels) - count], labels[len(labels) - count :]
    return _Row(line, labels, figures)


def _region_end(rows: Sequence[_Row], start: int) -> int:
    """The end of the table whose head begins at ``start``; ``start`` where none does."""
    figures, last = 0, start
    for index in range(start, len(rows)):
        row = rows[index]
        if len(row.line.text) > LINE_CHARACTERS or (
            not row.figures and _HEADING.match(row.line.text)
        ):
            break
        if row.figures:
            figures, last = figures + (len(row.line.pieces) > 1), index
        elif index - last >= (GAP_LINES if figures else HEAD_LINES):
            break
    return last + 1 if figures >= ROWS_LEAST else start


def _table(rows: Sequence[_Row]) -> RuledTable:
    most = Counter(len(row.figures) for row in rows if len(row.figures) > 2)
    count = max((n for n, times in most.items() if times > 1), default=1)
    columns = _columns(rows, count) if count >= MANY else []
    _gather_labels(rows)
    _doubt_broken(rows)
    width = max(count, *(len(row.figures) for row in rows), *(len(row.labels) for row in rows))
    laid_out = [_slots(row, columns, width) for row in rows if not row.used]
    page = rows[0].line.page
    left = min(row.line.x0 for row in rows)
    right = max(row.line.x1 for row in rows)
    step = (right - left) / (width + LABEL_SLOTS)
    edges = tuple(left + step * number for number in range(width + LABEL_SLOTS + 1))
    return RuledTable(columns=edges, rows=tuple(laid_out), first_page=page, last_page=page)


def _columns(rows: Sequence[_Row], count: int) -> list[tuple[float, float]]:
    """Where the figures of the whole rows stand; empty where the columns run into one another."""
    whole = [row.figures for row in rows if len(row.figures) == count]
    columns = [
        (min(piece.x0 for piece in column), max(piece.x1 for piece in column))
        for column in zip(*whole, strict=True)
    ]
    apart = all(a[1] < b[0] for a, b in pairwise(columns))
    return columns if apart else []


def _gather_labels(rows: Sequence[_Row]) -> None:
    """Gives rows of figures the lines that their labels were broken over."""
    starts = Counter(round(row.leaf.x0) for row in rows if row.figures and row.leaf)
    usual = float(starts.most_common(1)[0][0]) if starts else 0.0
    for index, row in enumerate(rows):
        if not row.figures:
            continue
        row.lines = [(row.line, row.leaf)] if row.leaf else []
        start = row.leaf.x0 if row.leaf else _start_of_label(rows, index, usual)
        above = _aligned(rows, range(index - 1, max(index - 4, -1), -1), start)
        if not ENUMERATOR.match(row.own_label()):
            begin = next((n for n, one in enumerate(above) if _begins(one)), None)
            if begin is not None:
                taken = above[: begin + 1]
                row.lines[:0] = [_take(one) for one in reversed(taken)]
        if ENUMERATOR.match(row.own_label()):
            for one in _aligned(rows, range(index + 1, min(index + 4, len(rows))), start):
                if _begins(one):
                    break
                row.lines.append(_take(one))


def _doubt_broken(rows: Sequence[_Row]) -> None:
    """Marks rows of figures close over one another that are not told apart by their labels.

    They may be one row, whose numbers narrow cells broke: without rules nobody can say which part
    belongs to which.
    """
    close: list[_Row] = []
    for above, row in pairwise([*rows, None]):
        assert above is not None
        close.append(above)
        if row is None or row.line.top - above.line.top > BROKEN_WITHIN * row.line.size:
            figures = [one for one in close if one.figures]
            if figures and (_is_broken(close, figures) or not _are_apart(figures)):
                every = [(one.line, piece) for one in figures for piece in one.figures]
                for one in figures:
                    one.doubtful = every
            close = []


def _is_broken(close: Sequence[_Row], figures: Sequence[_Row]) -> bool:
    """Whether anything but figures stands under or over figures: the rest of a note or number."""
    begin = min(row.figures[0].x0 for row in figures)
    return any(piece.x1 > begin for row in close for piece in row.labels)


def _are_apart(rows: Sequence[_Row]) -> bool:
    if all(ENUMERATOR.match(row.own_label()) for row in rows):
        return True
    starts = [row.leaf.x0 for row in rows if row.leaf]
    even = len({len(row.figures) for row in rows}) == 1 and len(rows[0].figures) < MANY
    return even and len(starts) == len(rows) and max(starts) - min(starts) < rows[0].line.size


def _start_of_label(rows: Sequence[_Row], index: int, usual: float) -> float:
    """Where the label of a row that has none on its own line begins: as the line above does, if
    a label begins there."""
    above = rows[index - 1] if index else None
    leaf = above.leaf if above is not None and not above.figures and not above.used else None
    return leaf.x0 if leaf is not None and ENUMERATOR.match(leaf.text) else usual


def _aligned(rows: Sequence[_Row], places: range, start: float) -> list[_Row]:
    """Lines of one label piece each that begin where the label does, up to a row of figures."""
    found = []
    for place in places:
        row = rows[place]
        if row.figures or row.used:
            break
        if row.leaf is not None and abs(row.leaf.x0 - start) < 1.2 * row.line.size:
            found.append(row)
    return found


def _begins(row: _Row) -> bool:
    return row.leaf is not None and ENUMERATOR.match(row.leaf.text) is not None


def _take(row: _Row) -> tuple[Line, Piece]:
    assert row.leaf is not None
    row.used = True
    return row.line, row.leaf


def _slots(
    row: _Row, columns: list[tuple[float, float]], width: int
) -> tuple[RuledCell | None, ...]:
    slots: list[RuledCell | None] = [None] * (width + LABEL_SLOTS)
    if not row.figures:
        _place_head(row, columns, slots)
        return tuple(slots)
    if len(row.labels) > 1:
        slots[0] = _cell([(row.line, row.labels[-2])])
    if row.lines:
        slots[1 if slots[0] else 0] = _cell(row.lines)
    if row.doubtful:
        # under one another: no reader takes them for a number
        slots[LABEL_SLOTS] = _cell(row.doubtful)
        return tuple(slots)
    for number, piece in enumerate(row.figures):
        slots[LABEL_SLOTS + number] = _cell([(row.line, piece)])
    return tuple(slots)


def _place_head(
    row: _Row, columns: list[tuple[float, float]], slots: list[RuledCell | None]
) -> None:
    """Words over columns stand in their slots, others from the first on."""
    placed = _by_column(row.labels, columns)
    if placed is not None:
        for number, piece in placed.items():
            slots[LABEL_SLOTS + number] = _cell([(row.line, piece)])
        return
    for number, piece in enumerate(row.labels):
        slots[number + LABEL_SLOTS - 1 if number else 0] = _cell([(row.line, piece)])


def _by_column(
    pieces: Sequence[Piece], columns: list[tuple[float, float]]
) -> dict[int, Piece] | None:
    """Each piece by the one column that it stands over; None where that is not certain."""
    found: dict[int, Piece] = {}
    for piece in pieces:
        over = [n for n, (x0, x1) in enumerate(columns) if piece.x0 < x1 and x0 < piece.x1]
        if len(over) != 1 or over[0] in found:
            return None
        found[over[0]] = piece
    return found


def _cell(pieces: Sequence[tuple[Line, Piece]]) -> RuledCell:
    places = tuple(
        Place(page=line.page, x0=piece.x0, top=line.top, x1=piece.x1, bottom=line.bottom)
        for line, piece in pieces
    )
    return RuledCell(text="\n".join(piece.text for _, piece in pieces), places=places)
