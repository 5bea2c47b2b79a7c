"""What one capture becomes in corpus.db: typed rows, made in a worker, stored by the writer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from archive.capture import CaptureContext, Role
from archive.index import CaptureRow
from extract.identities import table_of
from extract.known_bodies import SOURCE, KnownBodies
from extract.narratives import narrative_rows
from extract.report import (
    Body,
    Cell,
    Check,
    Figure,
    Finding,
    Outcome,
    PageFiles,
    Report,
    SkipReason,
)
from extract.search_terms import SearchTerms, search_terms
from extract.sentences import say
from extract.soffice import soffice_version

READERS = ("nianbao", "trafilatura", "opencc", "lxml")
"""The distributions whose version changes what is read."""

FILE_READERS = ("pypdfium2", "pdfplumber", "pdfminer.six", "mammoth", "python-calamine")
"""Those of the extra ``docs``, whose absence changes it too."""

Columns = dict[str, str | int | float | bytes | None]
"""One row of a table, by column name."""


@cache  # asking the distributions takes 2 ms, and each document has it
def extractor_version() -> str:
    """Versions of everything that reads and is there, as one string: ours first."""
    names = [f"{name}-{version(name)}" for name in READERS]
    for name in FILE_READERS:
        with suppress(PackageNotFoundError):
            names.append(f"{name}-{version(name)}")
    return " ".join([*names, *([f"soffice-{found}"] if (found := soffice_version()) else [])])


def reading_version(bodies: KnownBodies) -> str:
    """``extractor_version``, with the digest of what the user knows of bodies, if anything."""
    digest = bodies.digest
    return extractor_version() if digest is None else f"{extractor_version()} bodies.csv-{digest}"


def utc_text(moment: datetime) -> str:
    """A time as stored: UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All rows of one capture. ``report_id`` and ``terms`` are None when it is no report;
    ``body_names`` are names with their source. ``part_of`` is the page that it is a further part
    of, which is to be read again with it. ``requisites`` are what its page is shown with."""

    record_id: str
    report_id: str | None
    document: Columns
    body: Body | None = None
    body_names: tuple[tuple[str, str], ...] = ()
    reading: Columns | None = None
    sections: tuple[Columns, ...] = ()
    figures: tuple[Columns, ...] = ()
    findings: tuple[Columns, ...] = ()
    cells: tuple[Columns, ...] = ()
    checks: tuple[Columns, ...] = ()
    attachments: tuple[Columns, ...] = ()
    requisites: tuple[str, ...] = ()
    terms: SearchTerms | None = None
    part_of: str | None = None
    narratives: tuple[Columns, ...] = ()


def rows_of(
    row: CaptureRow, outcome: Outcome, status: int, *, read_by: str | None = None
) -> Extraction:
    """The rows of a capture. ``status`` is the resolved one, ``read_by`` a ``reading_version``."""
    report = outcome.report
    record_id = row.pointer.record_id
    report_id = report_id_of(report) if report else None
    findings = outcome.findings + (report.findings if report else ()) + tuple(_odd(row, outcome))
    findings += outcome.files.findings()
    document = _document(row, outcome, status)
    document["extractor_version"] = read_by or extractor_version()
    return Extraction(
        record_id=record_id,
        report_id=report_id,
        document=document,
        body=report.body if report else None,
        body_names=_body_names(report) if report else (),
        reading=_reading(report, record_id) if report else None,
        sections=tuple(_sections(report, record_id)) if report else (),
        figures=tuple(
            _figure(figure, ordinal, str(report_id), record_id)
            for ordinal, figure in enumerate(report.figures if report else ())
        ),
        findings=(
            *(_finding(finding, row, report_id) for finding in dict.fromkeys(findings)),
            *_unread_attachment(row, outcome),
        ),
        cells=tuple(
            _cell(cell, str(report_id), record_id) for cell in (report.cells if report else ())
        ),
        checks=tuple(
            check_row(check, str(report_id), record_id, table_no=_table_of(check, report))
            for check in (report.checks if report else ())
        ),
        attachments=tuple(_attachments(outcome.files, row)),
        requisites=outcome.requisites,
        terms=(
            search_terms(str(document["title"] or ""), str(document["text"] or ""))
            if report
            else None
        ),
        narratives=narrative_rows(report.document, record_id) if report else (),
    )


def _odd(row: CaptureRow, outcome: Outcome) -> Iterator[Finding]:
    """What was odd on the wire and in the bytes: nothing wrong yet, and worth a look."""
    for oddity in row.exchange_oddities:
        yield Finding(kind="odd_exchange", message=oddity)
    if (moved := other_host(row.url, asked_url(row))) is not None:
        yield moved
    for note in outcome.document.notes if outcome.document else ():
        yield Finding(kind="odd_page", message=note)


def other_host(url: str, entry_url: str | None) -> Finding | None:
    """A finding when redirects led from a listed address to another host; None when not."""
    if entry_url is None or urlsplit(url).hostname == urlsplit(entry_url).hostname:
        return None
    message = say("redirects_to_other_host", url=entry_url, target=url)
    return Finding(kind="redirected_to_other_host", message=message)


def asked_url(row: CaptureRow) -> str:
    """The address that was asked for: of the listing's row, or of the page's link to a file."""
    context = row.context
    if context.role is Role.ATTACHMENT:
        return context.link_url or row.url
    return context.entry_url or row.url


UNREAD = frozenset(
    {
        SkipReason.HTTP_ERROR,
        SkipReason.TRUNCATED,
        SkipReason.UNSUPPORTED_MEDIA,
        SkipReason.READER_MISSING,
        SkipReason.ENCRYPTED,
        SkipReason.PDF_WITHOUT_TEXT,
        SkipReason.UNDECODABLE,
        SkipReason.TOO_LARGE,
        SkipReason.EXTRACTOR_CRASHED,
        SkipReason.EXTRACTOR_TIMEOUT,
    }
)
"""Outcomes of what could not be read, as opposed to what was read and is no report."""


def _unread_attachment(row: CaptureRow, outcome: Outcome) -> Iterator[Columns]:
    """A file that could not be read stands among the findings of the report's own address."""
    context = row.context
    if context.role is not Role.ATTACHMENT or outcome.skip not in UNREAD:
        return
    named = f"{asked_url(row)} ({context.link_text})" if context.link_text else asked_url(row)
    said = say("about", named=outcome.skip.value, said=outcome.detail)
    finding = Finding(kind="attachment_unread", message=say("about", named=named, said=said))
    yield finding_row(
        finding,
        url=context.entry_url or row.url,
        record_id=row.pointer.record_id,
        context=context,
    )


