"""Any exchange in, the same bytes out through an import, however its file is packed on the way."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_samples import URL, Archive
from hypothesis import given, settings
from hypothesis import strategies as st
from test_archive_roundtrip import exchanges

from archive.capture import Capture
from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import import_file
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rebuild import IndexingReport


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of files are closed: only for speed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    yield


def packed(path: Path, form: str, folder: Path) -> Path:
    """The file as it is, unpacked, or packed as one gzip member."""
    if form == "by records":
        return path
    plain = gzip.decompress(path.read_bytes())
    name = path.name.removesuffix(".gz")
    made = folder / (name if form == "plain" else f"{name}.gz")
    made.write_bytes(plain if form == "plain" else gzip.compress(plain, mtime=0))
    return made


def said(capture: Capture) -> tuple[object, ...]:
    """All of a capture but where it lies."""
    original = capture.revisit_of.record_id if capture.revisit_of else None
    pointer = capture.pointer
    return (
        *(pointer.record_id, pointer.payload_digest, original, capture.captured_at),
        *(capture.request, capture.response, capture.truncated, capture.not_modified),
    )


@settings(max_examples=25, deadline=None)
@given(exchanges, st.sampled_from(["by records", "plain", "as one"]))
def test_the_bytes_of_any_exchanges_come_through_an_import(
    given_ones: list[tuple[bytes, int]], form: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        archive = Archive(here / "made")
        captures = [
            archive.writer.append(archive.exchange(received, url=f"{URL}?{number}"))
            for received, number in given_ones
        ]
        archive.writer.close()
        other, report = DataFolder(here / "other"), IndexingReport()
        other.prepare()
        with ArchiveIndex.open(other.archive_db) as index:
            for path in archive.files():
                file = packed(path, form, here)
                import_file(other, index, file, packing=packing_of(file), report=report)
            assert report.is_sound, report.damage_lines()
            reader = ArchiveReader(other, index)
            there = [one for one in captures if one is not None]
            assert index.count_captures() == len(there)
            for capture in there:
                assert said(reader.capture(capture.pointer.record_id)) == said(capture)
        archive.close()
