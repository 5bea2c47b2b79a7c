"""A page's body as a run of blocks in reading order, with the elements that hold them.

One walk over the tree; everything that chooses and judges afterwards works on its lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import _Element, iterwalk

from extract import grid
from extract.content import ContentTable
from extract.embedded import EMBEDDING, embedded_files
from extract.inline import BLOCKS, BREAK, SKIPPED, cell_text, collapsed, is_hidden

REGIONS = frozenset(("nav", "footer", "aside", "header", "menu"))
_ROLES = frozenset(("navigation", "contentinfo", "complementary", "banner", "search", "menubar"))
_BODY_NAMES = re.compile(
    r"^(?:trs_editor(?:_view)?|trs_ueditor|view|zoom(?:con)?|artile_zw|article_zw|bt_content"
    r"|ucap-?content|detail-?content|article[-_]?(?:content|body|text|con)|vsb_content\w*"
    r"|v_news_content|con_?text|text_?con(?:tent)?|news_?(?:content|text|con)|xl_?con(?:tent)?"
    r"|pages_content|main-?txt|content-?(?:txt|text|body)|(?:the)?content|mainbody|articlecontent\w*)$",
    re.IGNORECASE,
)
"""Names of body containers on the platforms of portal-families 2: a hint, never the only way."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the page writes it: its address (not yet absolute), text and title."""

    href: str
    text: str
    title: str


@dataclass(slots=True)
class Block:
    """Text between two block boundaries, or a whole table of data.

    ``text`` has a line for each <br>; ``linked`` counts its characters inside links; ``tag`` is
    the element that holds it directly.
    """

    text: str
    tag: str
    linked: int = 0
    links: tuple[Link, ...] = ()
    table: ContentTable | None = None
    framed: bool = False
    """In an element that HTML names navigation, header, footer or aside."""

    @property
    def is_link(self) -> bool:
        """Whether nearly all of the text is inside links."""
        return self.linked * 5 >= len(self.text) * 4


@dataclass(slots=True)
class Node:
    """A block-level element: the blocks ``first`` to ``end`` (exclusive) stand in it."""

    element: _Element
    parent: int
    first: int
    end: int = 0
    named_body: bool = False


@dataclass(slots=True)
class BlockTree:
    """The blocks of a page, the block-level elements (parents first), data tables, pictures."""

    blocks: list[Block] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    tables: list[_Element] = field(default_factory=list)
    pictures: list[tuple[int, _Element]] = field(default_factory=list)
    """Each with the number of blocks before it."""


class _Walk:
    """The state of the one walk over a page."""

    def __init__(self, body: _Element) -> None:
        # numbered once: asking lxml for each table's path is quadratic in their number
        self.places = {table: place for place, table in enumerate(body.iter("table"), start=1)}
        self.result = BlockTree()
        self.open: list[int] = []
        self.frames = 0
        self.pieces: list[str] = []
        self.linked: list[str] = []
        self.links: list[Link] = []
        self.link_start: int | None = None

    def add(self, text: str | None) -> None:
        if text:
            # white space between two inline elements is a space, wherever the source breaks
            text = " " if text.isspace() and text != BREAK else text
            self.pieces.append(text)
            if self.link_start is not None:
                self.linked.append(text)

    def flush(self, tag: str) -> None:
        """Ends the block that is being gathered."""
        if self.pieces:
            text = collapsed("".join(self.pieces))
            if text or self.links:
                linked = len("".join("".join(self.linked).split()))
                self.result.blocks.append(
                    Block(text, tag, linked, tuple(self.links), None, self.frames > 0)
                )
        elif self.links:
            self.result.blocks.append(Block("", tag, 0, tuple(self.links), None, self.frames > 0))
        self.pieces, self.linked, self.links = [], [], []
        if self.link_start is not None:
            self.link_start = 0

    def enter(self, element: _Element, tag: str) -> None:
        names = f"{element.get('id') or ''} {element.get('class') or ''}".split()
        self.result.nodes.append(
            Node(
                element,
                self.open[-1] if self.open else -1,
                len(self.result.blocks),
                named_body=tag == "ucapcontent" or any(map(_BODY_NAMES.match, names)),
            )
        )
        self.open.append(len(self.result.nodes) - 1)
        self.frames += _is_frame(element, tag)

    def leave(self, element: _Element, tag: str) -> None:
        self.result.nodes[self.open.pop()].end = len(self.result.blocks)
        self.frames -= _is_frame(element, tag)

    def add_table(self, table: _Element, rows: grid.Rows) -> None:
        lines = grid.flattened(rows)
        if not lines:
            return
        path = f"(//table)[{self.places[table]}]"
        content = ContentTable(rows=rows, lines=lines, dom_path=path)
        links = tuple(_link(link, cell_text(link)) for link in table.iter("a"))
        self.result.tables.append(table)
        self.result.blocks.append(
            Block("\n".join(lines), "table", 0, links, content, self.frames > 0)
        )


def read_blocks(body: _Element, *, hidden_too: bool = False) -> BlockTree:
    """The blocks of a body in reading order; hidden elements are left out unless asked for."""
    walk = _Walk(body)
    events = iterwalk(body, events=("start", "end"))
    skipped: _Element | None = None
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag in EMBEDDING and not _unseen(element, hidden_too):
                walk.links += [Link(file, "", "") for file in embedded_files(element)]
            if not isinstance(tag, str) or tag in SKIPPED or _unseen(element, hidden_too):
                events.skip_subtree()
                skipped = element
                continue
            if tag == "table" and _take_table(walk, element):
                events.skip_subtree()
                skipped = element
                continue
            _start(walk, element, tag)
        elif skipped is not None and element is skipped:
            walk.add(skipped.tail)
        else:
            _end(walk, element, tag)
            if element is not body:
                walk.add(element.tail)
    walk.flush("body")
    return walk.result


def _unseen(element: _Element, hidden_too: bool) -> bool:
    return not hidden_too and is_hidden(element)


def _take_table(walk: _Walk, table: _Element) -> bool:
    """Takes a data table whole; a layout table is left to flow."""
    if not grid.is_data_table(table):
        return False
    rows = grid.lay_out(table)
    if not rows:
        return False
    walk.flush("table")
    walk.add_table(table, rows)
    return True


def _start(walk: _Walk, element: _Element, tag: str) -> None:
    if tag in BLOCKS:
        walk.flush(_parent_tag(element))
        walk.enter(element, tag)
    elif tag == "br":
        walk.add(BREAK)
    elif tag == "a":
        walk.link_start = len(walk.pieces)
    elif tag == "img":
        walk.result.pictures.append((len(walk.result.blocks), element))
    walk.add(_preformatted(element) if tag == "pre" else element.text)


def _end(walk: _Walk, element: _Element, tag: str) -> None:
    if tag == "a" and walk.link_start is not None:
        if element.get("href"):
            walk.links.append(_link(element, "".join(walk.pieces[walk.link_start :])))
        walk.link_start = None
    elif tag in BLOCKS:
        walk.flush(tag)
        walk.leave(element, tag)


def _preformatted(element: _Element) -> str:
    return (element.text or "").replace("\n", BREAK)


def _link(element: _Element, text: str) -> Link:
    shown = collapsed(text).replace("\n", " ")
    return Link(element.get("href") or "", shown, (element.get("title") or "").strip())


def _parent_tag(element: _Element) -> str:
    parent = element.getparent()
    return parent.tag if parent is not None and isinstance(parent.tag, str) else "body"


def _is_frame(element: _Element, tag: str) -> bool:
    return tag in REGIONS or element.get("role") in _ROLES
