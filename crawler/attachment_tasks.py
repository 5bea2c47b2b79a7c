"""From a page that was read to the requests for its files."""

from __future__ import annotations

from collections.abc import Iterator

from archive.capture import Role
from archive.index import ArchiveIndex, CaptureRow
from crawler.frontier import Frontier
from crawler.frontier_tasks import Task
from crawler.hosts import host_key
from crawler.portal import Portal
from crawler.portal_model import RobotsPolicy
from extract.rows import Extraction
from extract.store import CorpusStore


def attachment_tasks(row: CaptureRow, extraction: Extraction) -> Iterator[Task]:
    """The files that a page's reading found to be part of its report, in page order."""
    for link in extraction.attachments:
        if link["is_asked"]:
            yield _task(row, url=str(link["url"]), text=str(link["text"]))


def tasks_left_behind(
    portal_id: str, *, frontier: Frontier, store: CorpusStore, index: ArchiveIndex
) -> Iterator[Task]:
    """The files of pages that are in the corpus and whose requests are not in the frontier: the
    process was ended between the two, state.db was lost, or a newer extractor found them.

    A page whose capture the archive lacks is passed over: it is read again with its next capture.
    """
    for link in store.iter_asked_attachments(portal_id):
        if frontier.knows(portal_id, link.url):
            continue
        row = index.find(link.page_record)
        if row is not None:
            yield _task(row, url=link.url, text=link.text)


def is_own_host(url: str, portal: Portal) -> bool:
    """Whether an address is on a host of the portal's listings, and not on one that it links."""
    return host_key(url) in {host_key(listing.url) for listing in portal.listings}


def robots_policy(task: Task, portal: Portal) -> RobotsPolicy:
    """A portal's reason to ignore robots.txt holds for its own hosts, not for those of files and
    requisites.
    """
    if task.role in (Role.ATTACHMENT, Role.REQUISITE) and not is_own_host(task.url, portal):
        return RobotsPolicy.OBEY
    return portal.fetch.robots


def _task(row: CaptureRow, *, url: str, text: str) -> Task:
    context = row.context
    return Task(
        portal_id=context.portal_id,
        url=url,
        role=Role.ATTACHMENT,
        via=row.url,
        link_text=text or None,
        listed_on=context.listed_on,
        listing=context.listing,
        entry_url=context.entry_url or row.url,
        page_record=row.pointer.record_id,
    )
