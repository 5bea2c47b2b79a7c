"""Writes PDFs as word processors lay them out: paragraphs, ruled tables broken over pages.

Everything is drawn at its place on reportlab's canvas, so that what a page holds is known: rules as
lines, as thin rectangles or as a frame a cell; rows torn by a page's end; numbers of pages.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from table_samples import Table, Td

FONT = "STSong-Light"
"""reportlab's built-in name of a CID font: no file is needed, the text layer is what counts."""
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

WIDTH, HEIGHT = 595.0, 842.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 520.0, 80.0, 760.0
PADDING = 5.4
BODY, SMALL = 16.0, 10.5


@dataclass
class Style:
    """How one document is laid out."""

    rules: str = "lines"
    numbers: str = "- {page} -"
    head: str = ""
    tear: bool = False
    repeat_header: int = 0
    centred: bool = False
    indent: bool = True
    shade: bool = False
    twice: bool = False


STYLES = {
    "rules": ["lines", "thin", "frames"],
    "numbers": ["- {page} -", "— {page} —", "第 {page} 页 共 9 页", "{page}", ""],
    "head": ["", "", "安定县人民政府公报"],
    "tear": [False, True],
    "centred": [False, True],
    "indent": [True, True, False],
    "shade": [False, True],
    "twice": [False, False, True],
}


def style(draw: random.Random) -> Style:
    """One layout of many."""
    return Style(**{name: draw.choice(values) for name, values in STYLES.items()})


