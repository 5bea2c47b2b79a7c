"""Owns the cookies of portals whose file says ``fetch.cookies``; all others neither get nor send.

Each portal has a jar of its own, so a host learns nothing of another portal's visit.
"""

from __future__ import annotations

from collections import defaultdict
from http.cookiejar import Cookie
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.cookies import CookieJar, WrappedRequest
from scrapy.utils.httpobj import urlparse_cached

COOKIES_META = "portal_cookies"
"""The ``request.meta`` key: the id of the portal in whose jar cookies are kept; absent: none."""

COOKIES_OF_A_HOST = 50
"""RFC 6265 §6.1 asks for at least 50 a host; a hostile one would send more and more."""

COOKIES_OF_A_PORTAL = 1000


class PortalCookiesMiddleware:
    """Sends cookies back to the host that set them, within a portal that asks for it.

    Example: with ``cookies = true`` a 302 to itself with ``Set-Cookie: a=b`` is followed with
    ``Cookie: a=b``. A cookie for a whole domain is kept for its host alone: that needs no list of
    public suffixes, which Scrapy's own middleware downloads. In a replayed run nothing of this
    matters: what is asked is found by method, address and body.
    """

    def __init__(self) -> None:
        self._jars: defaultdict[str, CookieJar] = defaultdict(CookieJar)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls()

    def process_request(self, request: Request) -> None:
        """Sets the request's Cookie header."""
        request.headers.pop("Cookie", None)
        portal_id = request.meta.get(COOKIES_META)
        if portal_id is not None:
            self._jars[portal_id].add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Takes in what the response sets, and gives the response on."""
        portal_id = request.meta.get(COOKIES_META)
        if portal_id is not None and response.headers.getlist(b"Set-Cookie"):
            jar = self._jars[portal_id]
            for cookie in jar.make_cookies(response, request):
                _put(jar, cookie, request)
        return response


def _put(jar: CookieJar, cookie: Cookie, request: Request) -> None:
    host = (urlparse_cached(request).hostname or "").lower()
    # http.cookiejar files a name without a dot under one with (RFC 2965 §1)
    host = host if "." in host else f"{host}.local"
    kept = [other.domain for other in jar]
    is_full = kept.count(host) >= COOKIES_OF_A_HOST or len(kept) >= COOKIES_OF_A_PORTAL
    if is_full or not jar.policy.set_ok(cookie, WrappedRequest(request)):  # type: ignore[arg-type]
        return
    cookie.domain, cookie.domain_specified, cookie.domain_initial_dot = host, False, False
    jar.set_cookie(cookie)
