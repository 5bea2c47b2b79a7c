"""A sound package taken apart, so that a test can spoil one thing and put it together again."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from archive.cdxj import lines_of
from archive.walk import walk_records
from archive.zipnum import write_zipnum

WARC = "archive/records.warc.gz"
DATA, LIST, PAGES = "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl"


@dataclass
class Draft:
    """Members by name; all else is as in a sound package until a test says otherwise."""

    members: dict[str, bytes]
    method: dict[str, int] = field(default_factory=dict)
    listed: bool = True
    """Whether the manifest is made anew of what the members are."""
    added: list[tuple[zipfile.ZipInfo | str, bytes]] = field(default_factory=list)
    """Members beside those: written last, not listed."""
    directory: Callable[[zipfile.ZipFile], None] = lambda package: None
    """Changes what the directory says, after all members are written."""
    finish: Callable[[bytes], bytes] = lambda content: content
    name: str = "draft.wacz"

    @classmethod
    def of(cls, path: Path) -> Draft:
        with zipfile.ZipFile(path) as package:
            members = {name: package.read(name) for name in package.namelist()}
        warc = next(name for name in members if name.startswith("archive/"))
        draft = cls({WARC: members.pop(warc), **members})
        draft.reindex()
        return draft

    def write(self, folder: Path) -> Path:
        if self.listed:
            self.relist()
        path, out = folder / self.name, BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            for name, content in self.members.items():
                stored = name.endswith(".gz")
                method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                info = zipfile.ZipInfo(name)
                package.writestr(info, content, self.method.get(name, method))
            for info_or_name, content in self.added:
                package.writestr(info_or_name, content)
            self.directory(package)
        path.write_bytes(self.finish(out.getvalue()))
        return path

    # -- manifest and pages -----------------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        found = json.loads(self.members["datapackage.json"])
        assert isinstance(found, dict)
        return found

    def relist(self) -> None:
        if "datapackage.json" not in self.members:
            return
        resources = [
            {
                "name": name.lower(),
                "path": name,
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            }
            for name, content in self.members.items()
            if not name.startswith("datapackage")
        ]
        self.set_manifest(self.manifest() | {"resources": resources})

    def set_manifest(self, manifest: object) -> None:
        """And its digest; it is kept as it is then."""
        self.listed = False
        content = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        self.members["datapackage.json"] = content
        if "datapackage-digest.json" in self.members:
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            said = {"path": "datapackage.json", "hash": digest}
            self.members["datapackage-digest.json"] = json.dumps(said).encode()

    def say(self, **fields: object) -> None:
        """Changes fields of the manifest."""
        self.relist()
        self.set_manifest(self.manifest() | fields)

    def resource(self, number: int, **fields: object) -> None:
        """Changes fields of one resource in the manifest."""
        self.relist()
        resources = self.manifest()["resources"]
        resources[number] |= fields
        self.set_manifest(self.manifest() | {"resources": resources})

    def pages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.members[PAGES].decode().splitlines()]

    def set_pages(self, pages: Iterable[object]) -> None:
        self.members[PAGES] = "".join(json.dumps(page) + "\n" for page in pages).encode()

    # -- index and records ------------------------------------------------------------------------

    def lines(self) -> list[str]:
        return zlib.decompress(self.members[DATA], 31).decode().splitlines(keepends=True)

    def set_lines(self, lines: Iterable[str]) -> None:
        data: list[bytes] = []
        listed = "".join(write_zipnum(lines, data_name="index.cdx.gz", data=data.append))
        self.members[DATA], self.members[LIST] = b"".join(data), listed.encode()

    def edit_line(self, number: int, **fields: object) -> None:
        lines = self.lines()
        head, said = lines[number].split(" {", 1)
        lines[number] = f"{head} {json.dumps(json.loads('{' + said) | fields)}\n"
        self.set_lines(lines)

    def records(self) -> list[bytes]:
        """The gzip members of the WARC file."""
        content = self.members[WARC]
        return [content[r.offset :][: r.length] for r in walk_records(BytesIO(content))]

    def set_records(self, records: Iterable[bytes]) -> None:
        self.members[WARC] = b"".join(records)
        self.reindex()

    def reindex(self) -> None:
        walked = walk_records(BytesIO(self.members[WARC]))
        self.set_lines(sorted(line.text() for line in lines_of(walked, WARC.split("/")[1])))
