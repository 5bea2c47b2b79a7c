"""Listing addresses that answer with a shell: a page that only sends the browser elsewhere."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from extract.addresses import base_url, resolve, same_page
from extract.document import Page

MAX_SHELL_CHARS = 4000
"""A page longer than this says something itself; the shells seen have 300 to 1,500 characters."""

_REFRESH = re.compile(
    r"\s*\d{1,2}(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE
)
_LOCATION = re.compile(
    r"\blocation(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|\blocation\.replace\(\s*[\"']([^\"']+)[\"']"
)


def shell_target(page: Page) -> str | None:
    """Where a shell sends the browser, absolute; None for a page that is no shell.

    The address may be anywhere: see ``is_onward`` for what may be followed.
    """
    if page.tree is None or len(page.text) > MAX_SHELL_CHARS:
        return None
    for written in _targets(page):
        url = resolve(base_url(page), written, page.charset)
        if url is not None and not same_page(url, page.url):
            return url
    return None


def _targets(page: Page) -> list[str]:
    assert page.tree is not None
    targets = []
    for meta in islice(page.tree.iter("meta"), 50):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            match = _REFRESH.match(meta.get("content") or "")
            targets += [match[1]] if match else []
    for script in islice(page.tree.iter("script"), 10):
        targets += [first or second for first, second in _LOCATION.findall(script.text or "")]
    return targets


def is_onward(url: str, target: str) -> bool:
    """Whether a shell leads on and not away: to the same host, and not upwards.

    Removed columns send the browser to a parent folder or to the home page (portal-families 2.3).
    """
    here, there = urlsplit(url), urlsplit(target)
    if here.netloc != there.netloc:
        return False
    folder = there.path if there.path.endswith("/") else there.path.rpartition("/")[0] + "/"
    upwards = here.path.startswith(folder) and folder != here.path.rpartition("/")[0] + "/"
    return not upwards
