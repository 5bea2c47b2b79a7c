"""Reads WACZ packages (WACZ 1.1.1) that someone else made: nothing in one is believed.

A package is checked whole before anything of it is used: names that lead elsewhere, links,
encrypted or overlapping members, bombs, members that datapackage.json does not name, or names with
another hash. Members are read as streams; nothing is unpacked to a path that the package names.
"""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import error as ZlibError

from archive.errors import NotImportable
from archive.wacz import ARCHIVE, MANIFEST, MANIFEST_DIGEST

MOST_MEMBERS = 100_000
MOST_DIRECTORY = 16 * 1024 * 1024
"""Bytes of the zip file's own list, all of which zipfile reads: of MOST_MEMBERS with long names."""

MOST_MANIFEST = 64 * 1024 * 1024
"""Bytes of datapackage.json: of MOST_MEMBERS resources with long names."""

LEAST_LIMIT = 1024 * 1024 * 1024
MOST_TIMES = 200
"""All members together may unpack to LEAST_LIMIT bytes or to MOST_TIMES the package's size."""

_TAIL = 70_000
"""Bytes in which a zip file's end lies: a comment of 64 KiB, and what stands before it."""

_IN_ZIP64 = 0xFFFFFFFF
_PIECE = 1024 * 1024
_LINKS_AND_MORE = frozenset({stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK})
_HASHES = frozenset({"sha256", "sha512", "sha1", "md5"})
_READ_ERRORS = (
    *(zipfile.BadZipFile, ZlibError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError),
)
"""What zipfile raises of members that are not as they say."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What datapackage.json says of a member: its path, ``algorithm:hexadecimal`` and length."""

    path: str
    digest: str
    length: int


class Package:
    """A WACZ package that is open; ``resources`` are its members but for the descriptions."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self._members = dict(_checked_members(path, file))
        self.resources = dict(_resources(self))
        self._check_named()

    @property
    def warcs(self) -> tuple[str, ...]:
        """Names of the members below archive/, in order."""
        return tuple(sorted(name for name in self.resources if name.startswith(ARCHIVE)))

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member as a stream of its bytes. Raises NotImportable for one that cannot be read."""
        try:
            with self._file.open(self._members[name]) as member:
                yield member
        except _READ_ERRORS as error:
            raise refusal(self.path, f"cannot be read ({error})", name) from error

    def read(self, name: str, most: int) -> bytes | None:
        """A member's bytes; None if it is not there. Raises NotImportable for one over ``most``."""
        if name not in self._members:
            return None
        with self.open(name) as member:
            content = member.read(most + 1)
        if len(content) > most:
            raise refusal(self.path, f"has more than {most} bytes", name)
        return content

    def check_hashes(self) -> None:
        """Reads every member once. Raises NotImportable for the first that is not what
        datapackage.json says of it.
        """
        for resource in self.resources.values():
            algorithm, _, wanted = resource.digest.partition(":")
            hasher, length = hashlib.new(algorithm, usedforsecurity=False), 0
            with self.open(resource.path) as member:
                while piece := member.read(_PIECE):
                    hasher.update(piece)
                    length += len(piece)
            if hasher.hexdigest() != wanted.lower():
                problem = f"does not have the hash {resource.digest} that {MANIFEST} says"
                raise refusal(self.path, problem, resource.path)
            if length != resource.length:
                problem = f"has {length} bytes, and {MANIFEST} says {resource.length}"
                raise refusal(self.path, problem, resource.path)

    def _check_named(self) -> None:
        unnamed = sorted(set(self._members) - set(self.resources) - {MANIFEST, MANIFEST_DIGEST})
        for name in unnamed:
            if not name.endswith("/"):
                raise refusal(self.path, f"is not named in {MANIFEST}", name)
        missing = sorted(set(self.resources) - set(self._members))
        if missing:
            raise refusal(self.path, f"is named in {MANIFEST} and is not there", missing[0])


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """A package whose members and description hold together; its hashes are not looked at yet.

    Raises NotImportable, naming the package and the member, for anything else.
    """
    if _directory_length(path) > MOST_DIRECTORY:
        raise refusal(path, f"lists its members in more than {MOST_DIRECTORY} bytes")
    try:
        file = zipfile.ZipFile(path)
    except _READ_ERRORS as error:
        raise refusal(path, f"is no zip file that can be read ({error})") from error
    with file:
        yield Package(path, file)


