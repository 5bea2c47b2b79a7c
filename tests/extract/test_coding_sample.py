"""The sample to code by hand: reproducible, stratified, blind; and what its scores say."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli_sample import sample
from crawler.errors import CrawlerError
from extract.coding_sample import draw
from extract.errors import InvalidSheet
from extract.panel_source import reading_corpus

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight bodies × 18 years: 48 reports of prose, 40 of 2014, 16 of 2019, 40 of 2021."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    folder.mkdir()
    make_corpus(folder / "corpus.db", bodies=8)
    return folder


@pytest.fixture(scope="module")
def sheet(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sheet")
    assert run(data, "-n", "40", str(target)).exit_code == 0
    return target / "sample.csv"


def run(data: Path, *words: str):
    return CliRunner().invoke(sample, ["--data", str(data), *words])


def lines(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def coded(sheet: Path, data: Path, target: Path, **changes: tuple[str, str]) -> Path:
    """The sheet as a coder fills it in who agrees with the corpus, but for some variables."""
    from extract.panel_columns import panel_variables
    from extract.panel_rows import found_values, headlines
    from extract.panel_source import find_source_report

    rows = lines(sheet)
    with reading_corpus(data / "corpus.db") as db:
        for row in rows:
            report = find_source_report(db, row["report_id"])
            assert report is not None
            found = found_values(report, headlines(report))
            values = {v.name: f.value for v, f in zip(panel_variables(), found, strict=True)}
            value = values[row["variable"]]
            row["coded_value"] = "" if value is None else f"{value:,}"
            row["coded_missing"] = "not there" if value is None else ""
            if row["variable"] in changes:
                row["coded_value"], row["coded_missing"] = changes[row["variable"]]
    write(target, rows)
    return target


def write(target: Path, rows: list[dict[str, str]]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def scored(data: Path, sheet: Path) -> dict:  # type: ignore[type-arg]
    result = run(data, "--score", str(sheet), "--json")
    assert result.exit_code == 0, result.output
    found: dict = json.loads(result.stdout)  # type: ignore[type-arg]
    return found


def test_the_same_seed_draws_the_same_sheet(data: Path, sheet: Path, tmp_path: Path) -> None:
    run(data, "-n", "40", str(tmp_path / "a"))
    run(data, "-n", "40", "--seed", "2", str(tmp_path / "b"))
    assert (tmp_path / "a/sample.csv").read_bytes() == sheet.read_bytes()
    assert {r["report_id"] for r in lines(tmp_path / "b/sample.csv")} != {
        r["report_id"] for r in lines(sheet)
    }


def test_forms_have_equal_shares_and_each_level_its_own(sheet: Path) -> None:
    reports = {row["report_id"]: (row["form"], row["level"]) for row in lines(sheet)}
    assert Counter(form for form, _ in reports.values()) == {
        **{"prose": 10, "2014": 10, "2019": 10, "2021": 10}
    }
    assert {level for _, level in reports.values()} == {"prefecture", "county"}
    about = json.loads((sheet.parent / "sample.json").read_text(encoding="utf-8"))
    assert about["in_corpus"]["2021/county"] == 30
    counts = {(row["stratum_reports"], row["stratum_drawn"]) for row in lines(sheet)
              if (row["form"], row["level"]) == ("2021", "county")}  # fmt: skip
    assert counts == {("30", str(about["drawn"]["2021/county"]))}
    assert sum(about["drawn"].values()) == 40


@pytest.mark.parametrize("size", [1, 3, 40, 144, 1000])
def test_never_more_than_asked_or_there_and_never_fewer(data: Path, size: int) -> None:
    with reading_corpus(data / "corpus.db") as db:
        drawn = draw(db, size=size, seed=5, is_left_out=lambda _: False)
    assert len(dict(drawn.reports)) == len(drawn.reports) == min(size, 144)
    assert drawn.shares == {s: list(dict(drawn.reports).values()).count(s) for s in drawn.sizes}
    assert sum(drawn.sizes.values()) == 144


def test_what_none_is_drawn_of_is_told(data: Path, tmp_path: Path) -> None:
    result = run(data, "-n", "5", str(tmp_path))
    assert "none is drawn of 3 kinds of reports, " in result.stderr
    assert "no rate will speak of them" in result.stderr


def test_the_sheet_is_blind(data: Path, sheet: Path) -> None:
    """Two corpora that differ in every value alone give one sheet."""
    other = sheet.parent / "other"
    other.mkdir()
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        db.execute("VACUUM INTO ?", [str(other / "corpus.db")])
    with closing(sqlite3.connect(other / "corpus.db")) as db:
        db.execute("UPDATE cells SET value = 31415, raw = '31415'")
        db.execute("UPDATE figures SET value = 27182")
        db.commit()
    run(other, "-n", "40", str(other / "out"))
    assert (other / "out/sample.csv").read_bytes() == sheet.read_bytes()
    for row in lines(sheet):
        assert row["coded_value"] == row["coded_missing"] == ""
        assert row["open"] == f"nianbao replay --address {row['record_id']}"
        assert row["label_zh"] and row["rule"]


def test_a_coder_who_agrees_finds_no_error(data: Path, sheet: Path, tmp_path: Path) -> None:
    result = scored(data, coded(sheet, data, tmp_path / "coded.csv"))
    assert result["outcomes"] == {"right": len(lines(sheet))}
    assert all(rate["errors"] == 0 for rate in result["rates"])
    assert result["errors"] == []


def test_each_kind_of_error_is_counted_by_variable_and_form(
    data: Path, sheet: Path, tmp_path: Path
) -> None:
    changes = {"granted": ("123456", ""), "suits": ("", "n/a")}
    path = coded(sheet, data, tmp_path / "coded.csv", **changes)
    result = scored(data, path)
    by_key = {(rate["variable"], rate["form"]): rate for rate in result["rates"]}
    assert by_key["granted", "2021"]["errors"] == by_key["granted", "2021"]["lines"] == 10
    assert by_key["closed", "all"]["errors"] == 0
    kinds = {(one["variable"], one["kind"]) for one in result["errors"]}
    assert ("granted", "wrong") in kinds
    assert ("suits", "invented") in kinds
    assert ("granted", "missed") in kinds or by_key["granted", "2014"]["errors"] == 10
    low, high = by_key["granted", "2021"]["interval_95"]
    assert (low, high) == (pytest.approx(0.7225, abs=1e-3), 1.0)


def wrong_in_2019(sheet: Path, data: Path, target: Path) -> list[dict[str, str]]:
    """The coded sheet with every value of ``granted`` in the form of 2019 another than ours."""
    rows = lines(coded(sheet, data, target))
    for row in rows:
        if (row["variable"], row["form"]) == ("granted", "2019"):
            row["coded_value"], row["coded_missing"] = "123456", ""
    return rows


def test_forms_and_levels_have_the_weight_of_their_reports(
    data: Path, sheet: Path, tmp_path: Path
) -> None:
    """Ten of each form are drawn; of 144 reports 16 have the form of 2019."""
    write(tmp_path / "coded.csv", wrong_in_2019(sheet, data, tmp_path / "coded.csv"))
    result = scored(data, tmp_path / "coded.csv")
    by_key = {(rate["variable"], rate["form"]): rate for rate in result["rates"]}
    pooled = by_key["granted", "all"]
    assert (pooled["errors"], pooled["lines"]) == (10, 40)
    assert pooled["rate"] == pytest.approx(16 / 144, abs=1e-6)
    low, high = pooled["interval_95"]
    assert 0.05 < low < 16 / 144 < high < 0.25
    assert by_key["granted", "2019"]["rate"] == 1.0
    assert result["is_weighted"] and "weighted by the reports" in result["method"]
    said = run(data, "--score", str(tmp_path / "coded.csv")).stdout
    assert "11.1%" in said and "score interval" in said and "unweighted" not in said


def test_a_sheet_without_the_sizes_has_unweighted_rates(
    data: Path, sheet: Path, tmp_path: Path
) -> None:
    """As sheets were before they had the columns."""
    rows = wrong_in_2019(sheet, data, tmp_path / "coded.csv")
    for row in rows:
        del row["stratum_reports"], row["stratum_drawn"]
    write(tmp_path / "coded.csv", rows)
    result = scored(data, tmp_path / "coded.csv")
    (pooled,) = [r for r in result["rates"] if (r["variable"], r["form"]) == ("granted", "all")]
    assert pooled["rate"] == 0.25
    assert pooled["interval_95"] == [
        pytest.approx(0.1419, abs=1e-4),
        pytest.approx(0.4019, abs=1e-4),
    ]
    assert not result["is_weighted"]
    said = run(data, "--score", str(tmp_path / "coded.csv")).stdout
    assert "unweighted rate" in said and "Rates are unweighted" in said


def test_a_form_and_level_of_which_no_line_is_coded_is_told(
    data: Path, sheet: Path, tmp_path: Path
) -> None:
    """Of ``granted`` the form of 2021 is left: the rate speaks of the 104 other reports."""
    rows = wrong_in_2019(sheet, data, tmp_path / "coded.csv")
    for row in rows:
        if (row["variable"], row["form"]) == ("granted", "2021"):
            row["coded_value"] = row["coded_missing"] = ""
    write(tmp_path / "coded.csv", rows)
    (pooled,) = [
        rate
        for rate in scored(data, tmp_path / "coded.csv")["rates"]
        if (rate["variable"], rate["form"]) == ("granted", "all")
    ]
    assert pooled["strata_left_out"] == 2
    assert pooled["rate"] == pytest.approx(16 / 104, abs=1e-6)
    said = run(data, "--score", str(tmp_path / "coded.csv")).stderr
    assert "1 rates leave out a form and level" in said


def test_what_cannot_be_scored_is_told(data: Path, sheet: Path, tmp_path: Path) -> None:
    path = coded(sheet, data, tmp_path / "coded.csv", granted=("", ""))
    rows = lines(path)
    rows[0]["record_id"] = "urn:uuid:another"
    rows[1]["report_id"] = "gov:999999/2020/area"
    write(path, rows)
    result = run(data, "--score", str(path))
    assert "lines have neither value nor reason: not scored" in result.stderr
    assert "1 lines are of reports that the corpus has not" in result.stderr
    assert "1 lines are of a reading that is no longer" in result.stderr
    assert "granted" not in {rate["variable"] for rate in scored(data, path)["rates"]}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("coded_value", "viele", "column coded_value: 'viele' is no number"),
        ("variable", "grantet", "is no variable of the panel"),
        ("report_id", "", "column report_id: '' is blank"),
        ("stratum_reports", "", "column stratum_reports: '' is blank"),
        ("stratum_reports", "many", "column stratum_reports: 'many' is no number of reports"),
        ("stratum_drawn", "9999", "column stratum_drawn: '9999' is more than the"),
        ("stratum_reports", "9999", "column stratum_reports: '9999' or stratum_drawn differs"),
    ],
)
def test_a_slip_names_line_and_column(
    data: Path, sheet: Path, tmp_path: Path, column: str, value: str, message: str
) -> None:
    rows = lines(sheet)
    rows[1][column] = value
    write(tmp_path / "coded.csv", rows)
    result = run(data, "--score", str(tmp_path / "coded.csv"))
    assert isinstance(result.exception, InvalidSheet)
    assert "line 3" in str(result.exception)
    assert message in str(result.exception)


def test_a_line_twice_is_refused(data: Path, sheet: Path, tmp_path: Path) -> None:
    rows = lines(sheet)
    write(tmp_path / "coded.csv", [*rows, rows[0]])
    result = run(data, "--score", str(tmp_path / "coded.csv"))
    assert isinstance(result.exception, InvalidSheet)
    assert "is coded in line 2 already" in str(result.exception)


def test_cells_can_be_coded_where_the_form_has_them(data: Path, tmp_path: Path) -> None:
    run(data, "-n", "144", "--variable", "granted_nat", "--variable", "e2_staff_total",
        str(tmp_path / "out"))  # fmt: skip
    found = Counter((row["variable"], row["form"]) for row in lines(tmp_path / "out/sample.csv"))
    assert found == {
        **{("granted_nat", "2019"): 16, ("granted_nat", "2021"): 40},
        ("e2_staff_total", "2014"): 40,
    }
    refused = run(data, "--variable", "grantet", str(tmp_path / "b"))
    assert isinstance(refused.exception, CrawlerError)
    assert "'grantet' is no variable" in str(refused.exception)


def test_a_sheet_that_is_there_is_not_written_over(data: Path, sheet: Path) -> None:
    result = run(data, str(sheet.parent))
    assert isinstance(result.exception, CrawlerError)
    assert "may be coded" in str(result.exception)
