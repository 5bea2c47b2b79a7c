"""Anhui's Longxun (龙讯): columns whose rows are fragments of markup (portal-families 2.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.rows import MAX_LINKS, listing_rows
from extract.addresses import resolve
from extract.document import Page

ARTICLE_URL = re.compile(r"/public/\d+/\d+\.html?$")
LABEL = "/site/label/8888"
NOTHING = "暂无相关信息"
_SEARCH_LINK = re.compile(r"[^\s\"'<>]{0,120}/site/label/8888\?[^\s\"'<>]{1,1500}")
_COLUMN = re.compile(r"^(.*?)/public/column/(\d+)$")
_MEMBER = re.compile(
    r"\b(siteId|organId|catId|cId|type|file|pageSize|labelName|dateFormat|length|action)[\"']?"
    r"\s*[:=]\s*[\"']?([\w/.\-]{1,120})"
)
_PAGES = re.compile(r"\bpageCount[\"']?\s*[:=]\s*[\"']?(\d{1,5})")


class Longxun:
    """Reads a column's shell (its rows come by a label's address) and the label's fragments."""

    name = "longxun"

    def recognise(self, page: Page) -> Recognition:
        """By a label's address asked for or named in the page; by a column's address with one."""
        if _is_fragment(page):
            return Recognition(confidence=0.95, evidence="a fragment of publicInfoList")
        named = LABEL in page.text and "publicInfoList" in page.text
        if not named:
            return Recognition(confidence=0.0, evidence="no label of a list")
        return Recognition(confidence=0.95, evidence="rows of the label publicInfoList")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows; of a fragment the next one while its pager says so."""
        rows = listing_rows(page, ARTICLE_URL)
        yield from rows
        if not _is_fragment(page):
            yield from _first(page, has_rows=bool(rows))
            return
        if not rows and NOTHING in page.text:
            yield NoMoreRows(evidence=f"the fragment says {NOTHING}")
            return
        query = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
        number = int(query.get("pageIndex") or 1)
        said = _PAGES.search(page.text)
        if said is None:
            return
        yield AdvertisedTotal(pages=int(said[1]))
        if number < int(said[1]):
            yield _fragment(page, page.url, query | {"pageIndex": str(number + 1)})


def _first(page: Page, *, has_rows: bool) -> Iterator[Parsed]:
    """The fragment that the shell's script would ask for: page 1, or 2 where page 1 is there."""
    link = _label_link(page)
    if link is None:
        return
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    said = _PAGES.search(page.text) if has_rows else None
    if has_rows and (said is None or int(said[1]) < 2):
        return
    yield _fragment(page, link, query | {"pageIndex": "2" if has_rows else "1"})


def _label_link(page: Page) -> str | None:
    """The label's address as the page has it, or made of the members that its script names."""
    for element in islice(page.tree.iter() if page.tree is not None else (), 20 * MAX_LINKS):
        for value in element.attrib.values():
            if LABEL in value and "labelName" in value:
                return resolve(page.url, value, page.charset)
    written = _SEARCH_LINK.search(page.text.replace("&amp;", "&"))
    if written is not None:
        return resolve(page.url, written[0], page.charset)
    column = _COLUMN.match(urlsplit(page.url).path)
    members = {name: value for name, value in _MEMBER.findall(page.text)}
    if column is None or "siteId" not in members:
        return None
    asked = dict(parse_qsl(urlsplit(page.url).query))
    form = {"IsAjax": "1", "dataType": "html", "labelName": "publicInfoList"}
    form |= {"type": "4", "action": "list", "pageSize": "15", "organId": column[2]}
    form |= {"isDate": "true", "dateFormat": "yyyy-MM-dd", "length": "80"}
    form |= {k: v for k, v in asked.items() if k in ("catId", "type")} | members
    path = f"{column[1]}{LABEL}"
    return resolve(page.url, urlunsplit(("", "", path, urlencode(form), "")), page.charset)


def _fragment(page: Page, url: str, query: dict[str, str]) -> NextPage:
    """A label's address; ``_`` is a number against caches that would make each address new."""
    kept = {name: value for name, value in query.items() if name != "_"}
    target = urlunsplit(urlsplit(url)._replace(query=urlencode(kept)))
    return NextPage(url=resolve(page.url, target) or target, ajax=True)


def _is_fragment(page: Page) -> bool:
    parts = urlsplit(page.url)
    return parts.path.endswith(LABEL) and "labelName=publicInfoList" in parts.query
