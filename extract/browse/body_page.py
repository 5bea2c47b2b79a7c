"""A body through the years: its names, its reports, and the main numbers they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from extract.browse.asking import body_path, report_path
from extract.browse.body_series import body_series
from extract.browse.corpus import Reading
from extract.browse.errors import NotThere
from extract.browse.opening import value_link
from extract.browse.page import Json, Page
from extract.provinces import place_of

MOST_NAMES, MOST_RELATED = 50, 50


def body_page(reading: Reading, body_id: str) -> Page:
    """Raises NotThere."""
    db = reading.db
    body = db.execute("SELECT * FROM bodies WHERE body_id = ?", [body_id]).fetchone()
    if body is None:
        raise NotThere(body_id)
    reports = [
        row
        for row in db.execute(REPORTS, {"body": body_id})
        if not reading.hides_report(row["report_id"])
    ]
    names = [dict(row) for row in db.execute(NAMES, [body_id, MOST_NAMES + 1])]
    related = list(_related(db, body))
    data = {
        "body": {name: body[name] for name in body.keys()},  # noqa: SIM118 -- a row is no mapping
        "place": place_of(body["division_today"]),
        "names": names[:MOST_NAMES],
        "names_are_cut": len(names) > MOST_NAMES,
        "related": related[:MOST_RELATED],
        "related_are_cut": len(related) > MOST_RELATED,
        "reports": [_report(db, row) for row in reports],
        "series": body_series(db, reports),
    }
    return Page("body.html", data)


def _report(db: sqlite3.Connection, row: sqlite3.Row) -> Json:
    (fails,) = db.execute(FAILS, [row["report_id"]]).fetchone()
    return {
        "report_id": row["report_id"],
        "report_year": row["report_year"],
        "report_scope": row["report_scope"],
        "title": row["title"],
        "published_on": row["published_on"],
        "form": row["table3_form"] or row["appendix_form"],
        "fails": fails,
        "page": report_path(row["report_id"]),
        "open": value_link(row["report_id"]),
    }


def _related(db: sqlite3.Connection, body: sqlite3.Row) -> Iterator[Json]:
    """What it came from, what came from it, and other bodies of its division."""
    given = {
        "body": body["body_id"],
        "predecessor": body["predecessor"],
        "division": body["division_today"],
        "most": MOST_RELATED + 1,
    }
    for row in db.execute(RELATED, given):
        yield {
            "body_id": row["body_id"],
            "name": row["name"],
            "body_type": row["body_type"],
            "relation": row["relation"],
            "page": body_path(row["body_id"]),
        }


REPORTS = """
SELECT * FROM reports
WHERE report_id >= :body || '/' AND report_id < :body || '0' AND body_id = :body
ORDER BY report_year DESC, report_scope
"""

NAMES = """
SELECT name, min(source) AS source FROM body_names WHERE body_id = ?
GROUP BY name ORDER BY name LIMIT ?
"""

FAILS = "SELECT count(*) FROM _current_checks WHERE report_id = ? AND outcome = 'fail'"

RELATED = """
SELECT body_id, name, body_type, CASE WHEN body_id = :predecessor THEN 'predecessor'
    WHEN predecessor = :body THEN 'successor' ELSE 'beside' END AS relation
FROM bodies WHERE body_id <> :body
AND (body_id = :predecessor OR predecessor = :body OR division_today = :division)
ORDER BY relation DESC, body_type, name LIMIT :most
"""
