"""Hanweb JPaaS: a unit of the page is filled by an API that answers markup in JSON.

Portal-families 2.5. From abroad some portals repeat page 1 for ever: a page without a new row ends
the listing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.adapters.base import NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.embedded import json_of
from crawler.adapters.fragments import as_page
from crawler.adapters.rows import MAX_LINKS, listing_rows
from extract.addresses import base_url, resolve, same_site
from extract.document import Page

ARTICLE_URL = re.compile(r"/art/\d{4}(?:/\d{1,2}/\d{1,2})?/art_[0-9a-f]{32}\.html?$")
PAGE_SIZE = 20
"""Rows asked for at once, as the portals' own script does."""
UNIT = "/page/build/unit"
_PAIR = re.compile(r"'([^']{1,60})'\s*:\s*(?:'([^']{0,400})'|(-?\d{1,20}))")


class HanwebJpaas:
    """Reads a column's page whose unit names its API, and the API's answers."""

    name = "hanweb_jpaas"

    def recognise(self, page: Page) -> Recognition:
        """By the unit's two attributes, or by an answer that holds markup."""
        if _markup(page) is not None:
            return Recognition(confidence=0.95, evidence="markup in an answer to a unit")
        unit = _unit(page)
        if unit is None:
            return Recognition(confidence=0.0, evidence="no unit")
        return Recognition(confidence=0.95, evidence=f"a unit filled by {unit[0]}")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows and the next page of the unit, for as long as there are rows."""
        markup = _markup(page)
        if markup is None:
            yield from self._column(page)
            return
        rows = listing_rows(as_page(page, f"<html><body>{markup}</body></html>"), ARTICLE_URL)
        if not rows:
            yield NoMoreRows(evidence="the unit has no more rows")
            return
        yield from rows
        query = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
        asked = json_of(query.get("paramJson", ""))
        number = asked.get("pageNo") if isinstance(asked, dict) else None
        if isinstance(number, int):
            yield from _asked(page, page.url, query, number + 1, asked.get("pageSize"))

    def _column(self, page: Page) -> Iterator[Parsed]:
        rows = listing_rows(page, ARTICLE_URL)
        yield from rows
        unit = _unit(page)
        if unit is None:
            return
        url, query = unit
        # rows in the page are its first page, and say how many there are on one
        number, size = (2, len(rows)) if rows else (1, PAGE_SIZE)
        yield from _asked(page, url, query, number, size)


def _unit(page: Page) -> tuple[str, dict[str, str]] | None:
    """The address of the API and the column's keys, in the markup's own pseudo-JSON."""
    if page.tree is None:
        return None
    for element in islice(page.tree.iter("div", "script", "ul", "span", "section"), 20 * MAX_LINKS):
        url = element.get("url") or ""
        if UNIT not in url:
            continue
        written = element.get("querydata") or element.get("queryData") or ""
        pairs = {name: text or number for name, text, number in _PAIR.findall(written)}
        if pairs:
            return url, pairs
    return None


def _markup(page: Page) -> str | None:
    """The markup in an answer of the API; None for what is none. Empty at the end."""
    if page.text.lstrip()[:1] != "{" or UNIT not in urlsplit(page.url).path:
        return None
    answer = json_of(page.text)
    held: Any = answer.get("data") if isinstance(answer, dict) else None
    markup = held.get("html") if isinstance(held, dict) else None
    return markup if isinstance(markup, str) else None


def _asked(
    page: Page, url: str, query: dict[str, str], number: int, size: object
) -> Iterator[NextPage]:
    wanted = {
        "pageNo": number,
        "pageSize": size if isinstance(size, int) and size > 0 else PAGE_SIZE,
    }
    encoded = urlencode(query | {"paramJson": json.dumps(wanted, separators=(",", ":"))})
    target = urlunsplit(urlsplit(url)._replace(query=encoded))
    address = resolve(base_url(page), target, page.charset)
    if address is not None and same_site(address, page.url):
        yield NextPage(url=address, ajax=True)
