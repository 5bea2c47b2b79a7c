"""A file that a person saved, put into the archive as a resource record of its address and time.

Address and time are what the person says, so the WARC file says of itself that its provenance is
manual. The same file, address and time give the same records: taken in twice it is there once.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from archive.capture import CaptureContext, Role
from archive.folder import DataFolder
from archive.importing import IMPORTED, Imported, find_imported, safe_name, settle
from archive.index import ArchiveIndex
from archive.member import write_member
from archive.metadata import ExchangeNote, MetadataKind, dump_note
from archive.rebuild import IndexingReport
from archive.records import (
    Block,
    ContentType,
    Record,
    RecordType,
    bracketed,
    format_date,
    payload_digest,
    request_url,
    target_uri,
)
from archive.warcinfo import warcinfo_block

_IDS = uuid.UUID("c2a7c1d8-6f43-5b0e-a5b0-9a3a4f0f7c11")
"""Name space of the ids that are made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A saved file: its bytes, the name that it was saved under, its media type, the address that
    it was saved from and when, as a person says.
    """

    content: bytes
    name: str
    media_type: str
    url: str
    captured_at: datetime

    @property
    def key(self) -> str:
        """A SHA-256 in Base16 by which it is known: of content, address and time."""
        digest = hashlib.sha256(self.content).hexdigest()
        known_by = f"{digest} {self.target} {format_date(self.captured_at)}"
        return hashlib.sha256(known_by.encode("ascii")).hexdigest()

    @property
    def target(self) -> str:
        """Its address as a record holds it. Raises UnwritableRecord for one that is not http."""
        return target_uri(request_url(self.url))


def import_saved(
    folder: DataFolder, index: ArchiveIndex, saved: SavedFile, *, report: IndexingReport
) -> Imported:
    """Writes a saved file to ``imported/<key>-<name>`` and indexes it. The caller holds the data
    folder's writer lock. Raises UnwritableRecord as ``SavedFile.target`` does.
    """
    known = find_imported(folder, saved.key)
    if known is not None:
        return Imported(known, was_there=True)
    unfinished = folder.warc / IMPORTED / "saved.tmp"
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        with unfinished.open("wb") as file:
            for record in _records(saved):
                write_member(record.head(), record.block, file.write)
            file.flush()
            os.fsync(file.fileno())
        name = f"{saved.key}-{safe_name(saved.name)}"
        return settle(folder, index, unfinished, name=name, report=report)
    finally:
        unfinished.unlink(missing_ok=True)


def _records(saved: SavedFile) -> list[Record]:
    info, main = (f"urn:uuid:{uuid.uuid5(_IDS, saved.key + what)}" for what in (" info", ""))
    series = ("WARC-Warcinfo-ID", bracketed(info))
    about = {
        "software": f"put together by nianbao {version('nianbao')}",
        "provenance": "manual",
        "description": "a file that a person saved; address and time are as that person says",
        "saved-as": saved.name,
    }
    note = ExchangeNote(
        method="GET",
        url=request_url(saved.url),
        body_digest="",
        context=CaptureContext(run_id="", portal_id="", role=Role.REPORT),
    )
    return [
        _record(saved, RecordType.WARCINFO, info, ContentType.FIELDS, warcinfo_block(about)),
        _record(
            saved, RecordType.RESOURCE, main, saved.media_type, saved.content,
            ("WARC-Target-URI", saved.target),
            ("WARC-Payload-Digest", payload_digest(saved.content)),
            series,
        ),
        _record(
            saved, RecordType.METADATA, f"urn:uuid:{uuid.uuid5(_IDS, saved.key + ' note')}",
            ContentType.FIELDS, dump_note(MetadataKind.EXCHANGE, note),
            ("WARC-Target-URI", saved.target), ("WARC-Concurrent-To", bracketed(main)), series,
        ),
    ]  # fmt: skip


def _record(
    saved: SavedFile,
    record_type: RecordType,
    record_id: str,
    content_type: str,
    block: bytes,
    *fields: tuple[str, str],
) -> Record:
    return Record(
        record_type=record_type,
        record_id=record_id,
        date=saved.captured_at,
        content_type=content_type,
        block=Block.of(block),
        fields=fields,
    )
