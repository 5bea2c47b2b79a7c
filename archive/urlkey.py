"""The URL key of CDXJ: host parts reversed, what does not matter to the page taken away.

The rules are those of the Sort-friendly URI Reordering Transform as cdxj-indexer applies it
(lower case, www stripped, query sorted, session ids removed, a request body appended); tests
compare line by line with it. ``com,example)/path?a=1&b=2``.
"""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import (
    SplitResultBytes,
    quote_from_bytes,
    unquote_plus,
    unquote_to_bytes,
    urlencode,
)

from archive.http_message import RequestParts

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*:")
_REPEATED_SCHEMES = re.compile(rb"\A(?:https?://)*(https?://)")
_PARTS = re.compile(
    rb"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):)?(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)"
    rb"(?:\?(?P<query>[^#]*))?"
)
_PLAIN = re.compile(
    r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?)((?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?)",
    re.ASCII,
)
"""What most addresses of reports are: nothing to unescape, to resolve or to sort."""

_WWW = re.compile(rb"www\d*\.")
_NUMERIC_HOST = re.compile(rb"[1-9]\d*(?:\.\d+){0,3}|0[0-7]*(?:\.[0-7]+){0,3}")
"""Decimal, or octal throughout: 0.8 is neither."""
_PATH_SESSIONS = (
    re.compile(rb"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)", re.I | re.S),
    re.compile(rb"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)", re.I | re.S),
)
_QUERY_SESSIONS = tuple(
    re.compile(rb"(.*)(?:" + session + rb")(?:&(.*))?", re.I | re.S)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)
_KEPT_AS_IS = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"

MAX_SESSION_SEARCH = 8192
"""Bytes of a path or query searched for session ids: beyond that nobody sends one, and the search
takes time by the square of the length."""

MAX_BODY_KEY = 4096
"""Characters of a request body that enter the key, as in cdxj-indexer."""


def url_key(url: str) -> str:
    """The key of an address; the address itself when it cannot be taken apart (a port that is no
    number). ``-`` for an empty one.
    """
    if not url:
        return "-"
    if url.startswith("filedesc"):
        return url
    try:
        if (plain := _PLAIN.fullmatch(url)) is not None:
            path = _finish_path((plain[2] or "/").encode("ascii"))
            return _origin_key(plain[1]) + path.decode("ascii")
        return _key(url.encode("utf-8")).decode("ascii")
    except ValueError:
        return url


@lru_cache(maxsize=1024)
def _origin_key(origin: str) -> str:
    """The key of scheme, host and port alone, up to where the path begins."""
    return _key(origin.encode("ascii")).decode("ascii").removesuffix("/")


def request_key(url: str, *, method: str, request: RequestParts | None) -> str:
    """The key of a request: a POST or PUT body is appended to the address as a query."""
    query = body_query(request) if request is not None and method in ("POST", "PUT") else None
    return (
        url_key(with_body(url, method=method, query=query)) if query is not None else url_key(url)
    )


def with_body(url: str, *, method: str, query: str) -> str:
    """The address with method and body as query parameters."""
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}__wb_method={method}" + (f"&{query}" if query else "")


def _key(url: bytes) -> bytes:
    scheme, parts = _split(url)
    host, path = parts.hostname or None, parts.path or None
    port = parts.port or None
    if scheme.startswith(b"http") and host is None and path is not None:
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    host = _host(host) if host else host
    path = _escape(_unescape(path or b""))
    if host:
        path = _path(path)
    query = _query(parts.query)
    key = b",".join(reversed(_without_www(host).split(b"."))) if host else scheme + b":"
    if host:
        key += b")" if port in (None, _default_port(scheme)) else b":%d)" % port
    key += _finish_path(path) or (b"/" if query is not None else b"")
    return key if query is None else key + b"?" + query


def _split(url: bytes) -> tuple[bytes, SplitResultBytes]:
    """Scheme and parts, white space and a doubled ``http://https://`` taken away first."""
    url = re.sub(rb"[\n\r\t]", b"", url.strip())
    if not url:
        raise ValueError("white space alone")
    if not _SCHEME.match(url):
        url = b"http://" + url
    url = _REPEATED_SCHEMES.sub(rb"\1", url, count=1)
    match = _PARTS.match(url)
    assert match is not None  # every part is optional
    scheme, authority, path, query = (part or b"" for part in match.groups())
    if authority.endswith(b":"):
        authority = authority.rstrip(b":")
    return scheme, SplitResultBytes(scheme, authority, path, query, b"")


def _default_port(scheme: bytes) -> int | None:
    return {b"http": 80, b"https": 443}.get(scheme.lower())


