"""How many rows a listing says it has, outside a script pager: so that a short read is noticed.

Platforms that send the rest of their rows by script (portal-families 2.3, 2.4) put the total in
the page; linked pagers print it (共52条).
"""

from __future__ import annotations

import re
from itertools import islice

from extract.document import Page
from extract.script_pager import MAX_SCRIPT_CHARS, MAX_SCRIPTS

MAX_PAGER_CHARS = 200
"""A pager's text ("首页 上一页 … 共52条 1/11") is below this; longer text is prose."""
MAX_ELEMENTS = 20_000

_IN_SCRIPT = re.compile(
    r"\b(?:recordCount|totalRecords?|recordTotal|countnum)[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"共\s*(?:有|计)?\s*(\d{1,6})\s*[条條]")
_PAGER_MARK = re.compile(r"[页頁]|\d+\s*/\s*\d+|记录|記錄")


def advertised_rows(page: Page) -> int | None:
    """The largest total of rows that the page's scripts or its printed pager name; else None."""
    if page.tree is None:
        return None
    totals: list[int] = []
    for script in islice(page.tree.iter("script"), MAX_SCRIPTS):
        text = (script.text or "")[:MAX_SCRIPT_CHARS]
        totals += [int(number) for number in _IN_SCRIPT.findall(text)]
    totals += _printed(page)
    return max(totals, default=None)


def _printed(page: Page) -> list[int]:
    """Totals in elements that hold 共N条 and, themselves or their parent, speak of pages."""
    assert page.tree is not None
    totals: list[int] = []
    for element in islice(page.tree.iter("span", "div", "td", "p", "li", "em", "a"), MAX_ELEMENTS):
        own = f"{element.text or ''}{''.join(child.tail or '' for child in islice(element, 30))}"
        match = _PRINTED.search(own) if len(own) <= MAX_PAGER_CHARS else None
        parent = element.getparent()
        if match is None or parent is None:
            continue
        around = "".join(str(piece) for piece in islice(parent.itertext(), 60))
        if len(around) <= MAX_PAGER_CHARS and _PAGER_MARK.search(around):
            totals.append(int(match[1]))
    return totals
