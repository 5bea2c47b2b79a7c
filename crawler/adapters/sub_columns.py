"""Sub-columns: 「2018年」 or 「2019年以前」 on a listing leads to a listing of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from crawler.adapters.base import NextPage
from crawler.adapters.row_dates import short_text
from crawler.adapters.rows import MAX_LINKS
from extract.addresses import base_url, resolve, same_page, same_site
from extract.document import Page

MAX_COLUMNS = 40
"""Years since the regulation of 2008, and a few by kind of body."""

_LABEL = re.compile(
    r"(?:19|20)\d\d\s*年?度?(?:\s*[-—至]\s*(?:20)?\d\d\s*年?)?(?:及?以前|之前|前)?"
    r"(?:的?(?:政府)?信息公开(?:工作)?)?(?:年度?报告?|工作年度报告)?"
)
_INDEX = re.compile(r"(?:index|list)\w*\.s?html?$")


def year_columns(page: Page) -> Iterator[NextPage]:
    """The listings of single years below this one, each once.

    A link is one when all its text is a year's label and its address is a folder (or its index)
    inside the listing's own: an article has a name of its own, an archive of news lies elsewhere.
    """
    if page.tree is None:
        return
    folder = urlsplit(page.url).path.rpartition("/")[0] + "/"
    seen: set[str] = set()
    for anchor in islice(page.tree.iter("a"), MAX_LINKS):
        label = "".join(short_text(anchor).split()).strip("[]【】()（）·>»")
        if not label or not _LABEL.fullmatch(label):
            continue
        url = resolve(base_url(page), anchor.get("href") or "", page.charset)
        if url is None or url in seen or not same_site(url, page.url) or same_page(url, page.url):
            continue
        path = urlsplit(url).path
        inside = path.startswith(folder) and path != folder
        if inside and (path.endswith("/") or _INDEX.search(path)) and len(seen) < MAX_COLUMNS:
            seen.add(url)
            yield NextPage(url=url)
