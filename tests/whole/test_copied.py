"""A portal that lists last year's report again with other numbers: told, live and read again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from nianbao_process import Nianbao, copy_site, served

LISTING = "zfxxgk/zfxxgknb/"
MARK = "靖宇县2019年"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The sample portal, and its report on 2019 once more as that on 2020."""
    folder = tmp_path_factory.mktemp("copied")
    site, nianbao = copy_site(folder), Nianbao(folder / "data")
    copy_report(site)
    with served(site, "127.0.0.73") as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "beispiel")
    return nianbao


def copy_report(site: Path) -> None:
    """A page whose years, and the numbers of whose prose, are others; its tables are the same."""
    (page,) = [one for one in site.rglob("t*.html") if MARK.encode() in one.read_bytes()]
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"(\d+)(?=[条件次篇个人])", lambda found: str(int(found[1]) + 7), text)
    later = text.replace("2019年", "2020年").replace("2020-0", "2021-0")
    copy = page.with_name("t20210315_100999.html")
    copy.write_text(later, encoding="utf-8")
    for listing in (site / LISTING).glob("index*.html"):
        rows = listing.read_text(encoding="utf-8")
        found = re.search(rf"<li>(?:(?!</li>).)*{page.name}.*?</li>", rows, re.DOTALL)
        if found:
            row = found[0].replace(page.name, copy.name).replace("2019年", "2020年")
            row = row.replace("2020-0", "2021-0")
            listing.write_text(rows.replace(found[0], row + found[0]), encoding="utf-8")


def copied(nianbao: Nianbao, *options: str) -> list[dict[str, str]]:
    done = nianbao.run("checks", "--copied", "--json", *options)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_prose_and_tables_are_told_with_both_reports(crawled: Nianbao) -> None:
    found = copied(crawled)
    assert [one["kind"] for one in found] == ["narrative_copied", "table_copied"]
    records = dict(
        crawled.query("SELECT report_year, record_id FROM reports WHERE division = '220622'")
    )  # type: ignore[arg-type]
    for one in found:
        assert (one["report"], one["report_year"]) == ("gov:220622/2020/area", 2020)
        assert f"the report on 2020 at {one['url']} ({records[2020]})" in one["message"]
        assert f"({records[2019]})" in one["message"].partition("report on 2019 at ")[2]
        assert one["record_id"] == records[2020]
    assert found[0]["message"].startswith("100 % of the narrative")
    assert re.match(r"(\d+) of the \1 numbers, zeros left out, in table 2 of", found[1]["message"])
    shown = crawled.run("show", found[0]["url"]).stdout
    assert f"finding narrative_copied: {found[0]['message']}" in shown
    sentence = f"靖宇县 (220622) 2020: {found[0]['message']} [narrative_copied]"
    assert sentence in crawled.run("checks", "--copied").stdout


def test_choices(crawled: Nianbao) -> None:
    assert len(copied(crawled, "--year", "2020", "--division", "22")) == 2
    assert copied(crawled, "--year", "2019") == []
    assert copied(crawled, "--division", "44") == []
    done = crawled.run("checks", "--copied", "--all", code=2)
    assert "--copied goes with --division, --year and --json alone" in done.stderr


def test_what_is_taken_down_is_not_named(crawled: Nianbao) -> None:
    """The earlier report, too: what is told of the later one quotes it."""
    before = copied(crawled)
    path = crawled.data / "suppress.txt"
    for year in (2019, 2020):
        ((url,),) = crawled.query(
            "SELECT d.url FROM reports r JOIN documents d USING (record_id)"
            f" WHERE r.report_id = 'gov:220622/{year}/area'"
        )
        path.write_text(f"{url}\n", encoding="utf-8")
        try:
            done = crawled.run("checks", "--copied")
            assert done.stdout == ""
            assert "suppress.txt takes 2 findings down" in done.stderr
            if year == 2019:
                assert "_copied:" not in crawled.run("show", before[0]["url"]).stdout
        finally:
            path.unlink()


@pytest.mark.parametrize("command", ["extract", "crawl --from-archive", "rebuild"])
def test_the_same_however_the_archive_is_read(command: str, crawled: Nianbao) -> None:
    before = crawled.rows()
    assert before["_narratives"]
    if command == "rebuild":
        for path in crawled.data.glob("*.db*"):
            path.unlink()
    crawled.run(*command.split())
    assert crawled.rows() == before
