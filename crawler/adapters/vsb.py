"""博达 VSB's listings: page numbers count downwards: only 下页 leads on (portal-families 2.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.adapters.base import AdvertisedTotal, NextPage, Parsed, Recognition
from crawler.adapters.row_dates import short_text
from crawler.adapters.rows import MAX_LINKS, listing_rows
from crawler.adapters.totals import advertised_rows
from extract.addresses import base_url, resolve, same_page, same_site
from extract.document import Page

ARTICLE_URL = re.compile(r"/info/\d+/\d+\.htm$")
_ROW_ID = re.compile(r"line_u\d+_\d+")
_PAGER_WORDS = frozenset({"p_pages", "p_no", "p_no_d", "p_next", "p_next_d", "p_last", "p_first"})


class Vsb:
    """Reads listings whose rows are ``li#line_uN_k`` and whose pager is made of ``p_…`` spans.

    For example ``zfxxgknb.htm`` leads by 下页 to ``zfxxgknb/2.htm`` and that to ``zfxxgknb/1.htm``;
    a row more renames them all, so no address is built from a number.
    """

    name = "vsb"

    def recognise(self, page: Page) -> Recognition:
        """By the ids of rows and the classes of the pager; article addresses alone say little."""
        if page.tree is None:
            return Recognition(confidence=0.0, evidence="no markup")
        rows = sum(
            1 for one in page.tree.iter("li", "tr") if _ROW_ID.fullmatch(one.get("id") or "")
        )
        pager = _pager_words(page)
        articles = sum(1 for row in listing_rows(page, ARTICLE_URL) if ARTICLE_URL.search(row.url))
        seen = [f"{rows} rows of the form line_uN_k"] if rows else []
        seen += [f"a pager of {', '.join(sorted(pager))}"] if pager else []
        seen += [f"{articles} articles info/N/N.htm"] if articles and (rows or pager) else []
        confidence = (
            0.5 * bool(rows) + 0.3 * bool(pager) + 0.15 * bool(articles and (rows or pager))
        )
        return Recognition(confidence=confidence, evidence="; ".join(seen) or "nothing of VSB")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows, the total that the pager names, and the page behind 下页."""
        yield from listing_rows(page, ARTICLE_URL)
        total = advertised_rows(page)
        if total is not None:
            yield AdvertisedTotal(rows=total)
        following = _following(page)
        if following is not None:
            yield following


def _pager_words(page: Page) -> set[str]:
    assert page.tree is not None
    found: set[str] = set()
    for element in islice(page.tree.iter("span", "div", "a", "td"), MAX_LINKS):
        found |= _PAGER_WORDS.intersection((element.get("class") or "").split())
    return found


def _following(page: Page) -> NextPage | None:
    if page.tree is None:
        return None
    for element in islice(page.tree.iter("a"), MAX_LINKS):
        if not _is_next(element):
            continue
        url = resolve(base_url(page), element.get("href") or "", page.charset)
        if url is not None and same_site(url, page.url) and not same_page(url, page.url):
            return NextPage(url=url)
    return None


def _is_next(anchor: HtmlElement) -> bool:
    """A link in a span of class p_next, or called 下页 or 下一页; a disabled one has no link."""
    parent = anchor.getparent()
    classes = f"{anchor.get('class') or ''} {parent.get('class') if parent is not None else ''}"
    return "p_next" in classes.split() or "".join(short_text(anchor).split()) in ("下页", "下一页")