def width(text: str, size: float) -> float:
    """Points that a text is wide."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


def wrapped(text: str, size: float, room: float, first: float = 0.0) -> list[str]:
    """Lines of a text as broken at a width; ``first`` is the room of the indent."""
    lines, line, left = [], "", room - first
    for character in text:
        if character == "\n" or (line and width(line + character, size) > left):
            lines.append(line)
            line, left = "", room
        if character != "\n":
            line += character
    return [*lines, line]


@dataclass
class Placed:
    """A cell at its place in the grid."""

    text: str
    row: int
    column: int
    rows: int
    columns: int
    lines: list[str] = field(default_factory=list)


class PdfWriter:
    """A document from top to bottom."""

    def __init__(self, chosen: Style, *, seed: int = 0) -> None:
        self.style = chosen
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=(WIDTH, HEIGHT), invariant=1)
        self._page = 1
        self._y = TOP
        self._draw = random.Random(seed)

    def bytes(self) -> bytes:
        """The file."""
        self._running()
        self._canvas.save()
        return self._file.getvalue()

    def title(self, text: str) -> None:
        """A title in the middle, over as many lines as it needs."""
        for line in wrapped(text, 22, RIGHT - LEFT):
            self._text((WIDTH - width(line, 22)) / 2, self._y + 22, line, 22)
            self._y += 32
        self._y += 10

    def paragraph(self, text: str) -> None:
        """A paragraph in the size of the body."""
        indent = 2 * BODY if self.style.indent else 0.0
        for number, line in enumerate(wrapped(text, BODY, RIGHT - LEFT, indent)):
            self._room(28)
            self._text(LEFT + (0 if number else indent), self._y + BODY + 4, line, BODY)
            self._y += 28

    def table(self, table: Table, widths: list[float]) -> None:
        """A ruled table, broken where a page ends."""
        cells = placed(table)
        edges = [LEFT]
        for share in widths:
            edges.append(edges[-1] + share * (RIGHT - LEFT) / sum(widths))
        for cell in cells:
            room = edges[cell.column + cell.columns] - edges[cell.column] - 2 * PADDING
            cell.lines = wrapped(cell.text, SMALL, room)
        count = len(table)
        heights = _heights(cells, count)
        row = 0
        while row < count:
            row = self._part(cells, heights, edges, row)
        self._y += 14

    def _part(
        self, cells: list[Placed], heights: list[float], edges: list[float], first: int
    ) -> int:
        """Rows from ``first`` on that this page takes; the row after them. May tear one."""
        last, height = first, 0.0
        while last < len(heights) and self._y + height + heights[last] <= BOTTOM:
            height += heights[last]
            last += 1
        room = BOTTOM - self._y - height
        torn = last < len(heights) and self.style.tear and room > 1.3 * SMALL + 2 * PADDING
        if last == first and not torn:
            self._break()
            return first
        tops = [self._y]
        for number in range(first, last):
            tops.append(tops[-1] + heights[number])
        if torn:
            tops.append(tops[-1] + room)
        self._cells(cells, tops, edges, first)
        if torn:
            heights[last] = max(_rest_height(cells, last), SMALL + 2 * PADDING)
        self._y = tops[-1]
        if last < len(heights):
            self._break()
        return last

    def _cells(
        self, cells: list[Placed], tops: list[float], edges: list[float], first: int
    ) -> None:
        """Draws what of each cell lies in the rows from ``first`` on; keeps its other lines."""
        end = first + len(tops) - 1
        for cell in cells:
            if cell.row + cell.rows <= first or cell.row >= end:
                continue
            top = tops[max(cell.row, first) - first]
            bottom = tops[min(cell.row + cell.rows, end) - first]
            x0, x1 = edges[cell.column], edges[cell.column + cell.columns]
            self._rule(x0, top, x1, bottom, shaded=self.style.shade and cell.row == 0)
            fits = max(int((bottom - top - 4) / (1.25 * SMALL)), 0)
            # a cell that ends here shows all that is left of it
            whole = cell.row + cell.rows <= end and not self._goes_on(cell, end, tops, first)
            now = cell.lines if whole else cell.lines[:fits]
            cell.lines = cell.lines[len(now) :]
            self._cell_text(now, (x0, top, x1, bottom))

    def _goes_on(self, cell: Placed, end: int, tops: list[float], first: int) -> bool:
        """Whether the cell's last row is one that the page tears."""
        needed = len(cell.lines) * 1.25 * SMALL + 2 * PADDING - 3
        top = tops[max(cell.row, first) - first]
        return cell.row + cell.rows == end and tops[-1] - top < needed and self.style.tear

    def _cell_text(self, lines: list[str], box: tuple[float, float, float, float]) -> None:
        x0, top, x1, bottom = box
        block = len(lines) * 1.25 * SMALL
        y = (top + bottom - block) / 2 if self.style.centred else top + PADDING
        for line in lines:
            x = (x0 + x1 - width(line, SMALL)) / 2 if self.style.centred else x0 + PADDING
            y += 1.25 * SMALL
            self._text(x, y - 2, line, SMALL)

    def _rule(self, x0: float, top: float, x1: float, bottom: float, *, shaded: bool) -> None:
        canvas, flip = self._canvas, HEIGHT
        if shaded:
            canvas.setFillColorRGB(0.8, 0.85, 0.95)
            canvas.rect(x0, flip - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
            canvas.setFillColorRGB(0, 0, 0)
        if self.style.rules == "none":
            return
        canvas.setLineWidth(0.5)
        if self.style.rules == "frames":
            canvas.rect(x0, flip - bottom, x1 - x0, bottom - top, stroke=1, fill=0)
            return
        across = [(x0, y, x1, y) for y in (top, bottom)]
        # an open table has no rules at its two sides
        sides = [x for x in (x0, x1) if self.style.rules != "open" or LEFT + 1 < x < RIGHT - 1]
        for a, b, c, d in across + [(x, top, x, bottom) for x in sides]:
            if self.style.rules in ("lines", "open"):
                canvas.line(a, flip - b, c, flip - d)
            else:
                canvas.rect(a, flip - d - 0.25, c - a + 0.5, d - b + 0.5, stroke=0, fill=1)

    def _text(self, x: float, y: float, text: str, size: float) -> None:
        self._canvas.setFont(FONT, size)
        self._canvas.drawString(x, HEIGHT - y, text)
        if self.style.twice and size > BODY:
            self._canvas.drawString(x + 0.3, HEIGHT - y, text)

    def _room(self, needed: float) -> None:
        if self._y + needed > BOTTOM:
            self._break()

    def _break(self) -> None:
        self._running()
        self._canvas.showPage()
        self._page += 1
        self._y = TOP

    def _running(self) -> None:
        if self.style.head:
            self._text(LEFT, 50, self.style.head, 9)
        if self.style.numbers:
            number = self.style.numbers.format(page=self._page)
            self._text((WIDTH - width(number, 13)) / 2, HEIGHT - 45, number, 13)


def placed(table: Table) -> list[Placed]:
    """Where the cells stand: those that span rows push later ones to the right."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, tds in enumerate(table):
        column = 0
        for td in tds:
            while (row, column) in taken:
                column += 1
            cells.append(Placed(td.text, row, column, min(td.rows, len(table) - row), td.columns))
            taken |= {
                (row + down, column + right)
                for down in range(td.rows)
                for right in range(td.columns)
            }
            column += td.columns
    return cells


def filled(table: Table) -> Table:
    """The table without a slot left out: figures that ran together stand in a cell that spans
    what they took, a figure that was lost leaves its room to the one before it."""
    cells = placed(table)
    count = max(cell.column + cell.columns for cell in cells)
    result = []
    for number, row in enumerate(table):
        left = count - sum(c.columns for c in cells if c.row <= number < c.row + c.rows)
        if left:
            wide = len(row) - (5 if left == 2 else 4)
            row = [Td(td.text, 1 + left) if i == wide else td for i, td in enumerate(row)]
        result.append(row)
    return result


def _heights(cells: list[Placed], count: int) -> list[float]:
    heights = [SMALL * 1.25 + 2 * PADDING] * count
    for cell in sorted(cells, key=lambda cell: cell.rows):
        needed = len(cell.lines) * 1.25 * SMALL + 2 * PADDING
        have = sum(heights[cell.row : cell.row + cell.rows])
        if needed > have:
            heights[cell.row + cell.rows - 1] += needed - have
    return heights


def _rest_height(cells: list[Placed], row: int) -> float:
    lines = [len(cell.lines) for cell in cells if cell.row == row and cell.rows == 1]
    return max(lines, default=1) * 1.25 * SMALL + 2 * PADDING
