"""A replay beside another server: a process of its own, and so an origin of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from archive.folder import DataFolder
from archive.processes import PR_SET_PDEATHSIG

STOP_SECONDS = 10
"""In which a replay has ended; then it is killed."""


class ReplayBeside:
    """``nianbao replay`` as a child, ended with ``close`` and when this process dies, however that
    happens. ``say`` is told when it answers, and when it ends by itself.
    """

    def __init__(self, folder: DataFolder, *, host: str, say: Callable[[str], None]) -> None:
        self._say = say
        self._origin: str | None = None
        self._is_closing = False
        parent = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "crawler.cli", "replay", "--data", str(folder.root.resolve()),
             "--host", host],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is ours to pass on
            preexec_fn=lambda: _die_with(parent),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True, name="replay")
        self._reader.start()

    def origin(self) -> str | None:
        """Where it answers; None while it does not."""
        return self._origin if self._process.poll() is None else None

    def close(self) -> None:
        """Ends it."""
        self._is_closing = True
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(STOP_SECONDS)

    def _read(self) -> None:
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        if said.startswith("http"):
            self._origin = said.rstrip("/")
            self._say(f"archived pages open at {said} (replay, an origin of its own)")
        code = self._process.wait()
        if not self._is_closing:
            self._say(f"replay has ended ({code}): archived pages cannot be opened from here")


def _die_with(parent: int) -> None:
    """In the child, before it runs: it ends when its parent does (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
