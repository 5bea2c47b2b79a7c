"""Reading a portal's TOML text, strictly: an unknown key, a wrong type or a bad value is refused.

A key that is misspelt and ignored would leave a portal asked too fast or never; so nothing is
ignored, and each message names the file, the key and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from crawler.errors import InvalidPortal, UnknownFamily
from crawler.portal_model import (
    Expectation,
    FetchPolicy,
    HourRange,
    Listing,
    Portal,
    PortalStatus,
    RobotsPolicy,
    TlsPolicy,
    YearRange,
)
from crawler.portal_values import cron_problem, split_listing_url

PORTAL_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
DIVISION = re.compile(r"[1-9][0-9]{5}")
HOURS = re.compile(r"([0-9]{2})-([0-9]{2})")
YEARS = re.compile(r"([0-9]{4})(\.\.([0-9]{4})?)?")
FIRST_YEAR = 2003
"""The first local rules on disclosure are of 2003; no report is on an earlier year."""
LAST_YEAR = 2100
MAX_PORTAL_CHARS = 256 * 1024
"""A portal file is about 1 kB; far above that it is some other file."""

Kind = TypeVar("Kind")
Choice = TypeVar("Choice", bound=StrEnum)

_TYPE_NAMES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "an array",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table on its way into a dataclass: knows its file and the prefix of its keys."""

    values: dict[str, object]
    source: str
    prefix: str = ""

    def refuse(self, key: str, problem: str) -> InvalidPortal:
        return InvalidPortal(f"{self.source}: {self.prefix}{key}: {problem}")

    def allow_only(self, *allowed: str) -> None:
        for key in self.values:
            if key not in allowed:
                raise self.refuse(key, f"unknown key; allowed here are {', '.join(allowed)}")

    def take(self, key: str, kind: type[Kind]) -> Kind | None:
        """The value of a key, None if absent; raises InvalidPortal for another type."""
        if key not in self.values:
            return None
        found = self.values[key]
        if isinstance(found, kind) and not (isinstance(found, bool) and kind is not bool):
            return found
        raise self.refuse(key, f"must be {_TYPE_NAMES[kind]}, not {found!r}")

    def require(self, key: str, kind: type[Kind]) -> Kind:
        found = self.take(key, kind)
        if found is None:
            raise self.refuse(key, f"is missing; it must be {_TYPE_NAMES[kind]}")
        return found

    def text(self, key: str) -> str | None:
        """A string that says something on one line, None if absent."""
        found = self.take(key, str)
        if found is not None and (not found.strip() or _has_control(found)):
            raise self.refuse(key, "must not be blank or hold line breaks or control characters")
        return found

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        found = self.take(key, str)
        if found is None:
            return None
        try:
            return choices(found)
        except ValueError:
            raise self.refuse(key, f"{found!r} is not one of {', '.join(choices)}") from None

    def positive(self, key: str) -> int | None:
        found = self.take(key, int)
        if found is not None and found < 1:
            raise self.refuse(key, f"must be 1 or more, not {found}")
        return found

    def table(self, key: str) -> _Table | None:
        values = self.take(key, dict)
        return None if values is None else _Table(values, self.source, f"{self.prefix}{key}.")


def portal_from_toml(portal_id: str, text: str, source: str) -> Portal:
    """The portal that a TOML text describes.

    ``source`` is where the text stands, for messages: a path, or a record id of the archive.
    Raises InvalidPortal, which names source, key and what is allowed; for broken TOML, the line.
    """
    if not PORTAL_ID.fullmatch(portal_id):
        raise InvalidPortal(
            f"{source}: {portal_id!r} is no portal id; name the file with small letters, digits "
            "and hyphens, beginning with a letter or digit (some-city.toml)"
        )
    table = _Table(_parse(text, source), source)
    table.allow_only(
        "name", "division", "listings", "status", "family", "aliases", "schedule", "fetch", "expect"
    )
    status = table.choice("status", PortalStatus)
    if status is None:
        raise table.refuse("status", f"is missing; it is one of {', '.join(PortalStatus)}")
    table.require("name", str)
    return Portal(
        portal_id=portal_id,
        name=table.text("name") or "",
        listings=_listings(table),
        status=status,
        division=_division(table, status),
        family=_family(table),
        aliases=_aliases(table, portal_id),
        schedule=_schedule(table),
        fetch=_fetch(table.table("fetch")),
        expect=_expect(table.table("expect")),
    )


def _has_control(text: str) -> bool:
    return any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


def _parse(text: str, source: str) -> dict[str, object]:
    if len(text) > MAX_PORTAL_CHARS:
        raise InvalidPortal(f"{source}: {len(text)} characters; a portal file is about a page")
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as broken:
        raise InvalidPortal(f"{source}: is not TOML: {broken}") from None
    except RecursionError:
        raise InvalidPortal(f"{source}: is nested too deeply for a portal file") from None


def _listings(table: _Table) -> tuple[Listing, ...]:
    found = table.require("listings", list)
    if not found:
        raise table.refuse("listings", "is empty; give at least one listing address")
    listings = tuple(_listing(table, number, value) for number, value in enumerate(found))
    if len({(listing.url, listing.method, listing.body) for listing in listings}) < len(listings):
        raise table.refuse("listings", "names one address twice")
    return listings


