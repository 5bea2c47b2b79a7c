"""Articles that are split over several pages, and how they are one again.

TRS WCM splits a long article where its editor set a break: ``t20170803_1095855.html`` has the call
``createPageHTML(2,0,"t20170803_1095855","html")`` and goes on at ``t20170803_1095855_1.html``
(portal-families 2.1). Other systems link the further pages, named likewise (``123456_2.html``), by
their numbers. The rule, the same live, replayed and read again:

- A further part is asked for as a file of the page is, if the page is a report or may be one.
- It is no report and no listing itself: its own reading has the outcome ``part_of_report``.
- The reading of the page is that of all parts as one text, each without its frame: the first has
  title and metadata, cells of a later one name its record in their provenance.
- Of each part the latest whole capture before the page's next one counts; where there is none, the
  first after it.
- A part that does not call itself one, or repeats what an earlier one says, is left out, which is
  a finding; so is one that could not be had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from archive.capture import Role
from archive.index import ArchiveIndex
from archive.rows import CaptureRow
from extract.addresses import base_url, resolve, same_page
from extract.document import AttachmentLink, Page
from extract.script_pager import ScriptPager, script_pagers
from extract.sentences import say

MOST_PARTS = 20
"""Parts of one article that are read; the longest report seen would fill five."""

_MOST_LINKS = 5000
_PAGER_TEXT = re.compile(
    r"[\[(（第]?\s*\d{1,3}\s*[\])）页]?|[<«‹]?\s*(?:上|下|首|尾|末|前|后)一?页\s*[>»›]?"
)
_LONG_NUMBER = re.compile(r"\d{4}")
"""In the name of an article's file, and not of a listing's (index, list_2)."""


def further_parts(page: Page) -> tuple[AttachmentLink, ...]:
    """The pages behind the first of a split article, at most MOST_PARTS - 1; of any other page,
    a later part too, none.
    """
    stem = _stem(page.url)
    pager = _own_pager(page, stem)
    if pager is None:
        urls = _filled(linked_parts(page, page.url))
    elif pager.current:
        urls = []
    else:
        names = [
            f"{stem}_{number}.{pager.ext}" for number in range(1, min(pager.pages, MOST_PARTS))
        ]
        # beside the page and not its <base>: it is the page's own name
        urls = [url for name in names if (url := resolve(page.url, f"./{name}", page.charset))]
    parts = enumerate(urls[: MOST_PARTS - 1], start=2)
    return tuple(AttachmentLink(url=url, text=f"第{number}页") for number, url in parts)


def parts_beyond(page: Page) -> str | None:
    """A note of a page that says more parts than are read; None where it does not."""
    pager = _own_pager(page, _stem(page.url))
    pages = pager.pages if pager else len(_filled(linked_parts(page, page.url))) + 1
    if pages <= MOST_PARTS:
        return None
    return say("note_more_parts", parts=pages, most=MOST_PARTS)


def is_part(page: Page, first: Page) -> bool:
    """Whether a page calls itself a part of the article that another begins."""
    if _own_pager(page, _stem(first.url)) is not None:
        return True
    links = linked_parts(page, first.url)
    return bool(links) or any(same_page(url, first.url) for url in _pager_links(page))


def linked_parts(page: Page, first: str) -> dict[int, str]:
    """The further parts of the article ``first`` that a page's links lead to, by their number: the
    article's own name and a number, linked as a pager does.
    """
    folder, _, name = first.rpartition("/")
    stem, _, ext = name.partition(".")
    if not _LONG_NUMBER.search(stem) or not any(stem + mark in page.text for mark in "_-"):
        return {}
    wanted = re.compile(rf"{re.escape(f'{folder}/{stem}')}[_-](\d{{1,3}})\.{re.escape(ext)}")
    matches = ((wanted.fullmatch(url), url) for url in _pager_links(page))
    return {int(match[1]): url for match, url in matches if match}


def _pager_links(page: Page) -> Iterator[str]:
    if page.tree is None:
        return
    base = base_url(page)
    for link in islice(page.tree.iter("a"), _MOST_LINKS):
        text = "".join(link.itertext()).strip()
        if _PAGER_TEXT.fullmatch(text):
            url = resolve(base, link.get("href") or "", page.charset)
            if url is not None:
                yield url


def _filled(links: dict[int, str]) -> list[str]:
    """In order, with those between that a pager leaves out: 1 2 3 … 9."""
    if not links:
        return []
    head, number, tail = re.split(r"(\d+)(?=\.[^/]*$)", links[max(links)])
    return [links.get(one, f"{head}{one}{tail}") for one in range(min(links), int(number) + 1)]


def _own_pager(page: Page, stem: str) -> ScriptPager | None:
    """The pager in script that has the article's own name."""
    if page.tree is None or not _LONG_NUMBER.search(stem):
        return None
    if f'"{stem}"' not in page.text and f"'{stem}'" not in page.text:
        return None  # most pages, at no cost
    return next((one for one in script_pagers(page) if one.name == stem), None)


def _stem(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2].partition(".")[0]


def part_rows(index: ArchiveIndex, row: CaptureRow, urls: Sequence[str]) -> Iterator[CaptureRow]:
    """Of each part of a page the capture that counts beside this one of the page."""
    if not urls:
        return
    following = next((one for one in versions(index, row.url) if _place(one) > _place(row)), None)
    for url in urls:
        captures = index.iter_captures(link_url=url, roles=(Role.ATTACHMENT,))
        whole = [one for one in captures if one.status in (200, 304) and not one.truncated]
        before = [one for one in whole if following is None or _place(one) < _place(following)]
        if whole:
            yield before[-1] if before else whole[0]


def versions(index: ArchiveIndex, url: str) -> Iterator[CaptureRow]:
    """The captures of a report's page that brought a payload of their own, in order."""
    return index.iter_captures(url=url, roles=(Role.REPORT,), statuses=(200, 200), revisits=False)


def pages_of_parts(index: ArchiveIndex, urls: Iterable[str | None]) -> list[CaptureRow]:
    """The captures of pages of which further parts were read, to be read again with them: page by
    page, the latest last. None stands for what is no part.
    """
    pages = dict.fromkeys(url for url in urls if url is not None)
    return [row for url in pages for row in versions(index, url)]


def _place(row: CaptureRow) -> tuple[object, str]:
    return (row.ordered_at, row.pointer.record_id)
