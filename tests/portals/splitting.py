"""Portals shared out between two data folders and merged by import, beside one crawl of them all.

`python tests/portals/splitting.py [NUMBER]` does so with that many imitated portals (10), one of
each family and then again with other seeds, and prints what differs.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "whole")]  # as pytest has it, for the command

from all_portals import every_imitation  # noqa: E402
from imitation import Imitation, served  # noqa: E402
from judging_portals import nianbao, portal_id, write_portal  # noqa: E402
from nianbao_process import OF_RUNS, TABLES, TIMES_AND_PLACES, Nianbao  # noqa: E402

DRAWN = frozenset({"payload_digest", "index_number"})
"""Columns of what imitated portals draw anew for each answer."""

Said = dict[str, Counter[tuple[object, ...]]]


def drawn(number: int, *, seed: int) -> list[Imitation]:
    """So many imitated portals: of each family one, then again."""
    families = every_imitation()
    return [families[n % len(families)](seed + n // len(families)) for n in range(number)]


def crawl(data: Path, portals: Sequence[Imitation]) -> Nianbao:
    """One crawl of some portals into a folder."""
    for portal in portals:
        write_portal(data, portal)
    nianbao(data, "crawl", *map(portal_id, portals), "--jobs", "1")
    return Nianbao(data)


def merged(data: Path, parts: Sequence[Nianbao], *, draw: random.Random) -> Nianbao:
    """The folders' WARC files imported into another, one by one in a drawn order."""
    files = [str(path) for part in parts for path in (part.data / "warc").glob("*.warc.gz")]
    draw.shuffle(files)
    for file in files:
        nianbao(data, "import", file, "--jobs", "1")
    return Nianbao(data)


def compare(number: int, target: Path, *, seed: int) -> tuple[Said, Said]:
    """What one crawl of so many portals says, and what two crawls of half of them each do."""
    draw = random.Random(f"splitting {seed}")
    with served(*drawn(number, seed=seed)) as portals:
        whole = crawl(target / "whole", portals)
        shared = draw.sample(portals, len(portals))
        half = (number + 1) // 2
        parts = [
            crawl(target / name, share)
            for name, share in (("first", shared[:half]), ("second", shared[half:]))
        ]
    return said(whole), said(merged(target / "merged", parts, draw=draw))


def said(nianbao: Nianbao) -> Said:
    """What a corpus says, but for what tells crawls apart and what some portals draw anew for each
    answer.
    """
    found = {}
    for table in TABLES[len(OF_RUNS) :]:
        names = [str(row[1]) for row in nianbao.query(f"PRAGMA table_info({table})")]
        kept = ", ".join(name for name in names if name not in DRAWN | TIMES_AND_PLACES)
        found[table] = Counter(nianbao.query(f"SELECT {kept} FROM {table}"))
    return found


def differences(whole: Said, both: Said) -> list[str]:
    """A line for each row that only one of the two has."""
    return [
        f"{table}: {who} {row}"
        for table in whole
        for who, rows in (("one crawl", whole[table] - both[table]),
                          ("merged", both[table] - whole[table]))
        for row in rows
    ]  # fmt: skip


def main() -> int:
    """Compares, and says what differs: the exit code is 1 if something does."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as target:
        whole, both = compare(number, Path(target), seed=7)
    found = differences(whole, both)
    print(*found, sep="\n")
    rows = {table: sum(counted.values()) for table, counted in whole.items() if counted}
    print(f"{number} portals, {sum(rows.values())} rows {rows}: {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
