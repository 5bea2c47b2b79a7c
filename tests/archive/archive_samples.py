"""Exchanges as a server would make them, and an archive to put them in."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.capture import (
    Capture,
    CaptureContext,
    Exchange,
    FailureReason,
    RequestFailure,
    Role,
    RunEnd,
    RunOutcome,
    RunStart,
    Truncation,
)
from archive.folder import DataFolder
from archive.index import ArchiveIndex, CaptureRow, Run
from archive.reader import ArchiveReader
from archive.writer import ArchiveWriter

START = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
RUN = "20260301080000-0123abcd"
CONTEXT = CaptureContext(
    run_id=RUN,
    portal_id="sample",
    role=Role.REPORT,
    via="http://www.example.gov.cn/nb/",
    link_text="某市2025年政府信息公开工作年度报告",
    listed_on=date(2026, 1, 30),
    listing="http://www.example.gov.cn/nb/",
    entry_url="http://www.example.gov.cn/go?id=7",
    division="990100",
    page_record="urn:uuid:00000000-0000-4000-8000-000000000007",
    link_url="http://www.example.gov.cn/nb/2025.pdf",
)
URL = "http://www.example.gov.cn/nb/2025.html"
GET = b"GET /nb/2025.html HTTP/1.1\r\nHost: www.example.gov.cn\r\nAccept-Encoding: gzip\r\n\r\n"


def response(
    body: bytes = b"<p>2025</p>",
    *,
    status: bytes = b"200 OK",
    headers: Iterable[bytes] = (b"Content-Type: text/html; charset=utf-8",),
    length: bool = True,
) -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join((*lines, b"", b"")) + body


def chunked(*chunks: bytes, headers: Iterable[bytes] = (), tail: bytes = b"\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + tail
    head = (b"Content-Type: text/html", b"Transfer-Encoding: chunked", *headers)
    return response(body, headers=head, length=False)


PAGE_A = response(b"<p>A</p>", headers=(b"Content-Type: text/html", b'ETag: W/"a"'))
PAGE_B = response(b"<p>B</p>", headers=(b"Content-Type: text/html", b'ETag: "b"'))
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nDate: Sun, 01 Mar 2026 08:00:05 GMT\r\n\r\n"
GZIPPED = response(
    gzip.compress(b"<p>zipped</p>", mtime=0),
    headers=(b"content-type: text/html", b"Content-Encoding: gzip"),
)


class Archive:
    """A data folder with writer, index and reader; each exchange one second after the other."""

    def __init__(self, root: Path, *, max_bytes: int = 1_000_000_000) -> None:
        self.folder = DataFolder(root)
        self.folder.prepare()
        self.index = ArchiveIndex.open(self.folder.archive_db)
        self.reader = ArchiveReader(self.folder, self.index)
        self.clock = START
        self.max_bytes = max_bytes
        self.writer = self.new_writer()

    def new_writer(self) -> ArchiveWriter:
        return ArchiveWriter(
            self.folder,
            self.index,
            software="nianbao/0",
            settings_digest="sha256:00",
            operator="nobody",
            hostname="test host",
            max_bytes=self.max_bytes,
            now=lambda: self.clock,
        )

    def exchange(
        self,
        received: bytes = PAGE_A,
        *,
        url: str = URL,
        method: str = "GET",
        sent: bytes = GET,
        context: CaptureContext = CONTEXT,
        truncated: Truncation | None = None,
        failure: FailureReason | None = None,
        failure_text: str | None = None,
        seconds: float = 1,
    ) -> Exchange:
        self.clock += timedelta(seconds=seconds)
        exchange = Exchange(
            method=method,
            url=url,
            context=context,
            started_at=self.clock,
            ended_at=self.clock + timedelta(milliseconds=250),
            ip_address="192.0.2.7",
            truncated=truncated,
            failure=failure,
            failure_text=failure_text,
        )
        exchange.sent.write(sent)
        exchange.received.write(received)
        return exchange

    def add(self, received: bytes = PAGE_A, **given: object) -> Capture:
        capture = self.writer.append(self.exchange(received, **given))  # type: ignore[arg-type]
        assert capture is not None
        return capture

    def add_post(self, body: bytes, content_type: bytes, url: str = URL) -> Capture:
        sent = response(body, headers=(b"Content-Type: " + content_type,))
        sent = b"POST /api HTTP/1.1" + sent[sent.index(b"\r\n") :]
        return self.add(PAGE_A, url=url, method="POST", sent=sent)

    def add_everything(self) -> None:
        """One of each kind of record."""
        self.writer.start_run(RUN_START)
        self.add(PAGE_A)
        self.add(PAGE_A)
        self.add(PAGE_B)
        self.add(PAGE_A)
        self.add(NOT_MODIFIED)
        self.add(chunked(b"abc", b"defg"), url=URL + "?chunked")
        self.add(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + GZIPPED, url=URL + "?gzip")
        self.add(response(b"", status=b"302 Found", headers=(b"Location: /x",)), url=URL + "?302")
        self.add(response(b"gone", status=b"404 Not Found"), url="https://b.example.cn:8443/a//b/")
        self.add(PAGE_B[:-3], url=URL + "?cut", truncated=Truncation.TIME)
        self.add(response(b"x" * 3_000_000), url=URL + "?large")
        self.add_post(b"page=2&name=%E5%B9%B4", b"application/x-www-form-urlencoded")
        self.add_post(b'{"page": 3, "in": {"k": [1, "2"]}}', b"application/json; charset=utf-8")
        self.add_post(b"\x00\xff\x01", b"application/octet-stream")
        assert self.writer.append(self.exchange(b"not HTTP at all")) is None
        assert self.writer.append(self.exchange(b"", failure=FailureReason.TIMEOUT)) is None
        assert self.writer.append(self.exchange(b"", sent=b"")) is None
        self.fail()
        self.writer.finish_run(RUN_END)

    def fail(self, url: str = "http://127.0.0.1/", text: str = "loopback") -> RequestFailure:
        return self.writer.append_failure(
            method="GET",
            url=url,
            body=b"",
            reason=FailureReason.ADDRESS_REFUSED,
            text=text,
            context=CONTEXT,
        )

    def rows(self) -> tuple[list[CaptureRow], list[RequestFailure], list[Run]]:
        return (
            list(self.index.iter_captures()),
            list(self.index.iter_failures()),
            list(self.index.iter_runs()),
        )

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.warc.iterdir() if ".warc.gz" in path.name)

    def the_file(self) -> Path:
        [path] = self.files()
        return path

    def close(self) -> None:
        self.writer.close()
        self.index.close()


RUN_START = RunStart(
    run_id=RUN,
    started_at=START,
    portal_files={"sample": 'name = "某市"\nlistings = ["http://x/"]\r\n# "\\" 引号\n'},
    versions={"nianbao": "0.1", "scrapy": "2.19.0"},
    settings_digest="sha256:00",
)
RUN_END = RunEnd(
    run_id=RUN,
    finished_at=START + timedelta(hours=1),
    outcome=RunOutcome.PARTIAL,
    counts={"captures": 3, "failures": 0},
)
