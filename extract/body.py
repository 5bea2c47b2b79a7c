"""Where the body of a page stands among its blocks.

trafilatura says which paragraphs it takes for content; the element in which prose, headings,
tables and those paragraphs outweigh links and frame lines is the body, and it is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from extract import chrome
from extract.attachments import is_attachment
from extract.blocks import Block, BlockTree, Node
from extract.page_metadata import squeezed, table_labels

WEAK = 60
"""Weight under which a body is not believed: a heading and a sentence or two."""

MODEST = 400
"""Weight under which a teaser beside an article of one sentence could be the heaviest thing of
a page: then what stands under the title is the body."""

TABLE_WEIGHT = 3000
"""Most that one table weighs, so that a directory table does not outweigh an article."""

TINY_PAGE = 300
"""Characters of a whole page under which all of it is its body."""

LOOK_AHEAD = 8
"""Blocks after the body in which a sign-off or an attachment may still stand."""

_HEADING = re.compile(
    r"\s*(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、．.]|[(（][一二三四五六七八九十]{1,3}[)）])\s*\S"
)
DATE = re.compile(
    r"\s*[(（]?(?:二\s*[〇○零OoＯ0]|20|19)\s*[0-9〇○零OoＯ一二三四五六七八九\s]{1,4}\s*年"
    r"\s*[0-9一二三四五六七八九十元]{1,3}\s*月(?:\s*[0-9一二三四五六七八九十]{1,3}\s*日)?[)）]?\s*"
)


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks ``first`` to ``end`` (exclusive).

    ``weight`` is how much spoke for them, 0 for a short body; ``elsewhere`` how much spoke for
    other places of the page.
    """

    first: int
    end: int
    weight: float = 0
    elsewhere: float = 0


def find_body(tree: BlockTree, guide: Set[str], *, titles: Sequence[str]) -> Region | None:
    """The body; None when the page has none.

    ``guide`` holds the paragraphs that trafilatura found, without white space; ``titles`` what
    the title may be. A short body (a sentence, or only an attachment's link) is looked for in a
    container with a body's name, else under the title.
    """
    weights = [_weight(block, guide) for block in tree.blocks]
    sums = [0.0, *accumulate(weights)]
    best = _heaviest(tree.nodes, sums)
    if best is not None and sums[best.end] - sums[best.first] >= WEAK:
        best = _named_around(tree.nodes, best, sums)
        first, end = _narrowed(tree, best, sums, weights)
        end = _extended(tree.blocks, end, weights)
        if sums[end] - sums[first] < MODEST:
            short = _short_body(tree, weights, titles)
            if short is not None and (short.end <= first or end <= short.first):
                return short
        beyond = [*weights[:first], *weights[end:]]
        elsewhere = sum(weight for weight in beyond if weight > 0)
        return Region(first, end, sums[end] - sums[first], elsewhere)
    short = _short_body(tree, weights, titles)
    if short is None and best is not None:
        return Region(best.first, _extended(tree.blocks, best.end, weights))
    bare = not any(block.links for block in tree.blocks)
    if short is None and (bare or sum(len(block.text) for block in tree.blocks) < TINY_PAGE):
        # no frame to speak of: a text saved alone, or a notice that the page is gone
        return Region(0, len(tree.blocks)) if tree.blocks else None
    return short


def _weight(block: Block, guide: Set[str]) -> float:
    """What a block says for being content (positive) or frame (negative); 0 when it is silent."""
    text = block.text
    if block.table is not None:
        return 0 if table_labels(block) else min(len(text), TABLE_WEIGHT)
    if any(map(is_attachment, block.links)):
        return 10
    if block.is_link and len(text) < 200:
        return -(len(text) + 10)
    total = 0.0
    for line in text.split("\n"):
        if chrome.is_frame(line) or chrome.breadcrumb_of(line) is not None:
            total -= 40
        elif chrome.is_prose(line):
            guided = squeezed(line) in guide
            total += len(line) * (2 if guided else 0.1 if block.framed else 1)
        elif _HEADING.match(line):
            total += 2 if block.framed else 20
    return total


def _heaviest(nodes: list[Node], sums: list[float]) -> Node | None:
    """The node with the greatest sum; of equal ones the innermost."""
    best: Node | None = None
    most = 0.0
    for node in nodes:
        weight = sums[node.end] - sums[node.first]
        if weight > 0 and weight >= most:
            best, most = node, weight
    return _around_leaf(nodes, best, sums) if best is not None else None


