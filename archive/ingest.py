"""Records of a WARC file to rows of the index.

The records of an exchange stand together: response (or revisit, or resource), request, metadata.
What a kill left without its metadata is kept too: a response as a capture of no run and no
portal, anything else as a failure. Files of other tools have no metadata of ours: their captures
are those of no run, a request may stand before its response, a resource is a saved file, and what
is no exchange over http or https (dns:, urn:) is passed by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archive.capture import CaptureContext, CapturePointer, FailureReason, Truncation
from archive.errors import DamagedRecord
from archive.foreign import digest_of, looks_like_document, with_role
from archive.http_message import (
    RequestParts,
    ResponseHead,
    parse_request,
)
from archive.metadata import (
    KIND,
    ExchangeNote,
    Fields,
    MetadataKind,
    kind_of,
    parse_fields,
    read_note,
    read_run_end,
    read_run_start,
)
from archive.records import (
    IDENTICAL_DIGEST,
    NOT_MODIFIED,
    RECORD_END,
    Block,
    RecordHeaders,
    RecordType,
    bare,
    body_digest,
)
from archive.rows import (
    HEAD_NOT_KEPT,
    NO_METADATA,
    CaptureRow,
    FailureRow,
    RecordSpan,
    Rows,
    capture_row,
    failure_row,
)
from archive.walk import (
    MAIN_TYPES,
    Damage,
    WalkedRecord,
    begins_exchange,
    is_own,
    walk_file,
)
from archive.warcinfo import is_nianbao

_NOT_MODIFIED, _IDENTICAL = (
    profile.rpartition("/")[2] for profile in (NOT_MODIFIED, IDENTICAL_DIGEST)
)
"""Of the profile's URI, which names the version of WARC too."""

_HTTP = re.compile(r"https?://", re.IGNORECASE)

BATCH = 1000
"""Rows handed to the index at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows, and up to where the file is read with them."""

    rows: Rows
    read_to: int


@dataclass(frozen=True, slots=True)
class _Main:
    """A response, revisit or resource record without its block. ``looks_like_document`` is told
    of other tools' records alone.
    """

    span: RecordSpan
    headers: RecordHeaders
    head: ResponseHead | None
    digest: str
    looks_like_document: bool = False


@dataclass(frozen=True, slots=True)
class _Request:
    span: RecordSpan
    headers: RecordHeaders
    parts: RequestParts
    method: str


def read_rows(
    path: Path, *, file: str, start: int = 0, stop: int | None = None
) -> Iterator[Batch | Damage]:
    """Rows of a file in batches, and what could not be read of it.

    ``file`` is the name that the rows carry. ``start`` must be where an exchange begins; of a file
    written here, reading ends where the first one begins at or behind ``stop`` (find_exchange).
    """
    reading = RowReader(file)
    read_to = start
    for walked in walk_file(path, start=start, skim=is_own(file)):
        if stop is not None and walked.offset >= stop and begins_exchange(walked):
            break
        if isinstance(walked, Damage):
            reading.take_damage()
            yield from reading.problems()
            yield walked
        else:
            reading.take(walked)
            yield from reading.problems()
        read_to = walked.offset + walked.length
        if reading.between_exchanges and len(reading.rows) >= BATCH:
            yield Batch(reading.rows, read_to)
            reading.rows = Rows()
    reading.close_exchange()
    yield from reading.problems()
    yield Batch(reading.rows, read_to)