def _attachments(files: PageFiles, row: CaptureRow) -> Iterator[Columns]:
    for ordinal, link in enumerate((*files.asked, *files.left)):
        yield {
            "record_id": row.pointer.record_id,
            "url": link.url,
            "ordinal": ordinal,
            "text": link.text,
            "portal": row.context.portal_id,
            "entry_url": row.context.entry_url or row.url,
            "is_asked": int(ordinal < len(files.asked)),
            "outcome": None,
        }


def rows_of_failure(
    row: CaptureRow, reason: SkipReason, detail: str, *, read_by: str | None = None
) -> Extraction:
    """The rows of a capture that no worker could read (it crashed, hung or ate its memory)."""
    finding = Finding(kind=reason.value, message=detail)
    outcome = Outcome(skip=reason, detail=detail, findings=(finding,))
    return rows_of(row, outcome, row.status, read_by=read_by)


def report_id_of(report: Report) -> str:
    """A report's identity: the body it reports for, the year and the scope."""
    return f"{report.body.body_id}/{report.report_year}/{report.report_scope.value}"


def _document(row: CaptureRow, outcome: Outcome, status: int) -> Columns:
    document, context, pointer = outcome.document, row.context, row.pointer
    return {
        "record_id": pointer.record_id,
        "url": row.url,
        "entry_url": context.entry_url or row.url,
        "asked_url": asked_url(row),
        "portal": context.portal_id,
        "role": context.role.value,
        "captured_at": utc_text(row.captured_at),
        "ordered_at": utc_text(row.ordered_at),
        "status": status,
        "warc_file": pointer.file,
        "warc_offset": pointer.offset,
        "warc_length": pointer.length,
        "payload_digest": pointer.payload_digest,
        "media_type": document.media_type if document else row.mime,
        "charset": document.charset if document else None,
        "script": document.script.value if document else None,
        "title": document.title if document else None,
        "text_original": document.text_original if document else None,
        "text": document.text if document else None,
        "outcome": outcome.skip.value if outcome.skip else "report",
        "detail": outcome.detail,
    }


