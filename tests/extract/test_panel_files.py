"""The exported tables, read back by pandas, pyreadstat and DuckDB: names, labels, values."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat
import pytest
from pygments.lexers import StataLexer
from pygments.token import Token

from archive.errors import NewerSchema
from archive.folder import DataFolder
from extract import panel_export, parquet_table
from extract.csv_table import safe
from extract.errors import ExtractError
from extract.panel_columns import KEY, panel_variables
from extract.panel_export import PanelChoice, PanelFormat, write_panel
from extract.panel_tables import PanelTable
from extract.schema import open_corpus
from extract.selection import Selection
from extract.value_status import BY_LETTER, LETTERS, ValueStatus

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus

EVERYTHING = PanelChoice(formats=tuple(PanelFormat))
HOSTILE = '=HYPERLINK("http://evil.example/","年报")'
LONG_NAME = "很" * 200
SCRIPT = '<script>alert(1)</script>"; DROP TABLE,\n换行\r\t'


def write_corpus(root: Path) -> DataFolder:
    """Two bodies × 18 years, with a hostile title, a name of 200 characters, partial scopes."""
    root.mkdir()
    make_corpus(root / "corpus.db", bodies=2)
    with closing(sqlite3.connect(root / "corpus.db")) as db:
        db.execute("UPDATE reports SET title = ? WHERE report_year = 2012", [HOSTILE])
        db.execute("UPDATE reports SET title = ? WHERE report_year = 2013", [SCRIPT])
        db.execute("UPDATE bodies SET name = ? WHERE body_id = 'gov:440001'", [LONG_NAME])
        db.execute("UPDATE reports SET issuing_body = ? WHERE report_year = 2014", [LONG_NAME])
        db.execute("UPDATE figures SET scope = '市政府部门' WHERE report LIKE '%/2010/%'")
        db.execute("UPDATE cells SET raw = '-106', value = -106 WHERE name = 't2_permits_change'")
        db.commit()
    return DataFolder(root)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    return write_corpus(tmp_path_factory.mktemp("panel") / "data")


@pytest.fixture(scope="module")
def written(folder: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in every format."""
    target = tmp_path_factory.mktemp("export")
    write_panel(folder, target, Selection(), EVERYTHING)
    return target


@pytest.fixture(scope="module")
def from_csv(written: Path) -> pd.DataFrame:
    return pd.read_csv(written / "panel.csv", dtype={"division": "string"}, low_memory=False)


@pytest.fixture(scope="module")
def from_dta(written: Path) -> tuple[pd.DataFrame, Any]:
    frame, about = pyreadstat.read_dta(written / "panel.dta", user_missing=True)
    return frame, about


def cells(folder: DataFolder) -> dict[tuple[str, str], float | None]:
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        return {(r, n): v for r, n, v in db.execute("SELECT report, name, value FROM cells")}


def test_values_of_every_format_are_those_of_the_corpus(
    folder: DataFolder, written: Path, from_csv: pd.DataFrame
) -> None:
    known = cells(folder)
    parquet = pd.read_parquet(written / "panel.parquet")
    assert len(from_csv) == len(parquet) == 36
    compared = 0
    for frame in (from_csv, parquet):
        keyed = frame.set_index(list(KEY))
        for variable in panel_variables():
            for index, value in keyed[variable.name].items():
                report = "/".join(map(str, index))
                if (report, variable.field) in known and variable.table is not None:
                    expected = known[report, variable.field]
                    assert (expected is None and pd.isna(value)) or expected == value
                    compared += 1
    assert compared == 2 * len(known)


def test_statuses_stand_beside_every_value(from_csv: pd.DataFrame) -> None:
    for variable in panel_variables():
        has_value = [ValueStatus(one).has_value for one in from_csv[f"{variable.name}_status"]]
        assert has_value == from_csv[variable.name].notna().tolist(), variable.name


def test_missing_codes_of_stata_are_the_statuses(
    from_csv: pd.DataFrame, from_dta: tuple[pd.DataFrame, Any]
) -> None:
    frame, about = from_dta
    seen: set[str] = set()
    for variable in panel_variables():
        for code, status, value in zip(
            frame[variable.name],
            map(ValueStatus, from_csv[f"{variable.name}_status"]),
            from_csv[variable.name],
            strict=True,
        ):
            assert code == (value if status.has_value else LETTERS[status]), variable.name
            seen.add(LETTERS.get(status, ""))
        labels = about.variable_value_labels[variable.name]
        assert {k: v for k, v in labels.items() if k in BY_LETTER} == BY_LETTER
    assert {"b", "d", "h", "i"} <= seen


