"""Work spread over processes: results in order, memory bounded, no process left behind."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from archive.errors import ArchiveError

MEMORY_BYTES = 3 * 1024**3
"""Address space of a worker: a page of 16 MiB, parsed, needs about 1 GiB beside the libraries."""

PROGRAMS = ("crawler.cli", "nianbao")
"""The main modules of our command: run as a module, and by its installed script."""

PR_SET_PDEATHSIG = 1

_AHEAD = 2
"""Tasks under way for each worker: one is worked at, the next one waits."""

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")


def run_in_order(
    work: Callable[[_Task], _Done],
    tasks: Iterable[_Task],
    *,
    jobs: int,
    prepare: Callable[..., None],
    given: tuple[Any, ...],
    seconds: float | None = None,
    on_failure: Callable[[_Task, BaseException], _Done] | None = None,
) -> Iterator[_Done]:
    """The result of each task, in order; ``prepare`` is called once in each process with what is
    ``given``. No more tasks are under way than the workers need, so tasks may be many.

    Of a task that took longer than ``seconds`` or ended its worker (memory?) the result is that of
    ``on_failure``; without one, ArchiveError. Raises what a task raised.
    """
    # Linux sends a worker its death signal when the *thread* that started it ends (prctl(2)):
    # so one thread starts them all, and lives as long as the pool
    with ThreadPoolExecutor(1, thread_name_prefix="workers") as keeper:
        pool = keeper.submit(_start, jobs, prepare, given).result()
        try:
            waiting: deque[tuple[_Task, Future[_Done]]] = deque()
            for task in tasks:
                waiting.append((task, pool.schedule(work, args=[task], timeout=seconds)))
                if len(waiting) >= _AHEAD * jobs:
                    yield _result(*waiting.popleft(), on_failure)
            while waiting:
                yield _result(*waiting.popleft(), on_failure)
            pool.close()  # type: ignore[no-untyped-call]
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _start(jobs: int, prepare: Callable[..., None], given: tuple[Any, ...]) -> ProcessPool:
    pool = ProcessPool(
        max_workers=jobs,
        initializer=_prepare,
        initargs=[os.getpid(), prepare, given],
        context=multiprocessing.get_context("spawn"),
    )
    with without_program():
        pool.schedule(os.getpid).result()
    return pool


def _result(
    task: _Task,
    future: Future[_Done],
    on_failure: Callable[[_Task, BaseException], _Done] | None,
) -> _Done:
    try:
        return future.result()
    except (ProcessExpired, TimeoutError, MemoryError) as error:
        if on_failure is not None:
            return on_failure(task, error)
        raise ArchiveError(
            f"a worker process was ended ({error}); nothing was changed. Look for what ends it "
            "(memory?), and run the same command again, with --jobs 1 if need be"
        ) from error


def _prepare(parent: int, prepare: Callable[..., None], given: tuple[Any, ...]) -> None:
    bind_worker(parent)
    prepare(*given)


def bind_worker(parent: int) -> None:
    """In a worker: Ctrl-C is the parent's to handle, a dead parent ends the worker, memory is
    bounded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@contextmanager
def without_program() -> Iterator[None]:
    """While workers start: spawn has each import the main module of the program, and a worker needs
    nothing of the command line (0.4 s of CPU each). A main module of others is left alone.
    """
    program = sys.modules["__main__"]
    named = getattr(program.__spec__, "name", None) or Path(getattr(program, "__file__", "")).stem
    if named not in PROGRAMS:
        yield
        return
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
