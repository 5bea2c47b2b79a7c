"""``export --since``: what was added, changed and withdrawn since a former export."""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from archive.folder import DataFolder
from extract.errors import ExtractError
from extract.panel_export import PanelChoice, PanelFormat, write_panel
from extract.panel_tables import PanelTable
from extract.selection import Selection

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """Three bodies × three years; the change of a value, and of the reports there are, follows."""
    data = DataFolder(tmp_path / "data")
    data.root.mkdir()
    make_corpus(data.corpus_db, bodies=3, years=range(2020, 2023))
    return data


def choice(form: str, since: Path | None = None) -> PanelChoice:
    return PanelChoice(formats=(PanelFormat(form),), tables=(PanelTable.PANEL,), since=since)


def change(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        db.execute(
            "UPDATE cells SET value = 99999 WHERE name = 'granted.total'"
            " AND report = 'gov:440000/2022/area'"
        )
        db.execute("UPDATE reports SET title = '=新' WHERE report_id = 'gov:440001/2021/area'")
        db.execute("DELETE FROM reports WHERE report_id = 'gov:440002/2022/area'")
        db.commit()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_changes(folder: DataFolder, tmp_path: Path, form: str) -> None:
    write_panel(folder, tmp_path / "old", Selection(years=(2021, 2022)), choice(form))
    change(folder)
    written = write_panel(folder, tmp_path / "new", Selection(), choice("csv", tmp_path / "old"))
    with (tmp_path / "new/changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counted = Counter(row["change"] for row in rows)
    assert counted == written.changes == {"added": 3, "withdrawn": 1, "changed": 3}
    assert {r["report_year"] for r in rows if r["change"] == "added"} == {"2020"}
    (gone,) = [r for r in rows if r["change"] == "withdrawn"]
    assert (gone["body_id"], gone["report_year"]) == ("gov:440002", "2022")
    changed = {r["variable"]: r for r in rows if r["change"] == "changed"}
    assert set(changed) == {"granted", "granted_tot", "title"}
    assert changed["granted_tot"]["new_value"] == "99999"
    assert changed["title"]["new_value"] == "'=新"
    summary = (tmp_path / "new/changes.md").read_text(encoding="utf-8")
    assert "reports added: 3" in summary
    assert "| granted_tot | 1 |" in summary


def test_a_value_that_becomes_blank_is_a_change_of_status(
    folder: DataFolder, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        db.execute("UPDATE cells SET value = 0 WHERE name = 'refused_repeat.total'")
        db.commit()
        write_panel(folder, tmp_path / "old", Selection(), choice("csv"))
        db.execute("UPDATE cells SET value = NULL WHERE name = 'refused_repeat.total'")
        db.commit()
    write_panel(folder, tmp_path / "new", Selection(), choice("csv", tmp_path / "old"))
    with (tmp_path / "new/changes.csv").open(encoding="utf-8", newline="") as file:
        told = {
            (r["variable"], r["old_value"], r["new_value"], r["old_status"], r["new_status"])
            for r in csv.DictReader(file)
        }
    assert told == {("refused_repeat_tot", "0", "", "read", "blank")}


def test_nothing_changed(folder: DataFolder, tmp_path: Path) -> None:
    write_panel(folder, tmp_path / "out", Selection(), choice("csv"))
    written = write_panel(folder, tmp_path / "out", Selection(), choice("csv", tmp_path / "out"))
    assert written.changes == {}
    assert len((tmp_path / "out/changes.csv").read_text("utf-8").splitlines()) == 1


def test_what_is_no_export_is_refused(folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExtractError, match="holds no whole export"):
        write_panel(folder, tmp_path / "new", Selection(), choice("csv", tmp_path / "empty"))
    write_panel(folder, tmp_path / "stata", Selection(), choice("dta"))
    with pytest.raises(ExtractError, match="no panel in CSV or Parquet"):
        write_panel(folder, tmp_path / "new", Selection(), choice("csv", tmp_path / "stata"))
    write_panel(folder, tmp_path / "old", Selection(), choice("csv"))
    with (tmp_path / "old/panel.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(ExtractError, match="not what its manifest says"):
        write_panel(folder, tmp_path / "new", Selection(), choice("csv", tmp_path / "old"))
    assert not (tmp_path / "new").exists()