def test_labels_of_stata_are_those_of_the_registry(from_dta: tuple[pd.DataFrame, Any]) -> None:
    _, about = from_dta
    for variable in panel_variables():
        assert about.column_names_to_labels[variable.name] == variable.english
    sources = about.variable_value_labels["granted_source"]
    assert sources == {1: "cell", 2: "sum_of_cells", 3: "figure"}


def test_pandas_reads_the_stata_file_as_well(written: Path, from_csv: pd.DataFrame) -> None:
    frame = pd.read_stata(written / "panel.dta", convert_categoricals=False, convert_missing=True)
    assert frame["body_id"].tolist() == from_csv["body_id"].tolist()
    assert frame["title"].tolist()[4] == HOSTILE
    assert str(frame["granted_tot"][0]) == ".d"
    with pd.io.stata.StataReader(written / "panel.dta") as reader:
        assert reader.variable_labels()["granted_tot"] == "Granted (total)"
        assert reader.time_stamp == ""


def test_long_names_and_hostile_titles_come_back_whole(
    written: Path, from_dta: tuple[pd.DataFrame, Any]
) -> None:
    frame, _ = from_dta
    by_year = frame.set_index(["body_id", "report_year"])
    assert by_year.loc[("gov:440001", 2009), "name"] == LONG_NAME
    assert by_year.loc[("gov:440000", 2014), "issuing_body"] == LONG_NAME
    assert by_year.loc[("gov:440000", 2013), "title"] == SCRIPT
    parquet = pd.read_parquet(written / "panel.parquet").set_index(["body_id", "report_year"])
    assert parquet.loc[("gov:440000", 2012), "title"] == HOSTILE
    assert parquet.loc[("gov:440000", 2013), "title"] == SCRIPT