def _unescape(part: bytes) -> bytes:
    """Removes percent escapes until none is left."""
    while (plain := unquote_to_bytes(part)) != part:
        part = plain
    return part


def _escape(part: bytes) -> bytes:
    return quote_from_bytes(part, safe=_KEPT_AS_IS).encode("ascii")


def _host(host: bytes) -> bytes:
    """Lower case, IDNA, no empty labels; numeric forms of an IPv4 address as dotted decimals."""
    host = _unescape(host)
    if not host.isascii():
        # what is no host name by IDNA is escaped below like any other bytes
        with suppress(ValueError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    return _ipv4(host) or _escape(host.lower()).lower()


def _ipv4(host: bytes) -> bytes | None:
    if not host[:1].isdigit():
        return None
    import socket  # here: few hosts are numbers

    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode("ascii")
    if not _NUMERIC_HOST.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode("ascii"))).encode("ascii")
    except OSError:
        return None


def _without_www(host: bytes) -> bytes:
    match = _WWW.match(host)
    return host[match.end() :] if match else host


def _path(path: bytes) -> bytes:
    """Dot segments resolved, doubled slashes dropped, one at the end kept."""
    kept: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b"..":
            if kept:
                kept.pop()
            else:
                kept.append(segment)
        elif segment != b".":
            kept.append(segment)
    if not kept:
        return b"/"
    return b"/" + b"".join(segment + b"/" for segment in kept[:-1] if segment) + kept[-1]


def _finish_path(path: bytes) -> bytes:
    path = path.lower()
    if b".aspx" in path and len(path) <= MAX_SESSION_SEARCH:
        for session in _PATH_SESSIONS:
            if match := session.fullmatch(path):
                path = match[1] + match[2]
    return path[:-1] if len(path) > 1 and path.endswith(b"/") else path


def _query(query: bytes) -> bytes | None:
    """Session ids removed, lower case, parameters sorted; None when nothing is left."""
    query = _escape(_unescape(query))
    if query and len(query) <= MAX_SESSION_SEARCH:
        for session in _QUERY_SESSIONS:
            if match := session.fullmatch(query):
                query = match[1] + (match[2] or b"")
    query = query.lower()
    if len(query) > 1:
        # a parameter without "=" sorts before the same one with an empty value
        pairs = sorted(tuple(part.split(b"=", 1)) for part in query.split(b"&"))
        query = b"&".join(b"=".join(pair) for pair in pairs)
    return query or None


def body_query(request: RequestParts) -> str | None:
    """A POST or PUT body as a query, as cdxj-indexer makes it; None when the request's
    Content-Length is no number.

    Forms are unquoted; JSON is flattened; anything else stands as Base64. Multipart bodies too:
    no listing of a portal is asked for with one.
    """
    headers = {name.lower(): value for name, value in reversed(request.headers)}
    mime = headers.get(b"content-type", b"").decode("latin-1")
    length = headers.get(b"content-length", b"8192")
    if not length.strip().isdigit():
        return None
    body = request.body[: int(length)]
    if mime.startswith("application/x-www-form-urlencoded"):
        query = _form(body)
    elif mime.startswith("application/json"):
        query = _flat_json(body) or ""
    elif mime.startswith("text/plain"):
        flat = _flat_json(body)
        query = _binary(body) if flat is None else flat
    else:
        query = _binary(body)
    return query[:MAX_BODY_KEY]


def _form(body: bytes) -> str:
    try:
        return unquote_plus(body.decode("utf-8"))
    except UnicodeDecodeError:
        return _binary(body)


def _binary(body: bytes) -> str:
    return "__wb_post_data=" + base64.b64encode(body).decode("ascii")


def _flat_json(body: bytes) -> str | None:
    """Names and values of a JSON document (or of JSON lines) as a query; None if it is none."""
    try:
        return urlencode(_flatten(_json_documents(body)))
    except (ValueError, RecursionError):
        return None


def _json_documents(body: bytes) -> list[object]:
    try:
        return [json.loads(body)]
    except json.JSONDecodeError:
        if b"\n" not in body:
            raise
        return [json.loads(line) for line in body.split(b"\n")]


def _flatten(documents: list[object]) -> dict[str, str]:
    """Leaves by the name they stand under; a name that comes again is numbered ``name.2_``."""
    leaves: dict[str, str] = {}
    seen: dict[str, int] = {}
    waiting: list[tuple[str, object]] = [("", document) for document in reversed(documents)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((key, val) for key, val in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((name, item) for item in reversed(value))
        elif name:
            key = name
            if name in leaves:
                seen[name] = seen.get(name, 1) + 1
                key = f"{name}.{seen[name]}_"
            leaves[key] = str(value)
    return leaves