def is_package(path: Path) -> bool:
    """Whether a file is a WACZ package, or is called one: office documents are zip files too."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return False
    if path.name.lower().endswith(".wacz") or _directory_length(path) > MOST_DIRECTORY:
        return True  # the latter is refused as one
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
    except _READ_ERRORS:
        return False
    return MANIFEST in names or any(name.startswith(ARCHIVE) for name in names)


def _directory_length(path: Path) -> int:
    """Bytes of the zip file's list of members as its end says (APPNOTE 4.3.16, of ZIP64 4.3.14);
    0 where it has no end.
    """
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    length = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if length == _IN_ZIP64 and (end := tail.rfind(b"PK\x06\x06")) >= 0:
        length = int.from_bytes(tail[end + 40 : end + 48], "little")
    return length


def refusal(path: Path, problem: str, name: str | None = None) -> NotImportable:
    """The error that names package and member, and says that nothing was taken."""
    what = f"{path}: " + (f"its member {name!r} {problem}" if name is not None else f"it {problem}")
    return NotImportable(
        f"{what}; nothing of the package was taken in. Get it again from where it was made, or "
        "import the WARC files that it was made of"
    )


def _checked_members(path: Path, file: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    infos = file.infolist()
    if len(infos) > MOST_MEMBERS:
        raise refusal(path, f"has {len(infos)} members, {MOST_MEMBERS} are the most")
    size = path.stat().st_size
    limit = max(LEAST_LIMIT, MOST_TIMES * size)
    seen: set[str] = set()
    unpacked = packed = 0
    for info in infos:
        if problem := _find_problem(info):
            raise refusal(path, problem, info.orig_filename)
        if info.filename in seen:
            raise refusal(path, "is there twice", info.filename)
        seen.add(info.filename)
        unpacked, packed = unpacked + info.file_size, packed + info.compress_size
        if unpacked > limit:
            raise refusal(path, f"brings it to more than {limit} bytes, as bombs do", info.filename)
        if packed > size:
            raise refusal(path, "shares its bytes with another, as bombs do", info.filename)
        yield info.filename, info


def _find_problem(info: zipfile.ZipInfo) -> str | None:
    """Why a member is refused; None for one that is as it should be."""
    name = info.orig_filename
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in parts[0]:
        return "has a name that leads out of the package"
    if any(part in ("", ".", "..") for part in parts) or not name.isprintable():
        return "has a name that leads out of the package"
    if stat.S_IFMT(info.external_attr >> 16) in _LINKS_AND_MORE:
        return "is a link or a device"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is neither stored nor deflated"
    return None


def _resources(package: Package) -> Iterator[tuple[str, Resource]]:
    content = package.read(MANIFEST, MOST_MANIFEST)
    if content is None:
        raise refusal(package.path, f"has no {MANIFEST}, so it is no WACZ package")
    _check_signed(package, content)
    described = _object(package, MANIFEST, content)
    if described.get("profile") == "multi-wacz-package":
        raise refusal(package.path, "holds packages; import each of them")
    resources = described.get("resources")
    if not isinstance(resources, list):
        raise refusal(package.path, "has no list of resources", MANIFEST)
    for said in resources:
        resource = _resource(package, said)
        yield resource.path, resource


def _resource(package: Package, said: object) -> Resource:
    if not isinstance(said, dict):
        raise refusal(package.path, "names a resource that is no object", MANIFEST)
    path, digest, length = said.get("path"), said.get("hash"), said.get("bytes")
    if not isinstance(path, str) or not isinstance(length, int):
        raise refusal(package.path, "names a resource without path or bytes", MANIFEST)
    if not isinstance(digest, str) or digest.partition(":")[0] not in _HASHES:
        raise refusal(package.path, f"says no hash of {path[:200]!r}", MANIFEST)
    return Resource(path, digest, length)


def _check_signed(package: Package, description: bytes) -> None:
    content = package.read(MANIFEST_DIGEST, MOST_MANIFEST)
    if content is None:
        return
    said = _object(package, MANIFEST_DIGEST, content).get("hash")
    if not isinstance(said, str) or said.partition(":")[0] not in _HASHES:
        raise refusal(package.path, f"says no hash of {MANIFEST}", MANIFEST_DIGEST)
    algorithm, _, wanted = said.partition(":")
    if hashlib.new(algorithm, description, usedforsecurity=False).hexdigest() != wanted.lower():
        raise refusal(package.path, f"does not have the hash that {MANIFEST_DIGEST} says", MANIFEST)


def _object(package: Package, name: str, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refusal(package.path, f"is no JSON ({error})", name) from error
    if not isinstance(found, dict):
        raise refusal(package.path, "is no JSON object", name)
    return found
