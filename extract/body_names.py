"""A public body's name taken apart: divisions in front, zone, and what kind of body the rest is.

Pure string work with the division table; which 鼓楼区 is meant is decided in ``places``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from extract.divisions import Division, find_by_name, leading_mention
from extract.report import AdminLevel, BodyType


class NameForm(StrEnum):
    """What a name is grammatically: an area, its government, a unit under it, or central."""

    AREA = "area"
    GOVERNMENT = "government"
    ORGAN = "organ"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyName:
    """A name taken apart.

    ``text`` is the name without divisions above its own; ``leading`` the names of divisions in
    front, outermost first, each with its candidates; ``zone`` the zone (开发区 and the like) with
    the division's name in front; ``rest`` what follows divisions and zone. ``short_leading`` says
    that the last leading division was written without its suffix (阜宁发改局). ``head`` is the
    central body in front of its local organ (国家税务总局 of …徐州市税务局).
    """

    text: str
    form: NameForm
    body_type: BodyType
    leading: tuple[tuple[Division, ...], ...]
    zone: str | None
    rest: str
    short_leading: bool = False
    head: str = ""

    @property
    def is_vertical(self) -> bool:
        """Whether it belongs to a line of central organs, which keep their names as they are."""
        return bool(self.head or _VERTICAL.match(self.rest))


ZONE_NOUN = (
    r"(?:综合实验区|台商投资区|投资区|经济特区|(?:空港|临港|临空|[一-鿿]{0,4})经济区|产业区|化工区|生态城|科学城|"
    r"高新(?:技术产业)?(?:开发)?区|(?:经济)?(?:技术)?开发区|经开区|工业园区?|产业园区?"
    r"|科技园区?|农业园区?|[一-鿿]{0,4}新区|新城|保税港?区|示范区|试验区|实验区|度假区|管理区|风景(?:名胜)?区"
    r"|景区|合作区|集聚区|功能区|自贸(?:试验)?区|园区|口岸|农场|林场)"
)
_ZONE = re.compile(rf"^(?P<zone>.{{0,14}}?{ZONE_NOUN})(?P<rest>.{{0,40}})$")
_COMMITTEE = re.compile(
    r"^(?:党工委|工委)?(?:、)?(?:管理委员会|管委会)(?:办公室|党政办公室|综合办公室)?$"
)
_GOVERNMENT = re.compile(r"^(?:人民政府|政府|行政公署|行署)$")
_GOVERNMENT_OFFICE = re.compile(
    r"^(?:地区|[省市县区旗州盟])?(?:人民政府|政府|行政公署|行署|委|市委)?(?:办公厅|办公室|办)(?:\(.{1,20}\))?$"
)
AREA_OFFICE = re.compile(
    r"(?:(?:政务|政府信息|信息)公开.{0,16}(?:领导小组|办公室|委员会|办|科|处|中心)"
    r"|^(?:人民政府|政府)(?:办公厅|办公室|办))$"
)
_TOWNSHIP = re.compile(
    r"^(?P<stem>[一-鿿·]{1,10}?(?:民族|族)?(?:镇|乡|苏木))(?P<tail>人民政府|政府|党政(?:综合)?办公室|办公室)?$"
)
_SUBDISTRICT = re.compile(
    r"^(?P<stem>[一-鿿]{1,10}?)(?P<tail>街道办事处|街道办|街办|街道|地区办事处|办事处)$"
)
_CENTRAL = re.compile(
    r"^(?:中华人民共和国|国家|中国(?!共产党.{1,12}委)|国务院|全国|中共中央)[一-鿿]{1,24}"
    r"(?:部|委员会|委|总局|局|署|院|会|办公室|银行|社|基金|厅|所|中心)$"
    r"|^(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源(?:和)?社会保障"
    r"|自然资源|国土资源|生态环境|环境保护|住房(?:和)?城乡建设|交通运输|铁道|水利|农业(?:农村)?|商务"
    r"|文化(?:和旅游)?|卫生(?:和计划生育委员会)?|退役军人事务|应急管理|监察)部$"
    r"|^(?:审计署|海关总署|(?:税务|市场监督管理|市场监管|金融监督管理|金融监管)总局|中国人民银行|最高人民(?:法院|检察院))$"
)
_DISPATCHED = re.compile(
    r"(?:分局|监管局|监管分局|调查总?队|专员办事处|特派员办事处|派出所|派驻.{0,12}|专员办|监察专员办公室|驻.{1,8}办事处)$"
)
_DEPARTMENT = re.compile(
    r"(?:局|委|委员会|办公室|厅|署|总队|支队|大队|部|(?<!公)司|海关|法院|检察院|管理处|办)$"
)
_INSTITUTION = re.compile(
    r"(?:中心|[分支]行|[残妇侨文社]联|工商联|科协|学校|大学|学院|中学|小学|幼儿园|医院|公司|集团|银行|馆|站|所|院|社|会|队|厂|处|台|科)$"
)
_CENTRAL_HEAD = re.compile(
    r"^(?P<head>中华人民共和国|国家[一-鿿]{1,10}?(?:总局|局|委员会|署)"
    r"|中国(?:人民银行|气象局|地震局|民用航空局?|(?:证券|银行业?|银行保险|保险)监督管理委员会"
    r"|证监会|银保监会|银监会|保监会|科学院)"
    r"|审计署|海关总署|(?:外交|教育|科学技术|科技|工业和信息化|公安|司法|财政|自然资源|国土资源|生态环境"
    r"|环境保护|交通运输|水利|农业(?:农村)?|商务)部)(?!门)(?=.{2})"
)
_POSTED = re.compile(r"派?驻(?=.{2})")
_SILENT_HEADS = frozenset({"中华人民共和国", "国家税务总局"})
"""Written or left out in front of the same body (中华人民共和国南京海关)."""
_VERTICAL = re.compile(
    r"^(?:海关|海事局|证监局|银保监局|银监局|保监局|[一-鿿]{0,6}分行|中心支行|调查总?队)$"
)
_CENTRAL_INSTITUTION = re.compile(r"(?:研究所|研究院|中心|学院|大学|医院|公司)$")
_NAME_TEXT = re.compile(r"^[一-鿿·、()（）]{2,46}$")
_GENERIC = re.compile(
    r"^(?:我|该|各|[本全][省市县区镇乡州旗局办委厅院机单系])"
    r"|^(?:机关|单位|部门|办公室|委员会|中心|政府|人民政府)$"
)
_PREFIX_LEVELS = {
    "省": AdminLevel.PROVINCE,
    "市": AdminLevel.PREFECTURE,
    "州": AdminLevel.PREFECTURE,
    "盟": AdminLevel.PREFECTURE,
    "地区": AdminLevel.PREFECTURE,
}
_LEVEL_PREFIX = re.compile(
    r"^(?P<prefix>地区(?!办事处)|[省县区旗州盟]|市(?!场|容|民|价|政(?!府)))(?=[一-鿿]{2,})"
)


def parse_body_name(name: str, year: int) -> BodyName | None:
    """Takes a simplified name apart; None when it has not the shape of a body or an area."""
    text = "".join(name.split()).strip("-_|,，:：")
    if not _NAME_TEXT.match(text):
        return None
    split = _split_divisions(text, year)
    if not split.leading and _GENERIC.match(text):
        return None
    if not split.rest:
        return _area(split.leading, text)
    return _zone(text, split) or _unit(text, split)


_TOWN_TAIL = re.compile(r"^(?:镇|乡|街道|苏木)|(?:镇|乡|苏木)(?:人民)?政府$|办事处$")
_BARE_TOWN = re.compile(r"^(?:街道|街道办|街办|(?:街道|地区)?办事处|镇|乡)(?:人民政府)?$")


def level_prefix(rest: str) -> AdminLevel | None:
    """The level that an unnamed prefix says (市教育局, 县政府办公室); None when there is none.

    市 is PREFECTURE here although a county-level city writes it too.
    """
    match = _LEVEL_PREFIX.match(rest)
    if not match:
        return None
    return _PREFIX_LEVELS.get(match["prefix"], AdminLevel.COUNTY)


def without_level_prefix(name: str) -> str:
    """教育局 of 市教育局; a name without such a prefix as it is."""
    match = _LEVEL_PREFIX.match(name)
    return name[match.end() :] if match else name


@dataclass(frozen=True, slots=True)
class _Split:
    """A name's divisions, outermost first, and what stands around them."""

    leading: tuple[tuple[Division, ...], ...]
    rest: str
    short: bool = False
    head: str = ""


