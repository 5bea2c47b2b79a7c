"""Which Chinese script a text is in, and its simplified and normalised form.

The original is always kept; this makes the form that is searched and read by rules. OpenCC is
asked only for Traditional text (tw2s, by character); words that a mainland page got from a
conversion to Taiwan usage are then mended by a guarded list (``phrases``).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

from extract.document import Alignment, Script
from extract.phrases import SIMPLIFIED_REPAIRS, repairs_for
from extract.tracked import TrackedText

_PINYIN = (
    r"(?:[bpmfdtnlgkhjqxzcsryw]|[zcs]h)?"
    r"(?:[aeiouüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,3}(?:ng|n|r)?|ng?)"
)
_BRACKETED_PINYIN = re.compile(rf"[(（](?<=[\u3400-\u9fff].){_PINYIN}[)）]")
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")

FEW_UNTONED = 3
"""Bracketed syllables without tone marks that a text needs before they are taken for mojibake
pinyin: one alone may be an abbreviation in brackets."""

_TO_ASCII = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)
} | {0x3000: 0x20, 0xA0: 0x20}
_WIDE = re.compile(f"[{''.join(map(chr, _TO_ASCII))}]")
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
# each begins with its rarest character, which is looked for much faster than a place behind one
_DECIMAL_POINT = re.compile(r"．(?<=[0-9]．)(?=[0-9])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\u00ad\ufe0f]")
_SPACED_NUMBER = re.compile(
    r" (?:(?<=[0-9] )(?=[年月日条件次份个项人万亿元余多起])|(?<=[年月] )(?=[0-9]+ ?[月日]))"
)
_CLAUSE = re.compile(r"[^，。；：、,;:!?！？\s]+")


@cache
def _converter() -> OpenCC:
    return OpenCC("tw2s")


@cache
def _telling() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Traditional, and only Simplified text has, as OpenCC knows them."""
    every = "".join(map(chr, range(0x4E00, 0xA000)))
    to_simplified = OpenCC("t2s").convert("\n".join(every)).split("\n")
    to_traditional = OpenCC("s2t").convert("\n".join(every)).split("\n")
    traditional, simplified = set(), set()
    for character, short, full in zip(every, to_simplified, to_traditional, strict=True):
        if short != character:
            traditional.add(character)
        elif full != character and character not in _BOTH:
            simplified.add(character)
    return frozenset(traditional), frozenset(simplified)


_BOTH = frozenset(
    "了干后里余于面台制系只复向松板表准云斗丑出冲谷几划回家伙借克困漓凌么蒙弥辟仆千曲舍胜"
    "术苏涂托咸郁岳朱筑别布才采当党范丰个巨据卷夸累霉朴秋确扎折志致周注庄准症占征种宁与游"
)
"""Characters of both scripts: simplified ones that Traditional text writes too."""


def detect(text: str) -> Script:
    """The script by the characters that differ; a text of neither is Hans."""
    traditional, simplified = _telling_patterns()
    full = len(traditional.findall(text))
    if not full:
        return Script.HANS
    return Script.HANT if full > len(simplified.findall(text)) else Script.HANS


@cache
def _telling_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pattern passes over a text five times as fast as a set is asked for each character."""
    traditional, simplified = (f"[{''.join(sorted(characters))}]" for characters in _telling())
    return re.compile(traditional), re.compile(simplified)


def normalise(original: str, script: Script) -> tuple[str, Alignment]:
    """The simplified, normalised text, and the mapping of its offsets to the original's.

    Full-width digits and letters become ASCII, odd spaces plain ones, radicals of PDF fonts
    their characters; bracketed mojibake pinyin, invisible characters and the space in "2024 年"
    go. Line breaks stay where they are, Chinese punctuation too.
    """
    tracked = TrackedText(original)
    for character in set(_WIDE.findall(original)):
        tracked.text = tracked.text.replace(character, chr(_TO_ASCII[ord(character)]))
    tracked.rewrite(_INVISIBLE, "")
    tracked.rewrite(_SPACED_NUMBER, "")
    tracked.rewrite(_DECIMAL_POINT, ".")
    tracked.rewrite(_RADICALS, _composed)
    _drop_pinyin(tracked)
    if script is Script.HANT:
        _simplify(tracked)
        for pattern, replacement in repairs_for(tracked.text):
            tracked.rewrite(pattern, replacement)
    for pattern, replacement in SIMPLIFIED_REPAIRS:
        tracked.rewrite(pattern, replacement)
    return tracked.text, tracked.alignment()


def simplified(text: str) -> str:
    """A title or name in the characters that names are known by."""
    # the converter is a C library that ends a text at NUL
    text = text.replace("\0", "")
    return normalise(text, detect(text))[0]


def _composed(match: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", match[0])
    return plain if len(plain) == 1 else match[0]


def _drop_pinyin(tracked: TrackedText) -> None:
    """统(tǒng)计 → 统计: pinyin that a character-set repair left behind its character."""
    if "(" not in tracked.text and "（" not in tracked.text:
        return
    found = _BRACKETED_PINYIN.findall(tracked.text)
    untoned_too = len(found) >= FEW_UNTONED
    if not found or not (untoned_too or any(map(_TONED.search, found))):
        return
    edits = [
        (match.start(), match.end(), "")
        for match in _BRACKETED_PINYIN.finditer(tracked.text)
        if untoned_too or _TONED.search(match[0])
    ]
    tracked.apply(edits)


def _simplify(tracked: TrackedText) -> None:
    """OpenCC, line by line where lengths agree, else clause by clause, so that offsets hold."""
    lines = tracked.text.split("\n")
    converted = _converter().convert(tracked.text).split("\n")
    edits: list[tuple[int, int, str]] = []
    start = 0
    for line, new in zip(lines, converted, strict=True):
        if line != new:
            if len(line) == len(new):
                edits.append((start, start + len(line), new))
            else:
                edits += _by_clause(line, start)
        start += len(line) + 1
    tracked.apply(edits)


def _by_clause(line: str, start: int) -> list[tuple[int, int, str]]:
    edits = []
    for clause in _CLAUSE.finditer(line):
        new = _converter().convert(clause[0])
        if new != clause[0]:
            edits.append((start + clause.start(), start + clause.end(), new))
    return edits
