"""suppress.txt in every command that shows what was archived: nothing of it comes out."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nianbao_process import Nianbao, copy_site, served

LISTING = "zfxxgk/zfxxgknb/"
MARK = "8562条"
"""Words of one report's text alone."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The sample portal, one of its reports captured twice with the same bytes."""
    folder = tmp_path_factory.mktemp("taken")
    nianbao = Nianbao(folder / "data")
    with served(copy_site(folder), "127.0.0.72") as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "beispiel")
        nianbao.run("crawl", "beispiel", "--full")
    return nianbao


@pytest.fixture(autouse=True)
def clean(crawled: Nianbao) -> Iterator[None]:
    """Each test begins, and leaves, without the file."""
    yield
    (crawled.data / "suppress.txt").unlink(missing_ok=True)


def marked(nianbao: Nianbao) -> tuple[str, str, str]:
    """Address, record and report id of the report with MARK."""
    ((url, record_id, report_id),) = nianbao.query(
        "SELECT d.url, d.record_id, r.report_id FROM reports r JOIN documents d USING (record_id) "
        f"WHERE d.text LIKE '%{MARK}%'"
    )
    return str(url), str(record_id), str(report_id)


def take_down(nianbao: Nianbao, entry: str) -> None:
    (nianbao.data / "suppress.txt").write_text(f"# by letter of 2026-11-20\n\n{entry}\n", "utf-8")


def entries(nianbao: Nianbao) -> dict[str, str]:
    url, record_id, _ = marked(nianbao)
    return {"address": url, "beginning": url.rpartition("/")[0] + "/*", "record": record_id}


@pytest.mark.parametrize("entry", ["address", "beginning", "record"])
def test_nothing_of_it_comes_out(entry: str, crawled: Nianbao, tmp_path: Path) -> None:
    url, _, report_id = marked(crawled)
    title = crawled.query(f"SELECT title FROM reports WHERE report_id = '{report_id}'")[0][0]
    jsonl = ("export", "--format", "jsonl", str(tmp_path / "a"))
    wacz = ("export", "--format", "wacz", str(tmp_path / "b"))
    commands: dict[str, tuple[str, ...]] = {
        "show": ("show", url),
        "show --json": ("show", url, "--json"),
        "search": ("search", MARK),
        "search --json": ("search", MARK, "--json"),
        "checks": ("checks", "--all", "--json"),
        "changes": ("changes", "--all"),
        "review": ("review", report_id, "granted.total", "--verdict", "wrong", "--by", "A"),
    }
    for name, command in commands.items():
        if name not in ("changes", "review"):
            assert str(title) in crawled.run(*command, code=None).stdout, f"{name}, not taken down"
    crawled.run(*jsonl)
    whole = (tmp_path / "a/reports.jsonl").read_text("utf-8")
    assert MARK in whole
    take_down(crawled, entries(crawled)[entry])
    for name, command in commands.items():
        done = crawled.run(*command, code=None)
        assert str(title) not in done.stdout and MARK not in done.stdout, name
        told = "suppress.txt" in done.stderr
        assert told or name == "changes", f"{name} says why: {done.stderr}"
    done = crawled.run(*jsonl)
    left = (tmp_path / "a/reports.jsonl").read_text("utf-8")
    assert MARK not in left and url not in left
    gone = len(whole.splitlines()) - len(left.splitlines())
    assert gone >= 1 and f"suppress.txt takes {gone} reports down: not shown" in done.stderr
    crawled.run(*wacz, code=3 if entry == "record" else 0)  # a revisit of it is left out, and named
    with zipfile.ZipFile(tmp_path / "b/reports.wacz") as package:
        for member in package.namelist():
            if member.endswith(".jsonl"):
                assert MARK.encode() not in package.read(member), member
    assert not (crawled.data / "review.csv").exists()


@pytest.mark.parametrize("entry", ["address", "beginning", "record"])
def test_its_bytes_are_refused_with_file_and_line(entry: str, crawled: Nianbao) -> None:
    url, record_id, _ = marked(crawled)
    listed = crawled.run("capture", url, "--json").stdout
    revisit = json.loads(listed.splitlines()[1])["record_id"]
    assert json.loads(listed.splitlines()[1])["refers_to"] == record_id, "its bytes are the first's"
    assert MARK in crawled.run("capture", revisit, "--as", "text").stdout
    take_down(crawled, entries(crawled)[entry])
    told = f"{crawled.data / 'suppress.txt'} line 3 takes "
    for target in (url, record_id, str(revisit)):
        for form in ("payload", "record", "text"):
            done = crawled.run("capture", target, "--as", form, code=2)
            assert done.stdout == "" and told in done.stderr, (target, form)
    cited = crawled.run("capture", record_id, "--as", "citation").stdout
    assert record_id in cited and MARK not in cited, "what it is, and nothing that it says"
    rows = [json.loads(line) for line in crawled.run("capture", url, "--json").stdout.splitlines()]
    assert [row["is_taken_down"] for row in rows] == [True, True], "it is in the list, marked"
    assert "taken down by suppress.txt line 3" in crawled.run("capture", url).stdout
    assert told in crawled.run("replay", "--address", record_id, code=2).stderr


def test_what_is_not_taken_down_is_shown(crawled: Nianbao) -> None:
    url, *_ = marked(crawled)
    take_down(crawled, url)
    others = [
        str(row[0])
        for row in crawled.query(
            "SELECT d.url FROM reports r JOIN documents d USING (record_id) "
            f"WHERE d.url <> '{url}' ORDER BY 1"
        )
    ]
    done = crawled.run("show", others[0])
    assert "suppress.txt" not in done.stderr and others[0] in done.stdout
    rows = crawled.run("capture", others[0], "--json").stdout.splitlines()
    assert not any(json.loads(row)["is_taken_down"] for row in rows)
    payload = subprocess.run(
        crawled.command("capture", others[0], "--as", "payload"), check=True, capture_output=True
    )
    assert payload.stdout


def test_the_rows_and_the_archive_keep_it(crawled: Nianbao) -> None:
    rows = crawled.rows()
    take_down(crawled, marked(crawled)[0])
    crawled.run("extract")
    assert crawled.rows() == rows


@pytest.mark.parametrize("command", ["show x", "search x", "checks", "capture x", "export"])
def test_a_file_that_is_not_understood_stops_what_shows(
    command: str, crawled: Nianbao, tmp_path: Path
) -> None:
    """What a person wanted taken down must not be shown for a slip of the pen."""
    take_down(crawled, "www.example.gov.cn/a")
    arguments = command.split()
    if command == "export":
        arguments += ["--format", "jsonl", str(tmp_path)]
    done = crawled.run(*arguments, code=2)
    assert "suppress.txt line 3: 'www.example.gov.cn/a' is neither" in done.stderr
    assert done.stdout == ""


def test_coverage_says_nothing_of_its_year(crawled: Nianbao) -> None:
    url, record_id, report_id = marked(crawled)
    body, year, _ = report_id.split("/")
    asked = ("coverage", "--body", body, "--json")
    before = [json.loads(line) for line in crawled.run(*asked).stdout.splitlines()]
    assert record_id in json.dumps([one for one in before if str(one["report_year"]) == year])
    take_down(crawled, url)
    done = crawled.run(*asked)
    after = [json.loads(line) for line in done.stdout.splitlines()]
    assert after == [one for one in before if str(one["report_year"]) != year]
    assert "suppress.txt takes 1 reports down: not shown" in done.stderr
