"""The frontier: what is asked once, what is left, and what a stopped run leaves behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archive.capture import Role
from crawler.due import Answer
from crawler.frontier import Frontier
from crawler.frontier_tasks import Found, Priority, SeenRow, Task

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def listing(url: str = "http://h/l/", **given: object) -> Task:
    return Task(portal_id="p", url=url, role=Role.LISTING, listing="http://h/l/", **given)  # type: ignore[arg-type]


def report(number: int, title: str = "某县2019年年报 ' \" ; \ud83d") -> Task:
    return Task(
        portal_id="p",
        url=f"http://h/{number}.html",
        role=Role.REPORT,
        via="http://h/l/",
        link_text=title,
        listed_on=date(2020, 1, 31),
        listing="http://h/l/",
        entry_url=f"http://h/{number}.html",
    )


def page(*reports: Task, further: tuple[Task, ...] = ()) -> Found:
    rows = [SeenRow(url=task.url, shown=ascii(task.link_text)) for task in reports]
    return Found(rows=rows, reports=reports, further=further)


@pytest.fixture
def frontier() -> Frontier:
    frontier = Frontier(None)
    frontier.begin("p", [listing()], now=NOW)
    return frontier


def drain(frontier: Frontier, now: datetime = NOW, answer: Answer = Answer.FINE) -> list[str]:
    urls = []
    for task in iter(lambda: frontier.take("p"), None):
        urls.append(task.url)
        frontier.done(task, answer, now=now)
    return urls


def next_run(frontier: Frontier, found: Found, now: datetime) -> list[str]:
    """A run over a listing of one page; returns what it asked beside the listing."""
    frontier.begin("p", [listing()], now=now)
    first = frontier.take("p")
    assert first is not None
    assert first.role is Role.LISTING
    frontier.take_in(first, found, now=now)
    asked = drain(frontier, now)
    frontier.call_vanished("p")
    frontier.call_due("p", now=now)
    asked += drain(frontier, now)
    frontier.end("p")
    return asked


def test_a_task_comes_back_whole(frontier: Frontier) -> None:
    post = Task(portal_id="p", url="http://h/s", role=Role.LISTING, method="POST", body=b"a=1&\xff")
    frontier.add("p", [report(1), post], now=NOW)
    taken = {task.url: task for task in iter(lambda: frontier.take("p"), None)}
    assert taken[report(1).url] == report(1)
    assert taken["http://h/s"] == post


def test_new_reports_come_first_then_listings_then_the_longest_unchecked() -> None:
    frontier = Frontier(None)
    frontier.begin("p", [], now=NOW)
    for number, days in ((7, 400), (8, 600), (9, 500)):
        frontier.add("p", [report(number)], now=NOW - 600 * DAY)
        drain(frontier, NOW - days * DAY)
    frontier.begin("p", [listing()], now=NOW)
    first = frontier.take("p")
    assert first is not None
    found = page(report(1), report(2), further=(listing("http://h/l/index_1.html"),))
    frontier.take_in(first, found, now=NOW)
    assert frontier.call_due("p", now=NOW) == 3
    numbers = [url.removeprefix("http://h/") for url in drain(frontier)]
    assert numbers == ["1.html", "2.html", "l/index_1.html", "8.html", "9.html", "7.html"]


def test_nothing_is_asked_twice_in_a_round(frontier: Frontier) -> None:
    assert frontier.add("p", [report(1), report(1)], now=NOW) == 1
    assert frontier.add("p", [report(1)], now=NOW) == 0
    drain(frontier)
    assert frontier.add("p", [report(1), listing()], now=NOW) == 0
    assert drain(frontier) == []


def test_two_bodies_are_two_requests(frontier: Frontier) -> None:
    pages = [
        Task(portal_id="p", url="http://h/s", role=Role.LISTING, method="POST", body=body)
        for body in (b"page=1", b"page=2")
    ]
    assert frontier.add("p", pages, now=NOW) == 2


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    frontier = Frontier(path)
    frontier.begin("p", [listing()], now=NOW)
    first = frontier.take("p")
    assert first is not None
    found = page(report(1), report(2), further=(listing("http://h/l/index_1.html"),))
    assert frontier.take_in(first, found, now=NOW) == 2
    asked = frontier.take("p")
    assert asked is not None
    frontier.close()  # killed while this request was under way

    frontier = Frontier(path)
    assert frontier.begin("p", [listing()], now=NOW), "the round was left open"
    left = ["http://h/1.html", "http://h/2.html", "http://h/l/", "http://h/l/index_1.html"]
    assert sorted(drain(frontier)) == left, "the first page is asked in every run"
    assert frontier.end("p") == 0
    frontier.close()

    frontier = Frontier(path)
    assert not frontier.begin("p", [listing()], now=NOW), "a new round begins anew"
    assert drain(frontier) == ["http://h/l/"]


def test_a_page_of_seen_rows_ends_the_listing(frontier: Frontier) -> None:
    first = frontier.take("p")
    assert first is not None
    second = listing("http://h/l/index_1.html", alternative="http://h/l/index_2.html")
    row = SeenRow(url="a")
    frontier.take_in(first, Found(rows=[row], reports=[], further=[second]), now=NOW)
    repeated = frontier.take("p")
    assert repeated == second
    third, other = listing("http://h/l/index_2.html"), listing("http://h/l/index_3.html")
    found = Found(rows=[row], reports=[], further=[other], alternatives=[third])
    assert frontier.take_in(repeated, found, now=NOW) == 0
    assert drain(frontier) == ["http://h/l/index_2.html"]


def test_an_old_report_is_asked_twice_a_year() -> None:
    frontier = Frontier(None)
    found = page(report(1))
    days = [day for day in range(0, 730) if next_run(frontier, found, NOW + day * DAY)]
    assert days[0] == 0
    assert 4 <= len(days) <= 6, "two years hold four half years"
    gaps = [later - earlier for earlier, later in pairwise(days[1:])]
    assert all(180 <= gap <= 184 for gap in gaps), gaps
    assert 90 <= days[1] <= 274


def test_a_changed_row_is_asked_at_once() -> None:
    frontier = Frontier(None)
    assert next_run(frontier, page(report(1), report(2)), NOW)
    assert next_run(frontier, page(report(1), report(2)), NOW + DAY) == []
    edited = page(report(1, "更正：某县2019年年报"), report(2))
    assert next_run(frontier, edited, NOW + 2 * DAY) == [report(1).url]
    assert next_run(frontier, edited, NOW + 3 * DAY) == []


def test_a_vanished_row_is_asked_at_once_and_only_once() -> None:
    frontier = Frontier(None)
    next_run(frontier, page(report(1), report(2)), NOW)
    assert next_run(frontier, page(report(2)), NOW + DAY) == [report(1).url]
    assert next_run(frontier, page(report(2)), NOW + 2 * DAY) == []


def test_rows_missing_behind_a_failed_page_have_not_vanished() -> None:
    frontier = Frontier(None)
    second = listing("http://h/l/index_1.html")
    next_run(frontier, page(report(1), report(2)), NOW)
    frontier.begin("p", [listing()], now=NOW + DAY)
    first = frontier.take("p")
    assert first is not None
    frontier.take_in(first, page(report(1), further=(second,)), now=NOW + DAY)
    assert frontier.take("p") == second
    frontier.done(second, Answer.FAILED, now=NOW + DAY)
    assert frontier.call_vanished("p") == 0
    assert frontier.end("p") == 0
    assert next_run(frontier, page(report(1)), NOW + 2 * DAY) == [report(2).url]


def test_an_empty_listing_makes_nothing_vanish() -> None:
    frontier = Frontier(None)
    next_run(frontier, page(report(1)), NOW)
    assert next_run(frontier, page(), NOW + DAY) == []


def test_failures_are_asked_after_1_2_4_days() -> None:
    frontier = Frontier(None)
    asked = []
    for day in range(40):
        now = NOW + day * DAY
        frontier.begin("p", [], now=now)
        frontier.add("p", [report(1)], now=now)
        frontier.call_due("p", now=now)
        asked += [day] if drain(frontier, now, Answer.FAILED) else []
        frontier.end("p")
    assert asked == [0, 1, 3, 7, 15, 31]


def test_what_was_put_back_is_asked_in_the_next_run(frontier: Frontier) -> None:
    frontier.add("p", [report(1)], now=NOW)
    for task in iter(lambda: frontier.take("p"), None):
        frontier.put_back(task)
    assert frontier.end("p") == 2
    assert frontier.begin("p", [], now=NOW)
    assert len(drain(frontier)) == 2


def test_full_asks_each_once(frontier: Frontier) -> None:
    frontier.add("p", [report(1), report(2)], now=NOW)
    drain(frontier)
    later = NOW + DAY
    assert frontier.call_due("p", now=later) == 0
    assert frontier.call_due("p", now=later, all_before=later) == 2
    assert len(drain(frontier, later)) == 2
    assert frontier.call_due("p", now=later, all_before=later) == 0


def test_a_clock_that_was_wrong_puts_nothing_off(frontier: Frontier) -> None:
    frontier.add("p", [report(1)], now=NOW)
    drain(frontier, NOW + 3650 * DAY)
    assert frontier.call_due("p", now=NOW) == 1


def test_what_was_not_modified_becomes_due_when_the_portal_lied(frontier: Frontier) -> None:
    frontier.add("p", [report(1), report(2)], now=NOW)
    for task in iter(lambda: frontier.take("p"), None):
        said = "not modified" if task.url == report(1).url else None
        frontier.done(task, Answer.FINE, now=NOW, reason=said)
    assert frontier.call_unmodified("p", now=NOW) == 1
    frontier.call_due("p", now=NOW)
    assert drain(frontier) == [report(1).url]


def test_a_state_of_the_first_version_makes_everything_due(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    Frontier(path).close()
    with closing(sqlite3.connect(path)) as db:  # as the first version left it
        db.executescript(FIRST_VERSION)
    frontier = Frontier(path)
    assert not frontier.begin("p", [listing()], now=NOW)
    assert drain(frontier) == ["http://h/l/"]


FIRST_VERSION = """
DROP TABLE rounds; DROP TABLE requests; DROP TABLE seen_rows;
DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%';
PRAGMA user_version = 1;
CREATE TABLE cycles (portal TEXT PRIMARY KEY, cycle INTEGER NOT NULL, open INTEGER) STRICT;
CREATE TABLE tasks (portal TEXT PRIMARY KEY) STRICT;
CREATE TABLE seen_rows (portal TEXT PRIMARY KEY) STRICT;
INSERT INTO cycles VALUES ('p', 4, 1);
"""


def requisite() -> Task:
    return Task(portal_id="p", url="http://h/static/a.css", role=Role.REQUISITE, via="http://h/l/")


def test_requisites_are_taken_last_and_only_by_who_asks_for_them() -> None:
    frontier = Frontier(None)
    frontier.begin("p", [], now=NOW)
    frontier.add("p", [requisite(), report(1)], now=NOW)
    assert drain(frontier) == ["http://h/1.html"]
    task = frontier.take("p", up_to=Priority.REQUISITE)
    assert task is not None
    assert task.url == requisite().url


def test_requisites_that_wait_leave_no_round_open() -> None:
    frontier = Frontier(None)
    frontier.begin("p", [], now=NOW)
    frontier.add("p", [requisite()], now=NOW)
    assert frontier.end("p") == 0
    assert not frontier.begin("p", [], now=NOW)
    assert frontier.take("p", up_to=Priority.REQUISITE) is not None


def test_a_requisite_is_never_called_with_the_documents_that_are_due() -> None:
    frontier = Frontier(None)
    frontier.begin("p", [], now=NOW)
    frontier.add("p", [requisite()], now=NOW)
    task = frontier.take("p", up_to=Priority.REQUISITE)
    assert task is not None
    frontier.done(task, Answer.FAILED, now=NOW)
    late = NOW + 2000 * DAY
    assert frontier.call_due("p", now=late, all_before=late) == 0
    frontier.add("p", [requisite()], now=late)
    assert frontier.take("p", up_to=Priority.REQUISITE) is None


def asked_requisite(frontier: Frontier, answer: Answer) -> Task:
    frontier.begin("p", [], now=NOW)
    frontier.add("p", [requisite()], now=NOW)
    task = frontier.take("p", up_to=Priority.REQUISITE)
    assert task is not None
    frontier.done(task, answer, now=NOW)
    return task


@pytest.mark.parametrize(
    ("answer", "early", "late"), [(Answer.FINE, 90, 275), (Answer.GONE, 29, 31)]
)
def test_a_requisite_has_calls_of_its_own(answer: Answer, early: int, late: int) -> None:
    frontier = Frontier(None)
    asked_requisite(frontier, answer)
    frontier.call_requisites("p", now=NOW + early * DAY)
    assert frontier.take("p", up_to=Priority.REQUISITE) is None
    frontier.call_requisites("p", now=NOW + late * DAY)
    assert frontier.take("p") is None
    assert frontier.take("p", up_to=Priority.REQUISITE) is not None


def test_a_requisite_is_known_to_every_portal() -> None:
    frontier = Frontier(None)
    asked_requisite(frontier, Answer.FINE)
    assert frontier.knows_requisite(requisite().url)
    assert not frontier.knows("q", requisite().url)


def test_a_requisite_that_turns_out_to_be_a_file_of_a_report_is_asked_as_one() -> None:
    frontier = Frontier(None)
    asked_requisite(frontier, Answer.FINE)
    file = replace(requisite(), role=Role.ATTACHMENT)
    frontier.add_attachments([file], since=NOW, now=NOW)
    task = frontier.take("p")
    assert task is not None
    assert task.role is Role.ATTACHMENT
    frontier.done(task, Answer.FINE, now=NOW)
    assert not frontier.knows_requisite(file.url)
