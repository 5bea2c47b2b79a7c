"""Hosts that hold, rest or hang do not slow the others down; Ctrl-C ends what waits for a turn."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from many_hosts import HOLD, LISTING, Host, Manner, hosts
from nianbao_process import Nianbao

from crawler.exit_codes import ExitCode

PATIENCE = 60.0
"""Seconds for what must happen soon, on a busy machine; half of what a host wants to be left."""
TIMEOUT = 8.0
"""Seconds for one exchange, in nianbao.toml."""


@contextmanager
def crawl(nianbao: Nianbao, names: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        nianbao.command("crawl", *names, "--jobs", "1"),
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def configured(folder: Path, portals: Sequence[Host], timeout: float = TIMEOUT) -> list[str]:
    """Portal files for the hosts; returns their ids."""
    nianbao = Nianbao(folder)
    names = [f"p{number:02}" for number in range(len(portals))]
    for name, host in zip(names, portals, strict=True):
        nianbao.configure(name, host.url + LISTING)
        path = folder / f"portals/{name}.toml"
        text = path.read_text("utf-8").replace("concurrency = 4", "concurrency = 1")
        path.write_text(text, "utf-8")
    (folder / "nianbao.toml").write_text(f"timeout = {timeout}\n", "utf-8")
    return names


def wait_for(condition: Callable[[], bool], what: str) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < PATIENCE, f"in {PATIENCE} seconds there was not {what}"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_twenty_hosts_that_hold_or_hang_leave_the_others_their_pace(tmp_path: Path) -> None:
    manners = [Manner.HOLDS, Manner.HANGS, Manner.QUICK] * 10
    with hosts(manners, network="127.0.8", reports=6) as made:
        quick = [host for host in made if host.manner is Manner.QUICK]
        others = [host for host in made if host.manner is not Manner.QUICK]
        nianbao = Nianbao(tmp_path / "data")
        with crawl(nianbao, configured(nianbao.data, made, timeout=HOLD)) as process:
            wait_for(lambda: all(host.asked for host in made), "a request to each host")
            seconds = wait_for(
                lambda: all(len(host.answers) == 8 for host in quick), "all of the quick hosts"
            )
            assert seconds < HOLD / 4, "they waited for the others"
            assert all(host.asked <= 2 for host in others), "robots.txt and the listing"
            assert process.poll() is None
            process.kill()
        assert sum(len(host.answers) for host in quick) == 80


@pytest.mark.parametrize("manner", [Manner.HOLDS, Manner.RESTS_LATER])
def test_ctrl_c_ends_what_waits_for_its_turn(tmp_path: Path, manner: Manner) -> None:
    network = {Manner.HOLDS: "127.0.9", Manner.RESTS_LATER: "127.0.10"}[manner]
    with hosts([manner, Manner.QUICK], network=network, reports=5) as made:
        nianbao = Nianbao(tmp_path / "data")
        holding, quick = made
        with crawl(nianbao, configured(nianbao.data, made)) as process:
            asked = 2 if manner is Manner.HOLDS else 3
            wait_for(lambda: len(holding.answers) >= asked, "a host that holds")
            wait_for(lambda: len(quick.answers) == 7, "all of the quick host")
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            assert process.wait(HOLD / 4) == ExitCode.INTERRUPTED
            assert process.stderr is not None
            talk = process.stderr.read()
        assert "Traceback" not in talk, talk
        assert holding.asked <= asked + 1
        assert nianbao.query("SELECT outcome FROM runs") == [("interrupted",)]
        (left,) = nianbao.query(
            "SELECT count(*) FROM requests WHERE portal = 'p00'"
            " AND state IN ('pending', 'waiting') AND checked_at IS NULL",
            "state.db",
        )[0]
        assert left == (1 if manner is Manner.HOLDS else 5), "what was not sent is left"
        assert nianbao.query("SELECT count(*) FROM reports") == [(5,)]


def test_ctrl_c_lets_finish_what_is_on_the_wire(tmp_path: Path) -> None:
    """In no more time than one exchange may take."""
    with hosts([Manner.HANGS], network="127.0.11", reports=1) as made:
        nianbao = Nianbao(tmp_path / "data")
        with crawl(nianbao, configured(nianbao.data, made)) as process:
            wait_for(lambda: made[0].asked == 2, "a request that is not answered")
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT + PATIENCE / 2) == ExitCode.INTERRUPTED
        (failure,) = nianbao.query("SELECT reason FROM failures", "archive.db")
        assert failure == ("timeout",)


def test_a_delay_is_no_reason_to_wait_at_ctrl_c(tmp_path: Path) -> None:
    with hosts([Manner.QUICK], network="127.0.12", reports=6) as made:
        nianbao = Nianbao(tmp_path / "data")
        (name,) = configured(nianbao.data, made)
        path = nianbao.data / f"portals/{name}.toml"
        path.write_text(path.read_text("utf-8").replace("delay = 0.0", "delay = 40.0"), "utf-8")
        with crawl(nianbao, [name]) as process:
            wait_for(lambda: made[0].asked == 1, "robots.txt")
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE / 2) == ExitCode.INTERRUPTED
        assert made[0].asked == 1
