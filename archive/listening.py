"""Where a server for people listens, and under which names it answers."""

from __future__ import annotations

from dataclasses import dataclass


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


def _as_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
