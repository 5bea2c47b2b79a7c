"""From a capture to its outcome: a pure function, the same live, replayed or re-read."""

from __future__ import annotations

from dataclasses import replace

from archive.capture import Capture, Truncation
from extract.attachments import files_of
from extract.document import Document
from extract.errors import Undecodable, UndecodableReason
from extract.file_of_page import LinkingPage, read_file_report
from extract.files import document_of
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.read_again import misplaced
from extract.reading import read_report
from extract.report import Finding, Outcome, SkipReason


def read_capture(
    capture: Capture, bodies: KnownBodies = NONE_KNOWN, *, page: LinkingPage | None = None
) -> Outcome:
    """Reads one capture, its body as the user knows it. ``page`` is what links a file; None for a
    page, and where the archive lacks it.

    Never raises for what a server sent: that becomes the outcome.
    """
    outcome = _read(capture, bodies, page)
    return replace(outcome, files=files_of(outcome, capture.context))


def _read(capture: Capture, bodies: KnownBodies, page: LinkingPage | None) -> Outcome:
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
    if page is None:
        outcome = read_report(document, capture.context, bodies)
    else:
        outcome = read_file_report(document, capture.context, page, bodies)
    if (report := outcome.report) is None:
        return outcome
    wrong = misplaced(capture, report.checks, report.cells)
    return replace(outcome, findings=(*outcome.findings, *wrong)) if wrong else outcome


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
