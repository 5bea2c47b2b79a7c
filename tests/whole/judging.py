"""Judges a data folder by the server's own account and by warcio, not by nianbao alone."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from watched_site import ANSWER, WatchedSite

IN_FLIGHT = 16
"""Answers that a kill may cost: what Scrapy has under way at most (CONCURRENT_REQUESTS)."""

_HEAD = re.compile(rb'"head": "([A-Za-z0-9+/=]+)"')


@dataclass(frozen=True, slots=True)
class Process:
    """One crawl process: the answers ``begin`` to ``end`` of the account are what it got."""

    begin: int
    end: int
    killed: bool


@dataclass(slots=True)
class Records:
    """What warcio finds: serial numbers of answers by record, and ids by type."""

    serials: Counter[int] = field(default_factory=Counter)
    bodies: dict[int, str] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    captures: set[str] = field(default_factory=set)
    runs: int = 0


def read_records(folder: Path) -> Records:
    """Every record of every WARC file; raises what warcio raises for a torn one."""
    found = Records()
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, no_record_parse=True):
                head = record.rec_headers
                found.ids[head.get_header("WARC-Record-ID")] += 1
                block = record.raw_stream.read()
                _take(found, record.rec_type, head, block)
    return found


def _take(found: Records, kind: str, head: object, block: bytes) -> None:
    get = head.get_header  # type: ignore[attr-defined]
    if kind in ("response", "revisit"):
        found.captures.add(get("WARC-Record-ID").strip("<>"))
    found.runs += kind == "metadata" and block.startswith(b'nianbao-record: "run-start"')
    if kind == "metadata" and (packed := _HEAD.search(block)):
        block = base64.b64decode(packed[1])  # the verbatim head of a 304
    elif kind not in ("response", "revisit"):
        return
    if (answer := ANSWER.search(block)) is not None:
        serial = int(answer[1])
        found.serials[serial] += 1
        found.paths[serial] = urlsplit(get("WARC-Target-URI")).path
        if kind == "response":
            body = block.partition(b"\r\n\r\n")[2]
            found.bodies[serial] = hashlib.sha1(body).hexdigest()


def faults(data: Path, site: WatchedSite, processes: Sequence[Process]) -> Iterator[str]:
    """Every way in which the folder is not what the server's account says it must be."""
    left = [path.name for path in (data / "warc").glob("*.open")]
    if left:
        yield f"left open: {left}"
    for path in sorted((data / "warc").glob("*.warc.gz")):
        yield from _warcio_faults(path)
    records = read_records(data / "warc")
    yield from (f"record {name} stands {n} times" for name, n in records.ids.items() if n > 1)
    yield from _answer_faults(records, site)
    yield from _loss_faults(records, site, processes)
    yield from _index_faults(data, records)
    yield from _row_faults(data, site)


def _warcio_faults(path: Path) -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        yield f"warcio check {path.name}: {done.stdout[-300:]}{done.stderr[-300:]}"


def _answer_faults(records: Records, site: WatchedSite) -> Iterator[str]:
    """What is archived was answered, once, with these bytes."""
    account = {answer.serial: answer for answer in site.answers}
    for serial, times in records.serials.items():
        answer = account.get(serial)
        if answer is None:
            yield f"answer {serial} is archived and was never given"
        elif times > 1:
            yield f"answer {serial} ({answer.path}) is archived {times} times"
        elif answer.path != records.paths[serial]:
            yield f"answer {serial} to {answer.path} is archived as {records.paths[serial]}"
        elif serial in records.bodies and records.bodies[serial] != answer.body_sha1:
            yield f"answer {serial} ({answer.path}) is archived with other bytes"


def _loss_faults(
    records: Records, site: WatchedSite, processes: Sequence[Process]
) -> Iterator[str]:
    """A run that was not killed loses no answer. A killed one may lose what was in flight, which
    is asked for again; and it is asked for at most once more a kill.
    """
    for number, process in enumerate(processes):
        given = site.answers[process.begin : process.end]
        lost = [a for a in given if a.sent and a.serial not in records.serials]
        if len(lost) > (IN_FLIGHT if process.killed else 0):
            yield f"process {number} (killed: {process.killed}) lost {[a.path for a in lost]}"
        kept = {a.path for a in site.answers[process.begin :] if a.serial in records.serials}
        for answer in lost:
            if answer.path not in kept and answer.path != "/robots.txt":
                yield f"process {number} lost {answer.path}, and no later answer is archived"
        for path, times in Counter(a.path for a in given).items():
            if times > 1:
                yield f"process {number} asked {times} times for {path}"


def repeats(site: WatchedSite, processes: Sequence[Process]) -> Iterator[str]:
    """Of the processes of one round, whose last was not killed: nothing is asked for again but
    what was in flight at a kill.
    """
    kills = sum(process.killed for process in processes)
    given = [
        answer.path
        for process in processes
        for answer in site.answers[process.begin : process.end]
        if answer.path != "/robots.txt"
    ]
    for path, times in Counter(given).items():
        if times > 1 + kills:
            yield f"{path} was asked for {times} times in a round of {kills} kills"
    again = len(given) - len(set(given))
    if again > kills * IN_FLIGHT:
        yield f"{again} requests were repeated in a round of {kills} kills"


def _index_faults(data: Path, records: Records) -> Iterator[str]:
    with closing(sqlite3.connect(data / "archive.db")) as db:
        rows = {str(row[0]) for row in db.execute("SELECT record_id FROM captures")}
        runs = db.execute("SELECT count(*) FROM runs WHERE started_at IS NOT NULL").fetchone()[0]
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
    if rows != records.captures:
        yield (
            f"archive.db lacks {sorted(records.captures - rows)[:3]} "
            f"and has {sorted(rows - records.captures)[:3]} more"
        )
    if runs != records.runs:
        yield f"archive.db has {runs} runs, the WARC files {records.runs}"
    if sound != "ok":
        yield f"archive.db: {sound}"


def _row_faults(data: Path, site: WatchedSite) -> Iterator[str]:
    """Each page of the site is read with the bytes that the server gives for it now."""
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        if (sound := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"corpus.db: {sound}"
        bodies = {
            urlsplit(url).path: str(digest)
            for url, digest in db.execute(
                "SELECT url, payload_digest FROM documents WHERE status = 200 "
                "ORDER BY captured_at, record_id"
            )
        }
        twice = db.execute(
            "SELECT url, count(*) FROM documents GROUP BY url, payload_digest HAVING count(*) > 1"
        ).fetchall()
        current = db.execute(
            "SELECT report_id FROM report_documents GROUP BY report_id HAVING sum(is_current) <> 1"
        ).fetchall()
    for path in site.report_paths():
        sha1 = base64.b32encode(hashlib.sha1(site.pages[path]).digest()).decode("ascii")
        if bodies.get(path) != f"sha1:{sha1}":
            yield f"{path} is not read as the server gives it (the corpus: {bodies.get(path)})"
    yield from (f"{url} is read {times} times with the same bytes" for url, times in twice)
    yield from (f"{row[0]} has not one current reading" for row in current)
