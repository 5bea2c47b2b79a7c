"""The tables of corpus.db, as ordered migrations. A released migration is never edited.

Names are safe unquoted in SQLite, PostgreSQL and DuckDB. Keys are content, never row numbers, so
that the same archive gives the same rows. Times are UTC, ISO 8601 with microseconds and ``Z``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from archive.database import Migrations, open_database
from archive.soundness import telling
from extract import coverage_schema, search_index
from extract.errors import ExtractError

if TYPE_CHECKING:
    import sqlite_utils

corpus_migrations = Migrations("nianbao.corpus")

READING_COLUMNS = """
    body_id TEXT NOT NULL REFERENCES bodies(body_id),
    report_year INTEGER NOT NULL,
    report_scope TEXT NOT NULL,
    title TEXT NOT NULL,
    issuing_body TEXT NOT NULL,
    reporting_for TEXT NOT NULL,
    division TEXT,
    division_name TEXT,
    published_on TEXT,
    signed_on TEXT,
    period_start TEXT,
    period_end TEXT,
    doc_number TEXT,
    index_number TEXT,
    table2_form TEXT,
    table3_form TEXT,
    appendix_form TEXT,
    tables_source TEXT,
    evidence TEXT NOT NULL,
    confidence TEXT NOT NULL
"""
"""The columns that a reading and the report made from it share."""

TABLES = (
    """CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    counts TEXT NOT NULL
) STRICT""",
    """CREATE TABLE listing_entries (
    portal TEXT NOT NULL,
    url TEXT NOT NULL,
    listing TEXT NOT NULL,
    title TEXT NOT NULL,
    listed_on TEXT,
    via TEXT NOT NULL,
    looks_like_report INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    outcome TEXT,
    PRIMARY KEY (portal, url)
) STRICT""",
    """CREATE TABLE documents (
    record_id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    entry_url TEXT NOT NULL,
    portal TEXT NOT NULL,
    role TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    warc_file TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    payload_digest TEXT NOT NULL,
    media_type TEXT,
    charset TEXT,
    script TEXT,
    title TEXT,
    text_original TEXT,
    text TEXT,
    outcome TEXT NOT NULL,
    detail TEXT,
    extractor_version TEXT NOT NULL
) STRICT""",
    "CREATE INDEX documents_url ON documents (url)",
    "CREATE INDEX documents_entry ON documents (entry_url)",
    """CREATE TABLE bodies (
    body_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    body_type TEXT NOT NULL,
    admin_level TEXT,
    division_today TEXT,
    valid_from TEXT,
    valid_to TEXT,
    predecessor TEXT
) STRICT""",
    """CREATE TABLE body_names (
    body_id TEXT NOT NULL REFERENCES bodies(body_id),
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (body_id, name, source)
) STRICT""",
    f"""CREATE TABLE reports (
    report_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES documents(record_id),
    {READING_COLUMNS}
) STRICT""",
    f"""CREATE TABLE report_documents (
    report_id TEXT NOT NULL,
    record_id TEXT PRIMARY KEY REFERENCES documents(record_id),
    kind TEXT NOT NULL,
    is_current INTEGER NOT NULL,
    {READING_COLUMNS}
) STRICT""",
    "CREATE INDEX report_documents_report ON report_documents (report_id)",
    """CREATE TABLE sections (
    report TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES documents(record_id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    heading TEXT,
    text TEXT NOT NULL,
    text_start INTEGER NOT NULL,
    text_end INTEGER NOT NULL,
    PRIMARY KEY (record_id, ordinal)
) STRICT""",
    """CREATE TABLE cells (
    report TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES documents(record_id),
    name TEXT NOT NULL,
    value REAL,
    raw TEXT,
    unit TEXT,
    table_no INTEGER,
    row_name TEXT,
    column_name TEXT,
    provenance TEXT,
    PRIMARY KEY (record_id, name)
) STRICT""",
    """CREATE TABLE figures (
    report TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES documents(record_id),
    ordinal INTEGER NOT NULL,
    measure TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT,
    qualifier TEXT,
    negated INTEGER NOT NULL,
    scope TEXT,
    quote TEXT NOT NULL,
    quote_start INTEGER NOT NULL,
    quote_end INTEGER NOT NULL,
    original_start INTEGER NOT NULL,
    original_end INTEGER NOT NULL,
    PRIMARY KEY (record_id, ordinal)
) STRICT""",
    """CREATE TABLE checks (
    report TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES documents(record_id),
    identity TEXT NOT NULL,
    place TEXT NOT NULL,
    outcome TEXT NOT NULL,
    severity TEXT NOT NULL,
    printed REAL,
    computed REAL,
    difference REAL,
    blank_as_zero_outcome TEXT,
    PRIMARY KEY (record_id, identity, place)
) STRICT""",
    """CREATE TABLE findings (
    kind TEXT NOT NULL,
    report TEXT,
    url TEXT NOT NULL,
    message TEXT NOT NULL,
    record_id TEXT NOT NULL,
    portal TEXT NOT NULL,
    PRIMARY KEY (kind, url, record_id, message)
) STRICT""",
    "CREATE INDEX findings_record ON findings (record_id)",
    "CREATE INDEX findings_url ON findings (url)",
    """CREATE TABLE changes (
    url TEXT NOT NULL,
    older TEXT NOT NULL,
    newer TEXT NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    PRIMARY KEY (older, newer, kind, field)
) STRICT""",
    """CREATE VIEW observations AS
    SELECT c.report, c.name AS variable, c.value, c.raw,
           CASE WHEN c.value IS NULL THEN 'blank' ELSE 'read' END AS status, 'cell' AS source
    FROM cells c JOIN report_documents d ON d.record_id = c.record_id AND d.is_current
    UNION ALL
    SELECT f.report, f.measure, f.value, f.quote,
           CASE WHEN f.negated THEN 'negated' ELSE 'read' END, 'figure'
    FROM figures f JOIN report_documents d ON d.record_id = f.record_id AND d.is_current""",
)


@corpus_migrations()
def m001_tables(db: sqlite_utils.Database) -> None:
    """The whole schema: tables of later readers (cells, checks, changes) stand empty."""
    for statement in TABLES:
        db.execute(statement)


@corpus_migrations()
def m002_search(db: sqlite_utils.Database) -> None:
    """The full-text index, with what the corpus holds already."""
    search_index.create(db)


@corpus_migrations()
def m003_attachments(db: sqlite_utils.Database) -> None:
    """The files that pages link. Of pages read before none are known until they are read again."""
    db.execute(
        """CREATE TABLE attachments (
        record_id TEXT NOT NULL REFERENCES documents(record_id),
        url TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        text TEXT NOT NULL,
        portal TEXT NOT NULL,
        entry_url TEXT NOT NULL,
        is_asked INTEGER NOT NULL,
        outcome TEXT,
        PRIMARY KEY (record_id, url)) STRICT"""
    )
    db.execute("CREATE INDEX attachments_url ON attachments (url)")
    db.execute("CREATE INDEX attachments_asked ON attachments (portal, is_asked)")
    db.execute("ALTER TABLE documents ADD COLUMN asked_url TEXT")
    db.execute("UPDATE documents SET asked_url = entry_url")
    db.execute("CREATE INDEX documents_asked ON documents (asked_url)")


@corpus_migrations()
def m004_order(db: sqlite_utils.Database) -> None:
    """The moment of order beside the date (archive.clock)."""
    for table, date in (("documents", "captured_at"), ("listing_entries", "last_seen")):
        db.execute(f"ALTER TABLE {table} ADD COLUMN ordered_at TEXT NOT NULL DEFAULT ''")
        db.execute(f"UPDATE {table} SET ordered_at = {date}")  # noqa: S608


@corpus_migrations()
def m005_report_tables(db: sqlite_utils.Database) -> None:
    """Which reading a report has each statutory table from; so far always the current one."""
    db.execute(
        """CREATE TABLE report_tables (
        report_id TEXT NOT NULL,
        table_no INTEGER NOT NULL,
        record_id TEXT NOT NULL REFERENCES documents(record_id),
        PRIMARY KEY (report_id, table_no)) STRICT"""
    )
    db.execute(
        "INSERT INTO report_tables SELECT DISTINCT r.report_id, coalesce(c.table_no, 0),"
        " r.record_id FROM reports r JOIN cells c USING (record_id)"
    )
    # of checks made before it is not known; they stand with the current reading
    db.execute("ALTER TABLE checks ADD COLUMN table_no INTEGER")
    db.execute("DROP VIEW observations")
    db.execute(
        """CREATE VIEW observations AS
        SELECT t.report_id AS report, c.name AS variable, c.value, c.raw,
               CASE WHEN c.value IS NULL THEN 'blank' ELSE 'read' END AS status, 'cell' AS source
        FROM report_tables t
        JOIN cells c ON c.record_id = t.record_id AND coalesce(c.table_no, 0) = t.table_no
        UNION ALL
        SELECT f.report, f.measure, f.value, f.quote,
               CASE WHEN f.negated THEN 'negated' ELSE 'read' END, 'figure'
        FROM figures f JOIN report_documents d ON d.record_id = f.record_id AND d.is_current"""
    )
    db.execute(
        """CREATE VIEW _current_checks AS
        SELECT r.report_id, c.* FROM reports r
        JOIN report_documents d USING (report_id) JOIN checks c ON c.record_id = d.record_id
        WHERE c.record_id = coalesce((SELECT t.record_id FROM report_tables t
            WHERE t.report_id = r.report_id AND t.table_no = c.table_no), r.record_id)"""
    )
    db.execute(
        """CREATE VIEW _current_cells AS
        SELECT t.report_id, c.* FROM report_tables t
        JOIN cells c ON c.record_id = t.record_id AND coalesce(c.table_no, 0) = t.table_no"""
    )


@corpus_migrations()
def m006_attachments_in_order(db: sqlite_utils.Database) -> None:
    """The files to be asked for can be read in pages, in the order of their keys."""
    db.execute("DROP INDEX attachments_asked")
    db.execute(
        "CREATE INDEX attachments_asked ON attachments (portal, is_asked, record_id, ordinal)"
    )


@corpus_migrations()
def m007_requisites(db: sqlite_utils.Database) -> None:
    """What pages are shown with. Of captures that were read before it is not known."""
    db.execute(
        """CREATE TABLE requisites (
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        via TEXT NOT NULL,
        PRIMARY KEY (portal, url)) STRICT, WITHOUT ROWID"""
    )


@corpus_migrations()
def m008_changes(db: sqlite_utils.Database) -> None:
    """Changes with their quotes, in the order in which they are shown; so far there were none."""
    db.execute("DROP TABLE changes")
    db.execute(
        """CREATE TABLE changes (
        url TEXT NOT NULL,
        older TEXT NOT NULL,
        newer TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL,
        field TEXT NOT NULL,
        old_value TEXT,
        new_value TEXT,
        old_quote TEXT,
        new_quote TEXT,
        PRIMARY KEY (newer, ordinal)) STRICT"""
    )


@corpus_migrations()
def m012_findings_of_portal(db: sqlite_utils.Database) -> None:
    """The findings of one portal are read, and put anew, without looking at all of them."""
    db.execute("CREATE INDEX findings_portal ON findings (portal, kind)")


@corpus_migrations()
def m013_documents_in_order(db: sqlite_utils.Database) -> None:
    """The newest documents are found without reading the texts of all."""
    db.execute("CREATE INDEX documents_order ON documents (ordered_at, record_id)")


@corpus_migrations()
def m014_coverage(db: sqlite_utils.Database) -> None:
    """How listings were looked at. Of runs before it is not known until `extract` reads them."""
    coverage_schema.create(db)


@corpus_migrations()
def m015_listing_changes(db: sqlite_utils.Database) -> None:
    """Rows that went off a listing. Of visits before it is not known until the archive is read."""
    from extract.listing_changes import TABLE

    db.execute(TABLE)


@corpus_migrations()
def m016_narratives(db: sqlite_utils.Database) -> None:
    """What reports say in their own words, to be compared. Of reports read before it is not known
    until they are read again."""
    db.execute(
        """CREATE TABLE _narratives (
        record_id TEXT PRIMARY KEY REFERENCES documents(record_id),
        sketch BLOB NOT NULL) STRICT, WITHOUT ROWID"""
    )


@corpus_migrations()
def m017_search_by_year(db: sqlite_utils.Database) -> None:
    """The full-text index numbers reports by their years: one of before is made again."""
    search_index.number_by_year(db)


def open_corpus(path: Path | None) -> sqlite_utils.Database:
    """Opens corpus.db for writing, with every migration applied; None: one in memory. Raises
    NewerSchema.
    """
    return open_database(path, corpus_migrations)


def open_corpus_to_read(path: Path) -> sqlite3.Connection:
    """Opens corpus.db ``mode=ro``, rows by name. Raises ExtractError when there is none."""
    if not path.exists():
        raise ExtractError(
            f"there is no corpus at {path}; run `nianbao crawl` first, or give --data"
        )
    with telling(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA schema_version")
    connection.row_factory = sqlite3.Row
    return connection
