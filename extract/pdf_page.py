"""One page of a PDF: its lines, and the cells of its ruled tables, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from extract.pdf_layout import Line, Piece
from extract.pdf_tables import Place, RuledCell, RuledTable, is_data, ruled_table

if TYPE_CHECKING:
    from pdfplumber.page import Page as PdfPage
    from pdfplumber.table import Table

WORD_GAP = 0.35
"""Share of a character's size that parts two words. The room that Word leaves between digits and
ideographs is a quarter and stands for nothing."""

PIECE_GAP = 0.9
"""Share of a character's size from which what stands apart is a cell of its own. Between two words
of justified text it is under a half."""

THIN = 3.0
"""Points up to which a filled rectangle is a rule; thicker ones are backgrounds."""

CELL_MARGIN = 5.6
"""Points beside the text of a cell; Word and WPS leave 5.4. Where more is left, a number that its
cell broke is taken for two, which are reported and not read."""

_NUMBER_END = re.compile(r"[\d.,，]$")
_NUMBER_GOES_ON = re.compile(r"[\d.,，]")

Box = tuple[float, float, float, float]


def page_parts(page: PdfPage) -> list[Line | RuledTable]:
    """Lines and tables of a page from top to bottom. Frees what the page holds."""
    page = page.dedupe_chars(tolerance=1)  # bold made by printing twice
    found = [
        (one.bbox[1], table)
        for one in page.filter(_is_rule_or_text).find_tables()
        if (table := _table(page, one)) is not None
    ]
    boxes = [_box(table) for _, table in found]
    outside = page.filter(lambda item: item["object_type"] != "char" or not _inside(item, boxes))
    placed: list[tuple[float, Line | RuledTable]] = [*found]
    placed += [(line.top, line) for line in _lines(outside)]
    page.close()
    return [part for _, part in sorted(placed, key=lambda one: one[0])]


def _is_rule_or_text(item: dict[str, Any]) -> bool:
    """Whether an object may rule a table: a background is no rule."""
    if item["object_type"] != "rect" or item.get("stroke"):
        return True
    return bool(min(item["width"], item["height"]) <= THIN)


def _box(table: RuledTable) -> Box:
    places = [cell.place for row in table.rows for cell in row if cell]
    top, bottom = min(place.top for place in places), max(place.bottom for place in places)
    return table.columns[0], top, table.columns[-1], bottom


def _inside(item: dict[str, Any], boxes: list[Box]) -> bool:
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(x0 <= x < x1 and top <= y < bottom for x0, top, x1, bottom in boxes)


def _lines(page: PdfPage) -> list[Line]:
    found = page.extract_text_lines(x_tolerance_ratio=WORD_GAP)
    return [_line(line, page) for line in found if line["text"].strip()]


def _line(line: dict[str, Any], page: PdfPage) -> Line:
    return Line(
        text=line["text"],
        page=page.page_number,
        x0=line["x0"],
        x1=line["x1"],
        top=line["top"],
        bottom=line["bottom"],
        size=max(char["size"] for char in line["chars"]),
        height=float(page.height),
        pieces=tuple(_pieces(line["chars"])),
    )


def _pieces(chars: list[dict[str, Any]]) -> Iterator[Piece]:
    """Runs of characters with less than PIECE_GAP of their size between them."""
    run: list[dict[str, Any]] = []
    for char in [one for one in chars if not one["text"].isspace()]:
        if run and char["x0"] - run[-1]["x1"] > PIECE_GAP * char["size"]:
            yield _piece(run)
            run = []
        run.append(char)
    if run:
        yield _piece(run)


def _piece(run: list[dict[str, Any]]) -> Piece:
    return Piece("".join(char["text"] for char in run), run[0]["x0"], run[-1]["x1"])


def _table(page: PdfPage, found: Table) -> RuledTable | None:
    inside = page.filter(lambda item: item["object_type"] == "char" and _inside(item, [found.bbox]))
    table = ruled_table([_cell(page, box, inside.chars) for box in found.cells])
    if table is None or not is_data(table):
        return None
    return table if len(table.rows) > 1 else replace(table, lines=tuple(_lines(inside)))


def _cell(page: PdfPage, box: Box, chars: list[Any]) -> RuledCell:
    from pdfplumber.utils.text import chars_to_textmap

    x0, top, x1, bottom = box
    place = Place(page=page.page_number, x0=x0, top=top, x1=x1, bottom=bottom)
    own = [char for char in chars if _inside(char, [box])]
    lines = chars_to_textmap(own, x_tolerance_ratio=WORD_GAP).extract_text_lines() if own else []
    if not lines:
        return RuledCell(text="", places=(place,))
    cell = _cell_line(lines[0], place)
    for line in lines[1:]:
        below = _cell_line(line, place)
        broken = _NUMBER_END.search(cell.text) and _NUMBER_GOES_ON.match(below.text)
        between = "" if broken and cell.has_no_room_for(below.text) else "\n"
        cell = replace(below, text=f"{cell.text}{between}{below.text}")
    return cell


def _cell_line(line: dict[str, Any], place: Place) -> RuledCell:
    """A line of a cell as if it were the whole cell."""
    room = place.x1 - place.x0 - (line["x1"] - line["x0"]) - 2 * CELL_MARGIN
    em = max(char["size"] for char in line["chars"])
    return RuledCell(text=line["text"], places=(place,), room=room, em=em)
