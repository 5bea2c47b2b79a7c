"""``extract --compare`` and ``--take``: another extractor's reading beside, told, adopted, kept."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from nianbao_process import TIMEOUT, Nianbao, copy_site, served

from crawler.exit_codes import ExitCode

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
MEASURE = "policy_explainers"
WITHOUT = {"do": "rule_off", "measure": MEASURE}
HOST = "127.0.3.71"


def run_with(
    fault: dict[str, object], nianbao: Nianbao, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """A command of a nianbao with a fault, or with another extractor."""
    return subprocess.run(
        [sys.executable, str(WRAPPER), *arguments, "--data", str(nianbao.data), "--jobs", "1"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault)},
        check=False,
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nianbao, Path]]:
    """The sample portal, crawled; it is served until the tests are done."""
    target = tmp_path_factory.mktemp("compare")
    nianbao, site = Nianbao(target / "data"), copy_site(target)
    with served(site, HOST) as portal:
        nianbao.configure("sample", f"{portal.url}/zfxxgk/zfxxgknb/")
        nianbao.run("crawl", "sample", "--jobs", "1")
        yield nianbao, site


@pytest.fixture(scope="module")
def compared(crawled: tuple[Nianbao, Path]) -> tuple[Nianbao, subprocess.CompletedProcess[str]]:
    """The same folder beside, with corpus.next.db as the other extractor reads it."""
    folder = _copy(crawled[0], "compared")
    return folder, run_with(WITHOUT, folder, "extract", "--compare", "--json")


def _copy(nianbao: Nianbao, name: str) -> Nianbao:
    copy = nianbao.data.with_name(name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(nianbao.data, copy)
    return Nianbao(copy)


def _formers(nianbao: Nianbao) -> list[str]:
    return sorted(path.name for path in nianbao.data.glob("corpus.[0-9]*.db"))


def _left_over(nianbao: Nianbao) -> list[str]:
    """Files that no finished command leaves."""
    names = (path.name for path in nianbao.data.iterdir())
    return sorted(
        name for name in names if name.startswith(("corpus.next", "corpus.b", "corpus.k"))
    )


def test_the_differences_are_those_of_the_rule(
    crawled: tuple[Nianbao, Path], compared: tuple[Nianbao, subprocess.CompletedProcess[str]]
) -> None:
    nianbao, done = compared
    assert done.returncode == ExitCode.DIFFERS, done.stderr
    assert nianbao.rows() == crawled[0].rows(), "corpus.db was touched"
    summary, *lines = map(json.loads, done.stdout.splitlines())
    was = nianbao.query(f"SELECT record_id, value FROM figures WHERE measure = '{MEASURE}'")
    assert len(was) == 1
    told = [one for one in lines if one["columns"].get("measure", [None])[0] == MEASURE]
    ((record_id, value),) = was
    assert [one["record_id"] for one in told] == [record_id]
    (changed,) = told
    assert changed["what"] in ("lost", "changed")
    assert changed["subject"] == changed["report"] == changed["former_report"]
    if "value" in changed["columns"]:
        assert changed["columns"]["value"][0] == value
    assert {one["record_id"] for one in lines} == {record_id}, "another report differs"
    assert set(summary["tables"]) <= {"figures", "checks"}
    assert summary["differ"] == 1
    assert summary["old"]["versions"] == summary["new"]["versions"]
    other = nianbao.rows("corpus.next.db")
    assert (
        nianbao.query(f"SELECT 1 FROM figures WHERE measure = '{MEASURE}'", "corpus.next.db") == []
    )
    old, new = nianbao.rows(), other
    differing = {table for table in old if old[table] != new[table]}
    assert differing == set(summary["tables"])


def test_on_the_terminal(
    compared: tuple[Nianbao, subprocess.CompletedProcess[str]],
) -> None:
    nianbao, _ = compared
    done = nianbao.run("extract", "--compare", "--reuse", code=ExitCode.DIFFERS)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("corpus.db: 6 captures read by nianbao-")
    assert lines[1] == "corpus.next.db: 6 captures read by the same version"
    assert lines[2].startswith("figures: ")
    assert any(MEASURE in line and line.startswith("  figure") for line in lines)
    assert "--take" in done.stderr
    one = nianbao.run(
        "extract", "--compare", "--reuse", "--report", "gov:220622/2019/area", code=ExitCode.DIFFERS
    )
    assert MEASURE in one.stdout
    none = nianbao.run("extract", "--compare", "--reuse", "--report", "gov:1/2000/area")
    assert "nothing differs of gov:1/2000/area" in none.stderr
    nianbao.run("extract", "--reuse", code=ExitCode.BAD_INPUT)
    suppress = nianbao.data / "suppress.txt"
    ((url,),) = nianbao.query(
        "SELECT url FROM documents JOIN reports USING (record_id)"
        " WHERE report_id = 'gov:220622/2019/area'"
    )
    suppress.write_text(f"{url}\n", encoding="utf-8")
    for more in ([], ["--json"]):
        hidden = nianbao.run("extract", "--compare", "--reuse", *more, code=ExitCode.DIFFERS)
        assert "suppress.txt takes 1 reports and addresses down" in hidden.stderr
        assert "220622" not in hidden.stdout
    suppress.unlink()
    nianbao.run("extract", "--compare", "--take", code=ExitCode.BAD_INPUT)
    sizes = json.loads(nianbao.run("status", "--json").stdout)["sizes"]
    assert sizes["corpus.next.db"] > 0
    assert "is not taken" in nianbao.run("verify").stderr


def test_nothing_differs(crawled: tuple[Nianbao, Path]) -> None:
    nianbao = _copy(crawled[0], "same")
    done = nianbao.run("extract", "--compare")
    assert done.stdout.splitlines()[-1] == "nothing differs"
    assert nianbao.rows("corpus.next.db") == nianbao.rows()


def test_taken_and_the_former_is_readable(
    compared: tuple[Nianbao, subprocess.CompletedProcess[str]],
) -> None:
    nianbao = _copy(compared[0], "taken")
    before, after = nianbao.rows(), nianbao.rows("corpus.next.db")
    url = nianbao.query(
        f"SELECT d.url FROM figures JOIN documents d USING (record_id) WHERE measure = '{MEASURE}'"
    )[0][0]
    done = nianbao.run("extract", "--take")
    (former,) = _formers(nianbao)
    assert former in done.stderr
    assert nianbao.rows() == after
    assert nianbao.rows(former) == before
    mode = (nianbao.data / former).stat().st_mode
    assert stat.S_IMODE(mode) == 0o444
    with closing(sqlite3.connect(nianbao.data / former)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert _left_over(nianbao) == []
    for arguments in (["show", str(url)], ["show", str(url), "--json"]):
        assert MEASURE not in nianbao.run(*arguments).stdout
        assert MEASURE in nianbao.run(*arguments, "--corpus", former).stdout
    path = str(nianbao.data / former)
    for arguments in (
        ["search", "政府信息公开", "--corpus", path],
        ["checks", "--corpus", path, "--all"],
        ["changes", "--corpus", path],
        ["verify", "--corpus", path],
        ["export", str(nianbao.data / "out"), "--format", "jsonl", "--corpus", path],
        ["replay", "--address", "gov:220622/2019/area", "--field", MEASURE, "--corpus", path],
    ):
        nianbao.run(*arguments)
    assert MEASURE in (nianbao.data / "out" / "reports.jsonl").read_text(encoding="utf-8")
    nianbao.run("replay", "--address", "gov:220622/2019/area", "--field", MEASURE, code=2)
    refused = nianbao.run("search", "x", "--corpus", "nowhere.db", code=ExitCode.BAD_INPUT)
    assert former in refused.stderr
    again = nianbao.run("extract", "--take", code=ExitCode.BAD_INPUT)
    assert "--compare" in again.stderr
    assert _formers(nianbao) == [former]
    assert former in json.loads(nianbao.run("status", "--json").stdout)["sizes"]
    rebuilt = nianbao.run("rebuild")
    assert f"{former} (" in rebuilt.stderr
    assert nianbao.rows(former) == before
    with (nianbao.data / former).open("r+b") as damaged:  # root may write what nobody should
        damaged.seek(8192)
        damaged.write(b"\xff" * 65536)
    found = nianbao.run("verify", code=ExitCode.DAMAGED)
    assert former in found.stderr


@pytest.mark.parametrize(
    ("at", "call", "when"),
    [
        ("extract.extraction_rows:put", 1, "after"),
        ("extract.store:CorpusStore.backup_into", 1, "before"),
        ("extract.store:CorpusStore.backup_into", 1, "after"),
        ("crawler.next_corpus:_write", 1, "after"),
    ],
)
def test_killed_while_comparing(
    compared: tuple[Nianbao, subprocess.CompletedProcess[str]], at: str, call: int, when: str
) -> None:
    nianbao = _copy(compared[0], "killed-comparing")
    before = nianbao.rows()
    killed = run_with(
        {"do": "kill", "at": at, "call": call, "when": when}, nianbao, "extract", "--compare"
    )
    assert killed.returncode == -9, killed.stderr
    assert nianbao.rows() == before
    if at != "crawler.next_corpus:_write":
        refused = nianbao.run("extract", "--take", code=ExitCode.BAD_INPUT)
        assert "extract --compare" in refused.stderr
    done = nianbao.run("extract", "--compare")
    assert "nothing differs" in done.stdout
    assert nianbao.rows() == before
    assert _left_over(nianbao) == ["corpus.next.db", "corpus.next.json"]


@pytest.mark.parametrize(
    ("at", "call", "when"),
    [
        ("crawler.next_corpus:_write", 1, "after"),
        ("crawler.next_corpus:_keep_former", 1, "after"),
        ("extract.store:CorpusStore.backup_into", 1, "after"),
        ("crawler.next_corpus:remove_database", 2, "after"),
    ],
)
def test_killed_while_taking(
    compared: tuple[Nianbao, subprocess.CompletedProcess[str]], at: str, call: int, when: str
) -> None:
    nianbao = _copy(compared[0], "killed-taking")
    before, after = nianbao.rows(), nianbao.rows("corpus.next.db")
    killed = run_with(
        {"do": "kill", "at": at, "call": call, "when": when}, nianbao, "extract", "--take"
    )
    assert killed.returncode == -9, killed.stderr
    assert nianbao.rows() in (before, after)
    is_done = not (nianbao.data / "corpus.next.db").exists()
    nianbao.run("extract", "--take", code=ExitCode.BAD_INPUT if is_done else ExitCode.OK)
    assert nianbao.rows() == after
    (former,) = _formers(nianbao)
    assert nianbao.rows(former) == before
    assert [name for name in _left_over(nianbao) if name.endswith(".db")] == []


def _as_if_read_before(nianbao: Nianbao) -> None:
    """Its rows are those of a version that was installed before."""
    with closing(sqlite3.connect(nianbao.data / "corpus.db")) as db, db:
        db.execute("UPDATE documents SET extractor_version = 'nianbao-0.0.1 lxml-1'")
        db.execute(f"UPDATE figures SET value = 77 WHERE measure = '{MEASURE}'")


@pytest.mark.parametrize("kill", [False, True])
def test_a_crawl_after_an_upgrade_keeps_the_former(
    crawled: tuple[Nianbao, Path], kill: bool
) -> None:
    original, _ = crawled
    nianbao = _copy(original, "upgraded")
    _as_if_read_before(nianbao)
    before, after = nianbao.rows(), original.rows()
    crawl = ("crawl", "sample", "--jobs", "1")
    if kill:
        fault = {"do": "kill", "at": "crawler.rereading:keep_if_other_extractor", "call": 1}
        killed = run_with({**fault, "when": "after"}, nianbao, "crawl", "sample")
        assert killed.returncode == -9, killed.stderr
        assert nianbao.rows() == before
        assert "is kept as" not in nianbao.run(*crawl).stderr, "it was kept already"
    else:
        assert "is kept as" in nianbao.run(*crawl).stderr
    (former,) = _formers(nianbao)
    assert nianbao.rows(former) == before
    for table in ("documents", "figures", "cells", "reports"):
        assert nianbao.rows()[table] == after[table]
    nianbao.run(*crawl)
    nianbao.run("extract")
    assert _formers(nianbao) == [former], "one is kept of each version"


def test_who_reads_meanwhile_sees_old_or_new(
    compared: tuple[Nianbao, subprocess.CompletedProcess[str]],
) -> None:
    nianbao = _copy(compared[0], "read-meanwhile")
    sides = {name: _state(nianbao.data / name) for name in ("corpus.db", "corpus.next.db")}
    assert len(set(sides.values())) == 2
    seen: list[tuple[object, ...]] = []
    with closing(
        sqlite3.connect(f"{(nianbao.data / 'corpus.db').as_uri()}?mode=ro", uri=True)
    ) as db:
        db.isolation_level = None
        db.execute("BEGIN")
        first = db.execute(STATE).fetchone()
        with subprocess.Popen(
            nianbao.command("extract", "--take"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as taking:
            while taking.poll() is None:
                seen.append(_state(nianbao.data / "corpus.db"))
        assert taking.returncode == 0
        assert db.execute(STATE).fetchone() == first == sides["corpus.db"]
        db.execute("COMMIT")
        assert db.execute(STATE).fetchone() == sides["corpus.next.db"]
    assert set(seen) <= set(sides.values())
    changes = sum(one != other for one, other in itertools.pairwise(seen))
    assert changes <= 1, "it went back"


STATE = f"""
SELECT (SELECT count(*) FROM figures), (SELECT count(*) FROM figures WHERE measure = '{MEASURE}'),
    (SELECT count(*) FROM reports), (SELECT count(*) FROM cells),
    (SELECT total(length(text)) FROM documents)
