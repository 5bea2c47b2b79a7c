"""Progress bars for a person who watches: on a terminal only, never in cron's mail or a pipe.

A bar is told at most a few times a second and counts what is known in the frontier less often, so
that a crawl is not slower for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from archive.index import ArchiveIndex
from crawler.terminal import on_terminal, shown
from extract.document import READ_ROLES

if TYPE_CHECKING:  # reading again is a command without Scrapy
    from crawler.services import CrawlServices, PortalTally

SECONDS_BETWEEN = 0.25
"""Between two updates of the bars."""

SECONDS_BETWEEN_COUNTS = 3.0
"""Between two counts of what is left: 10 ms for a portal of 100,000 requests."""


@contextmanager
def crawl_progress(talk: Console, services: CrawlServices) -> Iterator[None]:
    """A bar a portal, of requests asked and known, while the block runs."""
    if not on_terminal():
        yield
        return
    with _bars(talk) as bars:
        services.on_progress = CrawlBars(services, bars)
        try:
            yield
        finally:
            services.on_progress = None


class CrawlBars:
    """What the spider calls when a request is settled."""

    def __init__(self, services: CrawlServices, bars: Progress) -> None:
        self._services = services
        self._bars = bars
        self._of_portal: dict[tuple[str, str], TaskID] = {}
        self._told = self._counted = float("-inf")

    def __call__(self, tally: PortalTally) -> None:
        """Moves the bars, if it is time for it."""
        now = monotonic()
        if now - self._told < SECONDS_BETWEEN:
            return
        self._told = now
        counts = now - self._counted >= SECONDS_BETWEEN_COUNTS
        if counts:
            self._counted = now
        for key, one in list(self._services.tallies.items()):
            self._move(key, one, counts=counts)

    def _move(self, key: tuple[str, str], tally: PortalTally, *, counts: bool) -> None:
        _, portal_id = key
        if key not in self._of_portal:
            self._of_portal[key] = self._bars.add_task(shown(portal_id), total=None)
        bar = self._of_portal[key]
        left = _left(self._services, portal_id) if counts else None
        self._bars.update(bar, completed=tally.asked)
        if left is not None:
            self._bars.update(bar, total=tally.asked + left)


def _left(services: CrawlServices, portal_id: str) -> int | None:
    """How many requests of a portal wait; None when it cannot be told: no bar ends a crawl."""
    try:
        (count,) = services.frontier.db.execute(
            "SELECT count(*) FROM requests WHERE portal = ? AND state IN ('pending', 'waiting')",
            [portal_id],
        ).fetchone()
    except sqlite3.Error:
        return None
    return int(count)


@contextmanager
def reading_progress(talk: Console, index: ArchiveIndex) -> Iterator[Callable[[int], None] | None]:
    """A bar of captures read, of all that are documents; None where nobody watches."""
    if not on_terminal():
        yield None
        return
    with _bars(talk) as bars:
        total = index.count_payloads(READ_ROLES)
        bar = bars.add_task("reading", total=total)

        def tell(read: int) -> None:
            bars.update(bar, completed=read)

        yield tell


def _bars(talk: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=talk,
        transient=True,
        refresh_per_second=4,
    )
