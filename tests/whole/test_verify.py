"""``nianbao verify`` of a crawled portal: what was done to it afterwards is found, and named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nianbao_process import Nianbao, copy_site, served
from other_tools import indexed_by_cdxj_indexer, refused_by_fastwarc, refused_by_warcio

from archive.folder import DataFolder
from archive.verify_report import VerifyReport
from crawler.exit_codes import ExitCode
from extract import verify_values

LISTING = "zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The sample portal, crawled by three runs: in three WARC files."""
    folder = tmp_path_factory.mktemp("verified")
    nianbao = Nianbao(folder / "data")
    with served(copy_site(folder), "127.0.0.71") as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/{LISTING}")
        for limit in ("4", "3"):
            nianbao.run("crawl", "beispiel", "--limit", limit, code=ExitCode.PARTIAL)
        nianbao.run("crawl", "beispiel")
    return nianbao


@pytest.fixture
def copied(crawled: Nianbao, tmp_path: Path) -> Nianbao:
    shutil.copytree(crawled.data, tmp_path / "data")
    return Nianbao(tmp_path / "data")


def report(nianbao: Nianbao, *options: str, code: ExitCode) -> dict[str, Any]:
    done = nianbao.run("verify", "--json", *options, code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["is_sound"] == (code is ExitCode.OK)
    return found


def change(nianbao: Nianbao, statement: str) -> None:
    with closing(sqlite3.connect(nianbao.data / "corpus.db", isolation_level=None)) as db:
        assert db.execute(statement).rowcount == 1, statement


def test_a_sound_folder_by_one_process_and_by_two(crawled: Nianbao) -> None:
    found = report(crawled, code=ExitCode.OK)
    files = sorted(path.name for path in (crawled.data / "warc").glob("*.warc.gz"))
    assert found["files"] == len(files) == found["ledger"]["lines"] >= 3
    [(cells, figures)] = crawled.query(
        "SELECT (SELECT count(*) FROM cells), (SELECT count(*) FROM figures)"
    )
    assert (found["readings"], found["values"]) == (5, cells + figures)
    assert cells > 100 and figures > 50
    assert report(crawled, "--jobs", "2", code=ExitCode.OK) == found
    head = f"{found['ledger']['lines']} {found['ledger']['chain']}"
    assert (crawled.data / "ledger-head.txt").read_text() == f"{head}\n"
    assert report(crawled, "--ledger-head", head, code=ExitCode.OK)


def test_a_sample_says_what_was_not_checked(crawled: Nianbao) -> None:
    found = report(crawled, "--sample", "1", "--seed", "4", code=ExitCode.OK)
    assert (found["files"], found["readings"], found["seed"]) == (1, 1, 4)
    assert len(found["unread_files"]) == found["ledger"]["lines"] - 1
    assert any("not checked" in note for note in found["notes"])
    assert any("1 of 5 readings" in note for note in found["notes"])
    done = crawled.run("verify", "--sample", "nothing", code=ExitCode.BAD_INPUT)
    assert "neither a number" in done.stderr


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE cells SET raw = '4711' WHERE rowid = "
            "(SELECT min(rowid) FROM cells WHERE raw = '3')",
            "is stored as '4711', and at",
        ),
        (
            "UPDATE figures SET quote = '99条' WHERE rowid = (SELECT min(rowid) FROM figures)",
            "is stored as '99条', and at",
        ),
        (
            "UPDATE cells SET provenance = json_set(provenance, '$.column', 4) WHERE rowid ="
            " (SELECT min(rowid) FROM cells WHERE name = 'new_received.natural_person')",
            "new_received.natural_person is stored as '3', and at",
        ),
        (
            "UPDATE documents SET warc_offset = warc_offset + 1 WHERE record_id ="
            " (SELECT min(record_id) FROM report_documents)",
            "not where the corpus says",
        ),
        (
            # record ids are drawn, and one of the reports is in traditional characters
            "UPDATE documents SET text_original = text_original || '了' WHERE"
            " record_id = (SELECT min(record_id) FROM report_documents)",
            "the text is not the one",
        ),
    ],
    ids=["cell", "figure", "place", "pointer", "text"],
)
def test_a_value_that_the_bytes_do_not_give_is_found(
    copied: Nianbao, statement: str, says: str
) -> None:
    change(copied, statement)
    found = report(copied, code=ExitCode.DAMAGED)
    [finding] = found["findings"]
    assert finding["problem"] == "not_at_its_place"
    assert says in finding["message"], finding
    assert finding["record_id"].startswith("urn:uuid:")
    assert finding["file"].endswith(".warc.gz")


