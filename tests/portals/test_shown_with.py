"""Requisites: stylesheets, scripts and pictures of a portal's pages, captured once and last, and
without a say in what the corpus holds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from imitation import BACKGROUND, SHOWN_WITH, Answer, Asked, Imitation, served
from judging_portals import crawl, faults, nianbao, portal_id, write_portal
from vsb import Vsb

OUTCOMES = "SELECT url, title, outcome, text FROM documents ORDER BY url"
REPORTS = "SELECT report_id, title, published_on FROM reports ORDER BY report_id"
ENTRIES = "SELECT url, title, listed_on, outcome FROM listing_entries ORDER BY url"
NAMED = "SELECT portal, url FROM requisites ORDER BY url"
FINDINGS = "SELECT kind, url, message FROM findings ORDER BY 1, 2, 3"


@pytest.fixture
def portal() -> Iterator[Vsb]:
    with served(Vsb(3)) as (imitation,):
        assert isinstance(imitation, Vsb)
        yield imitation


def query(data: Path, sql: str, *, db: str = "corpus.db") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / db)) as opened:
        return opened.execute(sql).fetchall()


def held(data: Path) -> list[list[tuple[object, ...]]]:
    return [query(data, sql) for sql in (OUTCOMES, REPORTS, ENTRIES, NAMED, FINDINGS)]


def asked_for(portal: Imitation) -> list[str]:
    return [one.path for one in portal.log if one.path in portal.requisites]


def limit(data: Path, portal: Imitation, line: str) -> None:
    file = data / "portals" / f"{portal_id(portal)}.toml"
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def counts(data: Path) -> dict[str, int]:
    told = json.loads(nianbao(data, "status", "--json"))
    found: dict[str, int] = told["runs"][-1]["counts"]
    return found | {"complete": told["runs"][-1]["outcome"] == "complete"}


def test_they_come_last_and_are_archived_in_their_role(portal: Vsb, tmp_path: Path) -> None:
    crawl(tmp_path, [portal])
    assert list(faults(tmp_path, portal)) == []
    paths = [one.path for one in portal.log if one.path != "/robots.txt"]
    first = min(map(paths.index, portal.requisites))
    assert set(paths[first:]) == set(portal.requisites)
    roles = "SELECT url, status FROM captures WHERE role = 'requisite' ORDER BY url"
    captured = query(tmp_path, roles, db="archive.db")
    assert captured == [(portal.origin + path, 200) for path in sorted(portal.requisites)]
    assert counts(tmp_path)["requisites"] == len(portal.requisites)


def test_the_corpus_is_the_same_without_them(portal: Vsb, tmp_path: Path) -> None:
    with_them, without = tmp_path / "with", tmp_path / "without"
    crawl(with_them, [portal])
    portal.log.clear()
    write_portal(without, portal)
    limit(without, portal, "requisites = false")
    nianbao(without, "crawl", portal_id(portal))
    assert asked_for(portal) == []
    assert held(without) == held(with_them)


def test_the_second_run_asks_for_none(portal: Vsb, tmp_path: Path) -> None:
    crawl(tmp_path, [portal])
    portal.log.clear()
    crawl(tmp_path, [portal])
    assert asked_for(portal) == []
    assert nianbao(tmp_path, "crawl", portal_id(portal), "--dry-run").count("/static/") == 0


def test_derived_again_the_corpus_is_the_same(portal: Vsb, tmp_path: Path) -> None:
    crawl(tmp_path, [portal])
    before = held(tmp_path)
    portal.log.clear()
    nianbao(tmp_path, "crawl", "--from-archive", codes=(0,))
    assert held(tmp_path) == before
    nianbao(tmp_path, "extract")
    assert held(tmp_path) == before
    assert portal.log == []


def test_what_is_not_to_be_had_leaves_the_run_complete(portal: Vsb, tmp_path: Path) -> None:
    def refuse(asked: Asked) -> Answer | None:
        if asked.path == SHOWN_WITH[2]:
            return Answer(b"<h1>403 Forbidden</h1>", status=403)
        if asked.path == BACKGROUND:
            return Answer(b"<h1>404 Not Found</h1>", status=404)
        return Answer(reset=True) if asked.path == SHOWN_WITH[1] else None

    portal.shield = refuse
    write_portal(tmp_path, portal)
    nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    told = counts(tmp_path)
    assert told["complete"]
    assert (told["requisites"], told["requisites_failed"]) == (1, 3)
    assert (told["failed"], told["blocked"]) == (0, 0)
    assert query(tmp_path, "SELECT * FROM findings WHERE url LIKE '%/static/%'") == []
    portal.log.clear()
    nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    assert asked_for(portal) == [], "not before a month is over"


def test_they_stand_back_when_the_budget_is_small(portal: Vsb, tmp_path: Path) -> None:
    write_portal(tmp_path, portal)
    wanted = portal.pages + sum(portal.is_wanted(article) for article in portal.articles)
    limit(tmp_path, portal, f"budget = {wanted + 2}")
    nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    assert len(asked_for(portal)) == 1, "one request more went to robots.txt"
    assert len(portal.log) == wanted + 2
    assert counts(tmp_path)["complete"]
    nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    assert sorted(asked_for(portal)) == sorted(portal.requisites)


def test_none_is_forgotten_when_the_frontier_is_lost(portal: Vsb, tmp_path: Path) -> None:
    write_portal(tmp_path, portal)
    wanted = portal.pages + sum(portal.is_wanted(article) for article in portal.articles)
    limit(tmp_path, portal, f"budget = {wanted + 1}")
    nianbao(tmp_path, "crawl", portal_id(portal))
    assert asked_for(portal) == []
    for path in tmp_path.glob("state.db*"):
        path.unlink()
    write_portal(tmp_path, portal)
    nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    assert sorted(asked_for(portal)) == sorted(portal.requisites)


def test_two_portals_on_one_host_ask_once(portal: Vsb, tmp_path: Path) -> None:
    write_portal(tmp_path, portal)
    file = tmp_path / "portals" / f"{portal_id(portal)}.toml"
    (tmp_path / "portals" / "another.toml").write_text(
        file.read_text(encoding="utf-8"), encoding="utf-8"
    )
    nianbao(tmp_path, "crawl", portal_id(portal))
    nianbao(tmp_path, "crawl", "another")
    assert sorted(asked_for(portal)) == sorted(portal.requisites)


def test_another_hosts_robots_are_obeyed_whatever_the_portal_says(tmp_path: Path) -> None:
    class Closed(Vsb):
        def robots(self) -> Answer:
            return Answer(b"User-agent: *\nDisallow: /p/\n", media_type="text/plain")

    elsewhere = Closed(4)
    with served(Vsb(3), elsewhere) as (portal, _):
        own = portal.chrome

        def chrome(content: str, **named: str) -> str:
            pictures = f'<img src="{elsewhere.origin}/p/a.png"><img src="{elsewhere.origin}/b.png">'
            return own(content + pictures, **named)

        portal.chrome = chrome  # type: ignore[method-assign, assignment]
        write_portal(tmp_path, portal)
        limit(tmp_path, portal, 'robots = "ignore"')
        nianbao(tmp_path, "crawl", portal_id(portal), codes=(0,))
    assert [one.path for one in elsewhere.log] == ["/robots.txt", "/b.png"]


def test_a_stylesheet_of_a_stylesheet_is_not_looked_into(portal: Vsb, tmp_path: Path) -> None:
    def endless(asked: Asked) -> Answer | None:
        if not asked.path.endswith(".css"):
            return None
        return Answer(f'@import "{len(portal.log)}.css";'.encode(), media_type="text/css")

    portal.shield = endless
    write_portal(tmp_path, portal)
    nianbao(tmp_path, "crawl", portal_id(portal))
    styles = [one.path for one in portal.log if one.path.endswith(".css")]
    assert len(styles) == 2, styles
    assert BACKGROUND not in asked_for(portal)
