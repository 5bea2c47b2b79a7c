"""Further pages that a listing links in its markup: 下一页, rel=next, numbers with addresses.

Never to another site, never a calendar: an endless supply of months is the commonest trap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.adapters.base import NextPage
from crawler.adapters.row_dates import short_text
from crawler.adapters.rows import MAX_LINKS
from extract.addresses import base_url, resolve, same_page, same_site
from extract.document import Page

MAX_NUMBERED = 30
"""Numbered pages taken from one page; a pager shows about ten, and later pages show more."""

_NEXT = re.compile(
    r"[\[【(（]?\s*([下后後]一?[页頁]|下一[页頁]|next( page)?)\s*[>»›→]*\s*[\]】)）]?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\[［(（]?\s*(\d{1,3})\s*[\]］)）]?")
_CALENDAR_NAME = re.compile(r"calendar|datepicker|rili|wdate", re.IGNORECASE)
_CALENDAR_QUERY = re.compile(r"[?&](?:y|m|d|year|month|day|date|yue|nian|rq)=", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def next_links(page: Page) -> list[NextPage]:
    """The following pages that the markup links, each once; empty on the last page."""
    if page.tree is None:
        return []
    urls = list(dict.fromkeys(_said_next(page))) or list(dict.fromkeys(_numbered(page)))
    return [NextPage(url=url) for url in urls[:MAX_NUMBERED]]


def _said_next(page: Page) -> Iterator[str]:
    """Links that call themselves the next page."""
    assert page.tree is not None
    for element in islice(page.tree.iter("a", "link"), MAX_LINKS):
        relation = (element.get("rel") or "").lower().split()
        says_next = element.tag == "a" and bool(_NEXT.fullmatch(_label(element)))
        if says_next or ("next" in relation and not _is_calendar(element)):
            url = _usable(page, element)
            if url is not None:
                yield url


def _label(element: HtmlElement) -> str:
    return " ".join(short_text(element).split()) or (element.get("title") or "")


def _numbered(page: Page) -> Iterator[str]:
    """Links whose text is a number and whose address differs from its neighbours' in it alone."""
    assert page.tree is not None
    groups: dict[tuple[str, ...], dict[int, str]] = {}
    for element in islice(page.tree.iter("a"), MAX_LINKS):
        number = _NUMBER.fullmatch(_label(element))
        url = None if number is None else _usable(page, element)
        if number is None or url is None or _is_calendar(element):
            continue
        for pattern in _patterns(url, int(number[1])):
            groups.setdefault(pattern, {})[int(number[1])] = url
    best: dict[int, str] = max(groups.values(), key=len, default={})
    yield from (best[number] for number in sorted(best) if number > 1)


def _patterns(url: str, number: int) -> Iterator[tuple[str, ...]]:
    """The address with its page number taken out: as it is, or counted from 0."""
    for match in _DIGITS.finditer(url):
        if len(match[0]) <= 6 and int(match[0]) in (number, number - 1):
            offset = str(number - int(match[0]))
            yield url[: match.start()], url[match.end() :], offset


def _is_calendar(element: HtmlElement) -> bool:
    if _CALENDAR_QUERY.search(element.get("href") or ""):
        return True
    return any(
        _CALENDAR_NAME.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
        for ancestor in islice(element.iterancestors(), 6)
    )


def _usable(page: Page, element: HtmlElement) -> str | None:
    url = resolve(base_url(page), element.get("href") or "", page.charset)
    if url is None or same_page(url, page.url) or not same_site(url, page.url):
        return None
    return url
