"""Archived runs as a source of captures: what ``crawl --from-archive`` is served from."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from archive.capture import Capture, CaptureContext, RequestFailure, Role
from archive.index import ArchiveIndex, CaptureRow, body_digest
from archive.reader import ArchiveReader

Answers = deque[CaptureRow | RequestFailure]

ASKED_FOR_THEMSELVES = (Role.LISTING, Role.REPORT, Role.ATTACHMENT)
"""The roles that the frontier asks for; robots.txt comes with others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a portal."""

    portal_id: str
    method: str
    url: str
    body_digest: str

    @classmethod
    def of(cls, portal_id: str, method: str, url: str, body: bytes) -> Self:
        """From the request's body."""
        return cls(portal_id, method, url, body_digest(body))


class ArchivedRuns:
    """For (run, method, URL, body digest) the captures and failures in the order they happened."""

    def __init__(self, index: ArchiveIndex, reader: ArchiveReader) -> None:
        self._index = index
        self._reader = reader
        self._run_id: str | None = None
        self._answers: dict[tuple[str, str, str], Answers] = {}
        self._begun: datetime | None = None
        self._offered: set[Asked] = set()
        self._events: deque[CaptureRow | RequestFailure] = deque()
        self._places: dict[str, int] | None = None
        self._first_failures: dict[tuple[str, str, str], int] = {}

    def take(
        self, run_id: str, method: str, url: str, body_digest: str
    ) -> Capture | RequestFailure | None:
        """The next answer to this request in this run, each once; None when there is none left."""
        self._load(run_id)
        answers = self._answers.get((method, url, body_digest))
        if not answers:
            return None
        answer = answers.popleft()
        return answer if isinstance(answer, RequestFailure) else self._reader.capture(answer)

    def should_ask(self, run_id: str, asked: Asked, *, may_be_later: bool = False) -> bool:
        """Whether a run asked for this, or should have: no run before it had, nor, where it
        ``may_be_later``, any after it. A page that a run captured may have been read by the next.

        Notes that it is asked, so that ``find_unasked`` does not name it. What was served, and is
        found only then on a page (a file of one that was read again), is not asked once more.
        """
        self._load(run_id)
        key = (asked.method, asked.url, asked.body_digest)
        if asked in self._offered and not self._answers.get(key):
            return False
        self._offered.add(asked)
        return key in self._answers or not self._known(key, at_any_time=may_be_later)

    def find_unasked(
        self, run_id: str, portal_id: str
    ) -> tuple[Asked, bytes, CaptureContext] | None:
        """The next request that the run made of this portal and that was not named yet, with its
        body; None when there is no other. Redirect targets come with what led to them.
        """
        self._load(run_id)
        for _ in range(len(self._events)):
            event = self._events.popleft()
            context = event.context
            if context.portal_id != portal_id:
                self._events.append(event)
                continue
            asked = Asked(portal_id, event.method, event.url, event.body_digest)
            if asked in self._offered or not self._was_first(event):
                continue
            self._offered.add(asked)
            return asked, self._body(event), context
        return None

    def _was_first(self, event: CaptureRow | RequestFailure) -> bool:
        """Whether it was asked for itself and was not served yet in this replay."""
        context = event.context
        if context.role not in ASKED_FOR_THEMSELVES:
            return False
        if context.role is Role.REPORT and context.entry_url != event.url:
            return False
        if context.role is Role.ATTACHMENT and context.link_url != event.url:
            return False
        return bool(self._answers.get((event.method, event.url, event.body_digest)))

    def _body(self, event: CaptureRow | RequestFailure) -> bytes:
        if isinstance(event, RequestFailure) or not event.body_digest:
            return b""
        return self._reader.capture(event).request.body

    def _known(self, key: tuple[str, str, str], *, at_any_time: bool) -> bool:
        """Whether a run before this one asked for it, or any run at all."""
        assert self._begun is not None
        assert self._run_id is not None
        if self._places is None:
            self._places = {run.start.run_id: n for n, run in enumerate(self._index.iter_runs())}
            for failure in self._index.iter_failures():
                known = (failure.method, failure.url, failure.body_digest)
                place = self._places.get(failure.context.run_id, -1)
                self._first_failures[known] = min(place, self._first_failures.get(known, place))
        failed_in = self._first_failures.get(key)
        before = self._places.get(self._run_id, 0)
        if failed_in is not None and (at_any_time or failed_in < before):
            return True
        first = self._index.first(*key)
        return first is not None and (at_any_time or first.ordered_at < self._begun)

    def _load(self, run_id: str) -> None:
        """One run at a time is held: its rows, not its bytes."""
        if run_id == self._run_id:
            return
        events: list[CaptureRow | RequestFailure] = [
            *self._index.iter_captures(run_id=run_id),
            *self._index.iter_failures(run_id=run_id),
        ]
        events.sort(key=_moment)
        self._answers = {}
        for event in events:
            key = (event.method, event.url, event.body_digest)
            self._answers.setdefault(key, deque()).append(event)
        self._events = deque(events)
        self._offered = set()
        run = self._index.find_run(run_id)
        self._begun = run.start.ordered_at if run else None
        if run is None and events:
            self._begun = _moment(events[0])[0]
        self._run_id = run_id


def _moment(event: CaptureRow | RequestFailure) -> tuple[datetime, str]:
    if isinstance(event, RequestFailure):
        return (event.failed_at, event.record_id)
    return (event.captured_at, event.pointer.record_id)
