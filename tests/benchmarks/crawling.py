"""Crawls against crawls: pages a second from the first request to the end of the process.

So imports and start-up are left out for each, and closing the archive is counted for each. The
server's log must show the same addresses for each contender, none left out.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from contest import Contest, Round, nianbao, program, write_portal
from made_site import MadeSite
from measuring import measured
from results import Fact
from site_server import RunningSite, running_site

HOST = "127.0.5.1"


def crawl_archive(contest: Contest) -> None:
    """Crawl and archive without reading, against wget and stock Scrapy with warcio inline."""
    contenders = {"nianbao": _archive_only, "Scrapy and warcio inline": _scrapy}
    if shutil.which("wget"):
        contenders["wget --recursive --warc-file"] = _wget
    else:
        contest.results.remarks.append("wget is not installed: not compared (apt-get install wget)")
    aims = {"wget --recursive --warc-file": 1.25, "Scrapy and warcio inline": 8.0}
    _crawls(contest, "crawl and archive", contenders, aims)


def crawl_read(contest: Contest) -> None:
    """Crawl with extraction of every page, against the naive spider."""
    naive = "Scrapy, warcio and trafilatura inline"
    contenders = {"nianbao": _crawl, naive: _naive}
    _crawls(contest, "crawl with extraction", contenders, {naive: 4.0})


def server_alone(contest: Contest) -> None:
    """How many pages a second the server gives to a client that does nothing with them."""
    with running_site(MadeSite(contest.scale.pages), HOST) as running:
        paths = list(running.site.paths())
        began = time.monotonic()
        asyncio.run(_fetch(running, paths, connections=8))
        rate = len(paths) / (time.monotonic() - began)
        running.take_log()
    what = "pages a second by 8 connections, client included"
    fact = Fact(benchmark="server alone", what=what, value=rate, unit="pages/s")
    contest.results.facts.append(fact)


async def _fetch(running: RunningSite, paths: list[str], *, connections: int) -> None:
    waiting = iter(paths)
    parts = urlsplit(running.origin)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**20)
        for path in waiting:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.rsplit(b":", 1)[1]))
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))


Crawl = Callable[[RunningSite, Path], list[str]]


def _crawls(
    contest: Contest, benchmark: str, crawls: dict[str, Crawl], aims: dict[str, float | None]
) -> None:
    with running_site(MadeSite(contest.scale.pages), HOST) as running:

        def contender(place: int, crawl: Crawl) -> Callable[[int], Round]:
            return lambda number: _one(running, contest.folder(f"{place}-{number}"), crawl)

        fought = contest.fight(
            {name: contender(place, crawl) for place, (name, crawl) in enumerate(crawls.items())}
        )
    contest.compare(benchmark, fought, ours="nianbao", aims=aims)


def _one(running: RunningSite, folder: Path, crawl: Crawl) -> Round:
    running.take_log()
    command = crawl(running, folder)
    taken = measured(command)
    log = running.take_log()
    asked = [path for _, path in log if path != "/robots.txt"]
    expected = set(running.site.paths())
    if set(asked) != expected:
        differing = sorted(set(asked) ^ expected)
        raise RuntimeError(
            f"{command[:3]} asked {len(set(asked))} addresses of {len(expected)}, not the same: "
            f"{len(differing)} differ, such as {differing[:3]}"
        )
    shutil.rmtree(folder)
    rate = len(expected) / (taken.ended - log[0][0])
    return Round(rate=rate, units=len(expected), taken=taken)


def _archive_only(running: RunningSite, folder: Path) -> list[str]:
    write_portal(folder, running.listing)
    return program("archive_only.py", str(folder))


def _crawl(running: RunningSite, folder: Path) -> list[str]:
    write_portal(folder, running.listing)
    return nianbao("crawl", "made", data=folder)


def _scrapy(running: RunningSite, folder: Path) -> list[str]:
    return program("peer_scrapy.py", running.listing, str(folder))


def _naive(running: RunningSite, folder: Path) -> list[str]:
    return program("peer_scrapy.py", running.listing, str(folder), "--read")


def _wget(running: RunningSite, folder: Path) -> list[str]:
    return [
        *("wget", "--quiet", "--recursive", "--level=inf", "--no-parent"),
        *("--warc-file", str(folder / "peer"), "-P", str(folder / "files"), running.listing),
    ]
