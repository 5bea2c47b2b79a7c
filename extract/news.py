"""What is new in a corpus, the newest first: reports, changes, and portals in trouble.

Read from corpus.db and archive.db alone: the same archive has the same news, under the same keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from extract.changes import ChangeKind
from extract.errors import ExtractError
from extract.found_changes import ChangedDocument, WantedChanges, iter_changes
from extract.listing_changes import (
    ListingChange,
    ListingChangeKind,
    content_key,
    iter_listing_changes,
)
from extract.schema import open_corpus_to_read

AGAIN_AFTER = timedelta(days=40)
"""Trouble of a listing is told when it begins, and again when it comes back after so long: a portal
that gives nothing is asked again after at most 32 days, so trouble that lasts is told once."""


class NewsKind(StrEnum):
    """What a piece of news is about."""

    REPORT = "report"
    CHANGE = "change"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A piece of news. ``told_by`` tells it from all others, by content alone; ``at`` is when what
    it tells of was captured (UTC, ISO 8601); ``lines`` say more. ``records`` are the record ids of
    the captures, the one that brought it first. ``report_id`` is set of a report, ``change`` of a
    change.
    """

    kind: NewsKind
    told_by: tuple[str, ...]
    title: str
    url: str
    portal: str
    at: str
    records: tuple[str, ...]
    lines: tuple[str, ...] = ()
    report_id: str | None = None
    change: ChangedDocument | ListingChange | None = None

    @property
    def key(self) -> str:
        """A digest of what tells it from all others, in hexadecimal."""
        return content_key(self.kind.value, *self.told_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNews:
    """Which news: of what was captured on ``since`` (UTC) or later, of a portal; all without."""

    since: date | None = None
    portal: str | None = None

    @property
    def given(self) -> dict[str, str | None]:
        """As the queries take it."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "portal": self.portal,
        }


def iter_new_reports(corpus: Path, wanted: WantedNews) -> Iterator[News]:
    """Reports with the capture that brought them, the newest first. Raises ExtractError."""
    for row in _rows(corpus, None, _REPORTS, wanted):
        named = f"{row['reporting_for']}, report on {row['report_year']}"
        lines = [f"title: {row['title']}", f"issued by: {row['issuing_body']}"]
        if row["published_on"]:
            lines.append(f"published on: {row['published_on']}")
        lines.append(f"report: {row['report_id']}")
        yield News(
            kind=NewsKind.REPORT,
            told_by=(row["report_id"],),
            title=f"New report: {named}",
            url=row["url"],
            portal=row["portal"],
            at=row["captured_at"],
            records=(row["record_id"],),
            lines=tuple(lines),
            report_id=row["report_id"],
        )


def iter_news_of_changes(corpus: Path, wanted: WantedNews) -> Iterator[News]:
    """Captures that changed more than boilerplate, the newest first. Raises ExtractError."""
    changes = iter_changes(corpus, WantedChanges(since=wanted.since, portal=wanted.portal))
    for document in changes:
        yield News(
            kind=NewsKind.CHANGE,
            told_by=_told_by(document),
            title=f"Changed ({', '.join(document.kinds)}): {document.title or document.url}",
            url=document.url,
            portal=document.portal,
            at=document.newer.captured_at,
            records=(document.newer.record_id, document.older.record_id),
            change=document,
        )


def iter_news_of_rows(corpus: Path, wanted: WantedNews) -> Iterator[News]:
    """Rows of reports that went off a listing or are on it again, the newest first. Raises
    ExtractError.
    """
    rows = iter_listing_changes(corpus, WantedChanges(since=wanted.since, portal=wanted.portal))
    for row in rows:
        said = "Off its listing" if row.kind == ListingChangeKind.OFF else "On its listing again"
        yield News(
            kind=NewsKind.CHANGE,
            told_by=row.told_by,
            title=f"{said}: {row.title or row.url}",
            url=row.url,
            portal=row.portal,
            at=row.newer_at,
            records=tuple(one for one in (row.newer_record, row.older_record) if one),
            change=row,
        )


def _told_by(document: ChangedDocument) -> tuple[str, ...]:
    """A capture of a file is told of itself and of each page whose file it replaced."""
    record_id = document.newer.record_id
    is_of_page = document.kinds == [ChangeKind.FILE_REPLACED]
    return (record_id, document.url) if is_of_page else (record_id,)


def find_troubles(corpus: Path, archive: Path, wanted: WantedNews) -> list[News]:
    """Findings on listings, and of failures that rose, each when it began, the newest first:
    portals that failed, blocked, or are not what they were. Raises ExtractError.
    """
    last: dict[tuple[str, str], datetime] = {}
    found: list[News] = []
    for row in _rows(corpus, archive, _TROUBLES, wanted):
        at, key = datetime.fromisoformat(row["at"]), (row["kind"], row["url"])
        before, last[key] = last.get(key), at
        if before is not None and at - before < AGAIN_AFTER:
            continue
        if wanted.since is not None and at.date() < wanted.since:
            continue
        found.append(
            News(
                kind=NewsKind.TROUBLE,
                told_by=(row["kind"], row["url"], row["record_id"], row["message"]),
                title=f"Trouble ({row['kind']}): {row['portal']}",
                url=row["url"],
                portal=row["portal"],
                at=row["at"],
                records=(row["record_id"],),
                lines=(row["message"],),
            )
        )
    return found[::-1]


def _rows(
    corpus: Path, archive: Path | None, query: str, wanted: WantedNews
) -> Iterator[sqlite3.Row]:
    with closing(open_corpus_to_read(corpus)) as db:
        try:
            if archive is not None:
                db.execute("ATTACH ? AS archive", [f"{archive.resolve().as_uri()}?mode=ro"])
            yield from db.execute(query, wanted.given)
        except sqlite3.OperationalError as error:
            raise ExtractError(
                f"{corpus} is of an older version or archive.db is not there ({error}); the next "
                "crawl, `nianbao extract` or `nianbao rebuild` mends that"
            ) from None


# in the order of the index, so that as many texts are passed as are told
_REPORTS = """
SELECT d.record_id, d.url, d.captured_at, d.portal, p.report_id, p.title, p.reporting_for,
       p.report_year, p.issuing_body, p.published_on
FROM documents d INDEXED BY documents_order
CROSS JOIN report_documents r ON r.record_id = d.record_id
JOIN reports p ON p.report_id = r.report_id
WHERE (:since IS NULL OR d.captured_at >= :since) AND (:portal IS NULL OR d.portal = :portal)
AND NOT EXISTS (
    SELECT 1 FROM report_documents o JOIN documents e ON e.record_id = o.record_id
    WHERE o.report_id = r.report_id AND (e.ordered_at, e.record_id) < (d.ordered_at, d.record_id))
ORDER BY d.ordered_at DESC, d.record_id DESC
"""

_TROUBLES = """
SELECT f.kind, f.url, f.message, f.record_id, f.portal, c.captured_at AS at
FROM findings f JOIN archive.captures c ON c.record_id = f.record_id
WHERE (c.role = 'listing' OR f.kind = 'failures_rose') AND (:portal IS NULL OR f.portal = :portal)
UNION ALL
SELECT f.kind, f.url, f.message, f.record_id, f.portal, x.failed_at
FROM archive.failures x JOIN findings f ON f.record_id = x.record_id
WHERE (x.role = 'listing' OR f.kind = 'failures_rose') AND (:portal IS NULL OR f.portal = :portal)
ORDER BY at, f.record_id, f.kind, f.message
"""
