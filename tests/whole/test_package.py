"""A package of reports as their reader has it: by command, and opened in a browser."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import VIEWER, Browser, archived_text, install_viewer, served_folder
from click.testing import CliRunner, Result
from nianbao_process import Nianbao, copy_site, served

from archive.wacz_check import check_package
from crawler.cli_export import export
from crawler.errors import CrawlerError
from crawler.exit_codes import ExitCode
from extract.errors import ExtractError

HOST = "127.0.0.83"
LISTING = "/zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A site crawled twice, changed between: responses, revisits, redirects."""
    folder = tmp_path_factory.mktemp("package")
    site, nianbao = copy_site(folder), Nianbao(folder / "data")
    (site / "images").mkdir(exist_ok=True)
    (site / "images/style.css").write_text("h1 { color: rgb(1, 2, 3) }", encoding="utf-8")
    with served(site, HOST) as portal:
        nianbao.configure("sample", portal.url.rstrip("/") + LISTING)
        nianbao.run("crawl", "sample")
        page = next(path for path in site.rglob("t*.html") if "8562条" in _text(path))
        page.write_bytes(page.read_bytes().replace("8562条".encode(), "8563条".encode()))
        nianbao.run("crawl", "sample", "--full")
    return nianbao


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def members(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as file:
        return {name: file.read(name) for name in file.namelist()}


def rows(package: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members(package)[name].decode().splitlines()]


def run(nianbao: Nianbao, *arguments: str) -> Result:
    """The command in this process: one of its own takes seconds to start."""
    return CliRunner().invoke(export, [*arguments, "--data", str(nianbao.data)])


def exported(nianbao: Nianbao, folder: Path, *arguments: str) -> Path:
    done = run(nianbao, str(folder), "--format", "wacz", *arguments)
    assert done.exit_code == ExitCode.OK, (done.output, done.exception)
    (path,) = folder.glob("*.wacz")
    assert check_package(path).lines()[:-1] == []
    return path


def test_choices(crawled: Nianbao, tmp_path: Path) -> None:
    everything = exported(crawled, tmp_path / "all")
    assert everything.name == "reports.wacz"
    reports = rows(everything, "corpus/reports.jsonl")
    assert len(reports) == 5
    one = next(report for report in reports if report["report_year"] == 2019)
    for number, choice in enumerate(
        [
            ("--year", "2019"),
            ("--body", one["body_id"]),
            ("--body", "靖宇县人民政府", "--portal", "sample"),
            ("--division", "2206", "--year", "2019", "--year", "1999"),
            ("--url", one["url"]),
        ]
    ):
        package = exported(crawled, tmp_path / str(number), *choice)
        (only,) = rows(package, "corpus/reports.jsonl")
        assert only == {**one, "warc": only["warc"]}, choice
        pages = rows(package, "pages/pages.jsonl")[1:]
        assert {page["url"] for page in pages} == {one["url"]}, "its captures alone"
        assert len(pages) == 2, "as it was, and as it was changed"
        assert "8562条" in pages[0]["text"]
        assert "8563条" in pages[1]["text"]
        assert re.fullmatch(r"reports-[\w.-]+\.wacz", package.name)
        title = json.loads(members(package)["datapackage.json"])["title"]
        assert choice[1] in title, "what was chosen"
    record = crawled.query("SELECT record_id FROM documents ORDER BY captured_at")[0][0]
    package = exported(crawled, tmp_path / "record", "--record", str(record))
    assert [row["record_id"] for row in rows(package, "corpus/documents.jsonl")] == [record]


def test_bad_choices(crawled: Nianbao, tmp_path: Path) -> None:
    for arguments, words in [
        (("--format", "wacz", "--year", "1999"), "no report and no capture fits"),
        (("--format", "wacz", "--record", "x", "--year", "2019"), "no other choice"),
        (("--format", "jsonl", "--record", "x"), "--format wacz alone"),
        (("--format", "wacz", "--record", "urn:uuid:none"), "no capture of this id"),
    ]:
        done = run(crawled, str(tmp_path / "x"), *arguments)
        assert isinstance(done.exception, CrawlerError | ExtractError)  # end as BAD_INPUT
        assert words in str(done.exception)
    assert not list(tmp_path.rglob("*.wacz"))


def test_jsonl_takes_the_same_choices(crawled: Nianbao, tmp_path: Path) -> None:
    choice = ("--year", "2019", "--year", "2012")
    assert run(crawled, str(tmp_path), "--format", "jsonl", *choice).exit_code == 0
    lines = (tmp_path / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["report_year"] for line in lines) == [2012, 2019]


def test_rows_find_their_bytes_in_the_package(crawled: Nianbao, tmp_path: Path) -> None:
    package = exported(crawled, tmp_path)
    found = members(package)
    for name in ("reports", "documents", "cells", "figures"):
        lines = rows(package, f"corpus/{name}.jsonl")
        assert lines
        for line in lines:
            place, record = line["warc"], line.get("record_id") or line["warc"]["record_id"]
            member = found[place["file"]][place["offset"] :][: place["length"]]
            assert record in gzip.decompress(member).decode("latin-1"), name
    texts = {line["record_id"]: line for line in rows(package, "corpus/documents.jsonl")}
    for figure in rows(package, "corpus/figures.jsonl"):
        original = texts[figure["record_id"]]["text_original"]
        assert original[figure["original_start"] : figure["original_end"]] == figure["quote"]


def test_a_package_is_verified_by_command(crawled: Nianbao, tmp_path: Path) -> None:
    package = exported(crawled, tmp_path)
    done = crawled.run("verify", str(package))
    assert f"{package}: checked 11 members" in done.stderr
    with zipfile.ZipFile(package, "a") as file:
        file.writestr("../evil\x1b[2J", b"x")
    done = crawled.run("verify", str(package), code=ExitCode.DAMAGED)
    assert "unsafe_name: ../evil[2J: " in done.stderr
    assert "\x1b" not in done.stderr


def test_importing_a_package_gives_the_same_reports(crawled: Nianbao, tmp_path: Path) -> None:
    package = exported(crawled, tmp_path)
    other = Nianbao(tmp_path / "data")
    other.run("import", str(package), "--jobs", "1")
    there, here = crawled.rows(), other.rows()
    for table in ("reports", "report_documents", "sections", "cells", "figures", "checks"):
        assert here[table] == there[table], table
    again = exported(other, tmp_path / "again")
    keys = [[line.split(" ", 1)[0] for line in index_of(path)] for path in (package, again)]
    assert keys[0] == keys[1], "and a package of it holds the same addresses"


def index_of(package: Path) -> list[str]:
    return gzip.decompress(members(package)["indexes/index.cdx.gz"]).decode().splitlines()


def test_what_is_left_out_is_named(crawled: Nianbao, tmp_path: Path) -> None:
    damaged = Nianbao(tmp_path / "data")
    shutil.copytree(crawled.data, damaged.data)
    (file, offset, record) = crawled.query(
        "SELECT warc_file, warc_offset, record_id FROM documents d JOIN reports USING (record_id)"
        " WHERE report_year = 2012"
    )[0]
    path = damaged.data / "warc" / str(file)
    content = bytearray(path.read_bytes())
    content[int(str(offset)) + 900] ^= 0xFF
    path.write_bytes(content)
    done = damaged.run("export", str(tmp_path), "--format", "wacz", code=ExitCode.PARTIAL)
    assert str(record) in done.stderr
    assert "is left out" in done.stderr
    lines = rows(tmp_path / "reports.wacz", "corpus/reports.jsonl")
    assert 2012 not in {line["report_year"] for line in lines}


@pytest.fixture(scope="module")
def viewed(
    crawled: Nianbao, tmp_path_factory: pytest.TempPathFactory, replay_web_page: Path
) -> Iterator[tuple[Path, str]]:
    """The folder of a package and ReplayWeb.page, and where it is served."""
    folder = tmp_path_factory.mktemp("viewed")
    install_viewer(replay_web_page, folder)
    exported(crawled, folder)
    with pytest.MonkeyPatch.context() as patch:  # as of a package above 2 GiB
        patch.setattr(zipfile, "ZIP64_LIMIT", 100)
        large = exported(crawled, folder / "large", "--year", "2019")
    large.rename(folder / "large.wacz")
    assert b"PK\x06\x06" in (folder / "large.wacz").read_bytes()
    with served_folder(folder) as address:
        yield folder, address


def test_each_capture_shows_in_a_browser(viewed: tuple[Path, str], browser: Browser) -> None:
    folder, address = viewed
    pages = rows(folder / "reports.wacz", "pages/pages.jsonl")[1:]
    changed = [page for page in pages if "2019年政府信息公开" in page["title"]]
    unchanged = [page for page in pages if "瀘州市2012年" in page["title"]]
    assert (len(changed), len(unchanged)) == (2, 2)
    revisit = unchanged[1]
    for number, (name, page, words) in enumerate(
        [
            ("reports.wacz", changed[0], "8562条"),
            ("large.wacz", changed[1], "8563条"),
            ("reports.wacz", revisit, "瀘州市2012年政府信息公開工作年度報告"),
        ]
    ):
        moment = re.sub(r"\D", "", page["ts"])
        viewer = VIEWER.format(name=name, url=page["url"], ts=moment)
        (folder / f"{number}.html").write_text(viewer, encoding="utf-8")
        with browser.visit(f"{address}{number}.html") as visit:
            text = archived_text(visit, words)
            assert "�" not in text
            assert moment in next(f.url for f in visit.page.frames if "mp_/" in f.url)
            assert visit.hosts == {"localhost"}, "nothing is asked of the live web"
            heading = visit.page.frame_locator("iframe").frame_locator("iframe").locator("h1")
            colour = heading.first.evaluate("found => getComputedStyle(found).color")
            assert colour == "rgb(1, 2, 3)", "of the page's own stylesheet"


def test_the_list_of_pages_shows_in_a_browser(viewed: tuple[Path, str], browser: Browser) -> None:
    folder, address = viewed
    viewer = VIEWER.format(name="reports.wacz", url="", ts="").replace(' url="" ts=""', "")
    (folder / "list.html").write_text(viewer, encoding="utf-8")
    with browser.visit(f"{address}list.html") as visit:
        frame = visit.page.frame_locator("iframe")
        entries = frame.locator("wr-page-entry")
        entries.filter(has_text="瀘州市2012年政府信息公開工作年度報告").first.wait_for()
        assert entries.count() == 10, "each capture of each report"
        assert visit.hosts == {"localhost"}
