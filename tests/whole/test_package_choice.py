"""What belongs to a report in a package, and what does not, over an archive made by hand."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attached_site import TEXT

from archive.capture import CaptureContext, Exchange, Role
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.wacz_check import check_package
from archive.writer import ArchiveWriter
from crawler.rereading import reread
from extract.packaging import write_wacz
from extract.selection import Selection

SITE = "http://www.example.gov.cn"
PAGE = f"{SITE}/nb/2023.html"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)

REPORT = f"""<!doctype html><html><head><meta charset="utf-8">
<title>靖宇县2023年政府信息公开工作年度报告</title>
<link rel="stylesheet" href="/css/a.css"><script src="/js/a.js"></script></head><body>
<img src="/logo.png"><h1>靖宇县2023年政府信息公开工作年度报告</h1>
{
    TEXT.format(
        title="靖宇县2023年政府信息公开工作年度报告",
        year=2023,
        after=2024,
        body="靖宇县",
        count=8562,
        asked=21,
    )
}
<a href="/f?id=2.pdf">附件：靖宇县2023年统计表.pdf</a></body></html>"""


class Making:
    """An archive to which exchanges are added, each a second after the other."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.folder.prepare()
        self.index = ArchiveIndex.open(self.folder.archive_db)
        self.writer = ArchiveWriter(
            self.folder, self.index, software="nianbao/0", settings_digest="", hostname="h"
        )
        self.clock = START

    def add(
        self,
        url: str,
        body: bytes | str = b"",
        *,
        mime: str = "text/html",
        role: Role,
        location: str | None = None,
        **context: str | None,
    ) -> str:
        """Archives an answer; returns its record id."""
        self.clock += timedelta(seconds=1)
        payload = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\n"
        if location is not None:
            head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n"
        given = CaptureContext(run_id="", portal_id="p", role=role, **context)  # type: ignore[arg-type]
        exchange = Exchange(method="GET", url=url, context=given, started_at=self.clock)
        exchange.sent.write(b"GET / HTTP/1.1\r\n\r\n")
        exchange.received.write(f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload)
        capture = self.writer.append(exchange)
        assert capture is not None
        return capture.pointer.record_id


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    making = Making(tmp_path_factory.mktemp("choice") / "data")
    add, listed = making.add, {"entry_url": f"{SITE}/go?id=1"}
    add(f"{SITE}/robots.txt", "", mime="text/plain", role=Role.ROBOTS)
    add(f"{SITE}/nb/", "<a href='/go?id=1'>2023</a>", role=Role.LISTING)
    add(f"{SITE}/go?id=1", role=Role.REPORT, location="/hop", **listed)
    add(f"{SITE}/hop", role=Role.REPORT, location=PAGE, **listed)
    page = add(PAGE, REPORT, role=Role.REPORT, **listed)
    add(PAGE, REPORT, role=Role.REPORT, **listed)  # a revisit
    add(PAGE, "<title>404</title>", role=Role.REPORT, **listed)
    linked = {"page_record": page, **listed}
    file = {"link_url": f"{SITE}/f?id=2.pdf", **linked}
    add(f"{SITE}/f?id=2.pdf", role=Role.ATTACHMENT, location="/files/2.pdf", **file)
    add(f"{SITE}/files/2.pdf", b"%PDF-1.4 2", mime="application/pdf", role=Role.ATTACHMENT, **file)
    shown = {"role": Role.REQUISITE, **linked}
    css = "@import '/css/b.css'; body { background: url(bg.png) }"
    add(f"{SITE}/css/a.css", css, mime="text/css", link_url=f"{SITE}/css/a.css", **shown)
    add(f"{SITE}/css/b.css", "p { color: red }", mime="text/css", **shown)
    add(f"{SITE}/css/bg.png", b"\x89PNG bg", mime="image/png", **shown)
    add(f"{SITE}/js/a.js", "1", mime="text/javascript", **shown)
    logo = {"link_url": f"{SITE}/logo.png", **shown}
    add(f"{SITE}/logo.png", location="http://cdn.example.cn/l.png", **logo)
    robots = {**logo, "role": Role.ROBOTS}
    add("http://cdn.example.cn/robots.txt", mime="text/plain", **robots)
    add("http://cdn.example.cn/l.png", b"\x89PNG logo", mime="image/png", **logo)
    add(f"{SITE}/other.html", REPORT.replace("2023", "2022"), role=Role.REPORT)
    add(f"{SITE}/other.png", b"\x89PNG other", mime="image/png", role=Role.REQUISITE)
    making.writer.close()
    reread(making.folder, index=making.index, jobs=1)
    making.index.close()
    yield making.folder


def packed(folder: DataFolder, target: Path, selection: Selection) -> dict[str, int]:
    """The addresses in a package, under the site, with how many captures of each."""
    package = write_wacz(folder, target, selection)
    assert package.left_out_count == 0
    assert check_package(package.path).lines()[:-1] == []
    with zipfile.ZipFile(package.path) as file:
        lines = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    urls = [json.loads(line.split(" ", 2)[2])["url"].removeprefix(SITE) for line in lines]
    return {url: urls.count(url) for url in urls}


SHOWN_WITH = {
    **{"/css/a.css": 1, "/css/b.css": 1, "/css/bg.png": 1, "/js/a.js": 1, "/logo.png": 1},
    "http://cdn.example.cn/l.png": 1,
}


def test_a_report_with_all_that_belongs_to_it(folder: DataFolder, tmp_path: Path) -> None:
    found = packed(folder, tmp_path, Selection(years=(2023,)))
    way = {"/go?id=1": 1, "/hop": 1, "/nb/2023.html": 3}
    assert found == {**way, "/f?id=2.pdf": 1, "/files/2.pdf": 1, **SHOWN_WITH}


def test_a_single_capture_with_what_it_is_shown_with(folder: DataFolder, tmp_path: Path) -> None:
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        first, revisit, _ = index.iter_captures(url=PAGE)
        other = next(index.iter_captures(url=f"{SITE}/other.html"))
    record = first.pointer.record_id
    found = packed(folder, tmp_path / "1", Selection(records=(record,)))
    assert found == {"/nb/2023.html": 1, **SHOWN_WITH}
    found = packed(folder, tmp_path / "2", Selection(records=(revisit.pointer.record_id,)))
    assert found == {"/nb/2023.html": 2, **SHOWN_WITH}, "a revisit has its original"
    both = Selection(records=(record, other.pointer.record_id))
    found = packed(folder, tmp_path / "3", both)
    assert (found["/nb/2023.html"], found["/other.html"]) == (1, 1), "two in one package"


def test_an_address_that_is_no_report(folder: DataFolder, tmp_path: Path) -> None:
    assert packed(folder, tmp_path, Selection(urls=(f"{SITE}/nb/",))) == {"/nb/": 1}


def test_a_file_brings_the_page_that_links_it(folder: DataFolder, tmp_path: Path) -> None:
    found = packed(folder, tmp_path, Selection(urls=(f"{SITE}/go?id=1",)))
    assert found["/nb/2023.html"] == 3
    assert found["/files/2.pdf"] == 1
    assert "/other.html" not in found
