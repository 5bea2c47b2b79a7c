"""The rows of captures in corpus.db: how they get in and out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import TYPE_CHECKING

from extract.report import Body
from extract.rows import Columns, Extraction

if TYPE_CHECKING:
    import sqlite_utils

PARTS = ("sections", "cells", "figures", "checks", "findings", "attachments")
"""Tables of which a capture has several rows, by their names in ``Extraction`` too."""

ROWS_OF_A_RECORD = ("report_documents", "_narratives", *PARTS)


class RunFinding(StrEnum):
    """Findings that captures of several times give together; no reading of one brings them."""

    LIES = "portal_lies_not_modified"
    GONE = "report_gone"
    MOVED = "report_moved"
    FILE_GONE = "attachment_gone"
    FAILURES_ROSE = "failures_rose"


KEPT_FINDINGS = f" AND kind NOT IN ({', '.join(repr(kind.value) for kind in RunFinding)})"
"""For a condition in SQL: what stays when a capture is read again."""


def known_among(db: sqlite_utils.Database, record_ids: Sequence[str]) -> list[str]:
    """Those of these captures that the corpus has read already."""
    query = "SELECT record_id FROM documents WHERE record_id = ?"
    return [row[0] for one in record_ids for row in db.execute(query, [one])]


def reports_of(db: sqlite_utils.Database, record_ids: Iterable[str]) -> set[str]:
    """Ids of the reports that these captures are readings of."""
    query = "SELECT report_id FROM report_documents WHERE record_id = ?"
    return {row[0] for one in record_ids for row in db.execute(query, [one])}


def bodies_of(db: sqlite_utils.Database, record_ids: Iterable[str]) -> set[str]:
    """Ids of the bodies whose reports these captures are readings of."""
    query = "SELECT body_id FROM report_documents WHERE record_id = ?"
    return {row[0] for one in record_ids for row in db.execute(query, [one])}


def forget_unnamed(db: sqlite_utils.Database, body_ids: Iterable[str]) -> None:
    """Takes out those of these bodies that no reading names any more, and names that none gives."""
    for body_id in sorted(body_ids):
        for statement in (_FORGET_BODY, _FORGET_ITS_NAMES, _FORGET_NAMES):
            db.execute(statement, [body_id])


def current_readings(db: sqlite_utils.Database, report_ids: Iterable[str]) -> dict[str, str]:
    """The capture that is current, for each of these reports that has one."""
    query = "SELECT report_id, record_id FROM reports WHERE report_id = ?"
    return dict(row for one in report_ids for row in db.execute(query, [one]))


def remove(db: sqlite_utils.Database, record_ids: Sequence[str]) -> None:
    """Takes out all rows of captures but their documents, which the next reading replaces."""
    for table in ROWS_OF_A_RECORD:
        kept = KEPT_FINDINGS if table == "findings" else ""
        db.conn.executemany(
            f"DELETE FROM {table} WHERE record_id = ?{kept}",  # noqa: S608
            [[one] for one in record_ids],
        )


def put(db: sqlite_utils.Database, extractions: Sequence[Extraction]) -> None:
    """Puts in the rows of captures, table by table: one statement for all captures."""
    for extraction in extractions:
        if extraction.body is not None and extraction.reading is not None:
            _put_body(db, extraction.body, extraction.body_names)
    readings = [e.reading | {"kind": "page", "is_current": 0} for e in extractions if e.reading]
    insert(db, "documents", [e.document for e in extractions])
    insert(db, "report_documents", readings)
    for table in PARTS:
        rows = [row for extraction in extractions for row in getattr(extraction, table)]
        insert(db, table, rows)
    insert(db, "_narratives", [row for e in extractions for row in e.narratives])
    for extraction in extractions:
        portal, url = str(extraction.document["portal"]), str(extraction.document["url"])
        put_requisites(db, portal, url, extraction.requisites)


def put_requisites(db: sqlite_utils.Database, portal: str, via: str, urls: Sequence[str]) -> None:
    """What a page is shown with. Of the pages that name one the first by address is kept, so that
    it does not matter in which order they come.
    """
    db.conn.executemany(PUT_REQUISITE, [[portal, url, via] for url in urls])


def _put_body(db: sqlite_utils.Database, body: Body, names: Sequence[tuple[str, str]]) -> None:
    db.execute(
        PUT_BODY.format(name=_kept_name(body)),
        [
            body.body_id,
            body.name,
            body.body_type.value,
            body.admin_level.value if body.admin_level else None,
            body.division_today,
            _year(body.valid_from),
            _year(body.valid_to),
            body.predecessor,
        ],
    )
    insert(
        db,
        "body_names",
        [{"body_id": body.body_id, "name": name, "source": source} for name, source in names],
    )


_UNREAD = "body_id = ? AND body_id NOT IN (SELECT body_id FROM report_documents)"
_FORGET_BODY = f"DELETE FROM bodies WHERE {_UNREAD}"  # noqa: S608
_FORGET_ITS_NAMES = f"DELETE FROM body_names WHERE {_UNREAD}"  # noqa: S608
_FORGET_NAMES = """
DELETE FROM body_names WHERE body_id = ?
AND source NOT IN ('composed', 'division table', 'bodies.csv') AND NOT EXISTS (
    SELECT 1 FROM report_documents r WHERE r.body_id = body_names.body_id AND (
        (r.issuing_body = body_names.name
         AND coalesce(json_extract(r.evidence, '$.issuing_body'), 'report') = body_names.source)
        OR (r.reporting_for = body_names.name
         AND coalesce(json_extract(r.evidence, '$.reporting_for'), 'report') = body_names.source)))
"""
"""The names and sources that rows.py takes from a reading; the others come with the body."""


def insert(db: sqlite_utils.Database, table: str, rows: list[Columns]) -> None:
    """Inserts rows with the same columns; a row with the same key is replaced."""
    if not rows:
        return
    names = list(rows[0])
    marks = ",".join("?" * len(names))
    db.conn.executemany(
        f"INSERT OR REPLACE INTO {table} ({','.join(names)}) VALUES ({marks})",  # noqa: S608
        map(itemgetter(*names), rows),
    )


def put_governments(db: sqlite3.Connection) -> None:
    """Fills a new corpus with the governments of the division table, once."""
    if db.execute("SELECT 1 FROM bodies WHERE body_id LIKE 'gov:%' LIMIT 1").fetchone() is None:
        from extract import governments

        governments.put_governments(db)


def _kept_name(body: Body) -> str:
    """Which name a body keeps, whatever order its readings come in: the user's, that of the
    division table for a government, else the first in the order of characters."""
    if body.name in body.other_names:
        return "excluded.name"
    return "name" if body.body_id.startswith("gov:") else "min(name, excluded.name)"


def _year(year: int | None) -> str | None:
    return None if year is None else str(year)


PUT_REQUISITE = """
INSERT INTO requisites (portal, url, via) VALUES (?, ?, ?)
ON CONFLICT (portal, url) DO UPDATE SET via = excluded.via WHERE excluded.via < via
"""

PUT_BODY = """
INSERT INTO bodies
    (body_id, name, body_type, admin_level, division_today, valid_from, valid_to, predecessor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (body_id) DO UPDATE SET name = {name}, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, predecessor = excluded.predecessor
"""
