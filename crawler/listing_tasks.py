"""From a listing, and from a page of it that was read, to the requests that they lead to."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from archive.capture import Role
from crawler.adapters.base import NextPage
from crawler.frontier_tasks import Found, SeenRow, Task
from crawler.listing_pages import ListingPage
from crawler.portal import Portal
from extract.store import ListedRow


def seeds(portal: Portal) -> list[Task]:
    """The first page of each listing."""
    return [
        Task(
            portal_id=portal.portal_id,
            url=listing.url,
            method=listing.method,
            body=listing.body,
            role=Role.LISTING,
            listing=listing.url,
            entry_url=listing.url,
        )
        for listing in portal.listings
    ]


def _further(task: Task, via: str, page: NextPage, *, shells: int) -> Task:
    return Task(
        portal_id=task.portal_id,
        url=page.url,
        method=page.method,
        body=page.body,
        role=Role.LISTING,
        via=via,
        listing=task.listing,
        alternative=page.alternative,
        ajax=page.ajax,
        shells=shells,
    )


def alternatives(task: Task) -> list[Task]:
    """The same listing page at its other address (index_1 or index_2), if there is one."""
    if task.alternative is None:
        return []
    alternative = replace(task, url=task.alternative, method="GET", body=b"", alternative=None)
    return [alternative]


def found(task: Task, page: ListingPage) -> Found:
    """What a listing page leads to."""
    rows = page.rows
    shells = 0 if rows.entries else task.shells + 1
    return Found(
        rows=[SeenRow(url=row.url, shown=_shown(row)) for row in rows.entries],
        reports=[_report(task, page, row) for row in rows.entries if row.looks_like_report],
        further=[_further(task, rows.url, each, shells=shells) for each in page.next_pages],
        alternatives=alternatives(task),
    )


def _shown(row: ListedRow) -> str:
    """What makes a row another one when it changes."""
    text = f"{row.title}\0{row.listed_on or ''}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _report(task: Task, page: ListingPage, row: ListedRow) -> Task:
    return Task(
        portal_id=task.portal_id,
        url=row.url,
        role=Role.REPORT,
        via=page.rows.url,
        link_text=row.title,
        listed_on=date.fromisoformat(row.listed_on) if row.listed_on else None,
        listing=task.listing,
        entry_url=row.url,
    )
