"""Measures of requests for disclosure: by what way they came, what became of them."""

from __future__ import annotations

import re

from extract.measure_patterns import (
    ANSWER,
    CASES,
    CHANNEL_OF_REQUEST,
    FILL,
    FILL_AFTER,
    LINK,
    NEGATION,
    NEVER,
    NOT_FAR,
    REQUEST_OBJECT,
    CountRule,
    Guard,
    NegationRule,
    counted,
    labelled,
    number_block,
)
from extract.report import Measure

_RECEIVE = r"(?:收到|受理|接到|接收|接受|收悉|新收|收(?!办))"
_NOT_A_CASE = r"(?!.{0,6}(?:复议|诉讼))"
_LETTERS = r"件次|件|份|条|宗|起|例|封|人次"


def _by_way(measure: Measure, way: str, *needs: str) -> tuple[CountRule, CountRule]:
    """当面申请3件, 通过网络收到申请12件, 信函5件; 3件为当面申请."""
    done = r"(?:提交|提出|递交|收到|受理|接收|渠道|方式|形式|途径|平台|系统|登记|寄送|发送){0,2}"
    asked = r"(?:的)?(?:(?:政府)?信息公开|公开)?(?:申请|的申请)?(?:的)?"
    guard = Guard.REQUEST_TOPIC | Guard.ALONE
    return (
        labelled(measure, f"{way}{done}{asked}", _LETTERS, needs=needs, guard=guard),
        counted(
            measure,
            _LETTERS,
            rf"(?:申请)?(?:为|是|系|来自|通过|以|经){{0,2}}{way}"
            r"(?:方式|形式|渠道|途径|平台|系统)?(?:提交|提出|递交|收到|受理|申请|的)",
            needs=needs,
            guard=Guard.REQUEST_TOPIC,
        ),
    )


_NET = (
    r"(?:网络|网上|线上|在线|互联网|(?:政府|门户)*网站|网络平台"
    r"|(?:依申请公开|申请|受理)(?:系统|平台))(?:在线)?"
)
WAYS = (
    *_by_way(
        Measure.REQ_EMAIL, r"(?:电子邮[件箱]|电邮|电子信箱|邮箱|E-?mail)", "邮", "信箱", "mail"
    ),
    *_by_way(
        Measure.REQ_IN_PERSON,
        r"(?:当面|现场|当场|窗口|上门)",
        "当面",
        "现场",
        "当场",
        "窗口",
        "上门",
    ),
    *_by_way(
        Measure.REQ_LETTER, r"(?:书面)?(?:信函|(?<!子)邮寄|邮政|来信|信件)(?:邮寄)?", "信", "邮"
    ),
    *_by_way(Measure.REQ_FAX, r"传真", "传真"),
    *_by_way(Measure.REQ_ONLINE, _NET, "网", "线上", "在线", "系统", "平台"),
)

_LAST = r"(?:上年度?|上一年度?|去年度?|20\d\d年度?)"
_NEXT = r"(?:下一?年度?|次年度?|来年|翌年|明年|20\d\d年度?)"
_ASKED = r"(?:的)?(?:(?:政府)?信息公开|依申请公开)?(?:的)?(?:申请)?(?:事项|案件|件)?"
_CARRY = r"(?:结转|转入|转至|转到|顺延|延至|延续|转)(?:至|到|入)?"
CARRIED = (
    labelled(
        Measure.REQUESTS_CARRIED_IN,
        rf"{_LAST}(?:末|底|未办结|未办理完毕|遗留){{0,2}}(?:结转|转入|转来)"
        rf"(?:到|至)?(?:本年度?|今年|本年)?(?:继续)?(?:办理|处理)?{_ASKED}",
        CASES,
        needs=("结转", "转入", "转来"),
        guard=Guard.FROM_LAST_YEAR | Guard.NEGATIVE_WORDS | Guard.REQUEST_TOPIC,
    ),
    labelled(
        Measure.REQUESTS_CARRIED_IN,
        rf"结转(?:自)?{_LAST}(?:度)?{_ASKED}",
        CASES,
        needs=("结转",),
        guard=Guard.FROM_LAST_YEAR | Guard.REQUEST_TOPIC,
    ),
    counted(
        Measure.REQUESTS_CARRIED_IN,
        CASES,
        rf"(?:申请)?(?:为|是|系|属于?)?{_LAST}(?:度)?(?:结转|转入)",
        needs=("结转", "转入"),
        guard=Guard.FROM_LAST_YEAR | Guard.REQUEST_TOPIC,
    ),
    labelled(
        Measure.REQUESTS_CARRIED_OUT,
        rf"{_CARRY}{_NEXT}(?:度)?(?:继续)?(?:办理|答复|处理|办结)?{_ASKED}",
        CASES,
        needs=("转", "延"),
        guard=Guard.TO_NEXT_YEAR | Guard.REQUEST_TOPIC,
    ),
    counted(
        Measure.REQUESTS_CARRIED_OUT,
        CASES,
        rf"(?:的)?(?:申请)?(?:尚未办结[,，]?|未办结[,，]?)?(?:因[^。;；,，0-9]{{0,20}})?(?:将|拟|需|须|已)?{_CARRY}{_NEXT}",
        needs=("转", "延"),
        guard=Guard.TO_NEXT_YEAR | Guard.NEGATIVE_WORDS | Guard.REQUEST_TOPIC,
    ),
)

