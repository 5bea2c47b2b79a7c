"""Bodies: issuer, whom the report is for, kind, level and division, and what stays unresolved."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from plain_documents import NO_CONTEXT, document_of

from archive.capture import CaptureContext
from extract.body_clues import name_in_title
from extract.document import PageMetadata
from extract.reading import read_report
from extract.report import BodyType, Confidence, Report, ReportScope, SkipReason

OPENING = "根据《中华人民共和国政府信息公开条例》的规定,编制本年度报告,现予公布。"


def read(
    title: str,
    *,
    close: str = "",
    opening: str = OPENING,
    metadata: PageMetadata | None = None,
    link_text: str | None = None,
) -> Report:
    document = document_of(f"{opening}\n{close}\n", title=title, metadata=metadata)
    context = CaptureContext(run_id="r", portal_id="p", link_text=link_text)
    outcome = read_report(document, context)
    assert outcome.report is not None, f"{title}: {outcome.skip} {outcome.detail}"
    return outcome.report


@dataclass(frozen=True)
class Case:
    title: str
    issuing: str
    reporting_for: str
    body_type: str
    level: str | None
    division: str | None


CASES = [
    Case(
        "康县教育局2012年政府信息公开工作年度报告",
        "康县教育局",
        "康县教育局",
        "department",
        "county",
        "621224",
    ),
    Case(
        "2013年度康县卫生局政府信息公开年度报告",
        "康县卫生局",
        "康县卫生局",
        "department",
        "county",
        "621224",
    ),
    Case(
        "徐州市市场监督管理局2019年政府信息公开年度报告",
        "徐州市市场监督管理局",
        "徐州市市场监督管理局",
        "department",
        "prefecture",
        "320300",
    ),
    Case(
        "国家税务总局徐州市税务局2019年政府信息公开年报",
        "国家税务总局徐州市税务局",
        "国家税务总局徐州市税务局",
        "department",
        "prefecture",
        "320300",
    ),
    Case("水利部2019年政府信息公开年度报告", "水利部", "水利部", "department", "central", "100000"),
    Case(
        "江苏省水利厅2019年政府信息公开工作年度报告",
        "江苏省水利厅",
        "江苏省水利厅",
        "department",
        "province",
        "320000",
    ),
    Case(
        "康县档案馆2013年政府信息公开年报",
        "康县档案馆",
        "康县档案馆",
        "institution",
        "county",
        "621224",
    ),
    Case(
        "康县公安局城关分局2020年政府信息公开年度报告",
        "康县公安局城关分局",
        "康县公安局城关分局",
        "dispatched",
        "county",
        "621224",
    ),
    Case(
        "康县人民政府办公室关于2013年度政府信息公开工作的年度报告",
        "康县人民政府办公室",
        "康县人民政府办公室",
        "office",
        "county",
        "621224",
    ),
    Case(
        "康县王坝镇2013年政府信息公开工作总结",
        "康县王坝镇人民政府",
        "康县王坝镇人民政府",
        "township",
        "township",
        "621224",
    ),
    Case(
        "北京市朝阳区建外街道办事处2012年政府信息公开年报",
        "朝阳区建外街道办事处",
        "朝阳区建外街道办事处",
        "subdistrict",
        "township",
        "110105",
    ),
    Case(
        "全南县2013年政府信息公开工作年度报告",
        "全南县人民政府",
        "全南县",
        "government",
        "county",
        "360729",
    ),
    Case(
        "本溪市2013年政府信息公开工作年度报告",
        "本溪市人民政府",
        "本溪市",
        "government",
        "prefecture",
        "210500",
    ),
    Case(
        "江苏省人民政府2019年政府信息公开工作年度报告",
        "江苏省人民政府",
        "江苏省",
        "government",
        "province",
        "320000",
    ),
    Case(
        "浦东新区2013年政府信息公开工作年度报告",
        "浦东新区人民政府",
        "浦东新区",
        "government",
        "county",
        "310115",
    ),
    Case(
        "崇明县2012年政府信息公开工作年度报告",
        "崇明县人民政府",
        "崇明县",
        "government",
        "county",
        "310230",
    ),
    Case(
        "大兴安岭地区2013年政府信息公开工作年度报告",
        "大兴安岭地区行政公署",
        "大兴安岭地区",
        "government",
        "prefecture",
        "232700",
    ),
    Case(
        "苏州工业园区2019年政府信息公开工作年度报告",
        "苏州工业园区管理委员会",
        "苏州工业园区",
        "zone",
        None,
        "320500",
    ),
    Case(
        "徐州经济技术开发区管委会2019年政府信息公开年报",
        "徐州经济技术开发区管理委员会",
        "徐州经济技术开发区",
        "zone",
        None,
        "320300",
    ),
    Case(
        "关于康县2013年政府信息公开工作情况的报告",
        "康县人民政府",
        "康县",
        "government",
        "county",
        "621224",
    ),
    Case("鼓楼区2015年政府信息公开年度报告", "鼓楼区人民政府", "鼓楼区", "government", None, None),
    Case(
        "雄安新区2020年政府信息公开工作年度报告",
        "雄安新区管理委员会",
        "雄安新区",
        "zone",
        None,
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.issuing)
def test_body_of_a_title(case: Case) -> None:
    report = read(case.title)
    assert report.issuing_body == case.issuing, "issuing_body"
    assert report.reporting_for == case.reporting_for, "reporting_for"
    assert report.body.body_type.value == case.body_type, "body_type"
    level = report.body.admin_level.value if report.body.admin_level else None
    assert level == case.level, "admin_level"
    assert report.division == case.division, "division"
    if case.division is None:
        assert report.confidence is Confidence.LOW, "an unresolved division is low confidence"
        assert [one.kind for one in report.findings] == ["division_unresolved"]


SHARED = "鼓楼区2015年政府信息公开年度报告"


@pytest.mark.parametrize(
    ("metadata", "opening", "division"),
    [
        (PageMetadata(site_id_code="3203020001"), OPENING, "320302"),
        (PageMetadata(site_id_code="3501000040"), OPENING, "350102"),
        (PageMetadata(site_name="开封市鼓楼区人民政府"), OPENING, "410204"),
        (PageMetadata(breadcrumb=("南京市人民政府", "鼓楼区")), OPENING, "320106"),
        (None, OPENING + "按照徐州市的统一部署,各单位认真落实。", "320302"),
        (None, OPENING + "南京市与徐州市的做法。", None),
        (PageMetadata(site_id_code="bm07000001"), OPENING, None),
    ],
)
def test_a_shared_name_is_told_by_what_stands_around(
    metadata: PageMetadata | None, opening: str, division: str | None
) -> None:
    assert read(SHARED, metadata=metadata, opening=opening).division == division


@pytest.mark.parametrize(
    ("metadata", "close", "link_text", "name", "evidence"),
    [
        (PageMetadata(labels=(("发布机构:", "康县教育局"),)), "", None, "康县教育局",
         "label 发布机构"),
        (PageMetadata(content_source="康县教育局"), "", None, "康县教育局", "content_source"),
        (PageMetadata(breadcrumb=("首页", "康县", "教育局")), "", None, "教育局", "breadcrumb"),
        (None, "康县教育局\n2013年1月5日", None, "康县教育局", "signature"),
        (None, "", "康县教育局2012年政府信息公开年度报告", "康县教育局", "listing"),
        (PageMetadata(html_title="2012年年报-康县教育局"), "", None, "康县教育局", "html_title"),
        (PageMetadata(site_name="康县教育局网站"), "", None, "康县教育局", "site_name"),
    ],
)  # fmt: skip
def test_a_title_without_body_takes_it_from_elsewhere(
    metadata: PageMetadata | None, close: str, link_text: str | None, name: str, evidence: str
) -> None:
    title = "2012年政府信息公开年度报告"
    report = read(title, metadata=metadata, close=close, link_text=link_text)
    assert (report.issuing_body, report.reporting_for) == (name, "康县教育局")
    assert report.evidence["issuing_body"] == evidence
    assert (report.division, report.body.body_id) == ("621224", "department:621224:教育局")


def test_no_name_anywhere_is_no_body_and_not_a_guess() -> None:
    opening = OPENING + "我局认真做好信息公开工作。如有疑问,请与康县政务服务中心联系。"
    document = document_of(opening, title="2012年政府信息公开年度报告")
    outcome = read_report(document, NO_CONTEXT)
    assert outcome.report is None and outcome.skip is SkipReason.NO_BODY


@pytest.mark.parametrize("kind", ["镇", "乡", "街道"])
def test_a_town_has_its_county_in_front_and_its_code(kind: str) -> None:
    tail = "办事处" if kind == "街道" else "人民政府"
    title = f"白塔{kind}{tail}2012年政府信息公开年度报告"
    metadata = PageMetadata(breadcrumb=("首页", f"沛县白塔{kind}信息公开年报"))
    report = read(title, metadata=metadata)
    assert report.issuing_body == f"白塔{kind}{tail}"
    assert report.reporting_for == f"沛县白塔{kind}{tail}"
    assert report.division == "320322"


@pytest.mark.parametrize("name", ["东区", "朝阳", "城关", "新华"])
def test_a_town_may_be_called_like_a_district(name: str) -> None:
    metadata = PageMetadata(breadcrumb=("首页", f"沛县{name}办事处信息公开年报"))
    report = read(f"{name}街道办事处2012年政府信息公开年度报告", metadata=metadata)
    assert report.issuing_body == f"{name}街道办事处"
    assert report.reporting_for == f"沛县{name}街道办事处"
    assert report.division == "320322"


def test_leading_group_office_signs_for_the_area() -> None:
    report = read(
        "康县2012年政府信息公开工作报告", close="康县政务公开领导小组办公室\n2013年3月1日"
    )
    assert report.issuing_body == "康县政务公开领导小组办公室"
    assert (report.reporting_for, report.body.body_id) == ("康县", "gov:621224")
    assert (report.report_scope, report.body.body_type) == (ReportScope.AREA, BodyType.GOVERNMENT)


def test_contact_is_not_the_issuer() -> None:
    opening = OPENING + "如有疑问,请与康县政务服务和数字化建设管理局联系。"
    assert read("康县2012年政府信息公开年报", opening=opening).issuing_body == "康县人民政府"


def test_opening_that_names_government_and_office_is_an_organ_report() -> None:
    opening = (
        "现公布沛县人民政府及其办公室(以下简称县府办)2012年政府信息公开工作年度报告。" + OPENING
    )
    report = read("沛县人民政府2012年政府信息公开工作年度报告", opening=opening)
    assert report.reporting_for == "沛县人民政府及其办公室"
    assert report.report_scope is ReportScope.ORGAN
    assert report.issuing_body == "沛县人民政府"


def test_abbreviated_title_takes_the_full_name_of_the_signature() -> None:
    report = read("康县发改局2020年政府信息公开年报", close="康县发展和改革局\n2021年1月5日")
    assert report.issuing_body == "康县发展和改革局"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("康县2019年政府信息公开工作年度报告", "康县"),
        ("康县人民政府信息公开年报(2012年)", "康县人民政府"),
        ("二〇一二年度康县教育局政府信息公开年度报告", "康县教育局"),
        ("2012年政府信息公开年度报告", ""),
        ("关于康县2013年政府信息公开工作情况的报告", "康县"),
    ],
)
def test_name_in_title(title: str, name: str) -> None:
    assert name_in_title(title) == name
