"""Runs ``nianbao replay`` as its users do, and asks it over HTTP without following redirects."""

from __future__ import annotations

import http.client
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

BEGINS = 60
"""Seconds in which a replay answers; about two on an idle machine."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class RunningReplay:
    origin: str
    process: subprocess.Popen[str]

    def get(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Response:
        """An answer to a path of ``/archive/``, or one that begins with a slash."""
        at = urlsplit(self.origin)
        connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=30)
        path = path if path.startswith("/") else f"/archive/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body=body or None, headers=named)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def becomes(self, true: Callable[[], bool], why: str) -> None:
        """Waits until something is so."""
        end = time.monotonic() + BEGINS
        while not true():
            assert time.monotonic() < end, why
            time.sleep(0.1)

    def refresh(self) -> None:
        """Has the index made anew."""
        self.process.send_signal(signal.SIGHUP)


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "crawler.cli", "replay", "--data", str(data), *arguments]


@contextmanager
def replaying(data: Path, *arguments: str, **environment: str) -> Iterator[RunningReplay]:
    """A replay at a free port; SIGTERM must end it with 0."""
    process = subprocess.Popen(
        command(data, *(arguments or ("--port", "0"))),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], BEGINS)
        origin = process.stdout.readline().strip() if ready else ""
        assert origin.startswith("http://"), process.communicate(timeout=10)
        yield RunningReplay(origin.rstrip("/"), process)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said, said
