"""Owns the record of one exchange while it happens: its bytes, its bounds, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from archive.capture import Exchange, Truncation


class Pace(Protocol):
    """When the next request to a host may be written, in seconds of the paces' clock."""

    reached_at: float

    def ready_at(self) -> float:
        """The moment from which the next request may be written."""
        ...


@dataclass(slots=True)
class Turn:
    """An exchange's place in the pace of its host.

    The pace counts from when the server is known to have the request. Written is not yet
    received: a slow way there would bring the next request close behind this one. So the moment
    is put off to the first byte of the answer, or to the end where none came.
    """

    pace: Pace
    clock: Callable[[], float]
    check_going_on: Callable[[], None] = lambda: None
    is_written: bool = False
    is_answered: bool = False

    def seconds_left(self) -> float:
        """Seconds to wait before the request may be written; 0 or less when it may. Raises what
        ``check_going_on`` does, when the wait is to end.
        """
        seconds = self.pace.ready_at() - self.clock()
        if seconds > 0:
            self.check_going_on()
        return seconds

    def written(self) -> None:
        """The request goes out."""
        self.is_written = True
        self.pace.reached_at = self.clock()

    def answered(self) -> None:
        """The first bytes came, or nothing will come any more."""
        if self.is_written and not self.is_answered:
            self.is_answered = True
            self.pace.reached_at = self.clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLimits:
    """Bounds of one exchange: bytes of all heads, bytes in all, seconds from DNS to last byte."""

    head_bytes: int
    total_bytes: int
    seconds: float


class Recording:
    """One exchange while it happens, and what a verdict on it needs to know.

    ``headed`` says that a whole response head came, ``latency`` how many seconds after ``started``
    that was; ``ended`` that the response did; ``clean_close`` is False when the connection broke
    rather than closed. ``cut`` is set when this side ended the exchange, and why.
    """

    def __init__(self, exchange: Exchange, limits: WireLimits, turn: Turn | None = None) -> None:
        self.turn = turn
        self.exchange = exchange
        self.limits = limits
        self.headed = False
        self.latency = 0.0
        self.ended = False
        self.clean_close = True
        self.cut: Truncation | None = None
        self.closed = False
        self.excess = 0
        self.started = 0.0
        self.received_bytes = 0
        self.by_proxy = False

    def meet(self, peer: str) -> None:
        """Has a connection to an IP address, and nothing written yet."""
        if not self.by_proxy:
            self.exchange.ip_address = peer

    def begin(self) -> None:
        """From here on bytes of the request are written."""
        if self.turn is not None:
            self.turn.written()

    def sent(self, octets: bytes) -> None:
        """Adds what was written to the transport."""
        if not self.closed:
            self.exchange.sent.write(octets)

    def received(self, octets: bytes) -> None:
        """Adds what the transport brought."""
        if not self.closed:
            if self.turn is not None and not self.received_bytes:
                self.turn.answered()
            self.exchange.received.write(octets)
            self.received_bytes += len(octets)

    def end(self, *, excess: int) -> None:
        """The response is whole; ``excess`` bytes came after it and are no part of it."""
        if self.closed:
            return
        self.ended = True
        self.excess = excess
        if excess:
            self.received_bytes -= excess
            self.exchange.received.truncate(self.received_bytes)
            self.exchange.received.seek(0, 2)

    def head_came(self, moment: float) -> None:
        """The head is whole; ``moment`` is of the clock that ``started`` is of."""
        self.headed = True
        self.latency = moment - self.started

    def close(self) -> None:
        """Nothing is recorded from here on; both sides are ready to be read."""
        if self.turn is not None:
            self.turn.answered()
        self.closed = True
        self.exchange.sent.seek(0)
        self.exchange.received.seek(0)
