"""Runs the benchmarks: ``python tests/benchmarks/run.py [NAME …] [--quick] [--out DIR]``.

Each contender is a process of its own; contenders of a benchmark take turns, round by round, on
one served site, and the server's log must show the same addresses for each. Absolute times depend
on the machine and on what else it does: read the ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from archiving import random_read, rebuild, reextraction, replay  # noqa: E402
from browsing_pages import browse  # noqa: E402
from contest import Contest, Scale  # noqa: E402
from crawling import crawl_archive, crawl_read, server_alone  # noqa: E402
from exporting import panel  # noqa: E402
from growing import entries, second_run  # noqa: E402
from results import Results  # noqa: E402

BENCHMARKS = {
    "server": server_alone,
    "archive": crawl_archive,
    "crawl": crawl_read,
    "extract": reextraction,
    "index": rebuild,
    "read": random_read,
    "replay": replay,
    "second": second_run,
    "entries": entries,
    "panel": panel,
    "browse": browse,
}
ORDINARY = Scale(pages=600, rounds=3, entries=(1_000, 10_000, 30_000))
QUICK = Scale(pages=150, rounds=1, entries=(500, 2_000), bodies=300)
LARGE = (1_000, 100_000)
"""Listing entries with ``--large``; about ten minutes more."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="two minutes; figures are rough")
    parser.add_argument("--large", action="store_true", help="listings up to 100,000 entries")
    parser.add_argument("--pages", type=int, help="pages of the site")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(BENCHMARKS)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    scale = QUICK if given.quick else ORDINARY
    scale = Scale(
        pages=given.pages or scale.pages,
        rounds=given.rounds or scale.rounds,
        entries=LARGE if given.large else scale.entries,
        bodies=scale.bodies,
    )
    os.environ |= {"NIANBAO_ALLOW_PRIVATE": "1", "PYTHONPATH": str(ROOT)}
    results = Results()
    for name in given.names or BENCHMARKS:
        began = time.monotonic()
        work = Path(tempfile.mkdtemp(prefix=f"nianbao-{name}-"))
        try:
            BENCHMARKS[name](Contest(results=results, scale=scale, work=work))
        finally:
            shutil.rmtree(work, ignore_errors=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        results.write(given.out)
    print(results.markdown(), end="")


if __name__ == "__main__":
    main()
