"""Corpus out of the database: one report a JSON line, by design's field names."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from extract.errors import ExtractError
from extract.schema import open_corpus_to_read
from extract.selection import Selection

REPORTS = """
SELECT r.*, d.url, d.captured_at, d.warc_file, d.warc_offset, d.payload_digest, d.script, d.text,
       b.body_type, b.admin_level
FROM reports r JOIN documents d USING (record_id) JOIN bodies b USING (body_id)
"""

ALSO_AT = """
SELECT d.url FROM report_documents rd JOIN documents d USING (record_id)
WHERE rd.report_id = :report AND d.url <> :url
UNION
SELECT p.url FROM report_documents rd JOIN documents d USING (record_id)
JOIN attachments a ON a.url = d.asked_url AND a.entry_url = d.entry_url AND a.is_asked
JOIN documents p ON p.record_id = a.record_id
WHERE rd.report_id = :report AND d.role = 'attachment' AND p.url <> :url
AND NOT EXISTS (SELECT 1 FROM report_documents own WHERE own.record_id = p.record_id) ORDER BY 1
"""

PLAIN = (
    "title",
    "report_year",
    "body_id",
    "issuing_body",
    "reporting_for",
    "report_scope",
    "body_type",
    "division",
    "division_name",
    "admin_level",
    "published_on",
    "signed_on",
    "script",
)
"""Fields that stand in the object as they stand in the tables."""

FIGURE = (
    "measure",
    "value",
    "unit",
    "qualifier",
    "negated",
    "scope",
    "quote",
    "quote_start",
    "quote_end",
)

Json = dict[str, Any]
"""A JSON object; the shapes are design's, section 8."""


EVERY_REPORT = Selection()


def iter_reports(path: Path, selection: Selection = EVERY_REPORT) -> Iterator[Json]:
    """The reports of a corpus that are selected, in (report_id) order.

    Each is one JSON object with `url`, `captured_at`, `warc`, … `text`, `also_at`; sections,
    figures in reading order. Raises ExtractError when there is no corpus.
    """
    with closing(open_corpus_to_read(path)) as db:
        yield from reports_in(db, selection)


def reports_in(db: sqlite3.Connection, selection: Selection = EVERY_REPORT) -> Iterator[Json]:
    """The same of an open corpus whose rows come by name."""
    where, values = selection.condition()
    for row in db.execute(f"{REPORTS} WHERE {where} ORDER BY r.report_id", values):
        yield report_json(db, row)


def report_json(db: sqlite3.Connection, row: sqlite3.Row) -> Json:
    """One report as exported. ``row`` comes from the REPORTS query."""
    record = row["record_id"]
    return {
        "url": row["url"],
        "captured_at": row["captured_at"],
        "warc": {
            "file": row["warc_file"],
            "offset": row["warc_offset"],
            "record_id": record,
            "payload_digest": row["payload_digest"],
        },
        **{name: row[name] for name in PLAIN},
        "form": {
            "table2": row["table2_form"],
            "table3": row["table3_form"],
            "appendix": row["appendix_form"],
        },
        "sections": [
            {name: part[name] for name in ("kind", "heading", "text")}
            for part in db.execute(
                "SELECT kind, heading, text FROM sections WHERE record_id = ? ORDER BY ordinal",
                [record],
            )
        ],
        "cells": {
            cell["name"]: {"value": number(cell["value"]), "raw": cell["raw"]}
            for cell in db.execute(
                "SELECT * FROM _current_cells WHERE report_id = ?", [row["report_id"]]
            )
        },
        "figures": [
            figure_json(figure)
            for figure in db.execute(
                "SELECT * FROM figures WHERE record_id = ? ORDER BY ordinal", [record]
            )
        ],
        "checks": [
            {name: check[name] for name in ("identity", "place", "outcome", "printed", "computed")}
            for check in db.execute(
                "SELECT * FROM _current_checks WHERE report_id = ?", [row["report_id"]]
            )
        ],
        "text": row["text"],
        "also_at": also_at(db, row),
    }


def figure_json(row: sqlite3.Row) -> Json:
    """A figure as exported: whole numbers as integers, ``negated`` as a truth value."""
    figure = {name: row[name] for name in FIGURE}
    return figure | {"value": number(row["value"]), "negated": bool(row["negated"])}


def number(value: float | None) -> float | int | None:
    """A stored number as printed: 27.0 is 27."""
    return int(value) if value is not None and value == int(value) else value


def also_at(db: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """Other addresses where the same report was captured, and pages that only lead to its file."""
    given = {"report": row["report_id"], "url": row["url"]}
    return [other["url"] for other in db.execute(ALSO_AT, given)]


def make_target(folder: Path) -> None:
    """Makes the folder to write into. Raises ExtractError when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExtractError(f"cannot make {folder}: {error.strerror}; give another DIR") from error


def write_jsonl(reports: Iterable[Json], folder: Path) -> int:
    """Writes ``reports.jsonl`` into a folder, whole or not at all; returns the number of reports.

    Raises ExtractError when the folder cannot be made.
    """
    make_target(folder)
    written = 0
    partial = folder / "reports.jsonl.part"
    with partial.open("w", encoding="utf-8") as out:
        for report in reports:
            out.write(json.dumps(report, ensure_ascii=False) + "\n")
            written += 1
        out.flush()
        os.fsync(out.fileno())
    partial.replace(folder / "reports.jsonl")
    return written
