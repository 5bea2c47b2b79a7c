"""The values of a portal file that have a grammar of their own: addresses and cron lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone
from urllib.parse import urlsplit, urlunsplit

HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?"
)
IPV6 = re.compile(r"[0-9a-f:.]{2,45}")
MAX_URL_CHARS = 2000

SHANGHAI = timezone(timedelta(hours=8))
"""Asia/Shanghai, whose hours and days portal files mean: one offset since 1991."""


def split_listing_url(url: str) -> tuple[str, str]:
    """An address and its fragment, apart: ("http://host/path", "2629").

    Raises ValueError that says what is wrong: only http and https, with a host, without
    credentials, blanks or control characters. The scheme is kept (many portals have no https).
    """
    if len(url) > MAX_URL_CHARS:
        raise ValueError(f"is longer than {MAX_URL_CHARS} characters")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError(f"{url!r} holds blanks or control characters")
    if "\\" in url:
        raise ValueError(f"{url!r} holds a backslash, which programs read differently")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url!r} must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    _check_host(url, parts.hostname, parts.netloc)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError(f"{url!r} has no usable port")
    whole = (parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, "")
    return urlunsplit(whole), parts.fragment


def _check_host(url: str, host: str | None, netloc: str) -> None:
    if not host:
        raise ValueError(f"{url!r} has no host")
    if netloc.startswith("["):
        if not IPV6.fullmatch(host):
            raise ValueError(f"{url!r} has no valid IPv6 address")
        return
    if not HOST.fullmatch(host):
        raise ValueError(
            f"{host!r} is no host name; write a name in other letters in its xn-- form"
        )


@dataclass(frozen=True, slots=True)
class _CronField:
    name: str
    low: int
    high: int


CRON_FIELDS = (
    _CronField("minute", 0, 59),
    _CronField("hour", 0, 23),
    _CronField("day of month", 1, 31),
    _CronField("month", 1, 12),
    _CronField("day of week", 0, 7),
)
CRON_PART = re.compile(r"(\*|\d{1,2}(-\d{1,2})?)(/\d{1,2})?", re.ASCII)


def cron_problem(line: str) -> str | None:
    """What is wrong with a cron line of five fields, None if nothing.

    Numbers, ``*``, ranges, lists and steps, as in crontab(5); no names, no ``@daily``.
    """
    parts = line.split(" ")
    if len(parts) != len(CRON_FIELDS):
        return 'a cron line has five fields apart by one blank, such as "0 3 * * *"'
    for cron_field, text in zip(CRON_FIELDS, parts, strict=True):
        if not all(_cron_part_holds(cron_field, part) for part in text.split(",")):
            return (
                f"{cron_field.name} {text!r} must be *, numbers from {cron_field.low} to "
                f"{cron_field.high}, ranges (1-5), lists (1,3) or steps (*/6)"
            )
    return None


def _cron_part_holds(cron_field: _CronField, part: str) -> bool:
    if not CRON_PART.fullmatch(part):
        return False
    span, _, step = part.partition("/")
    if step and not 1 <= int(step) <= cron_field.high:
        return False
    if span == "*":
        return True
    first, _, last = span.partition("-")
    return cron_field.low <= int(first) <= int(last or first) <= cron_field.high
