"""Pictures of the corpus as SVG: a series over the years, and a map of states by row and year.

Text is escaped; nothing is loaded from anywhere. ``embedded`` pictures are styled by the page that
they stand in, others by a style of their own, which names fonts for Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil

FONTS = (
    '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", '
    '"WenQuanYi Zen Hei", sans-serif'
)

_STYLE = f"""
text {{ font: 12px {FONTS}; fill: #1c2733; }}
.title {{ font-size: 14px; font-weight: 600; }}
.ground {{ fill: #ffffff; }}
.grid {{ stroke: #d5dbe1; stroke-width: 1; }}
.line {{ fill: none; stroke: #1f5fa8; stroke-width: 2; }}
.dot {{ fill: #1f5fa8; stroke: #1f5fa8; stroke-width: 2; }}
.dot.hollow {{ fill: #ffffff; }}
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG, and its size in its own units, as ``picture_files.write_picture`` wants it."""

    svg: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A year's value, None for none. ``group`` are what may be compared: lines join points of one
    group alone. ``is_hollow`` marks what is of another source than the tables; ``told`` is said of
    the point, ``link`` is where it leads.
    """

    year: int
    value: float | int | None
    group: str = ""
    is_hollow: bool = False
    told: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlot:
    """A series to be drawn; ``years`` are the first and the last of the axis."""

    title: str
    unit: str
    points: Sequence[Point]
    years: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """States by row and year. ``cells`` are keys of ``legend`` by year; the legend gives each
    state's letter, its colour and what it means, in the order in which they are shown.
    """

    title: str
    years: Sequence[int]
    rows: Sequence[tuple[str, Mapping[int, str]]]
    legend: Mapping[str, tuple[str, str, str]]


_WIDTH, _HEIGHT = 420, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 20, 30, 24
_TICKS = 4


def draw_series(plot: SeriesPlot, *, embedded: bool = False) -> Drawing:
    """A line through the years from 0, broken where a year has no value or another group."""
    values = [float(point.value) for point in plot.points if point.value is not None]
    highest = max(0.0, *values) if values else 0.0
    step = _step(highest)
    top = step * max(1, ceil(highest / step))
    low = min(0.0, *values) if values else 0.0
    first, last = plot.years

    def x(year: int) -> float:
        return _LEFT + (year - first) * (_WIDTH - _LEFT - _RIGHT) / max(last - first, 1)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - low) * (_HEIGHT - _TOP - _BOTTOM) / (top - low)

    body = [*_axes(plot, x_of=[(year, x(year)) for year in range(first, last + 1)])]
    ticks = [step * number for number in range(int(top / step + 0.5) + 1)]
    for tick in ticks:
        body.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" '
                    f'y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')  # fmt: skip
        body.append(_text(_LEFT - 6, y(tick) + 4, short(tick), anchor="end"))
    places = [(p, x(p.year), y(float(p.value))) for p in plot.points if p.value is not None]
    for (one, x1, y1), (two, x2, y2) in pairwise(places):
        if two.year == one.year + 1 and two.group == one.group:
            body.append(f'<path class="line" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')
    body += [_dot(point, left, height) for point, left, height in places]
    return _drawing((_WIDTH, _HEIGHT), plot.title, body, embedded=embedded)


def _axes(plot: SeriesPlot, x_of: Sequence[tuple[int, float]]) -> Iterator[str]:
    yield _text(8, 18, f"{plot.title}（{plot.unit}）", css="title")
    every = max(1, -(-len(x_of) // 9))
    last = x_of[-1][0]
    for year, left in x_of:
        if (last - year) % every == 0:
            yield _text(left, _HEIGHT - 6, str(year), anchor="middle")


def _dot(point: Point, left: float, height: float) -> str:
    css = "dot hollow" if point.is_hollow else "dot"
    circle = (
        f'<circle class="{css}" cx="{left:.1f}" cy="{height:.1f}" r="4">'
        f"<title>{escape(point.told)}</title></circle>"
    )
    if not point.link:
        return circle
    return f'<a href="{escape(point.link)}" aria-label="{escape(point.told)}">{circle}</a>'


def _step(highest: float) -> float:
    """The distance of ticks: 1, 2 or 5 times a power of ten, about four of them."""
    if highest <= 0:
        return 1.0
    size = 1.0
    while size * 10 * _TICKS < highest:
        size *= 10
    while size * _TICKS > highest * 10:
        size /= 10
    return next((size * one for one in (1, 2, 5, 10) if size * one * _TICKS >= highest), size * 10)


def short(value: float) -> str:
    """A tick's number: large ones in 万 and 亿, as Chinese counts."""
    for size, word in ((100_000_000, "亿"), (10_000, "万")):
        if abs(value) >= size:
            return f"{value / size:g}{word}"
    return f"{value:g}"


_CELL, _ROW, _NAMES = 26, 20, 220
_LONGEST_NAME = 16


def draw_heat_map(plot: HeatMap, *, embedded: bool = False) -> Drawing:
    """A square for each row and year, its letter in it, and a legend below."""
    width = _NAMES + _CELL * len(plot.years) + 20
    body = [_text(8, 20, plot.title, css="title")]
    for column, year in enumerate(plot.years):
        left = _NAMES + column * _CELL + _CELL / 2
        body.append(_text(left, 42, f"{year % 100:02}", anchor="middle"))
    for number, (name, states) in enumerate(plot.rows):
        height = 50 + number * _ROW
        shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        body.append(_text(_NAMES - 8, height + 14, shown, anchor="end"))
        for column, year in enumerate(plot.years):
            if (state := states.get(year)) is not None:
                letter, colour, _ = plot.legend[state]
                body.append(_square(_NAMES + column * _CELL, height, colour, letter))
    height = 50 + len(plot.rows) * _ROW + 12
    for number, (letter, colour, meaning) in enumerate(plot.legend.values()):
        body.append(_square(8, height + number * _ROW, colour, letter))
        body.append(_text(42, height + number * _ROW + 14, meaning))
    size = (width, height + len(plot.legend) * _ROW + 12)
    return _drawing(size, plot.title, body, embedded=embedded)


def _square(left: float, top: float, colour: str, letter: str) -> str:
    square = (
        f'<rect x="{left:g}" y="{top:g}" width="{_CELL - 2}" height="{_ROW - 2}" '
        f'fill="{escape(colour)}"/>'
    )
    return square + _text(left + _CELL / 2 - 1, top + 14, letter, anchor="middle")


def _text(left: float, top: float, text: str, *, anchor: str = "start", css: str = "") -> str:
    named = f' class="{css}"' if css else ""
    return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


_COLUMNS, _HEADING = 2, 36


def stacked(title: str, drawings: Sequence[Drawing]) -> Drawing:
    """Drawings of one size in two columns under a title."""
    width = max(one.width for one in drawings)
    height = max(one.height for one in drawings)
    body = [_text(8, 24, title, css="title")]
    for number, one in enumerate(drawings):
        left, top = (number % _COLUMNS) * width, _HEADING + (number // _COLUMNS) * height
        body.append(f'<svg x="{left}" y="{top}"{one.svg.removeprefix("<svg")}')
    rows = -(-len(drawings) // _COLUMNS)
    size = (width * min(len(drawings), _COLUMNS), _HEADING + rows * height)
    return _drawing(size, title, body, embedded=False)


def _drawing(size: tuple[int, int], title: str, body: Sequence[str], *, embedded: bool) -> Drawing:
    width, height = size
    style = "" if embedded else f"<style>{_STYLE}</style>"
    ground = "" if embedded else f'<rect class="ground" width="{width}" height="{height}"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="group" aria-label="{escape(title)}">'
        f"{style}{ground}{''.join(body)}</svg>"
    )
    return Drawing(svg, width, height)
