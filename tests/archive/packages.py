"""Packages made of a small archive, and what is in them."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive_samples import Archive

from archive.records import format_date
from archive.rows import CaptureRow
from archive.wacz import PackageAbout, PackagePage, package_time
from archive.wacz_check import check_package
from archive.wacz_plan import LeftOut, PackagePlan
from archive.wacz_writing import write_package

ABOUT = PackageAbout(title="某市年报", description="of a test", software="nianbao test")


def pack(
    archive: Archive, path: Path, wanted: Iterable[CaptureRow | str] | None = None
) -> list[LeftOut]:
    """Writes a package of the captures wanted, by default all; each 200 in it is a page."""
    with PackagePlan(archive.folder, archive.index) as plan:
        for each in archive.index.iter_captures() if wanted is None else wanted:
            plan.add(each)
        plan.place()
        pages = [
            PackagePage(
                page_id=packed.record_id,
                url=packed.target,
                ts=package_time(format_date(packed.captured_at)),
                title="年报",
                text="主动公开政府信息8562条",
            )
            for packed in plan.iter_packed()
            if archive.index.get(packed.record_id).status == 200
        ]
        places = (
            json.dumps({"id": p.page_id, "at": str(plan.find_place(p.page_id))}) for p in pages
        )
        write_package(
            path,
            plan,
            warc=archive.folder.warc,
            about=ABOUT,
            pages=pages,
            extra={"corpus/places.jsonl": (line + "\n" for line in places)},
        )
        assert check_package(path).lines()[:-1] == [], "whatever was packed, it is sound"
        return list(plan.iter_left_out())


def members(path: Path) -> dict[str, bytes]:
    """Contents by name, in the order of the package."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def warcs(path: Path) -> dict[str, bytes]:
    return {
        name.removeprefix("archive/"): content
        for name, content in members(path).items()
        if name.startswith("archive/")
    }


def index_lines(path: Path) -> list[str]:
    text = gzip.decompress(members(path)["indexes/index.cdx.gz"]).decode()
    return text.splitlines(keepends=True)


def manifest(path: Path) -> dict[str, Any]:
    found = json.loads(members(path)["datapackage.json"])
    assert isinstance(found, dict)
    return found
