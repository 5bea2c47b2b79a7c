"""A change as evidence that stands without this program: a statement in plain words, both captures
as a package that replays, digests that any tool checks, and what our own check of it said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.records import RecordType
from archive.rows import CaptureRow
from archive.wacz_check import check_package
from crawler.changes_shown import as_json, statement_lines
from crawler.errors import CrawlerError
from crawler.terminal import shown
from extract.found_changes import ChangedDocument
from extract.packaging import write_wacz
from extract.selection import Selection

STATEMENT, CHANGE, CHECK, SUMS = "statement.txt", "change.json", "verify.txt", "SHA256SUMS"
_PIECE = 1024 * 1024


def export_evidence(folder: DataFolder, document: ChangedDocument, target: Path) -> bool:
    """Writes the pack into a new or empty folder; returns whether all of it is sound and whole.

    Raises CrawlerError where the folder holds something, ExtractError where nothing can be packed.
    """
    if target.exists() and any(target.iterdir()):
        raise CrawlerError(f"{target} is not empty: give a new folder for the evidence")
    records = (document.older.record_id, document.newer.record_id)
    package = write_wacz(folder, target, Selection(records=records))
    checked = check_package(package.path)
    lines = [f"nianbao verify {package.path.name}:", *map(shown, checked.lines())]
    lines += [shown(lacking) for lacking in package.left_out]
    _write(target / CHECK, lines)
    _write(target / STATEMENT, _statement(document, folder, package.path.name))
    text = json.dumps(as_json(document), ensure_ascii=False, indent=2)
    (target / CHANGE).write_text(text + "\n", encoding="utf-8")
    names = sorted((package.path.name, CHECK, STATEMENT, CHANGE))
    _write(target / SUMS, [f"{_sha256(target / name)}  {name}" for name in names])
    return checked.is_sound and not package.left_out_count


def _statement(document: ChangedDocument, folder: DataFolder, package: str) -> Iterator[str]:
    """In plain words: what stood there, what stands there, from which bytes, and how to check."""
    yield f"What changed at {shown(document.url)}"
    yield ""
    named = document.report_id or document.title or "a document"
    yield shown(f"{named}, of the portal {document.portal}. Times are UTC.")
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        reader = ArchiveReader(folder, index)
        for word, side in (("As captured first", document.older), ("then", document.newer)):
            yield shown(f"{word}: {_capture(reader, index.get(side.record_id))}")
    yield ""
    yield from (shown(line) for line in statement_lines(document))
    yield ""
    yield f"Both captures are in {package}: open it at https://replayweb.page or with any tool for"
    yield "WACZ. `sha256sum -c SHA256SUMS` checks these files; within the package each WARC record"
    yield f"carries the digests of its block and payload (`warcio check`). {CHECK} is what our own"
    yield f"check of the package said, {CHANGE} the change for programs."


def _capture(reader: ArchiveReader, row: CaptureRow) -> str:
    provenance = reader.provenance(row.pointer)
    said = "" if row.record_type is RecordType.RESOURCE else f", status {row.status}"
    said += f", payload {row.pointer.payload_digest}, record {row.pointer.record_id}"
    said += f", provenance: {provenance}" if provenance else ""
    return f"{row.captured_at:%Y-%m-%d %H:%M:%S}, {row.url}{said}"


def _write(path: Path, lines: Iterator[str] | list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
