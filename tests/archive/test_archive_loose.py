"""Plain, one-member and ARC files: turned into files packed by records, blocks and ids kept; what
is no whole record is named and nothing else lost; bombs and made-up lengths cost little.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import resource
import struct
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from loose_samples import (
    ANSWER,
    ARC_HEAD,
    BLOCK,
    PAGE,
    SERIES,
    arc_record,
    record_id,
    warc_record,
)
from warcio.archiveiterator import ArchiveIterator

from archive import unpacking
from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.importable import Packing, packing_of
from archive.importing import Imported, import_file
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rebuild import IndexingReport
from archive.verify import verify
from archive.walk import Damage, WalkedRecord, walk_file


def taken(path: Path, data: Path) -> tuple[Imported, list[WalkedRecord | Damage]]:
    """What importing a file gives, and the records of the file that it makes."""
    folder = DataFolder(data)
    folder.prepare()
    with ArchiveIndex.open(folder.archive_db) as index:
        imported = import_file(
            folder, index, path, packing=packing_of(path), report=IndexingReport()
        )
    return imported, list(walk_file(folder.warc / imported.name))


def blocks(path: Path) -> dict[str, bytes]:
    """Block of each record of a file by its id."""
    found = {}
    for walked in walk_file(path):
        assert isinstance(walked, WalkedRecord), walked
        found[walked.headers.record_id] = walked.block.read()
    return found


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def payloads(data: Path) -> list[tuple[str, bytes]]:
    """What the archive says of each capture: its address and its payload."""
    folder = DataFolder(data)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        return [(row.url, reader.capture(row).response.body) for row in index.iter_captures()]


PACKINGS = {
    "plain": lambda content: content,
    "one member": lambda content: gzip.compress(content, mtime=0),
    "two members": lambda content: (
        gzip.compress(content[: len(content) // 3], mtime=0)
        + gzip.compress(content[len(content) // 3 :], mtime=0)
    ),
    "padded": lambda content: gzip.compress(content, mtime=0) + b"\0" * 1_000_000,
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("version", ["1.0", "1.1", "0.18"])
def test_blocks_and_ids_are_kept(packing: str, version: str, tmp_path: Path) -> None:
    content = {record_id(n): BLOCK + bytes([n]) * n * 1000 for n in range(1, 40)}
    whole = b"".join(
        warc_record(n, block, version=version) for n, block in enumerate(content.values(), 1)
    )
    path = write(tmp_path / "a.warc", PACKINGS[packing](whole))
    assert packing_of(path) is Packing.OTHERWISE
    imported, records = taken(path, tmp_path / "data")
    target = tmp_path / "data/warc" / imported.name
    found = blocks(target)
    made = set(found) - set(content)
    assert len(made) == 1, "the warcinfo alone is new"
    assert {name: found[name] for name in content} == content, "blocks by their ids"
    info = found[made.pop()].decode()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"made-from-digest: sha256:{digest}\r\n" in info, "what it was made from"
    assert imported.name == f"imported/{digest}-a.warc.gz", "known by what it was"
    assert imported.is_whole
    assert isinstance(records[0], WalkedRecord)
    assert records[0].headers.record_type == "warcinfo", "a warcinfo stands first"
    with target.open("rb") as file:
        assert len([r.rec_type for r in ArchiveIterator(file)]) == 40, "as warcio reads it"
    assert verify(DataFolder(tmp_path / "data")).is_sound


def test_the_same_file_gives_the_same_bytes_and_is_taken_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", warc_record(1) + warc_record(2))
    made = []
    for name in ("one", "two"):
        imported, _ = taken(path, tmp_path / name)
        made.append((tmp_path / name / "warc" / imported.name).read_bytes())
    assert made[0] == made[1], "deterministic"
    again, _ = taken(path, tmp_path / "one")
    assert again.was_there, "known by its bytes"
    assert len(list((tmp_path / "one/warc/imported").iterdir())) == 1, "and nothing left beside it"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r\r\n"], ids=["LF", "CRLF", "CRCRLF"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n\n\n\n"], ids=repr)
def test_line_ends_of_any_kind(newline: bytes, end: bytes, tmp_path: Path) -> None:
    loose = warc_record(1, newline=newline, end=end) + warc_record(2, newline=newline, end=end)
    imported, _ = taken(write(tmp_path / "a.warc", loose), tmp_path / "data")
    assert imported.is_whole
    assert payloads(tmp_path / "data") == [(PAGE, b"hello")] * 2


def test_members_that_lack_their_end_are_mended(tmp_path: Path) -> None:
    loose = gzip.compress(warc_record(1, end=b""), mtime=0) + gzip.compress(warc_record(2), mtime=0)
    path = write(tmp_path / "a.warc.gz", loose)
    assert packing_of(path) is Packing.OTHERWISE
    taken(path, tmp_path / "data")
    assert len(payloads(tmp_path / "data")) == 2


def test_a_torn_member_does_not_make_a_file_another(tmp_path: Path) -> None:
    members = [gzip.compress(warc_record(n, os.urandom(5000)), mtime=0) for n in (1, 2, 3)]
    torn = members[0] + members[1][:2000] + members[2]
    assert packing_of(write(tmp_path / "a.warc.gz", torn)) is Packing.BY_RECORD


def test_what_is_no_record_is_named_and_all_else_taken(tmp_path: Path) -> None:
    parts = [
        warc_record(1),
        warc_record(2, length=len(BLOCK) + 7),
        b"not a record at all\r\n\r\n",
        warc_record(3),
        warc_record(4, length=len(BLOCK) - 8),
        warc_record(5),
        warc_record(6)[:-30],
    ]
    path = write(tmp_path / "a.warc", b"".join(parts))
    imported, _ = taken(path, tmp_path / "data")
    ids = {row[0] for row in rows(tmp_path / "data", "record_id")}
    assert ids == {record_id(n) for n in (1, 3, 5)}, "what is whole"
    assert not imported.is_whole
    told = imported.left_out_lines()
    places = [len(b"".join(parts[:number])) for number in (1, 4, 6)]
    assert [line.partition(":")[0] for line in told] == [f"offset {place}" for place in places]
    left_out = "\n".join(told)
    last = blocks(tmp_path / "data/warc" / imported.name)
    assert any(b"left-out-count: 3" in block for block in last.values()), "known later too"
    assert "no record follows" in left_out


def rows(data: Path, columns: str) -> list[tuple[object, ...]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "archive.db")) as db:
        return db.execute(f"SELECT {columns} FROM captures ORDER BY ordered_at").fetchall()


def test_records_of_an_archived_archive_are_not_believed_behind_damage(tmp_path: Path) -> None:
    forged = warc_record(66, series="urn:uuid:forged") + warc_record(67, series=None)
    carrier = ANSWER + b"x" * 500 + b"\r\n" + forged
    content = (
        warc_record(1, series=SERIES)
        + warc_record(2, carrier, length=len(carrier) + 400, series=SERIES)
        + warc_record(3, series=SERIES)
    )
    taken(write(tmp_path / "a.warc", content), tmp_path / "data")
    found = {row[0] for row in rows(tmp_path / "data", "record_id")}
    assert found == {record_id(1), record_id(3)}, "of the file's own series alone"


def test_a_torn_one_member_file(tmp_path: Path) -> None:
    draw = random.Random(1)
    content = b"".join(warc_record(n, draw.randbytes(3000)) for n in range(1, 9))
    packed = gzip.compress(content, mtime=0)
    imported, _ = taken(write(tmp_path / "a.warc.gz", packed[:-5000]), tmp_path / "data")
    assert "the gzip member is torn" in imported.left_out_lines()[0]
    names = set(blocks(tmp_path / "data/warc" / imported.name))
    assert {record_id(n) for n in range(1, 7)} <= names, "what is whole in it"


# -- ARC -----------------------------------------------------------------------------------------


def test_an_arc_file(tmp_path: Path) -> None:
    arc = (
        ARC_HEAD
        + arc_record()
        + arc_record(b"2024\n1.2.3.4", url="dns:www.example.gov.cn", media_type="text/dns")
        + arc_record(b"<p>old</p>", url=PAGE + "?0.9", address="0.0.0.0")
        + arc_record(BLOCK, url=PAGE + "?a b", date="20140301000002123")
    )
    imported, records = taken(write(tmp_path / "a.arc", arc), tmp_path / "data")
    assert imported.is_whole
    assert imported.name.endswith("-a.warc.gz")
    found = [r for r in records if isinstance(r, WalkedRecord)]
    assert [r.headers.record_type for r in found] == [
        *("warcinfo", "metadata", "response", "response", "resource", "response")
    ], "types"
    page = found[2].headers
    assert page.target_uri == PAGE
    assert page.get("warc-date") == "2014-03-01T00:00:01.000000Z"
    assert page.get("warc-ip-address") == "192.0.2.7"
    assert found[4].headers.get("warc-ip-address") is None, "0.0.0.0 says that it is not known"
    assert found[5].headers.target_uri == PAGE + "?a%20b"
    assert found[5].headers.get("warc-date") == "2014-03-01T00:00:02.123000Z"
    assert sorted(payloads(tmp_path / "data")) == [
        *((PAGE, b"hello"), (PAGE + "?0.9", b"<p>old</p>"), (PAGE + "?a%20b", b"hello"))
    ]
    described = [
        r
        for r in walk_file(tmp_path / "data/warc" / imported.name)
        if isinstance(r, WalkedRecord) and r.headers.record_type == "metadata"
    ]
    assert described[0].headers.target_uri == "filedesc://a.arc", "its own description is kept"
    assert verify(DataFolder(tmp_path / "data")).is_sound


def test_an_arc_file_has_the_same_records_however_packed(tmp_path: Path) -> None:
    parts = [ARC_HEAD, arc_record(), arc_record(BLOCK + b"!", url=PAGE + "?2")]
    plain = write(tmp_path / "a.arc", b"".join(parts))
    by_record = b"".join(gzip.compress(part, mtime=0) for part in parts)
    packed = write(tmp_path / "a.arc.gz", by_record)
    assert packing_of(plain) is packing_of(packed) is Packing.ARC
    taken(plain, tmp_path / "data")
    before = rows(tmp_path / "data", "record_id")
    taken(packed, tmp_path / "data")
    assert rows(tmp_path / "data", "record_id") == before, "each record once"
    assert len(before) == 2


def test_a_damaged_arc_file(tmp_path: Path) -> None:
    draw = random.Random(2)
    parts = [
        ARC_HEAD,
        arc_record(BLOCK + draw.randbytes(4000), url=PAGE + "?1"),
        arc_record(BLOCK + draw.randbytes(4000), url=PAGE + "?2"),
        arc_record(url=PAGE + "?3", length="-1"),
        arc_record(url=PAGE + "?4", date="20141301000000"),
        arc_record(url=PAGE + "?5"),
    ]
    members = [gzip.compress(part, mtime=0) for part in parts]
    members[2] = members[2][:1500] + b"\0" * 50 + members[2][1550:]
    imported, _ = taken(write(tmp_path / "a.arc.gz", b"".join(members)), tmp_path / "data")
    urls = {row[0] for row in rows(tmp_path / "data", "url")}
    assert urls == {PAGE + "?1", PAGE + "?5"}, "what is whole"
    told = "\n".join(imported.left_out_lines())
    assert f"offset {len(members[0] + members[1])}," in told, "place of the damage"
    assert "'-1' is no number" in told
    assert "20141301000000 is no time" in told


# -- hostile input -------------------------------------------------------------------------------


def test_a_gzip_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LEAST_LIMIT", 8 * 1024 * 1024)
    zeros = warc_record(1) + warc_record(2, b"\0" * 40_000_000) + warc_record(3)
    packed = gzip.compress(zeros, mtime=0)
    assert len(zeros) > 500 * len(packed), "a bomb"
    imported, _ = taken(write(tmp_path / "a.warc.gz", packed), tmp_path / "data")
    assert [row[0] for row in rows(tmp_path / "data", "record_id")] == [record_id(1)]
    assert "as bombs do" in imported.left_out_lines()[0]
    held = sum(p.stat().st_size for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert held < 1_000_000, "bytes on disk"


def test_a_record_too_large_is_named_and_passed_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive import loose_records

    monkeypatch.setattr(loose_records, "MAX_RECORD_BYTES", 1_000_000)
    content = warc_record(1) + warc_record(2, b"v" * 3_000_000) + warc_record(3)
    imported, _ = taken(write(tmp_path / "a.warc", content), tmp_path / "data")
    names = [row[0] for row in rows(tmp_path / "data", "record_id")]
    assert names == [record_id(1), record_id(3)]
    assert "3000000 bytes" in imported.left_out_lines()[0]


@pytest.mark.parametrize(
    "content",
    [
        b"WARC/1.0\r\nA: b\r\n" * 60_000,
        warc_record(1) + warc_record(2, b"", length=10**14) * 4000,
        warc_record(1) + b"".join(warc_record(2, b"", length=3_000_000) for _ in range(4000)),
        ARC_HEAD + b"http://a/ 1.1.1.1 20010101000000 " * 100_000,
        ARC_HEAD + b"http://a/ 1.1.1.1 20010101000000 x 999999999999\n" * 15_000,
        ARC_HEAD + b"\na:" * 1_000_000,
    ],
    ids=["heads", "huge", "overlapping", "one line", "huge ARC", "schemes"],
)
def test_what_is_made_to_cost_time_does_not(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", content)
    begin = time.process_time()
    with suppress(NotImportable):
        taken(path, tmp_path / "data")
    assert time.process_time() - begin < 10, "seconds of CPU for 3 MB"


def test_a_large_record_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.warc"
    with path.open("wb") as file:
        file.write(warc_record(1, b"", length=150_000_000, end=b""))
        for _ in range(150):
            file.write(b"m" * 1_000_000)
        file.write(b"\r\n\r\n" + warc_record(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    imported, _ = taken(path, tmp_path / "data")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert imported.is_whole
    assert grown < 60_000, f"{grown} KiB more memory for a record of 150 MB"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html></html>", b"WARC/1.0\r\n", struct.pack("<I", 0x184D2A5D) + b"\0" * 20],
    ids=["empty", "HTML", "a version alone", "zstd dictionary"],
)
def test_what_holds_no_record_is_refused_by_its_name(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", content)
    with pytest.raises(NotImportable, match=r"a\.warc"):
        taken(path, tmp_path / "data")
    assert not list((tmp_path / "data").rglob("*.gz")), "nothing stored"
    assert not list((tmp_path / "data").rglob("*.tmp")), "nothing left"


def test_zstd_is_unpacked(tmp_path: Path) -> None:
    if not unpacking.can_unpack_zstd():
        pytest.skip("no zstd in this Python")
    zstd = unpacking._zstd()
    whole = zstd.compress(warc_record(1)) + zstd.compress(warc_record(2))
    imported, _ = taken(write(tmp_path / "a.warc.zst", whole), tmp_path / "data")
    assert imported.name.endswith("-a.warc.gz")
    assert payloads(tmp_path / "data") == [(PAGE, b"hello")] * 2
    torn, _ = taken(write(tmp_path / "b.warc.zst", whole[:-9]), tmp_path / "data2")
    assert not torn.is_whole
    assert len(payloads(tmp_path / "data2")) == 1


def test_zstd_that_cannot_be_unpacked_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "_zstd", lambda: None)
    with pytest.raises(NotImportable, match="zstd -d"):
        packing_of(write(tmp_path / "a.warc.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 20))


def test_warcio_reads_back_what_was_packed_as_one(tmp_path: Path) -> None:
    content = warc_record(1) + warc_record(2, BLOCK + b"x")
    imported, _ = taken(write(tmp_path / "a.warc", content), tmp_path / "data")
    given = []
    for source in (BytesIO(content), (tmp_path / "data/warc" / imported.name).open("rb")):
        with source:
            given.append(
                [
                    (r.rec_headers.get_header("WARC-Record-ID"), r.raw_stream.read())
                    for r in ArchiveIterator(source)
                    if r.rec_type == "response"
                ]
            )
    assert given[0] == given[1], "ids and bytes as warcio gives them"
