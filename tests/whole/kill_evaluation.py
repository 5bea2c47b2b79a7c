"""kill -9 at random moments, each followed by the same command: ``python
tests/whole/kill_evaluation.py --kills 100 --seed 1`` prints a table, and fails on any fault.

The moments are spread over a command's whole life (see kill_moments.py). A round ends when the
command ended by itself; then the folder is judged by the server's account and by warcio (see
judging.py), and by a twin that is never killed; the site is edited, and the next round begins.
WARC files are small, so that they roll over. The keystone is judged on copies.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import judging
from kill_moments import Moment, Moments
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, edit, generated_site, sample_site, watched

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
KILLS_A_FOLDER = 20
WARC_BYTES = 1_000_000
PADDING = 80_000
"""Bytes of a report's page: 24 of them make two files of WARC_BYTES."""

COMMANDS = {
    "crawl": ("crawl", "x"),
    "extract": ("extract",),
    "rebuild": ("rebuild",),
    "from-archive": ("crawl", "--from-archive"),
}


@dataclass(slots=True)
class Evaluation:
    """One data folder under fire. ``table`` counts moments by what was killed and how; ``twin`` is
    crawled whenever a round of crawls is over, and never killed: it says what the rows must be.
    """

    nianbao: Nianbao
    site: WatchedSite
    chosen: random.Random
    moments: Moments
    twin: Nianbao | None = None
    jobs: int = 2
    kills: int = 0
    table: Counter[str] = field(default_factory=Counter)
    processes: list[judging.Process] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def round(self, name: str, kills: int) -> None:
        """The command until it ends by itself, killed at most so many times; then the judgement."""
        first, before = len(self.processes), self.kills
        ended = False
        while self.kills - before < kills and not ended:
            ended = not self._killed(name)
            self.kills += not ended
        if not ended:
            self._ends(name)
        for text in judging.faults(self.nianbao.data, self.site, self.processes):
            self.fault(f"after {name}: {text}")
        if name == "crawl":
            for text in judging.repeats(self.site, self.processes[first:]):
                self.fault(text)
            self._compare_with_twin()

    def _compare_with_twin(self) -> None:
        if self.twin is None:
            return
        started = time.monotonic()
        self.twin.run("crawl", "x", "--jobs", str(self.jobs))
        self.moments.seconds = max(self.moments.seconds, time.monotonic() - started)
        one, other = self.nianbao.said(), self.twin.said()
        for table in one:
            if one[table] != other[table]:
                lacks, more = other[table] - one[table], one[table] - other[table]
                self.fault(
                    f"unlike a crawl that was not killed: {table} lacks {lacks.total()} rows "
                    f"{list(lacks)[:1]} and has {more.total()} more {list(more)[:1]}"
                )

    def fault(self, text: str) -> None:
        """Notes a fault, once."""
        if text not in self.faults:
            self.faults.append(text)
            print("FAULT", text[-1600:], file=sys.stderr, flush=True)

    def _killed(self, name: str) -> bool:
        """One kill; False when the process had ended before its moment came."""
        moment = self.next_moment(name)
        begin = len(self.site.answers)
        with _started(self.nianbao, name, moment.fault, self.jobs) as process:
            moment.wait(process, self.nianbao.data, self.site, TIMEOUT)
            process.kill()
            process.wait()
            stderr = process.stderr.read() if process.stderr else ""
        killed = process.returncode == -9
        self._note(name, begin, killed=killed)
        self.table[f"{name:13}{moment.name}{'' if killed else ' (not reached)'}"] += 1
        if not killed and process.returncode != 0:
            self.fault(f"{name} ended with {process.returncode}: {stderr[-1500:]}")
        return killed

    def next_moment(self, name: str) -> Moment:
        """When the next process is killed."""
        return self.moments.next(name, self.nianbao.data)

    def _ends(self, name: str) -> None:
        begin = len(self.site.answers)
        done = self.nianbao.run(*COMMANDS[name], "--jobs", str(self.jobs), code=None)
        self._note(name, begin, killed=False)
        if done.returncode != 0:
            self.fault(f"{name} ended with {done.returncode}: {done.stderr[-1500:]}")

    def _note(self, name: str, begin: int, *, killed: bool) -> None:
        time.sleep(0.05)  # the server's last answers are noted
        end = len(self.site.answers)
        if name == "crawl":
            self.processes.append(judging.Process(begin, end, killed))
        elif end != begin:
            self.fault(f"{name} asked the network {end - begin} times")

    def keystone(self, *names: str) -> None:
        """The commands that make the rows again, on a copy: the same rows."""
        before = self.nianbao.rows()
        copy = Nianbao(self.nianbao.data.with_name("copy"))
        for name in names:
            shutil.rmtree(copy.data, ignore_errors=True)
            shutil.copytree(self.nianbao.data, copy.data)
            if name == "rebuild":
                for path in copy.data.glob("*.db*"):
                    path.unlink()
            done = copy.run(*COMMANDS[name], "--jobs", str(self.jobs), code=None)
            if done.returncode != 0:
                self.fault(f"{name} on a copy ended with {done.returncode}: {done.stderr[-800:]}")
            for text in _differences(before, copy.rows()):
                self.fault(f"keystone, {name}: {text}")
        done = self.nianbao.run("verify", code=None)
        if done.returncode != 0:
            self.fault(f"verify: {done.returncode}: {done.stdout[-400:]}{done.stderr[-400:]}")


