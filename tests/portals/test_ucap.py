"""Ucap's two skins: every report once; the date that the page shows, not when it was made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from imitation import Imitation, served
from judging_portals import crawl, faults, nianbao
from ucap import UcapChannel, UcapQuery

VARIANTS = 20


@pytest.mark.parametrize("skin", [UcapChannel, UcapQuery])
def test_twenty_variants_are_crawled_right(skin: type[Imitation], tmp_path: Path) -> None:
    with served(*(skin(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}
    assert {seed: said for seed, said in wrong.items() if said} == {}


@pytest.mark.parametrize("skin", [UcapChannel, UcapQuery])
def test_the_bare_address_gives_the_same(skin: type[Imitation], tmp_path: Path) -> None:
    with served(skin(1)) as (imitation,):
        nianbao(tmp_path, "crawl", imitation.listing)
        assert list(faults(tmp_path, imitation)) == []
