"""The front page: what the corpus holds, where, and what is new."""

from __future__ import annotations

from itertools import islice

from extract.browse.asking import report_path
from extract.browse.corpus import Reading
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
        "new_reports": _new_reports(reading),
        "new_changes": _new_changes(reading),
    }
    return Page("front.html", data)


def nothing_page() -> Page:
    """In place of the front page where nothing was crawled yet."""
    return Page("nothing.html", {"reports": 0})


def _counts(reading: Reading) -> Json:
    db = reading.db
    years = [[row[0], row[1]] for row in db.execute(YEARS)]
    reports, bodies = db.execute(REPORTS).fetchone()
    by_province = {row[0]: (row[1], row[2]) for row in db.execute(PROVINCES)}
    return {
        "reports": reports,
        "bodies": bodies,
        "years": [{"year": year, "reports": count} for year, count in years],
        "documents": db.execute("SELECT count(*) FROM documents").fetchone()[0],
        "findings": db.execute("SELECT count(*) FROM findings").fetchone()[0],
        "changed": db.execute(CHANGED, [ChangeKind.BOILERPLATE.value]).fetchone()[0],
        "failing": db.execute(FAILING).fetchone()[0],
        "provinces": [
            {"code": code, "name": name, "reports": found[0], "bodies": found[1]}
            for code, name in provinces().items()
            if (found := by_province.get(code)) is not None
        ],
        "newest": [row["newer"] for row in db.execute(NEWEST_CHANGES, [LOOKED_AT])],
        "latest": [row["report_id"] for row in db.execute(LATEST, [LOOKED_AT])],
    }


def _new_reports(reading: Reading) -> list[Json]:
    latest = reading.kept.get("front", lambda: _counts(reading))["latest"]
    found = []
    for report_id in latest:
        row = reading.db.execute(ONE, [report_id]).fetchone()
        if row is not None and not reading.hides_report(report_id):
            told = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- a row is no mapping
            found.append(told | {"page": report_path(report_id)})
    return found[:NEW_REPORTS]


def _new_changes(reading: Reading) -> list[Json]:
    newest = reading.kept.get("front", lambda: _counts(reading))["newest"]
    marks = ",".join("?" * len(newest))
    where = f"c.newer IN ({marks}) AND c.kind <> ?"
    found = changes_in(reading.db, where, [*newest, ChangeKind.BOILERPLATE.value])
    shown = (one for one in found if not change_is_hidden(reading, one))
    return [change_json(one) for one in islice(shown, NEW_CHANGES)]


YEARS = "SELECT report_year, count(*) FROM reports GROUP BY 1 ORDER BY 1"
REPORTS = "SELECT count(*), count(DISTINCT body_id) FROM reports"
PROVINCES = """
SELECT substr(division, 1, 2), count(*), count(DISTINCT body_id) FROM reports GROUP BY 1
"""
CHANGED = "SELECT count(DISTINCT newer) FROM changes WHERE kind <> ?"
FAILING = "SELECT count(DISTINCT report_id) FROM _current_checks WHERE outcome = 'fail'"
NEWEST_CHANGES = """
SELECT DISTINCT c.newer, n.ordered_at FROM changes c JOIN documents n ON n.record_id = c.newer
WHERE c.kind <> 'boilerplate' ORDER BY n.ordered_at DESC, c.newer LIMIT ?
"""
LATEST = """
SELECT r.report_id FROM reports r JOIN documents d USING (record_id)
ORDER BY d.ordered_at DESC, r.report_id LIMIT ?
"""
ONE = """
SELECT r.report_id, r.title, r.report_year, r.reporting_for, r.division_name, d.captured_at
FROM reports r JOIN documents d USING (record_id) WHERE r.report_id = ?
"""
