"""Captures out of the archive: bytes compared with what was served, text, citation, and times."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess

import pytest
from nianbao_process import Nianbao, copy_site, served
from warcio.archiveiterator import ArchiveIterator

from crawler.captures_shown import moment
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode

LISTING = "zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nianbao, str, bytes, bytes]:
    """A page captured, edited, captured, and captured again unchanged: its address and bytes."""
    folder = tmp_path_factory.mktemp("captures")
    site, nianbao = copy_site(folder), Nianbao(folder / "data")
    with served(site, "127.0.4.61") as portal:
        nianbao.configure("sample", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "sample")
        page = next(p for p in site.rglob("t*.html") if "8562条".encode() in p.read_bytes())
        before = page.read_bytes()
        page.write_bytes(before.replace("8562条".encode(), "8563条".encode()))
        nianbao.run("crawl", "sample", "--full")
        nianbao.run("crawl", "sample", "--full")
        url = portal.url.rstrip("/") + "/" + page.relative_to(site).as_posix()
    return nianbao, url, before, page.read_bytes()


def listed(nianbao: Nianbao, url: str) -> list[dict[str, object]]:
    lines = nianbao.run("capture", url, "--json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def payload(nianbao: Nianbao, *arguments: str) -> bytes:
    return subprocess.run(
        nianbao.command("capture", *arguments), check=True, capture_output=True, timeout=60
    ).stdout


def test_each_capture_is_listed_and_given_by_its_id(edited) -> None:
    nianbao, url, before, after = edited
    rows = listed(nianbao, url)
    assert [row["record_type"] for row in rows] == ["response", "response", "revisit"], "captures"
    given = [payload(nianbao, str(row["record_id"]), "--as", "payload") for row in rows]
    assert given == [before, after, after], "payloads, the revisit's its original's"
    for row, body in zip(rows[:2], given, strict=False):
        digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
        assert row["payload_digest"] == f"sha1:{digest}", "digest of the payload"


def test_captures_are_listed_by_the_digest_of_their_payload(edited) -> None:
    nianbao, url, before, after = edited
    for body, kinds in ((before, ["response"]), (after, ["response", "revisit"])):
        digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
        rows = listed(nianbao, f"sha1:{digest}")
        assert [(row["url"], row["record_type"]) for row in rows] == [(url, kind) for kind in kinds]
    done = nianbao.run("capture", "sha1:" + "A" * 32, code=ExitCode.BAD_INPUT)
    assert "sha1:AAAA" in done.stderr


def test_the_latest_and_the_nearest(edited) -> None:
    nianbao, url, before, after = edited
    assert payload(nianbao, url, "--as", "payload") == after, "without a time the latest"
    assert payload(nianbao, url, "--at", "2000-01-01", "--as", "payload") == before, "the nearest"


def test_a_record_stands_as_in_its_file(edited) -> None:
    nianbao, url, before, _ = edited
    row = listed(nianbao, url)[0]
    record = payload(nianbao, str(row["record_id"]), "--as", "record")
    with (nianbao.data / "warc" / str(row["warc_file"])).open("rb") as file:
        file.seek(int(str(row["warc_offset"])))
        first = next(iter(ArchiveIterator(file, no_record_parse=True)))
        block = first.raw_stream.read()
    assert record.startswith(b"WARC/1.1\r\n"), "version line"
    assert record.endswith(block + b"\r\n\r\n"), "block as another library reads it"
    assert before in record, "the page"


def test_text_and_citation(edited) -> None:
    nianbao, url, *_ = edited
    assert "8563条" in payload(nianbao, url, "--as", "text").decode(), "text of the page"
    first, _, last = listed(nianbao, url)
    said = payload(nianbao, str(first["record_id"]), "--as", "citation").decode()
    for part in ("captured_at", "record_id", "payload_digest", "warc_file", "url"):
        assert str(first[part]) in said, f"{part} in the citation"
    said = payload(nianbao, str(last["record_id"]), "--as", "citation").decode()
    assert str(last["refers_to"]) in said, "a revisit's citation names the record of its bytes"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("http://127.0.4.61/none", "--as", "payload"), "no capture of"),
        (("urn:uuid:00000000-0000-0000-0000-000000000000",), "no capture of"),
        (("http://127.0.4.61/", "--at", "yesterday", "--as", "text"), "is no time"),
        (("http://127.0.4.61/", "--at", "2026-01-01"), "--as"),
    ],
)
def test_what_cannot_be_given_is_said(edited, arguments: tuple[str, ...], part: str) -> None:
    done = edited[0].run("capture", *arguments, code=ExitCode.BAD_INPUT)
    assert part in done.stderr, "the reason"
    assert not done.stdout, "nothing on stdout"


def test_moments() -> None:
    same = moment("2026-11-25T08:30:00+08:00")
    assert same == moment("20261125003000") == moment("2026-11-25T00:30:00"), "three ways to write"
    with pytest.raises(CrawlerError, match="is no time"):
        moment("20261345")
