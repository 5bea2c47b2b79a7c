"""Addresses of replay: what a path asks for, and where a capture is opened.

``/archive/<14 digits><form>/<address>`` as every Wayback has it: without a form the page in its
frame, ``mp_`` the page alone, ``id_`` the bytes as archived; ``*`` in place of the digits is the
calendar, ``timemap/link/<address>`` the TimeMap, ``cdx?url=<address>`` the index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, quote, urlsplit

ROOT = "/archive/"

_REPLAYED = re.compile(
    r"(?P<timestamp>\d{0,14})(?P<form>[a-z]+_|\$[a-z0-9:.-]+)?/(?P<url>.+)", re.S
)
_LISTED = re.compile(r"(?:[\w\-:]+/)?\d*[*-]\d*/(?P<url>.+)", re.S)
_TIMEMAP = re.compile(r"timemap/[a-z]+/(?P<url>.+)", re.S)


class Kind(Enum):
    """What an address of replay asks for."""

    HOME = "home"
    """Anything that is no archived address."""
    TIMEGATE = "timegate"
    """An address without a time."""
    FRAME = "frame"
    """A page in its frame."""
    CONTENT = "content"
    """A capture in a form of its own."""
    LIST = "list"
    """A calendar, a TimeMap, the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request's meaning. ``url`` is the archived address as it was written, ``""`` for none."""

    kind: Kind
    url: str = ""
    timestamp: str = ""
    form: str = ""


def asked_of(path: str, query: str) -> Asked:
    """What is asked for. ``path`` is percent-encoded, as the browser sent it."""
    if not path.startswith(ROOT):
        return Asked(kind=Kind.HOME)
    rest = path.removeprefix(ROOT)
    tail = f"?{query}" if query else ""
    if rest in ("cdx", "cdx/", "*"):
        return Asked(kind=Kind.LIST, url=next(iter(parse_qs(query).get("url", [])), "").strip("*"))
    if not rest:
        return Asked(kind=Kind.HOME)
    if match := _TIMEMAP.fullmatch(rest):
        return Asked(kind=Kind.LIST, url=match["url"] + tail)
    if match := _LISTED.fullmatch(rest):
        return Asked(kind=Kind.LIST, url=(match["url"] + tail).strip("*"))
    if (match := _REPLAYED.fullmatch(rest)) is None:
        return Asked(kind=Kind.TIMEGATE, url=rest + tail)
    timestamp, form, url = match["timestamp"], match["form"] or "", match["url"].lstrip("/") + tail
    if form:
        return Asked(kind=Kind.CONTENT, url=url, timestamp=timestamp, form=form)
    return Asked(kind=Kind.FRAME if timestamp else Kind.TIMEGATE, url=url, timestamp=timestamp)


def replay_path(url: str, timestamp: str, *, form: str = "") -> str:
    """The path at which a capture is opened, by default in its frame. ``timestamp`` is 14 digits of
    UTC.
    """
    safe = quote(url, safe="/:?[]@!$&'()*+,;=%~", encoding="utf-8", errors="replace")
    return f"{ROOT}{timestamp}{form}/{safe}"


def absolute(url: str) -> str:
    """An archived address as pywb takes it: with a scheme."""
    return url if urlsplit(url).scheme else f"http://{url.lstrip('/')}"


def is_address(url: str) -> bool:
    """Whether an archived address can be taken apart."""
    try:
        parts = urlsplit(absolute(url))
        return parts.port is None or parts.port >= 0
    except ValueError:  # brackets that are none, a port that is no number
        return False
