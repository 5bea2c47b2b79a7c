"""A judge of Atom feeds by the rules of RFC 4287, 4151 and 3986 that bear on what is written."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

NAMESPACE = "http://www.w3.org/2005/Atom"
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9:._-]+")
"""RFC 4151."""
REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of RFC 3986."""


def judged(document: bytes) -> etree._Element:
    """The feed, held to the rules of RFC 4287 that bear on what is written."""
    root = etree.fromstring(document)
    assert root.tag == f"{{{NAMESPACE}}}feed"
    for name in ("id", "title", "updated"):
        assert len(root.findall(f"{{{NAMESPACE}}}{name}")) == 1, f"§4.1.1: one {name}"
    assert root.findtext(f"{{{NAMESPACE}}}author/{{{NAMESPACE}}}name"), "§4.1.1: an author"
    ids = [root.findtext(f"{{{NAMESPACE}}}id")]
    for entry in root.findall(f"{{{NAMESPACE}}}entry"):
        for name in ("id", "title", "updated", "content"):
            assert len(entry.findall(f"{{{NAMESPACE}}}{name}")) == 1, f"§4.1.2: one {name}"
        ids.append(entry.findtext(f"{{{NAMESPACE}}}id"))
        alternates = entry.findall(f"{{{NAMESPACE}}}link[@rel='alternate']")
        assert len(alternates) <= 1, "§4.1.2: one alternate link of a type"
        for link in entry.findall(f"{{{NAMESPACE}}}link"):
            href = str(link.get("href"))
            assert urlsplit(href).scheme in ("http", "https", "urn"), href
            assert REFERENCE.fullmatch(href), href
        for element in entry.iter():
            assert not isinstance(element.tag, str) or element.tag.startswith(f"{{{NAMESPACE}}}")
    assert len(set(ids)) == len(ids), "§4.2.6: ids are unique"
    for one in ids:
        assert TAG.fullmatch(str(one)), one
    for updated in root.iter(f"{{{NAMESPACE}}}updated"):
        moment = datetime.fromisoformat(str(updated.text))
        assert moment.tzinfo is not None, "§3.3: RFC 3339 with its offset"
        assert "T" in str(updated.text)
    return root
