"""The old and odd: eportal, and lists that no platform's name covers."""

from __future__ import annotations

from pathlib import Path

import pytest
from imitation import Imitation, served
from judging_portals import crawl, faults, nianbao
from odd import KINDS, Eportal, Odd

VARIANTS = 20


@pytest.mark.parametrize("kind", [Eportal, Odd])
def test_twenty_variants_are_crawled_right(kind: type[Imitation], tmp_path: Path) -> None:
    with served(*(kind(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}
    assert {seed: said for seed, said in wrong.items() if said} == {}


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_the_bare_address_gives_the_same(seed: int, tmp_path: Path) -> None:
    with served(Odd(seed)) as (imitation,):
        nianbao(tmp_path, "crawl", imitation.listing)
        assert list(faults(tmp_path, imitation)) == []
