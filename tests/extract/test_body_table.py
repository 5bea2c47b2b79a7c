"""Names and titles made from the whole division table, sampled by seed, and real names by eye."""

from __future__ import annotations

from collections import Counter

import pytest
from body_titles import FIRST, OPENING, Case, Clue, cases, table_rows
from plain_documents import NO_CONTEXT, document_of

from archive.capture import CaptureContext
from extract.division_successors import SUCCESSORS
from extract.divisions import LAST_YEAR, find_by_code, lifetime
from extract.document import PageMetadata
from extract.reading import read_report
from extract.report import Report

SEED, FLOOR = 20261125, 0.998
"""Measured when this was written: all of 3,612, with this seed and two others."""


def read(case: Case) -> Report | None:
    document = document_of(OPENING + case.close, title=case.title, metadata=case.metadata)
    context = CaptureContext(run_id="r", portal_id="p", link_text=case.link_text)
    return read_report(document, context).report


def read_title(title: str) -> Report:
    report = read_report(document_of(OPENING, title=title), NO_CONTEXT).report
    assert report is not None, title
    return report


def test_bodies_of_every_division_over_the_years() -> None:
    total, by_clue, misread = 0, Counter[Clue](), []
    for case in cases(SEED):
        total += 1
        by_clue[case.clue] += 1
        report = read(case)
        found = None
        if report is not None:
            level = report.body.admin_level
            found = (report.division, report.body.body_type.value, level.value if level else None)
            wrong = report.division is not None and report.division != case.division
            assert not wrong, f"{case.title}: {report.division} for {case.division}"
        if found != (case.division, case.body_type, case.level):
            misread.append((case.title, case.clue.value, case.division, found))
    assert total > 3_500, "every division that stood since 2008"
    assert min(by_clue[clue] for clue in Clue) > 150
    assert 1 - len(misread) / total >= FLOOR, misread[:20]


@pytest.mark.parametrize(
    ("name", "year", "division", "today", "level"),
    [
        ("卢湾区", 2010, "310103", "310101", "county"),
        ("北京市崇文区", 2009, "110103", "110101", "county"),
        ("宣武区", 2009, "110104", "110102", "county"),
        ("崇明县", 2012, "310230", "310151", "county"),
        ("毕节地区", 2010, "522400", "520500", "prefecture"),
        ("毕节市", 2010, "522401", "520502", "county"),
        ("毕节市", 2012, "520500", "520500", "prefecture"),
        ("襄樊市", 2009, "420600", "420600", "prefecture"),
        ("伊春市伊春区", 2018, "230702", "230717", "county"),
        ("伊春市友好区", 2015, "230704", "230719", "county"),
        ("伊春市伊美区", 2020, "230717", "230717", "county"),
        ("莱芜市", 2017, "371200", "370100", "prefecture"),
        ("巢湖市", 2010, "341400", None, "prefecture"),
        ("仙桃市", 2015, "429004", "429004", "county"),
        ("东莞市石排镇", 2015, "441900", "441900", "township"),
        ("石河子市", 2020, "659001", "659001", "county"),
        ("第八师石河子市", 2020, "660800", "660800", "prefecture"),
        ("农八师", 2011, "660800", "660800", "prefecture"),
        ("新疆生产建设兵团", 2020, "660000", "660000", "province"),
        ("第八师石河子市教育局", 2020, "660800", "660800", "prefecture"),
        ("东莞市松山湖高新区管委会", 2015, "441900", "441900", None),
        ("桐乡经济开发区", 2019, "330483", "330483", None),
        ("杭州钱塘新区", 2019, "330100", "330100", None),
        ("黄山风景区管委会", 2019, None, None, None),
        ("武当山旅游经济特区", 2019, None, None, None),
    ],
)
def test_places_that_changed_or_lie_outside_of_the_order(
    name: str, year: int, division: str | None, today: str | None, level: str | None
) -> None:
    report = read_title(f"{name}{year}年政府信息公开工作年度报告")
    assert report.division == division, "division"
    assert report.body.division_today == today, "division_today"
    assert (report.body.admin_level.value if report.body.admin_level else None) == level, "level"


