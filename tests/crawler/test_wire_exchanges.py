"""What is recorded is what a raw socket server sent and got, whatever it did."""

from __future__ import annotations

import base64
import gzip

import pytest
from crawling import crawl
from raw_server import RawServer, Reply

GZIPPED = gzip.compress("政府信息公开工作年度报告".encode() * 50, mtime=0)
BIG = b"0123456789abcdef" * 80_000  # 1.28 MB: above the spool's and the crawl's limit
SECOND = {"meta": {"download_timeout": 1}}


def sized(body: bytes, *more: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, *more, b"Content-Length: %d" % len(body), b"", body]
    return b"\r\n".join(lines)


def chunked(*chunks: bytes, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks)


# path: (replies, the payload that a spider must get)
WHOLE = {
    "/plain": (sized(b"one", b"Content-Type: text/html"), b"one"),
    "/again": (sized(b"two"), b"two"),
    "/empty": (sized(b""), b""),
    "/odd-case": (sized(b"x", b"cONTENT-tYPE:text/html", b"X-A:  two  spaces  "), b"x"),
    "/repeated": (sized(b"x", b"X-B: 1", b"X-C: 3", b"X-B: 2"), b"x"),
    "/folded": (sized(b"x", b"X-Folded: a", b"  b", b"\tc"), b"x"),
    "/no-colon": (sized(b"x", b"this line has none"), b"x"),
    "/raw-bytes": (sized(b"x", "X-Name: 年报".encode("gb18030")), b"x"),
    "/reason": (sized(b"x", status="200 好的".encode()), b"x"),
    "/no-reason": (sized(b"x", status=b"200"), b"x"),
    "/long-line": (sized(b"x", b"X-Long: " + b"a" * 40_000), b"x"),
    "/bare-lf": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nlf", b"lf"),
    "/chunks": (chunked(b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"), b"abcde"),
    "/extensions": (
        chunked(b'3;name="v";x\r\nabc\r\n', b"0;last\r\nX-Trailer: 1\r\nX-More: 2\r\n\r\n"),
        b"abc",
    ),
    "/padded": (chunked(b"3  \r\nabc\r\n", b" 2\t;x=1\r\nde\r\n0 \r\n\r\n"), b"abcde"),
    "/identity": (sized(b"as it is", b"Transfer-Encoding: identity"), b"as it is"),
    "/gzip": (sized(GZIPPED, b"Content-Encoding: gzip"), GZIPPED),
    "/gzip-chunked": (
        chunked(
            b"%x\r\n%b\r\n" % (len(GZIPPED), GZIPPED),
            b"0\r\n\r\n",
            head=b"Content-Encoding: gzip\r\n",
        ),
        GZIPPED,
    ),
    "/interim": (
        b"HTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + sized(b"after"),
        b"after",
    ),
    "/404": (sized(b"gone", status=b"404 Not Found"), b"gone"),
    "/500": (sized(b"oops", status=b"500 Internal Server Error"), b"oops"),
    "/204": (b"HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n", b""),
    "/304": (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', b""),
}
CLOSED = {
    "/until-close": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nto the end",
        b"to the end",
    ),
    "/http-1.0": (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
    "/said-close": (sized(b"bye", b"Connection: close"), b"bye"),
}
CUT = {
    "/cut-length": (
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "close"),
        "disconnect",
    ),
    "/cut-chunk": (Reply(chunked(b"a\r\nabc"), "close"), "disconnect"),
    "/cut-between": (Reply(chunked(b"3\r\nabc\r\n"), "close"), "disconnect"),
    "/cut-reset": (
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "reset"),
        "disconnect",
    ),
    "/stall-body": (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "stall"), "time"),
    "/drip-body": (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", "drip"), "time"),
    "/oversize": (Reply(sized(BIG), "close"), "length"),
    "/oversize-chunked": (Reply(chunked(b"%x\r\n" % len(BIG), BIG), "close"), "length"),
    "/oversize-close": (Reply(b"HTTP/1.1 200 OK\r\n\r\n" + BIG, "close"), "length"),
}
FAILED = {
    "/garbage": (Reply(b"\x16\x03\x01 nothing of HTTP\r\n\r\n", "close"), "unparsable"),
    "/garbage-open": (Reply(b"SSH-2.0-OpenSSH_9.6\r\n", "stall"), "unparsable"),
    "/bad-status": (Reply(b"HTTP/1.1 abc OK\r\n\r\n", "close"), "unparsable"),
    "/two-lengths": (
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "close"),
        "unparsable",
    ),
    "/bad-chunk": (Reply(chunked(b"zz\r\nabc\r\n"), "close"), "unparsable"),
    "/nothing": (Reply(b"", "close"), "disconnected"),
    "/half-head": (Reply(b"HTTP/1.1 200 OK\r\nContent-Le", "close"), "disconnected"),
    "/stall-head": (Reply(b"HTTP/1.1 200 OK\r\nContent-Le", "stall"), "timeout"),
    "/stall-at-once": (Reply(b"", "stall"), "timeout"),
}
ENDLESS = {
    "/endless-head": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 1000 + b"\r\n",
    "/endless-line": b"HTTP/1.1 200 OK " + b"z" * 1000,
    "/endless-1xx": b"HTTP/1.1 102 Processing\r\n\r\n" * 40,
}


