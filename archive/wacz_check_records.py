"""The records of a package and its index: that each says what the other does, and that no revisit
lacks its original.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.cdxj import CdxjLine, lines_of
from archive.errors import DamagedRecord
from archive.fixity import find_wrong_digests
from archive.records import RecordType, bare
from archive.wacz import ARCHIVE
from archive.wacz_rules import PackageReport, WaczRule
from archive.walk import MAIN_TYPES, Damage, WalkedRecord, walk_records
from archive.zip_members import FileSlice

TABLES = (
    "CREATE TABLE records (id TEXT, file TEXT, offset INTEGER, is_revisit INTEGER, target TEXT,"
    " second TEXT, digest TEXT, refers_to TEXT, refers_uri TEXT, refers_second TEXT)",
    # what the index should say, made of the records, and what it says
    "CREATE TABLE expected (file TEXT, offset INTEGER, key TEXT, fields TEXT, is_needed INTEGER,"
    " PRIMARY KEY (file, offset)) WITHOUT ROWID",
    "CREATE TABLE lines (file TEXT, offset INTEGER, key TEXT, fields TEXT, url TEXT, second TEXT)",
    "CREATE TABLE page_ids (list TEXT, id TEXT, PRIMARY KEY (list, id)) WITHOUT ROWID",
)

COMPARED = ("url", "status", "mime", "length", "requestBody", "method")


@dataclass(frozen=True, slots=True)
class RecordChecking:
    """Takes the WARC files of a package; then compares. ``db`` has the TABLES."""

    db: sqlite3.Connection
    report: PackageReport

    def take_file(self, member: str, content: FileSlice) -> None:
        """Reads every record of a WARC file once."""
        file = member.removeprefix(ARCHIVE)
        for line in lines_of(self._records(member, content), file):
            key, fields = line.parts()
            self.db.execute(
                "INSERT INTO expected VALUES (?, ?, ?, ?, ?)",
                (file, int(line.fields["offset"] or 0), key, fields, _is_needed(line)),
            )

    def _records(self, member: str, content: FileSlice) -> Iterator[WalkedRecord]:
        is_first = True
        for record in walk_records(content):
            if isinstance(record, Damage):
                message = f"offset {record.offset}: {record.problem}"
                self.report.add(WaczRule.DAMAGED_RECORD, member, message)
            else:
                self.report.records += 1
                if is_first and record.headers.record_type != RecordType.WARCINFO:
                    message = f"its first record is a {record.headers.record_type or 'nothing'}"
                    self.report.add(WaczRule.NO_WARCINFO, member, message)
                self._check(member, record)
                yield record
            is_first = False

    def _check(self, member: str, record: WalkedRecord) -> None:
        headers = record.headers
        for wrong in find_wrong_digests(headers, record.block):
            message = f"offset {record.offset} ({headers.record_id}): {wrong}"
            self.report.add(WaczRule.WRONG_DIGEST, member, message)
        try:
            second = f"{headers.date:%Y%m%d%H%M%S}".rjust(14, "0")
        except DamagedRecord as error:
            self.report.add(WaczRule.DAMAGED_RECORD, member, f"offset {record.offset}: {error}")
            return
        if headers.record_type == RecordType.WARCINFO:
            return  # the parts of a file that was cut in two begin with the same
        is_main = headers.record_type in MAIN_TYPES
        values = (
            *(headers.record_id, member, record.offset),
            headers.record_type == RecordType.REVISIT if is_main else None,
            *(headers.target_uri, second, headers.get("warc-payload-digest")),
            *(_bare(headers.get("warc-refers-to")), headers.get("warc-refers-to-target-uri")),
            "".join(c for c in headers.get("warc-refers-to-date") or "" if c.isdigit())[:14],
        )
        marks = ", ".join("?" * len(values))
        self.db.execute(f"INSERT INTO records VALUES ({marks})", values)  # noqa: S608

    def compare(self) -> None:
        """Told at the end, when all files and all index lines were taken in."""
        self.db.execute("CREATE INDEX by_id ON records (id)")
        self.db.execute("CREATE INDEX by_target ON records (target, second)")
        self.db.execute("CREATE INDEX by_digest ON records (digest)")
        self.db.execute("CREATE INDEX by_place ON lines (file, offset)")
        self.db.execute("CREATE INDEX by_url ON lines (url, second)")
        self._compare_lines()
        self._check_ids()
        self._check_revisits()

    def _compare_lines(self) -> None:
        lines = self.db.execute(
            "SELECT l.file, l.offset, l.key, l.fields, e.key, e.fields FROM lines l"
            " LEFT JOIN expected e USING (file, offset) ORDER BY l.file, l.offset"
        )
        for file, offset, key, fields, real_key, real in lines:
            place = f"offset {offset}"
            if real is None:
                message = f"{place}: the index line {key!r} opens no record that is indexed"
                self.report.add(WaczRule.LINE_OPENS_NOTHING, ARCHIVE + file, message)
                continue
            wrong = list(_differences(json.loads(fields), json.loads(real)))
            if key != real_key:
                wrong.insert(0, f"it is under {key!r}, the record's is {real_key!r}")
            for message in wrong:
                rule = WaczRule.LINE_DIFFERS
                self.report.add(rule, ARCHIVE + file, f"{place}: the index line differs: {message}")
        lacking = self.db.execute(
            "SELECT file, offset, key FROM expected e WHERE is_needed AND NOT EXISTS"
            " (SELECT 1 FROM lines l WHERE l.file = e.file AND l.offset = e.offset)"
        )
        for file, offset, key in lacking:
            message = f"offset {offset}: no index line names the record of {key!r}"
            self.report.add(WaczRule.NOT_INDEXED, ARCHIVE + file, message)

    def _check_ids(self) -> None:
        found = self.db.execute(
            "SELECT id, min(file), count(*) FROM records GROUP BY id HAVING count(*) > 1"
        )
        for record_id, file, times in found:
            message = f"{times} records have the id {record_id!r}"
            self.report.add(WaczRule.SAME_RECORD, file, message)

    def _check_revisits(self) -> None:
        """By the id that is named; else by address and time; else by the payload's digest."""
        same = "o.is_revisit = 0 AND (r.digest IS NULL OR o.digest IS NULL OR o.digest = r.digest)"
        by_id = f"SELECT 1 FROM records o WHERE o.id = r.refers_to AND {same}"  # noqa: S608
        by_time = (
            "SELECT 1 FROM records o WHERE o.target = r.refers_uri"  # noqa: S608
            f" AND o.second = r.refers_second AND {same}"
        )
        by_digest = "SELECT 1 FROM records o WHERE o.is_revisit = 0 AND o.digest = r.digest"
        lacking = self.db.execute(
            "SELECT file, offset, target, refers_to FROM records r WHERE is_revisit"  # noqa: S608
            f" AND NOT CASE WHEN refers_to IS NOT NULL THEN EXISTS ({by_id})"
            f" WHEN refers_uri IS NOT NULL THEN EXISTS ({by_time}) ELSE EXISTS ({by_digest}) END"
            " ORDER BY file, offset"
        )
        for file, offset, target, refers_to in lacking:
            named = f" ({refers_to})" if refers_to else ""
            message = f"offset {offset}: the original{named} of the revisit of {target} is not here"
            self.report.add(WaczRule.ORIGINAL_MISSING, file, message)


def _is_needed(line: CdxjLine) -> bool:
    return line.record_type in MAIN_TYPES


def _bare(value: str | None) -> str | None:
    return None if value is None else bare(value)


def _differences(said: dict[str, object], real: dict[str, object]) -> Iterator[str]:
    """Fields that the line has; a digest with or without the name of its kind."""
    for name in COMPARED:
        if name in said and str(said[name]) != str(real.get(name)):
            yield f"{name} {said[name]!r}, the record's is {real.get(name)!r}"
    digest = str(said.get("digest", real.get("digest")))
    if digest.rpartition(":")[2] != str(real.get("digest")).rpartition(":")[2]:
        yield f"digest {digest!r}, the record's is {real.get('digest')!r}"
