"""Addresses in markup, read as a browser reads them: one function for rows, pagers and files.

The scheme is never upgraded (many portals have no https); session ids are dropped, because they
make one article many.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from extract.document import Page

MAX_URL_CHARS = 2000
"""Longer addresses are traps or data; servers refuse them at 2 to 8 kB."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WITH_HOST = re.compile(r"https?:[/\\]{2}[^/\\?#]", re.IGNORECASE)
_CONTROLS = "".join(map(chr, range(33)))
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sessionid)=[^/?;]*", re.IGNORECASE)
_SESSION_QUERY = re.compile(
    r"(?:jsessionid|phpsessid|sessionid|session_id|aspsessionid\w*)(?:=|$)", re.IGNORECASE
)
_PATH_KEPT = "/%:@!$&'()*+,;=~-._|[]^"
_QUERY_KEPT = "/%:@!$&()*+,;=~-._?|[]^`{}\\"
_DEFAULT_PORT = {"http": 80, "https": 443}


_INDEX_NAMES = ("index.", "default.", "home.", "main.")


def without_index(url: str) -> str:
    """The path, with ``/a/index.html`` written as ``/a/``."""
    folder, _, name = urlsplit(url).path.rpartition("/")
    return f"{folder}/" if name.lower().startswith(_INDEX_NAMES) else f"{folder}/{name}"


def is_home(url: str) -> bool:
    """Whether an address is that of a site's home page."""
    return without_index(url) == "/" and not urlsplit(url).query


def base_url(page: Page) -> str:
    """What relative addresses of the page are joined to: its <base href>, else its own URL."""
    if page.tree is not None:
        for base in page.tree.iter("base"):
            joined = resolve(page.url, base.get("href") or "", page.charset)
            if joined is not None:
                return joined
    return page.url


def resolve(base: str, href: str, charset: str = "utf-8") -> str | None:
    """The absolute address that an href stands for, without fragment, percent-encoded.

    Follows the URL standard where portals need it: blanks at both ends and line breaks inside
    are dropped, the path is encoded in UTF-8, the query in the page's charset. None for an
    empty href, for schemes other than http and https (javascript:, mailto:), for credentials,
    and for what is no address at all.
    """
    text = re.sub(r"[\t\n\r]", "", href.strip(_CONTROLS))
    scheme = _SCHEME.match(text)
    if not text or (scheme and not _WITH_HOST.match(text)):
        return None
    path, mark, query = text.partition("?")
    try:
        parts = urlsplit(urljoin(base, path.replace("\\", "/") + mark + query))
        netloc = _netloc(parts)
    except ValueError:  # brackets without an address, a port that is no number
        return None
    if netloc is None:
        return None
    url = urlunsplit((parts.scheme, netloc, _path(parts.path), _query(parts.query, charset), ""))
    return url if len(url) <= MAX_URL_CHARS else None


def same_page(left: str, right: str) -> bool:
    """Whether two addresses differ in their fragments only."""
    return left.partition("#")[0] == right.partition("#")[0]


def same_site(left: str, right: str) -> bool:
    """Whether two addresses have the same host and port; the scheme may differ."""
    return urlsplit(left).hostname == urlsplit(right).hostname and _port(left) == _port(right)


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    # 80 and 443 are the two doors of one site
    return None if port in (None, 80, 443) else port


def _netloc(parts: SplitResult) -> str | None:
    """Host and port in lower case and in ASCII; None without a host or with credentials."""
    host = parts.hostname
    if not host or "@" in parts.netloc or parts.scheme not in _DEFAULT_PORT:
        return None
    if not host.isascii():
        host = host.encode("idna").decode("ascii")  # UnicodeError is a ValueError
    if any(character <= " " or character in '<>"`{}|%^' for character in host):
        return None
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return host if port in (None, _DEFAULT_PORT[parts.scheme]) else f"{host}:{port}"


def _path(path: str) -> str:
    return quote(_SESSION_PATH.sub("", path), safe=_PATH_KEPT) or "/"


def _query(query: str, charset: str) -> str:
    kept = "&".join(part for part in query.split("&") if not _SESSION_QUERY.match(part))
    if kept.isascii():
        return quote(kept, safe=_QUERY_KEPT)
    try:
        encoded = kept.encode(charset)
    except (UnicodeEncodeError, LookupError):
        encoded = kept.encode()
    return quote(encoded, safe=_QUERY_KEPT)
