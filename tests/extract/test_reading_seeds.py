"""The five seed reports and fifty variants of them give the gold values, the replaced ones too."""

from __future__ import annotations

import re

import pytest
from plain_documents import NO_CONTEXT, document_of
from seed_variants import COMPLETE, GOLD, MEASURES, Variant, variant

from extract.decode import page_from_bytes
from extract.main_content import document
from extract.reading import read_report
from extract.report import Figure, Outcome, Report

VARIANTS = 14
pytestmark = pytest.mark.skipif(not GOLD, reason="the seeds are not beside the repository")


def matches(figure: Figure, gold: dict[str, object], report: Report) -> bool:
    """The judge's rule: measure and value agree and the quotes overlap."""
    if (figure.measure.value, figure.value) != (gold["measure"], gold["value"]):
        return False
    text, quote = report.document.text_original, str(gold["quote"])
    return any(
        found.start() < figure.original.end and figure.original.start < found.end()
        for found in re.finditer(re.escape(quote), text)
    )


@pytest.mark.parametrize("number", range(VARIANTS))
@pytest.mark.parametrize("name", sorted(GOLD))
def test_fields_and_figures_of_a_variant(name: str, number: int) -> None:
    made = variant(name, number)
    assert_variant(made, read_report(document_of(made.text), NO_CONTEXT))


@pytest.mark.parametrize("number", range(0, VARIANTS, 4))
@pytest.mark.parametrize("name", sorted(GOLD))
def test_the_same_through_the_main_content(name: str, number: int) -> None:
    made = variant(name, number)
    page = page_from_bytes(
        made.text.encode(), url="http://127.0.0.1/a.txt", content_type="text/plain"
    )
    assert_variant(made, read_report(document(page), NO_CONTEXT))


def assert_variant(made: Variant, outcome: Outcome) -> None:
    report = outcome.report
    assert report is not None, f"{outcome.skip}: {outcome.detail}"
    gold = made.gold
    assert report.report_year == gold["report_year"], "report_year"
    assert report.issuing_body == gold["issuing_body"], "issuing_body"
    assert report.reporting_for == gold["reporting_for"], "reporting_for"
    assert report.division == gold["division"], f"division of {report.reporting_for}"
    assert report.body.admin_level == gold["admin_level"], "admin_level"
    signed = report.signed_on.isoformat() if report.signed_on else None
    assert signed == gold["signed_on"], "signed_on"
    assert report.published_on is None, "published_on: the text gives none"
    assert_figures(report, made.figures)


def assert_figures(report: Report, gold: list[dict[str, object]]) -> None:
    left = [one for one in report.figures if one.measure.value in MEASURES]
    for one in gold:
        found = next((figure for figure in left if matches(figure, one, report)), None)
        read = [(figure.measure.value, figure.value, figure.quote) for figure in left]
        assert found is not None, f"not read: {one}; read: {read}"
        left.remove(found)
        assert found.negated is bool(one.get("negated")), f"negated of {one['quote']}"
        assert found.unit == one["unit"], f"unit of {one['quote']}"
        assert found.qualifier == one.get("qualifier"), f"qualifier of {one['quote']}"
        assert found.scope == one.get("scope"), f"scope of {one['quote']}"
    left = [one for one in left if one.measure.value in COMPLETE]
    assert not left, f"read and not in the report: {[(x.measure, x.value, x.quote) for x in left]}"


def test_variants_differ_from_the_seeds_and_from_each_other() -> None:
    for name in GOLD:
        texts = {variant(name, number).text for number in range(VARIANTS)}
        assert len(texts) == VARIANTS, name
