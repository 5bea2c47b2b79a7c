"""Judges a data folder by the server's own account and by warcio, not by nianbao alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from watched_site import ANSWER, WatchedSite

IN_FLIGHT = 4
"""Answers that a kill may cost: what is under way at the concurrency of nianbao_process.PORTAL."""

_HEAD = re.compile(rb'"head": "([A-Za-z0-9+/=]+)"')


@dataclass(frozen=True, slots=True)
class Process:
    """One crawl process: the answers ``begin`` to ``end`` of the account are what it got."""

    begin: int
    end: int
    killed: bool


@dataclass(slots=True)
class Records:
    """What warcio finds: answers by serial number, records by id. ``captures`` gives the file and
    offset of each, ``companions`` the types of the records that belong to it.
    """

    serials: Counter[int] = field(default_factory=Counter)
    heads: dict[int, str] = field(default_factory=dict)
    bodies: dict[int, str] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    captures: dict[str, tuple[str, int]] = field(default_factory=dict)
    companions: dict[str, list[str]] = field(default_factory=dict)
    runs: int = 0
    ends: int = 0


def read_records(folder: Path) -> Records:
    """Every record of every WARC file; raises what warcio raises for a torn one."""
    found = Records()
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            archive = ArchiveIterator(stream, no_record_parse=True)
            for record in archive:
                head = record.rec_headers
                found.ids[head.get_header("WARC-Record-ID")] += 1
                block = record.raw_stream.read()
                place = (path.name, archive.get_record_offset())  # reads to the record's end
                _take(found, record.rec_type, head, block, place)
    return found


def _take(found: Records, kind: str, head: object, block: bytes, place: tuple[str, int]) -> None:
    get = head.get_header  # type: ignore[attr-defined]
    if kind in ("response", "revisit"):
        found.captures[get("WARC-Record-ID").strip("<>")] = place
    elif (owner := get("WARC-Concurrent-To")) is not None:
        found.companions.setdefault(owner.strip("<>"), []).append(kind)
    found.runs += kind == "metadata" and block.startswith(b'nianbao-record: "run-start"')
    found.ends += kind == "metadata" and block.startswith(b'nianbao-record: "run-end"')
    if kind == "metadata" and (packed := _HEAD.search(block)):
        block = base64.b64decode(packed[1])  # the verbatim head of a 304
    elif kind not in ("response", "revisit"):
        return
    if (answer := ANSWER.search(block)) is not None:
        serial = int(answer[1])
        found.serials[serial] += 1
        found.paths[serial] = urlsplit(get("WARC-Target-URI")).path
        head, end, body = block.partition(b"\r\n\r\n")
        found.heads[serial] = hashlib.sha1(head + end).hexdigest()
        if kind == "response":
            found.bodies[serial] = hashlib.sha1(body).hexdigest()


def faults(data: Path, site: WatchedSite, processes: Sequence[Process]) -> Iterator[str]:
    """Every way in which the folder is not what the server's account says it must be."""
    left = [path.name for path in (data / "warc").glob("*.open")]
    if left:
        yield f"left open: {left}"
    for path in sorted((data / "warc").glob("*.warc.gz")):
        yield from _warcio_faults(path)
    for path in sorted((data / "warc").glob("*.torn-*")):
        yield from _torn_faults(path)
    records = read_records(data / "warc")
    yield from _exchange_faults(records)
    yield from (f"record {name} stands {n} times" for name, n in records.ids.items() if n > 1)
    yield from _answer_faults(records, site)
    yield from _loss_faults(records, site, processes)
    yield from _index_faults(data, records)
    yield from _row_faults(data, site, records)
    yield from _frontier_faults(data)


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


def _torn_faults(path: Path) -> Iterator[str]:
    """What a mend moved aside is no whole record: that would be one lost."""
    try:
        zlib.decompress(path.read_bytes(), wbits=31)
    except zlib.error:
        return
    yield f"{path.name} holds whole records"


def _exchange_faults(records: Records) -> Iterator[str]:
    """Each capture has its request and its metadata, once. One of which a kill left no metadata
    stands alone, and its answer is asked for again.
    """
    for name in records.captures:
        kinds = sorted(records.companions.get(name, []))
        if kinds not in (["metadata", "request"], ["request"], []):
            yield f"{name} has the companions {kinds}"


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
        elif records.heads[serial] != answer.head_sha1:
            yield f"answer {serial} ({answer.path}) is archived with another head"
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
    query = "SELECT record_id, name, offset FROM captures JOIN files USING (file_id)"
    with closing(sqlite3.connect(data / "archive.db")) as db:
        rows = {str(row[0]): (str(row[1]), int(row[2])) for row in db.execute(query)}
        runs = db.execute("SELECT count(*) FROM runs WHERE started_at IS NOT NULL").fetchone()[0]
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
    if rows != records.captures:
        differing = rows.items() ^ records.captures.items()
        yield f"archive.db and the WARC files differ in {sorted(differing)[:3]}"
    places = Counter(name for name, _ in records.captures.values())
    lines: Counter[str] = Counter()
    for cdxj in sorted((data / "cdxj").rglob("*.cdxj")):
        text = cdxj.read_text("utf-8")
        lines.update(json.loads(line.split(" ", 2)[2])["filename"] for line in text.splitlines())
    for path in sorted((data / "warc").glob("*.warc.gz")):
        if lines[path.name] < places[path.name]:
            yield f"{lines[path.name]} CDXJ lines for {places[path.name]} captures in {path.name}"
    if runs != records.runs:
        yield f"archive.db has {runs} runs, the WARC files {records.runs}"
    if sound != "ok":
        yield f"archive.db: {sound}"


def _row_faults(data: Path, site: WatchedSite, records: Records) -> Iterator[str]:
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
        runs = db.execute("SELECT count(*), count(finished_at) FROM runs").fetchone()
        current = db.execute(
            "SELECT report_id FROM report_documents GROUP BY report_id HAVING sum(is_current) <> 1"
        ).fetchall()
    for path in site.report_paths():
        sha1 = base64.b32encode(hashlib.sha1(site.pages[path]).digest()).decode("ascii")
        if bodies.get(path) != f"sha1:{sha1}":
            yield f"{path} is not read as the server gives it (the corpus: {bodies.get(path)})"
    yield from (f"{url} is read {times} times with the same bytes" for url, times in twice)
    yield from (f"{row[0]} has not one current reading" for row in current)
    if runs != (records.runs, records.ends):
        yield f"the corpus has {runs} runs and ends, the WARC files {records.runs}, {records.ends}"


def _frontier_faults(data: Path) -> Iterator[str]:
    """A run that was not killed leaves nothing to ask."""
    with closing(sqlite3.connect(data / "state.db")) as db:
        query = "SELECT url FROM requests WHERE state IN ('pending', 'waiting')"
        left = [row[0] for row in db.execute(query)]
        if (sound := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"state.db: {sound}"
    if left:
        yield f"the frontier still has {left[:3]}"
