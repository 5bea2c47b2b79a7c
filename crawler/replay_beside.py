"""A replay beside another server: a process of its own, and so an origin of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence

from archive.folder import DataFolder
from archive.processes import PR_SET_PDEATHSIG
from extract.browse.beside import NO_REPLAY, Beside, Standing

STOP_SECONDS = 10
"""In which a replay has ended; then it is killed."""

PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds after the first, second, … death in a row before it is started again; after one more
death it is not."""

STEADY = 300.0
"""Seconds for which a replay has answered whose death is the first of a row."""

_prctl = ctypes.CDLL(None).prctl
"""Looked up here: nothing may be loaded between fork and exec."""


class ReplayBeside:
    """``nianbao replay`` as a child, started again when it dies, and ended with ``close`` and when
    this process dies, however that happens. ``say`` is told when it answers, when it ends by
    itself, and when it is given up.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        host: str,
        say: Callable[[str], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._say, self._pauses = say, pauses
        self._command = [
            *(sys.executable, "-m", "crawler.cli", "replay"),
            *("--data", str(folder.root.resolve()), "--host", host),
        ]
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._beside = Beside(Standing.STARTING)
        # Linux tells a child of its parent's death when the *thread* that started it ends
        # (prctl(2)): so one thread starts them all, and lives as long as any
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="replay")
        self._keeper.start()

    def state(self) -> Beside:
        """How it stands."""
        process, beside = self._process, self._beside
        if beside.standing is Standing.RUNS and (process is None or process.poll() is not None):
            return Beside(Standing.STARTING)  # it died just now
        return beside

    def close(self) -> None:
        """Ends it."""
        self._closing.set()
        with self._lock:
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._keeper.join(STOP_SECONDS)

    def _keep(self) -> None:
        deaths = 0
        while True:
            with tempfile.TemporaryDirectory(
                prefix="nianbao-browse-", ignore_cleanup_errors=True
            ) as state:  # what one that is killed leaves
                code, answered = self._run(state)
            if self._closing.is_set():
                self._beside = NO_REPLAY
                return
            deaths = 1 if answered >= STEADY else deaths + 1
            if deaths > len(self._pauses):
                break
            pause = self._pauses[deaths - 1]
            self._beside = Beside(Standing.STARTING)
            self._say(f"replay has ended ({code}): it is started again in {pause:g} s")
            self._closing.wait(pause)
        self._beside = Beside(Standing.GIVEN_UP)
        self._say(
            f"replay has ended ({code}), {deaths} times in a row, and is not started again: "
            "archived pages cannot be opened from here; end browse and start it again"
        )

    def _run(self, state: str) -> tuple[int, float]:
        """One replay from start to end: its exit code, and for how many seconds it answered.
        ``state`` is the folder for what it keeps while it runs.
        """
        parent = os.getpid()
        with self._lock:
            if self._closing.is_set():
                return 0, 0.0
            process = self._process = subprocess.Popen(  # noqa: S603 -- our own program
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is ours to pass on
                preexec_fn=lambda: _die_with(parent),
                env=os.environ | {"TMPDIR": state},
            )
        assert process.stdout is not None
        with process.stdout:
            said = process.stdout.readline().strip()
            began = time.monotonic()
            if said.startswith("http"):
                self._beside = Beside(Standing.RUNS, said.rstrip("/"))
                self._say(f"archived pages open at {said} (replay, an origin of its own)")
            code = process.wait()
        return code, time.monotonic() - began if said else 0.0


def _die_with(parent: int) -> None:
    """In the child, before it runs: it ends when its parent does (prctl(2))."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
