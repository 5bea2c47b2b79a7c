"""Ucap (开普): one skin asks by a channel's id, the other posts a query (portal-families 2.6).

The second can stand on addresses that another platform left behind (``/col/colN/``): pages are
known by what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crawler.adapters.api_rows import entry_of
from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.embedded import assigned, json_of, number_of, objects, scripts, text_of
from crawler.adapters.rows import listing_rows
from extract.addresses import resolve
from extract.document import Page

ARTICLE_URL = re.compile(
    r"/c\d{4,9}/\d{6}/[\w/]*(?:content|[0-9a-f]{32}|\d{5,12})\.s?html?$|/content/content_\d{10,25}\.html$"
)
CHANNEL_ROWS, QUERY_ROWS = 18, 15
"""Rows a page, as the portals' own scripts ask."""

_SEARCH_PATH = re.compile(
    r"/common/(?:search|searchList)/(\w{1,40})|/(?:search|searchList)/(\w{32})$"
)
_SITE = re.compile(r"webSiteCode(?:\[\])?[\"']?\s*[:=]\s*\[?\s*[\"']([\w.\-]{1,80})[\"']")
_CHANNEL = re.compile(r"channelCode(?:\[\])?[\"']?\s*[:=]\s*\[?\s*[\"']([\w.\-]{1,80})[\"']")


class UcapChannel:
    """The skin with ``channelId``: ``/common/search/ID?…&page=1`` answers the rows."""

    name = "ucap_channel"

    def recognise(self, page: Page) -> Recognition:
        """By an answer's members, or by the metas of a list."""
        if _channel_answer(page) is not None:
            return Recognition(confidence=0.95, evidence="results of a channel in an answer")
        channel = _channel_of(page)
        if channel is None or _is_article(page):
            return Recognition(confidence=0.0, evidence="no channel of a list")
        return Recognition(confidence=0.91, evidence=f"the channel {channel} in a meta")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows and the next page; of the list's page the search of its channel."""
        answer = _channel_answer(page)
        if answer is not None:
            yield from self._answered(page, answer)
            return
        rows = listing_rows(page, ARTICLE_URL)
        yield from rows
        channel = _channel_of(page)
        if channel is None:
            return
        # rows in the page are its first page: of the size that they say
        query = {"_isAgg": "true", "_isJson": "true", "_template": "index"}
        query |= {"_pageSize": str(len(rows) or CHANNEL_ROWS), "page": "2" if rows else "1"}
        path = f"/common/search/{quote(channel)}"
        url = urlunsplit(urlsplit(page.url)._replace(path=path, query=urlencode(query)))
        yield NextPage(url=url, alternative=_second(page) if rows else None, ajax=True)

    def _answered(self, page: Page, answer: dict[str, Any]) -> Iterator[Parsed]:
        rows = objects(answer, "results")
        if not rows:
            yield NoMoreRows(evidence="the channel has no more results")
            return
        for item in rows:
            shown = text_of(item, "publishedTimeStr", "publishedTime")
            entry = entry_of(page, text_of(item, "url"), text_of(item, "title"), shown)
            if entry is not None:
                yield entry
        total, size = number_of(answer, "total"), number_of(answer, "rows")
        number = number_of(answer, "page") or 1
        yield AdvertisedTotal(rows=total)
        if total is None or number * (size or len(rows)) < total:
            parts = urlsplit(page.url)
            query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {"page": str(number + 1)}
            yield NextPage(url=urlunsplit(parts._replace(query=urlencode(query))), ajax=True)


class UcapQuery:
    """The skin with ``queryList``: rows as data in the page, further ones by POST."""

    name = "ucap_query"

    def recognise(self, page: Page) -> Recognition:
        """By an answer's members, or by the page's own data and call."""
        if _query_answer(page) is not None:
            return Recognition(confidence=0.95, evidence="results with a source in an answer")
        if page.tree is None or "articleList" not in page.text or "loadPageData" not in page.text:
            return Recognition(confidence=0.0, evidence="no articleList")
        return Recognition(confidence=0.95, evidence="an articleList that loadPageData shows")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of the page's data or of an answer, and the POST for the next."""
        answer = _query_answer(page)
        if answer is None:
            yield from self._shell(page)
            return
        rows = objects(answer, "results")
        if not rows:
            yield NoMoreRows(evidence="the query has no more results")
            return
        yield from _sources(page, rows)
        form = parse_qsl(page.request_body.decode("utf-8", "replace"), keep_blank_values=True)
        told = dict(form)
        number, size = number_of(told, "current") or 1, number_of(told, "pageSize") or QUERY_ROWS
        total = number_of(answer, "total", "totalCount", "count")
        yield AdvertisedTotal(rows=total)
        if form and (total is None or number * size < total):
            yield _query(page, [(k, str(number + 1) if k == "current" else v) for k, v in form])

    def _shell(self, page: Page) -> Iterator[Parsed]:
        data = assigned(page, "articleList") or assigned(page, "listData.articleList")
        rows = objects({"rows": data}, "rows")
        yield from _sources(page, rows)
        script = "\n".join(scripts(page))
        sites, channels = _SITE.search(script), _CHANNEL.search(script)
        if sites is None or channels is None:
            return
        number = len(rows) // QUERY_ROWS + 1  # the page on which the first unseen row stands
        yield _query(
            page,
            [
                ("current", str(number)),
                ("pageSize", str(QUERY_ROWS)),
                ("webSiteCode[]", sites[1]),
                ("channelCode[]", channels[1]),
                ("sort", "sortNum"),
                ("order", "desc"),
            ],
        )


def _query(page: Page, form: list[tuple[str, str]]) -> NextPage:
    url = urlunsplit(urlsplit(page.url)._replace(path="/queryList", query=""))
    return NextPage(url=url, method="POST", body=urlencode(form).encode(), ajax=True)


def _sources(page: Page, rows: list[dict[str, Any]]) -> Iterator[Parsed]:
    """Rows whose address is JSON in a text (``{"pc": …}``), be they wrapped in ``source``."""
    for row in rows:
        inner = row.get("source")
        item: dict[str, Any] = inner if isinstance(inner, dict) else row
        urls = item.get("urls")
        addresses = json_of(urls) if isinstance(urls, str) else urls
        url = text_of(addresses, "pc", "common") if isinstance(addresses, dict) else ""
        title = text_of(item, "title", "showTitle")
        entry = entry_of(page, url or text_of(item, "url"), title, text_of(item, "pubDate"))
        if entry is not None:
            yield entry


def _channel_of(page: Page) -> str | None:
    """The channel that the list's metas name."""
    if page.tree is None:
        return None
    for meta in page.tree.iter("meta"):
        if (meta.get("name") or "").lower() == "channelid":
            value = (meta.get("content") or "").strip()
            return value if re.fullmatch(r"\w{1,40}", value) else None
    return None


def _is_article(page: Page) -> bool:
    return ARTICLE_URL.search(urlsplit(page.url).path) is not None


def _second(page: Page) -> str | None:
    """The static second page, ``list_2.shtml`` beside ``list.shtml``."""
    stem, dot, ext = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")
    return resolve(page.url, f"{stem}_2{dot}{ext}") if dot else None


def _channel_answer(page: Page) -> dict[str, Any] | None:
    if _SEARCH_PATH.search(urlsplit(page.url).path) is None:
        return None
    answer = json_of(page.text)
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) and "results" in data else None


def _query_answer(page: Page) -> dict[str, Any] | None:
    if page.method != "POST" or not urlsplit(page.url).path.endswith("/queryList"):
        return None
    answer = json_of(page.text)
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) and "results" in data else None