@pytest.mark.parametrize(
    ("name", "body_type", "level", "division", "body_id"),
    [
        ("中华人民共和国南京海关", "department", "prefecture", "320100", "department:320100:海关"),
        ("南京海关", "department", "prefecture", "320100", "department:320100:海关"),
        ("国家税务总局大连市税务局", "department", "prefecture", "210200",
         "department:210200:税务局"),
        ("国家税务总局北京市朝阳区税务局", "department", "county", "110105",
         "department:110105:税务局"),
        ("国家税务总局驻马店市税务局", "department", "prefecture", "411700",
         "department:411700:税务局"),
        ("国家统计局驻马店调查队", "dispatched", "prefecture", "411700",
         "dispatched:411700:国家统计局调查队"),
        ("中国人民银行南京分行", "institution", "prefecture", "320100",
         "institution:320100:中国人民银行分行"),
        ("国家能源局江苏监管办公室", "department", "province", "320000",
         "department:320000:国家能源局监管办公室"),
        ("国家金融监督管理总局江苏监管局", "dispatched", "province", "320000",
         "dispatched:320000:国家金融监督管理总局监管局"),
        ("中国银保监会徐州监管分局", "dispatched", "prefecture", "320300",
         "dispatched:320300:中国银保监会监管分局"),
        ("国家统计局江苏调查总队", "dispatched", "province", "320000",
         "dispatched:320000:国家统计局调查总队"),
        ("国家矿山安全监察局山西局", "department", "province", "140000",
         "department:140000:国家矿山安全监察局局"),
        ("审计署驻南京特派员办事处", "dispatched", "prefecture", "320100",
         "dispatched:320100:审计署特派员办事处"),
        ("财政部江苏监管局", "dispatched", "province", "320000", "dispatched:320000:财政部监管局"),
        ("水利部长江水利委员会", "department", "central", "100000",
         "department:100000:水利部长江水利委员会"),
        ("国家卫生健康委", "department", "central", "100000", "department:100000:国家卫生健康委"),
        ("税务总局", "department", "central", "100000", "department:100000:税务总局"),
        ("中国科学院计算技术研究所", "institution", "central", "100000",
         "institution:100000:中国科学院计算技术研究所"),
        ("徐州市残联", "institution", "prefecture", "320300", "institution:320300:残联"),
        ("中新天津生态城管委会", "zone", None, None,
         "zone:unknown@127.0.0.1:中新天津生态城管理委员会"),
        ("泉州台商投资区管委会", "zone", None, "350500", "zone:350500:泉州台商投资区管理委员会"),
        ("徐州市行政服务中心管理委员会", "department", "prefecture", "320300",
         "department:320300:行政服务中心管理委员会"),
        ("徐州市国有资产监督管理委员会", "department", "prefecture", "320300",
         "department:320300:国有资产监督管理委员会"),
        ("鼓楼区人民政府黄楼街道办事处", "subdistrict", "township", None,
         "subdistrict:unknown@127.0.0.1:鼓楼区人民政府黄楼街道办事处"),
        ("沛县人民政府沛城街道办事处", "subdistrict", "township", "320322",
         "subdistrict:320322:沛城街道办事处"),
    ],
)  # fmt: skip
def test_organs_of_central_lines_zones_and_institutions(
    name: str, body_type: str, level: str | None, division: str | None, body_id: str
) -> None:
    report = read_title(f"{name}2019年政府信息公开工作年度报告")
    assert report.body.body_type.value == body_type, "body_type"
    assert (report.body.admin_level.value if report.body.admin_level else None) == level, "level"
    assert report.division == division, "division"
    assert report.body.body_id == body_id, "body_id"
    printed = name.removesuffix("管委会") if body_type == "zone" else name
    assert report.reporting_for == printed, "the name stays as it is printed"


@pytest.mark.parametrize("name", ["中共徐州市委宣传部", "共青团徐州市委员会"])
def test_a_division_inside_a_name_is_not_put_in_front_again(name: str) -> None:
    assert read_title(f"{name}2019年政府信息公开工作年度报告").reporting_for == name


def test_successors_ended_and_their_heirs_stand() -> None:
    for ended, heir in SUCCESSORS.items():
        assert lifetime(ended)[1] is not None, f"{ended} still stands"
        assert lifetime(heir)[1] is None, f"{heir} ended too"
        assert (found := find_by_code(heir, LAST_YEAR)) and found.code == heir


def test_what_ended_since_the_first_reports_has_an_heir_or_was_divided() -> None:
    divided = {"320304", "341400", "130103", "130421", "140211", "130521"}
    last = Counter[str]()
    for row in table_rows():
        last[row.today] = max(last[row.today], row.last)
    ended = {code for code, year in last.items() if FIRST <= year < LAST_YEAR}
    assert ended - SUCCESSORS.keys() == divided


def test_a_governments_years_are_those_of_the_table() -> None:
    ended = read_title("卢湾区2009年政府信息公开工作年度报告").body
    assert (ended.body_id, ended.valid_from, ended.valid_to) == ("gov:310103", None, 2010)
    renamed = read_title("崇明县2012年政府信息公开工作年度报告").body
    assert (renamed.valid_from, renamed.valid_to) == (None, None), "a rename ends nothing"
    new = read_title("姑苏区2015年政府信息公开工作年度报告").body
    assert (new.valid_from, new.valid_to) == (2012, None)


@pytest.mark.parametrize("where", ["site_name", "html_title", "breadcrumb", "label"])
@pytest.mark.parametrize(
    ("printed", "area", "body_type", "level", "division", "body_id"),
    [
        ("市政府办公室", "徐州市", "office", "prefecture", "320300", "office:320300:政府办公室"),
        ("县人民政府办公室", "沛县", "office", "county", "320322", "office:320322:人民政府办公室"),
        ("市教育局", "邳州市", "department", "county", "320382", "department:320382:教育局"),
        ("区教育局", "铜山区", "department", "county", "320312", "department:320312:教育局"),
        ("地区审计局", "喀什地区", "department", "prefecture", "653100",
         "department:653100:审计局"),
        ("州水利局", "大理白族自治州", "department", "prefecture", "532900",
         "department:532900:水利局"),
        ("旗档案馆", "乌审旗", "institution", "county", "150626", "institution:150626:档案馆"),
        ("教育局", "沛县", "department", "county", "320322", "department:320322:教育局"),
    ],
)  # fmt: skip
def test_a_name_that_says_its_level_alone_is_placed_by_what_stands_around(
    printed: str, area: str, body_type: str, level: str, division: str, body_id: str, where: str
) -> None:
    title = f"{printed}2019年政府信息公开工作年度报告"
    metadata = {
        "site_name": PageMetadata(site_name=f"{area}人民政府门户网站"),
        "html_title": PageMetadata(html_title=f"{title}-{area}人民政府"),
        "breadcrumb": PageMetadata(breadcrumb=("首页", f"{area}人民政府", "政府信息公开年报")),
        "label": PageMetadata(labels=(("发布机构:", f"{area}人民政府"),)),
    }[where]
    report = read_report(document_of(OPENING, title=title, metadata=metadata), NO_CONTEXT).report
    assert report is not None
    assert report.body.body_type.value == body_type
    assert report.body.admin_level is not None and report.body.admin_level.value == level
    assert (report.division, report.body.body_id) == (division, body_id)
