"""What the lines and tables of a file say of themselves: its title, labels, body.

A file has no page frame, unless it is a page that was printed; its title may stand over several
lines, below a red head, a document number or 附件.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from extract import chrome
from extract.content import Content, ContentTable
from extract.document import PageMetadata
from extract.plain_text import TITLE_LENGTH, skip_head, tail_start
from extract.titles import names_disclosure_report

TITLE_WITHIN = 15
"""Lines at the start of a file among which its title stands."""

TITLE_LINES = 4
"""Lines that a centred title may be broken into."""

_NO_SUBJECT = re.compile(
    r"\s*(?:(?:20|19|二[〇○零])\S{0,3}\s*年|政府信息公开|信息公开|政务公开|年度)"
)
_NOT_A_NAME = re.compile(r"文件$|^附件|〔|\[|\d|[。：:；，,]|[、．.]")


def file_content(parts: Sequence[str | ContentTable], *, notes: tuple[str, ...] = ()) -> Content:
    """The content of a file whose lines and tables are ``parts``, in reading order."""
    head = [part for part in takewhile(lambda part: isinstance(part, str), parts)]
    lines = [part for part in head if isinstance(part, str)]
    start, labels, crumbs = skip_head(lines, 0)
    title, first, after = _title(lines, start)
    after, more, _ = skip_head(lines, after)
    kept = [*lines[start:first], *parts[after:]]
    return Content(
        title=title,
        parts=tuple(_without_tail(kept)),
        metadata=PageMetadata(labels=labels + more, breadcrumb=crumbs),
        notes=notes,
    )


def _title(lines: Sequence[str], start: int) -> tuple[str, int, int]:
    """The title, and the range of lines that it takes; without one the first line is it."""
    for last in range(start, min(start + TITLE_WITHIN, len(lines))):
        if chrome.is_prose(lines[last]):
            break
        for first in range(last, max(start, last - TITLE_LINES + 1) - 1, -1):
            title = "".join(line.strip() for line in lines[first : last + 1])
            if len(title) <= TITLE_LENGTH and names_disclosure_report(title):
                first = _with_subject(lines, start, first)
                title = "".join(line.strip() for line in lines[first : last + 1])
                return title, first, last + 1
    if start < len(lines) and len(lines[start]) <= TITLE_LENGTH:
        return lines[start].strip(), start, start + 1
    return "", start, start


def _with_subject(lines: Sequence[str], start: int, first: int) -> int:
    """The line of the body's name above a title that begins with its year."""
    if first > start and _NO_SUBJECT.match(lines[first]):
        above = lines[first - 1].strip()
        if 2 < len(above) <= 40 and not _NOT_A_NAME.search(above):
            return first - 1
    return first


def _without_tail(parts: list[str | ContentTable]) -> list[str | ContentTable]:
    """Without the foot of a page that was printed."""
    begin = len(parts)
    while begin and isinstance(parts[begin - 1], str):
        begin -= 1
    lines = [part for part in parts[begin:] if isinstance(part, str)]
    return [*parts[:begin], *lines[: tail_start(lines, 0)]]
