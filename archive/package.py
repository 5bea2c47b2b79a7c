"""Reads WACZ packages (WACZ 1.1.1) that someone else made: nothing in one is believed.

A package is checked whole before anything of it is used: names that lead elsewhere, links,
encrypted or overlapping members, bombs, members that datapackage.json does not name, or names with
another hash. Members are read as streams; nothing is unpacked to a path that the package names.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import error as ZlibError

from archive.errors import NotImportable
from archive.wacz import ARCHIVE, MANIFEST, MANIFEST_DIGEST
from archive.wacz_rules import WaczRule
from archive.zip_members import DirectoryTooLarge, ZipMembers

MOST_MEMBERS = 100_000
MOST_MANIFEST = 64 * 1024 * 1024
"""Bytes of datapackage.json: of MOST_MEMBERS resources with long names."""

LEAST_LIMIT = 1024 * 1024 * 1024
MOST_TIMES = 200
"""All members together may unpack to LEAST_LIMIT bytes or to MOST_TIMES the package's size."""

_PIECE = 1024 * 1024
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

    def __init__(self, path: Path, members: ZipMembers) -> None:
        self.path = path
        self._zip = members
        self._members = members.by_name
        self._check_size()
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
            with self._zip.open(self._members[name]) as member:
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

    def _check_size(self) -> None:
        if len(self._members) > MOST_MEMBERS:
            problem = f"has {len(self._members)} members, {MOST_MEMBERS} are the most"
            raise refusal(self.path, problem)
        limit = max(LEAST_LIMIT, MOST_TIMES * self.path.stat().st_size)
        unpacked = 0
        for name, member in self._members.items():
            unpacked += member.size
            if unpacked > limit:
                raise refusal(self.path, f"brings it to more than {limit} bytes, as bombs do", name)

    def _check_named(self) -> None:
        unnamed = sorted(set(self._members) - set(self.resources) - {MANIFEST, MANIFEST_DIGEST})
        if unnamed:
            raise refusal(self.path, f"is not named in {MANIFEST}", unnamed[0])
        missing = sorted(set(self.resources) - set(self._members))
        if missing:
            raise refusal(self.path, f"is named in {MANIFEST} and is not there", missing[0])


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """A package whose members and description hold together; its hashes are not looked at yet.

    Raises NotImportable, naming the package and the member, for anything else.
    """

    def refuse(_: WaczRule, name: str, message: str) -> None:
        raise refusal(path, f"is refused: {message}", name)

    with path.open("rb") as file:
        try:
            members = ZipMembers(file, refuse)
        except _READ_ERRORS as error:
            raise refusal(path, f"is no zip file that can be read ({error})") from error
        yield Package(path, members)


def is_package(path: Path) -> bool:
    """Whether a file is a WACZ package, or is called one: office documents are zip files too."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return False
        if path.name.lower().endswith(".wacz"):
            return True
        try:
            names = ZipMembers(file, lambda *_: None).by_name
        except DirectoryTooLarge:
            return True  # refused as one
        except _READ_ERRORS:
            return False
    return MANIFEST in names or any(name.startswith(ARCHIVE) for name in names)


def refusal(path: Path, problem: str, name: str | None = None) -> NotImportable:
    """The error that names package and member, and says that nothing was taken."""
    what = f"{path}: " + (f"its member {name!r} {problem}" if name is not None else f"it {problem}")
    return NotImportable(
        f"{what}; nothing of the package was taken in. Get it again from where it was made, or "
        "import the WARC files that it was made of"
    )


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
