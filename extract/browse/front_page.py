"""The front page: what the corpus holds, where, and what is new."""

from __future__ import annotations

import json
from itertools import islice

from extract.browse.asking import report_path
from extract.browse.changes_page import count_shown, iter_shown, newest_entries
from extract.browse.corpus import Reading
from extract.browse.list_pages import finding_is_hidden
from extract.browse.page import Json, Page
from extract.provinces import provinces

NEW_REPORTS, NEW_CHANGES, LOOKED_AT = 8, 6, 40
"""Shown of what is new, and how many are looked at for those that may be shown."""


def front_page(reading: Reading) -> Page:
    """A corpus without reports gets a page that says what to do."""
    if reading.db.execute("SELECT 1 FROM reports LIMIT 1").fetchone() is None:
        return nothing_page()
    counts = reading.kept.get("front", lambda: _counts(reading))
    latest, newest = counts.pop("latest"), counts.pop("newest")  # before anything is taken down
    data = {
        **counts,
        "new_reports": _new_reports(reading, latest),
        "new_changes": list(islice(iter_shown(reading, newest), NEW_CHANGES)),
    }
    return Page("front.html", data)


def nothing_page() -> Page:
    """In place of the front page where nothing was crawled yet."""
    return Page("nothing.html", {"reports": 0})


def _counts(reading: Reading) -> Json:
    """Of what is not taken down; ``hidden`` are the reports that are."""
    db = reading.db
    hidden = reading.withheld.reports()
    given = {"hidden": json.dumps(sorted(hidden)), "most": LOOKED_AT}
    reports, bodies = db.execute(REPORTS, given).fetchone()
    by_province = {row[0]: (row[1], row[2]) for row in db.execute(PROVINCES, given)}
    return {
        "reports": reports,
        "bodies": bodies,
        "hidden": len(hidden),
        "years": [{"year": row[0], "reports": row[1]} for row in db.execute(YEARS, given)],
        "documents": _count_documents(reading),
        "findings": _count_findings(reading),
        "changed": count_shown(reading),
        "failing": db.execute(FAILING, given).fetchone()[0],
        "provinces": [
            {"code": code, "name": name, "reports": found[0], "bodies": found[1]}
            for code, name in provinces().items()
            if (found := by_province.get(code)) is not None
        ],
        "newest": newest_entries(db, most=LOOKED_AT),
        "latest": [row["report_id"] for row in db.execute(LATEST, given)],
    }


def _count_documents(reading: Reading) -> int:
    given = {"hidden": json.dumps(sorted(reading.withheld.records()))}
    return int(reading.db.execute(DOCUMENTS, given).fetchone()[0])


def _count_findings(reading: Reading) -> int:
    if not reading.withheld:
        return int(reading.db.execute("SELECT count(*) FROM findings").fetchone()[0])
    rows = reading.db.execute("SELECT url, record_id, message FROM findings")
    return sum(not finding_is_hidden(reading, row) for row in rows)


def _new_reports(reading: Reading, latest: list[str]) -> list[Json]:
    found = []
    for report_id in latest:
        row = reading.db.execute(ONE, [report_id]).fetchone()
        if row is not None and not reading.hides_report(report_id):
            told = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- a row is no mapping
            found.append(told | {"page": report_path(report_id)})
    return found[:NEW_REPORTS]


SHOWN = "report_id NOT IN (SELECT value FROM json_each(:hidden))"
YEARS = f"SELECT report_year, count(*) FROM reports WHERE {SHOWN} GROUP BY 1 ORDER BY 1"  # noqa: S608
REPORTS = f"SELECT count(*), count(DISTINCT body_id) FROM reports WHERE {SHOWN}"  # noqa: S608
PROVINCES = f"""
SELECT substr(division, 1, 2), count(*), count(DISTINCT body_id) FROM reports WHERE {SHOWN}
GROUP BY 1
"""  # noqa: S608
DOCUMENTS = """
SELECT count(*) FROM documents WHERE record_id NOT IN (SELECT value FROM json_each(:hidden))
"""
FAILING = f"""
SELECT count(DISTINCT report_id) FROM _current_checks WHERE outcome = 'fail' AND {SHOWN}
"""  # noqa: S608
LATEST = f"""
SELECT r.report_id FROM reports r JOIN documents d USING (record_id) WHERE {SHOWN}
ORDER BY d.ordered_at DESC, r.report_id LIMIT :most
"""  # noqa: S608
ONE = """
SELECT r.report_id, r.title, r.report_year, r.reporting_for, r.division_name, d.captured_at
FROM reports r JOIN documents d USING (record_id) WHERE r.report_id = ?
"""
