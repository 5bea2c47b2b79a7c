"""Hanweb jpage: rows stand as XML in a script, further ones come from a data proxy.

Portal-families 2.4. An HTML parser sees none of the rows as links; the addresses with ``pageNum``
that the pager shows are of the browser alone and always answer with page 1.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.fragments import as_page
from crawler.adapters.rows import listing_rows
from extract.addresses import base_url, resolve, same_site
from extract.document import Page

ARTICLE_URL = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\w+_\d+\.html?$")
"""Month and day are not padded with zeros."""
SCREENS_A_GROUP = 3
"""Screen pages that the portal's own script asks for at once."""

_DATASTORE = re.compile(r"<datastore\b[^>]*>(.*?)</datastore>", re.DOTALL | re.IGNORECASE)
_RECORD = re.compile(
    r"<record\b[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL | re.IGNORECASE
)
_NEXT_GROUP = re.compile(r"<nextgroup\b[^>]*>(.*?)</nextgroup>", re.DOTALL | re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_CALL = re.compile(r"\.jpage\s*\(\s*\{(.{0,4000}?)\}\s*\)", re.DOTALL)
_MEMBER = re.compile(r"[\"']?(\w{1,40})[\"']?\s*:\s*(?:'([^'\n]*)'|\"([^\"\n]*)\"|(\d{1,9}))")
_SAID = re.compile(r"<(totalrecord|totalpage)>\s*(\d{1,7})\s*<", re.IGNORECASE)


class HanwebJpage:
    """Reads a column's page with its ``<datastore>``, and the data proxy's answers.

    For example 45 rows of 76 stand in ``/col/col80179/index.html``; the rest is asked for as
    ``dataproxy.jsp?startrecord=46&endrecord=90&perpage=15`` with the column's own ids.
    """

    name = "hanweb_jpage"

    def recognise(self, page: Page) -> Recognition:
        """By a datastore with records; with jpage's own call it is sure."""
        store = _DATASTORE.search(page.text)
        if store is None:
            return Recognition(confidence=0.0, evidence="no datastore")
        if page.tree is None or page.tree.find(".//body//a") is None:
            return Recognition(confidence=0.95, evidence="an answer of the data proxy")
        called = _CALL.search(page.text) is not None
        seen = f"a datastore of {len(_RECORD.findall(store[1]))} records"
        return Recognition(
            confidence=0.95 if called else 0.7, evidence=f"{seen}{', called by jpage' * called}"
        )

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of every datastore, the totals, and the next window of the proxy."""
        for store in _DATASTORE.finditer(page.text):
            records = _RECORD.findall(store[1])
            yield from _rows(page, records)
            options = _options(page)
            total = _total(store[1], options)
            yield AdvertisedTotal(rows=total)
            if not records:
                yield NoMoreRows(evidence="the datastore has no records")
                continue
            following = _following(page, store[1], options, count=len(records), total=total)
            if following is not None:
                yield following


def _rows(page: Page, records: list[str]) -> Iterator[Parsed]:
    markup = "\n".join(records)
    table = "<tr" in markup[:2000].lower()
    inner = f"<table>{markup}</table>" if table else f"<ul>{markup}</ul>"
    yield from listing_rows(as_page(page, f"<html><body>{inner}</body></html>"), ARTICLE_URL)


def _options(page: Page) -> dict[str, str]:
    """The members of jpage's argument; empty in an answer of the proxy."""
    called = _CALL.search(page.text)
    members = _MEMBER.findall(called[1]) if called else []
    return {name: single or double or number for name, single, double, number in members}


def _total(store: str, options: dict[str, str]) -> int | None:
    said = {name.lower(): int(number) for name, number in _SAID.findall(store)}
    shown = options.get("totalRecord", "")
    return said.get("totalrecord", int(shown) if shown.isdigit() else None)


def _following(
    page: Page, store: str, options: dict[str, str], *, count: int, total: int | None
) -> NextPage | None:
    """The window after this page's: from the page's own link to the proxy, or from the address of
    the window that this answer is. None at the end.
    """
    group = _NEXT_GROUP.search(store)
    href = _HREF.search(group[1]) if group else None
    asked = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    if "startrecord" in asked:
        end = _number(asked.get("endrecord"))
        return _window(
            page, page.url, start=end + 1, size=end + 1 - _number(asked["startrecord"]), total=total
        )
    if "dataproxy" in page.url and "page" in asked:
        return _numbered(page, page.url, _number(asked["page"]) + 1)
    target = html.unescape(href[1]) if href else options.get("proxyUrl", "")
    if not target or (total is not None and count >= total):
        return None
    if href and "startrecord" not in target and "page=" in target:
        return _numbered(page, target, None)
    size = SCREENS_A_GROUP * (_number(options.get("perPage")) or 15)
    return _window(page, target, start=count + 1, size=size, total=total, options=options)


def _window(
    page: Page,
    target: str,
    *,
    start: int,
    size: int,
    total: int | None,
    options: dict[str, str] | None = None,
) -> NextPage | None:
    """The inclusive range of records from ``start``."""
    if total is not None and start > total:
        return None
    end = start + max(size, 1) - 1
    given = {name: value for name, value in (options or {}).items() if name in _IDS}
    changed = {"startrecord": str(start), "endrecord": str(min(end, total or end))}
    if options and options.get("perPage"):
        changed["perpage"] = options["perPage"]
    return _asked(page, target, given, changed)


_IDS = frozenset(
    ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname")
) | {"permissiontype"}
"""What the proxy wants to know of the column."""


def _numbered(page: Page, target: str, number: int | None) -> NextPage | None:
    """The group that the page's link names, or the one with this number."""
    return _asked(page, target, {}, {} if number is None else {"page": str(number)})


def _asked(
    page: Page, target: str, given: dict[str, str], changed: dict[str, str]
) -> NextPage | None:
    parts = urlsplit(target)
    query = given | dict(parse_qsl(parts.query, keep_blank_values=True)) | changed
    encoded = urlencode(query, encoding="utf-8", safe="/:")
    url = resolve(base_url(page), urlunsplit(parts._replace(query=encoded)), page.charset)
    if url is None or not same_site(url, page.url):
        return None
    return NextPage(url=url, ajax=True)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
