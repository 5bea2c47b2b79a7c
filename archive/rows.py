"""What the index knows of a record: rows, and how each is made from headers, head and note.

The same builders serve the writer and the rebuild, so that both give the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archive.capture import (
    CaptureContext,
    CapturePointer,
    RequestFailure,
    RunEnd,
    RunStart,
    Truncation,
)
from archive.http_message import RequestParts, ResponseHead
from archive.metadata import ExchangeNote
from archive.records import RecordType
from archive.urlkey import request_key

NO_METADATA = "no_metadata"
"""The oddity of a record whose metadata was never written."""


HEAD_NOT_KEPT = 0
"""The status of another tool's revisit that has no block: the original has one, and a head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One archived exchange as the index knows it.

    ``status`` is what the server said (304 for a server-not-modified revisit), or HEAD_NOT_KEPT;
    ``refers_to`` the bare id of the record that holds a revisit's payload. ``mime`` is lower-case
    and without parameters; ``etag`` and ``last_modified`` are verbatim; for a 304 these three are
    those that hold after it. None where the server said nothing. ``request_offset`` and
    ``request_length`` place the request record in the same file, None when there is none.
    ``captured_at`` is the WARC-Date, ``shifted_to`` its place in the order where that is another.
    """

    pointer: CapturePointer
    method: str
    url: str
    url_key: str
    body_digest: str
    captured_at: datetime
    status: int
    mime: str | None
    record_type: RecordType
    refers_to: str | None
    truncated: Truncation | None
    etag: str | None
    last_modified: str | None
    context: CaptureContext
    oddities: tuple[str, ...] = ()
    request_offset: int | None = None
    request_length: int | None = None
    shifted_to: datetime | None = None

    @property
    def ordered_at(self) -> datetime:
        """Its moment among others (archive.clock)."""
        return self.shifted_to or self.captured_at

    @property
    def exchange_oddities(self) -> tuple[str, ...]:
        """What was odd of the exchange itself, which another tool's lack of metadata is not."""
        return tuple(oddity for oddity in self.oddities if oddity != NO_METADATA)

    @property
    def is_orphan(self) -> bool:
        """Whether it has no metadata of ours, so that no run and no portal is known to have asked
        for it: a kill between two records, or another tool.
        """
        return NO_METADATA in self.oddities


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """A failure and where its metadata record lies."""

    failure: RequestFailure
    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run; ``end`` is None while it goes on, or when it was interrupted."""

    start: RunStart
    end: RunEnd | None


@dataclass(slots=True)
class Rows:
    """Rows that enter the index together."""

    captures: list[CaptureRow] = field(default_factory=list)
    failures: list[FailureRow] = field(default_factory=list)
    starts: list[RunStart] = field(default_factory=list)
    ends: list[RunEnd] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.captures) + len(self.failures) + len(self.starts) + len(self.ends)

    def extend(self, more: Rows) -> None:
        """Takes in other rows, behind its own."""
        self.captures += more.captures
        self.failures += more.failures
        self.starts += more.starts
        self.ends += more.ends


@dataclass(frozen=True, slots=True)
class RecordSpan:
    """Where a record lies in its file: bytes of the gzip member."""

    offset: int
    length: int


def capture_row(
    *,
    pointer: CapturePointer,
    record_type: RecordType,
    target: str,
    captured_at: datetime,
    status: int,
    head: ResponseHead | None,
    note: ExchangeNote,
    request: RequestParts | None,
    request_span: RecordSpan | None,
    truncated: Truncation | None = None,
    refers_to: str | None = None,
    resource_type: str | None = None,
) -> CaptureRow:
    """The row of a response, revisit or resource record. ``head`` is None for a 304 revisit,
    whose note says what holds, and for a resource, whose media type is ``resource_type``.
    """
    same = note.not_modified
    return CaptureRow(
        pointer=pointer,
        method=note.method,
        url=note.url,
        url_key=request_key(target, method=note.method, request=request),
        body_digest=note.body_digest,
        captured_at=captured_at,
        shifted_to=note.shifted_to,
        status=status,
        mime=same.mime if same else media_type(head, resource_type),
        record_type=record_type,
        refers_to=refers_to,
        truncated=truncated,
        etag=same.etag if same else header_text(head, b"etag"),
        last_modified=same.last_modified if same else header_text(head, b"last-modified"),
        context=note.context,
        oddities=note.oddities,
        request_offset=request_span.offset if request_span else None,
        request_length=request_span.length if request_span else None,
    )


def failure_row(
    *, note: ExchangeNote, record_id: str, failed_at: datetime, file: str, span: RecordSpan
) -> FailureRow:
    """The row of a failure's metadata record. Raises ValueError when the note names no reason."""
    if note.failure is None:
        raise ValueError(f"the failure record {record_id} names no reason")
    failure = RequestFailure(
        record_id=record_id,
        method=note.method,
        url=note.url,
        body_digest=note.body_digest,
        failed_at=failed_at,
        reason=note.failure,
        text=note.failure_text or "",
        context=note.context,
    )
    return FailureRow(failure=failure, file=file, offset=span.offset, length=span.length)


def header_text(head: ResponseHead | None, name: bytes) -> str | None:
    """A header's first value, decoded as latin-1 (any byte is a character); None if absent."""
    value = head.header(name) if head is not None else None
    return None if value is None else value.decode("latin-1")


def media_type(head: ResponseHead | None, fallback: str | None = None) -> str | None:
    """The media type, lower-case and without parameters; None if absent or empty."""
    value = header_text(head, b"content-type") if head is not None else fallback
    return (value or "").partition(";")[0].strip().lower() or None
