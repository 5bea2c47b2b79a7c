"""The capturing handler in real crawls: retries, refusals, proxies, a full disk."""

from __future__ import annotations

import base64
import socket

import pytest
from crawling import crawl
from raw_server import RawServer, Reply


def sized(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


PARALLEL = [f"/p/{number}" for number in range(40)]


@pytest.fixture(scope="module")
def site():
    script = {path: [Reply(sized(path.encode() * 3000), pieces=7)] for path in PARALLEL}
    script |= {
        "/busy": [
            Reply(sized(b"wait", b"503 Busy")),
            Reply(b"HTTP/1.1 200 O", "close"),
            Reply(sized(b"at last")),
        ],
        "/never": [Reply(sized(b"no", b"503 Busy"))],
        "/never-parsed": [Reply(b"garbage\r\n\r\n", "close")],
        "/inside": [Reply(b"HTTP/1.1 302 Found\r\nLocation: http://240.0.0.1/x\r\n\r\n", "close")],
        "/bare-304": [
            Reply(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
            Reply(sized(b"the whole page again")),
        ],
        "/proxied": [Reply(sized(b"through a proxy"))],
        "/with-password": [Reply(sized(b"through a proxy"))],
        "/ok": [Reply(sized(b"ok"))],
    }
    with RawServer(script).running() as server:
        yield server


@pytest.fixture(scope="module")
def refused_port():
    return closed_port()


@pytest.fixture(scope="module")
def account(site, refused_port, tmp_path_factory):
    proxy = {"meta": {"proxy": site.url("")}}
    secret = {"meta": {"proxy": site.url("").replace("//", "//operator:secret@")}}
    requests = [{"url": site.url(path)} for path in PARALLEL]
    requests += [
        {"url": site.url("/busy"), "portal": "somewhere"},
        {"url": site.url("/never")},
        {"url": site.url("/never-parsed")},
        {"url": site.url("/inside")},
        {"url": site.url("/bare-304"), "headers": {"If-None-Match": 'W/"x"'}},
        {"url": "http://far.example/proxied", **proxy},
        {"url": "http://far.example/with-password", **secret},
        {"url": f"http://127.0.0.1:{refused_port}/"},
        {"url": "http://nowhere.invalid/"},
        {"url": f"http://named.example:{site.port}/ok"},
    ]
    return crawl(
        tmp_path_factory.mktemp("handlers"),
        requests,
        settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 8, "RETRY_ENABLED": True, "RETRY_TIMES": 2},
        names={"named.example": ["127.0.0.1"]},
    )


@pytest.mark.parametrize("path", PARALLEL)
def test_parallel_exchanges_keep_their_own_bytes(path, site, account):
    exchange, (exchanged,) = account.kept(site.url(path)), site.log[path]
    assert exchange.sent == exchanged.request
    assert exchange.received == exchanged.response == sized(path.encode() * 3000)
    assert account.outcome(site.url(path))["body"] == path.encode() * 3000


def test_every_try_of_a_retried_request_is_kept_with_its_context(site, account):
    kept = account.exchanges[site.url("/busy")]
    assert [one.received for one in kept] == [one.response for one in site.log["/busy"]]
    assert [one.failure for one in kept] == [None, "disconnected", None]
    assert {one.portal for one in kept} == {"somewhere"}
    assert account.outcome(site.url("/busy"))["body"] == b"at last"


def test_retries_end_and_the_last_answer_is_the_spiders(site, account):
    assert len(account.exchanges[site.url("/never")]) == 3
    assert account.outcome(site.url("/never"))["status"] == 503


def test_what_cannot_be_read_is_not_asked_again(site, account):
    assert len(account.exchanges[site.url("/never-parsed")]) == 1


def test_a_refused_connection(refused_port, account):
    kept = account.exchanges[f"http://127.0.0.1:{refused_port}/"]
    assert [(one.failure, one.sent, one.received) for one in kept] == [("connect", b"", b"")] * 3
    outcome = account.outcome(f"http://127.0.0.1:{refused_port}/")
    assert outcome["error"] == "DownloadConnectionRefusedError"


def test_a_name_that_does_not_resolve(account):
    kept = account.exchanges["http://nowhere.invalid/"]
    assert {(one.failure, one.sent, one.ip) for one in kept} == {("dns", b"", None)}
    assert account.outcome("http://nowhere.invalid/")["error"] == "CannotResolveHostError"


def test_a_name_that_resolves(site, account):
    kept = account.kept(f"http://named.example:{site.port}/ok")
    assert (kept.received, kept.ip) == (sized(b"ok"), "127.0.0.1")


def test_a_redirect_to_an_address_that_is_refused(site, account):
    assert account.kept(site.url("/inside")).received == site.log["/inside"][0].response
    kept = account.kept("http://240.0.0.1/x")
    assert (kept.failure, kept.sent) == ("address_refused", b"")
    assert account.outcome(site.url("/inside"))["error"] == "AddressRefused"


def test_a_304_without_an_archived_original_is_asked_again_unconditionally(site, account):
    first, second = site.log["/bare-304"]
    assert b'If-None-Match: W/"x"' in first.request
    assert b"If-None-Match" not in second.request
    assert [one.received for one in account.exchanges[site.url("/bare-304")]] == [
        first.response,
        second.response,
    ]
    assert account.outcome(site.url("/bare-304"))["body"] == b"the whole page again"


def test_through_a_proxy_the_bytes_are_kept_and_no_address_is_claimed(site, account):
    kept = account.kept("http://far.example/proxied")
    assert kept.sent == site.log["/proxied"][0].request
    assert kept.sent.startswith(b"GET http://far.example/proxied HTTP/1.1\r\n")
    assert (kept.received, kept.ip) == (sized(b"through a proxy"), None)


def test_the_password_for_the_proxy_is_sent_and_not_archived(site, account):
    kept, (exchanged,) = (
        account.kept("http://far.example/with-password"),
        site.log["/with-password"],
    )
    (line,) = [
        line for line in exchanged.request.split(b"\r\n") if line.startswith(b"Proxy-Authorization")
    ]
    assert line.endswith(base64.b64encode(b"operator:secret"))
    assert kept.sent == exchanged.request.replace(line + b"\r\n", b"")


INWARD = [
    "http://127.0.0.1:{port}/ok",
    "http://2130706433:{port}/ok",
    "http://0x7f000001:{port}/ok",
    "http://0177.0.0.1:{port}/ok",
    "http://127.1:{port}/ok",
    "http://0:{port}/ok",
    "http://[::1]:{port}/ok",
    "http://[::ffff:127.0.0.1]:{port}/ok",
    "http://[::ffff:7f00:1]:{port}/ok",
    "http://rebound.example:{port}/ok",
    "http://127.0.0.1.:{port}/ok",
]


def test_nothing_reaches_a_private_address_by_any_spelling(site, tmp_path):
    before = site.connections
    urls = [url.format(port=site.port) for url in INWARD]
    requests = [{"url": url} for url in urls]
    requests.append({"url": urls[0] + "?p", "meta": {"proxy": "http://198.51.100.1:1"}})
    refused = crawl(
        tmp_path,
        requests,
        allow_private=False,
        names={"rebound.example": ["127.0.0.1", "10.0.0.1"]},
    )
    assert site.connections == before, "no TCP connection at all"
    assert len(refused.order) == len(requests)
    by_url = {one.url: (one.failure, one.sent) for one in refused.order}
    assert {url: found for url, found in by_url.items() if found != ("address_refused", b"")} == {}
    assert "--allow-private" in refused.order[0].text


def test_a_full_disk_ends_the_crawl(site, tmp_path):
    requests = [{"url": site.url(path)} for path in PARALLEL]
    ended = crawl(tmp_path, requests, broken_from=3)
    assert ended.stats["finish_reason"] == "archive_failed"
    assert len(ended.order) == 3
    assert ended.stats["nianbao/archive_failed"] >= 1
    answered = [one for told in ended.outcomes.values() for one in told if "body" in one]
    assert len(answered) == 3, "nothing is handed on that was not archived"
