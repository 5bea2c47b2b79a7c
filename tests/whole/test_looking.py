"""Looking into a data folder: the search through all ways of making a corpus, status at any time,
show for any address, and bars for a person only.
"""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from nianbao_process import Nianbao, copy_site, served

from archive.folder import DataFolder
from crawler.exit_codes import ExitCode
from crawler.portal import load_portals
from crawler.search_shown import found_json
from crawler.status import folder_status
from extract.search import search

LISTING = "zfxxgk/zfxxgknb/"
TOWN_PAGE = "201103/t20110309_100236.html"
QUERIES = ("主动公开", "檔案館", "鼓楼区", '"政府信息公开"', "85", "8562条", "没有这样的词")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A portal of 福州市 that lists a town of 鼓楼区, a name that four cities have."""
    folder = tmp_path_factory.mktemp("looking")
    site = copy_site(folder)
    for page in (site / LISTING / TOWN_PAGE, site / LISTING / "index_1.html"):
        page.write_bytes(page.read_bytes().replace("杜集区".encode(), "鼓楼区".encode()))
    nianbao = Nianbao(folder / "data")
    with served(site, "127.0.4.11") as portal:
        nianbao.configure("fuzhou", f"{portal.url.rstrip('/')}/{LISTING}")
        file = nianbao.data / "portals/fuzhou.toml"
        file.write_text('division = "350100"\n' + file.read_text("utf-8"), "utf-8")
        done = nianbao.run("crawl", "fuzhou")
        (line,) = done.stderr.splitlines()
        assert "portal=fuzhou outcome=complete" in line, "one line for cron"
        page = next(p for p in site.rglob("t*.html") if "8562条".encode() in p.read_bytes())
        page.write_bytes(page.read_bytes().replace("8562条".encode(), "8563条".encode()))
        nianbao.run("crawl", "fuzhou", "--full")
    return nianbao


def found(nianbao: Nianbao) -> dict[str, list[dict[str, object]]]:
    """What each query finds, in order."""
    path = nianbao.data / "corpus.db"
    return {query: [found_json(one) for one in search(path, query).found] for query in QUERIES}


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def index_rows(nianbao: Nianbao) -> list[tuple[str, str, str, int]]:
    """The index by content: each term with the capture, column and place where it stands."""
    with closing(sqlite3.connect(nianbao.data / "corpus.db")) as db:
        db.execute(
            "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, _search_by_year, instance)"
        )
        return sorted(
            db.execute(
                "SELECT s.record_id, term, col, offset FROM terms "
                "JOIN _search_rows s ON s.search_row = terms.doc"
            )
        )


def test_the_index_is_the_same_however_the_corpus_was_made(crawled: Nianbao) -> None:
    first, index, rows = found(crawled), index_rows(crawled), crawled.rows()
    assert [len(first[query]) for query in QUERIES[:1]] == [5]
    assert len(index) > 10_000
    crawled.run("crawl", "--from-archive")
    assert (found(crawled), index_rows(crawled), crawled.rows()) == (first, index, rows)
    crawled.run("extract")
    assert (found(crawled), index_rows(crawled), crawled.rows()) == (first, index, rows)
    for path in crawled.data.glob("*.db*"):
        path.unlink()
    crawled.run("rebuild")
    assert (found(crawled), index_rows(crawled), crawled.rows()) == (first, index, rows)


def test_the_current_reading_is_found_and_the_former_is_not(crawled: Nianbao) -> None:
    assert objects(crawled.run("search", "8562条", "--json")) == []
    (edited,) = objects(crawled.run("search", "8563条", "--json"))
    text, (hit, *_) = edited["snippet"]["text"], edited["snippet"]["hits"]
    assert text[hit[0] : hit[1]] == "8563条"


def test_a_search_for_a_person(crawled: Nianbao) -> None:
    done = crawled.run("search", "檔案館", "--division", "51")
    title, body, url, passage = done.stdout.splitlines()
    assert title.startswith("2012  ")
    assert "510500" in body
    assert url.strip().startswith("http://127.0.4.11")
    assert "«檔案館»" in passage
    assert done.stderr.strip() == "1 reports found, 1 shown"
    crawled.run("search", '" "', code=ExitCode.BAD_INPUT)


def test_the_division_of_the_portal_chooses_the_county(crawled: Nianbao) -> None:
    rows = crawled.query(
        "SELECT division, reporting_for, json_extract(evidence, '$.division') FROM reports "
        "WHERE report_year = 2010"
    )
    assert rows == [("350102", "鼓楼区高岳街道办事处", "portal")]


def test_where_a_report_and_a_value_are_replayed(crawled: Nianbao) -> None:
    ((report, record, url),) = crawled.query(
        "SELECT r.report_id, r.record_id, d.url FROM reports r JOIN documents d USING (record_id)"
        " WHERE r.report_year = 2019"
    )
    ((place, raw),) = crawled.query(
        "SELECT c.provenance, c.raw FROM cells c JOIN reports r USING (record_id)"
        " WHERE r.report_year = 2019 AND c.name = 'new_received.total'"
    )
    opened = {
        crawled.run("replay", "--address", str(target)).stdout.strip()
        for target in (report, record, url)
    }
    (address,) = opened
    assert re.fullmatch(
        rf"http://127\.0\.0\.1:8078/archive/\d{{14}}/{re.escape(str(url))}", address
    )
    for target in (report, url):
        done = crawled.run("replay", "--address", str(target), "--field", "new_received.total")
        page, _, told = done.stdout.strip().partition("#nianbao=")
        assert page == address, "the page"
        assert json.loads(unquote(told)) == {"text": raw, **json.loads(str(place))}, "the cell"
    done = crawled.run("replay", "--address", str(report), "--field", "new_recieved.total", code=2)
    assert "new_received.total" in done.stderr, "names that are alike"
    done = crawled.run("replay", "--address", "gov:000000/2019/area", "--field", "x", code=2)
    assert "no report is gov:000000/2019/area" in done.stderr
    assert "no capture of" in crawled.run("replay", "--address", "http://x/", code=2).stderr
    assert (
        f"replayed       {address} (run `nianbao replay`)" in crawled.run("show", str(url)).stdout
    )


def test_show_says_what_became_of_an_address(crawled: Nianbao) -> None:
    base = str(crawled.query("SELECT min(listing) FROM listing_entries")[0][0])
    (missing,) = crawled.query("SELECT url FROM documents WHERE outcome = 'soft_404' LIMIT 1")
    done = crawled.run("show", str(missing[0]), code=ExitCode.ERROR)
    assert "soft_404" in done.stdout and "listed by fuzhou as 样例县" in done.stdout
    assert ".warc.gz offset" in done.stdout
    done = crawled.run("show", base, code=ExitCode.ERROR)
    assert "report 5" in done.stdout and "soft_404 1" in done.stdout
    done = crawled.run("show", f"{base}201103/t20110309_100237.html", code=ExitCode.ERROR)
    assert "nothing is known of" in done.stderr
    assert done.stderr.splitlines()[2].strip() == f"{base}{TOWN_PAGE}", "the most alike first"
    done = crawled.run("show", f"{base}{TOWN_PAGE}#top")
    assert "高岳街道办事处" in done.stdout
    done = crawled.run("show", str(missing[0]), "--json", code=ExitCode.ERROR)
    (trace,) = objects(done)
    assert [one["outcome"] for one in trace["captures"]] == ["soft_404"] * len(trace["captures"])


def test_status_of_a_crawled_folder(crawled: Nianbao) -> None:
    (status,) = objects(crawled.run("status", "--json"))
    assert status["contents"]["reports"] == 5
    assert status["outcomes"]["report"] == 6, "one was edited"
    assert [run["outcome"] for run in status["runs"]] == ["complete", "complete"]
    (portal,) = (one for one in status["portals"] if one["portal"] == "fuzhou")
    assert portal["last_run"]["run"] == status["runs"][-1]["run"]
    assert status["writer"] is None
    assert status["sizes"]["warc"] == sum(
        path.stat().st_size for path in (crawled.data / "warc").glob("*.warc.gz")
    )
    text = crawled.run("status").stdout
    assert "fuzhou" in text and "reports 5" in text


@pytest.mark.parametrize(
    ("broken", "says", "readable"),
    [
        ("nothing", "nothing was crawled", True),
        ("no corpus.db", "nianbao extract", True),
        ("no archive.db", "nianbao rebuild", True),
        ("no state.db", "everything is due", True),
        ("empty state.db", "older version", True),
        ("garbage in corpus.db", "corpus.db cannot be read", False),
        ("garbage in archive.db", "archive.db cannot be read", False),
        ("garbage in state.db", "state.db cannot be read", False),
        ("empty corpus.db", "corpus.db cannot be read", False),
    ],
)
def test_status_of_a_folder_in_any_state(
    crawled: Nianbao, tmp_path: Path, broken: str, says: str, readable: bool
) -> None:
    folder = DataFolder(tmp_path / "data")
    if broken != "nothing":
        subprocess.run(["cp", "-a", str(crawled.data), str(folder.root)], check=True)
        what, name = broken.split()[0], broken.split()[-1]
        for path in folder.root.glob(f"{name}*"):
            path.unlink()
        if what != "no":
            (folder.root / name).write_bytes(b"\xff" * 9000 if what == "garbage" else b"")
    status = folder_status(folder, load_portals(folder.portals), runs=5)
    assert any(says in problem for problem in status.problems), status.problems
    assert status.is_readable is readable
    assert folder.root.exists() == (broken != "nothing"), "looking makes no folder"
    if "archive" not in broken and broken != "nothing":
        assert len(status.runs) == 2, "the rest is told all the same"


def test_an_unreadable_database_is_no_traceback(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    nianbao.data.mkdir()
    (nianbao.data / "corpus.db").write_bytes(b"\xff" * 9000)
    done = nianbao.run("status", code=ExitCode.ERROR)
    assert "corpus.db cannot be read" in done.stderr
    done = nianbao.run("search", "公开", code=ExitCode.BAD_INPUT)
    assert "corpus.db is damaged" in done.stderr and "nianbao rebuild" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_while_a_crawl_is_running_and_after_it_was_stopped(
    tmp_path: Path,
) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with served(copy_site(tmp_path), "127.0.4.12") as portal:
        nianbao.configure("langsam", f"{portal.url.rstrip('/')}/{LISTING}")
        file = nianbao.data / "portals/langsam.toml"
        slow = file.read_text("utf-8").replace("delay = 0.0", "delay = 20.0")
        file.write_text(slow.replace("concurrency = 4", "concurrency = 1"), "utf-8")
        process = subprocess.Popen(
            nianbao.command("crawl", "langsam"),
            stderr=subprocess.DEVNULL,
            env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1"},
        )
        try:
            status = status_with_captures(nianbao, process)
            assert status["writer"] == process.pid
            assert [run["outcome"] for run in status["runs"]] == ["running"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=90)
    (status,) = objects(nianbao.run("status", "--json"))
    assert status["writer"] is None
    assert [run["outcome"] for run in status["runs"]] == ["interrupted"]
    (portal_state,) = (one for one in status["portals"] if one["portal"] == "langsam")
    assert portal_state["round_open"] is True
    assert portal_state["left"] > 0


def status_with_captures(nianbao: Nianbao, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The status once something was captured; fails when the crawl ends before."""
    for _ in range(100):
        assert process.poll() is None, "the crawl ended before anything was seen of it"
        done = nianbao.run("status", "--json", code=None)
        assert "Traceback" not in done.stderr
        (status,) = objects(done)
        if status["contents"].get("captures"):
            return dict(status)
    raise AssertionError(f"nothing was captured: {status}")


def test_bars_are_for_a_terminal_alone(crawled: Nianbao) -> None:
    done = crawled.run("extract")
    (line,) = done.stderr.splitlines()
    assert line.startswith("read 7 captures into")
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(
        crawled.command("extract"), stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        while part := read_of(ours):
            shown += part
        os.close(ours)
        assert process.wait(timeout=60) == 0
        assert process.stdout is not None
        assert process.stdout.read() == b""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "reading" in plain


def read_of(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side was closed
        return b""
