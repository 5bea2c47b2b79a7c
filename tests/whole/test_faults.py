"""A server of faults behind one listing: each row ends in a named outcome, in bounded time and
memory; each exchange is archived as what it was; the run goes on and reads the good rows.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from listed_site import RawServer, Reply, answer, listing, moved, portal_file, report
from nianbao_process import Nianbao

HOST = "127.0.2.31"
SECONDS = 1.5
"""The timeout of the crawl: stalls and drips are cut after it."""

BOMB_BYTES = 512 * 1024 * 1024
PEAK_BYTES = 420 * 1024 * 1024
"""No process of the crawl needs more: 128 MiB may be decoded, the bomb is four times that."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
ERROR_PAGE = """<html><head><meta charset="utf-8"><title>404</title></head>
<body><h1>404</h1><p>您访问的页面不存在或已被删除！</p><a href="/">返回首页</a></body></html>"""


def bomb() -> bytes:
    squeezed = io.BytesIO()
    with gzip.GzipFile(fileobj=squeezed, mode="wb", compresslevel=1) as target:
        for _ in range(BOMB_BYTES // (1024 * 1024)):
            target.write(bytes(1024 * 1024))
    return squeezed.getvalue()


FAULTS: dict[str, tuple[list[Reply], str]] = {
    "good-1": ([Reply(answer(report(0)))], "report"),
    "reset": ([Reply(b"", "reset")], "failed"),
    "stall": ([Reply(b"HTTP/1.1 200", "stall")], "failed"),
    "truncated": (
        [Reply(HEAD + b"Content-Length: 99999\r\n\r\n" + report(3), "close")],
        "truncated",
    ),
    "busy": ([Reply(answer(b"wait", status=b"503 Busy")), Reply(answer(report(4)))], "report"),
    "charset": (
        [
            Reply(
                answer(
                    report(5, charset="gb18030").replace(b"gb18030", b"utf-8"),
                    b"Content-Type: text/html; charset=utf-8",
                )
            )
        ],
        "report",
    ),
    "loop": ([Reply(moved("/loop-2"))], "redirect_loop"),
    "cookie": (
        [Reply(moved("/cookie", b"Set-Cookie: seen=1; Path=/")), Reply(answer(report(7)))],
        "report",
    ),
    "endless-headers": ([Reply(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000, "endless")], "failed"),
    "drip": ([Reply(HEAD + b"\r\n" + report(9)[:400], "drip")], "truncated"),
    "good-2": ([Reply(answer(report(10)))], "report"),
    "bomb": ([Reply(answer(bomb(), b"Content-Encoding: gzip"))], "too_large"),
    "error-page": ([Reply(answer(ERROR_PAGE.encode()))], "soft_404"),
    "garbage": ([Reply(b"\x00\x01 no HTTP at all\r\n\r\n", "close")], "failed"),
    "404": ([Reply(answer(b"<p>gone</p>", status=b"404 Not Found"))], "http_error"),
    "huge": ([Reply(HEAD + b"Content-Length: 99999999999\r\n\r\n<p>x", "stall")], "truncated"),
    "good-3": ([Reply(answer(report(12)))], "report"),
}
"""By path: what the server answers, and the outcome of the row."""


@dataclass
class Crawled:
    nianbao: Nianbao
    server: RawServer
    code: int
    said: str
    peak: int

    def outcomes(self) -> dict[str, str]:
        rows = self.nianbao.query("SELECT url, outcome FROM listing_entries")
        return {str(url).rpartition("/")[2]: str(outcome) for url, outcome in rows}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    script = {f"/{name}": replies for name, (replies, _) in FAULTS.items()}
    script |= {
        "/robots.txt": [Reply(answer(b"", status=b"404 Not Found"))],
        "/loop-2": [Reply(moved("/loop"))],
        "/list/": [
            Reply(answer(b"wait", status=b"503 Busy")),
            Reply(answer(listing([f"/{name}" for name in FAULTS]))),
        ],
    }
    with RawServer(script, host=HOST).running() as server:
        nianbao = Nianbao(tmp_path_factory.mktemp("faults") / "data")
        (nianbao.data / "portals").mkdir(parents=True)
        text = portal_file(server.url("/list/"), delay=0.0, more="cookies = true")
        (nianbao.data / "portals" / "faults.toml").write_text(text, encoding="utf-8")
        (nianbao.data / "nianbao.toml").write_text(f"timeout = {SECONDS}\n", encoding="utf-8")
        with (nianbao.data / "said").open("w+", encoding="utf-8") as said:
            crawl = subprocess.Popen(
                nianbao.command("crawl", "faults"),
                stderr=said,
                env=os.environ | {"NIANBAO_ALLOW_PRIVATE": f"{HOST}/32"},
            )
            code, usage = waited(crawl)
            said.seek(0)
            yield Crawled(nianbao, server, code, said.read(), usage)


def waited(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Exit code, and the peak of memory in bytes of the process and of its workers.

    By each process's own high-water mark: that of wait4 has the parent's size at the fork in it.
    """
    peak = 0
    try:
        while process.poll() is None:
            peak = max([peak, *map(high_water, descendants(process.pid))])
            time.sleep(0.05)
    except BaseException:
        process.kill()
        raise
    return process.returncode, peak


def descendants(root: int) -> list[int]:
    found = [root]
    for pid in found:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):  # it ended meanwhile
                found += [int(child) for child in path.read_text().split()]
    return found


def high_water(pid: int) -> int:
    """Bytes; 0 for a process that has ended."""
    with suppress(OSError):
        said = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(said[1]) * 1024 if said else 0
    return 0


def test_the_run_came_to_its_end(crawled):
    assert crawled.code == 3, crawled.said
    assert crawled.nianbao.query("SELECT outcome FROM runs") == [("partial",)]


@pytest.mark.parametrize("name", FAULTS)
def test_each_row_has_its_outcome(name, crawled):
    assert crawled.outcomes()[name] == FAULTS[name][1]


def test_memory_is_bounded(crawled):
    assert 50_000_000 < crawled.peak < PEAK_BYTES, "more than nothing was measured"


def test_each_exchange_is_archived_as_what_it_was(crawled):
    asked = {path: len(log) for path, log in crawled.server.log.items()}
    kept: Counter[str] = Counter()
    for table in ("captures", "failures"):
        for (url,) in crawled.nianbao.query(
            f"SELECT url FROM {table} {'' if table == 'captures' else NOT_UNSENT}", "archive.db"
        ):
            kept[str(url).removeprefix(crawled.server.url(""))] += 1
    assert kept == asked


NOT_UNSENT = "WHERE reason NOT IN ('redirect_loop', 'robots')"
"""Failures that are no exchange."""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("reset", "disconnected"),
        ("stall", "timeout"),
        ("endless-headers", "unparsable"),
        ("garbage", "unparsable"),
        ("loop", "redirect_loop"),
    ],
)
def test_failures_are_named_in_the_archive_and_are_findings(name, reason, crawled):
    url = crawled.server.url(f"/{name}")
    reasons = crawled.nianbao.query(
        f"SELECT DISTINCT reason FROM failures WHERE url = '{url}'", "archive.db"
    )
    assert reasons == [(reason,)]
    findings = crawled.nianbao.query(f"SELECT kind, message FROM findings WHERE url = '{url}'")
    assert findings
    for kind, message in findings:
        assert reason in (kind, str(message).partition(":")[0])


def test_the_cookie_was_sent_back_and_to_all_of_its_host(crawled):
    first, second = crawled.server.log["/cookie"]
    assert b"\r\nCookie:" not in first.request
    assert b"\r\nCookie: seen=1\r\n" in second.request


def test_the_archive_is_sound_and_gives_the_same_again(crawled):
    before = crawled.nianbao.rows()
    crawled.nianbao.run("verify")
    crawled.nianbao.run("crawl", "--from-archive")
    assert crawled.nianbao.rows() == before
    crawled.nianbao.run("rebuild")
    assert crawled.nianbao.rows() == before
