"""Owns the wire: one HTTP/1.1 exchange, with every byte that crossed it, and how it ended.

The only module that uses private names of Scrapy and Twisted (Scrapy's minor range is pinned for
it). A connection of the pool records what is written to its transport and what arrives until the
response ends, inside TLS, into the Exchange of the request that it carries.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast
from urllib.parse import urldefrag, urlparse

from scrapy import Request
from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    _BindAddressAgent,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _RequestBodyProducer,
    _ScrapyProxyAgent,
    _TunnelingAgent,
)
from scrapy.core.downloader.tls import _ScrapyClientTLSOptions26
from scrapy.utils.url import add_http_if_no_scheme
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.ssl import CertificateOptions, TLSVersion, platformTrust
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTPParser, RequestNotSent
from twisted.web.client import HTTPConnectionPool, _StandardEndpointFactory
from twisted.web.http import _ChunkedTransferDecoder, _DataLoss
from twisted.web.http_headers import Headers as WireHeaders
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface.declarations import implementer

from archive.capture import Truncation
from crawler.addresses import AddressPolicy, CheckedReactor
from crawler.hosts import NAP
from crawler.recording import HeadTooLong, Recording, ResponseTooLong

TLS_META = "tls"
"""The ``request.meta`` key of a portal's ``tls``: "default" or "legacy"."""


_CLOSE_SECONDS = 1.0
_IDLE_SECONDS = 4
"""A connection is not used again after this: servers close idle ones after 5 s (Apache) and more,
and a request on its way meanwhile would be lost."""
_PROXY_PASSWORD = re.compile(rb"(?i)\r\nProxy-Authorization:[^\r\n]*\r\n")

DataLoss = _DataLoss
"""Twisted's reason when a body ended before its announced end."""

NotSent = RequestNotSent
"""Twisted's reason when a connection closed before the request was written."""


class _Tap:
    """A transport that shows a recording what is written to it."""

    def __init__(self, transport: Any, recording: Recording) -> None:  # noqa: ANN401
        self._transport = transport
        self._recording = recording

    def write(self, octets: bytes) -> None:
        kept = octets
        if self._recording.by_proxy:
            # the operator's password for the proxy is no part of the exchange with the portal
            kept = _PROXY_PASSWORD.sub(b"\r\n", octets, count=1)
        self._recording.sent(kept)
        self._transport.write(octets)

    def writeSequence(self, pieces: list[bytes]) -> None:
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._transport, name)


