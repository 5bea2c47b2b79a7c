"""Years that a portal file expects, by real runs: told or not, and the same when derived again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from changing_site import LISTING, Answer, Site, changing_site, page
from clocked import Folder
from nianbao_process import Nianbao

from crawler.exit_codes import ExitCode

JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
EXPECT = """
[expect]
years = "2021..2024"
gaps = [2023]
"""
KINDS = "('expected_year_missing', 'expected_gap_closed', 'report_overdue')"


def title(year: int) -> str:
    return f"靖宇县{year}年政府信息公开工作年度报告"


class Followed:
    """A portal whose listing has some years, and the folder that follows it."""

    def __init__(self, site: Site, folder: Folder) -> None:
        self.site = site
        self.folder = folder

    def show(self, *years: int) -> None:
        for year in years:
            self.site.put_report(f"/{year}.html", "靖宇县", 7 + year, year=year)
        rows = ((f"/{year}.html", title(year), f"{year + 1}-01-20") for year in years)
        self.site.list_dated(*rows)

    def told(self) -> list[tuple[str, int]]:
        rows = self.folder.query(f"SELECT kind, message FROM findings WHERE kind IN {KINDS}")
        return sorted((str(kind), int(str(message)[:4])) for kind, message in rows)


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    with changing_site("127.0.3.30") as site:
        folder = Folder(tmp_path / "data")
        folder.follow("a", site)
        yield Followed(site, folder)


def expect(folder: Folder, text: str = EXPECT) -> None:
    path = folder.data / "portals/a.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_missing_years_and_closed_gaps(followed: Followed, tmp_path: Path) -> None:
    folder = followed.folder
    expect(folder)
    followed.show(2021, 2023)
    _, said = folder.run(JULY, "update", "--jobs", "1", code=ExitCode.PARTIAL)
    assert "expect.years: neither a row nor a report is on 2022, 2024" in said
    first = [("expected_gap_closed", 2023)]
    first += [("expected_year_missing", year) for year in (2022, 2024)]
    assert followed.told() == first
    ((message, record, url),) = folder.query(
        "SELECT message, record_id, url FROM findings WHERE message LIKE '2022%'"
    )
    assert 'expect.years = "2021..2024" of a.toml' in str(message)
    assert url == followed.site.url + LISTING
    assert record in looked_at(folder)
    # the listing cannot be read: what was found stands
    listing = followed.site.pages[LISTING]
    followed.site.pages[LISTING] = Answer(b"", status=500)
    folder.run(JULY + 40 * DAY, "crawl", "a", "--jobs", "1", code=None)
    assert followed.told() == first
    # a row of 2022 at last; of 2024 a row without a year, whose report names it
    followed.site.pages[LISTING] = listing
    followed.show(2021, 2022, 2023)
    followed.site.put_report("/x.html", "靖宇县", 9, year=2024)
    rows = [(f"/{year}.html", title(year), f"{year + 1}-01-20") for year in (2021, 2022, 2023)]
    followed.site.list_dated(*rows, ("/x.html", "靖宇县政府信息公开工作年度报告", "2026-06-01"))
    folder.run(JULY + 80 * DAY, "crawl", "a", "--jobs", "1")
    assert followed.told() == [("expected_gap_closed", 2023)]
    same_again(folder, tmp_path)


def looked_at(folder: Folder) -> list[object]:
    query = "SELECT record_id FROM captures WHERE role = 'listing'"
    return [row[0] for row in Nianbao(folder.data).query(query, "archive.db")]


def same_again(folder: Folder, tmp_path: Path) -> None:
    """Replayed, extracted, rebuilt and imported."""
    nianbao = Nianbao(folder.data)
    live = nianbao.rows()
    for command in (("crawl", "--from-archive"), ("extract",), ("rebuild",)):
        nianbao.run(*command, "--jobs", "1")
        assert nianbao.rows() == live, command
    other = Nianbao(tmp_path / "other")
    files = sorted(map(str, (folder.data / "warc").glob("*.warc.gz")), reverse=True)
    other.run("import", *files, "--jobs", "1")
    assert other.rows()["findings"] == live["findings"], "imported"


def test_a_report_that_is_overdue(followed: Followed) -> None:
    folder = followed.folder
    followed.show(2023, 2024)
    folder.run(JULY, "update", "--jobs", "1")
    assert followed.told() == [("report_overdue", 2025)]
    followed.show(2023, 2024, 2025)
    folder.run(JULY + 40 * DAY, "update", "--jobs", "1")
    assert followed.told() == []


def test_a_listing_that_was_not_seen_to_its_end_says_nothing(followed: Followed) -> None:
    folder = followed.folder
    expect(folder)
    followed.show(2021)
    markup = followed.site.pages[LISTING].body.decode()
    body = markup.replace("</ul>", '</ul><a href="index_1.html">下一页</a>')
    followed.site.pages[LISTING] = Answer(body.encode())
    followed.site.pages[f"{LISTING}index_1.html"] = Answer(page("坏", ""), status=500)
    folder.run(JULY, "update", "--jobs", "1", code=ExitCode.PARTIAL)
    assert followed.told() == []
