"""What an export of the panel takes, and how that grows from a tenth of the corpus."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from contest import Contest
from made_corpus import YEARS, make_corpus
from measuring import Taken, measured
from results import Fact

MEMORY_MB = 256.0
"""At most, whatever the size: pyarrow and a batch of 1,000 rows of 783 columns."""
GROWTH = 1.15
"""Seconds a row may grow so much from a tenth of the size."""
FORMATS = ("csv", "parquet", "dta")


def panel(contest: Contest) -> None:
    """Exports of the panel in three formats, from a tenth of the bodies and from all."""
    seconds: list[float] = []
    for bodies in (contest.scale.bodies // 10, contest.scale.bodies):
        data = contest.folder(f"bodies-{bodies}")
        make_corpus(data / "corpus.db", bodies=bodies)
        taken = [_export(data) for _ in range(max(3, contest.scale.rounds))]
        rows = bodies * len(YEARS)
        seconds.append(statistics.median(one.wall for one in taken) / rows)
        size = f"{bodies:,} bodies × {len(YEARS)} years"
        _fact(contest, f"{size}, median", seconds[-1] * rows, "s")
        peak = max(one.tree_mb for one in taken)
        _fact(contest, f"{size}, memory", peak, "MB", met=peak <= MEMORY_MB, aim=f"{MEMORY_MB:.0f}")
        shutil.rmtree(data)
    growth = seconds[1] / seconds[0]
    aim = f"at most {GROWTH}"
    _fact(contest, "seconds a row, all to a tenth", growth, "times", met=growth <= GROWTH, aim=aim)


def _export(data: Path) -> Taken:
    formats = [word for form in FORMATS for word in ("--format", form)]
    command = [sys.executable, "-m", "crawler.cli", "export", str(data / "out"), *formats]
    return measured([*command, "--table", "panel", "--data", str(data)])


def _fact(
    contest: Contest,
    what: str,
    value: float,
    unit: str,
    *,
    aim: str | None = None,
    met: bool | None = None,
) -> None:
    fact = Fact(benchmark="panel", what=what, value=value, unit=unit, aim=aim, met=met)
    contest.results.facts.append(fact)
