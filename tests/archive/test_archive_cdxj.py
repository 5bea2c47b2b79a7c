from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from archive_samples import PAGE_A, URL, Archive, response
from cdxj_indexer.main import CDXJIndexer

from archive.cdxj import cdxj_lines
from archive.cdxj_files import write_cdxj


def oracle_lines(path: Path) -> list[str]:
    out = StringIO()
    out.close = lambda: None  # type: ignore[method-assign]
    CDXJIndexer(out, [str(path)], post_append=True, sort=True).process_all()
    return out.getvalue().splitlines(keepends=True)


def test_lines_are_those_of_cdxj_indexer(archive: Archive) -> None:
    archive.add_everything()
    urls = ["?b=2&a=1", "/", "//x/../y?", "?q=年报 报", "?x=%E5%B9%B4&X", ";jsessionid=1", "?a&a="]
    for number, tail in enumerate(urls):
        archive.add(response(b"%d" % number, headers=()), url="https://www.例え.cn:8443" + tail)
    for number, mime in enumerate(
        [b"text/html;charset=gbk", b"TEXT/Plain ; x", b"", b"a b", "文本".encode(), b"\xff/x"]
    ):
        archive.add(
            response(b"m%d" % number, headers=(b"Content-Type: " + mime,)), url=f"{URL}?m{number}"
        )
    for body, mime in [
        (b"a=%E5%B9%B4+x&b=%FF", b"application/x-www-form-urlencoded"),
        (b"a=\xff", b"application/x-www-form-urlencoded"),
        (
            b'{"a": [1, 1.5, null, true, {"b": "\xe5\xb9\xb4"}], "a2": "", "b": 2}',
            b"application/json",
        ),
        (b'{"a": 1}\n{"a": 2}', b"application/json"),
        (b"[1, 2]", b"application/json"),
        (b"{broken", b"application/json"),
        (b'{"k": "v"}', b"text/plain"),
        (b"words", b"text/plain"),
        (b"", b"text/plain"),
        (b"x=" + b"y" * 6000, b"application/x-www-form-urlencoded"),
        (b"\x00\x01", b""),
    ]:
        archive.add_post(body, mime, url=URL + "?post")
        archive.add_post(body, mime, url=URL + "?post")  # a revisit
    archive.writer.close()
    expected = oracle_lines(archive.the_file())
    assert len(expected) > 40
    assert list(cdxj_lines(archive.the_file())) == expected
    assert list(cdxj_lines(archive.the_file(), skim=True)) == expected, "as of our own files"


def test_the_command_gives_the_same_lines(archive: Archive) -> None:
    archive.add_everything()
    archive.writer.close()
    command = [sys.executable, "-m", "cdxj_indexer.main", "-p", "-s", str(archive.the_file())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "".join(cdxj_lines(archive.the_file())) == done.stdout


def test_closed_files_get_their_cdxj_once(archive: Archive) -> None:
    archive.add(PAGE_A)
    assert write_cdxj(archive.folder) == [], "an open file has none yet"
    archive.writer.close()
    [written] = write_cdxj(archive.folder)
    assert written.name == archive.the_file().name + ".cdxj"
    key, moment, fields = written.read_text().rstrip("\n").split(" ", 2)
    assert (key, moment) == ("cn,gov,example)/nb/2025.html", "20260301080001")
    assert json.loads(fields)["filename"] == archive.the_file().name
    assert write_cdxj(archive.folder) == []


@pytest.mark.parametrize("mark", [b"\xe2\x80\xa8", b"\xc2\x85"])
def test_lines_are_sorted_by_bytes(archive: Archive, mark: bytes) -> None:
    for tail in ("b", "a", "a/" + mark.decode(), "A?x", "%7f"):
        archive.add(url="http://h.cn/" + tail)
    archive.writer.close()
    lines = [line.encode() for line in cdxj_lines(archive.the_file())]
    assert lines == sorted(lines)
    assert len(lines) == 5
