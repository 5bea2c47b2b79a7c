"""The portal's division in the context: kept in the WARC, and missing from what is older."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive_samples import CONTEXT, URL, Archive

from archive.index import ArchiveIndex
from archive.metadata import ExchangeNote, MetadataKind, dump_note, parse_fields, read_note
from archive.rebuild import rebuild_index


def test_a_rebuild_reads_it_back_from_the_warc_file(archive: Archive) -> None:
    capture, failure = archive.add(), archive.fail()
    archive.writer.close()
    archive.folder.archive_db.unlink()
    assert rebuild_index(archive.folder).is_sound
    with ArchiveIndex.open(archive.folder.archive_db) as index:
        assert index.get(capture.pointer.record_id).context.division == "990100"
        found = index.find_failure(failure.record_id)
    assert found is not None
    assert found.failure.context.division == "990100"


def test_a_record_without_it_is_still_read() -> None:
    note = ExchangeNote(method="GET", url=URL, body_digest="", context=CONTEXT)
    block = dump_note(MetadataKind.EXCHANGE, note)
    lines = block.splitlines(keepends=True)
    older = b"".join(line for line in lines if not line.startswith(b"division"))
    assert len(older) < len(block)
    fields = parse_fields(older)
    assert fields is not None
    context = read_note(fields).context
    assert context.division is None
    assert (context.portal_id, context.entry_url) == (CONTEXT.portal_id, CONTEXT.entry_url)


def test_an_index_made_before_it_gets_the_column(archive: Archive) -> None:
    capture = archive.add()
    archive.close()
    path = archive.folder.archive_db
    make_as_before(path)
    with ArchiveIndex.open(path) as index:
        context = index.get(capture.pointer.record_id).context
        assert index.get(capture.pointer.record_id).shifted_to is None
    assert context.division is None
    assert context.link_text == CONTEXT.link_text


def make_as_before(path: Path) -> None:
    """Takes the second migration back, and those after it."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP INDEX captures_by_link")
        db.execute("DROP INDEX captures_by_payload")
        for name in ("time", "request", "run", "portal"):
            db.execute(f"DROP INDEX captures_by_{name}")
            db.execute(f"CREATE INDEX captures_by_{name} ON captures (captured_at, record_id)")
        for table in ("captures", "runs"):
            db.execute(f"ALTER TABLE {table} DROP COLUMN ordered_at")
        for table in ("captures", "failures"):
            for column in ("division", "page_record", "link_url"):
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name <> 'm001_tables'")
        db.execute("PRAGMA user_version = 1")
        db.commit()
