"""Files of a page that were replaced: the page's own change, beside what changed in the file.

Two ways lead there. The address is the same and another file stands at it: told of each page that
linked it then, between the two captures of the file. Or the page links another file in the place
of one (the only one that went and came, or with the same words): told between the captures of the
page, where both files were captured. Files are others when their bytes are and, where both could be
read, their texts: so an address with another session id, or with https in place of http, or a file
that the server makes anew for each request, is no other file.

Made from the rows of documents and attachments alone, again for all that a capture read touches, so
the order in which captures are read does not matter.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.change_rows import PUT, VersionOfPage, captures_at, versions_at
from extract.changes import ChangeKind
from extract.report import SkipReason

NO_FILE = frozenset({SkipReason.BLOCKED, SkipReason.TRUNCATED, SkipReason.TOO_LARGE})
"""Outcomes of captures that do not hold a file whole. What cannot be read is told by its bytes."""

_FILES_OF = """
SELECT DISTINCT a.url FROM documents d JOIN attachments a USING (record_id)
WHERE d.asked_url IN (SELECT value FROM json_each(?)) AND a.is_asked
"""
_PAGES_OF = """
SELECT DISTINCT d.asked_url FROM attachments a JOIN documents d USING (record_id)
WHERE a.url IN (SELECT value FROM json_each(?)) AND a.is_asked
"""
_LINKED = "SELECT url, text FROM attachments WHERE record_id = ? AND is_asked ORDER BY ordinal"
_SAME_TEXT = """
SELECT 1 FROM documents o JOIN documents n ON n.text = o.text
WHERE o.record_id = :old AND n.record_id = :new AND o.text <> '' AND NOT EXISTS (
    SELECT 1 FROM cells a LEFT JOIN cells b ON b.record_id = :new AND b.name = a.name
    WHERE a.record_id = :old AND a.raw IS NOT b.raw)
"""
"""Tables are no part of the text."""

_FORGET = "DELETE FROM changes WHERE newer = ? AND kind = ?"
_NEXT = "SELECT coalesce(max(ordinal) + 1, 0) FROM changes WHERE newer = ?"


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A file of ``page`` that is another between two captures: its address, old and new record."""

    page: str
    between: tuple[str, str]
    file: str
    old: str
    new: str


def derive_replaced(db: sqlite3.Connection, urls: Iterable[str]) -> None:
    """Makes anew what captures of these addresses, of pages or of files, say of replaced files."""
    touched = set(urls)
    files = touched | _column(db, _FILES_OF, touched)
    pages = touched | _column(db, _PAGES_OF, touched)
    found: list[_Replaced] = []
    for url in sorted(files | pages):
        captures = captures_at(db, url)
        if len(captures) < 2:
            continue
        kind = ChangeKind.FILE_REPLACED.value
        db.executemany(_FORGET, [(one.record_id, kind) for one in captures])
        for older, newer in pairwise(_files_at(db, url)):
            found += _other_bytes(db, url, older, newer)
        for older, newer in pairwise(one for one in versions_at(db, url) if one.missing is None):
            found += _other_files(db, url, older, newer)
    for told in dict.fromkeys(found):
        _put(db, told)


def _put(db: sqlite3.Connection, told: _Replaced) -> None:
    """Behind what the later capture changed itself."""
    (ordinal,) = db.execute(_NEXT, [told.between[1]]).fetchone()
    kind = ChangeKind.FILE_REPLACED.value
    row = [told.page, *told.between, ordinal, kind, told.file, told.old, told.new, None, None]
    db.execute(PUT, row)


def _files_at(db: sqlite3.Connection, url: str) -> list[VersionOfPage]:
    """The captures of an address that hold a file whole, in order."""
    captures = (one for one in captures_at(db, url) if one.missing is None)
    return [one for one in captures if one.status == 200 and one.outcome not in NO_FILE]


def _column(db: sqlite3.Connection, query: str, urls: set[str]) -> set[str]:
    return {str(row[0]) for row in db.execute(query, [json.dumps(sorted(urls))])}


def _other_bytes(
    db: sqlite3.Connection, url: str, older: VersionOfPage, newer: VersionOfPage
) -> Iterator[_Replaced]:
    """Of each page that links this file: that other bytes stand at its address."""
    if not _differ(db, older, newer):
        return
    for page in sorted(_column(db, _PAGES_OF, {url})):
        shown = _last_until(versions_at(db, page), newer)
        if shown is not None and shown.missing is None and url in _linked(db, shown.record_id):
            between = (older.record_id, newer.record_id)
            yield _Replaced(page, between, url, *between)


def _other_files(
    db: sqlite3.Connection, url: str, older: VersionOfPage, newer: VersionOfPage
) -> Iterator[_Replaced]:
    """Of a page: that it links other files in the place of some."""
    old, new = _linked(db, older.record_id), _linked(db, newer.record_id)
    for was, now in _in_their_place(old, new):
        before, after = _files_at(db, was), _files_at(db, now)
        if not before or not after:
            continue
        last = _last_until(before, newer) or before[0]
        if all(_differ(db, last, one) for one in after):
            yield _Replaced(
                url, (older.record_id, newer.record_id), now, last.record_id, after[0].record_id
            )


def _in_their_place(old: dict[str, str], new: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Files that went with those that came for them: by the link's words, else the only ones."""
    went = {url: text for url, text in old.items() if url not in new}
    came = {url: text for url, text in new.items() if url not in old}
    if len(went) == len(came) == 1:
        yield next(iter(went)), next(iter(came))
        return
    once_old, once_new = (Counter(side.values()) for side in (went, came))
    by_text = {text: url for url, text in came.items() if text and once_new[text] == 1}
    for url, text in went.items():
        if once_old[text] == 1 and text in by_text:
            yield url, by_text[text]


def _differ(db: sqlite3.Connection, older: VersionOfPage, newer: VersionOfPage) -> bool:
    """Whether the bytes are known, and others, and so is the text where both could be read."""
    digests = (older.payload_digest, newer.payload_digest)
    if not all(digests) or digests[0] == digests[1]:
        return False
    records = {"old": older.record_id, "new": newer.record_id}
    return db.execute(_SAME_TEXT, records).fetchone() is None


def _last_until(versions: Sequence[VersionOfPage], moment: VersionOfPage) -> VersionOfPage | None:
    """The last of an address's versions that was captured at that moment or before."""
    until = [one for one in versions if one.order <= moment.order]
    return until[-1] if until else None


def _linked(db: sqlite3.Connection, record_id: str) -> dict[str, str]:
    return {str(url): str(text).strip() for url, text in db.execute(_LINKED, [record_id])}
