"""A saved file read as if its bytes had been captured: the same functions, and nothing stored."""

from __future__ import annotations

import mimetypes
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Role,
)
from archive.index import CaptureRow, body_digest
from archive.records import RecordType, payload_digest
from archive.urlkey import url_key
from extract.attached import READABLE, shown_type
from extract.decode import media_type_of
from extract.errors import ExtractError
from extract.export import Json, reports_in
from extract.file_types import file_type
from extract.files import PAGE_MEDIA
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.pipeline import read_capture
from extract.report import Finding, Outcome
from extract.rows import rows_of
from extract.store import CorpusStore

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of a file: as many as a crawl takes from a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReading:
    """What a file is. ``report`` is the object that an export has, without ``warc``; None when it
    is no report, and ``outcome`` says why.
    """

    url: str
    outcome: Outcome
    report: Json | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a person should look at."""
        return self.outcome.findings


def read_saved(
    path: Path, *, url: str | None = None, bodies: KnownBodies = NONE_KNOWN
) -> SavedReading:
    """Reads a saved page, plain text or document; stores nothing.

    ``url`` is where it was saved from (it places links and the site); by default the file's own
    address. ``bodies`` is what the user says of bodies. Raises ExtractError for a file that cannot
    be opened or is over FILE_LIMIT.
    """
    capture = _as_captured(bytes_of(path), path, url or path.resolve().as_uri())
    outcome = read_capture(capture, bodies)
    report = _as_exported(capture, outcome) if outcome.report else None
    return SavedReading(url=capture.request.url, outcome=outcome, report=report)


def bytes_of(path: Path) -> bytes:
    """A saved file's bytes. Raises ExtractError if it cannot be opened or is over FILE_LIMIT."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise ExtractError(f"cannot read {path}: {error.strerror}; give another FILE") from error
    if len(content) > FILE_LIMIT:
        raise ExtractError(
            f"{path} has over {FILE_LIMIT} bytes, more than a crawl would take from a server; "
            "cut it"
        )
    return content


def _as_captured(content: bytes, path: Path, url: str) -> Capture:
    """The file as a server would have sent it, now; its media type by the file's name."""
    media_type, _ = mimetypes.guess_type(path.name)
    headers = ((b"Content-Type", media_type.encode("ascii")),) if media_type else ()
    return Capture(
        request=CapturedRequest(method="GET", url=url),
        response=CapturedResponse(status=200, headers=headers, body=content),
        captured_at=datetime.now(UTC),
        context=CaptureContext(run_id="", portal_id="", role=Role.REPORT),
        pointer=CapturePointer(
            file="",
            offset=0,
            length=len(content),
            record_id="saved",
            payload_digest=payload_digest(content),
        ),
    )


def readable_type(content: bytes, *, name: str) -> str:
    """The media type of a file by its content, and where that does not tell by its ``name``: of a
    page, of text, or of a document that there is a reader for (extra ``docs``, LibreOffice).

    Raises ExtractError, with what to do, for any other.
    """
    if not content:
        raise ExtractError(f"{name} is empty; give the file that is meant")
    beginning = content[:2048].lower()
    if b"mime-version:" in beginning and b"multipart/related" in beginning:
        raise ExtractError(
            f"{name} is a page saved as MHTML, which is not read; save it as HTML, or as PDF"
        )
    found = media_type_of(content)
    if found in PAGE_MEDIA:
        return found
    kind = file_type(content, found=found, name=name)
    if kind not in READABLE:
        raise ExtractError(
            f"{name} is {shown_type(kind)}, for which there is no reader; save the page or file as "
            "HTML, PDF, DOCX or XLSX"
        )
    return kind


def _as_exported(capture: Capture, outcome: Outcome) -> Json:
    """The report by way of a corpus in memory, so that it is the object that an export has."""
    store = CorpusStore(None)
    try:
        store.add_extractions([rows_of(_row(capture), outcome, capture.response.status)])
        db = store.db.conn
        db.row_factory = sqlite3.Row
        (report,) = reports_in(db)
    finally:
        store.close()
    del report["warc"]
    return report


def _row(capture: Capture) -> CaptureRow:
    return CaptureRow(
        pointer=capture.pointer,
        method=capture.request.method,
        url=capture.request.url,
        url_key=url_key(capture.request.url),
        body_digest=body_digest(b""),
        captured_at=capture.captured_at,
        status=capture.response.status,
        mime=capture.response.header("Content-Type"),
        record_type=RecordType.RESOURCE,
        refers_to=None,
        truncated=None,
        etag=None,
        last_modified=None,
        context=capture.context,
    )
