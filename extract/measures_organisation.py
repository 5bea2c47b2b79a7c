"""Measures of staff, meetings and training, and the near misses: counts that are no requests."""

from __future__ import annotations

import re

from extract.measure_patterns import (
    ALL_KINDS,
    NEGATION,
    NOT_FAR,
    Guard,
    NegationRule,
    counted,
    labelled,
)
from extract.report import Measure

_PERSONS = r"人次|人|名|位"
_WORKERS = r"(?:政府信息公开|政务公开|信息公开)?(?:的)?(?:工作|管理)?(?:人员|干部)"
STAFF = (
    labelled(
        Measure.STAFF_FULL_TIME, rf"(?:专职|全职){_WORKERS}", _PERSONS, needs=("专职", "全职"),
        guard=Guard.ALONE,
    ),
    counted(
        Measure.STAFF_FULL_TIME, _PERSONS, rf"(?:专职|全职){_WORKERS}(?!\d)", needs=("专职", "全职")
    ),
    labelled(
        Measure.STAFF_PART_TIME, rf"(?<!专)兼职{_WORKERS}", _PERSONS, needs=("兼职",),
        guard=Guard.ALONE,
    ),
    counted(Measure.STAFF_PART_TIME, _PERSONS, rf"兼职{_WORKERS}(?!\d)", needs=("兼职",)),
)  # fmt: skip

_MEETING = (
    r"(?:工作会议?|专题会议?|推进会议?|部署会议?|联席会议?|领导小组(?:工作)?会议|调度会议?|例会|协调会议?|动员会议?|培训会议|会议)"
    r"(?:(?:和|或者?|及|、)专题会议?)?"
)
_ABOUT = r"(?:政务公开|信息公开)"
_HELD = r"(?:(?<=[开办行织展了])|(?<=[开办行织展]了))"
_CLEAR = r"(?:(?!常务|党组|党委|听证|发布会|座谈)[^。;；,，0-9]){0,24}?"
MEETINGS = (
    labelled(
        Measure.MEETINGS,
        rf"(?:召开|举行|组织)(?:了)?{_CLEAR}{_ABOUT}{_CLEAR}{_MEETING}",
        r"次|场次|场|个",
        needs=("会",),
    ),
    counted(
        Measure.MEETINGS,
        r"次|场次|场|个",
        rf"(?:的)?{_CLEAR}{_ABOUT}{_CLEAR}{_MEETING}",
        needs=("会",),
        first=_HELD,
    ),
)
_COURSES = r"期次|期|次|场次|场|班次"
TRAINING = (
    labelled(
        Measure.TRAINING_SESSIONS,
        r"(?:举办|组织|开展|召开|举行|安排|集中|进行)(?:了)?(?:[^。;；,，0-9]{0,24}?)培训(?:班|会|活动|讲座)?(?:会议)?",
        _COURSES,
        needs=("培训",),
        guard=Guard.DISCLOSURE_TOPIC,
    ),
    labelled(
        Measure.TRAINING_SESSIONS,
        rf"{_ABOUT}(?:工作)?(?:业务|专题|集中|知识)*培训(?:班|会|活动|讲座)?",
        _COURSES,
        needs=("培训",),
    ),
    labelled(
        Measure.TRAINING_SESSIONS,
        r"、(?:业务|专题|集中)培训(?:班|会)",
        _COURSES,
        needs=("培训",),
        guard=Guard.DISCLOSURE_TOPIC,
    ),
    counted(
        Measure.TRAINING_SESSIONS,
        _COURSES,
        r"(?:的)?[^。;；,，0-9]{0,40}?培训(?!机构|学校)",
        needs=("培训",),
        first=_HELD,
        guard=Guard.DISCLOSURE_TOPIC,
    ),
    labelled(
        Measure.TRAINEES,
        r"(?:接受|参加|受|共)?(?:业务)?(?:培训|参训|受训)(?:了|各级|各类|工作|业务|单位|相关|人员|人数|干部|骨干|人|信息员|"
        r"经办|公开|政务|信息){0,4}",
        r"余?人次|人|名",
        needs=("培训", "参训", "受训"),
        guard=Guard.DISCLOSURE_TOPIC,
    ),
    counted(
        Measure.TRAINEES,
        r"人次|人|名",
        r"(?:次)?(?:工作人员|业务骨干|信息员)?(?:参加|接受|参与)(?:了)?[^。;；,，0-9]{0,12}?(?:培训|参训)",
        needs=("培训", "参训"),
        first=r"(?<!选派)(?<!派出)(?<!安排)(?<!委派)",
        guard=Guard.DISCLOSURE_TOPIC,
    ),
)
_PLACED = (
    r"(?:在(?P<scope>[^在。;；,，0-9]{2,20}?)(?:分别)?(?:开设|设立|设置|建立|建成|设)(?:了)?)?"
)
_POINT = r"(?:政府|政务)?(?:信息)?(?:公开)?(?:公共|集中)?查[阅询](?:点|场所|中心|室|处|区|窗口)"
POINTS = (
    labelled(
        Measure.READING_POINTS,
        _PLACED + _POINT,
        "个|处|家",
        needs=("查阅", "查询"),
        guard=Guard.ALONE,
    ),
    counted(Measure.READING_POINTS, r"个|处|家", rf"(?:公共)?{_POINT}", needs=("查阅", "查询")),
)

