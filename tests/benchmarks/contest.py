"""What the benchmarks share: their scale, folders, and contests fought in turns."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Taken
from results import Comparison, Results, Side, ratio_of

HERE = Path(__file__).resolve().parent

PORTAL = """name     = "made"
listings = ["{listing}"]
status   = "unverified"
[fetch]
delay = 0.0
concurrency = {concurrency}
why   = "served from this machine, to nobody else"
"""
CONCURRENCY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large: pages of the site, rounds, the listing lengths that are compared, and the bodies
    of a made corpus."""

    pages: int
    rounds: int
    entries: tuple[int, ...]
    bodies: int = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One turn of a contender: units a second, and what it took."""

    rate: float
    units: int
    taken: Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Where a benchmark works and where its figures go."""

    results: Results
    scale: Scale
    work: Path

    def folder(self, name: str) -> Path:
        """A new, empty folder."""
        path = self.work / name
        path.mkdir()
        return path

    def fight(self, contenders: dict[str, Callable[[int], Round]]) -> dict[str, list[Round]]:
        """Each contender once a round, in turns; every second round in the other order."""
        rounds: dict[str, list[Round]] = {name: [] for name in contenders}
        for number in range(self.scale.rounds):
            for name in list(contenders) if number % 2 == 0 else reversed(contenders):
                rounds[name].append(contenders[name](number))
                print(f"  {name}: {rounds[name][-1].rate:.1f}/s", file=sys.stderr, flush=True)
        return rounds

    def compare(
        self,
        benchmark: str,
        rounds: dict[str, list[Round]],
        *,
        ours: str,
        aims: dict[str, float | None],
        unit: str = "pages",
    ) -> None:
        """Notes a contender's rounds against those of each peer."""
        own = rounds[ours]
        for peer, aim in aims.items():
            if peer not in rounds:
                continue
            ratio, spread = ratio_of([r.rate for r in own], [r.rate for r in rounds[peer]])
            self.results.comparisons.append(
                Comparison(
                    benchmark=benchmark,
                    unit=unit,
                    ours=side(ours, own),
                    peer=side(peer, rounds[peer]),
                    ratio=ratio,
                    spread=spread,
                    aim=aim,
                )
            )


def side(name: str, rounds: Sequence[Round]) -> Side:
    """The medians of a contender's rounds; memory is the most of any."""
    return Side(
        name=name,
        rate=statistics.median(one.rate for one in rounds),
        cpu_ms=statistics.median(one.taken.cpu / one.units * 1000 for one in rounds),
        own_mb=max(one.taken.own_mb for one in rounds),
        child_mb=max(one.taken.child_mb for one in rounds),
        tree_mb=max(one.taken.tree_mb for one in rounds),
    )


def program(name: str, *arguments: str) -> list[str]:
    """The command line of a program of this folder."""
    return [sys.executable, str(HERE / name), *arguments]


def nianbao(*arguments: str, data: Path) -> list[str]:
    """The command line of a nianbao command."""
    return [sys.executable, "-m", "crawler.cli", *arguments, "--data", str(data)]


def write_portal(data: Path, listing: str) -> None:
    """A data folder with one portal, ``made``."""
    (data / "portals").mkdir(parents=True, exist_ok=True)
    text = PORTAL.format(listing=listing, concurrency=CONCURRENCY)
    (data / "portals" / "made.toml").write_text(text, encoding="utf-8")
