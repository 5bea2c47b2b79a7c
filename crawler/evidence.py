"""A change as evidence that stands without this program: a statement in plain words, its captures
as a package that replays, digests that any tool checks, and what our own check of it said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.capture import Role
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.records import RecordType
from archive.rows import CaptureRow
from archive.wacz_check import check_package
from crawler.changes_shown import as_json, listing_change_json, statement_lines
from crawler.errors import CrawlerError
from crawler.terminal import shown
from extract.found_changes import ChangedDocument
from extract.listing_changes import ListingChange, ListingChangeKind, find_listed_capture
from extract.packaging import write_wacz
from extract.schema import open_corpus_to_read
from extract.selection import Selection

STATEMENT, CHANGE, CHECK, SUMS = "statement.txt", "change.json", "verify.txt", "SHA256SUMS"
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """What a pack says and holds: a heading, what is meant, its captures, each with what it is, the
    change in words, and for programs.
    """

    heading: str
    about: str
    captures: Sequence[tuple[str, CaptureRow]]
    words: Sequence[str]
    change: dict[str, object]


def _of_document(folder: DataFolder, document: ChangedDocument) -> _Evidence:
    """Of what changed between two captures of a document."""
    named = document.report_id or document.title or "a document"
    sides = (("As captured first", document.older), ("then", document.newer))
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        return _Evidence(
            heading=f"What changed at {document.url}",
            about=f"{named}, of the portal {document.portal}. Times are UTC.",
            captures=[(word, index.get(side.record_id)) for word, side in sides],
            words=list(statement_lines(document)),
            change=as_json(document),
        )


def _of_row(folder: DataFolder, change: ListingChange) -> _Evidence:
    """Of a row that went off a listing or is on it again: the page of the listing that had it, all
    that were captured of the listing when it had not, and the report itself as it was then.

    Raises CrawlerError where a capture of the listing is not known.
    """
    if change.older_record is None or change.newer_record is None:
        raise CrawlerError(
            "no capture of the listing is noted for this change: an older nianbao crawled it; "
            "`nianbao extract` reads the archive anew"
        )
    with (
        ArchiveIndex.open(folder.archive_db, read_only=True) as index,
        closing(open_corpus_to_read(folder.corpus_db)) as corpus,
    ):
        record_id = find_listed_capture(corpus, change)
        report = None if record_id is None else index.get(record_id)
        older, newer = index.get(change.older_record), index.get(change.newer_record)
        if change.kind == ListingChangeKind.OFF:
            sides = [("Listed", older)]
            sides += [("not listed any more", row) for row in _visit(index, newer, change)]
        else:
            sides = [("Not listed", row) for row in _visit(index, older, change)]
            sides += [("listed again", newer)]
    words = list(statement_lines(change))
    if report is None:
        words.append("of the page itself there is no capture")
    else:
        sides.append(("The page that the row leads to", report))
    captures = {"report": None if report is None else report.pointer.record_id}
    pages = [row.pointer.record_id for _, row in sides if row is not report]
    return _Evidence(
        heading=f"What became of a row of {change.listing}",
        about=f"{change.title or 'without a title'}, {change.url}, of the portal {change.portal}. "
        "Times are UTC.",
        captures=sides,
        words=words,
        change={**listing_change_json(change), "captures": {**captures, "listing": pages}},
    )


def _visit(index: ArchiveIndex, row: CaptureRow, change: ListingChange) -> list[CaptureRow]:
    """The captures of a listing in the run of one of them: its pages to the end."""
    listings = index.iter_captures(
        run_id=row.context.run_id, portal_id=change.portal, roles=[Role.LISTING]
    )
    pages = [one for one in listings if (one.context.listing or one.url) == change.listing]
    return pages if row in pages else [row, *pages]


def export_evidence(
    folder: DataFolder, change: ChangedDocument | ListingChange, target: Path
) -> bool:
    """Writes the pack into a new or empty folder; returns whether all of it is sound and whole.

    Raises CrawlerError where the folder holds something, ExtractError where nothing can be packed.
    """
    if target.exists() and any(target.iterdir()):
        raise CrawlerError(f"{target} is not empty: give a new folder for the evidence")
    if isinstance(change, ListingChange):
        evidence = _of_row(folder, change)
    else:
        evidence = _of_document(folder, change)
    records = tuple(row.pointer.record_id for _, row in evidence.captures)
    package = write_wacz(folder, target, Selection(records=records))
    checked = check_package(package.path)
    lines = [f"nianbao verify {package.path.name}:", *map(shown, checked.lines())]
    lines += [shown(lacking) for lacking in package.left_out]
    if package.taken_down:
        lines.append(f"suppress.txt takes {package.taken_down} captures down: they are not packed")
    _write(target / CHECK, lines)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        _write(target / STATEMENT, _statement(evidence, reader, package.path.name))
    text = json.dumps(evidence.change, ensure_ascii=False, indent=2)
    (target / CHANGE).write_text(text + "\n", encoding="utf-8")
    names = sorted((package.path.name, CHECK, STATEMENT, CHANGE))
    _write(target / SUMS, [f"{_sha256(target / name)}  {name}" for name in names])
    return checked.is_sound and not package.left_out_count and not package.taken_down


def _statement(evidence: _Evidence, reader: ArchiveReader, package: str) -> Iterator[str]:
    """In plain words: what was there, what is there, from which bytes, and how to check."""
    yield shown(evidence.heading)
    yield ""
    yield shown(evidence.about)
    for word, row in evidence.captures:
        yield shown(f"{word}: {_capture(reader, row)}")
    yield ""
    yield from (shown(line) for line in evidence.words)
    yield ""
    yield f"These captures are in {package}: open it at https://replayweb.page or with any tool for"
    yield "WACZ. `sha256sum -c SHA256SUMS` checks these files; within the package each WARC record"
    yield f"carries the digests of its block and payload (`warcio check`). {CHECK} is what our own"
    yield f"check of the package said, {CHANGE} the change for programs."


def _capture(reader: ArchiveReader, row: CaptureRow) -> str:
    """One line. Of a revisit also where its bytes are: viewers may not find them by its moment."""
    provenance = reader.provenance(row.pointer)
    said = "" if row.record_type is RecordType.RESOURCE else f", status {row.status}"
    said += f", payload {row.pointer.payload_digest}, record {row.pointer.record_id}"
    said += f", provenance: {provenance}" if provenance else ""
    original = reader.original(row)
    if original is not None:
        said += f"; its bytes as first captured {_capture(reader, original)}"
    return f"{row.captured_at:%Y-%m-%d %H:%M:%S}, {row.url}{said}"


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
