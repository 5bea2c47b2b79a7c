"""The index of a package as it lies there: lists, blocks and lines of CDXJ."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from archive.records import storable
from archive.wacz import INDEXES
from archive.wacz_rules import PackageReport, WaczRule
from archive.zip_members import FileSlice, Member, ZipMembers
from archive.zipnum import FORMAT

MOST_BLOCK_BYTES = 16 * 1024 * 1024
"""Unpacked, of one member of a packed index, and of a list; one of 1,024 lines has 300 KB."""

MOST_LINE_BYTES = 1024 * 1024

_MOMENT = re.compile(r"[^ ] ([0-9]{14})\Z")
_PIECE = 64 * 1024
_META = "!meta "


@dataclass(frozen=True, slots=True)
class _Block:
    """A gzip member of a packed index: where it lies, its digest, and its unpacked lines."""

    offset: int
    length: int
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class IndexChecking:
    """Takes the index files of a package into the table ``lines`` of ``db``."""

    members: ZipMembers
    db: sqlite3.Connection
    report: PackageReport

    def take_all(self, names: list[str]) -> None:
        """Reads each of these members; a list belongs to the packed index that it names."""
        listed: dict[str, list[tuple[str, dict[str, object]]]] = {}
        for name in names:
            if name.endswith(".idx"):
                self._take_list(self.members.by_name[name], listed)
        for name in names:
            member = self.members.by_name[name]
            if name.endswith(".gz"):
                self._take_packed(member, listed.pop(name, None))
            elif not name.endswith(".idx"):
                self._take_lines(name, self._plain_lines(member))
        for name in listed:
            message = "a list names it, and it is not there, or listed twice"
            self.report.add(WaczRule.INDEX_LIST, name, message)

    def _take_list(
        self, member: Member, listed: dict[str, list[tuple[str, dict[str, object]]]]
    ) -> None:
        content = self.members.content(member, most=MOST_BLOCK_BYTES)
        if content is None:
            return
        entries: list[tuple[str, dict[str, object]]] = []
        filename: object = None
        for line in content.decode("utf-8", "replace").removesuffix("\n").split("\n"):
            prefix, mark, said = line.partition(" {")
            fields = _json_object(mark[1:] + said)
            if fields is None:
                self.report.add(
                    WaczRule.INDEX_LIST, member.name, f"no line of a list: {line[:200]!r}"
                )
            elif line.startswith(_META):
                filename = fields.get("filename") if fields.get("format") == FORMAT else None
            else:
                entries.append((prefix, fields))
        if not isinstance(filename, str):
            message = f"it does not begin with !meta, {FORMAT} and the name of its index"
            self.report.add(WaczRule.INDEX_LIST, member.name, message)
            return
        listed[INDEXES + filename] = entries

    def _take_packed(
        self, member: Member, entries: list[tuple[str, dict[str, object]]] | None
    ) -> None:
        if not member.is_stored:
            return  # told already
        try:
            self._take_lines(member.name, self._block_lines(member, entries))
        except (zlib.error, EOFError) as error:
            self.report.add(WaczRule.DAMAGED_MEMBER, member.name, f"it cannot be unpacked: {error}")

    def _block_lines(
        self, member: Member, entries: list[tuple[str, dict[str, object]]] | None
    ) -> Iterator[bytes]:
        blocks = _blocks(self.members.stored(member))
        for block, entry in zip_longest(blocks, entries or ()):
            if entries is not None:
                problem = _entry_problem(block, entry)
                if problem is not None:
                    self.report.add(WaczRule.INDEX_LIST, member.name, problem)
            if block is not None:
                yield from block.content.splitlines(keepends=True)

    def _plain_lines(self, member: Member) -> Iterator[bytes]:
        waiting = b""
        for piece in self.members.pieces(member):
            *whole, waiting = (waiting + piece).split(b"\n")
            yield from (line + b"\n" for line in whole)
            if len(waiting) > MOST_LINE_BYTES:
                break
        if waiting:
            yield waiting

    def _take_lines(self, name: str, lines: Iterator[bytes]) -> None:
        last = b""
        for line in lines:
            self.report.index_lines += 1
            shown = line[:200].decode("utf-8", "replace")
            if line == last:
                self.report.add(WaczRule.INDEX_LINE, name, f"it is there twice: {shown!r}")
            elif line < last:
                self.report.add(WaczRule.UNSORTED, name, f"it stands after a later one: {shown!r}")
            last = line
            if not self._take_line(line):
                self.report.add(WaczRule.INDEX_LINE, name, f"no line of CDXJ: {shown!r}")

    def _take_line(self, line: bytes) -> bool:
        try:
            key, mark, said = line.decode("utf-8").partition(" {")
        except UnicodeDecodeError:
            return False
        fields = _json_object(mark[1:] + said)
        moment = _MOMENT.search(key)
        if moment is None or fields is None or not line.endswith(b"\n"):
            return False
        file, url = fields.get("filename"), fields.get("url")
        offset = str(fields.get("offset"))
        if not isinstance(file, str) or not isinstance(url, str):
            return False
        if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
            return False
        self.db.execute(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)",
            (storable(file), int(offset), key, json.dumps(fields), storable(url), moment[1]),
        )
        return True


def _entry_problem(block: _Block | None, entry: tuple[str, dict[str, object]] | None) -> str | None:
    """What a list says wrongly of a block; None where both agree."""
    if block is None or entry is None:
        return "the list has not as many members as the index"
    prefix, said = entry
    if (said.get("offset"), said.get("length")) != (block.offset, block.length):
        return f"the member at {block.offset} has {block.length} bytes, not as the list says"
    if said.get("digest") not in (None, block.digest):
        return f"the member at {block.offset} has not the digest that the list says"
    first = block.content.split(b" {", 1)[0].decode("utf-8", "replace")
    return (
        None if first == prefix else f"{first!r} begins the member that the list calls {prefix!r}"
    )


def _blocks(packed: FileSlice) -> Iterator[_Block]:
    """Raises zlib.error and EOFError for what is no gzip member, torn, or too large."""
    offset, waiting = 0, b""
    while waiting or (waiting := packed.read(_PIECE)):
        unpacker = zlib.decompressobj(wbits=31)
        parts, size, length, hasher = [], 0, 0, hashlib.sha256()
        while not unpacker.eof:
            if not waiting and not (waiting := packed.read(_PIECE)):
                raise EOFError("its last member is torn")
            parts.append(unpacker.decompress(waiting, MOST_BLOCK_BYTES + 1 - size))
            size += len(parts[-1])
            if size > MOST_BLOCK_BYTES:
                raise EOFError(f"a member holds more than {MOST_BLOCK_BYTES} bytes")
            left = unpacker.unused_data or unpacker.unconsumed_tail
            taken = waiting[: len(waiting) - len(left)]
            hasher.update(taken)
            length += len(taken)
            waiting = left
        yield _Block(offset, length, f"sha256:{hasher.hexdigest()}", b"".join(parts))
        offset += length


def _json_object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
