"""The date that a listing row shows, in every form met on portals (portal-families 2.1).

Only an element that says nothing but a date counts: titles and summaries are full of dates that
are not the row's ("2019年1月1日至12月31日").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from lxml.html import HtmlElement

MAX_DATE_CHARS = 60
"""A date with label and time has about 30 characters; an element with more is prose."""
MAX_DEPTH = 8
FIRST_YEAR, LAST_YEAR = 1990, 2100

_LABEL = r"(?:(?P<label>[\u4e00-\u9fff][\u4e00-\u9fff ]{0,10})[:：] ?)?"
_TIME = r"(?:[ T]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
_SEPARATOR = r" ?[-/.．－年月] ?"
_Y, _M, _D = r"(?P<y>(?:19|20)\d\d)", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_FORMS = tuple(
    re.compile(f"{_LABEL}{form}{_TIME}")
    for form in (
        rf"{_Y}{_SEPARATOR}{_M}{_SEPARATOR}{_D} ?日?",
        rf"{_Y}年? {_M}{_SEPARATOR}{_D} ?日?",  # the year on a line of its own, above
        rf"{_D}日? {_Y}{_SEPARATOR}{_M} ?月?",  # the day large, year and month beneath
        rf"{_M}{_SEPARATOR}{_D} ?日? {_Y}年?",  # month and day, the year beneath
    )
)
_FRAME = " \t\n\r\u3000\xa0[]［］()（）【】〔〕〈〉<>《》「」|·•\"'"
_PUBLISHED = re.compile(r"发布|發布|公开|公開|上网|更新|发文|發文")
_NOT_PUBLISHED = re.compile(r"成文|生成|印发|有效|废止|失效|截止|截至|生效|实施")


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a row, where it stands, and the label or column head that says what it is."""

    value: date
    label: str
    elements: tuple[HtmlElement, ...]


def read_date(text: str) -> tuple[date, str] | None:
    """The date that a text is, with its label ("" if none); None if it is anything else.

    A date without a year is None: the year is never guessed.
    """
    plain = " ".join(text.split()).strip(_FRAME)
    if not 6 <= len(plain) <= MAX_DATE_CHARS:
        return None
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match is None:
            continue
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        if FIRST_YEAR <= year <= LAST_YEAR:
            try:
                return date(year, month, day), match["label"] or ""
            except ValueError:  # 2020-13-40 is an index number, no date
                continue
    return None


def find_dates(scope: HtmlElement, anchor: HtmlElement) -> Iterator[DateFound]:
    """The dates of a row, in page order: outside links, and in elements of the row's own link."""
    yield from _visit(scope, anchor, 0)


def published(found: list[DateFound]) -> date | None:
    """The date of publication among a row's dates: by its label, else the last; None for none."""
    if not found:
        return None
    best = max(_rank(item) for item in found)
    return [item.value for item in found if _rank(item) == best][-1]


def short_text(element: HtmlElement) -> str:
    """An element's text with pieces apart by blanks; a long one is cut beyond a date's length."""
    pieces: list[str] = []
    total = 0
    for piece in islice(element.itertext(), 40):
        pieces.append(str(piece))
        total += len(piece.strip())
        if total > MAX_DATE_CHARS:
            break
    return " ".join(pieces)


def _rank(found: DateFound) -> int:
    if _PUBLISHED.search(found.label):
        return 2
    return 0 if _NOT_PUBLISHED.search(found.label) else 1


def _visit(element: HtmlElement, anchor: HtmlElement, depth: int) -> Iterator[DateFound]:
    if element is not anchor:
        yield from _in_text(element.text, element)
    children = [child for child in islice(element, 200) if isinstance(child.tag, str)]
    matched: set[int] = set()
    for index, child in enumerate(children):
        foreign = child.tag == "a" and child is not anchor
        if index not in matched and not foreign:
            found = None if child is anchor else _of_elements(children, index)
            if found is not None:
                matched.update(range(index, index + len(found.elements)))
                yield found
            elif depth < MAX_DEPTH:
                yield from _visit(child, anchor, depth + 1)
        if element is not anchor:  # loose text in the link is its title
            yield from _in_text(child.tail, element)


def _of_elements(children: list[HtmlElement], index: int) -> DateFound | None:
    """The date that one element, or two or three adjacent short ones together, say."""
    for count in (1, 2, 3):
        group = children[index : index + count]
        if len(group) < count or any(item.tag == "a" for item in group):
            return None
        read = read_date(" ".join(short_text(item) for item in group))
        if read is not None:
            return DateFound(read[0], read[1] or _column_head(children[index]), tuple(group))
    return None


def _in_text(text: str | None, element: HtmlElement) -> Iterator[DateFound]:
    read = read_date(text) if text and len(text) < 4 * MAX_DATE_CHARS else None
    if read is not None:
        yield DateFound(read[0], read[1], ())


def _column_head(cell: HtmlElement) -> str:
    """What the table's first row says above a cell; "" outside tables."""
    row = cell.getparent()
    if cell.tag != "td" or row is None:
        return ""
    table = next(row.iterancestors("table"), None)
    head = None if table is None else next(table.iter("tr"), None)
    if head is None or head is row:
        return ""
    heads = [child for child in head if child.tag in ("td", "th")]
    place = [child for child in row if child.tag in ("td", "th")].index(cell)
    return short_text(heads[place]) if place < len(heads) else ""
