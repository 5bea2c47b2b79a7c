"""The headline series of a body's reports, each value with where it opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.browse.asking import report_path
from extract.browse.opening import value_link
from extract.browse.page import Json
from extract.export import number
from extract.headline import SERIES, Series, SourceKind, headline
from extract.languages import Lang
from extract.panel_source import find_source_report
from extract.report import ReportScope
from extract.report_values import ReportValues

_SCOPES = tuple(scope.value for scope in (ReportScope.AREA, ReportScope.ORGAN, ReportScope.UNCLEAR))


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
    years = [one for year in sorted(chosen) for one in _of_year(db, chosen[year]["report_id"])]
    told = [_told(series, years) for series in SERIES]
    return [one for one in told if any(point["value"] is not None for point in one["points"])]


def _told(series: Series, years: Sequence[_OfYear]) -> Json:
    return {
        "name": series.name,
        "zh": series.chinese,
        "en": series.english,
        "unit": series.unit,
        "rule": series.rule(),
        "rule_zh": series.rule(Lang.ZH),
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


def _of_year(db: sqlite3.Connection, report_id: str) -> Iterator[_OfYear]:
    report = find_source_report(db, report_id)
    if report is not None:
        record_id = report.columns["record_id"]
        ordinals = {(row[0], row[1]): row[2] for row in db.execute(ORDINALS, [record_id])}
        yield _OfYear(report_id, report.values, ordinals)


ORDINALS = "SELECT original_start, original_end, ordinal FROM figures WHERE record_id = ?"
