"""The fixity ledger: what stands in it, and that no later change of files or lines stays unseen."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_samples import PAGE_A, PAGE_B, URL, Archive, response
from isal import isal_zlib

from archive.errors import DiskRefuses
from archive.importable import Packing
from archive.importing import import_file
from archive.ledger import LedgerHead, parse_head, read_ledger
from archive.ledger_check import differences
from archive.ledger_keeping import Ledger, begin_anew
from archive.mend import mend
from archive.rebuild import IndexingReport, rebuild_index
from archive.records import payload_digest
from archive.sample import Sample
from archive.verify import Problem, VerifyReport, verify
from archive.warcinfo import read_ledger_head


def found(report: VerifyReport) -> set[tuple[Problem, str]]:
    return {(finding.problem, finding.file) for finding in report.findings}


def three_files(root: Path) -> Archive:
    archive = Archive(root, max_bytes=1)
    for number in range(3):
        archive.add(response(b"%d" % number * 40), url=f"{URL}?{number}")
    archive.writer.close()
    return archive


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Archive]:
    """A sound archive of three closed files."""
    archive = three_files(tmp_path / "three")
    yield archive
    archive.close()


def ledger_lines(archive: Archive) -> list[str]:
    return archive.folder.ledger.read_text("ascii").splitlines()


def rewrite(archive: Archive, lines: list[str]) -> None:
    archive.folder.ledger.write_text("".join(f"{line}\n" for line in lines), "ascii")


def test_each_closed_file_has_its_line_by_any_other_tool(three: Archive) -> None:
    before = "0" * 64
    for path, text in zip(three.files(), ledger_lines(three), strict=True):
        said = json.loads(text)
        assert said["file"] == path.name
        assert said["bytes"] == path.stat().st_size
        assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (said["taken"], said["taken_at"][:10]) == ("close", "2026-03-01")
        body = text[: text.index(', "chain"')]
        before = hashlib.sha256((before + body).encode("ascii")).hexdigest()
        assert said["chain"] == before
    assert three.folder.ledger_head.read_text("ascii") == f"3 {before}\n"
    report = verify(three.folder)
    assert report.is_sound, report.lines()
    assert report.ledger == LedgerHead(3, before)


def test_each_file_names_the_head_that_was_there_when_it_was_begun(three: Archive) -> None:
    heads = [read_ledger_head(path) for path in three.files()]
    chains = [json.loads(line)["chain"] for line in ledger_lines(three)]
    assert heads == [LedgerHead(), LedgerHead(1, chains[0]), LedgerHead(2, chains[1])]


def test_a_refused_write_does_not_enter_the_digest(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(PAGE_A)
    real = os.pwrite

    def full_disk(handle: int, content: bytes, offset: int) -> int:
        real(handle, bytes(content)[:100], offset)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full_disk)
        with pytest.raises(DiskRefuses):
            archive.add(PAGE_B)
    archive.add(response(os.urandom(3_000_000)), url=URL + "?large")
    archive.writer.close()
    assert verify(archive.folder).is_sound


# -- files that are not what they were ------------------------------------------------------------


def exchange_contents(archive: Archive) -> set[tuple[Problem, str]]:
    one, two = archive.files()[:2]
    contents = one.read_bytes(), two.read_bytes()
    two.write_bytes(contents[0])
    one.write_bytes(contents[1])
    return {(Problem.FILE_EXCHANGED, one.name), (Problem.FILE_EXCHANGED, two.name)}


def doctor(archive: Archive) -> set[tuple[Problem, str]]:
    """A record changed, its digests and lengths made anew, packed again: no record is wrong."""
    path = archive.files()[1]
    packed = path.read_bytes()
    row = next(row for row in archive.index.iter_captures() if row.pointer.file == path.name)
    begin, end = row.pointer.offset, row.pointer.offset + row.pointer.length
    content = isal_zlib.decompress(packed[begin:end], 31)
    head, _, block = content.partition(b"\r\n\r\n")
    forged = block[:-4].replace(b"1111", b"7777")
    body = forged.partition(b"\r\n\r\n")[2]
    lines = head.split(b"\r\n")
    for place, line in enumerate(lines):
        name = line.partition(b":")[0]
        if name in (b"WARC-Block-Digest", b"WARC-Payload-Digest"):
            digested = forged if b"Block" in name else body
            lines[place] = name + b": " + payload_digest(digested).encode()
    content = b"\r\n".join(lines) + b"\r\n\r\n" + forged + b"\r\n\r\n"
    path.write_bytes(packed[:begin] + isal_zlib.compress(content, 2, 31) + packed[end:])
    return {(Problem.FILE_CHANGED, path.name)}


def take_away(archive: Archive) -> set[tuple[Problem, str]]:
    path = archive.files()[0]
    path.unlink()
    return {(Problem.FILE_MISSING, path.name)}


def put_in(archive: Archive) -> set[tuple[Problem, str]]:
    other = three_files(archive.folder.root / "other")
    [path] = other.files()[1:2]
    name = path.name.replace("test-host", "elsewhere")
    shutil.copy(path, archive.folder.warc / name)
    other.close()
    return {(Problem.NOT_IN_LEDGER, name)}


def cut(archive: Archive) -> set[tuple[Problem, str]]:
    path = archive.files()[2]
    os.truncate(path, path.stat().st_size - 3)
    return {(Problem.FILE_CHANGED, path.name)}


@pytest.mark.parametrize("act", [exchange_contents, doctor, take_away, put_in, cut])
def test_what_was_done_to_a_file_is_found_and_named_and_a_rebuild_does_not_hide_it(
    three: Archive, act: Callable[[Archive], set[tuple[Problem, str]]]
) -> None:
    expected = act(three)
    assert expected <= found(verify(three.folder))
    rebuild_index(three.folder)
    after = found(verify(three.folder))
    of_files = {
        pair for pair in after if pair[0].startswith("file_") or pair[0] is Problem.NOT_IN_LEDGER
    }
    assert of_files == expected, "these, and no other file"
    assert act not in (doctor, exchange_contents) or after == expected, "all else looks sound"
    told = differences(three.folder)
    assert bool(told) == (act is not put_in), "what a rebuild tells without reading"
    assert all(any(name in line for line in told) for _, name in expected) or act is put_in


def test_a_file_put_in_by_hand_gets_its_line_late_and_that_is_said(three: Archive) -> None:
    [(_, name)] = put_in(three)
    [said] = mend(three.folder, three.index).ledger
    assert name in said and "had no line" in said
    assert mend(three.folder, three.index).ledger == []
    report = verify(three.folder)
    assert report.is_sound
    assert any(name in note and "later than" in note for note in report.notes)


# -- a ledger that is not what it was -------------------------------------------------------------


def change(field: str, value: object) -> Callable[[list[str]], list[str]]:
    def act(lines: list[str]) -> list[str]:
        said = json.loads(lines[1])
        assert said[field] != value
        return [lines[0], json.dumps(said | {field: value}), lines[2]]

    return act


CHANGES: dict[str, Callable[[list[str]], list[str]]] = {
    "name": change("file", "nianbao-x.warc.gz"),
    "bytes": change("bytes", 7),
    "digest": change("sha256", "a" * 64),
    "time": change("taken_at", "2026-03-02T00:00:00Z"),
    "how": change("taken", "later"),
    "chain": change("chain", "b" * 64),
    "number": change("line", 9),
    "spaces": lambda lines: [lines[0], lines[1].replace(": ", ":", 1), lines[2]],
    "no JSON": lambda lines: [lines[0], lines[1][1:], lines[2]],
    "taken out": lambda lines: [lines[0], lines[2]],
    "put in": lambda lines: [lines[0], lines[0], *lines[1:]],
    "moved": lambda lines: [lines[0], lines[2], lines[1]],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_line_is_found_at_its_place(three: Archive, name: str) -> None:
    rewrite(three, CHANGES[name](ledger_lines(three)))
    report = verify(three.folder)
    [first, *_] = [f for f in report.findings if f.problem is Problem.LEDGER_CHANGED]
    assert first.file == "ledger.jsonl"
    assert first.message.startswith("line 2 "), first.message


def test_a_line_whose_chain_was_made_anew_is_found_at_the_next(three: Archive) -> None:
    lines = read_ledger(three.folder.ledger).lines
    from dataclasses import replace

    forged = replace(lines[1], sha256="c" * 64).chained(lines[0].chain)
    rewrite(three, [lines[0].text(), forged.text(), lines[2].text()])
    messages = [f.message for f in verify(three.folder).findings]
    assert any(message.startswith("line 3 was changed, or the line before") for message in messages)


def test_a_forged_tail_is_found_by_what_stands_elsewhere(three: Archive) -> None:
    """The whole chain made anew from the second line on, the head beside it too."""
    from dataclasses import replace

    lines = read_ledger(three.folder.ledger).lines
    noted = parse_head(three.folder.ledger_head.read_text("ascii"))
    second = replace(lines[1], taken_at="2026-01-01T00:00:00Z").chained(lines[0].chain)
    third = replace(lines[2]).chained(second.chain)
    rewrite(three, [lines[0].text(), second.text(), third.text()])
    three.folder.ledger_head.write_text(f"3 {third.chain}\n", "ascii")
    report = verify(three.folder)
    assert found(report) == {(Problem.LEDGER_CHANGED, "ledger.jsonl")}
    [finding] = report.findings
    assert three.files()[2].name in finding.message, "whose warcinfo knows the second line"
    again = verify(three.folder, noted=noted)
    assert any("the head that was given" in f.message for f in again.findings)


def test_lines_cut_off_are_missed(three: Archive) -> None:
    lines = ledger_lines(three)
    rewrite(three, lines[:2])
    report = verify(three.folder)
    assert found(report) == {
        (Problem.LEDGER_CHANGED, "ledger.jsonl"),
        (Problem.NOT_IN_LEDGER, three.files()[2].name),
    }
    assert any("2 lines, and had 3" in f.message for f in report.findings)
    assert "cannot be added to" in mend(three.folder, three.index).ledger[0]
    assert ledger_lines(three) == lines[:2], "nothing is added that would hide it"
    three.folder.ledger_head.unlink()
    assert (Problem.NOT_IN_LEDGER, three.files()[2].name) in found(verify(three.folder))


def test_a_lost_ledger_is_missed_and_begun_anew_when_asked(three: Archive) -> None:
    three.folder.ledger.unlink()
    three.folder.ledger_head.unlink()
    assert (Problem.LEDGER_CHANGED, "ledger.jsonl") in found(verify(three.folder))
    assert "there was one" in mend(three.folder, three.index).ledger[0]
    assert not three.folder.ledger.exists()
    begin_anew(three.folder, now=lambda: three.clock)
    report = verify(three.folder)
    assert report.is_sound, report.lines()
    assert any("begun anew" in note for note in report.notes)
    three.writer = three.new_writer()
    three.add(PAGE_A, url=URL + "?more")
    three.writer.close()
    assert len(ledger_lines(three)) == 4
    assert verify(three.folder).is_sound
    doctor(three)
    assert not verify(three.folder).is_sound


def test_while_it_is_wrong_files_close_without_a_line_and_get_it_later(three: Archive) -> None:
    lines = ledger_lines(three)
    rewrite(three, lines[1:])
    three.writer = three.new_writer()
    three.add(PAGE_A, url=URL + "?more")
    three.writer.close()
    assert ledger_lines(three) == lines[1:]
    last = three.files()[-1]
    assert read_ledger_head(last) == LedgerHead(3, json.loads(lines[2])["chain"])
    rewrite(three, lines)
    [said] = mend(three.folder, three.index).ledger
    assert last.name in said
    assert verify(three.folder).is_sound


# -- kills --------------------------------------------------------------------------------------


def test_a_kill_between_line_and_name_is_no_alarm(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(_: Path, __: Path) -> None:
        raise Killed

    archive.add(PAGE_A)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", kill)
        with pytest.raises(Killed):
            archive.writer.close()
    [path] = archive.files()
    assert path.suffix == ".open"
    line = ledger_lines(archive)
    assert len(line) == 1
    assert verify(archive.folder).is_sound
    report = mend(archive.folder, archive.index)
    assert report.closed == [path.name.removesuffix(".open")] and report.ledger == []
    assert ledger_lines(archive) == line
    assert verify(archive.folder).is_sound


def test_a_file_left_open_gets_its_line_when_it_is_mended(archive: Archive) -> None:
    archive.add(PAGE_A)
    archive.add(PAGE_B)
    archive.writer = archive.new_writer()  # the other one was killed
    [path] = archive.files()
    os.truncate(path, path.stat().st_size - 5)
    mend(archive.folder, archive.index)
    [line] = ledger_lines(archive)
    said = json.loads(line)
    assert said["taken"] == "mend"
    assert said["sha256"] == hashlib.sha256(archive.files()[0].read_bytes()).hexdigest()
    assert verify(archive.folder).is_sound


def test_a_line_torn_at_any_byte_is_written_over(three: Archive) -> None:
    lines = ledger_lines(three)
    whole = three.folder.ledger.read_bytes()
    begin = len("\n".join(lines[:2])) + 1
    head = f"2 {json.loads(lines[1])['chain']}\n"  # it is noted once the line is on disk
    for size in range(begin + 1, len(whole), 7):
        three.folder.ledger.write_bytes(whole[:size])
        three.folder.ledger_head.write_text(head, "ascii")
        report = verify(three.folder)
        assert Problem.LEDGER_CHANGED not in {f.problem for f in report.findings}
        assert any("unfinished line" in note for note in report.notes)
        said = Ledger(three.folder).settle()
        assert "no whole line" in said[0] and three.files()[2].name in said[1]
        assert verify(three.folder).is_sound
        assert len(ledger_lines(three)) == 3


def test_an_archive_without_a_ledger_gets_one(three: Archive) -> None:
    """As an older nianbao left it: no warcinfo knows of a ledger."""
    older = Archive(three.folder.root / "older")
    for path in three.files():
        packed = path.read_bytes()
        end = isal_zlib.decompressobj(31)
        end.decompress(packed)
        rest = end.unused_data
        (older.folder.warc / path.name).write_bytes(rest)
    report = verify(older.folder)
    assert {f.problem for f in report.findings} <= {Problem.NOT_INDEXED}
    assert any("no ledger yet" in note for note in report.notes)
    [said] = mend(older.folder, older.index).ledger
    assert said.startswith("3 closed WARC files")
    assert verify(older.folder).is_sound
    older.close()


def test_an_imported_file_has_its_line(three: Archive, tmp_path: Path) -> None:
    other = Archive(tmp_path / "other")
    other.add(PAGE_B)
    other.writer.close()
    taken = import_file(
        three.folder,
        three.index,
        other.the_file(),
        packing=Packing.BY_RECORD,
        report=IndexingReport(),
    )
    other.close()
    said = json.loads(ledger_lines(three)[3])
    assert (said["file"], said["taken"]) == (taken.name, "import")
    assert verify(three.folder).is_sound
    path = three.folder.warc / taken.name
    rewrite(three, ledger_lines(three)[:3])  # killed between name and line
    three.folder.ledger_head.write_text(f"3 {json.loads(ledger_lines(three)[2])['chain']}\n")
    assert verify(three.folder).is_sound
    assert Ledger(three.folder).settle() == []
    assert json.loads(ledger_lines(three)[3])["taken"] == "import"
    path.unlink()
    assert (Problem.FILE_MISSING, taken.name) in found(verify(three.folder))


# -- a part, and in several processes -------------------------------------------------------------


def test_a_sample_says_what_it_left_out_and_misses_no_file(three: Archive) -> None:
    report = verify(three.folder, sample=Sample(seed=3, count=1))
    assert report.is_sound and report.files == 1 and len(report.unread) == 2
    assert all(name in report.notes[0] for name in report.unread)
    assert verify(three.folder, sample=Sample(seed=3, count=1)).unread == report.unread
    [read] = {path.name for path in three.files()} - set(report.unread)
    for path in three.files():
        path.write_bytes(path.read_bytes() + b"x")
    changed = verify(three.folder, sample=Sample(seed=3, count=1))
    assert (Problem.FILE_CHANGED, read) in found(changed)
    three.files()[0].unlink()
    again = verify(three.folder, sample=Sample(seed=3, count=1))
    assert Problem.FILE_MISSING in {f.problem for f in again.findings}


@pytest.mark.parametrize(
    ("text", "size"), [("5", 5), ("500", 100), ("5%", 5), ("0.5%", 1), ("100 %", 100)]
)
def test_samples_by_number_and_share(text: str, size: int) -> None:
    sample = Sample.parse(text, seed=1)
    chosen = sample.choose(range(100))
    assert len(chosen) == size and chosen == sorted(set(chosen))


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-1", "all", "5.5"])
def test_what_is_no_sample_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        Sample.parse(text, seed=1)


def test_several_processes_find_the_same(three: Archive) -> None:
    exchange_contents(three)
    cut(three)
    alone, together = verify(three.folder), verify(three.folder, jobs=2)
    assert together == alone
    assert not alone.is_sound


def test_beside_a_crawl_that_closes_files_nothing_looks_wrong(tmp_path: Path) -> None:
    archive = Archive(tmp_path, max_bytes=3000)
    archive.add(PAGE_A)
    stop = threading.Event()

    def crawl() -> None:
        for number in itertools.count():
            archive.add(response(b"%d" % number * 50), url=f"{URL}?{number}", seconds=0.01)
            if stop.is_set():
                return

    crawling = threading.Thread(target=crawl)
    crawling.start()
    try:
        reports = [verify(archive.folder) for _ in range(12)]
    finally:
        stop.set()
        crawling.join()
    archive.close()
    assert [report.lines() for report in reports if not report.is_sound] == []
    assert reports[-1].ledger.lines > reports[0].ledger.lines + 3, "files were closed meanwhile"
    assert verify(archive.folder).is_sound
