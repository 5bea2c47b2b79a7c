"""A page that crashes, hangs or eats memory costs itself alone; workers that die are replaced."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from archive import processes
from archive.capture import CaptureContext, CapturePointer, Role
from archive.index import CaptureRow
from archive.records import RecordType
from extract import workers
from extract.errors import WorkersUnavailable
from extract.report import Outcome, SkipReason
from extract.rows import Extraction, rows_of, rows_of_failure


def row(kind: str) -> CaptureRow:
    pointer = CapturePointer(
        file="x.warc.gz", offset=0, length=1, record_id=f"urn:uuid:{kind}", payload_digest="sha1:X"
    )
    return CaptureRow(
        pointer=pointer,
        method="GET",
        url=f"http://h/{kind}",
        url_key="",
        body_digest="",
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=200,
        mime="text/html",
        record_type=RecordType.RESPONSE,
        refers_to=None,
        truncated=None,
        etag=None,
        last_modified=None,
        context=CaptureContext(run_id="r", portal_id="p", role=Role.REPORT),
    )


def misbehave(rows: list[CaptureRow]) -> list[Extraction]:
    """Stands in for the reading of a batch; runs in the worker."""
    for one in rows:
        if one.url.endswith("/pid"):
            return [rows_of_failure(one, SkipReason.EMPTY, str(os.getpid()))]
        if one.url.endswith("/dies"):
            os._exit(11)
        if one.url.endswith("/hangs"):
            time.sleep(60)
        if one.url.endswith("/eats"):
            bytearray(2 * processes.MEMORY_BYTES)
    return [rows_of(one, Outcome(skip=SkipReason.EMPTY), one.status) for one in rows]


@pytest.fixture
def pool(tmp_path, monkeypatch):
    from archive.folder import DataFolder
    from archive.index import ArchiveIndex

    folder = DataFolder(tmp_path)
    folder.prepare()
    ArchiveIndex.open(folder.archive_db).close()
    monkeypatch.setattr(workers, "_read_batch", misbehave)
    monkeypatch.setattr(workers, "SECONDS_A_PAGE", 3.0)
    made = workers.ExtractorPool(folder, jobs=1)
    yield made
    made.close(wait=False)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("dies", SkipReason.EXTRACTOR_CRASHED),
        ("hangs", SkipReason.EXTRACTOR_TIMEOUT),
        ("eats", SkipReason.EXTRACTOR_CRASHED),
    ],
)
def test_the_guilty_page_alone_is_lost(pool, kind: str, reason: SkipReason) -> None:
    rows = [row("good1"), row(kind), row("good2")]
    extractions = pool.read(rows)
    assert [e.document["outcome"] for e in extractions] == ["empty", reason.value, "empty"]
    assert [len(e.findings) for e in extractions] == [0, 1, 0]
    assert kind in str(extractions[1].findings[0]["message"])


def pid_of(pool: workers.ExtractorPool) -> int:
    (extraction,) = pool.read([row("pid")])
    return int(str(extraction.document["detail"]))


def test_workers_outlive_the_thread_that_first_asked(pool) -> None:
    """Linux sends the death signal of a parent when the thread that started the child ends."""
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(pid_of, pool).result()
    time.sleep(0.5)
    assert pid_of(pool) == first


def test_idle_workers_that_are_killed_are_replaced(pool) -> None:
    first = pid_of(pool)
    os.kill(first, signal.SIGKILL)
    time.sleep(0.5)
    assert pid_of(pool) != first
    (read,) = pool.read([row("good")])
    assert read.document["outcome"] == "empty"


def fails(root: str, parent: int) -> None:
    """Stands in for a worker's preparation that goes wrong."""
    raise ImportError("a library is missing")


def hangs(root: str, parent: int) -> None:
    """Stands in for a worker's preparation that never ends."""
    time.sleep(60)


@pytest.mark.parametrize("start", [fails, hangs])
def test_workers_that_cannot_start_are_an_error_in_bounded_time(pool, monkeypatch, start) -> None:
    monkeypatch.setattr(workers, "_prepare_worker", start)
    monkeypatch.setattr(workers, "STARTUP_SECONDS", 4.0)
    with pytest.raises(WorkersUnavailable, match="could be started"):
        pool.read([row("good")])


def test_a_closed_pool_says_so(pool) -> None:
    pool.close(wait=False)
    pool.close(wait=False)
    with pytest.raises(WorkersUnavailable, match="next run"):
        pool.read([row("good")])
