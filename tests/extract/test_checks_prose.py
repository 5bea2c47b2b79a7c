"""Sums, shares and growth rates of the prose: what holds, what fails, what is no statement."""

from __future__ import annotations

import time

import pytest
from plain_documents import document_of
from table_variants import cases

from extract.prose_checks import check_prose
from extract.report import Check, CheckOutcome

FAIL, PASS = CheckOutcome.FAIL, CheckOutcome.PASS


def checks(text: str) -> list[Check]:
    return list(check_prose(document_of(f"安定县2012年政府信息公开年度报告\n{text}")))


def found(text: str) -> list[tuple[str, CheckOutcome]]:
    return [(check.identity, check.outcome) for check in checks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公开信息110条,比2011年多10条,增长10%。", [("prose_growth", PASS)]),
        ("公开信息110条,比2011年多10条,增长9%。", [("prose_growth", FAIL)]),
        ("公开信息90条，比上年减少10条，下降10%。", [("prose_growth", PASS)]),
        ("收到申请5件,其中当面3件,网上2件。", [("prose_sum", PASS)]),
        ("收到申请5件,其中当面3件,网上1件。", [("prose_sum", FAIL)]),
        ("收到申请5件,其中当面3件,网上1件等。", []),
        ("收到申请5件,其中当面3件。", []),
        (
            "公开3条,其中概况2条,占66.67%;其他1条,占33.3%。",
            [*[("prose_share", PASS)] * 2, ("prose_sum", PASS)],
        ),
        (
            "公开3条,其中概况2条,占66.66%;其他1条,占33%。",
            [*[("prose_share", PASS)] * 2, ("prose_sum", PASS)],
        ),
        ("公开3条,其中概况2条,占60%。", [("prose_share", FAIL)]),
        ("受理申请10件，办结9件，办结率90%。", [("prose_share", PASS)]),
        ("受理申请117件，办结171件，办结率100%。", [("prose_share", FAIL)]),
        ("办结率100%,群众满意。", []),
    ],
)
def test_statements(text: str, expected: list[tuple[str, CheckOutcome]]) -> None:
    assert found(text) == expected


def test_increments_of_totals_that_sum() -> None:
    text = (
        "全市公开61540条,比2011年多2385条,增长4.03%。\n市级公开12414条,比2011年多447条,增长3.74%。\n"
        "区县公开49126条,比2011年多2832条,增长6.12%。"
    )
    last = checks(text)[-1]
    assert (last.outcome, last.printed, last.computed, last.difference) == (FAIL, 2385, 3279, -894)


@pytest.mark.skipif(not cases(), reason="the seeds are not beside the repository")
def test_the_seed_of_2012_has_two_wrong_rates_and_one_wrong_sum() -> None:
    seed = next(case for case in cases() if case.path.name.startswith("004"))
    made = list(check_prose(document_of(seed.path.read_text(encoding="utf-8"))))
    failed = {(c.identity, c.printed, c.computed) for c in made if c.outcome is FAIL}
    wanted = {
        (gold["identity"], gold["printed"], gold["computed"])
        for gold in seed.gold["checks"]  # type: ignore[attr-defined]
        if gold["outcome"] == "fail"
    }
    assert failed == wanted
    assert {c.outcome for c in made} == {PASS, FAIL}
    original = seed.path.read_text(encoding="utf-8")
    quoted = [c for c in made if " + " not in c.place]
    assert all(c.place in original for c in quoted), "places are quotes of the page"


@pytest.mark.parametrize("piece", ["其中", "1条其中2条,", "其中1条,占2%,", "比上年多1条,增长1%"])
def test_a_page_made_to_be_slow_is_bounded(piece: str) -> None:
    started = time.process_time()
    made = checks("\n".join([piece * 2_000 + "1条"] * 4))
    assert len(made) < 1_000
    assert time.process_time() - started < 10, "no bound on the work"
