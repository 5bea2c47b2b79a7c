"""The seed and the real reports: each cell as gold has it, and with other numbers as replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from lxml import html
from plain_documents import NO_CONTEXT
from prose_variants import prose_variant
from table_variants import SAMPLE, Case, cases, variant

from extract.decode import page_from_bytes
from extract.document import Document
from extract.form_tables import read_tables
from extract.grid import lay_out
from extract.main_content import document
from extract.reading import read_report
from extract.report import CheckOutcome, Report, SkipReason

VARIANTS = 100
CASES = cases()
WITH_CELLS = [case for case in CASES if case.cells]
pytestmark = pytest.mark.skipif(not CASES, reason="the reports are not beside the repository")


def named(case: Case) -> str:
    return case.path.name


def document_of(case: Case, body: bytes | None = None) -> Document:
    content = case.path.read_bytes() if body is None else body
    return document(
        page_from_bytes(content, url="http://127.0.0.1/r", content_type=case.media_type)
    )


def report_of(case: Case, body: bytes | None = None) -> Report:
    outcome = read_report(document_of(case, body), NO_CONTEXT)
    assert outcome.report is not None, f"{case.path.name}: {outcome.skip} {outcome.detail}"
    return outcome.report


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_cell_is_as_gold_has_it(case: Case) -> None:
    report = report_of(case)
    assert {cell.name: cell.value for cell in report.cells} == case.cells
    form = {
        "table2": report.table2_form,
        "table3": report.table3_form,
        "appendix": report.appendix_form,
    }
    assert form == case.gold["form"], "forms"
    blanks = [name for name, value in case.cells.items() if value is None]
    raws = {cell.name: cell.raw for cell in report.cells}
    assert all(raws[name] == "" for name in blanks), "a blank keeps its raw string"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_fails_at_the_source_fails_and_nothing_else(case: Case) -> None:
    gold = case.gold.get("identities_that_fail", [])
    prose = ("prose_sum", "prose_share", "prose_growth", "text_table")
    wanted = {
        (one["identity"], one["left"], one["right"], one["difference"])  # type: ignore[index]
        for one in gold  # type: ignore[attr-defined]
        if one["identity"] not in prose
    }
    failed = {
        (check.identity, check.printed, check.computed, check.difference)
        for check in report_of(case).checks
        if check.outcome is CheckOutcome.FAIL and check.identity not in prose
    }
    assert failed == wanted


def test_text_and_tables_differ_where_the_pages_do() -> None:
    """Gold lists no such difference; read by eye there is one: 在…网站主动公开的2026条政府信息, and
    1795 in the row of the website."""
    found = {
        (case.path.name, check.place, check.printed, check.computed)
        for case in CASES
        for check in report_of(case).checks
        if check.identity == "text_table" and check.outcome is CheckOutcome.FAIL
    }
    assert found == {("pingtan_county_2012.rebuilt.html", "disclosed_website", 2026, 1795)}


def test_the_checks_of_the_seed_are_golds() -> None:
    seed = next(case for case in CASES if case.path == SAMPLE)
    checks = report_of(seed).checks
    of_name: dict[str, set[str]] = {}
    for check in checks:
        of_name.setdefault(check.identity, set()).add(check.outcome)
    for gold in seed.gold["checks"]:  # type: ignore[attr-defined]
        if not gold["identity"].startswith("prose"):
            assert of_name[gold["identity"]] == {gold["outcome"]}, gold["identity"]
    as_zero = {c.blank_as_zero_outcome for c in checks if c.identity == "t4_total"}
    assert as_zero == {CheckOutcome.PASS}, "blank sub-cells beside a total of 0"
    assert len([c for c in checks if c.identity == "t3_row"]) == 23
    assert len([c for c in checks if c.identity == "t3_closed"]) == 7


@pytest.mark.parametrize("case", WITH_CELLS, ids=named)
def test_other_numbers_are_read_as_they_stand(case: Case) -> None:
    for number in range(VARIANTS):
        body, cells = variant(case, number)
        found = read_tables(document_of(case, body))
        got = {cell.name: cell.value for cell in found.cells}
        assert got == cells, f"variant {number}: {[f.message for f in found.findings]}"


def lacking(case: Case, body: bytes, figures: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Gold's figures that the page does not give, by measure and quote."""
    read = [(one.measure.value, one.value) for one in report_of(case, body).figures]
    return [
        (one["measure"], one["quote"])
        for one in figures
        if (one["measure"], one["value"]) not in read
    ]


