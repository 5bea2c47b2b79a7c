"""Archived pages in a browser, served from the WARC files where they lie.

Replay is a process of its own beside crawls: it reads WARC files and their indexes, and keeps its
own merged index in a temporary folder, made anew when files or suppress.txt change.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import InvalidSuppression, ReplayUnavailable
from archive.folder import DataFolder
from archive.listening import Listening
from archive.replay_gate import Gate
from archive.replay_index import ReplayIndex, state_of, write_replay_index
from archive.replay_pywb import make_pywb
from archive.replay_rewriting import CharsetOf
from archive.suppression import Suppression, load_suppression
from archive.urlkey import url_key

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks for new captures."""

REST = 10
"""How many times as long as it took to make the index passes before it is made again: a replay
beside a crawl takes no more than a tenth of a core for that."""

MOST_REQUESTS = 100
"""Answered at a time; more wait."""

_STOP_SECONDS = 1
_NOT_HELD = "%s; what it said before still holds"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that has begun: its origin, and how many captures it shows."""

    origin: str
    captures: int


def check_installed() -> None:
    """Raises ReplayUnavailable, with what to do, unless pywb is installed."""
    if importlib.util.find_spec("pywb") is None:
        raise ReplayUnavailable(
            "pywb, which shows archived pages, is not installed: pip install 'nianbao[replay]' "
            "(in a checkout: pip install -c constraints.txt -e '.[replay]')"
        )


def serve_replay(
    folder: DataFolder,
    listening: Listening,
    *,
    charset_of: CharsetOf,
    ready: Callable[[Replay], None],
) -> None:
    """Serves until SIGTERM or Ctrl-C; ``ready`` is called when it answers.

    Raises ReplayUnavailable, CannotListen, and InvalidSuppression when what is taken down cannot be
    told.
    """
    check_installed()
    folder = DataFolder(folder.root.resolve())
    with (
        listening.open_socket() as listener,
        tempfile.TemporaryDirectory(prefix="nianbao-replay-") as state,
    ):
        index = ReplayIndex(Path(state))
        write_replay_index(folder, index)
        _serve(folder, index, listener, listening, charset_of=charset_of, ready=ready)


def _serve(
    folder: DataFolder,
    index: ReplayIndex,
    listener: socket.socket,
    listening: Listening,
    *,
    charset_of: CharsetOf,
    ready: Callable[[Replay], None],
) -> None:
    behind = make_pywb(folder, index, charset_of)
    # after pywb has patched the process
    import gevent
    from gevent.pool import Pool
    from gevent.pywsgi import WSGIServer
    from pywb.utils.geventserver import RequestURIWSGIHandler

    port = listener.getsockname()[1]
    names = listening.names
    shown = _Shown(folder, index)
    gate = Gate(
        behind,
        shown,
        names=None if names is None else frozenset(f"{name}:{port}" for name in names),
    )
    server = WSGIServer(
        gevent.socket.socket(listener.family, listener.type, fileno=os.dup(listener.fileno())),
        gate,
        handler_class=RequestURIWSGIHandler,
        spawn=Pool(MOST_REQUESTS),
        log=None,
        error_log=logger,
    )
    keeper = _Keeper(folder, index, shown)
    keeping = gevent.spawn(keeper.run)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop, _STOP_SECONDS)
    if sys.stdin is not None and sys.stdin.isatty():  # a terminal that is closed ends it
        gevent.signal_handler(signal.SIGHUP, server.stop, _STOP_SECONDS)
    else:
        gevent.signal_handler(signal.SIGHUP, keeper.at_once.set)
    server.start()
    ready(Replay(f"http://{listening.opened_at}:{port}", shown.captures))
    try:
        server.serve_forever(stop_timeout=_STOP_SECONDS)
    finally:
        keeping.kill()


class _Shown:
    """What the index and suppress.txt say may be shown, as of the last look."""

    def __init__(self, folder: DataFolder, index: ReplayIndex) -> None:
        self._folder, self._index = folder, index
        self._suppression = Suppression()
        self._records: frozenset[tuple[str, str]] = frozenset()
        self._keys: frozenset[str] = frozenset()
        self.captures = 0
        self.look()

    def look(self) -> None:
        """Takes what the files say now. A suppress.txt that cannot be read changes nothing."""
        try:
            self._suppression = load_suppression(self._folder.suppress_file)
        except InvalidSuppression as error:
            logger.warning(_NOT_HELD, error)
        about = json.loads(self._index.about.read_text(encoding="utf-8"))
        self._records = frozenset((key, timestamp) for key, timestamp in about["taken_down"])
        self._keys = frozenset(key for key, _ in self._records)
        self.captures = int(about["captures"])

    def covers(self, url: str, timestamp: str) -> bool:
        """Whether an address, or its capture of that very time, is taken down."""
        return self._suppression.covers(url) or (url_key(url), timestamp) in self._records

    def had_only_taken_down(self, url: str) -> bool:
        """Of an address of which nothing is shown: whether records of it were taken down."""
        return url_key(url) in self._keys


class _Keeper:
    """Has the index made anew, by another process, when something changed."""

    def __init__(self, folder: DataFolder, index: ReplayIndex, shown: _Shown) -> None:
        from gevent.event import Event

        self._folder, self._index, self._shown = folder, index, shown
        self._state: Any = state_of(folder)
        self._not_before = 0.0
        self._listed = _look_at(folder.suppress_file)
        self.at_once: Any = Event()
        """Set by SIGHUP."""

    def run(self) -> None:
        """Never ends; what goes wrong is said, and tried again when something changes. What is to
        be taken down waits for nothing.
        """
        while True:
            hurried = self.at_once.wait(LOOK_EVERY)
            self.at_once.clear()
            listed = _look_at(self._folder.suppress_file)
            if listed != self._listed:
                self._listed, hurried = listed, True
                self._shown.look()
            if not hurried and time.monotonic() < self._not_before:
                continue
            state = state_of(self._folder)
            if hurried or state != self._state:
                self._state = state
                self._make_anew()

    def _make_anew(self) -> None:
        began = time.monotonic()
        command = [sys.executable, "-P", "-m", "archive.replay_index"]
        done = subprocess.run(  # noqa: S603
            [*command, str(self._folder.root), str(self._index.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            problem = done.stderr.strip() or f"it ended with {done.returncode}"
            logger.warning("the index was not made anew, so replay shows what it did: %s", problem)
        self._shown.look()
        now = time.monotonic()
        self._not_before = now + REST * (now - began)


def _look_at(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None when it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
