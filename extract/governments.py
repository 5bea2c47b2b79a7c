"""Every government that has stood since the first reports, so that a body × year panel has its rows
before any report is read. From the division table; the Corps and its divisions are among them.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from extract.corps import CORPS_NAME
from extract.divisions import Division, iter_divisions, lifetime

SINCE = 2008
"""The year of the first reports: the regulation came into force on 1 May 2008."""

_AREA_SUFFIX = {"地区": "行政公署", "盟": "行政公署"}


def government_name(area: str) -> str:
    """The government of an area of this name, as 某县人民政府."""
    if area.endswith(("师", CORPS_NAME)):  # the Corps and its divisions have no 人民政府
        return area
    for suffix, government in _AREA_SUFFIX.items():
        if area.endswith(suffix):
            return f"{area}{government}"
    return f"{area}人民政府"


def put_governments(db: sqlite3.Connection) -> None:
    """Fills ``bodies`` and ``body_names`` with the governments; what is there stays."""
    standing: dict[str, list[Division]] = defaultdict(list)
    for division in iter_divisions():
        standing[division.code_today].append(division)
    bodies, names = [], []
    for code, rows in sorted(standing.items()):
        last = max(rows, key=lambda row: (row.last_year, row.code))
        if last.last_year < SINCE:
            continue
        body_id = f"gov:{code}"
        first_year, last_year = lifetime(code)
        bodies.append(
            (
                body_id,
                government_name(last.name),
                last.level.value,
                last.code_now,
                None if first_year is None else str(first_year),
                None if last_year is None else str(last_year),
            )
        )
        names += [(body_id, government_name(name)) for name in sorted({r.name for r in rows})]
    db.executemany(BODY, bodies)
    db.executemany(NAME, names)


BODY = """
INSERT OR IGNORE INTO bodies
    (body_id, name, body_type, admin_level, division_today, valid_from, valid_to)
VALUES (?, ?, 'government', ?, ?, ?, ?)
"""

NAME = "INSERT OR IGNORE INTO body_names (body_id, name, source) VALUES (?, ?, 'division table')"
