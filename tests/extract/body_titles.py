"""Names and titles of bodies, made from the division table over the years, with what they must
give. The expectation is worked out from the table's lines alone, not by the code under test.
"""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from extract.divisions import TABLE
from extract.document import PageMetadata

FIRST, LAST = 2008, 2024
LEVELS = {"1": "province", "2": "prefecture", "3": "county"}
OPENING = "根据《中华人民共和国政府信息公开条例》的规定,编制本年度报告,现予公布。\n"


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    rank: str
    name: str
    short: str
    code: str
    today: str
    province: str
    prefecture: str
    first: int
    last: int


@dataclass(frozen=True)
class Kind:
    """A kind of body under a division of these ranks; ``level`` "" is the division's, "-" none."""

    name: str
    body_type: str
    ranks: str = "23"
    level: str = ""
    head: str = ""


TOWN, NONE = "township", "-"


def words(*lines: str) -> list[str]:
    return " ".join(lines).split()


HALLS = words("教育 民政 财政 水利 商务 公安 司法 自然资源 交通运输 文化和旅游")
BUREAUS = words(
    "教育 民政 财政 水务 商务 公安 司法 审计 统计 住房和城乡建设 交通运输 应急管理 医疗保障",
    "人力资源和社会保障 市场监督管理 行政审批服务 城市管理综合行政执法 退役军人事务 卫生健康",
    "生态环境 气象 地震 信访",
    "林业 自然资源和规划 文化广电和旅游 农业农村 科技和工业信息化 机关事务管理 粮食和物资储备",
)
ZONES = words(
    "经济技术开发区管委会 高新技术产业开发区 经济开发区管理委员会 高新区管委会 工业园区",
    "城南新区管委会 循环经济产业园管委会 风景名胜区管理委员会",
)
INSTITUTIONS = words(
    "档案馆 人民医院 第一中学 自来水公司 政务服务中心 公共资源交易中心 妇幼保健院 实验小学",
    "公共交通集团有限公司 职业技术学院 疾病预防控制中心 住房公积金管理中心 红十字会 图书馆",
    "供销合作社联合社 科学技术协会",
)
TOWNSHIPS = words("石桥镇 石桥镇人民政府 城关乡 城关回族乡人民政府 白塔镇政府")
STREETS = words("东风街道 东风街道办事处 人民路街道办事处 城西街办")
KINDS = (
    Kind("", "government", "123"),
    Kind("人民政府", "government", "123"),
    Kind("人民政府办公室", "office"),
    Kind("政府办公室", "office"),
    Kind("人民政府办公厅", "office", "12"),
    Kind("政府办", "office"),
    *(Kind(f"{name}厅", "department", "1") for name in HALLS),
    *(Kind(f"{name}局", "department") for name in BUREAUS),
    Kind("发展和改革委员会", "department", "123"),
    Kind("卫生健康委", "department", "123"),
    Kind("卫生和计划生育委员会", "department", "123"),
    Kind("国有资产监督管理委员会", "department", "12"),
    Kind("地方税务局", "department", "123"),
    Kind("国家税务局", "department", "123"),
    Kind("税务局", "department", "123", head="国家税务总局"),
    Kind("调查队", "dispatched", "2", head="国家统计局"),
    Kind("邮政管理局", "department", "12"),
    Kind("烟草专卖局", "department", "123"),
    Kind("消防救援支队", "department", "2"),
    Kind("人民法院", "department", "3"),
    Kind("人民检察院", "department", "23"),
    Kind("公安局城关分局", "dispatched"),
    Kind("公安局交通警察支队", "department", "2"),
    Kind("生态环境局高新分局", "dispatched", "2"),
    *(Kind(name, "township", "3", TOWN) for name in TOWNSHIPS),
    *(Kind(name, "subdistrict", "3", TOWN) for name in STREETS),
    *(Kind(name, "zone", "23", NONE) for name in ZONES),
    *(Kind(name, "institution") for name in INSTITUTIONS),
)

TITLES = (
    "{name}{year}年政府信息公开工作年度报告",
    "{year}年度{name}政府信息公开年度报告",
    "{name}关于{year}年度政府信息公开工作的年度报告",
    "{name}政府信息公开工作年度报告({year}年)",
    "{name}信息公开{year}年度报告",
    "关于{name}{year}年政府信息公开工作情况的报告",
    "{year}年{name}信息公开年报",
    "{name} {year} 年政府信息公开年报",
    "{year}年政府信息公开工作年度报告({name})",
    "{year}年政府信息公开工作年度报告——{name}",
    "{name}:{year}年政府信息公开工作年度报告",
    "{year}年政府信息公开工作年度报告-{name}",
)


