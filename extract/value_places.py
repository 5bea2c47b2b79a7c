"""Where a report, or one of its values, stands: the capture, and the place in it."""

from __future__ import annotations

import difflib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from extract.errors import ExtractError
from extract.schema import open_corpus_to_read

NEAR = 8
"""Names that are told of a value that is not there."""

REPORTS = """
SELECT DISTINCT r.report_id, r.record_id FROM reports r
LEFT JOIN report_documents rd USING (report_id) LEFT JOIN documents d ON d.record_id = rd.record_id
WHERE r.report_id = :target OR d.url = :target OR d.asked_url = :target OR d.record_id = :target
ORDER BY r.report_id
"""
_CELL = "SELECT record_id, raw, provenance FROM _current_cells WHERE report_id = ? AND name = ?"
_FIGURE = """
SELECT record_id, quote FROM figures WHERE record_id = ? AND measure = ? ORDER BY ordinal LIMIT 1
"""
_NAMES = """
SELECT name FROM _current_cells WHERE report_id = :report
UNION SELECT measure FROM figures WHERE record_id = :record ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePlace:
    """Where a value stands. ``place`` is a cell's provenance (table, row and column; page and box;
    sheet and cell), empty for a figure, whose ``text`` is its quote.
    """

    record_id: str
    text: str
    place: dict[str, Any]

    @property
    def fragment(self) -> str:
        """What stands behind the address of the archived page so that it opens there: a PDF's page
        by the browser's own rule, else what replay's script finds.
        """
        first = self.place.get("parts", [self.place])[0]
        if "page" in first:
            return f"#page={first['page']}"
        told: dict[str, Any] = {"text": self.text}
        told |= {key: first[key] for key in ("table", "row", "column") if key in first}
        return f"#nianbao={quote(json.dumps(told, ensure_ascii=False), safe='')}"


def find_report(path: Path, target: str) -> str | None:
    """The record id of a report's current reading; None when ``target`` is no report id.

    Raises ExtractError when there is no corpus.
    """
    with closing(open_corpus_to_read(path)) as db:
        row = db.execute("SELECT record_id FROM reports WHERE report_id = ?", [target]).fetchone()
    return None if row is None else str(row["record_id"])


def get_value(path: Path, target: str, name: str) -> ValuePlace:
    """The place of a cell or, by its measure, of a figure (the first of several) of the report
    that ``target`` is: a report id, its address, or the record id of a reading.

    Raises ExtractError, with the names there are, when the report or the value is not there.
    """
    with closing(open_corpus_to_read(path)) as db:
        found = db.execute(REPORTS, {"target": target}).fetchall()
        if not found:
            raise ExtractError(
                f"no report is {target}: give its id, its address or its record id, "
                "as `nianbao search` shows them"
            )
        for row in found:
            place = find_value(db, row["report_id"], row["record_id"], name)
            if place is not None:
                return place
        known = {"report": found[0]["report_id"], "record": found[0]["record_id"]}
        names = [each["name"] for each in db.execute(_NAMES, known)]
    near = difflib.get_close_matches(name, names, n=NEAR, cutoff=0.0)
    raise ExtractError(
        f"the report {known['report']} has no value {name!r}; of its {len(names)}, alike are: "
        f"{', '.join(near) or 'none'}"
    )


def find_value(db: sqlite3.Connection, report: str, record: str, name: str) -> ValuePlace | None:
    """The place of a cell of a report, or of a figure of its current reading ``record``; rows of
    ``db`` come by name.
    """
    cell = db.execute(_CELL, [report, name]).fetchone()
    if cell is not None:
        place = json.loads(cell["provenance"] or "{}")
        return ValuePlace(
            record_id=place.get("record", cell["record_id"]), text=cell["raw"] or "", place=place
        )
    figure = db.execute(_FIGURE, [record, name]).fetchone()
    if figure is None:
        return None
    return ValuePlace(record_id=figure["record_id"], text=figure["quote"], place={})
