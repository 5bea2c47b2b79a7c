"""A package holds what the archive held, byte for byte, and the same archive gives the same."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from archive_samples import GZIPPED, NOT_MODIFIED, PAGE_A, PAGE_B, URL, Archive, chunked, response
from cdxj_indexer.main import CDXJIndexer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import index_lines, manifest, members, pack, warcs
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.importable import packing_of
from archive.importing import import_file
from archive.rebuild import IndexingReport, rebuild_index
from archive.wacz_plan import PackagePlan


def records(packed: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Id, headers and raw block of each record, as warcio reads them."""
    for record in ArchiveIterator(BytesIO(packed), no_record_parse=True):
        headers = record.rec_headers
        yield headers.get_header("WARC-Record-ID"), headers.to_str(), record.raw_stream.read()


def members_of(file: bytes) -> dict[str, bytes]:
    """The gzip member of each record by its id, as it lies in a file."""
    found, at = {}, 0
    reading = ArchiveIterator(BytesIO(file), no_record_parse=True)
    for record in reading:
        record.raw_stream.read()
        end = reading.get_record_offset() + reading.get_record_length()
        found[record.rec_headers.get_header("WARC-Record-ID")] = file[at:end]
        at = end
    return found


def test_records_are_copied_byte_for_byte(archive: Archive, tmp_path: Path) -> None:
    archive.add_everything()
    archive.writer.close()
    source = archive.the_file().read_bytes()
    assert pack(archive, tmp_path / "x.wacz") == []
    ((name, copy),) = warcs(tmp_path / "x.wacz").items()
    assert name == archive.the_file().name
    there, here = members_of(source), members_of(copy)
    assert {key: there[key] for key in here} == here, "each gzip member as it was"
    kinds = [headers.split("WARC-Type: ")[1].split()[0] for _, headers, _ in records(copy)]
    assert kinds[0] == "warcinfo"
    assert kinds.count("warcinfo") == 1
    captures = archive.index.count_captures()
    assert kinds.count("response") + kinds.count("revisit") == captures
    assert kinds.count("request") == kinds.count("metadata") == captures, "whole exchanges"
    named = {
        line.split("<")[1].split(">")[0]
        for _, headers, _ in records(copy)
        for line in headers.split("\r\n")
        if line.startswith("WARC-Concurrent-To")
    }
    assert {f"<{one}>" for one in named} <= set(here), "what they are tied to is there"


def test_the_index_is_that_of_cdxj_indexer(archive: Archive, tmp_path: Path) -> None:
    archive.add_everything()
    pack(archive, tmp_path / "x.wacz")
    ((name, copy),) = warcs(tmp_path / "x.wacz").items()
    (tmp_path / name).write_bytes(copy)
    out = StringIO()
    out.close = lambda: None  # type: ignore[method-assign]
    CDXJIndexer(out, [str(tmp_path / name)], post_append=True, sort=True).process_all()
    assert index_lines(tmp_path / "x.wacz") == out.getvalue().splitlines(keepends=True)


