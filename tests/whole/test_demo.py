"""The main job on a fresh folder: five real reports, each right, each traceable to its bytes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gold import faults, squeeze
from nianbao_process import Nianbao
from warcio.archiveiterator import ArchiveIterator

TABLE_SEED = "002"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The demo, run once."""
    nianbao = Nianbao(tmp_path_factory.mktemp("demo") / "data")
    nianbao.run("demo")
    return nianbao


@pytest.fixture(scope="module")
def reports(demo: Nianbao) -> dict[str, dict[str, Any]]:
    """The exported reports by title."""
    demo.run("export", "--format", "jsonl", str(demo.data / "export"))
    lines = (demo.data / "export" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    return {report["title"]: report for report in map(json.loads, lines)}


def seeds(shared: Path) -> dict[str, dict[str, Any]]:
    gold: dict[str, dict[str, Any]] = json.loads((shared / "seeds/gold.json").read_text("utf-8"))
    return gold


def test_five_reports(reports: dict[str, dict[str, Any]], shared: Path) -> None:
    assert set(reports) == {gold["title"] for gold in seeds(shared).values()}


def test_gold(reports: dict[str, dict[str, Any]], shared: Path) -> None:
    found = [
        fault for gold in seeds(shared).values() for fault in faults(reports[gold["title"]], gold)
    ]
    assert found == []


def is_table_line(line: str) -> bool:
    """A line of a table that a converter flattened: it ends with a bar, or is one cell of it."""
    return line.rstrip().endswith("|") or re.fullmatch(r"[\d\s+万元-]*", line) is not None


def test_no_prose_is_lost(demo: Nianbao, shared: Path) -> None:
    originals = {
        str(title): squeeze(str(text))
        for title, text in demo.query("SELECT title, text_original FROM documents WHERE text <> ''")
    }
    checked = 0
    for name, gold in seeds(shared).items():
        text = originals[gold["title"]]
        for line in (shared / "seeds" / name).read_text("utf-8").splitlines():
            if squeeze(line) in {squeeze(gold["title"]), *map(squeeze, gold["chrome"])}:
                continue
            if name.startswith(TABLE_SEED) and is_table_line(line):
                continue
            # the frame's lines of 001 are spread over several: they are chrome by gold
            if any(squeeze(chrome) in squeeze(line) for chrome in gold["chrome"] if len(line) < 60):
                continue
            checked += 1
            assert squeeze(line).replace("&middot;", "·") in text.replace("&middot;", "·"), line
    assert checked > 150


def test_each_pointer_gives_its_page(demo: Nianbao, reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        warc = report["warc"]
        with (demo.data / "warc" / warc["file"]).open("rb") as stream:
            stream.seek(warc["offset"])
            record = next(iter(ArchiveIterator(stream)))
            assert record.rec_headers.get_header("WARC-Record-ID") == f"<{warc['record_id']}>"
            assert record.rec_headers.get_header("WARC-Target-URI") == report["url"]
            assert record.rec_headers.get_header("WARC-Payload-Digest") == warc["payload_digest"]
            body = record.content_stream().read()
        sign = str(report["report_year"]).encode()
        assert sign in body
        assert len(body) > 8000


def test_quotes_stand_where_they_say(demo: Nianbao) -> None:
    rows = demo.query(
        "SELECT f.quote, f.quote_start, f.quote_end, f.original_start, f.original_end, "
        "d.text, d.text_original FROM figures f JOIN documents d USING (record_id)"
    )
    assert len(rows) >= 20
    for quote, start, end, original_start, original_end, text, original in rows:
        assert quote == str(original)[int(str(original_start)) : int(str(original_end))]
        assert int(str(end)) > int(str(start)) >= 0
        assert str(text)[int(str(start)) : int(str(end))].strip()


def test_warcio_check(demo: Nianbao) -> None:
    for path in (demo.data / "warc").glob("*.warc.gz"):
        done = subprocess.run(
            [Path(sys.executable).with_name("warcio"), "check", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_verify(demo: Nianbao) -> None:
    demo.run("verify")


def test_a_second_demo_finds_nothing_new(demo: Nianbao) -> None:
    before = demo.rows()
    demo.run("demo")
    after = demo.rows()
    assert [row[0] for row in after["documents"]] == [row[0] for row in before["documents"]]
    assert after["figures"] == before["figures"]
    assert len(after["runs"]) == len(before["runs"]) + 1


def test_what_is_no_report_is_named(demo: Nianbao) -> None:
    outcomes = dict(
        (str(url), outcome)
        for url, outcome in demo.query("SELECT url, outcome FROM listing_entries")
    )
    assert None not in outcomes.values()
    counted = list(outcomes.values())
    assert counted.count("report") == 5
    assert counted.count("not_asked") >= 2
    assert "soft_404" in counted