RECEIVED = (
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{_RECEIVE}(?:了|的)?{FILL}{REQUEST_OBJECT}{LINK}{number_block(CASES)}{_NOT_A_CASE}"
        ),
        needs=("申请",),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{_RECEIVE}(?:了|的)?(?:共)?{number_block(CASES)}(?:的)?{FILL_AFTER}{REQUEST_OBJECT}{_NOT_A_CASE}"
        ),
        needs=("申请",),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            r"(?<!办理)(?<!答复)(?<!办结)(?<!提交)(?:信息公开(?:的)?申请|依申请公开(?:申请)?)"
            rf"(?:的)?(?:总数|总量|数量|件数|受理量|受理数|数|量){LINK}{number_block(CASES)}"
        ),
        needs=("申请",),
    ),
    CountRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            r"(?:信息公开(?:的)?申请|依申请公开(?:申请)?)(?:的)?(?:总数|数量|件数|数|量)?(?:均|仍)?"
            r"(?:为|是)(?P<number>零|0)(?P<unit>件|条|份|宗|次)?(?![\d.%万])"
        ),
        needs=("申请",),
    ),
    labelled(
        Measure.REQUESTS_RECEIVED,
        r"(?:本年度?|当年)?新收(?:到)?",
        CASES,
        needs=("新收",),
        guard=Guard.REQUEST_TOPIC,
    ),
)
_HANDLE = (
    r"(?<!收到并)(?<!不予)(?<!其他)(?<!其它)(?:办理|处理|收办)"
    r"(?!完毕|答复|结果|情况|工作|流程|率|时限|费)(?:了|的)?"
)
HANDLED = (
    CountRule(
        measures=(Measure.REQUESTS_HANDLED,),
        pattern=re.compile(
            rf"{_HANDLE}{FILL}{REQUEST_OBJECT}{LINK}{number_block(CASES)}{_NOT_A_CASE}"
        ),
        needs=("办理", "处理", "收办"),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_HANDLED,),
        pattern=re.compile(
            rf"{_HANDLE}(?:共)?{number_block(CASES)}(?:的)?{FILL_AFTER}{REQUEST_OBJECT}{_NOT_A_CASE}"
        ),
        needs=("办理", "处理", "收办"),
        guard=Guard.REQUEST_TOPIC,
    ),
)
CLOSED = (
    CountRule(
        measures=(Measure.REQUESTS_CLOSED,),
        pattern=re.compile(
            r"(?<!延期)(?<!逾期)(?<!超期)(?:办结|办理完毕)(?!率)(?:完毕|答复|回复|(?:政府)?信息公开申请|依申请公开(?:申请)?|申请)?"
            rf"{LINK}{number_block(CASES)}"
        ),
        needs=("办结", "办理完毕"),
        guard=Guard.REQUEST_TOPIC,
    ),
    CountRule(
        measures=(Measure.REQUESTS_CLOSED,),
        pattern=re.compile(
            rf"{number_block(CASES)}(?:申请)?已(?:经)?(?:全部)?(?:按[时期规]{{1,2}})?(?:予以)?(?:办结|办理完毕)"
        ),
        needs=("办结", "办理完毕"),
        guard=Guard.REQUEST_TOPIC,
        at_number=True,
    ),
    CountRule(
        measures=(Measure.REQUESTS_CLOSED_RATE, Measure.SERVICE_ITEMS_CLOSED_RATE),
        pattern=re.compile(
            r"办结率(?:[、和](?:按时)?答复率)?(?:均|都|也|已|继续|保持)?(?:为|达到|达|是|在)?"
            + number_block("%|％")
        ),
        needs=("办结率",),
        guard=Guard.BY_SERVICE,
    ),
)
REPLIES = (
    labelled(
        Measure.REPLIES_TOTAL,
        r"(?:(?<=依申请公开)|(?<!公开))(?<!延期)(?<!逾期)(?<!超期)(?<!书面)(?<!口头)(?<!电话)(?<!当场)"
        r"(?<!现场)(?<!网上)(?<!年度)(?:答复|回复)(?!率|时限|函|书|内容|办结)(?:了)?(?:申请人)?(?:的)?(?:政府信息公开申请|依申请公开(?:申请)?|申请)?",
        CASES,
        needs=("复",),
        guard=Guard.REQUEST_TOPIC,
    ),
    counted(
        Measure.REPLIES_TOTAL,
        CASES,
        r"(?:申请)?(?:均|都|全部)?(?:已经?)?(?:全部)?(?:按[时期规]{1,2}|依法)?(?:予以|给予|作出)?答复",
        needs=("答复",),
        guard=Guard.REQUEST_TOPIC,
    ),
)


