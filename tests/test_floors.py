"""Reading never gets worse in silence: each score over the evaluation set keeps its floor."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from evaluation import (
    FLOORS,
    ROOT,
    Case,
    Score,
    as_floors,
    cases,
    digest,
    evaluate,
    shortfalls,
    table,
)

FOUND = cases()
pytestmark = pytest.mark.skipif(not FOUND, reason="the reports are not beside the repository")


@pytest.fixture(scope="module")
def floors() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return evaluate(FOUND)


def test_the_floors_are_of_this_evaluation_set(floors: dict[str, Any]) -> None:
    told = "the evaluation set is another one: python tests/evaluation.py --record --lower"
    assert (floors["digest"], floors["files"]) == (digest(FOUND), len(FOUND)), told


def test_no_score_is_under_its_floor(floors: dict[str, Any], scores: dict[str, Score]) -> None:
    assert not shortfalls(scores, floors)


def test_the_readme_says_the_same(floors: dict[str, Any]) -> None:
    assert table(floors["scores"]) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_gate_sees_what_is_read_worse(floors: dict[str, Any], tmp_path: Path) -> None:
    """A seed with one figure changed, a cell changed and its year lost falls short in each."""
    case = next(one for one in FOUND if one.gold.get("cells") and one.path.suffix == ".txt")
    figure = next(f for f in case.gold["figures"] if f["measure"] == "requests_received")
    text = case.path.read_text(encoding="utf-8")
    worse = tmp_path / "seeds" / case.path.name
    worse.parent.mkdir()
    worse.write_text(text.replace(figure["quote"], "工作有序推进"), encoding="utf-8")
    scores = evaluate([Case(worse, case.gold)])
    before = as_floors(evaluate([case]))
    assert as_floors(scores)["figures"][0] < before["figures"][0]
    short = shortfalls(scores, {"scores": before})
    assert any(line.startswith("figures:") for line in short)
    shutil.copy(case.path, worse)
    assert not shortfalls(evaluate([Case(worse, case.gold)]), {"scores": before})


def test_a_wrong_cell_is_counted_apart_from_a_missing_one() -> None:
    case = next(one for one in FOUND if one.gold.get("cells"))
    name = next(iter(case.gold["cells"]))
    cells = case.gold["cells"]
    other = Case(case.path, case.gold | {"cells": cells | {name: 123_456_789}})
    scores = as_floors(evaluate([other]))
    assert scores["cells"] == [len(cells) - 1, len(cells)]
    assert scores["cells_not_wrong"] == [len(cells) - 1, len(cells)]
    lacking = Case(case.path, case.gold | {"cells": cells | {"unheard_of": 1}})
    scores = as_floors(evaluate([lacking]))
    assert scores["cells"] == [len(cells), len(cells) + 1]
    assert scores["cells_not_wrong"] == [len(cells), len(cells)]
