"""What a page needs to be shown as it looked: its stylesheets, scripts, icons and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.etree import _Element

from extract.addresses import base_url, resolve, same_page
from extract.document import Page

MOST_NAMED = 100
"""Addresses taken of one page; those after them in page order are left out."""

MOST_SEEN = 5000
"""References looked at in one page or stylesheet: a hostile one may repeat a few without end."""

_SHOWN_BY = frozenset({"stylesheet", "icon"})
_SOURCES = {"script": ("src",), "img": ("src", "data-src", "data-original", "_src")}
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_IN_STYLE = re.compile(
    r"""url\(\s*(?:"([^"\n]{0,2000})"|'([^'\n]{0,2000})'|([^\s"'()]{0,2000}))\s*\)"""
    r"""|@import\s+(?:"([^"\n]{0,2000})"|'([^'\n]{0,2000})')""",
    re.IGNORECASE,
)


def requisites_of(page: Page) -> tuple[str, ...]:
    """Absolute http(s) addresses of what the page is shown with, each once, in page order, at
    most MOST_NAMED; none for what is no HTML. The page itself is left out.
    """
    if page.tree is None:
        return ()
    elements = page.tree.iter("link", "script", "img")
    return _absolute(_hrefs(elements), base_url(page), page)


def requisites_of_stylesheet(page: Page) -> tuple[str, ...]:
    """The same of a stylesheet: what its ``url(…)`` and ``@import`` name (CSS Syntax 3, §4.3.6).

    Relative addresses are joined to the stylesheet's own. References in comments are none.
    """
    text = _COMMENT.sub(" ", page.text)
    hrefs = (next(filter(None, found.groups()), "") for found in _IN_STYLE.finditer(text))
    return _absolute(hrefs, page.url, page)


def _hrefs(elements: Iterable[_Element]) -> Iterator[str]:
    for element in elements:
        if element.tag == "link":
            kinds = (element.get("rel") or "").lower().split()
            # an alternative one is not applied until a reader picks it
            if _SHOWN_BY.intersection(kinds) and "alternate" not in kinds:
                yield element.get("href") or ""
        else:
            for name in _SOURCES[str(element.tag)]:
                yield element.get(name) or ""


def _absolute(hrefs: Iterable[str], base: str, page: Page) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for href in islice(hrefs, MOST_SEEN):
        url = resolve(base, href, page.charset)
        if url is not None and not same_page(url, page.url):
            found[url] = None
        if len(found) == MOST_NAMED:
            break
    return tuple(found)