class _started:
    """A running command; ended, whatever happens."""

    def __init__(self, nianbao: Nianbao, name: str, fault: dict[str, object], jobs: int) -> None:
        command = nianbao.command(*COMMANDS[name], "--jobs", str(jobs))
        if fault:
            command[1:3] = [str(WRAPPER)]
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ
            | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault)},
        )

    def __enter__(self) -> subprocess.Popen[str]:
        return self.process

    def __exit__(self, *args: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


def _differences(
    one: dict[str, list[tuple[object, ...]]], other: dict[str, list[tuple[object, ...]]]
) -> Iterator[str]:
    for table in one:
        lacks = [row for row in one[table] if row not in other[table]]
        more = [row for row in other[table] if row not in one[table]]
        if lacks or more or len(one[table]) != len(other[table]):
            yield f"{table}: {len(lacks)} rows lacking {lacks[:1]}, {len(more)} more {more[:1]}"


def main() -> int:
    """Runs the evaluation; returns 1 when there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--host", default="127.0.3.1")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    chosen, kills, faults = random.Random(given.seed), 0, 0
    moments, table = Moments(chosen), Counter[str]()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nianbao-kills-") as folder:
        for number in count():
            if kills >= given.kills:
                break
            editable = number % 5 != 4
            one = Evaluation(
                nianbao=Nianbao(Path(folder) / f"{number}/data"),
                twin=Nianbao(Path(folder) / f"{number}/twin"),
                site=generated_site(cities=3, years=8, padding=PADDING)
                if editable
                else sample_site(),
                chosen=chosen,
                moments=moments,
                jobs=given.jobs,
            )
            with watched(one.site, given.host):
                _configure(one)
                _fire(one, min(KILLS_A_FOLDER, given.kills - kills), editable=editable)
            files = len(list((one.nianbao.data / "warc").glob("*.warc.gz")))
            shutil.rmtree(Path(folder) / str(number))
            kills, faults, table = kills + one.kills, faults + len(one.faults), table + one.table
            print(f"folder {number}: {one.kills} kills, {files} WARC files,", end=" ")
            print(f"{len(one.faults)} faults", flush=True)
    for name, times in sorted(table.items()):
        print(f"{times:4}  {name}")
    minutes = (time.monotonic() - begun) / 60
    print(f"{kills} kills, {faults} faults (seed {given.seed}, {minutes:.1f} minutes)")
    return int(faults > 0)


def _configure(one: Evaluation) -> None:
    for nianbao in (one.nianbao, one.twin):
        if nianbao is not None:
            nianbao.configure("x", one.site.listing)
            small = f"warc_bytes = {WARC_BYTES}\n"
            (nianbao.data / "nianbao.toml").write_text(small, encoding="utf-8")


def _fire(one: Evaluation, kills: int, *, editable: bool) -> None:
    while one.kills < kills and not one.faults:
        one.round("crawl", min(one.chosen.randint(2, 5), kills - one.kills))
        other = one.chosen.choice(("extract", "rebuild", "from-archive", "crawl", "crawl"))
        if other != "crawl" and one.kills < kills:
            before = one.nianbao.rows()
            one.round(other, 1)
            for text in _differences(before, one.nianbao.rows()):
                one.fault(f"{other}, killed and done again: {text}")
        if editable:
            edit(one.site, one.chosen, pages=10)
    one.keystone("extract", "from-archive", "rebuild")


if __name__ == "__main__":
    sys.exit(main())
