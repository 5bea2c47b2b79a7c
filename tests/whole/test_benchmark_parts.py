"""The benchmarks' own parts: the made site is what the README says, and figures are told right."""

from __future__ import annotations

import re
import statistics
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
LISTING = "http://127.0.5.250/zfxxgk/zfxxgknb/"


@pytest.fixture(autouse=True)
def _benchmarks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in ("made_site", "results"):
        sys.modules.pop(name, None)


def test_pages_are_as_large_as_said_and_six_in_ten_have_tables() -> None:
    from made_site import MadeSite

    site = MadeSite(400)
    bodies = [site.body(site.article_path(number)) for number in range(400)]
    assert 50_000 < statistics.mean(len(body) for body in bodies) < 75_000
    with_tables = sum(b"<table" in body for body in bodies) / len(bodies)
    assert with_tables == pytest.approx(0.6, abs=0.06)
    assert len(set(bodies)) == 400
    assert MadeSite(400).body(site.article_path(7)) == bodies[7]
    assert MadeSite(400, seed=2).body(site.article_path(7)) != bodies[7]


def test_links_lead_to_pages_of_the_set_alone() -> None:
    from made_site import MadeSite

    site = MadeSite(120)
    known = {urljoin(LISTING, path) for path in site.paths()}
    found: set[str] = set()
    for path in site.paths():
        body = site.body(path)
        assert body is not None
        links = re.findall(r'<(?:a|link|img|script)[^>]* (?:href|src)="([^"]+)"', body.decode())
        found.update(urljoin(urljoin(LISTING, path), link) for link in links)
    assert found == known


@pytest.mark.parametrize("path", ["/", "/zfxxgk/zfxxgknb/index_99.html", "/robots.txt"])
def test_nothing_else_is_there(path: str) -> None:
    from made_site import MadeSite

    assert MadeSite(120).body(path) is None


def test_an_aim_that_is_missed_is_told() -> None:
    from results import Comparison, Results, Side, ratio_of

    ratio, spread = ratio_of([10.0, 30.0, 20.0], [10.0, 10.0, 10.0])
    assert (ratio, spread) == (2.0, (1.0, 3.0))
    one = Comparison(
        benchmark="b",
        unit="pages",
        ours=Side(name="nianbao", rate=20),
        peer=Side(name="peer", rate=10),
        ratio=ratio,
        spread=spread,
        aim=2.5,
    )
    assert one.met is False
    assert "| **2.00** (1.00 to 3.00) | 2.5: not met |" in Results([one]).markdown()
