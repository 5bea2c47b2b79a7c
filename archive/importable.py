"""What a file is that someone wants to import: how its records are packed, or why it is refused."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from archive.errors import NotImportable
from archive.loose_arc import LooseArcReader
from archive.loose_records import LooseReader, LooseRecord
from archive.loose_warc import LooseWarcReader
from archive.unpacking import (
    GZIP,
    ZSTD,
    beginning_of,
    can_unpack_zstd,
    first_bytes,
    one_member,
)
from archive.walk import Damage, walk_file

_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
_SUFFIXES = (".warc", ".arc", ".gz", ".zst", ".open")
"""Of files that are looked through for records when they do not begin with one."""


class Packing(Enum):
    """How a file's records are packed."""

    BY_RECORD = "a gzip member each"
    OTHERWISE = "WARC, otherwise"
    ARC = "ARC"


def is_beginning(content: bytes) -> bool:
    """Whether the first bytes of a file, some 100 kB if it has them, begin WARC or ARC."""
    if content.startswith(ZSTD):
        return can_unpack_zstd()
    unpacked = beginning_of(content) if content.startswith(GZIP) else content
    unpacked = unpacked.lstrip(b"\r\n")
    return LooseWarcReader().begins(unpacked) or LooseArcReader().begins(unpacked)


def packing_of(path: Path, *, name: str | None = None) -> Packing:
    """How the records of a file are packed. Messages call it ``name``, by default its path.

    Raises NotImportable, with what to do, for a file that holds no WARC or ARC record.
    """
    called = name or str(path)
    if not path.is_file():
        raise NotImportable(f"{called} is no file; give the file that is meant")
    with path.open("rb") as file:
        start = file.read(len(ZSTD))
    if start == _ZSTD_DICTIONARY or (start == ZSTD and not can_unpack_zstd()):
        raise NotImportable(
            f"{called} is packed with zstd, and cannot be unpacked here (with a dictionary never, "
            "else with `pip install backports.zstd`); `zstd -d` unpacks it: import what that gives"
        )
    found = _find_packing(path, start)
    if found is None:
        raise NotImportable(
            f"{called} {'is empty' if not start else 'holds no WARC or ARC record'}; what can be "
            "imported are WARC and ARC files, and with --url and --captured-at a saved page or file"
        )
    return found


def _find_packing(path: Path, start: bytes) -> Packing | None:
    beginning = first_bytes(path).lstrip(b"\r\n")
    is_arc = LooseArcReader().begins(beginning)
    if start.startswith(GZIP) and not is_arc and (found := _packing_of_members(path)) is not None:
        return found
    likely: list[LooseReader] = [LooseWarcReader()]
    if is_arc:
        likely = [LooseArcReader()]
    if path.name.endswith(_SUFFIXES):  # by its name, where it is damaged from its first byte on
        likely = [*likely, LooseArcReader()]
    elif not is_arc and not LooseWarcReader().begins(beginning):
        likely = []
    for reader in likely:
        if _holds_record(reader, path):
            return Packing.ARC if isinstance(reader, LooseArcReader) else Packing.OTHERWISE
    return None


def _packing_of_members(path: Path) -> Packing | None:
    """Of a gzip file with WARC records in it; None where none is in a member of its own."""
    found = None
    for walked in walk_file(path):
        if not isinstance(walked, Damage):
            found = Packing.BY_RECORD
        elif _is_loose(path, walked.offset):
            return Packing.OTHERWISE
    return found


def _is_loose(path: Path, offset: int) -> bool:
    """Whether a member that is no record by the rules holds one, or several, all the same."""
    with path.open("rb") as file:
        member = one_member(file, offset)
        records = LooseWarcReader().records_of(member)
        if not isinstance(next(records, None), LooseRecord):
            return False
        second = next(records, None)
        return isinstance(second, LooseRecord) or (second is None and member.is_whole)


def _holds_record(reader: LooseReader, path: Path) -> bool:
    return any(isinstance(found, LooseRecord) for found in reader.records(path))
