"""From a capture to its outcome: a pure function, the same live, replayed or re-read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archive.capture import Capture, Truncation
from extract.attachments import files_of
from extract.blocking import Block, find_block
from extract.document import STATUTORY, Document
from extract.errors import Undecodable, UndecodableReason
from extract.file_of_page import LinkingPage, read_file_report
from extract.files import document_of
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.read_again import misplaced
from extract.reading import read_report
from extract.report import Finding, Outcome, SkipReason
from extract.sentences import say
from extract.skipping import PARTS_LEAST


def read_capture(
    capture: Capture,
    bodies: KnownBodies = NONE_KNOWN,
    *,
    page: LinkingPage | None = None,
    parts: Sequence[Capture] = (),
) -> Outcome:
    """Reads one capture, its body as the user knows it. ``page`` is what links a file; None for a
    page, and where the archive lacks it. ``parts`` are the further ones of a split page.

    Never raises for what a server sent: that becomes the outcome.
    """
    outcome = _read(capture, bodies, page, parts)
    return replace(outcome, files=files_of(outcome, capture.context))


def read_part(capture: Capture, page_url: str) -> Outcome:
    """A further part of a split page: its text, which is read as a report with the page's alone."""
    document = _document(capture)
    if isinstance(document, Outcome):
        return document
    if (block := find_block(capture)) is not None:
        return _blocked(block, document)
    detail = f"a further part of {page_url}, read with it"
    return Outcome(document=document, skip=SkipReason.PART_OF_REPORT, detail=detail)


def _read(
    capture: Capture, bodies: KnownBodies, page: LinkingPage | None, parts: Sequence[Capture]
) -> Outcome:
    document = _document(capture, parts)
    if isinstance(document, Outcome):
        return document
    if page is None:
        outcome = read_report(document, capture.context, bodies)
    else:
        outcome = read_file_report(document, capture.context, page, bodies)
    if not _holds_what_was_asked(outcome) and (block := find_block(capture)) is not None:
        return _blocked(block, document)
    if (report := outcome.report) is None:
        return outcome
    wrong = misplaced(capture, report.checks, report.cells, parts=parts)
    return replace(outcome, findings=(*outcome.findings, *wrong)) if wrong else outcome


def _document(capture: Capture, parts: Sequence[Capture] = ()) -> Document | Outcome:
    """The whole document of a capture; what became of it where it cannot be had."""
    status = capture.response.status
    if status != 200:
        if (block := find_block(capture)) is not None:
            return _blocked(block, None)
        return Outcome(skip=SkipReason.HTTP_ERROR, detail=say("server_answered", status=status))
    if capture.truncated is Truncation.LENGTH:
        return _not_read(SkipReason.TOO_LARGE, "more bytes than one response may have; it was cut")
    try:
        document = document_of(capture, parts)
    except Undecodable as error:
        if (block := find_block(capture)) is not None:  # a refusal in JSON
            return _blocked(block, None)
        return _truncated(capture, None) if capture.truncated else _undecodable(error)
    return _truncated(capture, document) if capture.truncated else document


NOTHING_OF_A_REPORT = frozenset(
    {
        *(SkipReason.NOT_A_REPORT, SkipReason.EMPTY, SkipReason.SOFT_404, SkipReason.NEWS),
        *(SkipReason.NO_YEAR, SkipReason.NO_BODY, SkipReason.BLANK_FORM),
    }
)
"""Outcomes that a page may have because it is not the page that was asked for."""


def _holds_what_was_asked(outcome: Outcome) -> bool:
    """Whether a page is for sure the one that was asked for. The title of its row lends a year and
    a body to any text, so a report is taken on trust only with parts of its own.
    """
    if outcome.report is None:
        return outcome.skip not in NOTHING_OF_A_REPORT
    kinds = {section.kind for section in outcome.report.sections}
    return bool(outcome.report.cells) or len(kinds & STATUTORY) >= PARTS_LEAST


def _blocked(block: Block, document: Document | None) -> Outcome:
    """Kept with what was served; no report is made of it."""
    return Outcome(
        document=document,
        skip=SkipReason.BLOCKED,
        detail=f"{block.kind.value}: {block.detail}",
        findings=(block.finding(),),
    )


def _truncated(capture: Capture, document: Document | None) -> Outcome:
    """A cut page may lack a table or a sign-off: its text is kept, no report is made of it."""
    detail = say("response_cut", how=capture.truncated)
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
