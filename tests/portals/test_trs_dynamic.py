"""TRS's searches: every report once, and an end where nothing is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from imitation import served
from judging_portals import crawl, faults, nianbao
from trs_dynamic import KINDS, TrsDynamic

VARIANTS = 20


def test_twenty_variants_are_crawled_right(tmp_path: Path) -> None:
    with served(*(TrsDynamic(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}
    assert {seed: said for seed, said in wrong.items() if said} == {}


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_the_bare_address_gives_the_same(seed: int, tmp_path: Path) -> None:
    with served(TrsDynamic(seed)) as (imitation,):
        nianbao(tmp_path, "crawl", imitation.listing)
        assert list(faults(tmp_path, imitation)) == []
        searches = [one for one in imitation.log if "search" in one.path]
        assert all(one.method == "POST" for one in searches if "/was5/" in one.path)
