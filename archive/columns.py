"""Rows of the index as values of its columns, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime

from archive.capture import (
    CaptureContext,
    CapturePointer,
    FailureReason,
    RequestFailure,
    Role,
    RunEnd,
    RunOutcome,
    RunStart,
    Truncation,
)
from archive.records import RecordType, format_date, parse_date
from archive.rows import CaptureRow, FailureRow, Rows, Run
from archive.schema import CONTEXT_COLUMNS

Value = str | int | None

CAPTURE_COLUMNS = (
    "record_id, offset, length, payload_digest, method, url, url_key, body_digest, captured_at,"
    " ordered_at,"
    " status, mime, record_type, refers_to, truncated, etag, last_modified,"
    f" {CONTEXT_COLUMNS}, oddities, request_offset, request_length"
)
FAILURE_COLUMNS = (
    "record_id, offset, length, method, url, body_digest, failed_at, reason, text,"
    f" {CONTEXT_COLUMNS}"
)


def insert_statement(table: str, columns: str) -> str:
    """Takes in rows of a file. Of a record that two files hold, the row is that of the file which
    ``walk.warc_names`` puts first, whichever comes first.
    """
    marks = ", ".join("?" * (columns.count(",") + 2))
    taken = ", ".join(f"{name} = excluded.{name}" for name in ("file_id", *columns.split(", ")))
    return (
        f"INSERT INTO {table} (file_id, {columns}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (record_id) DO UPDATE SET {taken} WHERE (SELECT"
        " (instr(new.name, '/') > 0, new.name) < (instr(old.name, '/') > 0, old.name)"
        " FROM files AS new, files AS old"
        f" WHERE new.file_id = excluded.file_id AND old.file_id = {table}.file_id)"
    )


RUN_START = (
    "INSERT INTO runs (run_id, started_at, ordered_at, portal_files, versions, settings_digest)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET"
    " started_at = excluded.started_at, ordered_at = excluded.ordered_at,"
    " portal_files = excluded.portal_files,"
    " versions = excluded.versions, settings_digest = excluded.settings_digest"
)
RUN_END = (
    "INSERT INTO runs (run_id, finished_at, outcome, counts) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run_id) DO UPDATE SET finished_at = excluded.finished_at,"
    " outcome = excluded.outcome, counts = excluded.counts"
)


SAME_VALIDATORS = """
SELECT * FROM (
    SELECT c.*, p.record_id AS before FROM captures c JOIN captures p ON p.record_id = (
        SELECT record_id FROM captures WHERE url = c.url AND method = c.method
        AND body_digest = c.body_digest AND ordered_at < c.ordered_at AND c.role <> 'requisite'
        AND status BETWEEN 200 AND 299 AND truncated IS NULL
        ORDER BY ordered_at DESC, record_id DESC LIMIT 1)
    WHERE (c.record_type = 'revisit' AND c.status = 304 AND c.etag <> p.etag)
    OR (c.record_type = 'response' AND c.status BETWEEN 200 AND 299 AND c.truncated IS NULL
        AND c.payload_digest <> p.payload_digest
        AND (c.etag = p.etag OR ((c.etag IS NULL OR p.etag IS NULL)
                                 AND c.last_modified = p.last_modified)))
)"""
"""Captures that contradict the whole one before them, with its record id as ``before``."""


def _context_values(context: CaptureContext) -> tuple[Value, ...]:
    listed_on = context.listed_on.isoformat() if context.listed_on is not None else None
    return (
        *(context.run_id, context.portal_id, context.role.value, context.via),
        *(context.link_text, listed_on, context.listing, context.entry_url),
        *(context.division, context.page_record, context.link_url),
    )


def _context(row: sqlite3.Row) -> CaptureContext:
    return CaptureContext(
        run_id=row["run_id"],
        portal_id=row["portal_id"],
        role=Role(row["role"]),
        via=row["via"],
        link_text=row["link_text"],
        listed_on=date.fromisoformat(row["listed_on"]) if row["listed_on"] else None,
        listing=row["listing"],
        entry_url=row["entry_url"],
        division=row["division"],
        page_record=row["page_record"],
        link_url=row["link_url"],
    )


def values_of_capture(row: CaptureRow) -> tuple[Value, ...]:
    """In the order of CAPTURE_COLUMNS."""
    pointer = row.pointer
    captured_at = format_date(row.captured_at)
    return (
        *(pointer.record_id, pointer.offset, pointer.length, pointer.payload_digest),
        *(row.method, row.url, row.url_key, row.body_digest, captured_at),
        format_date(row.shifted_to) if row.shifted_to else captured_at,
        *(row.status, row.mime, row.record_type.value, row.refers_to),
        *(row.truncated.value if row.truncated else None, row.etag, row.last_modified),
        *_context_values(row.context),
        *(
            json.dumps(row.oddities) if row.oddities else "[]",
            row.request_offset,
            row.request_length,
        ),
    )


def read_capture(row: sqlite3.Row) -> CaptureRow:
    """From a row with the file's name and CAPTURE_COLUMNS."""
    return CaptureRow(
        pointer=CapturePointer(
            file=row["name"],
            offset=row["offset"],
            length=row["length"],
            record_id=row["record_id"],
            payload_digest=row["payload_digest"],
        ),
        method=row["method"],
        url=row["url"],
        url_key=row["url_key"],
        body_digest=row["body_digest"],
        captured_at=parse_date(row["captured_at"]),
        shifted_to=_shifted_to(row, "captured_at"),
        status=row["status"],
        mime=row["mime"],
        record_type=RecordType(row["record_type"]),
        refers_to=row["refers_to"],
        truncated=Truncation(row["truncated"]) if row["truncated"] else None,
        etag=row["etag"],
        last_modified=row["last_modified"],
        context=_context(row),
        oddities=tuple(json.loads(row["oddities"])),
        request_offset=row["request_offset"],
        request_length=row["request_length"],
    )


