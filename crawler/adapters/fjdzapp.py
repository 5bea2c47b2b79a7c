"""Fujian's fjdzapp: a column whose rows come by POST from a search in JSON (portal-families 2.3).

On some portals half of the rows stand in the page; all of them are in the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.adapters.api_rows import entry_of
from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.embedded import json_of, number_of, objects, scripts, text_of
from crawler.adapters.rows import listing_rows
from extract.document import Page

SEARCH = "/fjdzapp/search"
ROWS_A_PAGE = 75
"""Asked for at once; servers take from 15 to 501."""
PROVINCE_CHANNEL = "229105"
"""The search channel of most of the province, for columns that name none."""

_MEMBER = re.compile(
    r"\b(channelid|chnlid|classsql|sortfield|classcol|recordCount)[\"']?\s*[:=]\s*[\"']?"
    r"([\w=\-,]{1,80})",
    re.IGNORECASE,
)
_CHANNEL_SQL = re.compile(r"chnlid=(\d{1,9})", re.IGNORECASE)


class Fjdzapp:
    """Reads the column's shell and the answers of its search."""

    name = "fjdzapp"

    def recognise(self, page: Page) -> Recognition:
        """By an answer's members, or by a column's number beside the count of its records."""
        if _answer(page) is not None:
            return Recognition(confidence=0.95, evidence="records of documents in an answer")
        told = _told(page)
        if "chnlid" not in told or not ("recordcount" in told or SEARCH in page.text):
            return Recognition(confidence=0.0, evidence="no column of a search")
        evidence = f"column {told['chnlid']} of {told.get('recordcount', 'some')} records"
        return Recognition(confidence=0.92, evidence=evidence)

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of an answer and the POST for the next; of the shell the POST for the first."""
        answer = _answer(page)
        if answer is None:
            yield from self._column(page)
            return
        rows = objects(answer, "data") or objects(answer, "docs")
        if not rows:
            yield NoMoreRows(evidence="the search has no more records")
            return
        for item in rows:
            url = text_of(item, "docpuburl", "url", "chnldocurl")
            entry = entry_of(page, url, text_of(item, "doctitle"), text_of(item, "docreltime"))
            if entry is not None:
                yield entry
        yield AdvertisedTotal(rows=number_of(answer, "recordCount"))
        yield from _following(page, answer)

    def _column(self, page: Page) -> Iterator[Parsed]:
        told = _told(page)
        column = told.get("chnlid")
        rows = listing_rows(page)
        count = int(told["recordcount"]) if told.get("recordcount", "").isdigit() else None
        yield AdvertisedTotal(rows=count)
        yield from rows
        if column is None or (count is not None and len(rows) >= count):
            return
        form = {
            "channelid": told.get("channelid", PROVINCE_CHANNEL),
            "sortfield": told.get("sortfield", "-docorderpri,-docreltime"),
            "classsql": f"chnlid={column}",
            "classcol": told.get("classcol", "publishyear"),
            "classnum": "100",
            "classsort": "0",
            "cache": "true",
            "page": "1",
            "prepage": str(ROWS_A_PAGE),
        }
        yield _post(page, form)


def _following(page: Page, answer: dict[str, Any]) -> Iterator[NextPage]:
    number, pages = number_of(answer, "page"), number_of(answer, "pageCount")
    form = dict(parse_qsl(page.request_body.decode("utf-8", "replace"), keep_blank_values=True))
    if number is not None and pages is not None and number < pages and form:
        yield _post(page, form | {"page": str(number + 1)})


def _post(page: Page, form: dict[str, str]) -> NextPage:
    url = urlunsplit(urlsplit(page.url)._replace(path=SEARCH, query=""))
    return NextPage(url=url, method="POST", body=urlencode(form).encode(), ajax=True)


def _told(page: Page) -> dict[str, str]:
    """What the page's scripts say of the column: names in lower case; ``chnlid`` its number."""
    told: dict[str, str] = {}
    for script in scripts(page):
        for name, value in _MEMBER.findall(script):
            told.setdefault(name.lower(), value)
    if (inside := _CHANNEL_SQL.search(told.get("classsql", ""))) is not None:
        told["chnlid"] = inside[1]
    if not told.get("chnlid", "").isdigit():
        told.pop("chnlid", None)
    return told


def _answer(page: Page) -> dict[str, Any] | None:
    answer = json_of(page.text)
    if not isinstance(answer, dict) or "recordCount" not in answer:
        return None
    rows = objects(answer, "data") or objects(answer, "docs")
    return answer if not rows or "doctitle" in rows[0] else None
