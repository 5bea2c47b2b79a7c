"""``scrapy crawl <portal id>`` does what ``nianbao crawl`` does, in a process and on a server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import judging
import pytest
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, generated_site, watched

ROOT = Path(__file__).resolve().parents[2]
ENV = os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"}


@pytest.fixture(scope="module")
def served() -> Iterator[WatchedSite]:
    with watched(generated_site(cities=2, years=4), "127.0.3.17") as site:
        yield site


@pytest.fixture
def nianbao(tmp_path: Path, served: WatchedSite) -> Nianbao:
    served.answers.clear()
    made = Nianbao(tmp_path / "data")
    made.configure("x", served.listing)
    return made


def command(nianbao: Nianbao, *arguments: str) -> list[str]:
    """Scrapy's own command line, in the project's folder."""
    setting = f"NIANBAO_DATA={nianbao.data}"
    return [sys.executable, "-m", "scrapy", *arguments, "-s", setting]


def scrapy(nianbao: Nianbao, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(nianbao, *arguments),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=ENV,
        cwd=ROOT,
        check=False,
    )


def test_it_crawls_as_nianbao_does(nianbao: Nianbao, served: WatchedSite, tmp_path: Path) -> None:
    done = scrapy(nianbao, "crawl", "x")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    processes = [judging.Process(0, len(served.answers), killed=False)]
    assert list(judging.faults(nianbao.data, served, processes)) == []
    assert nianbao.query("SELECT outcome FROM runs") == [("complete",)]
    other = Nianbao(tmp_path / "other")
    other.configure("x", served.listing)
    other.run("crawl", "x", "--jobs", "1")
    assert nianbao.said() == other.said()
    before = nianbao.rows()
    nianbao.run("crawl", "--from-archive", "--jobs", "1")
    assert nianbao.rows() == before


def test_it_goes_on_and_asks_nothing_twice(nianbao: Nianbao, served: WatchedSite) -> None:
    nianbao.run("crawl", "x", "--limit", "4", "--jobs", "1", code=None)
    assert scrapy(nianbao, "crawl", "x").returncode == 0
    asked = [answer.path for answer in served.answers if answer.path in served.report_paths()]
    assert sorted(asked) == served.report_paths()
    assert nianbao.query("SELECT count(*) FROM reports") == [(8,)]


def test_ctrl_c_closes_the_run(nianbao: Nianbao, served: WatchedSite) -> None:
    path = nianbao.data / "portals/x.toml"
    slow = path.read_text("utf-8").replace("delay = 0.0", "delay = 20.0")
    path.write_text(slow.replace("concurrency = 4", "concurrency = 1"), "utf-8")
    with subprocess.Popen(
        command(nianbao, "crawl", "x"), stderr=subprocess.PIPE, text=True, env=ENV, cwd=ROOT
    ) as process:
        try:
            end = time.monotonic() + TIMEOUT
            while not served.answers and time.monotonic() < end:
                time.sleep(0.05)
            assert served.answers
            process.send_signal(signal.SIGINT)
            talk = process.communicate(timeout=TIMEOUT)[1]
        finally:
            process.kill()
    assert "Traceback" not in talk, talk
    assert nianbao.query("SELECT outcome FROM runs") == [("interrupted",)]
    assert not list((nianbao.data / "warc").glob("*.open"))
    assert len(served.answers) == 1


def test_an_unknown_portal_is_named(nianbao: Nianbao) -> None:
    done = scrapy(nianbao, "crawl", "nowhere")
    assert done.returncode != 0
    assert "nowhere" in done.stderr
    assert {"x", "sample"} <= set(scrapy(nianbao, "list").stdout.split())
