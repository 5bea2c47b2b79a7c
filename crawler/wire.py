"""Owns the wire: one HTTP/1.1 exchange, from the name of a host to the last byte of its answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from scrapy.utils.url import add_http_if_no_scheme
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS

from archive.capture import Truncation
from crawler.addresses import AddressPolicy, CheckedReactor
from crawler.connection import IdleConnections, WireConnection, connect
from crawler.errors import CrawlerError
from crawler.hosts import NAP
from crawler.recording import Recording, Turn
from crawler.tls import TlsPolicy

TLS_META = "tls"
"""The ``request.meta`` key of a portal's ``tls``: "default" or "legacy"."""

_IDLE_SECONDS = 4.0
_PORTS = {"http": 80, "https": 443}
_METHOD = re.compile(r"[A-Za-z!#$%&'*+.^_`|~0-9-]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_LINE_ENDS = re.compile(rb"[\r\n]+[ \t]*")


class UnsendableRequest(CrawlerError):
    """A request that cannot be written as HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """Where a request is sent: through an HTTP proxy that takes whole addresses, through a tunnel
    that a proxy opens, or straight to the host. Only routes that are equal share a connection;
    legacy TLS never shares one with default TLS.
    """

    scheme: str
    host: str
    port: int
    tls: str
    proxy: tuple[str, int] | None
    authorization: bytes | None = None


class WireClient:
    """Makes exchanges over connections that are kept for a while."""

    def __init__(self, reactor: Any, policy: AddressPolicy, *, per_host: int) -> None:  # noqa: ANN401
        _install_twisted_idna_fallbacks()
        self._reactor = reactor
        self._policy = policy
        self._checked = CheckedReactor(reactor, policy)
        self._idle = IdleConnections(per_place=per_host, seconds=_IDLE_SECONDS)
        self._tls: dict[str, TlsPolicy] = {}

    async def exchange(self, request: Request, recording: Recording) -> None:
        """Sends a request and waits for the end of its response, within the recording's limits.

        Raises whatever ended it otherwise. Cancelling it ends the connection. The host's turn is
        waited for first, so that this costs the exchange none of its time and no connection grows
        old meanwhile.
        """
        await _take_turn(recording.turn)
        recording.started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(recording.limits.seconds):
                await self._exchange(request, recording)
        except TimeoutError:
            recording.cut = recording.cut or Truncation.TIME
        finally:
            if recording.headed:
                request.meta["download_latency"] = recording.latency

    def close(self) -> None:
        """Closes the idle connections."""
        self._idle.close()

    async def _exchange(self, request: Request, recording: Recording) -> None:
        url = urlsplit(request.url)
        route = _route(request, url)
        recording.by_proxy = route.proxy is not None
        octets = _request_bytes(request, url, route)
        connection = self._idle.take((route,))
        if connection is None:
            connection = await self._connect(route, recording)
        else:
            recording.meet(connection.peer())
        try:
            # between the first turn and an open connection lie names, handshakes and other
            # requests of the host
            await _take_turn(recording.turn)
        except BaseException:
            connection.abort()
            raise
        if await connection.exchange(octets, recording):
            self._idle.put((route,), connection)
        else:
            connection.close()

    async def _connect(self, route: _Route, recording: Recording) -> WireConnection:
        """A new connection. The operator's proxy may be anywhere, and resolves names itself."""
        # names are checked at the connect; a literal here too, for proxies and a clear message
        self._policy.check_literal(route.host)
        seconds = recording.limits.seconds
        if route.proxy is not None:
            endpoint: Any = HostnameEndpoint(self._reactor, *route.proxy, timeout=seconds)
        else:
            endpoint = HostnameEndpoint(self._checked, route.host, route.port, timeout=seconds)
        tls: Any = None
        if route.scheme == "https":
            tls = self._policy_of(route).creatorForNetloc(route.host.encode("ascii"), route.port)
            endpoint = endpoint if route.proxy is not None else wrapClientTLS(tls, endpoint)
        connection = await connect(endpoint)
        try:
            recording.meet(connection.peer())
            if tls is not None and route.proxy is not None:
                await connection.tunnel(_connect_bytes(route), tls)
            elif tls is not None:
                await connection.secured()
        except BaseException:
            connection.abort()
            raise
        return connection

    def _policy_of(self, route: _Route) -> TlsPolicy:
        """One for all connections of a kind: made when it is needed, in 20 ms."""
        if route.tls not in self._tls:
            self._tls[route.tls] = TlsPolicy(legacy=route.tls == "legacy")
        return self._tls[route.tls]


async def _take_turn(turn: Turn | None) -> None:
    """Waits until the host may be asked; nothing is awaited behind its last look at the clock."""
    while turn is not None and (seconds := turn.seconds_left()) > 0:
        await asyncio.sleep(min(seconds, NAP))


def _route(request: Request, url: SplitResult) -> _Route:
    proxy = request.meta.get("proxy")
    place = None
    if proxy:
        parts = urlsplit(add_http_if_no_scheme(proxy))
        place = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
    is_tunnel = proxy and url.scheme == "https"
    return _Route(
        scheme=url.scheme,
        host=url.hostname or "",
        port=url.port or _PORTS[url.scheme],
        tls=request.meta.get(TLS_META, "default"),
        proxy=place,
        authorization=request.headers.get(b"Proxy-Authorization") if is_tunnel else None,
    )


def _request_bytes(request: Request, url: SplitResult, route: _Route) -> bytes:
    """The request as written: what the server must know first, then its headers in their order."""
    address = request.url.partition("#")[0]
    if route.proxy is None or route.scheme == "https":
        rest = address.partition("://")[2]
        start = min((at for mark in "/?" if (at := rest.find(mark)) >= 0), default=len(rest))
        address = rest[start:] if rest.startswith("/", start) else f"/{rest[start:]}"
    target = address.encode("ascii")
    if not _METHOD.fullmatch(request.method) or not _TARGET.fullmatch(target):
        raise UnsendableRequest(f"{request.method} {request.url[:200]!r} cannot be sent as HTTP")
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), target)]
    headers = request.headers
    if b"Host" not in headers:
        lines.append(b"Host: " + _netloc(route, default_port=_PORTS[route.scheme]))
    if request.body or request.method in ("POST", "PUT"):
        lines.append(b"Content-Length: %d" % len(request.body))
    for name, values in headers.items():
        # that for the proxy goes with the CONNECT, not inside the tunnel
        if name != b"Content-Length" and (name != b"Proxy-Authorization" or url.scheme == "http"):
            lines += [b"%b: %b" % (name, _LINE_ENDS.sub(b" ", value)) for value in values]
    return b"\r\n".join((*lines, b"", request.body))


def _connect_bytes(route: _Route) -> bytes:
    where = _netloc(route, default_port=None)
    lines = [b"CONNECT %b HTTP/1.1" % where, b"Host: " + where]
    if route.authorization is not None:
        lines.append(b"Proxy-Authorization: " + _LINE_ENDS.sub(b" ", route.authorization))
    return b"\r\n".join((*lines, b"", b""))


def _netloc(route: _Route, *, default_port: int | None) -> bytes:
    host = f"[{route.host}]" if ":" in route.host else route.host
    port = "" if route.port == default_port else f":{route.port}"
    return f"{host}{port}".encode("ascii")
