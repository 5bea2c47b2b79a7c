"""The body of an HTML page as lines and tables, with its metadata and attachments."""

from __future__ import annotations

import copy
import re

from lxml.etree import _Element
from lxml.html import HtmlElement

from extract import chrome, page_metadata
from extract.attachments import attachment_links, is_attachment
from extract.blocks import Block, BlockTree, Link, read_blocks
from extract.body import Region, find_body
from extract.content import Content, ContentTable
from extract.document import Page, PageMetadata
from extract.page_metadata import squeezed
from extract.pictures import pictures_of
from extract.plain_text import parts_of_lines
from extract.requisites import requisites_of
from extract.sentences import say
from extract.split_articles import further_parts, parts_beyond

GUIDE_CHARACTERS = 1_000_000
"""Markup of a page up to which trafilatura is asked; reports have about 60,000 characters. It is
slow on pages made to be, and the own weights find a body without it."""

HIDDEN_BODY = 400
"""Weight from which a body in a hidden element is believed where nothing else is one."""

HEAD_BLOCKS = 40
"""Blocks over the first prose in which the title may be repeated, bars and labels between."""

UNDISPUTED = 0.02
"""Share of the body's weight that may stand elsewhere before trafilatura is asked: it is half of
the cost of a page, and where all prose is in one element it has nothing to decide."""

_TITLE_LINES = 4
_HEADING_TAGS = frozenset(("h1", "h2", "ucaptitle"))


def content(page: Page) -> Content:
    """The body of a parsed page. Without any body the parts are empty, which is noted."""
    assert page.tree is not None
    body = page.tree.find("body")
    if body is None:
        body = page.tree
    metas = page_metadata.read_metas(page.tree)
    notes: list[str] = []
    tree, region = _blocks_and_body(page, body, metas, notes)
    blocks = tree.blocks
    if region is None:
        notes.append(say("note_no_body"))
        region = Region(0, 0)
    inside = blocks[region.first : region.end]
    first_line = inside[0].text.split("\n")[0] if inside else ""
    title = page_metadata.choose_title(
        metas,
        page_metadata.html_title(page.tree),
        headings=_headings(blocks[: region.end]),
        first=first_line,
    )
    further = further_parts(page)
    if further and (beyond := parts_beyond(page)) is not None:
        notes.append(beyond)
    head, parts = _split_head(inside, title)
    kept, dropped = _without_frame(parts)
    around = [*blocks[: region.first], *head, *dropped, *blocks[region.end :]]
    return Content(
        title=title,
        parts=tuple(_parts(kept)),
        metadata=_metadata(page.tree, metas, around),
        attachments=attachment_links(_file_links(tree, region), page),
        pictures=pictures_of(_in_body(tree, region, bare=not kept), page),
        further=further,
        requisites=requisites_of(page),
        notes=tuple(notes),
    )


def _blocks_and_body(
    page: Page, body: _Element, metas: dict[str, str], notes: list[str]
) -> tuple[BlockTree, Region | None]:
    """The blocks and the body; hidden elements are looked into when nothing shown is a body."""
    assert page.tree is not None
    found = read_blocks(body)
    shown = page_metadata.html_title(page.tree)
    titles = [metas.get("articletitle", ""), *_headings(found.blocks)]
    titles += page_metadata.title_parts(shown)
    guide: frozenset[str] = frozenset()
    region = find_body(found, guide, titles=titles)
    if region is None or region.elsewhere > UNDISPUTED * region.weight:
        guide = _guide(page.tree, found) if len(page.text) <= GUIDE_CHARACTERS else guide
        region = find_body(found, guide, titles=titles)
    if region is None or not region.weight:
        everything = read_blocks(body, hidden_too=True)
        hidden = find_body(everything, guide, titles=titles)
        if hidden is not None and hidden.weight >= HIDDEN_BODY:
            notes.append(say("note_hidden_body"))
            return everything, hidden
    return found, region


def _guide(tree: HtmlElement, found: BlockTree) -> frozenset[str]:
    """The paragraphs that trafilatura takes for content, without white space; tables cut out."""
    from trafilatura import bare_extraction  # a worker's start is a third shorter without

    taken = {id(table) for table in found.tables}
    places = [index for index, table in enumerate(tree.iter("table")) if id(table) in taken]
    rest = copy.deepcopy(tree)
    tables = list(rest.iter("table"))
    for place in places:
        _cut(tables[place])
    extracted = bare_extraction(
        rest, fast=True, include_comments=False, include_tables=False, deduplicate=False
    )
    text = getattr(extracted, "text", None) or ""
    return frozenset(squeezed(line) for line in text.split("\n"))


def _cut(element: _Element) -> None:
    """Takes an element out of its tree and leaves the text behind it in place."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _headings(blocks: list[Block]) -> list[str]:
    """Texts of heading elements, the one nearest to the end first."""
    return [
        " ".join(block.text.split("\n")) if " " in block.text else block.text.replace("\n", "")
        for block in reversed(blocks)
        if block.tag in _HEADING_TAGS and block.text and not block.is_link
    ]


def _split_head(blocks: list[Block], title: str) -> tuple[list[Block], list[Block]]:
    """What stands over the body's first own line (bars, labels, the title again), and the rest."""
    start = 0
    wanted = squeezed(title)
    for index, block in enumerate(blocks[:HEAD_BLOCKS]):
        if wanted and (count := _is_title(blocks[index : index + _TITLE_LINES], wanted)):
            # nothing over the repeated title is the body's
            start = index + count
        elif block.table is not None or any(map(chrome.is_prose, block.text.split("\n"))):
            break
    while start < len(blocks) and _is_head(blocks[start]):
        start += 1
    return blocks[:start], _without_title_lines(blocks[start:], wanted)


