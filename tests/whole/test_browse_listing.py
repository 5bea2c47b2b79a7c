"""A row that went off its listing, in browse: its evidence opens in replay."""

from __future__ import annotations

import json
import re
from pathlib import Path

from browsing import RunningBrowse, browsing
from changing_site import changing_site
from clocked import Folder
from replaying import RunningReplay
from test_update import DAY, JULY, TITLE

OTHER = "抚松县2019年政府信息公开工作年度报告"


def opened(browse: RunningBrowse, path: str) -> str:
    """What replay shows where a link of browse leads."""
    replay = browse.replay()
    response = browse.get(path)
    assert response.status == 302, (path, response.status, response.body[:300])
    location = response.header("Location")
    assert location.startswith(f"{replay}/archive/2026")
    frame = re.sub(r"(/archive/\d{14})/", r"\1mp_/", location.removeprefix(replay))
    page = RunningReplay(replay, browse.process).get(frame)
    assert page.status == 200, (frame, page.status)
    return page.body.decode("utf-8")


def test_both_captures_of_the_listing_open(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with changing_site("127.0.4.32") as site:
        folder.follow("p", site)
        site.put_report("/1.html", "靖宇县", 7)
        site.put_report("/2.html", "抚松县", 9)
        site.list_reports(("/1.html", TITLE), ("/2.html", OTHER))
        folder.run(JULY, "crawl", "p", "--jobs", "1", code=None)
        site.list_reports(("/1.html", TITLE))
        folder.run(JULY + DAY, "crawl", "p", "--jobs", "1", code=None)
        ((newer,),) = folder.query("SELECT newer_record FROM listing_changes")
    with browsing(folder.data) as browse:
        data = json.loads(browse.get("/changes.json").body)
        (change,) = (one for one in data["changes"] if one["kinds"] == ["off_listing"])
        assert change["title"] == OTHER and change["page"] == "/report/gov:220621/2019/area"
        assert OTHER in opened(browse, change["older"]["open"])
        after = opened(browse, change["newer"]["open"])
        assert TITLE in after and OTHER not in after
        assert change["newer"]["open"] in browse.page("/")
        (folder.data / "suppress.txt").write_text(f"{newer}\n", "utf-8")
        assert browse.get(change["newer"]["open"]).status == 451
        assert json.loads(browse.get("/changes.json").body)["changes"] == []
