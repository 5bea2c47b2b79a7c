"""Checks a WACZ by anyone against every rule of WACZ 1.1.1 and of what it is made of, and that
opening it is safe. Changes nothing, unpacks nothing to disk; memory stays bounded.
"""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

from archive.wacz import (
    ARCHIVE,
    INDEX_DATA,
    INDEXES,
    MANIFEST,
    MANIFEST_DIGEST,
    PAGE_LISTS,
    PAGES,
    SUFFIX,
)
from archive.wacz_check_index import IndexChecking
from archive.wacz_check_lists import ListChecking
from archive.wacz_check_records import TABLES, RecordChecking
from archive.wacz_rules import PackageReport, WaczRule
from archive.zip_members import ZipMembers

_WARCS = (".warc.gz", ".warc")
_INDEXES = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".idx")


def check_package(path: Path) -> PackageReport:
    """What is wrong with a package: nothing where every rule holds. Raises OSError where the file
    cannot be read.
    """
    report = PackageReport()
    if path.suffix != SUFFIX:
        report.add(WaczRule.NOT_A_PACKAGE, "", f"its name does not end with {SUFFIX}")
    # an empty name is a temporary database on disk
    with path.open("rb") as file, closing(sqlite3.connect("", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        for table in TABLES:
            db.execute(table)
        try:
            members = ZipMembers(file, report.add)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            report.add(WaczRule.NOT_A_PACKAGE, "", f"it cannot be read as a ZIP file: {error}")
            return report
        _Checking(members, db, report).check()
    return report


class _Checking:
    def __init__(self, members: ZipMembers, db: sqlite3.Connection, report: PackageReport) -> None:
        self._members, self._report = members, report
        self._records = RecordChecking(db, report)
        self._indexes = IndexChecking(members, db, report)
        self._lists = ListChecking(members, db, report)

    def check(self) -> None:
        """In this order: pages are compared with the index, and that with the records."""
        warcs = self._in(ARCHIVE, _WARCS)
        indexes = self._in(INDEXES, _INDEXES)
        pages = self._in(PAGE_LISTS, (".jsonl",))
        self._expect_members(bool(warcs), any(not name.endswith(".idx") for name in indexes))
        for name in warcs:
            member = self._members.by_name[name]
            if self._is_stored(name):
                self._records.take_file(name, self._members.stored(member))
        for name in indexes:
            if name.endswith(".gz"):
                self._is_stored(name)
        self._indexes.take_all(indexes)
        self._records.compare()
        self._lists.check_manifest()
        for name in pages:
            self._lists.check_pages(name)

    def _in(self, folder: str, suffixes: tuple[str, ...]) -> list[str]:
        """Members of one of the folders that belong there; all others are told."""
        found = [name for name in self._members.by_name if name.startswith(folder)]
        for name in found:
            if not name.endswith(suffixes) or "/" in name.removeprefix(folder):
                message = f"in {folder} stand files that end with {', '.join(suffixes)} alone"
                self._report.add(WaczRule.FOREIGN_MEMBER, name, message)
        return [n for n in found if n.endswith(suffixes) and "/" not in n.removeprefix(folder)]

    def _expect_members(self, has_warc: bool, has_index: bool) -> None:
        lacking = [
            name for name in (MANIFEST, MANIFEST_DIGEST, PAGES) if name not in self._members.by_name
        ]
        lacking += [] if has_warc else [f"{ARCHIVE}*.warc.gz"]
        lacking += [] if has_index else [INDEX_DATA]
        for name in lacking:
            self._report.add(WaczRule.MISSING_MEMBER, name, "it is not there")

    def _is_stored(self, name: str) -> bool:
        member = self._members.by_name[name]
        if not member.is_stored:
            message = "it is packed again: nothing in it can be read without all before it"
            self._report.add(WaczRule.PACKED_MEMBER, name, message)
        return member.is_stored
