"""Makes ``scrapy crawl <portal id>``, ``scrapy list`` and ``scrapy check`` speak of portals.

Scrapy finds spiders by class name; here a spider is a portal file. The loader gives, for each
portal, the one spider class narrowed to that portal.
"""

from __future__ import annotations

import builtins  # the class has a method named list, as Scrapy demands
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.utils.misc import load_object

from archive.folder import DataFolder
from crawler.errors import InvalidPortal, UnknownPortal
from crawler.portal import PortalSet, load_portals

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings

SPIDER_CLASS = "crawler.spiders.portal.PortalSpider"
DATA_SETTING = "NIANBAO_DATA"
"""The setting that names the data folder; its portals/ holds the user's files."""

logger = logging.getLogger(__name__)


class PortalSpiderLoader:
    """Implements Scrapy's SpiderLoaderProtocol over the configured portals."""

    def __init__(self, portals: PortalSet) -> None:
        self._portals = portals
        for problem in portals.problems:
            logger.warning("portal file refused: %s", problem.message)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The loader over the packaged portals and those of the data folder."""
        data = settings.get(DATA_SETTING) or "data"
        return cls(load_portals(DataFolder(Path(data)).portals))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of one portal: ``name`` is the portal's id, ``portal_ids`` holds it.

        Raises KeyError, as Scrapy expects, with the message of the unknown or refused portal.
        """
        try:
            portal = self._portals.get(spider_name)
        except (UnknownPortal, InvalidPortal) as refused:
            raise KeyError(str(refused)) from None
        base: type[Spider] = load_object(SPIDER_CLASS)  # late: the spider imports Scrapy widely
        attributes = {"name": portal.portal_id, "portal_ids": (portal.portal_id,)}
        return type(base.__name__, (base,), attributes)

    def list(self) -> list[str]:
        """The ids of all portals that can be crawled, in order."""
        return [portal.portal_id for portal in self._portals]

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The ids of the portals that have a listing on the request's host and port."""
        wanted = urlsplit(request.url).netloc.lower()
        return [
            portal.portal_id
            for portal in self._portals
            if any(urlsplit(listing.url).netloc == wanted for listing in portal.listings)
        ]
