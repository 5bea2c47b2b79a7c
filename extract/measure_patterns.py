"""What the rules of the measures are made of: their types, their guards and the common phrases.

Patterns are matched in one sentence without white space; every repetition in them is bounded.
``number_block`` gives the groups ``before``, ``number``, ``more``, ``magnitude``, ``more_too``,
``unit`` and ``after``; a rule may add ``scope``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Flag, auto

from extract.numerals import NUMBER
from extract.report import Measure


class Guard(Flag):
    """What must hold around a match, beyond what holds for all (this year's, achieved)."""

    NONE = 0
    BY_CHANNEL = auto()
    """The channel in front decides the measure (通过微博公开); a category is none."""
    REQUEST_TOPIC = auto()
    """The nearest topic in front is disclosure requests, not permits, petitions or proposals."""
    REVIEW_TOPIC = auto()
    """Reviews and suits about disclosure, not those that a body decides as its business."""
    BY_PROCEEDING = auto()
    """The first measure after 复议, the second after 诉讼, whichever is nearest in front."""
    FEE_TOPIC = auto()
    """Fees for disclosure on request, or processing fees; not rents or fines."""
    DISCLOSURE_TOPIC = auto()
    """The sentence or the one before speaks of 信息公开 or 政务公开."""
    BY_SERVICE = auto()
    """The first measure when the nearest topic is requests, the second when it is services."""
    FALLBACK = auto()
    """Used only when no total was read for the measure by a surer pattern."""
    FROM_LAST_YEAR = auto()
    """Speaks of last year by its nature (上年结转)."""
    TO_NEXT_YEAR = auto()
    """Speaks of next year by its nature (结转下年)."""
    NEGATIVE_WORDS = auto()
    """The words of the measure itself deny something (信息不存在)."""
    ALONE = auto()
    """Nothing is counted together with it (公文和政策解读信息9条)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRule:
    """A printed number of one measure, or of several at once (均为0).

    ``needs`` are literals of which every match has one: without them the pattern is not tried.
    With ``at_number`` the pattern begins with its number and is tried at numbers alone.
    """

    measures: tuple[Measure, ...]
    pattern: re.Pattern[str]
    needs: tuple[str, ...]
    guard: Guard = Guard.NONE
    at_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NegationRule:
    """A statement that there was none: a 0 that is not printed.

    ``unless`` rejects the match by its text and the few characters after it.
    """

    measures: tuple[Measure, ...]
    pattern: re.Pattern[str]
    needs: tuple[str, ...]
    unless: re.Pattern[str]
    guard: Guard = Guard.NONE


BEFORE = r"(?P<before>大约|大概|将近|超过|接近|近|约|超|逾)?"


def number_block(units: str) -> str:
    """The pattern of a number with softeners, magnitude and one of the units."""
    return (
        rf"{BEFORE}(?P<number>{NUMBER})(?P<more>余|多|来)?(?P<magnitude>[万千百亿])?"
        rf"(?P<more_too>余|多)?(?P<unit>{units})(?P<after>以上|左右|余|多)?"
    )


def labelled(
    measure: Measure,
    label: str,
    units: str,
    *,
    needs: tuple[str, ...],
    guard: Guard = Guard.NONE,
    then: str = "",
) -> CountRule:
    """A rule for a name with its number behind it (新闻发布会7场)."""
    pattern = re.compile(f"{label}{LINK}{number_block(units)}{then}")
    return CountRule(measures=(measure,), pattern=pattern, needs=needs, guard=guard)


def counted(
    measure: Measure,
    units: str,
    noun: str,
    *,
    needs: tuple[str, ...],
    guard: Guard = Guard.NONE,
    first: str = "",
) -> CountRule:
    """A rule for a number with its name behind it (7场新闻发布会)."""
    pattern = re.compile(f"{first}{number_block(units)}{noun}")
    return CountRule(measures=(measure,), pattern=pattern, needs=needs, guard=guard, at_number=True)


LINK = (
    r"(?:(?:的)?(?:数量|总数|总量|总次数|次数|数额|件数|条数|场次|数|量)|总计|共计|合计|共有|共|累计|计|总|达到|达"
    r"|分别为|为|有|是|了|的|:|：){0,4}"
)
PIECES = r"条次|条|件次|件|篇|份|项|则|个|宗|起"
CASES = r"件次|件|份|条|宗|个|起|例|次|项|封"
REVIEWS = r"件|起|宗|次|例|个|项|条"
ALL_KINDS = r"(?:各类|各种|各项|各级|相关|有关)?"
INFORMATION = r"(?:政府|政务)?(?:类)?信息"
REQUEST_OBJECT = (
    r"(?:(?:政府|政务)?信息公开(?:的)?(?:书面)?申请(?:表|书|案件|件)?"
    r"|依申请(?:信息)?公开(?:的)?(?:政府|政务)?(?:信息)?(?:公开)?(?:的)?(?:申请)?(?:书|表)?(?:事项|案件|件)?"
    r"|公开(?:政府|政务)?信息(?:的)?申请|申请公开(?:的)?(?:政府|政务)?信息(?:的)?(?:申请)?"
    r"|(?:公开|信息)申请|申请)"
)
CHANNEL_OF_REQUEST = r"网上|网络|在线|互联网|电子|邮件|信函|邮寄|来信|当面|现场|传真"
FILL = (
    rf"(?:(?!{CHANNEL_OF_REQUEST}|复议|诉讼|咨询|投诉|信访|结转|自然人)[^。;；,，:：0-9]){{0,30}}?"
)
FILL_AFTER = FILL.replace("0-9]", "、()（）0-9]")
"""What may stand between a number and the noun that it counts: no further item of a list."""
NEGATION = (
    r"(?:没有|尚未|从未|并未|均未|暂未|未曾|未有|尚无|暂无|均无|并无|不存在|未(?!来|经|能|及时|按)"
    r"|(?<!有)无(?!法|论|偿|需|锡|为|障|线|正当|纸|缝|人|条件|关)|没(?!收))"
)
NOT_FAR = r"[^。;；,，:：]"
NEVER = re.compile(r"(?!)")
ANSWER = r"(?:类|处理|申请|答复|决定|信息答复|情形|范围){0,2}(?:[(（][^()（）]{0,40}[)）])?"
ENDS = r"(?=$|[,，。;；、:：()（）]|(?:的)?(?:各类|政府|政务)*信息|其中|和|以及|及)"
"""What may stand behind the number of a list (网站公开30条): nothing that it counts itself."""
