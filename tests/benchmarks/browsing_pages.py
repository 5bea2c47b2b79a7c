"""Browse over a made corpus: milliseconds for a page, their growth from a tenth, and memory."""

from __future__ import annotations

import http.client
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import sqlite_utils
from contest import Contest
from made_corpus import YEARS, make_corpus
from results import Fact

from extract import search_index

HEATED, READS = 3, 25
"""Requests of a kind before any is counted, and those whose median is told."""

SENTENCES = (
    "本年度主动公开政府信息若干条，依法办理依申请公开。",
    "全年收到政府信息公开申请，按时答复，没有行政复议。",
    "加强政务公开平台建设，推进重点领域信息公开。",
    "组织业务培训，提高工作人员的能力和水平。",
    "存在的问题是公开的内容还不够全面，下一步将改进。",
)
PAGES = ("front page", "heat map", "heat map of a province", "report", "body", "search", "checks")


def browse(contest: Contest) -> None:
    """Medians at the full number of bodies, and how many times those at a tenth."""
    found: dict[int, dict[str, float]] = {}
    for bodies in (contest.scale.bodies // 10, contest.scale.bodies):
        folder = contest.folder(f"browse-{bodies}")
        folder.mkdir(parents=True, exist_ok=True)
        make_corpus(folder / "corpus.db", bodies=bodies)
        fill(folder / "corpus.db")
        found[bodies] = medians(folder, bodies)
    few, many = sorted(found)
    name = f"browse, {many:,} bodies × {len(YEARS)} years"
    for page in PAGES:
        first = f"first {page}"
        _fact(contest, name, page, found[many][page], "ms")
        _fact(contest, name, f"{page}, growth from a tenth", found[many][page] / found[few][page],
              "times")  # fmt: skip
        _fact(contest, name, first, found[many][first], "ms")
    _fact(contest, name, "memory", found[many]["memory"], "MB")
    _fact(contest, name, "memory, growth from a tenth",
          found[many]["memory"] / found[few]["memory"], "times")  # fmt: skip


def fill(path: Path) -> None:
    """Gives each made report a text, twelve checks and a place in the search index."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT report_id, record_id FROM reports ORDER BY 1").fetchall()
        texts, checks = [], []
        for report_id, record_id in rows:
            chosen = random.Random(report_id)
            text = "\n".join(
                chosen.choice(SENTENCES) + str(chosen.randrange(999)) for _ in range(40)
            )
            texts.append((text, text, "Hans", record_id))
            checks += [
                (report_id, record_id, "t3_row", f"place{number}",
                 "fail" if chosen.random() < 0.02 else "pass", "error", 1.0, 2.0, -1.0)
                for number in range(12)
            ]  # fmt: skip
        db.executemany(
            "UPDATE documents SET text = ?, text_original = ?, script = ? WHERE record_id = ?",
            texts,
        )
        db.executemany(
            "INSERT INTO checks (report, record_id, identity, place, outcome, severity, printed,"
            " computed, difference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            checks,
        )
        db.commit()
        search_index.index_all(sqlite_utils.Database(db))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def medians(folder: Path, bodies: int) -> dict[str, float]:
    """Milliseconds by page, of the first answer too, and the server's memory in MB at the end."""
    chosen = random.Random(bodies)
    codes = [f"{440000 + chosen.randrange(bodies):06d}" for _ in range(READS + HEATED)]
    years = [chosen.choice(YEARS) for _ in codes]
    words = [quote(one) for one in ("依申请公开", "业务培训", "行政复议 平台建设", "能力和水平")]
    paths = {
        "front page": ["/"] * len(codes),
        "heat map": ["/coverage"] * len(codes),
        "heat map of a province": ["/coverage?province=44"] * len(codes),
        "report": [f"/report/gov:{c}/{y}/area" for c, y in zip(codes, years, strict=True)],
        "body": [f"/body/gov:{code}" for code in codes],
        "search": [f"/search?q={words[n % len(words)]}" for n in range(len(codes))],
        "checks": ["/checks"] * len(codes),
    }
    told: dict[str, float] = {}
    with served(folder) as (connection, process):
        for page in PAGES:
            taken = [_asked(connection, path) for path in paths[page]]
            told[f"first {page}"] = taken[0]
            told[page] = statistics.median(taken[HEATED:])
        told["memory"] = _memory(process.pid)
    return told


@contextmanager
def served(
    folder: Path,
) -> Iterator[tuple[http.client.HTTPConnection, subprocess.Popen[str]]]:
    """A browse of a folder, as a process of its own."""
    command = [sys.executable, "-m", "crawler.cli", "browse", "--data", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    at = urlsplit(process.stdout.readline().strip())
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=120)
    try:
        yield connection, process
    finally:
        connection.close()
        process.terminate()
        process.wait(20)


def _asked(connection: http.client.HTTPConnection, path: str) -> float:
    begun = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    assert response.status == 200, (path, response.status)
    return (time.perf_counter() - begun) * 1000


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _fact(contest: Contest, name: str, what: str, value: float, unit: str) -> None:
    contest.results.facts.append(Fact(benchmark=name, what=what, value=value, unit=unit))
