"""Makes a WARC file with one gzip member a record of a WARC or ARC file that is packed otherwise.

The bytes of each block and the ids of WARC records stay; their header lines too, to which
WARC-Record-ID and WARC-Warcinfo-ID are added where they are missing. In front stands a
warcinfo that says what the file was made from, at the end what of it was left out. The same file
gives the same bytes.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import IO

from archive.errors import DamagedRecord, NotImportable
from archive.loose_arc import LooseArcReader, record_of_arc
from archive.loose_records import LeftOut, LooseReader, LooseRecord
from archive.loose_warc import LooseWarcReader, headers_of
from archive.member import write_member
from archive.records import (
    RECORD_END,
    Block,
    ContentType,
    Record,
    RecordType,
    bracketed,
    parse_date,
)
from archive.warcinfo import fields_block, warcinfo_block

SHOWN = 1000
"""Stretches left out that are kept to be told of; more are counted."""

_IDS = uuid.UUID("7c0b6f1e-2b7e-53a3-8f0e-54f0a1a0c3f5")
"""Name space of the ids that are made here."""

_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""Of the warcinfo where the first record has none; the field must be there (WARC 1.1 §5.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file to be turned: ``name`` as its user calls it, ``digest`` its SHA-256 in Base16."""

    path: Path
    name: str
    digest: str
    is_arc: bool


@dataclass(slots=True)
class Turned:
    """What became of a file."""

    records: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0

    def note(self, left_out: LeftOut) -> None:
        """Takes in what was left out."""
        self.left_out_count += 1
        if len(self.left_out) < SHOWN:
            self.left_out.append(left_out)


def turn(original: Original, target: Path) -> Turned:
    """Writes the file's records to ``target``, on disk when it returns.

    Raises NotImportable when there is no whole record in it.
    """
    with target.open("wb") as sink:
        turned = _Turning(original, sink).turn()
        sink.flush()
        os.fsync(sink.fileno())
    return turned


class _Turning:
    def __init__(self, original: Original, sink: IO[bytes]) -> None:
        self._original = original
        self._sink = sink
        self._turned = Turned()
        self._moment = _NO_DATE
        self._info_id = f"urn:uuid:{uuid.uuid5(_IDS, original.digest)}"
        self._series = ("WARC-Warcinfo-ID", bracketed(self._info_id))

    def turn(self) -> Turned:
        reader: LooseReader = LooseArcReader() if self._original.is_arc else LooseWarcReader()
        found = reader.records(self._original.path)
        first = self._first_record(found)
        self._moment = self._date(first)
        self._write(self._warcinfo(first))
        for number, one in enumerate(chain((first,), found)):
            if isinstance(one, LeftOut):
                self._turned.note(one)
            else:
                self._take(one, number)
        if self._turned.left_out:
            self._write(self._told())
        return self._turned

    def _first_record(self, found: Iterator[LooseRecord | LeftOut]) -> LooseRecord:
        for one in found:
            if isinstance(one, LooseRecord):
                return one
            self._turned.note(one)
        why = f" ({self._turned.left_out[0]})" if self._turned.left_out else ""
        kind = "ARC" if self._original.is_arc else "WARC"
        raise NotImportable(f"{self._original.name} holds no whole {kind} record{why}")

    def _take(self, record: LooseRecord, number: int) -> None:
        try:
            if self._original.is_arc:
                self._write(record_of_arc(record, series=self._series))
            else:
                head = self._warc_head(record, number)
                write_member(head, record.block, self._sink.write)
        except DamagedRecord as error:
            line = record.head[0][:200].decode("utf-8", "replace")
            self._turned.note(LeftOut(place=line, length=record.block.length, problem=str(error)))
            return
        self._turned.records += 1

    def _warc_head(self, record: LooseRecord, number: int) -> bytes:
        headers = headers_of(record.head)
        lines = list(record.head)
        if not lines[0].startswith(b"WARC/1."):
            lines[0] = b"WARC/1.0"
        if not headers.record_id:
            made = uuid.uuid5(_IDS, f"{self._original.digest} {number}")
            lines.append(f"WARC-Record-ID: <urn:uuid:{made}>".encode("ascii"))
        if headers.get("warc-warcinfo-id") is None and headers.record_type != RecordType.WARCINFO:
            lines.append(": ".join(self._series).encode("ascii"))
        return b"\r\n".join(lines) + RECORD_END

    def _warcinfo(self, first: LooseRecord) -> Record:
        """Dated as the first record: it must not tell one import of a file from another."""
        original = self._original
        form = "ARC" if original.is_arc else first.head[0].decode("ascii", "replace").strip()
        about = {
            "software": f"repacked by nianbao {version('nianbao')}",
            "made-from": original.name,
            "made-from-digest": f"sha256:{original.digest}",
            "made-from-format": f"{form}, {original.path.stat().st_size} bytes",
        }
        return Record(
            record_type=RecordType.WARCINFO,
            record_id=self._info_id,
            date=self._moment,
            content_type=ContentType.FIELDS,
            block=Block.of(warcinfo_block(about)),
        )

    def _date(self, first: LooseRecord) -> datetime:
        try:
            if self._original.is_arc:
                return record_of_arc(first, series=self._series).date
            return parse_date(headers_of(first.head).get("warc-date") or "")
        except DamagedRecord:
            return _NO_DATE

    def _told(self) -> Record:
        """What was left out, so that it is known when the original is gone."""
        lines = [("left-out", str(one)) for one in self._turned.left_out]
        block = fields_block((("left-out-count", str(self._turned.left_out_count)), *lines))
        return Record(
            record_type=RecordType.METADATA,
            record_id=f"urn:uuid:{uuid.uuid5(_IDS, self._original.digest + ' left out')}",
            date=self._moment,
            content_type=ContentType.FIELDS,
            block=Block.of(block),
            fields=(self._series,),
        )

    def _write(self, record: Record) -> None:
        write_member(record.head(), record.block, self._sink.write)
