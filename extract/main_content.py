"""From a decoded page to its document: the whole body and nothing of the page's frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.capture import CapturePointer
from extract import html_content, outline, plain_text, script
from extract.content import Content, ContentTable
from extract.document import Document, Grid, Page, Span
from extract.sentences import say

TEXT_LIMIT = 2_000_000
"""Characters of a body; the longest report seen has 30,000. What is beyond is cut, with a note."""

CUT = say("note_body_cut", most=TEXT_LIMIT)


def document(
    page: Page,
    *,
    captured_at: datetime | None = None,
    pointer: CapturePointer | None = None,
) -> Document:
    """Reads a page of HTML or plain text; any other media type gives an empty document.

    Never raises for what the page says: what is odd is in ``notes``.
    """
    return document_of(page, content_of(page), captured_at=captured_at, pointer=pointer)


def document_of(
    page: Page,
    content: Content,
    *,
    captured_at: datetime | None = None,
    pointer: CapturePointer | None = None,
) -> Document:
    """The document of content, whatever it was read from; ``page`` says where it came from."""
    joined = _joined(content)
    original = joined.text
    cut = (CUT,) if joined.cut else ()
    written_in = script.detect(content.title + original)
    text, alignment = script.normalise(original, written_in)
    spans = _spans_by_lines(text, joined.table_lines)
    tables = [part for part in content.parts if isinstance(part, ContentTable)]
    return Document(
        url=page.url,
        title=content.title,
        text=text,
        text_original=original,
        alignment=alignment,
        script=written_in,
        sections=outline.sections(text, spans),
        grids=tuple(
            Grid(rows=table.rows, span=span, dom_path=table.dom_path, places=table.places)
            for table, span in zip(tables, spans, strict=False)
            if table.rows
        ),
        table_spans=spans,
        metadata=content.metadata,
        attachments=content.attachments,
        pictures=content.pictures,
        further=content.further,
        requisites=content.requisites,
        media_type=page.media_type,
        charset=page.charset,
        captured_at=captured_at,
        pointer=pointer,
        notes=(*page.notes, *content.notes, *cut),
    )


def content_of(page: Page) -> Content:
    """The body of a page of HTML or plain text."""
    if page.tree is not None:
        return html_content.content(page)
    return plain_text.content(page.text)


@dataclass(frozen=True, slots=True)
class _Joined:
    """The original text; for each table its first line and the line after its last."""

    text: str
    table_lines: tuple[tuple[int, int], ...]
    cut: bool


def _joined(content: Content) -> _Joined:
    """The parts as one text, up to TEXT_LIMIT: no table is begun that does not fit."""
    lines: list[str] = []
    ranges: list[tuple[int, int]] = []
    room = TEXT_LIMIT
    for part in content.parts:
        if isinstance(part, str):
            lines.append(part[:room])
            room -= len(part) + 1
        else:
            room -= sum(len(line) + 1 for line in part.lines)
            if room >= 0:
                ranges.append((len(lines), len(lines) + len(part.lines)))
                lines.extend(part.lines)
        if room < 0:
            break
    return _Joined("\n".join(lines), tuple(ranges), cut=room < 0)


def _spans_by_lines(text: str, ranges: tuple[tuple[int, int], ...]) -> tuple[Span, ...]:
    """Ranges of lines as offsets: normalising a text keeps its lines."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return tuple(Span(starts[first], starts[after] - 1) for first, after in ranges)
