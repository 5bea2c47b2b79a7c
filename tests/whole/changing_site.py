"""A portal of pages made by the test, which may change, lie, redirect and fail between crawls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

LISTING = "/zfxxgk/nb/"


@dataclass
class Answer:
    """What is answered at a path; ``etag`` is compared unless ``heedless`` of conditions. Nothing
    is answered before ``after`` is set.
    """

    body: bytes = b""
    status: int = 200
    location: str | None = None
    etag: str | None = None
    heedless: bool = False
    after: Event | None = None


@dataclass
class Asked:
    """A request as it came."""

    path: str
    status: int
    if_none_match: str | None


@dataclass
class Site:
    """Pages by path, and what was asked since ``take_asked``."""

    url: str
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def take_asked(self) -> list[Asked]:
        """The requests since the last call, in order."""
        taken, self.asked = self.asked, []
        return taken

    def list_reports(self, *rows: tuple[str, str], date: str = "2020-03-12") -> None:
        """Makes the listing of these paths and titles."""
        self.list_dated(*((path, title, date) for path, title in rows))

    def list_dated(self, *rows: tuple[str, str, str]) -> None:
        """Makes the listing of these paths, titles and dates."""
        lines = "".join(
            f'<li><a href="{path}" title="{title}">{title}</a><span>{date}</span></li>'
            for path, title, date in rows
        )
        body = f'<ul class="newslist">{lines}</ul>'
        self.pages[LISTING] = Answer(page("政府信息公开年度报告", body))

    def put_report(
        self, path: str, body: str, received: int, year: int = 2019, **given: object
    ) -> None:
        """Makes a report of a county's year with one figure."""
        title = f"{body}{year}年政府信息公开工作年度报告"
        text = f"""<div class="article"><h1>{title}</h1><div class="content">
<p>根据《中华人民共和国政府信息公开条例》，现公布{title}。</p>
<p>一、总体情况</p><p>{year}年，{body}主动公开政府信息{received}条，涉及各项工作。</p>
<p>二、收到和处理政府信息公开申请情况</p><p>全年共收到政府信息公开申请{received}件。</p>
<p>三、存在的主要问题及改进情况</p><p>下一步将继续加强工作，提高公开质量。</p>
<p>{body}人民政府</p><p>{year + 1}年1月31日</p></div></div>"""
        self.pages[path] = Answer(page(title, text), **given)  # type: ignore[arg-type]


def page(title: str, body: str) -> bytes:
    """An HTML page in UTF-8."""
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f"<html>{head}<body>{body}</body></html>".encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    site: Site

    def do_GET(self) -> None:
        answer = self.site.pages.get(self.path, Answer(b"<html>404</html>", status=404))
        wanted = self.headers.get("If-None-Match")
        status = answer.status
        if wanted is not None and not answer.heedless and wanted == answer.etag:
            status = 304
        self.site.asked.append(Asked(self.path, status, wanted))
        if answer.after is not None:
            answer.after.wait(60)
        self.send_response(status)
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if answer.etag is not None:
            self.send_header("ETag", answer.etag)
        body = b"" if status == 304 else answer.body
        if status != 304:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # who asked may be dead by now
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@contextmanager
def changing_site(host: str) -> Iterator[Site]:
    """Serves a site on a free port of a loopback address until the block ends."""
    site = Site(url="")
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer((host, 0), handler)
    server.daemon_threads = True
    site.url = f"http://{host}:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
