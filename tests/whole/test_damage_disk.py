"""A full disk and a clock that is set back: nothing half, nothing lost, and the same command goes
on.
"""

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


def test_a_clock_set_back_loses_nothing(nianbao: Nianbao, served: WatchedSite) -> None:
    """The second run is a day before the first, the third a minute before: their captures are
    kept, their WARC files have names of their own, and what was read stays read.
    """
    nianbao.run("crawl", "x", *JOBS)
    processes = [judging.Process(0, len(served.answers), killed=False)]
    documents = nianbao.rows()["documents"]
    for seconds in (-86400, -60):
        begin = len(served.answers)
        done = with_fault(nianbao, {"do": "clock", "seconds": seconds})
        assert done.returncode == ExitCode.OK, done.stderr
        assert "Traceback" not in done.stderr
        processes.append(judging.Process(begin, len(served.answers), killed=False))
    judged = list(judging.faults(nianbao.data, served, processes))
    # a capture that seems older than its original cannot refer to it: it stands in full
    assert [text for text in judged if "with the same bytes" not in text] == []
    assert {row[1] for row in documents} == {row[1] for row in nianbao.rows()["documents"]}
    assert nianbao.query("SELECT count(*) FROM runs") == [(3,)]
    assert nianbao.query("SELECT count(*) FROM reports") == [(18,)]
    before = nianbao.rows()
    for command in (("extract",), ("rebuild",), ("crawl", "--from-archive")):
        nianbao.run(*command, *JOBS)
        assert nianbao.rows() == before, command
