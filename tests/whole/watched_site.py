"""A portal whose server keeps account of every answer: each has a serial number in a header, so
that an archive can be judged answer by answer, by other means than its own index.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Lock, Thread
from typing import ClassVar

ANSWER = re.compile(rb"X-Answer: (\d+)")
"""The serial number, as it stands in an answer's head."""

LISTING = "/zfxxgk/zfxxgknb/"
CITIES = ("淮安市", "宿迁市", "盐城市", "扬州市", "镇江市", "泰州市")
YEARS = range(2013, 2023)
ROWS_A_PAGE = 12
IDLE_SECONDS = 15

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>
<h1>{title}</h1><div class="content">{text}</div></body></html>"""

TEXT = """<p>根据《中华人民共和国政府信息公开条例》规定，现公布{city}人民政府{year}年度报告。</p>
<p>一、概述</p><p>{year}年，全市各级行政机关认真贯彻落实条例，稳步推进政府信息公开工作。</p>
<p>二、主动公开政府信息的情况</p><p>全市共主动公开政府信息{disclosed}条，其中网站公开{web}条。</p>
<p>三、依申请公开政府信息的情况</p><p>全年共收到政府信息公开申请{asked}件，全部按时答复。</p>
<p>四、复议和诉讼的情况</p><p>全年未发生针对政府信息公开的行政复议和行政诉讼。</p>
<p>{city}人民政府</p><p>{after}年1月20日</p>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. ``head_sha1`` is that of the head as sent, up to and with its empty line,
    ``body_sha1`` that of the body, both hexadecimal; ``sent`` whether all of it was taken by the
    kernel without an error.
    """

    serial: int
    path: str
    status: int
    head_sha1: str
    body_sha1: str
    sent: bool


@dataclass(slots=True, kw_only=True)
class WatchedSite:
    """Pages by path, and what was answered so far. ``url`` is known once it is served."""

    pages: dict[str, bytes]
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    _serials: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def listing(self) -> str:
        """The address of the listing."""
        return self.url + LISTING

    def next_serial(self) -> int:
        """A serial number that no other answer has."""
        with self._lock:
            self._serials += 1
            return self._serials

    def note(self, answer: Answer) -> None:
        """Adds to the account."""
        with self._lock:
            self.answers.append(answer)

    def report_paths(self) -> list[str]:
        """Paths of the pages that the listing calls reports."""
        return sorted(path for path in self.pages if re.search(r"/t\d+\.html$", path))


def generated_site(
    *, cities: int = len(CITIES), years: int = len(YEARS), padding: int = 0
) -> WatchedSite:
    """A listing of several pages over reports of some cities and years. ``padding`` is bytes of
    each report that do not compress well and are not read: WARC files then fill up soon.
    """
    site = WatchedSite(pages={})
    noise = random.Random(5)
    for number, (city, year) in enumerate((c, y) for c in CITIES[:cities] for y in YEARS[:years]):
        page = _report(city, year, 1000 + 7 * number)
        comment = base64.b64encode(noise.randbytes(padding * 3 // 4))
        site.pages[_path(number)] = page + b"<!-- " + comment + b" -->" if padding else page
    list_reports(site)
    return site


def sample_site() -> WatchedSite:
    """The packaged sample portal's files; its redirects are not served."""
    folder = Path(str(files("crawler.sample_portal") / "site"))
    pages = {
        f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return WatchedSite(pages=pages)


def edit(site: WatchedSite, chosen: random.Random, *, pages: int = 5) -> None:
    """What happens at a portal between two crawls: a number edited, with a new row title, so that
    it is asked for again whatever is due; and one report more.
    """
    known = site.report_paths()
    for path in chosen.sample(known, min(pages, len(known))):
        page = site.pages[path].decode("utf-8")
        number = re.search(r"政府信息(\d+)条", page)
        assert number is not None, path
        page = page.replace(f"{number[1]}条", f"{int(number[1]) + 1}条")
        page = re.sub(r"(报告)(（更正\d*）)?</(title|h1)>", rf"\1（更正{number[1]}）</\3>", page)
        site.pages[path] = page.encode("utf-8")
    added = len(known)
    site.pages[_path(added)] = _report("苏州市", 2008 + added % 15, 5000 + added)
    list_reports(site)


def list_reports(site: WatchedSite) -> None:
    """Writes the listing's pages anew."""
    paths = site.report_paths()[::-1]
    parts = [paths[at : at + ROWS_A_PAGE] for at in range(0, len(paths), ROWS_A_PAGE)]
    for number, part in enumerate(parts):
        rows = "".join(_row(site, path) for path in part)
        if number + 1 < len(parts):
            rows += f'</ul><a href="index_{number + 1}.html">下一页</a><ul>'
        name = f"index_{number}.html" if number else "index.html"
        page = PAGE.format(title="政府信息公开工作年度报告", text=f"<ul>{rows}</ul>")
        site.pages[LISTING + name] = page.encode("utf-8")


def _row(site: WatchedSite, path: str) -> str:
    title = re.search(r"<title>(.*?)</title>", site.pages[path].decode("utf-8"))
    assert title is not None
    href = path.removeprefix(LISTING)
    return f'<li><a href="{href}">{title[1]}</a><span>2023-01-20</span></li>'


def _path(number: int) -> str:
    return f"{LISTING}202301/t{number:05d}.html"


def _report(city: str, year: int, disclosed: int) -> bytes:
    title = f"{city}{year}年政府信息公开工作年度报告"
    text = TEXT.format(
        city=city, year=year, after=year + 1, disclosed=disclosed, web=disclosed // 2, asked=31
    )
    return PAGE.format(title=title, text=text).encode("utf-8")


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[WatchedSite]
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """A page, 304 to a condition that holds, or 404."""
        path = self.path + "index.html" if self.path.endswith("/") else self.path
        body = self.site.pages.get(path)
        status = 404 if body is None else 200
        body = body or "<html><body>页面不存在</body></html>".encode()
        tag = f'"{hashlib.sha1(body).hexdigest()}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        self._answer(status, body, tag)

    def _answer(self, status: int, body: bytes, tag: str) -> None:
        serial = self.site.next_serial()
        lines = [
            f"HTTP/1.1 {status} {'OK' if status == 200 else 'Other'}",
            f"X-Answer: {serial}",
            "Content-Type: text/html",
            f"ETag: {tag}",
            *([f"Content-Length: {len(body)}"] if status != 304 else []),
        ]
        head = "\r\n".join([*lines, "", ""]).encode("ascii")
        sent = True
        try:
            self.wfile.write(head + body)
        except OSError:
            sent, self.close_connection = False, True
        self.site.note(
            Answer(
                serial=serial,
                path=self.path,
                status=status,
                head_sha1=hashlib.sha1(head).hexdigest(),
                body_sha1=hashlib.sha1(body).hexdigest(),
                sent=sent,
            )
        )

    def handle(self) -> None:
        """A client that dies resets its connections: no trouble of ours."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """The account is kept in the site."""


@contextmanager
def watched(site: WatchedSite, host: str) -> Iterator[WatchedSite]:
    """Serves the site on a loopback address of its own until the block ends."""
    server = ThreadingHTTPServer((host, 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads, server.block_on_close = True, False
    site.url = f"http://{host}:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(IDLE_SECONDS)
