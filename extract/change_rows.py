"""The table ``changes``: for each capture of a document what differs from the one before it.

Made from the rows of documents alone, again for each capture that is read and the one behind it, so
the order in which captures are read does not matter. Captures that say nothing of the document
(blocked, cut, an error of the server, unread) are passed over: the next good one is compared with
the last good one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extract.changes import Said, Version, compare
from extract.report import SkipReason

SAYS_NOTHING = frozenset(
    {
        SkipReason.BLOCKED,
        SkipReason.TRUNCATED,
        SkipReason.UNDECODABLE,
        SkipReason.TOO_LARGE,
        SkipReason.READER_MISSING,
        SkipReason.EXTRACTOR_CRASHED,
        SkipReason.EXTRACTOR_TIMEOUT,
    }
)
"""Outcomes of captures that are no version of their document, as is an error but 404 and 410."""

_AT = """
SELECT record_id, status, outcome, payload_digest, ordered_at
FROM documents WHERE asked_url = ? ORDER BY ordered_at, record_id
"""
_SEVERAL = """
SELECT asked_url FROM documents WHERE asked_url IN (SELECT value FROM json_each(?))
GROUP BY asked_url HAVING count(*) > 1
"""
PUT = (
    "INSERT INTO changes (url, older, newer, ordinal, kind, field, old_value, new_value,"
    " old_quote, new_quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SAME_TEXT = """
SELECT record_id FROM documents WHERE asked_url = ? AND text = ? AND title IS ?
AND (ordered_at, record_id) < (SELECT ordered_at, record_id FROM documents WHERE record_id = ?)
AND status = 200 ORDER BY ordered_at DESC, record_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class VersionOfPage:
    """A capture of a document, page or file, as far as its place among the others goes."""

    record_id: str
    status: int
    outcome: str
    payload_digest: str
    ordered_at: str

    @property
    def order(self) -> tuple[str, str]:
        """Its place among captures."""
        return (self.ordered_at, self.record_id)

    @property
    def missing(self) -> str | None:
        """In words that the document is not there; None where it is."""
        if self.status in (404, 410):
            return f"HTTP status {self.status}"
        return "a page that says it is not there" if self.outcome == SkipReason.SOFT_404 else None

    @property
    def says_something(self) -> bool:
        """Whether it is a version of its document, or says that there is none."""
        if self.missing is not None:
            return True
        return self.status == 200 and self.outcome not in SAYS_NOTHING


def captures_at(db: sqlite3.Connection, url: str) -> list[VersionOfPage]:
    """The captures of an address, in order, versions of its document or not."""
    return [VersionOfPage(*row) for row in db.execute(_AT, [url])]


def versions_at(db: sqlite3.Connection, url: str) -> list[VersionOfPage]:
    """Those that are versions of its document, or say that there is none."""
    return [one for one in captures_at(db, url) if one.says_something]


def derive_changes(db: sqlite3.Connection, urls: Iterable[str], record_ids: Iterable[str]) -> None:
    """Makes the changes that captures of these addresses bring anew; ``record_ids`` were read."""
    read = set(record_ids)
    several = db.execute(_SEVERAL, [json.dumps(sorted(set(urls)))]).fetchall()
    for (url,) in several:
        captures = captures_at(db, url)
        for older, newer in _pairs(captures, read):
            db.execute("DELETE FROM changes WHERE newer = ?", [newer.record_id])
            if older is not None:
                db.executemany(PUT, _rows(db, url, older, newer))


def _pairs(
    captures: list[VersionOfPage], read: set[str]
) -> Iterator[tuple[VersionOfPage | None, VersionOfPage]]:
    """Each capture that was read with the one before it, and the one behind with it. None in place
    of the older: the newer is no version, or the first, or both say that nothing is there.
    """
    last: VersionOfPage | None = None
    follows = False
    for capture in captures:
        if not capture.says_something:
            if capture.record_id in read:
                yield None, capture
                follows = True
            continue
        if capture.record_id in read or follows:
            still = last is not None and last.missing is not None and capture.missing is not None
            yield (None if still else last), capture
        follows = capture.record_id in read
        last = capture


def _rows(
    db: sqlite3.Connection, url: str, older: VersionOfPage, newer: VersionOfPage
) -> Iterator[tuple[str | int | None, ...]]:
    versions = _version(db, older), _version(db, newer)
    same_as, now = None, versions[1]
    if newer.missing is None and older.missing is None and versions[0].text != now.text:
        found = db.execute(_SAME_TEXT, [url, now.text, now.title or None, older.record_id])
        same_as = next((row[0] for row in found), None)
    for ordinal, change in enumerate(compare(*versions, same_as=same_as)):
        yield (
            *(url, older.record_id, newer.record_id, ordinal, change.kind.value, change.field),
            *(change.old_value, change.new_value, change.old_quote, change.new_quote),
        )


def _version(db: sqlite3.Connection, capture: VersionOfPage) -> Version:
    record = [capture.record_id]
    if capture.missing is not None:
        return Version(record_id=capture.record_id, cells={}, missing=capture.missing)
    title, text = db.execute(
        "SELECT title, text FROM documents WHERE record_id = ?", record
    ).fetchone()
    published = db.execute(
        "SELECT max(published_on) FROM report_documents WHERE record_id = ?", record
    ).fetchone()[0]
    cells = db.execute("SELECT name, raw FROM cells WHERE record_id = ? ORDER BY rowid", record)
    figures = db.execute(
        "SELECT measure, scope, value, unit, qualifier, negated, quote FROM figures"
        " WHERE record_id = ? ORDER BY ordinal",
        record,
    )
    files = db.execute(
        "SELECT url FROM attachments WHERE record_id = ? AND is_asked ORDER BY ordinal", record
    )
    return Version(
        record_id=capture.record_id,
        title=title or "",
        text=text or "",
        published_on=published,
        cells=dict(cells.fetchall()),
        figures=[_said(*row) for row in figures],
        files=[row[0] for row in files],
    )


def _said(
    measure: str,
    scope: str | None,
    value: float,
    unit: str | None,
    qualifier: str | None,
    negated: int,
    quote: str,
) -> Said:
    name = " ".join(part for part in (measure, scope, unit if measure == "other" else None) if part)
    number = "none" if negated else f"{value:.10g}"
    shown = " ".join(part for part in (qualifier, number, unit) if part)
    return Said(name=name, value=shown, quote=quote)