def _around_leaf(nodes: list[Node], best: Node, sums: list[float]) -> Node:
    """For a single paragraph the element with its neighbours, where they say nothing against."""
    weight = sums[best.end] - sums[best.first]
    while best.end - best.first <= 1 and best.parent >= 0:
        parent = nodes[best.parent]
        if sums[parent.end] - sums[parent.first] < weight:
            break
        best = parent
    return best


def _named_around(nodes: list[Node], best: Node, sums: list[float]) -> Node:
    """The container with a body's name that holds the same: it holds silent lines too."""
    weight = sums[best.end] - sums[best.first]
    for node in nodes:
        holds = node.first <= best.first and best.end <= node.end
        if node.named_body and holds and sums[node.end] - sums[node.first] >= 0.9 * weight:
            return node
    return best


def _narrowed(
    tree: BlockTree, best: Node, sums: list[float], weights: list[float]
) -> tuple[int, int]:
    """The range without prose that stands apart: a teaser beyond links, with little weight."""
    first, end = best.first, best.end
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index in range(first, end + 1):
        apart = index == end or weights[index] < 0
        if not apart and start is None and weights[index] > 0:
            start = index
        elif apart and start is not None:
            runs.append((start, index))
            start = None
    if len(runs) < 2:
        return first, end
    total = sum(sums[stop] - sums[begin] for begin, stop in runs)
    heaviest = max(runs, key=lambda run: sums[run[1]] - sums[run[0]])
    kept = [run for run in runs if run == heaviest or not _teaser(tree, run, sums, total)]
    if len(kept) == len(runs):
        return first, end
    first = first if kept[0] == runs[0] else kept[0][0]
    end = end if kept[-1] == runs[-1] else kept[-1][1]
    return first, end


def _teaser(tree: BlockTree, run: tuple[int, int], sums: list[float], total: float) -> bool:
    """Whether a run apart is a teaser: light, without a heading or table or attachment."""
    if sums[run[1]] - sums[run[0]] > 0.15 * total:
        return False
    return not any(
        block.table is not None
        or any(map(is_attachment, block.links))
        or any(map(_HEADING.match, block.text.split("\n")))
        or any(map(DATE.fullmatch, block.text.split("\n")))
        for block in tree.blocks[run[0] : run[1]]
    )


def _extended(blocks: list[Block], end: int, weights: list[float]) -> int:
    """The end moved past a sign-off or attachments that stand in a box of their own."""
    reach = end
    for index in range(end, min(end + LOOK_AHEAD, len(blocks))):
        block = blocks[index]
        lines = block.text.split("\n")
        files = any(map(is_attachment, block.links))
        if weights[index] < 0 or any(map(chrome.begins_tail, lines)) or len(block.text) > 120:
            break
        if files or any(_signs(line) for line in lines):
            reach = index + 1
    return reach


def _signs(line: str) -> bool:
    return DATE.fullmatch(line) is not None or DATE.fullmatch(line.split(" ")[-1]) is not None


def _short_body(tree: BlockTree, weights: list[float], titles: Sequence[str]) -> Region | None:
    blocks = tree.blocks
    named = [
        node
        for node in tree.nodes
        if node.named_body and _says(blocks[node.first : node.end], weights[node.first : node.end])
    ]
    if named:
        # of nested ones the innermost
        node = min(named, key=lambda each: each.end - each.first)
        return Region(node.first, _extended(blocks, node.end, weights))
    wanted = {squeezed(title) for title in titles if title}
    at = [index for index, block in enumerate(blocks) if squeezed(block.text) in wanted]
    if not at:
        return None
    first = at[-1] + 1
    while first < min(at[-1] + LOOK_AHEAD, len(blocks)) and weights[first] < 0:
        first += 1  # tool bars between the title and the body
    end = first
    while end < len(blocks) and weights[end] >= 0 and not chrome.begins_tail(blocks[end].text):
        end += 1
    end = _extended(blocks, end, weights)
    return Region(first, end) if _says(blocks[first:end], weights[first:end]) else None


def _says(blocks: list[Block], weights: list[float]) -> bool:
    """Whether blocks say anything of their own: text that is no link, or an attachment."""
    return any(
        any(map(is_attachment, block.links)) or (block.text and weight >= 0 and not block.is_link)
        for block, weight in zip(blocks, weights, strict=True)
    )
