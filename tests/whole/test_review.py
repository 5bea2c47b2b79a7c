"""``nianbao review``: verdicts beside values in every output, mixed into none, through rebuilds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nianbao_process import Nianbao, crawl_contradiction

CELL = "new_received.natural_person"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A portal with a contradiction in a table."""
    return crawl_contradiction(tmp_path_factory.mktemp("review"), "127.0.0.71")


@pytest.fixture(autouse=True)
def unjudged(crawled: Nianbao) -> None:
    """Each test begins without the file."""
    (crawled.data / "review.csv").unlink(missing_ok=True)


def report(nianbao: Nianbao) -> tuple[str, str]:
    """Id and address of the report with the changed cell."""
    ((report_id, url),) = nianbao.query(
        "SELECT r.report_id, d.url FROM reports r JOIN documents d USING (record_id) "
        f"JOIN cells c USING (record_id) WHERE c.name = '{CELL}' AND c.value = 4"
    )
    return str(report_id), str(url)


def lines(nianbao: Nianbao, *command: str) -> list[dict[str, Any]]:
    done = nianbao.run(*command, code=None)
    return [json.loads(line) for line in done.stdout.splitlines()]


def exported(nianbao: Nianbao, target: Path) -> dict[str, dict[str, Any]]:
    nianbao.run("export", "--format", "jsonl", str(target))
    found = [
        json.loads(line) for line in (target / "reports.jsonl").read_text("utf-8").split("\n")[:-1]
    ]
    return {one["url"]: one for one in found}


def judge_all(nianbao: Nianbao) -> None:
    """A cell, a check, a figure with a quote, and a cell that nothing was read of."""
    report_id, url = report(nianbao)
    by = ("--by", "李四")
    said = ("--verdict", "source_error", *by, "--right", "3", "--note", "=1+1")
    done = nianbao.run("review", url, CELL, *said)
    assert done.stdout == "" and f"{CELL} (4 4) is source_error; noted in" in done.stderr
    nianbao.run(
        "review", report_id, "t3_row", "--place", "new_received", "--verdict", "confirmed", *by
    )


def test_a_verdict_stands_beside_its_value_everywhere(crawled: Nianbao, tmp_path: Path) -> None:
    before = exported(crawled, tmp_path / "before")
    rows = crawled.rows()
    judge_all(crawled)
    report_id, url = report(crawled)
    after = exported(crawled, tmp_path / "after")
    cell, check = after[url]["verdicts"]
    assert cell == cell | {
        "variable": CELL, "place": "table", "value": 4, "raw": "4", "verdict": "source_error",
        "right": "3", "by": "李四", "note": "=1+1", "standing": "holds",
        "now": {"value": 4, "raw": "4"},
    }  # fmt: skip
    assert (check["variable"], check["value"], check["raw"]) == ("t3_row", "fail", "3 against 4")
    for one in before:
        assert after[one] | {"verdicts": []} == before[one], "values are as they were"
        assert bool(after[one]["verdicts"]) == (one == url)
    assert crawled.rows() == rows, "no table has them"
    (shown,) = lines(crawled, "show", url, "--json")
    assert shown == after[url]
    said = f"verdict: {CELL} at table (4 4) source_error, right is 3, by 李四 on "
    assert said in crawled.run("show", url).stdout
    checks = {one["identity"]: one for one in lines(crawled, "checks", "--json")}
    assert [one["variable"] for one in checks["t3_row"]["verdicts"]] == [CELL, "t3_row"]
    assert [one["variable"] for one in checks["t3_balance"]["verdicts"]] == [CELL]
    assert checks["prose_sum"]["verdicts"] == []
    assert said in crawled.run("checks", "--identity", "t3_balance").stdout
    listed = lines(crawled, "review", "--list", "--json")
    assert [(one["report_id"], one["line"], one["standing"]) for one in listed] == [
        (report_id, 2, "holds"),
        (report_id, 3, "holds"),
    ]
    done = crawled.run("review", "--stale")
    assert done.stdout == "" and "2 holds, 0 stale, 0 replaced, 0 unmatched" in done.stderr


@pytest.mark.parametrize("command", ["extract", "rebuild"])
def test_verdicts_outlive_every_rebuild_and_change_no_row(command: str, crawled: Nianbao) -> None:
    rows = crawled.rows()
    judge_all(crawled)
    content = (crawled.data / "review.csv").read_bytes()
    before = crawled.run("review", "--json").stdout
    if command == "rebuild":
        for path in crawled.data.glob("*.db*"):
            path.unlink()
    done = crawled.run(command)
    assert "review.csv" not in done.stderr, "all of them hold"
    assert crawled.rows() == rows
    assert (crawled.data / "review.csv").read_bytes() == content
    assert crawled.run("review", "--json").stdout == before


def test_what_no_longer_holds_is_told_and_said_of_nothing(crawled: Nianbao, tmp_path: Path) -> None:
    report_id, url = report(crawled)
    (crawled.data / "review.csv").write_text(
        "report_id,variable,value,verdict,by,on\n"
        f"{report_id},{CELL},3,confirmed,A,2026-01-02\n"
        f"{report_id},granted.totl,3,confirmed,A,2026-01-02\n"
        f"gov:110101/2001/area,{CELL},-3,wrong,A,2026-01-02\n",
        encoding="utf-8",
    )
    stale, unknown, lost = lines(crawled, "review", "--stale", "--json")
    assert (stale["standing"], stale["why"]) == ("stale", "judged was 3, read now is 4 (4)")
    assert (unknown["standing"], unknown["why"]) == ("unmatched", "no value is called granted.totl")
    assert lost["why"] == "the corpus has no report gov:110101/2001/area"
    assert (lost["report_id"], lost["value"]) == (None, -3)
    told = "review.csv: 3 verdicts are about values that changed, or fit nothing"
    for command in (["export", "--format", "jsonl", str(tmp_path)], ["checks"], ["rebuild"]):
        assert told in crawled.run(*command, code=None).stderr, command
    assert "[stale: judged was 3, read now is 4 (4)]" in crawled.run("show", url).stdout
    (one,) = exported(crawled, tmp_path)[url]["verdicts"]
    assert (one["standing"], one["now"]) == ("stale", {"value": 4, "raw": "4"})


def test_what_cannot_be_judged(crawled: Nianbao) -> None:
    report_id, _ = report(crawled)
    said = ("--verdict", "wrong", "--by", "A")
    for arguments, told in (
        ((report_id, "granted.totl", *said), "alike are: granted.total"),
        (("gov:1/2001/area", CELL, *said), "no reports are gov:1/2001/area"),
        ((report_id, "t3_row", *said), "times, choose with --place: "),
        ((report_id, CELL, "--verdict", "wrong"), "needs --verdict and --by"),
        ((report_id, "--verdict", "wrong"), "name the value"),
        ((report_id, CELL, *said, "--stale"), "go without VARIABLE"),
        ((report_id, CELL, *said, "--note", "x" * 2001), "column note: "),
    ):
        assert told in crawled.run("review", *arguments, code=2).stderr, arguments
    assert crawled.run("review", "--json").stdout == ""


def test_a_file_that_is_not_understood_stops_what_shows_it_and_no_reading(
    crawled: Nianbao, tmp_path: Path
) -> None:
    (crawled.data / "review.csv").write_text("report_id,verdict\nx,y\n", encoding="utf-8")
    told = "review.csv line 1: column variable is missing"
    for command in (["export", "--format", "jsonl", str(tmp_path)], ["checks"], ["review"]):
        assert told in crawled.run(*command, code=2).stderr, command
    assert told in crawled.run("extract").stderr
