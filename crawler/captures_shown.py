"""One capture out of the archive, and in what form: its bytes, its text, or a citation of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from archive.capture import CapturePointer
from archive.errors import RecordNotFound
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.records import RecordType
from archive.rows import CaptureRow
from crawler.errors import CrawlerError
from crawler.terminal import shown
from extract.files import document_of

_DIGEST = re.compile(r"(sha1|sha256|sha512|md5):[A-Za-z0-9]+")
_FOURTEEN = re.compile(r"\d{14}")


class Form(StrEnum):
    """What a capture is given as."""

    PAYLOAD = "payload"
    RECORD = "record"
    TEXT = "text"
    CITATION = "citation"


def moment(text: str) -> datetime:
    """A moment as a person writes it, in UTC: ISO 8601 (without a zone it is UTC), or the 14 digits
    of an archived address. Raises CrawlerError for anything else.
    """
    form = f"{text[:8]}T{text[8:]}" if _FOURTEEN.fullmatch(text) else text
    try:
        found = datetime.fromisoformat(form)
    except ValueError:
        raise CrawlerError(
            f"{text!r} is no time: write 2026-11-25T08:30:00+08:00, 2026-11-25 (midnight UTC), "
            "or 20261125083000 (UTC)"
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def captures_of(index: ArchiveIndex, target: str) -> Iterator[CaptureRow]:
    """The captures of an address, of a payload digest (``sha1:…``), or the one with a record id, in
    order. Empty when the archive has none.
    """
    if target.startswith("urn:"):
        row = index.find(target)
        return iter(() if row is None else (row,))
    if _DIGEST.fullmatch(target):
        return index.iter_captures(payload_digest=target)
    return index.iter_captures(url=target)


def nearest(rows: Iterator[CaptureRow], at: datetime | None) -> CaptureRow | None:
    """The capture nearest to a moment, the earlier of two as near (as Memento's TimeGate may,
    RFC 7089 §4.1); the latest without a moment. None of none.
    """
    if at is None:
        return max(rows, key=lambda row: (row.ordered_at, row.pointer.record_id), default=None)
    return min(rows, key=lambda row: (abs(row.captured_at - at), row.captured_at), default=None)


def given_as(reader: ArchiveReader, row: CaptureRow, form: Form) -> bytes:
    """A capture as ``form`` says, text in UTF-8.

    The payload is the transfer-decoded body with its content coding kept, of which the payload
    digest is; that of a revisit is its original's. Raises DamagedRecord, RecordNotFound, and
    Undecodable for what holds no text.
    """
    if form is Form.RECORD:
        return reader.record(row)
    if form is Form.CITATION:
        return (citation(row, reader) + "\n").encode("utf-8", "replace")
    capture = reader.capture(row)
    if form is Form.PAYLOAD:
        return capture.response.body
    return (document_of(capture).text_original + "\n").encode("utf-8", "replace")


def citation(row: CaptureRow, reader: ArchiveReader) -> str:
    """Address, moment, record and digest of a capture, where its bytes lie, and the provenance of
    what a person saved: one line. Of a saved file (a resource) no server said a status.
    """
    capture = reader.capture(row)
    held = capture.revisit_of
    is_saved = row.record_type is RecordType.RESOURCE
    parts = [
        shown(capture.request.url),
        f"captured {capture.captured_at:%Y-%m-%dT%H:%M:%SZ}",
        *([] if is_saved else [f"status {capture.response.status}"]),
        *_place(capture.pointer, reader, digest=held is None),
    ]
    if held is not None:
        parts += ["its bytes as first captured:", *_place(held, reader, digest=True)]
    return ", ".join(parts).replace(":, ", ": ")


def _place(pointer: CapturePointer, reader: ArchiveReader, *, digest: bool) -> list[str]:
    provenance = reader.provenance(pointer)
    return [
        f"record {shown(pointer.record_id)}",
        *([f"payload digest {shown(pointer.payload_digest)}"] if digest else []),
        f"{shown(pointer.file)} offset {pointer.offset}",
        *([f"provenance: {shown(provenance)}"] if provenance else []),
    ]


def need(row: CaptureRow | None, target: str) -> CaptureRow:
    """The row. Raises RecordNotFound when there is none."""
    if row is None:
        raise RecordNotFound(
            f"the archive has no capture of {shown(target)}; `nianbao show` lists addresses near it"
        )
    return row
