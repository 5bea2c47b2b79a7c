"""TRS's searches: govsearch in a frame, WAS5 by POST, IGS in JSON (portal-families 2.2).

All three answer a page that repeats earlier rows when asked too far: a page without a new row ends
the listing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.adapters.api_rows import entry_of
from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.embedded import json_of, number_of, objects, text_of
from crawler.adapters.rows import listing_rows
from crawler.adapters.totals import advertised_rows
from extract.addresses import base_url, resolve, same_site
from extract.document import Page

_SEARCH = re.compile(
    r"/govsearch/(?:simp_gov_list|search)\.jsp$|/govsearch/jsonp/\w+\.jsp$"
    r"|/was5/web/search$|/igs/front/search(?:/list\.html|\.jhtml)$"
)
_WRITTEN = re.compile(
    r"[\"']((?:https?:)?[^\s\"'<>]{0,120}(?:/govsearch/jsonp/\w+\.jsp"
    r"|/igs/front/search(?:/list\.html|\.jhtml))\?[^\s\"'<>]{1,900})[\"']"
)
_GO = re.compile(r"PageNav\.go\(\s*(\d{1,5})\s*,\s*(\d{1,5})\s*\)")
_DAY = re.compile(r"(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}")
MAX_FORMS = 30


class TrsDynamic:
    """Reads the shell that holds a search, and the search's answers."""

    name = "trs_dynamic"

    def recognise(self, page: Page) -> Recognition:
        """By the address of a search that was asked, with its rows; or by a search in the page."""
        kind = _SEARCH.search(urlsplit(page.url).path)
        if kind is not None and (_items(page) is not None or listing_rows(page)):
            return Recognition(confidence=0.93, evidence=f"an answer of {kind[0]}")
        first = _first(page)
        if first is None or any(row.looks_like_report for row in listing_rows(page)):
            return Recognition(confidence=0.0, evidence="no list that a search fills")
        return Recognition(confidence=0.91, evidence=f"a list filled by {urlsplit(first.url).path}")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of an answer and the page after it; of a shell the search's first page."""
        items = _items(page)
        if items is not None:
            yield from _of_json(page, items)
        elif _SEARCH.search(urlsplit(page.url).path) is not None:
            yield from _of_markup(page)
        elif (first := _first(page)) is not None:
            yield first


def _of_json(page: Page, items: list[dict[str, Any]]) -> Iterator[Parsed]:
    if not items:
        yield NoMoreRows(evidence="the search has no more rows")
        return
    for item in items:
        lower = {name.lower(): value for name, value in item.items()}
        url = text_of(lower, "docpuburl", "puburl", "url", "docurl", "link")
        title = text_of(lower, "title", "doctitle", "sourcetitle")
        shown = text_of(lower, "pubdate", "docreltime", "publishdate", "crtime")
        if not shown and (inside := _DAY.search(text_of(lower, "tip"))) is not None:
            shown = inside[0]
        entry = entry_of(page, url, title, shown)
        if entry is not None:
            yield entry
    answer = json_of(page.text)
    held = answer.get("page") if isinstance(answer, dict) else None
    told: dict[str, Any] = held if isinstance(held, dict) else {}
    yield AdvertisedTotal(rows=number_of(told, "total", "totalElements"))
    pages, number = number_of(told, "totalPages", "pagecount"), _number(page)
    if pages is None or number < pages:
        yield _numbered(page, number + 1)


def _of_markup(page: Page) -> Iterator[Parsed]:
    rows = listing_rows(page)
    yield from rows
    total = advertised_rows(page)
    if total is not None:
        yield AdvertisedTotal(rows=total)
    number, said = _number(page), _GO.findall(page.text)
    pages = max((int(last) for _, last in said), default=None)
    if rows and (pages is None or number < pages):
        yield _numbered(page, number + 1)


def _number(page: Page) -> int:
    """The page that was asked for, from 1."""
    told = dict(_asked(page))
    shown = told.get("page", told.get("pageNumber", ""))
    return int(shown) if shown.isdigit() and int(shown) > 0 else 1


def _asked(page: Page) -> list[tuple[str, str]]:
    sent = page.request_body.decode("utf-8", "replace") if page.method == "POST" else ""
    return parse_qsl(sent or urlsplit(page.url).query, keep_blank_values=True)


def _numbered(page: Page, number: int) -> NextPage:
    """The same request for another page."""
    asked = _asked(page)
    name = "pageNumber" if any(key == "pageNumber" for key, _ in asked) else "page"
    form = [(key, value) for key, value in asked if key != name] + [(name, str(number))]
    if page.method == "POST":
        return NextPage(url=page.url, method="POST", body=urlencode(form).encode(), ajax=True)
    return NextPage(url=urlunsplit(urlsplit(page.url)._replace(query=urlencode(form))), ajax=True)


def _items(page: Page) -> list[dict[str, Any]] | None:
    """The items of an answer in JSON or JSONP; None for what is none."""
    if _SEARCH.search(urlsplit(page.url).path) is None:
        return None
    answer = json_of(page.text)
    if isinstance(answer, list):
        return objects({"rows": answer}, "rows")
    if not isinstance(answer, dict):
        return None
    for path in (("page", "content"), ("docs",), ("data",), ("list",), ("results",)):
        found = objects(answer, *path)
        if found:
            return found
    return []


def _first(page: Page) -> NextPage | None:
    """The first page of the search that a shell holds: by a form, or by an address in script."""
    if page.tree is None or _SEARCH.search(urlsplit(page.url).path):
        return None
    for form in islice(page.tree.iter("form"), MAX_FORMS):
        action = (form.get("action") or "").strip()
        path = urlsplit(action).path
        if _SEARCH.search(path) and (form.get("target") == "DataList" or _is_of_list(form)):
            return _submitted(page, form, action)
    written = _WRITTEN.search(page.text)
    url = resolve(base_url(page), html.unescape(written[1]), page.charset) if written else None
    return NextPage(url=url, ajax=True) if url and same_site(url, page.url) else None


def _is_of_list(form: HtmlElement) -> bool:
    """A form that names a channel and asks nobody for words: the site's own search does."""
    kinds = {
        str(field.get("name")): (field.get("type") or "text").lower()
        for field in form.iter("input")
        if field.get("name")
    }
    return kinds.get("channelid") == "hidden" and "text" not in kinds.values()


def _submitted(page: Page, form: HtmlElement, action: str) -> NextPage | None:
    """The form sent as it stands, hidden fields alone: what a person types is no part of a list."""
    fields = [
        (str(field.get("name")), str(field.get("value") or ""))
        for field in form.iter("input")
        if field.get("name") and (field.get("type") or "").lower() == "hidden"
    ]
    url = resolve(base_url(page), action, page.charset)
    if url is None or not same_site(url, page.url):
        return None
    if (form.get("method") or "get").lower() == "post":
        return NextPage(url=url, method="POST", body=urlencode(fields).encode())
    return NextPage(url=urlunsplit(urlsplit(url)._replace(query=urlencode(fields))))
