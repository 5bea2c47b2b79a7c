"""What stands at a place of a capture, read again from its bytes.

A cell's provenance and a figure's offsets say where its raw string stands. Reading that place anew,
without the readers of tables and prose, tells an identity that fails at the source from one that
fails because a cell was taken from the wrong place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lxml import etree

from archive.capture import Capture
from extract import decode
from extract.bounded import bounded
from extract.document import Document, Page
from extract.errors import Undecodable
from extract.files import document_of
from extract.grid import lay_out
from extract.identities import cells_of
from extract.report import Cell, Check, CheckOutcome, Finding
from extract.sentences import say

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

PDF = "application/pdf"


class Source:
    """A capture to be read again, place by place; None for a place that it does not have."""

    def __init__(self, capture: Capture, parts: Sequence[Capture] = ()) -> None:
        """``parts`` are the further ones of a split page."""
        self._capture = capture
        self._parts = parts

    @cached_property
    def _page(self) -> Page:
        return decode.page(self._capture)

    @cached_property
    def _document(self) -> Document:
        return document_of(self._capture, self._parts)

    @cached_property
    def _sources(self) -> dict[str, Source]:
        """The further parts, by the record that a cell of theirs names."""
        return {(one.revisit_of or one.pointer).record_id: Source(one) for one in self._parts}

    def cells(self, provenances: Sequence[str]) -> list[str | None]:
        """The raw string at each cell's provenance. Raises Undecodable as reading does."""
        places = [json.loads(provenance) for provenance in provenances]
        if self._page.media_type == PDF and any("start" not in place for place in places):
            # one process for them all
            return bounded(lambda: list(map(self._of_pdf, places)), what=f"{self._page.url}:")
        return [self._cell(place) for place in places]

    def _cell(self, place: dict[str, Any]) -> str | None:
        if "start" in place:
            return self.passage(place["start"], place["end"])
        if "record" in place:
            part = self._sources.get(place["record"])
            return None if part is None else part._cell_of_page(place)
        if "table" in place and self._page.tree is not None:
            return self._cell_of_page(place)
        return self._cell_of_file(place)

    def passage(self, start: int, end: int) -> str | None:
        """The range of the original text, as figures and cells of text have it."""
        text = self._document.text_original
        return text[start:end] if 0 <= start <= end <= len(text) else None

    def _cell_of_page(self, place: dict[str, Any]) -> str | None:
        """The slot of the table at a DOM path, laid out anew."""
        if self._page.tree is None:
            return None
        found = self._page.tree.getroottree().xpath(place["table"])
        if not isinstance(found, list) or len(found) != 1 or not etree.iselement(found[0]):
            return None
        return _slot(lay_out(found[0]), place["row"], place["column"])

    def _cell_of_file(self, place: dict[str, Any]) -> str | None:
        """The slot of a DOCX's table, or the cell of a sheet."""
        for grid in self._document.grids:
            if "table" in place and grid.dom_path == place["table"]:
                return _slot(grid.rows, place["row"], place["column"])
            for row, places in zip(grid.rows, grid.places, strict=False):
                for raw, there in zip(row, places, strict=True):
                    if there and json.loads(there) == place:
                        return raw
        return None

    @cached_property
    def _pdf(self) -> PdfDocument:
        import pypdfium2

        return pypdfium2.PdfDocument(decode.payload(self._capture))

    def _of_pdf(self, place: dict[str, Any]) -> str | None:
        """What pdfium finds in the box, or in the two of a cell that a page break tore."""
        if "start" in place:
            return self.passage(place["start"], place["end"])
        texts = []
        for part in place.get("parts", [place]):
            page = self._pdf[part["page"] - 1]
            left, bottom, right, top = _in_user_space(page, part["box"])
            found = page.get_textpage()
            texts.append(found.get_text_bounded(left=left, bottom=bottom, right=right, top=top))
        return "".join(texts)


def _in_user_space(page: PdfPage, box: Sequence[float]) -> tuple[float, float, float, float]:
    """Left, bottom, right and top in the page's own space of a box on the page as it is shown,
    which is turned clockwise by its /Rotate (PDF 1.7, table 30).
    """
    x0, y0, x1, y1 = box
    left, bottom, right, top = page.get_mediabox()
    width, height = right - left, top - bottom
    own = {
        0: (x0, height - y1, x1, height - y0),
        90: (y0, x0, y1, x1),
        180: (width - x1, y0, width - x0, y1),
        270: (width - y1, height - x1, width - y0, height - x0),
    }[page.get_rotation()]
    return own[0] + left, own[1] + bottom, own[2] + left, own[3] + bottom


def _slot(rows: tuple[tuple[str | None, ...], ...], row: int, column: int) -> str | None:
    if not 0 <= row < len(rows) or not 0 <= column < len(rows[row]):
        return None
    return rows[row][column]


def is_same(raw: str, found: str | None) -> bool:
    """Whether two readings of a place agree; where a line breaks is layout."""
    return found is not None and "".join(raw.split()) == "".join(found.split())


def misplaced(
    capture: Capture,
    checks: Iterable[Check],
    cells: Iterable[Cell],
    *,
    parts: Sequence[Capture] = (),
) -> tuple[Finding, ...]:
    """Cells of failed identities whose place says something else: a fault of the reading.

    None of them: then the identities fail at the source.
    """
    failed = [check for check in checks if check.outcome is CheckOutcome.FAIL]
    names = {name for check in failed for name in cells_of(check.identity, check.place)}
    compared = [cell for cell in cells if cell.name in names]
    if not compared:
        return ()
    try:
        found = Source(capture, parts).cells([cell.provenance for cell in compared])
    except Undecodable as error:
        message = say("cells_not_read_again", count=len(compared), said=error)
        return (Finding(kind="cell_not_at_its_place", message=message),)
    pairs = zip(compared, found, strict=True)
    return tuple(_finding(cell, there) for cell, there in pairs if not is_same(cell.raw, there))


def _finding(cell: Cell, found: str | None) -> Finding:
    message = say(
        "cell_not_at_its_place",
        cell=cell.name,
        raw=repr(cell.raw[:40]),
        place=cell.provenance,
        said_found=say("nothing_there") if found is None else repr(found[:40]),
    )
    return Finding(kind="cell_not_at_its_place", message=message)