_WAY_OF_ASKING = r"(?P<scope>现场|电话|网上|网络|当面|在线|来电|窗口|书面|来信|短信|微信)?(?<!来访)"
NEAR_MISSES = (
    labelled(
        Measure.CONSULTATIONS,
        rf"{_WAY_OF_ASKING}(?:政策|业务)?咨询(?:[、和及]?投诉|服务|电话|事项|问题|人数|接待|件|类|信息|留言){{0,2}}",
        r"人次|件次|件|宗|条|次|个|起|人|例",
        needs=("咨询",),
    ),
    counted(
        Measure.CONSULTATIONS,
        r"人次",
        r"[^。;；0-9]{0,40}?咨询",
        needs=("咨询",),
    ),
    counted(
        Measure.CONSULTATIONS,
        r"人次|件次|件|宗|条|次|个|起|例",
        r"(?:的)?(?:群众|公众|市民|网民|政策|业务|电话|现场|网上|网络){0,2}咨询(?!台|点|服务中心)",
        needs=("咨询",),
    ),
    labelled(
        Measure.PROPOSALS_RECEIVED,
        r"(?:(?:收到|办理|承办|接收)[^。;；,，0-9]{0,16}?)?(?:(?:建议|议案)(?:意见)?[、和及与以,，]{0,2}[^。;；,，0-9]{0,8}?提案|提案[、和及与]?(?:议案|建议))(?!办理|答复|回复)",
        r"件|份|条|个",
        needs=("提案",),
    ),
    counted(
        Measure.PROPOSALS_RECEIVED,
        r"件|份|条",
        r"(?:的)?[^。;；,，0-9]{0,12}?(?:建议|议案)[、和及与][^。;；,，0-9]{0,8}?提案(?!\d)",
        needs=("提案",),
    ),
    labelled(
        Measure.SERVICE_ITEMS_HANDLED,
        r"(?:申办|代办|办理|受理|办结|承办|接件)(?:了|各类|各项|群众|企业|便民|行政|政务|服务|审批|许可|业务|为民|的){0,5}"
        r"(?:事项|业务|办件|审批件|许可件)",
        r"件次|件|项|宗|笔",
        needs=("事项", "业务", "办件", "审批件", "许可件"),
    ),
    labelled(
        Measure.SERVICE_ITEMS_HANDLED,
        r"办件(?:总量|总数|量|数)",
        r"件次|件|项|宗|笔",
        needs=("办件",),
    ),
    counted(
        Measure.SERVICE_ITEMS_HANDLED,
        r"件次|件|项|宗|笔",
        rf"(?:的)?{ALL_KINDS}(?:行政|政务|便民)?(?:审批|许可|服务)(?:服务)?(?:事项|业务|件)",
        needs=("审批", "许可", "服务"),
        first=r"(?<=[办受][理结])",
    ),
)

NEGATED = (
    NegationRule(
        measures=(Measure.STAFF_FULL_TIME,),
        pattern=re.compile(
            rf"{NEGATION}(?:{NOT_FAR}){{0,20}}?(?:专职|全职)(?:{NOT_FAR}){{0,10}}?(?:人员|干部)"
        ),
        needs=("专职", "全职"),
        unless=re.compile("落实|确定|配备|充实|稳定|不足|兼职"),
    ),
)