def _split_divisions(text: str, year: int) -> _Split:
    leading: list[tuple[Division, ...]] = []
    central = _CENTRAL_HEAD.match(text)
    rest = _seat(text[central.end() :], year) if central else text
    while mention := leading_mention(rest, year):
        if _BARE_TOWN.match(rest[mention.span.end :]):
            # 东区街道办事处 is a subdistrict called 东区, not one of the district 东区
            break
        leading.append(mention.candidates)
        rest = rest[mention.span.end :]
    head = central["head"] if central else ""
    if rest and (short := _short_division(rest, year, leading, vertical=bool(head))):
        return _Split((*leading, short[0]), short[1], True, head)
    if not leading and central:
        return _Split((), text, False, head)
    return _Split(tuple(leading), rest, False, head)


def _seat(rest: str, year: int) -> str:
    """What a central body's local organ is named after: 南京特派员办事处 of 驻南京特派员办事处."""
    posted = _POSTED.match(rest)
    begins_name = leading_mention(rest, year) or _short_division(rest, year, [], vertical=True)
    return rest if posted is None or begins_name else rest[posted.end() :]


def _short_division(
    rest: str, year: int, outer: list[tuple[Division, ...]], *, vertical: bool
) -> tuple[tuple[Division, ...], str] | None:
    """阜宁|发改局, 舟山|经济开发区: a short name counts only where a known kind of rest follows,
    and after other divisions (东莞市|松山湖高新区) only if it lies in them."""
    least = 1 if vertical else 2  # 国家矿山安全监察局山西|局
    for length in range(min(6, len(rest) - least), 1, -1):
        candidates = find_by_name(rest[:length], year)
        tail = rest[length:]
        if outer:
            inside = (c for c in candidates if any(one.contains(c) for one in outer[-1]))
            candidates = tuple(inside) if ZONE_TAIL.match(tail) else ()
        if candidates and (_short_tail(tail) or (vertical and _classify(tail, True)[1])):
            return candidates, tail
    return None


