"""Rows, redirects and names that lead to this machine or a private network: refused at the moment
of the connect, recorded and told, and nothing reaches who listens there. One address is let
through by itself, as behind a split network.
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import ExitStack

import pytest
from listed_site import RawServer, Reply, answer, listing, moved, portal_file, report, title
from nianbao_process import TIMEOUT, Nianbao

from crawler.config import ALLOW_PRIVATE, InvalidConfig, load_config

SERVED, FORBIDDEN, LOCALHOST = "127.0.2.21", "127.0.2.22", "127.0.0.1"
NOWHERE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://10.0.0.1/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::7f00:216]/",
]
"""Where nobody of ours listens; each is of another network."""


class Site:
    """What was crawled, who was listening, and which rows were to be refused."""

    def __init__(self, nianbao: Nianbao, listeners: list[RawServer], refused: list[str]) -> None:
        self.nianbao = nianbao
        self.listeners = listeners
        self.refused = refused
        self.said = ""

    def crawl(self, *arguments: str, allowed: str = "") -> int:
        done = subprocess.run(
            self.nianbao.command("crawl", "site", *arguments),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=os.environ | {"NIANBAO_ALLOW_PRIVATE": allowed},
            check=False,
        )
        self.said = done.stderr
        return done.returncode


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with ExitStack() as stack:
        page = [Reply(answer(b"secret"))]
        paths = ["/robots.txt", "/direct", "/led", "/name", "/led-by-name", "/mapped", "/other"]
        inside, local, served = (
            stack.enter_context(RawServer(script, host=host).running())
            for host, script in (
                (FORBIDDEN, dict.fromkeys(paths, page)),
                (LOCALHOST, dict.fromkeys(paths, page)),
                (SERVED, {}),
            )
        )
        refused = [
            inside.url("/direct"),
            served.url("/led"),
            f"http://localhost:{local.port}/name",
            served.url("/led-by-name"),
            f"http://[::ffff:{FORBIDDEN}]:{inside.port}/mapped",
            f"http://127.0.534:{inside.port}/other",
            f"http://0x7f000216:{inside.port}/other",
            f"http://2130706966:{inside.port}/other",
            f"http://0.0.0.0:{local.port}/other",
            f"http://[::1]:{local.port}/other",
            *NOWHERE,
        ]
        served.script |= {
            "/robots.txt": [Reply(answer(b"", status=b"404 Not Found"))],
            "/": [Reply(answer(listing(["/good", *refused])))],
            "/good": [Reply(answer(report(0)))],
            "/led": [Reply(moved(inside.url("/led")))],
            "/led-by-name": [Reply(moved(f"http://localhost:{local.port}/led-by-name"))],
        }
        nianbao = Nianbao(tmp_path_factory.mktemp("ssrf") / "data")
        (nianbao.data / "portals").mkdir(parents=True)
        text = portal_file(served.url("/"), delay=0.0)
        (nianbao.data / "portals" / "site.toml").write_text(text, encoding="utf-8")
        crawled = Site(nianbao, [inside, local], refused)
        assert crawled.crawl(allowed=f"{SERVED}/32") == 3, crawled.said
        yield crawled


def test_nothing_reached_those_who_listen(site):
    assert [server.connections for server in site.listeners] == [0, 0]


def test_the_address_that_is_let_through_was_read(site):
    found = site.nianbao.query("SELECT outcome, title FROM documents")
    assert found == [("report", title(0))]


def test_each_refusal_is_an_outcome_a_finding_and_a_failure(site):
    outcomes = dict(site.nianbao.query("SELECT url, outcome FROM listing_entries"))
    assert [url for url in site.refused if outcomes.get(url) != "failed"] == []
    findings = dict(
        site.nianbao.query("SELECT url, message FROM findings WHERE kind = 'request_failed'")
    )
    for url in site.refused:
        assert findings[url].startswith("address_refused: "), url
        assert "not a public address" in findings[url], url
    query = "SELECT count(DISTINCT url) FROM failures WHERE reason = 'address_refused'"
    (failures,) = site.nianbao.query(query, "archive.db")
    # the pages, and the robots.txt of each of their origins
    assert failures[0] >= len(site.refused)


def test_the_archive_is_sound_and_gives_the_same_again(site):
    before = site.nianbao.rows()
    site.nianbao.run("verify")
    site.nianbao.run("crawl", "--from-archive")
    assert site.nianbao.rows() == before
    site.nianbao.run("rebuild")
    assert site.nianbao.rows() == before


def test_without_leave_the_served_address_is_refused_too(site):
    assert site.crawl() != 0
    assert "not a public address" in site.said
    assert f"--allow-network {SERVED}" in site.said, "it says what to do"


@pytest.mark.parametrize("text", ["127.0.2.21/8", "everything", "10.0.0.0/33"])
def test_what_is_no_network_is_said(text, tmp_path, monkeypatch):
    monkeypatch.delenv(ALLOW_PRIVATE, raising=False)
    with pytest.raises(InvalidConfig, match=re.escape(text)):
        load_config(tmp_path / "nianbao.toml", networks=["10.0.0.0/8", text])
    monkeypatch.setenv(ALLOW_PRIVATE, f"127.0.2.21,{text}")
    with pytest.raises(InvalidConfig, match=re.escape(text)):
        load_config(tmp_path / "nianbao.toml")


def test_option_and_environment_add_up(tmp_path, monkeypatch):
    monkeypatch.setenv(ALLOW_PRIVATE, "127.0.2.21, fd00:1::/32")
    config = load_config(tmp_path / "nianbao.toml", networks=["10.1.0.0/16"])
    assert config.networks == ("10.1.0.0/16", "127.0.2.21/32", "fd00:1::/32")
    assert not config.allow_private
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    assert load_config(tmp_path / "nianbao.toml").allow_private
