"""A published PDF and the published empty form, read from captures: each value as gold has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from captured_files import capture_of
from provenance import by_pdfium, of_docx, squeezed

from extract import pdf_page
from extract.files import document_of
from extract.form_tables import read_tables
from extract.pipeline import read_capture
from extract.report import CheckOutcome, Report, SkipReason, TablesSource

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "real"
PDF = REAL / "huaian_2024.pdf"
FORM = REAL / "blank_form_2021.docx"
pytestmark = pytest.mark.skipif(not PDF.exists(), reason="the files are not beside the repository")


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PDF.with_suffix(".gold.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def report() -> Report:
    outcome = read_capture(capture_of(PDF.read_bytes(), content_type="application/pdf"))
    assert outcome.report is not None, outcome.detail
    return outcome.report


def test_every_cell_is_as_gold_has_it(report: Report, gold: dict[str, Any]) -> None:
    assert {cell.name: cell.value for cell in report.cells} == gold["cells"]
    forms = {
        "table2": report.table2_form,
        "table3": report.table3_form,
        "appendix": report.appendix_form,
    }
    assert forms == gold["form"], "forms"
    assert report.tables_source is TablesSource.PDF
    assert not report.findings


def test_the_fields_are_golds(report: Report, gold: dict[str, Any]) -> None:
    assert report.title == gold["title"]
    assert report.report_year == gold["report_year"]
    assert report.issuing_body == gold["issuing_body"]
    assert report.division == gold["division"]
    assert report.body.admin_level == gold["admin_level"]
    assert report.body.body_type == gold["body_type"]
    assert [section.kind for section in report.sections][1:] == [
        "overview", "proactive", "requests", "review_litigation", "problems", "other_matters",
    ]  # fmt: skip


def test_every_identity_holds(report: Report) -> None:
    assert [check for check in report.checks if check.outcome is CheckOutcome.FAIL] == []
    passed = [check for check in report.checks if check.outcome is CheckOutcome.PASS]
    assert len([check for check in passed if check.identity == "t3_row"]) == 25
    assert len([check for check in passed if check.identity == "t4_total"]) == 3


def test_quotes_of_gold_stand_in_the_text(report: Report, gold: dict[str, Any]) -> None:
    """Lines joined to paragraphs: no quote is broken by the layout, by a page or its number."""
    lines = [squeezed(line) for line in report.document.text_original.split("\n")]
    for figure in gold["figures"]:
        assert any(squeezed(figure["quote"]) in line for line in lines), figure["quote"]
    numbers = [line for line in lines if re.fullmatch(r"[-—\d]{1,6}", line)]
    assert not numbers, "page numbers in the text"


def test_a_cell_is_found_again_in_the_archived_bytes(report: Report) -> None:
    body = PDF.read_bytes()
    assert len(report.cells) == 200
    for cell in report.cells:
        assert by_pdfium(body, json.loads(cell.provenance)) == squeezed(cell.raw), cell.name


def test_a_figure_is_found_again_in_the_archived_bytes(report: Report) -> None:
    """Its quote is a passage of the document, and pdfium reads the same passage."""
    document = pypdfium2.PdfDocument(PDF.read_bytes())
    pages = [page.get_textpage().get_text_range() for page in document]
    # a passage may go on over a page's end, after its number
    printed = squeezed("".join(re.sub(r"^\s*-\s*\d+\s*-", "", page) for page in pages))
    assert report.figures
    for figure in report.figures:
        span = figure.original
        assert report.document.text_original[span.start : span.end] == figure.quote
        assert squeezed(figure.quote) in printed, figure.quote


def test_no_character_of_the_pdf_is_lost(report: Report) -> None:
    """The title, the lines and the tables together are what pdfium reads, but page numbers."""
    document = pypdfium2.PdfDocument(PDF.read_bytes())
    printed = "".join(page.get_textpage().get_text_range() for page in document)
    read = report.title + report.document.text_original.replace("|", "")
    kept = sorted(character for character in read if "\u4e00" <= character <= "\u9fff")
    assert kept == sorted(character for character in printed if "\u4e00" <= character <= "\u9fff")


def test_without_its_rules_nothing_is_wrong_and_most_is_read(
    gold: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same PDF as if nobody had ruled it: rows of figures far apart are certain."""
    monkeypatch.setattr(pdf_page, "_is_rule_or_text", lambda item: item["object_type"] == "char")
    body = PDF.read_bytes()
    tables = read_tables(document_of(capture_of(body)))
    cells = {cell.name: cell.value for cell in tables.cells}
    assert cells == {name: gold["cells"][name] for name in cells}
    # table 4, whose labels are broken over columns, is reported
    assert gold["cells"].keys() - cells.keys() == {
        n for n in gold["cells"] if n.startswith(("review_", "lit_"))
    }
    assert [finding.kind for finding in tables.findings] == ["table_unreadable"]
    for cell in tables.cells:
        assert by_pdfium(body, json.loads(cell.provenance)) == squeezed(cell.raw), cell.name


def test_the_empty_form_is_no_report() -> None:
    outcome = read_capture(capture_of(FORM.read_bytes()))
    assert outcome.report is None
    assert outcome.skip is SkipReason.BLANK_FORM
    assert outcome.document is not None
    assert len(outcome.document.grids) == 3


def test_cells_of_the_empty_form_are_found_again() -> None:
    body = FORM.read_bytes()
    document = document_of(capture_of(body))
    found = 0
    for grid in document.grids:
        for index, row in enumerate(grid.rows):
            for column, text in enumerate(row):
                if text is not None:
                    place = {"table": grid.dom_path, "row": index, "column": column}
                    assert of_docx(body, place) == squeezed(text), place
                    found += 1
    assert found > 250
