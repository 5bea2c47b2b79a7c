"""Crawls imitated portals with nianbao's own command, and judges what came of it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from imitation import Imitation

DELAY = 0.05
"""Seconds between requests to a host: short, and kept."""
TOLERANCE = 0.005
"""Seconds by which the server's clock may see a gap shorter: its thread takes the request late
once and at once the next time."""
TIMEOUT = 300

PORTAL = """name     = "{name}"
listings = [{listings}]
status   = "unverified"
{family}
[fetch]
delay = {delay}
why   = "served from this machine"
"""


def nianbao(data: Path, *arguments: str, codes: Sequence[int] = (0, 3)) -> str:
    """Runs a command; returns what it said. Raises AssertionError for another exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
        check=False,
    )
    assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def portal_id(imitation: Imitation) -> str:
    return f"{imitation.family.replace('_', '-')}-{imitation.seed}"


def write_portal(data: Path, imitation: Imitation, *, family: bool = False) -> None:
    """A portal file for an imitation's listing; ``family`` names its family in it."""
    (data / "portals").mkdir(parents=True, exist_ok=True)
    text = PORTAL.format(
        name=imitation.site_name,
        listings=f'"{imitation.listing}"',
        family=f'family = "{imitation.family}"' if family else "",
        delay=DELAY,
    )
    (data / "portals" / f"{portal_id(imitation)}.toml").write_text(text, encoding="utf-8")


def crawl(data: Path, imitations: Sequence[Imitation], *, family: bool = False) -> str:
    """Crawls all of them in one run by portal files."""
    for imitation in imitations:
        write_portal(data, imitation, family=family)
    return nianbao(data, "crawl", *map(portal_id, imitations))


def faults(data: Path, imitation: Imitation) -> Iterator[str]:
    """Every way in which what was found is not what is there; nothing when all is right."""
    yield from _report_faults(data, imitation)
    yield from _request_faults(imitation)


def _report_faults(data: Path, imitation: Imitation) -> Iterator[str]:
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        rows = db.execute(
            # a report of a higher body may stand on several portals: each has a reading of it
            "SELECT d.url, r.report_year, r.published_on, r.report_id, r.record_id"
            " FROM report_documents r JOIN documents d USING (record_id) WHERE d.url LIKE ?",
            [imitation.origin + "/%"],
        ).fetchall()
        counts = dict(
            db.execute(
                "SELECT record_id, value FROM figures WHERE measure = 'disclosed'"
            ).fetchall()
        )
    found = {
        urlsplit(url).path: (year, day, counts.get(record)) for url, year, day, _, record in rows
    }
    if len({report for *_, report, _ in rows}) != len(rows):
        yield "a report is stored twice"
    for wanted in imitation.expected():
        got = found.pop(wanted.path, None)
        if got is None:
            yield f"{wanted.title} at {wanted.path} was not found"
            continue
        right = (wanted.year, wanted.published.isoformat(), wanted.count)
        if got != right:
            yield f"{wanted.title}: year, date and count {got}, not {right}"
    yield from (f"{path} is no report and is stored as one" for path in found)


def _request_faults(imitation: Imitation) -> Iterator[str]:
    asked = imitation.counted()
    if len(asked) > imitation.allowed_requests():
        yield (
            f"{len(asked)} requests, {imitation.allowed_requests()} are allowed: "
            f"{[one.target for one in asked]}"
        )
    for one in asked:
        for part in imitation.forbidden:
            if part in one.target:
                yield f"{one.method} {one.target} was asked for ({part} is forbidden)"
    shown_with = Counter(one.path for one in imitation.log if one.path in imitation.requisites)
    if shown_with != Counter(imitation.requisites):
        yield f"requisites were asked for {dict(shown_with)}, not each once"
    times = Counter((one.method, one.target, str(sorted(one.form.items()))) for one in asked)
    yield from (
        f"{key[:2]} was asked for {n} times"
        for key, n in times.items()
        if n > 1 + imitation.retries(key[1])
    )
    moments = [one.at for one in imitation.log]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    if gaps and min(gaps) < DELAY - TOLERANCE:
        yield f"a gap of {min(gaps):.3f} s, the delay is {DELAY}"
