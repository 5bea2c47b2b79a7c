"""fjdzapp: every report once, by the requests that are needed and no others."""

from __future__ import annotations

from pathlib import Path

from fjdzapp import Fjdzapp
from imitation import served
from judging_portals import crawl, faults, nianbao

VARIANTS = 20


def test_twenty_variants_are_crawled_right(tmp_path: Path) -> None:
    with served(*(Fjdzapp(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}
    assert {seed: said for seed, said in wrong.items() if said} == {}


def test_the_bare_address_gives_the_same(tmp_path: Path) -> None:
    with served(Fjdzapp(1)) as (imitation,):
        nianbao(tmp_path, "crawl", imitation.listing)
        assert list(faults(tmp_path, imitation)) == []