class _PaddedChunks(_ChunkedTransferDecoder):
    """Takes a chunk size with blanks around it, which old servers write and browsers take."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        end = self._buffer.find(b"\r\n", self._start)
        if end > 0:
            size, semicolon, extension = bytes(self._buffer[:end]).partition(b";")
            self._buffer[:end] = size.strip(b" \t") + semicolon + extension
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()


class _WireParser(_LenientHTTPClientParser):
    """Scrapy's parser, a little more lenient.

    A long header line is the business of the limit on the whole head. ``Transfer-Encoding:
    identity`` (RFC 2616 §3.6) says nothing.
    """

    MAX_LENGTH = 2**31
    _transferDecoders: ClassVar[dict[bytes, Any]] = {b"chunked": _PaddedChunks}  # type: ignore[misc]

    def headerReceived(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"transfer-encoding" and value.strip().lower() == b"identity":
            return
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]


class _WireProtocol(_LenientHTTP11ClientProtocol):
    """A pooled connection that records into the Recording of the request it carries."""

    _recording: Recording | None = None
    _lost: Failure | None = None

    def request(self, request: Any) -> Deferred[Any]:  # noqa: ANN401
        if self._lost is not None:
            return fail(self._lost)  # while its host's turn was waited for
        self._recording = recording = cast(Recording, request.recording)
        recording.begin()
        # Requests are written at once, so the tap is off again before the connection is reused.
        bare, self.transport = self.transport, cast(Any, _Tap(self.transport, recording))
        try:
            answered: Deferred[Any] = super().request(request)
        finally:
            self.transport = bare
        if self._parser is not None:
            self._parser.__class__ = _WireParser
        return answered

    def dataReceived(self, data: bytes) -> None:
        recording = self._recording
        if recording is None or recording.closed:
            self.abort_transport()  # bytes that nobody asked for must not answer a later request
            return
        recording.received(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._recording is not recording:
            return
        if self._parser is None:
            self._recording = None
            self.abort_transport()  # unreadable: nothing more of it is wanted
        else:
            self._hold_limits(recording)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self._lost = reason
        if self._recording is not None:
            self._recording.clean_close = isinstance(reason.value, ConnectionDone)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def peer(self) -> str:
        """The IP address at the other end."""
        return str(cast(Any, self.transport).getPeer().host)

    def is_open(self) -> bool:
        """Whether what is written crosses the wire: not before TLS is agreed on."""
        return bool(getattr(self.transport, "_handshakeDone", True))

    def abort_transport(self) -> None:
        """Closes the connection without waiting for the peer."""
        cast(Any, self.transport).abortConnection()

    def _hold_limits(self, recording: Recording) -> None:
        in_head = cast(HTTPParser, self._parser).state in (STATUS, HEADER)
        if in_head and recording.received_bytes > recording.limits.head_bytes:
            self._cut(recording, HeadTooLong(f"head over {recording.limits.head_bytes} bytes"))
        elif recording.received_bytes > recording.limits.total_bytes:
            self._cut(recording, ResponseTooLong(f"over {recording.limits.total_bytes} bytes"))

    def _cut(self, recording: Recording, why: Exception) -> None:
        recording.cut = Truncation.LENGTH
        self._recording = None
        self.abort_transport()
        self._disconnectParser(Failure(why))  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.end(excess=len(rest))
        if self._currentRequest is not None and (rest or self._body_may_follow()):
            # what follows would be taken for the answer to the next request
            self._currentRequest.persistent = False
        super()._finishResponse(rest)

    def _body_may_follow(self) -> bool:
        """Whether a response without a body announces one, which some servers then send."""
        parser = self._parser
        if parser is None or parser.bodyDecoder is not None:
            return False
        announced = parser.connHeaders.getRawHeaders(b"content-length", [b"0"])
        chunked = parser.connHeaders.hasHeader(b"transfer-encoding")
        return chunked or any(value.strip() != b"0" for value in announced)


class _WireFactory(_LenientHTTP11ClientFactory):
    """Makes the pool's connections."""

    def buildProtocol(self, addr: Any) -> _WireProtocol:  # noqa: ANN401
        return _WireProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _MarkedConnection:
    """A pooled connection that is told which recording its request belongs to.

    It waits for its host's turn once more: between the first wait and an open connection lie
    names, handshakes and other requests of the host.
    """

    def __init__(self, connection: Any, reactor: Any, recording: Recording) -> None:  # noqa: ANN401
        recording.meet(connection)
        self._connection = connection
        self._reactor = reactor
        self._recording = recording

    def request(self, request: Any) -> Deferred[Any]:  # noqa: ANN401
        turn = self._recording.turn
        seconds = turn.seconds_left() if turn is not None else 0.0
        if seconds > 0:
            return deferLater(self._reactor, min(seconds, NAP), self.request, request)
        request.recording = self._recording
        answered: Deferred[Any] = self._connection.request(request)
        return answered


class _MarkingPool:
    """The shared pool as one request sees it. Legacy TLS never shares a default connection."""

    def __init__(
        self,
        pool: HTTPConnectionPool,
        reactor: Any,  # noqa: ANN401
        *,
        recording: Recording,
        tls: str,
    ) -> None:
        self._pool = pool
        self._reactor = reactor
        self._recording = recording
        self._tls = tls
        self.persistent = pool.persistent

    def getConnection(self, key: tuple[Any, ...], endpoint: Any) -> Deferred[Any]:  # noqa: ANN401
        taken: Deferred[Any] = self._pool.getConnection((*key, self._tls), endpoint)
        return taken.addCallback(_MarkedConnection, self._reactor, self._recording)


class _BodyEnd(Protocol):
    """Waits for the end of a body; its bytes are in the recording already."""

    def __init__(self, ended: Deferred[None]) -> None:
        self._ended = ended

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if not self._ended.called:
            self._ended.errback(reason)


