"""Owns the verdict on an exchange: whole, cut and why, or failed and why.

Told as cases, first match:
  the response ended                        whole; a body until close that broke off is cut
  this side ended it, a head had come       truncated: time, or length
  this side ended it inside the head        failed: timeout, or unparsable (head too long)
  the other side ended it after a head      truncated: disconnect; unparsable if its framing is
  anything else                             failed, by the kind of exception
Bytes that came are kept in the exchange in every case.
"""

from __future__ import annotations

from OpenSSL import SSL
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionAborted,
    ConnectionDone,
    ConnectionLost,
    DNSLookupError,
    TCPTimedOutError,
    TimeoutError,
)

from archive.capture import Exchange, FailureReason, Truncation
from crawler.connection import TunnelError
from crawler.errors import AddressRefused
from crawler.recording import Recording
from crawler.response_framing import UnreadableResponse
from extract.sentences import say

# in this order: TCPTimedOutError is a ConnectError too
_KINDS: tuple[tuple[tuple[type[BaseException], ...], FailureReason], ...] = (
    ((AddressRefused,), FailureReason.ADDRESS_REFUSED),
    ((DNSLookupError,), FailureReason.DNS),
    ((SSL.Error, VerificationError, CertificateError), FailureReason.TLS),
    ((TimeoutError, TCPTimedOutError), FailureReason.TIMEOUT),
    ((ConnectError, TunnelError, ConnectingCancelledError), FailureReason.CONNECT),
    ((UnreadableResponse,), FailureReason.UNPARSABLE),
    ((ConnectionDone, ConnectionLost, ConnectionAborted), FailureReason.DISCONNECTED),
)


def conclude(recording: Recording, error: BaseException | None) -> None:
    """Writes the verdict into the exchange: ``truncated``, or ``failure`` and its text.

    ``error`` is what the wire raised, None when nothing was.
    """
    exchange = recording.exchange
    if recording.ended:
        if not recording.clean_close:
            exchange.truncated = Truncation.DISCONNECT
    elif recording.cut is not None:
        _conclude_cut(recording)
    elif error is None:
        _fail(exchange, FailureReason.OTHER, say("end_not_seen"))
    elif recording.headed and not isinstance(error, UnreadableResponse):
        exchange.truncated = Truncation.DISCONNECT
    else:
        _fail(exchange, _classify(error), _describe(error))


def _conclude_cut(recording: Recording) -> None:
    exchange, limits = recording.exchange, recording.limits
    if recording.headed:
        exchange.truncated = recording.cut
    elif recording.cut is Truncation.TIME:
        seconds, came = f"{limits.seconds:g}", recording.received_bytes
        text = say("no_response_in_time", seconds=seconds, count=came)
        _fail(exchange, FailureReason.TIMEOUT, text)
    else:
        text = say("head_too_long", count=limits.head_bytes)
        _fail(exchange, FailureReason.UNPARSABLE, text)


def _fail(exchange: Exchange, reason: FailureReason, text: str) -> None:
    exchange.failure = reason
    exchange.failure_text = text


def _classify(error: BaseException) -> FailureReason:
    for kinds, reason in _KINDS:
        if isinstance(error, kinds):
            return reason
    return FailureReason.OTHER


def _describe(error: BaseException) -> str:
    """For a person: ``kind: text``, at most 500 characters."""
    return f"{type(error).__name__}: {error}"[:500]