def test_several_processes_find_the_same_values(
    copied: Nianbao, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(
        copied,
        "UPDATE cells SET raw = '4711' WHERE rowid ="
        " (SELECT max(rowid) FROM cells WHERE raw = '3')",
    )
    alone, together = VerifyReport(), VerifyReport()
    folder = DataFolder(copied.data)
    verify_values.check_provenance(folder, alone)
    monkeypatch.setattr(verify_values, "BATCH", 2)
    verify_values.check_provenance(folder, together, jobs=2)
    assert together == alone
    assert (alone.readings, alone.findings_count) == (5, 1)


def test_what_another_version_read_is_not_compared(copied: Nianbao) -> None:
    with closing(sqlite3.connect(copied.data / "corpus.db", isolation_level=None)) as db:
        db.execute("UPDATE documents SET extractor_version = 'older'")
    found = report(copied, code=ExitCode.OK)
    assert found["values"] == 0
    assert any("another version" in note and "extract" in note for note in found["notes"])


def test_exchanged_lost_and_changed_files_are_named_also_after_a_rebuild(copied: Nianbao) -> None:
    one, two, three, *_ = sorted((copied.data / "warc").glob("*.warc.gz"))
    kept = one.read_bytes(), two.read_bytes(), three.read_bytes()
    one.write_bytes(kept[1])
    two.write_bytes(kept[0])
    three.unlink()
    copied.run("verify", code=ExitCode.DAMAGED)
    done = copied.run("rebuild", code=ExitCode.DAMAGED)
    assert three.name in done.stderr, "rebuild says that it is not there"
    found = report(copied, code=ExitCode.DAMAGED)
    named = {(finding["problem"], finding["file"]) for finding in found["findings"]}
    assert {
        ("file_exchanged", one.name),
        ("file_exchanged", two.name),
        ("file_missing", three.name),
    } <= named
    for path, content in zip((one, two, three), kept, strict=True):
        path.write_bytes(content)
    copied.run("rebuild")
    report(copied, code=ExitCode.OK)


def test_a_corrupt_record_costs_itself_alone(copied: Nianbao) -> None:
    [(name, offset)] = copied.query(
        "SELECT warc_file, warc_offset FROM documents WHERE outcome = 'report'"
        " ORDER BY record_id LIMIT 1"
    )
    path = copied.data / "warc" / str(name)
    content = bytearray(path.read_bytes())
    content[int(str(offset)) + 60] ^= 0xFF
    path.write_bytes(content)
    found = report(copied, code=ExitCode.DAMAGED)
    damaged = [f for f in found["findings"] if f["problem"] == "damaged"]
    assert [(f["file"], f["offset"]) for f in damaged] == [(name, offset)]
    done = copied.run("rebuild", code=ExitCode.DAMAGED)
    assert f"{name} offset {offset}" in done.stderr
    [(reports,)] = copied.query("SELECT count(*) FROM reports")
    assert reports == 4


def test_a_lost_ledger_is_begun_anew_when_asked(copied: Nianbao) -> None:
    (copied.data / "warc" / "ledger.jsonl").unlink()
    found = report(copied, code=ExitCode.DAMAGED)
    assert {f["problem"] for f in found["findings"]} == {"ledger_changed"}
    done = copied.run("rebuild", code=ExitCode.DAMAGED)
    assert "--new-ledger" in done.stderr
    copied.run("rebuild", "--new-ledger")
    found = report(copied, code=ExitCode.OK)
    assert any("begun anew" in note for note in found["notes"])


def test_other_tools_accept_every_file_of_the_crawl(crawled: Nianbao) -> None:
    paths = sorted((crawled.data / "warc").glob("*.warc.gz"))
    lines = []
    for path in paths:
        assert refused_by_warcio(path) == refused_by_fastwarc(path) == set(), path.name
        lines += indexed_by_cdxj_indexer(path)
    ours = [
        line
        for path in sorted((crawled.data / "cdxj").rglob("*.cdxj"))
        for line in path.read_text("utf-8").splitlines()
    ]
    assert sorted(ours) == sorted(lines)
    [(captures,)] = crawled.query("SELECT count(*) FROM captures", "archive.db")
    assert len(lines) == captures
