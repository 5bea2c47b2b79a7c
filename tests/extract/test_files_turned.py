"""Pages that are shown turned, or whose box does not begin at zero: read and found again."""

from __future__ import annotations

import io

import pytest
from captured_files import capture_of
from pdf_writer import FONT
from reportlab.pdfgen.canvas import Canvas

from extract.files import document_of
from extract.read_again import Source, is_same

ROWS = [
    ["第二十条第（一）项", "", "", ""],
    ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
    ["规章", "1", "2", "3"],
    ["行政规范性文件", "4", "5", "61"],
]
# what turns the drawing back, on a sheet of 595 by 842 points
UPRIGHT = {0: (0, 0, 0), 90: (595, 0, 90), 180: (595, 842, 180), 270: (0, 842, 270)}


def turned(rotation: int) -> bytes:
    """A table drawn upright on a page that is shown turned by so many degrees."""
    file = io.BytesIO()
    # reportlab gives the size as it is shown
    size = (842, 595) if rotation in (90, 270) else (595, 842)
    canvas = Canvas(file, pagesize=size, invariant=1)
    canvas.setPageRotation(rotation)
    x, y, degrees = UPRIGHT[rotation]
    canvas.translate(x, y)
    canvas.rotate(degrees)
    canvas.setFont(FONT, 12)
    canvas.drawString(60, 500, "康县2022年政府信息公开工作年度报告")
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            canvas.rect(60 + column * 120, 400 - row * 40, 120, 40)
            canvas.drawString(70 + column * 120, 412 - row * 40, text)
    canvas.save()
    return file.getvalue()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_figures_of_a_turned_page_are_found_again(rotation: int) -> None:
    """Digits only: of this font, which is not embedded, pdfium reads little else when turned."""
    capture = capture_of(turned(rotation))
    (grid,) = document_of(capture).grids
    assert [list(row) for row in grid.rows] == ROWS
    cells = [
        (raw, place)
        for row, places in zip(grid.rows[2:], grid.places[2:], strict=True)
        for raw, place in list(zip(row, places, strict=True))[1:]
    ]
    found = Source(capture).cells([place for _, place in cells])
    assert len(found) == 6
    for (raw, place), there in zip(cells, found, strict=True):
        assert is_same(str(raw), there), place
