"""Answers of one word: 行政复议情况：无。 or a whole part that says 无."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.document import SectionKind
from extract.prose import Sentence
from extract.report import Measure

_WHOLE = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十\d]{1,2}[)）、.．])?(?:本年度?|今年)?"
    r"(?:无|没有|无此[类种]?情况|无此项|无相关情况|未发生|没有发生)[。;；]?$"
)
_NONE_AFTER_COLON = re.compile(r"[:：](?:本年度?)?(?:无|没有)")
_AFTER_NAME = re.compile(
    r"(?P<name>[^。;；,，:：]{2,40})[:：](?:本年度?)?(?:无|没有)(?=[。;；,，]|$)"
)
_OF_SECTIONS = {
    SectionKind.REVIEW_LITIGATION: (Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL),
    SectionKind.FEES: (Measure.FEES,),
}
_OF_NAMES = (
    (re.compile("复议"), Measure.REVIEW_TOTAL),
    (re.compile("诉讼"), Measure.LITIGATION_TOTAL),
    (re.compile("信息处理费"), Measure.PROCESSING_FEE),
    (
        re.compile("(?:依申请公开|公开申请)(?!.{0,12}(?:收费|费用|复议|诉讼))"),
        Measure.REQUESTS_RECEIVED,
    ),
)


def answered(sentence: Sentence) -> Iterator[tuple[Measure, int, int]]:
    """The measures that are said to be none in one word, with the range of the sentence."""
    text = sentence.text
    if len(text) <= 16 and _WHOLE.match(text):
        for measure in _OF_SECTIONS.get(sentence.section, ()):
            yield measure, 0, len(text)
        return
    if not _NONE_AFTER_COLON.search(text):
        return
    for match in _AFTER_NAME.finditer(text):
        for pattern, measure in _OF_NAMES:
            if pattern.search(match["name"]):
                yield measure, match.start(), match.end()
