"""Owns which redirects are followed: none is dropped in silence, and none without a bound.

A redirect that is not followed comes to the spider as it is; the spider records it as a failure
whose reason names what it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response
from w3lib.url import safe_url_string

from archive.capture import FailureReason, Role
from crawler.capturing import CONTEXT_META
from crawler.cookies import COOKIES_META
from extract.addresses import is_home, without_index
from extract.sentences import say

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_HOPS = 5
VISITS = 2
"""Times that one address may be asked in a chain: a redirect to itself with a cookie needs two."""

WANTS_COOKIE = "; " + say("redirect_wants_cookie")
"""Of a loop, as the ministry of justice has it (2026): with the cookie it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectStop:
    """Why a redirect is not followed; ``text`` names both addresses."""

    reason: FailureReason
    text: str


def stop_of(
    url: str, location: str | None, *, role: Role, chain: tuple[str, ...]
) -> RedirectStop | None:
    """Why a redirect from ``url`` is not followed; None when it is.

    ``location`` is the header as received, ``chain`` the addresses that led to ``url``. Portals
    answer for a report that is gone with a redirect to the home page or to a folder above
    (TRS and gkmlpt sites, 2026): what stands there is not the report.
    """
    target = target_of(url, location)
    if target is None:
        text = say("redirect_nowhere", url=url, target=repr((location or "")[:200]))
        return RedirectStop(reason=FailureReason.REDIRECT_NOWHERE, text=text)
    if len(chain) >= MAX_HOPS or (*chain, url).count(target) >= VISITS:
        first, count = (*chain, url)[0], len(chain) + 1
        text = say("redirect_loop", url=first, count=count, target=target)
        return RedirectStop(reason=FailureReason.REDIRECT_LOOP, text=text)
    if role not in (Role.REPORT, Role.ATTACHMENT):
        return None
    if is_home(target) and not is_home(url):
        text = say("redirect_home", url=url, target=target)
        return RedirectStop(reason=FailureReason.REDIRECT_HOME, text=text)
    if _is_above(url, target):
        text = say("redirect_parent", url=url, target=target)
        return RedirectStop(reason=FailureReason.REDIRECT_PARENT, text=text)
    return None


def target_of(url: str, location: str | None) -> str | None:
    """Where a redirect leads, absolute and without fragment; None when it cannot be asked."""
    if not location:
        return None
    try:
        target = urldefrag(urljoin(url, safe_url_string(location)))[0]
        parts = urlsplit(target)
        return target if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _is_above(url: str, target: str) -> bool:
    here, there = without_index(url), without_index(target)
    same_host = urlsplit(url).hostname == urlsplit(target).hostname
    is_folder = there.endswith("/") and there != here and not urlsplit(target).query
    return same_host and is_folder and here.startswith(there)


def location_of(response: Response) -> str | None:
    """The Location header as text; None when there is none."""
    location = response.headers.get(b"Location")
    return None if location is None else location.decode("utf-8", "surrogateescape")


def chain_of(request: Request) -> tuple[str, ...]:
    """The addresses that led to a request by redirects, the first first."""
    return tuple(urldefrag(url)[0] for url in request.meta.get("redirect_urls", ()))


def stop_of_response(request: Request, response: Response) -> RedirectStop | None:
    """Why the redirect that a response is, is not followed; None when it is, or is none."""
    if response.status not in REDIRECTS:
        return None
    context = request.meta.get(CONTEXT_META)
    stop = stop_of(
        urldefrag(request.url)[0],
        location_of(response),
        role=context.role if context is not None else Role.OTHER,
        chain=chain_of(request),
    )
    if stop is None or stop.reason is not FailureReason.REDIRECT_LOOP:
        return stop
    wants_cookie = response.headers.get(b"Set-Cookie") and request.meta.get(COOKIES_META) is None
    return replace(stop, text=stop.text + WANTS_COOKIE) if wants_cookie else stop


class BoundedRedirectMiddleware(RedirectMiddleware):
    """Follows as Scrapy's does, but for what ``stop_of`` stops.

    Example: a report's 302 to the portal's home page goes to the spider, its 301 to the same path
    on https is followed. Scrapy's own raises IgnoreRequest for a loop, which nobody hears of.
    """

    def handle_referer(self, request: Request, response: Response) -> None:
        """Sends no Referer: a capture should not depend on how its address was reached."""
        request.headers.pop("Referer", None)

    def _engine_started(self) -> None:
        """Scrapy's looks for a middleware of referers and warns when there is none."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: object | None = None,
    ) -> Request | Response:
        """The request for where it leads, or the response as it is."""
        if not request.meta.get("dont_redirect") and stop_of_response(request, response):
            return response
        return super().process_response(request, response)
