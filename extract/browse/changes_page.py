"""What changed: documents between two captures, and rows that went off a listing or came back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from extract.browse.asking import report_path
from extract.browse.corpus import Reading
from extract.browse.opening import record_link
from extract.browse.page import Json, Page, Turn
from extract.browse.search_page import MOST_PAGES
from extract.changes import Change, ChangeKind
from extract.found_changes import ChangedDocument, changes_in, is_taken_down
from extract.listing_changes import (
    ListingChange,
    ListingChangeKind,
    listing_changes_in,
    row_is_taken_down,
)
from extract.withheld import REPORTS_AT

SIZE = 50

KINDS = tuple(
    kind.value for kind in (*ChangeKind, *ListingChangeKind) if kind is not ChangeKind.BOILERPLATE
)

Entry = Mapping[str, str]
"""Where a change stands in its table: ``newer`` and ``url`` of a document's, else the key of a row
of ``listing_changes``; what does not apply is ``""``."""


def changes_page(reading: Reading) -> Page:
    """What changed, the newest first; of a kind where one is given."""
    asked = reading.asked
    kind = asked.choice("kind", KINDS)
    page = asked.number("page", 1, MOST_PAGES) or 1
    counts = reading.kept.get("changes", lambda: _by_kind(reading.db))
    totals = {one["kind"]: one["count"] for one in counts["kinds"]}
    turn = Turn(totals.get(kind, 0) if kind else counts["total"], page, SIZE)
    entries = newest_entries(reading.db, kind=kind, most=SIZE, offset=turn.offset)
    shown = list(iter_shown(reading, entries))
    data = {
        "kind": kind,
        "kinds": counts["kinds"],
        "turn": turn.as_json(),
        "hidden": len(entries) - len(shown),
        "changes": shown,
    }
    return Page("changes.html", data)


def newest_entries(
    db: sqlite3.Connection, *, kind: str = "", most: int, offset: int = 0
) -> list[Entry]:
    """Changes of a kind, or of any but boilerplate, the newest first."""
    given = {"kind": kind, "most": most, "offset": offset}
    return [dict(row) for row in db.execute(NEWEST, given)]


def iter_shown(reading: Reading, entries: Sequence[Entry]) -> Iterator[Json]:
    """Those of the entries that are still there and not taken down, in their order."""
    newer = [one["newer"] for one in entries if one["newer"]]
    where = f"c.newer IN ({','.join('?' * len(newer))}) AND c.kind <> 'boilerplate'"
    documents = {
        (one.newer.record_id, one.url): one for one in changes_in(reading.db, where, newer)
    }
    for entry in entries:
        if entry["newer"]:
            document = documents.get((entry["newer"], entry["url"]))
            if document is not None and not is_taken_down(document, reading.withheld):
                yield change_json(document)
            continue
        key = [entry[name] for name in ("portal", "listing", "url", "ordered_at", "kind")]
        for row in listing_changes_in(reading.db, KEY, key):
            if not row_is_taken_down(row, reading.withheld):
                yield listing_change_json(reading.db, row)


def count_shown(reading: Reading) -> int:
    """How many changes there are that are not taken down."""
    if not reading.withheld:
        return int(_by_kind(reading.db)["total"])
    documents = changes_in(reading.db, "c.kind <> 'boilerplate'", [])
    rows = listing_changes_in(reading.db, "1", [])
    return sum(not is_taken_down(one, reading.withheld) for one in documents) + sum(
        not row_is_taken_down(one, reading.withheld) for one in rows
    )


def changes_of(reading: Reading, records: Sequence[str], urls: Sequence[str]) -> Iterator[Json]:
    """Of a report's captures and the addresses where it was read, the rows of listings last."""
    marks = ",".join("?" * len(records))
    where = OF_REPORT.format(records=marks)
    for document in changes_in(reading.db, where, [*records, *records, *records]):
        if not is_taken_down(document, reading.withheld):
            yield change_json(document)
    at = f"url IN ({','.join('?' * len(urls))})"
    for row in listing_changes_in(reading.db, at, urls):
        if not row_is_taken_down(row, reading.withheld):
            yield listing_change_json(reading.db, row)


