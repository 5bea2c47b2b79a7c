"""What grows with the listing: requests and memory; and what a second run costs."""

from __future__ import annotations

from pathlib import Path

from contest import Contest, program, write_portal
from made_site import MadeSite
from measuring import Taken, measured
from results import Fact
from site_server import RunningSite, running_site

HOST = "127.0.5.3"
CRAWLER_MB = 200.0
FLAT = 1.15
"""Memory counts as flat up to this factor from the shortest to the longest listing."""
REVISIT_BYTES = 1600
"""Of WARC for each URL asked again without anything new."""


def entries(contest: Contest) -> None:
    """The crawler's memory and requests for listings of growing length; articles are tiny."""
    peaks: list[float] = []
    lengths = contest.scale.entries
    for length in lengths:
        with running_site(MadeSite(length, tiny=True), HOST) as running:
            data = contest.folder(f"entries-{length}")
            write_portal(data, running.listing)
            taken, asked = _crawl(running, data)
            pages = length + running.site.listing_pages
            _fact(contest, f"requests for {length:,} entries", asked / pages, "a page")
            _fact(contest, f"seconds for {length:,} entries", taken.wall, "s")
            peaks.append(taken.own_mb)
    _fact(
        contest,
        f"crawler's memory with {lengths[-1]:,} entries",
        peaks[-1],
        "MB",
        aim=f"under {CRAWLER_MB:.0f}",
        met=peaks[-1] < CRAWLER_MB,
    )
    _fact(
        contest,
        f"memory, {lengths[-1]:,} entries to {lengths[0]:,}",
        peaks[-1] / peaks[0],
        "times",
        aim=f"flat (up to {FLAT})",
        met=peaks[-1] / peaks[0] <= FLAT,
    )


def second_run(contest: Contest) -> None:
    """A second crawl of an unchanged site: what is asked, and the WARC bytes for each of it."""
    with running_site(MadeSite(contest.scale.pages), HOST) as running:
        data = contest.folder("data")
        write_portal(data, running.listing)
        _, first = _crawl(running, data)
        before = _warc_bytes(data)
        taken, again = _crawl(running, data)
        each = (_warc_bytes(data) - before) / max(1, again)
    kind = "second run"
    contest.results.facts += [
        Fact(benchmark=kind, what="requests of the first run", value=first, unit="requests"),
        Fact(benchmark=kind, what="requests of the second", value=again, unit="requests"),
        Fact(benchmark=kind, what="seconds of the second", value=taken.wall, unit="s"),
        Fact(
            benchmark=kind,
            what="WARC bytes for each URL asked again",
            value=each,
            unit="bytes",
            aim=f"at most {REVISIT_BYTES}",
            met=each <= REVISIT_BYTES,
        ),
    ]


def _crawl(running: RunningSite, data: Path) -> tuple[Taken, int]:
    running.take_log()
    taken = measured(program("archive_only.py", str(data)))
    return taken, len([path for _, path in running.take_log() if path != "/robots.txt"])


def _warc_bytes(data: Path) -> int:
    return sum(path.stat().st_size for path in (data / "warc").rglob("*.warc.gz*"))


def _fact(
    contest: Contest,
    what: str,
    value: float,
    unit: str,
    *,
    aim: str | None = None,
    met: bool | None = None,
) -> None:
    fact = Fact(benchmark="entries", what=what, value=value, unit=unit, aim=aim, met=met)
    contest.results.facts.append(fact)
