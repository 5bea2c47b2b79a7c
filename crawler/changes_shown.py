"""Changes for a person, numbers first with both quotes, and for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.folder import DataFolder
from archive.replay_address import replay_path
from crawler.terminal import shown
from extract.changes import Change, ChangeKind, iter_passages
from extract.found_changes import ChangedDocument, Compared, is_taken_down
from extract.listing_changes import ListingChange, ListingChangeKind, row_is_taken_down
from extract.withheld import Withheld

NOT_THERE = "not there"
BLANK = "blank"


def as_json(document: ChangedDocument) -> dict[str, object]:
    """One capture's changes as an object."""
    return {
        "url": document.url,
        "portal": document.portal,
        "title": document.title,
        "report_id": document.report_id,
        "kinds": document.kinds,
        "moved": document.moved,
        "older": asdict(document.older),
        "newer": asdict(document.newer),
        "changes": [asdict(change) for change in document.changes],
    }


def print_document(document: ChangedDocument, folder: DataFolder, to: Console) -> None:
    """Who, what and when; both captures; a line a difference."""
    named = document.report_id or document.title or document.url
    to.print(shown(f"{', '.join(document.kinds)}: {named}"), markup=False)
    to.print(shown(f"  {document.url}"), markup=False)
    for word, side in (("from", document.older), ("to", document.newer)):
        to.print(shown(f"  {word} {_capture(side, folder)}"), markup=False)
        where = replay_path(document.url, _moment(side.captured_at))
        to.print(shown(f"    replay {where}"), markup=False)
    if document.moved:
        to.print(shown(f"  {document.moved}"), markup=False)
    for line in statement_lines(document):
        to.print(shown(f"    {line}"), markup=False)


def listing_change_json(change: ListingChange) -> dict[str, object]:
    """The same shape as of a document, as far as it goes; ``id`` names it."""
    return {
        "id": change.key,
        "url": change.url,
        "portal": change.portal,
        "title": change.title,
        "kinds": [change.kind],
        "listing": change.listing,
        "older": {
            "record_id": change.older_record,
            "captured_at": change.older_at,
            "url": change.older_url,
        },
        "newer": {
            "record_id": change.newer_record,
            "captured_at": change.newer_at,
            "url": change.newer_url,
        },
    }


def print_listing_change(change: ListingChange, to: Console) -> None:
    """A row that went off a listing or is on it again, with both captures of the listing."""
    words = "went off" if change.kind == ListingChangeKind.OFF else "is again on"
    to.print(shown(f"{change.kind}: {change.title} {words} {change.listing}"), markup=False)
    to.print(shown(f"  {change.url}"), markup=False)
    to.print(f"  id {change.key}", markup=False)
    sides = (
        ("from", change.older_at, change.older_record, change.older_url),
        ("to", change.newer_at, change.newer_record, change.newer_url),
    )
    for word, at, record, url in sides:
        to.print(shown(f"  {word} {at[:19]}Z record {record or 'unknown'}"), markup=False)
        to.print(shown(f"    replay {replay_path(url, _moment(at))}"), markup=False)


def _row_lines(change: ListingChange) -> Iterator[str]:
    """What became of a row, in plain words."""
    older, newer = (f"{at[:10]} {at[11:19]}" for at in (change.older_at, change.newer_at))
    if change.kind == ListingChangeKind.OFF:
        yield f"the listing {change.listing} had this row on {older}"
        yield f"captured to its end on {newer}, it had it no more"
    else:
        yield f"the listing {change.listing}, captured to its end on {older}, did not have this row"
        yield f"it had it again on {newer}"


def _moment(at: str) -> str:
    """A time as 14 digits."""
    return re.sub(r"\D", "", at)[:14]


def is_hidden(change: ChangedDocument | ListingChange, withheld: Withheld) -> bool:
    """Whether suppress.txt takes a change down, of a document or of a listing's row."""
    if isinstance(change, ListingChange):
        return row_is_taken_down(change, withheld)
    return is_taken_down(change, withheld)


def statement_lines(change: ChangedDocument | ListingChange) -> Iterator[str]:
    """Each difference of a document in words, with its quotes; or what became of a row."""
    if isinstance(change, ListingChange):
        yield from _row_lines(change)
        return
    for one in change.changes:
        yield from _lines(one)


def _capture(side: Compared, folder: DataFolder) -> str:
    where = f"{folder.warc / side.warc_file} offset {side.warc_offset}"
    return f"{side.captured_at[:19]}Z record {side.record_id}, {where}"


def _lines(change: Change) -> Iterator[str]:
    kind = change.kind
    if kind is ChangeKind.DATE_UNCHANGED:
        yield f"the page still shows the date {change.new_value}"
    elif kind is ChangeKind.REVERTED:
        yield f"the text is again that of record {change.field}"
    elif kind is ChangeKind.GONE:
        yield f"gone: {change.new_value}"
    elif kind is ChangeKind.BACK:
        yield f"back again; before: {change.old_value}"
    elif kind is ChangeKind.FILE_REPLACED:
        yield f"its file {change.field} is another: record {change.old_value} → {change.new_value}"
    elif kind is ChangeKind.BOILERPLATE:
        yield "other bytes; title, text, numbers and files are the same"
    else:
        name = f"{kind.value} {change.field}".rstrip()
        yield f"{name}: {_value(change.old_value)} → {_value(change.new_value)}"
        for word, quote in (("was", change.old_quote), ("is", change.new_quote)):
            if quote:
                yield f"  {word}: {quote}"


def _value(value: str | None) -> str:
    if value is None:
        return NOT_THERE
    return " / ".join(value.split("\n")) or BLANK


def difference(document: ChangedDocument, old: str, new: str) -> Table:
    """The passages that differ, side by side."""
    table = Table(document.older.captured_at[:10], document.newer.captured_at[:10], show_lines=True)
    for was, now in iter_passages(old, new):
        table.add_row(escape(shown("\n".join(was))), escape(shown("\n".join(now))))
    return table
