"""Archived runs as a source of captures: what ``crawl --from-archive`` is served from."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from archive.capture import Capture, RequestFailure
from archive.index import ArchiveIndex, CaptureRow
from archive.reader import ArchiveReader

Answers = deque[CaptureRow | RequestFailure]


class ArchivedRuns:
    """For (run, method, URL, body digest) the captures and failures in the order they happened."""

    def __init__(self, index: ArchiveIndex, reader: ArchiveReader) -> None:
        self._index = index
        self._reader = reader
        self._run_id: str | None = None
        self._answers: dict[tuple[str, str, str], Answers] = {}

    def take(
        self, run_id: str, method: str, url: str, body_digest: str
    ) -> Capture | RequestFailure | None:
        """The next answer to this request in this run, each once; None when there is none left."""
        if run_id != self._run_id:
            self._load(run_id)
        answers = self._answers.get((method, url, body_digest))
        if not answers:
            return None
        answer = answers.popleft()
        return answer if isinstance(answer, RequestFailure) else self._reader.capture(answer)

    def _load(self, run_id: str) -> None:
        """One run at a time is held: its rows, not its bytes."""
        events: list[CaptureRow | RequestFailure] = [
            *self._index.iter_captures(run_id=run_id),
            *self._index.iter_failures(run_id=run_id),
        ]
        self._answers = {}
        for event in sorted(events, key=_moment):
            key = (event.method, event.url, event.body_digest)
            self._answers.setdefault(key, deque()).append(event)
        self._run_id = run_id


def _moment(event: CaptureRow | RequestFailure) -> tuple[datetime, str]:
    if isinstance(event, RequestFailure):
        return (event.failed_at, event.record_id)
    return (event.captured_at, event.pointer.record_id)
