"""What a page needs to be shown as it looked: its stylesheets, scripts, icons and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement

from extract.addresses import base_url, resolve, same_page
from extract.document import Page

MOST_NAMED = 100
"""Addresses taken of one page; those after them in page order are left out."""

MOST_SEEN = 5000
"""References looked at in one page or stylesheet: a hostile one may repeat a few without end."""

_SHOWN_BY = frozenset({"stylesheet", "icon"})
_SOURCES = {
    "script": ("src",),
    "img": ("src", "data-src", "data-original", "_src"),
    "input": ("src",),
}
"""Attributes that name pictures and scripts; those of lazy loading as sites have them."""
_STYLES = etree.XPath("//@style[contains(., '(')]")
_BACKGROUNDS = etree.XPath("//@background")
_PROGRAM = re.compile(r"\.(?:aspx?|jspx?|php\d?|do|action|cgi|ashx|htm|html|shtml)$", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_IN_STYLE = re.compile(
    r"""url\(\s*(?:"([^"\n]{0,2000})"|'([^'\n]{0,2000})'|([^\s"'()]{0,2000}))\s*\)"""
    r"""|@import\s+(?:"([^"\n]{0,2000})"|'([^'\n]{0,2000})')""",
    re.IGNORECASE,
)


def requisites_of(page: Page) -> tuple[str, ...]:
    """Absolute http(s) addresses of what the page is shown with, each once, in page order and
    those of styles and backgrounds last, at most MOST_NAMED; none for what is no HTML. The page
    itself is left out, and so are scripts and pictures that a program makes: counters, captchas
    and services, of which each page has its own.
    """
    if page.tree is None:
        return ()
    hrefs = chain(
        _hrefs(page.tree.iter("link", "style", *_SOURCES)),
        chain.from_iterable(map(_in_style, _values(page.tree, _STYLES))),
        filter(_is_stored, _values(page.tree, _BACKGROUNDS)),
    )
    return _absolute(hrefs, base_url(page), page)


def _values(tree: HtmlElement, path: etree.XPath) -> Iterator[str]:
    found = path(tree)
    assert isinstance(found, list)
    return map(str, found)


def requisites_of_stylesheet(page: Page) -> tuple[str, ...]:
    """The same of a stylesheet: what its ``url(…)`` and ``@import`` name (CSS Syntax 3, §4.3.6).

    Relative addresses are joined to the stylesheet's own. References in comments are none.
    """
    return _absolute(_in_style(page.text), page.url, page)


def _in_style(text: str) -> Iterator[str]:
    for found in _IN_STYLE.finditer(_COMMENT.sub(" ", text)):
        yield next(filter(None, found.groups()), "")


def _hrefs(elements: Iterable[_Element]) -> Iterator[str]:
    for element in elements:
        if element.tag == "link":
            kinds = (element.get("rel") or "").lower().split()
            # an alternative one is not applied until a reader picks it
            if _SHOWN_BY.intersection(kinds) and "alternate" not in kinds:
                yield element.get("href") or ""
        elif element.tag == "style":
            yield from _in_style(element.text or "")
        else:
            named = (element.get(name) or "" for name in _SOURCES[str(element.tag)])
            yield from filter(_is_stored, named)


def _is_stored(href: str) -> bool:
    """Whether an address seems to be that of a file, and not of a program."""
    return _PROGRAM.search(href.partition("#")[0].partition("?")[0]) is None


def _absolute(hrefs: Iterable[str], base: str, page: Page) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for href in islice(hrefs, MOST_SEEN):
        url = resolve(base, href, page.charset)
        if url is not None and not same_page(url, page.url):
            found[url] = None
        if len(found) == MOST_NAMED:
            break
    return tuple(found)
