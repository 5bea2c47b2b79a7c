"""A town's county that several cities have, and what the portal's own division may decide."""

from __future__ import annotations

import pytest
from plain_documents import NO_CONTEXT, document_of

from archive.capture import CaptureContext
from extract.document import PageMetadata
from extract.reading import read_report
from extract.report import Confidence, Report

OPENING = "根据《中华人民共和国政府信息公开条例》的规定,编制本年度报告,现予公布。"
TOWN = "石桥街道办事处2015年政府信息公开年度报告"


def read(
    title: str,
    *,
    opening: str = OPENING,
    metadata: PageMetadata | None = None,
    link_text: str | None = None,
    portal: str | None = None,
) -> Report:
    context = CaptureContext(run_id="r", portal_id="p", link_text=link_text, division=portal)
    outcome = read_report(document_of(opening + "\n", title=title, metadata=metadata), context)
    assert outcome.report is not None, f"{title}: {outcome.skip} {outcome.detail}"
    return outcome.report


@pytest.mark.parametrize("county", ["鼓楼区", "城中区", "青山区"])
@pytest.mark.parametrize("where", ["breadcrumb", "site_name", "html_title", "listing", "label"])
def test_a_town_gets_the_name_of_a_county_that_several_have(county: str, where: str) -> None:
    metadata = {
        "breadcrumb": PageMetadata(breadcrumb=("首页", county, "街道信息公开年报")),
        "site_name": PageMetadata(site_name=f"{county}人民政府网"),
        "html_title": PageMetadata(html_title=f"{TOWN}-{county}人民政府"),
        "label": PageMetadata(labels=(("发布机构", f"{county}人民政府"),)),
    }.get(where)
    link_text = f"{county}石桥街道办事处2015年年报" if where == "listing" else None
    report = read(TOWN, metadata=metadata, link_text=link_text)
    assert report.reporting_for == f"{county}石桥街道办事处", "reporting_for"
    assert report.issuing_body == "石桥街道办事处", "issuing_body"
    assert report.division is None, "which of them is not guessed"
    assert report.confidence is Confidence.LOW
    assert [one.kind for one in report.findings] == ["division_unresolved"]


def test_towns_of_counties_of_two_names_are_two_bodies() -> None:
    ids = {
        read(TOWN, metadata=PageMetadata(breadcrumb=(county,))).body.body_id
        for county in ("鼓楼区", "青山区")
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    "metadata",
    [
        PageMetadata(breadcrumb=("鼓楼区", "城中区")),
        PageMetadata(breadcrumb=("首页", "信息公开年报")),
        None,
    ],
    ids=["two are named", "none is named", "nothing around"],
)
def test_no_county_is_made_up(metadata: PageMetadata | None) -> None:
    report = read(TOWN, metadata=metadata)
    assert report.reporting_for == "石桥街道办事处"
    assert report.division is None


@pytest.mark.parametrize(
    ("portal", "division"),
    [
        ("350100", "350102"),
        ("350102", "350102"),
        ("410000", "410204"),
        ("320000", None),
        ("100000", None),
        ("440300", None),
        ("999999", None),
        (None, None),
    ],
)
def test_the_portal_chooses_among_those_of_the_name(
    portal: str | None, division: str | None
) -> None:
    report = read("鼓楼区2015年政府信息公开年度报告", portal=portal)
    assert (report.division, report.reporting_for) == (division, "鼓楼区")
    assert report.evidence["division"] == ("portal" if division else "unresolved")
    assert report.confidence is (Confidence.MEDIUM if division else Confidence.LOW)
    town = read(TOWN, metadata=PageMetadata(breadcrumb=("首页", "鼓楼区")), portal=portal)
    assert (town.division, town.reporting_for) == (division, "鼓楼区石桥街道办事处")


@pytest.mark.parametrize(
    ("title", "metadata", "opening", "division"),
    [
        ("康县2015年政府信息公开年度报告", None, OPENING, "621224"),
        (TOWN, PageMetadata(breadcrumb=("首页", "沛县")), OPENING, "320322"),
        ("鼓楼区2015年政府信息公开年度报告", PageMetadata(site_id_code="3203020001"), OPENING,
         "320302"),
        ("鼓楼区2015年政府信息公开年度报告", PageMetadata(breadcrumb=("南京市",)), OPENING,
         "320106"),
        ("鼓楼区2015年政府信息公开年度报告", None, OPENING + "南京市与徐州市的做法。", None),
        ("鼓楼区2015年政府信息公开年度报告", PageMetadata(site_id_code="3200000001"), OPENING,
         None),
        ("湖南省鼓楼区2015年政府信息公开年度报告", None, OPENING, None),
    ],
    ids=["name", "breadcrumb", "site code", "parent", "a tie of others", "site's province",
         "a parent that has none"],
)  # fmt: skip
def test_the_portal_never_overrules_the_document(
    title: str, metadata: PageMetadata | None, opening: str, division: str | None
) -> None:
    report = read(title, metadata=metadata, opening=opening, portal="350100")
    assert report.division == division


def test_a_later_clue_of_the_document_counts_for_more_than_the_portal() -> None:
    """The breadcrumb's 鼓楼区 alone is open; the site's name tells, so the portal is not asked."""
    metadata = PageMetadata(breadcrumb=("首页", "鼓楼区"), site_name="沛县人民政府")
    report = read(TOWN, metadata=metadata, portal="350100")
    assert report.division != "350102"


def test_the_portal_alone_places_nothing() -> None:
    report = read(TOWN, portal="320322")
    assert (report.division, report.reporting_for) == (None, "石桥街道办事处")


def test_bodies_of_one_name_whose_places_stay_open_are_not_one_body() -> None:
    """Two hosts of two 鼓楼区: their reports on one year must not become one report."""
    title = "鼓楼区2015年政府信息公开年度报告"
    found = []
    for host in ("http://www.a.example/1.html", "http://b.example:8080/1.html"):
        outcome = read_report(document_of(OPENING, title=title, url=host), NO_CONTEXT)
        assert outcome.report is not None
        found.append(outcome.report.body.body_id)
        (finding,) = outcome.report.findings
    assert found == [
        "government:unknown@www.a.example:鼓楼区人民政府",
        "government:unknown@b.example:鼓楼区人民政府",
    ]
    for place in ("江苏省南京市鼓楼区 (320106)", "河南省开封市鼓楼区 (410204)"):
        assert place in finding.message, "the finding says what it may be"
    assert "bodies.csv" in finding.message
