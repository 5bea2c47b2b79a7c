"""A full disk: nothing half, nothing lost, and the same command goes on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import judging
import pytest
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, generated_site, watched

from crawler.exit_codes import ExitCode

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
JOBS = ("--jobs", "1")


@pytest.fixture(scope="module")
def served() -> Iterator[WatchedSite]:
    with watched(generated_site(cities=3, years=6), "127.0.3.12") as site:
        yield site


@pytest.fixture
def nianbao(tmp_path: Path, served: WatchedSite) -> Nianbao:
    served.answers.clear()
    made = Nianbao(tmp_path / "data")
    made.configure("x", served.listing)
    return made


def with_fault(nianbao: Nianbao, fault: dict[str, object]) -> subprocess.CompletedProcess[str]:
    """A crawl with a fault in it; see faulty_nianbao.py."""
    command = nianbao.command("crawl", "x", *JOBS)
    command[1:3] = [str(WRAPPER)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault)},
        check=False,
    )


def crawl(nianbao: Nianbao, site: WatchedSite, begin: int = 0) -> list[judging.Process]:
    """The same command, without a fault, to its end."""
    middle = len(site.answers)
    nianbao.run("crawl", "x", *JOBS)
    end = len(site.answers)
    return [judging.Process(begin, middle, killed=True), judging.Process(middle, end, killed=False)]


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "no_space", "call": 4, "calls": 1000},
        {"do": "full_database", "file": "archive.db", "pages": 0},
        {"do": "full_database", "file": "corpus.db", "pages": 0},
    ],
    ids=["within-a-record", "between-record-and-index-row", "corpus"],
)
def test_a_full_disk_stops_the_run_and_the_next_goes_on(
    nianbao: Nianbao, served: WatchedSite, fault: dict[str, object]
) -> None:
    done = with_fault(nianbao, fault)
    assert done.returncode == ExitCode.ERROR, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "disk" in done.stderr or "No space" in done.stderr
    assert "again" in done.stderr or "next run" in done.stderr
    processes = crawl(nianbao, served)
    assert list(judging.faults(nianbao.data, served, processes)) == []
    if fault["do"] == "full_database":  # these two are made again
        before = nianbao.rows()
        nianbao.run("rebuild", *JOBS)
        assert nianbao.rows() == before
