"""The text inside a block or a table cell: what is skipped, how white space collapses."""

from __future__ import annotations

import re

from lxml.etree import _Element, iterwalk

_SKIPPED_NAMES = (
    "script style noscript template select option optgroup button input textarea iframe frame "
    "frameset object embed applet svg canvas audio video map area head title meta link base "
    "datalist dialog progress meter"
)
SKIPPED = frozenset(_SKIPPED_NAMES.split())
"""Elements whose text is not the page's."""

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol p pre section summary table tbody td tfoot th thead tr ul marquee "
    "ucapcontent ucaptitle publishtime"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements that begin and end a line: HTML's, and the tags that the Ucap platform invented."""

BREAK = "\x1e"
"""Stands for <br> until a block is put together: decoding removes every control character."""

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RUN = re.compile("[ \t\n\r\f\v\xa0\u2002-\u200a\u3000]{2,}|[\t\n\r\f\v]")
_AROUND_BREAK = re.compile(f"[ \t\n\r\f\xa0\u3000]*{BREAK}[ \t\n\r\f\xa0\u3000]*")
_SPACES = " \t\n\r\f\v\xa0\u3000\u2002\u2003"
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")


def is_hidden(element: _Element) -> bool:
    """Whether the element hides itself by attribute or by its own style."""
    style = element.get("style")
    if style and _HIDDEN.search(style):
        return True
    return element.get("hidden") is not None


def collapsed(text: str) -> str:
    """Text with runs of white space as one space, <br> as line breaks, both ends stripped.

    A line break of the source between two ideographs is no space: Chinese has none there.
    """
    if BREAK in text:
        lines = (collapsed(line) for line in _AROUND_BREAK.split(text))
        return "\n".join(line for line in lines if line)
    return _RUN.sub(_space, text.strip(_SPACES))


def _space(match: re.Match[str]) -> str:
    run = match[0]
    only_source = not run.strip("\n\r \t") and ("\n" in run or "\r" in run)
    if only_source:
        before = match.string[match.start() - 1 : match.start()]
        after = match.string[match.end() : match.end() + 1]
        if _IDEOGRAPH.match(before) and _IDEOGRAPH.match(after):
            return ""
    return " "


def cell_text(cell: _Element) -> str:
    """The text of a table cell on one line.

    Lines inside a cell are joined as Chinese is: without a space beside an ideograph.
    """
    only = _only_text(cell)
    if only is not None:
        return joined_lines(collapsed(only))
    pieces: list[str] = []
    walk = iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in SKIPPED or not isinstance(tag, str) or is_hidden(element):
                walk.skip_subtree()
                continue
            if tag == "br" or (tag in BLOCKS and element is not cell):
                pieces.append(BREAK)
            pieces.append(element.text or "")
        else:
            if tag in BLOCKS and element is not cell:
                pieces.append(BREAK)
            if element is not cell:
                pieces.append(element.tail or "")
    return joined_lines(collapsed("".join(pieces)))


def _only_text(cell: _Element) -> str | None:
    """The one text in a chain of single elements, as word processors write cells; "" for none,
    None where the cell is built in another way. Spares most cells the walk.
    """
    text = cell.text or ""
    element = cell
    while len(element):
        if len(element) > 1:
            return None
        element = element[0]
        tag = element.tag
        if tag in SKIPPED or tag == "br" or not isinstance(tag, str) or is_hidden(element):
            return None
        for piece in (element.text, element.tail):
            if piece and piece.strip(_SPACES):
                if text.strip(_SPACES):
                    return None
                text = piece
    return text


def joined_lines(text: str) -> str:
    """Lines put on one: a space only between two characters that are not ideographs."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    result = lines[0]
    for line in lines[1:]:
        close = _IDEOGRAPH.match(result[-1:]) or _IDEOGRAPH.match(line[:1])
        result += line if close or not result else f" {line}"
    return result