def test_no_text_is_a_formula_and_numbers_stay_numbers(written: Path) -> None:
    formulas = ("=", "+", "-", "@", "\t", "\r")
    negative = 0
    for name in ("panel", "observations", "headline"):
        with (written / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for value in row.values():
                    if value.startswith(formulas):
                        negative += float(value) == -106
    assert negative == 4 + 4  # permits of 2 bodies × 2 years in the panel and among observations
    with (written / "observations.csv").open(encoding="utf-8", newline="") as file:
        changed = [r for r in csv.DictReader(file) if r["variable"] == "t2_permits_change"]
    assert {(row["value"], row["raw"]) for row in changed} == {("-106", "'-106")}


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-", "'-"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("2019年", "2019年"),
        ("", ""),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_formula_safe(text: str, written_as: str) -> None:
    assert safe(text) == written_as


def test_duckdb_reads_csv_and_parquet(written: Path, from_csv: pd.DataFrame) -> None:
    query = "SELECT count(*), sum(new_received_tot), min(division) FROM '{}'"
    found = {
        duckdb.sql(query.format(written / f"panel.{form}")).fetchall()[0][:2]
        for form in ("csv", "parquet")
    }
    assert found == {(36, from_csv["new_received_tot"].sum())}
    types = dict(
        duckdb.sql(
            f"SELECT name, type FROM parquet_schema('{written / 'panel.parquet'}')"
        ).fetchall()
    )
    assert (types["granted_tot"], types["report_year"]) == ("DOUBLE", "INT32")


def test_row_groups_hold_the_rows_in_order(
    folder: DataFolder, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_export, "ROWS_AT_A_TIME", 5)
    monkeypatch.setattr(parquet_table, "GROUP_ROWS", 10)
    choice = PanelChoice(formats=(PanelFormat.PARQUET,), tables=(PanelTable.PANEL,))
    write_panel(folder, tmp_path, Selection(), choice)
    query = "SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{}')"
    assert duckdb.sql(query.format(tmp_path / "panel.parquet")).fetchall() == [(4,)]
    again = pd.read_parquet(tmp_path / "panel.parquet")
    pd.testing.assert_frame_equal(again, pd.read_parquet(written / "panel.parquet"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_duckdb_reads_hostile_titles(written: Path, form: str) -> None:
    """A lone carriage return in a title is no end of a line."""
    query = f"SELECT count(*), min(title) FROM '{written / f'panel.{form}'}'"
    (found,) = duckdb.sql(f"{query} WHERE report_year = 2013").fetchall()
    assert found == (2, SCRIPT)


def test_partial_scopes_are_null_and_say_so(from_csv: pd.DataFrame) -> None:
    rows = from_csv[from_csv["report_year"] == 2010]
    assert rows["requests_received"].isna().all()
    assert set(rows["requests_received_status"]) == {"partial_scopes"}


def test_headline_values_are_traced(written: Path) -> None:
    frame = pd.read_csv(written / "headline.csv")
    assert len(frame) == 36 * 12
    found = frame[(frame["report_year"] == 2022) & (frame["series"] == "denied")].iloc[0]
    assert found["source"] == "sum_of_cells"
    assert found["place"].startswith("denied_state_secret.total + ")
    assert found["record_id"].startswith("urn:uuid:")
    prose = frame[(frame["report_year"] == 2009) & (frame["series"] == "granted")].iloc[0]
    assert (prose["source"], prose["comparability"]) == ("figure", "undefined")
    assert prose["quote"]


def test_observations_are_the_view(folder: DataFolder, written: Path) -> None:
    frame = pd.read_parquet(written / "observations.parquet")
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        (count,) = db.execute("SELECT count(*) FROM observations").fetchone()
    assert len(frame) == count
    stata, _ = pyreadstat.read_dta(written / "observations.dta")
    assert stata["raw"].tolist() == frame["raw"].tolist()
    assert stata["place"].tolist() == frame["place"].tolist()


def test_the_manifest_names_every_file_by_digest(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    names = {path.name for path in written.iterdir()} - {"manifest.json"}
    assert {file["name"] for file in manifest["files"]} == names
    for file in manifest["files"]:
        content = (written / file["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            file["bytes"],
            file["sha256"],
        )
    assert manifest["counts"]["reports"] == 36
    assert manifest["data_version"][:16] in manifest["citation"]


def test_a_second_export_is_the_same_bytes(
    folder: DataFolder, written: Path, tmp_path: Path
) -> None:
    write_panel(folder, tmp_path / "again", Selection(), EVERYTHING)
    assert contents(tmp_path / "again") == contents(written)


def test_an_equal_corpus_made_anew_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = write_corpus(tmp_path / "data")
    with closing(sqlite3.connect(again.corpus_db)) as db:  # rows lie otherwise on the disk
        db.execute("CREATE TEMP TABLE moved AS SELECT * FROM cells ORDER BY random()")
        db.execute("DELETE FROM cells")
        db.execute("INSERT INTO cells SELECT * FROM moved")
        db.commit()
    write_panel(again, tmp_path / "out", Selection(), EVERYTHING)
    assert contents(tmp_path / "out") == contents(written)


def test_another_value_is_another_version(
    folder: DataFolder, written: Path, tmp_path: Path
) -> None:
    changed = DataFolder(tmp_path / "data")
    shutil.copytree(folder.root, changed.root)
    with closing(sqlite3.connect(changed.corpus_db)) as db:
        db.execute("UPDATE cells SET value = 12345 WHERE name = 'granted.total'")
        db.commit()
    version = write_panel(changed, tmp_path / "out", Selection(), EVERYTHING).version
    assert version != json.loads((written / "manifest.json").read_text("utf-8"))["data_version"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("forms", [("csv",), ("csv", "bom"), ("parquet",)])
def test_the_script_loads_it_into_pandas(
    folder: DataFolder, tmp_path: Path, forms: tuple[str, ...]
) -> None:
    choice = PanelChoice(formats=(PanelFormat(forms[0]),), bom="bom" in forms)
    write_panel(folder, tmp_path / "out", Selection(), choice)
    code = (
        "import load; p = load.panel(); o = load.table('observations');"
        "row = p.loc[('gov:440000', 2012, 'area')];"
        "print(repr([len(p), row['title'], row['division'], int(row['disclosed']),"
        " set(o.loc[o.variable == 't2_permits_change', 'raw']), str(p['granted_tot'].dtype)]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "out",
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        (disclosed,) = db.execute(
            "SELECT value FROM figures WHERE report = 'gov:440000/2012/area'"
            " AND measure = 'disclosed'"
        ).fetchone()
    expected = [36, HOSTILE, "440000", int(disclosed), {"-106"}, "float64"]
    assert eval(ran.stdout) == expected
    if "bom" in forms:
        assert (tmp_path / "out/panel.csv").read_bytes().startswith(b"\xef\xbb\xbfbody_id,")


def in_r(code: str, folder: Path) -> str:
    """What R prints, in a locale that has Chinese characters. A package of it that is not there
    fails: .ci/r installs both.
    """
    ran = subprocess.run(
        ["Rscript", "-e", code],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R here; see .ci/r")


@needs_r
def test_the_script_loads_csv_into_r(folder: DataFolder, tmp_path: Path) -> None:
    choice = PanelChoice(formats=(PanelFormat.CSV,), bom=True)
    write_panel(folder, tmp_path / "out", Selection(), choice)
    code = (
        'source("load.R"); p <- tables$panel; i <- which(p$report_year == 2012)[1];'
        'cat("\\n", p$title[i], p$division[i], class(p$granted_tot), names(p)[1],'
        " p$granted_tot_status[i], unique(tables$observations$raw["
        'tables$observations$variable == "t2_permits_change"]), sep = "|")'
    )
    printed = in_r(code, tmp_path / "out")
    assert "panel: 36 rows" in printed
    *_, title, division, kind, first, status, raw = printed.rpartition("\n|")[2].split("|")
    assert (title, division, kind) == (HOSTILE, "440000", "numeric")
    assert (first, status, raw) == ("body_id", "not_in_form", "-106")


@needs_r
def test_the_script_loads_stata_files_into_r(
    folder: DataFolder, from_csv: pd.DataFrame, tmp_path: Path
) -> None:
    """By haven, from another folder: labels, numbers, and for each missing one its letter."""
    choice = PanelChoice(formats=(PanelFormat.DTA,))
    write_panel(folder, tmp_path / "out", Selection(), choice)
    code = (
        'source("out/load.R"); p <- tables$panel; g <- p$granted_tot; l <- attr(g, "labels");'
        "shown <- sapply(p[sapply(p, is.numeric)], function(x) { tag <- haven::na_tag(x);"
        " ifelse(is.na(tag), format(as.numeric(x), digits = 15), tag) });"
        'write.csv(shown, "shown.csv", row.names = FALSE);'
        'cat("\\n", attr(g, "label"), names(l)[haven::na_tag(l) == "d"], p$title[5],'
        ' p$division[1], sum(is.na(p$table3_form)), sep = "|")'
    )
    printed = in_r(code, tmp_path)
    assert "panel: 36 rows" in printed and "observations: " in printed
    told = printed.rpartition("\n|")[2].split("|")
    assert told == ["Granted (total)", "not in this form", HOSTILE, "440000", "22"]
    shown = pd.read_csv(tmp_path / "shown.csv", dtype=str, skipinitialspace=True)
    for variable in panel_variables():
        statuses = map(ValueStatus, from_csv[f"{variable.name}_status"])
        values = zip(shown[variable.name], statuses, from_csv[variable.name], strict=True)
        for found, status, value in values:
            is_same = float(found) == value if status.has_value else found == LETTERS[status]
            assert is_same, variable.name


def test_the_script_for_stata_is_stata_as_far_as_can_be_told(written: Path) -> None:
    """No Stata runs here: Pygments knows its commands, and the files have what they name."""
    script = (written / "load.do").read_text(encoding="utf-8")
    assert "*   .d  not in this form" in script
    assert not re.search(r"/\*|//", script), "a comment that goes on in the next line"
    run = [line for line in script.splitlines() if not line.startswith("*")]
    assert [line for line in run if line.startswith("use ")] == [
        f'use "{name}.dta", clear' for name in ("headline", "observations", "panel")
    ]
    for line in run:
        tokens = list(StataLexer(stripall=True).get_tokens(line))
        assert tokens[0][0] is Token.Keyword, line
        assert Token.Error not in dict(tokens) and line.count('"') % 2 == 0, line
    _, about = pyreadstat.read_dta(written / "panel.dta", metadataonly=True)
    assert {"body_id", "report_year", "report_scope"} <= set(about.column_names)
    assert "body" not in about.column_names, "the script proposes to make it"


def test_the_codebook_tells_every_variable(written: Path) -> None:
    book = json.loads((written / "codebook.json").read_text(encoding="utf-8"))
    by_name = {entry["name"]: entry for entry in book["variables"]}
    assert list(by_name) == [variable.name for variable in panel_variables()]
    granted = by_name["granted_tot"]
    assert (granted["label_zh"], granted["unit"]) == ("予以公开 / 总计", "件")
    assert granted["forms"] == ["2019", "2021"]
    assert sum(granted["statuses"].values()) == book["rows"] == 36
    assert granted["share_filled"] == pytest.approx(granted["filled"] / 36, abs=1e-4)
    markdown = (written / "codebook.md").read_text(encoding="utf-8")
    page = (written / "codebook.html").read_text(encoding="utf-8")
    for name in by_name:
        assert f"| {name} |" in markdown
        assert f"<td>{name}</td>" in page


def test_a_corpus_of_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.root.mkdir()
    open_corpus(data.corpus_db).close()
    written = write_panel(data, tmp_path / "out", Selection(), EVERYTHING)
    assert written.reports == 0
    assert len(pd.read_csv(tmp_path / "out/panel.csv")) == 0
    assert len(pd.read_parquet(tmp_path / "out/panel.parquet")) == 0
    frame, _ = pyreadstat.read_dta(tmp_path / "out/panel.dta")
    assert len(frame) == 0
    assert "granted_tot" in frame.columns
    subprocess.run([sys.executable, "load.py"], cwd=tmp_path / "out", check=True)


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="run `nianbao crawl` first"):
        write_panel(DataFolder(tmp_path), tmp_path / "out", Selection(), EVERYTHING)
    assert not (tmp_path / "out").exists()


def test_a_newer_schema_is_refused_and_nothing_written(folder: DataFolder, tmp_path: Path) -> None:
    newer = DataFolder(tmp_path / "data")
    shutil.copytree(folder.root, newer.root)
    with closing(sqlite3.connect(newer.corpus_db)) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(NewerSchema, match="newer nianbao"):
        write_panel(newer, tmp_path / "out", Selection(), EVERYTHING)
    assert not (tmp_path / "out").exists()


def test_a_corpus_being_written_is_read_in_one_state(folder: DataFolder, tmp_path: Path) -> None:
    busy = DataFolder(tmp_path / "data")
    shutil.copytree(folder.root, busy.root)
    with closing(sqlite3.connect(busy.corpus_db, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE cells SET value = 7")
        written = write_panel(busy, tmp_path / "out", Selection(), EVERYTHING)
        writer.execute("ROLLBACK")
    assert written.version == write_panel(folder, tmp_path / "b", Selection(), EVERYTHING).version


def test_an_error_midway_leaves_the_former_export(
    folder: DataFolder, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(written, tmp_path / "out")

    def fail(*_: object) -> list[object]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(panel_export, "observation_rows", fail)
    with pytest.raises(OSError, match="No space"):
        write_panel(folder, tmp_path / "out", Selection(years=(2022,)), EVERYTHING)
    assert contents(tmp_path / "out") == contents(written)


def test_a_former_export_of_other_formats_goes_away(folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "panel.dta.part").write_text("of an export that was killed")
    write_panel(folder, tmp_path, Selection(), PanelChoice(formats=(PanelFormat.DTA,)))
    again = PanelChoice(formats=(PanelFormat.CSV,), tables=(PanelTable.PANEL,))
    gone = write_panel(folder, tmp_path, Selection(), again).replaced
    assert gone == ("headline.dta", "load.do", "observations.dta", "panel.dta")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("notes.txt", "manifest.json", "panel.csv", "codebook.json", "codebook.md"),
        *("codebook.html", "crosswalk.csv", "load.py", "load.R"),
    }


def test_without_pyarrow_the_message_says_what_to_install(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtractError, match=r"pip install 'nianbao\[export\]'"):
        write_panel(folder, tmp_path, Selection(), EVERYTHING)
    assert list(tmp_path.iterdir()) == []
    assert parquet_table.__doc__


def test_what_suppress_txt_takes_down_is_left_out_and_counted(
    folder: DataFolder, tmp_path: Path
) -> None:
    data = DataFolder(tmp_path / "data")
    shutil.copytree(folder.root, data.root)
    data.suppress_file.write_text("http://www.example.gov.cn/440000/*\n", encoding="utf-8")
    written = write_panel(data, tmp_path / "out", Selection(), EVERYTHING)
    assert (written.reports, written.taken_down, written.without_report) == (18, 18, 0)
    for name in ("panel", "headline", "observations"):
        frame = pd.read_csv(tmp_path / f"out/{name}.csv", low_memory=False)
        assert set(frame["body_id"]) == {"gov:440001"}


def test_a_verdict_stands_beside_the_value(folder: DataFolder, tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    shutil.copytree(folder.root, data.root)
    value = cells(folder)["gov:440000/2022/area", "granted.total"]
    raw = "" if value is None else str(int(value))
    data.review_file.write_text(
        "report_id,variable,place,value,raw,verdict,right,by,on\n"
        f"gov:440000/2022/area,granted.total,table,{raw},{raw},wrong,=12,某人,2026-11-20\n",
        encoding="utf-8",
    )
    write_panel(data, tmp_path / "out", Selection(), EVERYTHING)
    (row,) = csv.DictReader((tmp_path / "out/verdicts.csv").open(encoding="utf-8"))
    assert (row["variable"], row["verdict"], row["standing"]) == ("granted.total", "wrong", "holds")
    assert row["right"] == "'=12"
    panel = pd.read_csv(tmp_path / "out/panel.csv", low_memory=False)
    kept = panel[(panel["body_id"] == "gov:440000") & (panel["report_year"] == 2022)]
    assert kept["granted_tot"].fillna(-1).tolist() == [-1 if value is None else value]
