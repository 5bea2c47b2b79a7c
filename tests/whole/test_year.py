"""A year of a portal, as an update that runs daily sees it: what happens is found by the next run
that is due, told as what it is, and nothing else is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Site, changing_site, page
from clocked import Folder

DAY = timedelta(days=1)
COUNTIES = ("靖宇县", "抚松县", "长白朝鲜族自治县")
START = datetime(2026, 1, 5, 3, tzinfo=UTC)


def title(county: str, year: int) -> str:
    return f"{county}{year}年政府信息公开工作年度报告"


def report(county: str, year: int, count: int, *, seen: int = 1, day: str = "20") -> bytes:
    """A report's page with a counter of its views and the date of its publication."""
    named = title(county, year)
    content = f"""<div class="top">今天是某日　访问量：{seen}</div>
<div class="article"><h1>{named}</h1><p>发布日期：{year + 1}-01-{day}　浏览次数：{seen}次</p>
<div class="content"><p>根据《中华人民共和国政府信息公开条例》，现公布{named}。</p>
<p>一、总体情况</p><p>{year}年，{county}主动公开政府信息{count}条，涉及各项工作。</p>
<p>二、收到和处理政府信息公开申请情况</p><p>全年共收到政府信息公开申请{count + 1}件。</p>
<p>三、存在的主要问题及改进情况</p><p>下一步将继续加强工作，提高公开质量，改进栏目设置。</p>
<p>{county}人民政府</p><p>{year + 1}年1月{day}日</p></div></div>
<div class="hot"><a href="/hot/{seen}.html">{county}召开第{seen}次常务会议</a></div>"""
    return page(named, content)


class Portal:
    """The site with its state, and the folder that follows it."""

    def __init__(self, site: Site, folder: Folder) -> None:
        self.site = site
        self.folder = folder
        self.told: set[str] = set()
        self.counts = {(county, year): 100 for county in COUNTIES for year in (2023, 2024)}
        self.seen = 1
        self.counts_views = True
        self.heedless = True

    def serve(self) -> None:
        """Puts the pages and the listing there as they are now."""
        self.seen += self.counts_views
        rows = []
        for (county, year), count in self.counts.items():
            path = self.path(county, year)
            body = report(county, year, count, seen=self.seen)
            self.site.pages[path] = Answer(body, etag='"same"', heedless=self.heedless)
            rows.append((path, title(county, year), f"{year + 1}-01-20"))
        lines = "".join(
            f'<li><a href="{path}" title="{name}">{name}</a><span>{day}</span></li>'
            for path, name, day in rows
        )
        markup = f'<ul class="newslist">{lines}</ul>'
        self.site.pages[LISTING] = Answer(page("政府信息公开年度报告", markup))

    def path(self, county: str, year: int) -> str:
        """Where a report stands."""
        return f"/{year}/{COUNTIES.index(county)}.html"

    def lies_found(self) -> int:
        """Findings that the portal called changed pages unchanged."""
        query = "SELECT count(*) FROM findings WHERE kind = 'portal_lies_not_modified'"
        return int(str(self.folder.query(query)[0][0]))

    def go_on(self, now: datetime, days: int) -> datetime:
        """Updates daily for so many days; the pages count their views."""
        for day in range(days):
            self.serve()
            self.folder.run(now + day * DAY, "update", "--jobs", "1", code=None)
        return now + days * DAY

    def news(self) -> list[tuple[str, list[str]]]:
        """What ``changes`` tells that it did not tell before: path and kinds."""
        lines, _ = self.folder.run(START, "changes", "--json", code=0)
        found = []
        for line in lines:
            one = json.loads(line)
            record = f"{one['newer']['record_id']} {one['url']}"
            if record not in self.told:
                self.told.add(record)
                found.append((one["url"].removeprefix(self.site.url), one["kinds"]))
        return sorted(found)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with changing_site("127.0.3.20") as site:
        folder = Folder(tmp_path)
        folder.follow("p", site)
        yield Portal(site, folder)


