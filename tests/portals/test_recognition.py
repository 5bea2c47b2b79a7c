"""Each imitation's listing is recognised as of its family, by no other more surely."""

from __future__ import annotations

from time import monotonic
from urllib.parse import parse_qsl, urlsplit

import pytest
from all_portals import every_imitation
from imitation import Asked, Imitation

from crawler.adapters import ADAPTERS, recognise
from extract.decode import page_from_bytes
from extract.document import Page

SEEDS = 12


def listing_of(imitation: Imitation) -> Page:
    imitation.origin = "http://www.example.gov.cn"
    parts = urlsplit(imitation.listing)
    asked = Asked(
        method="GET",
        path=parts.path,
        query=dict(parse_qsl(parts.query)),
        form={},
        headers={},
        target=parts.path,
        at=monotonic(),
    )
    answer = imitation.answer(asked)
    assert answer is not None, "the listing is there"
    return page_from_bytes(answer.body, url=imitation.listing, content_type=answer.media_type)


@pytest.mark.parametrize("cls", every_imitation(), ids=lambda cls: cls.__name__)
def test_a_listing_is_of_its_family(cls: type[Imitation]) -> None:
    for seed in range(SEEDS):
        page = listing_of(cls(seed))
        adapter, recognition = recognise(page)
        assert adapter.name == cls.family, f"seed {seed}: {recognition}"
        assert recognition.evidence
        sure = {one.name: one.recognise(page).confidence for one in ADAPTERS}
        others = {name: value for name, value in sure.items() if name != cls.family}
        assert max(others.values()) < sure[cls.family], f"seed {seed}: {sure}"


def test_every_family_has_an_imitation() -> None:
    """The generic adapter is of no family: what it reads stands in the tests of pagers and rows."""
    families = {adapter.name for adapter in ADAPTERS if adapter.name != "generic"}
    assert families == {cls.family for cls in every_imitation()} - {"generic"}
