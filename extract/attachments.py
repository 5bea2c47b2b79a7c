"""Which links of a page are files that belong to its content, and which of them are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from archive.capture import CaptureContext, Role
from extract.addresses import base_url, resolve, same_page
from extract.blocks import Link
from extract.document import AttachmentLink, Page
from extract.embedded import file_in_viewer
from extract.report import Outcome, PageFiles, SkipReason
from extract.titles import names_disclosure_report

MOST_ASKED = 20
"""Files asked for of one page; the most seen of a report is 6. A page with more is no report's."""

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

_MAY_STAND_IN_A_FILE = frozenset(
    {SkipReason.ATTACHMENT_ONLY, SkipReason.EMPTY, SkipReason.NO_YEAR, SkipReason.NO_BODY}
)
"""Outcomes of pages whose report may be the file that they link; of any other page (news, a
notice, a form) the files are no report's."""


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


def attachment_links(links: Iterable[Link], page: Page) -> tuple[AttachmentLink, ...]:
    """The files among the links, absolute, each address once, in page order.

    Addresses that cannot be made absolute http(s) ones are left out: nothing could fetch them;
    so is the page itself.
    """
    base = base_url(page)
    found: dict[str, AttachmentLink] = {}
    for link in links:
        if not is_attachment(link):
            continue
        url = resolve(base, file_in_viewer(link.href) or link.href, page.charset)
        if url is not None and url not in found and not same_page(url, page.url):
            found[url] = AttachmentLink(url=url, text=link.text or link.title)
    return tuple(found.values())


def files_of(outcome: Outcome, context: CaptureContext) -> PageFiles:
    """Which files of a read page are part of its report: of a report all, of a page that may be
    one in a file all, of any other page none. Files of files are not followed. The further parts
    of a split page come first.
    """
    document = outcome.document
    if document is None or context.role is not Role.REPORT:
        return PageFiles()
    links = document.attachments
    if not _wants_files(outcome, context):
        return PageFiles(left=links)
    asked = dict.fromkeys((*document.further, *links[:MOST_ASKED]))
    return PageFiles(asked=tuple(asked), left=links[MOST_ASKED:])


def _wants_files(outcome: Outcome, context: CaptureContext) -> bool:
    if outcome.report is not None:
        return True
    if outcome.skip not in _MAY_STAND_IN_A_FILE or outcome.document is None:
        return False
    names = [outcome.document.title, context.link_text or ""]
    names += [link.text for link in outcome.document.attachments]
    return any(map(names_disclosure_report, names))
