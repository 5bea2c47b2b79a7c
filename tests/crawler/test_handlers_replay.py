"""Through the real archive and back: what a replayed crawl sees is what the live one saw."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from crawling import crawl
from raw_server import RawServer, Reply

from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader

ROBOTS = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    }
}
GZIPPED = gzip.compress("年报".encode() * 400, mtime=0)


def sized(body: bytes, *more: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join(
        [b"HTTP/1.1 " + status, *more, b"Content-Length: %d" % len(body), b"", body]
    )


SCRIPT = {
    "/robots.txt": [Reply(sized(b"User-agent: *\nDisallow: /forbidden\n"))],
    "/page": [Reply(sized(GZIPPED, b"Content-Encoding: gzip", b"content-TYPE: text/html"))],
    "/chunked": [
        Reply(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;x=1\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"
        )
    ],
    "/gone": [Reply(sized(b"gone", status=b"404 Not Found"))],
    "/moved": [Reply(sized(b"", b"Location: /landing", status=b"301 Moved"))],
    "/landing": [Reply(sized(b"landed"))],
    "/busy": [Reply(sized(b"wait", status=b"503 Busy")), Reply(sized(b"at last"))],
    "/cut": [Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "close")],
    "/garbage": [Reply(b"garbage\r\n\r\n", "close")],
    "/nothing": [Reply(b"", "close")],
    "/stalls": [Reply(b"HTTP/1.1 200", "stall")],
    "/bare-304": [
        Reply(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        Reply(sized(b"asked again")),
    ],
    "/changes": [Reply(sized(b"first")), Reply(sized(b"second")), Reply(sized(b"second"))],
    "/empty": [Reply(b"HTTP/1.1 204 No Content\r\n\r\n")],
    "/post": [Reply(sized(b"page one")), Reply(sized(b"page two"))],
}


@pytest.fixture(scope="module")
def order():
    with RawServer(dict(SCRIPT)).running() as server:
        plain = ["/page", "/chunked", "/gone", "/moved", "/busy", "/cut", "/garbage", "/nothing"]
        plain += ["/forbidden/x", "/changes", "/changes", "/changes", "/empty"]
        requests = [{"url": server.url(path)} for path in plain]
        requests += [
            {"url": server.url("/stalls"), "meta": {"download_timeout": 0.5, "dont_retry": True}},
            {"url": server.url("/bare-304"), "headers": {"If-None-Match": '"x"'}},
            {"url": server.url("/post"), "method": "POST", "body": "cGFnZT0x"},
            {"url": server.url("/post"), "method": "POST", "body": "cGFnZT0y"},
            {"url": "http://240.0.0.1/"},
            {"url": "http://nowhere.invalid/", "meta": {"dont_retry": True, "robots": "ignore"}},
        ]
        yield (
            server,
            {
                "requests": requests,
                "settings": ROBOTS | {"RETRY_ENABLED": True, "RETRY_TIMES": 1},
            },
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def live(order, folder):
    return crawl(folder, archive=str(folder), **order[1])


@pytest.fixture(scope="module")
def replayed(live, order, folder):
    before = order[0].connections
    account = crawl(folder, archive=str(folder), replay=True, **order[1])
    assert order[0].connections == before, "a replay asks nobody"
    return account


def seen(told: dict) -> str:
    """All but the time it took; the requests of one URL may change places among themselves."""
    return repr(sorted((key, value) for key, value in told.items() if key != "latency"))


def test_the_replayed_crawl_sees_what_the_live_one_saw(live, replayed):
    assert live.outcomes.keys() == replayed.outcomes.keys()
    for url, told in live.outcomes.items():
        again = replayed.outcomes[url]
        assert sorted(map(seen, again)) == sorted(map(seen, told)), url
    assert "nianbao/not_archived" not in replayed.stats


def test_the_live_crawl_saw_what_was_served(live, order):
    url = order[0].url
    assert live.outcomes[url("/page")][0]["body"] == GZIPPED
    assert live.outcome(url("/chunked"))["body"] == b"abc"
    assert live.outcome(url("/moved"))["body"] == b"landed"
    assert live.outcome(url("/busy"))["body"] == b"at last"
    assert live.outcome(url("/bare-304"))["body"] == b"asked again"
    assert [one["body"] for one in live.outcomes[url("/changes")]] == [
        b"first",
        b"second",
        b"second",
    ]
    assert [one["body"] for one in live.outcomes[url("/post")]] == [b"page one", b"page two"]
    assert live.outcome(url("/cut"))["flags"] == ["truncated"]
    reasons = {
        "/garbage": "unparsable",
        "/nothing": "disconnected",
        "/stalls": "timeout",
        "/forbidden/x": "robots",
    }
    assert {path: live.outcome(url(path))["reason"] for path in reasons} == reasons
    assert live.outcome("http://240.0.0.1/")["reason"] == "address_refused"
    assert live.outcome("http://nowhere.invalid/")["reason"] == "dns"


def test_the_archive_holds_the_robots_txt_and_the_refusal(live, folder, order):
    data = DataFolder(folder)
    with ArchiveIndex.open(data.archive_db, read_only=True) as index:
        reader = ArchiveReader(data, index)
        robots = [row for row in index.iter_captures() if row.context.role == "robots"]
        assert [row.url for row in robots] == [order[0].url("/robots.txt")]
        assert reader.capture(robots[0]).response.body.startswith(b"User-agent: *")
        failures = {(one.url, one.reason.value) for one in index.iter_failures()}
    assert (order[0].url("/forbidden/x"), "robots") in failures
    assert ("http://240.0.0.1/robots.txt", "address_refused") in failures


def test_what_a_run_did_not_ask_is_counted(live, order, folder, tmp_path):
    requests = [{"url": order[0].url("/page?other")}, {"url": "http://other.example/never"}]
    account = crawl(tmp_path, requests, archive=str(folder), replay=True, settings=ROBOTS)
    errors = {one["error"] for told in account.outcomes.values() for one in told}
    assert errors == {"NotArchived"}
    assert account.stats["nianbao/not_archived"] == 2, "an unasked robots.txt is not counted"


def test_each_exchange_is_served_once(live, order, folder, tmp_path):
    requests = [{"url": order[0].url("/gone")}] * 2
    account = crawl(tmp_path, requests, archive=str(folder), replay=True)
    told = account.outcomes[order[0].url("/gone")]
    assert sorted(one.get("error", one.get("status", 0)) == 404 for one in told) == [False, True]
    assert account.stats["nianbao/not_archived"] == 1


def test_the_warc_holds_the_wire_bytes(live, order, folder):
    """Read with nothing of the project: the records' blocks are what the server sent and got."""
    warcio = pytest.importorskip("warcio.archiveiterator")
    blocks: dict[tuple[str, str], list[bytes]] = {}
    for path in sorted(Path(folder, "warc").glob("*.warc.gz*")):
        with path.open("rb") as stream:
            for record in warcio.ArchiveIterator(stream, no_record_parse=True):
                url = record.rec_headers.get_header("WARC-Target-URI")
                blocks.setdefault((record.rec_type, url), []).append(record.raw_stream.read())
    for path in ("/page", "/gone", "/moved", "/busy", "/cut", "/robots.txt"):
        logged = order[0].log[path]
        url = order[0].url(path)
        assert blocks["request", url] == [one.request for one in logged], path
        first = blocks["response", url]
        assert first == [one.response for one in logged][: len(first)], path
    chunked = order[0].log["/chunked"][0].response
    assert chunked.endswith(blocks["response", order[0].url("/chunked")][0])
    assert blocks["resource", order[0].url("/garbage")] == [b"garbage\r\n\r\n"]
