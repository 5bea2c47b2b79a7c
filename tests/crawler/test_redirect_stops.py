"""Which redirects are followed, and what those that are not are called."""

from __future__ import annotations

import pytest

from archive.capture import FailureReason, Role
from crawler.redirects import MAX_HOPS, stop_of

URL = "http://www.h.gov.cn/zfxxgk/nb/202003/t1.html"


def reason(url: str, location: str | None, role: Role = Role.REPORT, *chain: str) -> str | None:
    stop = stop_of(url, location, role=role, chain=chain)
    assert stop is None or url in stop.text or chain[0] in stop.text
    return stop.reason.value if stop else None


@pytest.mark.parametrize(
    ("url", "location"),
    [
        (URL, URL.replace("http:", "https:")),
        (URL, "/zfxxgk/gknb/202003/t1.html"),
        (URL, "http://new.h.gov.cn/zfxxgk/nb/t1.html"),
        ("http://h/a/2019", "/a/2019/"),
        ("http://h/a/2019/", "/a/2019/index.html"),
        ("http://h/a/2019/index.html", "/a/2019/"),
        ("http://h/", "https://h/"),
        ("http://h/view.jsp?id=3", "/view.jsp?id=4"),
        ("http://h/view.jsp?id=3", "/?id=4"),
    ],
)
def test_followed(url: str, location: str) -> None:
    assert reason(url, location) is None


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("/", "redirected_to_home"),
        ("/index.html", "redirected_to_home"),
        ("http://other.gov.cn/", "redirected_to_home"),
        ("/Default.aspx#top", "redirected_to_home"),
        ("./", "redirected_to_parent"),
        ("../", "redirected_to_parent"),
        ("/zfxxgk/index.shtml", "redirected_to_parent"),
        (URL, "redirect_loop"),
        (None, "redirect_nowhere"),
        ("", "redirect_nowhere"),
        ("javascript:history.back()", "redirect_nowhere"),
        ("ftp://h/x", "redirect_nowhere"),
        ("http://[::1", "redirect_nowhere"),
        ("http:///x\ud800", None),
    ],
)
def test_not_followed(location: str | None, name: str | None) -> None:
    chain = (URL,) if location == URL else ()
    found = reason(URL, location, Role.REPORT, *chain)
    assert found == name or (name is None and found in (None, "redirect_nowhere"))


def test_a_redirect_to_itself_is_followed_once() -> None:
    assert reason(URL, URL) is None
    assert reason(URL, URL, Role.REPORT, URL) == FailureReason.REDIRECT_LOOP


def test_a_chain_without_end_is_a_loop() -> None:
    chain = [f"http://h/{number}" for number in range(MAX_HOPS)]
    assert reason("http://h/x", "/y", Role.LISTING, *chain[:-1]) is None
    assert reason("http://h/x", "/y", Role.LISTING, *chain) == FailureReason.REDIRECT_LOOP


def test_a_listing_may_be_moved_upwards() -> None:
    assert reason(URL, "/", Role.LISTING) is None
