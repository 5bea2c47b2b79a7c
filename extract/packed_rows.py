"""The corpus rows that go with captures in a package, their places those in the package."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from archive.capture import Role
from archive.index import ArchiveIndex
from archive.records import RecordType, format_date
from archive.rows import CaptureRow
from archive.wacz import PackagePage, package_time
from archive.wacz_plan import PackagePlan, Packed
from extract.export import Json, number, reports_in
from extract.packed_captures import HTML
from extract.selection import Selection
from extract.shown_reports import report_id_in, without_others
from extract.withheld import Withheld

DOCUMENT = """
SELECT d.*, rd.report_id, rd.report_id IS NOT NULL AS is_reading
FROM documents d LEFT JOIN report_documents rd USING (record_id) WHERE d.record_id = ?
"""

DOCUMENT_FIELDS = (
    *("record_id", "url", "asked_url", "entry_url", "portal", "role", "captured_at", "status"),
    *("media_type", "charset", "script", "title", "outcome", "detail", "extractor_version"),
    *("text_original", "text"),
)

CELLS = """
SELECT c.report, c.record_id, c.name, c.value, c.raw, c.unit, c.table_no, c.row_name,
       c.column_name, c.provenance
FROM reports r JOIN report_documents rd USING (report_id) JOIN cells c ON c.record_id = rd.record_id
WHERE {where} ORDER BY c.report, c.record_id, c.name
"""

FIGURES = """
SELECT f.* FROM reports r JOIN report_documents rd USING (report_id)
JOIN figures f ON f.record_id = rd.record_id
WHERE {where} ORDER BY f.report, f.record_id, f.ordinal
"""

MOST_TEXT = 4 * 1024 * 1024
"""Characters of a page's text that replay tools are given to search; the longest report seen has
200,000."""

_NO_PAGE = frozenset({Role.REQUISITE, Role.ROBOTS})


class PackedRows:
    """Rows of the corpus that belong to what a plan holds. Used after the plan is placed."""

    def __init__(
        self,
        corpus: sqlite3.Connection,
        index: ArchiveIndex,
        plan: PackagePlan,
        selection: Selection,
        withheld: Withheld,
    ) -> None:
        self._corpus = corpus
        self._index = index
        self._plan = plan
        self._where, self._given = selection.condition()
        self._selection = selection
        self._withheld = withheld
        self.reports = 0
        self.pages = 0

    def members(self) -> dict[str, Iterator[str]]:
        """The members of the package by name, each as its lines."""
        return {
            "corpus/reports.jsonl": self._report_lines(),
            "corpus/documents.jsonl": self._document_lines(),
            "corpus/cells.jsonl": self._value_lines(CELLS),
            "corpus/figures.jsonl": self._value_lines(FIGURES),
        }

    def iter_pages(self) -> Iterator[PackagePage]:
        """What a person opens, in time: pages and the files that are reports."""
        for packed in self._plan.iter_packed():
            row = self._index.get(packed.record_id)
            document = self._document(packed.original or packed.record_id)
            if not _is_page(row, document):
                continue
            self.pages += 1
            yield PackagePage(
                page_id=packed.record_id,
                url=packed.target,
                ts=package_time(format_date(packed.captured_at)),
                title=(document["title"] if document else None) or row.context.link_text,
                text=_searchable(document["text_original"] if document else None),
            )

    def _report_lines(self) -> Iterator[str]:
        """Reports as ``export --format jsonl`` writes them."""
        for report in reports_in(self._corpus, self._selection):
            place = self._place(report["warc"]["record_id"])
            if place is not None and self._is_shown(report_id_in(report)):
                self.reports += 1
                shown = without_others(report, self._withheld)
                yield _line(shown | {"warc": report["warc"] | place})

    def _document_lines(self) -> Iterator[str]:
        """Every capture in the package that was read, in time, with its text: a figure's quote is
        at its place in ``text_original``.
        """
        for packed in self._plan.iter_packed():
            document = self._document(packed.record_id)
            if document is not None:
                yield _line(self._document_json(document, packed))

    def _document_json(self, document: sqlite3.Row, packed: Packed) -> Json:
        place = self._place(packed.record_id) or {}
        digest = {"payload_digest": document["payload_digest"]}
        warc = place | {"record_id": packed.record_id} | digest
        return {"warc": warc} | {name: document[name] for name in DOCUMENT_FIELDS}

    def _value_lines(self, query: str) -> Iterator[str]:
        """Cells or figures of every reading in the package, each with its place in the bytes."""
        for row in self._corpus.execute(query.format(where=self._where), self._given):
            place = self._place(row["record_id"])
            if place is None or not self._is_shown(row["report"]):
                continue
            value = dict(row) | {"value": number(row["value"])}
            if "provenance" in value:
                value["provenance"] = json.loads(row["provenance"]) if row["provenance"] else None
            if "negated" in value:
                value["negated"] = bool(row["negated"])
            yield _line(value | {"warc": place})

    def _document(self, record_id: str) -> sqlite3.Row | None:
        """What was read of a capture; None where nothing was, or where suppress.txt takes down
        something that it was read with."""
        found: sqlite3.Row | None = self._corpus.execute(DOCUMENT, [record_id]).fetchone()
        return found if found is not None and self._is_shown(found["report_id"]) else None

    def _is_shown(self, report_id: str | None) -> bool:
        return report_id is None or self._withheld.find_report(report_id) is None

    def _place(self, record_id: str) -> Json | None:
        place = self._plan.find_place(record_id)
        if place is None:
            return None
        return {"file": place.file, "offset": place.offset, "length": place.length}


def _searchable(text: str | None) -> str | None:
    return text if text is None or len(text) <= MOST_TEXT else None


def _is_page(row: CaptureRow, document: sqlite3.Row | None) -> bool:
    """A page, or a file that is a report, that came: a revisit is what its original is."""
    came = 200 <= row.status < 300 or row.record_type is RecordType.REVISIT
    is_reading = document is not None and bool(document["is_reading"])
    return came and row.context.role not in _NO_PAGE and (row.mime in HTML or is_reading)


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
