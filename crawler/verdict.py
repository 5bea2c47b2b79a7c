"""Owns the verdict on an exchange: whole, cut and why, or failed and why.

Told as cases, first match:
  the response ended                        whole; a close-delimited body that broke off is cut
  this side ended it, a head had come       truncated: time, or length
  this side ended it inside the head        failed: timeout, or unparsable (head too long)
  the other side ended it after a head      truncated: disconnect; unparsable if its framing is
  anything else                             failed, by the kind of exception
Bytes that came are kept in the exchange in every case.
"""

from __future__ import annotations

from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from twisted.internet.defer import CancelledError
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
from twisted.web.client import ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss

from archive.capture import Exchange, FailureReason, Truncation
from crawler.errors import AddressRefused
from crawler.recording import HeadTooLong, Recording, ResponseTooLong
from crawler.wire import DataLoss, NotSent

_ENDED_BY_PEER = (
    ConnectionDone,
    ConnectionLost,
    ConnectionAborted,
    CancelledError,
    DataLoss,
    NotSent,
)
# in this order: TCPTimedOutError is a ConnectError too
_KINDS: tuple[tuple[tuple[type[BaseException], ...], FailureReason], ...] = (
    ((AddressRefused,), FailureReason.ADDRESS_REFUSED),
    ((DNSLookupError,), FailureReason.DNS),
    ((SSL.Error, VerificationError, CertificateError), FailureReason.TLS),
    ((TimeoutError, TCPTimedOutError), FailureReason.TIMEOUT),
    ((ConnectError, TunnelError, ConnectingCancelledError), FailureReason.CONNECT),
)


def conclude(recording: Recording, error: BaseException | None) -> None:
    """Writes the verdict into the exchange: ``truncated``, or ``failure`` and its text.

    ``error`` is what the wire raised, None when nothing was. An exception that only says how the
    body ended (close-delimited, whole) is no failure.
    """
    exchange = recording.exchange
    if recording.ended:
        if isinstance(error, PotentialDataLoss) and not recording.clean_close:
            exchange.truncated = Truncation.DISCONNECT
        return
    if recording.cut is not None:
        _conclude_cut(recording)
    elif error is None or isinstance(error, ResponseDone):
        _fail(exchange, FailureReason.OTHER, "the response ended without its end being seen")
    elif recording.headed and not _is_unparsable(error):
        exchange.truncated = Truncation.DISCONNECT
    else:
        _fail(exchange, _classify(error), _describe(error))
    if exchange.failure is FailureReason.TLS and recording.received_bytes == 0:
        # a connection through a proxy's tunnel does not show that its handshake failed
        exchange.sent.seek(0)
        exchange.sent.truncate()


def _conclude_cut(recording: Recording) -> None:
    exchange, limits = recording.exchange, recording.limits
    if recording.headed:
        exchange.truncated = recording.cut
    elif recording.cut is Truncation.TIME:
        came = f"{recording.received_bytes} bytes of a response head had come"
        _fail(exchange, FailureReason.TIMEOUT, f"no response in {limits.seconds:g} s; {came}")
    else:
        _fail(
            exchange,
            FailureReason.UNPARSABLE,
            f"the response head did not end within {limits.head_bytes} bytes",
        )


def _fail(exchange: Exchange, reason: FailureReason, text: str) -> None:
    exchange.failure = reason
    exchange.failure_text = text


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions inside Twisted's wrappers, which keep failures in ``reasons``."""
    reasons = getattr(error, "reasons", None)
    if not reasons:
        yield error
        return
    for reason in reasons:
        yield from _leaves(reason.value)


def _is_unparsable(error: BaseException) -> bool:
    """Whether the bytes themselves were the trouble: neither side's ending, no limit of ours."""
    if not isinstance(error, ResponseFailed):
        return False
    known = (*_ENDED_BY_PEER, PotentialDataLoss, SSL.Error, HeadTooLong, ResponseTooLong)
    return any(not isinstance(leaf, known) for leaf in _leaves(error))


def _classify(error: BaseException) -> FailureReason:
    for leaf in _leaves(error):
        for kinds, reason in _KINDS:
            if isinstance(leaf, kinds):
                return reason
    if _is_unparsable(error):
        return FailureReason.UNPARSABLE
    if any(isinstance(leaf, _ENDED_BY_PEER) for leaf in _leaves(error)):
        return FailureReason.DISCONNECTED
    return FailureReason.OTHER


def _describe(error: BaseException) -> str:
    """The innermost reasons, for a person: ``kind: text``, at most 500 characters."""
    texts = dict.fromkeys(f"{type(leaf).__name__}: {leaf}" for leaf in _leaves(error))
    return "; ".join(texts)[:500]
