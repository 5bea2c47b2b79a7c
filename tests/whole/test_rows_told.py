"""Rows that went off a listing, and came back: in the feed, and as evidence that others check."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browser import VIEWER, Browser, archived_text, install_viewer, served_folder
from changing_site import LISTING, Site, changing_site
from clocked import Folder
from feed_rules import judged
from lxml import etree
from test_update import DAY, JULY
from warcio.archiveiterator import ArchiveIterator

from crawler.exit_codes import ExitCode

Row = tuple[str, str, str]

ROWS: tuple[Row, ...] = tuple(
    (f"/{number}.html", f"{county}2019年政府信息公开工作年度报告", f"2020-03-{10 + number}")
    for number, county in ((4, "靖宇县"), (3, "抚松县"), (2, "长白县"), (1, "临江市"))
)
OFF, ALSO_OFF = ROWS[1], ROWS[2]
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Listed:
    """A crawled portal and what `changes` tells of its listing, the newest first."""

    folder: Folder
    site: Site

    def told(self, *options: str) -> list[dict[str, Any]]:
        kinds = ("--kind", "off_listing", "--kind", "back_on_listing")
        lines, _ = self.folder.run(JULY, "changes", *options, *kinds, "--json", code=None)
        return [json.loads(line) for line in lines]

    def feed(self, *options: str) -> list[etree._Element]:
        printed, _ = self.folder.run(JULY, "feed", *options)
        entries = judged("\n".join(printed).encode()).iterfind("{*}entry")
        return [one for one in entries if "its listing" in titles([one])[0]]

    def take_down(self, entry: str) -> None:
        (self.folder.data / "suppress.txt").write_text(f"{entry}\n", encoding="utf-8")


def titles(entries: list[etree._Element]) -> list[str]:
    return [str(one.findtext("{*}title")) for one in entries]


def ids(entries: list[etree._Element]) -> list[str]:
    return [str(one.findtext("{*}id")).rpartition(":")[2] for one in entries]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    """Two rows that went off in one visit, one of which came back; pages were there all the time.
    Each visit has a day of its own.
    """
    with changing_site("127.0.3.33") as site:
        folder = Folder(tmp_path_factory.mktemp("rows") / "data")
        folder.follow("p", site)
        for path, title, _ in ROWS:
            site.put_report(path, title.partition("2019")[0], 7)
        without = tuple(row for row in ROWS if row not in (OFF, ALSO_OFF))
        back = tuple(row for row in ROWS if row != ALSO_OFF)
        for day, rows in enumerate((ROWS, ROWS, without, without, back)):
            site.list_dated(*rows)
            folder.run(JULY + day * DAY, "crawl", "p", "--jobs", "1", code=None)
        yield Listed(folder, site)


@pytest.fixture(autouse=True)
def clean(listed: Listed) -> Iterator[None]:
    yield
    (listed.folder.data / "suppress.txt").unlink(missing_ok=True)


def test_the_feed_tells_each_once(listed: Listed) -> None:
    entries = listed.feed()
    assert titles(entries)[0] == f"On its listing again: {OFF[1]}"
    assert sorted(titles(entries)[1:]) == sorted(
        f"Off its listing: {title}" for _, title, _ in (OFF, ALSO_OFF)
    )
    assert sorted(ids(entries)) == sorted(one["id"] for one in listed.told())
    back = entries[0]
    links = [(str(one.get("rel")), str(one.get("href"))) for one in back.iterfind("{*}link")]
    told = listed.told()[0]
    records = [told["newer"]["record_id"], told["older"]["record_id"]]
    assert links == [
        ("alternate", listed.site.url + OFF[0]),
        *[("via", record) for record in records],
    ]
    content = str(back.findtext("{*}content"))
    assert f"{listed.site.url}{LISTING}, captured to its end on 2026-07-03 " in content
    assert "it had it again on 2026-07-05 " in content
    assert titles(listed.feed("--since", "2026-07-04")) == titles(entries)[:1]
    assert listed.feed("--portal", "nobody") == []


def test_ids_are_those_of_the_archive(listed: Listed, tmp_path: Path) -> None:
    before = ids(listed.feed())
    shutil.copytree(listed.folder.data, tmp_path / "data")
    again = Listed(Folder.__new__(Folder), listed.site)
    again.folder.data = tmp_path / "data"
    for path in again.folder.data.glob("*.db*"):
        path.unlink()
    again.folder.run(JULY, "rebuild", "--jobs", "1")
    assert ids(again.feed()) == before


def test_what_is_taken_down_is_told_nowhere(listed: Listed, tmp_path: Path) -> None:
    url = listed.site.url + OFF[0]
    ((record,),) = listed.folder.query(f"SELECT record_id FROM documents WHERE url = '{url}'")
    off = next(one for one in listed.told(url) if one["kinds"] == ["off_listing"])
    for entry in (url, str(record)):
        listed.take_down(entry)
        assert titles(listed.feed()) == [f"Off its listing: {ALSO_OFF[1]}"], entry
        assert [one["url"] for one in listed.told()] == [listed.site.url + ALSO_OFF[0]]
        pack = str(tmp_path / "pack")
        _, said = listed.folder.run(
            JULY, "changes", off["id"], "--export", pack, code=ExitCode.BAD_INPUT
        )
        assert "suppress.txt takes this change down" in said
    listed.take_down(off["newer"]["record_id"])
    assert listed.feed() == [], "one side of each is a capture that is taken down"
    listed.take_down(listed.site.url + LISTING)
    assert listed.feed() == []


def packed(listed: Listed, change: dict[str, Any], target: Path) -> Path:
    listed.folder.run(JULY, "changes", change["id"], "--export", str(target))
    return target


def payloads(pack: Path) -> dict[str, bytes]:
    """Of each record of the package that holds an answer, what was answered."""
    (package,) = pack.glob("*.wacz")
    found = {}
    with zipfile.ZipFile(package) as opened:
        for name in opened.namelist():
            if name.startswith("archive/"):
                for record in ArchiveIterator(BytesIO(opened.read(name))):
                    one = record.rec_headers.get_header("WARC-Record-ID")
                    if record.rec_type == "response":
                        found[one.strip("<>")] = record.content_stream().read()
    return found


def test_a_pack_holds_what_it_says(listed: Listed, tmp_path: Path) -> None:
    url = listed.site.url + OFF[0]
    back, off = listed.told(url)
    for change, had, word in ((off, "older", "Listed"), (back, "newer", "listed again")):
        pack = packed(listed, change, tmp_path / change["id"])
        said = json.loads((pack / "change.json").read_text(encoding="utf-8"))
        assert {name: said[name] for name in change} == change
        has_not = "newer" if had == "older" else "older"
        statement = (pack / "statement.txt").read_text(encoding="utf-8")
        lines = statement.splitlines()
        records = [change["older"]["record_id"], change["newer"]["record_id"]]
        assert [record for record in said["captures"]["listing"]] == records
        for record in (*records, said["captures"]["report"]):
            assert f"record {record}" in statement
        (line,) = [one for one in lines if one.startswith(f"{word}: ")]
        assert change[had]["record_id"] in line
        (line,) = [one for one in lines if one.lower().startswith("not listed")]
        assert change[has_not]["record_id"] in line
        assert "0 findings" in (pack / "verify.txt").read_text(encoding="utf-8")
        answers = payloads(pack)
        row = f'href="{OFF[0]}"'.encode()
        bodies = {side: answers.get(change[side]["record_id"]) for side in ("older", "newer")}
        assert row in (bodies[had] or b"".join(answers.values())), "the row, or what repeats it"
        assert bodies[has_not] is not None and row not in bodies[has_not]
        assert "抚松县主动公开政府信息7条".encode() in answers[said["captures"]["report"]]


def test_tools_of_others_agree(listed: Listed, tmp_path: Path) -> None:
    pack = packed(listed, listed.told()[0], tmp_path / "pack")
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=pack, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    named = {line.split(": ")[0] for line in checked.stdout.splitlines()}
    assert named == {path.name for path in pack.iterdir()} - {SUMS}, "each file is named"
    (package,) = pack.glob("*.wacz")
    with zipfile.ZipFile(package) as opened:
        opened.extractall(tmp_path / "unpacked")
    warcs = sorted(str(path) for path in (tmp_path / "unpacked" / "archive").iterdir())
    wacz = str(Path(sys.executable).with_name("wacz"))
    for command in (
        [sys.executable, "-m", "warcio.cli", "check", *warcs],
        [wacz, "validate", "-f", str(package)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_both_sides_open_in_a_browser(
    listed: Listed, replay_web_page: Path, browser: Browser, tmp_path: Path
) -> None:
    change = listed.told(listed.site.url + OFF[0])[1]
    pack = packed(listed, change, tmp_path / "pack")
    (package,) = pack.glob("*.wacz")
    statement = (pack / "statement.txt").read_text(encoding="utf-8")
    (first,) = re.findall("its bytes as first captured ([0-9-]+ [0-9:]+),", statement)
    moments = {"older": first, "newer": change["newer"]["captured_at"]}
    web = tmp_path / "web"
    web.mkdir()
    install_viewer(replay_web_page, web)
    shutil.copy(package, web / "evidence.wacz")
    with served_folder(web) as address:
        for side, is_there in (("older", True), ("newer", False)):
            when = re.sub(r"\D", "", moments[side])[:14]
            viewer = VIEWER.format(name="evidence.wacz", url=change[side]["url"], ts=when)
            (web / f"{side}.html").write_text(viewer, encoding="utf-8")
            with browser.visit(f"{address}{side}.html") as visit:
                text = archived_text(visit, ROWS[0][1])
                assert (OFF[1] in text) is is_there, side
                assert visit.hosts == {"localhost"}, "nothing is asked of the live web"


def test_one_of_several_is_named_by_its_id(listed: Listed, tmp_path: Path) -> None:
    one, other = (change for change in listed.told() if change["kinds"] == ["off_listing"])
    record = one["newer"]["record_id"]
    assert other["newer"]["record_id"] == record, "one visit told both"
    pack = str(tmp_path / "pack")
    _, said = listed.folder.run(JULY, "changes", record, "--export", pack, code=ExitCode.BAD_INPUT)
    assert "several fit" in said and "the change's id" in said
    lines, _ = listed.folder.run(JULY, "changes", one["id"])
    assert f"  id {one['id']}" in lines and f"  id {other['id']}" not in lines
    _, said = listed.folder.run(JULY, "changes", "0" * 64, code=ExitCode.ERROR)
    assert "no change fits" in said
