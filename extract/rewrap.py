"""Paragraphs of a printout: lines that were broken at the width of a page, joined again."""

from __future__ import annotations

import re
from collections.abc import Callable

WIDTHS = (20.0, 70.0)
"""Ideographs that a printed line holds at least and at most."""

SLACK = 3.0
"""Ideographs by which a full line may be short: what comes next did not fit or must not begin a
line (punctuation)."""

FULL_LINES = 8
"""Full lines that stop in the middle of a sentence, from which a text counts as a printout."""

STOP = re.compile(r"[。；：！？;:!?|]\s*$")
"""The end of a sentence, or of a row."""

OPENING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、．.]|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]+部分"
    r"|\d{1,2}[、．.](?!\d)|附件)"
)
"""What begins a heading or a numbered paragraph."""


def joined_paragraphs(lines: list[str], *, is_table: Callable[[str], bool]) -> list[str]:
    """The lines, joined where a printout broke them; unchanged when the text is none.

    Tables and numbered headings are never joined to anything above them.
    """
    width = _page_width(lines, is_table)
    if width is None:
        return lines
    result: list[str] = []
    open_line = False
    for line in lines:
        table = is_table(line)
        if open_line and result and not table and not OPENING.match(line):
            result[-1] = join_broken(result[-1], line.strip())
        else:
            result.append(line)
        open_line = not table and _width(line) >= width - SLACK and not STOP.search(line)
    return result


def _page_width(lines: list[str], is_table: Callable[[str], bool]) -> float | None:
    """The width that lines were broken at; None when they were not."""
    prose = [line for line in lines if not is_table(line) and _width(line) >= WIDTHS[0] - SLACK]
    if len(prose) < FULL_LINES:
        return None
    widths = sorted(map(_width, prose))
    width = widths[int(len(widths) * 0.95)]
    full = [line for line in prose if width - SLACK <= _width(line) <= width + SLACK]
    broken = sum(1 for line in full if not STOP.search(line))
    wrapped = broken >= FULL_LINES and len(full) * 3 >= len(prose) * 2
    return width if wrapped and WIDTHS[0] <= width <= WIDTHS[1] else None


def _width(line: str) -> float:
    """Ideographs that a line is wide: Latin letters and digits take half of one."""
    return sum(0.5 if character < "\u2000" else 1.0 for character in line.strip())


def join_broken(above: str, below: str) -> str:
    """Two lines that a printout broke, as one: a space only after a Latin word."""
    words = above[-1:].isascii() and below[:1].isascii()
    return f"{above} {below}" if words and above[-1:].isalpha() else above + below
