"""Pagers that stand in script alone: the call or block that says how many pages a listing has.

TRS WCM writes static pages and leaves the pager to a function call whose arguments are literals
(portal-families 2.1). The call is read, never run. Everything is read off the arguments: the base
name is not always "index", and the same call splits long articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from urllib.parse import urlsplit

from extract.document import Page

MAX_SCRIPTS = 300
MAX_SCRIPT_CHARS = 200_000
"""Of one inline script; a pager's is below 5 kB."""
MAX_PAGES = 100_000
"""A call that says more is no pager."""

ARTICLE_NAME = re.compile(r"t\d{8}_\d+")
"""The file name of a TRS article: t, the date, an id."""

_TOKEN = re.compile(
    r""""(?:\\.|[^"\\\n])*(?:"|$)|'(?:\\.|[^'\\\n])*(?:'|$)|//[^\n]*|/\*.*?(?:\*/|\Z)""",
    re.DOTALL | re.MULTILINE,
)
_CALL = re.compile(r"\b(function\s+)?(createPage\w{0,30})\s*\(([^(){}]{0,400})\)", re.IGNORECASE)
_OBJECT_CALL = re.compile(
    r"\b\w{0,30}(?:Pager|paginat(?:ion|or))\w{0,10}\s*\(\s*\{([^{}()]{0,600})\}", re.IGNORECASE
)
_MEMBER = re.compile(r"""["']?(\w{1,30})["']?\s*:\s*("[^"\n]*"|'[^'\n]*'|-?\d{1,9}|\w+)""")
_ARGUMENT = re.compile(r""""[^"\n]*"|'[^'\n]*'|[^,]+""")
_ASSIGNED = re.compile(
    r"""\b([A-Za-z_]\w{0,40})\s*=\s*("[^"\n]{0,80}"|'[^'\n]{0,80}'|\d{1,9})\s*[;\n,]"""
)
_WRITTEN_NAME = re.compile(
    r"""["'=/]((?:[A-Za-z][A-Za-z0-9]*)(?:[_-][A-Za-z0-9]+){0,6})_\\?["']\s*\+(.{0,80})""",
    re.DOTALL,
)
_WRITTEN_EXT = re.compile(r"""["'.](s?html?|jhtml|jspx?)\b""")
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,80}")
_EXT = re.compile(r"\.?(s?html?|jhtml|jspx?)", re.IGNORECASE)
_PAGE_COUNTS = ("pagecount", "countpage", "totalpage", "totalpages", "pages", "total", "size")
"""Names of the page count in an object, most specific first: "size" is pages in TRS's Pager."""
_CURRENTS = ("current", "currentpage", "currpage", "index", "pageindex")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptPager:
    """What a pager says. ``current`` counts from 0; ``rows`` is the advertised total of rows,
    None where it says none; ``form`` names how it was written, for evidence. ``from_one`` says
    that the script counts pages from 1, so that page 2 is likelier ``name_2``.
    """

    pages: int
    current: int
    name: str
    ext: str
    form: str
    rows: int | None = None
    from_one: bool = False

    @property
    def splits_article(self) -> bool:
        """Whether the pages are parts of a long article, not of a listing."""
        return bool(ARTICLE_NAME.fullmatch(self.name.rpartition("/")[2]))


def script_pagers(page: Page) -> list[ScriptPager]:
    """The pagers in the page's inline scripts, each base name once, in page order."""
    found: dict[tuple[str, str], ScriptPager] = {}
    for script in _scripts(page):
        for pager in _pagers_of(script, page):
            if pager.current >= 0 and 0 <= pager.pages <= MAX_PAGES and _NAME.fullmatch(pager.name):
                found.setdefault((pager.name, pager.ext), pager)
    return list(found.values())


def listing_pagers(page: Page) -> list[ScriptPager]:
    """Those of script_pagers that page a listing."""
    return [pager for pager in script_pagers(page) if not pager.splits_article]


def _scripts(page: Page) -> Iterator[str]:
    if page.tree is None:
        return
    for element in islice(page.tree.iter("script"), MAX_SCRIPTS):
        text = element.text or ""
        if text and len(text) <= MAX_SCRIPT_CHARS:
            yield _TOKEN.sub(_without_comment, text)


def _without_comment(token: re.Match[str]) -> str:
    return " " if token[0].startswith("/") else token[0]