def _is_title(blocks: list[Block], wanted: str) -> int:
    """How many blocks from the first on make up the title; 0 when they do not."""
    text = ""
    for count, block in enumerate(blocks, start=1):
        text += squeezed(block.text)
        if text == wanted:
            return count
        if not wanted.startswith(text):
            return 0
    return 0


def _without_title_lines(blocks: list[Block], wanted: str) -> list[Block]:
    """The blocks without the title where it opens the first, its paragraphs set apart by <br>."""
    if not blocks or blocks[0].table is not None or "\n" not in blocks[0].text or not wanted:
        return blocks
    lines = blocks[0].text.split("\n")
    text = ""
    for count, line in enumerate(lines[:_TITLE_LINES], start=1):
        text += squeezed(line)
        if text == wanted and count < len(lines):
            first = blocks[0]
            rest = Block("\n".join(lines[count:]), first.tag, first.linked, first.links)
            return [rest, *blocks[1:]]
    return blocks


def _is_head(block: Block) -> bool:
    """Whether a block is a bar over the body: labels, tools, breadcrumb, links that lead away."""
    if block.table is not None:
        return bool(page_metadata.table_labels(block))
    if any(map(is_attachment, block.links)):
        return False
    if block.is_link:
        return True
    lines = block.text.split("\n")
    return all(
        chrome.is_frame(line)
        or chrome.label_pairs(line)
        or chrome.breadcrumb_of(line) is not None
        or chrome.begins_tail(line)
        for line in lines
    )


def _without_frame(blocks: list[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks without the frame that stands among and under them, and what was left out."""
    end = _tail_start(blocks)
    kept, dropped = [], list(blocks[end:])
    for index, block in enumerate(blocks[:end]):
        if block.table is None and _is_frame_block(blocks, index):
            dropped.append(block)
        else:
            kept.append(block)
    while kept and kept[-1].table is None and _is_closing_bar(kept[-1]):
        dropped.insert(0, kept.pop())
    return kept, dropped


def _tail_start(blocks: list[Block]) -> int:
    """Where related links and the like begin; prose or an attachment after them is not given up."""
    last_own = 0
    for index, block in enumerate(blocks):
        own = block.table is not None or any(map(is_attachment, block.links))
        if own or any(
            chrome.is_prose(line) and not chrome.is_foot(line) for line in block.text.split("\n")
        ):
            last_own = index + 1
    for index in range(last_own, len(blocks)):
        if chrome.begins_tail(blocks[index].text.split("\n")[0]):
            return index
    return len(blocks)


def _is_frame_block(blocks: list[Block], index: int) -> bool:
    """Frame lines wherever they stand, and links that stand in lists of links."""
    block = blocks[index]
    if any(map(is_attachment, block.links)):
        return False
    if not block.text or all(map(chrome.is_frame, block.text.split("\n"))):
        return True
    if not block.is_link or len(block.text) > 100 or _is_address(block.text):
        return False
    beside = blocks[max(index - 1, 0) : index] + blocks[index + 1 : index + 2]
    return any(
        other.is_link and other.text and not any(map(is_attachment, other.links))
        for other in beside
    )


def _is_address(text: str) -> bool:
    return re.match(r"(?:https?://|www\.)", text.strip()) is not None


def _is_closing_bar(block: Block) -> bool:
    """责任编辑：… or 来源：… under the body, or a heading of attachments without any."""
    if chrome.is_empty_attachment_heading(block.text) and not block.links:
        return True
    pairs = [pair for line in block.text.split("\n") for pair in chrome.label_pairs(line)]
    names = {label for label, _ in pairs}
    closing = {"责任编辑", "编辑", "来源", "信息来源", "文章来源", "稿件来源", "作者"}
    return bool(names) and names <= closing and len(pairs) == len(block.text.split("\n"))


def _parts(blocks: list[Block]) -> list[str | ContentTable]:
    parts: list[str | ContentTable] = []
    lines: list[str] = []
    for block in blocks:
        if block.table is None:
            lines += block.text.split("\n")
            continue
        parts += parts_of_lines(lines)
        parts.append(block.table)
        lines = []
    return parts + parts_of_lines(lines)


def _metadata(tree: HtmlElement, metas: dict[str, str], around: list[Block]) -> PageMetadata:
    return page_metadata.page_metadata(tree, metas, around=around)


def _in_body(tree: BlockTree, region: Region, *, bare: bool) -> list[_Element]:
    """The pictures among the blocks of the body; of one without text also those at its ends."""
    first, last = region.first + (not bare), region.end - (not bare)
    return [picture for at, picture in tree.pictures if first <= at <= last]


def _file_links(tree: BlockTree, region: Region) -> list[Link]:
    """Links of the body and of the blocks right after it, up to the page's own foot."""
    links = [link for block in tree.blocks[region.first : region.end] for link in block.links]
    for block in tree.blocks[region.end : region.end + 30]:
        if block.framed or chrome.begins_tail(block.text.split("\n")[0]):
            break
        links += block.links
    return links
