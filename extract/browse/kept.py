"""Counts over the whole corpus that take long: kept until it changes, then made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REST = 10
"""How many times as long as it took to make a value passes before it is made again: beside a crawl,
which changes the corpus all the time, counting takes no more than a tenth of a core."""

MOST_KEPT = 64
"""Values kept: pages of counts by what they were asked for."""

State = tuple[tuple[int, int] | None, ...]


def corpus_state(path: Path) -> State:
    """What changes whenever the corpus does: size and time of its file and of its log."""
    found: list[tuple[int, int] | None] = []
    for one in (path, path.with_name(path.name + "-wal")):
        try:
            stat = one.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_mtime_ns, stat.st_size))
    return tuple(found)


class Kept:
    """Values by name. The first to ask waits while one is made; others get what there was while a
    newer one is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._made: dict[str, tuple[State, Any, float, float]] = {}
        self._making: dict[str, threading.Lock] = {}

    def get(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The value of that name, with ``as_of`` (UTC), made by ``make`` where it is not known or
        the corpus has changed since.
        """
        found = self._fresh(name)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault(name, threading.Lock())
        known = self._made.get(name)
        if not making.acquire(blocking=known is None) and known is not None:
            return dict(known[1])  # another request makes it
        try:
            return self._fresh(name) or self._make(name, make)
        finally:
            making.release()

    def _fresh(self, name: str) -> dict[str, Any] | None:
        known = self._made.get(name)
        if known is None:
            return None
        state, value, made_at, took = known
        if state == corpus_state(self._path) or time.monotonic() < made_at + REST * took:
            return dict(value)
        return None

    def _make(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        state, begun = corpus_state(self._path), time.monotonic()
        as_of = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        value = make() | {"as_of": as_of}
        with self._lock:
            while len(self._made) >= MOST_KEPT and name not in self._made:
                oldest = next(iter(self._made))
                del self._made[oldest]
                self._making.pop(oldest, None)
            ended = time.monotonic()
            self._made[name] = (state, value, ended, ended - begun)
        return dict(value)
