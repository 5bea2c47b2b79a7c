"""A pack of evidence as who is given it checks it: in a browser, and with tools of others."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import VIEWER, Browser, archived_text, install_viewer, served_folder
from changing_site import changing_site
from clocked import Folder
from test_update import DAY, JULY, TITLE

OLD, NEW = "申请7件", "申请9件"
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of evidence, its package and what it says of the change."""

    folder: Path
    package: Path
    change: dict[str, Any]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """A number that was edited between two crawls; the portal is gone when the pack is read."""
    root = tmp_path_factory.mktemp("evidence")
    with changing_site("127.0.3.72") as site:
        folder = Folder(root / "data")
        folder.follow("p", site)
        # in seconds of their own: a viewer's address tells captures apart by the second
        for now, received in ((JULY, 7), (JULY + DAY, 9)):
            site.put_report("/1.html", "靖宇县", received)
            site.list_reports(("/1.html", TITLE + "（更正）" * (received == 9)))
            folder.run(now, "crawl", "p", "--jobs", "1", code=None)
        (line,), _ = folder.run(JULY, "changes", site.url + "/1.html", "--json")
        record_id = json.loads(line)["newer"]["record_id"]
        folder.run(JULY, "changes", record_id, "--export", str(root / "pack"))
    shutil.rmtree(folder.data)  # the pack stands alone
    (package,) = (root / "pack").glob("*.wacz")
    change = json.loads((root / "pack" / "change.json").read_text(encoding="utf-8"))
    yield Pack(root / "pack", package, change)


def moment(captured_at: str) -> str:
    return re.sub(r"\D", "", captured_at)[:14]


def test_both_captures_open_in_a_browser(
    pack: Pack, replay_web_page: Path, browser: Browser, tmp_path: Path
) -> None:
    install_viewer(replay_web_page, tmp_path)
    shutil.copy(pack.package, tmp_path / "evidence.wacz")
    with served_folder(tmp_path) as address:
        for side, stands, stood_not in (("older", OLD, NEW), ("newer", NEW, OLD)):
            when = moment(pack.change[side]["captured_at"])
            viewer = VIEWER.format(name="evidence.wacz", url=pack.change["url"], ts=when)
            (tmp_path / f"{side}.html").write_text(viewer, encoding="utf-8")
            with browser.visit(f"{address}{side}.html") as visit:
                text = archived_text(visit, stands)
                assert stood_not not in text, side
                assert when in next(f.url for f in visit.page.frames if "mp_/" in f.url)
                assert visit.hosts == {"localhost"}, "nothing is asked of the live web"


def test_what_it_says_is_what_is_in_it(pack: Pack) -> None:
    quotes = {(one["old_quote"], one["new_quote"]) for one in pack.change["changes"]}
    assert any(OLD in (old or "") and NEW in (new or "") for old, new in quotes)
    statement = (pack.folder / "statement.txt").read_text(encoding="utf-8")
    assert OLD in statement
    assert NEW in statement
    for side in ("older", "newer"):
        assert pack.change[side]["record_id"] in statement


def sums(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "--strict", "-c", SUMS]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def warcio_check(package: Path, target: Path) -> subprocess.CompletedProcess[str]:
    with zipfile.ZipFile(package) as opened:
        opened.extractall(target)
    warcs = sorted(str(path) for path in (target / "archive").iterdir())
    assert warcs
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", *warcs]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def wacz_validate(package: Path) -> subprocess.CompletedProcess[str]:
    tool = str(Path(sys.executable).with_name("wacz"))
    command = [tool, "validate", "-f", str(package)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_tools_of_others_agree(pack: Pack, tmp_path: Path) -> None:
    checked = sums(pack.folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    named = {line.split(": ")[0] for line in checked.stdout.splitlines()}
    assert named == {path.name for path in pack.folder.iterdir()} - {SUMS}, "each file is named"
    done = warcio_check(pack.package, tmp_path / "unpacked")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout
    done = wacz_validate(pack.package)
    assert done.returncode == 0, done.stdout + done.stderr


def test_tools_of_others_see_what_was_changed(pack: Pack, tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    shutil.copytree(pack.folder, copy)
    statement = copy / "statement.txt"
    statement.write_text(statement.read_text(encoding="utf-8").replace("9 件", "8 件"))
    package = copy / pack.package.name
    with zipfile.ZipFile(pack.package) as old, zipfile.ZipFile(package, "w") as new:
        for one in old.infolist():
            content = old.read(one)
            if one.filename.startswith("archive/"):
                content = content[:-200] + bytes([content[-200] ^ 0xFF]) + content[-199:]
            new.writestr(one, content)
    checked = sums(copy)
    assert checked.returncode != 0
    failed = {line.split(": ")[0] for line in checked.stdout.splitlines() if "FAILED" in line}
    assert failed == {"statement.txt", package.name}
    assert wacz_validate(package).returncode != 0
