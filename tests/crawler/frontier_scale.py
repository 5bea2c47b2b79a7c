"""Measures the frontier at many entries: time a request and memory, in two rounds.

``python tests/crawler/frontier_scale.py [ENTRIES]``; not run by CI. The rows come from pages of
fifty, as in a crawl; the second round is a day later, when nothing is due, the third asks all.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.capture import Role
from crawler.due import Answer
from crawler.frontier import Frontier
from crawler.frontier_tasks import Found, SeenRow, Task

PAGE = 50
UNDER_WAY = 8
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def listing(number: int) -> Task:
    url = f"http://h/l/index_{number}.html"
    return Task(portal_id="p", url=url, role=Role.LISTING, listing="http://h/l/index_0.html")


def found(number: int, entries: int) -> Found:
    urls = [f"http://h/{n}.html" for n in range(number * PAGE, min((number + 1) * PAGE, entries))]
    return Found(
        rows=[SeenRow(url=url, shown=url) for url in urls],
        reports=[
            Task(portal_id="p", url=url, role=Role.REPORT, link_text="某县年报", entry_url=url)
            for url in urls
        ],
        further=[listing(number + 1)] if (number + 1) * PAGE < entries else [],
    )


def crawl(frontier: Frontier, entries: int, *, now: datetime, full: bool) -> int:
    frontier.begin("p", [listing(0)], now=now)
    asked, called, under_way = 0, False, []
    while True:
        task = frontier.take("p")
        if task is not None:
            under_way.append(task)
            asked += 1
        elif not under_way:
            if called:
                break
            called = True
            frontier.call_vanished("p")
            frontier.call_due("p", now=now, all_before=now if full else None)
            continue
        if task is None or len(under_way) >= UNDER_WAY:
            settled = under_way.pop(0)
            if settled.role is Role.LISTING:
                number = int(settled.url.rpartition("_")[2].removesuffix(".html"))
                frontier.take_in(settled, found(number, entries), now=now)
            else:
                frontier.done(settled, Answer.FINE, now=now)
    assert frontier.end("p") == 0
    return asked


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        frontier = Frontier(Path(folder) / "state.db")
        for name, days, full in (("first", 0, False), ("nothing due", 1, False), ("all", 2, True)):
            begun = time.perf_counter()
            asked = crawl(frontier, entries, now=NOW + timedelta(days=days), full=full)
            seconds = time.perf_counter() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{name}: {entries} entries, {asked} asked, {seconds:.1f} s,"
                f" {1e6 * seconds / entries:.0f} µs an entry, peak {peak:.0f} MB"
            )
        frontier.close()


if __name__ == "__main__":
    main()
