"""kill -9 when a run has ended in the archive and the corpus lacks what its captures say together:
its findings, its visits, its rows that went off. The next run says all of it, once.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from changing_site import Answer, Site, changing_site
from clocked import Folder
from nianbao_process import Nianbao
from test_update import DAY, JULY

ROWS = tuple(
    (f"/{number}.html", f"{county}2019年政府信息公开工作年度报告", f"2020-03-{10 + number}")
    for number, county in ((3, "靖宇县"), (2, "抚松县"), (1, "长白县"))
)
OFF, GONE = ROWS[1][0], ROWS[2][0]

MOMENTS = {
    "nothing": "crawler.rereading:judge_run",
    "half": "crawler.rereading:run_findings",
    "all": "extract.store:CorpusStore.add_run",
}
"""What of it the corpus has, and what the process dies before."""


@dataclass(frozen=True, slots=True)
class Days:
    """A portal whose second day takes a page away and a row off the listing."""

    site: Site

    def visit(self, folder: Folder, day: int, **how: object) -> None:
        for path, title, _ in ROWS:
            self.site.put_report(path, title.partition("2019")[0], 7)
        if day:
            self.site.pages[GONE] = Answer(b"<html>404</html>", status=404)
        self.site.list_dated(*(row for row in ROWS if not day or row[0] != OFF))
        arguments = ("crawl", "p", "--full", "--jobs", "1")
        folder.run(JULY + day * DAY, *arguments, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def days() -> Iterator[Days]:
    with changing_site("127.0.3.34") as site:
        yield Days(site)


@pytest.fixture(scope="module")
def unharmed(days: Days, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Three days of which none was killed."""
    folder = followed(days, tmp_path_factory.mktemp("unharmed"))
    for day in range(3):
        days.visit(folder, day, code=None)
    return folder


def followed(days: Days, root: Path) -> Folder:
    folder = Folder(root / "data")
    folder.follow("p", days.site)
    return folder


def told(folder: Folder) -> dict[str, list[tuple[object, ...]]]:
    """What the second day's captures say together."""
    return {
        "gone": folder.query("SELECT url FROM findings WHERE kind = 'report_gone'"),
        "off": folder.query("SELECT kind, url, substr(newer_at, 1, 10) FROM listing_changes"),
    }


def ended(folder: Folder) -> tuple[int, int]:
    """Runs that ended by archive.db, and by corpus.db."""
    with closing(sqlite3.connect(folder.data / "archive.db")) as db:
        (archived,) = db.execute("SELECT count(outcome) FROM runs").fetchone()
    ((known,),) = folder.query("SELECT count(*) FROM runs WHERE outcome <> 'interrupted'")
    return archived, int(str(known))


@pytest.mark.parametrize("lacking", MOMENTS)
def test_the_next_run_says_all(lacking: str, days: Days, unharmed: Folder, tmp_path: Path) -> None:
    folder, url = followed(days, tmp_path), days.site.url
    days.visit(folder, 0, code=None)
    fault = {"do": "kill", "at": MOMENTS[lacking], "call": 1, "when": "before"}
    days.visit(folder, 1, code=-signal.SIGKILL, fault=fault)
    assert ended(folder) == (2, 1), "it ended, and the corpus must not know it yet"
    whole = {"gone": [(url + GONE,)], "off": [("off_listing", url + OFF, "2026-07-02")]}
    assert told(unharmed) == whole
    left = {"nothing": {"gone": [], "off": []}, "half": whole | {"gone": []}, "all": whole}
    assert told(folder) == left[lacking], "the kill was elsewhere"
    days.visit(folder, 2, code=None)
    assert ended(folder) == (3, 3)
    assert told(folder) == whole
    assert Nianbao(folder.data).said() == Nianbao(unharmed.data).said()
