"""Owns the few requests that are between the frontier, which is the queue, and the downloader."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from scrapy.core.scheduler import BaseScheduler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class FewRequests(BaseScheduler):
    """First in, first out: retries and redirects, and what the spider has just taken.

    Scrapy's own sorts by priority and slot what the frontier and the spider have sorted, and counts
    it: 4 % of a page's work.
    """

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls()

    def has_pending_requests(self) -> bool:
        """Whether one waits."""
        return bool(self._waiting)

    def enqueue_request(self, request: Request) -> bool:
        """Takes a request, whichever it is: "seen" is asked of the frontier."""
        self._waiting.append(request)
        return True

    def next_request(self) -> Request | None:
        """The one that waited longest; None when none does."""
        return self._waiting.popleft() if self._waiting else None
