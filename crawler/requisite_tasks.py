"""What pages are shown with, as requests: stylesheets, scripts and pictures, each address once for
all portals, after everything else and bounded, so that replay shows pages as they looked.

Which they are stands in the corpus beside what was read of the pages, so neither a kill nor the
loss of state.db forgets one. Nothing is read of them, and a portal whose pictures fail is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from archive.capture import Capture, Role
from crawler.frontier import Frontier
from crawler.frontier_tasks import Task
from extract import decode
from extract.errors import Undecodable
from extract.requisites import requisites_of_stylesheet
from extract.store import CorpusStore

logger = logging.getLogger(__name__)

MOST_A_RUN = 500
"""Requisites asked of a portal in one run; the others wait for the next. A site with twenty reports
of scanned pages has some three hundred; one that names new ones with each page has no end."""

LONGEST_STYLESHEET = 1024 * 1024
"""Characters of a stylesheet that is looked into: it is done between two answers."""


def requisite_tasks(portal_id: str, *, frontier: Frontier, store: CorpusStore) -> Iterator[Task]:
    """The requisites of a portal's pages that no portal asked for yet, at most MOST_A_RUN."""
    new = (one for one in store.iter_requisites(portal_id) if _is_new(one.url, portal_id, frontier))
    for _, one in zip(range(MOST_A_RUN), new, strict=False):
        yield Task(portal_id=portal_id, url=one.url, role=Role.REQUISITE, via=one.via)


def tasks_of_stylesheet(task: Task, capture: Capture, *, frontier: Frontier) -> Iterator[Task]:
    """What a stylesheet names in its turn, where a page named the stylesheet: one level deep, for
    a hostile one could go on without end. Nothing of what is no stylesheet or cannot be decoded.
    """
    if task.page_record is not None or capture.response.status != 200:
        return
    declared = decode.declared_type(capture.response.header("Content-Type"))
    if declared != "text/css":
        return
    try:
        page = decode.page(capture)
    except Undecodable as error:
        logger.warning("what a stylesheet names is not asked for: %s", error)
        return
    if len(page.text) > LONGEST_STYLESHEET:
        length = len(page.text)
        logger.warning("%s: %d characters, what it names is not asked for", page.url, length)
        return
    record_id = (capture.revisit_of or capture.pointer).record_id
    for url in requisites_of_stylesheet(page):
        if _is_new(url, task.portal_id, frontier):
            yield Task(
                portal_id=task.portal_id,
                url=url,
                role=Role.REQUISITE,
                via=capture.request.url,
                page_record=record_id,
            )


def _is_new(url: str, portal_id: str, frontier: Frontier) -> bool:
    return not frontier.knows_requisite(url) and not frontier.knows(portal_id, url)
