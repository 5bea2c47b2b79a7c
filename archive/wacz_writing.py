"""Writes a WACZ: members in turn, then the manifest with their digests.

Dates in it are those of the captures and not the clock's, so that the same archive gives the same
bytes. The file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from archive.errors import ArchiveError, RecordNotFound
from archive.folder import sync_folder
from archive.records import format_date
from archive.wacz import (
    ARCHIVE,
    INDEX_DATA,
    INDEX_LIST,
    MANIFEST,
    MANIFEST_DIGEST,
    PAGES,
    PAGES_FORMAT,
    PROFILE,
    SUFFIX,
    VERSION,
    PackageAbout,
    PackagePage,
    package_time,
)
from archive.wacz_plan import PackagePlan, PackedFile
from archive.walk import find_warc
from archive.zipnum import write_zipnum

_PIECE = 1024 * 1024
_FILE_MODE = 0o100644 << 16
_UNIX = 3

Sink = Callable[[bytes], object]


def write_package(
    path: Path,
    plan: PackagePlan,
    *,
    warc: Path,
    about: PackageAbout,
    pages: Iterable[PackagePage],
    extra: Mapping[str, Iterable[str]],
) -> int:
    """Writes the captures of a plan, whose places are given, into a WACZ; returns its bytes.

    ``warc`` is the folder of the files that they are copied from; ``extra`` are further members by
    name, each as its lines. A file that is there is replaced once the new one is whole and on disk.
    Raises ArchiveError when there is nothing to pack or the name is no WACZ's, RecordNotFound when
    a file of the archive has gone.
    """
    if path.suffix != SUFFIX:
        raise ArchiveError(f"{path} is no name for a package: it ends with {SUFFIX}")
    if not plan.count():
        raise ArchiveError(f"{path} is not written: no capture is there to pack")
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            with zipfile.ZipFile(file, "w") as package:
                writing = _Writing(package, plan.newest(), path.parent)
                for packed in plan.iter_files():
                    writing.add_warc(packed, warc, plan.iter_spans(packed.source))
                writing.add_index(plan.iter_lines())
                writing.add_lines(PAGES, _page_lines(pages))
                for name, lines in extra.items():
                    writing.add_lines(name, lines)
                writing.add_manifest(about)
            file.flush()
            os.fsync(file.fileno())
        size = unfinished.stat().st_size
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
    return size


class _Writing:
    def __init__(self, package: zipfile.ZipFile, moment: datetime, folder: Path) -> None:
        self._package = package
        self._moment = moment
        self._folder = folder
        self._resources: list[dict[str, str | int]] = []

    def add_warc(self, packed: PackedFile, warc: Path, spans: Iterable[tuple[int, int]]) -> None:
        """The spans of a file, behind what is made to stand before them."""
        path = find_warc(warc, packed.source)
        if path is None:
            raise RecordNotFound(f"{warc / packed.source} is not there any more")
        with path.open("rb") as source, self._member(ARCHIVE + packed.name, packed.size) as put:
            put(packed.made_head)
            for offset, length in spans:
                source.seek(offset)
                while length and (piece := source.read(min(_PIECE, length))):
                    put(piece)
                    length -= len(piece)
                if length:
                    raise RecordNotFound(f"{path} ends before offset {offset} + {length}")

    def add_index(self, lines: Iterable[str]) -> None:
        """The index as its packed lines and the list of them."""
        with self._waiting() as data, self._waiting() as listed:
            for line in write_zipnum(
                lines, data_name=INDEX_DATA.rpartition("/")[2], data=data.write
            ):
                listed.write(line.encode("utf-8", "surrogatepass"))
            self._add_file(INDEX_DATA, data, is_packed=True)
            self._add_file(INDEX_LIST, listed)

    def add_lines(self, name: str, lines: Iterable[str]) -> None:
        """Lines of text, each with its end."""
        with self._waiting() as waiting:
            for line in lines:
                waiting.write(line.encode("utf-8", "replace"))
            self._add_file(name, waiting)

    def add_manifest(self, about: PackageAbout) -> None:
        """The manifest, and its digest: the last two members."""
        manifest = {
            "profile": PROFILE,
            "wacz_version": VERSION,
            "title": about.title,
            "description": about.description,
            "software": about.software,
            "created": package_time(format_date(self._moment)),
            **({"mainPageUrl": about.main_url} if about.main_url else {}),
            **({"mainPageDate": about.main_ts} if about.main_ts else {}),
            "resources": self._resources,
        }
        content = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace")
        digest = {"path": MANIFEST, "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        for name, said in ((MANIFEST, content), (MANIFEST_DIGEST, json.dumps(digest).encode())):
            with self._member(name, len(said), is_packed=False, is_listed=False) as put:
                put(said)

    @contextmanager
    def _waiting(self) -> Iterator[tempfile.SpooledTemporaryFile[bytes]]:
        """A file beside the package: what a member is long is said before it (ZIP, APPNOTE
        4.3.7), and a list may be as large as the records.
        """
        with tempfile.SpooledTemporaryFile(max_size=_PIECE, dir=str(self._folder)) as waiting:
            yield waiting

    def _add_file(
        self, name: str, file: tempfile.SpooledTemporaryFile[bytes], *, is_packed: bool = False
    ) -> None:
        size = file.tell()
        file.seek(0)
        with self._member(name, size, is_packed=is_packed) as put:
            while piece := file.read(_PIECE):
                put(piece)

    @contextmanager
    def _member(
        self, name: str, size: int, *, is_packed: bool = True, is_listed: bool = True
    ) -> Iterator[Sink]:
        """A member of exactly ``size`` bytes; what is packed already is stored as it is."""
        info = zipfile.ZipInfo(name, date_time=_zip_time(self._moment))
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.create_system, info.external_attr = _UNIX, _FILE_MODE
        hasher, written = hashlib.sha256(), 0
        # the header at the member and the directory must both have ZIP64 fields, or neither:
        # ReplayWeb.page computes from the one where the other ends
        with self._package.open(info, "w", force_zip64=size > zipfile.ZIP64_LIMIT) as member:

            def put(piece: bytes) -> None:
                nonlocal written
                hasher.update(piece)
                written += len(piece)
                member.write(piece)

            yield put
        assert written == size, name
        if is_listed:
            self._resources.append(
                {
                    "name": name.lower(),
                    "type": "file",  # else Frictionless guesses a table's types from its first rows
                    "path": name,
                    "hash": f"sha256:{hasher.hexdigest()}",
                    "bytes": size,
                }
            )


def _zip_time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """In UTC; ZIP knows the years 1980 to 2107 alone."""
    if not 1980 <= moment.year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _page_lines(pages: Iterable[PackagePage]) -> Iterator[str]:
    header = {"format": PAGES_FORMAT, "id": "pages", "title": "All Pages", "hasText": True}
    yield _json_line(header)
    for page in pages:
        said = {"id": page.page_id, "url": page.url, "ts": page.ts, "title": page.title or page.url}
        yield _json_line(said if page.text is None else said | {"text": page.text})


def _json_line(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
