"""Portals that will not have a crawler: recognised, left alone, never taken for pages or gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from imitation import Answer, Asked, Imitation, page, served
from judging_portals import crawl, faults, nianbao, portal_id, write_portal
from odd import Odd
from shields import HOME, KINDS, NAMES, raise_shield
from ucap import UcapChannel
from vsb import Vsb

from crawler.exit_codes import ExitCode
from crawler.hosts import BLOCKS_BORNE

TABLES = ("listing_entries", "documents", "reports", "report_documents", "findings", "runs")


def query(data: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        return db.execute(sql, values).fetchall()


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(query(data, f"SELECT * FROM {name}"), key=repr) for name in TABLES}


def gives_the_same_again(data: Path) -> None:
    """Replayed, and rebuilt from the WARC files alone."""
    before = rows(data)
    nianbao(data, "crawl", "--from-archive")
    assert rows(data) == before, "replayed"
    for path in data.glob("*.db*"):
        path.unlink()
    nianbao(data, "rebuild")
    assert rows(data) == before, "rebuilt"


def blocked_of(data: Path, imitation: Imitation) -> list[str]:
    found = query(
        data,
        "SELECT message FROM findings WHERE kind = 'blocked' AND url LIKE ?",
        imitation.origin + "/%",
    )
    return [str(message) for (message,) in found]


def crawl_again(data: Path, imitations: Sequence[Imitation], codes: Sequence[int]) -> str:
    return nianbao(data, "crawl", *map(portal_id, imitations), codes=codes)


def test_blocked_listings_are_told_apart_left_alone_and_read_when_they_are_good(
    tmp_path: Path,
) -> None:
    """One portal of each kind, blocked whole; the week after all of them are good."""
    portals = [Odd(seed) for seed in range(len(NAMES))]
    with served(*portals):
        kinds = {
            one.seed: raise_shield(one, name, listings=True)
            for one, name in zip(portals, NAMES, strict=True)
        }
        for one in portals:
            write_portal(tmp_path, one)
        said = crawl_again(tmp_path, portals, (ExitCode.FAILED,))
        for one, name in zip(portals, NAMES, strict=True):
            (message,) = blocked_of(tmp_path, one)
            assert message.startswith(f"{kinds[one.seed].value}: "), (name, message)
            assert one.listing in message and "status " in message, (name, message)
            assert len(one.counted()) == 1, (name, [asked.target for asked in one.counted()])
            assert f"{kinds[one.seed].value}: {one.listing}" in said, name
        others = query(tmp_path, "SELECT kind, url FROM findings WHERE kind <> 'blocked'")
        assert others == [], "nothing is gone, moved or empty"
        assert query(tmp_path, "SELECT * FROM listing_entries") == []
        told = json.loads(nianbao(tmp_path, "status", "--json"))
        states = {portal["portal"]: portal for portal in told["portals"]}
        for one in portals:
            state = states[portal_id(one)]
            assert state["blocked"] == {f"blocked: {kinds[one.seed].value}": 1}, one.seed
            assert not state["failed"]
        asked = [len(one.log) for one in portals]
        crawl_again(tmp_path, portals, (ExitCode.FAILED,))
        assert [len(one.log) for one in portals] == asked, "a host rests for a week"
        gives_the_same_again(tmp_path)  # and loses state.db: as if the week were over
        for one in portals:
            one.log.clear()
            one.shield = lambda asked: None
        crawl(tmp_path, portals)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in portals}
    assert {seed: found for seed, found in wrong.items() if found} == {}


def test_blocked_reports_are_no_reports_and_not_gone(tmp_path: Path) -> None:
    """Good listings, and something in place of every report, as after a burst."""
    portals = [Vsb(seed) for seed in range(len(NAMES))]
    with served(*portals):
        kinds = {
            one.seed: raise_shield(one, name, listings=False).value
            for one, name in zip(portals, NAMES, strict=True)
        }
        crawl(tmp_path, portals)
        for one, name in zip(portals, NAMES, strict=True):
            paths = {article.path for article in one.articles}
            asked = [each for each in one.counted() if each.path in paths]
            assert 0 < len(asked) <= BLOCKS_BORNE + (name == HOME), (name, len(asked))
            outcomes = query(
                tmp_path,
                "SELECT outcome, count(*) FROM listing_entries"
                " WHERE portal = ? AND looks_like_report AND outcome <> 'no_capture' GROUP BY 1",
                portal_id(one),
            )
            assert outcomes == [("blocked", len(asked))], (name, outcomes)
            for message in blocked_of(tmp_path, one):
                assert message.startswith(f"{kinds[one.seed]}: "), (name, message)
        assert query(tmp_path, "SELECT * FROM reports") == []
        gone = query(tmp_path, "SELECT kind FROM findings WHERE kind LIKE '%gone%'")
        assert gone == []
        gives_the_same_again(tmp_path)
        for one in portals:
            one.log.clear()
            one.shield = lambda asked: None
        crawl(tmp_path, portals)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in portals}
    assert {seed: found for seed, found in wrong.items() if found} == {}


@pytest.mark.parametrize("family", [UcapChannel, Vsb, Odd])
def test_marks_on_good_pages_are_no_block(family: type[Imitation], tmp_path: Path) -> None:
    """瑞数's and 加速乐's marks on all pages, those that are not there among them."""
    mark = (
        '<meta id="9DhefwqGPrzGxEp9hPaoag" content="{x" r="m">'
        "<script r='m'>$_ts=window['$_ts']||{};$_ts.nsd=1;</script></head>"
    )
    portal = family(0)

    def marked(asked: Asked) -> Answer | None:
        if asked.path in portal.requisites:
            return None
        answer = portal.answer(asked) or page(
            "<html><head></head><p>您访问的页面不存在</p>", status=404
        )
        body = answer.body.replace(b"</head>", mark.encode(), 1)
        cookie = ("Set-Cookie", "__jsluid_h=0123456789abcdef; path=/; HttpOnly")
        return Answer(body, answer.status, answer.media_type, (*answer.headers, cookie))

    with served(portal):
        portal.shield = marked
        crawl(tmp_path, [portal])
        assert list(faults(tmp_path, portal)) == []
        assert blocked_of(tmp_path, portal) == []


def test_what_cannot_be_reached_is_not_blocked(tmp_path: Path) -> None:
    """A reset host is unreachable, one whose CDN says 521 without a challenge is down."""
    reset, down, walled = Odd(0), Odd(1), Odd(2)
    with served(reset, down, walled):
        reset.shield = lambda asked: Answer(reset=True)
        down.shield = lambda asked: Answer(b"<h1>Web server is down</h1>", 521)
        raise_shield(walled, "403", listings=True)
        for one in (reset, down, walled):
            write_portal(tmp_path, one)
        crawl_again(tmp_path, (reset, down, walled), (ExitCode.FAILED,))
        kinds = {
            str(portal): (str(kind), str(message))
            for portal, kind, message in query(
                tmp_path, "SELECT portal, kind, message FROM findings"
            )
        }
        assert kinds[portal_id(reset)][0] == "request_failed"
        assert kinds[portal_id(reset)][1].startswith("disconnected: ")
        assert kinds[portal_id(down)] == ("listing_error", "HTTP status 521")
        assert kinds[portal_id(walled)][0] == "blocked"
        told = json.loads(nianbao(tmp_path, "status", "--json"))
        states = {portal["portal"]: portal for portal in told["portals"]}
        assert states[portal_id(reset)]["failed"] == {"disconnected": 1}
        assert states[portal_id(down)]["failed"] == {"HTTP status 521": 1}
        assert states[portal_id(walled)]["blocked"] == {"blocked: refused": 1}


@pytest.mark.parametrize("cookies", [True, False])
def test_a_redirect_to_itself_with_a_cookie(cookies: bool, tmp_path: Path) -> None:
    """Followed where the portal keeps cookies; without them it is said what to set."""
    portal = Odd(5)

    def wants_cookie(asked: Asked) -> Answer | None:
        if "pass=1" in asked.headers.get("Cookie", ""):
            return None
        headers = (("Location", asked.target), ("Set-Cookie", "pass=1; Path=/"))
        return Answer(b"", 302, headers=headers)

    with served(portal):
        portal.shield = wants_cookie
        write_portal(tmp_path, portal)
        path = tmp_path / "portals" / f"{portal_id(portal)}.toml"
        if cookies:
            path.write_text(path.read_text("utf-8") + "cookies = true\n", "utf-8")
            crawl_again(tmp_path, [portal], (ExitCode.OK, ExitCode.PARTIAL))
            wanted = {one.path for one in portal.expected()}
            found = query(tmp_path, "SELECT url FROM documents WHERE outcome = 'report'")
            assert {str(url).removeprefix(portal.origin) for (url,) in found} == wanted
        else:
            said = crawl_again(tmp_path, [portal], (ExitCode.FAILED,))
            assert "cookies = true" in said
            (found,) = query(tmp_path, "SELECT kind, message FROM findings")
            assert found[0] == "redirect_loop" and "cookies = true" in str(found[1])
            assert len(portal.counted()) == 2


def test_every_kind_is_served() -> None:
    from extract.blocking import BlockKind

    assert {kind for _, kind in KINDS.values()} | {BlockKind.HOME_PAGE} == set(BlockKind)
