"""Adapters: one class a family of portals. They read pages and ask nothing."""

from __future__ import annotations

from crawler.adapters.base import Adapter, Recognition
from crawler.adapters.eportal import Eportal
from crawler.adapters.fjdzapp import Fjdzapp
from crawler.adapters.generic import Generic
from crawler.adapters.gkmlpt import Gkmlpt
from crawler.adapters.hanweb_jpaas import HanwebJpaas
from crawler.adapters.hanweb_jpage import HanwebJpage
from crawler.adapters.longxun import Longxun
from crawler.adapters.trs_dynamic import TrsDynamic
from crawler.adapters.trs_static import TrsStatic
from crawler.adapters.ucap import UcapChannel, UcapQuery
from crawler.adapters.vsb import Vsb
from crawler.errors import UnknownFamily
from extract.document import Page

ADAPTERS: tuple[Adapter, ...] = (
    HanwebJpage(),
    HanwebJpaas(),
    Gkmlpt(),
    Fjdzapp(),
    Longxun(),
    UcapQuery(),
    UcapChannel(),
    TrsDynamic(),
    Eportal(),
    TrsStatic(),
    Vsb(),
    Generic(),
)
"""Every family that can be read; the last is the one for pages that none recognises."""

SURE = 0.9
"""From this confidence on the families that follow are not asked."""


def recognise(page: Page) -> tuple[Adapter, Recognition]:
    """The adapter that is surest of a page; the generic one, with confidence 0, if none is."""
    judged: list[tuple[Adapter, Recognition]] = []
    for adapter in ADAPTERS:
        judged.append((adapter, adapter.recognise(page)))
        if judged[-1][1].confidence >= SURE:
            break
    best = max(judged, key=lambda pair: pair[1].confidence)
    return best if best[1].confidence > 0 else judged[-1]


def by_name(name: str) -> Adapter:
    """The adapter of a family's name; raises UnknownFamily with the names there are."""
    for adapter in ADAPTERS:
        if adapter.name == name:
            return adapter
    names = ", ".join(adapter.name for adapter in ADAPTERS)
    raise UnknownFamily(f"there is no family {name!r}; the families are {names}")
