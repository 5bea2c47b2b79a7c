"""Members that say their lengths: skimmed, they give what unpacking them whole gives."""

from __future__ import annotations

import gzip
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from archive_samples import PAGE_A, PAGE_B, URL, Archive, response

from archive.capture import CapturePointer
from archive.member import SKIPPED_FROM, read_skip_lengths
from archive.rebuild import rebuild_index
from archive.walk import Damage, is_own, walk_file

BODY = random.Random(3).randbytes(9_000) + "年度报告".encode() * 3_000
Walked = list[tuple[int, int, object, bytes] | Damage]


def walked(path: Path, *, skim: bool) -> Walked:
    """Records with their blocks, and damages."""
    return [
        one
        if isinstance(one, Damage)
        else (one.offset, one.length, one.headers.fields, one.block.read())
        for one in walk_file(path, skim=skim)
    ]


@pytest.fixture
def three(archive: Archive) -> tuple[Path, CapturePointer]:
    """A file with a large record between small ones, and where the large one lies."""
    archive.add(PAGE_A)
    pointer = archive.add(response(BODY), url=URL + "?large").pointer
    archive.add(PAGE_B, url=URL + "?behind")
    archive.writer.close()
    return archive.the_file(), pointer


@pytest.mark.parametrize("size", [SKIPPED_FROM, 70_000, 3_000_000])
def test_a_large_member_says_its_lengths(archive: Archive, size: int) -> None:
    body = random.Random(1).randbytes(size // 2) + b"a" * (size - size // 2)
    pointer = archive.add(response(body)).pointer
    archive.add(PAGE_B, url=URL + "?behind")
    archive.writer.close()
    path = archive.the_file()
    member = path.read_bytes()[pointer.offset : pointer.offset + pointer.length]
    lengths = read_skip_lengths(member)
    assert lengths is not None
    assert (lengths.packed, lengths.unpacked) == (len(member), len(gzip.decompress(member)))
    assert lengths.checksum == zlib.crc32(member[lengths.packed_start :])
    # where the subfield stands by RFC 1952 and the drafts of the WARC format
    assert member[12:16] == b"sl\x08\0"
    assert struct.unpack_from("<II", member, 16) == (lengths.packed, lengths.unpacked)
    assert walked(path, skim=True) == walked(path, skim=False)
    command = [str(Path(sys.executable).with_name("warcio")), "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_small_member_says_none(archive: Archive) -> None:
    pointer = archive.add(PAGE_A).pointer
    archive.writer.close()
    content = archive.the_file().read_bytes()
    assert read_skip_lengths(content[pointer.offset :]) is None


def test_a_flipped_bit_is_found_or_harmless_as_when_unpacked(
    three: tuple[Path, CapturePointer],
) -> None:
    path, pointer = three
    whole = path.read_bytes()
    dice = random.Random(11)
    begin, end = pointer.offset, pointer.offset + pointer.length
    damaged = 0
    for place in (*range(begin, begin + 40), *dice.sample(range(begin, end), 60), end - 6, end - 1):
        torn = bytearray(whole)
        torn[place] ^= 1 << dice.randrange(8)
        path.write_bytes(torn)
        found = walked(path, skim=True)
        assert found == walked(path, skim=False), f"bit at {place - begin}"
        damaged += any(isinstance(one, Damage) for one in found)
    assert damaged > 60


@pytest.mark.parametrize("cut", [1, 4, 8, 5_000])
def test_a_torn_file_ends_as_when_unpacked(three: tuple[Path, CapturePointer], cut: int) -> None:
    path, pointer = three
    whole = path.read_bytes()
    path.write_bytes(whole[: pointer.offset + pointer.length - cut])
    found = walked(path, skim=True)
    assert found == walked(path, skim=False)
    last = found[-1]
    assert isinstance(last, Damage) and last.offset == pointer.offset


@pytest.mark.parametrize(
    "change",
    [
        lambda packed, size: (packed + 1, size),
        lambda packed, size: (packed - 1, size),
        lambda packed, size: (packed, size + 1),
        lambda packed, size: (2**32 - 1, size),
        lambda packed, size: (packed, 2**32 - 1),
        lambda packed, size: (0, 0),
    ],
)
@pytest.mark.parametrize("with_checksum", [False, True])
def test_wrong_lengths_are_not_believed(
    three: tuple[Path, CapturePointer], change: object, with_checksum: bool
) -> None:
    path, pointer = three
    content = bytearray(path.read_bytes())
    expected = walked(path, skim=False)
    begin = pointer.offset
    packed, size = change(*struct.unpack_from("<II", content, begin + 16))  # type: ignore[operator]
    struct.pack_into("<II", content, begin + 16, packed, size)
    if with_checksum:
        struct.pack_into(
            "<I", content, begin + 28, zlib.crc32(content[begin + 32 : begin + packed])
        )
    path.write_bytes(content)
    assert walked(path, skim=True) == expected


def test_lengths_cannot_hide_the_next_record(three: tuple[Path, CapturePointer]) -> None:
    """The member's field reaches to the end of the record behind it, checksum and all."""
    path, pointer = three
    expected = walked(path, skim=False)
    offsets = [one[0] for one in expected if not isinstance(one, Damage)]
    begin = pointer.offset
    target = next(place for place in offsets if place > begin + pointer.length)
    content = bytearray(path.read_bytes())
    size = struct.unpack_from("<I", content, target - 4)[0]
    checksum = zlib.crc32(content[begin + 32 : target])
    struct.pack_into("<II4sI", content, begin + 16, target - begin, size, b"nb\x04\0", checksum)
    path.write_bytes(content)
    assert walked(path, skim=True) == expected


def test_only_files_written_here_are_skimmed() -> None:
    assert is_own("nianbao-20260301080000-00000-host-1.warc.gz")
    assert not is_own("imported/0a1b-other.warc.gz")


def test_a_rebuild_finds_a_bit_that_flipped_far_inside(
    archive: Archive, three: tuple[Path, CapturePointer]
) -> None:
    path, pointer = three
    content = bytearray(path.read_bytes())
    content[pointer.offset + pointer.length - 3_000] ^= 0x10
    path.write_bytes(content)
    [stretch] = rebuild_index(archive.folder).damaged
    assert (stretch.damage.offset, stretch.damage.length) == (pointer.offset, pointer.length)
    assert [row.url for row in archive.index.iter_captures()] == [URL, URL + "?behind"]
