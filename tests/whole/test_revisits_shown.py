"""A page that was captured, found unchanged, then changed: each of the three in ReplayWeb.page."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from browser import VIEWER, Browser, archived_text, install_viewer, served_folder
from changing_site import changing_site
from clocked import Folder
from test_update import DAY, JULY, TITLE


def test_a_revisit_shows_what_it_refers_to_and_not_what_came_later(
    replay_web_page: Path, browser: Browser, tmp_path: Path
) -> None:
    received = (7, 7, 9)
    shown = tmp_path / "shown"
    with changing_site("127.0.3.73") as site:
        folder = Folder(tmp_path / "data")
        folder.follow("p", site)
        site.list_reports(("/1.html", TITLE))
        for days, number in enumerate(received):
            site.put_report("/1.html", "靖宇县", number)
            folder.run(JULY + days * DAY, "crawl", "p", "--full", "--jobs", "1", code=None)
    folder.run(JULY, "export", "--format", "wacz", str(shown))
    with zipfile.ZipFile(shown / "reports.wacz") as package:
        _, *lines = package.read("pages/pages.jsonl").decode("utf-8").splitlines()
    pages = sorted((json.loads(line) for line in lines), key=lambda page: str(page["ts"]))
    assert [page["ts"][:10] for page in pages] == ["2026-07-01", "2026-07-02", "2026-07-03"]
    install_viewer(replay_web_page, shown)
    with served_folder(shown) as address:
        for number, page in zip(received, pages, strict=True):
            moment = re.sub(r"\D", "", page["ts"])
            viewer = VIEWER.format(name="reports.wacz", url=page["url"], ts=moment)
            (shown / "page.html").write_text(viewer, encoding="utf-8")
            with browser.visit(f"{address}page.html") as visit:
                assert f"申请{number}件" in archived_text(visit, "政府信息公开申请"), page["ts"]
