"""Verdicts joined to what is read now: they hold for the value judged, and for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from searchable import report

from extract.identities import NAMES
from extract.labels import label_of
from extract.report import Measure, TableForm
from extract.review_csv import Verdict, VerdictKind
from extract.rows import Extraction
from extract.schema import open_corpus_to_read
from extract.store import CorpusStore
from extract.verdicts import Judged, Standing, judged_in, verdict_json

REPORT = "gov:999999/2019/area"
NAME = "granted.total"


def judge(tmp_path: Path, extractions: Sequence[Extraction], *verdicts: Verdict) -> list[Judged]:
    path = tmp_path / "corpus.db"
    path.unlink(missing_ok=True)
    with closing(CorpusStore(path)) as store:
        store.add_extractions(extractions)
        store.db.execute(
            "INSERT INTO figures SELECT report_id, record_id, 0, 'meetings', 12, '条', NULL, 0,"
            " NULL, '发布信息 12 条', 0, 9, 0, 9 FROM reports"
        )
        store.db.conn.commit()
    with closing(open_corpus_to_read(path)) as db:
        return list(judged_in(db, verdicts).iter_all())


def one_report(value: float | None, number: int = 1, **given: Any) -> Extraction:
    cells = {NAME: value}
    return report(number, "正文", cells=cells, form=TableForm.FORM_2021, **given)


def verdict(line: int = 2, **given: Any) -> Verdict:
    said: dict[str, Any] = {
        "line": line, "report_id": REPORT, "variable": NAME, "place": None, "value": "3",
        "raw": None, "verdict": VerdictKind.CONFIRMED, "right": None, "by": "李四",
        "on": date(2026, 11, 26), "note": None, "record_id": None, "payload_digest": None,
    }  # fmt: skip
    return Verdict(**said | given)


def standing(tmp_path: Path, read: float | None, **given: Any) -> Standing:
    (one,) = judge(tmp_path, [one_report(read)], verdict(**given))
    return one.standing


@pytest.mark.parametrize(
    ("value", "judged", "expected"),
    [
        (3, {}, Standing.HOLDS),
        (3, {"raw": "3"}, Standing.HOLDS),
        (3, {"raw": " ３ "}, Standing.HOLDS),
        (3, {"raw": "03"}, Standing.HOLDS),
        (3, {"value": None, "raw": "3"}, Standing.HOLDS),
        (1234.5, {"value": "1,234.5"}, Standing.HOLDS),
        (3, {"place": "table"}, Standing.HOLDS),
        (4, {}, Standing.STALE),
        (-3, {}, Standing.STALE),
        (None, {}, Standing.STALE),
        (3, {"raw": "3件"}, Standing.STALE),
        (3, {"value": "pass"}, Standing.STALE),
        (3, {"value": None}, Standing.STALE),
        (3, {"place": "prose"}, Standing.STALE),
        (None, {"value": None}, Standing.HOLDS),
        (None, {"value": None, "variable": "granted.natural_person"}, Standing.HOLDS),
        (3, {"variable": "granted.natural_person"}, Standing.STALE),
        (3, {"variable": "granted.totals"}, Standing.UNMATCHED),
        (3, {"report_id": "gov:999999/2018/area"}, Standing.UNMATCHED),
    ],
)
def test_how_a_verdict_on_a_cell_stands(
    value: float | None, judged: dict[str, Any], expected: Standing, tmp_path: Path
) -> None:
    assert standing(tmp_path, value, **judged) is expected


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ({"value": "12", "raw": "发布信息12条"}, Standing.HOLDS),
        ({"value": "12", "raw": "全年发布信息 12 条，"}, Standing.HOLDS),
        ({"value": "12", "raw": "12 条"}, Standing.HOLDS),
        ({"value": "13", "raw": "发布信息 12 条"}, Standing.STALE),
        ({"value": "12", "raw": "公众号发文 12 篇"}, Standing.STALE),
    ],
)
def test_how_a_verdict_on_a_figure_stands(
    judged: dict[str, Any], expected: Standing, tmp_path: Path
) -> None:
    assert standing(tmp_path, 3, variable="meetings", **judged) is expected


def test_a_stale_verdict_says_what_was_judged_and_what_is_read(tmp_path: Path) -> None:
    (one,) = judge(tmp_path, [one_report(4)], verdict(raw="3"))
    assert one.why == "judged was 3 (3), read now is 4 (4)"
    told = verdict_json(one)
    assert (told["value"], told["standing"]) == (3, "stale")
    assert told["now"] == {"value": 4, "raw": "4"}


def test_a_verdict_follows_its_record_to_the_report_that_it_became(tmp_path: Path) -> None:
    """A body that is read better, or made one with another, has another id."""
    old = "government:unknown:某县/2019/area"
    lost = verdict(report_id=old)
    (by_id,) = judge(tmp_path, [one_report(3)], lost)
    assert by_id.standing is Standing.UNMATCHED and old in str(by_id.why)
    for key in ({"record_id": "urn:uuid:0001"}, {"payload_digest": "sha1:1"}):
        (found,) = judge(tmp_path, [one_report(3)], verdict(report_id=old, **key))
        assert (found.report_id, found.standing) == (REPORT, Standing.HOLDS), key


def test_the_record_that_was_looked_at_counts_more_than_the_id(tmp_path: Path) -> None:
    both = [one_report(3), one_report(3, 2, year=2020)]
    (found,) = judge(tmp_path, both, verdict(record_id="urn:uuid:0002"))
    assert found.report_id == "gov:999999/2020/area"
    (gone,) = judge(tmp_path, both, verdict(record_id="urn:uuid:0009"))
    assert gone.report_id == REPORT, "a capture that this corpus has not"


def test_a_persons_later_verdict_on_the_same_value_replaces(tmp_path: Path) -> None:
    found = judge(
        tmp_path,
        [one_report(3)],
        verdict(2),
        verdict(3, by="王五", verdict=VerdictKind.WRONG),
        verdict(4, verdict=VerdictKind.SOURCE_ERROR),
        verdict(5, value="7"),
    )
    assert [one.standing.value for one in found] == ["replaced", "holds", "holds", "stale"]


def test_names_of_checks_are_no_names_of_values() -> None:
    """``place`` tells cells from figures; an identity is told by its name."""
    assert not {measure.value for measure in Measure} & set(NAMES)
    assert not [name for name in NAMES if label_of(name)]
