"""What one listing page says: rows, further pages, totals, and what is wrong with it.

Pure, so that the live crawl and the rebuild from the archive read the same page alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crawler.adapters import SURE, by_name, recognise
from crawler.adapters.base import Adapter, AdvertisedTotal, ListingEntry, NextPage, NoMoreRows
from crawler.adapters.rows import titles_without_address
from crawler.adapters.trs_static import article_evidence
from crawler.listing_shell import is_onward, shell_target
from crawler.portal import Portal
from extract.addresses import same_page
from extract.document import Page
from extract.report import Finding
from extract.sentences import say

MAX_ENTRIES = 5000
"""Rows taken from one page; far above any listing seen."""
MAX_NEXT_PAGES = 50
SOFT_404_CHARS = 2000
"""A page that says 不存在 in more visible text than this says it of something else."""

_MISSING = re.compile(
    r"(?:页面|頁面|网页|網頁|文章|信息|内容|內容|栏目|欄目)(?:已经?|並|并)?(?:不存在|已?被?删除|已?被?刪除|已过期|未找到|找不到)|"
    r"(?:找不到|没有找到|未找到)(?:您|你)?(?:要|所)?(?:访问|请求|查看)?的?(?:页面|网页|文件|资源)|"
    r"非法请求|404 ?not ?found|(?:404|400) ?(?:错误|error)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingReading:
    """One listing page, read.

    ``entries`` in page order, each address once; ``next_pages`` never this page; ``advertised``
    None where the page says no total. ``family`` is the adapter's name, ``evidence`` why it was
    chosen. ``findings`` say what a person should look at: a page that yields no entries has one,
    unless its rows come by a further request, or it says itself that there are no more.
    """

    entries: tuple[ListingEntry, ...]
    next_pages: tuple[NextPage, ...]
    advertised: AdvertisedTotal | None
    family: str
    evidence: str
    findings: tuple[Finding, ...]


def read_listing(page: Page, portal: Portal) -> ListingReading:
    """Reads a listing page with the portal's family, or the one that recognises the page.

    Raises UnknownFamily when the portal names a family that there is none of.
    """
    page = _with_fragment(page, portal)
    adapter, evidence = _choose(page, portal)
    entries: dict[str, ListingEntry] = {}
    next_pages: dict[tuple[str, str, bytes], NextPage] = {}
    totals: list[AdvertisedTotal] = []
    ends = False
    for found in adapter.parse_listing(page):
        if isinstance(found, ListingEntry):
            known = entries.get(found.url)
            entries[found.url] = found if known is None else _merged(known, found)
        elif isinstance(found, NextPage):
            next_pages.setdefault((found.method, found.url, found.body), found)
        elif isinstance(found, NoMoreRows):
            ends = True
        else:
            totals.append(found)
    kept = tuple(entries.values())[:MAX_ENTRIES]
    onward = None if kept else _onward(page, portal)
    if onward is not None:
        next_pages.setdefault((onward.method, onward.url, onward.body), onward)
    leads_on = not kept and (ends or bool(next_pages))
    return ListingReading(
        entries=kept,
        next_pages=tuple(next_pages.values())[:MAX_NEXT_PAGES],
        advertised=_largest(totals),
        family=adapter.name,
        evidence=evidence,
        findings=(
            *(() if leads_on else _findings(page, kept, dropped=len(entries) - len(kept))),
            *(() if kept else _other_family(page, portal)),
        ),
    )


def _with_fragment(page: Page, portal: Portal) -> Page:
    """The page at a listing's own address, with the fragment that the portal file has there."""
    for listing in portal.listings:
        if listing.fragment and same_page(page.url, listing.url):
            return replace(page, fragment=listing.fragment)
    return page


def _onward(page: Page, portal: Portal) -> NextPage | None:
    """The page that a shell at a listing's own address leads to: once, within its host."""
    if not any(same_page(page.url, listing.url) for listing in portal.listings):
        return None
    target = shell_target(page)
    return NextPage(url=target) if target and is_onward(page.url, target) else None


def _choose(page: Page, portal: Portal) -> tuple[Adapter, str]:
    if portal.family is not None:
        return by_name(portal.family), "named in the portal file"
    adapter, recognition = recognise(page)
    return adapter, recognition.evidence


def _other_family(page: Page, portal: Portal) -> Iterator[Finding]:
    """The portal changed its platform: the family in its file reads nothing, another does."""
    if portal.family is None:
        return
    adapter, recognition = recognise(page)
    if adapter.name != portal.family and recognition.confidence >= SURE:
        yield Finding(
            kind="listing_of_other_family",
            message=say(
                "listing_of_other_family",
                url=page.url,
                family=portal.family,
                other=adapter.name,
                evidence=recognition.evidence,
                portal=portal.portal_id,
            ),
        )


def _merged(first: ListingEntry, second: ListingEntry) -> ListingEntry:
    return replace(
        first,
        listed_on=first.listed_on or second.listed_on,
        looks_like_report=first.looks_like_report or second.looks_like_report,
    )


def _largest(totals: Iterable[AdvertisedTotal]) -> AdvertisedTotal | None:
    """The total that promises most, of several pagers in one page; None without any."""
    return max(totals, key=lambda total: (total.rows or 0, total.pages or 0), default=None)


def _findings(page: Page, entries: tuple[ListingEntry, ...], *, dropped: int) -> Iterator[Finding]:
    if page.tree is None and not entries:
        yield Finding(
            kind="listing_not_html",
            message=say("listing_not_html", url=page.url, media_type=page.media_type),
        )
        return
    if dropped:
        yield Finding(
            kind="listing_too_long",
            message=say("listing_too_long", url=page.url, count=dropped, most=MAX_ENTRIES),
        )
    if page.tree is not None:
        yield from _unreachable(page)
    if not entries:
        yield _no_entries(page)
    elif not any(entry.looks_like_report for entry in entries):
        yield Finding(
            kind="listing_without_reports",
            message=say("listing_without_reports", count=len(entries), url=page.url),
        )


def _unreachable(page: Page) -> Iterator[Finding]:
    titles = titles_without_address(page)
    if titles:
        yield Finding(
            kind="row_without_address",
            message=say(
                "row_without_address", count=len(titles), url=page.url, title=repr(titles[0])
            ),
        )


def _no_entries(page: Page) -> Finding:
    """Why there are no rows, as far as the page tells."""
    said = _MISSING.search(_visible(page))
    if said:
        message = say("listing_soft_404", url=page.url, words=repr(said[0]))
        return Finding(kind="listing_soft_404", message=message)
    target = shell_target(page)
    if target is not None:
        message = say("listing_moved", url=page.url, target=target)
        return Finding(kind="listing_moved", message=message)
    article = article_evidence(page)
    if article is not None:
        message = say("listing_is_article", url=page.url, evidence=article)
        return Finding(kind="listing_is_article", message=message)
    message = say("page_without_rows", url=page.url)
    return Finding(kind="listing_without_rows", message=message)


def _visible(page: Page) -> str:
    """The page's visible text if it is short, else ""; bounded."""
    assert page.tree is not None
    pieces: list[str] = []
    total = 0
    for element in page.tree.iter():
        shown = isinstance(element.tag, str) and element.tag not in ("script", "style")
        for piece in (element.text if shown else None, element.tail):
            text = (piece or "").strip()
            total += len(text)
            pieces.append(text)
        if total > SOFT_404_CHARS:
            return ""
    return "".join(pieces)
