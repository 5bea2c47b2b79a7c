"""Lists that name first and count after: 当面、网络、信函申请分别为3件、12件、5件."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.figure_guards import is_about_another_year
from extract.numerals import NUMBER
from extract.prose import Sentence
from extract.report import Measure

_UNIT = r"(?:件次|件|份|条|宗|起|例|次|场|期|篇|个|人次|人|名)"
_PARALLEL = re.compile(
    rf"(?P<names>[^。;；,，:：0-9]{{2,80}}?)(?:数量|数)?分别(?:为|是|有|达到|达|收到|受理|发布|公开)"
    rf"(?P<numbers>{NUMBER}{_UNIT}?(?:[、,，和及]{NUMBER}{_UNIT}?){{1,7}})"
)
_NUMBER = re.compile(rf"(?P<number>{NUMBER})(?P<unit>{_UNIT})?")
_TOPIC = re.compile("信息公开|依申请|公开(?:政府)?信息|主动公开")
_BETWEEN = re.compile("[、和及与]")
_NAMES: tuple[tuple[re.Pattern[str], Measure], ...] = tuple(
    (re.compile(pattern), measure)
    for pattern, measure in (
        (r"不予公开", Measure.DENIED),
        (r"部分公开", Measure.PARTIALLY_GRANTED),
        (r"(?:予以|同意|全部)公开", Measure.GRANTED),
        (r"无法提供", Measure.UNABLE),
        (r"不予处理", Measure.REFUSED),
        (r"其[他它]处理", Measure.OTHER_HANDLING),
        (r"电子邮[件箱]|邮箱", Measure.REQ_EMAIL),
        (r"(?:当面|现场)(?:申请|提交|方式)?$", Measure.REQ_IN_PERSON),
        (r"(?:网络|网上|在线|互联网)(?:申请|提交|平台|方式)?$", Measure.REQ_ONLINE),
        (r"(?:信函|邮寄)(?:申请|提交|方式)?$", Measure.REQ_LETTER),
        (r"传真(?:申请|提交|方式)?$", Measure.REQ_FAX),
        (r"复议(?:案件|申请|案)?$", Measure.REVIEW_TOTAL),
        (r"诉讼(?:案件|申请|案)?$", Measure.LITIGATION_TOTAL),
        (r"(?:政府|门户)网站(?:公开|发布)?(?:政府)?(?:信息)?$", Measure.DISCLOSED_WEBSITE),
        (r"微博(?:公开|发布)?(?:政府)?(?:信息)?$", Measure.DISCLOSED_WEIBO),
        (r"微信(?:公众号)?(?:公开|发布)?(?:政府)?(?:信息)?$", Measure.DISCLOSED_WECHAT),
        (r"公报(?:公开|发布)?(?:政府)?(?:信息)?$", Measure.DISCLOSED_GAZETTE),
    )
)
_TAIL = re.compile(r"(?:的)?(?:申请|方式|渠道|形式)$")


@dataclass(frozen=True, slots=True)
class ParallelCount:
    """One name of a list with its number, by offsets in the sentence; the span is from the names
    to the number."""

    measure: Measure
    printed: str
    unit: str | None
    start: int
    end: int
    number_at: int


def iter_parallel(sentence: Sentence, year: int) -> Iterator[ParallelCount]:
    """The counts of the lists of a sentence that have a number for each name, of this year."""
    text = sentence.text
    if "分别" not in text or not _TOPIC.search(sentence.before[-200:] + text):
        return
    for match in _PARALLEL.finditer(text):
        names = _BETWEEN.split(_TAIL.sub("", match["names"]))
        numbers = list(_NUMBER.finditer(text, *match.span("numbers")))
        if len(names) != len(numbers) or is_about_another_year(sentence, match, year):
            continue
        unit = numbers[-1]["unit"]
        for name, number in zip(names, numbers, strict=True):
            measure = next((one for pattern, one in _NAMES if pattern.search(name)), None)
            if measure is not None:
                yield ParallelCount(
                    measure=measure,
                    printed=number["number"],
                    unit=number["unit"] or unit,
                    start=match.start(),
                    end=number.end(),
                    number_at=number.start(),
                )
