"""A scripted server on bare sockets that remembers every byte of both directions."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

LIFETIME = 60.0
"""Seconds after which a connection is dropped, whatever a test does."""


@dataclass(frozen=True)
class Reply:
    """Bytes to send, and what to do then: keep, close, reset (RST), torn (TLS closed
    without notice), stall, drip or endless."""

    octets: bytes
    then: str = "keep"
    pieces: int = 1


@dataclass
class Exchanged:
    """``at`` is the server's own monotonic clock when the request had come whole."""

    request: bytes
    response: bytes
    connection: int
    at: float = field(default_factory=monotonic)


@dataclass
class RawServer:
    """Replies by path (the last reply of a path repeats); ``log`` has what was exchanged."""

    script: dict[str, list[Reply]]
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    log: dict[str, list[Exchanged]] = field(default_factory=lambda: defaultdict(list))
    connections: int = 0

    def __post_init__(self) -> None:
        self._socket = socket.create_server((self.host, 0))
        self._socket.settimeout(LIFETIME)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.port = self._socket.getsockname()[1]

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{path}"

    @contextlib.contextmanager
    def running(self) -> Iterator[RawServer]:
        accepting = threading.Thread(target=self._accept, daemon=True)
        accepting.start()
        try:
            yield self
        finally:
            self._stop.set()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread
            self._socket.close()
            accepting.join(LIFETIME)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(LIFETIME)
        with contextlib.suppress(OSError), connection:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            buffered = b""
            while not self._stop.is_set():
                request, buffered = read_request(connection.recv, buffered)
                if not request:
                    return
                if not self._answer(connection, request, number):
                    return

    def _answer(self, connection: socket.socket, request: bytes, number: int) -> bool:
        path = re.match(rb"\S+ (\S+)", request).group(1).decode("ascii")
        path = re.sub(r"^https?://[^/]+", "", path)
        with self._lock:
            replies = self.script[path]
            reply = replies[min(len(self.log[path]), len(replies) - 1)]
            exchanged = Exchanged(request, b"", number)
            self.log[path].append(exchanged)
        size = max(1, -(-len(reply.octets) // reply.pieces))
        for start in range(0, len(reply.octets), size):
            piece = reply.octets[start : start + size]
            connection.sendall(piece)
            exchanged.response += piece
        return self._after(connection, reply, exchanged)

    def _after(self, connection: socket.socket, reply: Reply, exchanged: Exchanged) -> bool:
        if reply.then == "keep":
            return True
        if reply.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.then == "stall":
            connection.recv(1)
        if reply.then == "endless":
            while not self._stop.is_set():
                connection.sendall(reply.octets)
                exchanged.response += reply.octets
        if reply.then == "drip":
            while not self._stop.wait(0.02):
                connection.sendall(b"x")
                exchanged.response += b"x"
        if self.tls is not None and reply.then == "close":
            with contextlib.suppress(OSError, ValueError):
                connection = connection.unwrap()  # close_notify
        connection.close()
        return False


def read_request(receive: Callable[[int], bytes], buffered: bytes) -> tuple[bytes, bytes]:
    """One request with its body, and the bytes after it; empty at the end of the stream."""
    while b"\r\n\r\n" not in buffered:
        more = receive(65536)
        if not more:
            return b"", b""
        buffered += more
    end = buffered.index(b"\r\n\r\n") + 4
    length = re.search(rb"(?im)^content-length: *(\d+)", buffered[:end])
    end += int(length.group(1)) if length else 0
    while len(buffered) < end:
        more = receive(65536)
        if not more:
            break
        buffered += more
    return buffered[:end], buffered[end:]
