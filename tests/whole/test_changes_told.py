"""``changes`` on the terminal, for programs and as a pack of evidence that other tools check."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from changing_site import LISTING, Site, changing_site
from clocked import Folder
from test_update import DAY, JULY, TITLE

from crawler.exit_codes import ExitCode


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Folder, Site]]:
    """A report that was edited between two crawls, with a script in its title."""
    with changing_site("127.0.3.21") as site:
        folder = Folder(tmp_path_factory.mktemp("changes"))
        folder.follow("p", site)
        site.put_report("/1.html", "靖宇县", 7)
        site.list_reports(("/1.html", TITLE))
        folder.run(JULY, "crawl", "p", "--jobs", "1")
        site.put_report("/1.html", "靖宇县", 9)
        site.list_reports(("/1.html", TITLE + "（更正）"))
        folder.run(JULY + DAY, "crawl", "p", "--jobs", "1", code=None)
        yield folder, site
    assert LISTING in site.pages


def test_for_a_person_with_both_quotes(crawled: tuple[Folder, Site]) -> None:
    folder, site = crawled
    lines, _ = folder.run(JULY, "changes")
    said = "\n".join(lines)
    assert lines[0].startswith("figure, date_unchanged: gov:220622/2019/area")
    assert site.url + "/1.html" in said
    assert "figure disclosed: 7 条 → 9 条" in said
    assert "was: 收到政府信息公开申请7件" in said
    assert "is: 收到政府信息公开申请9件" in said
    assert said.count("replay /archive/2026") == 2
    assert said.count("offset") == 2
    beside, _ = folder.run(JULY, "changes", "--text")
    assert len(beside) > len(lines)


def test_for_programs_and_chosen(crawled: tuple[Folder, Site]) -> None:
    folder, site = crawled
    (line,), _ = folder.run(JULY, "changes", site.url + "/1.html", "--json")
    told = json.loads(line)
    assert told["kinds"] == ["figure", "date_unchanged"]
    assert [one["new_value"] for one in told["changes"]] == ["9 条", "9 件", "2020-03-12"]
    for chosen in (["--since", "2027-01-01"], ["--portal", "q"], ["--kind", "gone"]):
        lines, said = folder.run(JULY, "changes", *chosen)
        assert lines == []
        assert "no change fits" in said
    folder.run(JULY, "changes", "--since", "gestern", code=ExitCode.BAD_INPUT)
    folder.run(JULY, "changes", "http://nowhere.example/", code=ExitCode.ERROR)


def test_the_evidence_is_checked_by_other_tools(
    crawled: tuple[Folder, Site], tmp_path: Path
) -> None:
    folder, site = crawled
    pack = tmp_path / "pack"
    folder.run(JULY, "changes", site.url + "/1.html", "--export", str(pack))
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=pack, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == 4
    statement = (pack / "statement.txt").read_text(encoding="utf-8")
    assert "figure disclosed: 7 条 → 9 条" in statement
    assert statement.count("payload sha1:") == 2
    assert "0 findings" in (pack / "verify.txt").read_text(encoding="utf-8")
    (package,) = pack.glob("*.wacz")
    with zipfile.ZipFile(package) as opened:
        opened.extractall(tmp_path / "unpacked")
    warcs = sorted(map(str, (tmp_path / "unpacked" / "archive").iterdir()))
    checked = subprocess.run(
        [Path(sys.executable).with_name("warcio"), "check", *warcs],
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    again = ("changes", site.url + "/1.html", "--export", str(pack))
    _, said = folder.run(JULY, *again, code=ExitCode.BAD_INPUT)
    assert "is not empty" in said


def test_what_is_taken_down_is_not_shown(crawled: tuple[Folder, Site], tmp_path: Path) -> None:
    folder, site = crawled
    suppress = folder.data / "suppress.txt"
    suppress.write_text(site.url + "/1.html\n", encoding="utf-8")
    try:
        lines, said = folder.run(JULY, "changes")
        assert lines == []
        assert "suppress.txt takes 1 changes down" in said
        pack = str(tmp_path / "pack")
        folder.run(JULY, "changes", "--export", pack, code=ExitCode.BAD_INPUT)
    finally:
        suppress.unlink()
