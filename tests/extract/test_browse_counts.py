"""What suppress.txt takes down is in no count of browse, from the moment that the file says so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from browsing import RunningBrowse, browsing
from searchable import report

from archive.folder import DataFolder
from archive.suppression import Suppression, load_suppression
from extract.browse.asking import report_path
from extract.browse.kept import Kept
from extract.report import TableForm
from extract.store import CorpusStore
from extract.withheld import Withheld

GONE = "gov:110101/2020/area"
PART, TABLE = "urn:uuid:a-further-part", "urn:uuid:with-table-2"


def cells(carried_in: float) -> dict[str, float | None]:
    return {"carried_in.total": carried_in, "carried_out.total": 3.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reports of two provinces; of one, which fails a check and changed, a table and a part
    are read from captures of their own.
    """
    data = tmp_path_factory.mktemp("counts") / "data"
    data.mkdir()
    form = TableForm.FORM_2021
    with closing(CorpusStore(data / "corpus.db")) as store:
        store.add_extractions(
            [
                report(1, "甲", year=2019, division="110101", cells=cells(1), form=form),
                report(2, "乙", year=2020, division="110101", cells=cells(4), form=form),
                report(3, "丙", year=2019, division="440000"),
            ]
        )
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        (record,) = db.execute(
            "SELECT record_id FROM reports WHERE report_id = ?", [GONE]
        ).fetchone()
        columns = [row[1] for row in db.execute("PRAGMA table_info(documents)")]
        for other, url, outcome in (
            (PART, "http://h/2_2", "part_of_report"),
            (TABLE, "http://h/tables/2.xls", "attachment"),
        ):
            given = {"record_id": "?", "url": "?", "outcome": "?"}
            chosen = ", ".join(given.get(one, one) for one in columns)
            values = {"record_id": other, "url": url, "outcome": outcome}
            db.execute(
                f"INSERT INTO documents SELECT {chosen} FROM documents WHERE record_id = ?",
                [*(values[one] for one in columns if one in given), record],
            )
        db.execute("UPDATE documents SET entry_url = 'http://h/2.xls' WHERE record_id = ?", [TABLE])
        db.execute("UPDATE report_tables SET record_id = ? WHERE report_id = ?", [TABLE, GONE])
        db.execute(
            "INSERT INTO changes (url, older, newer, ordinal, kind, field) "
            "VALUES ('http://h/2', ?, ?, 0, 'text', '')",
            [PART, record],
        )
        db.execute(
            "INSERT INTO findings VALUES ('unresolved_body', NULL, 'http://h/9', ?, 'urn:x', 'p')",
            ["like http://h/2"],
        )
    return data


@pytest.fixture(scope="module")
def browse(made: Path) -> Iterator[RunningBrowse]:
    with browsing(made) as running:
        yield running


@pytest.fixture
def suppress(made: Path) -> Iterator[Path]:
    file = made / "suppress.txt"
    yield file
    file.unlink(missing_ok=True)


def told(browse: RunningBrowse, path: str) -> dict[str, Any]:
    return dict(json.loads(browse.get(path).body))


def test_the_front_page_counts_what_is_shown(browse: RunningBrowse, suppress: Path) -> None:
    names = ("reports", "bodies", "documents", "failing", "changed", "findings", "hidden")
    before = told(browse, "/index.json")
    findings = before["findings"]
    assert [before[one] for one in names] == [3, 2, 5, 1, 1, findings, 0]
    assert "suppress.txt" not in browse.page("/")
    suppress.write_text("http://h/2\n", "utf-8")
    after = told(browse, "/index.json")
    assert [after[one] for one in names] == [2, 2, 4, 0, 0, findings - 1, 1], "at once"
    assert [one["year"] for one in after["years"]] == [2019]
    assert [(one["code"], one["reports"]) for one in after["provinces"]] == [("11", 1), ("44", 1)]
    assert "1 份报告未计入" in browse.page("/")
    assert "Not counted, and not shown: 1 reports" in browse.page("/?lang=en")
    suppress.write_text("http://h/*\n", "utf-8")
    nothing = told(browse, "/index.json")
    assert [nothing[one] for one in names] == [0, 0, 0, 0, 0, 0, 3]
    assert nothing["years"] == nothing["new_reports"] == nothing["new_changes"] == []
    assert "3 份报告未计入" in browse.page("/"), "a page for a corpus without a report to show"
    suppress.unlink()
    assert [told(browse, "/index.json")[one] for one in names] == [before[one] for one in names]


