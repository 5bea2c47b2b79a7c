"""The order of captures, defined here for the whole program, and the clock that it rests on.

Captures, and the runs that made them, are ordered by (``ordered_at``, record id). ``ordered_at``
is the time at which a capture was made: ``captured_at``, which is its WARC-Date. Only where the
machine's clock went back between two runs it is later than that: a run that begins before the
newest moment of its archive is *shifted*, and its captures are ordered by their dates and so many
microseconds more, that they come behind all that was there. The dates stay what the clock said
(it may have been wrong before, and right now); their exchange's metadata record has the moment of
order beside them. So "latest capture" is the one made last, whatever the clock said, for
revisits, conditions and current readings, and a rebuild knows it too.

Within a process time never goes back: see ``utc_now``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

NO_SHIFT = timedelta(0)


def shift_behind(newest: datetime | None, started_at: datetime) -> timedelta:
    """How far a run is shifted that begins at ``started_at`` in an archive whose newest moment of
    order is ``newest``, None for an empty one.
    """
    if newest is None or newest < started_at:
        return NO_SHIFT
    return newest - started_at + timedelta(microseconds=1)


class SteadyClock:
    """UTC by the system's clock; when that is set back, it goes on from where it was."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._last = wall()
        self._last_elapsed = elapsed()

    def now(self) -> datetime:
        """The time, never before what was given before."""
        wall, elapsed = self._wall(), self._elapsed()
        with self._lock:
            if wall < self._last:
                went_by = max(0.0, elapsed - self._last_elapsed)
                wall = self._last + timedelta(seconds=went_by)
            self._last, self._last_elapsed = wall, elapsed
            return wall


utc_now = SteadyClock().now
"""The time for all that is archived by this process."""
