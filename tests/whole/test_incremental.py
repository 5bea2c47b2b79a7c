"""Crawls again and again: nothing new where nothing changed; what changed or went is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Asked, Site, changing_site
from nianbao_process import OF_LOOKING, OF_RUNS, Nianbao
from warcio.archiveiterator import ArchiveIterator

from crawler.exit_codes import ExitCode
from crawler.feeding import SHANGHAI

A, B, C, D = (
    "靖宇县2019年政府信息公开工作年度报告",
    "抚松县2019年政府信息公开工作年度报告",
    "长白朝鲜族自治县2019年政府信息公开工作年度报告",
    "江源区2019年政府信息公开工作年度报告",
)
E = "临江市2019年政府信息公开工作年度报告"
BODIES = {A: "靖宇县", B: "抚松县", C: "长白朝鲜族自治县", D: "江源区", E: "临江市"}

Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Run:
    """What one crawl did: requests on the server, new WARC records, rows after it, its talk."""

    asked: list[Asked]
    records: list[tuple[str, int]]
    rows: Rows
    talk: str

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


class Crawls:
    """A folder on a site, crawled as often as wanted."""

    def __init__(self, site: Site, nianbao: Nianbao) -> None:
        self.site = site
        self.nianbao = nianbao
        self._known: set[str] = set()

    def crawl(self, *options: str, code: int = 0) -> Run:
        done = self.nianbao.run("crawl", "p", "--jobs", "1", *options, code=code)
        records = [record for record in self._records() if record[0] not in self._known]
        self._known |= {record[0] for record in records}
        return Run(
            asked=self.site.take_asked(),
            records=[(kind, size) for _, kind, size in records],
            rows=self.nianbao.rows(),
            talk=done.stderr,
        )

    def _records(self) -> Iterator[tuple[str, str, int]]:
        for path in sorted((self.nianbao.data / "warc").glob("*.warc.gz")):
            with path.open("rb") as file:
                for record in ArchiveIterator(file):
                    size = len(record.content_stream().read())
                    headers = record.rec_headers
                    yield headers.get_header("WARC-Record-ID"), record.rec_type, size

    def findings(self, kind: str) -> list[str]:
        query = f"SELECT url FROM findings WHERE kind = '{kind}' ORDER BY url"
        return [str(url).removeprefix(self.site.url) for (url,) in self.nianbao.query(query)]


def assert_all_readings_agree(crawls: Crawls) -> None:
    """The keystone: replay and rebuild give the rows that the crawls gave."""
    live = crawls.nianbao.rows()
    for command in (("crawl", "--from-archive"), ("rebuild",)):
        crawls.nianbao.run(*command, "--jobs", "1")
        rows = crawls.nianbao.rows()
        for table, expected in live.items():
            assert rows[table] == expected, f"{command}: {table}"
    assert crawls.site.take_asked() == [], "the network was off"


def folder_on(site: Site, tmp_path: Path, *fetch: str) -> Crawls:
    nianbao = Nianbao(tmp_path / "data")
    nianbao.configure("p", site.url + LISTING)
    path = nianbao.data / "portals/p.toml"
    path.write_text("\n".join([path.read_text("utf-8"), *fetch]), "utf-8")
    return Crawls(site, nianbao)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawls, list[Run]]]:
    """Four runs: first, unchanged, changed, and all asked though nothing changed."""
    with changing_site("127.0.1.1") as site:
        site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /no/\n", etag='"r"')
        for number, title in enumerate((A, B, C, D)):
            tag = f'W/"{number}"'
            site.put_report(f"/{number}.html", BODIES[title], 100 + number, etag=tag)
        site.list_reports(*((f"/{n}.html", title) for n, title in enumerate((A, B, C, D))))
        site.pages[LISTING].etag = '"l1"'
        crawls = folder_on(site, tmp_path_factory.mktemp("story"))
        runs = [crawls.crawl(), crawls.crawl()]
        change(site)
        runs += [crawls.crawl(), crawls.crawl("--full")]
        yield crawls, runs


def change(site: Site) -> None:
    """A is edited and its row says so; B is removed; C moves and leaves a 404, D a redirect; E
    is new.
    """
    site.put_report("/0.html", BODIES[A], 999, etag='W/"0b"')
    del site.pages["/1.html"]
    site.pages["/new/2.html"] = site.pages.pop("/2.html")
    site.pages["/new/3.html"] = site.pages.pop("/3.html")
    site.pages["/3.html"] = Answer(status=301, location="/new/3.html")
    site.put_report("/4.html", BODIES[E], 104, etag='"4"')
    site.list_reports(
        ("/0.html", A + "（更正）"), ("/new/2.html", C), ("/new/3.html", D), ("/4.html", E)
    )
    site.pages[LISTING].etag = '"l2"'


def test_the_first_run_asks_everything_without_conditions(story: tuple[Crawls, list[Run]]) -> None:
    run = story[1][0]
    assert sorted(run.paths()) == [
        *(f"/{n}.html" for n in range(4)),
        "/robots.txt",
        LISTING,
    ]
    assert all(asked.if_none_match is None for asked in run.asked)
    assert len(run.rows["reports"]) == 4


def test_an_unchanged_portal_is_asked_for_its_listing_alone(
    story: tuple[Crawls, list[Run]],
) -> None:
    run = story[1][1]
    assert set(run.paths()) <= {LISTING, "/robots.txt"}
    assert LISTING in run.paths()
    assert [kind for kind, size in run.records if kind == "response" and size] == []


def test_an_unchanged_portal_gives_no_new_rows(story: tuple[Crawls, list[Run]]) -> None:
    first, second = story[1][0].rows, story[1][1].rows
    assert len(second["runs"]) == len(first["runs"]) + 1
    for table in first.keys() - {*OF_RUNS, *OF_LOOKING}:
        assert second[table] == first[table], table
    # portal, url, listing, title, listed_on, via, looks_like_report, first_seen, last_seen
    before, after = first["listing_entries"], second["listing_entries"]
    assert [row[:8] for row in after] == [row[:8] for row in before]
    assert all(str(new[8]) > str(old[8]) for new, old in zip(after, before, strict=True))


def test_a_second_run_is_small(story: tuple[Crawls, list[Run]]) -> None:
    """At most 1.6 kB of WARC for each URL asked (the run's own records apart)."""
    run = story[1][3]
    exchanges = [size for kind, size in run.records if kind in ("revisit", "request")]
    assert exchanges
    assert sum(exchanges) <= 1600 * len(run.asked)


def test_what_changed_is_asked_at_once(story: tuple[Crawls, list[Run]]) -> None:
    run = story[1][2]
    asked = [path for path in run.paths() if path != "/robots.txt"]
    assert asked[0] == LISTING
    # the changed row, the new and moved ones, then those whose rows are gone
    vanished = ["/1.html", "/2.html", "/3.html", "/new/3.html"]
    assert sorted(asked[1:]) == sorted(
        ["/0.html", "/new/2.html", "/new/3.html", "/4.html", *vanished]
    )


def test_an_edited_report_has_an_earlier_reading(story: tuple[Crawls, list[Run]]) -> None:
    query = (
        "SELECT r.kind, count(*) FROM report_documents r JOIN documents d USING (record_id)"
        " WHERE d.url LIKE '%/0.html' GROUP BY r.kind ORDER BY r.kind"
    )
    assert story[0].nianbao.query(query) == [("earlier", 1), ("page", 1)]


def test_what_is_gone_or_moved_is_found(story: tuple[Crawls, list[Run]]) -> None:
    crawls, _ = story
    assert crawls.findings("report_gone") == ["/1.html"], "what has moved is not gone"
    assert crawls.findings("report_moved") == ["/2.html", "/3.html"]
    assert crawls.findings("listing_shrank") == [LISTING]


def test_a_report_moves_though_the_page_around_it_changes(tmp_path: Path) -> None:
    """A moves under a new skin with a counter and a corrected number; B goes, and what stands at a
    new address is another county's; C goes and its report of another year appears.
    """
    with changing_site("127.0.1.7") as site:
        for number, title in enumerate((A, B, C)):
            site.put_report(f"/{number}.html", BODIES[title], 100 + number)
        site.list_reports(*((f"/{n}.html", title) for n, title in enumerate((A, B, C))))
        crawls = folder_on(site, tmp_path)
        crawls.crawl()
        moved, another = (site.pages.pop(f"/{n}.html") for n in (0, 2))
        del site.pages["/1.html"]
        skin = (
            '<div class="top">新版门户</div><div class="info">浏览次数：{}次　字号：大 中 小</div>'
        )
        body = moved.body.decode().replace("<body>", "<body>" + skin.format(4711))
        body = body.replace("</div></div>", '</div></div><div class="foot">网站地图</div>')
        site.pages["/new/0.html"] = Answer(body.encode())
        later = another.body.decode().replace("2019年", "2018年").replace("2020年", "2019年")
        site.pages["/new/2.html"] = Answer(later.encode())
        site.put_report("/new/3.html", BODIES[D], 101)
        site.list_reports(
            ("/new/0.html", A), ("/new/2.html", C.replace("2019", "2018")), ("/new/3.html", D)
        )
        crawls.crawl()
        assert crawls.findings("report_moved") == ["/0.html"]
        assert crawls.findings("report_gone") == ["/1.html", "/2.html"]
        (message,) = crawls.nianbao.query(
            "SELECT message FROM findings WHERE kind = 'report_moved'"
        )[0]
        assert str(message).endswith("the same report is now at " + site.url + "/new/0.html")
        crawls.crawl()
        assert crawls.findings("report_moved") == ["/0.html"]
        assert_all_readings_agree(crawls)


def test_a_new_report_is_there(story: tuple[Crawls, list[Run]]) -> None:
    years = story[0].nianbao.query("SELECT count(*) FROM reports WHERE title LIKE '%临江市%'")
    assert years == [(1,)]


def test_all_asked_again_are_not_modified(story: tuple[Crawls, list[Run]]) -> None:
    third, fourth = story[1][2], story[1][3]
    still_there = {"/0.html", "/new/2.html", "/new/3.html", "/4.html"}
    sampled = 0
    for asked in fourth.asked:
        if asked.path in still_there:
            tag = story[0].site.pages[asked.path].etag
            assert asked.if_none_match in (tag, None)
            assert (asked.status == 304) is (asked.if_none_match is not None)
            sampled += asked.if_none_match is None
    assert sampled <= 2, "one in fifty goes without conditions"
    assert {asked.path for asked in fourth.asked} >= still_there | {"/1.html", "/3.html"}
    assert fourth.rows["documents"] == third.rows["documents"]
    assert fourth.rows["reports"] == third.rows["reports"]
    assert fourth.rows["findings"] == third.rows["findings"]


def test_one_line_a_portal_a_run(story: tuple[Crawls, list[Run]]) -> None:
    for run in story[1]:
        assert len(re.findall(r"^run=\S+ portal=p ", run.talk, re.MULTILINE)) == 1, run.talk


def test_every_reading_of_the_story_agrees(story: tuple[Crawls, list[Run]]) -> None:
    assert_all_readings_agree(story[0])


def test_a_portal_that_lies_is_named_and_asked_without_conditions(tmp_path: Path) -> None:
    with changing_site("127.0.1.2") as site:
        site.put_report("/0.html", BODIES[A], 100, etag='"same"', heedless=True)
        site.put_report("/1.html", BODIES[B], 101, etag='"other"')
        site.list_reports(("/0.html", A), ("/1.html", B))
        crawls = folder_on(site, tmp_path)
        crawls.crawl()
        site.put_report("/0.html", BODIES[A], 777, etag='"same"', heedless=True)
        crawls.crawl("--full")
        assert crawls.findings("portal_lies_not_modified") == ["/0.html"]
        (message,) = crawls.nianbao.query(
            "SELECT message FROM findings WHERE kind = 'portal_lies_not_modified'"
        )[0]
        assert '"same"' in str(message)
        # what it called unchanged is not believed: asked in the next run, without conditions
        third = crawls.crawl()
        assert "/1.html" in third.paths()
        assert all(asked.if_none_match is None for asked in third.asked)
        assert_all_readings_agree(crawls)


def test_redirects_end_as_what_they_are(tmp_path: Path) -> None:
    other = "127.0.1.4"
    with changing_site("127.0.1.3") as site, changing_site(other) as elsewhere:
        elsewhere.put_report("/moved.html", BODIES[D], 103)
        site.pages["/"] = Answer(b"<html><body>home</body></html>")
        site.pages["/a/0.html"] = Answer(status=302, location="/")
        site.pages["/a/1.html"] = Answer(status=301, location="./")
        site.pages["/a/2.html"] = Answer(status=302, location="/a/22.html")
        site.pages["/a/22.html"] = Answer(status=302, location="/a/2.html")
        site.pages["/a/3.html"] = Answer(status=301, location=f"{elsewhere.url}/moved.html")
        site.pages["/a/4.html"] = Answer(status=302)
        titles = (A, B, C, D, E)
        site.list_reports(*((f"/a/{n}.html", title) for n, title in enumerate(titles)))
        crawls = folder_on(site, tmp_path)
        run = crawls.crawl(code=ExitCode.PARTIAL)
        assert "/" not in run.paths()
        assert "/a/" not in run.paths()
        assert run.paths().count("/a/2.html") <= 2
        assert crawls.findings("redirected_to_home") == ["/a/0.html"]
        assert crawls.findings("redirected_to_parent") == ["/a/1.html"]
        assert crawls.findings("redirect_loop") == ["/a/2.html"]
        assert crawls.findings("redirect_nowhere") == ["/a/4.html"]
        (found,) = crawls.nianbao.query(
            "SELECT message FROM findings WHERE kind = 'redirected_to_other_host'"
        )
        assert "127.0.1.3" in str(found[0])
        assert other in str(found[0])
        outcomes = dict(crawls.nianbao.query("SELECT title, outcome FROM listing_entries"))
        assert outcomes == {
            A: "redirected_to_home",
            B: "redirected_to_parent",
            C: "redirect_loop",
            D: "report",
            E: "redirect_nowhere",
        }
        assert set(crawls.crawl().paths()) <= {LISTING, "/robots.txt"}, "retried later"
        elsewhere.take_asked()
        assert_all_readings_agree(crawls)


def test_a_budget_parts_the_work_over_runs(tmp_path: Path) -> None:
    with changing_site("127.0.1.5") as site:
        for number, title in enumerate((A, B, C, D)):
            site.put_report(f"/{number}.html", BODIES[title], 100 + number)
        site.list_reports(*((f"/{n}.html", title) for n, title in enumerate((A, B, C, D))))
        crawls = folder_on(site, tmp_path, "budget = 3", 'robots = "ignore"')
        first = crawls.crawl(code=ExitCode.PARTIAL)
        assert first.paths()[0] == LISTING
        assert len(first.asked) == 3
        assert "fetch.budget of 3" in first.talk
        planned = crawls.nianbao.run("crawl", "p", "--dry-run").stdout.splitlines()
        assert crawls.site.take_asked() == []
        assert [line.split("\t")[1].removeprefix(site.url) for line in planned] == [
            LISTING,
            "/2.html",
            "/3.html",
        ]
        assert "never asked" in planned[1]
        second = crawls.crawl()
        assert sorted(second.paths()) == ["/2.html", "/3.html", LISTING]
        assert len(second.rows["reports"]) == 4
        assert_all_readings_agree(crawls)


def test_outside_its_hours_nothing_is_asked(tmp_path: Path) -> None:
    with changing_site("127.0.1.6") as site:
        hour = datetime.now(SHANGHAI).hour
        hours = f'hours = "{(hour + 6) % 24:02}-{(hour + 7) % 24:02}"'
        crawls = folder_on(site, tmp_path, hours)
        run = crawls.crawl(code=ExitCode.PARTIAL)
        assert run.asked == []
        assert "fetch.hours" in run.talk
