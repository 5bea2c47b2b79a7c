"""From a capture's bytes to a decoded page: content coding, media type, charset, tree.

Owns every limit between the archive and the DOM. Text is decoded first and parsed after: lxml
given gb2312 bytes is silently cut at the first character that only GBK has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree, html

from archive.capture import Capture
from extract.charset import decode_text
from extract.content_coding import remove_coding
from extract.document import Page
from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

DOM_LIMIT = 16 * 1024 * 1024
"""Characters of markup that go into the DOM; a report page has about 60,000."""

CELLS_LIMIT = 50_000
"""Cells of one table: the statutory ones have 200, the longest list seen on a page 6,000."""

HTML = "text/html"
PLAIN = "text/plain"
OCTETS = "application/octet-stream"

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_NO_CHARACTERS = ("\ufeff", "\ufffe", "\uffff")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|meta|title|div|p|table|script|link|span|ul|h[1-6]|!--)\b",
    re.IGNORECASE,
)
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", "application/rtf"),
)
CONTAINERS = ("application/zip", "application/x-ole-storage")
"""What office formats are stored in: which one it is shows inside (``file_types``)."""
_PDF_HEADER = re.compile(rb"%PDF-\d\.\d")
"""May stand behind up to 1,024 bytes of something else (PDF 1.7, appendix H, note 13)."""
PDF_TAIL = 2048
"""Bytes at the end of a PDF in which its last cross-reference is named."""
_ENTITY_DECLARATIONS = re.compile(r"<!DOCTYPE[^>\[]*\[.*?\]\s*>", re.IGNORECASE | re.DOTALL)
_HUGE_TAG = re.compile(r"<([a-zA-Z][\w:-]{0,30})\s[^<>]{16000,}>")
"""A tag with an embedded picture, or with attributes made to be many: their check is quadratic."""
_INLINE_TAGS = re.compile(
    r"</?(?:span|font|b|i|u|em|strong|small|big|o:p|st1:\w+)\b[^<>]*>", re.IGNORECASE
)


def page(capture: Capture) -> Page:
    """Decodes a capture, for listings and reports alike.

    A body that is not text (PDF, office formats, images) gives a page with empty text, no tree
    and the media type that its signature shows. Raises Undecodable, with a reason, when the
    content coding is unsupported or corrupt, or a limit is passed.
    """
    response, request = capture.response, capture.request
    decoded = page_from_bytes(
        response.body,
        url=request.url,
        content_type=response.header("Content-Type"),
        content_encoding=response.header("Content-Encoding"),
    )
    if request.method == "GET" and not request.body:
        return decoded
    return replace(decoded, method=request.method, request_body=request.body)


def payload(capture: Capture) -> bytes:
    """The body of a capture with its content coding removed (an attachment's bytes).

    Raises Undecodable as ``page`` does.
    """
    response = capture.response
    coding = response.header("Content-Encoding")
    return remove_coding(response.body, coding=coding, url=capture.request.url)[0]


def page_from_bytes(
    body: bytes, *, url: str, content_type: str | None, content_encoding: str | None = None
) -> Page:
    """Decodes a body as served: ``content_type`` and ``content_encoding`` are the header values.

    None for a header that was not sent. Raises Undecodable as ``page`` does.
    """
    plain, notes = remove_coding(body, coding=content_encoding, url=url)
    declared = declared_type(content_type)
    media_type = _sniff(plain, declared)
    if declared not in (None, "application/xhtml+xml", media_type) and media_type not in CONTAINERS:
        notes.append(say("note_media_type", declared=declared, found=media_type))
    if not _is_text(media_type):
        return Page(
            url=url, text="", tree=None, charset="binary", charset_evidence="signature",
            media_type=media_type, notes=tuple(notes),
        )  # fmt: skip
    decoded = decode_text(plain, content_type=content_type, is_html=media_type == HTML)
    notes.extend(decoded.notes)
    text, more = _without_controls(decoded.text)
    notes.extend(more)
    if len(text) > DOM_LIMIT:
        long = say("page_too_long", count=len(text), limit=DOM_LIMIT)
        raise Undecodable(
            say("about", named=url, said="; ".join([long, say("look_by_hand")])),
            reason=UndecodableReason.TOO_LARGE,
        )
    tree = _parse(text, notes) if media_type == HTML else None
    if tree is not None and text.count("<t") > CELLS_LIMIT:
        notes.extend(_without_huge_tables(tree))
    return Page(
        url=url, text=text, tree=tree, charset=decoded.charset,
        charset_evidence=decoded.evidence, media_type=media_type, notes=tuple(notes),
    )  # fmt: skip


def declared_type(content_type: str | None) -> str | None:
    """The media type of a Content-Type header, lower case; None where it names none."""
    if not content_type:
        return None
    return content_type.split(";")[0].strip().lower() or None


def media_type_of(body: bytes) -> str:
    """The media type that a body shows of itself: of a container only that it is one."""
    return _sniff(body, None)


def _is_text(media_type: str) -> bool:
    return (
        media_type == HTML
        or media_type.startswith("text/")
        or media_type.endswith(("json", "xml", "javascript"))
    )


def _sniff(body: bytes, declared: str | None) -> str:
    """The media type that the bytes show; the declared one where they show none."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, media_type in _SIGNATURES:
        if start.startswith(signature):
            return media_type
    if _PDF_HEADER.search(body[:1024]) and b"startxref" in body[-PDF_TAIL:]:
        return "application/pdf"
    if declared in ("application/xhtml+xml", HTML):
        return HTML
    if declared is not None and not _is_text(declared) and _MARKUP.search(body[:1024]):
        return HTML  # an error page under the header of the file that is not there
    if declared is None or declared in (PLAIN, OCTETS, "application/x-download", "unknown/unknown"):
        if _MARKUP.search(body[:4096].replace(b"\x00", b"")):
            return HTML
        return OCTETS if _looks_binary(body) else PLAIN
    return declared


def _looks_binary(body: bytes) -> bool:
    sample = body[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 9 or 14 <= byte < 32 for byte in sample)
    return controls * 20 > len(sample)


def _without_controls(text: str) -> tuple[str, list[str]]:
    """Text without NUL and control characters; libxml2 would stop at the first NUL."""
    notes = []
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError:
        text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
        encoded = text.encode("utf-8")
    # looked for in bytes: a tenth of what the pattern takes for a page that has none
    odd = len(encoded.translate(None, _CONTROL_BYTES)) < len(encoded)
    if odd or any(character in text for character in _NO_CHARACTERS):
        text, removed = _CONTROLS.subn("", text)
        notes.append(say("note_controls", count=removed))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, notes


def _parse(text: str, notes: list[str]) -> html.HtmlElement | None:
    """The tree of a document; None for one without any element."""
    text = (
        _ENTITY_DECLARATIONS.sub("<!DOCTYPE html>", text, count=1) if "[" in text[:2000] else text
    )
    text = _HUGE_TAG.sub(r"<\1>", text)
    tree, too_deep = _parse_once(text)
    if too_deep:
        # unclosed <span> and <font> of Word pastes pile up; without them the nesting is shallow
        tree, too_deep = _parse_once(_INLINE_TAGS.sub("", text))
        notes.append(say("note_too_deep" if too_deep else "note_without_inline"))
    return tree


def _without_huge_tables(tree: html.HtmlElement) -> Iterator[str]:
    """Empties tables made to eat time; each is named."""
    for table in list(tree.iter("table")):
        cells = sum(1 for _ in table.iter("td", "th"))
        if cells > CELLS_LIMIT:
            table.clear()
            yield say("note_huge_table", cells=cells, most=CELLS_LIMIT)


def _parse_once(text: str) -> tuple[html.HtmlElement | None, bool]:
    # huge_tree only lifts the depth limit from 256 to 2048: size is bounded above
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    # one class for all: lxml.html's own choice by the tag is a call of Python for each element
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        tree = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except etree.ParserError:
        return None, False
    too_deep = any("xcessive depth" in entry.message for entry in parser.error_log)
    return tree, too_deep
