"""What can be taken away: the reports as JSON lines, as they are written, one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator

from extract.browse.asking import Asked
from extract.browse.corpus import Corpus, Reading
from extract.browse.page import Page
from extract.browse.search_page import FIRST, LAST
from extract.export import REPORTS, report_json
from extract.provinces import provinces
from extract.selection import Selection

TABLES = (
    "reports",
    "cells",
    "figures",
    "observations",
    "checks",
    "findings",
    "changes",
    "bodies",
    "documents",
)
"""Offered one by one as CSV and JSON, by Datasette."""

AT_A_TIME = 20
"""Reports in one piece of the answer."""


def downloads_page(reading: Reading) -> Page:
    """What there is, and how to get it."""
    data = {
        "tables": list(TABLES),
        "provinces": provinces(),
        "tables_are_open": not reading.withheld,
        "bytes": reading.folder.corpus_db.stat().st_size,
    }
    return Page("downloads.html", data)


def selection_of(reading: Reading) -> Selection:
    """The reports that are asked for by year and province. Raises BadQuestion."""
    year = reading.asked.number("year", FIRST, LAST)
    province = reading.asked.choice("province", tuple(provinces()))
    return Selection(
        years=(year,) if year is not None else (), divisions=(province,) if province else ()
    )


def iter_lines(corpus: Corpus, asked: Asked) -> Iterator[bytes]:
    """The selected reports that are not taken down, as ``export`` writes them, in order. Each piece
    is of one state of the corpus; no state is held for long.
    """
    with corpus.read(asked) as reading:
        where, values = selection_of(reading).condition()
        query = f"SELECT report_id FROM reports r WHERE {where} ORDER BY report_id"  # noqa: S608
        ids = [row[0] for row in reading.db.execute(query, values)]
    for begin in range(0, len(ids), AT_A_TIME):
        with corpus.read(asked) as reading:
            piece = b"".join(_lines(reading, ids[begin : begin + AT_A_TIME]))
        yield piece  # outside: the next piece may be asked for by another thread


def _lines(reading: Reading, ids: list[str]) -> Iterator[bytes]:
    for report_id in ids:
        row = reading.db.execute(f"{REPORTS} WHERE r.report_id = ?", [report_id]).fetchone()
        if row is not None and not reading.hides_report(report_id):
            line = json.dumps(report_json(reading.db, row), ensure_ascii=False)
            yield line.encode("utf-8", "replace") + b"\n"
