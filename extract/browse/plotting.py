"""A body's series as a picture in its page."""

from __future__ import annotations

from extract.browse.page import Json
from extract.browse.words import Words
from extract.plots import Point, SeriesPlot, draw_series


def series_plot(series: Json, years: tuple[int, int], words: Words) -> SeriesPlot:
    """One series of ``body_series`` as it is drawn."""
    return SeriesPlot(
        title=series[words.lang.value],
        unit=series["unit"],
        years=years,
        points=[_point(one, series["unit"], words) for one in series["points"]],
    )


def series_picture(series: Json, years: tuple[int, int], words: Words) -> str:
    """The same as SVG that stands in a page."""
    return draw_series(series_plot(series, years, words), embedded=True).svg


def _point(one: Json, unit: str, words: Words) -> Point:
    source = f"source_{one['source']}" if one["source"] else f"status_{one['status']}"
    return Point(
        year=one["year"],
        value=one["value"],
        group=f"{one['comparability']} {one['source'] == 'figure'}",
        is_hollow=one["source"] == "figure",
        told=f"{one['year']}: {one['value']} {unit}, {words[source]}",
        link=one["open"],
    )
