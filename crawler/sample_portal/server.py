"""Serves a portal's site from plain files on loopback, as a government site's server would.

For the demo and for tests: HTTP/1.1 with keep-alive, Last-Modified and ETag, no charset in the
header, an error page with status 404, and a log of all that was asked.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from pathlib import Path
from threading import Lock, Thread
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from crawler.errors import CrawlerError

HOST, PORT = "127.0.0.77", 8077
"""Fixed, so that the sample portal's file can name it; 127.0.0.77 is unlikely to be taken."""
RESPONSES = "responses.toml"
"""The table of redirects in a site folder; never served."""
IDLE_SECONDS = 15
"""A kept-alive connection without a request is closed after this."""

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".shtml": "text/html",
    ".txt": "text/plain",
    ".css": "text/css",
    ".js": "application/javascript",
    ".json": "application/json",
    ".xml": "text/xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class SamplePortalError(CrawlerError):
    """The sample portal cannot be served; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request that was answered; ``path`` as asked, with its query."""

    method: str
    path: str
    status: int
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """An address of the site that leads elsewhere; ``status`` is 301, 302, 303, 307 or 308."""

    to: str
    status: int


@dataclass(slots=True, kw_only=True)
class RunningPortal:
    """A portal that is being served. ``requests`` grows in the order of the answers."""

    url: str
    site: Path
    redirects: dict[str, Redirect] = field(default_factory=dict)
    log: Path | None = None
    requests: list[LoggedRequest] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def record(self, request: LoggedRequest) -> None:
        """Adds to the log, and to its file if there is one."""
        with self._lock:
            self.requests.append(request)
            if self.log is not None:
                with self.log.open("a", encoding="utf-8") as lines:
                    lines.write(f"{request.method} {request.path} {request.status}\n")

    def paths(self) -> list[str]:
        """The paths asked for so far, in order."""
        with self._lock:
            return [request.path for request in self.requests]


@contextmanager
def serve(
    host: str = HOST, port: int = PORT, *, site: Path | None = None, log: Path | None = None
) -> Iterator[RunningPortal]:
    """Serves ``site`` (by default the packaged one) until the block ends.

    Port 0 takes any free port; ``url`` of what is given says which. Raises SamplePortalError
    when the address is taken or the site folder is none.
    """
    with _site_folder(site) as folder:
        running = RunningPortal(url="", site=folder, redirects=_redirects(folder), log=log)
        server = _listen(host, port, running)
        bound_host, bound_port = server.server_address[:2]
        running.url = f"http://{bound_host!s}:{bound_port}/"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=IDLE_SECONDS)


@contextmanager
def _site_folder(site: Path | None) -> Iterator[Path]:
    if site is not None:
        if not site.is_dir():
            raise SamplePortalError(f"{site} is no folder; give the folder of a site's files")
        yield site.resolve()
        return
    with as_file(files("crawler.sample_portal") / "site") as packaged:
        yield packaged.resolve()


def _redirects(site: Path) -> dict[str, Redirect]:
    table = site / RESPONSES
    if not table.is_file():
        return {}
    try:
        rows = tomllib.loads(table.read_text(encoding="utf-8"))["redirect"]
        return {row["from"]: Redirect(to=row["to"], status=row["status"]) for row in rows}
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as wrong:
        raise SamplePortalError(
            f"{table}: each [[redirect]] has from, to, status: {wrong}"
        ) from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _listen(host: str, port: int, running: RunningPortal) -> _Server:
    handler = type("SiteHandler", (_SiteHandler,), {"running": running})
    try:
        return _Server((host, port), handler)
    except OSError as refused:
        advice = "end what listens there (another demo?), then try again"
        if refused.errno == errno.EADDRNOTAVAIL:  # macOS answers at 127.0.0.1 alone
            advice = f"give this machine the address (sudo ifconfig lo0 alias {host})"
        raise SamplePortalError(
            f"cannot serve the sample portal on {host}:{port}: {refused.strerror or refused}; "
            f"{advice}"
        ) from None


class _SiteHandler(BaseHTTPRequestHandler):
    """Answers from the files of one site."""

    running: ClassVar[RunningPortal]
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The file, a redirect, 304, or the site's error page with status 404."""
        path = urlsplit(self.path).path
        redirect = self.running.redirects.get(path)
        if redirect is not None:
            self._answer(redirect.status, b"", {"Location": redirect.to})
            return
        file = _file_for(self.running.site, path)
        if file is None:
            self._missing()
        elif file.is_dir():
            self._answer(301, b"", {"Location": f"{path}/"})
        else:
            self._send_file(file)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Nothing here takes a POST; its body is read so that the connection can go on."""
        length = self.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) <= 1024 * 1024:
            self.rfile.read(int(length))
        else:
            self.close_connection = True
        self._answer(405, b"", {"Allow": "GET, HEAD"})

    def _send_file(self, file: Path) -> None:
        body = file.read_bytes()
        modified = int(file.stat().st_mtime)
        headers = {
            "Content-Type": MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"),
            "Last-Modified": formatdate(modified, usegmt=True),
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        }
        if self._unchanged(headers["ETag"], modified):
            self._answer(304, b"", {"ETag": headers["ETag"]})
        else:
            self._answer(200, body, headers)

    def _unchanged(self, etag: str, modified: int) -> bool:
        """If-None-Match before If-Modified-Since (RFC 9110 §13.2.2)."""
        wanted = self.headers.get("If-None-Match")
        if wanted is not None:
            return etag in [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
        try:
            since = parsedate_to_datetime(self.headers["If-Modified-Since"] or "")
        except (TypeError, ValueError):
            return False
        return modified <= since.timestamp()

    def _missing(self) -> None:
        error_page = self.running.site / "404.html"
        body = error_page.read_bytes() if error_page.is_file() else b"404"
        self._answer(404, body, {"Content-Type": "text/html"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.running.record(
            LoggedRequest(
                method=self.command,
                path=self.path,
                status=status,
                user_agent=self.headers.get("User-Agent", ""),
            )
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the log is ``RunningPortal.requests``."""


def _file_for(site: Path, path: str) -> Path | None:
    """The file (or folder asked for without its slash) of a path; None if the site has none."""
    decoded = unquote(path)
    if "\x00" in decoded or "\\" in decoded:
        return None
    try:
        file = (site / decoded.lstrip("/")).resolve()
        if decoded.endswith("/"):
            file = file / "index.html"
        inside = file.is_relative_to(site) and file.name != RESPONSES
        return file if inside and (file.is_file() or file.is_dir()) else None
    except (OSError, ValueError, RuntimeError):  # names too long, loops of links
        return None


def main() -> None:
    """Serves the packaged site until interrupted."""
    parser = argparse.ArgumentParser(description="serve the sample portal on loopback")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--site", type=Path, help="a site folder instead of the packaged one")
    arguments = parser.parse_args()
    try:
        with serve(arguments.host, arguments.port, site=arguments.site) as running:
            print(f"sample portal: {running.url}zfxxgk/zfxxgknb/ (end with Ctrl-C)", flush=True)
            while True:
                time.sleep(3600)
    except SamplePortalError as refused:
        parser.exit(1, f"{refused}\n")
    except KeyboardInterrupt:
        parser.exit(0)


if __name__ == "__main__":
    main()
