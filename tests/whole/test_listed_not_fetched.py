"""A run that leaves documents to the next: its listing was seen to its end all the same, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Site, changing_site
from clocked import Folder
from nianbao_process import Nianbao

from crawler.exit_codes import ExitCode

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LISTED = (2020, 2021, 2023, 2024)
COUNTY = "gov:220622"
NOT_ASKED = "its page was not asked yet"


class Followed:
    """A county whose listing has no report on 2022 and 2025, and the folder that follows it."""

    def __init__(self, site: Site, folder: Folder) -> None:
        self.site = site
        self.folder = folder
        for year in LISTED:
            site.put_report(f"/{year}.html", "靖宇县", 7 + year, year=year)
        site.list_dated(*(row(year) for year in LISTED))

    def crawl(self, day: int, *limit: str, code: ExitCode = ExitCode.PARTIAL) -> None:
        self.folder.run(JULY + day * DAY, "crawl", "a", "--jobs", "1", *limit, code=code)

    def claims(self) -> dict[int, tuple[str, str]]:
        """State and reason by year, from 2020 on."""
        lines, _ = self.folder.run(JULY + 90 * DAY, "coverage", "--body", COUNTY, "--json")
        told = [json.loads(line) for line in lines]
        return {
            one["report_year"]: (one["state"], one["reason"])
            for one in told
            if one["report_year"] >= LISTED[0]
        }

    def states(self) -> dict[int, str]:
        return {year: state for year, (state, _) in self.claims().items()}


def row(year: int) -> tuple[str, str, str]:
    return f"/{year}.html", f"靖宇县{year}年政府信息公开工作年度报告", f"{year + 1}-01-20"


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    with changing_site("127.0.3.31") as site:
        folder = Folder(tmp_path / "data")
        folder.follow("a", site, more='division = "220622"')
        yield Followed(site, folder)


def test_documents_left_say_nothing_against_the_listing(followed: Followed) -> None:
    followed.crawl(0, "--limit", "2")
    claims = followed.claims()
    waiting = {year for year, (_, reason) in claims.items() if NOT_ASKED in reason}
    (read,) = set(LISTED) - waiting
    assert waiting < set(LISTED), "one was fetched beside the listing"
    assert {claims[year][0] for year in waiting} == {"not_looked"}
    assert claims[read][0] == "found"
    assert {claims[year][0] for year in (2022, 2025)} == {"not_listed"}
    nianbao = Nianbao(followed.folder.data)
    live = nianbao.rows()
    for command in ("extract", "rebuild"):
        nianbao.run(command, "--jobs", "1")
        assert nianbao.rows() == live, command
    followed.crawl(1, code=ExitCode.OK)
    found = dict.fromkeys(LISTED, "found")
    assert followed.states() == found | dict.fromkeys((2022, 2025), "not_listed")


def test_a_page_of_the_listing_that_is_left_may_have_the_report(followed: Followed) -> None:
    """2022 is on the second page, to which the run did not come."""
    followed.site.put_report("/2022.html", "靖宇县", 9, year=2022)
    followed.site.list_dated(row(2022))
    second = followed.site.pages.pop(LISTING)
    followed.site.list_dated(*(row(year) for year in LISTED))
    first = followed.site.pages[LISTING].body.decode()
    followed.site.pages[f"{LISTING}index_1.html"] = second
    linked = first.replace("</ul>", '</ul><a href="index_1.html">下一页</a>')
    followed.site.pages[LISTING] = Answer(linked.encode())
    followed.crawl(0, "--limit", "2")
    states = followed.states()
    assert list(states.values()).count("found") == 1
    assert states[2022] == states[2025] == "not_looked"
    followed.crawl(1, code=ExitCode.OK)
    followed.crawl(2, "--full", code=ExitCode.OK)
    states = followed.states()
    assert states == dict.fromkeys((*LISTED, 2022), "found") | {2025: "not_listed"}
