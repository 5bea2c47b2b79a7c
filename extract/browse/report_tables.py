"""A report's statutory tables as its form prints them, each cell with where it opens and what
fails at it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from extract.browse.corpus import Reading
from extract.browse.opening import value_link
from extract.browse.page import Json
from extract.check_words import sentence
from extract.export import number
from extract.form_layout import LaidOutRow, LaidOutTable, laid_out
from extract.found_checks import check_in
from extract.identities import PREVIOUS, cells_of
from extract.languages import Lang
from extract.report import Check, CheckOutcome
from extract.verdicts import TABLE, Standing


def report_tables(reading: Reading, report: sqlite3.Row, verdicts: Sequence[Json]) -> Json:
    """``tables``, each with the failing checks that are about it; ``judged``, the verdicts that
    hold, by cell; ``fails``, the checks about anything else; ``outcomes``, how many ended how.
    """
    report_id, db, lang = report["report_id"], reading.db, reading.asked.lang
    cells = {row["name"]: row for row in db.execute(CELLS, [report_id])}
    found = map(check_in, db.execute(CHECKS, [report_id]).fetchall())
    checks = [one for one in found if not reading.hides_check(report_id, one.identity)]
    misread = {row["message"].split(" ")[0] for row in db.execute(MISREAD, [report["record_id"]])}
    fails = [
        _told(check, number, lang, misread)
        for number, check in enumerate(
            (one for one in checks if one.outcome is CheckOutcome.FAIL), start=1
        )
    ]
    laid = list(laid_out(report["table2_form"], report["table3_form"], cells))
    tables = [_table(one, report_id, cells, fails) for one in laid]
    own = {fail["number"] for table in tables for fail in table["fails"]}
    outcomes = [check.outcome.value for check in checks]
    judged = {
        one["variable"]: one["verdict"]
        for one in verdicts
        if one["standing"] == Standing.HOLDS and one["place"] in (None, TABLE)
    }
    return {
        "tables": tables,
        "judged": judged,
        "fails": [fail for fail in fails if fail["number"] not in own],
        "outcomes": {one.value: outcomes.count(one.value) for one in CheckOutcome},
    }


def _told(check: Check, ordinal: int, lang: Lang, misread: set[str]) -> Json:
    names = cells_of(check.identity, check.place)
    return {
        "number": ordinal,
        "identity": check.identity,
        "place": check.place,
        "severity": check.severity.value,
        "printed": number(check.printed),
        "computed": number(check.computed),
        "sentence": sentence(check, lang),
        "cells": [name for name in names if not name.startswith(PREVIOUS)],
        "is_misread": any(name in misread for name in names),
    }


def _table(
    laid: LaidOutTable, report_id: str, cells: Mapping[str, sqlite3.Row], fails: Sequence[Json]
) -> Json:
    names = {name for row in laid.rows for name in row.names}
    own = [fail for fail in fails if names.intersection(fail["cells"])]
    return {
        "number": laid.number,
        "title": laid.title,
        "columns": list(laid.columns),
        "groups": list(_groups(laid.rows, report_id, cells, own)),
        "has_groups": any(row.group for row in laid.rows),
        "fails": own,
    }


def _groups(
    rows: Sequence[LaidOutRow],
    report_id: str,
    cells: Mapping[str, sqlite3.Row],
    fails: Sequence[Json],
) -> Iterator[Json]:
    for group, together in groupby(rows, key=lambda row: row.group):
        yield {
            "label": group,
            "rows": [
                {
                    "label": row.label,
                    "cells": [_cell(name, report_id, cells.get(name), fails) for name in row.names],
                }
                for row in together
            ],
        }


def _cell(name: str, report_id: str, cell: sqlite3.Row | None, fails: Sequence[Json]) -> Json:
    """``status`` is read, blank, or not_read where the form has a cell and none was read."""
    failing = [fail["number"] for fail in fails if name in fail["cells"]]
    if cell is None:
        return {"name": name, "value": None, "raw": None, "status": "not_read", "fails": failing}
    return {
        "name": name,
        "value": number(cell["value"]),
        "raw": cell["raw"],
        "status": "blank" if cell["value"] is None else "read",
        "open": value_link(report_id, cell=name),
        "fails": failing,
    }


CELLS = "SELECT name, value, raw FROM _current_cells WHERE report_id = ?"
CHECKS = "SELECT * FROM _current_checks WHERE report_id = ? ORDER BY identity, place"
MISREAD = "SELECT message FROM findings WHERE record_id = ? AND kind = 'cell_not_at_its_place'"
