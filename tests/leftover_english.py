"""Walks the pages of a running browse in Chinese and finds what is left in English."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from browsing import RunningBrowse
from lxml import html

NOT_SENTENCES = ("code", "pre", "script", "style", "textarea")
"""Elements that hold names, commands and queries."""

DATA = ("address", "text", "differences")
"""Classes of elements that hold what a page or a record is called or says."""

NO_PAGES = ("/open", "/corpus", "/downloads/", "/style.css", "/icon.svg", "/-/")
_QUOTED = re.compile(r"“[^”]*”|`[^`]*`")
"""The words of others, and commands."""
_ADDRESSES = re.compile(
    r"(?:https?://|mailto:)\S+|\S+\.(?:toml|csv|txt|md|json|gz)\b|urn:uuid:[0-9a-f-]+"
)
_ENGLISH = re.compile(r"\b[A-Za-z]+(?:['’-][A-Za-z]+)*(?:[ ,:;]+[A-Za-z]+(?:['’-][A-Za-z]+)*)+\b")
_NAMES = re.compile(r"^(?:JSON Lines|CSV\W+Parquet\W+WACZ|English|GET|HEAD)$")


def leftover(page: str) -> list[str]:
    """Runs of two English words and more in a page, in its text and in what is read out of it."""
    tree = html.fromstring(page)
    return [
        found[0]
        for text in _texts(tree)
        for found in _ENGLISH.finditer(_ADDRESSES.sub(" · ", _QUOTED.sub(" · ", text)))
        if not _NAMES.match(found[0])
    ]


def _texts(element: html.HtmlElement) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    names = (element.get("class") or "").split()
    if element.tag not in NOT_SENTENCES and not set(names) & set(DATA):
        for attribute in ("title", "aria-label", "alt", "placeholder"):
            yield element.get(attribute) or ""
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def walk(browse: RunningBrowse, starts: tuple[str, ...], *, most: int) -> Iterator[tuple[str, str]]:
    """Pages by their addresses, messages too, each once: from some of them by their links."""
    waiting, seen = deque(starts), set(starts)
    while waiting and most:
        path = waiting.popleft()
        most -= 1
        page = browse.get(path).body.decode("utf-8")
        yield path, page
        for link in html.fromstring(page).iter("a"):
            parts = urlsplit(link.get("href") or "")
            onward = f"{parts.path}?{parts.query}" if parts.query else parts.path
            is_page = parts.path and not parts.netloc and "lang=" not in parts.query
            if not is_page or parts.path.startswith(NO_PAGES) or ".json" in parts.path:
                continue
            if onward not in seen:
                seen.add(onward)
                waiting.append(onward)
