"""Any exchange in, the same bytes out: through the writer, files that roll over, and any reader."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_samples import NOT_MODIFIED, URL, Archive, chunked, response
from fastwarc.warc import WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st
from other_tools import (
    blocks_by_fastwarc,
    indexed_by_cdxj_indexer,
    refused_by_fastwarc,
    refused_by_warcio,
)

from archive.cdxj import cdxj_lines
from archive.rebuild import rebuild_index
from archive.verify import verify

names = st.sampled_from([b"Content-Type", b"x-ODD", b"ETag", b"set-cookie", b"Content-Encoding"])
values = st.binary(max_size=20).map(lambda value: value.translate(None, b"\r\n"))
bodies = st.binary(max_size=300) | st.sampled_from([b"", b"<p>A</p>", b"x" * 5000])
whole = st.builds(
    lambda fields, body: response(
        body, headers=[name + b": " + value for name, value in fields], length=False
    ),
    st.lists(st.tuples(names, values), max_size=4),
    bodies,
)
in_chunks = st.lists(st.binary(min_size=1, max_size=40), max_size=4).map(lambda c: chunked(*c))
garbage = st.binary(min_size=1, max_size=60).filter(lambda raw: not raw.startswith(b"HTTP/"))
exchanges = st.lists(
    st.tuples(whole | in_chunks | garbage | st.just(NOT_MODIFIED), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of files are closed: only for speed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    yield


@settings(max_examples=30, deadline=None)
@given(exchanges, st.sampled_from([1, 2500, 1_000_000]))
def test_the_bytes_of_any_exchanges_come_back(
    given_ones: list[tuple[bytes, int]], max_bytes: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder), max_bytes=max_bytes)
        captures, unread = [], []
        for received, number in given_ones:
            exchange = archive.exchange(received, url=f"{URL}?{number}")
            capture = archive.writer.append(exchange)
            if capture is None:
                unread.append(received)
            else:
                captures.append((received, capture))
        archive.writer.close()
        assert max_bytes > 1 or len(archive.files()) == len(given_ones)
        for received, capture in captures:
            assert archive.reader.capture(capture.pointer.record_id) == capture
            if capture.revisit_of is None:
                path = archive.folder.warc / capture.pointer.file
                blocks = blocks_by_fastwarc(path, WarcRecordType.response)
                assert blocks[capture.pointer.offset] == received
        kept = [
            block
            for path in archive.files()
            for block in blocks_by_fastwarc(path, WarcRecordType.resource).values()
        ]
        assert kept == unread, "what is no HTTP is kept as it came, in order"
        before = archive.rows()
        assert rebuild_index(archive.folder).is_sound
        assert archive.rows() == before
        report = verify(archive.folder)
        assert report.is_sound, report.lines()
        archive.close()


def test_other_tools_refuse_the_chunked_records_and_no_others(archive: Archive) -> None:
    archive.max_bytes = 9000
    archive.writer = archive.new_writer()
    archive.add_everything()
    archive.add(chunked(b"one", b"two"), url=URL + "?another")
    archive.writer.close()
    assert len(archive.files()) >= 3
    chunked_ones = {
        (row.pointer.file, row.pointer.offset)
        for row in archive.index.iter_captures()
        if row.url in (URL + "?chunked", URL + "?another")
    }
    assert len(chunked_ones) == 2
    for refused in (refused_by_warcio, refused_by_fastwarc):
        found = {(path.name, place) for path in archive.files() for place in refused(path)}
        assert found == chunked_ones, refused.__name__
    for path in archive.files():
        assert indexed_by_cdxj_indexer(path) == [line.rstrip("\n") for line in cdxj_lines(path)]
