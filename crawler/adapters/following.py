"""The page after this one, by what a pager in script says (portal-families 2.1)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.adapters.base import NextPage
from extract.addresses import base_url, resolve, same_page, same_site
from extract.document import Page
from extract.script_pager import ScriptPager


def following_page(page: Page, pager: ScriptPager) -> NextPage | None:
    """The page after this one, None on the last.

    Page 1 is ``name.ext``; page 2 is ``name_1.ext`` on most portals, ``name_2.ext`` on some, even
    on neighbours. From page 1 the first is asked for and the other is the alternative; from page 2
    on, the page's own address tells which numbering holds.
    """
    current, shift = _place(page.url, pager)
    if current + 1 >= pager.pages:
        return None
    likely = int(pager.from_one) if shift is None else shift
    url = _numbered(page, pager, current + 1 + likely)
    if url is None:
        return None
    other = _numbered(page, pager, current + 2 - likely) if shift is None else None
    return NextPage(url=url, alternative=other)


def _place(url: str, pager: ScriptPager) -> tuple[int, int | None]:
    """Which page (from 0) an address is, and what its number adds to that; None if unknown."""
    stem = re.escape(pager.name.rpartition("/")[2])
    number = re.search(rf"/{stem}_(\d{{1,6}})\.\w+$", urlsplit(url).path)
    if number is None:
        return pager.current, None
    shift = int(number[1]) - pager.current
    if shift in (0, 1):
        return pager.current, shift
    return int(number[1]), 0  # a script copied unchanged into every page: the address is right


def _numbered(page: Page, pager: ScriptPager, number: int) -> str | None:
    """The address of a numbered page; None if it would leave the site or be this page."""
    url = resolve(base_url(page), f"{pager.name}_{number}.{pager.ext}", page.charset)
    if url is None or not same_site(url, page.url) or same_page(url, page.url):
        return None
    return url
