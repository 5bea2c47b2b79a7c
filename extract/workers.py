"""Worker processes for reading. A page that hangs, crashes or eats memory costs itself alone.

Batches amortise the call (one awaited call a page: 200 pages/s, batches of 8: 420-490); a batch
that fails is read again one by one, and the guilty capture becomes a finding.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, TimeoutError
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from archive.capture import Capture
from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex, CaptureRow
from archive.reader import ArchiveReader
from extract.pipeline import read_capture
from extract.report import SkipReason
from extract.rows import Extraction, rows_of, rows_of_failure

BATCH = 8
"""Captures a call; see the module's docstring."""

SECONDS_A_PAGE = 30.0
"""Longest time for one capture read alone; the slowest real report seen took under a second."""

MEMORY_BYTES = 3 * 1024**3
"""Address space of a worker: a page of 16 MiB, parsed, needs about 1 GiB beside the libraries."""

PR_SET_PDEATHSIG = 1

_reader: ArchiveReader | None = None


class ExtractorPool:
    """Reads captures of one data folder in worker processes."""

    def __init__(self, folder: DataFolder, *, jobs: int | None = None) -> None:
        self.jobs = jobs or os.cpu_count() or 1
        self._pool = ProcessPool(
            max_workers=self.jobs,
            initializer=_prepare_worker,
            initargs=[str(folder.root), os.getpid()],
            context=multiprocessing.get_context("spawn"),
        )

    def read(self, rows: Sequence[CaptureRow]) -> list[Extraction]:
        """The rows of these captures, in order. Blocks; call it from a thread."""
        future = self._schedule(rows, SECONDS_A_PAGE + len(rows))
        try:
            return list(future.result())
        except (ProcessExpired, TimeoutError, MemoryError) as error:
            if len(rows) > 1:
                return [extraction for row in rows for extraction in self.read([row])]
            return [_failure(rows[0], error)]

    def _schedule(self, rows: Sequence[CaptureRow], timeout: float) -> Future[list[Extraction]]:
        future: Future[list[Extraction]] = self._pool.schedule(
            _read_batch, args=[list(rows)], timeout=timeout
        )
        return future

    def close(self, *, wait: bool = True) -> None:
        """Ends the workers; without ``wait`` at once, dropping what is being read."""
        if wait:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _failure(row: CaptureRow, error: BaseException) -> Extraction:
    where = f"{row.url} (record {row.pointer.record_id})"
    if isinstance(error, TimeoutError):
        detail = f"reading {where} took longer than {SECONDS_A_PAGE:.0f} seconds"
        return rows_of_failure(row, SkipReason.EXTRACTOR_TIMEOUT, detail)
    detail = f"reading {where} ended its worker: {error or type(error).__name__}"
    return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, detail)


def _prepare_worker(root: str, parent: int) -> None:
    """Ctrl-C is the parent's to handle, a dead parent ends the worker, memory is bounded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    open_reader(DataFolder(Path(root)))


def open_reader(folder: DataFolder) -> None:
    """Gives this process its reader; a worker does it once."""
    global _reader
    _reader = ArchiveReader(folder, ArchiveIndex.open(folder.archive_db, read_only=True))


def _read_batch(rows: list[CaptureRow]) -> list[Extraction]:
    assert _reader is not None
    return [read_row(row, _reader.capture) for row in rows]


def read_row(row: CaptureRow, get_capture: Callable[[CaptureRow], Capture]) -> Extraction:
    """The rows of one capture. A damaged record or a fault of ours becomes a finding."""
    try:
        capture = get_capture(row)
        return rows_of(row, read_capture(capture), capture.response.status)
    except ArchiveError as error:
        return rows_of_failure(row, SkipReason.UNDECODABLE, f"{row.url}: {error}")
    except RecursionError as error:
        return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, f"{row.url}: {error}")
    except Exception as error:  # noqa: BLE001 - one page must not end the run; it is reported
        detail = f"{row.url}: {type(error).__name__}: {error}"
        return rows_of_failure(row, SkipReason.EXTRACTOR_CRASHED, detail)