"""


def _state(path: Path) -> tuple[object, ...]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        row: tuple[object, ...] = db.execute(STATE).fetchone()
        return row


def test_what_was_captured_since_is_not_lost(crawled: tuple[Nianbao, Path]) -> None:
    original, site = crawled
    nianbao = _copy(original, "grown")
    nianbao.run("extract", "--compare")
    page = next(site.rglob("t20200312_100417.html"))
    octets = page.read_bytes()
    page.write_bytes(octets.replace(b"8562", b"8563"))
    try:
        nianbao.run("crawl", "sample", "--full", "--jobs", "1")
    finally:
        page.write_bytes(octets)
    grown = nianbao.rows()
    assert len(grown["documents"]) > len(original.rows()["documents"])
    done = nianbao.run("extract", "--take")
    assert "captures that came after the comparison" in done.stderr
    assert nianbao.rows() == grown


def test_files_or_bodies_that_came_since_are_refused(
    crawled: tuple[Nianbao, Path], tmp_path: Path
) -> None:
    nianbao = _copy(crawled[0], "refused")
    nianbao.run("extract", "--compare")
    (nianbao.data / "bodies.csv").write_text(
        "body_id,name\ngov:220622,靖宇县人民政府办公室的名\n", encoding="utf-8"
    )
    refused = nianbao.run("extract", "--take", code=ExitCode.BAD_INPUT)
    assert "bodies.csv" in refused.stderr
    told = nianbao.run("extract", "--compare", code=ExitCode.DIFFERS)
    assert "bodies.csv-" in told.stdout
    assert "靖宇县人民政府办公室的名" in told.stdout
    saved = tmp_path / "saved.html"
    shutil.copy(next(crawled[1].rglob("t20200312_100417.html")), saved)
    nianbao.run(
        *("import", str(saved), "--url", "http://www.example.gov.cn/1.html"),
        *("--captured-at", "2020-04-01T00:00:00Z", "--jobs", "1"),
    )
    refused = nianbao.run("extract", "--take", code=ExitCode.BAD_INPUT)
    assert "was imported since" in refused.stderr
    assert _formers(nianbao) == []
