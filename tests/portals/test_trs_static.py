"""TRS static listings: every report once, by the requests that are needed and no others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from imitation import served
from judging_portals import crawl, faults, nianbao
from trs_static import FORMS, TrsStatic

VARIANTS = 20


def test_twenty_variants_are_crawled_right(tmp_path: Path) -> None:
    with served(*(TrsStatic(seed) for seed in range(VARIANTS))) as imitations:
        crawl(tmp_path, imitations)
        wrong = {one.seed: list(faults(tmp_path, one)) for one in imitations}  # type: ignore[attr-defined]
    assert {seed: said for seed, said in wrong.items() if said} == {}
    assert {one.form for one in imitations} == set(FORMS)  # type: ignore[attr-defined]
    pages = [n for one in imitations for n in one.parts.values()]  # type: ignore[attr-defined]
    assert set(pages) == {2, 3}
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db:
        parts = db.execute(
            "SELECT count(*) FROM attachments WHERE is_asked AND outcome = 'part_of_report'"
        ).fetchone()
    assert parts == (sum(pages) - len(pages),)


def test_the_bare_address_gives_the_same(tmp_path: Path) -> None:
    (imitation,) = (TrsStatic(3),)
    with served(imitation):
        nianbao(tmp_path, "crawl", imitation.listing)
        assert list(faults(tmp_path, imitation)) == []
