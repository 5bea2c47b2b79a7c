"""The body of a PDF: its text in reading order, its ruled tables as grids.

pdfium opens it first: it is quick and hardened, and says how many pages there are and whether
they have text; pdfplumber then gives lines and rules.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from extract.content import Content, ContentTable
from extract.errors import Undecodable, UndecodableReason
from extract.file_content import file_content
from extract.pdf_columns import with_unruled
from extract.pdf_layout import Line, paragraphs, running_lines
from extract.pdf_page import page_parts
from extract.pdf_streams import refuse_bombs
from extract.pdf_tables import RuledTable, content_table, joined
from extract.sentences import say

PAGES_LIMIT = 300
"""Pages of a report; the longest seen has 40."""

TEXT_LEAST = 30
"""Characters below which a PDF says nothing: it is scanned, or its text is drawn."""

END_WITHIN = 64 * 1024
"""Bytes from the end in which %%EOF stands; some servers append a page to a file."""

_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff]")

Part = Line | RuledTable


def pdf_content(body: bytes) -> Content:
    """The content of a PDF. Raises Undecodable with the reason; anything else for damaged ones."""
    _refuse_unreadable(body)
    pages = _pages(body)
    texts = ["".join(piece for part in page for piece in _texts(part)) for page in pages]
    _refuse_silent(texts)
    return file_content(list(_parts(_flow(pages))), notes=tuple(_textless(texts)))


def _refuse_unreadable(body: bytes) -> None:
    """Raises Undecodable where there is nothing to read, or too much."""
    import pypdfium2

    if b"%%EOF" not in body[-END_WITHIN:]:
        text = say("pdf_cut")
        raise Undecodable(text, reason=UndecodableReason.DAMAGED)
    refuse_bombs(body)
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            text, reason = say("is_encrypted"), UndecodableReason.ENCRYPTED
        else:
            text, reason = say("is_damaged", error=error), UndecodableReason.DAMAGED
        raise Undecodable(text, reason=reason) from None
    if len(document) > PAGES_LIMIT:
        text = say("pdf_pages", count=len(document), limit=PAGES_LIMIT)
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    if not any(_has_text(document, index) for index in range(len(document))):
        text = say("pdf_no_characters", count=len(document))
        raise Undecodable(text, reason=UndecodableReason.NO_TEXT_LAYER)


def _has_text(document: Any, index: int) -> bool:  # noqa: ANN401 - pdfium's wrapper
    page = document[index]
    text = page.get_textpage()
    found = bool(text.count_chars())
    text.close()
    page.close()
    return found


def _textless(texts: list[str]) -> Iterator[str]:
    pages = [str(number) for number, text in enumerate(texts, start=1) if not text]
    if pages:
        yield say("note_no_text_on_pages", pages=", ".join(pages[:10]), count=len(texts))


def _pages(body: bytes) -> list[list[Part]]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(body)) as document:
        return [page_parts(page) for page in document.pages]


def _refuse_silent(texts: list[str]) -> None:
    """Raises Undecodable for a scan with next to no text, and for fonts without a mapping to
    Unicode, which give codes, not characters.
    """
    text = "".join("".join(texts).split())
    unmapped = len(_UNMAPPED.findall(text))
    if unmapped * 5 > len(_UNMAPPED.sub("#", text)):
        what = say("pdf_unmapped", count=unmapped)
        raise Undecodable(what, reason=UndecodableReason.NO_TEXT_LAYER)
    if len(text) < TEXT_LEAST:
        what = say("pdf_few_characters", count=len(texts), characters=len(text))
        raise Undecodable(what, reason=UndecodableReason.NO_TEXT_LAYER)


def _texts(part: Part) -> Iterator[str]:
    if isinstance(part, Line):
        yield part.text
    else:
        yield from (cell.text for row in part.rows for cell in row if cell)


def _flow(pages: list[list[Part]]) -> list[Part]:
    """All parts in order, without running lines; tables that go on over a page put together. A
    row that then stands alone is no table.
    """
    running = running_lines([part for page in pages for part in page if isinstance(part, Line)])
    flow: list[Part] = []
    for part in (part for page in pages for part in _with_unruled(page, running)):
        above = flow[-1] if flow else None
        if isinstance(part, RuledTable) and isinstance(above, RuledTable):
            whole = joined(above, part)
            if whole is not None:
                flow[-1] = whole
                continue
        flow.append(part)
    return [piece for part in flow for piece in _unless_alone(part)]


def _with_unruled(page: list[Part], running: set[Line]) -> Iterator[Part]:
    """A page's parts without running lines, rows of figures among the lines as tables."""
    run: list[Line] = []
    for part in (part for part in page if part not in running):
        if isinstance(part, Line):
            run.append(part)
            continue
        yield from with_unruled(run)
        run = []
        yield part
    yield from with_unruled(run)


def _unless_alone(part: Part) -> Iterable[Part]:
    alone = isinstance(part, RuledTable) and len(part.rows) < 2
    return part.lines if isinstance(part, RuledTable) and alone else (part,)


def _parts(flow: list[Part]) -> Iterator[str | ContentTable]:
    """Runs of lines joined to paragraphs, by the margins of the whole document; tables between."""
    every = [part for part in flow if isinstance(part, Line)]
    run: list[Line] = []
    for part in flow:
        if isinstance(part, Line):
            run.append(part)
            continue
        yield from paragraphs(run, among=every)
        run = []
        yield content_table(part)
    yield from paragraphs(run, among=every)
