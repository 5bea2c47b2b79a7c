"""Whom a count is about: the subject in front of it, and whether that is all the report covers."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SCOPE = 30
_CLAUSE_END = re.compile(r"[。;；,，:：!！?？\n]")
_COUNT_THEN_COMMA = re.compile(r"^.*\d[\d.万余多%]{0,8}[一-鿿]{0,3}、")
_YEARS = (
    r"(?:截至|截止|至|到)?(?:20\d\d|二[〇○零0][一-鿿\d]{2})年(?:度|底|末)?"
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:底|末|止)?"
)
_LEADING = re.compile(
    rf"^(?:其中|发生|出现|针对|涉及|同时|另外|此外|因此|所以|故|今年|去年|全年|本年度?|当年|年内|一年来|期间|经统计|据统计|{_YEARS}"
    r"|(?:至|到|-)?\d{1,2}月\d{1,2}日(?:止|期间)?|共计?|累计|总计|合计|截至目前|目前"
    r"|[一二三四五六七八九十]是|[(（][一二三四五六七八九十\d]{1,2}[)）]|[一二三四五六七八九十\d]{1,2}[、.．])"
)
_PREPOSITION = re.compile(r"(?:共|均|全年)?(?:在|通过|利用|运用|依托|借助|经由?)[^在]{2,60}$")
_ABOUT = re.compile(
    r"(?:发生|出现)?(?:了)?(?:因|有关|关于|针对|就|对)?(?:依申请|(?:政府)?信息公开(?!办|工作办|领导)|政府信息(?!公开办|公开工作办|公开领导)).*$"
)
_TRAILING = re.compile(
    rf"(?:收到|受理|发生|出现|审理|办理|被申请|被提起|提起|被|共计?|累计|总计|合计|总共|一共|全年|已经?|均|也|都|又|还|新增|依法|及时|按时|依规|主动|积极|并|则"
    rf"|召开|举办|举行|开展|组织|参加|发布|制作|编制|撰写|推出|开设|设立|设置|回应|通过|利用|运用|依托|借助|向社会(?:公众)?|向公众|对外|网上|线上|上网|{_YEARS}|本年度|今年|年内|制作|同时|因|的|对|范围内)$"
)
_WHOLE = re.compile(
    r"^(?:全|我|本)(?:省|市|县|区|州|盟|旗|镇|乡|局|办|委|厅|院|校|街道|街|系统|处|中心|所|站|机关|单位|部|关|司|馆"
    r"|公司|行政区域|级|署|台|队|园区)"
)
_WHOLE_REST = re.compile(
    r"^(?:范围内?|系统)?(?:(?:各级)(?:各)?(?:行政机关|政府(?:机关)?(?:及其?部门)?|单位|部门|机关|、|和|及)*"
    r"|各单位、?各部门|各部门、?各单位|各部门|各单位|各地各部门|行政机关|政府信息公开|政府系统|上下)?$"
)
_PART_NOUN = re.compile(
    r"政府|部门|单位|机关|乡镇|街道|镇街|各镇|各乡|各县|各区|各市|区县|县区|[市县区省州]直|区局|局|委办|办公室"
    r"|公开办|府办|所属|下属|分局|科室|村|社区|本级"
)
_GOVERNMENT_ONLY = re.compile(
    r"^(?:[省市县区镇乡州旗盟]?(?:人民)?政府|[省市县区]?府办(?:公室)?|[省市县区]?政府办(?:公室)?|办公室|其|本级|机关"
    r"|[及和与或、])+$"
)
_OWN_OFFICE = re.compile(
    r"^(?:我|本)(?:局|办|委|厅|院|校|处|中心|所|站|机关|单位|部|关|司|馆|公司|署)"
)
_EVERY_LEVEL = re.compile(
    r"^各级(?:人民)?(?:政府|行政机关|部门|单位)(?:(?:及其?|、|和)(?:各)?(?:工作)?部门|组成部门)?$"
)
_INVITED = re.compile("邀请|组织|安排|指导|督促|要求")
"""Begins what is said of others who take part, not whom a count is about."""
_QUOTE = re.compile('[“"]')
_LEVEL_LETTER = re.compile(r"^[省市县区镇乡州旗盟]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks: ``names`` of the body and of what it reports for; ``is_area`` whether it
    reports for an area; ``as_government`` whether the title names the government itself."""

    names: frozenset[str]
    is_area: bool
    as_government: bool


def subject_before(text: str, position: int) -> str:
    """Who acts: the subject in front of a verb, in its clause, bare of time, means and topic."""
    head = _COUNT_THEN_COMMA.sub("", clause_before(text, position))
    return _bare(_ABOUT.sub("", _PREPOSITION.sub("", head)))


def topic_before(text: str, position: int) -> str:
    """What stands in front of a verb as its subject, a web site or category included."""
    head = _COUNT_THEN_COMMA.sub("", clause_before(text, position))
    return _bare(_PREPOSITION.sub("", head))


def _bare(head: str) -> str:
    previous = None
    while previous != head:
        previous = head
        head = _TRAILING.sub("", _LEADING.sub("", head))
    return head.strip('"“”、的 ')


def clause_before(text: str, position: int) -> str:
    """The text of the clause up to a position, after the last comma or open bracket."""
    start = max(position - 120, 0)
    head = text[start:position]
    ends = [match.end() for match in _CLAUSE_END.finditer(head)]
    head = head[ends[-1] :] if ends else head
    opened = max(head.rfind("("), head.rfind("（"))
    closed = max(head.rfind(")"), head.rfind("）"))
    return head[opened + 1 :] if opened > closed else head


def scope_of(subject: str, speaker: Speaker) -> str | None:
    """The subject when it limits a count to part of what the report covers; None when not."""
    if not subject or len(subject) > LONGEST_SCOPE or _is_own(subject, speaker):
        return None
    if _EVERY_LEVEL.match(subject) or _INVITED.match(subject) or _QUOTE.search(subject):
        return None
    if whole := _WHOLE.match(subject):
        rest = subject[whole.end() :]
        if _WHOLE_REST.match(rest) or _OWN_OFFICE.match(subject):
            return None
        return subject if _PART_NOUN.search(rest) else None
    return subject if _PART_NOUN.search(subject) else None


def _is_own(subject: str, speaker: Speaker) -> bool:
    if _GOVERNMENT_ONLY.match(subject):
        return not speaker.is_area or (speaker.as_government and "办" not in subject)
    if subject in speaker.names:
        return True
    if speaker.is_area:
        return any(subject == name + rest for name in speaker.names for rest in ("各级行政机关",))
    bare = _LEVEL_LETTER.sub("", subject)
    return len(bare) > 1 and any(name.endswith(bare) for name in speaker.names)