def _reading(report: Report, record_id: str) -> Columns:
    return {
        "report_id": report_id_of(report),
        "record_id": record_id,
        "body_id": report.body.body_id,
        "report_year": report.report_year,
        "report_scope": report.report_scope.value,
        "title": report.title,
        "issuing_body": report.issuing_body,
        "reporting_for": report.reporting_for,
        "division": report.division,
        "division_name": report.division_name,
        "published_on": _date(report.published_on),
        "signed_on": _date(report.signed_on),
        "period_start": _date(report.period_start),
        "period_end": _date(report.period_end),
        "doc_number": report.doc_number,
        "index_number": report.index_number,
        "table2_form": report.table2_form.value if report.table2_form else None,
        "table3_form": report.table3_form.value if report.table3_form else None,
        "appendix_form": report.appendix_form.value if report.appendix_form else None,
        "tables_source": report.tables_source.value,
        "evidence": json.dumps(report.evidence, ensure_ascii=False, sort_keys=True),
        "confidence": report.confidence.value,
    }


def _date(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _body_names(report: Report) -> tuple[tuple[str, str], ...]:
    """Every name of the body: as the report gives it, as made from that, as divisions had it, as
    the user knows it."""
    # here and not above: the main process, which stores rows, needs the table only once
    from extract.divisions import divisions_of
    from extract.governments import government_name

    evidence, body = report.evidence, report.body
    names = [
        (report.issuing_body, evidence.get("issuing_body", "report")),
        (report.reporting_for, evidence.get("reporting_for", "report")),
        (body.name, "composed"),
        *((name, SOURCE) for name in body.other_names),
    ]
    kind, _, code = body.body_id.partition(":")
    if kind == "gov":
        areas = sorted({one.name for one in divisions_of(code)})
        names += [(government_name(area), "division table") for area in areas]
    return tuple(dict.fromkeys(names))


def _sections(report: Report, record_id: str) -> list[Columns]:
    return [
        {
            "report": report_id_of(report),
            "record_id": record_id,
            "ordinal": section.ordinal,
            "kind": section.kind.value,
            "heading": section.heading,
            "text": section.text,
            "text_start": section.span.start,
            "text_end": section.span.end,
        }
        for section in report.sections
    ]


def _figure(figure: Figure, ordinal: int, report_id: str, record_id: str) -> Columns:
    return {
        "report": report_id,
        "record_id": record_id,
        "ordinal": ordinal,
        "measure": figure.measure.value,
        "value": figure.value,
        "unit": figure.unit,
        "qualifier": figure.qualifier.value if figure.qualifier else None,
        "negated": int(figure.negated),
        "scope": figure.scope,
        "quote": figure.quote,
        "quote_start": figure.span.start,
        "quote_end": figure.span.end,
        "original_start": figure.original.start,
        "original_end": figure.original.end,
    }


def _cell(cell: Cell, report_id: str, record_id: str) -> Columns:
    return {
        "report": report_id,
        "record_id": record_id,
        "name": cell.name,
        "value": cell.value,
        "raw": cell.raw,
        "unit": cell.unit,
        "table_no": cell.table_no,
        "row_name": cell.row_name,
        "column_name": cell.column_name,
        "provenance": cell.provenance,
    }


def _table_of(check: Check, report: Report | None) -> int | None:
    """The table that a check is about: by its identity, or by the one cell that it looks at."""
    number = table_of(check.identity)
    if number is not None or report is None:
        return number
    return next((c.table_no or 0 for c in report.cells if c.name == check.place), None)


def check_row(
    check: Check, report_id: str, record_id: str, *, table_no: int | None = None
) -> Columns:
    """A check as stored; ``table_no`` is the one table that it is about, 0 for the appendix."""
    as_zero = check.blank_as_zero_outcome
    return {
        "report": report_id,
        "record_id": record_id,
        "identity": check.identity,
        "place": check.place,
        "outcome": check.outcome.value,
        "severity": check.severity.value,
        "printed": check.printed,
        "computed": check.computed,
        "difference": check.difference,
        "blank_as_zero_outcome": as_zero.value if as_zero else None,
        "table_no": table_no,
    }


def _finding(finding: Finding, row: CaptureRow, report_id: str | None) -> Columns:
    url, record_id = row.url, row.pointer.record_id
    context = row.context
    return finding_row(finding, url=url, record_id=record_id, context=context, report_id=report_id)


def finding_row(
    finding: Finding,
    *,
    url: str,
    record_id: str,
    context: CaptureContext,
    report_id: str | None = None,
) -> Columns:
    """A finding as stored; ``record_id`` is empty when it is about no record."""
    return {
        "kind": finding.kind,
        "report": report_id,
        "url": url,
        "message": finding.message,
        "record_id": record_id,
        "portal": context.portal_id,
    }
