"""The bytes inside TLS, and TLS that does not come about."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import warnings

import pytest
import trustme
from crawling import crawl
from raw_server import RawServer, Reply, read_request

PATHS = [f"/page/{number}" for number in range(24)]


def page(path: str) -> bytes:
    body = path.encode() * 2000
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Path: %b\r\n\r\n%b" % (
        len(body),
        path.encode(),
        body,
    )


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trusted(authority, tmp_path_factory):
    script = {path: [Reply(page(path), pieces=5)] for path in PATHS}
    busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nwait"
    script["/busy"] = [Reply(busy), Reply(page("/busy"))]
    script["/closed"] = [Reply(b"HTTP/1.1 200 OK\r\n\r\nall of it", "close")]
    script["/broken"] = [Reply(b"HTTP/1.1 200 OK\r\n\r\nis this all", "torn")]
    script["/tunnelled"] = [Reply(page("/tunnelled"))]
    with RawServer(script, tls=serving(authority, "127.0.0.1")).running() as server:
        yield server


@pytest.fixture(scope="module")
def stranger():
    """A server whose certificate is of an authority that nobody knows."""
    context = serving(trustme.CA(), "127.0.0.1")
    with RawServer({"/": [Reply(page("/"))]}, tls=context).running() as server:
        yield server


@pytest.fixture(scope="module")
def misnamed(authority):
    """A server with a trusted certificate for another name."""
    context = serving(authority, "elsewhere.example")
    with RawServer({"/": [Reply(page("/"))]}, tls=context).running() as server:
        yield server


@pytest.fixture(scope="module")
def plain():
    """A port that answers a TLS hello with HTTP."""

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        serving_thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        serving_thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
        serving_thread.join(30)


@pytest.fixture(scope="module")
def outdated(authority):
    """A server that speaks TLS 1.1 at best."""
    context = serving(authority, "127.0.0.1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    script = {"/": [Reply(page("/"))], "/?legacy": [Reply(page("/"))]}
    with RawServer(script, tls=context).running() as server:
        yield server


@pytest.fixture(scope="module")
def silent():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.fixture(scope="module")
def tunnel():
    """A proxy that opens tunnels; gives its address and the CONNECT requests that it got."""
    asked: list[bytes] = []

    def pipe(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)

    def relay(client: socket.socket) -> None:
        request, _ = read_request(client.recv, b"")
        asked.append(request)
        host, port = request.split()[1].decode().rsplit(":", 1)
        target = socket.create_connection((host, int(port)), timeout=30)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=pipe, args=(target, client), daemon=True).start()
        pipe(client, target)

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                client.settimeout(30)
                threading.Thread(target=relay, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving_thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        serving_thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)
        serving_thread.join(30)


@pytest.fixture(scope="module")
def account(
    silent, outdated, tunnel, trusted, stranger, misnamed, plain, authority, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    requests = [{"url": trusted.url(path)} for path in [*PATHS, "/busy", "/closed", "/broken"]]
    requests += [
        {"url": stranger.url("/")},
        {"url": stranger.url("/") + "?legacy", "meta": {"tls": "legacy"}},
        {"url": misnamed.url("/")},
        {"url": plain},
        {"url": silent, "meta": {"download_timeout": 0.5, "dont_retry": True}},
        {"url": outdated.url("/")},
        {"url": outdated.url("/?legacy"), "meta": {"tls": "legacy"}},
        {"url": trusted.url("/tunnelled"), "meta": {"proxy": tunnel[0]}},
    ]
    stranger.script["/?legacy"] = stranger.script["/"]
    return crawl(
        folder,
        requests,
        settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 8, "RETRY_ENABLED": True, "RETRY_TIMES": 1},
        environment={"SSL_CERT_FILE": str(folder / "authority.pem")},
    )


@pytest.mark.parametrize("path", PATHS)
def test_parallel_exchanges_inside_tls_keep_their_own_bytes(path, trusted, account):
    exchange, (exchanged,) = account.kept(trusted.url(path)), trusted.log[path]
    assert exchange.sent == exchanged.request
    assert exchange.received == exchanged.response == page(path)
    assert exchange.failure is None


def test_parallel_requests_really_were(trusted, account):
    assert 1 < trusted.connections < len(PATHS), "several connections, and each used again"


def test_a_retried_503_leaves_both_exchanges(trusted, account):
    kept = account.exchanges[trusted.url("/busy")]
    assert [one.received for one in kept] == [one.response for one in trusted.log["/busy"]]
    assert [one.received[9:12] for one in kept] == [b"503", b"200"]
    assert account.outcome(trusted.url("/busy"))["status"] == 200


def test_a_body_until_close_is_whole_only_when_tls_says_so(trusted, account):
    assert account.kept(trusted.url("/closed")).truncated is None
    assert account.kept(trusted.url("/closed")).received.endswith(b"all of it")
    assert account.kept(trusted.url("/broken")).truncated == "disconnect"


def test_an_untrusted_certificate_is_a_tls_failure_and_nothing_is_sent(stranger, account):
    kept = account.kept(stranger.url("/"))
    assert (kept.failure, kept.sent, kept.received) == ("tls", b"", b"")
    assert "certificate" in kept.text
    assert account.outcome(stranger.url("/"))["error"] == "TlsFailed"
    assert stranger.log["/"] == []


def test_a_certificate_for_another_name_is_a_tls_failure(misnamed, account):
    kept = account.kept(misnamed.url("/"))
    assert (kept.failure, kept.sent) == ("tls", b"")
    assert misnamed.log["/"] == []


def test_a_server_that_speaks_no_tls_is_a_tls_failure(plain, account):
    kept = account.kept(plain)
    assert (kept.failure, kept.sent, kept.received) == ("tls", b"", b"")


def test_a_handshake_that_never_ends_is_a_timeout_and_nothing_is_sent(silent, account):
    kept = account.kept(silent)
    assert (kept.failure, kept.sent, kept.received) == ("timeout", b"", b"")
    assert kept.ip == "127.0.0.1"


def test_legacy_tls_takes_any_certificate_where_a_portal_asks_for_it(stranger, account):
    kept = account.kept(stranger.url("/") + "?legacy")
    assert kept.received == stranger.log["/?legacy"][0].response == page("/")


def test_tls_1_1_is_spoken_only_where_a_portal_asks_for_it(outdated, account):
    assert account.kept(outdated.url("/")).failure == "tls"
    assert account.kept(outdated.url("/?legacy")).received == outdated.log["/?legacy"][0].response


def test_through_a_tunnel_the_exchange_is_that_with_the_portal(trusted, tunnel, account):
    kept = account.kept(trusted.url("/tunnelled"))
    assert kept.sent == trusted.log["/tunnelled"][0].request
    assert kept.received == page("/tunnelled")
    assert kept.ip is None, "the proxy's address is not the portal's"
    assert [request.split()[0] for request in tunnel[1]] == [b"CONNECT"]


def test_a_connection_made_without_verification_serves_no_verified_request(stranger, tmp_path):
    """One after the other over the same pool: the open legacy connection would be at hand."""
    stranger.script["/first"] = stranger.script["/second"] = stranger.script["/"]
    account = crawl(
        tmp_path,
        [
            {"url": stranger.url("/first"), "meta": {"tls": "legacy"}},
            {"url": stranger.url("/second")},
        ],
    )
    assert account.kept(stranger.url("/first")).failure is None
    assert account.kept(stranger.url("/second")).failure == "tls"
    assert stranger.log["/second"] == []
