"""Pictures that commands write: the coverage of bodies by year, and a body's main series."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from crawler.errors import CrawlerError
from extract.browse.body_page import REPORTS
from extract.browse.body_series import body_series
from extract.browse.plotting import series_plot
from extract.browse.words import Words
from extract.coverage_model import Claim, CoverageState
from extract.languages import Lang
from extract.picture_files import write_picture
from extract.plots import HeatMap, draw_heat_map, draw_series, stacked
from extract.shown_reports import ShownReports

COLOURS = {
    CoverageState.FOUND: "#8fc9a0",
    CoverageState.NOT_LISTED: "#f2a98f",
    CoverageState.REMOVED: "#e07b6a",
    CoverageState.LISTED_UNREADABLE: "#f4dc8a",
    CoverageState.BLOCKED: "#c9b4e0",
    CoverageState.UNREACHABLE: "#b9c3d6",
    CoverageState.NOT_LOOKED: "#e6e9ed",
}
"""Light enough for a black letter; what is the body's doing is red."""

MOST_ROWS = 2_000
"""Bodies in one picture: 40,000 units high, which no viewer shows well any more."""


def plot_coverage(claims: Iterable[Claim], path: Path) -> int:
    """Draws claims, which come by body, and returns how many bodies. Raises CrawlerError for more
    than MOST_ROWS, PictureRefused.
    """
    rows: list[tuple[str, dict[int, str]]] = []
    for _, group in groupby(claims, key=lambda claim: claim.body_id):
        own = list(group)
        if len(rows) == MOST_ROWS:
            raise CrawlerError(
                f"more than {MOST_ROWS} bodies in one picture: choose with --division, --level or "
                "--body"
            )
        rows.append((own[0].body_name, {claim.report_year: claim.state.value for claim in own}))
    if not rows:
        return 0
    words = Words(Lang.ZH)
    years = sorted({year for _, states in rows for year in states})
    drawing = draw_heat_map(
        HeatMap(
            title=f"政府信息公开工作年度报告，{years[0]}–{years[-1]}",
            years=range(years[0], years[-1] + 1),
            rows=rows,
            legend={
                state.value: (
                    words[f"letter_{state.value}"],
                    COLOURS[state],
                    words[f"state_{state.value}"],
                )
                for state in CoverageState
            },
        )
    )
    write_picture(path, drawing.svg, width=drawing.width, height=drawing.height)
    return len(rows)


def plot_body(
    db: sqlite3.Connection, body: str, path: Path, reports: ShownReports
) -> tuple[str, int]:
    """Draws the series of a body, by its id or a name; returns its name and how many series.

    Raises CrawlerError for a body that is not there, is several, or has no number; PictureRefused.
    """
    body_id, name = _one_body(db, body)
    shown = [
        row
        for row in db.execute(REPORTS, {"body": body_id})
        if reports.withheld.find_report(row["report_id"]) is None
    ]
    series = body_series(db, shown)
    if not series:
        raise CrawlerError(f"{name} ({body_id}) has no report that states one of the main numbers")
    years = (min(row["report_year"] for row in shown), max(row["report_year"] for row in shown))
    plots = [draw_series(series_plot(one, years, Words(Lang.ZH))) for one in series]
    drawing = stacked(name, plots)
    write_picture(path, drawing.svg, width=drawing.width, height=drawing.height)
    return name, len(series)


def _one_body(db: sqlite3.Connection, body: str) -> tuple[str, str]:
    found = db.execute(BODIES, {"body": body}).fetchall()
    if not found:
        raise CrawlerError(
            f"no body has the id or the name {body!r}: `nianbao coverage` shows the ids"
        )
    if len(found) > 1:
        ids = ", ".join(row["body_id"] for row in found[:10])
        raise CrawlerError(f"several bodies have the name {body!r}: give one of the ids {ids}")
    return found[0]["body_id"], found[0]["name"]


BODIES = """
SELECT DISTINCT b.body_id, b.name FROM bodies b LEFT JOIN body_names n USING (body_id)
WHERE b.body_id = :body OR n.name = :body ORDER BY b.body_id
"""
