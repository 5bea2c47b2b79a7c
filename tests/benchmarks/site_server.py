"""Serves a made site on loopback, in a process of its own, and says who asked for what.

Pages are made before the first request; keep-alive, many connections, one write a response. Run by
``running_site``; ends with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from made_site import BASE, MadeSite

CONTROL = "/-/log"
NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nnot found"
)
MAX_HEAD = 64 * 1024


class SiteProtocol(asyncio.Protocol):
    """One connection; requests without bodies, answered in order."""

    def __init__(self, site: MadeSite, made: dict[str, bytes], log: list[tuple[float, str]]):
        self._site, self._made, self._log = site, made, log
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            path = head.split(b" ", 2)[1].decode("latin-1")
            if path == CONTROL:
                said = json.dumps(self._log).encode()
                self._log.clear()
                self._transport.write(_response(said, b"application/json"))
                continue
            self._log.append((time.monotonic(), path))
            self._transport.write(self._answer(path))
            if b"connection: close" in head.lower() or b" HTTP/1.0" in head.partition(b"\r\n")[0]:
                self._transport.close()
        if len(self._buffer) > MAX_HEAD:
            self._transport.close()

    def _answer(self, path: str) -> bytes:
        known = self._made.get(path)
        if known is not None:
            return known
        body = self._site.body(path)
        return NOT_FOUND if body is None else _response(body)


def _response(body: bytes, media_type: bytes = b"text/html; charset=utf-8") -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\nServer: made\r\nContent-Type: %s\r\n"
        b"Last-Modified: Mon, 02 Mar 2026 01:02:03 GMT\r\nContent-Length: %d\r\n\r\n"
    )
    return head % (media_type, len(body)) + body


async def serve(site: MadeSite, host: str, port: int) -> None:
    """Serves until the process is ended."""
    made: dict[str, bytes] = {}
    if not site.tiny:
        for path in site.paths():
            body = site.body(path)
            assert body is not None
            made[path] = _response(body)
    log: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SiteProtocol(site, made, log), host, port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


@dataclass(frozen=True, slots=True)
class RunningSite:
    """A served site: its listing's address, and its log."""

    site: MadeSite
    origin: str

    @property
    def listing(self) -> str:
        """The address where a crawl begins."""
        return self.origin + BASE

    def take_log(self) -> list[tuple[float, str]]:
        """Requests since the last call: monotonic seconds and path."""
        with urllib.request.urlopen(self.origin + CONTROL, timeout=60) as answer:
            return [(moment, path) for moment, path in json.load(answer)]


@contextmanager
def running_site(site: MadeSite, host: str, port: int = 8055) -> Iterator[RunningSite]:
    """A server process for as long as the context lasts."""
    command = [sys.executable, str(Path(__file__).resolve()), host, str(port), str(site.entries)]
    command += ["--seed", str(site.seed)] + (["--tiny"] if site.tiny else [])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the server on {host}:{port} did not start; is the port taken?")
        yield RunningSite(site, f"http://{host}:{port}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    """The server's process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("entries", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tiny", action="store_true")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with its parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    site = MadeSite(given.entries, seed=given.seed, tiny=given.tiny)
    asyncio.run(serve(site, given.host, given.port))


if __name__ == "__main__":
    main()
