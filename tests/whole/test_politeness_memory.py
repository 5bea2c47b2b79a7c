"""What a server asked for is kept from run to run: robots.txt for a day, and to be left alone."""

from __future__ import annotations

import json

import pytest
from listed_site import RawServer, Reply, answer, listing, portal_file, report
from nianbao_process import Nianbao

HOST = "127.0.2.41"
ROWS = 8


@pytest.fixture
def nianbao(tmp_path):
    folder = Nianbao(tmp_path / "data")
    (folder.data / "portals").mkdir(parents=True)
    return folder


def configure(nianbao: Nianbao, server: RawServer) -> None:
    text = portal_file(server.url("/"), delay=0.0)
    (nianbao.data / "portals" / "site.toml").write_text(text, encoding="utf-8")


def gives_the_same_again(nianbao: Nianbao) -> None:
    before = nianbao.rows()
    nianbao.run("crawl", "--from-archive")
    assert nianbao.rows() == before
    nianbao.run("rebuild")
    assert nianbao.rows() == before


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_the_next_run_too(nianbao):
    busy = Reply(answer(b"", b"Retry-After: 3600", status=b"429 Too Many Requests"))
    script = {f"/{number}": [busy] for number in range(ROWS)}
    script["/robots.txt"] = [Reply(answer(b"", status=b"404 Not Found"))]
    script["/"] = [Reply(answer(listing([f"/{number}" for number in range(ROWS)])))]
    with RawServer(script, host=HOST).running() as server:
        configure(nianbao, server)
        first = nianbao.run("crawl", "site", code=3)
        asked = {path: len(log) for path, log in server.log.items()}
        assert asked == {"/robots.txt": 1, "/": 1, "/0": 1}, "after the first 429 nothing more"
        assert f"{HOST} is left alone until" in first.stderr
        second = nianbao.run("crawl", "site", code=None)
        assert {path: len(log) for path, log in server.log.items()} == asked
        assert second.returncode in (3, 4)
        assert f"{HOST} is left alone until" in second.stderr
    counts = [json.loads(str(row[0])) for row in nianbao.query("SELECT counts FROM runs")]
    assert all(count["left"] for count in counts), "what was not asked is left to a later run"
    assert nianbao.query("SELECT count(*) FROM failures", "archive.db") == [(0,)]
    gives_the_same_again(nianbao)


def test_a_robots_txt_of_an_earlier_run_decides_and_the_replay_knows(nianbao):
    script = {
        "/robots.txt": [
            Reply(answer(b"User-agent: *\nDisallow: /closed\n")),
            Reply(answer(b"User-agent: *\nDisallow: /open\n")),
        ],
        "/": [
            Reply(answer(listing(["/open", "/closed"]))),
            Reply(answer(listing(["/open", "/closed", "/closed/new"]))),
        ],
        "/open": [Reply(answer(report(0)))],
        "/closed": [Reply(answer(report(1)))],
        "/closed/new": [Reply(answer(report(2)))],
    }
    with RawServer(script, host=HOST).running() as server:
        configure(nianbao, server)
        nianbao.run("crawl", "site", code=3)
        nianbao.run("crawl", "site", code=3)
        asked = {path: len(log) for path, log in server.log.items()}
        assert asked.pop("/open") in (1, 2)
        assert asked == {"/robots.txt": 1, "/": 2}, "a day is not over"
    refused = nianbao.query("SELECT url, reason FROM failures ORDER BY url", "archive.db")
    assert {row[1] for row in refused} == {"robots"}
    assert {str(row[0]).partition(HOST)[2][6:] for row in refused} == {"/closed", "/closed/new"}
    outcomes = dict(nianbao.query("SELECT title, outcome FROM listing_entries"))
    assert list(outcomes.values()) == ["report", "failed", "failed"]
    gives_the_same_again(nianbao)
