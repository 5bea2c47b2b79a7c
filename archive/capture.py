"""The central types of the archive: what was asked, what came, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import IO

from archive.clock import utc_now

SPOOL_BYTES = 1024 * 1024
"""Above this many bytes one direction of an exchange goes to a temporary file."""

Headers = tuple[tuple[bytes, bytes], ...]
"""Header lines as received: names in their own case, in order, repeated ones repeated."""


class Role(StrEnum):
    """Why a URL was asked for."""

    LISTING = "listing"
    REPORT = "report"
    ATTACHMENT = "attachment"
    REQUISITE = "requisite"
    ROBOTS = "robots"
    OTHER = "other"


class Truncation(StrEnum):
    """Why a response is not whole: the values of WARC-Truncated (WARC 1.1 §5.13)."""

    LENGTH = "length"
    TIME = "time"
    DISCONNECT = "disconnect"


class FailureReason(StrEnum):
    """Why a request brought no response that could be archived as one."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    UNPARSABLE = "unparsable"
    ADDRESS_REFUSED = "address_refused"
    ROBOTS = "robots"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_NOWHERE = "redirect_nowhere"
    REDIRECT_HOME = "redirected_to_home"
    REDIRECT_PARENT = "redirected_to_parent"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureContext:
    """What the crawl knew when it asked: stored with the exchange, so that a rebuild knows it too.

    ``listed_on`` is the date that the listing row shows; ``link_text`` the row's title;
    ``via`` the address of the page that named the URL; ``listing`` the portal's listing it
    belongs to; ``entry_url`` the address in the listing row, which a redirect leaves behind;
    ``division`` the six-digit code in the portal's file. Of an attachment ``entry_url`` and
    ``listed_on`` are those of its report, ``page_record`` is the record of the page that links it
    and ``link_url`` its address there, which a redirect leaves behind. None where there was no
    such thing.
    """

    run_id: str
    portal_id: str
    role: Role = Role.OTHER
    via: str | None = None
    link_text: str | None = None
    listed_on: date | None = None
    listing: str | None = None
    entry_url: str | None = None
    division: str | None = None
    page_record: str | None = None
    link_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePointer:
    """Where a response (or revisit, or resource) record lies.

    ``file`` is the WARC's final name, relative to the WARC folder; ``offset`` and ``length``
    are bytes of the gzip member; ``record_id`` is the bare ``urn:uuid:…``;
    ``payload_digest`` is ``sha1:`` and Base32, of the transfer-decoded payload.
    """

    file: str
    offset: int
    length: int
    record_id: str
    payload_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRequest:
    """The request of an exchange; ``url`` is absolute and without fragment."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedResponse:
    """The response of an exchange.

    ``body`` is the transfer-decoded payload with its content coding kept; ``reason`` the
    reason phrase as received.
    """

    status: int
    headers: Headers
    body: bytes
    reason: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, decoded as latin-1 and stripped; None if absent."""
        wanted = name.lower().encode("ascii")
        for key, value in self.headers:
            if key.lower() == wanted:
                return value.decode("latin-1").strip()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived exchange, read from the archive, revisits resolved.

    For a revisit ``response`` is that of the referred-to capture (status 200 for a 304), and
    ``revisit_of`` its pointer; ``pointer`` is always this exchange's own record.
    ``captured_at`` is UTC, the WARC-Date; ``shifted_to`` its place in the order where that is
    another. ``truncated`` is None for a whole response.
    """

    request: CapturedRequest
    response: CapturedResponse
    captured_at: datetime
    context: CaptureContext
    pointer: CapturePointer
    truncated: Truncation | None = None
    revisit_of: CapturePointer | None = None
    not_modified: bool = False
    shifted_to: datetime | None = None

    @property
    def ordered_at(self) -> datetime:
        """Its moment among others (archive.clock)."""
        return self.shifted_to or self.captured_at


def spool() -> IO[bytes]:
    """A byte buffer that moves to disk above SPOOL_BYTES."""
    import tempfile  # here: an index is made without it

    return tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What crosses the wire for one request, filled while it happens.

    ``sent`` and ``received`` are the bytes exactly as written to and read from the transport
    (inside TLS), 1xx responses included. ``truncated`` says that the response was cut and why;
    ``failure`` that the request failed, with ``failure_text`` for a person. An exchange may have
    both bytes and a failure (a garbage status line, a stall inside the headers).
    ``ip_address`` is the peer's.
    """

    method: str
    url: str
    context: CaptureContext
    started_at: datetime = field(default_factory=utc_now)
    ended_at: datetime | None = None
    ip_address: str | None = None
    sent: IO[bytes] = field(default_factory=spool)
    received: IO[bytes] = field(default_factory=spool)
    truncated: Truncation | None = None
    failure: FailureReason | None = None
    failure_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """The record written when a run begins: all that a rebuild needs to know of it.

    ``portal_files`` maps portal ids to their TOML text, verbatim; ``versions`` package names to
    versions. A bare listing URL has a portal file too: the one that would have been written for it.
    ``shifted_to`` is its place in the order where that is another than ``started_at``.
    """

    run_id: str
    started_at: datetime
    portal_files: dict[str, str]
    versions: dict[str, str]
    settings_digest: str
    shifted_to: datetime | None = None

    @property
    def ordered_at(self) -> datetime:
        """Its moment among others (archive.clock)."""
        return self.shifted_to or self.started_at


class RunOutcome(StrEnum):
    """How a run ended. A run without an end record is interrupted."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """The record written when a run ends; ``counts`` maps stat names to numbers."""

    run_id: str
    finished_at: datetime
    outcome: RunOutcome
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailure:
    """A request that brought no archived response; kept so that a replay can raise it again."""

    record_id: str
    method: str
    url: str
    body_digest: str
    failed_at: datetime
    reason: FailureReason
    text: str
    context: CaptureContext
