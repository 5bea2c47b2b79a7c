"""Worker processes in a real crawl: none lives on when the crawl is ended, however that happens;
a page that hangs, kills its worker or eats memory costs itself alone; Ctrl-C and SIGTERM are one.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, generated_site, watched

from crawler.exit_codes import ExitCode

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
PATIENCE = 60.0
"""Seconds to wait for what must happen soon; on a busy core a worker starts in five."""


@pytest.fixture(scope="module")
def served() -> Iterator[WatchedSite]:
    with watched(generated_site(cities=2, years=5), "127.0.3.14") as site:
        yield site


@pytest.fixture
def nianbao(tmp_path: Path, served: WatchedSite) -> Nianbao:
    made = Nianbao(tmp_path / "data")
    made.configure("x", served.listing)
    return made


@contextmanager
def started(nianbao: Nianbao, fault: dict[str, object]) -> Iterator[subprocess.Popen[str]]:
    """A crawl in a session of its own, with a fault; whatever is left of it is ended."""
    command = nianbao.command("crawl", "x", "--jobs", "2")
    command[1:3] = [str(WRAPPER)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault)},
    )
    try:
        yield process
    finally:
        for left in (process.pid, *session_of(process.pid)):
            try:
                os.kill(left, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()
        if process.stderr:
            process.stderr.close()


def session_of(leader: int) -> list[int]:
    """Other processes of a session that are alive, by /proc: children, and orphans too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        state, session = fields[0], int(fields[3])
        if session == leader and state != "Z" and int(entry.name) != leader:
            found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"in {PATIENCE} seconds there was not {what}"
        time.sleep(0.05)


def captured(nianbao: Nianbao) -> int:
    """Reports in the archive's index so far."""
    path = nianbao.data / "archive.db"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            query = "SELECT count(*) FROM captures WHERE role = 'report'"
            return int(db.execute(query).fetchone()[0])
    except sqlite3.Error:
        return 0


HANGING = {"do": "page", "url": "/t00004.html", "what": "hangs"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_the_crawl(nianbao: Nianbao, how: signal.Signals) -> None:
    """One worker is idle, the other deep in a page that it would not leave for ten minutes."""
    with started(nianbao, HANGING) as process:
        wait_for(lambda: len(session_of(process.pid)) >= 3, "two workers")
        wait_for(lambda: captured(nianbao) >= 10, "ten captures")
        process.send_signal(how)
        if how != signal.SIGKILL:
            time.sleep(0.3)
            process.send_signal(how)  # a second one ends what the first still waits for
        process.wait(PATIENCE)
        wait_for(lambda: session_of(process.pid) == [], "an end of the workers")
    done = nianbao.run("crawl", "x", "--jobs", "2")
    assert "Traceback" not in done.stderr
    assert nianbao.query("SELECT count(*) FROM reports") == [(10,)]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_and_the_next_run_goes_on(
    nianbao: Nianbao, served: WatchedSite, how: signal.Signals
) -> None:
    path = nianbao.data / "portals/x.toml"
    slow = path.read_text("utf-8").replace("delay = 0.0", "delay = 0.4")
    path.write_text(slow.replace("concurrency = 4", "concurrency = 1"), "utf-8")
    begin = len(served.answers)
    with started(nianbao, {}) as process:
        wait_for(lambda: captured(nianbao) >= 3, "three captures")
        process.send_signal(how)
        assert process.wait(PATIENCE) == ExitCode.INTERRUPTED
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        wait_for(lambda: session_of(process.pid) == [], "an end of the workers")
    assert nianbao.query("SELECT outcome FROM runs") == [("interrupted",)]
    assert not list((nianbao.data / "warc").glob("*.open"))
    nianbao.configure("x", served.listing)
    nianbao.run("crawl", "x")
    asked = [a.path for a in served.answers[begin:] if a.path in served.report_paths()]
    assert sorted(asked) == served.report_paths(), "each report is asked for once in both runs"
    assert nianbao.query("SELECT count(*) FROM reports") == [(10,)]


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ("hangs", "extractor_timeout"),
        ("dies", "extractor_crashed"),
        ("eats", "extractor_crashed"),
    ],
)
def test_a_bad_page_costs_itself_alone(nianbao: Nianbao, what: str, outcome: str) -> None:
    limit = 2.0 if what == "hangs" else 0  # 0: the program's own; to eat memory takes its time
    fault = {"do": "page", "url": "/t00004.html", "what": what, "seconds": limit}
    with started(nianbao, fault) as process:
        assert process.stderr is not None
        talk = process.stderr.read()
        assert process.wait(TIMEOUT) == ExitCode.OK, talk
        wait_for(lambda: session_of(process.pid) == [], "an end of the workers")
    outcomes = nianbao.query("SELECT outcome, count(*) FROM documents GROUP BY 1 ORDER BY 1")
    assert outcomes == [(outcome, 1), ("report", 9)]
    (finding,) = nianbao.query(f"SELECT url, message FROM findings WHERE kind = '{outcome}'")
    assert str(finding[0]).endswith("/t00004.html")
    if what == "hangs":
        nianbao.run("extract", "--jobs", "1")  # by the program without the fault
        assert nianbao.query("SELECT count(*) FROM reports") == [(10,)]
        assert nianbao.query(f"SELECT 1 FROM findings WHERE kind = '{outcome}'") == []


@pytest.mark.parametrize("what", ["raises"])
def test_workers_that_cannot_start_are_told(nianbao: Nianbao, what: str) -> None:
    with started(nianbao, {"do": "no_worker", "what": what}) as process:
        assert process.stderr is not None
        talk = process.stderr.read()
        assert process.wait(TIMEOUT) == ExitCode.ERROR, talk
        wait_for(lambda: session_of(process.pid) == [], "an end of the workers")
    assert "no worker process could be started" in talk
    done = nianbao.run("crawl", "x", "--jobs", "2")
    assert "read 10 captures" in done.stderr
    assert nianbao.query("SELECT count(*) FROM reports") == [(10,)]