def test_the_heat_map_counts_what_is_shown(browse: RunningBrowse, suppress: Path) -> None:
    def cell(year: int) -> dict[str, Any] | None:
        data = told(browse, "/coverage.json")
        (row,) = (one for one in data["rows"] if one["code"] == "11")
        found: dict[str, Any] | None = row["cells"][data["years"].index(year)]
        return found

    before = told(browse, "/coverage.json")
    assert (before["counts"]["found"], before["hidden"]) == (3, 0)
    one = cell(2020)
    assert one is not None and (one["found"], one["total"]) == (1, 1)
    assert "not shown" not in browse.page("/coverage?province=11&lang=en")
    suppress.write_text(f"{TABLE}\n", "utf-8")
    after = told(browse, "/coverage.json")
    assert (after["counts"]["found"], after["hidden"]) == (2, 1)
    assert sum(after["counts"].values()) == sum(before["counts"].values()) - 1, "nothing in place"
    assert cell(2020) is None, "neither found nor lacking"
    other = cell(2019)
    assert other is not None and (other["found"], other["total"]) == (1, 1)
    assert "1 份报告未计入" in browse.page("/coverage")
    (body,) = told(browse, "/coverage.json?province=11")["bodies"]
    assert 2020 not in {each["year"] for each in body["cells"]}
    bodies = browse.page("/coverage?province=11&lang=en")
    assert "not expected, or not shown" in bodies and report_path(GONE) not in bodies
    assert browse.get("/claim/gov:110101/2020").status == 451
    assert browse.get("/claim/gov:110101/2020.json").status == 451
    assert browse.get("/claim/gov:110101/2019").status == 200
    assert browse.get("/claim/gov:110101/2090").status == 404


@pytest.mark.parametrize(
    "lines",
    ["", "http://h/2", "https://www.h/2", "http://h/2_*", "http://h/tables/*", TABLE, PART,
     "http://h/*", "http://h/1\nhttp://h/3", "urn:uuid:nothing", "http://other/*"],
)  # fmt: skip
def test_all_at_once_is_what_each_is(made: Path, lines: str, suppress: Path) -> None:
    suppress.write_text(lines, "utf-8")
    folder = DataFolder(made)
    with closing(sqlite3.connect(folder.corpus_db)) as db:
        reports = [row[0] for row in db.execute("SELECT report_id FROM reports")]
        records = [row[0] for row in db.execute("SELECT record_id FROM documents")]
    with closing(Withheld(folder)) as withheld:
        assert withheld.reports() == {one for one in reports if withheld.find_report(one)}
        hidden = {one for one in records if withheld.find_records([one])}
        assert withheld.records() & set(records) == hidden


def test_a_count_of_other_rules_is_not_given(tmp_path: Path) -> None:
    """Neither in the rest after it was made, nor while another is being made."""
    kept, none, some = Kept(tmp_path / "corpus.db"), Suppression(), tmp_path / "suppress.txt"
    some.write_text("http://h/2\n", "utf-8")
    rules = load_suppression(some)
    assert kept.under(none).get("n", lambda: {"n": 3})["n"] == 3
    assert kept.under(none).get("n", lambda: {"n": 4})["n"] == 3, "kept"
    assert kept.under(rules).get("n", lambda: {"n": 2})["n"] == 2
    assert kept.under(load_suppression(some)).get("n", lambda: {"n": 5})["n"] == 2, "the same rules"
    assert kept.under(none).get("n", lambda: {"n": 6})["n"] == 6
