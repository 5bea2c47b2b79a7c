"""The body of a DOCX: mammoth makes HTML of it, whose lines and tables are read as a page's."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import html

from extract.blocks import read_blocks
from extract.content import Content, ContentTable
from extract.decode import DOM_LIMIT
from extract.errors import Undecodable, UndecodableReason
from extract.file_content import file_content
from extract.office_package import checked_members
from extract.sentences import say

_MAIN_PART = "word/document.xml"
_TABLE_START = re.compile(rb"<w:tbl[ >]")


def docx_content(body: bytes) -> Content:
    """The content of a DOCX. Raises Undecodable with the reason; anything else for damaged ones.

    A table's ``dom_path`` is that of its element in word/document.xml, rows and columns by its
    grid; where mammoth left tables out it is the path in the HTML that mammoth makes.
    """
    import mammoth

    members = checked_members(body)
    # pictures are not read: without this each becomes a data address in the HTML
    result = mammoth.convert_to_html(
        io.BytesIO(body),
        convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        external_file_access=False,  # a linked picture may be a file of this machine
    )
    markup = str(result.value)
    if len(markup) > DOM_LIMIT:
        text = say("text_too_long", count=len(markup), limit=DOM_LIMIT)
        raise Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    tree = html.document_fromstring(f"<html><body>{markup}</body></html>")
    in_file = len(_TABLE_START.findall(members.get(_MAIN_PART, b"")))
    same = in_file == len(tree.findall(".//table"))
    return file_content(list(_parts(tree, same=same)))


def _parts(tree: html.HtmlElement, *, same: bool) -> Iterator[str | ContentTable]:
    for block in read_blocks(tree.find("body")).blocks:
        if block.table is None:
            yield from (line for line in block.text.split("\n") if line.strip())
        elif same:
            path = block.table.dom_path.replace("//table", "//w:tbl")
            yield replace(block.table, dom_path=path)
        else:
            yield block.table
