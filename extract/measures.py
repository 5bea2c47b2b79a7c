"""What the prose counts, as data: for each measure its patterns, units and guards.

A measure is added here and nowhere else. Patterns are matched in one sentence without white space;
every repetition in them is bounded. ``NUMBER_BLOCK`` gives the groups ``before``, ``number``,
``more``, ``magnitude``, ``more_too``, ``unit`` and ``after``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Flag, auto

from extract.numerals import NUMBER
from extract.report import Measure


class Guard(Flag):
    """What must hold around a match, beyond what holds for all (this year's, achieved, a total)."""

    NONE = 0
    NO_CHANNEL = auto()
    """Not what was published through one channel (微博, 公报, 通过网站) or in one category."""
    REQUEST_TOPIC = auto()
    """The nearest topic in front is disclosure requests, not permits, petitions or proposals."""
    REVIEW_TOPIC = auto()
    """Reviews and suits about disclosure, not those that a body decides as its business."""
    FEE_TOPIC = auto()
    """Fees for disclosure on request, not rents, fines or processing fees."""
    FALLBACK = auto()
    """Used only when no total was read for the measure by a surer pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRule:
    """A printed number of one measure, or of several at once (均为0)."""

    measures: tuple[Measure, ...]
    pattern: re.Pattern[str]
    guard: Guard = Guard.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class NegationRule:
    """A statement that there was none: a 0 that is not printed.

    ``unless`` rejects the match by its text and the few characters after it.
    """

    measures: tuple[Measure, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str]
    guard: Guard = Guard.NONE


def number_block(units: str) -> str:
    """The pattern of a number with softeners, magnitude and one of the units."""
    return (
        r"(?P<before>大约|将近|超过|接近|近|约|超|逾)?"
        rf"(?P<number>{NUMBER})(?P<more>余|多|来)?(?P<magnitude>[万千百亿])?(?P<more_too>余|多)?"
        rf"(?P<unit>{units})(?P<after>以上|左右|余|多)?"
    )


_LINK = (
    r"(?:(?:的)?(?:数量|总数|总量|数额|件数|条数|数|量)|总计|共计|合计|共有|共|累计|计|总|达到|达"
    r"|分别为|为|有|是|了|的|:|：){0,4}"
)
_PIECES = r"条次|条|件次|件|篇|份|项|则|个|宗|起"
_CASES = r"件次|件|份|条|宗|个|起|例|次|项|封"
_REVIEWS = r"件|起|宗|次|例|个|项|条"
_ALL_KINDS = r"(?:各类|各种|各项|各级|相关|有关)?"
_OWNER = r"(?:[我全本][省市县区州盟旗镇乡局][一-鿿]{0,8}?)?"
_INFORMATION = r"(?:政府|政务)?(?:类)?信息"
_REQUEST_OBJECT = (
    r"(?:(?:政府|政务)?信息公开(?:的)?(?:书面)?申请(?:表|书|件)?"
    r"|依申请(?:信息)?公开(?:的)?(?:政府|政务)?(?:信息)?(?:公开)?(?:的)?(?:申请)?(?:事项|案件|件)?"
    r"|公开(?:政府|政务)?信息(?:的)?申请|申请公开(?:的)?(?:政府|政务)?信息(?:的)?(?:申请)?"
    r"|(?:公开|信息)申请|申请)"
)
_CHANNEL_OF_REQUEST = r"网上|网络|在线|互联网|电子|邮件|信函|邮寄|来信|当面|现场|传真"
_RECEIVE = r"(?:收到|受理|接到|接收|接受|收悉|新收|收)"
_FILL = (
    rf"(?:(?!{_CHANNEL_OF_REQUEST}|复议|诉讼|咨询|投诉|信访|结转|自然人)[^。;；,，:：0-9]){{0,30}}?"
)
NEGATION = (
    r"(?:没有|尚未|从未|并未|均未|暂未|未曾|未有|尚无|暂无|均无|并无|不存在|未(?!来|经|能|及时|按)"
    r"|(?<!有)无(?!法|论|偿|需|锡|为|障|线|正当|纸|缝|人|条件|关)|没(?!收))"
)
_NOT_FAR = r"[^。;；,，:：]"

DISCLOSED = (
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"主动公开(?:发布)?(?:了|的)?{_OWNER}{_ALL_KINDS}{_INFORMATION}{_LINK}"
            + number_block(_PIECES)
        ),
        guard=Guard.NO_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"主动公开(?:了|的)?{number_block(_PIECES)}(?:的)?{_ALL_KINDS}{_INFORMATION}"
        ),
        guard=Guard.NO_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            rf"(?<!申请)(?<!不予)(?<!部分)(?<!主动)公开(?:发布)?(?:了)?{_ALL_KINDS}"
            rf"(?:政府|政务)信息{_LINK}{number_block(_PIECES)}"
        ),
        guard=Guard.NO_CHANNEL,
    ),
    CountRule(
        measures=(Measure.DISCLOSED,),
        pattern=re.compile(
            r"(?:刊登|刊载|刷新|更新|发布|公布|录入|上传|登载|公开)(?:了)?(?:各类|各种|各项)"
            rf"(?:主动公开|公开)?(?:的)?{_INFORMATION}{_LINK}{number_block(_PIECES)}"
        ),
        guard=Guard.NO_CHANNEL | Guard.FALLBACK,
    ),
)

REQUESTS = (
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{_RECEIVE}(?:了|的)?{_FILL}{_REQUEST_OBJECT}{_LINK}{number_block(_CASES)}"
            r"(?!.{0,6}(?:复议|诉讼))"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{_RECEIVE}(?:了|的)?(?:共)?{number_block(_CASES)}(?:的)?{_FILL}{_REQUEST_OBJECT}"
            r"(?!.{0,6}(?:复议|诉讼))"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            r"(?<!办理)(?<!答复)(?<!办结)(?<!提交)(?:信息公开(?:的)?申请|依申请公开(?:申请)?)"
            rf"(?:的)?(?:总数|总量|数量|件数|受理量|受理数|数|量){_LINK}{number_block(_CASES)}"
        ),
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            r"(?:信息公开(?:的)?申请|依申请公开(?:申请)?)(?:的)?(?:总数|数量|件数|数|量)?(?:均|仍)?"
            r"(?:为|是)(?P<number>零|0)(?P<unit>件|条|份|宗|次)?(?![\d.%万])"
        ),
    ),
    CountRule(
        measures=(Measure.REQUESTS_CLOSED,),
        pattern=re.compile(
            r"(?:办结|办理完毕)(?!率)(?:完毕|答复|回复|(?:政府)?信息公开申请|依申请公开(?:申请)?|申请)?"
            rf"{_LINK}{number_block(_CASES)}"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_CLOSED,),
        pattern=re.compile(
            rf"{number_block(_CASES)}(?:申请)?已(?:经)?(?:按[时期规]{{1,2}})?(?:予以)?(?:办结|办理完毕)"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
)

_ANSWER = r"(?:类|处理|申请|答复|决定|信息答复)?"
OUTCOMES = (
    CountRule(
        measures=(Measure.GRANTED,),
        pattern=re.compile(
            r"(?<!不)(?:予以公开|同意(?:全部)?公开|准予公开|全部公开|全文公开|给予公开)"
            rf"{_ANSWER}{_LINK}{number_block(_CASES)}"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.GRANTED,),
        pattern=re.compile(rf"{number_block(_CASES)}(?:申请)?(?:予以|同意|准予)(?:全部)?公开"),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.PARTIALLY_GRANTED,),
        pattern=re.compile(rf"(?<!不)部分公开{_ANSWER}{_LINK}{number_block(_CASES)}"),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.PARTIALLY_GRANTED,),
        pattern=re.compile(
            rf"{number_block(_CASES)}(?:申请)?(?:予以|同意|准予|为)?部分(?:予以)?公开"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.DENIED,),
        pattern=re.compile(
            r"(?:不予(?:以)?公开|不同意公开|否决公开|免[予于]公开)"
            rf"{_ANSWER}{_LINK}{number_block(_CASES)}"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.DENIED,),
        pattern=re.compile(
            rf"{number_block(_CASES)}(?:申请)?(?:为)?(?:不予(?:以)?公开|不同意公开)"
        ),
        guard=Guard.REQUEST_TOPIC,
    ),
)

_SUIT = r"(?:行政)?诉讼"
_CASE_NOUN = r"(?:申请|案件|案|事项|的情况|情况)?"
REVIEWS = (
    CountRule(
        measures=(Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL),
        pattern=re.compile(
            rf"(?:行政)?复议[^。;；0-9零]{{0,24}}?{_SUIT}[^。;；0-9零]{{0,16}}?(?:均|都|各)(?:为|是|有)?"
            r"(?P<number>\d{1,5}|零)(?P<unit>件|起|宗|次|例|个|条)?(?![\d.%万])"
        ),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL),
        pattern=re.compile(
            rf"(?:行政)?复议{_CASE_NOUN}[、和及与,，或]{{1,2}}(?:被)?(?:提起)?{_SUIT}{_CASE_NOUN}"
            rf"{_LINK}(?P<number>0|零)(?P<unit>件|起|宗|次|例|个|条)?(?![\d.%万])"
        ),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(rf"(?:行政)?复议{_CASE_NOUN}{_LINK}{number_block(_REVIEWS)}"),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(
            rf"{number_block(_REVIEWS)}(?:的)?(?:因?(?:政府)?信息公开)?(?:引起|引发)?(?:的)?"
            r"(?:被)?(?:申请|提起)?行政复议(?![、和及与]{1}.{0,4}诉讼|后|维持|纠)"
        ),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(rf"{_SUIT}{_CASE_NOUN}{_LINK}{number_block(_REVIEWS)}"),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(
            rf"{number_block(_REVIEWS)}(?:的)?(?:因?(?:政府)?信息公开)?(?:引起|引发)?(?:的)?"
            rf"(?:被)?(?:提起)?行政诉讼(?!维持|纠)"
        ),
        guard=Guard.REVIEW_TOPIC,
    ),
)

FEES = (
    CountRule(
        measures=(Measure.FEES,),
        pattern=re.compile(
            r"(?:收取|收费|收缴)(?:[^。;；,，0-9]{0,24}?)(?:费用|费|金额|收费)?"
            rf"{_LINK}(?:人民币)?{number_block('万元|元')}"
        ),
        guard=Guard.FEE_TOPIC,
    ),
    CountRule(
        measures=(Measure.FEES,),
        pattern=re.compile(rf"(?:复印|复制|邮寄|检索|成本)费用?{_LINK}{number_block('万元|元')}"),
        guard=Guard.FEE_TOPIC,
    ),
)

COUNT_RULES = (*DISCLOSED, *REQUESTS, *OUTCOMES, *REVIEWS, *FEES)

_NEVER = re.compile(r"(?!)")
_RESULTS = re.compile(r"纠正|纠错|撤销|败诉|维持|变更|责令|确认违法|超期|逾期")
NEGATION_RULES = (
    NegationRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{NEGATION}(?:{_NOT_FAR}){{0,40}}?"
            r"(?:信息公开(?:的)?(?:书面)?(?:申请|要求)|依申请公开(?:的)?(?:政府|政务)?(?:信息)?(?:申请)?"
            r"(?:事项|情况|件)?|公开(?:政府|政务)?信息(?:的)?(?:申请|要求)|申请公开(?:政府|政务)?信息)"
        ),
        unless=re.compile(
            rf"{_CHANNEL_OF_REQUEST}|复议|诉讼|收费|收支|收取|费用|答复|办结|办理|超期|逾期|延期|超时"
            r"|不予|拒绝|推诿|投诉|举报|咨询|目录|指南|制度|栏目|开展|规定|渠道|平台|人员|纠纷|提供"
        ),
    ),
    NegationRule(
        measures=(Measure.DENIED,),
        pattern=re.compile(
            rf"{NEGATION}(?:出现|发生|作出|有)?(?:过)?(?:决定)?(?:不予公开|不同意公开|否决公开)"
            r"(?:的)?(?:政府信息|信息|答复|情况|申请|事项)?"
        ),
        unless=re.compile(r"目录|范围|理由|制度|规定"),
    ),
    NegationRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(rf"{NEGATION}(?:{_NOT_FAR}){{0,50}}?复议(?:{_NOT_FAR}){{0,30}}"),
        unless=_RESULTS,
        guard=Guard.REVIEW_TOPIC,
    ),
    NegationRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(rf"{NEGATION}(?:{_NOT_FAR}){{0,60}}?诉讼(?:{_NOT_FAR}){{0,20}}"),
        unless=_RESULTS,
        guard=Guard.REVIEW_TOPIC,
    ),
    NegationRule(
        measures=(Measure.FEES,),
        pattern=re.compile(
            rf"(?:{NEGATION}|不)(?:{_NOT_FAR}){{0,14}}?(?:收取|收费)(?:{_NOT_FAR}){{0,36}}|免收(?:{_NOT_FAR}){{0,24}}"
        ),
        unless=re.compile(
            r"违规|乱收|超标|信息处理费|擅自|行政事业|标准|目录|许可|停车|学费|收费项目"
        ),
        guard=Guard.FEE_TOPIC,
    ),
)
