"""The record that begins each WARC file: who made it, with what, by which standard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from archive.ledger import LedgerHead, parse_head
from archive.records import Block, ContentType, Record, RecordType, bare, new_record_id, storable
from archive.walk import WalkedRecord, walk_file

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

LEDGER_FIELD = "fixity-ledger"
"""The name of the warcinfo field that says how far the ledger (archive.ledger) went when the file
was begun: its number of lines, and the chain of the last.
"""

_OURS = re.compile(rb"^software: nianbao\b", re.MULTILINE)
_LEDGER = re.compile(rb"^%b: ([^\r\n]*)" % LEDGER_FIELD.encode("ascii"), re.MULTILINE)
_PROVENANCE = re.compile(rb"^provenance:([^\r\n]*)", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def warcinfo_record(about: Mapping[str, str | None], *, name: str, now: datetime) -> Record:
    """The warcinfo of a file (WARC 1.1 §6.2); what is None of ``about`` is left out."""
    return Record(
        record_type=RecordType.WARCINFO,
        record_id=new_record_id(),
        date=now,
        content_type=ContentType.FIELDS,
        block=Block.of(warcinfo_block(about)),
        fields=(("WARC-Filename", name),),
    )


def warcinfo_block(about: Mapping[str, str | None]) -> bytes:
    """What a warcinfo says: ``about``, and by which standard the file is written."""
    said = {**about, "format": "WARC File Format 1.1", "conformsTo": CONFORMS_TO}
    return fields_block((key, val) for key, val in said.items() if val)


def fields_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """Names and values as ``application/warc-fields``, one a line whatever they hold."""
    lines = [f"{key}: {_CONTROL.sub(' ', val)}\r\n" for key, val in fields]
    return storable("".join(lines)).encode("utf-8")


def read_ledger_head(path: Path) -> LedgerHead | None:
    """How far the ledger went when a file was begun, as its warcinfo record says; None where that
    says nothing or cannot be read.
    """
    first = next(walk_file(path), None)
    if not isinstance(first, WalkedRecord) or first.headers.record_type != RecordType.WARCINFO:
        return None
    found = _LEDGER.search(first.block.read())
    return parse_head(found[1].decode("ascii", "replace")) if found else None


def find_provenance(path: Path, offset: int) -> str | None:
    """What the warcinfo of the record at ``offset`` says of its provenance: "manual" of a file that
    a person saved, whose address and time are as that person says. None where it says nothing or
    cannot be read. It is the warcinfo that the record names, else the last before it.
    """
    record = next(walk_file(path, start=offset), None)
    named = record.headers.get("warc-warcinfo-id") if isinstance(record, WalkedRecord) else None
    block = b""
    for above in walk_file(path):
        if above.offset >= offset:
            break
        if isinstance(above, WalkedRecord) and above.headers.record_type == RecordType.WARCINFO:
            block = above.block.read()
            if named is not None and above.headers.record_id == bare(named):
                break
    found = _PROVENANCE.search(block)
    return found[1].decode("utf-8", "replace").strip() or None if found else None


def is_nianbao(block: bytes) -> bool:
    """Whether a warcinfo block says that nianbao wrote the file."""
    return _OURS.search(block) is not None
