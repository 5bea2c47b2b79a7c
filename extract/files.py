"""The document that a capture holds, whatever it is: a page, plain text, or a file."""

from __future__ import annotations

from dataclasses import replace

from archive.capture import Capture
from extract import decode, main_content
from extract.attached import read_file
from extract.document import Document
from extract.file_types import file_name

PAGE_MEDIA = ("text/html", "application/xhtml+xml", "text/plain")
"""Media types read as pages; all others are files."""


def document_of(capture: Capture) -> Document:
    """The document that a capture holds, page or file. Raises Undecodable with the reason."""
    page = decode.page(capture)
    at, pointer = capture.captured_at, capture.pointer
    if page.media_type in PAGE_MEDIA:
        return main_content.document(page, captured_at=at, pointer=pointer)
    name = file_name(page.url, capture.response.header("Content-Disposition"))
    reading = read_file(decode.payload(capture), found=page.media_type, name=name, url=page.url)
    declared = decode.declared_type(capture.response.header("Content-Type"))
    if page.media_type in decode.CONTAINERS and declared not in (None, reading.media_type):
        note = f"media type {declared} declared, {reading.media_type} found"
        page = replace(page, notes=(*page.notes, note))
    page = replace(page, media_type=reading.media_type)
    return main_content.document_of(page, reading.content, captured_at=at, pointer=pointer)
