"""From a decoded page to its document: the whole body and nothing of the page's frame."""

from __future__ import annotations

from datetime import datetime

from archive.capture import CapturePointer
from extract import html_content, outline, plain_text, script
from extract.content import Content, ContentTable
from extract.document import Document, Grid, Page, Span


def document(
    page: Page,
    *,
    captured_at: datetime | None = None,
    pointer: CapturePointer | None = None,
) -> Document:
    """Reads a page of HTML or plain text; any other media type gives an empty document.

    Never raises for what the page says: what is odd is in ``notes``.
    """
    content = _content(page)
    original, ranges = _joined(content)
    written_in = script.detect(content.title + original)
    text, alignment = script.normalise(original, written_in)
    spans = _spans_by_lines(text, ranges)
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
            Grid(rows=table.rows, span=span, dom_path=table.dom_path)
            for table, span in zip(tables, spans, strict=True)
            if table.rows
        ),
        table_spans=spans,
        metadata=content.metadata,
        attachments=content.attachments,
        media_type=page.media_type,
        charset=page.charset,
        captured_at=captured_at,
        pointer=pointer,
        notes=(*page.notes, *content.notes),
    )


def _content(page: Page) -> Content:
    if page.tree is not None:
        return html_content.content(page)
    return plain_text.content(page.text)


def _joined(content: Content) -> tuple[str, list[tuple[int, int]]]:
    """The original text, and for each table its first line and the line after its last."""
    lines: list[str] = []
    ranges = []
    for part in content.parts:
        if isinstance(part, str):
            lines.append(part)
        else:
            ranges.append((len(lines), len(lines) + len(part.lines)))
            lines.extend(part.lines)
    return "\n".join(lines), ranges


def _spans_by_lines(text: str, ranges: list[tuple[int, int]]) -> tuple[Span, ...]:
    """Ranges of lines as offsets: normalising a text keeps its lines."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return tuple(Span(starts[first], starts[after] - 1) for first, after in ranges)
