"""Captures of files, as a crawl would have made them, for the tests of what reads files."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Role,
    Truncation,
)

AT = datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)
CONTEXT = CaptureContext(run_id="20260101000000-00000000", portal_id="test", role=Role.ATTACHMENT)


def capture_of(
    body: bytes,
    *,
    url: str = "http://127.0.0.1/report",
    content_type: str | None = None,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    context: CaptureContext = CONTEXT,
    truncated: Truncation | None = None,
) -> Capture:
    """A capture of a file that a server sent whole, with status 200."""
    if content_type is not None:
        headers = ((b"Content-Type", content_type.encode()), *headers)
    return Capture(
        request=CapturedRequest(method="GET", url=url),
        response=CapturedResponse(status=200, headers=headers, body=body),
        captured_at=AT,
        context=context,
        pointer=CapturePointer(
            file="test.warc.gz", offset=0, length=1, record_id="urn:uuid:0", payload_digest="sha1:0"
        ),
        truncated=truncated,
    )
