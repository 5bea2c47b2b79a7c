"""When an exchange is archived as a revisit, and of what.

"Latest" is the latest capture of the same request: method, address, digest of the request body.
"Origin" of a capture is itself, or for a revisit the capture it refers to.

- The server said 304, and a whole 2xx capture of the request is there: server-not-modified, of the
  origin of the latest such capture. The block is empty: with the 304 head in it replay tools show
  the bare 304. Without such a capture the 304 is archived as a response like any other.
- Status and payload digest equal those of the latest capture's origin, the payload is not empty
  and neither is truncated: identical-payload-digest, of that origin. The block is the response
  head, so what changed in it is kept.
- Anything else is archived whole. So A, B, A are three responses: only the latest counts, and the
  second A is a change back. A, A, A are a response and two revisits of it, never a chain. After
  A, 304, a full answer with A's payload is a revisit of A.
- Nothing refers to a record whose metadata a kill cut off: it is read as nobody's, so the answer
  to the same request asked again must stand for itself.
- Nothing refers to a requisite but a requisite: what a document refers to is read in its place,
  and requisites are not read.
- A capture that began before the latest one (answers can overtake each other), or is dated before
  it (the clock went back), is archived whole: nothing refers to a later time.

Rules: WARC 1.1 §6.7, with revisits of revisits excluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive.capture import Role, Truncation
from archive.records import (
    IDENTICAL_DIGEST,
    NOT_MODIFIED,
    RecordType,
    bracketed,
    format_date,
    target_uri,
)
from archive.rows import CaptureRow


class Captures(Protocol):
    """What is asked of the index."""

    def latest(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The latest capture of a request."""

    def latest_whole(self, method: str, url: str, body_digest: str) -> CaptureRow | None:
        """The latest whole 2xx capture of a request."""

    def find(self, record_id: str) -> CaptureRow | None:
        """The capture with this record id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides whether an exchange is a revisit."""

    method: str
    url: str
    body_digest: str
    role: Role
    captured_at: datetime
    ordered_at: datetime
    status: int
    payload_digest: str
    empty: bool
    truncated: Truncation | None


@dataclass(frozen=True, slots=True)
class Base:
    """The capture that a revisit refers to, never a revisit itself."""

    row: CaptureRow
    not_modified: bool

    def fields(self) -> tuple[tuple[str, str], ...]:
        """The header fields that make a record a revisit of it. WARC-Payload-Digest is that of the
        payload referred to (§5.9), by which replay tools find it.

        WARC-Refers-To-Date is to the second, as in indexes: ReplayWeb.page takes the first capture
        from that moment on, and with a fraction that would be a later version of the page.
        """
        pointer, second = self.row.pointer, self.row.captured_at.replace(microsecond=0)
        return (
            ("WARC-Profile", NOT_MODIFIED if self.not_modified else IDENTICAL_DIGEST),
            ("WARC-Refers-To", bracketed(pointer.record_id)),
            ("WARC-Refers-To-Target-URI", target_uri(self.row.url)),
            ("WARC-Refers-To-Date", format_date(second)),
            ("WARC-Payload-Digest", pointer.payload_digest),
            *(() if self.not_modified else (("WARC-Truncated", "length"),)),
        )


def find_base(captures: Captures, candidate: Candidate) -> Base | None:
    """What the exchange is a revisit of; None when it is archived as a response."""
    if candidate.status == 304:
        return _not_modified(captures, candidate)
    return _identical(captures, candidate)


def _not_modified(captures: Captures, candidate: Candidate) -> Base | None:
    latest = captures.latest_whole(candidate.method, candidate.url, candidate.body_digest)
    origin = _origin(captures, latest, candidate)
    return None if origin is None else Base(origin, not_modified=True)


def _identical(captures: Captures, candidate: Candidate) -> Base | None:
    if candidate.empty or candidate.truncated is not None:
        return None
    latest = captures.latest(candidate.method, candidate.url, candidate.body_digest)
    origin = _origin(captures, latest, candidate)
    if origin is None or (
        (origin.status, origin.pointer.payload_digest)
        != (candidate.status, candidate.payload_digest)
    ):
        return None
    return Base(origin, not_modified=False)


def _origin(
    captures: Captures, latest: CaptureRow | None, candidate: Candidate
) -> CaptureRow | None:
    if latest is None or latest.ordered_at > candidate.ordered_at:
        return None
    origin = latest
    if latest.record_type is RecordType.REVISIT:
        found = captures.find(latest.refers_to) if latest.refers_to is not None else None
        if found is None:
            return None
        origin = found
    if origin.record_type is not RecordType.RESPONSE or origin.truncated is not None:
        return None
    if origin.context.role is Role.REQUISITE and candidate.role is not Role.REQUISITE:
        return None
    if origin.is_orphan or origin.captured_at > candidate.captured_at:
        return None
    return origin
