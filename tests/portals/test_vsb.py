"""博达 VSB: only 下页 leads on; a row more between two runs is the only thing found."""

from __future__ import annotations

from pathlib import Path

from imitation import served
from judging_portals import crawl, faults, nianbao, portal_id
from vsb import Vsb

VARIANTS = 20


def test_twenty_variants_are_crawled_right(tmp_path: Path) -> None:
    with served(*(Vsb(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}
    assert {seed: said for seed, said in wrong.items() if said} == {}


def test_the_bare_address_gives_the_same_and_a_new_row_is_all_that_is_new(tmp_path: Path) -> None:
    with served(Vsb(1)) as (imitation,):
        assert isinstance(imitation, Vsb)
        nianbao(tmp_path / "bare", "crawl", imitation.listing)
        assert list(faults(tmp_path / "bare", imitation)) == []
        imitation.log.clear()
        crawl(tmp_path, [imitation])
        added = imitation.publish()
        imitation.log.clear()
        nianbao(tmp_path, "crawl", portal_id(imitation))
        articles = [asked.path for asked in imitation.counted() if "/info/" in asked.path]
        assert articles == [added.path]
        assert len(imitation.counted()) <= imitation.pages + 1
        imitation.requisites.clear()  # the run before asked for them
        assert list(faults(tmp_path, imitation)) == []
