"""Portals on loopback addresses of their own: some rest, some take requests and say nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import ClassVar

from listed_site import listing, report

LISTING = "/nb/"
HOLD = 120
"""Seconds that a host asks to be left alone; less than crawler.hosts.PATIENCE."""


class Manner(StrEnum):
    """How a host answers."""

    QUICK = "quick"
    HOLDS = "holds"
    HANGS = "hangs"
    RESTS_LATER = "rests_later"


@dataclass
class Host:
    """One portal. ``answers`` are moments (monotonic) with paths; ``asked`` counts requests."""

    manner: Manner
    reports: int
    over: Event
    url: str = ""
    answers: list[tuple[float, str]] = field(default_factory=list)
    asked: int = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    host: ClassVar[Host]

    def do_GET(self) -> None:
        self.host.asked += 1
        body, status, more = self._answer()
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.host.answers.append((time.monotonic(), self.path))

    def _answer(self) -> tuple[bytes, int, dict[str, str]]:
        manner = self.host.manner
        if self.path == "/robots.txt":
            return b"", 404, {}
        if manner is Manner.HANGS:
            self.host.over.wait()
        is_listing = self.path == LISTING
        if manner is Manner.HOLDS or (manner is Manner.RESTS_LATER and not is_listing):
            return b"", 503, {"Retry-After": str(HOLD)}
        if is_listing:
            return listing([f"/{n}.html" for n in range(self.host.reports)]), 200, {}
        return report(int(self.path.strip("/").partition(".")[0])), 200, {}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@contextmanager
def hosts(manners: Sequence[Manner], *, network: str, reports: int) -> Iterator[list[Host]]:
    """Serves one host for each manner, on ``network`` (such as ``127.0.8``) .1 and so on."""
    over = Event()
    with ExitStack() as stack:
        made = []
        for number, manner in enumerate(manners, 1):
            host = Host(manner, reports, over)
            handler = type("Handler", (_Handler,), {"host": host})
            server = ThreadingHTTPServer((f"{network}.{number}", 0), handler)
            server.daemon_threads, server.block_on_close = True, False
            host.url = f"http://{network}.{number}:{server.server_address[1]}"
            thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join, 10)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            made.append(host)
        stack.callback(over.set)
        yield made
