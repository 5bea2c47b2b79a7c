"""Pictures: lines join what may be compared, and text of any kind stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from extract.plots import HeatMap, Point, SeriesPlot, draw_heat_map, draw_series

ODD = "<script>甲\"'&</script>"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*points: Point, years: tuple[int, int] = (2018, 2022)) -> ElementTree.Element:
    plot = SeriesPlot(title=ODD, unit="件", points=points, years=years)
    return ElementTree.fromstring(draw_series(plot).svg)


def test_a_line_is_broken_by_a_gap_and_by_another_group() -> None:
    values = [(2018, 1, "a"), (2019, 2, "a"), (2020, None, "a"), (2021, 5, "a"), (2022, 6, "b")]
    tree = drawn(*(Point(year=year, value=value, group=group) for year, value, group in values))
    assert len(tree.findall(f".//{SVG}path")) == 1
    assert len(tree.findall(f".//{SVG}circle")) == 4


@pytest.mark.parametrize("value", [0, 1, 3, 0.004, 9_999, 1e12, -5])
def test_every_point_stands_inside(value: float) -> None:
    tree = drawn(Point(year=2018, value=value), Point(year=2022, value=0), years=(2018, 2022))
    for dot in tree.findall(f".//{SVG}circle"):
        assert 0 <= float(dot.attrib["cx"]) <= float(tree.attrib["width"])
        assert 0 <= float(dot.attrib["cy"]) <= float(tree.attrib["height"])


def test_text_is_text() -> None:
    tree = drawn(Point(year=2018, value=1, told=ODD, link="/open?a=1&b=2"))
    assert not tree.findall(".//script") and not tree.findall(f".//{SVG}script")
    assert ODD in "".join(tree.itertext())
    plot = HeatMap(
        title=ODD, years=(2018, 2019), rows=((ODD, {2018: "found"}),),
        legend={"found": ("F", "#cfe8d7", ODD)},
    )  # fmt: skip
    made = draw_heat_map(plot)
    tree = ElementTree.fromstring(made.svg)
    assert (tree.attrib["width"], tree.attrib["height"]) == (str(made.width), str(made.height))
    assert len(tree.findall(f".//{SVG}rect")) == 3, "ground, one cell, the legend's"
