"""Time that goes back: within a process it does not, between runs the order stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from archive_samples import PAGE_A, PAGE_B, RUN_START, Archive, response

from archive.clock import NO_SHIFT, SteadyClock, shift_behind
from archive.rebuild import rebuild_index

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clocks:
    """A wall clock and a monotonic one, moved by the test."""

    def __init__(self) -> None:
        self.wall, self.elapsed = NOON, 100.0

    def go(self, wall: float, elapsed: float) -> None:
        self.wall += timedelta(seconds=wall)
        self.elapsed += elapsed


def test_time_goes_on_where_it_was_when_the_clock_is_set_back() -> None:
    clocks = Clocks()
    steady = SteadyClock(lambda: clocks.wall, lambda: clocks.elapsed)
    clocks.go(5, 5)
    assert steady.now() == NOON + timedelta(seconds=5)
    clocks.go(-86400, 2)
    assert steady.now() == NOON + timedelta(seconds=7)
    clocks.go(3, 3)
    assert steady.now() == NOON + timedelta(seconds=10)
    clocks.go(2 * 86400, 1)
    assert steady.now() == clocks.wall, "set right again, it is followed"


@pytest.mark.parametrize(
    ("newest", "shift"),
    [
        (None, NO_SHIFT),
        (NOON - timedelta(microseconds=1), NO_SHIFT),
        (NOON, timedelta(microseconds=1)),
        (NOON + timedelta(days=1), timedelta(days=1, microseconds=1)),
    ],
)
def test_a_run_that_begins_too_early_is_shifted(newest: datetime | None, shift: timedelta) -> None:
    assert shift_behind(newest, NOON) == shift


def begin_run(archive: Archive, number: int) -> None:
    run_id = f"2026010100000{number}-0000000{number}"
    archive.writer.start_run(replace(RUN_START, run_id=run_id, started_at=archive.clock))


def test_the_latest_capture_is_the_one_made_last(archive: Archive) -> None:
    begin_run(archive, 1)
    first = archive.add(PAGE_A)
    archive.clock -= timedelta(days=365)
    begin_run(archive, 2)
    second = archive.add(PAGE_B)
    third = archive.add(PAGE_B)
    assert second.captured_at < first.captured_at < second.ordered_at
    assert second.revisit_of is None
    assert third.revisit_of == second.pointer, "of the latest, though a later date is there"
    assert archive.index.newest() == third.ordered_at
    row = archive.index.get(second.pointer.record_id)
    before = archive.index.before(row)
    assert before is not None
    assert before.pointer == first.pointer
    order = [row.pointer.record_id for row in archive.index.iter_captures()]
    assert order == [c.pointer.record_id for c in (first, second, third)]
    assert [run.start.run_id[13] for run in archive.index.iter_runs()] == ["1", "2"]


def test_nothing_refers_to_a_later_date(archive: Archive) -> None:
    begin_run(archive, 1)
    archive.add(PAGE_A)
    archive.clock -= timedelta(days=1)
    begin_run(archive, 2)
    again = archive.add(PAGE_A)
    assert again.revisit_of is None
    assert archive.add(PAGE_A).revisit_of == again.pointer
    archive.clock -= timedelta(days=1)
    begin_run(archive, 3)
    bare = archive.add(response(b"", status=b"304 Not Modified"))
    assert not bare.not_modified
    assert bare.revisit_of is None


def test_a_rebuild_knows_the_order(archive: Archive) -> None:
    begin_run(archive, 1)
    archive.add(PAGE_A)
    archive.clock -= timedelta(days=365)
    begin_run(archive, 2)
    archive.add(PAGE_B)
    archive.fail()
    archive.writer.close()
    before = archive.rows()
    rebuild_index(archive.folder)
    assert archive.rows() == before
