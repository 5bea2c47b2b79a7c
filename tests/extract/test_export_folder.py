"""A folder of exported files is whole, or holds no manifest, at whatever step it was left."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from extract.errors import ExtractError
from extract.export_folder import ExportFolder, read_manifest


class Killed(BaseException):
    """The process ends here."""


def write(target: Path, text: str) -> None:
    folder = ExportFolder(target)
    for name in ("a.csv", "b.csv", "c.csv"):
        folder.write_text(name, f"{name} {text}")
    folder.finish({"title": text})


def is_whole(target: Path, text: str) -> bool:
    manifest = read_manifest(target)
    digests = {file["name"]: file["sha256"] for file in manifest["files"]}
    return manifest["title"] == text and digests == {
        name: hashlib.sha256((target / name).read_bytes()).hexdigest()
        for name in ("a.csv", "b.csv", "c.csv")
    }


@pytest.mark.parametrize("step", range(1, 5))
def test_killed_at_any_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    write(tmp_path, "old")
    replace, done = Path.replace, 0

    def until_killed(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done == step:
            raise Killed
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", until_killed)
        with pytest.raises(Killed):
            write(tmp_path, "new")
    with pytest.raises(ExtractError, match="holds no whole export"):
        read_manifest(tmp_path)
    write(tmp_path, "again")
    assert is_whole(tmp_path, "again")
    assert len(list(tmp_path.iterdir())) == 4


def test_killed_before_the_renames_the_former_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "old")

    def killed(self: Path, **_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(Killed):
            write(tmp_path, "new")
    assert is_whole(tmp_path, "old")


def test_a_manifest_takes_nothing_away_outside_of_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    manifest = json.loads((target / "manifest.json").read_text())
    manifest["files"] += [{"name": "../mine.txt"}, {"name": str(mine)}, {"name": 7}, "x"]
    (target / "manifest.json").write_text(json.dumps(manifest))
    write(target, "new")
    assert mine.read_text() == "mine"
    assert is_whole(target, "new")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', "\0"])
def test_what_is_no_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ExtractError, match=r"manifest\.json"):
        read_manifest(tmp_path)
    assert read_manifest(tmp_path, lenient=True) == {}
