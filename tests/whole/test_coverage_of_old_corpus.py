"""Coverage of a corpus from before visits of listings were noted: what it says, what mends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import Site, changing_site
from clocked import Folder

from crawler.exit_codes import ExitCode

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
SEPTEMBER = JULY + timedelta(days=70)
COVERAGE = ("coverage", "--division", "220622")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """Two runs over a county's listing, which has no report on 2020."""
    with changing_site("127.0.3.32") as site:
        folder = Folder(tmp_path / "data")
        folder.follow("a", site, more='division = "220622"')
        show(site, 2019, 2021)
        for day in range(2):
            folder.run(JULY + timedelta(days=day), "crawl", "a", "--jobs", "1")
        yield folder


def show(site: Site, *years: int) -> None:
    rows = []
    for year in years:
        site.put_report(f"/{year}.html", "靖宇县", year, year=year)
        title = f"靖宇县{year}年政府信息公开工作年度报告"
        rows.append((f"/{year}.html", title, f"{year + 1}-01-20"))
    site.list_dated(*rows)


def change(folder: Folder, *statements: str) -> None:
    with closing(sqlite3.connect(folder.data / "corpus.db")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_where_nothing_is_known_it_says_what_to_do(folder: Folder) -> None:
    lines, said = folder.run(SEPTEMBER, *COVERAGE)
    assert any("F  N  F" in line for line in lines)
    assert "older nianbao" not in said
    # as a crawl leaves it that brings an old corpus.db to today's tables
    change(folder, "DELETE FROM listing_visits", "DELETE FROM portals", "DELETE FROM answers")
    for command in (COVERAGE, (*COVERAGE, "--json"), (*COVERAGE, "--by", "year")):
        shown, said = folder.run(SEPTEMBER, *command, code=ExitCode.BAD_INPUT)
        assert shown == [], "no gap is shown that nobody looked for"
        told = " ".join(said.split())
        assert "corpus.db" in told and "of 2 runs" in told and "`nianbao extract`" in told
    # and as it was before any
    change(folder, "DROP TABLE listing_visits")
    _, said = folder.run(SEPTEMBER, *COVERAGE, code=ExitCode.BAD_INPUT)
    assert "corpus.db" in said and "`nianbao extract`" in " ".join(said.split())


def test_extract_mends_it(folder: Folder) -> None:
    lines, _ = folder.run(SEPTEMBER, *COVERAGE)
    change(folder, "DELETE FROM listing_visits", "DELETE FROM portals", "DELETE FROM answers")
    folder.run(SEPTEMBER, "extract", "--jobs", "1")
    again, said = folder.run(SEPTEMBER, *COVERAGE)
    assert again == lines and "older nianbao" not in said


def test_where_some_runs_are_not_known_it_says_so(folder: Folder) -> None:
    change(
        folder,
        "DELETE FROM listing_visits WHERE run = (SELECT run FROM runs ORDER BY started_at LIMIT 1)",
    )
    lines, said = folder.run(SEPTEMBER, *COVERAGE)
    assert any("F  N  F" in line for line in lines), "what the other run saw is claimed"
    told = " ".join(said.split())
    assert (
        "how 1 of its runs visited" in told
        and "older nianbao" in told
        and "`nianbao extract`" in told
    )
