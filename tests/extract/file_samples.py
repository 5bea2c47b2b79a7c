"""Reports with known values written as files: PDF, DOCX, XLSX and XLS, laid out in many ways."""

from __future__ import annotations

import io
import random
import re
from dataclasses import dataclass

import docx
import openpyxl
import xlwt
from pdf_writer import PdfWriter, filled, placed, style
from table_samples import PROSE, Sample, Table, proactive, requests, review

TITLE = "康县2022年政府信息公开工作年度报告"
HEADS = [
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
]
WIDTHS = {4: [30, 20, 20, 20], 10: [5, 12, 27, 8, 8, 8, 9, 9, 8, 8]}


@dataclass
class FileSample:
    """A file, and what its tables say."""

    body: bytes
    said: Sample
    layout: str
    paragraphs: list[str]


def tables_of(number: int) -> tuple[random.Random, Sample, list[Table]]:
    """The three tables of a report; the same number gives the same."""
    draw = random.Random(f"file {number}")
    said = Sample(b"", "", draw.choice(["2019", "2021"]), draw.choice(["2019", "2021"]))
    tables = [proactive(draw, said), *requests(draw, said, as_text=True), review(draw, said)]
    return draw, said, tables


def paragraphs_of(draw: random.Random) -> list[str]:
    """Prose of many lengths, so that tables begin anywhere on a page."""
    sentences = [sentence + "。" for sentence in PROSE.split("。") if sentence]
    return [
        "".join(draw.choice(sentences) for _ in range(draw.randint(1, 6)))
        for _ in range(draw.randint(1, 14))
    ]


def unruled_sample(number: int) -> FileSample:
    """A PDF whose tables have no rules at all."""
    return pdf_sample(number, rules="none")


def open_sample(number: int) -> FileSample:
    """A PDF whose tables have no rules at their left and right."""
    return pdf_sample(number, rules="open")


def pdf_sample(number: int, *, rules: str | None = None) -> FileSample:
    """A PDF of tables, ruled in one way of several."""
    draw, said, tables = tables_of(number)
    chosen = style(draw)
    if rules is not None:
        chosen.rules, chosen.tear, chosen.shade = rules, False, False
    writer = PdfWriter(chosen, seed=number)
    paragraphs = paragraphs_of(draw)
    writer.title(TITLE)
    writer.paragraph(HEADS[0])
    for paragraph in paragraphs:
        writer.paragraph(paragraph)
    for head, table in zip(HEADS[1:], tables, strict=False):
        writer.paragraph(head)
        whole = filled(table)
        count = max(cell.column + cell.columns for cell in placed(whole))
        writer.table(whole, WIDTHS.get(count, [1.0] * count))
    writer.paragraph(HEADS[4])
    writer.paragraph(PROSE)
    # without indents a paragraph that ends at the margin and the next cannot be told apart
    told = paragraphs if chosen.indent else []
    return FileSample(writer.bytes(), said, f"pdf {number} {chosen}", told)


def docx_sample(number: int) -> FileSample:
    """A DOCX: cells merged over columns and rows, paragraphs of several runs."""
    draw, said, tables = tables_of(number)
    document = docx.Document()
    document.core_properties.author = "test"
    document.sections[0].footer.paragraphs[0].text = "- 1 -"
    title = document.add_paragraph()
    for run in re.split("(2022)", TITLE):
        title.add_run(run).bold = True
    paragraphs = paragraphs_of(draw)
    for text in (HEADS[0], *paragraphs):
        paragraph = document.add_paragraph()
        middle = draw.randint(0, len(text))
        paragraph.add_run(text[:middle])
        paragraph.add_run(text[middle:]).bold = draw.random() < 0.3
    for head, table in zip(HEADS[1:], tables, strict=False):
        document.add_paragraph(head)
        _docx_table(draw, document, filled(table))
    document.add_paragraph(HEADS[4])
    document.add_paragraph(PROSE)
    file = io.BytesIO()
    document.save(file)
    return FileSample(file.getvalue(), said, f"docx {number}", paragraphs)


def _docx_table(draw: random.Random, document: docx.document.Document, table: Table) -> None:
    cells = placed(table)
    count = max(cell.column + cell.columns for cell in cells)
    made = document.add_table(len(table), count, style="Table Grid")
    for cell in cells:
        first = made.cell(cell.row, cell.column)
        last = made.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1)
        merged = first.merge(last) if last is not first else first
        parts = [cell.text]
        if len(cell.text) > 4 and draw.random() < 0.3:
            parts = [cell.text[:3], cell.text[3:]]
        merged.paragraphs[0].text = ""
        for part in parts:
            merged.paragraphs[0].add_run(part)


def xlsx_sample(number: int) -> FileSample:
    """An XLSX: all on one sheet or a sheet a table, cells merged, numbers as numbers."""
    draw, said, tables = tables_of(number)
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "年报"
    one = draw.random() < 0.5
    row = column = draw.randint(1, 3)
    sheet.cell(row, column, TITLE)
    sheet.cell(row + 1, column, PROSE)
    row += 3
    for head, table in zip(HEADS[1:], tables, strict=False):
        if not one:
            sheet, row = workbook.create_sheet(head[:6]), 1
        sheet.cell(row, column, head)
        row = _xlsx_table(sheet, filled(table), row + 1, column) + 1
    file = io.BytesIO()
    workbook.save(file)
    return FileSample(file.getvalue(), said, f"xlsx {number}", [])


def _xlsx_table(
    sheet: openpyxl.worksheet.worksheet.Worksheet, table: Table, top: int, left: int
) -> int:
    for cell in placed(table):
        row, column = top + cell.row, left + cell.column
        sheet.cell(row, column, _typed(cell.text))
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_cells(
                start_row=row,
                start_column=column,
                end_row=row + cell.rows - 1,
                end_column=column + cell.columns - 1,
            )
    return top + len(table)


def xls_sample(number: int) -> FileSample:
    """An XLS, as XLSX."""
    _, said, tables = tables_of(number)
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("年报")
    sheet.write(0, 0, TITLE)
    sheet.write(1, 0, PROSE)
    row = 3
    for head, table in zip(HEADS[1:], tables, strict=False):
        sheet.write(row, 0, head)
        for cell in placed(filled(table)):
            first = row + 1 + cell.row
            place = (first, first + cell.rows - 1, cell.column, cell.column + cell.columns - 1)
            sheet.write_merge(*place, _typed(cell.text))
        row += len(table) + 2
    file = io.BytesIO()
    workbook.save(file)
    return FileSample(file.getvalue(), said, f"xls {number}", [])


def _typed(text: str) -> str | int | float | None:
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,11}\.\d{1,4}", text):
        return float(text)
    return text or None


WRITERS = {
    "pdf": pdf_sample,
    "open": open_sample,
    "unruled": unruled_sample,
    "docx": docx_sample,
    "xlsx": xlsx_sample,
    "xls": xls_sample,
}
"""A writer for each kind of file."""
