"""A portal that fails far more than in its runs before; and portals that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import Site, changing_site
from clocked import Folder
from nianbao_process import Nianbao

START = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = 12
FAILING = 501
"""A failure that is not asked again at once, as a 500 is."""


@pytest.fixture
def site() -> Iterator[Site]:
    with changing_site("127.0.3.47") as site:
        years = range(2005, 2005 + NUMBER)
        for year in years:
            site.put_report(f"/{year}.html", "靖宇县", year, year=year)
        title = "靖宇县{}年政府信息公开工作年度报告"
        site.list_dated(*((f"/{y}.html", title.format(y), f"{y + 1}-01-20") for y in years))
        yield site


def set_failing(site: Site, paths: list[str], status: int) -> None:
    for path in paths:
        site.pages[path] = replace(site.pages[path], status=status)


def told(folder: Folder) -> list[str]:
    query = "SELECT message FROM findings WHERE kind = 'failures_rose'"
    return [str(message) for (message,) in folder.query(query)]


def crawl(folder: Folder, day: int) -> None:
    folder.run(START + day * DAY, "crawl", "a", "--full", "--jobs", "1", code=None)


def test_failures_that_rise_are_told_and_then_are_history(site: Site, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data")
    folder.follow("a", site)
    others = [f"/{year}.html" for year in range(2005, 2005 + NUMBER, 2)]
    set_failing(site, others[:1], FAILING)
    crawl(folder, 0)
    set_failing(site, others[:1], 200)
    crawl(folder, 1)
    assert told(folder) == []
    set_failing(site, others, 404)
    crawl(folder, 2)
    assert told(folder) == [], "what is not there has answered"
    set_failing(site, others, FAILING)
    crawl(folder, 3)
    (message,) = told(folder)
    assert message.startswith("6 of 12 documents failed, such as http://")
    assert message.endswith("in the 3 runs before 1 of 36")
    assert "failures_rose" in (folder.data / "feed.atom").read_text(encoding="utf-8")
    crawl(folder, 4)
    assert told(folder) == [message], "it is as it was the day before"
    nianbao = Nianbao(folder.data)
    live = nianbao.rows()
    for command in (("crawl", "--from-archive"), ("rebuild",)):
        nianbao.run(*command, "--jobs", "1")
        assert nianbao.rows() == live, command
