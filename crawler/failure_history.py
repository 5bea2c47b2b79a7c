"""A portal that fails far more than it used to: a run's documents beside those of the runs before.

From the archive's index alone, and only of runs that came before, so that a later run changes
nothing of it. What is not there (404, 410) is an answer; retries count once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from archive.capture import CaptureContext, RequestFailure, Role
from archive.index import ArchiveIndex, CaptureRow, Run
from extract.blocking import MISSING
from extract.extraction_rows import RunFinding
from extract.report import Finding
from extract.rows import Columns, finding_row
from extract.sentences import say

ASKED_LEAST = 10
"""Documents of a run, and of those before together: a few tell nothing."""
RUNS_BEFORE = 5
"""Runs of the portal that are its history; at least RUNS_LEAST."""
RUNS_LEAST = 2
NOW_LEAST, BEFORE_MOST = 0.5, 0.1
"""Shares that failed: a portal that always loses a third is as it was."""


@dataclass(slots=True)
class _Asked:
    """Addresses asked of a portal in a run, those that answered, and the first trouble."""

    urls: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    first: tuple[str, str, CaptureContext] | None = None

    @property
    def failed(self) -> int:
        return len(self.urls - self.answered)

    @property
    def share(self) -> float:
        """Of what was asked; 0 where nothing was."""
        return self.failed / len(self.urls) if self.urls else 0.0


def risen_failures(
    run: Run, *, index: ArchiveIndex, failures: Iterable[RequestFailure]
) -> Iterator[Columns]:
    """A finding for each portal of a run that fails far more than in its runs before."""
    failed_of: dict[str, list[RequestFailure]] = {}
    for one in failures:
        failed_of.setdefault(one.context.portal_id, []).append(one)
    for row in index.iter_captures(
        run_id=run.start.run_id, roles=(Role.REPORT,), statuses=(400, 599)
    ):
        failed_of.setdefault(row.context.portal_id, [])
    for portal_id in sorted(failed_of):
        asked = _asked(index, run.start.run_id, portal_id, failed_of[portal_id])
        if len(asked.urls) < ASKED_LEAST or asked.share < NOW_LEAST:
            continue
        earlier = [asked for asked in _before(index, run, portal_id) if asked.urls]
        total = sum(len(one.urls) for one in earlier)
        failed = sum(one.failed for one in earlier)
        if len(earlier) < RUNS_LEAST or total < ASKED_LEAST or failed > BEFORE_MOST * total:
            continue
        assert asked.first is not None  # something failed
        url, record_id, context = asked.first
        message = say(
            "failures_rose",
            failed=asked.failed,
            asked=len(asked.urls),
            url=url,
            runs=len(earlier),
            before_failed=failed,
            before_asked=total,
        )
        finding = Finding(kind=RunFinding.FAILURES_ROSE.value, message=message)
        yield finding_row(finding, url=url, record_id=record_id, context=context)


def _before(index: ArchiveIndex, run: Run, portal_id: str) -> Iterator[_Asked]:
    """What was asked of a portal in its last runs before this one."""
    ids = index.run_ids()
    earlier = reversed(ids[: ids.index(run.start.run_id)])
    runs = (found for run_id in earlier if (found := index.find_run(run_id)) is not None)
    of_portal = (one for one in runs if portal_id in one.start.portal_files)
    for one in islice(of_portal, RUNS_BEFORE):
        run_id = one.start.run_id
        yield _asked(index, run_id, portal_id, index.iter_failures(run_id=run_id))


def _asked(
    index: ArchiveIndex, run_id: str, portal_id: str, failures: Iterable[RequestFailure]
) -> _Asked:
    asked = _Asked()
    for row in index.iter_captures(run_id=run_id, portal_id=portal_id, roles=(Role.REPORT,)):
        asked.urls.add(row.url)
        if row.status < 400 or row.status in MISSING:
            asked.answered.add(row.url)
        else:
            asked.first = asked.first or _place(row)
    for failure in failures:
        context = failure.context
        if context.portal_id == portal_id and context.role is Role.REPORT:
            asked.urls.add(failure.url)
            asked.first = asked.first or (failure.url, failure.record_id, context)
    return asked


def _place(row: CaptureRow) -> tuple[str, str, CaptureContext]:
    return row.url, row.pointer.record_id, row.context