class RowReader:
    """Takes the records of one file in order; ``rows`` are those of the exchanges so far."""

    def __init__(self, file: str) -> None:
        self.rows = Rows()
        self._file = file
        self._main: _Main | None = None
        self._request: _Request | None = None
        self._imported = self._foreign = not is_own(file)
        self._after_damage = False
        self._problems: list[Damage] = []

    @property
    def between_exchanges(self) -> bool:
        """Whether no exchange is half read."""
        return self._main is None and self._request is None

    def problems(self) -> list[Damage]:
        """What could not be understood since the last call."""
        found, self._problems = self._problems, []
        return found

    def take(self, record: WalkedRecord) -> None:
        """Takes in a record."""
        try:
            self._take(record)
        except (DamagedRecord, ValueError) as error:
            self._report(RecordSpan(record.offset, record.length), str(error))

    def take_damage(self) -> None:
        """Ends the exchange at hand. Records of one whose first record is lost with the damage,
        which is reported already, are passed over.
        """
        self.close_exchange()
        self._after_damage = True

    def _take(self, record: WalkedRecord) -> None:
        headers = record.headers
        span = RecordSpan(record.offset, record.length)
        kind = headers.record_type
        if kind == RecordType.WARCINFO and self._imported:
            self.close_exchange()  # files of two tools may stand one behind the other
            self._foreign = not is_nianbao(record.block.read())
        elif kind in MAIN_TYPES:
            if not self._answers(headers):
                self.close_exchange()
            self._after_damage = False
            if not self._foreign or _HTTP.match(headers.target_uri):
                self._main = _read_main(record, span, foreign=self._foreign)
        elif kind == RecordType.REQUEST:
            self._take_request(record, span)
        elif kind == RecordType.METADATA:
            fields = parse_fields(record.block.read())
            if fields is not None:
                self._take_metadata(headers, span, fields)

    def _answers(self, headers: RecordHeaders) -> bool:
        """Whether a record is the answer to the request before it: other tools write that first."""
        request = self._request
        return (
            self._foreign
            and self._main is None
            and request is not None
            and request.headers.target_uri == headers.target_uri
            and headers.concurrent_to in (None, request.headers.record_id)
        )

    def _take_request(self, record: WalkedRecord, span: RecordSpan) -> None:
        owner = record.headers.concurrent_to
        if self._foreign and (self._main is None or owner != self._main.headers.record_id):
            owner = None  # of an answer that follows, or of none
        if owner is None:
            self.close_exchange()
            self._after_damage = False
        elif self._main is None or owner != self._main.headers.record_id:
            self.close_exchange()
            self._report_lost_owner(span, "request")
            return
        self._request = _read_request(record, span)

    def _report_lost_owner(self, span: RecordSpan, what: str) -> None:
        if not self._after_damage:
            self._report(span, f"this {what} record belongs to no record in the file")

    def _take_metadata(self, headers: RecordHeaders, span: RecordSpan, fields: Fields) -> None:
        kind = kind_of(fields)
        if kind is MetadataKind.EXCHANGE and self._belongs(headers):
            self.close_exchange(read_note(fields))
            return
        if kind is MetadataKind.FAILURE:
            if self._belongs(headers):
                self._main = self._request = None
            row = failure_row(
                note=read_note(fields),
                record_id=headers.record_id,
                failed_at=headers.date,
                file=self._file,
                span=span,
            )
            self.rows.failures.append(row)
        elif kind is MetadataKind.RUN_START:
            self.rows.starts.append(read_run_start(fields))
        elif kind is MetadataKind.RUN_END:
            self.rows.ends.append(read_run_end(fields))
        else:
            self._report_lost_owner(span, f"{fields.get(KIND)!r} metadata")
        self.close_exchange()

    def _belongs(self, headers: RecordHeaders) -> bool:
        owner = self._main or self._request
        return owner is not None and headers.concurrent_to == owner.headers.record_id

    def close_exchange(self, note: ExchangeNote | None = None) -> None:
        """Makes the row of the exchange at hand, if there is one."""
        main, request = self._main, self._request
        self._main = self._request = None
        owner = main or request
        if owner is None:
            return
        try:
            # a resource is of ours what could not be parsed, of other tools a saved file
            known = note is not None or self._foreign
            if main is not None and (known or not _is_unparsed(main)):
                row = _row(main, request=request, note=note, file=self._file, known=known)
                if self._foreign:
                    row = with_role(row, looks_like_document=main.looks_like_document)
                self.rows.captures.append(row)
            elif not self._foreign:
                self.rows.failures.append(_unfinished(owner, request, self._file))
        except (DamagedRecord, ValueError) as error:
            self._report(owner.span, str(error))

    def _report(self, span: RecordSpan, problem: str) -> None:
        damage = Damage(offset=span.offset, length=span.length, problem=problem, at_end=False)
        self._problems.append(damage)


