"""Guangdong's gkmlpt: a catalogue in script, its columns by an API (portal-families 2.7).

The annual reports' column is named in the fragment of ``/gkmlpt/annualreport#ID``, which no server
is told; else it is the column of that name in the page's own tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.adapters.api_rows import entry_of
from crawler.adapters.base import AdvertisedTotal, NextPage, NoMoreRows, Parsed, Recognition
from crawler.adapters.embedded import json_of, number_of, objects, scripts, text_of, value_at
from extract.addresses import resolve
from extract.document import Page
from extract.titles import names_disclosure_report

ROWS_A_PAGE = 100
MAX_COLUMNS = 2000
_CATALOGUE = re.compile(r"^(.*?/gkmlpt)(?:/|$)")
_API = re.compile(r"/gkmlpt/api/all/(\d{1,9})$")
_SID = re.compile(r"\bSID[\"']?\s*:\s*[\"']?(\d{1,9})")
_TREE = re.compile(r"\bTREE[\"']?\s*:\s*(?=\[)")
_REPORTS_COLUMN = re.compile(r"年度?报告?$|年报")


class Gkmlpt:
    """Reads the catalogue's page, and the API's pages until one is not there (404)."""

    name = "gkmlpt"

    def recognise(self, page: Page) -> Recognition:
        """By the catalogue's configuration, or by an answer of its API."""
        if _answer(page) is not None:
            return Recognition(confidence=0.95, evidence="articles and classify in an answer")
        sid = _sid(page)
        if sid is None or _CATALOGUE.match(urlsplit(page.url).path) is None:
            return Recognition(confidence=0.0, evidence="no catalogue")
        return Recognition(confidence=0.95, evidence=f"a catalogue with SID {sid}")

    def parse_listing(self, page: Page) -> Iterator[Parsed]:
        """The rows of an API answer and the page after it; of the catalogue the column's page 1."""
        answer = _answer(page)
        if answer is None:
            yield from _columns(page)
            return
        articles = objects(answer, "articles")
        if not articles:
            yield NoMoreRows(evidence="the API has no more articles")
            return
        for item in articles:
            url = text_of(item, "url", "post_url")
            shown = text_of(item, "display_publish_time", "date", "created_at")
            entry = entry_of(page, url, text_of(item, "title"), shown)
            if entry is not None:
                yield entry
        yield from _following(page, answer, len(articles))


def _following(page: Page, answer: dict[str, Any], count: int) -> Iterator[Parsed]:
    """The next page while there may be one. ``post_count`` overstates, so it is no total; a page
    that is not full is the last.
    """
    parts = urlsplit(page.url)
    query = dict(parse_qsl(parts.query))
    number = max(int(query.get("page", "1") or 1), 1)  # page 0 is page 1
    total = number_of(answer, "total")
    said = total if total is not None else number_of(answer.get("classify") or {}, "post_count")
    if total is not None:
        yield AdvertisedTotal(rows=total)
    if count < ROWS_A_PAGE or (said is not None and number * ROWS_A_PAGE >= said):
        return
    query["page"] = str(number + 1)
    url = urlunsplit(parts._replace(query=urlencode(query)))
    yield NextPage(url=url, ajax=True)


def _columns(page: Page) -> Iterator[Parsed]:
    """Page 1 of the annual reports' column, or of the columns that are called so."""
    sid, parts = _sid(page), urlsplit(page.url)
    root = _CATALOGUE.match(parts.path)
    if sid is None or root is None:
        return
    fragment = page.fragment
    wanted = [fragment] if fragment.isdigit() else [str(one) for one in _report_columns(page)]
    for column in wanted:
        path = f"{root[1]}/api/all/{column}"
        url = resolve(page.url, urlunsplit(parts._replace(path=path, query=f"page=1&sid={sid}")))
        if url is not None:
            yield NextPage(url=url, ajax=True)


def _report_columns(page: Page) -> Iterator[int]:
    for item in _tree(page):
        name, number = text_of(item, "name"), number_of(item, "id")
        if number is not None and (names_disclosure_report(name) or _REPORTS_COLUMN.search(name)):
            yield number


def _tree(page: Page) -> list[dict[str, Any]]:
    """Every column of the catalogue's tree, parents first."""
    found: list[dict[str, Any]] = []
    for script in scripts(page):
        match = _TREE.search(script)
        if match is not None:
            found = objects({"tree": value_at(script, match.end())}, "tree")
            break
    for item in found:  # grows while it is walked
        if len(found) < MAX_COLUMNS:
            found += objects(item, "children")
    return found


def _sid(page: Page) -> str | None:
    for script in scripts(page):
        if "_CONFIG" in script and (match := _SID.search(script)) is not None:
            return match[1]
    return None


def _answer(page: Page) -> dict[str, Any] | None:
    if _API.search(urlsplit(page.url).path) is None:
        return None
    answer = json_of(page.text)
    return answer if isinstance(answer, dict) and "articles" in answer else None
