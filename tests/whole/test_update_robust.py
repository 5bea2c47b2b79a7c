"""``update`` where something goes wrong beside it: a second one, kill -9, a portal that fails half
way, a service whose update dies; and a folder of thousands of portals.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from changing_site import LISTING, Answer, Site, changing_site
from clocked import ENVIRONMENT, PORTAL, TIMEOUT, Folder
from nianbao_process import Nianbao

from crawler.exit_codes import ExitCode
from crawler.frontier import Frontier
from crawler.spiders.portal import SECONDS_TO_GATHER

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = 6


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data")


@contextmanager
def portal_site(host: str) -> Iterator[Site]:
    """A portal of some reports on years from 2014 on."""
    with changing_site(host) as site:
        years = range(2014, 2014 + NUMBER)
        for year in years:
            site.put_report(path_of(year), "靖宇县", year, year=year)
        title = "靖宇县{}年政府信息公开工作年度报告"
        site.list_dated(*((path_of(y), title.format(y), f"{y + 1}-01-20") for y in years))
        yield site


def path_of(year: int) -> str:
    return f"/{year}.html"


def hold(site: Site, path: str) -> Event:
    """Has a page answered only once the event is set."""
    site.pages[path].after = Event()
    return site.pages[path].after


def begin(folder: Folder, *options: str) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "crawler.cli", "update", "--jobs", "1", *options]
    return subprocess.Popen(
        [*program, "--data", str(folder.data)], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )


def wait_until_asked(site: Site, path: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while path not in [asked.path for asked in site.asked]:
        assert time.monotonic() < deadline, f"{path} was not asked"
        time.sleep(0.05)


def years_read(folder: Folder) -> list[object]:
    return [year for (year,) in folder.query("SELECT report_year FROM reports ORDER BY 1")]


def test_of_two_updates_the_second_ends_and_the_first_is_right(folder: Folder) -> None:
    with portal_site("127.0.3.41") as site:
        folder.follow("a", site)
        held = hold(site, path_of(2017))
        first = begin(folder)
        try:
            wait_until_asked(site, path_of(2017))
            now = datetime.now(UTC)
            _, said = folder.run(now, "update", "--jobs", "1", code=ExitCode.BUSY)
            assert f"process {first.pid}" in said
            held.set()
            _, told = first.communicate(timeout=TIMEOUT)
        finally:
            first.kill()
        assert first.returncode == ExitCode.OK, told
        asked = [one.path for one in site.take_asked()]
    assert years_read(folder) == list(range(2014, 2014 + NUMBER))
    assert sorted(asked) == sorted(set(asked)), "nothing was asked twice"
    assert folder.query("SELECT outcome FROM runs") == [("complete",)]


def test_an_update_that_was_killed_goes_on(folder: Folder) -> None:
    with portal_site("127.0.3.42") as site:
        folder.follow("a", site)
        held = hold(site, path_of(2017))
        first = begin(folder)
        wait_until_asked(site, path_of(2017))
        time.sleep(2 * SECONDS_TO_GATHER + 1)  # until what came before is noted
        first.kill()
        first.communicate(timeout=TIMEOUT)
        held.set()
        before = [one.path for one in site.take_asked()]
        second = begin(folder)
        _, said = second.communicate(timeout=TIMEOUT)
        assert second.returncode == ExitCode.OK, said
        after = [one.path for one in site.take_asked()]
    assert years_read(folder) == list(range(2014, 2014 + NUMBER))
    again = {path for path in before if path in after and path.endswith(".html")}
    assert again == {path_of(2017)}, "what was under way, and nothing else"
    outcomes = [one for (one,) in folder.query("SELECT outcome FROM runs ORDER BY started_at")]
    assert outcomes == ["interrupted", "complete"]
    nianbao = Nianbao(folder.data)
    live = nianbao.rows()
    nianbao.run("rebuild", "--jobs", "1")
    assert nianbao.rows() == live


def test_a_portal_that_fails_half_way_is_asked_for_the_rest(folder: Folder) -> None:
    with portal_site("127.0.3.43") as good, portal_site("127.0.3.44") as bad:
        folder.follow("good", good)
        folder.follow("bad", bad)
        whole = {year: bad.pages[path_of(year)] for year in (2017, 2018, 2019)}
        for year in whole:
            bad.pages[path_of(year)] = Answer(b"", status=502)
        _, said = folder.run(JULY, "update", "--quiet", "--jobs", "1", code=ExitCode.PARTIAL)
        assert "1 of 2 portals are in trouble" in said
        assert "portal=bad " in said and "failed=3" in said and "portal=good" not in said
        assert len(folder.query("SELECT 1 FROM documents WHERE outcome = 'report'")) == 9
        for site in (good, bad):
            site.take_asked()
        for year, answer in whole.items():
            bad.pages[path_of(year)] = answer
        folder.run(JULY + DAY / 2, "update", "--quiet", "--jobs", "1")
        assert bad.take_asked() == [], "failures wait for a day"
        folder.run(JULY + 1.1 * DAY, "update", "--quiet", "--jobs", "1")
        asked = [one.path for one in bad.take_asked() if one.path.endswith(".html")]
        assert sorted(asked) == [path_of(year) for year in whole], "what failed, and nothing else"
        assert good.take_asked() == []
    assert len(folder.query("SELECT 1 FROM documents WHERE outcome = 'report'")) == 12


SOON = """
import sys
from datetime import timedelta
from crawler import cli, forever
forever.SHORTEST = timedelta(seconds=1)
cli.main()
"""
"""The program, with a second between what it says takes thirty."""


def test_forever_survives_the_death_of_an_update(folder: Folder) -> None:
    with portal_site("127.0.3.45") as site:
        folder.follow("a", site)
        held = hold(site, path_of(2017))
        program = [sys.executable, "-c", SOON, "update", "--forever", "--jobs", "1"]
        process = subprocess.Popen(
            [*program, "--data", str(folder.data)],
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until_asked(site, path_of(2017))
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
            (child,) = map(int, children.split())
            os.kill(child, signal.SIGKILL)
            held.set()
            deadline = time.monotonic() + TIMEOUT
            while "complete" not in outcomes(folder):
                assert time.monotonic() < deadline, "no update came after it"
                time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    assert process.returncode == ExitCode.INTERRUPTED
    assert "the update ended with -9; again in 0:00:01" in said
    assert years_read(folder) == list(range(2014, 2014 + NUMBER))


def outcomes(folder: Folder) -> list[object]:
    if not (folder.data / "corpus.db").exists():
        return []
    return [one for (one,) in folder.query("SELECT outcome FROM runs")]


PORTALS, DUE = 3000, 20
MOST_MEGABYTES = 250
"""Of the crawler or a worker; it takes 122."""


def test_thousands_of_portals_of_which_some_are_due(folder: Folder) -> None:
    with changing_site("127.0.3.46") as site:
        many_portals(folder, site)
        printed, said = folder.run(JULY, "update", "--dry-run", "--json")
        assert len(printed) == DUE
        assert f"{DUE} of {PORTALS} portals are due" in said
        site.pages["/p7/nb/"] = Answer(b"", status=500)
        code, megabytes, said = measured(folder, "update", "--quiet", "--jobs", "1")
        assert code == ExitCode.PARTIAL, said
        assert megabytes < MOST_MEGABYTES, f"{megabytes:.0f} MB"
        summary, trouble, crawled = said.splitlines()
        assert summary == f"nianbao: partial: 1 of {DUE} portals are in trouble"
        assert "portal=p0007 " in trouble
        assert crawled == f"{DUE} of {PORTALS} portals were due and crawled"
        listings = {one.path for one in site.take_asked() if one.path.endswith("/nb/")}
        assert listings == {f"/p{n}/nb/" for n in range(DUE)}
    assert folder.query("SELECT count(*) FROM reports") == [(DUE - 1,)]
    begun = time.monotonic()
    printed, _ = folder.run(datetime.now(UTC), "status")
    assert time.monotonic() - begun < 30, "some two seconds by itself"
    assert len(printed) < 40
    assert printed[2].split()[0] == "p0007", "who is in trouble comes first"
    assert any(line.startswith("portals: ") and f"followed {PORTALS}," in line for line in printed)


def many_portals(folder: Folder, site: Site) -> None:
    """Portal files; all but some were visited and are not due for long."""
    for n in range(PORTALS):
        text = PORTAL.format(name=f"某县{n}", listing=f"{site.url}/p{n}/nb/", more="")
        (folder.data / f"portals/p{n:04}.toml").write_text(text, encoding="utf-8")
    for n in range(DUE):
        site.put_report(f"/p{n}/1.html", "靖宇县", 7, year=2000 + n)
        site.list_reports((f"/p{n}/1.html", f"靖宇县{2000 + n}年政府信息公开工作年度报告"))
        site.pages[f"/p{n}/nb/"] = site.pages.pop(LISTING)
    frontier = Frontier(folder.data / "state.db")
    visited = (JULY - DAY).isoformat(), "complete", 0, "2100-01-01T00:00:00.000000Z", "monthly"
    frontier.db.executemany(
        "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?)",
        [(f"p{n:04}", *visited) for n in range(DUE, PORTALS)],
    )
    frontier.commit()
    frontier.close()


def measured(folder: Folder, *arguments: str) -> tuple[int, float, str]:
    """How a command ended, the most memory that it or a worker took, and what it said.

    A small process starts it: the kernel counts what a process was before its exec as its own, and
    this one may be large.
    """
    said, usage = folder.data / "said.txt", folder.data / "usage.txt"
    command = [sys.executable, "-m", "crawler.cli", *arguments, "--data", str(folder.data)]
    with said.open("w") as stderr:
        done = subprocess.run(
            [sys.executable, "-c", STARTER, str(usage), *command],
            env=ENVIRONMENT,
            stderr=stderr,
            check=False,
        )
    megabytes = int(usage.read_text("ascii")) / 1024
    return done.returncode, megabytes, said.read_text(encoding="utf-8")


STARTER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
os._exit(os.waitstatus_to_exitcode(status) & 255)
"""
