"""What a newer reading of the archive changes: corpus.db and another corpus, row by row.

The differences are kept in a temporary table on disk, so that memory is flat whatever differs, and
are asked for in the order in which a person should see them: reports whose values change first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.soundness import telling
from extract.compared_tables import ColumnChange, RowChange, Value, What, iter_changes, shapes
from extract.errors import ExtractError
from extract.withheld import Withheld

RANKS = ("cells", "figures", "checks", "reports", "report_documents", "report_tables")
"""The tables that are told first, in this order; then ``documents``, then the others."""

PARTS = ("cells", "figures", "checks", "sections", "findings", "attachments")
"""What goes and comes with the reading of a capture as a report."""

LONG = 300
"""Characters; of a longer text the passage at its first difference is kept."""

BEFORE = 40
"""Characters of such a passage that are the same on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that differs and whose it is. ``report`` is the report in the new corpus, ``former``
    in the old one; ``in_whole`` where the whole reading went or came, and the row with it.
    """

    subject: str
    change: RowChange
    report: str | None
    former: str | None
    url: str | None
    record_id: str | None
    in_whole: bool

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return {
            "subject": self.subject,
            "table": self.change.table,
            "what": self.change.what.value,
            "key": dict(self.change.key),
            "columns": {one.column: [one.old, one.new] for one in self.change.columns},
            "report": self.report,
            "former_report": self.former,
            "url": self.url,
            "record_id": self.record_id,
            "in_whole": self.in_whole,
        }


@dataclass(frozen=True, slots=True)
class Subject:
    """A report (else an address, a body …) with differences, and how many."""

    name: str
    differences: int


class Comparison:
    """Two corpora and what differs. Raises ExtractError where one is not there."""

    def __init__(self, old: Path, new: Path) -> None:
        self.old, self.new = old, new
        for path in (old, new):
            if not path.exists():
                raise ExtractError(f"there is no corpus at {path} to compare")
        self._db = sqlite3.connect("file::memory:", uri=True)
        for side, path in (("old", old), ("next", new)):
            with telling(path):
                address = f"{path.resolve().as_uri()}?mode=ro"
                self._db.execute(f"ATTACH ? AS {side}", [address])
                self._db.execute(f"PRAGMA {side}.schema_version")
        self._db.execute(TABLE)
        self.notes: list[str] = []
        self.versions = {side: self._versions(side) for side in ("old", "next")}
        """Of each side the versions that read it, with their captures."""
        self._collect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows that differ: table → lost, gained, changed, moved → number."""
        counted: dict[str, dict[str, int]] = {}
        query = "SELECT tbl, what, count(*) FROM differences GROUP BY rank, tbl, what"
        for table, what, count in self._db.execute(query):
            counted.setdefault(table, {})[what] = count
        return counted

    def changed_columns(self) -> dict[str, dict[str, int]]:
        """In rows that changed: table → column → number."""
        counted: dict[str, dict[str, int]] = {}
        for table, column, count in self._db.execute(COLUMNS):
            counted.setdefault(table, {})[column] = count
        return counted

    def count_subjects(self) -> int:
        """How many reports, addresses, bodies … differ."""
        query = "SELECT count(DISTINCT subject) FROM differences"
        return int(self._db.execute(query).fetchone()[0])

    def iter_subjects(self, limit: int | None = None) -> Iterator[Subject]:
        """Whose rows differ, those whose values do first."""
        query = (
            "SELECT subject, count(*) FROM differences GROUP BY subject"
            " ORDER BY min(rank), subject LIMIT ?"
        )
        for row in self._db.execute(query, [-1 if limit is None else limit]):
            yield Subject(*row)

    def find_subjects(self, named: str) -> list[Subject]:
        """Those that a report's id, an address, a body's or a record's id names."""
        return [Subject(*row) for row in self._db.execute(NAMED, [named] * 5).fetchall()]

    def is_withheld(self, subject: Subject, sides: Sequence[Withheld]) -> bool:
        """Whether suppress.txt, asked beside either corpus, takes down what is told of one."""
        if not any(sides):
            return False
        return any(
            _is_taken_down(one, side)
            for one in self.iter_differences(subject.name)
            for side in sides
        )

    def iter_differences(self, subject: str) -> Iterator[Difference]:
        """What differs of one, values first."""
        query = "SELECT * FROM differences WHERE subject = ? ORDER BY rank, in_whole, what, key"
        for row in self._db.execute(query, [subject]):
            yield _difference(row)

    def iter_all(self, limit: int | None = None) -> Iterator[Difference]:
        """Every difference, in the same order."""
        for subject in self.iter_subjects(limit):
            yield from self.iter_differences(subject.name)

    def _collect(self) -> None:
        tables, self.notes = shapes(self._db)
        self._has_readings = {"report_documents", "documents"} <= {one.name for one in tables}
        for shape in tables:
            rank = RANKS.index(shape.name) if shape.name in RANKS else len(RANKS)
            for change in iter_changes(self._db, shape):
                self._keep(change, rank + (0 if shape.name in (*RANKS, "documents") else 1))
        self._db.execute("CREATE INDEX of_subject ON differences (subject, rank)")
        self._db.commit()

    def _keep(self, change: RowChange, rank: int) -> None:
        record = _text(change.find("record_id")) or _text(change.find("newer"))
        former, report = self._report("old", record), self._report("next", record)
        if change.table not in ("reports", "report_documents", "report_tables"):
            change = _without_report(change) if former != report else change
            if change.what is What.CHANGED and not change.columns:
                return  # it is told once, of the reading
        url = _text(change.find("url")) or self._url(record)
        named = (change.find("report_id"), report, former, url, change.find("body_id"))
        subject = next((str(one) for one in named if one), change.table)
        if change.table == "report_documents":
            subject = report or former or subject
        came = former is None and report is not None and change.what is What.GAINED
        went = report is None and former is not None and change.what is What.LOST
        in_whole = change.table in PARTS and (came or went)
        row = (
            *(rank, change.table, change.what.value, subject, report, former, url, record),
            int(in_whole),
            json.dumps(change.key, ensure_ascii=False),
            json.dumps([_abridged(one) for one in change.columns], ensure_ascii=False),
        )
        self._db.execute("INSERT INTO differences VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)

    def _versions(self, side: str) -> dict[str, int]:
        query = f"SELECT extractor_version, count(*) FROM {side}.documents GROUP BY 1"  # noqa: S608
        return dict(self._db.execute(query).fetchall())

    def _report(self, side: str, record: str | None) -> str | None:
        if record is None or not self._has_readings:
            return None
        query = f"SELECT report_id FROM {side}.report_documents WHERE record_id = ?"  # noqa: S608
        row = self._db.execute(query, [record]).fetchone()
        return str(row[0]) if row else None

    def _url(self, record: str | None) -> str | None:
        if record is None or not self._has_readings:
            return None
        for side in ("next", "old"):
            query = f"SELECT url FROM {side}.documents WHERE record_id = ?"  # noqa: S608
            if (row := self._db.execute(query, [record]).fetchone()) is not None:
                return str(row[0])
        return None


def _is_taken_down(one: Difference, side: Withheld) -> bool:
    reports = (report for report in (one.report, one.former) if report is not None)
    texts = (value for value in one.change.values() if isinstance(value, str))
    return (
        side.find_capture(one.url or "", one.record_id or "") is not None
        or any(side.find_report(report) is not None for report in reports)
        or any(side.find_named(text) is not None for text in texts)
    )


def _without_report(change: RowChange) -> RowChange:
    if change.what is not What.CHANGED:
        return change
    kept = tuple(one for one in change.columns if one.column != "report")
    return RowChange(table=change.table, what=change.what, key=change.key, columns=kept)


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _abridged(one: ColumnChange) -> tuple[str, Value, Value]:
    """Long texts by the passage at their first difference, with its place."""
    old, new = one.old, one.new
    texts = [side for side in (old, new) if isinstance(side, str)]
    if not any(len(text) > LONG for text in texts):
        return one.column, old, new
    at = _first_difference(*texts) if len(texts) == 2 else 0
    begin = max(at - BEFORE, 0)
    cut = [_passage(side, begin) if isinstance(side, str) else side for side in (old, new)]
    return one.column, cut[0], cut[1]


def _passage(text: str, begin: int) -> str:
    end = begin + LONG
    before, after = "…" if begin else "", "…" if len(text) > end else ""
    return f"{before}{text[begin:end]}{after} ({len(text)} characters)"


def _first_difference(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _difference(row: Sequence[object]) -> Difference:
    _, table, what, subject, report, former, url, record, in_whole, key, columns = row
    change = RowChange(
        table=str(table),
        what=What(str(what)),
        key=tuple((name, value) for name, value in json.loads(str(key))),
        columns=tuple(ColumnChange(*one) for one in json.loads(str(columns))),
    )
    return Difference(
        subject=str(subject),
        change=change,
        report=report if isinstance(report, str) else None,
        former=former if isinstance(former, str) else None,
        url=url if isinstance(url, str) else None,
        record_id=record if isinstance(record, str) else None,
        in_whole=bool(in_whole),
    )


TABLE = """
CREATE TEMP TABLE differences (
    rank INTEGER, tbl TEXT, what TEXT, subject TEXT, report TEXT, former TEXT, url TEXT,
    record_id TEXT, in_whole INTEGER, key TEXT, columns TEXT)
"""

COLUMNS = """
SELECT tbl, json_extract(value, '$[0]') AS name, count(*) FROM differences, json_each(columns)
WHERE what = 'changed' GROUP BY rank, tbl, name
"""

NAMED = """
SELECT subject, count(*) FROM differences WHERE subject IN (
    SELECT subject FROM differences
    WHERE subject = ? OR report = ? OR former = ? OR url = ? OR record_id = ?)
GROUP BY subject ORDER BY min(rank), subject
"""