def change_json(document: ChangedDocument) -> Json:
    """One capture's changes, with where both sides open."""
    return {
        "url": document.url,
        "title": document.title,
        "report_id": document.report_id,
        "page": report_path(document.report_id) if document.report_id else None,
        "kinds": document.kinds,
        "moved": document.moved,
        "listing": None,
        "older": _side(document.older.record_id, document.older.captured_at),
        "newer": _side(document.newer.record_id, document.newer.captured_at),
        "changes": [_difference(change) for change in document.changes],
    }


def listing_change_json(db: sqlite3.Connection, change: ListingChange) -> Json:
    """The same shape: a row of ``listing``, whose captures before and after are the sides."""
    report = db.execute(REPORTS_AT, {"url": change.url}).fetchone()
    return {
        "url": change.url,
        "title": change.title,
        "report_id": report[0] if report else None,
        "page": report_path(report[0]) if report else None,
        "kinds": [change.kind],
        "moved": None,
        "listing": change.listing,
        "older": _side(change.older_record, change.older_at) | {"url": change.older_url},
        "newer": _side(change.newer_record, change.newer_at) | {"url": change.newer_url},
        "changes": [],
    }


def _difference(change: Change) -> Json:
    """``old_open`` and ``new_open`` are where both files open of one that was replaced."""
    is_file = change.kind is ChangeKind.FILE_REPLACED
    return {
        "kind": change.kind.value,
        "field": change.field,
        "old_value": change.old_value,
        "new_value": change.new_value,
        "old_quote": change.old_quote,
        "new_quote": change.new_quote,
        "old_open": record_link(change.old_value) if is_file and change.old_value else None,
        "new_open": record_link(change.new_value) if is_file and change.new_value else None,
    }


def _side(record_id: str | None, captured_at: str) -> Json:
    """``open`` is None where the record is not known."""
    link = record_link(record_id) if record_id else None
    return {"record_id": record_id, "captured_at": captured_at, "open": link}


def _by_kind(db: sqlite3.Connection) -> Json:
    kinds = [{"kind": row[0], "count": row[1]} for row in db.execute(BY_KIND) if row[0] in KINDS]
    return {"kinds": kinds, "total": db.execute(TOTAL).fetchone()[0]}


KEY = "portal = ? AND listing = ? AND url = ? AND ordered_at = ? AND kind = ?"

NEWEST = """
SELECT n.ordered_at, c.newer, c.url, '' AS portal, '' AS listing, '' AS kind
FROM (SELECT DISTINCT newer, url FROM changes
    WHERE kind <> 'boilerplate' AND (:kind = '' OR kind = :kind)) c
JOIN documents n ON n.record_id = c.newer
UNION ALL SELECT ordered_at, '', url, portal, listing, kind FROM listing_changes
WHERE :kind = '' OR kind = :kind
ORDER BY 1 DESC, 2, 3, 4, 5, 6 LIMIT :most OFFSET :offset
"""

BY_KIND = """
SELECT kind, count(*) FROM (SELECT DISTINCT kind, newer, url FROM changes) GROUP BY 1
UNION ALL SELECT kind, count(*) FROM listing_changes GROUP BY 1 ORDER BY 2 DESC, 1
"""

TOTAL = """
SELECT (SELECT count(*) FROM (SELECT DISTINCT newer, url FROM changes WHERE kind <> 'boilerplate'))
    + (SELECT count(*) FROM listing_changes)
"""

OF_REPORT = """
c.kind <> 'boilerplate' AND (c.newer IN ({records}) OR (c.kind = 'file_replaced'
    AND c.newer IN (SELECT f.record_id FROM attachments a JOIN documents f ON f.asked_url = a.url
        WHERE a.record_id IN ({records}) AND a.is_asked)
    AND c.url IN (SELECT asked_url FROM documents WHERE record_id IN ({records}))))
"""
"""A file that is another is told of the page, between the captures of the file."""
