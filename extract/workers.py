"""Worker processes for reading. A page that hangs, crashes or eats memory costs itself alone.

Batches amortise the call (one awaited call a page: 200 pages/s, batches of 8: 420-490); a batch
that fails is read again one by one, and the guilty capture becomes a finding. A pool that breaks
through no page's fault (its idle workers were killed) is replaced; workers that cannot be started
are an error in bounded time.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    TimeoutError,
)
from pathlib import Path
from threading import Lock

from pebble import ProcessExpired, ProcessPool

from archive.folder import DataFolder
from archive.processes import bind_worker, without_program
from archive.rows import CaptureRow
from extract.bodies_csv import load_bodies
from extract.errors import WorkersUnavailable
from extract.known_bodies import KnownBodies
from extract.report import SkipReason
from extract.rows import Extraction, reading_version, rows_of_failure
from extract.sentences import say

BATCH = 8
"""Captures a call; see the module's docstring."""

SECONDS_A_PAGE = 30.0
"""Longest time for one capture read alone; the slowest real report seen took under a second."""

STARTUP_SECONDS = 120.0
"""Longest time until a worker first answers; two of them on a busy core take about five."""

REPLACEMENTS = 3
"""How often one call may find its pool broken before the trouble is no accident."""


class ExtractorPool:
    """Reads captures of one data folder in worker processes, which start with the first call.

    ``version`` is the reading version of its rows. Raises InvalidBodies for the user's bodies.csv.
    """

    def __init__(self, folder: DataFolder, *, jobs: int | None = None) -> None:
        self.jobs = jobs or os.cpu_count() or 1
        self._folder = folder
        self._bodies = load_bodies(folder.bodies_file)
        self.version = reading_version(self._bodies)
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._closed = False
        self._waiting: set[Future[list[Extraction]]] = set()
        # Linux sends a worker its death signal when the *thread* that started it ends (prctl(2)):
        # so one thread starts them all, and lives as long as the pool
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="workers")

    def read(self, rows: Sequence[CaptureRow]) -> list[Extraction]:
        """The rows of these captures, in order. Blocks; call it from a thread.

        Raises WorkersUnavailable when no worker can be started, or the pool was closed.
        """
        try:
            return self._read_together(rows)
        except (ProcessExpired, TimeoutError, MemoryError) as error:
            if len(rows) > 1:
                return [extraction for row in rows for extraction in self.read([row])]
            return [_failure(rows[0], error, self.version)]

    def _read_together(self, rows: Sequence[CaptureRow]) -> list[Extraction]:
        """Raises what reading raised; a broken pool is replaced and asked again."""
        limit = SECONDS_A_PAGE + len(rows)
        trouble: BaseException | None = None
        for _ in range(REPLACEMENTS):
            pool = self._running()
            try:
                future = self._schedule(pool, rows, limit)
                # threads wait for twice as many batches as there are workers
                return list(future.result(timeout=STARTUP_SECONDS + 3 * limit))
            except (BrokenExecutor, RuntimeError, CancelledError) as error:
                trouble = error
            except TimeoutError as error:
                if future.done():
                    raise  # this page's, not the pool's
                trouble = error
            self._drop(pool)
        raise WorkersUnavailable(
            f"the worker processes broke {REPLACEMENTS} times ({trouble!r}); what is archived is "
            "safe. Look for what ends them (memory?), then run the same command again"
        )

    def _schedule(
        self, pool: ProcessPool, rows: Sequence[CaptureRow], limit: float
    ) -> Future[list[Extraction]]:
        """Notes who waits: a pool that is stopped answers nobody."""
        future: Future[list[Extraction]] = pool.schedule(
            _read_batch, args=[list(rows)], timeout=limit
        )
        with self._lock:
            self._waiting.add(future)
            if self._closed:
                future.cancel()
        future.add_done_callback(self._waiting.discard)
        return future

    def _running(self) -> ProcessPool:
        """The pool, started and heard of."""
        with self._lock:
            if self._closed:
                raise WorkersUnavailable("the workers were ended; the next run reads what is left")
            if self._pool is None:
                self._pool = self._keeper.submit(self._start).result()
            return self._pool

    def _start(self) -> ProcessPool:
        pool = ProcessPool(
            max_workers=self.jobs,
            initializer=_prepare_worker,
            initargs=[str(self._folder.root), os.getpid(), self._bodies],
            context=multiprocessing.get_context("spawn"),
        )
        try:
            with without_program():
                pool.schedule(os.getpid).result(timeout=STARTUP_SECONDS)
        except Exception as error:
            self._end(pool)
            said = f"{type(error).__name__}: {error}".rstrip(": ")
            raise WorkersUnavailable(
                f"no worker process could be started within {STARTUP_SECONDS:.0f} seconds ({said})"
                "; what is archived is safe. The lines above say why, if the worker could: put it "
                "right (`pip install` again?) and run the same command"
            ) from error
        return pool

    def _drop(self, pool: ProcessPool) -> None:
        """Ends a broken pool, once."""
        with self._lock:
            if self._pool is not pool:
                return
            self._pool = None
        self._end(pool)

    def close(self, *, wait: bool = True) -> None:
        """Ends the workers; without ``wait`` at once, dropping what is being read. More calls do
        nothing.
        """
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None and wait:
            pool.close()  # type: ignore[no-untyped-call]
            pool.join()
        elif pool is not None:
            self._end(pool)
        self._keeper.shutdown()

    def _end(self, pool: ProcessPool) -> None:
        """At once; who waits is told, which the pool itself would not do."""
        for future in list(self._waiting):
            future.cancel()
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _failure(row: CaptureRow, error: BaseException, version: str) -> Extraction:
    record = row.pointer.record_id
    if isinstance(error, TimeoutError):
        seconds = f"{SECONDS_A_PAGE:.0f}"
        detail = say("reading_too_long", url=row.url, record=record, seconds=seconds)
        return rows_of_failure(row, SkipReason.EXTRACTOR_TIMEOUT, detail, read_by=version)
    said = error or type(error).__name__
    detail = say("reading_ended_worker", url=row.url, record=record, said=said)
    return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, detail, read_by=version)


def _prepare_worker(root: str, parent: int, bodies: KnownBodies) -> None:
    bind_worker(parent)
    # here and not above: what reads (rules, patterns, dictionaries) is the workers' alone
    from extract.reading_process import prepare

    prepare(DataFolder(Path(root)), bodies)


def _read_batch(rows: list[CaptureRow]) -> list[Extraction]:
    from extract.reading_process import read_rows

    return read_rows(rows)
