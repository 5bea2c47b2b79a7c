"""Where a server for people listens, and under which names it answers."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from archive.errors import CannotListen


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a server listens; where ``or_any`` and the port is taken, at any free one."""

    host: str
    port: int
    or_any: bool = False

    @property
    def opened_at(self) -> str:
        """The host in an address that opens it on this machine."""
        return _as_host({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host))  # noqa: S104

    @property
    def names(self) -> frozenset[str] | None:
        """Host names that are answered; None for any, where other machines reach it."""
        if self.host not in ("localhost", "::1") and not self.host.startswith("127."):
            return None
        return frozenset({_as_host(self.host), "localhost", "127.0.0.1", "[::1]"})

    def open_socket(self) -> socket.socket:
        """A socket that listens there. Raises CannotListen."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        problem: OSError | None = None
        for port in (self.port, 0) if self.or_any else (self.port,):
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # its connections inherit it: else the second packet of an answer waits 40 ms
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                listener.bind((self.host, port))
                listener.listen(128)
            except OSError as error:
                listener.close()
                problem = error
            else:
                return listener
        assert problem is not None
        raise CannotListen(
            f"cannot listen at {self.host} port {self.port} ({problem.strerror or problem}); "
            "choose another with --port"
        )


def _as_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
