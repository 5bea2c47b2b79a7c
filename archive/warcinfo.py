"""The record that begins each WARC file: who made it, with what, by which standard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from archive.records import Block, ContentType, Record, RecordType, new_record_id, storable

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

_OURS = re.compile(rb"^software: nianbao\b", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def warcinfo_record(about: Mapping[str, str | None], *, name: str, now: datetime) -> Record:
    """The warcinfo of a file (WARC 1.1 §6.2); what is None of ``about`` is left out."""
    said = {**about, "format": "WARC File Format 1.1", "conformsTo": CONFORMS_TO}
    lines = [f"{key}: {_CONTROL.sub(' ', val)}\r\n" for key, val in said.items() if val]
    return Record(
        record_type=RecordType.WARCINFO,
        record_id=new_record_id(),
        date=now,
        content_type=ContentType.FIELDS,
        block=Block.of(storable("".join(lines)).encode("utf-8")),
        fields=(("WARC-Filename", name),),
    )


def is_nianbao(block: bytes) -> bool:
    """Whether a warcinfo block says that nianbao wrote the file."""
    return _OURS.search(block) is not None
