"""Cells read again from the archived bytes by their provenance, without the program's readers."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pypdfium2
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def squeezed(text: str) -> str:
    """A text without white space: where a line breaks is layout."""
    return re.sub(r"\s+", "", text)


def of_pdf(body: bytes, place: dict[str, Any]) -> str:
    """What pdfium finds in the box, or in the boxes of a cell that a page break tore."""
    document = pypdfium2.PdfDocument(body)
    text = ""
    for part in place.get("parts", [place]):
        page = document[part["page"] - 1]
        x0, top, x1, bottom = part["box"]
        height = page.get_height()
        found = page.get_textpage().get_text_bounded(
            left=x0, bottom=height - bottom, right=x1, top=height - top
        )
        text += squeezed(found)
    return text


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
