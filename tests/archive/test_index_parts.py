"""An index made by several processes, part by part, is the one that a single process makes."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from archive_samples import PAGE_A, PAGE_B, URL, Archive, response

from archive import index_parts, rebuild
from archive.member import read_member
from archive.rebuild import IndexingReport, rebuild_index
from archive.walk import find_exchange, walk_file


def everything(archive: Archive) -> tuple[object, ...]:
    return (*archive.rows(), archive.index.indexed_files(), list(archive.index.iter_failure_rows()))


def said(report: IndexingReport) -> tuple[object, ...]:
    return report.lines(), report.damaged_count, report.files


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Archive, int], IndexingReport]:
    """Rebuilds with parts of so many bytes, in this process: only for speed."""

    def here(work: Callable, tasks: Iterable, **_: object) -> Iterator:
        return map(work, tasks)

    def act(archive: Archive, size: int) -> IndexingReport:
        with monkeypatch.context() as patched:
            patched.setattr(index_parts, "PART_BYTES", size)
            patched.setattr(rebuild, "run_in_order", here)
            return rebuild_index(archive.folder, jobs=2)

    return act


def test_processes_make_the_same_rows(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.add_everything()
    archive.writer.close()
    alone = said(rebuild_index(archive.folder, jobs=1)), everything(archive)
    monkeypatch.setattr(index_parts, "PART_BYTES", 4000)
    assert len(list(index_parts.parts_of(archive.the_file(), file="x", folder=Path()))) > 5
    assert (said(rebuild_index(archive.folder, jobs=2)), everything(archive)) == alone
    names = archive.index._db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
    assert {"captures_by_request", "failures_by_run"} <= {row["name"] for row in names}


@pytest.mark.parametrize("size", [9, 300, 2000, 10_000_000])
def test_parts_of_any_size_make_the_same_rows(
    tmp_path: Path, in_parts: Callable[[Archive, int], IndexingReport], size: int
) -> None:
    archive = Archive(tmp_path, max_bytes=9000)
    if size == 9:  # hundreds of parts: a small file will do
        archive.add(PAGE_A)
    else:
        archive.add_everything()
    archive.writer.close()
    alone = said(rebuild_index(archive.folder, jobs=1)), everything(archive)
    assert (said(in_parts(archive, size)), everything(archive)) == alone
    archive.close()


def test_damage_anywhere_is_told_once_and_costs_the_same_records(
    archive: Archive, in_parts: Callable[[Archive, int], IndexingReport]
) -> None:
    archive.add_everything()
    archive.writer.close()
    path = archive.the_file()
    whole = path.read_bytes()
    dice = random.Random(3)
    for _ in range(25):
        torn = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            place, length = dice.randrange(len(torn)), dice.choice((1, 40, 3000))
            torn[place : place + length] = dice.randbytes(min(length, len(torn) - place))
        path.write_bytes(torn)
        alone = said(rebuild_index(archive.folder, jobs=1)), everything(archive)
        size = dice.randint(300, 9000)
        assert (said(in_parts(archive, size)), everything(archive)) == alone, f"parts of {size}"


def test_records_of_the_series_within_a_payload_deceive_no_part(
    archive: Archive, in_parts: Callable[[Archive, int], IndexingReport]
) -> None:
    """A payload that holds members of this very file, stored as they are."""
    archive.add(PAGE_A, url=URL + "?real")
    [path] = archive.files()
    evil = path.read_bytes().replace(b"?real", b"?evil")
    capture = archive.add(response(evil * 3), url=URL + "?holds")
    archive.add(PAGE_B, url=URL + "?last")
    archive.writer.close()
    path, pointer = archive.the_file(), capture.pointer
    packed = path.read_bytes()
    begin, end = pointer.offset, pointer.offset + pointer.length
    content, _ = read_member(packed[begin:end])
    stored = zlib.compress(content, 0, 31)
    path.write_bytes(packed[:begin] + stored + packed[end:])
    true_places = {walked.offset for walked in walk_file(path)}
    assert find_exchange(path, begin + 400) not in true_places, "the search is deceived"
    alone = said(rebuild_index(archive.folder, jobs=1)), everything(archive)
    for size in (200, 700, 1500):
        assert (said(in_parts(archive, size)), everything(archive)) == alone
    assert [row.url for row in archive.index.iter_captures()] == [
        URL + "?real",
        URL + "?holds",
        URL + "?last",
    ]