def test_many_lines_are_found_by_the_list(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.zipnum.LINES", 20)
    for number in range(43):
        archive.add(PAGE_A, url=f"{URL}?{number}")
    pack(archive, tmp_path / "x.wacz")
    found = members(tmp_path / "x.wacz")
    meta, *blocks = found["indexes/index.idx"].decode().splitlines()
    assert json.loads(meta.removeprefix("!meta 0 "))["filename"] == "index.cdx.gz"
    data, lines = found["indexes/index.cdx.gz"], []
    for block in blocks:
        prefix, place = block.split(" {", 1)
        place = json.loads("{" + place)
        packed = data[place["offset"] :][: place["length"]]
        assert place["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"
        lines.append(gzip.decompress(packed).decode().splitlines())
        assert lines[-1][0].startswith(prefix + " {")
    assert [len(block) for block in lines] == [20, 20, 3]
    every = [line for block in lines for line in block]
    assert every == sorted(every)


def test_the_same_captures_give_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    archive.add_everything()
    pack(archive, tmp_path / "open.wacz")  # the WARC file is still written to
    archive.writer.close()
    rows = list(archive.index.iter_captures())
    pack(archive, tmp_path / "closed.wacz", reversed(rows))
    os.utime(archive.the_file(), (0, 0))
    pack(archive, tmp_path / "again.wacz", [row.pointer.record_id for row in rows])
    first, *others = ((tmp_path / f"{n}.wacz").read_bytes() for n in ("open", "closed", "again"))
    assert [other == first for other in others] == [True, True]


def test_manifest_and_members(archive: Archive, tmp_path: Path) -> None:
    archive.add(PAGE_A)
    pack(archive, tmp_path / "x.wacz")
    said, found = manifest(tmp_path / "x.wacz"), members(tmp_path / "x.wacz")
    assert (said["profile"], said["wacz_version"]) == ("data-package", "1.1.1")
    assert said["created"] == "2026-03-01T08:00:01Z", "when the last capture was made"
    listed = {one["path"]: (one["hash"], one["bytes"]) for one in said["resources"]}
    assert listed == {
        name: (f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
        for name, content in found.items()
        if not name.startswith("datapackage")
    }
    digest = json.loads(found["datapackage-digest.json"])
    assert digest["hash"] == f"sha256:{hashlib.sha256(found['datapackage.json']).hexdigest()}"
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        stored = {i.filename for i in package.infolist() if i.compress_type == zipfile.ZIP_STORED}
        dates = {info.date_time for info in package.infolist()}
    assert stored == {
        f"archive/{archive.files()[0].name.removesuffix('.open')}",
        "indexes/index.cdx.gz",
    }
    assert dates == {(2026, 3, 1, 8, 0, 0)}, "of the data, in steps of two seconds"
    header, page = map(json.loads, found["pages/pages.jsonl"].decode().splitlines())
    assert header == {
        "format": "json-pages-1.0",
        "id": "pages",
        "title": "All Pages",
        "hasText": True,
    }
    assert (page["url"], page["ts"]) == (URL, "2026-03-01T08:00:01Z")


def test_wacz_validates_it(archive: Archive, tmp_path: Path) -> None:
    archive.add_everything()
    pack(archive, tmp_path / "x.wacz")
    command = [sys.executable, "-m", "wacz", "validate", "-f", str(tmp_path / "x.wacz")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Validation succeeded" in done.stdout  # its exit code is 0 whatever it found


def test_a_revisit_brings_its_original(archive: Archive, tmp_path: Path) -> None:
    first, revisit = archive.add(PAGE_A), archive.add(PAGE_A)
    archive.add(PAGE_B)
    pack(archive, tmp_path / "x.wacz", [revisit.pointer.record_id])
    (copy,) = warcs(tmp_path / "x.wacz").values()
    mains = [
        i for i, headers, _ in records(copy) if "WARC-Type: re" in headers and "IP-Addr" in headers
    ]
    assert mains == [f"<{first.pointer.record_id}>", f"<{revisit.pointer.record_id}>"]


def test_a_package_taken_in_gives_the_same_captures(archive: Archive, tmp_path: Path) -> None:
    archive.add_everything()
    pack(archive, tmp_path / "x.wacz")
    other = Archive(tmp_path / "other")
    for name, content in warcs(tmp_path / "x.wacz").items():
        (tmp_path / name).write_bytes(content)
        take_in(other, tmp_path / name)
    places = {"file": "", "offset": 0}
    rows = [
        [
            replace(row, pointer=replace(row.pointer, **places), request_offset=0)
            for row in each.index.iter_captures()
        ]
        for each in (archive, other)
    ]
    other.close()
    assert rows[1] == rows[0], "context, validators, oddities and all"


def test_what_cannot_be_had_is_left_out_and_named(archive: Archive, tmp_path: Path) -> None:
    first = archive.add(PAGE_A)
    archive.add(PAGE_A)
    archive.add(NOT_MODIFIED)
    other = archive.add(PAGE_B, url=URL + "?other")
    archive.writer.close()
    path = archive.the_file()
    content = bytearray(path.read_bytes())
    at = first.pointer.offset + first.pointer.length // 2
    content[at] ^= 0xFF
    path.write_bytes(content)
    left_out = pack(archive, tmp_path / "x.wacz", [*archive.index.iter_captures(), "urn:uuid:none"])
    assert len(left_out) == 4
    assert "no capture of this id" in left_out[0].why
    assert sum("its original" in one.why for one in left_out) == 2
    assert all(one.url in str(one) and one.record_id in str(one) for one in left_out)
    (copy,) = warcs(tmp_path / "x.wacz").values()
    assert f"<{other.pointer.record_id}>" in [found for found, _, _ in records(copy)]
    assert len(index_lines(tmp_path / "x.wacz")) == 1


def test_what_is_taken_down_is_not_packed(archive: Archive, tmp_path: Path) -> None:
    first = archive.add(PAGE_A)
    archive.add(PAGE_A)
    archive.add(PAGE_B, url="http://a.example.cn/down/x")
    archive.add(PAGE_B, url="http://a.example.cn/up")
    lines = f"{first.pointer.record_id}\nhttp://a.example.cn/down/*\n"
    archive.folder.suppress_file.write_text(lines, encoding="utf-8")
    (left_out,) = pack(archive, tmp_path / "x.wacz")
    assert "its original" in left_out.why, "a revisit would show what is taken down"
    (line,) = index_lines(tmp_path / "x.wacz")
    assert "example,a)/up " in line
    with PackagePlan(archive.folder, archive.index) as plan:
        assert not plan.add(first.pointer.record_id)
        assert (plan.count_taken_down(), list(plan.iter_left_out())) == (1, [])


def test_wrong_digest_is_damage(archive: Archive, tmp_path: Path) -> None:
    archive.add(PAGE_A)
    archive.add(PAGE_B, url=URL + "?other")
    archive.writer.close()
    path = archive.the_file()
    packed = members_of(path.read_bytes())
    plain = [
        gzip.decompress(member).replace(b"<p>A</p>", b"<p>B</p>") for member in packed.values()
    ]
    path.write_bytes(b"".join(gzip.compress(one, mtime=0) for one in plain))
    with PackagePlan(archive.folder, archive.index) as plan:
        assert not plan.add(next(archive.index.iter_captures()))
        (lacking,) = plan.iter_left_out()
        assert archive.the_file().name in lacking.why


def take_in(archive: Archive, file: Path) -> None:
    packing, report = packing_of(file), IndexingReport()
    import_file(archive.folder, archive.index, file, packing=packing, report=report)
    assert report.is_sound


def foreign(*, info: bool, request_first: bool, url: str) -> bytes:
    """A file of another tool."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.0")
    if info:
        writer.write_record(writer.create_warcinfo_record("f", {"software": "other"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    main = writer.create_warc_record(
        url, "response", payload=BytesIO(b"<p>other</p>"), http_headers=headers
    )
    asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "o.cn")], is_http_request=True)
    tied = {"WARC-Concurrent-To": main.rec_headers.get_header("WARC-Record-ID")}
    request = writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=tied)
    for record in (request, main) if request_first else (main, request):
        writer.write_record(record)
    return out.getvalue()


@pytest.mark.parametrize("request_first", [True, False])
def test_files_of_other_tools(archive: Archive, tmp_path: Path, request_first: bool) -> None:
    archive.add(PAGE_A)
    pieces = [
        foreign(info=info, request_first=request_first, url=f"http://o.cn/{n}")
        for n, info in enumerate((False, True, True))
    ]
    for number, content in enumerate((pieces[0] + pieces[1], pieces[2])):
        file = tmp_path / f"{'aA'[number]}.warc.gz"
        file.write_bytes(content)
        take_in(archive, file)
    assert pack(archive, tmp_path / "x.wacz") == []
    found = warcs(tmp_path / "x.wacz")
    assert len(found) == 3
    assert all("/" not in name for name in found)
    for content in pieces:
        (copy,) = (copy for copy in found.values() if content in copy)
        first = next(iter(records(copy)))
        assert "WARC-Type: warcinfo" in first[1]
        assert b"software: nianbao" not in first[2], "not to be taken for a file of ours"
    assert len(index_lines(tmp_path / "x.wacz")) == 4
    only = [row for row in archive.index.iter_captures(url="http://o.cn/1")]
    pack(archive, tmp_path / "one.wacz", only)
    (copy,) = warcs(tmp_path / "one.wacz").values()
    assert copy == pieces[1], "under the warcinfo that stands before it"


def test_a_file_that_was_taken_in_twice_as_it_grew(archive: Archive, tmp_path: Path) -> None:
    first = foreign(info=True, request_first=False, url="http://o.cn/1")
    second = foreign(info=False, request_first=False, url="http://o.cn/2")
    # of what both files hold, the one counts whose digest is less: here the first
    while hashlib.sha256(first).digest() >= hashlib.sha256(first + second).digest():
        second = foreign(info=False, request_first=False, url="http://o.cn/2")
    for name, content in (("a", first), ("b", first + second)):
        (tmp_path / f"{name}.warc.gz").write_bytes(content)
        take_in(archive, tmp_path / f"{name}.warc.gz")
    assert pack(archive, tmp_path / "x.wacz") == []
    heads = [next(records(content))[0] for content in warcs(tmp_path / "x.wacz").values()]
    assert len(heads) == 2
    assert heads[0] == heads[1], "each part under the warcinfo of both"


def test_names_that_differ_in_case_or_folder_alone(archive: Archive, tmp_path: Path) -> None:
    for folder, name in (("a", "n.warc.gz"), ("b", "N.warc.gz"), ("c", "年 ..warc.gz")):
        (archive.folder.warc / folder).mkdir()
        file = archive.folder.warc / folder / name
        file.write_bytes(foreign(info=True, request_first=False, url=f"http://o.cn/{folder}"))
    rebuild_index(archive.folder)
    pack(archive, tmp_path / "x.wacz")
    assert list(warcs(tmp_path / "x.wacz")) == ["n.warc.gz", "N-2.warc.gz", "_..warc.gz"]


def test_a_package_appears_whole_or_not_at_all(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(PAGE_A)
    target = tmp_path / "x.wacz"
    target.write_bytes(b"as it was")

    def fails(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archive.wacz_writing.os.fsync", fails)
    with pytest.raises(OSError, match="No space"):
        pack(archive, target)
    assert target.read_bytes() == b"as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "x.wacz"]


def test_nothing_and_another_name_are_refused(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no capture"):
        pack(archive, tmp_path / "x.wacz")
    archive.add(PAGE_A)
    with pytest.raises(ArchiveError, match="ends with"):
        pack(archive, tmp_path / "x.zip")


EXCHANGES = st.one_of(
    st.binary(max_size=300).map(response),
    st.lists(st.binary(min_size=1, max_size=40), max_size=4).map(lambda parts: chunked(*parts)),
    st.sampled_from([PAGE_A, PAGE_B, GZIPPED, NOT_MODIFIED]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(EXCHANGES, st.integers(0, 2)), min_size=1, max_size=8), st.data())
def test_any_capture_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, given_: list[tuple[bytes, int]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    archive = Archive(folder / "data")
    captures = [archive.add(raw, url=f"{URL}?{n}") for raw, n in given_]
    archive.writer.close()
    wanted = data.draw(st.lists(st.sampled_from(captures), min_size=1))
    assert pack(archive, folder / "x.wacz", [one.pointer.record_id for one in wanted]) == []
    (copy,) = warcs(folder / "x.wacz").values()
    there = {key: (head, block) for key, head, block in records(archive.the_file().read_bytes())}
    here = {key: (head, block) for key, head, block in records(copy)}
    assert {key: there[key] for key in here} == here
    assert {f"<{one.pointer.record_id}>" for one in wanted} <= set(here)
    assert {f"<{one.revisit_of.record_id}>" for one in wanted if one.revisit_of} <= set(here)
    archive.close()
