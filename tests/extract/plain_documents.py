"""Documents made from plain text, for the tests of what is read from a document."""

from __future__ import annotations

import re

from archive.capture import CaptureContext
from extract.document import Alignment, Document, PageMetadata, Span
from extract.outline import sections
from extract.script import detect, normalise

NO_CONTEXT = CaptureContext(run_id="20260101000000-00000000", portal_id="test")


def document_of(
    text: str,
    *,
    title: str | None = None,
    metadata: PageMetadata | None = None,
    url: str = "http://127.0.0.1/report.html",
    **more: object,
) -> Document:
    """A document of plain text: its title is the first line that has 报告 or 年报 in it."""
    script = detect(text)
    normal, alignment = normalise(text, script)
    spans = table_spans(normal)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    titled = [line for line in lines[:6] if re.search("[报報]告|年[报報]", line) and len(line) < 60]
    named = [line for line in titled if re.search(r"\d{4}", line)]
    fields: dict[str, object] = {
        "url": url,
        "title": title if title is not None else (named or titled or lines or [""])[0],
        "text": normal,
        "text_original": text,
        "alignment": alignment,
        "script": script,
        "sections": sections(normal, spans),
        "table_spans": spans,
        "metadata": metadata or PageMetadata(),
    }
    return Document(**{**fields, **more})  # type: ignore[arg-type]


def table_spans(text: str) -> tuple[Span, ...]:
    """Runs of lines with a cell bar, as flattened tables stand in text."""
    spans: list[Span] = []
    position = 0
    for line in text.split("\n"):
        end = position + len(line)
        if "|" in line:
            if spans and spans[-1].end == position - 1:
                spans[-1] = Span(spans[-1].start, end)
            else:
                spans.append(Span(position, end))
        position = end + 1
    return tuple(spans)


def identity(text: str) -> Alignment:
    """The alignment of a text with itself."""
    return Alignment((0,), (0,), len(text), len(text))
