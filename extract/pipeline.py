"""From a capture to its outcome: a pure function, the same live, replayed or re-read."""

from __future__ import annotations

from dataclasses import replace

from archive.capture import Capture, Truncation
from extract import decode, main_content
from extract.attached import read_file
from extract.attachments import files_of
from extract.document import Document
from extract.errors import Undecodable, UndecodableReason
from extract.file_types import file_name
from extract.reading import read_report
from extract.report import Finding, Outcome, SkipReason

PAGE_MEDIA = ("text/html", "application/xhtml+xml", "text/plain")
"""Media types read as pages; all others are files."""


def read_capture(capture: Capture) -> Outcome:
    """Reads one capture. Never raises for what a server sent: that becomes the outcome."""
    outcome = _read(capture)
    return replace(outcome, files=files_of(outcome, capture.context))


def _read(capture: Capture) -> Outcome:
    status = capture.response.status
    if status != 200:
        return Outcome(skip=SkipReason.HTTP_ERROR, detail=f"the server answered {status}")
    if capture.truncated is Truncation.LENGTH:
        return _not_read(SkipReason.TOO_LARGE, "more bytes than one response may have; it was cut")
    try:
        document = document_of(capture)
    except Undecodable as error:
        return _truncated(capture, None) if capture.truncated else _undecodable(error)
    if capture.truncated:
        return _truncated(capture, document)
    return read_report(document, capture.context)


def document_of(capture: Capture) -> Document:
    """The document that a capture holds, page or file. Raises Undecodable with the reason."""
    page = decode.page(capture)
    at, pointer = capture.captured_at, capture.pointer
    if page.media_type in PAGE_MEDIA:
        return main_content.document(page, captured_at=at, pointer=pointer)
    name = file_name(page.url, capture.response.header("Content-Disposition"))
    reading = read_file(decode.payload(capture), found=page.media_type, name=name, url=page.url)
    page = replace(page, media_type=reading.media_type)
    return main_content.document_of(page, reading.content, captured_at=at, pointer=pointer)


def _truncated(capture: Capture, document: Document | None) -> Outcome:
    """A cut page may lack a table or a sign-off: its text is kept, no report is made of it."""
    detail = f"the response is not whole ({capture.truncated}); it will be asked for again"
    finding = Finding(kind=SkipReason.TRUNCATED.value, message=detail)
    return Outcome(document=document, skip=SkipReason.TRUNCATED, detail=detail, findings=(finding,))


UNREAD = {
    UndecodableReason.UNSUPPORTED_CODING: SkipReason.UNSUPPORTED_MEDIA,
    UndecodableReason.CORRUPT_CODING: SkipReason.UNDECODABLE,
    UndecodableReason.TOO_LARGE: SkipReason.TOO_LARGE,
    UndecodableReason.NOT_TEXT: SkipReason.UNDECODABLE,
    UndecodableReason.DAMAGED: SkipReason.UNDECODABLE,
    UndecodableReason.TOO_DEEP: SkipReason.UNDECODABLE,
    UndecodableReason.TOO_SLOW: SkipReason.EXTRACTOR_TIMEOUT,
    UndecodableReason.CRASHED: SkipReason.EXTRACTOR_CRASHED,
    UndecodableReason.ENCRYPTED: SkipReason.ENCRYPTED,
    UndecodableReason.NO_TEXT_LAYER: SkipReason.PDF_WITHOUT_TEXT,
    UndecodableReason.UNSUPPORTED_MEDIA: SkipReason.UNSUPPORTED_MEDIA,
    UndecodableReason.READER_MISSING: SkipReason.READER_MISSING,
}


def _undecodable(error: Undecodable) -> Outcome:
    return _not_read(UNREAD[error.reason], str(error))


def _not_read(reason: SkipReason, detail: str) -> Outcome:
    finding = Finding(kind=reason.value, message=detail)
    return Outcome(skip=reason, detail=detail, findings=(finding,))
