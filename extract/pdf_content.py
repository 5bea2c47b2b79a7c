"""The body of a PDF: its text in reading order, its ruled tables as grids.

pdfium opens it first: it is quick and hardened, and says how many pages there are and whether
they have text; pdfplumber then gives lines and rules.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from extract.content import Content, ContentTable
from extract.errors import Undecodable, UndecodableReason
from extract.file_content import file_content
from extract.pdf_layout import Line, paragraphs, running_lines
from extract.pdf_tables import (
    WRAP_ROOM,
    Place,
    RuledCell,
    RuledTable,
    content_table,
    is_data,
    joined,
    ruled_table,
)

if TYPE_CHECKING:
    from pdfplumber.page import Page as PdfPage
    from pdfplumber.table import Table

PAGES_LIMIT = 300
"""Pages of a report; the longest seen has 40."""

TEXT_LEAST = 30
"""Characters below which a PDF says nothing: it is scanned, or its text is drawn."""

WORD_GAP = 0.35
"""Share of a character's size that parts two words. The room that Word leaves between digits and
ideographs is a quarter and stands for nothing."""

THIN = 3.0
"""Points up to which a filled rectangle is a rule; thicker ones are backgrounds."""

_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff]")


def pdf_content(body: bytes) -> Content:
    """The content of a PDF. Raises Undecodable with the reason; anything else for damaged ones."""
    pages = _pages_with_text(body)
    parts, notes = _read(body)
    return file_content(parts, notes=(*_textless(pages), *notes))


def _pages_with_text(body: bytes) -> list[int]:
    """How many characters each page has. Raises Undecodable where there is nothing to read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            text, reason = "is encrypted and asks for a password", UndecodableReason.ENCRYPTED
        else:
            text, reason = f"is damaged ({error})", UndecodableReason.DAMAGED
        raise Undecodable(text, reason=reason) from None
    if len(document) > PAGES_LIMIT:
        text = f"has {len(document)} pages, the limit is {PAGES_LIMIT}"
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    counts = [_characters(document, index) for index in range(len(document))]
    if sum(counts) < TEXT_LEAST:
        text = f"has no text layer: {len(counts)} pages, {sum(counts)} characters"
        raise Undecodable(text, reason=UndecodableReason.NO_TEXT_LAYER)
    return counts


def _characters(document: Any, index: int) -> int:  # noqa: ANN401 - pdfium's wrapper
    page = document[index]
    text = page.get_textpage()
    count = len("".join(text.get_text_range().split()))
    text.close()
    page.close()
    return count


def _textless(counts: list[int]) -> Iterator[str]:
    pages = [str(number) for number, count in enumerate(counts, start=1) if not count]
    if pages:
        yield f"no text on page {', '.join(pages[:10])} of {len(counts)}; look at the picture there"


def _read(body: bytes) -> tuple[list[str | ContentTable], list[str]]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(body)) as document:
        pages = [_page_parts(page) for page in document.pages]
    lines = [part for page in pages for part in page if isinstance(part, Line)]
    _refuse_unmapped(lines, pages)
    running = running_lines(lines)
    flow: list[Line | RuledTable] = []
    for page in pages:
        for part in page:
            if part in running:
                continue
            above = flow[-1] if flow else None
            if isinstance(part, RuledTable) and isinstance(above, RuledTable):
                whole = joined(above, part)
                if whole is not None:
                    flow[-1] = whole
                    continue
            flow.append(part)
    return _parts(flow), []


def _refuse_unmapped(lines: list[Line], pages: list[list[Line | RuledTable]]) -> None:
    """Fonts without a mapping to Unicode give codes, not characters."""
    text = "".join(line.text for line in lines)
    text += "".join(
        cell.text
        for page in pages
        for part in page
        if isinstance(part, RuledTable)
        for row in part.rows
        for cell in row
        if cell
    )
    unmapped = len(_UNMAPPED.findall(text))
    if unmapped * 5 > len(_UNMAPPED.sub("#", text)):
        what = f"has fonts without a mapping to Unicode: {unmapped} characters are codes"
        raise Undecodable(what, reason=UndecodableReason.NO_TEXT_LAYER)


