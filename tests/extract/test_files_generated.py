"""Files with known values: each cell right or reported, and found again in the archived bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import provenance
import pytest
from captured_files import capture_of
from evaluate_generated_files import judged
from file_samples import TITLE, WRITERS

from extract.document import Document
from extract.files import document_of
from extract.form_tables import read_tables
from extract.report import Cell, TablesSource

EACH = {"pdf": 8, "open": 3, "unruled": 5, "docx": 4, "xlsx": 8, "xls": 8}
"""Files of each kind; ``evaluate_generated_files.py`` reads more."""

SOURCES = {
    "pdf": "pdf",
    "open": "pdf",
    "unruled": "pdf",
    "docx": "doc",
    "xlsx": "xls",
    "xls": "xls",
}


@pytest.mark.parametrize(
    ("kind", "number"), [(k, n) for k, many in EACH.items() for n in range(many)]
)
def test_every_cell_is_right_or_reported(kind: str, number: int) -> None:
    made = WRITERS[kind](number)
    right, wrong, silent, broken = judged(made)
    assert not wrong
    assert not silent
    assert not broken, "paragraphs as they were written"
    if kind in ("open", "unruled"):
        return  # what rules would tell is reported there
    unreadable = 7 * len(made.said.unreadable)
    assert right >= len(made.said.cells) - unreadable - 7, "a row may be lost at most"


def read(kind: str, number: int) -> tuple[bytes, Document, tuple[Cell, ...]]:
    body = WRITERS[kind](number).body
    document = document_of(capture_of(body))
    tables = read_tables(document)
    assert tables.source is TablesSource(SOURCES[kind])
    return body, document, tables.cells


Reader = Callable[[bytes, dict[str, Any]], str]
READERS: dict[str, Reader] = {
    "pdf": provenance.of_pdf,
    "unruled": provenance.of_pdf,
    "docx": provenance.of_docx,
    "xlsx": provenance.of_xlsx,
    "xls": provenance.of_xls,
}


@pytest.mark.parametrize("kind", READERS)
def test_a_cell_read_again_by_its_provenance_gives_its_raw_string(kind: str) -> None:
    """Without our readers: by pdfminer, lxml, openpyxl and xlrd."""
    for number in (1, 4):
        body, _, cells = read(kind, number)
        assert len(cells) > (0 if kind == "unruled" else 150)
        for cell in cells:
            again = READERS[kind](body, json.loads(cell.provenance))
            assert again == provenance.squeezed(cell.raw), f"{number} {cell.name} {cell.provenance}"


@pytest.mark.parametrize("kind", READERS)
def test_title_and_prose_are_the_files(kind: str) -> None:
    _, document, _ = read(kind, 3)
    assert document.title == TITLE
    assert document.media_type.startswith("application/")
    assert "现公布安定县2022年政府信息公开工作年度报告" in document.text
    assert "三、收到和处理政府信息公开申请情况" in document.text.split("\n")
    assert "公报" not in document.text, "running heads are no content"


def test_a_torn_cell_has_both_its_places() -> None:
    """Where a page break tore the row, provenance has two parts, and together they say it."""
    torn = [
        json.loads(cell.provenance)["parts"]
        for number in (0, 4, 17, 26)
        for cell in read("pdf", number)[2]
        if "parts" in cell.provenance
    ]
    assert torn
    for first, second in torn:
        assert second["page"] == first["page"] + 1


def test_libraries_are_loaded_when_a_file_is_read_and_not_before() -> None:
    program = (
        "import sys, extract.pipeline, extract.workers\n"
        "print([n for n in ('pdfplumber', 'pypdfium2', 'mammoth', 'python_calamine') "
        "if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
