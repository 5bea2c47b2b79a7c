"""Checks as sentences: the place by the form's labels, both sides, the difference."""

from __future__ import annotations

import pytest

from extract.check_words import sentence
from extract.identities import IDENTITIES, NAMES, YEAR_IDENTITIES, cells_of
from extract.labels import label_of
from extract.report import Check, CheckOutcome, Severity

PASS, FAIL = CheckOutcome.PASS, CheckOutcome.FAIL
OPEN, OTHER_FORM = CheckOutcome.NOT_ASSESSABLE, CheckOutcome.NOT_APPLICABLE


def check(
    identity: str,
    place: str,
    outcome: CheckOutcome,
    *,
    printed: float | None = None,
    computed: float | None = None,
    as_zero: CheckOutcome | None = None,
) -> Check:
    difference = printed - computed if printed is not None and computed is not None else None
    return Check(
        identity=identity,
        place=place,
        outcome=outcome,
        severity=Severity.ERROR,
        printed=printed,
        computed=computed,
        difference=difference,
        blank_as_zero_outcome=as_zero or outcome,
    )


T2 = "table 2 (主动公开政府信息情况)"
T3 = "table 3 (收到和处理政府信息公开申请情况)"
T4 = "table 4 (行政复议、行政诉讼情况)"
BOTH_FAIL = "as printed it fails, with blanks as 0 it fails."

SENTENCES = {
    check("t3_balance", "natural_person", FAIL, printed=5, computed=4): (
        f"{T3}, column 自然人: 本年新收政府信息公开申请数量 + 上年结转政府信息公开申请数量 is 5, "
        f"总计 + 结转下年度继续办理 is 4, 1 more; {BOTH_FAIL}"
    ),
    check("t3_row", "denied_state_secret", FAIL, printed=1, computed=2): (
        f"{T3}, row 不予公开：属于国家秘密: 总计 is 1, the sum of its 6 parts is 2, 1 less; "
        f"{BOTH_FAIL}"
    ),
    check("t4_total", "review", OPEN, printed=0, as_zero=PASS): (
        f"{T4}, row 行政复议: 总计 is 0, the sum of its 4 parts is blank or not there; "
        "as printed it cannot be judged, with blanks as 0 it holds."
    ),
    check("t2_items_not_negative", "permits", FAIL, printed=-3): (
        f"{T2}, row 行政许可: 上一年项目数量 + 本年增减 is -3, which should not be negative; "
        f"{BOTH_FAIL}"
    ),
    check("year_carried", "total", FAIL, printed=5, computed=3): (
        f"{T3}, column 总计: 上年结转政府信息公开申请数量 is 5, "
        f"last year's 结转下年度继续办理 is 3, 2 more; {BOTH_FAIL}"
    ),
    check("prose_growth", "12条,增长5%", FAIL, printed=5, computed=4.5): (
        "prose, “12条,增长5%”: the printed growth rate is 5, the rate worked out is 4.5, 0.5 more; "
        "as printed it fails."
    ),
    check("text_table", "disclosed_website", FAIL, printed=2026, computed=1795): (
        "prose and tables, disclosed_website: the prose's figure is 2026, the tables' figure "
        "(政府网站公开政府信息数) is 1795, 231 more; as printed it fails."
    ),
    check("count_valid", "granted.total", FAIL, printed=-1): (
        "予以公开 / 总计: -1 is no whole number, or negative; as printed it fails."
    ),
    check("regulations_plausible", "report", FAIL, printed=2): (
        f"{T2}, 规章: 2; only provinces, cities, prefectures and central departments make any; "
        "as printed it fails."
    ),
    check("report_year_agrees", "report", FAIL, printed=2012, computed=2011): (
        "the title's year is 2012, the year of the period or the listing is 2011, 1 more; "
        "as printed it fails."
    ),
    check("e2_staff", "report", OTHER_FORM): (
        "appendix (政府信息公开情况统计表): the report has no such table, or one of another form; "
        "as printed it does not apply."
    ),
}


@pytest.mark.parametrize("found", SENTENCES, ids=lambda found: found.identity)
def test_sentences(found: Check) -> None:
    assert sentence(found) == SENTENCES[found]


@pytest.mark.parametrize("outcome", list(CheckOutcome))
def test_every_identity_has_a_sentence_with_the_words_of_the_form(outcome: CheckOutcome) -> None:
    for one in (*IDENTITIES, *YEAR_IDENTITIES):
        said = sentence(check(one.name, one.place or "report", outcome, printed=1, computed=2))
        assert said.endswith(".") and "\n" not in said
        assert "t2_" not in said and "e2_" not in said.replace(one.name, ""), said
    for name in set(NAMES):
        assert sentence(check(name, "report", outcome, printed=1, computed=2))


def test_the_cells_of_every_identity_have_labels() -> None:
    for one in (*IDENTITIES, *YEAR_IDENTITIES):
        names = cells_of(one.name, one.place or "report")
        assert set(one.printed) <= set(names)
        assert all(label_of(name.removeprefix("previous.")) for name in names), names
    assert cells_of("prose_sum", "1 + 2 = 4") == ()
    assert cells_of("text_table", "requests_received") == (
        "new_received.total", "e2_requests_received",
    )  # fmt: skip
    assert cells_of("text_table", "report") == ()
