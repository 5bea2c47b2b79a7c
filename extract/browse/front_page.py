"""The front page: what the corpus holds, where, and what is new."""

from __future__ import annotations

import json
from itertools import islice

from extract.browse.asking import report_path
from extract.browse.corpus import Reading
from extract.browse.list_pages import finding_is_hidden
from extract.browse.page import Json, Page
from extract.browse.report_page import change_is_hidden, change_json
from extract.changes import ChangeKind
from extract.found_changes import changes_in
from extract.provinces import provinces

NEW_REPORTS, NEW_CHANGES, LOOKED_AT = 8, 6, 40
"""Shown of what is new, and how many are looked at for those that may be shown."""


def front_page(reading: Reading) -> Page:
    """A corpus without reports gets a page that says what to do."""
    if reading.db.execute("SELECT 1 FROM reports LIMIT 1").fetchone() is None:
        return nothing_page()
    counts = reading.kept.get("front", lambda: _counts(reading))
    data = {
        **counts,
        "new_reports": _new_reports(reading, counts["latest"]),
        "new_changes": _new_changes(reading, counts["newest"]),
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
        "changed": _count_changed(reading),
        "failing": db.execute(FAILING, given).fetchone()[0],
        "provinces": [
            {"code": code, "name": name, "reports": found[0], "bodies": found[1]}
            for code, name in provinces().items()
            if (found := by_province.get(code)) is not None
        ],
        "newest": [row["newer"] for row in db.execute(NEWEST_CHANGES, given)],
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


def _count_changed(reading: Reading) -> int:
    """Captures that changed something."""
    if not reading.withheld:
        return int(reading.db.execute(CHANGED, [ChangeKind.BOILERPLATE.value]).fetchone()[0])
    found = changes_in(reading.db, "c.kind <> ?", [ChangeKind.BOILERPLATE.value])
    shown = (one for one in found if not change_is_hidden(reading, one))
    return len({one.newer.record_id for one in shown})


def _new_reports(reading: Reading, latest: list[str]) -> list[Json]:
    found = []
    for report_id in latest:
        row = reading.db.execute(ONE, [report_id]).fetchone()
        if row is not None and not reading.hides_report(report_id):
            told = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- a row is no mapping
            found.append(told | {"page": report_path(report_id)})
    return found[:NEW_REPORTS]


def _new_changes(reading: Reading, newest: list[str]) -> list[Json]:
    marks = ",".join("?" * len(newest))
    where = f"c.newer IN ({marks}) AND c.kind <> ?"
    found = changes_in(reading.db, where, [*newest, ChangeKind.BOILERPLATE.value])
    shown = (one for one in found if not change_is_hidden(reading, one))
    return [change_json(one) for one in islice(shown, NEW_CHANGES)]


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
CHANGED = "SELECT count(DISTINCT newer) FROM changes WHERE kind <> ?"
FAILING = f"""
SELECT count(DISTINCT report_id) FROM _current_checks WHERE outcome = 'fail' AND {SHOWN}
"""  # noqa: S608
NEWEST_CHANGES = """
SELECT DISTINCT c.newer, n.ordered_at FROM changes c JOIN documents n ON n.record_id = c.newer
WHERE c.kind <> 'boilerplate' ORDER BY n.ordered_at DESC, c.newer LIMIT :most
"""
LATEST = f"""
SELECT r.report_id FROM reports r JOIN documents d USING (record_id) WHERE {SHOWN}
ORDER BY d.ordered_at DESC, r.report_id LIMIT :most
"""  # noqa: S608
ONE = """
SELECT r.report_id, r.title, r.report_year, r.reporting_for, r.division_name, d.captured_at
FROM reports r JOIN documents d USING (record_id) WHERE r.report_id = ?
"""
