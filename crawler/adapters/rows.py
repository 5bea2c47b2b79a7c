"""The rows of a listing: which links of a page are rows, their whole titles and their dates.

Shared by the adapters of portals that write their rows into the page. What makes a link a row is
told by the link and what stands beside it, never by a site's class names; class names only tell
what is chrome (navigation, foot, sidebar).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawler.adapters.base import ListingEntry
from crawler.adapters.row_dates import DateFound, find_dates, published, read_date, short_text
from extract.addresses import base_url, resolve, same_page
from extract.document import Page
from extract.titles import confusable, looks_like_report_title, names_disclosure_report

MAX_LINKS = 5000
"""Links looked at on one page; the longest listing seen has about 800."""
MAX_TITLE_CHARS = 300
MAX_SCOPE_LEVELS = 4
MAX_SCOPE_LINKS = 4
MAX_SCOPE_CHARS = 800
MAX_NAME_CHARS = 300
MAX_CALL_CHARS = 2000

PAGER_LABEL = re.compile(
    r"(首\s*页|第一页|[上下前后後]一?[页頁]|末\s*页|尾\s*页|最后一页|末頁|首頁|尾頁|共?\s*\d+\s*[页頁]?|第\s*\d+\s*[页頁]|"
    r"跳转|转到|确定|go|next|prev|previous|first|last|home|[<>«»‹›.…]+)",
    re.IGNORECASE,
)
_HOLLOW = re.compile(
    r"[\[【(（]?(查看|查看详情|查看全文|详情|详细|阅读|阅读全文|下载|打开|点击查看|更多|more|html|pdf)[\]】)）]?[>»…]*",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"[\"'](?!javascript)([^\"'\s]{1,400}\.(?:s?html?|pdf|docx?|wps|ofd|aspx?|jsp)(?:\?[^\"'\s]{0,400})?)[\"']",
    re.IGNORECASE,
)
"""A page's or file's address that a handler is called with."""
_CUT = re.compile(r"\s*(\.{2,}|…+|．{2,}|。。。)\s*$")
_CUT_REPORT = re.compile(r"(?:19|20)\d\d.*(?:信息公[开開]|政务公开|政務公開)")
_CHROME_TAGS = frozenset({"nav", "footer", "header", "aside", "select"})
_CHROME_WORD = re.compile(
    r"(nav|navbar|navigation|(sub|top|left|side)?menu|(left|side)nav|sidebar|aside|head(er)?|"
    r"top(bar)?|toolbar|foot(er)?|bottom|crumbs?|breadcrumbs?|(current)?position|location|dqwz|"
    r"currchnlcls|search(box)?|share|bdsharebuttonbox|friend(ly)?links?|yqlj|copyright|pager|"
    r"pagination|paging|related?|recommend|hot(list)?|rank(ing)?)"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    anchor: HtmlElement
    url: str
    chrome: bool


@lru_cache(maxsize=2)  # a page is recognised by its rows, and then read
def listing_rows(page: Page, article: re.Pattern[str] | None = None) -> tuple[ListingEntry, ...]:
    """The rows of a page, in page order, one for each address.

    A link is a row when its row shows a date, when its title looks like a report's, or when its
    address matches ``article`` (a family's form of article addresses). Links in chrome count
    only when they are titled like reports and none outside is: some portals call the box of
    their listing "bottom".
    """
    links = list(_links(page))
    rows = _rows([link for link in links if not link.chrome], article)
    if not any(row.looks_like_report for row in rows):
        rows += _rows([link for link in links if link.chrome], article, reports_only=True)
    return tuple(rows)


def titles_without_address(page: Page) -> list[str]:
    """Titles of reports whose link leads nowhere that can be asked for: onclick, javascript:."""
    if page.tree is None:
        return []
    base = base_url(page)
    return [
        title
        for anchor in islice(page.tree.iter("a"), MAX_LINKS)
        if looks_like_report(title := _title(anchor, []))
        and resolve(base, _href(anchor), page.charset) is None
    ]


@lru_cache(maxsize=4096)
def looks_like_report(title: str) -> bool:
    """The judgement from a title alone; a title that the page cut gets the benefit of it."""
    if _CUT.search(title):
        return looks_like_report_title(title) or bool(_CUT_REPORT.search(title))
    return looks_like_report_title(title)


def row_is_report(title: str, listed_on: date | None) -> bool:
    """As looks_like_report; a dated row of a listing need not say its year (年度报告 alone)."""
    if looks_like_report(title):
        return True
    return listed_on is not None and names_disclosure_report(title) and confusable(title) is None


def _href(anchor: HtmlElement) -> str:
    """The href; of one that only calls a script the page's address in the call, if it has one.

    For example ``onclick="jumpToDetail('./202401/t1.html')"``. A bare "#" leads nowhere.
    """
    href = (anchor.get("href") or "").strip()
    if href and not href.startswith("#") and not href.lower().startswith("javascript:"):
        return href
    called = _CALLED.search(f"{href} {anchor.get('onclick') or ''}"[:MAX_CALL_CHARS])
    return called[1] if called else ""


def _links(page: Page) -> Iterator[_Link]:
    if page.tree is None:
        return
    base, chrome = base_url(page), _ChromeMemory()
    for anchor in islice(page.tree.iter("a"), MAX_LINKS):
        url = resolve(base, _href(anchor), page.charset)
        if url is None or same_page(url, page.url):
            continue
        if not PAGER_LABEL.fullmatch(" ".join(short_text(anchor).split())):
            yield _Link(anchor=anchor, url=url, chrome=chrome.holds(anchor))


class _ChromeMemory:
    """Whether an element stands in page chrome; remembers ancestors, since links share them."""

    def __init__(self) -> None:
        self._known: dict[HtmlElement, bool] = {}

    def holds(self, element: HtmlElement) -> bool:
        path: list[HtmlElement] = []
        answer = False
        for ancestor in element.iterancestors():
            if ancestor in self._known:
                answer = self._known[ancestor]
                break
            path.append(ancestor)
        for ancestor in reversed(path):
            answer = answer or _is_chrome(ancestor)
            self._known[ancestor] = answer
        return answer


def _is_chrome(element: HtmlElement) -> bool:
    if element.tag in ("html", "body"):
        return False
    if element.tag in _CHROME_TAGS:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:MAX_NAME_CHARS]
    return any(_CHROME_WORD.fullmatch(word.lower()) for word in _WORD.findall(names))


def _rows(
    links: list[_Link], article: re.Pattern[str] | None, *, reports_only: bool = False
) -> list[ListingEntry]:
    rows: dict[str, ListingEntry] = {}
    for link in links:
        entry = _entry(link)
        if entry is None:
            continue
        known = rows.get(entry.url)
        is_row = entry.looks_like_report or (
            not reports_only
            and (entry.listed_on is not None or bool(article and article.search(entry.url)))
        )
        if known is not None:
            rows[entry.url] = _merged(known, entry)
        elif is_row:
            rows[entry.url] = entry
    return list(rows.values())


def _merged(first: ListingEntry, second: ListingEntry) -> ListingEntry:
    """Two links of one row to one address (picture and title): the title that says more."""
    better = second.looks_like_report and not first.looks_like_report
    entry = second if better else first
    return replace(entry, listed_on=first.listed_on or second.listed_on)


def _entry(link: _Link) -> ListingEntry | None:
    scope = _scope(link)
    dates = [] if scope is None else list(find_dates(scope, link.anchor))
    if scope is not None and scope.tag == "dt":
        dates += _definition_dates(scope, link.anchor)
    title = _title(link.anchor, dates)
    if _HOLLOW.fullmatch(title) or not title:
        title = _beside(scope, link.anchor) or title
    if not title:
        return None
    listed_on: date | None = published(dates)
    return ListingEntry(
        url=link.url,
        title=title,
        listed_on=listed_on,
        looks_like_report=row_is_report(title, listed_on),
    )


def _scope(link: _Link) -> HtmlElement | None:
    """The element that is the whole row: the nearest li or tr with few links, else the largest
    ancestor in which this link stands alone. None when the link has company at once.
    """
    for ancestor in islice(link.anchor.iterancestors("li", "tr"), 1):
        if _few_links(ancestor) and _is_short(ancestor):
            return ancestor
    scope = None
    for ancestor in islice(link.anchor.iterancestors(), MAX_SCOPE_LEVELS):
        if ancestor.tag in ("body", "html", "ul", "ol", "table", "tbody"):
            break
        if not _alone(ancestor, link.anchor) or not _is_short(ancestor):
            break
        scope = ancestor
        if ancestor.tag in ("li", "tr", "dl", "article"):
            break
    return scope


def _few_links(element: HtmlElement) -> bool:
    return sum(1 for _ in islice(element.iter("a"), MAX_SCOPE_LINKS + 1)) <= MAX_SCOPE_LINKS


def _alone(element: HtmlElement, anchor: HtmlElement) -> bool:
    """Whether an element holds this link only, be it a few times (picture, title, 详情)."""
    href = anchor.get("href")
    links = list(islice(element.iter("a"), MAX_SCOPE_LINKS + 1))
    same = all(other.get("href") in (href, None) for other in links)
    return same and len(links) <= MAX_SCOPE_LINKS


def _is_short(element: HtmlElement) -> bool:
    total = 0
    for number, piece in enumerate(element.itertext()):
        total += len(piece.strip())
        if total > MAX_SCOPE_CHARS or number > MAX_SCOPE_CHARS:
            return False
    return True


def _definition_dates(term: HtmlElement, anchor: HtmlElement) -> Iterator[DateFound]:
    """The dates of a dt's own dd, up to the next dt."""
    for sibling in term.itersiblings():
        if sibling.tag == "dt":
            return
        if sibling.tag == "dd":
            read = read_date(short_text(sibling))
            if read is not None:
                yield DateFound(read[0], read[1], (sibling,))
            else:
                yield from find_dates(sibling, anchor)


def _title(anchor: HtmlElement, dates: list[DateFound]) -> str:
    """The link's text without its date, or the title attribute where that says more."""
    skipped = {element for found in dates for element in found.elements}
    text = _plain("".join(_pieces(anchor, skipped)))
    attribute = _plain((anchor.get("title") or "")[: 2 * MAX_TITLE_CHARS])
    if not text:
        alternatives = [image.get("alt") or "" for image in islice(anchor.iter("img"), 1)]
        return attribute or _plain("".join(alternatives))
    visible = _CUT.sub("", text)
    start = attribute.find(visible) if visible else -1
    if start >= 0 and len(attribute) - start > len(visible):
        return attribute[start:] if _CUT.search(text) or start == 0 else text
    return text


def _pieces(element: HtmlElement, skipped: set[HtmlElement]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child not in skipped and child.tag != "script":
            yield from _pieces(child, skipped)
        yield child.tail or ""


def _plain(text: str) -> str:
    """Blanks made single, invisible characters and bullets dropped, at most a title's length."""
    visible = re.sub(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00]", "", text)
    return " ".join(visible.split()).strip("·•●▪■◆※ ")[:MAX_TITLE_CHARS]


def _beside(scope: HtmlElement | None, anchor: HtmlElement) -> str:
    """The title that stands in another cell of the row, where the link only says 查看."""
    if scope is None:
        return ""
    cells = [
        _plain("".join(map(str, cell.itertext())))
        for cell in scope.iter("td", "span", "p", "div", "dd", "dt")
        if anchor not in set(cell.iter("a"))
    ]
    texts = [cell for cell in cells if len(cell) >= 6 and read_date(cell) is None]
    return max(texts, key=len, default="")
