"""News as an Atom feed (RFC 4287), written by lxml: whatever a page calls itself is text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import quote, urlsplit

from lxml import etree

from crawler.terminal import shown
from extract.news import News

NAMESPACE = "http://www.w3.org/2005/Atom"

AUTHORITY = "tag:nianbao.invalid,2026:"
"""What ids begin with (RFC 4151). They are made of content, so whoever has the same archive gives
the same; the name is one that nobody can own (RFC 2606)."""

LONGEST_TITLE, LONGEST_LINE = 300, 500
"""Characters; a title may be as long as a page."""
MOST_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed of news. ``key`` tells its data folder from others; ``updated`` is for one without
    news (UTC, ISO 8601).
    """

    key: str
    title: str
    author: str
    updated: str
    news: Sequence[tuple[News, Sequence[str]]]
    """Each with its lines in words."""


def feed_document(feed: Feed) -> bytes:
    """The feed in UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _text(root, "id", f"{AUTHORITY}feed:{feed.key}")
    _text(root, "title", feed.title)
    _text(root, "updated", max((one.at for one, _ in feed.news), default=feed.updated))
    _text(etree.SubElement(root, _name("author")), "name", feed.author)
    generator = etree.SubElement(root, _name("generator"), version=version("nianbao"))
    generator.text = "nianbao"
    for news, lines in feed.news:
        _add(root, news, lines)
    content: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return content


def _add(root: etree._Element, news: News, lines: Sequence[str]) -> None:
    entry = etree.SubElement(root, _name("entry"))
    _text(entry, "id", f"{AUTHORITY}{news.kind.value}:{news.key}")
    _text(entry, "title", shown(news.title)[:LONGEST_TITLE])
    _text(entry, "updated", news.at)
    etree.SubElement(entry, _name("category"), term=news.kind.value)
    if urlsplit(news.url).scheme in ("http", "https"):
        # an address may hold what no reference may
        href = quote(shown(news.url), safe="%/:=&?~#+!$,;'@()*[]")
        etree.SubElement(entry, _name("link"), rel="alternate", href=href)
    for record_id in news.records:
        if record_id.startswith("urn:"):
            etree.SubElement(entry, _name("link"), rel="via", href=shown(record_id))
    told = [shown(line)[:LONGEST_LINE] for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        told.append(f"and {len(lines) - MOST_LINES} lines more")
    about = [f"portal: {shown(news.portal)}", f"address: {shown(news.url)}"]
    about += [f"record: {shown(record_id)}" for record_id in news.records]
    _text(entry, "content", "\n".join((*told, *about)))  # of type text, as none is named


def _text(parent: etree._Element, name: str, text: str) -> None:
    # lone halves of characters and control characters are in no XML
    element = etree.SubElement(parent, _name(name))
    element.text = "\n".join(shown(line) for line in text.split("\n"))


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"
