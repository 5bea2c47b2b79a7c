"""Rows of reports that went off a listing, or are on it again: told at the end of each visit.

Off is a row that the listing had and does not show, where the visit ended WHOLE and is the first
such one since the row was last seen. Told for precision, so these are not off:
  - a row that stands there under another spelling of its address, or with its title and date: an
    address with a session id, http and https;
  - a row that was pushed out at the end: new rows came, and none that is left is older.
Rows are made in the order of the runs, which is that of the archive, so they are the same live and
made again; put twice they are the same.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from archive.urlkey import url_key
from extract.coverage_rows import VisitEnd, VisitRow
from extract.rows import utc_text
from extract.schema import open_corpus_to_read
from extract.withheld import Withheld

if TYPE_CHECKING:
    from extract.found_changes import WantedChanges


_KEY = re.compile("[0-9a-f]{64}")


class ListingChangeKind(StrEnum):
    """What became of a row."""

    OFF = "off_listing"
    BACK = "back_on_listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingChange:
    """A row that went off a listing or is on it again, with the captures of the listing before and
    after; times are UTC.
    """

    kind: str
    portal: str
    listing: str
    url: str
    title: str
    older_record: str | None
    older_url: str
    older_at: str
    newer_record: str | None
    newer_url: str
    newer_at: str

    @property
    def told_by(self) -> tuple[str, ...]:
        """What tells it from all others, by content alone."""
        told = self.newer_record or self.newer_at
        return (self.kind, self.portal, self.listing, self.url, told)

    @property
    def key(self) -> str:
        """A digest of that, by which it is named."""
        return content_key("change", *self.told_by)


def content_key(*parts: str) -> str:
    """A SHA-256 of these parts, in hexadecimal."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Entry:
    url: str
    title: str
    listed_on: str | None
    report_year: int | None
    via: str
    first_seen: str
    last_seen: str
    ordered_at: str
    last_record: str | None


def derive_listing_changes(
    db: sqlite3.Connection, visit: VisitRow, *, run: str, is_there: Callable[[str], bool]
) -> None:
    """Stores what a visit of a listing says of its rows; ``is_there``: whether it showed one."""
    rows = [*_back(db, visit, is_there)]
    if visit.ended is VisitEnd.WHOLE:
        rows += _off(db, visit, run=run, is_there=is_there)
    for row in rows:
        values = asdict(row) | {"ordered_at": utc_text(visit.ordered_at)}
        marks = ", ".join(f":{name}" for name in values)
        db.execute(
            f"INSERT OR REPLACE INTO listing_changes ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            values,
        )


def _entries(db: sqlite3.Connection, visit: VisitRow) -> Iterator[_Entry]:
    for row in db.execute(_ENTRIES, [visit.portal, visit.listing]):
        yield _Entry(*row)


def _off(
    db: sqlite3.Connection, visit: VisitRow, *, run: str, is_there: Callable[[str], bool]
) -> Iterator[ListingChange]:
    (since,) = db.execute(
        _LAST_WHOLE, [visit.portal, visit.listing, utc_text(visit.ordered_at), run]
    ).fetchone()
    gone = [
        one
        for one in _entries(db, visit)
        if not is_there(one.url) and (since is None or one.ordered_at >= since)
    ]
    if not gone:
        return
    left = [one for one in _entries(db, visit) if is_there(one.url)]
    keys = {url_key(one.url) for one in left}
    said = {(one.title, one.listed_on) for one in left}
    for one in gone:
        is_said = (one.title, one.listed_on) in said
        if url_key(one.url) in keys or is_said or _is_pushed_out(one, left):
            continue
        yield ListingChange(
            kind=ListingChangeKind.OFF,
            portal=visit.portal,
            listing=visit.listing,
            url=one.url,
            title=one.title,
            older_record=one.last_record,
            older_url=one.via,
            older_at=one.last_seen,
            newer_record=visit.first_record,
            newer_url=visit.first_url or visit.listing,
            newer_at=utc_text(visit.visited_at),
        )


def _is_pushed_out(one: _Entry, left: list[_Entry]) -> bool:
    came = any(other.first_seen > one.last_seen for other in left)
    return came and not any(_is_older(other, one) for other in left)


def _is_older(other: _Entry, one: _Entry) -> bool:
    """Whether a row is surely the older, by the date that it shows, else by the year it is on."""
    if other.listed_on and one.listed_on and other.listed_on != one.listed_on:
        return other.listed_on < one.listed_on
    if other.report_year and one.report_year:
        return other.report_year < one.report_year
    return False


