"""Members of a ZIP file that anyone may have made: told one by one what is wrong with each, read
within bounds, never unpacked to disk.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from archive.wacz_rules import WaczRule

MOST_DIRECTORY_BYTES = 16 * 1024 * 1024
"""Of the ZIP directory, which is held in memory: about 200,000 members."""

MOST_UNPACKED_BYTES = 8 * 1024**3
"""Of all packed members together: the lists of a package of a hundred thousand pages take 5 GiB."""

MOST_NAME = 1000
"""Characters of a member's name; file systems take 255 for each part."""

_PIECE = 1024 * 1024
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MARK = b"PK\x03\x04"
_END = struct.Struct("<4s4H2IH")
_END_MARK, _END64_MARK, _LOCATOR_MARK = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_MOST_COMMENT = 65_535
_LOCATOR_BYTES, _END64_BYTES = 20, 56
_DRIVE = re.compile(r"[A-Za-z]:")

Tell = Callable[[WaczRule, str, str], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A member whose name and place are sound. ``start`` is where its bytes begin in the file."""

    name: str
    size: int
    start: int
    is_stored: bool
    info: zipfile.ZipInfo


class FileSlice:
    """``length`` bytes of an open file as a file of their own."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file, self._start, self._length = file, start, length
        self._at = 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """From the begin, from here, or from the end."""
        base = (0, self._at, self._length)[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes, never beyond the end of the slice."""
        left = max(0, self._length - self._at)
        self._file.seek(self._start + self._at)
        found = self._file.read(left if size < 0 else min(size, left))
        self._at += len(found)
        return found


class DirectoryTooLarge(zipfile.BadZipFile):
    """A ZIP directory that would fill the memory, or the whole file."""


class ZipMembers:
    """The sound members of an open ZIP file, by name."""

    def __init__(self, file: IO[bytes], tell: Tell) -> None:
        """What is wrong is told to ``tell``. Raises BadZipFile for what cannot be read as ZIP."""
        _check_directory_size(file)
        self._file = file
        self._tell = tell
        self._package = zipfile.ZipFile(file)
        self.by_name: dict[str, Member] = {}
        self._take_in()

    def _take_in(self) -> None:
        folded: dict[str, str] = {}
        places: list[tuple[int, int, str]] = []
        for info in self._package.infolist():
            name = info.orig_filename
            problem = _name_problem(name)
            if problem is not None:
                self._tell(WaczRule.UNSAFE_NAME, name, problem)
                continue
            same = folded.setdefault(_folded(name.rstrip("/")), name)
            if same is not name:
                self._tell(WaczRule.SAME_NAME, name, f"{same} is the same name to some systems")
                continue
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                self._tell(WaczRule.LINK, name, "it is a link or a device")
                continue
            if (start := self._start(info)) is None:
                continue
            places.append((info.header_offset, start + info.compress_size, name))
            if not name.endswith("/"):
                is_stored = info.compress_type == zipfile.ZIP_STORED
                self.by_name[name] = Member(name, info.file_size, start, is_stored, info)
        self._check_places(places)
        self._check_folders(folded)

    def _start(self, info: zipfile.ZipInfo) -> int | None:
        """Where the bytes begin; None, and told, where the member cannot be read."""
        name = info.orig_filename
        if info.flag_bits & 1:
            self._tell(WaczRule.ENCRYPTED, name, "it is encrypted")
            return None
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            message = f"it is packed by method {info.compress_type}"
            self._tell(WaczRule.PACKED_MEMBER, name, message)
            return None
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            self._tell(WaczRule.DAMAGED_MEMBER, name, "it is stored, and its two sizes differ")
            return None
        header = b""
        if info.header_offset >= 0:  # a directory at another place than it says makes it less
            self._file.seek(info.header_offset)
            header = self._file.read(_LOCAL.size)
        if len(header) == _LOCAL.size and header.startswith(_LOCAL_MARK):
            _, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(header)
            encoded = self._file.read(name_length)
            said = encoded.decode("utf-8" if flags & 0x800 else "cp437", "replace")
            if said == name and method == info.compress_type:
                return int(info.header_offset + _LOCAL.size + name_length + extra_length)
        self._tell(WaczRule.DAMAGED_MEMBER, name, "its header and the directory differ")
        return None

    def _check_places(self, places: list[tuple[int, int, str]]) -> None:
        for (_, end, name), (start, _, other) in pairwise(sorted(places)):
            if start < end:
                self._tell(WaczRule.OVERLAP, name, f"its bytes are also those of {other}")
                self.by_name.pop(name, None)
                self.by_name.pop(other, None)

    def _check_folders(self, folded: dict[str, str]) -> None:
        for name in list(self.by_name):
            whole = _folded(name)
            for place, character in enumerate(whole):
                same = folded.get(whole[:place]) if character == "/" else None
                if same is not None and not same.endswith("/"):
                    self._tell(WaczRule.SAME_NAME, name, f"{same} is a file, and its folder")

    def iter_readable(self) -> Iterator[Member]:
        """Members that are read; those too large to be are told."""
        left = MOST_UNPACKED_BYTES
        for member in self.by_name.values():
            left -= 0 if member.is_stored else member.size
            if left < 0:
                message = f"with it, more than {MOST_UNPACKED_BYTES} bytes would be unpacked"
                self._tell(WaczRule.TOO_LARGE, member.name, message)
            else:
                yield member

    def open(self, member: Member) -> IO[bytes]:
        """Its content. Reading raises BadZipFile or zlib.error where it is damaged."""
        return self._package.open(member.info)

    def stored(self, member: Member) -> FileSlice:
        """The content of a member that is stored, to read anywhere."""
        return FileSlice(self._file, member.start, member.size)

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Its content in pieces; what is damaged ends it, and is told."""
        try:
            with self.open(member) as content:
                while piece := content.read(_PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            self._tell(WaczRule.DAMAGED_MEMBER, member.name, f"it cannot be read: {error}")

    def content(self, member: Member, *, most: int) -> bytes | None:
        """All of a small member; None, and told, where it is larger than ``most`` bytes."""
        if member.size > most:
            message = f"it has {member.size} bytes, more than the {most} that are read of it"
            self._tell(WaczRule.TOO_LARGE, member.name, message)
            return None
        return b"".join(self.pieces(member))


def _name_problem(name: str) -> str | None:
    parts = name.rstrip("/").split("/")
    if len(name) > MOST_NAME:
        return f"it has more than {MOST_NAME} characters"
    if not name.isprintable() or "\\" in name:
        return "it holds a backslash or what cannot be printed"
    if name.startswith("/") or _DRIVE.match(name):
        return "it is absolute"
    if any(part in ("", ".", "..") for part in parts):
        return "it leads elsewhere, or has an empty part"
    return None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _check_directory_size(file: IO[bytes]) -> None:
    """The directory is read at once: before, what its end says of its size is looked at."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _MOST_COMMENT))
    base, tail = file.tell(), file.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        raise zipfile.BadZipFile("it has no ZIP directory at its end")
    sizes = [_END.unpack_from(tail, place)[5]]
    locator = tail[max(0, place - _LOCATOR_BYTES) : place]
    if locator.startswith(_LOCATOR_MARK):  # where it says, and where readers look for it
        said = int.from_bytes(locator[8:16], "little")
        sizes = [
            int.from_bytes(end[40:48], "little")
            for at in (said, base + place - _LOCATOR_BYTES - _END64_BYTES)
            if (end := _read_at(file, at, _END64_BYTES)).startswith(_END64_MARK)
        ]
    if max(sizes, default=0) > min(size, MOST_DIRECTORY_BYTES):
        raise DirectoryTooLarge(f"its directory would have {max(sizes)} bytes")


def _read_at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(min(offset, file.seek(0, 2)))
    return file.read(length)
