"""Verify, mend, rebuild: what they find in, and make of, damaged archives."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest
from archive_samples import (
    GET,
    NOT_MODIFIED,
    PAGE_A,
    PAGE_B,
    RUN_START,
    URL,
    Archive,
    chunked,
    response,
)
from isal import isal_zlib

from archive.errors import DamagedRecord, NewerSchema, RecordNotFound
from archive.index import ArchiveIndex
from archive.member import MAX_RECORD_BYTES, read_member
from archive.mend import mend
from archive.rebuild import rebuild_index
from archive.verify import Problem, VerifyReport, verify
from archive.walk import Damage, WalkedRecord, walk_file


def problems(report: VerifyReport) -> set[Problem]:
    return {finding.problem for finding in report.findings}


def walk(path: Path) -> tuple[list[WalkedRecord], list[Damage]]:
    parts = list(walk_file(path))
    return (
        [part for part in parts if isinstance(part, WalkedRecord)],
        [part for part in parts if isinstance(part, Damage)],
    )


def content_of(member: bytes) -> bytes | None:
    """By the standard library; None for a member that is not whole."""
    try:
        return zlib.decompress(member, wbits=31)
    except zlib.error:
        return None


def test_a_sound_archive_has_no_findings(archive: Archive) -> None:
    archive.add_everything()
    while_open = verify(archive.folder)
    archive.writer.close()
    report = verify(archive.folder)
    assert report.is_sound, report.lines()
    assert while_open.is_sound, while_open.lines()
    records, _ = walk(archive.the_file())
    assert report.records == len(records) == while_open.records
    assert report.stored_bytes == archive.the_file().stat().st_size


def test_an_empty_folder_is_sound(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.close()
    assert verify(archive.folder).is_sound
    assert rebuild_index(archive.folder).is_sound


def test_every_flipped_bit_is_found_and_costs_no_other_record(archive: Archive) -> None:
    captures = [archive.add(PAGE_A), archive.add(chunked(b"abc"), url=URL + "?2")]
    archive.writer.close()
    path = archive.the_file()
    whole = path.read_bytes()
    records, _ = walk(path)
    rng = random.Random(7)
    found = 0
    for record in records:
        begin, end = record.offset, record.offset + record.length
        for place in rng.sample(range(begin + 10, end), 12):
            torn = bytearray(whole)
            torn[place] ^= 1 << rng.randrange(8)
            path.write_bytes(torn)
            report = verify(archive.folder)
            named = [f.offset for f in report.findings if f.problem is Problem.DAMAGED]
            # some bits of a deflate stream stand for nothing (padding, unused codes)
            harmless = content_of(bytes(torn[begin:end])) == content_of(whole[begin:end])
            assert named == ([] if harmless else [begin]), f"bit at {place}"
            changed = [f.file for f in report.findings if f.problem is Problem.FILE_CHANGED]
            assert changed == [path.name], "the ledger sees any bit"
            assert report.records == len(records) - (not harmless), "none other is lost"
            for capture in captures:
                pointer, asked = capture.pointer, capture.pointer.offset + capture.pointer.length
                if begin not in (pointer.offset, asked):  # record and request of this one
                    assert archive.reader.capture(pointer.record_id) == capture
            found += not harmless
    assert found > 70
    path.write_bytes(whole)
    assert verify(archive.folder).is_sound


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<p>A</p>", b"<p>X</p>", "block"),
        (b"WARC-Block-Digest: sha1:", b"WARC-Block-Digest: sha1:A", "block"),
        (b"WARC-Payload-Digest: sha1:", b"WARC-Payload-Digest: sha1:A", "payload"),
    ],
)
def test_a_changed_record_in_a_whole_member_is_found(
    archive: Archive, old: bytes, new: bytes, said: str
) -> None:
    capture = archive.add(PAGE_A)
    archive.writer.close()
    path = archive.the_file()
    packed = path.read_bytes()
    begin, end = capture.pointer.offset, capture.pointer.offset + capture.pointer.length
    content, _ = read_member(packed[begin:end])
    assert old in content
    forged = isal_zlib.compress(content.replace(old, new), 2, 31)
    path.write_bytes(packed[:begin] + forged + packed[end:])
    report = verify(archive.folder)
    wrong = [f for f in report.findings if f.problem is Problem.WRONG_DIGEST]
    assert wrong and wrong[0].offset == begin
    assert wrong[0].record_id == capture.pointer.record_id
    assert said in wrong[0].message
    assert path.name in str(wrong[0])


def test_index_and_files_are_compared_in_both_directions(archive: Archive) -> None:
    archive.add_everything()
    archive.writer.close()
    db = sqlite3.connect(archive.folder.archive_db, isolation_level=None)
    [lost] = db.execute("SELECT record_id FROM captures WHERE url LIKE '%302'").fetchone()
    db.execute("DELETE FROM captures WHERE record_id = ?", (lost,))
    db.execute("UPDATE captures SET url = 'http://forged/' WHERE url LIKE '%gzip'")
    db.execute("UPDATE failures SET record_id = 'urn:uuid:invented' WHERE reason = 'timeout'")
    db.close()
    report = verify(archive.folder)
    assert problems(report) == {
        *(Problem.NOT_INDEXED, Problem.INDEX_DIFFERS, Problem.RECORD_MISSING)
    }
    assert lost in {f.record_id for f in report.findings if f.problem is Problem.NOT_INDEXED}
    rebuild_index(archive.folder)
    assert verify(archive.folder).is_sound


def test_a_missing_file_and_a_missing_original_are_named(archive: Archive) -> None:
    first = archive.add(PAGE_A)
    archive.add(PAGE_A, seconds=24 * 3600)
    archive.writer.close()
    (archive.folder.warc / first.pointer.file).unlink()
    report = verify(archive.folder)
    assert problems(report) == {
        *(Problem.RECORD_MISSING, Problem.ORIGINAL_MISSING, Problem.FILE_MISSING)
    }
    assert any(first.pointer.record_id in str(finding) for finding in report.findings)
    archive.folder.archive_db.unlink()
    assert Problem.NO_INDEX in problems(verify(archive.folder))


def test_a_file_cut_at_any_byte_of_its_last_record_loses_that_alone(archive: Archive) -> None:
    captures = [archive.add(PAGE_A), archive.add(PAGE_B)]
    archive.writer.close()
    path = archive.the_file()
    records, _ = walk(path)
    last, whole = records[-1], path.read_bytes()
    for size in range(len(whole) - 1, last.offset - 1, -1):
        os.truncate(path, size)
        report = verify(archive.folder)
        found = {(f.problem, f.offset) for f in report.findings}
        assert (Problem.FILE_CHANGED, None) in found, size
        assert ((Problem.DAMAGED, last.offset) in found) == (size > last.offset), size
        assert report.records == len(records) - 1
        assert all(f.file == path.name for f in report.findings)
    for capture in captures:
        assert archive.reader.capture(capture.pointer.record_id) == capture


# -- mend ---------------------------------------------------------------------------------------


def cut_copy(source: Archive, target: Path, size: int) -> Archive:
    """The open file of an archive, cut, in a data folder of its own whose index is empty."""
    empty = source.folder.root / "empty.db"
    if not empty.exists():  # made once: that takes longer than all else
        ArchiveIndex.open(empty).close()
    target.mkdir()
    shutil.copy(empty, target / "archive.db")
    copy = Archive(target)
    [path] = source.files()
    (copy.folder.warc / path.name).write_bytes(path.read_bytes()[:size])
    return copy


def test_a_tail_torn_at_any_byte_of_the_last_record_is_moved_aside(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = archive.add(PAGE_A)
    archive.add(PAGE_B, sent=b"")
    monkeypatch.setattr(os, "fsync", lambda _: None)  # hundreds of folders: only for speed
    [path] = archive.files()
    records, _ = walk(path)
    last = records[-1]
    whole = path.read_bytes()
    for size in range(last.offset + 1, len(whole)):
        copy = cut_copy(archive, tmp_path / str(size), size)
        report = mend(copy.folder, copy.index, now=lambda: archive.clock)
        [torn] = report.torn
        assert (torn.offset, torn.length) == (last.offset, size - last.offset)
        assert torn.moved_to.read_bytes() == whole[last.offset : size]
        closed = copy.folder.warc / path.name.removesuffix(".open")
        assert closed.read_bytes() == whole[: last.offset]
        assert copy.reader.capture(capture.pointer.record_id) == capture
        assert copy.index.count_captures() == 2, "the response is kept, without its metadata"
        assert mend(copy.folder, copy.index).lines() == [], "once is enough"
        copy.close()
    assert verify(copy.folder).is_sound


def test_an_unfinished_exchange_keeps_its_response(archive: Archive, tmp_path: Path) -> None:
    archive.add(PAGE_A)
    [path] = archive.files()
    records, _ = walk(path)
    copy = cut_copy(archive, tmp_path / "copy", records[2].offset)
    mend(copy.folder, copy.index)
    [row] = copy.index.iter_captures()
    assert (row.url, row.context.run_id, row.oddities) == (URL, "", ("no_metadata",))
    assert copy.reader.capture(row).response.body == b"<p>A</p>"
    copy.clock = archive.clock
    again = copy.add(PAGE_A)
    assert again.revisit_of is None, "it would be read as what no portal asked for"
    assert copy.add(PAGE_A).revisit_of == again.pointer
    copy.close()


def test_an_unfinished_exchange_without_response_is_a_failure(
    archive: Archive, tmp_path: Path
) -> None:
    archive.writer.append(archive.exchange(b"garbage"))
    archive.writer.append(archive.exchange(b""))
    [path] = archive.files()
    records, _ = walk(path)
    for name, size in (("a", records[2].offset), ("b", records[-1].offset)):
        copy = cut_copy(archive, tmp_path / name, size)
        mend(copy.folder, copy.index)
        assert list(copy.index.iter_captures()) == []
        failures = list(copy.index.iter_failures())
        assert failures[-1].url == URL
        assert "ended before" in failures[-1].text
        assert rebuild_index(copy.folder).is_sound
        assert verify(copy.folder).is_sound
        copy.close()


def test_nothing_whole_leaves_no_file(archive: Archive, tmp_path: Path) -> None:
    archive.add()
    for size in (0, 100):
        copy = cut_copy(archive, tmp_path / str(size), size)
        report = mend(copy.folder, copy.index)
        assert len(report.torn) == (1 if size else 0)
        assert [path.suffix for path in copy.files() if path.name.endswith(".warc.gz")] == []
        copy.close()


def test_mending_takes_in_what_the_index_lacks(archive: Archive) -> None:
    archive.add_everything()
    expected = archive.rows()
    archive.close()
    archive.folder.archive_db.unlink()
    with ArchiveIndex.open(archive.folder.archive_db) as index:
        report = mend(archive.folder, index)
        assert report.indexed == [archive.the_file().name]
        assert list(index.iter_captures()) == expected[0]
        assert list(index.iter_failures()) == expected[1]
        assert mend(archive.folder, index).lines() == []


def test_rows_whose_records_a_power_failure_lost_are_forgotten(archive: Archive) -> None:
    kept = archive.add(PAGE_A)
    archive.add(PAGE_B)
    archive.writer.append(archive.exchange(b""))
    [path] = archive.files()
    _, second = (row.pointer for row in archive.index.iter_captures())
    archive.writer = archive.new_writer()  # the other one is lost with the power
    os.truncate(path, second.offset + 5)
    report = mend(archive.folder, archive.index)
    assert report.indexing.forgotten == 2
    assert [row.pointer for row in archive.index.iter_captures()] == [kept.pointer]
    assert archive.index.count_failures() == 0
    assert verify(archive.folder).is_sound
    assert mend(archive.folder, archive.index).lines() == []


def test_only_what_is_not_indexed_is_read(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(PAGE_A)
    lost = archive.exchange(PAGE_B)
    with monkeypatch.context() as patched:
        patched.setattr(archive.index, "store", lambda *_, **__: None)
        archive.writer.append(lost)
    archive.writer = archive.new_writer()  # the other one was killed
    [path] = archive.files()
    [known] = archive.index.indexed_files().values()
    damaged = bytearray(path.read_bytes())
    damaged[known - 50] ^= 0xFF  # would be noticed if it were read again
    path.write_bytes(damaged)
    report = mend(archive.folder, archive.index)
    assert report.indexing.is_sound
    assert archive.index.count_captures() == 2


# -- rebuild ------------------------------------------------------------------------------------


def test_a_rebuilt_index_equals_the_one_written_live(tmp_path: Path) -> None:
    archive = Archive(tmp_path, max_bytes=6000)
    archive.add_everything()
    archive.writer.close()
    assert len(archive.files()) > 3
    live = archive.rows()
    files = archive.index.indexed_files()
    report = rebuild_index(archive.folder)
    assert report.is_sound, report.lines()
    assert archive.rows() == live, "seen through a connection that was open all the while"
    assert archive.index.indexed_files() == files
    assert (report.captures, report.failures, report.runs) == (14, 4, 1)
    archive.index.close()
    archive.folder.archive_db.unlink()
    rebuild_index(archive.folder)
    archive.index = ArchiveIndex.open(archive.folder.archive_db)
    assert archive.rows() == live
    archive.close()


def test_a_damaged_record_costs_itself_alone(archive: Archive) -> None:
    captures = [archive.add(response(b"%d" % n), url=f"{URL}?{n}") for n in range(5)]
    archive.writer.close()
    path = archive.the_file()
    victim = captures[2].pointer
    content = bytearray(path.read_bytes())
    content[victim.offset + 30 : victim.offset + 60] = bytes(30)
    path.write_bytes(content)
    report = rebuild_index(archive.folder)
    [stretch] = report.damaged
    assert (stretch.damage.offset, stretch.damage.length) == (victim.offset, victim.length)
    assert not stretch.damage.at_end
    assert path.name in report.lines()[0]
    left = [row.url for row in archive.index.iter_captures()]
    assert left == [f"{URL}?{n}" for n in (0, 1, 3, 4)]
    with pytest.raises(RecordNotFound):
        archive.reader.capture(victim.record_id)


def test_what_belonged_to_a_damaged_record_makes_no_row(archive: Archive) -> None:
    capture = archive.add(PAGE_A)
    archive.writer.append(archive.exchange(b""))
    archive.writer.close()
    path = archive.the_file()
    content = bytearray(path.read_bytes())
    content[capture.pointer.offset] ^= 0xFF
    path.write_bytes(content)
    rebuild_index(archive.folder)
    assert archive.index.count_captures() == 0
    [failure] = archive.index.iter_failures()
    assert failure.failed_at == archive.clock, "the other exchange's"


def test_records_inside_a_payload_are_not_believed(archive: Archive, tmp_path: Path) -> None:
    other = Archive(tmp_path / "evil")
    other.add(response(b"forged"), url="http://forged.example/")
    other.writer.close()
    evil = other.the_file().read_bytes()
    other.close()
    capture = archive.add(response(evil), url=URL + "?warc")
    archive.add(PAGE_B)
    archive.writer.close()
    path = archive.the_file()
    content = path.read_bytes()
    begin, end = capture.pointer.offset, capture.pointer.offset + capture.pointer.length
    # as a stored deflate block would hold it, with the member's beginning damaged
    path.write_bytes(content[:begin] + bytes(40) + evil + content[end:])
    report = rebuild_index(archive.folder)
    assert not report.is_sound
    assert [row.url for row in archive.index.iter_captures()] == [URL]


def test_a_damaged_first_record_does_not_cost_the_rest(archive: Archive) -> None:
    archive.add(PAGE_A)
    archive.writer.close()
    path = archive.the_file()
    content = bytearray(path.read_bytes())
    content[0] ^= 0xFF
    path.write_bytes(content)
    assert not rebuild_index(archive.folder).is_sound
    assert archive.index.count_captures() == 1


def test_a_hostile_payload_of_gzip_signatures_is_passed_in_linear_time(archive: Archive) -> None:
    import time

    capture = archive.add(response(random.Random(1).randbytes(8) + b"\x1f\x8b\x08\x00" * 250_000))
    archive.add(PAGE_B)
    archive.writer.close()
    path = archive.the_file()
    content = bytearray(path.read_bytes())
    forged = b"\x1f\x8b\x08\x00" * 100_000
    begin = capture.pointer.offset
    path.write_bytes(content[:begin] + forged + content[begin + capture.pointer.length :])
    started = time.process_time()
    rebuild_index(archive.folder)
    # 0.2 s; tried whole from each signature it would take minutes
    assert time.process_time() - started < 10
    assert [row.url for row in archive.index.iter_captures()] == [URL]


def test_a_broken_database_is_set_aside(archive: Archive) -> None:
    archive.add_everything()
    expected = archive.rows()
    archive.close()
    archive.folder.archive_db.write_bytes(b"\x00no database" * 999)
    report = rebuild_index(archive.folder)
    assert report.set_aside is not None and report.set_aside.read_bytes().startswith(b"\x00no")
    archive.index = ArchiveIndex.open(archive.folder.archive_db)
    assert archive.rows() == expected


def test_a_newer_database_is_not_rebuilt(archive: Archive) -> None:
    archive.add()
    archive.close()
    db = sqlite3.connect(archive.folder.archive_db)
    db.execute("PRAGMA user_version = 99")
    db.close()
    for act in (rebuild_index, verify):
        with pytest.raises(NewerSchema):
            act(archive.folder)


def test_a_metadata_record_of_a_newer_kind_is_reported(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive import writer as writer_module

    monkeypatch.setattr(
        writer_module,
        "dump_run_start",
        lambda _: b'nianbao-record: "run-start"\r\nrun: 7\r\n',
    )
    archive.writer.start_run(RUN_START)
    archive.writer.close()
    report = rebuild_index(archive.folder)
    assert "newer nianbao" in report.lines()[0]
    assert Problem.NOT_UNDERSTOOD in problems(verify(archive.folder))


# -- reading ------------------------------------------------------------------------------------


def test_a_damaged_record_is_named_with_file_offset_and_what_to_do(archive: Archive) -> None:
    capture = archive.add(PAGE_A)
    [path] = archive.files()
    content = bytearray(path.read_bytes())
    content[capture.pointer.offset + 40] ^= 4
    path.write_bytes(content)
    with pytest.raises(DamagedRecord) as caught:
        archive.reader.capture(capture.pointer.record_id)
    message = str(caught.value)
    for part in (capture.pointer.file, str(capture.pointer.offset), URL, "verify", "rebuild"):
        assert part in message


def test_a_pointer_to_another_record_is_refused(archive: Archive) -> None:
    one, two = archive.add(PAGE_A), archive.add(PAGE_B)
    db = sqlite3.connect(archive.folder.archive_db, isolation_level=None)
    db.execute(
        "UPDATE captures SET offset = ?, length = ? WHERE record_id = ?",
        (one.pointer.offset, one.pointer.length, two.pointer.record_id),
    )
    db.close()
    with pytest.raises(DamagedRecord, match="the record there is"):
        archive.reader.capture(two.pointer.record_id)


def test_a_missing_file_is_named(archive: Archive) -> None:
    capture = archive.add(PAGE_A)
    archive.writer.close()
    archive.the_file().unlink()
    with pytest.raises(RecordNotFound, match="put the file back"):
        archive.reader.capture(capture.pointer.record_id)


def test_a_revisit_whose_original_is_not_indexed_says_so(archive: Archive) -> None:
    first = archive.add(PAGE_A)
    revisits = [archive.add(PAGE_A), archive.add(NOT_MODIFIED)]
    db = sqlite3.connect(archive.folder.archive_db, isolation_level=None)
    db.execute("DELETE FROM captures WHERE record_id = ?", (first.pointer.record_id,))
    db.close()
    for revisit in revisits:
        with pytest.raises(RecordNotFound, match=first.pointer.record_id):
            archive.reader.capture(revisit.pointer.record_id)


def test_a_gzip_bomb_is_refused_within_bounds(tmp_path: Path) -> None:
    compressor = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)
    zeros = bytes(8 * 1024 * 1024)
    parts = [compressor.compress(zeros) for _ in range(MAX_RECORD_BYTES // len(zeros) + 2)]
    bomb = b"".join((*parts, compressor.flush()))
    assert len(bomb) < 2_000_000
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(bomb)
    [damage] = walk_file(path)
    assert isinstance(damage, Damage)
    assert "more than" in damage.problem
    with pytest.raises(DamagedRecord, match="larger than"):
        read_member(bomb)


def test_records_are_walked_with_their_bytes(archive: Archive) -> None:
    archive.add(response(b"z" * 2_000_000))
    archive.writer.close()
    walked = list(archive.reader.iter_records(archive.the_file()))
    blocks = [part.block.read() for part in walked if isinstance(part, WalkedRecord)]
    assert blocks[1] == response(b"z" * 2_000_000)
    assert blocks[2] == GET
