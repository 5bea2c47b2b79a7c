"""A portal whose reports stand wholly or in part in attached files, with the server's log: what was
asked, when, and how many requests at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import ClassVar

REAL = Path(__file__).resolve().parents[3] / "shared/real"
LISTING = "/zfxxgk/nb/"
PDF, DOCX, PLAIN = "application/pdf", "application/octet-stream", "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

TEXT = """<p>根据《中华人民共和国政府信息公开条例》，现公布{title}。</p>
<p>一、总体情况</p><p>{year}年，{body}主动公开政府信息{count}条，涉及各项重点工作，公开质量稳步提高。</p>
<p>二、主动公开政府信息情况</p><p>全年制发规范性文件3件，通过政府网站公开信息{count}条。</p>
<p>三、收到和处理政府信息公开申请情况</p><p>全年共收到政府信息公开申请{asked}件，均按期答复。</p>
<p>四、政府信息公开行政复议、行政诉讼情况</p><p>全年未发生行政复议和行政诉讼。</p>
<p>五、存在的主要问题及改进情况</p><p>下一步将继续加强工作，提高公开质量，完善制度。</p>
<p>六、其他需要报告的事项</p><p>无。</p>
<p>{body}人民政府</p><p>{after}年1月31日</p>"""


@dataclass(frozen=True, slots=True)
class Served:
    """What is answered at a path; a status with ``location`` is a redirect."""

    body: bytes = b""
    media_type: str = HTML
    status: int = 200
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the log: the path with its query, the status, the second it came and was answered,
    and how many requests were under way then.
    """

    path: str
    status: int
    came: float
    under_way: int
    conditional: bool


@dataclass(slots=True)
class AttachedSite:
    """Answers by path, rows of the listing, and the log."""

    url: str = ""
    served: dict[str, Served] = field(default_factory=dict)
    rows: list[tuple[str, str]] = field(default_factory=list)
    log: list[Asked] = field(default_factory=list)
    under_way: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def listing(self) -> str:
        """The listing's address."""
        return self.url + LISTING

    def asked(self, *, but: tuple[str, ...] = ("/robots.txt",)) -> list[str]:
        """Paths in the order they were asked."""
        return [line.path for line in self.log if line.path not in but]

    def put(self, path: str, body: bytes, media_type: str = HTML, **given: object) -> str:
        """Serves bytes at a path, which is returned."""
        self.served[path] = Served(body, media_type, **given)  # type: ignore[arg-type]
        return path

    def page(self, path: str, title: str, body: str, *, listed: bool = True) -> str:
        """A page with a title, listed unless told otherwise."""
        if listed:
            self.rows.append((path, title))
            self._list()
        return self.put(path, html(title, body))

    def _list(self) -> None:
        lines = "".join(
            f'<li><a href="{path}" title="{title}">{title}</a><span>2024-03-12</span></li>'
            for path, title in self.rows
        )
        self.put(LISTING, html("政府信息公开年度报告", f'<ul class="newslist">{lines}</ul>'))


def html(title: str, body: str) -> bytes:
    """A page with its body in an article."""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<div class="article"><h1>{title}</h1><div class="content">{body}</div></div>'
        "</body></html>"
    ).encode()


def title_of(body: str, year: int) -> str:
    """The title of a report."""
    return f"{body}{year}年政府信息公开工作年度报告"


def text_of(body: str, year: int, *, count: int = 120, asked: int = 31) -> str:
    """The six parts of a report as paragraphs, without tables."""
    return TEXT.format(
        title=title_of(body, year), body=body, year=year, after=year + 1, count=count, asked=asked
    )


def link(href: str, text: str) -> str:
    """A paragraph with a link to a file."""
    return f'<p>附件：<a href="{href}">{text}</a></p>'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    site: ClassVar[AttachedSite]

    def do_GET(self) -> None:
        site, came = self.site, time.monotonic()
        with site.lock:
            site.under_way += 1
            under_way = site.under_way
        answer = site.served.get(self.path, Served(b"<html>404</html>", status=404))
        tag = f'"{hash(answer.body):x}"'
        wanted = self.headers.get("If-None-Match")
        status = 304 if answer.status == 200 and wanted == tag else answer.status
        with site.lock:
            site.log.append(Asked(self.path, status, came, under_way, wanted is not None))
        try:
            self._answer(answer, status, tag)
        except OSError:
            self.close_connection = True
        finally:
            with site.lock:
                site.under_way -= 1

    def _answer(self, answer: Served, status: int, tag: str) -> None:
        self.send_response(status)
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if answer.status == 200:
            self.send_header("ETag", tag)
        body = b"" if status == 304 else answer.body
        if status != 304:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The log is kept in the site."""


@contextmanager
def attached_site(host: str, site: AttachedSite | None = None) -> Iterator[AttachedSite]:
    """Serves a site on a free port of a loopback address until the block ends."""
    site = site or AttachedSite()
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
        thread.join(timeout=10)
