"""Every stored cell and figure, read again at its place, gives its raw string; a fault is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from captured_files import capture_of
from report_samples import report as made_report
from table_variants import Case, cases, variant

from archive.capture import Capture
from extract.pipeline import read_capture
from extract.read_again import Source, is_same, misplaced
from extract.report import CheckOutcome, Report

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "real"
VARIANTS, MADE = 3, 16
CASES = cases()
pytestmark = pytest.mark.skipif(not CASES, reason="the reports are not beside the repository")


def capture(case: Case, body: bytes | None = None) -> Capture:
    return capture_of(body or case.path.read_bytes(), content_type=case.media_type)


def read(made: Capture) -> Report:
    report = read_capture(made).report
    assert report is not None
    return report


def assert_found_again(made: Capture) -> tuple[int, int]:
    """Cells and figures of a capture, each read again; how many there were."""
    report, source = read(made), Source(made)
    again = source.cells([cell.provenance for cell in report.cells])
    for cell, found in zip(report.cells, again, strict=True):
        assert is_same(cell.raw, found), f"{cell.name}: {cell.raw!r}, again {found!r}"
    for figure in report.figures:
        passage = source.passage(figure.original.start, figure.original.end)
        assert passage == figure.quote, figure.measure
    return len(report.cells), len(report.figures)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path.name)
def test_seeds_and_real_pages(case: Case) -> None:
    cells, figures = assert_found_again(capture(case))
    assert cells == len(case.cells)
    assert cells or figures


@pytest.mark.parametrize("case", [c for c in CASES if c.cells], ids=lambda case: case.path.name)
def test_pages_with_other_numbers(case: Case) -> None:
    for number in range(VARIANTS):
        body, wanted = variant(case, number)
        assert assert_found_again(capture(case, body))[0] == len(wanted)


def test_a_pdf_by_its_boxes() -> None:
    body = (REAL / "huaian_2024.pdf").read_bytes()
    cells, figures = assert_found_again(capture_of(body, content_type="application/pdf"))
    assert cells == 200 and figures


def test_made_reports() -> None:
    counted = [
        assert_found_again(capture_of(made.body, content_type=made.media_type))
        for made in map(made_report, range(MADE))
    ]
    assert sum(cells for cells, _ in counted) > 800
    assert sum(figures for _, figures in counted) > 80


def test_what_fails_at_the_source_is_no_finding_of_ours() -> None:
    failing = next(case for case in CASES if case.cells and case.gold.get("identities_that_fail"))
    made = capture(failing)
    outcome = read_capture(made)
    assert outcome.report is not None
    assert [c for c in outcome.report.checks if c.outcome is CheckOutcome.FAIL]
    assert "cell_not_at_its_place" not in {one.kind for one in outcome.findings}


def test_a_cell_taken_from_another_place_is_told() -> None:
    """A failed identity with one of its cells shifted by a row, as a faulty reader would."""
    case = next(one for one in CASES if one.path.suffix == ".html" and "granted.total" in one.cells)
    made = capture(case)
    report = read(made)
    cells = {cell.name: cell for cell in report.cells}
    other = next(c for c in report.cells if c.raw not in ("", cells["granted.total"].raw))
    shifted = replace(cells["granted.total"], raw=other.raw, value=other.value)
    failed = [
        replace(check, outcome=CheckOutcome.FAIL)
        for check in report.checks
        if (check.identity, check.place) == ("t3_row", "granted")
    ]
    (finding,) = misplaced(made, failed, [*(cells | {"granted.total": shifted}).values()])
    assert finding.kind == "cell_not_at_its_place"
    assert finding.message.startswith(f"granted.total was read as {other.raw!r}")
    assert not misplaced(made, failed, report.cells), "unshifted, it fails at the source"


@pytest.mark.parametrize(
    "provenance",
    [
        '{"table": "(//table)[99]", "row": 0, "column": 0}',
        '{"table": "(//table)[1]", "row": 999, "column": 0}',
        '{"table": "(//table)[1]", "row": 0, "column": -1}',
        '{"start": 5, "end": 2}',
        '{"start": 0, "end": 99999999}',
        '{"sheet": "甲", "cell": "A1"}',
    ],
)
def test_a_place_that_is_not_there_is_none(provenance: str) -> None:
    case = next(one for one in CASES if one.path.suffix == ".html")
    assert Source(capture(case)).cells([provenance]) == [None]
