"""Work spread over processes: results in order, and one that ends or hangs costs itself alone."""

from __future__ import annotations

import os
import time

import pytest

from archive.errors import ArchiveError
from archive.processes import run_in_order

_added = 0


def prepare(added: int) -> None:
    global _added
    _added = added


def work(task: int) -> int:
    if task == 3:
        os._exit(9)
    if task == 5:
        time.sleep(60)
    if task == 7:
        raise ValueError("seven")
    return task + _added


def failed(task: int, error: BaseException) -> int:
    assert error is not None
    return -task


def test_results_come_in_order_and_the_guilty_are_named() -> None:
    tasks = (0, 1, 2, 3, 4, 5, 6)
    done = run_in_order(
        work, tasks, jobs=2, prepare=prepare, given=(10,), seconds=2.0, on_failure=failed
    )
    assert list(done) == [10, 11, 12, -3, 14, -5, 16]


def test_without_a_way_out_the_end_of_a_worker_is_an_error_that_says_what_to_do() -> None:
    done = run_in_order(work, (0, 3, 1), jobs=1, prepare=prepare, given=(0,))
    assert next(done) == 0
    with pytest.raises(ArchiveError, match=r"was ended.*--jobs 1"):
        list(done)
    with pytest.raises(ValueError, match="seven"):
        list(run_in_order(work, (7,), jobs=1, prepare=prepare, given=(0,)))
