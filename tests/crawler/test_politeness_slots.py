"""Retry-After as the standards say, and the slot of a request: that of its own host's pace."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.capturing import CAPTURING_SETTING, Capturing
from crawler.failures import ConnectionCut, RobotsDisallowed, UnparsableResponse
from crawler.hosts import NAP, CrawlStopping, HostPaces, HostPolicy
from crawler.politeness import (
    LEAST_DELAY,
    RETRY_AFTER_CAP,
    RETRY_AFTER_FLOOR,
    SLOT_META,
    HostSlot,
    PaceMiddleware,
    note_answer,
    note_failure,
    retry_after,
)

URL = "http://www.example.gov.cn/x"
RUN = "20260101000000-00000000"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def crawler_with(hosts: HostPaces | None = None, **capturing):
    capturing = capturing or {"recorder": SimpleNamespace()}
    settings = Settings({CAPTURING_SETTING: Capturing(run_id=RUN, hosts=hosts, **capturing)})
    engine = SimpleNamespace(downloader=SimpleNamespace(slots={}), running=True)
    return SimpleNamespace(engine=engine, settings=settings)


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
        ("999999", 503, None, RETRY_AFTER_CAP),
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


def slot_of(crawler, url: str, **meta) -> HostSlot:
    request = Request(url, meta=meta)
    PaceMiddleware(crawler).process_request(request)
    return crawler.engine.downloader.slots[request.meta[SLOT_META]]


def test_a_redirected_request_leaves_the_slot_of_the_host_it_came_from():
    crawler = crawler_with(HostPaces({"b.gov.cn": HostPolicy(delay=7.0, concurrency=2)}))
    slot = slot_of(crawler, "http://B.gov.cn.:8080/x", **{SLOT_META: "a.gov.cn"})
    assert (slot.pace.host, slot.concurrency, slot.download_delay()) == ("b.gov.cn", 2, 7.0)


def test_spellings_and_ports_of_a_host_share_a_slot():
    crawler = crawler_with()
    urls = ["http://a.gov.cn/", "https://A.GOV.CN/", "http://a.gov.cn.:81/"]
    assert len({id(slot_of(crawler, url)) for url in urls}) == 1
    assert len(crawler.engine.downloader.slots) == 1


def test_a_host_that_no_portal_names_has_the_default_delay():
    slot = slot_of(crawler_with(HostPaces({"a.gov.cn": HostPolicy(delay=0.0)})), "http://b.gov.cn/")
    assert (slot.download_delay(), slot.concurrency) == (1.0, 1)


def test_no_delay_is_a_small_one_for_scrapy():
    slot = slot_of(crawler_with(HostPaces({"a.gov.cn": HostPolicy(delay=0.0)})), "http://a.gov.cn/")
    assert slot.download_delay() == LEAST_DELAY


def test_a_held_host_is_waited_for():
    clock = Clock()
    hosts = HostPaces(clock=clock)
    slot = slot_of(crawler_with(hosts), URL)
    slot.lastseen = clock.seconds - 5
    assert note_answer(hosts, asking("60"))
    assert note_answer(hosts, asking("5")), "a shorter wish is no less"
    assert slot.lastseen + slot.download_delay() == clock.seconds + NAP
    end, clock.seconds = clock.seconds + 60, clock.seconds + 60 - NAP / 2
    assert slot.lastseen + slot.download_delay() == end
    assert not note_answer(hosts, asking("5", status=200))


def test_what_is_queued_is_started_when_the_crawl_is_to_stop():
    """It is refused by the handler, and so the request stays to be made."""
    clock = Clock()
    hosts = HostPaces(clock=clock)
    crawler = crawler_with(hosts)
    slot = slot_of(crawler, URL)
    note_answer(hosts, asking("60"))
    hosts.check_going_on()
    crawler.engine.running = False
    assert slot.download_delay() == 0.0
    with pytest.raises(CrawlStopping):
        hosts.check_going_on()


@pytest.mark.parametrize(("status", "level"), [(429, 3), (503, 3), (502, 1), (500, 0), (404, 0)])
def test_which_answers_are_trouble_of_the_host(status, level):
    hosts = HostPaces()
    for number in range(3):
        note_answer(hosts, Response(f"{URL}{number}", status=status))
    assert hosts.of(URL).level == level
    note_answer(hosts, Response(URL, status=200))
    assert hosts.of(URL).level == 0


@pytest.mark.parametrize(
    ("error", "level"),
    [(ConnectionCut(""), 1), (UnparsableResponse(""), 0), (RobotsDisallowed(""), 0)],
)
def test_only_a_host_that_is_not_reached_is_in_trouble(error, level):
    hosts = HostPaces()
    for number in range(3):
        note_failure(hosts, f"{URL}{number}", error)
    assert hosts.of(URL).level == level


def test_a_replay_waits_for_nobody():
    crawler = crawler_with(archived=SimpleNamespace())
    request = Request(URL, meta={SLOT_META: "a.gov.cn"})
    PaceMiddleware(crawler).process_request(request)
    assert SLOT_META not in request.meta
    assert crawler.engine.downloader.slots == {}
