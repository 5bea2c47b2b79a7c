"""The records of one exchange as they lie in their file, found from the main one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archive.errors import DamagedRecord, RecordNotFound
from archive.member import write_member
from archive.records import RecordType
from archive.rows import CaptureRow
from archive.walk import MAIN_TYPES, Damage, WalkedRecord, find_warc, is_own, walk_file
from archive.warcinfo import warcinfo_record

_NAMES = uuid.UUID("6f0b7f0e-6d34-5a0e-9c5c-2f3d1a4b8e57")
"""Of the records that are made for packages: the same file gives the same id."""


def walk_exchange(warc: Path, row: CaptureRow) -> Iterator[WalkedRecord]:
    """Response (or revisit, or resource), request and metadata of a capture, in the order of their
    file: what stands behind the first of them and is tied to one by WARC-Concurrent-To, up to a
    record that is not.

    Raises RecordNotFound when the file is not there, DamagedRecord when the main record or its
    request cannot be read where the index says.
    """
    pointer = row.pointer
    path = find_warc(warc, pointer.file)
    if path is None:
        raise RecordNotFound(f"{warc / pointer.file} is not there; put the file back")
    places = {pointer.offset}
    if row.request_offset is not None:
        places.add(row.request_offset)
    ids = {pointer.record_id}
    for record in walk_file(path, start=min(places), skim=is_own(pointer.file)):
        is_last = record.offset >= max(places)
        if isinstance(record, Damage):
            if not is_last or record.offset in places:
                raise DamagedRecord(f"{pointer.file} offset {record.offset}: {record.problem}")
            return
        headers = record.headers
        if record.offset == pointer.offset and headers.record_id != pointer.record_id:
            raise DamagedRecord(
                f"{pointer.file} offset {record.offset}: the record there is "
                f"{headers.record_id or 'without id'}"
            )
        if record.offset in places or _is_companion(record, ids):
            ids.add(headers.record_id)
            yield record
        elif is_last:
            return


def _is_companion(record: WalkedRecord, ids: set[str]) -> bool:
    headers = record.headers
    return headers.record_type not in (*MAIN_TYPES, RecordType.WARCINFO) and (
        headers.concurrent_to in ids
    )


def first_record(file: str, moment: datetime) -> bytes:
    """A packed warcinfo to stand before records of another tool's file that has none. It says no
    ``software: nianbao``: those records are not of ours.
    """
    name = file.rpartition("/")[2]
    about = {"description": f"records of {name}, which has no warcinfo, copied as they are"}
    record = warcinfo_record(about, name=name, now=moment)
    record = replace(record, record_id=f"urn:uuid:{uuid.uuid5(_NAMES, file)}")
    packed: list[bytes] = []
    write_member(record.head(), record.block, packed.append)
    return b"".join(packed)