def _outcome(measure: Measure, words: str, after: str, *needs: str) -> tuple[CountRule, CountRule]:
    """予以公开56件; 20件予以公开."""
    guard = Guard.REQUEST_TOPIC | Guard.NEGATIVE_WORDS
    alone = guard | Guard.ALONE
    return (
        labelled(measure, f'{words}[”"]?{ANSWER}', CASES, needs=needs, guard=alone),
        counted(
            measure,
            CASES,
            r"(?:的)?(?:申请)?(?:(?:因|由于)[^。;；,，、0-9]{1,20}?)?"
            rf"(?:为|是|系|属于?|因|由于|告知|答复为?|作出?|[“\"])?{after}",
            needs=needs,
            guard=guard,
        ),
    )


_OURS = (
    r"(?:不属于|不属|非)(?:本|我)(?:级)?(?:行政)?(?:机关|单位|部门|局|委|办|厅|镇|乡|街道|县|市|区|院|府)"
    r"(?:政府)?(?:信息)?(?:公开|掌握|职责|职权|职能|制作|管辖|负责|保存)*(?:权限|职责)?(?:的)?(?:范围)?(?:内)?(?:的)?(?:信息)?"
)
_NONE_THERE = r"(?:所?申请)?(?:公开)?(?:的)?(?:政府)?信息不存在"
OUTCOMES = (
    *_outcome(
        Measure.PARTIALLY_GRANTED,
        r"(?<!不)部分公开",
        r"(?:予以|同意|准予|为)?部分(?:予以)?公开",
        "部分",
    ),
    *_outcome(
        Measure.GRANTED,
        r"(?<!不)(?:予以公开|同意(?:全部)?公开|准予公开|全部公开|全文公开|给予公开)",
        r"(?:予以|同意|准予|给予)(?:全部)?公开",
        "予以", "同意", "准予", "全部公开", "全文公开", "给予",
    ),
    *_outcome(
        Measure.DENIED,
        r"(?:不予(?:以)?公开|不同意公开|否决公开|免[予于]公开)",
        r"(?:不予(?:以)?公开|不同意公开)",
        "不予", "不同意", "否决", "免",
    ),
    *_outcome(Measure.UNABLE, r"无法提供", r"无法提供", "无法提供"),
    *_outcome(Measure.REFUSED, r"不予处理", r"不予处理", "不予处理"),
    *_outcome(Measure.OTHER_HANDLING, r"其[他它]处理", r"其[他它]处理", "其他处理", "其它处理"),
    *_outcome(Measure.NOT_THIS_AGENCY, _OURS, _OURS, "不属", "非本", "非我"),
    *_outcome(Measure.NOT_EXIST, _NONE_THERE, _NONE_THERE, "不存在"),
)  # fmt: skip

NEGATED = (
    NegationRule(
        measures=(Measure.REQUESTS_RECEIVED,),
        pattern=re.compile(
            rf"{NEGATION}(?:{NOT_FAR}){{0,40}}?"
            r"(?:信息公开(?:的)?(?:书面)?(?:申请|要求)|依申请公开(?:的)?(?:政府|政务)?(?:信息)?(?:申请)?"
            r"(?:事项|情况|件)?|公开(?:政府|政务)?信息(?:的)?(?:申请|要求)|申请公开(?:政府|政务)?信息)"
        ),
        needs=("申请", "信息"),
        unless=re.compile(
            rf"{CHANNEL_OF_REQUEST}|复议|诉讼|收费|收支|收取|费用|答复|办结|办理|超期|逾期|延期|超时|结转"
            r"|不予|拒绝|推诿|投诉|举报|咨询|目录|指南|制度|栏目|开展|规定|渠道|平台|人员|纠纷|提供"
        ),
    ),
    NegationRule(
        measures=(Measure.DENIED,),
        pattern=re.compile(
            rf"{NEGATION}(?:出现|发生|作出|有)?(?:过)?(?:决定)?(?:不予公开|不同意公开|否决公开)"
            r"(?:的)?(?:政府信息|信息|答复|情况|申请|事项)?"
        ),
        needs=("公开",),
        unless=re.compile(r"目录|范围|理由|制度|规定"),
    ),
    NegationRule(
        measures=(Measure.REQUESTS_CARRIED_IN,),
        pattern=re.compile(rf"{NEGATION}(?:{NOT_FAR}){{0,10}}?(?:上年度?|上一年度?)结转"),
        needs=("结转",),
        unless=NEVER,
        guard=Guard.FROM_LAST_YEAR,
    ),
    NegationRule(
        measures=(Measure.REQUESTS_CARRIED_OUT,),
        pattern=re.compile(rf"{NEGATION}(?:{NOT_FAR}){{0,10}}?结转(?:至|到)?(?:下一?年度?|次年)"),
        needs=("结转",),
        unless=NEVER,
        guard=Guard.TO_NEXT_YEAR,
    ),
)
