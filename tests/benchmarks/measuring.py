"""Runs a command to its end and says what it took: seconds, CPU and memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05
TIMEOUT_SECONDS = 3600
"""Of one command; the slowest, 100,000 listing entries, may take half an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a command took. Seconds of wall clock, ``began`` and ``ended`` monotonic; CPU seconds
    of it and every process that it waited for; megabytes: the largest resident size of the
    command's own process, of any process it started, and of all of them at one moment.
    """

    began: float
    ended: float
    cpu: float
    own_mb: float
    child_mb: float
    tree_mb: float

    @property
    def wall(self) -> float:
        """Seconds from start to end."""
        return self.ended - self.began


def measured(command: Sequence[str], *, ok: Sequence[int] = (0,), **environment: str) -> Taken:
    """Runs a command; raises RuntimeError with its last words when its exit code is not in ``ok``
    and subprocess.TimeoutExpired after TIMEOUT_SECONDS.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    memory = _Memory(process.pid)
    memory.start()
    killer = threading.Timer(TIMEOUT_SECONDS, process.kill)
    killer.start()
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    ended = time.monotonic()
    killer.cancel()
    memory.stop()
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in ok:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{said[-2000:]}")
    return Taken(
        began=began,
        ended=ended,
        cpu=usage.ru_utime + usage.ru_stime,
        own_mb=memory.own / 1024,
        child_mb=memory.child / 1024,
        tree_mb=memory.tree / 1024,
    )


class _Memory(threading.Thread):
    """Samples the resident sizes of a process and its descendants, in kB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.own = self.child = self.tree = 0
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            sizes = {pid: _resident(pid) for pid in _tree(self._pid)}
            self.own = max(self.own, sizes.get(self._pid, 0))
            self.child = max([self.child, *(kb for pid, kb in sizes.items() if pid != self._pid)])
            self.tree = max(self.tree, sum(sizes.values()))

    def stop(self) -> None:
        """Ends the sampling."""
        self._ended.set()
        self.join()


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += [int(child) for child in path.read_text().split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _resident(pid: int) -> int:
    """Kilobytes; 0 for a process that has ended."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
