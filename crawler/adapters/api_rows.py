"""Rows of a listing that come as data: an address, a title and a date in whatever form."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta, timezone

from crawler.adapters.base import ListingEntry
from crawler.adapters.row_dates import read_date
from crawler.adapters.rows import MAX_TITLE_CHARS, row_is_report
from extract.addresses import base_url, resolve
from extract.document import Page

SHANGHAI = timezone(timedelta(hours=8))
"""Asia/Shanghai: what a portal's unix times are meant in."""

_TAG = re.compile(r"<[^<>]{0,500}>")
_UNIX = re.compile(r"[12]\d{9}(?:\d{3})?")
_SPACE = re.compile(r"\s+")


def entry_of(page: Page, url: str, title: str, shown_date: str = "") -> ListingEntry | None:
    """The row of an item; None when it has no address that can be asked for, or no title.

    ``title`` may hold markup and entities; ``shown_date`` a date in any form met on portals, with
    or without a time, or unix seconds or milliseconds; empty for none.
    """
    address = resolve(base_url(page), html.unescape(url), page.charset)
    plain = _SPACE.sub(" ", html.unescape(_TAG.sub("", title))).strip()[:MAX_TITLE_CHARS]
    if address is None or not plain:
        return None
    listed_on = day_of(shown_date)
    return ListingEntry(
        url=address,
        title=plain,
        listed_on=listed_on,
        looks_like_report=row_is_report(plain, listed_on),
    )


def day_of(shown: str) -> date | None:
    """The day that a date text or a unix time says; None for what says none."""
    text = shown.strip()
    if _UNIX.fullmatch(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).astimezone(SHANGHAI).date()
    read = read_date(text) or read_date(text[:10])
    return read[0] if read else None
