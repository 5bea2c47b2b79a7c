"""What corpus.db knows of an address that gave no report: its captures, findings, listing rows."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extract.schema import open_corpus_to_read
from extract.withheld import Withheld

MOST_ADDRESSES = 20_000
"""Addresses of one host that are looked at for one never seen."""

COMPARED, NEAR = 200, 5
"""Those that begin the most alike are compared letter by letter (0.3 ms each); those named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCapture:
    """A capture and what became of it: an outcome of ``documents``, and why in words."""

    url: str
    captured_at: str
    status: int
    outcome: str
    detail: str | None
    record_id: str
    warc_file: str
    warc_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundProblem:
    """A finding about the address, or about one of its captures; ``record_id`` is empty of what is
    about several.
    """

    kind: str
    message: str
    url: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAt:
    """A row of a listing that names the address; ``outcome`` is what became of it."""

    portal: str
    title: str
    listed_on: str | None
    via: str
    first_seen: str
    last_seen: str
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that is known of an address. ``rows`` counts those last seen on it by their outcome,
    when it is a page of a listing; ``near`` are addresses of its host, when nothing is known.
    """

    url: str
    captures: tuple[ReadCapture, ...]
    findings: tuple[FoundProblem, ...]
    listed: tuple[ListedAt, ...]
    rows: dict[str, int]
    near: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether the address was captured, listed, a listing, or found to be a problem."""
        return bool(self.captures or self.findings or self.listed or self.rows)


def trace(path: Path, url: str) -> Trace:
    """What became of an address. Raises ExtractError when there is no corpus."""
    with closing(open_corpus_to_read(path)) as db:
        db.execute("BEGIN")
        captures = tuple(ReadCapture(**row) for row in _rows(db, CAPTURES, url))
        findings = tuple(FoundProblem(**row) for row in _rows(db, FINDINGS, url))
        listed = tuple(ListedAt(**row) for row in _rows(db, LISTED, url))
        rows = {row[0]: int(row[1]) for row in db.execute(ROWS, {"url": url})}
        known = bool(captures or findings or listed or rows)
        near = () if known else _near(db, url)
    return Trace(url=url, captures=captures, findings=findings, listed=listed, rows=rows, near=near)


def report_findings(path: Path, url: str) -> tuple[FoundProblem, ...]:
    """What is to be told of the reports at an address beside what they say: readings that differ,
    what is copied from an earlier year, and files that could not be had or read. Raises
    ExtractError when there is no corpus.
    """
    with closing(open_corpus_to_read(path)) as db:
        return tuple(FoundProblem(**row) for row in _rows(db, OF_REPORTS, url))


def without_taken_down(trace: Trace, withheld: Withheld) -> Trace:
    """What may be shown of it: captures and findings that suppress.txt does not take down."""
    return replace(
        trace,
        captures=tuple(
            one for one in trace.captures if withheld.find_capture(one.url, one.record_id) is None
        ),
        findings=shown_findings(trace.findings, withheld),
    )


def shown_findings(
    findings: Iterable[FoundProblem], withheld: Withheld
) -> tuple[FoundProblem, ...]:
    """Those at addresses, and about addresses and records, that are not taken down."""
    return tuple(
        one
        for one in findings
        if withheld.find_capture(one.url, one.record_id) is None
        and withheld.find_named(f"{one.record_id} {one.message}") is None
    )


def _rows(db: sqlite3.Connection, query: str, url: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query, {"url": url})]


def _near(db: sqlite3.Connection, url: str) -> tuple[str, ...]:
    """The addresses of the host, and of its http or https twin, that are most alike."""
    host = urlsplit(url).netloc if "://" in url else ""
    if not host:
        return ()
    known: list[str] = []
    for scheme in ("http", "https"):
        start = f"{scheme}://{host}/"
        given = {"start": start, "end": f"{start}\U0010ffff", "most": MOST_ADDRESSES}
        known += [row[0] for row in db.execute(ADDRESSES, given)]
    known.sort(key=lambda one: (-_same_beginning(one, url), one))
    return tuple(difflib.get_close_matches(url, known[:COMPARED], n=NEAR, cutoff=0.0))


def _same_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


CAPTURES = """
SELECT url, captured_at, status, outcome, detail, record_id, warc_file, warc_offset
FROM documents WHERE url = :url OR entry_url = :url ORDER BY ordered_at, record_id
"""

FINDINGS = """
SELECT kind, message, url, record_id FROM findings
WHERE url = :url OR record_id IN (SELECT record_id FROM documents WHERE entry_url = :url)
ORDER BY kind, message
"""

OF_REPORTS = """
SELECT DISTINCT kind, message, url, record_id FROM findings WHERE
(kind = 'attachment_unread' AND url IN
    (SELECT entry_url FROM documents WHERE url = :url OR asked_url = :url))
OR (kind IN ('readings_differ', 'attachment_shared', 'attachments_not_asked', 'narrative_copied',
    'table_copied') AND report IN
    (SELECT r.report_id FROM report_documents r JOIN documents d USING (record_id)
     WHERE d.url = :url OR d.asked_url = :url))
ORDER BY kind, message
"""

LISTED = """
SELECT portal, title, listed_on, via, first_seen, last_seen, outcome
FROM listing_entries WHERE url = :url ORDER BY portal
"""

ROWS = """
SELECT coalesce(outcome, 'not settled'), count(*) FROM listing_entries
WHERE via = :url OR listing = :url GROUP BY 1 ORDER BY 1
"""

ADDRESSES = """
SELECT url FROM documents WHERE url BETWEEN :start AND :end
UNION SELECT url FROM listing_entries WHERE url BETWEEN :start AND :end LIMIT :most
"""
