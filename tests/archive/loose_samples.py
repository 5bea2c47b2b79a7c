"""WARC and ARC files as other tools leave them: made byte by byte, so that the values are known."""

from __future__ import annotations

PAGE = "http://www.example.gov.cn/a.html"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
BLOCK = ANSWER + b"5\r\nhello\r\n0\r\n\r\n"
SERIES = "urn:uuid:00000000-0000-4000-8000-000000000001"


def record_id(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def warc_record(
    number: int,
    block: bytes = BLOCK,
    *,
    kind: str = "response",
    version: str = "1.0",
    length: int | None = None,
    newline: bytes = b"\r\n",
    end: bytes = b"\r\n\r\n",
    series: str | None = None,
    url: str = PAGE,
) -> bytes:
    """A record by hand; ``length`` is what it says where that is not the block's."""
    fields = [
        f"WARC/{version}",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <{record_id(number)}>",
        f"WARC-Date: 2024-01-02T03:04:{number % 60:02d}Z",
        f"WARC-Target-URI: {url}",
        *([f"WARC-Warcinfo-ID: <{series}>"] if series else []),
        "Content-Type: application/http;msgtype=response",
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return newline.join(line.encode() for line in [*fields, "", ""]) + block + end


ARC_HEAD = (
    b"filedesc://a.arc 0.0.0.0 20140301000000 text/plain 77\n1 1 Example\n"
    b"URL IP-address Archive-date Content-type Archive-length\n<xml/>\n\n\n"
)


def arc_record(
    block: bytes = BLOCK,
    *,
    url: str = PAGE,
    address: str = "192.0.2.7",
    date: str = "20140301000001",
    media_type: str = "text/html",
    length: str | None = None,
) -> bytes:
    """A record of version 1 by hand."""
    said = str(len(block)) if length is None else length
    return f"{url} {address} {date} {media_type} {said}\n".encode() + block + b"\n"
