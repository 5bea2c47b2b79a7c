"""The feed of a folder that goes on: new reports, changes and trouble, each told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Site, changing_site
from clocked import Folder
from feed_rules import judged
from lxml import etree

from crawler.exit_codes import ExitCode

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
HOSTILE = "靖宇县2019年政府信息公开工作年度报告&lt;script&gt;alert(1)&lt;/script&gt;"


class Watched:
    """A followed portal and what its feed told so far."""

    def __init__(self, site: Site, folder: Folder) -> None:
        self.site = site
        self.folder = folder
        self.known: set[str] = set()

    def feed(self) -> etree._Element:
        return judged((self.folder.data / "feed.atom").read_bytes())

    def news(self) -> list[tuple[str, str]]:
        """What the feed tells that it did not tell before: what it is about, and its title."""
        found = []
        for entry in self.feed().iterfind("{*}entry"):
            one = str(entry.findtext("{*}id"))
            if one not in self.known:
                self.known.add(one)
                kind = entry.find("{*}category")
                assert kind is not None
                found.append((str(kind.get("term")), str(entry.findtext("{*}title"))))
        return found

    def crawl(self, now: datetime, code: int | None = 0) -> None:
        self.folder.run(now, "crawl", "a", "--full", "--jobs", "1", code=code)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with changing_site("127.0.3.31") as site:
        folder = Folder(tmp_path / "data")
        folder.follow("a", site)
        site.put_report("/1.html", "靖宇县", 7)
        site.list_reports(("/1.html", HOSTILE))
        yield Watched(site, folder)


def test_what_is_new_is_told_once(watched: Watched) -> None:
    site, folder = watched.site, watched.folder
    watched.crawl(JULY)
    assert watched.news() == [("report", "New report: 靖宇县, report on 2019")]
    (entry,) = watched.feed().iterfind("{*}entry")
    links = {str(link.get("rel")): str(link.get("href")) for link in entry.iterfind("{*}link")}
    assert links["alternate"] == f"{site.url}/1.html"
    ((record,),) = folder.query("SELECT record_id FROM documents WHERE outcome = 'report'")
    assert links["via"] == record
    watched.crawl(JULY + DAY)
    assert watched.news() == [], "the same pages are no news"
    site.put_report("/1.html", "靖宇县", 8)
    watched.crawl(JULY + 2 * DAY)
    ((kind, title),) = watched.news()
    assert kind == "change" and title.startswith("Changed (figure"), title
    content = watched.feed().findtext("{*}entry/{*}content") or ""
    assert "7" in content and "8" in content
    # the listing fails for some days, and comes back, and fails again much later
    listing = site.pages[LISTING]
    site.pages[LISTING] = Answer(b"", status=500)
    for days in (3, 4, 6):
        watched.crawl(JULY + days * DAY, code=None)
    assert watched.news() == [("trouble", "Trouble (listing_error): a")]
    site.pages[LISTING] = listing
    watched.crawl(JULY + 10 * DAY)
    assert watched.news() == []
    site.pages[LISTING] = Answer(b"", status=500)
    watched.crawl(JULY + 90 * DAY, code=None)
    assert watched.news() == [("trouble", "Trouble (listing_error): a")]
    printed, _ = folder.run(JULY, "feed", "--since", "2026-07-03")
    told = judged("\n".join(printed).encode())
    assert [one.get("term") for one in told.iter("{*}category")] == ["trouble", "trouble", "change"]
    printed, _ = folder.run(JULY, "feed", "--portal", "nobody")
    assert not list(judged("\n".join(printed).encode()).iterfind("{*}entry"))
    # made again from the WARC files, the feed has the same entries
    before = watched.feed()
    folder.run(JULY, "rebuild", "--jobs", "1")
    printed, _ = folder.run(JULY, "feed")
    assert entries("\n".join(printed).encode()) == entries(etree.tostring(before))
    # what is taken down is not told, and a slip of the pen tells nothing at all
    (folder.data / "suppress.txt").write_text(f"{site.url}/1.html\n", encoding="utf-8")
    printed, _ = folder.run(JULY, "feed")
    terms = [one.get("term") for one in judged("\n".join(printed).encode()).iter("{*}category")]
    assert terms == ["trouble", "trouble"]
    # nor a report whose reading of today is taken down, though another capture brought the news
    ((later,),) = folder.query("SELECT record_id FROM reports")
    assert later != record
    (folder.data / "suppress.txt").write_text(f"{later}\n", encoding="utf-8")
    printed, _ = folder.run(JULY, "feed")
    terms = [one.get("term") for one in judged("\n".join(printed).encode()).iter("{*}category")]
    assert terms == ["trouble", "trouble"]
    (folder.data / "suppress.txt").write_text("no address\n", encoding="utf-8")
    folder.run(JULY, "feed", code=ExitCode.BAD_INPUT)
    feed_before = (folder.data / "feed.atom").read_bytes()
    site.pages[LISTING] = listing
    _, said = folder.run(JULY + 91 * DAY, "crawl", "a", "--jobs", "1", code=0)
    assert "feed.atom is as it was" in said and "line 1" in said
    assert (folder.data / "feed.atom").read_bytes() == feed_before


def entries(document: bytes) -> list[str]:
    root = judged(document)
    return [
        "".join(str(text) for text in entry.itertext()).strip()
        for entry in root.iterfind("{*}entry")
    ]


def test_a_day_that_is_none(watched: Watched) -> None:
    watched.crawl(JULY)
    _, said = watched.folder.run(JULY, "feed", "--since", "yesterday", code=ExitCode.BAD_INPUT)
    assert "--since 'yesterday'" in said
