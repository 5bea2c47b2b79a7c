"""kill -9 at random moments, each followed by the same command: ``python
tests/whole/kill_evaluation.py --kills 100 --seed 1`` prints a table, and fails on any fault.

Half of the moments are times, half exact points in the program (see POINTS). A round ends when
the command ended by itself; then the folder is judged (see judging.py), the site is edited, and
the next round begins. The keystone is judged on copies.
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
from pathlib import Path

import judging
from nianbao_process import TIMEOUT, Nianbao
from watched_site import WatchedSite, edit, generated_site, sample_site, watched

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")

POINTS = {
    "crawl": (
        ("archive.folder:DataFolder.prepare", 1),
        ("archive.mend:mend", 1),
        ("archive.mend:_close_left_over", 1),
        ("archive.mend:index_missing", 1),
        ("archive.rebuild:index_file", 1),
        ("archive.warc_file:finish_file", 2),
        ("archive.writer:ArchiveWriter.start_run", 1),
        ("archive.writer:ArchiveWriter._new_file", 1),
        ("archive.writer:ArchiveWriter.append", 60),
        ("archive.warc_file:WarcFile.write", 60),
        ("archive.index:ArchiveIndex.store", 60),
        ("archive.writer:ArchiveWriter.finish_run", 1),
        ("archive.writer:ArchiveWriter.close", 1),
        ("extract.workers:ExtractorPool.__init__", 1),
        ("extract.store:CorpusStore.add_extractions", 8),
        ("extract.store:CorpusStore._replace", 60),
        ("extract.store:CorpusStore._derive_report", 60),
        ("extract.store:CorpusStore.add_listing_page", 6),
        ("extract.store:CorpusStore.add_run", 1),
        ("extract.store:CorpusStore.settle_listing", 1),
        ("crawler.frontier:Frontier.begin", 1),
        ("crawler.frontier:Frontier.take", 60),
        ("crawler.frontier:Frontier.take_in", 6),
        ("crawler.frontier:Frontier.done", 60),
        ("crawler.frontier:Frontier.end", 1),
        ("crawler.run:catch_up", 1),
        ("crawler.run:judge_run", 1),
        ("archive.cdxj:write_cdxj", 1),
    ),
    "extract": (
        ("extract.store:CorpusStore.add_extractions", 8),
        ("extract.store:CorpusStore.backup_into", 1),
        ("crawler.rereading:derive_run", 3),
        ("crawler.rereading:remove_database", 2),
    ),
    "rebuild": (
        ("archive.rebuild:index_file", 3),
        ("archive.index:ArchiveIndex.store", 4),
        ("archive.cdxj:write_cdxj", 1),
        ("extract.store:CorpusStore.backup_into", 1),
    ),
    "from-archive": (
        ("extract.store:CorpusStore.add_extractions", 8),
        ("extract.store:CorpusStore.backup_into", 1),
        ("crawler.replayed:ArchivedRuns.take", 60),
    ),
}
"""Where a process dies, and the highest number of the call that is chosen."""

COMMANDS = {
    "crawl": ("crawl", "x"),
    "extract": ("extract",),
    "rebuild": ("rebuild",),
    "from-archive": ("crawl", "--from-archive"),
}


@dataclass(slots=True)
class Evaluation:
    """One data folder under fire. ``table`` counts moments by what was killed and how."""

    nianbao: Nianbao
    site: WatchedSite
    chosen: random.Random
    jobs: int = 2
    seconds: float = 5.0
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

    def fault(self, text: str) -> None:
        """Notes a fault, once."""
        if text not in self.faults:
            self.faults.append(text)
            print("FAULT", text[-1600:], file=sys.stderr, flush=True)

    def _killed(self, name: str) -> bool:
        """One kill; False when the process had ended before its moment came."""
        point, fault = self._moment(name)
        begin = len(self.site.answers)
        with _started(self.nianbao, name, fault, self.jobs) as process:
            if fault:
                process.wait(TIMEOUT)
            else:
                time.sleep(self.chosen.uniform(0.2, self.seconds))
                process.kill()
                process.wait()
            stderr = process.stderr.read() if process.stderr else ""
        killed = process.returncode == -9
        self._note(name, begin, killed=killed)
        self.table[f"{name:13}{point}{'' if killed else ' (not reached)'}"] += 1
        if not killed and process.returncode != 0:
            self.fault(f"{name} ended with {process.returncode}: {stderr[-1500:]}")
        return killed

    def _moment(self, name: str) -> tuple[str, dict[str, object]]:
        if self.chosen.random() < 0.5:
            return "at a time", {}
        if name == "crawl" and self.chosen.random() < 0.1:
            return "within a write", {"do": "tear", "call": self.chosen.randint(2, 60)}
        place, calls = self.chosen.choice(POINTS[name])
        when = self.chosen.choice(("before", "after"))
        call = self.chosen.randint(1, calls)
        fault = {"do": "kill", "at": place, "call": call, "when": when}
        return f"{when} {place.partition(':')[2]}", fault

    def _ends(self, name: str) -> None:
        begin, started = len(self.site.answers), time.monotonic()
        done = self.nianbao.run(*COMMANDS[name], "--jobs", str(self.jobs), code=None)
        if name == "crawl":
            self.seconds = max(self.seconds, time.monotonic() - started)
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
    table: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="nianbao-kills-") as folder:
        for number in range(given.kills):
            if kills >= given.kills:
                break
            site = sample_site() if number % 4 == 3 else generated_site()
            one = Evaluation(
                Nianbao(Path(folder) / f"{number}/data"), site, chosen, jobs=given.jobs
            )
            with watched(site, given.host):
                one.nianbao.configure("x", site.listing)
                _fire(one, min(12, given.kills - kills), editable=number % 4 != 3)
            kills, faults, table = kills + one.kills, faults + len(one.faults), table + one.table
            print(f"folder {number}: {one.kills} kills, {len(one.faults)} faults", flush=True)
    for name, count in sorted(table.items()):
        print(f"{count:4}  {name}")
    print(f"{kills} kills, {faults} faults (seed {given.seed})")
    return int(faults > 0)


def _fire(one: Evaluation, kills: int, *, editable: bool) -> None:
    while one.kills < kills and not one.faults:
        one.round("crawl", min(one.chosen.randint(1, 4), kills - one.kills))
        other = one.chosen.choice(("extract", "rebuild", "from-archive", "crawl"))
        if other != "crawl" and one.kills < kills:
            before = one.nianbao.rows()
            one.round(other, 1)
            for text in _differences(before, one.nianbao.rows()):
                one.fault(f"{other}, killed and done again: {text}")
        if editable:
            edit(one.site, one.chosen)
    one.keystone("extract", "from-archive", "rebuild")


if __name__ == "__main__":
    sys.exit(main())
