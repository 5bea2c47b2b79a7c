"""Huilan eportal: pages by ``/eportal/ui?…&currentPage=N``, called from script (2.10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.adapters.base import AdvertisedTotal, NextPage, Parsed, Recognition
from crawler.adapters.rows import MAX_LINKS, listing_rows
from crawler.adapters.totals import advertised_rows
from extract.addresses import base_url, resolve, same_site
from extract.document import Page

ARTICLE_URL = re.compile(r"/\d{5,}/index\.s?html?$")
UI = "/eportal/ui"
_PAGE_ID = re.compile(r"pageId[\"']?\s*[:=]\s*[\"']?(\w{3,40})")
_MODULE_ID = re.compile(r"moduleId[\"']?\s*[:=]\s*[\"']?([0-9a-f]{32})")
_NEXT = re.compile(
    r"javascript:\s*\w{0,20}next\w{0,20}\(\s*(?:'[0-9a-f]{32}'\s*,\s*)?(\d{1,5})\s*\)", re.I
)


class Eportal:
    """Reads lists whose next page is ``javascript:next(N)``, asked as the portal's script does."""

    name = "eportal"

    def recognise(self, page: Page) -> Recognition:
        """By the module that a list is of, and the portal's own address."""
        ids = _ids(page)
        if ids is None or UI not in page.text + page.url:
            return Recognition(confidence=0.0, evidence="no module of a list")
        return Recognition(confidence=0.92, evidence=f"the module {ids['moduleId']} of a page")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows, the printed total, and the page that the pager calls next."""
        yield from listing_rows(page, ARTICLE_URL)
        total = advertised_rows(page)
        if total is not None:
            yield AdvertisedTotal(rows=total)
        ids, following = _ids(page), _called_next(page)
        if ids is None or following is None:
            return
        query = ids | {"currentPage": str(following), "staticRequest": "yes"}
        url = resolve(base_url(page), f"{UI}?{urlencode(query)}", page.charset)
        if url is not None and same_site(url, page.url):
            yield NextPage(url=url)


def _ids(page: Page) -> dict[str, str] | None:
    """The page's and the module's id: from the page's script, or from the address asked for."""
    asked = dict(parse_qsl(urlsplit(page.url).query))
    module = _MODULE_ID.search(page.text)
    number = _PAGE_ID.search(page.text)
    module_id = asked.get("moduleId") or (module[1] if module else None)
    page_id = asked.get("pageId") or (number[1] if number else None)
    return {"pageId": page_id, "moduleId": module_id} if module_id and page_id else None


def _called_next(page: Page) -> int | None:
    """The number that the link to the next page calls; None on the last."""
    current = dict(parse_qsl(urlsplit(page.url).query)).get("currentPage", "1")
    at = int(current) if current.isdigit() else 1
    if page.tree is None:
        return None
    for anchor in islice(page.tree.iter("a"), MAX_LINKS):
        called = _NEXT.match((anchor.get("href") or "").strip())
        if called is not None and int(called[1]) == at + 1:
            return int(called[1])
    return None
