"""What a cell of a statutory table says: a number, a blank, or nothing that can be told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

RAW_LIMIT = 120
"""Characters of a cell that can hold a figure with its note; longer ones are text."""

_UNIT_NAMES = "件 个 项 条 次 人 篇 宗 份 起 例 家 部 场 期 人次 批次 元 万元 亿元 万 万件 万条"
UNITS = frozenset(_UNIT_NAMES.split())
"""Units that stand behind a number in a cell, or in a column of their own."""

_MANY = {"万": 10_000, "万件": 10_000, "万条": 10_000}
_IN_WAN_YUAN = {
    "元": Decimal("0.0001"),
    "万元": Decimal(1),
    "万": Decimal(1),
    "亿元": Decimal(10_000),
}
_BLANKS = frozenset(("", "/", "//", "\\", "-", "--", "---", "—", "——", "–", "―", "一一", "无", "_"))
_SPACE = re.compile(r"[\s\u200b-\u200f\ufeff]+")
_UNDER_ANOTHER = re.compile(r"[\d.,]\s*[\n\v]\s*[\d.,]")
"""Digits on two lines of a cell that has room for them on one: two numbers. A number that its cell
broke comes here whole (``pdf_page``)."""
_GROUPS = re.compile(r"\d(?=\s+\d)")
_NOTE = re.compile(r"\(([^()]*)\)$")
_NUMBER = re.compile(
    r"([+-]|增加?|减少?|[↑↓])?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([\u4e00-\u9fff]{0,2})"
)
_VALUE_START = re.compile(r"(?:[+-]|增加?|减少?|[↑↓])?\d")
_ENUMERATED = re.compile(r"\d{1,2}[.、．](?!\d)\D|\d{4}年")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_MINUS = str.maketrans({"−": "-", "－": "-", "‐": "-", "‑": "-", "﹣": "-", "﹢": "+"})


@dataclass(frozen=True, slots=True)
class CellValue:
    """A cell read. ``value`` is None for a blank; ``unit`` as printed in the cell, None if none."""

    value: float | int | None
    unit: str | None


BLANK = CellValue(None, None)


def plain(raw: str) -> str:
    """A cell's text with full-width forms as ASCII and one kind of minus, ends stripped."""
    if raw.isascii():
        return raw.strip()
    return unicodedata.normalize("NFKC", raw).translate(_MINUS).strip()


def is_blank(raw: str) -> bool:
    """Whether a cell says nothing: empty, a stroke or 无."""
    return _SPACE.sub("", plain(raw)) in _BLANKS


@lru_cache(maxsize=4096)
def is_value(raw: str) -> bool:
    """Whether a cell stands where a figure stands: a blank, or text that begins as a number."""
    if len(raw) > RAW_LIMIT:
        return False
    text = _SPACE.sub("", plain(raw))
    if text in _BLANKS:
        return True
    if not _VALUE_START.match(text) or _ENUMERATED.match(text):
        return False
    outside = re.sub(r"\([^()]*\)", "", text)
    return len(_IDEOGRAPH.findall(outside)) <= 4


@lru_cache(maxsize=8192)
def read_value(
    raw: str, *, wan_yuan: bool, signed: bool, unit: str | None = None
) -> CellValue | None:
    """The figure of a cell, BLANK for a blank one, None when it cannot be told with certainty.

    ``wan_yuan`` makes the value 万元, from the unit printed in the cell or else ``unit`` (the
    column's). ``signed`` allows 增 and 减 as signs. Notes in brackets behind the number are left
    out: 22(其中修订16件) is 22; a note of digits alone may be a second number.
    """
    if len(raw) > RAW_LIMIT:
        return None
    text = plain(raw)
    squeezed = _SPACE.sub("", text)
    if squeezed in _BLANKS:
        return BLANK
    if len(_GROUPS.findall(text)) > 2 or _UNDER_ANOTHER.search(text):
        return None
    number, noted = _without_notes(squeezed)
    match = _NUMBER.fullmatch(number) if number is not None else None
    if match is None:
        return None
    sign, whole, fraction, behind = match.groups()
    printed = behind or noted
    if (behind and behind not in UNITS) or (sign and sign not in "+-" and not signed):
        return None
    amount = Decimal(whole.replace(",", "") + (fraction or ""))
    if sign and sign[0] in "-减↓":
        amount = -amount
    return _scaled(amount, printed=printed, unit=unit, wan_yuan=wan_yuan)


def _without_notes(text: str) -> tuple[str | None, str | None]:
    """The text without notes behind it, and a unit that stood as a note: 4068.208(万元)."""
    noted: str | None = None
    while match := _NOTE.search(text):
        note = match[1].removeprefix("单位:")
        if note in UNITS:
            noted = note
        elif not _IDEOGRAPH.search(note):
            return None, None
        text = text[: match.start()]
    return text, noted


def _scaled(
    amount: Decimal, *, printed: str | None, unit: str | None, wan_yuan: bool
) -> CellValue | None:
    if wan_yuan:
        factor = _IN_WAN_YUAN.get(printed or unit or "万元")
        if factor is None:
            return None
        return CellValue(_number(amount * factor), printed or unit or "万元")
    if printed in ("元", "万元", "亿元"):
        return None  # money in a cell of counts: a shifted row
    return CellValue(_number(amount * _MANY.get(printed or "", 1)), printed or unit)


def _number(amount: Decimal) -> float | int:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
