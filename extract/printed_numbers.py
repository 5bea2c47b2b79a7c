"""Where a sentence has numbers, and which of them have a unit behind: found fast, once a sentence.

The patterns begin with a set of characters, which the engine of ``re`` looks for without trying.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_RUN = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿]+")
_WITH_UNIT = re.compile(
    r"(?P<number>\d[\d,，]{0,18}(?:\.\d{1,6})?)(?P<more>余|多)?(?P<magnitude>[万千百亿])?(?P<more_too>余|多)?"
    r"(?P<unit>[条件]次|人次|批次|场次|期次|篇次|[条件篇份项则宗起例次封人名位场期家处户幅页册部张种类辆元%％]"
    r"|个(?!工作日|自然日|月|小时|部分|方面|百分点|日))(?P<after>以上|左右|余|多)?"
)
_SOFTENERS = ("大约", "大概", "将近", "超过", "接近", "近", "约", "超", "逾")
_SOFTENER_ENDS = frozenset(word[-1] for word in _SOFTENERS)
_INSIDE = frozenset("第〔[/-.,，")
"""A number behind one of these, and a digit or a bracket before it, is part of something else."""


def number_starts(text: str) -> list[int]:
    """Where a number begins, its softener (近, 约, 超过) included; ordinals and the later groups
    of a number (the 205 of 1,205) are none."""
    return [
        match.start() - len(softener_before(text, match.start()))
        for match in _RUN.finditer(text)
        if not _is_inside(text, match.start())
    ]


def numbers_with_unit(text: str) -> Iterator[re.Match[str]]:
    """Numbers in digits with a unit that counts something: no dates, ordinals or document numbers.

    Groups ``number``, ``more``, ``magnitude``, ``more_too``, ``unit`` and ``after``.
    """
    for match in _WITH_UNIT.finditer(text):
        if not _is_inside(text, match.start()):
            yield match


def softener_before(text: str, position: int) -> str:
    """The word in front of a number that softens it, or nothing."""
    if text[position - 1 : position] in _SOFTENER_ENDS:
        for word in _SOFTENERS:
            if text.endswith(word, 0, position):
                return word
    return ""


def _is_inside(text: str, position: int) -> bool:
    before = text[position - 1 : position]
    if before not in _INSIDE or not before:
        return before.isdigit()
    return before not in ",，" or text[position - 2 : position - 1].isdigit()
