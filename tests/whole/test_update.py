"""``update``: what is due and nothing else, by a clock that goes on; safe to start twice; cron can
act on its exit code. Each command runs with a clock of its own.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Site, changing_site
from clocked import ENVIRONMENT, Folder
from prometheus_client.parser import text_string_to_metric_families

from crawler.exit_codes import ExitCode

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
TITLE = "靖宇县2019年政府信息公开工作年度报告"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@contextmanager
def portal_site(host: str) -> Iterator[Site]:
    with changing_site(host) as site:
        site.put_report("/1.html", "靖宇县", 7)
        site.list_reports(("/1.html", TITLE), date="2020-03-12")
        yield site


def test_a_portal_is_visited_when_it_is_due_and_not_before(folder: Folder) -> None:
    with portal_site("127.0.3.1") as site:
        folder.follow("a", site)
        folder.run(JULY, "update", "--jobs", "1")
        assert LISTING in [asked.path for asked in site.take_asked()]
        _, said = folder.run(JULY + DAY, "update")
        assert site.take_asked() == []
        assert "0 of 1 portals are due; the next is a at" in said
        printed, _ = folder.run(JULY + 31 * DAY, "update", "--dry-run")
        (line,) = printed
        portal, due, why = line.split("\t")
        assert portal == "a"
        assert JULY < datetime.fromisoformat(due) <= JULY + 31 * DAY
        assert "monthly" in why or "documents" in why
        folder.run(JULY + 31 * DAY, "update", "--jobs", "1")
        assert LISTING in [asked.path for asked in site.take_asked()]
        printed, _ = folder.run(JULY + 31 * DAY, "status")
        assert any(line.split()[0] == "a" and "complete" in line for line in printed)


def test_trouble_is_retried_after_1_2_4_days(folder: Folder) -> None:
    with portal_site("127.0.3.2") as site:
        folder.follow("a", site)
        site.pages[LISTING] = Answer(b"", status=500)
        now, waits = JULY, []
        for _ in range(3):
            folder.run(now, "update", "--jobs", "1", code=ExitCode.FAILED)
            came, due = visit(folder)
            assert came == "failed"
            waits.append(round((due - now) / DAY))
            now = due + timedelta(minutes=1)
        assert waits == [1, 2, 4]


def visit(folder: Folder) -> tuple[str, datetime]:
    with closing(sqlite3.connect(folder.data / "state.db")) as db:
        ((came, due),) = db.execute("SELECT came, due FROM visits").fetchall()
    return came, datetime.fromisoformat(due)


def test_one_portals_failure_stops_no_other_and_the_exit_code_says_so(folder: Folder) -> None:
    with portal_site("127.0.3.3") as good, portal_site("127.0.3.4") as bad:
        folder.follow("good", good)
        folder.follow("bad", bad)
        (folder.data / "portals" / "broken.toml").write_text("name = ", encoding="utf-8")
        bad.pages[LISTING] = Answer(b"", status=503)
        _, said = folder.run(JULY, "update", "--jobs", "1", code=ExitCode.PARTIAL)
        assert "portal=good" in said
        assert "portal=bad" in said
        assert "broken.toml" in said
        assert "2 of 2 portals were due and crawled" in said
        printed, _ = folder.run(JULY + timedelta(days=1.1), "update", "--dry-run")
        assert [line.split("\t")[0] for line in printed] == ["bad"]


def test_limit_takes_the_longest_waiting(folder: Folder) -> None:
    with portal_site("127.0.3.5") as first, portal_site("127.0.3.6") as second:
        folder.follow("b", first)
        folder.run(JULY, "update", "--jobs", "1")
        folder.follow("a", second)
        first.take_asked()
        _, said = folder.run(JULY + 40 * DAY, "update", "--limit", "1", "--jobs", "1")
        assert second.take_asked(), "never crawled comes first"
        assert first.take_asked() == []
        assert "1 of 2 portals were due and crawled; 1 more are due" in said


def test_a_second_update_beside_the_first_is_refused(folder: Folder) -> None:
    with portal_site("127.0.3.7") as site:
        folder.follow("a", site)
        with (folder.data / ".lock").open("w") as lock:
            flock(lock, LOCK_EX)
            folder.run(JULY, "update", code=ExitCode.BUSY)
        assert site.take_asked() == []


def test_quiet_says_nothing_when_all_went_well(folder: Folder) -> None:
    with portal_site("127.0.3.8") as site, portal_site("127.0.3.12") as good:
        folder.follow("a", site)
        folder.follow("good", good)
        for now in (JULY, JULY + DAY / 4):
            assert folder.run(now, "update", "--quiet", "--jobs", "1") == ([], "")
        site.pages[LISTING] = Answer(b"", status=500)
        later = JULY + 40 * DAY
        _, said = folder.run(later, "update", "--quiet", "--jobs", "1", code=ExitCode.PARTIAL)
        summary, trouble, crawled = said.splitlines()
        assert summary == "nianbao: partial: 1 of 2 portals are in trouble"
        assert "portal=a " in trouble and "HTTP status 500" in trouble
        assert crawled == "2 of 2 portals were due and crawled"


def test_metrics_of_an_update(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "nianbao.prom"
    with portal_site("127.0.3.13") as site:
        folder.follow("a", site)
        update = ("update", "--jobs", "1", "--metrics", str(path))
        folder.run(JULY, *update)
        first = metrics(path)
        assert first["exit_code", ""] == 0
        assert first["last_run_outcome", "complete"] == 1
        assert first["last_run_count", "documents"] == 1
        assert first["last_run_count", "bytes"] > 1000
        assert first["portals_due", ""] == 0
        assert first["reports", ""] == 1
        assert first["last_run_end_timestamp_seconds", ""] >= JULY.timestamp()
        folder.run(JULY + DAY, *update)
        assert metrics(path)["written_timestamp_seconds", ""] >= (JULY + DAY).timestamp(), (
            "also when nothing was due"
        )
        site.pages[LISTING] = Answer(b"", status=500)
        folder.run(JULY + 40 * DAY, *update, code=ExitCode.FAILED)
        failed = metrics(path)
        assert failed["exit_code", ""] == ExitCode.FAILED
        assert failed["last_run_failures", "HTTP status 500"] == 1
        assert failed["portals_last_visit", "failed"] == 1
        lines, _ = folder.run(JULY, "status")
        assert any(line.startswith("run ") and ", took " in line for line in lines)
        # the one that is refused leaves the file to the one that writes
        with (folder.data / ".lock").open("w") as lock:
            flock(lock, LOCK_EX)
            folder.run(JULY + 80 * DAY, *update, code=ExitCode.BUSY)
        assert metrics(path) == failed
        bad = ("update", "--metrics", str(tmp_path / "nianbao.txt"))
        _, said = folder.run(JULY + 80 * DAY, *bad, code=ExitCode.BAD_INPUT)
        assert "end in .prom" in said
    assert [one.name for one in tmp_path.glob("*nianbao.prom*")] == ["nianbao.prom"]


def metrics(path: Path) -> dict[tuple[str, str], float]:
    """Values by name and label."""
    return {
        (sample.name.removeprefix("nianbao_"), "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
        for sample in family.samples
    }


def test_a_clock_that_was_set_back_puts_nothing_off(folder: Folder) -> None:
    with portal_site("127.0.3.9") as site:
        folder.follow("a", site)
        folder.run(JULY + 3000 * DAY, "update", "--jobs", "1")
        site.take_asked()
        folder.run(JULY, "update", "--jobs", "1")
        assert LISTING in [asked.path for asked in site.take_asked()]
        _, said = folder.run(JULY + DAY, "update")
        assert "0 of 1 portals are due" in said


def test_a_lost_state_makes_all_due(folder: Folder) -> None:
    with portal_site("127.0.3.11") as site:
        folder.follow("a", site)
        folder.run(JULY, "update", "--jobs", "1")
        site.take_asked()
        for path in folder.data.glob("state.db-*"):
            path.unlink()
        (folder.data / "state.db").write_bytes(b"no database" * 1000)
        _, said = folder.run(JULY + DAY, "update", "--jobs", "1")
        assert "all portals are due" in said
        assert LISTING in [asked.path for asked in site.take_asked()]


def test_without_a_portal_to_follow_it_says_what_to_do(folder: Folder) -> None:
    _, said = folder.run(JULY, "update", code=ExitCode.BAD_INPUT)
    assert "nianbao portals add" in said


def test_forever_updates_and_ends_by_a_signal(folder: Folder) -> None:
    with portal_site("127.0.3.10") as site:
        folder.follow("a", site)
        program = [sys.executable, "-m", "crawler.cli", "update", "--forever", "--jobs", "1"]
        process = subprocess.Popen(
            [*program, "--data", str(folder.data)],
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            deadline = time.monotonic() + 60
            while not (folder.data / "state.db").exists() or not visits(folder):
                assert time.monotonic() < deadline, "no update came to its end"
                time.sleep(0.2)
            time.sleep(1)
            assert process.poll() is None, "it waits for what is due next"
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
        assert process.returncode == ExitCode.INTERRUPTED
        assert "1 of 1 portals were due and crawled" in said


def visits(folder: Folder) -> int:
    with closing(sqlite3.connect(folder.data / "state.db", timeout=10)) as db:
        named = "SELECT count(*) FROM sqlite_master WHERE name = 'visits'"
        if not db.execute(named).fetchone()[0]:
            return 0
        return int(db.execute("SELECT count(*) FROM visits").fetchone()[0])


@pytest.mark.parametrize("more", [(), ("--shard", "4/3")], ids=["no portal", "bad shard"])
def test_forever_ends_where_waiting_mends_nothing(folder: Folder, more: tuple[str, ...]) -> None:
    folder.run(JULY, "update", "--forever", *more, code=ExitCode.BAD_INPUT)