def _listing(table: _Table, number: int, value: object) -> Listing:
    key = f"listings[{number}]"
    if isinstance(value, str):
        value = {"url": value}
    if not isinstance(value, dict):
        raise table.refuse(key, "must be an address or a table { url, method, body }")
    inner = _Table(value, table.source, f"{key}.")
    inner.allow_only("url", "method", "body")
    method, body = inner.take("method", str) or "GET", inner.take("body", str) or ""
    if method not in ("GET", "POST"):
        raise inner.refuse("method", f"{method!r} is not one of GET, POST")
    if body and method == "GET":
        raise inner.refuse("body", 'is only sent with method = "POST"')
    try:
        url, fragment = split_listing_url(inner.require("url", str))
    except ValueError as problem:
        raise inner.refuse("url", str(problem)) from None
    return Listing(url=url, method=method, body=body.encode(), fragment=fragment)


def _division(table: _Table, status: PortalStatus) -> str | None:
    division = table.take("division", str)
    if division is None:
        if status is PortalStatus.UNVERIFIED:
            return None
        raise table.refuse(
            "division", 'is missing; it may be left out only with status = "unverified"'
        )
    if not DIVISION.fullmatch(division):
        raise table.refuse(
            "division",
            f'{division!r} is no six-digit code of GB/T 2260 ("100000" for central bodies)',
        )
    return division


def _family(table: _Table) -> str | None:
    family = table.text("family")
    if family is None:
        return None
    try:
        from crawler.adapters import by_name  # here: most files name none, and it takes 0.1 s

        return by_name(family).name
    except UnknownFamily as unknown:
        raise table.refuse("family", str(unknown)) from None


def _aliases(table: _Table, portal_id: str) -> tuple[str, ...]:
    aliases: list[str] = []
    for alias in table.take("aliases", list) or []:
        if not isinstance(alias, str) or not PORTAL_ID.fullmatch(alias):
            raise table.refuse("aliases", f"{alias!r} is no portal id")
        if alias == portal_id or alias in aliases:
            raise table.refuse("aliases", f"{alias!r} stands twice or is the portal's own id")
        aliases.append(alias)
    return tuple(aliases)


def _schedule(table: _Table) -> str | None:
    schedule = table.take("schedule", str)
    problem = None if schedule is None else cron_problem(schedule)
    if problem is not None:
        raise table.refuse("schedule", f"{schedule!r}: {problem}")
    return schedule


def _fetch(table: _Table | None) -> FetchPolicy:
    if table is None:
        return FetchPolicy()
    table.allow_only(
        "delay", "concurrency", "budget", "budget_bytes", "budget_minutes",
        "hours", "robots", "tls", "cookies", "requisites", "why",
    )  # fmt: skip
    free = ("requisites", "why")  # to take less of a portal needs no reason
    why, overrides = table.text("why"), [key for key in table.values if key not in free]
    if overrides and why is None:
        raise table.refuse("why", f"is missing; {', '.join(overrides)} needs its reason in words")
    cookies, requisites = table.take("cookies", bool), table.take("requisites", bool)
    return FetchPolicy(
        delay=_delay(table),
        concurrency=_concurrency(table),
        budget=table.positive("budget"),
        budget_bytes=table.positive("budget_bytes"),
        budget_minutes=table.positive("budget_minutes"),
        hours=_hours(table),
        robots=table.choice("robots", RobotsPolicy) or RobotsPolicy.OBEY,
        tls=table.choice("tls", TlsPolicy) or TlsPolicy.DEFAULT,
        cookies=bool(cookies),
        requisites=requisites is not False,
        why=why,
    )


def _delay(table: _Table) -> float:
    whole = isinstance(table.values.get("delay"), int)
    found = table.take("delay", int) if whole else table.take("delay", float)
    if found is None:
        return FetchPolicy().delay
    if not 0 <= found <= 3600:  # also refuses nan, which compares false
        raise table.refuse("delay", f"must be between 0 and 3600 seconds, not {found}")
    return float(found)


def _concurrency(table: _Table) -> int:
    found = table.positive("concurrency") or 1
    if found > 16:
        raise table.refuse("concurrency", f"must be 16 at most, not {found}")
    return found


def _hours(table: _Table) -> HourRange | None:
    text = table.take("hours", str)
    if text is None:
        return None
    match = HOURS.fullmatch(text)
    if match is None:
        raise table.refuse("hours", f'{text!r} is not of the form "22-06"')
    start, end = int(match[1]), int(match[2])
    if start > 23 or end > 24 or start == end:
        raise table.refuse("hours", f"{text!r}: hours run from 00 to 24 and must differ")
    return HourRange(start=start, end=end)


def _expect(table: _Table | None) -> Expectation:
    if table is None:
        return Expectation()
    table.allow_only("years", "gaps")
    years = _years(table)
    gaps = tuple(_gap(table, year, years) for year in table.take("gaps", list) or [])
    return Expectation(years=years, gaps=gaps)


def _years(table: _Table) -> YearRange | None:
    text = table.take("years", str)
    if text is None:
        return None
    match = YEARS.fullmatch(text)
    if match is None:
        raise table.refuse("years", f'{text!r} is not of the form "2008..", "2008..2020" or "2008"')
    first = int(match[1])
    last = first if match[2] is None else int(match[3]) if match[3] else None
    if not FIRST_YEAR <= first <= (last or LAST_YEAR) <= LAST_YEAR:
        raise table.refuse("years", f"{text!r}: years run from {FIRST_YEAR} on, first to last")
    return YearRange(first=first, last=last)


def _gap(table: _Table, year: object, years: YearRange | None) -> int:
    if not isinstance(year, int) or isinstance(year, bool):
        raise table.refuse("gaps", f"{year!r} is no year")
    if years is None or not years.covers(year):
        raise table.refuse("gaps", f"{year} is not among the expected years")
    return year
