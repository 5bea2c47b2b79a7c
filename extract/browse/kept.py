"""What takes long to find in the corpus: kept until it changes, then made anew; and at once when
suppress.txt does, of what it takes down nothing is counted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.suppression import Suppression

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A value, what it was made from, and when it was ready and how long it took, in seconds."""

    value: dict[str, Any]
    state: State
    rules: Suppression
    ready_at: float
    took: float


class KeptOfState:
    """Values by name that are never older than what asks for them: of one state, the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: object = None
        self._made: dict[object, Any] = {}

    def get(self, state: object, name: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """The value of that name as it was made in this state, or by ``make``."""
        with self._lock:
            if state != self._state:
                self._state, self._made = state, {}
            elif name in self._made:
                return self._made[name]
        value = make()
        with self._lock:
            if state == self._state:
                while len(self._made) >= MOST_KEPT:
                    del self._made[next(iter(self._made))]
                self._made[name] = value
        return value


class Kept:
    """Counts over the whole corpus by name. The first to ask waits while one is made; others get
    what there was while a newer one is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._made: dict[str, _Made] = {}
        self._making: dict[str, threading.Lock] = {}

    def under(self, rules: Suppression) -> KeptUnder:
        """Values without what these rules take down."""
        return KeptUnder(self, rules)

    def get(
        self, name: str, make: Callable[[], dict[str, Any]], rules: Suppression
    ) -> dict[str, Any]:
        """The value of that name, with ``as_of`` (UTC), made by ``make`` where it is not known, the
        corpus has changed since, or it was made under other rules.
        """
        found = self._fresh(name, rules)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault(name, threading.Lock())
        known = self._made.get(name)
        may_be_old = known is not None and known.rules == rules
        if not making.acquire(blocking=not may_be_old) and known is not None:
            return dict(known.value)  # another request makes it
        try:
            return self._fresh(name, rules) or self._make(name, make, rules)
        finally:
            making.release()

    def _fresh(self, name: str, rules: Suppression) -> dict[str, Any] | None:
        known = self._made.get(name)
        if known is None or known.rules != rules:
            return None
        is_rested = time.monotonic() >= known.ready_at + REST * known.took
        if is_rested and known.state != corpus_state(self._path):
            return None
        return dict(known.value)

    def _make(
        self, name: str, make: Callable[[], dict[str, Any]], rules: Suppression
    ) -> dict[str, Any]:
        state, begun = corpus_state(self._path), time.monotonic()
        as_of = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        value = make() | {"as_of": as_of}
        with self._lock:
            while len(self._made) >= MOST_KEPT and name not in self._made:
                oldest = next(iter(self._made))
                del self._made[oldest]
                self._making.pop(oldest, None)
            ended = time.monotonic()
            self._made[name] = _Made(
                value=value, state=state, rules=rules, ready_at=ended, took=ended - begun
            )
        return dict(value)


@dataclass(frozen=True, slots=True)
class KeptUnder:
    """The values that are kept, for one who shows nothing that ``rules`` take down."""

    kept: Kept
    rules: Suppression

    def get(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """As ``Kept.get``."""
        return self.kept.get(name, make, self.rules)
