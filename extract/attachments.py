"""Which links of a page are files that belong to its content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from extract.blocks import Link
from extract.document import AttachmentLink

_FILE = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|ofd|zip|rar|rtf|pptx?|7z)$", re.IGNORECASE)
_DOWNLOAD = re.compile(
    r"/(?:download(?:file|attach)?\.(?:jsp|do|aspx?|action|php)|system/_content/download\.jsp"
    r"|downfile\.jsp|attachment/download)",
    re.IGNORECASE,
)
_FILE_PARAMETER = re.compile(r"[?&][^=&]*=[^&]*\.(?:pdf|docx?|wps|xlsx?|ofd|zip)(?:&|$)", re.I)
_TEXT = re.compile(
    r"^\s*(?:附件|附表)\s*[\d一二三四五六七八九十]*\s*[:：.、]?|\.(?:pdf|docx?|wps|xlsx?|ofd)\s*$",
    re.I,
)
_NOT_A_FILE = ("javascript:", "mailto:", "tel:", "data:", "#", "about:")


def is_attachment(link: Link) -> bool:
    """Whether a link leads to a file: by its address, or by what its text calls it."""
    href = link.href.strip()
    if not href or href.lower().startswith(_NOT_A_FILE):
        return False
    try:
        path = urlsplit(href).path
    except ValueError:
        return False
    if _FILE.search(path) or _DOWNLOAD.search(path) or _FILE_PARAMETER.search(href):
        return True
    return _TEXT.search(link.text) is not None


def attachment_links(
    links: Iterable[Link], *, page_url: str, base: str | None
) -> tuple[AttachmentLink, ...]:
    """The files among the links, absolute, each address once, in page order.

    ``base`` is the page's <base href>, None without one. Addresses that cannot be made absolute
    http(s) ones are left out: nothing could fetch them.
    """
    found: dict[str, AttachmentLink] = {}
    for link in links:
        if not is_attachment(link):
            continue
        try:
            url = urljoin(urljoin(page_url, base or ""), link.href.strip())
            scheme = urlsplit(url).scheme
        except ValueError:
            continue
        if scheme in ("http", "https") and url not in found:
            found[url] = AttachmentLink(url=url, text=link.text or link.title)
    return tuple(found.values())