def _is_unparsed(main: _Main) -> bool:
    return main.headers.record_type == RecordType.RESOURCE


def _unfinished(owner: _Main | _Request, request: _Request | None, file: str) -> FailureRow:
    """What a kill left of an exchange that had brought no response: a failure too."""
    note = replace(
        _orphan(owner.headers, request),
        failure=FailureReason.OTHER,
        failure_text="the crawl ended before it could record what became of this request",
    )
    return failure_row(
        note=note,
        record_id=owner.headers.record_id,
        failed_at=owner.headers.date,
        file=file,
        span=owner.span,
    )


def _head(record: WalkedRecord) -> ResponseHead | None:
    is_resource = record.headers.record_type == RecordType.RESOURCE
    return None if is_resource else record.block.response_head()


def _read_main(record: WalkedRecord, span: RecordSpan, *, foreign: bool) -> _Main:
    headers, head = record.headers, _head(record)
    if not foreign:
        return _Main(span, headers, head, headers.get("warc-payload-digest") or "")
    digest = digest_of(headers, head, record.block)
    return _Main(span, headers, head, digest, looks_like_document(head, record.block))


def _read_request(record: WalkedRecord, span: RecordSpan) -> _Request:
    block = record.block.read()
    method = block[:32].partition(b" ")[0].decode("latin-1")
    if method == "GET" and block.find(RECORD_END) == len(block) - len(RECORD_END):
        parts = RequestParts(headers=(), body=b"")  # nothing of it enters a row
    else:
        parts = parse_request(Block.of(block).source)
    return _Request(span, record.headers, parts, method)


def _row(
    main: _Main,
    *,
    request: _Request | None,
    note: ExchangeNote | None,
    file: str,
    known: bool,
) -> CaptureRow:
    headers = main.headers
    record_type = RecordType(headers.record_type)
    refers_to = headers.get("warc-refers-to")
    pointer = CapturePointer(
        file=file,
        offset=main.span.offset,
        length=main.span.length,
        record_id=headers.record_id,
        payload_digest=main.digest,
    )
    return capture_row(
        pointer=pointer,
        record_type=record_type,
        target=headers.target_uri,
        captured_at=headers.date,
        status=_status(main, record_type, known=known),
        head=main.head,
        note=note or _orphan(headers, request),
        request=request.parts if request else None,
        request_span=request.span if request else None,
        truncated=_truncation(headers, record_type),
        refers_to=bare(refers_to) if refers_to is not None else None,
        resource_type=headers.get("content-type"),
    )


def _status(main: _Main, record_type: RecordType, *, known: bool) -> int:
    if main.head is not None:
        return main.head.status
    profile = (main.headers.get("warc-profile") or "").rpartition("/")[2]
    if record_type is RecordType.REVISIT and profile == _NOT_MODIFIED:
        return 304
    if record_type is RecordType.REVISIT and profile == _IDENTICAL and known:
        return HEAD_NOT_KEPT
    if record_type is RecordType.RESOURCE and known:
        return 200  # a saved file: as good as an answer that brought it
    raise DamagedRecord(f"the {record_type.value} record has no HTTP status and no context")


def _truncation(headers: RecordHeaders, record_type: RecordType) -> Truncation | None:
    """Why the response is cut; the mark that a revisit carries only says that its block is."""
    value = headers.get("warc-truncated")
    if value is None or record_type is RecordType.REVISIT:
        return None
    return next((reason for reason in Truncation if reason.value == value), Truncation.LENGTH)


def _orphan(headers: RecordHeaders, request: _Request | None) -> ExchangeNote:
    """What can be said of a record whose metadata was never written."""
    return ExchangeNote(
        method=request.method if request else "GET",
        url=headers.target_uri,
        body_digest=body_digest(request.parts.body) if request else "",
        context=CaptureContext(run_id="", portal_id=""),
        oddities=(NO_METADATA,),
    )
