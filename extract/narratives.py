"""What a report says in its own words, as a sketch: so that two reports can be compared cheaply.

Of the prose (tables, headings, preamble and sign-off left out) stay the ideographs of each
sentence, without numerals: figures, dates and years change in a copy as well. What forms and
superiors prescribe (FORM_PHRASES) is taken out: all reports share it. The rest is cut into
overlapping shingles; the sketch is the least of their checksums, which are a fair sample of all.
A list fixed here, and no count of how many reports say something, keeps a sketch a function of its
own capture.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from extract.document import Document, SectionKind
from extract.prose import iter_sentences

SHINGLE = 8
"""Ideographs: two or three words. Shared phrases are mostly shorter; a word changed in a sentence
of thirty takes a quarter of its shingles along."""

SKETCH = 1024
"""Checksums kept: of a longer text a sample, whose share is right to two hundredths."""

PROSE_LIMIT = 100_000
"""Ideographs that are looked at; the longest prose seen has 20,000."""

_LEFT_OUT = frozenset({SectionKind.PREAMBLE, SectionKind.SIGN_OFF})
_NUMERAL = re.compile("[^\u4e00-\u9fff]+|[〇零一二两三四五六七八九十百千万亿]+")
_HEADING_CHARS = 30

FORM_PHRASES = (
    "中华人民共和国政府信息公开条例", "政府信息公开工作年度报告格式", "政府信息公开工作年度报告",
    "政府信息公开年度报告", "国务院办公厅", "政府信息与政务公开办公室", "政务公开工作要点",
    "以习近平新时代中国特色社会主义思想为指导", "习近平新时代中国特色社会主义思想",
    "全面贯彻落实党的大精神", "全面贯彻党的大", "深入学习贯彻党的大", "党的大和届历次全会精神",
    "党的大和届中全会精神", "党的大精神", "科学发展观", "在县委县政府的正确领导下",
    "在市委市政府的正确领导下", "在区委区政府的正确领导下", "认真贯彻落实", "全面贯彻落实",
    "主动公开政府信息情况", "主动公开政府信息", "收到和处理政府信息公开申请情况",
    "收到和处理政府信息公开申请", "依申请公开政府信息", "依申请公开", "政府信息公开申请",
    "政府信息公开行政复议行政诉讼情况", "行政复议行政诉讼", "申请行政复议提起行政诉讼",
    "因政府信息公开", "存在的主要问题及改进情况", "存在的主要问题", "其他需要报告的事项",
    "无其他需要报告的事项", "没有其他需要报告的事项", "信息处理费管理办法", "收取信息处理费",
    "信息处理费", "政府信息公开工作", "政务公开工作", "政府信息公开指南", "政府信息公开目录",
    "政府信息公开", "总体情况", "取得了一定的成效", "取得了一定成效", "还存在一些问题和不足",
    "还存在一定差距", "还存在一些不足", "与上级要求和群众期待", "月日至月日", "截至月日",
)  # fmt: skip
"""In ideographs without numerals, as ``_words`` leaves them; longer ones first where one holds
another."""

_FORM = re.compile("|".join(sorted(map(re.escape, FORM_PHRASES), key=lambda one: (-len(one), one))))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A narrative's checksums, ascending: all of them, or the least where ``limit`` is the
    greatest kept. ``count`` is how many different shingles the narrative has."""

    checksums: tuple[int, ...]
    count: int

    @property
    def limit(self) -> int:
        """Up to where the sketch holds every checksum."""
        return self.checksums[-1] if self.count > len(self.checksums) else 0xFFFFFFFF

    def as_bytes(self) -> bytes:
        """As stored: little-endian, 32 bits each, the count in front."""
        return struct.pack(f"<{len(self.checksums) + 1}I", self.count, *self.checksums)


def sketch_from(stored: bytes) -> Sketch:
    """The sketch that ``as_bytes`` stored."""
    count, *checksums = struct.unpack(f"<{len(stored) // 4}I", stored)
    return Sketch(tuple(checksums), count)


def narrative_rows(document: Document, record_id: str) -> tuple[dict[str, Any], ...]:
    """The row of ``_narratives``; none of a document without prose of its own."""
    sketch = sketch_of(document)
    return ({"record_id": record_id, "sketch": sketch.as_bytes()},) if sketch.count else ()


def sketch_of(document: Document) -> Sketch:
    """The sketch of a document's narrative; one of nothing for a document without prose."""
    found: set[int] = set()
    left = PROSE_LIMIT
    for words in _iter_words(document):
        taken = words[:left].encode("utf-16-le")
        left -= len(words)
        found.update(
            zlib.crc32(taken[at : at + 2 * SHINGLE])
            for at in range(0, len(taken) - 2 * SHINGLE + 1, 2)
        )
        if left <= 0:
            break
    return Sketch(tuple(sorted(found)[:SKETCH]), len(found))


def share_in(later: Sketch, earlier: Sketch) -> float:
    """Which share of the later narrative stands in the earlier, from 0 to 1; 0 of nothing."""
    limit = min(later.limit, earlier.limit)
    own = {one for one in later.checksums if one <= limit}
    return len(own.intersection(earlier.checksums)) / len(own) if own else 0.0


def _iter_words(document: Document) -> Iterator[str]:
    """The runs of ideographs of each sentence, what is prescribed taken out between them."""
    for sentence in iter_sentences(document):
        if sentence.section in _LEFT_OUT or _is_heading(sentence.text):
            continue
        yield from _FORM.split(_NUMERAL.sub("", sentence.text))


def _is_heading(text: str) -> bool:
    return len(text) <= _HEADING_CHARS and text[-1:] not in "。;；!！?？"