@pytest.mark.parametrize("case", CASES, ids=named)
def test_other_numbers_in_the_prose_are_read_as_they_stand(case: Case) -> None:
    """What is read of the page as it is, is read of each variant, with the variant's value."""
    unread = set(lacking(case, case.path.read_bytes(), case.gold["figures"]))  # type: ignore[arg-type]
    changed = 0
    for number in range(VARIANTS):
        made = prose_variant(case, case.path.read_bytes(), number)
        changed += made.figures != tuple(case.gold["figures"])  # type: ignore[arg-type]
        assert set(lacking(case, made.body, made.figures)) <= unread, f"variant {number}"
    assert changed >= VARIANTS - 1, "the numbers were replaced"


@pytest.mark.parametrize("case", WITH_CELLS, ids=named)
def test_provenance_gives_the_raw_string_again(case: Case) -> None:
    """Read from the page's own markup, or from the original text, without the reader."""
    body, _ = variant(case, 1)
    read = document_of(case, body)
    page = page_from_bytes(body, url="http://127.0.0.1/r", content_type=case.media_type)
    cells = read_tables(read).cells
    assert cells
    for cell in cells:
        place = json.loads(cell.provenance)
        if "table" in place:
            assert page.tree is not None
            table = page.tree.xpath(place["table"])
            rows = lay_out(table[0] if isinstance(table, list) else table)
            assert rows[place["row"]][place["column"]] == cell.raw, cell.name
        else:
            assert read.text_original[place["start"] : place["end"]] == cell.raw, cell.name


@pytest.mark.parametrize("case", [c for c in WITH_CELLS if c.path.suffix == ".html"], ids=named)
def test_a_blank_form_gives_no_zero(case: Case) -> None:
    """The page as it is before anyone fills it in: no figure in a table, no prose around."""
    tree = html.fromstring(case.path.read_bytes().decode("utf-8"))
    for td in tree.iter("td"):
        if td.find(".//table") is None and re.fullmatch(
            r"\s*[+-]?\d[\d.,万元]*\s*", td.text_content()
        ):
            for child in list(td):
                td.remove(child)
            td.text = ""
    read = document_of(case, html.tostring(tree, encoding="utf-8"))
    assert all(cell.value is None for cell in read_tables(read).cells)


def test_the_blank_form_is_no_report() -> None:
    """The 2021 form with its heads and tables, nothing filled in."""
    seed = next(case for case in CASES if case.path == SAMPLE)
    tables = html.fromstring(seed.path.read_bytes().decode("utf-8")).findall(".//table")
    for table in tables:
        for td in table.iter("td"):
            if re.fullmatch(r"[+-]?\d[\d万元]*", td.text_content().strip()):
                for child in list(td):
                    td.remove(child)
                td.text = ""
    title = "2021年政府信息公开工作年度报告"
    markup = "".join(html.tostring(table, encoding="unicode") for table in tables)
    page = f"<h1>{title}</h1><div><p>一、总体情况</p><p>二、主动公开政府信息情况</p>{markup}</div>"
    read = document_of(seed, f"<html><body>{page}</body></html>".encode())
    outcome = read_report(read, NO_CONTEXT)
    assert outcome.report is None
    assert outcome.skip in (SkipReason.BLANK_FORM, SkipReason.NO_BODY)


def test_tables_without_bars_are_reported_and_not_guessed() -> None:
    """The seed's text with every bar lost: a figure a line, blanks gone, nothing certain."""
    seed = next(case for case in CASES if case.path.name.startswith("002"))
    text = re.sub(r" ?\|+", "", seed.path.read_text(encoding="utf-8"))
    found = read_tables(document_of(seed, text.encode()))
    assert not found.cells
    assert [finding.kind for finding in found.findings] == ["table_unreadable"] * 3


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_page_that_is_read_whole_has_no_finding_of_tables(case: Case) -> None:
    assert not read_tables(document_of(case)).findings
