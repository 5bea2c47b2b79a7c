"""A corpus as large as asked, written through the real schema: bodies × years of made reports.

Years to 2013 have prose alone, those to 2018 the appendix of 2014, later ones the tables of 2019
and 2021. What a report says is a function of body and year, so that equal sizes give equal rows.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from extract.appendix_form import APPENDIX_2014
from extract.report import Measure, TableForm
from extract.schema import open_corpus
from extract.variables import Variable, cell_variables

YEARS = range(2008, 2026)
MEASURES = (
    *(Measure.DISCLOSED, Measure.REQUESTS_RECEIVED, Measure.GRANTED, Measure.DENIED),
    *(Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL, Measure.FEES, Measure.TRAINEES),
)
LEVELS = ("prefecture", "county", "county", "county")
_APPENDIX = frozenset(row.name for row in APPENDIX_2014)
_FIELDS = cell_variables()


def make_corpus(path: Path, *, bodies: int, years: range = YEARS) -> None:
    """Writes corpus.db."""
    db = open_corpus(path).conn
    assert db is not None
    for number in range(bodies):
        _add_body(db, number)
        for year in years:
            _add_report(db, number, year)
        if number % 100 == 99:
            db.commit()
    db.commit()
    db.close()


def _add_body(db: sqlite3.Connection, number: int) -> None:
    code = f"{440000 + number:06d}"
    values = (f"gov:{code}", f"第{number}县人民政府", LEVELS[number % len(LEVELS)], code)
    db.execute(
        "INSERT INTO bodies (body_id, name, body_type, admin_level, division_today)"
        " VALUES (?, ?, 'government', ?, ?)",
        values,
    )


def _add_report(db: sqlite3.Connection, number: int, year: int) -> None:
    code = f"{440000 + number:06d}"
    record = f"urn:uuid:{number:08d}-0000-4000-8000-{year:012d}"
    report = f"gov:{code}/{year}/area"
    random_of = random.Random(f"{number}/{year}")
    form = _form(year)
    url = f"http://www.example.gov.cn/{code}/{year}.html"
    digest = f"sha1:{random_of.randbytes(16).hex().upper()}"
    db.execute(
        "INSERT INTO documents (record_id, url, entry_url, asked_url, portal, role, captured_at,"
        " ordered_at, status, warc_file, warc_offset, warc_length, payload_digest, media_type,"
        " charset, script, title, text_original, text, outcome, extractor_version)"
        " VALUES (?, ?, ?, ?, 'made', 'report', ?, ?, 200, 'made.warc.gz', ?, 9000, ?, 'text/html',"
        " 'utf-8', 'simplified', ?, '', '', 'report', 'made')",
        (
            *(record, url, url, url, f"{year + 1}-03-01T08:00:00.000000Z"),
            *(f"{year + 1}-03-01T08:00:00.000000Z", number * 9000, digest, f"{year}年度报告"),
        ),
    )
    shared = {
        "body_id": f"gov:{code}",
        "report_year": year,
        "report_scope": "area",
        "title": f"第{number}县{year}年政府信息公开工作年度报告",
        "issuing_body": f"第{number}县人民政府办公室",
        "reporting_for": f"第{number}县",
        "division": code,
        "division_name": f"广东省第{number}县",
        "published_on": f"{year + 1}-02-20",
        "table2_form": form if form in ("2019", "2021") else None,
        "table3_form": form if form in ("2019", "2021") else None,
        "appendix_form": "2014" if form == "2014" else None,
        "tables_source": "html" if form else "none",
        "evidence": "{}",
        "confidence": "high",
    }
    names = ", ".join(shared)
    marks = ", ".join("?" * len(shared))
    for table, extra, given in (
        ("reports", "report_id, record_id", (report, record)),
        ("report_documents", "report_id, record_id, kind, is_current", (report, record, "page", 1)),
    ):
        db.execute(
            f"INSERT INTO {table} ({extra}, {names})"
            f" VALUES ({', '.join('?' * len(given))}, {marks})",
            (*given, *shared.values()),
        )
    _add_values(db, report, record, random_of=random_of, form=form)


def _add_values(
    db: sqlite3.Connection, report: str, record: str, *, random_of: random.Random, form: str | None
) -> None:
    variables = _variables(form)
    tables = sorted({variable.table for variable in variables if variable.table is not None})
    db.executemany(
        "INSERT INTO report_tables VALUES (?, ?, ?)", [(report, t, record) for t in tables]
    )
    db.executemany(
        "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _cells(variables, report, record, random_of),
    )
    db.executemany(
        "INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, NULL, 0, NULL, ?, ?, ?, ?, ?)",
        [
            (
                *(report, record, place, measure.value, float(random_of.randrange(2000))),
                "元" if measure is Measure.FEES else "件",
                f"全年{measure.value}共计若干件",
                *(place * 40, place * 40 + 20, place * 40, place * 40 + 20),
            )
            for place, measure in enumerate(MEASURES)
        ],
    )


def _cells(
    variables: list[Variable], report: str, record: str, random_of: random.Random
) -> Iterator[tuple[object, ...]]:
    for place, variable in enumerate(variables):
        blank = random_of.random() < 0.1
        value = None if blank else random_of.choice((0, 0, 0, random_of.randrange(500)))
        yield (
            *(report, record, variable.field, value, "" if blank else str(value), None),
            *(variable.table or None, variable.row, variable.column),
            f'{{"table": "/html/body/table[2]", "row": {place // 7}, "column": {place % 7}}}',
        )


def _form(year: int) -> str | None:
    if year < 2014:
        return None
    if year < 2019:
        return "2014"
    return "2019" if year < 2021 else "2021"


def _variables(form: str | None) -> list[Variable]:
    if form == "2014":
        return [v for v in _FIELDS if v.field in _APPENDIX]
    return [v for v in _FIELDS if form is not None and TableForm(form) in v.forms]
