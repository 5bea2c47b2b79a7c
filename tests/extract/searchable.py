"""Corpora to search: captures of short reports, given by title and original text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.capture import CaptureContext, CapturePointer, Role
from archive.index import CaptureRow
from archive.records import RecordType
from extract.document import Document, Script
from extract.report import (
    AdminLevel,
    Body,
    BodyType,
    Cell,
    Confidence,
    Outcome,
    Report,
    ReportScope,
    SkipReason,
    TableForm,
)
from extract.rows import Extraction, rows_of
from extract.script import detect, normalise

START = datetime(2026, 1, 1, tzinfo=UTC)


def capture(number: int, url: str) -> CaptureRow:
    pointer = CapturePointer(
        file="a.warc.gz",
        offset=number * 100,
        length=99,
        record_id=f"urn:uuid:{number:04}",
        payload_digest=f"sha1:{number}",
    )
    return CaptureRow(
        pointer=pointer,
        method="GET",
        url=url,
        url_key="",
        body_digest="",
        captured_at=START + timedelta(hours=number),
        status=200,
        mime="text/html",
        record_type=RecordType.RESPONSE,
        refers_to=None,
        truncated=None,
        etag=None,
        last_modified=None,
        context=CaptureContext(run_id="r", portal_id="p", role=Role.REPORT, entry_url=url),
    )


def report(
    number: int,
    text: str,
    *,
    title: str = "某县年度报告",
    url: str | None = None,
    year: int = 2019,
    division: str | None = "999999",
    cells: dict[str, float | None] | None = None,
    form: TableForm | None = None,
    scope: ReportScope = ReportScope.AREA,
) -> Extraction:
    """Capture ``number`` read as the report of its division on its year; ``form`` is that of its
    tables 2 and 3."""
    script = detect(title + text)
    normal, alignment = normalise(text, script)
    document = Document(
        url=url or f"http://h/{number}",
        title=title,
        text=normal,
        text_original=text,
        alignment=alignment,
        script=script,
        sections=(),
    )
    body = Body(
        body_id=f"gov:{division}",
        name="某县",
        body_type=BodyType.GOVERNMENT,
        admin_level=AdminLevel.COUNTY,
        division_today=division,
    )
    read = Report(
        document=document,
        title=title,
        report_year=year,
        body=body,
        issuing_body="某县人民政府",
        reporting_for="某县",
        report_scope=scope,
        division=division,
        division_name="某省某市某县" if division else None,
        published_on=None,
        signed_on=None,
        period_start=None,
        period_end=None,
        doc_number=None,
        index_number=None,
        sections=(),
        figures=(),
        evidence={},
        confidence=Confidence.HIGH,
        cells=tuple(cell(name, value) for name, value in (cells or {}).items()),
        table2_form=form,
        table3_form=form,
    )
    return rows_of(capture(number, document.url), Outcome(report=read, document=document), 200)


def cell(name: str, value: float | None) -> Cell:
    """A cell of table 2 or 3."""
    return Cell(
        name=name,
        value=value,
        raw="" if value is None else f"{value:g}",
        unit=None,
        table_no=2 if name.startswith("t2_") else 3,
        row_name=name.partition(".")[0],
        column_name=None,
        provenance="{}",
    )


def no_report(number: int, text: str, *, url: str | None = None) -> Extraction:
    """Capture ``number`` read as a page that is no report."""
    _, alignment = normalise(text, Script.HANS)
    document = Document(
        url=url or f"http://h/{number}",
        title="新闻",
        text=text,
        text_original=text,
        alignment=alignment,
        script=Script.HANS,
        sections=(),
    )
    outcome = Outcome(document=document, skip=SkipReason.NEWS, detail="…")
    return rows_of(capture(number, document.url), outcome, 200)
