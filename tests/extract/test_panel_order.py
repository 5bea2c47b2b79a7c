"""Body-years without a report among the rows of the panel: their order, reason and scope."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from archive.folder import DataFolder
from extract import panel_order
from extract.coverage_model import Claim, CoverageState
from extract.panel_columns import panel_variables
from extract.panel_export import PanelChoice, PanelFormat, write_panel
from extract.panel_tables import PanelTable
from extract.selection import Selection
from extract.value_status import LETTERS, ValueStatus

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus

CHOICE = PanelChoice(formats=(PanelFormat.CSV, PanelFormat.DTA), tables=(PanelTable.PANEL,))
WITHOUT = [state for state in CoverageState if state is not CoverageState.FOUND]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Two bodies, reports on 2012 and 2013."""
    folder = DataFolder(tmp_path_factory.mktemp("order"))
    make_corpus(folder.corpus_db, bodies=2, years=range(2012, 2014))
    return folder


def claim(body: str, year: int, state: CoverageState, *, body_type: str = "government") -> Claim:
    return Claim(
        body_id=body,
        body_name="某机关",
        body_type=body_type,
        admin_level="county",
        division="440000",
        report_year=year,
        state=state,
        reason="…",
        report_ids=(f"{body}/{year}/area",) if state is CoverageState.FOUND else (),
    )


def exported(
    data: DataFolder, target: Path, claims: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    monkeypatch.setattr(panel_order, "iter_claims", lambda *_, **__: iter(claims))
    write_panel(data, target, Selection(), CHOICE)
    return pd.read_csv(target / "panel.csv", low_memory=False)


def test_rows_are_in_order_of_body_and_year(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, found = CoverageState.NOT_LISTED, CoverageState.FOUND
    claims = [
        claim("dep:1:局", 2012, looked, body_type="department"),
        claim("gov:440000", 2011, looked),
        claim("gov:440000", 2012, found),
        claim("gov:440000", 2013, found),
        claim("gov:440000", 2014, looked),
        claim("gov:440001", 2012, found),
        claim("gov:440001", 2013, found),
        claim("gov:990000", 2012, looked),
    ]
    frame = exported(data, tmp_path, claims, monkeypatch)
    keys = list(zip(frame["body_id"], frame["report_year"], frame["report_scope"], strict=True))
    assert keys == sorted(keys)
    assert [(b, y) for b, y, _ in keys] == [(c.body_id, c.report_year) for c in claims]
    assert keys[0][2] == "organ"
    assert {scope for _, _, scope in keys[1:]} == {"area"}
    assert frame["report_state"].tolist() == [c.state.value for c in claims]


def test_text_is_never_cut_to_fit(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that was not there when the widths were measured: no file rather than half its id."""
    claims = [claim("department:440000:某局", 2012, CoverageState.NOT_LISTED)]
    with pytest.raises(ValueError, match="longer than its"):
        exported(data, tmp_path, claims, monkeypatch)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("state", WITHOUT)
def test_every_value_is_missing_for_the_reason(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: CoverageState
) -> None:
    frame = exported(data, tmp_path, [claim("gov:990000", 2012, state)], monkeypatch)
    row = frame.iloc[-1]
    assert row["report_state"] == state.value
    assert {row[f"{v.name}_status"] for v in panel_variables()} == {state.value}
    assert row[[v.name for v in panel_variables()]].isna().all()
    stata = pd.read_stata(
        tmp_path / "panel.dta", convert_categoricals=False, convert_missing=True
    ).iloc[-1]
    letter = f".{LETTERS[ValueStatus(state.value)]}"
    assert {str(stata[v.name]) for v in panel_variables()} == {letter}


def test_a_report_that_is_not_chosen_is_no_gap(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims of what the corpus holds never become rows of their own."""
    with closing(sqlite3.connect(data.corpus_db)) as db:
        bodies = [row[0] for row in db.execute("SELECT body_id FROM reports ORDER BY 1")]
    claims = [claim(body, 2012, CoverageState.FOUND) for body in sorted(set(bodies))]

    def no_reports(*_: object) -> Iterator[object]:
        return iter(())

    monkeypatch.setattr(panel_order, "iter_source_reports", no_reports)
    assert exported(data, tmp_path, claims, monkeypatch).empty


def test_a_report_that_was_removed_keeps_its_values_and_says_so(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = Claim(
        body_id="gov:440000",
        body_name="某",
        body_type="government",
        admin_level=None,
        division=None,
        report_year=2012,
        state=CoverageState.REMOVED,
        report_ids=("gov:440000/2012/area",),
        reason="…",
    )
    frame = exported(data, tmp_path, [removed], monkeypatch)
    assert len(frame) == 4
    assert (frame.loc[0, "report_state"], frame.loc[0, "disclosed_status"]) == ("removed", "read")