def _shifted_to(row: sqlite3.Row, date: str) -> datetime | None:
    return None if row["ordered_at"] == row[date] else parse_date(row["ordered_at"])


def values_of_failure(row: FailureRow) -> tuple[Value, ...]:
    """In the order of FAILURE_COLUMNS."""
    failure = row.failure
    return (
        *(failure.record_id, row.offset, row.length, failure.method, failure.url),
        *(failure.body_digest, format_date(failure.failed_at), failure.reason.value),
        *(failure.text, *_context_values(failure.context)),
    )


def read_failure(row: sqlite3.Row) -> FailureRow:
    """From a row with the file's name and FAILURE_COLUMNS."""
    failure = RequestFailure(
        record_id=row["record_id"],
        method=row["method"],
        url=row["url"],
        body_digest=row["body_digest"],
        failed_at=parse_date(row["failed_at"]),
        reason=FailureReason(row["reason"]),
        text=row["text"],
        context=_context(row),
    )
    return FailureRow(failure=failure, file=row["name"], offset=row["offset"], length=row["length"])


def values_of_start(start: RunStart) -> tuple[Value, ...]:
    """For RUN_START."""
    return (
        *(start.run_id, format_date(start.started_at)),
        *(format_date(start.ordered_at), json.dumps(start.portal_files)),
        *(json.dumps(start.versions), start.settings_digest),
    )


def values_of_end(end: RunEnd) -> tuple[Value, ...]:
    """For RUN_END."""
    return (end.run_id, format_date(end.finished_at), end.outcome.value, json.dumps(end.counts))


def values_of(rows: Rows) -> Callable[[str], Iterable[tuple[Value, ...]]]:
    """The values of ``captures``, ``failures``, ``starts`` and ``ends``, by that name."""
    made: dict[str, Iterable[tuple[Value, ...]]] = {
        "captures": map(values_of_capture, rows.captures),
        "failures": map(values_of_failure, rows.failures),
        "starts": map(values_of_start, rows.starts),
        "ends": map(values_of_end, rows.ends),
    }
    return made.__getitem__


def read_run(row: sqlite3.Row) -> Run:
    """From a whole row of runs."""
    run_id: str = row["run_id"]
    counts: dict[str, int] = json.loads(row["counts"] or "{}")
    end = (
        RunEnd(
            run_id=run_id,
            finished_at=parse_date(row["finished_at"]),
            outcome=RunOutcome(row["outcome"]),
            counts=counts,
        )
        if row["finished_at"] is not None
        else None
    )
    return Run(
        start=RunStart(
            run_id=run_id,
            started_at=parse_date(row["started_at"]),
            shifted_to=_shifted_to(row, "started_at"),
            portal_files=json.loads(row["portal_files"]),
            versions=json.loads(row["versions"]),
            settings_digest=row["settings_digest"],
        ),
        end=end,
    )