def _back(
    db: sqlite3.Connection, visit: VisitRow, is_there: Callable[[str], bool]
) -> Iterator[ListingChange]:
    """Rows whose last change is that they went off, and that stand there now."""
    known = [visit.portal, visit.listing, utc_text(visit.ordered_at)]
    for kind, url, was_record, was_url, was_at in db.execute(_LAST_CHANGES, known).fetchall():
        if kind != ListingChangeKind.OFF or not is_there(url):
            continue
        row = db.execute(f"{_ENTRY} AND url = ?", [visit.portal, url]).fetchone()
        entry = _Entry(*row)
        yield ListingChange(
            kind=ListingChangeKind.BACK,
            portal=visit.portal,
            listing=visit.listing,
            url=url,
            title=entry.title,
            older_record=was_record,
            older_url=was_url,
            older_at=was_at,
            newer_record=entry.last_record,
            newer_url=entry.via,
            newer_at=entry.last_seen,
        )


def iter_listing_changes(corpus: Path, wanted: WantedChanges) -> Iterator[ListingChange]:
    """Those that are asked for, the newest first; none of a corpus that an older version made. The
    target is the row's address, the listing's, the record of the later capture, or a key.
    """
    conditions, values = ["1"], []
    if wanted.since is not None:
        conditions.append("newer_at >= ?")
        values.append(wanted.since.isoformat())
    if wanted.portal is not None:
        conditions.append("portal = ?")
        values.append(wanted.portal)
    key = wanted.target if _KEY.fullmatch(wanted.target or "") else None
    if wanted.target is not None and key is None:
        conditions.append("? IN (url, listing, newer_record)")
        values.append(wanted.target)
    if wanted.kinds:
        conditions.append(f"kind IN ({', '.join('?' * len(wanted.kinds))})")
        values += wanted.kinds
    with closing(open_corpus_to_read(corpus)) as db:
        there = "SELECT 1 FROM sqlite_master WHERE name = 'listing_changes'"
        if db.execute(there).fetchone() is not None:
            rows = listing_changes_in(db, " AND ".join(conditions), values)
            yield from (row for row in rows if key in (None, row.key))


def listing_changes_in(
    db: sqlite3.Connection, where: str, values: Sequence[object]
) -> Iterator[ListingChange]:
    """The same of an open corpus whose rows come by name; ``where`` is a condition on
    ``listing_changes``.
    """
    query = f"{_SHOWN} WHERE {where} ORDER BY newer_at DESC, portal, listing, url"
    for row in db.execute(query, values):
        yield ListingChange(**dict(row))


def row_is_taken_down(change: ListingChange, withheld: Withheld) -> bool:
    """Whether suppress.txt takes down the row's address, the report that was read there, its
    listing, or a capture of that.
    """
    lines = (
        withheld.find_entry(change.url),
        withheld.find_capture(change.older_url, change.older_record or ""),
        withheld.find_capture(change.newer_url, change.newer_record or ""),
    )
    return any(line is not None for line in lines)


def find_listed_capture(db: sqlite3.Connection, change: ListingChange) -> str | None:
    """The record of the page that the row leads to: its last capture until then, a report's before
    any other, else the first after it; None where there is none.
    """
    given = {"url": change.url, "until": change.newer_at}
    row = db.execute(_LED_TO, given).fetchone()
    return None if row is None else str(row[0])


_LED_TO = """
SELECT record_id FROM documents WHERE entry_url = :url
ORDER BY role = 'report' DESC, outcome = 'report' DESC, captured_at > :until,
    CASE WHEN captured_at > :until THEN captured_at END,
    captured_at DESC, record_id LIMIT 1
"""

TABLE = """CREATE TABLE listing_changes (
    portal TEXT NOT NULL,
    listing TEXT NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    older_record TEXT,
    older_url TEXT NOT NULL,
    older_at TEXT NOT NULL,
    newer_record TEXT,
    newer_url TEXT NOT NULL,
    newer_at TEXT NOT NULL,
    ordered_at TEXT NOT NULL,
    PRIMARY KEY (portal, listing, url, ordered_at, kind)
) STRICT, WITHOUT ROWID"""

_ENTRY = """
SELECT url, title, listed_on, report_year, via, first_seen, last_seen, ordered_at, last_record
FROM listing_entries WHERE portal = ? AND looks_like_report
"""
_ENTRIES = f"{_ENTRY} AND listing = ? ORDER BY url"

_LAST_WHOLE = """
SELECT max(ordered_at) FROM listing_visits
WHERE portal = ? AND listing = ? AND ended = 'whole' AND ordered_at < ? AND run <> ?
"""

_LAST_CHANGES = """
SELECT kind, url, newer_record, newer_url, newer_at FROM listing_changes c
WHERE portal = ? AND listing = ? AND ordered_at = (SELECT max(l.ordered_at) FROM listing_changes l
    WHERE l.portal = c.portal AND l.listing = c.listing AND l.url = c.url AND l.ordered_at < ?)
"""

_SHOWN = """
SELECT kind, portal, listing, url, title, older_record, older_url, older_at, newer_record,
    newer_url, newer_at FROM listing_changes
"""
