"""``nianbao read``: a saved file as a report, the same object that a crawl's export has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nianbao_process import Nianbao

from crawler.exit_codes import ExitCode
from extract.saved import FILE_LIMIT

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "crawler/sample_portal/site/zfxxgk/zfxxgknb"
PAGE = SITE / "202003" / "t20200312_100417.html"


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "read", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_saved_page_is_the_report_that_a_crawl_exports(tmp_path: Path) -> None:
    """The demo's crawl of the same bytes, by its export."""
    folder = Nianbao(tmp_path / "demo")
    folder.run("demo")
    folder.run("export", str(tmp_path / "out"), "--format", "jsonl")
    lines = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    (exported,) = (each for each in map(json.loads, lines) if PAGE.name in each["url"])
    read = json.loads(run(PAGE, "--url", exported["url"], "--json").stdout)
    assert len(read["cells"]) == 198
    differing = {
        name
        for name in exported
        if name not in ("warc", "captured_at", "verdicts") and exported[name] != read[name]
    }
    assert not differing
    assert set(exported) - set(read) == {"warc", "verdicts"}


def test_tables_are_laid_out_like_the_form() -> None:
    done = run(PAGE)
    rows = [line.split("│")[1:-1] for line in done.stdout.splitlines() if line.startswith("│")]
    printed = {row[0].strip(): [value.strip() for value in row[1:]] for row in rows}
    cells = json.loads(run(PAGE, "--json").stdout)["cells"]
    received = [
        str(cells[f"new_received.{column}"]["value"])
        for column in ("natural_person", "org_business", "org_research", "org_public_interest")
    ]
    assert printed["本年新收政府信息公开申请数量"][:4] == received
    assert printed["行政复议"][-1] == "0", "a printed total beside blanks"
    assert printed["行政复议"][0] == "", "a blank is no 0"
    assert "?" not in {value for row in printed.values() for value in row}


def test_plain_text_is_read(tmp_path: Path) -> None:
    title = "平江县2022年政府信息公开工作年度报告"
    text = tmp_path / "saved.txt"
    text.write_text(
        f"{title}\n\n一、概述\n2022年，全县主动公开政府信息1,234条，全年没有收到政府信息公开申请。"
        "机关认真落实条例，做好各项公开工作，接受群众监督。\n\n平江县人民政府\n2023年1月20日\n",
        encoding="utf-8",
    )
    read = json.loads(run(text, "--json").stdout)
    assert (read["report_year"], read["signed_on"]) == (2022, "2023-01-20")
    found = {figure["measure"]: figure["value"] for figure in read["figures"]}
    assert found["disclosed"] == 1234
    assert found["requests_received"] == 0
    assert read["url"] == text.resolve().as_uri()


def test_what_is_no_report_is_named(tmp_path: Path) -> None:
    page = tmp_path / "news.html"
    page.write_text("<h1>今日天气</h1><p>晴，最高气温二十五度，适合出行。</p>", encoding="utf-8")
    assert "no report" in run(page, code=ExitCode.ERROR).stderr
    told = json.loads(run(page, "--json", code=ExitCode.ERROR).stdout)
    assert told["report"] is None
    assert told["outcome"]


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "too large"])
def test_bad_files(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.html"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.touch()
    if kind == "too large":
        with path.open("r+b") as file:
            file.truncate(FILE_LIMIT + 1)
    done = run(path, code=ExitCode.ERROR if kind == "empty" else ExitCode.BAD_INPUT)
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_hidden_of_a_file_reaches_the_terminal(tmp_path: Path) -> None:
    page = tmp_path / "evil.html"
    markup = PAGE.read_text(encoding="utf-8").replace("靖宇县", "靖宇县&#27;]0;x&#7;&#8238;", 3)
    page.write_text(markup, encoding="utf-8")
    done = run(page)
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)
