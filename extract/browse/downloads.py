"""What can be taken away: reports as JSON lines, and the tables for researchers as CSV."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator

from extract.bodies_csv import load_bodies
from extract.browse.asking import Asked
from extract.browse.corpus import Corpus, Reading
from extract.browse.errors import NotThere
from extract.browse.page import Page
from extract.browse.search_page import FIRST, LAST
from extract.codebook import described
from extract.export import REPORTS, report_json
from extract.panel_csv import iter_csv
from extract.panel_tables import PanelTable
from extract.provinces import provinces
from extract.selection import Selection
from extract.shown_reports import without_others
from extract.withheld import Withheld

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

LONGEST = 3600.0
"""Seconds in which a table is taken; of 54,000 reports the panel takes some minutes to make."""


def downloads_page(reading: Reading) -> Page:
    """What there is, and how to get it."""
    data = {
        "panel_tables": [table.value for table in PanelTable],
        "tables": list(TABLES),
        "provinces": provinces(),
        "tables_are_open": not reading.withheld,
        "bytes": reading.folder.corpus_db.stat().st_size,
    }
    return Page("downloads.html", data)


def codebook_page(reading: Reading) -> Page:
    """What the columns of the panel are; how many values each has, an export says."""
    return Page("codebook.html", described())


def selection_of(reading: Reading) -> Selection:
    """The reports that are asked for by year and province. Raises BadQuestion."""
    year = reading.asked.number("year", FIRST, LAST)
    province = reading.asked.choice("province", tuple(provinces()))
    return Selection(
        years=(year,) if year is not None else (), divisions=(province,) if province else ()
    )


def iter_lines(corpus: Corpus, asked: Asked) -> Generator[bytes, None, None]:
    """The selected reports that are not taken down, as ``export`` writes them, in order. Each piece
    is of one state of the corpus; no state is held for long. Raises NotThere, BadQuestion.
    """
    _need(corpus)
    with corpus.read(asked) as reading:
        where, values = selection_of(reading).condition()
        query = f"SELECT report_id FROM reports r WHERE {where} ORDER BY report_id"  # noqa: S608
        ids = [row[0] for row in reading.db.execute(query, values)]
    for begin in range(0, len(ids), AT_A_TIME):
        with corpus.read(asked) as reading:
            piece = b"".join(_lines(reading, ids[begin : begin + AT_A_TIME]))
        yield piece


def _lines(reading: Reading, ids: list[str]) -> Iterator[bytes]:
    for report_id in ids:
        row = reading.db.execute(f"{REPORTS} WHERE r.report_id = ?", [report_id]).fetchone()
        if row is not None and not reading.hides_report(report_id):
            report = without_others(report_json(reading.db, row), reading.withheld)
            line = json.dumps(report, ensure_ascii=False)
            yield line.encode("utf-8", "replace") + b"\n"


def iter_table(corpus: Corpus, asked: Asked, table: PanelTable) -> Generator[bytes, None, None]:
    """The bytes that ``export --format csv`` writes of the selected reports, all of one state of
    the corpus; what suppress.txt takes down meanwhile is left out of what is to come. Raises
    NotThere, BadQuestion.
    """
    _need(corpus)
    with corpus.read(asked, seconds=LONGEST) as reading:
        rules, withheld = reading.kept.rules, reading.withheld

        def hides(report_id: str) -> bool:
            nonlocal rules, withheld
            if (now := corpus.taken_down.rules()) != rules:
                rules, withheld = now, Withheld(corpus.folder, suppression=now, db=reading.db)
            return withheld.find_report(report_id) is not None

        yield from iter_csv(
            reading.db,
            table,
            selection_of(reading),
            bom=asked.choice("bom", ("1",)) == "1",
            hides=hides,
            known=load_bodies(corpus.folder.bodies_file),
        )


def _need(corpus: Corpus) -> None:
    if not corpus.is_there:
        raise NotThere
