"""Measures of reviews and suits about disclosure, and of what was charged for it."""

from __future__ import annotations

import re

from extract.measure_patterns import (
    LINK,
    NEGATION,
    NOT_FAR,
    REVIEWS,
    CountRule,
    Guard,
    NegationRule,
    number_block,
)
from extract.report import Measure

_SUIT = r"(?:行政)?诉讼"
_CASE_NOUN = r"(?:申请|案件|案|事项|的情况|情况)?"
_CAUSED = r"(?:的)?(?:因?(?:政府)?信息公开)?(?:引起|引发)?(?:的)?"
_NO_MORE = r"(?![\d.%万])"

RESULTS = (
    CountRule(
        measures=(Measure.REVIEW_UPHELD, Measure.LITIGATION_UPHELD),
        pattern=re.compile(
            r"(?:结果)?(?:被)?(?:依法)?维持(?:原)?(?:具体)?(?:行政行为|行政决定|决定|结果|原判)?"
            rf"(?:(?:或者?|、)?驳回(?:原告)?(?:的)?诉讼请求)?(?:的)?{LINK}{number_block(REVIEWS)}"
        ),
        needs=("维持",),
        guard=Guard.REVIEW_TOPIC | Guard.BY_PROCEEDING,
    ),
    CountRule(
        measures=(Measure.REVIEW_CORRECTED, Measure.LITIGATION_CORRECTED),
        pattern=re.compile(
            rf"(?:结果)?(?:被)?(?:依法)?(?:予以)?纠[正错](?:的)?{LINK}{number_block(REVIEWS)}"
        ),
        needs=("纠正", "纠错"),
        guard=Guard.REVIEW_TOPIC | Guard.BY_PROCEEDING,
    ),
)

REVIEWS_AND_SUITS = (
    CountRule(
        measures=(Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL),
        pattern=re.compile(
            rf"(?:行政)?复议[^。;；0-9零]{{0,24}}?{_SUIT}[^。;；0-9零]{{0,16}}?(?:均|都|各)(?:为|是|有)?"
            rf"(?P<number>\d{{1,5}}|零)(?P<unit>件|起|宗|次|例|个|条)?{_NO_MORE}"
        ),
        needs=("复议",),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL),
        pattern=re.compile(
            rf"(?:行政)?复议{_CASE_NOUN}[、和及与,，或]{{1,2}}(?:被)?(?:提起)?{_SUIT}{_CASE_NOUN}"
            rf"{LINK}(?P<number>0|零)(?P<unit>件|起|宗|次|例|个|条)?{_NO_MORE}"
        ),
        needs=("复议",),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(rf"(?:行政)?复议{_CASE_NOUN}{LINK}{number_block(REVIEWS)}"),
        needs=("复议",),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(
            rf"{number_block(REVIEWS)}{_CAUSED}"
            r"(?:被)?(?:申请|提起)?行政复议(?![、和及与]{1}.{0,4}诉讼|后|维持|纠)"
        ),
        needs=("复议",),
        guard=Guard.REVIEW_TOPIC,
        at_number=True,
    ),
    CountRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(rf"{_SUIT}{_CASE_NOUN}{LINK}{number_block(REVIEWS)}"),
        needs=("诉讼",),
        guard=Guard.REVIEW_TOPIC,
    ),
    CountRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(rf"{number_block(REVIEWS)}{_CAUSED}(?:被)?(?:提起)?行政诉讼(?!维持|纠)"),
        needs=("诉讼",),
        guard=Guard.REVIEW_TOPIC,
        at_number=True,
    ),
)

_MONEY = number_block("万元|元")
FEES = (
    CountRule(
        measures=(Measure.FEES,),
        pattern=re.compile(
            r"(?:收取|收费|收缴)(?:[^。;；,，0-9]{0,24}?)(?:费用|费|金额|收费)?"
            rf"{LINK}(?:人民币)?{_MONEY}"
        ),
        needs=("收取", "收费", "收缴"),
        guard=Guard.FEE_TOPIC,
    ),
    CountRule(
        measures=(Measure.FEES,),
        pattern=re.compile(rf"(?:复印|复制|邮寄|检索|成本)费用?{LINK}{_MONEY}"),
        needs=("复印", "复制", "邮寄", "检索", "成本"),
        guard=Guard.FEE_TOPIC,
    ),
    CountRule(
        measures=(Measure.PROCESSING_FEE,),
        pattern=re.compile(rf"信息处理费(?:用)?(?:收取|收费|收入)?{LINK}(?:人民币)?{_MONEY}"),
        needs=("信息处理费",),
        guard=Guard.FEE_TOPIC,
    ),
    CountRule(
        measures=(Measure.PROCESSING_FEE,),
        pattern=re.compile(
            r"(?:信息处理费(?:用)?|实际收取(?:的)?(?:总)?(?:金额|费用))(?:的)?(?:收取)?(?:总额|总金额|金额)?"
            rf"(?:均|共|都)?(?:为|是)?(?P<number>0|零)(?P<unit>元)?{_NO_MORE}"
        ),
        needs=("信息处理费", "实际收取"),
        guard=Guard.FEE_TOPIC,
    ),
)

_RESULT_WORDS = re.compile(r"纠正|纠错|撤销|败诉|维持|变更|责令|确认违法|超期|逾期")
NEGATED = (
    NegationRule(
        measures=(Measure.REVIEW_TOTAL,),
        pattern=re.compile(rf"{NEGATION}(?:{NOT_FAR}){{0,50}}?复议(?:{NOT_FAR}){{0,30}}"),
        needs=("复议",),
        unless=_RESULT_WORDS,
        guard=Guard.REVIEW_TOPIC,
    ),
    NegationRule(
        measures=(Measure.LITIGATION_TOTAL,),
        pattern=re.compile(rf"{NEGATION}(?:{NOT_FAR}){{0,60}}?诉讼(?:{NOT_FAR}){{0,20}}"),
        needs=("诉讼",),
        unless=_RESULT_WORDS,
        guard=Guard.REVIEW_TOPIC,
    ),
    NegationRule(
        measures=(Measure.PROCESSING_FEE,),
        pattern=re.compile(
            rf"(?:{NEGATION}|不|免)(?:{NOT_FAR}){{0,20}}?信息处理费(?:用)?(?:的)?(?:情况|情形)?"
        ),
        needs=("信息处理费",),
        unless=re.compile(r"违规|乱收|超标|擅自|标准|规定|按时|缴纳|通知"),
        guard=Guard.FEE_TOPIC,
    ),
    NegationRule(
        measures=(Measure.FEES,),
        pattern=re.compile(
            rf"(?:{NEGATION}|不)(?:{NOT_FAR}){{0,14}}?(?:收取|收费)(?:{NOT_FAR}){{0,36}}"
            rf"|免收(?:{NOT_FAR}){{0,24}}|{NEGATION}(?:产生|发生)(?:{NOT_FAR}){{0,24}}?费用"
        ),
        needs=("收取", "收费", "免收", "费用"),
        unless=re.compile(
            r"违规|乱收|超标|信息处理费|擅自|行政事业|标准|目录|许可|停车|学费|收费项目"
        ),
        guard=Guard.FEE_TOPIC,
    ),
)
