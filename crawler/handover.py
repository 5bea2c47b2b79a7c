"""Captures handed over to be read: how many are not read yet, and what their reading leads to.

The spider counts what it hands over, the pipeline tells what was read: a run is not over while a
page may still bring the addresses of its files. Used on the reactor's thread alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crawler.frontier_tasks import Task


def _nothing() -> None:
    """Until there is a pipeline, there is nothing to hurry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WasRead:
    """A capture that was read: of whose portal, the address asked for and the one that answered.
    ``block`` is the kind of what was served in its place and ``detail`` what was seen of it, empty
    where its content is what it should be.
    """

    portal_id: str
    asked_url: str
    url: str
    block: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRead:
    """What a batch led to: requests for files, and how its captures turned out."""

    tasks: Sequence[Task] = ()
    captures: Sequence[WasRead] = ()


def _nobody(batch: BatchRead) -> None:
    """Until there is a spider, nobody listens."""


@dataclass(slots=True)
class Handover:
    """``unread`` captures of each portal wait for their reading. ``hurry`` has a batch read that is
    not full; ``on_read`` is given what a batch led to, after its rows were stored.
    """

    unread: Counter[str] = field(default_factory=Counter)
    hurry: Callable[[], None] = _nothing
    on_read: Callable[[BatchRead], None] = _nobody

    def given(self, portal_id: str) -> None:
        """A capture is on its way to the pipeline."""
        self.unread[portal_id] += 1

    def taken(self, portal_ids: Iterable[str], batch: BatchRead) -> None:
        """Captures of these portals were read, or could not be."""
        self.unread.subtract(portal_ids)
        self.on_read(batch)
