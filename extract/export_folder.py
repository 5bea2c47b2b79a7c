"""A folder of exported files that is replaced as one: the former export stays, or the new is whole.

Files are written beside their names (``.part``) and renamed when all are whole; the manifest, which
names them with their digests, goes away before and comes last. So a folder with a manifest holds
what the manifest says, and one without holds no export.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from extract.errors import ExtractError
from extract.export import make_target

MANIFEST = "manifest.json"
_PART = ".part"


class ExportFolder:
    """The files of one export while they are written."""

    def __init__(self, target: Path) -> None:
        """Makes the folder. Raises ExtractError when it cannot be made."""
        make_target(target)
        self.target = target
        self._names: list[str] = []
        for left in target.glob(f"*{_PART}*"):  # of an export that was killed
            left.unlink()

    def path(self, name: str) -> Path:
        """Where to write a file that will have this name."""
        self._names.append(name)
        return self.target / f"{name}{_PART}"

    def write_text(self, name: str, text: str) -> None:
        """Writes a small file."""
        self.path(name).write_text(text, encoding="utf-8", newline="\n")

    def finish(self, manifest: dict[str, Any]) -> list[str]:
        """Puts the files in place with a manifest of them; returns names of files of a former
        export that this one lacks, which are taken away.
        """
        files = [_described(self.target / f"{name}{_PART}", name) for name in sorted(self._names)]
        former = read_manifest(self.target, lenient=True)
        whole = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=1) + "\n"
        with (self.target / f"{MANIFEST}{_PART}").open("w", encoding="utf-8") as out:
            out.write(whole)
            out.flush()
            os.fsync(out.fileno())
        (self.target / MANIFEST).unlink(missing_ok=True)
        for name in self._names:
            (self.target / f"{name}{_PART}").replace(self.target / name)
        gone = sorted(_names_in(former) - set(self._names))
        for name in gone:
            (self.target / name).unlink(missing_ok=True)
        _sync(self.target)
        (self.target / f"{MANIFEST}{_PART}").replace(self.target / MANIFEST)
        _sync(self.target)
        return gone

    def abandon(self) -> None:
        """Takes away what was written, after an error; the former export stays."""
        for left in self.target.glob(f"*{_PART}*"):
            left.unlink(missing_ok=True)


def read_manifest(folder: Path, *, lenient: bool = False) -> dict[str, Any]:
    """The manifest of an export. Raises ExtractError where there is none that can be read; with
    ``lenient`` it is empty then.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("files"), list):
            return found
    except (OSError, ValueError) as error:
        if not lenient:
            raise ExtractError(
                f"{folder} holds no whole export: {MANIFEST} cannot be read ({error}); give the "
                "folder of an export with --format csv"
            ) from error
    if lenient:
        return {}
    raise ExtractError(f"{folder / MANIFEST} is no manifest of an export; give another folder")


def _names_in(manifest: dict[str, Any]) -> set[str]:
    """Names of files in the folder itself: nothing outside of it is ever taken away."""
    names = {file.get("name") for file in manifest.get("files", []) if isinstance(file, dict)}
    return {name for name in names if isinstance(name, str) and Path(name).name == name}


def _described(path: Path, name: str) -> dict[str, str | int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return {"name": name, "bytes": path.stat().st_size, "sha256": digest}


def _sync(folder: Path) -> None:
    """Makes renames last through a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
