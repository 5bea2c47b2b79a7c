"""From a capture to its outcome: a pure function, the same live, replayed or re-read."""

from __future__ import annotations

from archive.capture import Capture, Role
from extract import decode, main_content
from extract.document import Document
from extract.errors import Undecodable, UndecodableReason
from extract.reading import read_report
from extract.report import Finding, Outcome, SkipReason

READ_ROLES = (Role.REPORT, Role.ATTACHMENT)
"""The roles whose captures become documents."""

READABLE_MEDIA = ("text/html", "application/xhtml+xml", "text/plain")
"""Media types read so far; what is of another type is named, not dropped."""


def is_document(role: Role, status: int) -> bool:
    """Whether a capture is a document at all: redirects and 1xx are not."""
    return role in READ_ROLES and not 300 <= status < 400


def read_capture(capture: Capture) -> Outcome:
    """Reads one capture. Never raises for what a server sent: that becomes the outcome."""
    status = capture.response.status
    if status != 200:
        return Outcome(skip=SkipReason.HTTP_ERROR, detail=f"the server answered {status}")
    try:
        page = decode.page(capture)
    except Undecodable as error:
        return _undecodable(error)
    if page.media_type not in READABLE_MEDIA:
        detail = f"no reader for {page.media_type} yet"
        finding = Finding(kind=SkipReason.UNSUPPORTED_MEDIA.value, message=detail)
        return Outcome(skip=SkipReason.UNSUPPORTED_MEDIA, detail=detail, findings=(finding,))
    document = main_content.document(page, captured_at=capture.captured_at, pointer=capture.pointer)
    if capture.truncated:
        return _truncated(capture, document)
    return read_report(document, capture.context)


def _truncated(capture: Capture, document: Document) -> Outcome:
    """A cut page may lack a table or a sign-off: its text is kept, no report is made of it."""
    detail = f"the response is not whole ({capture.truncated}); it will be asked for again"
    finding = Finding(kind=SkipReason.TRUNCATED.value, message=detail)
    return Outcome(document=document, skip=SkipReason.TRUNCATED, detail=detail, findings=(finding,))


UNREAD = {
    UndecodableReason.UNSUPPORTED_CODING: SkipReason.UNSUPPORTED_MEDIA,
    UndecodableReason.CORRUPT_CODING: SkipReason.UNDECODABLE,
    UndecodableReason.TOO_LARGE: SkipReason.TOO_LARGE,
    UndecodableReason.NOT_TEXT: SkipReason.UNDECODABLE,
}


def _undecodable(error: Undecodable) -> Outcome:
    reason = UNREAD[error.reason]
    finding = Finding(kind=reason.value, message=str(error))
    return Outcome(skip=reason, detail=str(error), findings=(finding,))