@pytest.fixture(scope="module")
def site():
    script = {path: [Reply(octets, pieces=3)] for path, (octets, _) in WHOLE.items()}
    script |= {path: [Reply(octets, "close")] for path, (octets, _) in CLOSED.items()}
    script |= {path: [reply] for path, (reply, _) in (CUT | FAILED).items()}
    script |= {path: [Reply(octets, "endless")] for path, octets in ENDLESS.items()}
    script |= {
        "/reset-until-close": [Reply(b"HTTP/1.1 200 OK\r\n\r\nis this all", "reset")],
        "/excess": [Reply(sized(b"fine") + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")],
        "/204-with-body": [Reply(b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n")],
        "/head": [Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")],
        "/post": [Reply(sized(b"posted"))],
        "/moved": [Reply(sized(b"", b"Location: /target", status=b"302 Found"))],
        "/target": [Reply(sized(b"arrived"))],
        "/warm": [Reply(sized(b"warm"))],
        "/dies": [Reply(b"", "close"), Reply(sized(b"alive"))],
        "/dies-late": [Reply(b"HTTP/1.1 200 OK\r\nContent-", "close"), Reply(sized(b"alive"))],
    }
    with RawServer(script).running() as server:
        yield server


@pytest.fixture(scope="module")
def account(site, tmp_path_factory):
    slow = {"/stall-body", "/drip-body", "/stall-head", "/stall-at-once"}
    paths = [*WHOLE, *CLOSED, *CUT, *FAILED, *ENDLESS]
    requests = [{"url": site.url(path), **(SECOND if path in slow else {})} for path in paths]
    requests += [
        {"url": site.url(path)}
        for path in ("/reset-until-close", "/excess", "/204-with-body", "/warm", "/dies")
    ]
    requests += [
        {"url": site.url("/dies-late")},
        {"url": site.url("/head"), "method": "HEAD"},
        {
            "url": site.url("/post"),
            "method": "POST",
            "body": base64.b64encode(b"page=2&size=20").decode(),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        {"url": site.url("/moved"), "portal": "somewhere"},
        {"url": site.url("/plain") + "#part"},
    ]
    return crawl(tmp_path_factory.mktemp("wire"), requests)


@pytest.mark.parametrize("path", [*WHOLE, *CLOSED])
def test_whole_responses_are_kept_byte_for_byte(path, site, account):
    exchange, exchanged = account.exchanges[site.url(path)][0], site.log[path][0]
    assert exchange.received == exchanged.response
    assert exchange.received == (WHOLE | CLOSED)[path][0]
    assert exchange.sent == exchanged.request
    assert (exchange.truncated, exchange.failure) == (None, None)
    assert exchange.ip == "127.0.0.1"
    assert exchange.in_order


@pytest.mark.parametrize("path", [*WHOLE, *CLOSED])
def test_the_spider_gets_the_payload_with_its_coding(path, site, account):
    outcome = account.outcomes[site.url(path)][0]
    assert outcome["body"] == (WHOLE | CLOSED)[path][1]
    assert outcome["kind"] == "CapturedHttpResponse"
    assert outcome["flags"] == []
    assert outcome["latency"] > 0


@pytest.mark.parametrize("path", CUT)
def test_cut_responses_are_kept_marked_and_returned(path, site, account):
    reply, truncated = CUT[path]
    exchange, exchanged = account.kept(site.url(path)), site.log[path][0]
    assert (exchange.truncated, exchange.failure) == (truncated, None)
    assert exchange.sent == exchanged.request
    if reply.then == "drip":
        assert exchange.received.startswith(reply.octets + b"x")
    elif truncated == "length":
        assert 1_000_000 < len(exchange.received) < 1_000_000 + 2 * 65536
        assert reply.octets.startswith(exchange.received)
    else:
        assert exchange.received == reply.octets
    assert account.outcome(site.url(path))["flags"] == ["truncated"]
    assert account.outcome(site.url(path))["status"] == 200


@pytest.mark.parametrize("path", FAILED)
def test_failed_exchanges_keep_their_bytes_and_say_why(path, site, account):
    reply, reason = FAILED[path]
    exchange = account.kept(site.url(path))
    assert (exchange.failure, exchange.truncated) == (reason, None)
    assert exchange.text
    assert exchange.received == reply.octets
    assert exchange.sent == site.log[path][-1].request
    assert account.outcome(site.url(path))["reason"] == reason


@pytest.mark.parametrize("path", ENDLESS)
def test_endless_heads_are_bounded(path, site, account):
    exchange = account.kept(site.url(path))
    assert exchange.failure == "unparsable"
    assert "262144 bytes" in exchange.text
    assert 262_144 < len(exchange.received) < 262_144 + 2 * 65536
    repeats = len(exchange.received) // len(ENDLESS[path]) + 1
    assert (ENDLESS[path] * repeats).startswith(exchange.received)
    assert account.outcome(site.url(path))["error"] == "UnparsableResponse"


def test_a_body_until_close_that_ends_by_a_reset_is_not_whole(site, account):
    exchange = account.kept(site.url("/reset-until-close"))
    assert exchange.truncated == "disconnect"


def test_bytes_after_the_response_are_no_part_of_it_nor_of_the_next(site, account):
    assert account.kept(site.url("/excess")).received == sized(b"fine")
    assert account.stats["nianbao/bytes_after_response"] == 1
    number = site.log["/excess"][0].connection
    later = [one for log in site.log.values() for one in log if one.connection == number]
    assert later[-1].request.startswith(b"GET /excess "), "the connection is not used again"


def test_a_connection_is_not_reused_where_a_body_may_follow(site, account):
    number = site.log["/204-with-body"][0].connection
    later = [one for log in site.log.values() for one in log if one.connection == number]
    assert [one.request.split()[1] for one in later][-1] == b"/204-with-body"
    assert account.kept(site.url("/204-with-body")).failure is None


def test_connections_are_reused(site, account):
    assert site.log["/plain"][0].connection == site.log["/404"][0].connection


def test_a_try_on_a_dead_connection_is_kept_and_not_made_again_past_the_pace(site, account):
    (only,) = site.log["/dies"]
    assert only.connection == site.log["/warm"][0].connection, "a reused connection died"
    exchange = account.kept(site.url("/dies"))
    assert exchange.failure == "disconnected"
    assert exchange.sent == only.request
    assert account.outcome(site.url("/dies"))["error"] == "ConnectionCut", "a retry is worth it"


def test_a_head_torn_on_a_reused_connection_is_a_failure_not_a_second_try(site, account):
    exchange = account.kept(site.url("/dies-late"))
    assert exchange.failure == "disconnected"
    assert exchange.received == b"HTTP/1.1 200 OK\r\nContent-"
    assert len(site.log["/dies-late"]) == 1


def test_head_requests_have_no_body(site, account):
    exchange = account.kept(site.url("/head"))
    assert exchange.method == "HEAD"
    assert exchange.received == site.log["/head"][0].response
    assert account.outcome(site.url("/head"))["body"] == b""


def test_a_request_body_is_kept(site, account):
    exchange = account.kept(site.url("/post"))
    assert exchange.sent == site.log["/post"][0].request
    assert exchange.sent.endswith(b"\r\n\r\npage=2&size=20")


def test_both_ends_of_a_redirect_are_kept_with_the_context(site, account):
    assert account.kept(site.url("/moved")).received == site.log["/moved"][0].response
    arrived = account.kept(site.url("/target"))
    assert (arrived.portal, arrived.role) == ("somewhere", "report")
    assert account.outcome(site.url("/moved"))["body"] == b"arrived"


def test_a_fragment_is_not_part_of_the_url(site, account):
    assert len(account.exchanges[site.url("/plain")]) == 2
    assert account.outcome(site.url("/plain") + "#part")["url"] == site.url("/plain")


def test_the_recorder_is_called_in_one_thread(account):
    assert account.threads == 1
