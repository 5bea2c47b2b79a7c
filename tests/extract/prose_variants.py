"""Real pages and texts with the numbers of their prose replaced, cells aside.

Where a number stands is found by gold's quotes in the page's own characters, whatever elements they
are spread over; what it then says follows from gold's value, not from the code under test.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree, html
from table_variants import Case

_PRINTED = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
_NO_SPACE = re.compile(r"\s")


@dataclass(frozen=True)
class Replaced:
    """A page or text, and gold's figures with the values that they have now."""

    body: bytes
    figures: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Place:
    """Characters ``start`` to ``end`` of a text without white space hold a figure's number."""

    start: int
    end: int
    figure: int


def prose_variant(case: Case, body: bytes, number: int) -> Replaced:
    """The same page or text with other numbers where gold lists figures with a printed number."""
    draw = random.Random(f"prose {case.path.name} {number}")
    if case.media_type == "text/html":
        return _in_page(case, body, draw)
    return _in_text(case, body.decode("utf-8"), draw)


def _in_text(case: Case, text: str, draw: random.Random) -> Replaced:
    kept = [i for i, c in enumerate(text) if not c.isspace()]
    pieces = list(text)

    def write(index: int, new: str) -> None:
        pieces[kept[index]] = new

    figures = _replace(case, "".join(text[i] for i in kept), write, draw)
    return Replaced("".join(pieces).encode(), figures)


def _in_page(case: Case, body: bytes, draw: random.Random) -> Replaced:
    tree = html.fromstring(body.decode("utf-8"))
    places: list[tuple[int, int]] = []
    texts: list[list[str]] = []
    holders = _in_reading_order(tree)
    for element, name in holders:
        _take(getattr(element, name), texts, places)
    text = "".join(texts[i][j] for i, j in places)

    def write(index: int, new: str) -> None:
        holder, offset = places[index]
        texts[holder][offset] = new

    figures = _replace(case, text, write, draw)
    for (element, name), characters in zip(holders, texts, strict=True):
        setattr(element, name, "".join(characters))
    return Replaced(etree.tostring(tree, encoding="utf-8", method="html"), figures)


def _take(text: str, texts: list[list[str]], places: list[tuple[int, int]]) -> None:
    places += [(len(texts), i) for i, c in enumerate(text) if not c.isspace()]
    texts.append(list(text))


def _in_reading_order(tree: html.HtmlElement) -> list[tuple[Any, str]]:
    """Each element's text and tail that hold characters a reader sees."""
    found: list[tuple[Any, str]] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start" and element.text and element.tag not in ("script", "style"):
            found.append((element, "text"))
        if event == "end" and element.tail:
            found.append((element, "tail"))
    return found


def _replace(case: Case, text: str, write: Any, draw: random.Random) -> tuple[dict[str, Any], ...]:
    """Writes other numbers into the characters of ``text``; gold's figures with their new values.

    Numbers that two figures share, or that stand inside another's quote, are replaced once.
    """
    figures = [dict(figure) for figure in case.gold["figures"]]
    new: dict[tuple[int, int], str] = {}
    for place in _places(figures, text):
        span, figure = (place.start, place.end), figures[place.figure]
        printed = text[place.start : place.end].translate(_FULL_WIDTH)
        if span not in new:
            new[span] = _other(printed, draw)
        was, becomes = (Decimal(one.replace(",", "")) for one in (printed, new[span]))
        value = becomes * (Decimal(str(figure["value"])) / was)
        figure["value"] = int(value) if value == int(value) else float(value)
    for (start, end), printed in new.items():
        write(start, printed)
        for index in range(start + 1, end):
            write(index, "")
    return tuple(figures)


def _places(figures: list[dict[str, Any]], text: str) -> list[_Place]:
    """Where each figure's own number stands: the one in its quote that its value is a multiple of
    by 1, 万 or 亿. Figures that are negated, 0, or whose quote stands at several places, are left.
    """
    found = []
    for index, figure in enumerate(figures):
        quote = _NO_SPACE.sub("", figure["quote"])
        at = text.find(quote)
        if figure.get("negated") or not figure["value"] or at < 0 or text.count(quote) > 1:
            continue
        for match in _PRINTED.finditer(quote.translate(_FULL_WIDTH)):
            printed = Decimal(match[0].replace(",", ""))
            if printed and Decimal(str(figure["value"])) / printed in (1, 10_000, 100_000_000):
                found.append(_Place(at + match.start(), at + match.end(), index))
                break
    return [one for one in found if not _cuts_another(one, found)]


def _cuts_another(one: _Place, others: list[_Place]) -> bool:
    return any(
        one.start < other.end
        and other.start < one.end
        and (one.start, one.end) != (other.start, other.end)
        for other in others
    )


def _other(printed: str, draw: random.Random) -> str:
    """Another number in the same shape; one of four digits does not become a year."""
    shape = printed.partition(".")[0].replace(",", "")
    digits = max(1, len(shape) + draw.choice((-1, 0, 0, 1)))
    while True:
        whole = draw.randint(10 ** (digits - 1), 10**digits - 1)
        if not 1900 <= whole <= 2100:
            break
    told = f"{whole:,}" if "," in printed else str(whole)
    places = len(printed.partition(".")[2])
    return f"{told}.{draw.randint(1, 10**places - 1):0{places}}" if places else told
