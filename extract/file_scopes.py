"""Files of one page whose own text does not tell whom the report speaks for.

Where a page only points at its files, a table has no words of scope, and the text beside it has:
the two are one report. A nameless file of unclear scope is counted with the other files of its
page, if those are of one scope. ``report_documents.report_scope`` stays what the file says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from extract.report import FROM_PAGE, ReportScope

_UNCLEAR = ReportScope.UNCLEAR.value
_OF_A_RECORD = ("sections", "cells", "figures", "checks")


def adopt_scopes(db: sqlite3.Connection, touched: Iterable[str]) -> set[str]:
    """Gives the files of unclear scope to the reports that they are part of; returns the ids of
    all reports that lost or won one. A function of the stored readings, whatever their order.
    """
    changed: set[str] = set()
    for group in sorted({report_id.rpartition("/")[0] for report_id in touched}):
        ids = [f"{group}/{scope.value}" for scope in ReportScope]
        for record_id, stored, evidence, entry_url in db.execute(UNCLEAR_FILES, ids).fetchall():
            if FROM_PAGE not in json.loads(evidence):
                continue
            wanted = f"{group}/{_scope_beside(db, ids, entry_url)}"
            if wanted != stored:
                _move(db, record_id, wanted)
                changed |= {stored, wanted}
    return changed


def _scope_beside(db: sqlite3.Connection, ids: list[str], entry_url: str) -> str:
    """The one scope that the other readings of a page and its files have of themselves."""
    scopes = [row[0] for row in db.execute(SCOPES_BESIDE, [*ids, entry_url])]
    return scopes[0] if len(scopes) == 1 else _UNCLEAR


def _move(db: sqlite3.Connection, record_id: str, report_id: str) -> None:
    db.execute(
        "UPDATE report_documents SET report_id = ? WHERE record_id = ?", [report_id, record_id]
    )
    for table in _OF_A_RECORD:
        db.execute(f"UPDATE {table} SET report = ? WHERE record_id = ?", [report_id, record_id])  # noqa: S608
    db.execute(
        "UPDATE findings SET report = ? WHERE record_id = ? AND report IS NOT NULL",
        [report_id, record_id],
    )


UNCLEAR_FILES = f"""
SELECT r.record_id, r.report_id, r.evidence, d.entry_url
FROM report_documents r JOIN documents d USING (record_id)
WHERE r.report_id IN (?, ?, ?) AND d.role = 'attachment' AND r.report_scope = '{_UNCLEAR}'
ORDER BY r.record_id
"""  # noqa: S608

SCOPES_BESIDE = f"""
SELECT DISTINCT r.report_scope FROM report_documents r JOIN documents d USING (record_id)
WHERE r.report_id IN (?, ?, ?) AND d.entry_url = ? AND r.report_scope <> '{_UNCLEAR}'
"""  # noqa: S608
