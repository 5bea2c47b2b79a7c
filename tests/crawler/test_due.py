"""When a document is asked again: by age, by answer, spread over the interval."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from archive.capture import FailureReason, Truncation
from crawler.due import Answer, answer_of, answer_of_failure, next_due, published
from crawler.feeding import outside_hours, spent_reason
from crawler.portal import FetchPolicy, HourRange
from crawler.services import PortalTally

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def due_in_days(url: str, age: int, *, answer: Answer = Answer.FINE, attempts: int = 0) -> float:
    due = next_due(url, since=NOW - age * DAY, checked_at=NOW, answer=answer, attempts=attempts)
    return (due - NOW) / DAY


@pytest.mark.parametrize(
    ("age", "every"), [(0, 7), (90, 7), (92, 30), (364, 30), (366, 182), (5000, 182)]
)
def test_the_interval_goes_by_age(age: int, every: int) -> None:
    url = "http://h/1.html"
    first = due_in_days(url, age)
    assert every / 2 <= first < 1.5 * every
    due = NOW + first * DAY
    after = next_due(url, since=due - age * DAY, checked_at=due, answer=Answer.FINE, attempts=0)
    assert abs((after - due) / DAY - every) < 0.001, "from then on exactly so often"


def test_a_first_crawl_is_spread_over_the_interval() -> None:
    days = Counter(int(due_in_days(f"http://h/{number}.html", 3000)) for number in range(18200))
    assert len(days) >= 182
    assert max(days.values()) < 160, "a hundred a day is even"


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (Answer.FAILED, [1, 2, 4, 8, 16, 32, 32]),
        (Answer.BLOCKED, [7, 7, 7]),
        (Answer.GONE, [7, 14, 28, 56, 112, 182, 182]),
    ],
)
def test_what_was_not_fine_is_tried_again(answer: Answer, waits: list[int]) -> None:
    found = [
        due_in_days("http://h/", 3000, answer=answer, attempts=attempts)
        for attempts in range(1, len(waits) + 1)
    ]
    assert found == waits
    assert due_in_days("http://h/", 3000, answer=answer, attempts=10**6) == waits[-1]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer.FINE),
        (204, Answer.FINE),
        (302, Answer.GONE),
        (404, Answer.GONE),
        (410, Answer.GONE),
        (403, Answer.BLOCKED),
        (412, Answer.BLOCKED),
        (400, Answer.FAILED),
        (429, Answer.FAILED),
        (503, Answer.FAILED),
        (999, Answer.FAILED),
    ],
)
def test_a_status_is_an_answer(status: int, answer: Answer) -> None:
    assert answer_of(status, None) is answer


def test_a_cut_response_failed() -> None:
    assert answer_of(200, Truncation.DISCONNECT) is Answer.FAILED


def test_robots_block_and_networks_fail() -> None:
    assert answer_of_failure(FailureReason.ROBOTS) is Answer.BLOCKED
    assert answer_of_failure(FailureReason.TIMEOUT) is Answer.FAILED


def test_age_counts_from_the_row_and_never_from_the_future() -> None:
    assert published(date(2020, 3, 1), NOW) == datetime(2020, 3, 1, tzinfo=UTC)
    assert published(None, NOW) == NOW
    assert published(date(2099, 1, 1), NOW) == NOW


def test_budgets_name_themselves() -> None:
    tally = PortalTally(asked=3, extra=2, bytes=900)
    assert spent_reason(FetchPolicy(), tally, minutes=9999) is None
    assert "fetch.budget " in (spent_reason(FetchPolicy(budget=5), tally, minutes=0) or "")
    assert spent_reason(FetchPolicy(budget=6), tally, minutes=0) is None
    assert "budget_bytes" in (spent_reason(FetchPolicy(budget_bytes=900), tally, minutes=0) or "")
    assert "minutes" in (spent_reason(FetchPolicy(budget_minutes=2), tally, minutes=2) or "")


def test_hours_are_those_of_shanghai_and_pass_midnight() -> None:
    fetch = FetchPolicy(hours=HourRange(start=22, end=6))
    assert outside_hours(fetch, datetime(2026, 11, 21, 14, tzinfo=UTC)) is None  # 22 in Shanghai
    assert outside_hours(fetch, datetime(2026, 11, 21, 21, 59, tzinfo=UTC)) is None
    assert "22-06" in (outside_hours(fetch, datetime(2026, 11, 21, 22, tzinfo=UTC)) or "")
