"""When a document is asked again: pure rules, of which the frontier keeps the results.

New and changed documents are asked at once, listings in every run; what is here is the rest:
documents already asked, by their age and by what the server answered.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from archive.capture import FailureReason, Truncation
from extract.blocking import REFUSALS

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
HALF_YEAR = timedelta(days=182)
YOUNG = timedelta(days=91)
"""Reports are edited most in the weeks after they appear: weekly so long, monthly to a year."""
YEAR = timedelta(days=365)

FIRST_RETRY = timedelta(days=1)
LAST_RETRY = timedelta(days=32)
"""Failures are retried after 1, 2, 4 … days, and never less often than this."""

RETRIED_LATER = frozenset({408, 429, 500, 502, 503, 504, 521, 522, 524})
"""Statuses that say "not now"."""
GONE = frozenset({404, 410})


class Answer(StrEnum):
    """What the last request for a document came to."""

    FINE = "fine"
    GONE = "gone"
    BLOCKED = "blocked"
    FAILED = "failed"


def answer_of(status: int, truncated: Truncation | None) -> Answer:
    """How a response counts. A cut one failed, whatever its status says."""
    if truncated is not None or status in RETRIED_LATER:
        return Answer.FAILED
    if status in GONE or 300 <= status < 400:
        return Answer.GONE
    if status in REFUSALS:
        return Answer.BLOCKED
    return Answer.FINE if 200 <= status < 300 else Answer.FAILED


def answer_of_failure(reason: FailureReason) -> Answer:
    """How a request without a response counts."""
    blocked = reason in (FailureReason.ROBOTS, FailureReason.ADDRESS_REFUSED)
    return Answer.BLOCKED if blocked else Answer.FAILED


def interval(age: timedelta) -> timedelta:
    """Time between two checks of a document of this age."""
    if age < YOUNG:
        return WEEK
    return MONTH if age < YEAR else HALF_YEAR


def published(listed_on: date | None, first_seen: datetime) -> datetime:
    """From when a document's age counts: the date of its listing row, else when it was found."""
    if listed_on is None:
        return first_seen
    return min(datetime(listed_on.year, listed_on.month, listed_on.day, tzinfo=UTC), first_seen)


def next_due(
    url: str, *, since: datetime, checked_at: datetime, answer: Answer, attempts: int
) -> datetime:
    """When a document is asked again. ``attempts`` counts answers in a row that were not fine.

    What is gone is looked for after a week, two, four … and in the end every six months; what is
    blocked weekly. A document that is there has its own place in the week, month or half year,
    by the digest of its address: what was captured on one day does not fall due on one day.
    """
    doubled: int = 1 << min(max(attempts, 1) - 1, 10)
    if answer is Answer.FAILED:
        return checked_at + min(FIRST_RETRY * doubled, LAST_RETRY)
    if answer is Answer.BLOCKED:
        return checked_at + WEEK
    if answer is Answer.GONE:
        return checked_at + min(WEEK * doubled, HALF_YEAR)
    return _place(url, interval(checked_at - since), checked_at)


def next_requisite_due(url: str, *, checked_at: datetime, answer: Answer) -> datetime:
    """When what pages are shown with is asked again: twice a year, and after a month while it is
    not there or not to be had; whether a page looks right never presses a server.
    """
    if answer is Answer.FINE:
        return _place(url, HALF_YEAR, checked_at)
    return checked_at + MONTH


def _place(url: str, every: timedelta, checked_at: datetime) -> datetime:
    """The document's next place that is at least half an interval away."""
    period = int(every.total_seconds())
    phase = int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big") % period
    earliest = checked_at + every / 2
    return earliest + timedelta(seconds=(phase - earliest.timestamp()) % period)