class Clue(Enum):
    """Where the name stands, or what tells the division where the name does not."""

    TITLE = "title"
    SIGNATURE = "signature"
    LABEL = "label"
    CONTENT_SOURCE = "content_source"
    BREADCRUMB = "breadcrumb"
    HTML_TITLE = "html_title"
    LISTING = "listing"
    SITE_CODE = "site code"
    SITE_NAME = "site name"
    CREDIT_CODE = "credit code"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A document's texts, and what must be read from them; a None division is an open one."""

    title: str
    year: int
    clue: Clue
    kind: Kind
    close: str = ""
    link_text: str | None = None
    metadata: PageMetadata
    division: str | None
    body_type: str
    level: str | None


def table_rows() -> list[Row]:
    """Every line of the division table."""
    with gzip.open(TABLE, "rt", encoding="utf-8") as lines:
        split = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    return [Row(*one[:7], int(one[8]), int(one[9])) for one in split]


def cases(seed: int, each: int = 1) -> Iterator[Case]:
    """``each`` cases for every line of the table that reaches into the years of the reports."""
    choose = random.Random(seed)
    rows = table_rows()
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row.name].append(row)
    for row in rows:
        if row.last < FIRST:
            continue
        for _ in range(each):
            year = choose.randint(max(FIRST, row.first), min(LAST, row.last))
            bearers = [one for one in by_name[row.name] if one.first <= year <= one.last]
            yield _case(choose, row, year, bearers)


def _case(choose: random.Random, row: Row, year: int, bearers: list[Row]) -> Case:
    kind = choose.choice([one for one in KINDS if row.rank in one.ranks])
    clue = choose.choice([Clue.TITLE] * 6 + list(Clue))
    front = choose.choice(("", row.prefecture, row.province + row.prefecture))
    front = "" if row.rank == "1" else front
    name = f"{kind.head}{front}{row.name}{kind.name}"
    if front:
        bearers = [
            one
            for one in bearers
            if row.prefecture in (one.prefecture, "")
            and (one.province == row.province or front == row.prefecture != "")
        ]
    codes = {one.code for one in bearers}
    given: dict[str, str] = {}
    if clue in (Clue.SITE_CODE, Clue.CREDIT_CODE):
        # which of several bearers the digits choose
        given = _codes(clue, row)
        codes = {row.code}
    bare = clue not in (Clue.TITLE, Clue.SITE_CODE, Clue.CREDIT_CODE, Clue.SITE_NAME)
    pattern = choose.choice(TITLES)
    title = f"{year}年政府信息公开工作年度报告" if bare else pattern.format(name=name, year=year)
    if clue is Clue.SITE_NAME:
        given = {"site_name": f"{row.province}{row.prefecture}{row.name}人民政府网"}
        codes = {row.code}
    metadata = PageMetadata(
        content_source=name if clue is Clue.CONTENT_SOURCE else None,
        breadcrumb=("首页", name) if clue is Clue.BREADCRUMB else (),
        html_title=f"{title}-{name}" if clue is Clue.HTML_TITLE else None,
        site_id_code=given.get("site_id_code"),
        site_name=given.get("site_name"),
        labels=_labels(clue, name, given),
    )
    division = codes.pop() if len(codes) == 1 else None
    level = None if kind.level == NONE else kind.level or LEVELS[row.rank]
    return Case(
        title=title,
        year=year,
        clue=clue,
        kind=kind,
        close=f"{name}\n{year + 1}年1月20日\n" if clue is Clue.SIGNATURE else "",
        link_text=f"{name}{year}年年度报告" if clue is Clue.LISTING else None,
        metadata=metadata,
        division=division,
        body_type=kind.body_type,
        level=level if division or kind.level else None,
    )


def _codes(clue: Clue, row: Row) -> dict[str, str]:
    if clue is Clue.SITE_CODE:
        return {"site_id_code": f"{row.today}0012"}
    return {"index": f"11{row.today}014001234X/2019-00012"}


def _labels(clue: Clue, name: str, given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if clue is Clue.LABEL:
        return (("发布机构:", name),)
    return (("索引号:", given["index"]),) if "index" in given else ()
