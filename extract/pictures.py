"""Pictures that stand in a page's text: a table may be one. They are named, and not read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.etree import _Element

from extract.addresses import base_url, resolve
from extract.document import Page

LEAST_PIXELS = 200
"""Width and height from which a picture can be a table; buttons and icons have less."""

_ADDRESSES = ("src", "data-src", "data-original", "_src")
_DECORATION = re.compile(
    r"icon|logo|banner|qr_?code|ewm|erweima|share|weixin|btn|button|arrow|blank|spacer|filetype|/dh_|line\.",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*(\d{1,5})(?:px)?\s*$")
_STYLE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*(\d{1,5})px", re.IGNORECASE)


def pictures_of(elements: Iterable[_Element], page: Page) -> tuple[str, ...]:
    """Addresses of the pictures that are no decoration, each once, in page order; of one that
    stands in the page itself its media type.
    """
    base = base_url(page)
    found: dict[str, None] = {}
    for element in elements:
        if (address := _address(element, base, page.charset)) is not None:
            found[address] = None
    return tuple(found)


def _address(element: _Element, base: str, charset: str) -> str | None:
    given = next((value for name in _ADDRESSES if (value := element.get(name))), "").strip()
    if not given or _DECORATION.search(given) or _is_small(element):
        return None
    if given[:5].lower() == "data:":
        return given[:40].partition(";")[0]
    return resolve(base, given, charset)


def _is_small(element: _Element) -> bool:
    said = [_PIXELS.match(element.get(name) or "") for name in ("width", "height")]
    said += list(_STYLE.finditer(element.get("style") or ""))
    return any(match is not None and int(match[1]) < LEAST_PIXELS for match in said)