ZONE_TAIL = re.compile(rf"^(?:国家级?|省级)?{ZONE_NOUN}")
_SHORT_TAIL = re.compile(
    r"^[一-鿿]{0,16}(?:局|委员会|厅|署|政府|政府办公室|海关|税务局|检察院|法院|管委会|委)$"
)


def _short_tail(tail: str) -> bool:
    # 白塔镇人民政府 is a town's, although a district is called 白塔 for short
    town = _TOWN_TAIL.search(tail)
    return not town and bool(ZONE_TAIL.match(tail) or _SHORT_TAIL.match(tail))


def _area(leading: tuple[tuple[Division, ...], ...], text: str) -> BodyName:
    return BodyName(
        text=text,
        form=NameForm.AREA,
        body_type=BodyType.GOVERNMENT,
        leading=leading,
        zone=None,
        rest="",
    )


def _zone(text: str, split: _Split) -> BodyName | None:
    match = _ZONE.match(split.rest)
    if not match:
        return None
    tail = match["rest"]
    zone = text[: len(text) - len(tail)] if tail else text
    if not tail or _COMMITTEE.match(tail) or _GOVERNMENT.match(tail):
        form = NameForm.AREA if not tail else NameForm.GOVERNMENT
        return BodyName(
            text=text,
            form=form,
            body_type=BodyType.ZONE,
            leading=split.leading,
            zone=zone,
            rest=tail,
        )
    unit = _unit(text, replace(split, rest=tail, short=False))
    return None if unit is None else replace(unit, form=NameForm.ORGAN, zone=zone)


def _unit(text: str, split: _Split) -> BodyName | None:
    under_division = bool(split.leading)
    form, body_type = _classify(split.rest, under_division)
    if split.head and not under_division:
        # 水利部长江水利委员会: an organ of a central body that names no division
        form = NameForm.CENTRAL
        institution = _CENTRAL_INSTITUTION.search(split.rest)
        body_type = BodyType.INSTITUTION if institution else BodyType.DEPARTMENT
    if body_type is None:
        return None
    return BodyName(
        text=text,
        form=form,
        body_type=body_type,
        leading=split.leading,
        zone=None,
        rest=split.rest,
        short_leading=split.short,
        head="" if split.head in _SILENT_HEADS else split.head,
    )


def _classify(rest: str, under_division: bool) -> tuple[NameForm, BodyType | None]:
    if not under_division and _CENTRAL.match(rest):
        return NameForm.CENTRAL, BodyType.DEPARTMENT
    if under_division and _GOVERNMENT.match(rest):
        return NameForm.GOVERNMENT, BodyType.GOVERNMENT
    for pattern, body_type in (
        (_GOVERNMENT_OFFICE, BodyType.OFFICE),
        (AREA_OFFICE, BodyType.OFFICE),
        (_TOWNSHIP, BodyType.TOWNSHIP),
        (_DISPATCHED, BodyType.DISPATCHED),
        (_SUBDISTRICT, BodyType.SUBDISTRICT),
        (_DEPARTMENT, BodyType.DEPARTMENT),
        (_INSTITUTION, BodyType.INSTITUTION),
    ):
        if pattern.search(rest):
            return NameForm.ORGAN, body_type
    return NameForm.ORGAN, None