def _parts(flow: list[Line | RuledTable]) -> list[str | ContentTable]:
    """Lines between tables as paragraphs, tables as content."""
    every = [part for part in flow if isinstance(part, Line)]
    texts = iter(paragraphs_between(flow, every))
    return list(texts)


def paragraphs_between(
    flow: list[Line | RuledTable], every: list[Line]
) -> Iterator[str | ContentTable]:
    """Runs of lines joined to paragraphs, with the margins of the whole document."""
    run: list[Line] = []
    for part in flow:
        if isinstance(part, Line):
            run.append(part)
            continue
        yield from paragraphs(run, among=every)
        run = []
        yield content_table(part)
    yield from paragraphs(run, among=every)


def _page_parts(page: PdfPage) -> list[Line | RuledTable]:
    """Lines and tables of a page from top to bottom. Frees what the page holds."""
    page = page.dedupe_chars(tolerance=1)  # bold made by printing twice
    ruled = page.filter(_is_rule_or_text)
    tables = [
        (table, found)
        for found in ruled.find_tables()
        if (table := _table(page, found)) is not None
    ]
    boxes = [found.bbox for _, found in tables]
    outside = page.filter(lambda item: item["object_type"] != "char" or not _inside(item, boxes))
    parts: list[tuple[float, Line | RuledTable]] = [
        (found.bbox[1], table) for table, found in tables
    ]
    parts += [(line.top, line) for line in _lines(outside)]
    page.close()
    return [part for _, part in sorted(parts, key=lambda placed: placed[0])]


def _is_rule_or_text(item: dict[str, Any]) -> bool:
    """Whether an object may rule a table: a background is no rule."""
    if item["object_type"] != "rect" or item.get("stroke"):
        return True
    return bool(min(item["width"], item["height"]) <= THIN)


def _inside(item: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(x0 <= x < x1 and top <= y < bottom for x0, top, x1, bottom in boxes)


def _lines(page: PdfPage) -> list[Line]:
    found = page.extract_text_lines(x_tolerance_ratio=WORD_GAP)
    return [
        Line(
            text=line["text"],
            page=page.page_number,
            x0=line["x0"],
            x1=line["x1"],
            top=line["top"],
            bottom=line["bottom"],
            size=max(char["size"] for char in line["chars"]),
            height=float(page.height),
        )
        for line in found
        if line["text"].strip()
    ]


def _table(page: PdfPage, found: Table) -> RuledTable | None:
    inside = page.filter(lambda item: item["object_type"] == "char" and _inside(item, [found.bbox]))
    chars = inside.chars
    table = ruled_table([_cell(page, box, chars) for box in found.cells])
    return table if table is not None and is_data(table) else None


def _cell(page: PdfPage, box: tuple[float, float, float, float], chars: list[Any]) -> RuledCell:
    from pdfplumber.utils.text import extract_text

    x0, top, x1, bottom = box
    own = [char for char in chars if _inside(char, [box])]
    lines = extract_text(own, x_tolerance_ratio=WORD_GAP).split("\n") if own else [""]
    place = Place(page=page.page_number, x0=x0, top=top, x1=x1, bottom=bottom)
    full = bool(own) and max(char["x1"] for char in own) > x1 - WRAP_ROOM
    text = "\n".join(line.strip() for line in lines)
    if full:  # digits that a narrow cell broke are one number
        text = re.sub(r"(?<=\d)\n(?=[\d.])", "", text)
    last = [char for char in own if char["bottom"] > max(c["bottom"] for c in own) - 3]
    wraps = bool(last) and max(char["x1"] for char in last) > x1 - WRAP_ROOM
    return RuledCell(text=text, places=(place,), wraps=wraps)
