"""The statutory tables of a document: found by their header tokens, read by their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from extract.appendix_form import APPENDIX_2014
from extract.appendix_table import read_appendix
from extract.document import Document
from extract.file_types import FileType
from extract.forms import REQUESTS_2019, REQUESTS_2021
from extract.proactive_table import read_proactive
from extract.report import Cell, Finding, TableForm, TablesSource
from extract.requests_table import read_requests
from extract.review_table import read_review
from extract.row_matching import CLOSE, likeness
from extract.sentences import say
from extract.table_reading import TableReading
from extract.table_rows import TableRow, grid_rows, label_key, text_rows


class TableKind(Enum):
    """The tables that are read."""

    PROACTIVE = 2
    REQUESTS = 3
    REVIEW = 4
    APPENDIX = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTables:
    """All that the statutory tables of a document say."""

    cells: tuple[Cell, ...] = ()
    findings: tuple[Finding, ...] = ()
    table2_form: TableForm | None = None
    table3_form: TableForm | None = None
    appendix_form: TableForm | None = None
    source: TablesSource = TablesSource.NONE


_READERS: dict[TableKind, Callable[[Sequence[TableRow]], TableReading]] = {
    TableKind.PROACTIVE: read_proactive,
    TableKind.REQUESTS: read_requests,
    TableKind.REVIEW: read_review,
    TableKind.APPENDIX: read_appendix,
}

_TOKENS = (
    ("第二十条第", TableKind.PROACTIVE),
    ("本年制发件数", TableKind.PROACTIVE),
    ("本年新制作", TableKind.PROACTIVE),
    ("现行有效件数", TableKind.PROACTIVE),
    ("对外公开总数", TableKind.PROACTIVE),
    ("申请人情况", TableKind.REQUESTS),
    ("勾稽关系", TableKind.REQUESTS),
    ("社会公益组织", TableKind.REQUESTS),
    ("结果维持", TableKind.REVIEW),
    ("尚未审结", TableKind.REVIEW),
    ("统计指标", TableKind.APPENDIX),
    ("指标名称", TableKind.APPENDIX),
    ("计量单位", TableKind.APPENDIX),
)
"""Words of the headers; each table has several, so that one may be damaged."""

_REQUEST_KEYS = frozenset(key for row in (*REQUESTS_2019, *REQUESTS_2021) for key in row.keys) - {
    "其他",
    "总计",
    "部分公开",
}
_WORDS = (
    (TableKind.PROACTIVE, ("第二十条第", "信息内容"), 3),
    (TableKind.REQUESTS, ("自然人", "属于行政执法案卷", "结转下年度继续办理"), 1),
    (TableKind.REVIEW, ("未经复议直接起诉", "复议后起诉"), 1),
)
"""Words, and how often they stand, that only the tables themselves have together."""

_FIRST_REQUEST_KEY = REQUESTS_2021[0].keys[0]
_APPENDIX_KEYS = frozenset(key for row in APPENDIX_2014 for key in row.keys)


_SOURCES: dict[str, tuple[TablesSource, TablesSource]] = {
    FileType.PDF: (TablesSource.PDF, TablesSource.PDF),
    FileType.DOCX: (TablesSource.DOC, TablesSource.DOC),
    FileType.DOC: (TablesSource.DOC, TablesSource.DOC),
    FileType.WPS: (TablesSource.DOC, TablesSource.DOC),
    FileType.RTF: (TablesSource.DOC, TablesSource.DOC),
    FileType.XLSX: (TablesSource.XLS, TablesSource.XLS),
    FileType.XLS: (TablesSource.XLS, TablesSource.XLS),
}
"""The source of laid out tables and of those in lines, by media type; else HTML and text."""


def read_tables(document: Document) -> FormTables:
    """Cells, forms and findings of every statutory table, read from laid out tables or, for those
    that are not among them, from tables flattened in the text."""
    readings = _read(grid_rows(document.grids, document.script))
    laid_out, in_lines = _SOURCES.get(document.media_type, (TablesSource.HTML, TablesSource.TEXT))
    source = laid_out if _cells(readings) else TablesSource.NONE
    missing = [kind for kind in TableKind if not _has_cells(readings, kind)]
    if missing:
        in_text = _read(text_rows(document))
        taken = {kind: in_text[kind] for kind in missing if _has_cells(in_text, kind)}
        taken |= {k: in_text[k] for k in missing if k in in_text and k not in readings}
        readings |= taken
        if source is TablesSource.NONE and _cells(readings):
            source = in_lines
    findings = [finding for kind in readings for finding in readings[kind].findings]
    if document.pictures and not _cells(readings):
        findings.append(_in_picture(document))
    return FormTables(
        cells=_cells(readings),
        findings=(*findings, *_unread(document.text, readings)),
        table2_form=_form(readings, TableKind.PROACTIVE),
        table3_form=_form(readings, TableKind.REQUESTS),
        appendix_form=_form(readings, TableKind.APPENDIX),
        source=source,
    )


def _in_picture(document: Document) -> Finding:
    named = ", ".join(document.pictures[:3]) + (" …" if len(document.pictures) > 3 else "")
    message = say("tables_in_pictures", count=len(document.pictures), named=named)
    return Finding(kind="table_in_picture", message=message)


def _unread(text: str, readings: dict[TableKind, TableReading]) -> Iterator[Finding]:
    """Tables whose words stand in the text and that were found nowhere: run together, or lines
    without bars between the figures."""
    squeezed = "".join(text.split())
    for kind, words, times in _WORDS:
        reading = readings.get(kind)
        silent = reading is None or not (reading.cells or reading.findings)
        if silent and all(squeezed.count(word) >= times for word in words):
            message = say("table_words_alone", table=kind.value, words=" ".join(words))
            yield Finding(kind="table_unreadable", message=message)


def _read(rows: Sequence[TableRow]) -> dict[TableKind, TableReading]:
    parted: dict[TableKind, list[TableRow]] = {}
    kind: TableKind | None = None
    for row in rows:
        kind = _kind(row, kind)
        if kind is not None:
            parted.setdefault(kind, []).append(row)
    return {kind: _READERS[kind](parted[kind]) for kind in TableKind if kind in parted}


def _kind(row: TableRow, current: TableKind | None) -> TableKind | None:
    """The table that a row belongs to: the one before's, unless it has another's token."""
    text = "".join(row.labels).replace(" ", "").replace("\n", "")
    for token, kind in _TOKENS:
        if token in text:
            return kind
    if row.labels and row.values and current is not TableKind.REQUESTS:
        key = label_key(row.labels[-1])
        if key in _REQUEST_KEYS or likeness(key, _FIRST_REQUEST_KEY) >= CLOSE:
            return TableKind.REQUESTS
        if current is None and key in _APPENDIX_KEYS:
            return TableKind.APPENDIX
    return current


def _has_cells(readings: dict[TableKind, TableReading], kind: TableKind) -> bool:
    return kind in readings and bool(readings[kind].cells)


def _cells(readings: dict[TableKind, TableReading]) -> tuple[Cell, ...]:
    return tuple(cell for kind in readings for cell in readings[kind].cells)


def _form(readings: dict[TableKind, TableReading], kind: TableKind) -> TableForm | None:
    return readings[kind].form if kind in readings else None
