"""Owns how a request fails: the exception for each FailureReason, and the way back.

A live crawl and a replayed one raise from the same table, so that retries, errbacks and counts
are the same in both. What is worth a quick second try is a kind that Scrapy's RetryMiddleware
retries; a bad certificate, an unreadable response or a refused address is not.
"""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from archive.capture import FailureReason
from crawler.errors import AddressRefused, CrawlerError


class ConnectionCut(DownloadFailedError):
    """The peer closed the connection before the head of a response was whole."""


class TlsFailed(CrawlerError):
    """No TLS connection: a certificate that does not hold, or no protocol in common."""


class UnparsableResponse(CrawlerError):
    """Bytes came that are no HTTP response; they are archived as they came."""


class RobotsDisallowed(IgnoreRequest):
    """robots.txt (or its absence through an error, RFC 9309 §2.3.1.4) forbids the request."""


class RedirectStopped(CrawlerError):
    """A redirect that is not followed: a loop, to nowhere, or away from a report that is gone."""


class RedirectLoop(RedirectStopped):
    """Redirects that lead on and on."""


class RedirectNowhere(RedirectStopped):
    """A redirect to no address that can be asked."""


class RedirectedHome(RedirectStopped):
    """A report's address that leads to the home page."""


class RedirectedToParent(RedirectStopped):
    """A report's address that leads to a folder above it."""


class OtherFailure(CrawlerError):
    """A request failed for a reason that has no name of its own; the text says which."""


_EXCEPTIONS: dict[FailureReason, type[Exception]] = {
    FailureReason.DNS: CannotResolveHostError,
    FailureReason.CONNECT: DownloadConnectionRefusedError,
    FailureReason.TLS: TlsFailed,
    FailureReason.TIMEOUT: DownloadTimeoutError,
    FailureReason.DISCONNECTED: ConnectionCut,
    FailureReason.UNPARSABLE: UnparsableResponse,
    FailureReason.ADDRESS_REFUSED: AddressRefused,
    FailureReason.ROBOTS: RobotsDisallowed,
    FailureReason.REDIRECT_LOOP: RedirectLoop,
    FailureReason.REDIRECT_NOWHERE: RedirectNowhere,
    FailureReason.REDIRECT_HOME: RedirectedHome,
    FailureReason.REDIRECT_PARENT: RedirectedToParent,
    FailureReason.OTHER: OtherFailure,
}


def exception_for(reason: FailureReason, text: str) -> Exception:
    """The exception that says this failure to Scrapy, live and replayed alike."""
    return _EXCEPTIONS[reason](text)


def reason_for(error: BaseException) -> FailureReason:
    """The reason behind an exception of this module; OTHER for any other exception."""
    for reason, kind in _EXCEPTIONS.items():
        if isinstance(error, kind):
            return reason
    return FailureReason.OTHER
