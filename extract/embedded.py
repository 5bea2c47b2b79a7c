"""Files that a page shows within itself: in a frame, an object, a viewer, or opened by a script.

Seen: <iframe src="x.pdf">, <embed>, <object data>, pdf.js (viewer.html?file=/x.pdf), and scripts of
博达 VSB and PDFObject that are called with the file's address (2020 on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from lxml.etree import _Element

EMBEDDING = frozenset(("iframe", "embed", "object", "script"))

SCRIPT_CHARACTERS = 20_000
"""A longer script is a library's, not a call with a file's address."""

_FILE = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|ofd)$", re.IGNORECASE)
_VIEWER = re.compile(r"viewer|pdfjs|pdf\.js|preview", re.IGNORECASE)
_IN_SCRIPT = re.compile(r"""["']([^"'\s<>]{1,1000}\.(?:pdf|ofd))["']""", re.IGNORECASE)


def embedded_files(element: _Element) -> Iterator[str]:
    """Addresses, as the page writes them, of the files that an element shows."""
    if element.tag == "script":
        script = element.text or ""
        if len(script) <= SCRIPT_CHARACTERS:
            for match in _IN_SCRIPT.finditer(script):
                yield file_in_viewer(match[1]) or match[1]
        return
    given = element.get("src") or element.get("data") or ""
    if (inner := file_in_viewer(given)) is not None:
        yield inner
    elif _is_file(given):
        yield given


def file_in_viewer(href: str) -> str | None:
    """The file that a viewer's address is given as a parameter; None for any other address."""
    try:
        parts = urlsplit(href)
        values = [value for _, value in parse_qsl(parts.query, max_num_fields=20)]
    except ValueError:
        return None
    if not _VIEWER.search(parts.path):
        return None
    return next((value for value in values if _is_file(value)), None)


def _is_file(address: str) -> bool:
    try:
        return _FILE.search(urlsplit(address).path) is not None
    except ValueError:
        return False
