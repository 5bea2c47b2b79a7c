"""The document that a capture holds, whatever it is: a page, plain text, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archive.capture import Capture
from extract import decode, main_content
from extract.attached import read_file
from extract.document import Document
from extract.file_types import file_name
from extract.joined_article import joined
from extract.sentences import say

PAGE_MEDIA = ("text/html", "application/xhtml+xml", "text/plain")
"""Media types read as pages; all others are files."""


def document_of(capture: Capture, parts: Sequence[Capture] = ()) -> Document:
    """The document that a capture holds, page or file, with the further ``parts`` of a page that
    is split. Raises Undecodable with the reason.
    """
    page = decode.page(capture)
    at, pointer = capture.captured_at, capture.pointer
    if page.media_type in PAGE_MEDIA:
        content = main_content.content_of(page)
        if parts:
            content = joined(page, content, parts)
        return main_content.document_of(page, content, captured_at=at, pointer=pointer)
    name = file_name(page.url, capture.response.header("Content-Disposition"))
    reading = read_file(decode.payload(capture), found=page.media_type, name=name, url=page.url)
    declared = decode.declared_type(capture.response.header("Content-Type"))
    if page.media_type in decode.CONTAINERS and declared not in (None, reading.media_type):
        note = say("note_media_type", declared=declared, found=reading.media_type)
        page = replace(page, notes=(*page.notes, note))
    page = replace(page, media_type=reading.media_type)
    return main_content.document_of(page, reading.content, captured_at=at, pointer=pointer)
