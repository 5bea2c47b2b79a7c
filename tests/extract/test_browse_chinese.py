"""Every page in Chinese is Chinese throughout: no sentence of the program is left in English."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from string import Formatter
from urllib.parse import quote

import pytest
from browsing import RunningBrowse, browsing
from leftover_english import leftover, walk
from lxml import html

from extract.coverage_rows import VisitEnd
from extract.languages import Lang, pairs_of
from extract.sentences import KEPT, SAID, say

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus

BODIES, YEARS = 9, range(2014, 2020)
MOST = 111
"""Pages: all there are, but one may lead to others without end."""


def every_sentence() -> Iterator[str]:
    """Each that corpus.db may keep, with another or data in its places."""
    for key, pair in pairs_of(KEPT).items():
        names = [name for _, name, _, _ in Formatter().parse(pair[Lang.EN]) if name]
        inner = say("about", named="timeout", said=say("server_answered", status=500))
        places = {name: inner if name.startswith(SAID) else "甲" for name in names}
        yield say(key, **places)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bodies each of whose portals was visited in another way, and a finding for each sentence."""
    folder = tmp_path_factory.mktemp("chinese") / "data"
    folder.mkdir()
    make_corpus(folder / "corpus.db", bodies=BODIES, years=YEARS)
    with closing(sqlite3.connect(folder / "corpus.db")) as db, db:
        (record,) = db.execute("SELECT min(record_id) FROM documents").fetchone()
        for number, message in enumerate(every_sentence()):
            db.execute(
                "INSERT INTO findings VALUES (?, NULL, ?, ?, ?, 'made')",
                [f"kind_{number % 7}", f"http://a.example/{number}", message, record],
            )
        for number, ended in enumerate(VisitEnd):
            add_portal(db, number, ended)
        last, before = db.execute(
            "SELECT record_id, url FROM documents ORDER BY record_id DESC LIMIT 2"
        ).fetchall()
        for ordinal, kind in enumerate(("gone", "cell", "title", "file_replaced")):
            db.execute(
                "INSERT INTO changes VALUES (?, ?, ?, ?, ?, 'x', '甲', '乙', NULL, NULL)",
                [last[1], before[0], last[0], ordinal, kind],
            )
        moved = say("moved_by_redirect", url=last[1], target="http://a.example/moved")
        db.execute(
            "INSERT INTO findings VALUES ('report_moved', NULL, ?, ?, ?, 'made')",
            [last[1], moved, last[0]],
        )
        # one is dated after its legal date, one before the years that its body ever had
        db.execute(
            "UPDATE reports SET published_on = '2021-06-01', evidence = ? WHERE report_year = 2019",
            ['{"published_on": "label 发布日期"}'],
        )
    return folder


def add_portal(db: sqlite3.Connection, number: int, ended: VisitEnd) -> None:
    """The portal of a body, and its last visit; one of 2016 was whole."""
    portal, code = f"portal-{number}", f"{440000 + number:06d}"
    db.execute(
        "UPDATE documents SET portal = ? WHERE record_id IN"
        " (SELECT record_id FROM reports WHERE body_id = ?)",
        [portal, f"gov:{code}"],
    )
    db.execute(
        "INSERT INTO portals VALUES (?, ?, ?, ?, NULL, '[2013]', 'run-2', '2026-01-01T00:00:00Z')",
        [portal, f"第{number}县人民政府", code, 2010 if number % 2 else None],
    )
    detail = None if ended is VisitEnd.WHOLE else say("about", named="timeout", said="No route")
    for run, year, end, why in (
        ("run-1", 2016, VisitEnd.WHOLE, None),
        ("run-2", 2026, ended, detail),
    ):
        at = f"{year}-05-01T00:00:00.000000Z"
        db.execute(
            "INSERT INTO listing_visits VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'made', 9, 9, 0, 2014,"
            " 2019, 'urn:uuid:1', ?, 'urn:uuid:2', ?)",
            [portal, f"http://a.example/{number}/", run, at, at, end.value,
             int(end is VisitEnd.WHOLE), why, "http://a.example/", "http://a.example/2"],
        )  # fmt: skip


@pytest.fixture(scope="module")
def browse(data: Path) -> Iterator[RunningBrowse]:
    with browsing(data) as running:
        yield running


def test_no_english_sentence_is_left(browse: RunningBrowse) -> None:
    starts = (
        *(
            "/",
            "/codebook",
            "/coverage?province=44&every=1",
            "/search?q=" + quote("县"),
            "/nowhere",
        ),
        *(f"/findings?page={page}" for page in range(1, 7)),
        *(f"/claim/gov:44000{number}/{year}" for number in range(BODIES) for year in (2013, 2021)),
        *(f"/claim/gov:44000{number}/2019" for number in range(2)),
        *("/checks?year=1", "/search?q=%22", "/changes?kind=cell", "/open?record=none"),
    )
    pages = dict(walk(browse, starts, most=MOST))
    assert {path.split("/")[1].split("?")[0] for path in pages} >= {
        "", "body", "changes", "checks", "claim", "codebook", "coverage", "downloads", "findings",
        "report", "search",
    }  # fmt: skip
    left = {path: found for path, page in pages.items() if (found := leftover(page))}
    assert not left


def test_english_that_is_left_would_be_found(browse: RunningBrowse, data: Path) -> None:
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        said = "INSERT INTO findings VALUES ('odd', NULL, 'http://a.example/', ?, 'none', 'made')"
        db.execute(said, ["this sentence has no form"])
    page = browse.page("/findings?kind=odd")
    assert leftover(page) == ["this sentence has no form"]
    (element,) = html.fromstring(page).xpath('//span[@lang="en"]')
    assert element.text == "this sentence has no form", "told to a screen reader as English"
    assert "Things that a person should look at" in leftover(browse.page("/findings?lang=en"))
