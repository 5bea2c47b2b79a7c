"""Lines of a PDF page as they stand, running heads and page numbers told apart, paragraphs joined.

Geometry is in points from the top left corner of the page as shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.rewrap import OPENING, STOP, join_broken

MARGIN = 0.12
"""Share of a page's height, at its top and at its foot, in which running lines stand: an A4 page
of a public document has margins of 37 and 35 mm (GB/T 9704), which is 0.12."""

_PAGE_NUMBER = re.compile(
    r"[-—–―－·•~～\s]*(?:第\s*)?(\d{1,4})(?:\s*页)?"
    r"(?:\s*(?:[/／,，]|共)\s*(?:共\s*)?(\d{1,4})\s*页?)?[-—–―－·•~～\s]*"
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that stands apart from the others by more than a character."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text. ``page`` counts from 1, ``height`` is the page's, ``size`` the font's."""

    text: str
    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    height: float
    pieces: tuple[Piece, ...] = ()

    @property
    def in_head(self) -> bool:
        """Whether it stands where running heads do."""
        return self.bottom < self.height * MARGIN

    @property
    def in_foot(self) -> bool:
        """Whether it stands where page numbers do."""
        return self.top > self.height * (1 - MARGIN)


def running_lines(lines: Sequence[Line]) -> set[Line]:
    """Page numbers, and heads and feet that pages repeat: no content."""
    outer = [line for line in lines if line.in_head or line.in_foot]
    found = {line for line in outer if _is_page_number(line)}
    places: dict[tuple[str, int], set[int]] = {}
    for line in outer:
        places.setdefault(_running_key(line), set()).add(line.page)
    # twice may be chance (a table's last row); an even and an odd head repeat on every other page
    pages = len({line.page for line in lines})
    often = max(2, pages // 3)
    found |= {line for line in outer if len(places[_running_key(line)]) > often}
    return found


def _is_page_number(line: Line) -> bool:
    match = _PAGE_NUMBER.fullmatch(line.text)
    if match is None:
        return False
    # a bare number may end a table that has no rules: it is believed where it can be the page's
    bare = line.text.strip().isdigit()
    return not bare or abs(int(match[1]) - line.page) <= 2 or match[2] is not None


def _running_key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text), round(line.top / 4)


def paragraphs(lines: Sequence[Line], *, among: Sequence[Line]) -> list[str]:
    """Lines in reading order, those that were only broken at the margin joined.

    ``among`` are the lines of the whole document, which show its margins. A line goes on where it
    reaches the right margin and the next is not indented; where the text has no indents, where it
    does not end a sentence either.
    """
    if not lines:
        return []
    left, right = _margins(among)
    indents = any(0.8 < (line.x0 - left) / line.size < 3.2 for line in among)
    result: list[str] = []
    above: Line | None = None
    for line in lines:
        if above is not None and _goes_on(above, line, left=left, right=right, indents=indents):
            result[-1] = join_broken(result[-1], line.text)
        else:
            result.append(line.text)
        above = line
    return result


def _goes_on(above: Line, line: Line, *, left: float, right: float, indents: bool) -> bool:
    em = above.size
    if above.x1 < right - 1.7 * em or abs(line.size - em) > 0.15 * em:
        return False
    if line.x0 > left + 0.8 * em:
        return False
    if indents and above.x0 < left + 3.2 * em:
        return True
    return not STOP.search(above.text) and not OPENING.match(line.text)


def _margins(lines: Iterable[Line]) -> tuple[float, float]:
    """Where lines begin and end; the ends of most full lines."""
    starts = Counter(round(line.x0) for line in lines if len(line.text) > 8)
    ends = Counter(round(line.x1 / 4) * 4 for line in lines if len(line.text) > 8)
    if not starts:
        return 0.0, float("inf")
    usual = max(starts.values())
    left = min(x for x, times in starts.items() if times * 3 >= usual)
    most = max(ends.values())
    right = max(x for x, times in ends.items() if times * 3 >= most)
    return float(left), float(right)
