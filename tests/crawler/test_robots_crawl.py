"""The robots middleware in real crawls: what each answer to /robots.txt leads to."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from crawling import crawl
from raw_server import RawServer, Reply

from crawler.robots import (
    ERROR_MEMORY,
    MEMORY,
    MemoryRobotsCache,
    RobotsEntry,
    RobotsOutcome,
    origin_of,
)

SETTINGS = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    },
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "REDIRECT_MAX_TIMES": 1,
}
RULES = b"User-agent: *\nDisallow: /closed\n\nUser-agent: NianBao\nDisallow: /ours\n"


def sized(body: bytes, *more: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join(
        [b"HTTP/1.1 " + status, *more, b"Content-Length: %d" % len(body), b"", body]
    )


def moved(to: str) -> Reply:
    return Reply(sized(b"", b"Location: " + to.encode(), status=b"301 Moved"))


BIG_RULES = b"# padding\n" * 60_000 + b"User-agent: *\nDisallow: /late\n"
CUT_RULES = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nUser-agent: *\nDisallow: /x\n"
# name: (script of /robots.txt and where it leads, whether /ours and /closed may be asked)
SITES: dict[str, tuple[dict[str, list[Reply]], bool, bool]] = {
    "rules": ({"/robots.txt": [Reply(sized(RULES))]}, False, True),
    "gzip": (
        {"/robots.txt": [Reply(sized(gzip.compress(RULES), b"Content-Encoding: gzip"))]},
        False,
        True,
    ),
    "not found": ({"/robots.txt": [Reply(sized(RULES, status=b"404 Not Found"))]}, True, True),
    "forbidden": ({"/robots.txt": [Reply(sized(RULES, status=b"403 Forbidden"))]}, True, True),
    "unauthorized": ({"/robots.txt": [Reply(sized(b"", status=b"401 Who"))]}, True, True),
    "error": ({"/robots.txt": [Reply(sized(b"Allow: /", status=b"500 Oops"))]}, False, False),
    "busy": ({"/robots.txt": [Reply(sized(b"", status=b"503 Busy"))]}, False, False),
    "closes": ({"/robots.txt": [Reply(b"", "close")]}, False, False),
    "garbage": ({"/robots.txt": [Reply(b"garbage\r\n\r\n", "close")]}, False, False),
    "cut": ({"/robots.txt": [Reply(CUT_RULES, "close")]}, False, False),
    "page": ({"/robots.txt": [Reply(sized(b"<html>\n" + RULES + b"</html>"))]}, True, True),
    "empty": ({"/robots.txt": [Reply(sized(b""))]}, True, True),
    "big": ({"/robots.txt": [Reply(sized(BIG_RULES))]}, True, True),
    "moved": ({"/robots.txt": [moved("/a")], "/a": [Reply(sized(RULES))]}, False, True),
    "moved five times": (
        {
            "/robots.txt": [moved("/1")],
            **{f"/{n}": [moved(f"/{n + 1}")] for n in range(1, 5)},
            "/5": [Reply(sized(RULES))],
        },
        False,
        True,
    ),
    "moved for ever": ({"/robots.txt": [moved("/robots.txt")]}, True, True),
    "moved to a file": ({"/robots.txt": [moved("file:///etc/passwd")]}, True, True),
    "moved inside": ({"/robots.txt": [moved("http://240.0.0.1/r")]}, False, False),
}


@pytest.fixture(scope="module")
def sites():
    with ExitStack() as stack:
        servers = {}
        for name, (script, _, _) in SITES.items():
            pages = {
                path: [Reply(sized(b"<p>page</p>"))] for path in ("/ours", "/closed", "/forced")
            }
            servers[name] = stack.enter_context(RawServer(script | pages).running())
        yield servers


@pytest.fixture(scope="module")
def account(sites, tmp_path_factory):
    requests = []
    for server in sites.values():
        requests += [{"url": server.url(path), "portal": "p"} for path in ("/ours", "/closed")]
        requests.append({"url": server.url("/forced"), "meta": {"robots": "ignore"}})
    return crawl(tmp_path_factory.mktemp("robots"), requests, settings=SETTINGS)


@pytest.mark.parametrize("name", SITES)
def test_what_may_be_asked(name, sites, account):
    _, ours, closed = SITES[name]
    for path, may in (("/ours", ours), ("/closed", closed)):
        url = sites[name].url(path)
        assert bool(sites[name].log[path]) is may, f"{path} was asked for"
        if may:
            assert account.outcome(url)["body"] == b"<p>page</p>"
        else:
            assert account.outcome(url)["error"] == "RobotsDisallowed"
            (recorded,) = [one for one in account.failures if one["url"] == url]
            assert recorded["reason"] == "robots"
            assert "robots.txt" in recorded["text"]
            assert recorded["context"]["portal_id"] == "p"
            assert recorded["context"]["role"] == "report"


@pytest.mark.parametrize("name", SITES)
def test_a_written_override_skips_robots(name, sites, account):
    assert account.outcome(sites[name].url("/forced"))["body"] == b"<p>page</p>"


@pytest.mark.parametrize("name", SITES)
def test_robots_txt_is_asked_once_and_archived_with_its_role(name, sites, account):
    if name == "moved for ever":
        assert len(sites[name].log["/robots.txt"]) == 6, "five redirects are followed"
        return
    assert len(sites[name].log["/robots.txt"]) == 1
    kept = account.kept(sites[name].url("/robots.txt"))
    assert (kept.role, kept.portal) == ("robots", "p")
    assert kept.sent == sites[name].log["/robots.txt"][0].request


def test_an_unreachable_robots_txt_says_so(sites, account):
    text = account.outcome(sites["error"].url("/closed"))["text"]
    assert "unreachable" in text
    assert "status 500" in text


def test_a_robots_txt_on_a_refused_address(sites, account):
    assert account.kept("http://240.0.0.1/r").failure == "address_refused"


NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "memory"),
    [
        (RobotsOutcome.RULES, MEMORY),
        (RobotsOutcome.UNAVAILABLE, MEMORY),
        (RobotsOutcome.UNREACHABLE, ERROR_MEMORY),
    ],
)
def test_entries_are_believed_a_day_at_most(outcome, memory):
    second = timedelta(seconds=1)
    assert timedelta(hours=24) >= memory
    fresh = RobotsEntry(outcome=outcome, asked_at=NOW - memory + second, why="")
    stale = RobotsEntry(outcome=outcome, asked_at=NOW - memory, why="")
    assert fresh.is_fresh(NOW)
    assert not stale.is_fresh(NOW)
    assert not fresh.is_fresh(NOW - timedelta(days=365)), "the clock was set back"


def test_the_memory_is_bounded():
    cache = MemoryRobotsCache(capacity=2)
    entry = RobotsEntry(outcome=RobotsOutcome.RULES, asked_at=NOW, why="")
    for origin in ("a", "b", "c"):
        cache.put(origin, entry)
    assert [cache.get(origin) for origin in ("a", "b", "c")] == [None, entry, entry]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://a.gov.cn/x", "http://a.gov.cn"),
        ("http://a.gov.cn:80/x", "http://a.gov.cn"),
        ("https://a.gov.cn:443/", "https://a.gov.cn"),
        ("https://a.gov.cn:80/", "https://a.gov.cn:80"),
        ("http://user:pw@A.gov.cn:8080/", "http://a.gov.cn:8080"),
        ("http://[2001:4860::1]:8080/", "http://[2001:4860::1]:8080"),
    ],
)
def test_scheme_host_and_port_make_an_origin(url, origin):
    assert origin_of(url) == origin
