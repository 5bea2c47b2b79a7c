"""The headline series of a body's reports, each value with where it opens."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from extract.browse.asking import report_path
from extract.browse.opening import value_link
from extract.browse.page import Json
from extract.export import number
from extract.headline import SERIES, Series, SourceKind, headline
from extract.report import ReportScope
from extract.report_values import ReportValues, Stated

_SCOPES = tuple(scope.value for scope in (ReportScope.AREA, ReportScope.ORGAN, ReportScope.UNCLEAR))
_TABLE = re.compile(r"table (\d)")


@dataclass(frozen=True, slots=True)
class _OfYear:
    report_id: str
    values: ReportValues
    ordinals: dict[tuple[int, int], int]
    """Of figures by where they stand."""


def body_series(db: sqlite3.Connection, reports: Sequence[sqlite3.Row]) -> list[Json]:
    """Each series that one of the reports (rows of ``reports``) has a value of, with a point for
    each year: of an area's and an organ's report on a year, the area's.
    """
    chosen: dict[int, sqlite3.Row] = {}
    for row in sorted(reports, key=lambda one: _SCOPES.index(one["report_scope"])):
        chosen.setdefault(row["report_year"], row)
    years = [_of_year(db, chosen[year]) for year in sorted(chosen)]
    told = [_told(series, years) for series in SERIES]
    return [one for one in told if any(point["value"] is not None for point in one["points"])]


def _told(series: Series, years: Sequence[_OfYear]) -> Json:
    return {
        "name": series.name,
        "zh": series.chinese,
        "en": series.english,
        "unit": series.unit,
        "rule": series.rule,
        "points": [_point(series, one) for one in years],
    }


def _point(series: Series, one: _OfYear) -> Json:
    found = headline(series, one.values)
    link = value_link(one.report_id)
    if found.figure is not None:
        ordinal = one.ordinals.get((found.figure.start, found.figure.end))
        link = value_link(one.report_id, figure=ordinal)
    elif found.source in (SourceKind.CELL, SourceKind.SUM_OF_CELLS) and found.place:
        link = value_link(one.report_id, cell=found.place.split(" + ")[0])
    return {
        "year": one.values.year,
        "value": number(found.value),
        "status": found.status.value,
        "source": found.source.value if found.source else None,
        "comparability": found.comparability.value if found.comparability else None,
        "place": found.place,
        "page": report_path(one.report_id),
        "open": link,
    }


def _of_year(db: sqlite3.Connection, row: sqlite3.Row) -> _OfYear:
    report_id, record_id = row["report_id"], row["record_id"]
    figures: dict[str, list[Stated]] = {}
    ordinals: dict[tuple[int, int], int] = {}
    for one in db.execute(FIGURES, [record_id]):
        figures.setdefault(one["measure"], []).append(_stated(one))
        ordinals[(one["original_start"], one["original_end"])] = one["ordinal"]
    unread = (_TABLE.match(one["message"]) for one in db.execute(UNREAD, [record_id]))
    values = ReportValues(
        year=row["report_year"],
        cells={one["name"]: number(one["value"]) for one in db.execute(CELLS, [report_id])},
        figures=figures,
        records={one["table_no"]: one["record_id"] for one in db.execute(TABLES, [report_id])},
        forms={2: row["table2_form"], 3: row["table3_form"], 0: row["appendix_form"]},
        unread=frozenset(int(match[1]) for match in unread if match),
    )
    return _OfYear(report_id, values, ordinals)


def _stated(row: sqlite3.Row) -> Stated:
    return Stated(
        measure=row["measure"],
        value=number(row["value"]) or 0,
        unit=row["unit"],
        qualifier=row["qualifier"],
        negated=bool(row["negated"]),
        scope=row["scope"],
        quote=row["quote"],
        start=row["original_start"],
        end=row["original_end"],
    )


CELLS = "SELECT name, value FROM _current_cells WHERE report_id = ?"
TABLES = "SELECT table_no, record_id FROM report_tables WHERE report_id = ?"
FIGURES = "SELECT * FROM figures WHERE record_id = ? AND measure <> 'other' ORDER BY ordinal"
UNREAD = "SELECT message FROM findings WHERE record_id = ? AND kind = 'table_unreadable'"
