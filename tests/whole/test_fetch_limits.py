"""Budgets of bytes and minutes, and hours of the day: a run ends at them, the next goes on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, generated_site, watched

from crawler.exit_codes import ExitCode
from crawler.feeding import SHANGHAI

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
REPORTS = 8
PADDING = 20_000
"""Bytes that each report has at least."""


@dataclass(frozen=True)
class Portal:
    """A portal, its folder, and the crawls of it."""

    nianbao: Nianbao
    site: WatchedSite

    def limit(self, line: str, delay: float = 0.0) -> None:
        """Writes the portal file with one more line; requests come one after the other."""
        path = self.nianbao.data / "portals/x.toml"
        self.nianbao.configure("x", self.site.listing)
        text = path.read_text("utf-8").replace("concurrency = 4", "concurrency = 1")
        path.write_text(text.replace("delay = 0.0", f"delay = {delay}") + line + "\n", "utf-8")

    def crawl(
        self, code: ExitCode, fault: dict[str, object] | None = None
    ) -> tuple[list[str], str]:
        """Paths that were asked for, robots.txt left out, and what the command said."""
        begin = len(self.site.answers)
        command = self.nianbao.command("crawl", "x", "--jobs", "1")
        command[1:3] = [str(WRAPPER)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=os.environ
            | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault or {})},
            check=False,
        )
        assert done.returncode == code, done.stderr
        paths = [answer.path for answer in self.site.answers[begin:]]
        return [path for path in paths if path != "/robots.txt"], done.stderr

    def goes_on(self, asked: list[str], fault: dict[str, object] | None = None) -> None:
        """A run without the limit asks for the rest, each report once in both; all are read."""
        self.limit("")
        rest, _ = self.crawl(ExitCode.OK, fault)
        reports = [path for path in (*asked, *rest) if path != "/zfxxgk/zfxxgknb/"]
        assert sorted(reports) == self.site.report_paths()
        assert self.nianbao.query("SELECT count(*) FROM reports") == [(REPORTS,)]
        before = self.nianbao.rows()
        self.nianbao.run("rebuild", "--jobs", "1")
        assert self.nianbao.rows() == before


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    site = generated_site(cities=1, years=REPORTS, padding=PADDING)
    with watched(site, "127.0.3.16"):
        yield Portal(Nianbao(tmp_path / "data"), site)


def outcome(portal: Portal) -> tuple[object, ...]:
    return portal.nianbao.query("SELECT outcome FROM runs")[0]


def test_a_budget_of_bytes(portal: Portal) -> None:
    """Counted are the bytes that came; what is under way when it is used up is finished."""
    portal.limit(f"budget_bytes = {3 * PADDING}")
    asked, talk = portal.crawl(ExitCode.PARTIAL)
    assert f"fetch.budget_bytes of {3 * PADDING} is used up" in talk
    reports = len(asked) - 1
    assert 3 <= reports <= 4, "three bring more than the budget, and one may be under way"
    assert outcome(portal) == ("partial",)
    portal.goes_on(asked)


def test_a_budget_of_minutes(portal: Portal) -> None:
    """One minute, in a process whose minutes last two seconds."""
    portal.limit("budget_minutes = 1", delay=0.7)
    asked, talk = portal.crawl(ExitCode.PARTIAL, {"do": "hasten", "times": 30})
    assert "fetch.budget_minutes of 1 is used up" in talk
    assert 1 <= len(asked) <= 5, "eight reports would take six seconds"
    assert outcome(portal) == ("partial",)
    portal.goes_on(asked)


def test_hours_that_end_during_a_run(portal: Portal) -> None:
    """The clock is set six hours on when the fifth write to the archive comes."""
    hour = datetime.now(SHANGHAI).hour
    portal.limit(f'hours = "{(hour - 1) % 24:02}-{(hour + 3) % 24:02}"')
    fault = {"do": "clock", "seconds": 6 * 3600, "call": 6}
    asked, talk = portal.crawl(ExitCode.PARTIAL, fault)
    assert "outside fetch.hours" in talk
    assert 2 <= len(asked) <= 5
    assert outcome(portal) == ("partial",)
    later: dict[str, object] = {"do": "clock", "seconds": 6 * 3600}
    assert portal.crawl(ExitCode.PARTIAL, later)[0] == []
    portal.goes_on(asked, later)


def test_hours_that_are_now_hold_nothing_up(portal: Portal) -> None:
    hour = datetime.now(SHANGHAI).hour
    portal.limit(f'hours = "{(hour - 1) % 24:02}-{(hour + 2) % 24:02}"')
    asked, _ = portal.crawl(ExitCode.OK)
    assert len(asked) == 1 + REPORTS
