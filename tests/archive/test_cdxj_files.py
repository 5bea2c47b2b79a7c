"""The folder of CDXJ: few files over many WARC files, always whole and current."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_samples import PAGE_A, URL, Archive, response

from archive.cdxj import cdxj_lines
from archive.cdxj_files import FAN, current_cdxj, write_cdxj
from archive.folder import DataFolder


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of files are closed: only for speed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    yield


def close_files(archive: Archive, count: int) -> None:
    """So many more closed WARC files."""
    for _ in range(count):
        archive.add(response(b"x"), url=f"{URL}?{archive.clock:%d%H%M%S}", seconds=7)
        archive.writer.close()
        archive.writer = archive.new_writer()


def indexes(folder: DataFolder) -> list[Path]:
    return sorted(folder.cdxj.rglob("*.cdxj"))


def faults(folder: DataFolder) -> list[str]:
    """What is wrong with the folder, against the lines of each WARC file."""
    expected: list[bytes] = []
    for path in folder.warc.rglob("*.warc.gz"):
        name = path.relative_to(folder.warc).as_posix()
        expected += [line.encode() for line in cdxj_lines(path, name=name)]
    found: list[bytes] = []
    wrong = []
    for path in indexes(folder):
        lines = path.read_bytes().splitlines(keepends=True)
        if lines != sorted(lines):
            wrong.append(f"{path.name} is not sorted")
        found += lines
    if sorted(found) != sorted(expected):
        wrong.append(f"{len(found)} lines for {len(expected)}")
    return wrong


def test_many_warc_files_have_few_cdxj_files(archive: Archive) -> None:
    most = 0
    for count in range(1, 3 * FAN):
        close_files(archive, 1)
        written = write_cdxj(archive.folder)
        assert written and set(written) <= set(indexes(archive.folder))
        assert faults(archive.folder) == [], f"after {count}"
        most = max(most, len(indexes(archive.folder)))
    assert most <= 2 * (FAN - 1)
    close_files(archive, FAN * FAN - 3 * FAN + 1)
    write_cdxj(archive.folder)
    [one] = indexes(archive.folder)
    assert one.name.startswith("merged-2-")
    assert faults(archive.folder) == []
    assert write_cdxj(archive.folder) == []
    with current_cdxj(archive.folder) as covering:
        assert set(covering.values()) == {one}
        assert set(covering) == {path.name for path in archive.files() if path.suffix == ".gz"}


def test_lines_of_files_that_are_gone_or_changed_go(archive: Archive) -> None:
    close_files(archive, FAN + 2)
    write_cdxj(archive.folder)
    gone, changed, alone, *_ = (archive.files()[place] for place in (0, 1, FAN))
    for path in (gone, alone):
        path.unlink()
    os.truncate(changed, changed.stat().st_size - 5)
    with current_cdxj(archive.folder) as covering:
        assert list(covering) == [archive.files()[-1].name], "what is not current is not used"
    write_cdxj(archive.folder)
    assert faults(archive.folder) == []
    assert write_cdxj(archive.folder) == []


def test_a_kill_at_any_step_leaves_what_the_next_call_puts_right(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    close_files(archive, FAN - 1)
    write_cdxj(archive.folder)
    close_files(archive, 2)
    kept = {path: path.read_bytes() for path in indexes(archive.folder)}
    manifest = archive.folder.cdxj / "files.json"
    kept[manifest] = manifest.read_bytes()
    steps = 0

    def dies_at(step: int, act: Callable) -> Callable:
        def counted(*given: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps > step:
                raise Killed
            return act(*given, **named)

        return counted

    for step in range(100):
        for path in (*indexes(archive.folder), *archive.folder.cdxj.glob("*.tmp")):
            path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        steps = 0
        with monkeypatch.context() as patched:
            for name in ("replace", "unlink", "open"):
                patched.setattr(Path, name, dies_at(step, getattr(Path, name)))
            try:
                write_cdxj(archive.folder)
                break
            except Killed:
                pass
        with current_cdxj(archive.folder) as covering:
            assert set(covering.values()) <= set(indexes(archive.folder))
        write_cdxj(archive.folder)
        assert faults(archive.folder) == [], f"killed at step {step}"
    assert step > 10


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"files": 7}', '{"files": {"x": {}}}'])
def test_a_lost_manifest_costs_work_alone(archive: Archive, broken: str) -> None:
    close_files(archive, FAN + 1)
    write_cdxj(archive.folder)
    (archive.folder.cdxj / "files.json").write_text(broken)
    with current_cdxj(archive.folder) as covering:
        assert covering == {}
    write_cdxj(archive.folder)
    assert faults(archive.folder) == []


def test_what_a_former_version_wrote_is_replaced(archive: Archive) -> None:
    archive.add(PAGE_A)
    archive.writer.close()
    old = archive.folder.cdxj / "imported" / "x.warc.gz.cdxj"
    old.parent.mkdir(parents=True)
    old.write_text("cn,gov)/ 20260301080001 {}\n")
    write_cdxj(archive.folder)
    assert not old.exists()
    assert faults(archive.folder) == []


def test_the_manifest_names_length_and_date(archive: Archive) -> None:
    close_files(archive, 1)
    write_cdxj(archive.folder)
    said = json.loads((archive.folder.cdxj / "files.json").read_text())
    [path] = [path for path in archive.files() if path.suffix == ".gz"]
    [file] = said["files"].values()
    stat = path.stat()
    assert file["covers"] == {path.name: [stat.st_size, stat.st_mtime_ns]}
