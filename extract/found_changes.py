"""Changes of the corpus as they are asked for: by capture, the newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from extract.changes import Change, ChangeKind
from extract.errors import ExtractError
from extract.schema import open_corpus_to_read
from extract.withheld import REPORTS_AT, Withheld

MOVED = "moved"
"""Shown in place of ``gone`` where the report was found at another address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A capture as one side of a comparison: where its bytes lie, and when it was made (UTC)."""

    record_id: str
    captured_at: str
    warc_file: str
    warc_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDocument:
    """What one capture of a document changed. ``report_id`` is None of what is no report;
    ``moved`` says where a report is now that is gone from here.
    """

    url: str
    portal: str
    title: str | None
    report_id: str | None
    older: Compared
    newer: Compared
    changes: tuple[Change, ...]
    moved: str | None = None

    @property
    def kinds(self) -> list[str]:
        """Its classes, the weightiest first."""
        named = dict.fromkeys(change.kind.value for change in self.changes)
        return [MOVED if self.moved and kind == ChangeKind.GONE else kind for kind in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChanges:
    """Which changes: captured on ``since`` or later, of a portal, of these kinds, at an address or
    of a capture; all of them without. Boilerplate only where ``every`` is set or its kind named.
    """

    since: date | None = None
    portal: str | None = None
    kinds: Sequence[str] = ()
    target: str | None = None
    every: bool = False

    def where(self) -> tuple[str, list[str]]:
        """A condition in SQL and its values."""
        given: list[tuple[str, list[str]]] = []
        if self.since is not None:
            given.append(("n.captured_at >= ?", [self.since.isoformat()]))
        if self.portal is not None:
            given.append(("n.portal = ?", [self.portal]))
        if self.target is not None:
            given.append((_TARGET, [self.target, self.target]))
        if self.kinds:
            marks = ", ".join("?" * len(self.kinds))
            of = f"SELECT newer, url FROM changes WHERE kind IN ({marks})"  # noqa: S608
            given.append((f"(c.newer, c.url) IN ({of})", list(self.kinds)))
        elif not self.every:
            given.append(("c.kind <> ?", [ChangeKind.BOILERPLATE.value]))
        conditions = " AND ".join(condition for condition, _ in given) or "1"
        return conditions, [value for _, values in given for value in values]


def iter_changes(corpus: Path, wanted: WantedChanges) -> Iterator[ChangedDocument]:
    """The documents that changed, by capture, the newest first. Raises ExtractError without a
    corpus, or where its changes are of an older version.
    """
    where, values = wanted.where()
    with closing(open_corpus_to_read(corpus)) as db:
        try:
            yield from changes_in(db, where, values)
        except sqlite3.OperationalError as error:
            raise ExtractError(
                f"{corpus} is of an older version ({error}); the next crawl, or `nianbao extract`, "
                "updates it"
            ) from None


def changes_in(
    db: sqlite3.Connection, where: str, values: Sequence[object] | Mapping[str, object]
) -> Iterator[ChangedDocument]:
    """The same of an open corpus whose rows come by name; ``where`` is a condition on ``changes c``
    and the newer capture, ``documents n``.
    """
    rows = db.execute(_CHANGES.format(where=where), values)
    for _, together in groupby(rows, key=lambda row: (row["newer"], row["url"])):
        yield _document(list(together), db)


def is_taken_down(document: ChangedDocument, withheld: Withheld) -> bool:
    """Whether suppress.txt takes down a change: its address, one of its captures, its report, or
    what it names: a file, the address to which it moved.
    """
    lines = (
        withheld.find_capture(document.url),
        withheld.find_records((document.older.record_id, document.newer.record_id)),
        withheld.find_report(document.report_id) if document.report_id else None,
        withheld.find_named(document.moved or ""),
        *(_find_file(name, withheld) for name in _named_files(document)),
    )
    return any(line is not None for line in lines)


def _named_files(document: ChangedDocument) -> Iterator[str]:
    """The addresses and the records of files that changes name."""
    for one in document.changes:
        if one.kind is ChangeKind.FILE_REPLACED:
            yield one.field
        if one.kind in (ChangeKind.FILE_REPLACED, ChangeKind.FILES):
            for value in (one.old_value, one.new_value):
                yield from (value or "").split("\n")


def _find_file(name: str, withheld: Withheld) -> int | None:
    return withheld.find_records([name]) if name.startswith("urn:") else withheld.find_capture(name)


def texts_of(corpus: Path, document: ChangedDocument) -> tuple[str, str]:
    """The texts that were compared, older and newer."""
    query = "SELECT coalesce(text_original, '') FROM documents WHERE record_id = ?"
    with closing(open_corpus_to_read(corpus)) as db:
        old, new = (
            db.execute(query, [one.record_id]).fetchone()[0]
            for one in (document.older, document.newer)
        )
    return old, new


def _document(rows: list[sqlite3.Row], db: sqlite3.Connection) -> ChangedDocument:
    first = rows[0]
    moved = db.execute(
        "SELECT message FROM findings WHERE kind = 'report_moved' AND record_id = ?",
        [first["newer"]],
    ).fetchone()
    report = db.execute(
        "SELECT report_id FROM report_documents WHERE record_id IN (?, ?) LIMIT 1",
        [first["newer"], first["older"]],
    ).fetchone()
    if report is None:  # of a file that was not read: that of the page which links it
        report = db.execute(REPORTS_AT, {"url": first["url"]}).fetchone()
    return ChangedDocument(
        url=first["url"],
        portal=first["portal"],
        title=first["title"],
        report_id=report[0] if report else None,
        older=_side(first, "older", "o"),
        newer=_side(first, "newer", "n"),
        changes=tuple(
            Change(
                kind=ChangeKind(row["kind"]),
                field=row["field"],
                old_value=row["old_value"],
                new_value=row["new_value"],
                old_quote=row["old_quote"],
                new_quote=row["new_quote"],
            )
            for row in rows
        ),
        moved=moved[0] if moved else None,
    )


def _side(row: sqlite3.Row, which: str, prefix: str) -> Compared:
    return Compared(
        record_id=row[which],
        captured_at=row[f"{prefix}_captured_at"],
        warc_file=row[f"{prefix}_warc_file"],
        warc_offset=row[f"{prefix}_warc_offset"],
    )


_TARGET = "(c.url = ? OR (c.newer = ? AND c.url = n.asked_url))"
"""An address, or the record of a capture: of its own document, not of the pages that link it."""

_CHANGES = """
SELECT c.*, n.portal, coalesce(n.title, o.title) AS title,
    o.captured_at AS o_captured_at, o.warc_file AS o_warc_file, o.warc_offset AS o_warc_offset,
    n.captured_at AS n_captured_at, n.warc_file AS n_warc_file, n.warc_offset AS n_warc_offset
FROM changes c JOIN documents n ON n.record_id = c.newer JOIN documents o ON o.record_id = c.older
WHERE {where} ORDER BY n.ordered_at DESC, c.newer, c.ordinal
"""
