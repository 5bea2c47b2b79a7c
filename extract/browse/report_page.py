"""A report's page: what it is, its tables, text, checks, readings, changes and findings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import islice

from extract.browse.asking import body_path, report_path
from extract.browse.changes_page import changes_of
from extract.browse.corpus import Reading
from extract.browse.errors import NotThere
from extract.browse.opening import record_link, value_link
from extract.browse.page import Json, Page
from extract.browse.report_tables import report_tables
from extract.browse.report_text import text_part
from extract.errors import ExtractError
from extract.export import REPORTS
from extract.verdicts import judge, verdict_json

MOST_READINGS, MOST_CHANGES, MOST_FINDINGS = 100, 50, 100
"""Rows of a list on the page, which says when there are more."""

MOST_PARTS = 1_000_000

FIELDS = (
    "report_id",
    "report_year",
    "report_scope",
    "title",
    "issuing_body",
    "reporting_for",
    "body_id",
    "body_type",
    "admin_level",
    "division",
    "division_name",
    "published_on",
    "signed_on",
    "period_start",
    "period_end",
    "doc_number",
    "index_number",
    "script",
    "confidence",
    "url",
    "captured_at",
    "record_id",
    "warc_file",
    "warc_offset",
    "payload_digest",
)


def report_page(reading: Reading, body_id: str, year: str, scope: str) -> Page:
    """Raises NotThere, TakenDownHere."""
    report_id = f"{body_id}/{year}/{scope}"
    row = reading.db.execute(f"{REPORTS} WHERE r.report_id = ?", [report_id]).fetchone()
    if row is None:
        raise NotThere(report_id)
    reading.refuse_taken_down(report_id)
    part = reading.asked.number("part", 1, MOST_PARTS) or 1
    readings, count = _readings(reading, report_id)
    records = [one["record_id"] for one in readings]
    verdicts, problem = _verdicts(reading, report_id)
    urls = list(dict.fromkeys(one.pop("entry_url") for one in readings))
    changes = list(islice(changes_of(reading, records, urls), MOST_CHANGES + 1))
    findings = _findings(reading, records)
    data = {
        "report": {name: row[name] for name in FIELDS},
        "evidence": _evidence(row),
        "open": value_link(report_id),
        "body": body_path(row["body_id"]),
        **report_tables(reading, row, verdicts),
        "text": text_part(reading.db, row, part),
        "readings": readings,
        "readings_count": count,
        "verdicts": verdicts,
        "verdicts_problem": problem,
        "changes": changes[:MOST_CHANGES],
        "changes_are_cut": len(changes) > MOST_CHANGES,
        "findings": findings[:MOST_FINDINGS],
        "findings_are_cut": len(findings) > MOST_FINDINGS,
        "beside": _beside(reading, row["body_id"], report_id),
    }
    return Page("report.html", data)


def _evidence(row: sqlite3.Row) -> Json:
    """Where each field was found, as the extraction noted it."""
    try:
        found = json.loads(row["evidence"] or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _readings(reading: Reading, report_id: str) -> tuple[list[Json], int]:
    """The report's readings, the current one first, then the latest; and how many there are.
    Of one that is taken down only its kind and time are told.
    """
    rows = reading.db.execute(READINGS, {"report": report_id, "most": MOST_READINGS}).fetchall()
    found: list[Json] = []
    for row in rows:
        told = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- a row is no mapping
        hidden = reading.hides_capture(row["record_id"], row["url"])
        if hidden:
            told |= {"url": None, "title": None}
        told["tables"] = [int(one) for one in (row["tables"] or "").split(",") if one]
        found.append(told | {"open": None if hidden else record_link(row["record_id"])})
    (count,) = reading.db.execute(COUNT, [report_id]).fetchone()
    return found, count


def _verdicts(reading: Reading, report_id: str) -> tuple[list[Json], str | None]:
    """What persons said of the report's values, and why review.csv cannot be read, if so."""
    file = reading.folder.review_file
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        return [], None
    try:
        kept = reading.kept.get(
            f"verdicts {stamp}", lambda: {"of": judge(file, reading.folder.corpus_db)}
        )
    except ExtractError as error:
        return [], str(error)
    return [verdict_json(one) for one in kept["of"].of(report_id)], None


def _findings(reading: Reading, records: Sequence[str]) -> list[Json]:
    marks = ",".join("?" * len(records))
    query = f"SELECT DISTINCT kind, message, url FROM findings WHERE record_id IN ({marks}) LIMIT ?"  # noqa: S608
    rows = reading.db.execute(query, [*records, MOST_FINDINGS + 1])
    return [
        {"kind": row["kind"], "message": row["message"], "url": row["url"]}
        for row in rows
        if not reading.hides_named(row["message"])
    ]


def _beside(reading: Reading, body_id: str, report_id: str) -> list[Json]:
    """The body's reports, by year: the way from one to the next."""
    rows = reading.db.execute(BESIDE, {"body": body_id})
    return [
        {
            "report_id": row["report_id"],
            "report_year": row["report_year"],
            "report_scope": row["report_scope"],
            "page": report_path(row["report_id"]),
            "is_this": row["report_id"] == report_id,
        }
        for row in rows
        if not reading.hides_report(row["report_id"])
    ]


READINGS = """
SELECT rd.record_id, rd.kind, rd.is_current, rd.title, d.url,
    d.entry_url, d.captured_at, d.media_type, (SELECT group_concat(t.table_no) FROM report_tables t
    WHERE t.report_id = rd.report_id AND t.record_id = rd.record_id) AS tables
FROM report_documents rd JOIN documents d USING (record_id) WHERE rd.report_id = :report
ORDER BY rd.is_current DESC, d.ordered_at DESC, rd.record_id LIMIT :most
"""

COUNT = "SELECT count(*) FROM report_documents WHERE report_id = ?"

BESIDE = """
SELECT report_id, report_year, report_scope FROM reports
WHERE report_id >= :body || '/' AND report_id < :body || '0' AND body_id = :body
ORDER BY report_year, report_scope
"""
"""Ids begin with the body's and a slash, after which comes the zero: a range of the key."""
