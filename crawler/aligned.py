"""Columns of text for a terminal: any number of rows in little time, no line cut or folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from crawler.terminal import shown

GAP = "  "
WIDEST = 60
"""Columns of the terminal up to which a column is filled with blanks; longer values run on."""


def aligned(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """A line for the heading and for each row, safe on a terminal; the last column is not filled.

    Chinese characters take two columns of a terminal. None is shown as a dash.
    """
    lines = [tuple(heading), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(min(cell_len(line[n]), WIDEST) for line in lines) for n in range(len(heading))]
    for line in lines:
        cells = zip(line, widths, strict=True)
        yield GAP.join(cell + " " * (width - cell_len(cell)) for cell, width in cells).rstrip()
