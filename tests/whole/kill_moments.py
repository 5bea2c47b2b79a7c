"""The moments at which kill_evaluation.py kills: exact points in the program, torn writes, answers
of the server, sizes and names of files, and times, spread over the whole life of a command.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Protocol

MENDING = (
    ("archive.mend:mend", 1),
    ("archive.mend:_close_left_over", 1),
    ("archive.mend:_move_tail", 1),
    ("archive.mend:index_missing", 1),
    ("archive.rebuild:index_file", 1),
    ("archive.warc_file:finish_file", 1),
    ("crawler.run:catch_up", 1),
    ("crawler.rereading:derive_run", 1),
)
"""Reached when the process before was killed with a file open."""

POINTS = {
    "crawl": (
        ("archive.folder:DataFolder.prepare", 1),
        ("archive.warc_file:finish_file", 2),
        ("archive.writer:ArchiveWriter.start_run", 1),
        ("archive.series:WarcSeries.begin_file", 2),
        ("archive.ledger_keeping:Ledger.add", 1),
        ("archive.ledger_keeping:Ledger.settle", 1),
        ("archive.writer:ArchiveWriter.append", 24),
        ("archive.warc_file:WarcFile.write", 24),
        ("archive.index:ArchiveIndex.store", 24),
        ("archive.writer:ArchiveWriter.finish_run", 1),
        ("archive.writer:ArchiveWriter.close", 1),
        ("extract.workers:ExtractorPool.__init__", 1),
        ("extract.store:CorpusStore.add_extractions", 3),
        ("extract.extraction_rows:put", 3),
        ("extract.readings:derive_report", 12),
        ("extract.store:CorpusStore.add_listing_page", 2),
        ("extract.store:CorpusStore.add_run", 1),
        ("extract.store:CorpusStore.settle_listing", 1),
        ("crawler.frontier:Frontier.begin", 1),
        ("crawler.frontier:Frontier.take", 24),
        ("crawler.frontier:Frontier.take_in", 2),
        ("crawler.frontier:Frontier.done", 24),
        ("crawler.frontier:Frontier.add_attachments", 8),
        ("crawler.frontier:Frontier.end", 1),
        ("crawler.run:catch_up", 1),
        ("crawler.run_end:judge_run", 1),
        ("archive.cdxj_files:_Making.add_missing", 1),
        ("archive.cdxj_files:_Making._write", 2),
        ("archive.cdxj_files:_Making._save", 1),
    ),
    "extract": (
        ("extract.store:CorpusStore.add_extractions", 4),
        ("extract.store:CorpusStore.backup_into", 1),
        ("crawler.rereading:derive_run", 3),
        ("crawler.rereading:remove_database", 2),
    ),
    "rebuild": (
        ("archive.rebuild:index_file", 3),
        ("archive.index:ArchiveIndex.store", 4),
        ("archive.cdxj_files:_Making.remove_others", 1),
        ("extract.store:CorpusStore.backup_into", 1),
    ),
    "from-archive": (
        ("extract.store:CorpusStore.add_extractions", 4),
        ("extract.store:CorpusStore.backup_into", 1),
        ("crawler.replayed:ArchivedRuns.take", 24),
    ),
}
"""Where a process dies, and the highest number of the call that is chosen."""

FILES = (
    "warc/*.open",
    "warc/*.warc.gz",
    "warc/*.torn-*",
    "corpus.db-wal",
    "archive.db-wal",
    "cdxj/*",
)
"""Files whose growth or number is waited for."""

TICK = 0.001


class Site(Protocol):
    """What is needed of the server's account."""

    answers: list[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a process is killed. ``fault`` is for faulty_nianbao.py; else a time in ``seconds``
    from the start, or ``after_seconds`` from when so many ``answers`` were given, or from when so
    many files match ``files`` or have so many ``size`` bytes in all, above what there was.
    """

    name: str
    fault: dict[str, object] = field(default_factory=dict)
    seconds: float = 0.0
    answers: int = 0
    files: str = ""
    count: int = 0
    size: int = 0

    def wait(self, process: Popen[str], data: Path, site: Site, seconds: float) -> None:
        """Returns when the moment has come, the process has ended, or ``seconds`` are over."""
        end = time.monotonic() + seconds
        if self.fault:
            process.wait(seconds)
        elif self.answers or self.files:
            has_come = self._condition(data, site)
            while not has_come() and process.poll() is None and time.monotonic() < end:
                time.sleep(TICK)
        deadline = min(time.monotonic() + self.seconds, end)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(TICK)

    def _condition(self, data: Path, site: Site) -> Callable[[], bool]:
        if self.answers:
            wanted = len(site.answers) + self.answers
            return lambda: len(site.answers) >= wanted
        count, size = _measure(data, self.files)
        return lambda: _reached(_measure(data, self.files), count + self.count, size + self.size)


def _reached(now: tuple[int, int], count: int, size: int) -> bool:
    return now[0] >= count and now[1] >= size


def _measure(data: Path, pattern: str) -> tuple[int, int]:
    count = size = 0
    for path in data.glob(pattern):
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # renamed meanwhile
            continue
        count += 1
    return count, size


class Moments:
    """Chooses moments so that each kind and each point has its turn. ``seconds`` is how long a
    crawl lasts that is not killed; ``used`` counts what was chosen.
    """

    def __init__(self, chosen: random.Random) -> None:
        self._chosen = chosen
        self._decks: dict[str, list[tuple[str, str, int]]] = {}
        self.seconds = 5.0

    def next(self, command: str, data: Path) -> Moment:
        """The next moment of a command."""
        if command != "crawl":
            return self._point(command, POINTS[command]) if self._odds(0.6) else self._time()
        if list(data.glob("warc/*.open")) and self._odds(0.35):
            return self._point("mending", MENDING)
        kinds = {
            self._crawl_point: 40,
            self._time: 22,
            self._answer: 16,
            self._file: 14,
            self._tear: 8,
        }
        return self._chosen.choices(list(kinds), list(kinds.values()))[0]()

    def _odds(self, chance: float) -> bool:
        return self._chosen.random() < chance

    def _crawl_point(self) -> Moment:
        return self._point("crawl", POINTS["crawl"])

    def _point(self, deck: str, points: tuple[tuple[str, int], ...]) -> Moment:
        """Dealt from a shuffled deck, so that every point comes before one comes again."""
        cards = self._decks.setdefault(deck, [])
        if not cards:
            cards += [(place, when, n) for place, n in points for when in ("before", "after")]
            self._chosen.shuffle(cards)
        place, when, calls = cards.pop()
        fault = {"do": "kill", "at": place, "call": self._chosen.randint(1, calls), "when": when}
        return Moment(name=f"{when} {place.partition(':')[2]}", fault=fault)

    def _time(self) -> Moment:
        return Moment(name="at a time", seconds=self._chosen.uniform(0.1, self.seconds))

    def _answer(self) -> Moment:
        """The first answers are robots.txt and the listing."""
        number = self._chosen.choice((1, 2, 3, self._chosen.randint(4, 24)))
        return Moment(
            name="after an answer", answers=number, seconds=self._chosen.uniform(0.0, 0.03)
        )

    def _file(self) -> Moment:
        pattern = self._chosen.choice(FILES)
        return Moment(
            name=f"file {pattern}",
            files=pattern,
            count=self._chosen.choice((0, 1, 1, 2)),
            size=self._chosen.randint(1, 400_000),
            seconds=self._chosen.uniform(0.0, 0.01),
        )

    def _tear(self) -> Moment:
        """Also exactly between the records of an exchange."""
        fault = {
            "do": "tear",
            "call": self._chosen.randint(1, 24),
            "members": self._chosen.randint(0, 2),
            "share": self._chosen.choice((0.0, self._chosen.random())),
        }
        return Moment(name="within a write", fault=fault)
