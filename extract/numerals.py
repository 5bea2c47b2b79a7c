"""Numbers as reports print them: 5,371, 615.54万, １２, 三十二. Strict: what is odd is None."""

from __future__ import annotations

import re

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
_MAGNITUDES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?")
_PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]{1,16}")
_DIGIT_CHAIN = re.compile(r"[零〇○０0一二三四五六七八九\d]{4}")
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "０": "0",
}

NUMBER = (
    r"(?:\d{1,3}(?:[,，]\d{3}){1,4}(?!\d)(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
    r"|[零〇一二两三四五六七八九十百千万亿]{1,12})"
)
"""A printed number without its magnitude, for use inside other patterns."""


def read_number(printed: str, magnitude: str = "") -> int | float | None:
    """The value of a printed number; an int where it is whole. None when it is not one.

    ``magnitude`` is what follows it (万, 亿, 千, 百 or nothing) and is multiplied out.
    """
    text = printed.strip().translate(_FULL_WIDTH)
    factor = _MAGNITUDES.get(magnitude)
    if factor is None:
        return None
    if text.isdecimal() and len(text) <= 12:
        return int(text) * factor
    if _GROUPED.fullmatch(text) or _PLAIN.fullmatch(text):
        return _scaled(text.replace(",", ""), factor)
    value = _read_chinese(text) if _CHINESE.fullmatch(text) else None
    return None if value is None else value * factor


def read_year(printed: str) -> int | None:
    """A four-digit year in Arabic or Chinese digits (二〇一〇, 二0一0); None outside 1980–2100."""
    text = "".join(printed.split()).translate(_FULL_WIDTH)
    if not _DIGIT_CHAIN.fullmatch(text):
        return None
    year = int("".join(_DIGITS.get(char, char) for char in text))
    return year if 1980 <= year <= 2100 else None


def _scaled(digits: str, factor: int) -> int | float:
    whole, _, fraction = digits.partition(".")
    # in integers, so that 615.54 万 is 6155400 and not 6155399.999…
    scaled = int(whole + fraction) * factor
    power: int = 10 ** len(fraction)
    return scaled // power if scaled % power == 0 else scaled / power


def _read_chinese(text: str) -> int | None:
    import cn2an  # a tenth of a second, and few reports write counts in ideographs

    try:
        value = cn2an.cn2an(text.replace("两", "二").replace("〇", "零"), "strict")
    except ValueError:
        return None
    return int(value)