class WireClient:
    """Makes exchanges over one pool of connections."""

    def __init__(self, reactor: Any, policy: AddressPolicy, *, per_host: int) -> None:  # noqa: ANN401
        _install_twisted_idna_fallbacks()
        self._reactor = reactor
        self._policy = policy
        self._checked = CheckedReactor(reactor, policy)
        self._pool = HTTPConnectionPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._pool.maxPersistentPerHost = per_host
        self._pool._factory = _WireFactory
        # Twisted would ask again at once, past the host's delay and with nothing of the first try
        # kept: the retry middleware does it in turn
        self._pool.retryAutomatically = False
        self._pool.cachedConnectionTimeout = _IDLE_SECONDS
        self._tls = {"default": TlsPolicy(legacy=False), "legacy": TlsPolicy(legacy=True)}

    def exchange(self, request: Request, recording: Recording) -> Deferred[None]:
        """Sends a request and waits for the end of its response, within the recording's limits.

        Fires with None when the response ended as it should, or fails with whatever Twisted
        raises. Cancelling it ends the connection. The host's turn is waited for first, so that
        this costs the exchange none of its time and no connection grows old meanwhile.
        """
        seconds = recording.turn.seconds_left() if recording.turn is not None else 0.0
        if seconds > 0:
            wait: Any = deferLater(
                self._reactor, min(seconds, NAP), cast(Any, self.exchange), request, recording
            )
            return cast("Deferred[None]", wait)
        recording.started = self._reactor.seconds()
        # names are checked at the connect; a literal here too, for proxies and a clear message
        self._policy.check_literal(urlparse(request.url).hostname or "")
        headers = WireHeaders(dict(request.headers.items()))
        url = urldefrag(request.url)[0].encode("ascii")
        if url.startswith(b"https:"):
            headers.removeHeader(b"Proxy-Authorization")  # goes with the CONNECT, not inside it
        body = _RequestBodyProducer(request.body) if request.body else None
        agent = self._agent(request, recording)
        answered = agent.request(request.method.encode("ascii"), url, headers, cast(Any, body))
        ended: Deferred[None] = answered.addCallback(self._read, request, recording)
        timer = self._reactor.callLater(recording.limits.seconds, self._expire, ended, recording)
        return ended.addBoth(self._stop_timer, timer)

    def close(self) -> Deferred[None]:
        """Closes the idle connections of the pool; a peer that will not close is not waited for."""
        closed: Deferred[None] = self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        return closed.addTimeout(_CLOSE_SECONDS, self._reactor).addErrback(lambda _: None)

    def _agent(self, request: Request, recording: Recording) -> Any:  # noqa: ANN401
        tls = request.meta.get(TLS_META, "default")
        marking = _MarkingPool(self._pool, self._reactor, recording=recording, tls=tls)
        pool = cast(HTTPConnectionPool, marking)
        common: dict[str, Any] = {
            "contextFactory": self._tls[tls],
            "connectTimeout": recording.limits.seconds,
            "pool": pool,
        }
        if request.meta.get("proxy"):
            recording.by_proxy = True
            return self._proxy_agent(request, common)
        agent = _BindAddressAgent(self._reactor, **common)
        agent._endpointFactory = _StandardEndpointFactory(  # type: ignore[no-untyped-call]
            self._checked, self._tls[tls], recording.limits.seconds, None
        )
        return agent

    def _proxy_agent(self, request: Request, common: dict[str, Any]) -> Any:  # noqa: ANN401
        """The operator's proxy may be anywhere, and resolves the target's name itself."""
        target = urlparse(request.url)
        proxy = add_http_if_no_scheme(request.meta["proxy"])
        parts = urlparse(proxy)
        if target.scheme == "https":
            authorization = request.headers.get(b"Proxy-Authorization")
            where = (parts.hostname or "", parts.port or 80, authorization)
            return _TunnelingAgent(reactor=self._reactor, proxyConf=where, **common)
        return _ScrapyProxyAgent(self._reactor, proxyURI=proxy.encode("ascii"), **common)

    def _read(self, response: Any, request: Request, recording: Recording) -> Deferred[None]:  # noqa: ANN401
        recording.headed = True
        request.meta["download_latency"] = self._reactor.seconds() - recording.started
        ended: Deferred[None] = Deferred(lambda _: recording.hang_up())
        response.deliverBody(_BodyEnd(ended))
        return ended

    @staticmethod
    def _expire(ended: Deferred[None], recording: Recording) -> None:
        recording.cut = Truncation.TIME
        ended.cancel()

    @staticmethod
    def _stop_timer(result: Any, timer: Any) -> Any:  # noqa: ANN401
        if timer.active():
            timer.cancel()
        return result


@implementer(IPolicyForHTTPS)  # type: ignore[no-untyped-call]
class TlsPolicy:
    """Which TLS is spoken: certificates verified, or for ``legacy`` what old servers still offer.

    Legacy means no verification, TLS 1.0 and weak ciphers; a portal file asks for it with its
    reason. All connections share one OpenSSL context: one each would cost 8 ms and 0.9 MB.
    """

    def __init__(self, *, legacy: bool) -> None:
        if legacy:
            self._kind: type[ClientTLSOptions] = _ScrapyClientTLSOptions26
            self._options = _ScrapyClientContextFactory(
                verify_certificates=False, tls_min_version=TLSVersion.TLSv1_0
            )._get_cert_options()
            # Twisted takes a list of ciphers apart, and the level that allows TLS 1.0 with it
            self._options.getContext().set_cipher_list(b"DEFAULT:@SECLEVEL=0")
        else:
            self._kind = ClientTLSOptions
            self._options = CertificateOptions(trustRoot=platformTrust(), fixBrokenPeers=True)  # type: ignore[no-untyped-call]

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:
        """What makes the connection and checks it against the host's name."""
        return self._kind(self._options._makeTLSConnection, hostname.decode("ascii"))
