"""Owns one connection to a server: exchanges one after the other, each byte shown to its recording.

Recorded is what is written to the transport and what it brings, inside TLS, until the response
ends. Nothing is written before TLS is agreed on.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, cast

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface.declarations import implementer

from archive.capture import Truncation
from crawler.recording import Recording
from crawler.response_framing import ResponseFraming

_PROXY_PASSWORD = re.compile(rb"(?i)\r\nProxy-Authorization:[^\r\n]*\r\n")
_TUNNEL_OPEN = re.compile(rb"HTTP/1\.\d 200(?: [^\r\n]*)?\r\n")
_LONGEST_TUNNEL_HEAD = 64 * 1024


class TunnelError(Exception):
    """A proxy did not open a tunnel."""


@implementer(IHandshakeListener)  # type: ignore[no-untyped-call]
class WireConnection(Protocol):
    """A connection. ``lost`` is why it is gone, None while it is there."""

    def __init__(self) -> None:
        self.lost: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._secured = False
        self._tunnel_head: bytes | None = None
        self._recording: Recording | None = None
        self._framing = ResponseFraming("")

    async def secured(self) -> None:
        """Waits until TLS is agreed on and the certificate is found good; raises why not."""
        while not self._secured:
            await self._wait()

    async def tunnel(self, request: bytes, tls: Any) -> None:  # noqa: ANN401
        """Has a proxy open a tunnel by a CONNECT request, and speaks TLS through it.

        Raises TunnelError when it does not.
        """
        self._tunnel_head = b""
        cast(Any, self.transport).write(request)
        while not self._tunnel_head.endswith(b"\r\n\r\n"):
            await self._wait()
        if _TUNNEL_OPEN.match(self._tunnel_head) is None:
            raise TunnelError(f"the proxy opened no tunnel, but said {self._tunnel_head[:200]!r}")
        self._tunnel_head = None
        cast(Any, self.transport).startTLS(tls)
        await self.secured()

    async def exchange(self, request: bytes, recording: Recording) -> bool:
        """Writes a request and waits for the end of its response, within the recording's limits.

        Returns whether the connection can carry another one. Raises UnreadableResponse, and what
        Twisted says of a connection that is lost. However it ends, an exchange that is not whole
        ends the connection.
        """
        if self.lost is not None:
            raise self.lost  # while its host's turn was waited for
        self._recording, self._framing = recording, ResponseFraming(recording.exchange.method)
        recording.begin()
        # the operator's password for the proxy is no part of the exchange with the portal
        kept = _PROXY_PASSWORD.sub(b"\r\n", request, 1) if recording.by_proxy else request
        recording.sent(kept)
        cast(Any, self.transport).write(request)
        try:
            await self._wait()
        finally:
            self._recording = None
            if not recording.ended:
                self.abort()
        return recording.ended and self._framing.persistent and self.lost is None

    def connectionMade(self) -> None:
        """Twisted's: requests are one write each, and wait for nothing."""
        cast(Any, self.transport).setTcpNoDelay(True)

    def handshakeCompleted(self) -> None:
        """Twisted's: TLS is agreed on."""
        self._secured = True
        self._wake()

    def dataReceived(self, data: bytes) -> None:
        """Twisted's: bytes came."""
        recording = self._recording
        if recording is None:
            self._unasked(data)
            return
        recording.received(data)
        try:
            self._framing.feed(data)
        except Exception as error:  # noqa: BLE001 (whatever it is, the exchange must hear of it)
            self._recording = None
            self._wake(error)
            return
        self._go_on(recording)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted's: nothing more comes."""
        error = reason.value
        assert error is not None
        self.lost = error
        recording = self._recording
        if recording is not None and self._framing.ends_with_connection:
            recording.clean_close = isinstance(error, ConnectionDone)
            recording.end(excess=0)
            self._wake()
        else:
            self._wake(error)

    def peer(self) -> str:
        """The IP address at the other end."""
        return str(cast(Any, self.transport).getPeer().host)

    def close(self) -> None:
        """Closes the connection."""
        cast(Any, self.transport).loseConnection()

    def abort(self) -> None:
        """Closes the connection without waiting for the peer."""
        if self.lost is None:
            cast(Any, self.transport).abortConnection()

    def _unasked(self, data: bytes) -> None:
        """Bytes that nobody asked for must not answer a later request."""
        if self._tunnel_head is None or len(self._tunnel_head) > _LONGEST_TUNNEL_HEAD:
            self.abort()
            return
        self._tunnel_head += data
        self._wake()

    def _go_on(self, recording: Recording) -> None:
        framing, limits = self._framing, recording.limits
        if framing.headed and not recording.headed:
            recording.head_came(asyncio.get_running_loop().time())
        if framing.ended:
            self._recording = None
            recording.end(excess=framing.excess)
            self._wake()
        elif recording.received_bytes > limits.total_bytes or (
            not framing.headed and recording.received_bytes > limits.head_bytes
        ):
            recording.cut = Truncation.LENGTH
            self._recording = None
            self._wake()

    async def _wait(self) -> None:
        """Waits for the next thing to happen; raises why the connection is lost."""
        if self.lost is not None:
            raise self.lost
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self, error: BaseException | None = None) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)


class _Connecting(Factory):
    """Makes connections, one for each address that is tried."""

    noisy = False

    def buildProtocol(self, addr: Any) -> WireConnection:  # noqa: ANN401
        return WireConnection()


async def connect(endpoint: Any) -> WireConnection:  # noqa: ANN401
    """A connection to a Twisted endpoint; raises why there is none. TLS is yet to be agreed on."""
    made: WireConnection = await maybe_deferred_to_future(endpoint.connect(_Connecting()))
    return made


class IdleConnections:
    """Connections that wait for another exchange, by where they lead.

    A connection is not used again after ``seconds``: servers close idle ones after 5 s (Apache)
    and more, and a request on its way meanwhile would be lost.
    """

    def __init__(self, *, per_place: int, seconds: float) -> None:
        self._per_place = per_place
        self._seconds = seconds
        self._idle: dict[tuple[object, ...], dict[WireConnection, asyncio.TimerHandle]] = {}

    def take(self, place: tuple[object, ...]) -> WireConnection | None:
        """The one used last of those that are still open; None when there is none."""
        idle = self._idle.pop(place, {})
        while idle:
            connection, timer = idle.popitem()
            timer.cancel()
            if connection.lost is None:
                if idle:
                    self._idle[place] = idle
                return connection
        return None

    def put(self, place: tuple[object, ...], connection: WireConnection) -> None:
        """Keeps a connection for a while."""
        idle = self._idle.setdefault(place, {})
        if len(idle) >= self._per_place:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        idle[connection] = loop.call_later(self._seconds, self._drop, place, connection)

    def _drop(self, place: tuple[object, ...], connection: WireConnection) -> None:
        idle = self._idle[place]
        del idle[connection]
        if not idle:
            del self._idle[place]
        connection.close()

    def close(self) -> None:
        """Closes them all."""
        for idle in self._idle.values():
            for connection, timer in idle.items():
                timer.cancel()
                connection.close()
        self._idle.clear()
