"""TRS WCM's static listings: rows in the page, the pager in script (portal-families 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.adapters.base import AdvertisedTotal, Parsed, Recognition
from crawler.adapters.following import following_page
from crawler.adapters.next_links import next_links
from crawler.adapters.rows import listing_rows
from crawler.adapters.sub_columns import year_columns
from crawler.adapters.totals import advertised_rows
from extract.document import Page
from extract.script_pager import ARTICLE_NAME, listing_pagers, script_pagers

ARTICLE_URL = re.compile(rf"/{ARTICLE_NAME.pattern}(?:_\d+)?\.(?:s?html?|docx?|pdf|ofd|wps)$", re.I)
"""…/202401/t20240115_123456.html; older sites have no month folder."""


class TrsStatic:
    """Reads listings whose articles are ``./YYYYMM/tYYYYMMDD_ID.html``.

    For example ``createPageHTML(3,0,"index","html")`` on ``/zfxxgk/zfxxgknb/`` leads to
    ``index_1.html``; the same call with ``"t20170803_1095855"`` pages an article and is left alone.
    """

    name = "trs_static"

    def recognise(self, page: Page) -> Recognition:
        """0 for an article; else by article addresses among the rows, and by a script pager."""
        article = article_evidence(page)
        if article is not None:
            return Recognition(confidence=0.0, evidence=article)
        rows = sum(1 for row in listing_rows(page, ARTICLE_URL) if ARTICLE_URL.search(row.url))
        pagers = listing_pagers(page)
        seen = [f"{rows} rows of the form tYYYYMMDD_ID"] if rows else []
        seen += [f"{pager.form} says {pager.pages} pages of {pager.name}" for pager in pagers]
        confidence = min(rows, 3) * 0.2 + (0.35 if pagers else 0.0)
        return Recognition(confidence=confidence, evidence="; ".join(seen) or "nothing of TRS")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows, then the totals of its pagers, then the page after this one.

        Where the totals say that every row is in the page (sliced by script), there is no other.
        """
        rows = listing_rows(page, ARTICLE_URL)
        yield from rows
        yield from year_columns(page)
        pagers = listing_pagers(page)
        for pager in pagers:
            if pager.rows is not None and pager.rows <= len(rows):
                yield AdvertisedTotal(rows=pager.rows, pages=1)
                continue
            yield AdvertisedTotal(rows=pager.rows, pages=pager.pages)
            following = following_page(page, pager)
            if following is not None:
                yield following
        if not pagers:
            total = advertised_rows(page)
            if total is not None:
                yield AdvertisedTotal(rows=total)
            yield from next_links(page)


def article_evidence(page: Page) -> str | None:
    """Why the page is an article and no listing; None when nothing says so."""
    if ARTICLE_URL.search(urlsplit(page.url).path):
        return "the address is an article's"
    if any(pager.splits_article for pager in script_pagers(page)):
        return "its pager splits an article"
    if page.tree is not None and not listing_pagers(page):
        # with a pager of its own, a listing whose template copies the article's metas
        for meta in page.tree.iter("meta"):
            says_title = (meta.get("name") or "").lower() == "articletitle"
            if says_title and (meta.get("content") or "").strip() not in ("", "null"):
                return "it has an ArticleTitle"
    return None
