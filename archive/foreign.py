"""What is made of other tools' records where these do not say what ours do: the payload's digest in
our writing, and whether a capture may be a report.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from io import BytesIO

from archive.capture import Role
from archive.http_message import Oddity, ResponseHead, decode_body
from archive.records import Block, RecordHeaders, RecordType, payload_digest
from archive.rows import CaptureRow
from archive.unpacking import GZIP, beginning_of

MAY_BE_REPORTS = frozenset(
    {
        *("text/html", "application/xhtml+xml", "application/pdf", "application/msword"),
        *("application/vnd.ms-excel", "application/vnd.ms-works"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""Media types of what other tools captured that are read; of ours the crawl knows what to read."""

_UNTOLD = frozenset(
    {
        *(None, "application/octet-stream", "binary/octet-stream", "application/x-download"),
        *("application/download", "application/force-download", "application/unknown"),
        *("unknown/unknown", "application/x-msdownload"),
    }
)
"""Media types that say nothing: what such a body is shows in its first bytes."""

_LOOKED_AT = 4096
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)
_PDF = re.compile(rb"%PDF-\d\.\d")
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|word/|xl/")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHA1_BYTES = 20


def digest_of(headers: RecordHeaders, head: ResponseHead | None, block: Block) -> str:
    """The payload digest of a record: the one that it states, a SHA-1 in our writing; else that of
    the transfer-decoded body, or of a resource's bytes. Empty where a revisit states none.
    """
    stated = headers.get("warc-payload-digest")
    if stated:
        return _in_our_writing(stated)
    if headers.record_type == RecordType.REVISIT:
        return ""
    if head is None:
        return block.digest()
    return payload_digest(foreign_payload(head, block.read()))


def with_role(row: CaptureRow, *, looks_like_document: bool) -> CaptureRow:
    """What another tool captured: it does not say for what, so each document may be a report."""
    may_be = row.mime in MAY_BE_REPORTS or (row.mime in _UNTOLD and looks_like_document)
    is_page = row.method == "GET" and row.status == 200 and may_be
    return replace(row, context=replace(row.context, role=Role.REPORT)) if is_page else row


def looks_like_document(head: ResponseHead | None, block: Block) -> bool:
    """Whether the first bytes of a payload are those of a page, PDF or office document."""
    block.source.seek(block.start)
    beginning = block.source.read(min(block.length, 64 * 1024))
    start = (beginning if head is None else foreign_payload(head, beginning))[:_LOOKED_AT]
    if start.startswith(GZIP):
        start = beginning_of(start)
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return (
        start.startswith((_OLE, b"{\\rtf"))
        or _PDF.search(start[:1024]) is not None
        or (start.startswith(b"PK\x03\x04") and _OFFICE.search(start) is not None)
        or _MARKUP.search(start.replace(b"\0", b"")) is not None
    )


def foreign_payload(head: ResponseHead, block: bytes, *, method: str = "GET") -> bytes:
    """The payload of a response as another tool keeps it: some take the chunks away and leave the
    header line that speaks of them.
    """
    start = block.find(head.raw) + len(head.raw)
    body = decode_body(BytesIO(block), start, head=head, method=method)
    no_chunks = not body.payload and Oddity.BAD_CHUNK in body.oddities
    return block[start:] if no_chunks else body.payload


def _in_our_writing(stated: str) -> str:
    """A SHA-1 as ``sha1:`` and upper-case Base32, whatever its writing; another as it stands."""
    algorithm, colon, value = stated.rpartition(":")
    if algorithm.lower() not in ("sha1", "sha-1") and (colon or len(value) != 32):
        return stated
    try:
        digest = bytes.fromhex(value) if len(value) == 40 else base64.b32decode(value.upper())
    except (ValueError, binascii.Error):
        return stated
    if len(digest) != _SHA1_BYTES:
        return stated
    return "sha1:" + base64.b32encode(digest).decode("ascii")
