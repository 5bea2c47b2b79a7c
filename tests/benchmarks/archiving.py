"""What is done to an archive once it is there: read again, indexed anew, read at random."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
from pathlib import Path

from contest import Contest, Round, nianbao, program, write_portal
from made_site import MadeSite
from measuring import Taken, measured
from results import Comparison, Side
from site_server import running_site

HOST = "127.0.5.2"
FILES = 2
"""Into how many WARC files an archive is cut, so that one process a file has something to do."""


def reextraction(contest: Contest) -> None:
    """``extract`` with storage, against trafilatura in its defaults over the same WARC files."""
    data = _archived(contest)
    jobs = os.cpu_count() or 1
    peer = "warcio and trafilatura.extract(html)"
    rounds = contest.fight(
        {
            "nianbao": lambda _: _timed(contest, nianbao("extract", data=data)),
            peer: lambda _: _timed(
                contest, program("peer_trafilatura.py", str(data / "warc"), str(jobs))
            ),
        }
    )
    contest.compare("re-extraction", rounds, ours="nianbao", aims={peer: 1.0})


def rebuild(contest: Contest) -> None:
    """The index again, against cdxj-indexer; bare start-up of Python and imports included."""
    data = _archived(contest)
    files = sorted(str(path) for path in (data / "warc").glob("*.warc.gz"))
    indexer = str(Path(sys.executable).with_name("cdxj-indexer"))
    command = [indexer, "--post-append", "--sort", "-o", str(data / "peer.cdxj"), *files]
    rounds = contest.fight(
        {
            "nianbao": lambda _: _timed(contest, program("rebuild_only.py", str(data))),
            "cdxj-indexer": lambda _: _timed(contest, command),
        }
    )
    contest.compare("index rebuild", rounds, ours="nianbao", aims={"cdxj-indexer": 5.0})


def random_read(contest: Contest) -> None:
    """One capture at a random place, against warcio."""
    data = _archived(contest)
    took: dict[str, list[float]] = {"nianbao": [], "warcio": []}
    for _ in range(contest.scale.rounds):
        done = subprocess.run(
            program("random_reads.py", str(data)), capture_output=True, text=True, check=True
        )
        for name, microseconds in json.loads(done.stdout).items():
            took[name].append(microseconds)
    ratios = [theirs / ours for ours, theirs in zip(took["nianbao"], took["warcio"], strict=True)]
    contest.results.comparisons.append(
        Comparison(
            benchmark="one record at random",
            unit="records",
            ours=Side(name="nianbao", rate=1e6 / sorted(took["nianbao"])[len(ratios) // 2]),
            peer=Side(name="warcio", rate=1e6 / sorted(took["warcio"])[len(ratios) // 2]),
            ratio=sorted(ratios)[len(ratios) // 2],
            spread=(min(ratios), max(ratios)),
            aim=1.5,
        )
    )


REPLAYED = {"mp_": "one page replayed", "id_": "one file replayed as it is"}


def replay(contest: Contest) -> None:
    """An answer over HTTP, against pywb's ``wayback`` as it comes."""
    data = _archived(contest)
    rounds = [_replayed(data) for _ in range(contest.scale.rounds)]
    for form, benchmark in REPLAYED.items():
        times = [each[form] for each in rounds]
        ratios = [each["wayback"] / each["nianbao"] for each in times]
        ours, theirs = (
            Side(name=name, rate=1000 / statistics.median(each[name] for each in times))
            for name in ("nianbao", "wayback")
        )
        contest.results.comparisons.append(
            Comparison(
                benchmark=benchmark,
                unit="answers",
                ours=ours,
                peer=theirs,
                ratio=statistics.median(ratios),
                spread=(min(ratios), max(ratios)),
                aim=None,
            )
        )


def _replayed(data: Path) -> dict[str, dict[str, float]]:
    """Milliseconds by form and contender."""
    ports = [str(_free_port()) for _ in range(2)]
    command = program("replaying_pages.py", str(data), *ports)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(f"  milliseconds: {done.stdout.strip()}", file=sys.stderr, flush=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _archived(contest: Contest) -> Path:
    """A data folder with the made site crawled and not read."""
    data = contest.folder("data")
    site = MadeSite(contest.scale.pages)
    with running_site(site, HOST) as running:
        write_portal(data, running.listing)
        bytes_a_file = max(1_000_000, contest.scale.pages * 13_000 // FILES)
        (data / "nianbao.toml").write_text(f"warc_bytes = {bytes_a_file}\n", encoding="utf-8")
        measured(program("archive_only.py", str(data)))
    return data


def _timed(contest: Contest, command: list[str]) -> Round:
    taken: Taken = measured(command)
    units = contest.scale.pages
    return Round(rate=units / taken.wall, units=units, taken=taken)
