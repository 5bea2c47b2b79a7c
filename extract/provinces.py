"""Provinces and places by their codes, for choosing and for saying where a body is."""

from __future__ import annotations

from functools import cache

from extract.divisions import divisions_of, iter_divisions
from extract.report import AdminLevel

CENTRAL = "10"
"""The first two digits of the code of central bodies."""


@cache
def provinces() -> dict[str, str]:
    """Names by the first two digits of the code, in the order of codes."""
    found = {
        one.code_today[:2]: one.name for one in iter_divisions() if one.level is AdminLevel.PROVINCE
    }
    return {CENTRAL: "中央"} | dict(sorted(found.items()))


@cache
def place_of(code_today: str | None) -> str | None:
    """The full name of the division that has a code today, as 江苏省徐州市鼓楼区."""
    if code_today is None:
        return None
    known = divisions_of(code_today)
    return known[-1].full_name if known else None
