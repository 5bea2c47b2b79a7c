"""Which value of the corpus a person means to judge, and how review.csv names it."""

from __future__ import annotations

import difflib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.folder import DataFolder
from extract.errors import ExtractError
from extract.labels import label_of
from extract.schema import open_corpus_to_read
from extract.value_places import NEAR, REPORTS
from extract.verdicts import PROSE, TABLE, Value, values_of
from extract.withheld import Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A value as the columns of review.csv name it; the report's title is for a person."""

    title: str
    columns: dict[str, str]


def value_meant(
    folder: DataFolder, target: str, variable: str, *, place: str | None, quote: str | None
) -> Meant:
    """The one value of that name of the report that ``target`` is: its id, its address, or the
    record id of a reading. ``place`` chooses among those of an identity, or between table and
    prose, ``quote``, a part of the sentence, among figures. A cell that a form has and that was
    not read can be judged as well.

    Raises ExtractError, with what there is, when that is none, or more than one; TakenDown for a
    report that suppress.txt takes down.
    """
    with closing(open_corpus_to_read(folder.corpus_db)) as db:
        report_id, record_id, title = _report(db, target)
        withheld = Withheld(folder, db=db)
        withheld.refuse(withheld.find_report(report_id), target)
        values = values_of(db, report_id, variable, place)
        if quote is not None:
            values = [value for value in values if quote in (value.raw or "")]
        if not values and not (label_of(variable) and quote is None and place in (None, TABLE)):
            raise ExtractError(_no_such(db, report_id, record_id, variable))
        if len(values) > 1:
            raise ExtractError(_several(values, report_id, variable))
        one = values[0] if values else Value(value=None, raw=None, record_id=record_id, place=TABLE)
        digest = db.execute(DIGEST, [one.record_id]).fetchone()
    value = f"{one.value:.15g}" if isinstance(one.value, float) else one.value
    columns = {
        "report_id": report_id,
        "variable": variable,
        "place": one.place,
        "value": value or "",
        "raw": one.raw or "",
        "record_id": one.record_id,
        "payload_digest": digest[0] if digest else "",
    }
    return Meant(title=title, columns=columns)


def reports_meant(corpus: Path, target: str) -> frozenset[str]:
    """The ids of the reports that a target is; itself too, as a report that is gone had it."""
    with closing(open_corpus_to_read(corpus)) as db:
        found = {row["report_id"] for row in db.execute(REPORTS, {"target": target})}
    return frozenset(found | {target})


def _report(db: sqlite3.Connection, target: str) -> tuple[str, str, str]:
    """Id, record of the current reading, title."""
    found = [row["report_id"] for row in db.execute(REPORTS, {"target": target})]
    if len(found) != 1:
        raise ExtractError(
            f"{len(found) or 'no'} reports are {target}: give the id of one, its address or its "
            f"record id, as `nianbao show` prints them{': ' if found else ''}{', '.join(found)}"
        )
    row = db.execute(REPORT, [found[0]]).fetchone()
    return row["report_id"], row["record_id"], row["title"]


def _no_such(db: sqlite3.Connection, report_id: str, record_id: str, variable: str) -> str:
    names = [row[0] for row in db.execute(NAMES, {"report": report_id, "record": record_id})]
    near = difflib.get_close_matches(variable, names, n=NEAR, cutoff=0.0)
    return (
        f"the report {report_id} has no value {variable!r} so; of its {len(names)}, alike are: "
        f"{', '.join(near) or 'none'}"
    )


def _several(values: list[Value], report_id: str, variable: str) -> str:
    said = [f"{value.place} {value.words}" for value in values]
    is_figure = all(value.place == PROSE for value in values)
    how = "--quote, a part of the sentence" if is_figure else "--place"
    return f"{report_id} has {variable} {len(values)} times, choose with {how}: {'; '.join(said)}"


REPORT = "SELECT report_id, record_id, title FROM reports WHERE report_id = ?"
DIGEST = "SELECT payload_digest FROM documents WHERE record_id = ?"
NAMES = """
SELECT name FROM _current_cells WHERE report_id = :report
UNION SELECT measure FROM figures WHERE record_id = :record
UNION SELECT identity FROM _current_checks WHERE report_id = :report ORDER BY 1
"""
