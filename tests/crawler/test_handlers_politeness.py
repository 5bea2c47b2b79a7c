"""Retry-After and Crawl-delay: read as the standards say, and acted on in the slot."""

from __future__ import annotations

from time import monotonic
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.capturing import CAPTURING_SETTING, Capturing
from crawler.politeness import (
    CRAWL_DELAY_CAP,
    RETRY_AFTER_CAP,
    RETRY_AFTER_FLOOR,
    RetryAfterMiddleware,
    apply_crawl_delay,
    retry_after,
)

URL = "http://www.example.gov.cn/x"
RUN = "20260101000000-00000000"


class Stats(dict):
    def inc_value(self, name):
        self[name] = self.get(name, 0) + 1


def crawler_with(slot: Slot | None, **capturing):
    downloader = SimpleNamespace(
        slots={"www.example.gov.cn": slot} if slot else {},
        get_slot_key=lambda request: "www.example.gov.cn",
    )
    settings = Settings({CAPTURING_SETTING: Capturing(run_id=RUN, **capturing)})
    return SimpleNamespace(
        engine=SimpleNamespace(downloader=downloader), settings=settings, stats=Stats()
    )


def asking(value: str | None, status: int = 503, date: str | None = None) -> Response:
    headers = {} if value is None else {"Retry-After": value}
    if date is not None:
        headers["Date"] = date
    return Response(URL, status=status, headers=headers)


@pytest.mark.parametrize(
    ("value", "status", "date", "seconds"),
    [
        ("120", 503, None, 120.0),
        ("120", 429, None, 120.0),
        ("120", 301, None, 120.0),
        ("120", 413, None, 120.0),
        ("120", 200, None, None),
        ("120", 404, None, None),
        (None, 503, None, None),
        ("0", 503, None, RETRY_AFTER_FLOOR),
        ("99999", 503, None, RETRY_AFTER_CAP),
        ("-5", 503, None, None),
        ("soon", 503, None, None),
        ("9" * 5000, 503, None, None),
        ("Fri, 02 Jan 2026 00:01:00 GMT", 503, "Fri, 02 Jan 2026 00:00:00 GMT", 60.0),
        ("Fri, 02 Jan 2026 00:00:00 GMT", 503, "Fri, 02 Jan 2026 00:01:00 GMT", 1.0),
        ("Fri, 02 Jan 1970 00:00:00 GMT", 503, None, RETRY_AFTER_FLOOR),
        ("Fri, 99 Jan 2026 00:00:00 GMT", 503, None, None),
    ],
)
def test_what_a_response_asks_for(value, status, date, seconds):
    assert retry_after(asking(value, status, date)) == seconds


def test_the_host_is_held_and_the_response_goes_on():
    slot = Slot(1, 2.0)
    crawler = crawler_with(slot, recorder=SimpleNamespace())
    response = asking("60")
    before = monotonic()
    assert RetryAfterMiddleware(crawler).process_response(Request(URL), response) is response
    assert slot.lastseen + slot.delay >= before + 60
    assert slot.delay == 2.0
    assert crawler.stats == {"nianbao/retry_after": 1}


def test_a_host_without_a_delay_is_held_too():
    slot = Slot(1, 0.0)
    crawler = crawler_with(slot, recorder=SimpleNamespace())
    before = monotonic()
    RetryAfterMiddleware(crawler).process_response(Request(URL), asking("60"))
    assert slot.delay > 0, "Scrapy looks at lastseen for a delay only"
    assert slot.lastseen + slot.delay >= before + 60


def test_a_shorter_wish_does_not_shorten_a_longer_one():
    slot = Slot(1, 1.0)
    middleware = RetryAfterMiddleware(crawler_with(slot, recorder=SimpleNamespace()))
    middleware.process_response(Request(URL), asking("200"))
    held = slot.lastseen
    middleware.process_response(Request(URL), asking("5"))
    assert slot.lastseen == held


def test_a_replay_waits_for_nobody():
    slot = Slot(1, 0.0)
    crawler = crawler_with(slot, archived=SimpleNamespace())
    RetryAfterMiddleware(crawler).process_response(Request(URL), asking("60"))
    assert (slot.lastseen, slot.delay) == (0, 0.0)


@pytest.mark.parametrize(
    ("now", "asked", "then"), [(1.0, 10.0, 10.0), (5.0, 2.0, 5.0), (1.0, 86400.0, CRAWL_DELAY_CAP)]
)
def test_a_crawl_delay_only_slows_down(now, asked, then):
    slot = Slot(1, now)
    apply_crawl_delay(crawler_with(slot, recorder=SimpleNamespace()), Request(URL), asked)
    assert slot.delay == then


def test_no_slot_yet_is_no_error():
    crawler = crawler_with(None, recorder=SimpleNamespace())
    apply_crawl_delay(crawler, Request(URL), 5)
    RetryAfterMiddleware(crawler).process_response(Request(URL), asking("60"))
    assert crawler.stats == {}
