"""Cells read again from the archived bytes by their provenance, without the program's readers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import openpyxl
import pypdfium2
import xlrd
from lxml import etree
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTContainer, LTItem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def squeezed(text: str) -> str:
    """A text without white space: where a line breaks is layout."""
    return re.sub(r"\s+", "", text)


@lru_cache(maxsize=2)
def _opened(body: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(body)


@lru_cache(maxsize=2)
def _workbook(body: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body), data_only=True)


@lru_cache(maxsize=2)
def _book(body: bytes) -> xlrd.Book:
    return xlrd.open_workbook(file_contents=body)


def _general(value: object) -> str:
    whole = isinstance(value, float) and value == int(value)
    return squeezed(str(int(value)) if whole else str(value))  # type: ignore[call-overload]


@lru_cache(maxsize=4)
def _pages(body: bytes) -> list[tuple[float, list[LTChar]]]:
    """The height of each page, and its characters where they were drawn."""
    pages = extract_pages(io.BytesIO(body))
    return [(page.height, list(_drawn(page))) for page in pages]


def _drawn(item: LTItem) -> Iterator[LTChar]:
    if isinstance(item, LTChar):
        yield item
    elif isinstance(item, LTContainer):
        for inner in item:
            yield from _drawn(inner)


def of_pdf(body: bytes, place: dict[str, Any]) -> str:
    """What was drawn in the box, or in the boxes of a cell that a page break tore."""
    text = ""
    for part in place.get("parts", [place]):
        x0, top, x1, bottom = part["box"]
        height, characters = _pages(body)[part["page"] - 1]
        text += "".join(
            one.get_text()
            for one in characters
            if x0 <= (one.x0 + one.x1) / 2 <= x1 and top <= height - (one.y0 + one.y1) / 2 <= bottom
        )
    return squeezed(text)


def by_pdfium(body: bytes, place: dict[str, Any]) -> str:
    """The same by pdfium, which has nothing in common with what read the cell."""
    page = _opened(body)[place["page"] - 1]
    x0, top, x1, bottom = place["box"]
    height = page.get_height()
    found = page.get_textpage().get_text_bounded(
        left=x0, bottom=height - bottom, right=x1, top=height - top
    )
    return squeezed(found)


def of_docx(body: bytes, place: dict[str, Any]) -> str:
    """The cell of word/document.xml at that place of the table's grid (w:gridSpan, w:vMerge)."""
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    table = root.xpath(place["table"], namespaces={"w": W.strip("{}")})[0]
    row = table.findall(f"{W}tr")[place["row"]]
    column = 0
    for cell in row.findall(f"{W}tc"):
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        if column == place["column"]:
            return squeezed("".join(text.text or "" for text in cell.iter(f"{W}t")))
        column += int(span.get(f"{W}val")) if span is not None else 1
    raise AssertionError(f"no cell at {place}")


def of_xlsx(body: bytes, place: dict[str, Any]) -> str:
    """The value that openpyxl finds in the cell, as the general format shows it."""
    value = openpyxl.load_workbook(io.BytesIO(body), data_only=True)[place["sheet"]][place["cell"]]
    found = value.value
    if found is None:
        return ""
    return squeezed(
        str(int(found)) if isinstance(found, float) and found == int(found) else str(found)
    )


def of_xls(body: bytes, place: dict[str, Any]) -> str:
    """The value that xlrd finds in the cell, as the general format shows it."""
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", place["cell"]).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    sheet = _book(body).sheet_by_name(place["sheet"])
    found = sheet.cell_value(int(digits) - 1, column - 1)
    return _general(found)
