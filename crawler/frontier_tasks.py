"""What the frontier holds: requests to make, and what a listing page leads to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum, StrEnum

from archive.capture import CaptureContext, Role
from archive.index import body_digest


class TaskState(StrEnum):
    """Where a request stands. ``WAITING`` is left to the next run."""

    PENDING = "pending"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Priority(IntEnum):
    """The order in which a portal's requests are made, so that a budget goes to what is new: the
    known new reports, their files, then what may bring further ones; last what pages look like.
    """

    NEW = 0
    ATTACHMENT = 1
    LISTING = 2
    DUE = 3
    REQUISITE = 4


PRIORITIES = {
    Role.LISTING: Priority.LISTING,
    Role.ATTACHMENT: Priority.ATTACHMENT,
    Role.REQUISITE: Priority.REQUISITE,
}
"""Of the roles whose requests are not made first of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One request to make. ``alternative`` is another address for the same listing page; ``ajax``
    asks as a page's script does; ``shells`` counts the pages without rows that led here;
    ``page_record`` is the capture of the page that links an attachment, or of the stylesheet that
    names a requisite.
    """

    portal_id: str
    url: str
    role: Role
    method: str = "GET"
    body: bytes = b""
    via: str | None = None
    link_text: str | None = None
    listed_on: date | None = None
    listing: str | None = None
    entry_url: str | None = None
    alternative: str | None = None
    ajax: bool = False
    shells: int = 0
    page_record: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells requests apart: portal, method, address, digest of the body."""
        return (self.portal_id, self.method, self.url, body_digest(self.body))

    def context(self, run_id: str, *, division: str | None = None) -> CaptureContext:
        """The context that its captures carry; ``division`` is the portal's."""
        return CaptureContext(
            run_id=run_id,
            portal_id=self.portal_id,
            role=self.role,
            via=self.via,
            link_text=self.link_text,
            listed_on=self.listed_on,
            listing=self.listing,
            entry_url=self.entry_url,
            division=division,
            page_record=self.page_record,
            link_url=self.url if self.role is Role.ATTACHMENT else None,
        )


_KEPT = tuple(
    field.name for field in fields(Task) if field.name not in ("portal_id", "url", "method", "body")
)

BLOCKED = "blocked: "
"""What the reason of a request begins with whose answer was a block; its kind follows."""

MAX_SHELLS = 3
"""Pages without rows in a row that lead on: a meta refresh, a frame, the page whose script asks an
API. More are a trap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """A row of a listing. ``shown`` is its title and date: when it differs, the row changed."""

    url: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a listing page leads to: ``further`` pages if it has new rows, or none and at most
    MAX_SHELLS such pages led here; else ``alternatives``.
    """

    rows: Sequence[SeenRow]
    reports: Sequence[Task]
    further: Sequence[Task]
    alternatives: Sequence[Task] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that a run would make now.

    ``due`` is since when it is due, None for one that an earlier run left; ``last`` what the last
    request came to, and ``checked_at`` when, None before the first. Times as stored, UTC.
    """

    url: str
    due: str | None
    last: str | None
    checked_at: str | None


def stored(task: Task) -> str:
    """What the frontier keeps of a task beside its key and body, as JSON."""
    kept: dict[str, object] = {name: getattr(task, name) for name in _KEPT}
    kept["listed_on"] = task.listed_on.isoformat() if task.listed_on else None
    return json.dumps(kept, ensure_ascii=True)  # a listing may hold half a surrogate pair


def task_of(portal_id: str, row: tuple[str, str, str, bytes, str]) -> Task:
    """From method, URL, body digest, body and what ``stored`` gave."""
    context = json.loads(row[4])
    listed_on = context.pop("listed_on")
    return Task(
        portal_id=portal_id,
        method=row[0],
        url=row[1],
        body=row[3],
        role=Role(context.pop("role")),
        listed_on=date.fromisoformat(listed_on) if listed_on else None,
        **context,
    )
