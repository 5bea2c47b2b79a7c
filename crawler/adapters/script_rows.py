"""Rows that a page holds as data in script: titles, addresses and dates of objects (2.1, 2.10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.adapters.api_rows import day_of, entry_of
from crawler.adapters.base import ListingEntry
from crawler.adapters.embedded import scripts
from extract.document import Page

MAX_OBJECTS = 5000
_OBJECT = re.compile(r"\{[^{}]{10,2000}\}")
_MEMBER = re.compile(
    r"[\"']?(\w{1,40})[\"']?\s*:\s*(?:\"((?:[^\"\\]|\\.){0,500})\"|'((?:[^'\\]|\\.){0,500})')"
)
_ADDRESS = re.compile(
    r"(?:https?://|//|\.{0,2}/)?[\w./%:\-]{3,300}\.(?:s?html?|pdf|docx?|aspx?|jsp)(?:\?.*)?"
)
_IDEOGRAPHS = re.compile(r"[\u4e00-\u9fff]")
_ESCAPED_SLASH = re.compile(r"\\/")


def script_rows(page: Page) -> list[ListingEntry]:
    """The rows of objects that have a title, an address and perhaps a date, in page order.

    Members are told by what they hold, whatever they are called. Nothing unless one of them is
    titled like a report: menus and configuration are objects too.
    """
    rows = [row for row in _objects(page) if row is not None]
    return rows if any(row.looks_like_report for row in rows) else []


def _objects(page: Page) -> Iterator[ListingEntry | None]:
    taken = 0
    for script in scripts(page):
        for found in _OBJECT.finditer(script):
            values = [double or single for _, double, single in _MEMBER.findall(found[0])]
            if len(values) >= 2:
                taken += 1
                yield _entry(page, [_ESCAPED_SLASH.sub("/", value) for value in values])
            if taken >= MAX_OBJECTS:
                return


def _entry(page: Page, values: list[str]) -> ListingEntry | None:
    addresses = [value for value in values if _ADDRESS.fullmatch(value.strip())]
    titles = [value for value in values if len(_IDEOGRAPHS.findall(value)) >= 6]
    days = [value for value in values if len(value) < 30 and day_of(value) is not None]
    if len(addresses) < 1 or not titles:
        return None
    return entry_of(page, addresses[0], titles[0], days[0] if days else "")
