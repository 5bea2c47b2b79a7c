"""The frontier: what is asked once, what is left, and what a stopped run leaves behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive.capture import Role
from crawler.frontier import Found, Frontier, Task


def listing(url: str = "http://h/l/", **given: object) -> Task:
    return Task(portal_id="p", url=url, role=Role.LISTING, listing="http://h/l/", **given)  # type: ignore[arg-type]


def report(number: int) -> Task:
    return Task(
        portal_id="p",
        url=f"http://h/{number}.html",
        role=Role.REPORT,
        via="http://h/l/",
        link_text="某县2019年年报 ' \" ;",
        listed_on=date(2020, 1, 31),
        listing="http://h/l/",
        entry_url=f"http://h/{number}.html",
    )


@pytest.fixture
def frontier() -> Frontier:
    frontier = Frontier(None)
    frontier.begin("p", [listing()])
    return frontier


def test_a_task_comes_back_whole(frontier: Frontier) -> None:
    post = Task(portal_id="p", url="http://h/s", role=Role.LISTING, method="POST", body=b"a=1&\xff")
    frontier.add("p", [report(1), post])
    taken = {task.url: task for task in iter(lambda: frontier.take("p"), None)}
    assert taken[report(1).url] == report(1)
    assert taken["http://h/s"] == post


def test_listings_come_first(frontier: Frontier) -> None:
    frontier.add("p", [report(1), listing("http://h/l/index_1.html")])
    order = [task.role for task in iter(lambda: frontier.take("p"), None)]
    assert order == [Role.LISTING, Role.LISTING, Role.REPORT]


def test_nothing_is_asked_twice_in_a_cycle(frontier: Frontier) -> None:
    assert frontier.add("p", [report(1), report(1)]) == 1
    assert frontier.add("p", [report(1)]) == 0
    first = frontier.take("p")
    assert first is not None
    frontier.done(first)
    assert frontier.add("p", [first]) == 0


def test_two_bodies_are_two_requests(frontier: Frontier) -> None:
    pages = [
        Task(portal_id="p", url="http://h/s", role=Role.LISTING, method="POST", body=body)
        for body in (b"page=1", b"page=2")
    ]
    assert frontier.add("p", pages) == 2


def drain(frontier: Frontier) -> list[str]:
    urls = []
    for task in iter(lambda: frontier.take("p"), None):
        urls.append(task.url)
        frontier.done(task)
    return urls


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    frontier = Frontier(path)
    frontier.begin("p", [listing()])
    first = frontier.take("p")
    assert first is not None
    found = Found(row_urls=["a", "b"], reports=[report(1), report(2)], further=[])
    assert frontier.take_in(first, found) == 2
    asked = frontier.take("p")
    assert asked is not None
    frontier.close()  # killed while this request was under way

    frontier = Frontier(path)
    assert frontier.begin("p", [listing()]), "the cycle was left open"
    assert sorted(drain(frontier)) == ["http://h/1.html", "http://h/2.html"]
    assert frontier.end("p") == 0
    frontier.close()

    frontier = Frontier(path)
    assert not frontier.begin("p", [listing()]), "a new cycle begins anew"
    assert drain(frontier) == ["http://h/l/"]


def test_what_failed_is_asked_again_in_the_next_run(frontier: Frontier) -> None:
    frontier.add("p", [report(1)])
    for task in iter(lambda: frontier.take("p"), None):
        if task.role is Role.LISTING:
            frontier.failed(task, "timeout")
        else:
            frontier.put_back(task)
    assert frontier.take("p") is None
    assert frontier.end("p") == 1
    assert frontier.begin("p", [])
    assert len(drain(frontier)) == 2


def test_a_page_of_seen_rows_ends_the_listing(frontier: Frontier) -> None:
    first = frontier.take("p")
    assert first is not None
    second = listing("http://h/l/index_1.html", alternative="http://h/l/index_2.html")
    frontier.take_in(first, Found(row_urls=["a"], reports=[], further=[second]))
    repeated = frontier.take("p")
    assert repeated == second
    third, other = listing("http://h/l/index_2.html"), listing("http://h/l/index_3.html")
    found = Found(row_urls=["a"], reports=[], further=[other], alternatives=[third])
    assert frontier.take_in(repeated, found) == 0
    assert drain(frontier) == ["http://h/l/index_2.html"]