def _pagers_of(script: str, page: Page) -> Iterator[ScriptPager]:
    variables = {name.lower(): value for name, value in _ASSIGNED.findall(script)}
    for defined, called, arguments in _CALL.findall(script):
        pager = None if defined else _from_call(called, arguments, variables)
        if pager is not None:
            yield pager
    for members in _OBJECT_CALL.findall(script):
        pager = _from_object(members, variables, page)
        if pager is not None:
            yield pager
    block = _from_block(script, variables, page)
    if block is not None:
        yield block


def _literal(text: str, variables: dict[str, str]) -> int | str | None:
    """The number or string that an argument is, through one variable; None if it is computed."""
    value = text.strip()
    value = variables.get(value.lower(), value)
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return int(value)
    quoted = re.fullmatch(r"""(["'])(.*)\1""", value)
    return quoted[2] if quoted else None


def _from_call(called: str, arguments: str, variables: dict[str, str]) -> ScriptPager | None:
    """createPageHTML(pages, current, name, ext), with what else stands around these four.

    A total of rows may stand before them, an element's id first, colours and sizes last.
    """
    values = [_literal(part, variables) for part in _ARGUMENT.findall(arguments)]
    for place in range(2, len(values) - 1):
        name, ext = values[place], values[place + 1]
        if not isinstance(name, str) or not isinstance(ext, str) or not _EXT.fullmatch(ext):
            continue
        before = takewhile(lambda value: isinstance(value, int), reversed(values[:place]))
        numbers = [value for value in before if isinstance(value, int)]
        if len(numbers) < 2:
            return None
        current, pages, *totals = numbers
        return _pager(pages, current, name, ext, called, totals[0] if totals else None)
    return None


def _from_object(members: str, variables: dict[str, str], page: Page) -> ScriptPager | None:
    """Pager({ size: 5, current: 0, prefix: 'index', suffix: 'html' }), or a jQuery pagination.

    The latter has no names and counts its pages from 1: the page's own name is taken.
    """
    values = {name.lower(): _literal(text, variables) for name, text in _MEMBER.findall(members)}
    pages = next((values[key] for key in _PAGE_COUNTS if key in values), None)
    current = next((values[key] for key in _CURRENTS if key in values), None)
    if not isinstance(pages, int) or not isinstance(current, int):
        return None
    if "prefix" in values:
        return _pager(pages, current, values["prefix"], values.get("suffix"), "Pager")
    if "pagecount" not in values and "totalpage" not in values and "totalpages" not in values:
        return None  # "total" or "size" alone may count rows
    name, ext = _own_name(page)
    pager = _pager(pages, max(current - 1, 0), name, ext, "pagination")
    return None if pager is None else replace(pager, from_one=True)


def _from_block(script: str, variables: dict[str, str], page: Page) -> ScriptPager | None:
    """An inline block that sets countPage and currentPage and writes anchors itself."""
    pages = _literal("countpage", variables)
    if not isinstance(pages, int) or "createpage" in script.lower():
        return None
    current = _literal("currentpage", variables)
    rows = _literal("countnum", variables)
    name, ext = _written(script, page)
    return _pager(
        pages,
        current if isinstance(current, int) else 0,
        name,
        ext,
        "countPage",
        rows if isinstance(rows, int) else None,
    )


def _written(script: str, page: Page) -> tuple[str, str]:
    """Base name and extension in the anchors that a block writes, else those of the page."""
    stem, ext = _own_name(page)
    for match in _WRITTEN_NAME.finditer(script):
        written = _WRITTEN_EXT.search(match[2])
        return match[1], written[1] if written else ext
    return stem, ext


def _own_name(page: Page) -> tuple[str, str]:
    """Base name and extension of the page's own file, index.html for a folder."""
    stem, _, ext = urlsplit(page.url).path.rpartition("/")[2].partition(".")
    return re.sub(r"_\d+$", "", stem) or "index", ext or "html"


def _pager(
    pages: int, current: int, name: object, ext: object, form: str, rows: int | None = None
) -> ScriptPager | None:
    if not isinstance(name, str) or not isinstance(ext, str) or not _EXT.fullmatch(ext):
        return None
    return ScriptPager(
        pages=pages,
        current=current,
        name=name.removeprefix("./"),
        ext=ext.removeprefix("."),
        form=form,
        rows=rows,
    )
