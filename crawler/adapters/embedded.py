"""Data that portals put into their pages and API answers: JSON, JSONP, and object literals.

Everything here is bounded: what is too long, too deep or no JSON is None, never an exception.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from extract.document import Page

MAX_JSON_CHARS = 8 * 1024 * 1024
"""The longest answer seen has about 2 MB (100 rows with whole texts)."""
MAX_SCRIPTS = 200
MAX_SCRIPT_CHARS = 2 * 1024 * 1024
"""Scripts that hold a listing's rows as data have up to 1 MB."""

_JSONP = re.compile(r"\s*[\w$.]{1,80}\s*\(\s*(?=[\[{])")


def json_of(text: str) -> Any:  # noqa: ANN401 (JSON may be anything)
    """The value of a JSON or JSONP text; None for what is neither."""
    if len(text) > MAX_JSON_CHARS:
        return None
    wrapped = _JSONP.match(text)
    start = wrapped.end() if wrapped else len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if text[start : start + 1] not in ("{", "["):
        return None
    return value_at(text, start)


def value_at(text: str, start: int) -> Any:  # noqa: ANN401
    """The JSON value that begins at an offset, whatever follows it; None for none."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text[start : start + MAX_JSON_CHARS])[0]
    except (ValueError, RecursionError):
        return None


def scripts(page: Page) -> Iterator[str]:
    """The texts of the page's inline scripts, in page order."""
    if page.tree is None:
        return
    for element in islice(page.tree.iter("script"), MAX_SCRIPTS):
        text = element.text or ""
        if text and len(text) <= MAX_SCRIPT_CHARS:
            yield text


def assigned(page: Page, name: str) -> Any:  # noqa: ANN401
    """The JSON value that a script assigns to a name (``name = {…}`` or ``name: […]``); None where
    there is none, or it is no JSON.
    """
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}[\"']?\s*[=:]\s*(?=[\[{{])")
    for script in scripts(page):
        for match in pattern.finditer(script):
            value = value_at(script, match.end())
            if value is not None:
                return value
    return None


def objects(value: Any, *path: str) -> list[dict[str, Any]]:  # noqa: ANN401
    """The objects of the list that stands at a path of keys in a JSON value; empty without one."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(item: dict[str, Any], *names: str) -> str:
    """The first of these members that is a text or a number and not empty, as text; else ""."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""


def number_of(item: dict[str, Any], *names: str) -> int | None:
    """The first of these members that is a whole number (or its digits); None without one."""
    text = text_of(item, *names).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
