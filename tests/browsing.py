"""Runs ``nianbao browse`` as its users do, and asks it over HTTP without following redirects."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from replaying import BEGINS, Response, RunningReplay


@dataclass(frozen=True, slots=True)
class RunningBrowse:
    origin: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    """Lines of its stderr so far."""

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Response:
        """An answer to a path."""
        return RunningReplay(self.origin, self.process).get(path, method=method, **headers)

    def page(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        response = self.get(path)
        assert response.status == status, (path, response.status, response.body[:500])
        return response.body.decode("utf-8")

    def replay(self) -> str:
        """The origin of the replay beside it, when it answers."""
        end = time.monotonic() + BEGINS
        while time.monotonic() < end:
            for line in list(self.said):
                if line.startswith("archived pages open at "):
                    return line.split()[4].rstrip("/")
            time.sleep(0.05)
        raise AssertionError(self.said)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that are there."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "crawler.cli", "browse", "--data", str(data), *arguments]


@contextmanager
def browsing(data: Path, *arguments: str) -> Iterator[RunningBrowse]:
    """A browse at a free port; SIGTERM must end it with 0."""
    process = subprocess.Popen(
        command(data, "--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
    )
    said: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    stderr = process.stderr
    reader = threading.Thread(target=lambda: said.extend(line.strip() for line in stderr))
    reader.start()
    try:
        ready, _, _ = select.select([process.stdout], [], [], BEGINS)
        origin = process.stdout.readline().strip() if ready else ""
        assert origin.startswith("http://"), said
        yield RunningBrowse(origin.rstrip("/"), process, said)
    finally:
        process.terminate()
        process.wait(20)
        reader.join(20)
        process.stdout.close()
    assert process.returncode == 0, said
    assert not any("Traceback" in line for line in said), said
