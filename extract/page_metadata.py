"""What a page says of itself outside its body: meta tags, label bars, breadcrumb, title.

The meta tags are those of 国办发〔2017〕47号; names come in any case, values as placeholders, and
included headers repeat them inside the body, where they speak of the site and not of the article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lxml.html import HtmlElement

from extract import chrome
from extract.blocks import Block
from extract.document import PageMetadata
from extract.inline import collapsed

_PLACEHOLDERS = frozenset(("", "null", "undefined", "none", "(null)"))
_REGENERATED = re.compile(r"页面生成时间\s*[:：]?\s*(\d[\d\-/. :年月日]+)")
_SITE_SEPARATOR = re.compile(r"\s*[_|—–\-»<>＞]{1,2}\s*")
_CRUMB_STEPS = 8
_REPORT_WORD = re.compile("报告|年报|報告|年報")


def read_metas(tree: HtmlElement) -> dict[str, str]:
    """The meta tags of the head by lower-case name, the last telling value of each.

    Where the head has none of the standard's tags (a broken head closes early) those of the body
    count, but only with an ArticleTitle among them.
    """
    head = tree.find("head")
    inside = _metas(head) if head is not None else {}
    if "articletitle" not in inside and "sitename" not in inside:
        everywhere = _metas(tree)
        if "articletitle" in everywhere:
            return everywhere
    return inside


def _metas(element: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in element.iter("meta"):
        name = (meta.get("name") or "").strip().lower()
        value = collapsed(meta.get("content") or "").replace("\n", " ")
        if name and value.lower() not in _PLACEHOLDERS:
            found[name] = value
    return found


def html_title(tree: HtmlElement) -> str | None:
    """The <title> of the head; None when there is none or it is empty."""
    element = tree.find("head/title")
    if element is None:
        element = next(tree.iter("title"), None)
    text = collapsed("".join(element.itertext())) if element is not None else ""
    return text.replace("\n", " ") or None


def page_metadata(
    tree: HtmlElement, metas: dict[str, str], *, around: Sequence[Block]
) -> PageMetadata:
    """The metadata of a page; ``around`` are the blocks outside its body, in page order."""
    return PageMetadata(
        article_title=metas.get("articletitle"),
        pub_date=metas.get("pubdate"),
        content_source=metas.get("contentsource"),
        site_name=metas.get("sitename"),
        site_id_code=metas.get("siteidcode"),
        column_name=metas.get("columnname"),
        regenerated_at=_regenerated_at(metas, around),
        html_title=html_title(tree),
        labels=_labels(around),
        breadcrumb=_breadcrumb(around),
    )


def _regenerated_at(metas: dict[str, str], around: Sequence[Block]) -> str | None:
    if "maketime" in metas:
        return metas["maketime"]
    for value in (metas.get("others", ""), *(block.text for block in around)):
        match = _REGENERATED.search(value)
        if match:
            return match[1].strip()
    return None


def _labels(around: Sequence[Block]) -> tuple[tuple[str, str], ...]:
    """Label and value pairs in page order: bars, catalogue tables, a label block and its value."""
    pairs: list[tuple[str, str]] = []
    for index, block in enumerate(around):
        if block.table is not None:
            pairs += table_labels(block)
        elif line_pairs := [
            pair for line in block.text.split("\n") for pair in chrome.label_pairs(line)
        ]:
            if len(line_pairs) == 1 and not line_pairs[0][1]:
                pairs += _value_beside(line_pairs[0][0], around, index)
            pairs += line_pairs
        elif block.tag in ("dt", "th", "td") and chrome.is_label(block.text):
            pairs += _value_beside(chrome.plain_form(block.text).strip(":："), around, index)
    return chrome.telling_labels(tuple(dict.fromkeys(pairs)))


def _value_beside(label: str, around: Sequence[Block], index: int) -> list[tuple[str, str]]:
    """The value that stands in the block after a label's."""
    if index + 1 >= len(around) or around[index + 1].table is not None:
        return []
    value = around[index + 1].text
    usable = value and len(value) <= chrome.LABEL_VALUE_LENGTH and "\n" not in value
    if not usable or chrome.is_label(value) or chrome.label_pairs(value):
        return []
    return [(label, value)]


def table_labels(block: Block) -> list[tuple[str, str]]:
    """The pairs of a catalogue table; empty when the table is none.

    It is one when at least two of its cells are label names, each with a cell to its right, and
    they are a third or more of its filled cells.
    """
    assert block.table is not None
    pairs = []
    filled = 0
    for row in block.table.rows:
        cells = [cell for cell in row if cell is not None]
        filled += sum(1 for cell in cells if cell)
        for cell, value in pairwise(cells):
            if chrome.is_label(cell) and not chrome.is_label(value):
                pairs.append((re.sub(r"[\s:：]+", "", chrome.plain_form(cell)), value))
    return pairs if len(pairs) >= 2 and len(pairs) * 3 >= filled else []


def _breadcrumb(around: Sequence[Block]) -> tuple[str, ...]:
    """The steps of the breadcrumb, in one block or in a block each."""
    for index, block in enumerate(around):
        if block.table is not None:
            continue
        steps = chrome.breadcrumb_of(block.text.replace("\n", " "))
        if steps is None:
            continue
        if len(steps) >= 2:
            return steps
        collected = list(steps)
        for following in around[index + 1 : index + 1 + _CRUMB_STEPS]:
            if not following.is_link or not following.text:
                break
            collected += [step for step in following.text.split("\n") if step not in (">", "/")]
        if len(collected) >= 2:
            return tuple(collected)
    return ()


def choose_title(
    metas: dict[str, str], shown: str | None, *, headings: Sequence[str], first: str
) -> str:
    """The title as the page writes it; empty when nothing says one.

    In order: ArticleTitle; a heading that the <title> ``shown`` begins with or that calls itself
    a report; the <title> without the site's name; the body's ``first`` line if it is a title.
    """
    if "articletitle" in metas:
        return metas["articletitle"]
    for heading in headings:
        if _REPORT_WORD.search(heading) or (
            shown and squeezed(shown).startswith(squeezed(heading))
        ):
            return heading
    from_shown = _without_site(shown, metas.get("sitename"))
    if from_shown and _REPORT_WORD.search(from_shown):
        return from_shown
    if first and len(first) <= 90 and _REPORT_WORD.search(first) and not chrome.is_prose(first):
        return first
    return from_shown or (headings[0] if headings else "")


def squeezed(text: str) -> str:
    """Text without white space, to compare what pages space differently."""
    return "".join(text.split())


def title_parts(shown: str | None) -> list[str]:
    """A <title> and its parts between the separators that sites put before their names."""
    if not shown:
        return []
    return [shown, *(part for part in _SITE_SEPARATOR.split(shown) if part)]


def _without_site(shown: str | None, site_name: str | None) -> str:
    """The part of a <title> that names the document: the one that calls itself a report, else
    the first that is not the site's name.
    """
    parts = title_parts(shown)[1:]
    for part in parts:
        if _REPORT_WORD.search(part) and len(part) > 8:
            return part
    named = [part for part in parts if part != site_name]
    return named[0] if named else ""
