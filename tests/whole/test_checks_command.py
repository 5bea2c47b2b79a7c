"""``nianbao checks``: the contradictions of a crawled portal, in sentences and as JSON."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from nianbao_process import Nianbao, crawl_contradiction


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A portal with a contradiction in a table."""
    return crawl_contradiction(tmp_path_factory.mktemp("checks"), "127.0.0.64")


def objects(nianbao: Nianbao, *options: str) -> list[dict[str, object]]:
    done = nianbao.run("checks", "--json", *options)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_failure_is_one_sentence_with_where_it_stands(crawled: Nianbao) -> None:
    done = crawled.run("checks", "--identity", "t3_row")
    (line, url, warc) = done.stdout.splitlines()
    assert "table 3 (收到和处理政府信息公开申请情况), row 本年新收政府信息公开申请数量: " in line
    assert "总计 is 3, the sum of its 6 parts is 4, 1 less; as printed it fails" in line
    assert line.endswith("with blanks as 0 it fails. [error t3_row]")
    assert url.strip().startswith("http://127.0.0.64")
    assert " offset " in warc and ", record urn:uuid:" in warc
    assert "1 of 5 reports have a check that fails; checks: 1 fail, 22 hold, " in done.stderr


def test_both_kinds_of_the_changed_cell_and_the_growth_rates_of_the_prose(crawled: Nianbao) -> None:
    """447 + 2832 is not 2385, and two printed growth rates are not the quotients."""
    found = objects(crawled)
    names = sorted(str(one["identity"]) for one in found)
    assert names == ["prose_growth", "prose_growth", "prose_sum", "t3_balance", "t3_row"]
    growth = [(o["printed"], o["computed"]) for o in found if o["identity"] == "prose_growth"]
    assert sorted(growth) == [(3.48, 3.74), (4.32, 4.03)]  # type: ignore[type-var]
    (whole,) = [one for one in found if one["identity"] == "prose_sum"]
    assert (whole["printed"], whole["computed"]) == (2385, 3279)
    assert all(one["outcome"] == "fail" for one in found)


def test_json_has_the_cells_their_labels_and_the_record(crawled: Nianbao) -> None:
    (one,) = objects(crawled, "--identity", "t3_balance", "--read-again")
    assert one["place"] == "natural_person"
    cells = {str(cell["name"]): cell for cell in one["cells"]}  # type: ignore[attr-defined]
    assert cells["new_received.natural_person"]["raw"] == "4"
    label = "本年新收政府信息公开申请数量 / 自然人"
    assert cells["new_received.natural_person"]["label"] == label
    assert len(cells) == 4
    assert one["is_read_right"] is True, "the page itself says 4"
    assert set(one["warc"]) == {"file", "offset", "record_id"}  # type: ignore[call-overload]
    assert objects(crawled, "--identity", "t3_balance")[0]["is_read_right"] is None


def test_filters_and_all_outcomes(crawled: Nianbao) -> None:
    every = objects(crawled, "--all")
    assert {str(one["outcome"]) for one in every} == {
        "pass", "fail", "not_assessable", "not_applicable",
    }  # fmt: skip
    assert all(one["sentence"] for one in every)
    code = str(next(one["division"] for one in every if one["identity"] == "t3_row"))
    assert {one["division"] for one in objects(crawled, "--all", "--division", code)} == {code}
    year = next(int(str(one["report_year"])) for one in every if one["identity"] == "prose_sum")
    assert {one["report_year"] for one in objects(crawled, "--year", str(year))} == {year}


def test_what_cannot_be_asked_and_what_is_not_there(crawled: Nianbao) -> None:
    done = crawled.run("checks", "--identity", "t3_sum", code=2)
    assert "no identity is called 't3_sum'; they are t3_balance, " in done.stderr
    done = crawled.run("checks", "--year", "1999", code=1)
    assert "no report fits" in done.stderr and not done.stdout


def test_a_cell_that_is_not_at_its_place_is_told(crawled: Nianbao) -> None:
    """As a corpus that another program, or a fault of ours, wrote to."""
    path = crawled.data / "corpus.db"
    good = path.read_bytes()
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE cells SET raw = '9' WHERE name = 'new_received.total'")
        done = crawled.run("checks", "--identity", "t3_row", "--read-again", code=1)
    finally:
        path.write_bytes(good)
        for name in ("corpus.db-wal", "corpus.db-shm"):
            Path(crawled.data / name).unlink(missing_ok=True)
    assert "a fault of ours: new_received.total" in done.stdout


def test_nothing_printed_is_an_order_to_a_terminal(crawled: Nianbao) -> None:
    path = crawled.data / "corpus.db"
    good = path.read_bytes()
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE reports SET reporting_for = '某\x1b[2J县\u202e'")
            db.execute(
                "UPDATE checks SET place = 'a\x1b]0;b\x07' || rowid WHERE identity = 'prose_sum'"
            )
        plain, as_json = crawled.run("checks").stdout, crawled.run("checks", "--json").stdout
    finally:
        path.write_bytes(good)
        for name in ("corpus.db-wal", "corpus.db-shm"):
            Path(crawled.data / name).unlink(missing_ok=True)
    for printed in (plain, as_json):
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
    assert json.loads(as_json.splitlines()[0])["reporting_for"] == "某\x1b[2J县\u202e"