def test_a_year(portal: Portal) -> None:
    now = portal.go_on(START, 1)
    assert portal.news() == []
    portal.counts[COUNTIES[0], 2025] = 100
    # January: a new report, found on the first day of the season's daily visits
    now = portal.go_on(datetime(2026, 1, 11, 3, tzinfo=UTC), 1)
    reports = portal.folder.query("SELECT report_year FROM reports WHERE report_year = 2025")
    assert reports == [(2025,)]
    assert portal.news() == []
    # March: a number is edited and no date changes; the ETag stays the same
    portal.counts[COUNTIES[0], 2025] = 150
    now = portal.go_on(datetime(2026, 3, 15, 3, tzinfo=UTC), 1)
    assert portal.news() == [("/2025/0.html", ["figure", "date_unchanged"])]
    lies = portal.folder.query(
        "SELECT count(*) FROM findings WHERE kind = 'portal_lies_not_modified'"
    )
    assert lies != [(0,)]
    # April: it is reverted
    portal.counts[COUNTIES[0], 2025] = 100
    now = portal.go_on(datetime(2026, 4, 20, 3, tzinfo=UTC), 1)
    assert portal.news() == [("/2025/0.html", ["figure", "reverted", "date_unchanged"])]
    # May: a report is taken away, its row with it
    del portal.counts[COUNTIES[2], 2023]
    del portal.site.pages["/2023/2.html"]
    now = portal.go_on(now + 40 * DAY, 1)
    assert portal.news() == [("/2023/2.html", ["gone"]), ("/2023/2.html", ["off_listing"])]
    (first, *rest), _ = portal.folder.run(START, "changes", "--kind", "off_listing")
    assert first.startswith(f"off_listing: {title(COUNTIES[2], 2023)} went off ")
    assert sum(" record urn:uuid:" in line for line in rest) == 2
    before = portal.folder.query("SELECT report_id FROM reports ORDER BY 1")
    # July: another system, other addresses, other markup; the reports are the same
    counts, portal.site.pages = dict(portal.counts), {}
    rows = []
    for number, ((county, year), count) in enumerate(counts.items()):
        path = f"/info/1081/{4000 + number}.htm"
        portal.site.pages[path] = Answer(report(county, year, count))
        rows.append(
            f'<li id="line_u8_{number}"><span>{year + 1}-01-20</span>'
            f'<a href="{path}" title="{title(county, year)}">{title(county, year)}</a></li>'
        )
    markup = f'<div class="list"><ul>{"".join(rows)}</ul></div>'
    portal.site.pages[LISTING] = Answer(page("年度报告", markup))
    portal.folder.run(now + 40 * DAY, "update", "--jobs", "1", code=None)
    after = portal.folder.query("SELECT report_id FROM reports ORDER BY 1")
    assert after == before
    told = portal.news()
    assert {tuple(kinds) for _, kinds in told} == {("moved",)}, told
    assert len(told) == len(counts)
    # of all visits: every change found was found once, and cosmetic ones are boilerplate
    kinds = portal.folder.query("SELECT DISTINCT kind FROM changes ORDER BY 1")
    assert [kind for (kind,) in kinds] == [
        *("boilerplate", "date_unchanged", "figure", "gone", "reverted")
    ]


MANY_YEARS = range(2008, 2025)
RUNS_AT_MOST = 25
"""One request in fifty goes without conditions: of 51 pages one does in two runs of three, and in
none of 25 runs once in a hundred thousand million."""


def test_a_server_that_calls_changed_pages_unchanged(portal: Portal) -> None:
    """What is promised of an ETag that lies: the first edited page that the sample of 2 % hits is
    told, until then none, and from the run after it all of them: nothing is asked with conditions.
    """
    portal.counts_views = portal.heedless = False
    portal.counts = {(county, year): 100 for county in COUNTIES for year in MANY_YEARS}
    now = portal.go_on(START, 1)
    edited = {key for key in portal.counts if key[1] >= 2010}
    for key in edited:
        portal.counts[key] = 150
    portal.serve()
    of_edited = {portal.path(*key) for key in edited}
    told: list[tuple[str, list[str]]] = []
    for _ in range(RUNS_AT_MOST):
        portal.site.take_asked()
        portal.folder.run(now, "crawl", "p", "--full", "--jobs", "1")
        now += DAY
        answers = {one.path: one.status for one in portal.site.take_asked()}
        told = portal.news()
        assert {path for path, _ in told} == {path for path in of_edited if answers[path] == 200}, (
            "those that were asked without conditions, and no other"
        )
        assert bool(told) == bool(portal.lies_found())
        if told:
            break
    assert told, "the sample hit none"
    portal.folder.run(now, "crawl", "p", "--jobs", "1")
    later = portal.site.take_asked()
    assert of_edited - {path for path, _ in told} <= {one.path for one in later}, "due at once"
    assert not [one.path for one in later if one.if_none_match], "it is not believed any more"
    told += portal.news()
    assert sorted(path for path, _ in told) == sorted(of_edited), "each once"
    assert {tuple(kinds) for _, kinds in told} == {("figure", "date_unchanged")}
    portal.folder.run(now + DAY, "crawl", "p", "--full", "--jobs", "1")
    assert portal.news() == []
    kinds = portal.folder.query("SELECT DISTINCT kind FROM changes ORDER BY 1")
    assert kinds == [("date_unchanged",), ("figure",)]
