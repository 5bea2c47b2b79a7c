"""The prose against the tables: what agrees, what does not, what cannot be compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_documents import NO_CONTEXT

from extract.decode import page_from_bytes
from extract.document import Span
from extract.forms import DENIED, OTHER_2021
from extract.main_content import document
from extract.reading import read_report
from extract.report import (
    Cell,
    Check,
    CheckOutcome,
    Figure,
    Measure,
    Qualifier,
    Severity,
)
from extract.text_table import IDENTITY, WHOLE, check_text

REAL = Path(__file__).resolve().parents[2].parent / "shared/real/suqian_2023.derived.txt"
PASS, FAIL = CheckOutcome.PASS, CheckOutcome.FAIL
UNKNOWN, NONE = CheckOutcome.NOT_ASSESSABLE, CheckOutcome.NOT_APPLICABLE
RR, RC = Measure.REQUESTS_RECEIVED, Measure.REQUESTS_CLOSED


def cells(**values: float | None) -> list[Cell]:
    return [
        Cell(
            name=name.replace("__", "."),
            value=value,
            raw="" if value is None else str(value),
            unit=None,
            table_no=3,
            row_name=name,
            column_name=None,
            provenance="{}",
        )
        for name, value in values.items()
    ]


def figure(measure: Measure, value: float, at: int = 0, **more: object) -> Figure:
    fields: dict[str, object] = {
        "unit": "件",
        "qualifier": None,
        "negated": False,
        "scope": None,
        "quote": f"{value}件",
    }
    span = Span(at, at + 6)
    return Figure(measure=measure, value=value, span=span, original=span, **(fields | more))  # type: ignore[arg-type]


def only(figures: list[Figure], found: list[Cell]) -> Check:
    (check,) = check_text(figures, found)
    assert (check.identity, check.severity) == (IDENTITY, Severity.WARNING)
    return check


TABLE = {"new_received__total": 40, "carried_in__total": 2, "closed_total__total": 41}


@pytest.mark.parametrize(
    ("stated", "outcome", "computed"),
    [
        (figure(RR, 40), PASS, 40),
        (figure(RR, 42), PASS, 42),
        (figure(RR, 41), FAIL, 40),
        (figure(RC, 41), PASS, 41),
        (figure(RC, 40), FAIL, 41),
        (figure(Measure.REQUESTS_HANDLED, 42), PASS, 42),
        (figure(Measure.REPLIES_TOTAL, 41), PASS, 41),
        (figure(RR, 40, qualifier=Qualifier.MORE_THAN), PASS, 40),
        (figure(RR, 50, qualifier=Qualifier.MORE_THAN), FAIL, 40),
        (figure(RR, 50, qualifier=Qualifier.NEARLY), PASS, 40),
        (figure(RR, 39, qualifier=Qualifier.ABOUT), PASS, 40),
        (figure(RR, 20, qualifier=Qualifier.ABOUT), FAIL, 40),
        (figure(RR, 12, scope="市政府办公室"), UNKNOWN, 40),
        (figure(RR, 0, negated=True, unit=None), FAIL, 40),
    ],
)
def test_a_count_against_its_cells(stated: Figure, outcome: CheckOutcome, computed: float) -> None:
    check = only([stated], cells(**TABLE))
    assert check.place == stated.measure.value
    assert (check.outcome, check.printed, check.computed) == (outcome, stated.value, computed)
    assert check.difference == stated.value - computed


def test_the_one_of_several_statements_that_agrees_is_taken() -> None:
    stated = [figure(RR, 12, scope="市政府办公室"), figure(RR, 40)]
    assert only(stated, cells(**TABLE)).outcome is PASS


def test_blank_cells_are_no_failure_and_are_told_as_zero() -> None:
    found = cells(review_total=None)
    check = only([figure(Measure.REVIEW_TOTAL, 0, negated=True)], found)
    assert (check.outcome, check.computed) == (UNKNOWN, None)
    assert check.blank_as_zero_outcome is PASS
    check = only([figure(Measure.REVIEW_TOTAL, 3)], found)
    assert (check.outcome, check.blank_as_zero_outcome) == (UNKNOWN, FAIL)


def test_without_a_table_it_does_not_apply_and_of_a_silent_text_nothing_is_known() -> None:
    none = only([figure(RR, 3)], cells(t2_regulations_made=0))
    assert (none.place, none.outcome) == (WHOLE, NONE)
    silent = only([figure(Measure.DISCLOSED, 3)], cells(**TABLE))
    assert (silent.place, silent.outcome) == (WHOLE, UNKNOWN)


def test_groups_are_sums_of_their_rows() -> None:
    denied = {f"{row}__total": 1 for row in DENIED}
    assert only([figure(Measure.DENIED, 8)], cells(**denied)).outcome is PASS
    other = {f"{row.name}__total": 2 for row in OTHER_2021}
    assert only([figure(Measure.OTHER_HANDLING, 6)], cells(**other)).computed == 6
    assert only([figure(Measure.OTHER_HANDLING, 5)], cells(other_handling__total=5)).outcome is PASS
    suits = cells(lit_direct_total=2, lit_after_review_total=3)
    assert only([figure(Measure.LITIGATION_TOTAL, 5)], suits).outcome is PASS
    assert only([figure(Measure.LITIGATION_TOTAL, 2)], suits).difference == -3


def test_the_appendix_of_2014_has_counterparts_and_its_fees_are_in_wan_yuan() -> None:
    found = cells(e2_disclosed_total=100, e2_fees_wan_yuan=0.038)
    stated = [figure(Measure.DISCLOSED, 100), figure(Measure.FEES, 380, unit="元")]
    assert [(c.place, c.outcome) for c in check_text(stated, found)] == [
        ("disclosed", PASS),
        ("fees", PASS),
    ]


@pytest.mark.parametrize(
    ("printed", "outcome"), [("48.78", PASS), ("48.7", PASS), ("49", PASS), ("50", FAIL)]
)
def test_a_share_is_of_all_that_was_closed(printed: str, outcome: CheckOutcome) -> None:
    share = figure(Measure.OTHER, float(printed), at=7, unit="%", quote=f"占{printed}%")
    stated = [figure(Measure.GRANTED, 20), share]
    counted, shared = check_text(stated, cells(**TABLE, granted__total=20))
    assert counted.outcome is PASS
    assert (shared.place, shared.outcome, shared.computed) == ("granted.share", outcome, 48.78)


def test_a_share_elsewhere_is_not_of_the_outcome() -> None:
    share = figure(Measure.OTHER, 50, at=30, unit="%", quote="占50%")
    places = [c.place for c in check_text([figure(Measure.GRANTED, 20), share], cells(**TABLE))]
    assert places == [WHOLE]


@pytest.mark.skipif(not REAL.exists(), reason="the reports are not beside the repository")
def test_a_number_changed_in_the_prose_of_a_real_report_is_found() -> None:
    text = REAL.read_text(encoding="utf-8")
    assert {check.outcome for check in of_text(text)} == {PASS}
    assert len(of_text(text)) == 8
    failed = [
        c for c in of_text(text.replace("予以公开1191件", "予以公开1190件")) if c.outcome is FAIL
    ]
    assert [(c.place, c.printed, c.computed) for c in failed] == [("granted", 1190, 1191)]


def of_text(text: str) -> list[Check]:
    page = page_from_bytes(text.encode(), url="http://127.0.0.1/a.txt", content_type="text/plain")
    report = read_report(document(page), NO_CONTEXT).report
    assert report is not None
    return [check for check in report.checks if check.identity == IDENTITY]
