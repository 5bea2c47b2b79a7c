"""Lists for people who look for trouble: findings, checks that fail."""

from __future__ import annotations

import sqlite3

from extract.browse.asking import report_path
from extract.browse.corpus import Reading
from extract.browse.page import Json, Page, Turn
from extract.browse.search_page import FIRST, LAST, MOST_PAGES
from extract.check_words import sentence
from extract.found_checks import check_in
from extract.identities import NAMES
from extract.provinces import provinces

SIZE = 50


def findings_page(reading: Reading) -> Page:
    """Findings by kind; of a kind or a portal where one is given."""
    asked, db = reading.asked, reading.db
    kind, portal = asked.text("kind"), asked.text("portal")
    page = asked.number("page", 1, MOST_PAGES) or 1
    kinds = reading.kept.get("findings", lambda: _kinds(db))["kinds"]
    given = {"kind": kind, "portal": portal}
    total = db.execute(FINDINGS_COUNT, given).fetchone()[0]
    turn = Turn(total, page, SIZE)
    rows = db.execute(FINDINGS, given | {"most": SIZE, "offset": turn.offset}).fetchall()
    shown = [one for one in rows if not finding_is_hidden(reading, one)]
    data = {
        "kind": kind,
        "portal": portal,
        "kinds": kinds,
        "turn": turn.as_json(),
        "hidden": len(rows) - len(shown),
        "findings": [_finding(db, row) for row in shown],
    }
    return Page("findings.html", data)


def finding_is_hidden(reading: Reading, row: sqlite3.Row) -> bool:
    """Whether a finding is taken down: with its capture, or with what it names."""
    return reading.hides_capture(row["record_id"], row["url"]) or reading.hides_named(
        row["message"]
    )


def _kinds(db: sqlite3.Connection) -> Json:
    rows = db.execute("SELECT kind, count(*) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1")
    return {"kinds": [{"kind": row[0], "count": row[1]} for row in rows]}


def _finding(db: sqlite3.Connection, row: sqlite3.Row) -> Json:
    report = row["report"]
    known = report and db.execute(KNOWN, [report]).fetchone() is not None
    return {
        "kind": row["kind"],
        "message": row["message"],
        "url": row["url"],
        "portal": row["portal"],
        "record_id": row["record_id"],
        "report_id": report,
        "page": report_path(report) if known else None,
        "has_record": db.execute(HAS_RECORD, [row["record_id"]]).fetchone() is not None,
    }


def checks_page(reading: Reading) -> Page:
    """Checks that fail, by identity; those of one, of a year or a province where they are given."""
    asked, db = reading.asked, reading.db
    identity = asked.choice("identity", NAMES)
    year = asked.number("year", FIRST, LAST)
    province = asked.choice("province", tuple(provinces()))
    page = asked.number("page", 1, MOST_PAGES) or 1
    counts = reading.kept.get("checks", lambda: _failing(db))
    given = {"identity": identity, "year": year, "province": province}
    name = f"checks {given}"
    total = reading.kept.get(name, lambda: {"total": _count(db, given)})["total"]
    turn = Turn(total, page, SIZE)
    asked_for = given | {"most": SIZE, "offset": turn.offset}
    rows = reading.kept.get(
        f"checks {asked_for}", lambda: {"rows": db.execute(FAILS, asked_for).fetchall()}
    )["rows"]
    shown = [row for row in rows if not reading.hides_check(row["report_id"], row["identity"])]
    data = {
        **given,
        "identities": counts["identities"],
        "as_of": counts["as_of"],
        "provinces": provinces(),
        "turn": turn.as_json(),
        "hidden": len(rows) - len(shown),
        "fails": [_fail(reading, row) for row in shown],
    }
    return Page("checks.html", data)


def _failing(db: sqlite3.Connection) -> Json:
    rows = db.execute(BY_IDENTITY)
    return {"identities": [{"identity": row[0], "count": row[1]} for row in rows]}


def _count(db: sqlite3.Connection, given: Json) -> int:
    return int(db.execute(f"SELECT count(*) {FAILS_FROM}", given).fetchone()[0])


def _fail(reading: Reading, row: sqlite3.Row) -> Json:
    check = check_in(row)
    return {
        "report_id": row["report_id"],
        "reporting_for": row["reporting_for"],
        "report_year": row["report_year"],
        "identity": check.identity,
        "severity": check.severity.value,
        "sentence": sentence(check, reading.asked.lang),
        "page": report_path(row["report_id"]),
    }


KNOWN = "SELECT 1 FROM reports WHERE report_id = ?"
HAS_RECORD = "SELECT 1 FROM documents WHERE record_id = ?"

FINDINGS_WHERE = "WHERE (:kind = '' OR kind = :kind) AND (:portal = '' OR portal = :portal)"
FINDINGS_COUNT = f"SELECT count(*) FROM findings {FINDINGS_WHERE}"  # noqa: S608
FINDINGS = f"""
SELECT * FROM findings {FINDINGS_WHERE}
ORDER BY kind, url, record_id, message LIMIT :most OFFSET :offset
"""  # noqa: S608

BY_IDENTITY = """
SELECT identity, count(*) FROM _current_checks WHERE outcome = 'fail' GROUP BY 1 ORDER BY 2 DESC, 1
"""
FAILS_FROM = """
FROM _current_checks c JOIN reports r ON r.report_id = c.report_id WHERE c.outcome = 'fail'
AND (:identity = '' OR c.identity = :identity) AND (:year IS NULL OR r.report_year = :year)
AND (:province = '' OR substr(r.division, 1, 2) = :province)
"""
FAILS = f"""
SELECT c.*, r.reporting_for, r.report_year {FAILS_FROM}
ORDER BY r.report_id, c.identity, c.place LIMIT :most OFFSET :offset
"""
