"""Tables of corpus.db that say how the archive looked: portals, visits of listings, answers."""

from __future__ import annotations

import sqlite_utils

from extract.dates import years_in

TABLES = (
    """CREATE TABLE portals (
    portal TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    division TEXT,
    expected_from INTEGER,
    expected_to INTEGER,
    expected_gaps TEXT NOT NULL,
    run TEXT NOT NULL,
    ordered_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE listing_visits (
    portal TEXT NOT NULL,
    listing TEXT NOT NULL,
    run TEXT NOT NULL,
    visited_at TEXT NOT NULL,
    ordered_at TEXT NOT NULL,
    ended TEXT NOT NULL,
    is_whole INTEGER NOT NULL,
    detail TEXT,
    family TEXT,
    reports INTEGER NOT NULL,
    reports_known INTEGER,
    reports_lost INTEGER,
    first_year INTEGER,
    last_year INTEGER,
    first_record TEXT,
    first_url TEXT,
    last_record TEXT,
    last_url TEXT,
    PRIMARY KEY (portal, listing, run)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX listing_visits_order ON listing_visits (portal, is_whole, ordered_at)",
    """CREATE TABLE answers (
    portal TEXT NOT NULL,
    url TEXT NOT NULL,
    record_id TEXT NOT NULL,
    payload_record TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    ordered_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    PRIMARY KEY (portal, url)
) STRICT, WITHOUT ROWID""",
    "ALTER TABLE listing_entries ADD COLUMN report_year INTEGER",
    "ALTER TABLE listing_entries ADD COLUMN last_record TEXT",
)


def create(db: sqlite_utils.Database) -> None:
    """Makes them; rows of listings that are there get the year that their titles name."""
    for statement in TABLES:
        db.execute(statement)
    db.conn.create_function("_year_of", 1, report_year_of, deterministic=True)
    db.execute("UPDATE listing_entries SET report_year = _year_of(title)")


def report_year_of(title: str) -> int | None:
    """The year that the title of a listing's row names first; None where it names none."""
    return next(iter(years_in(title)), None)
