"""What is no report and why; fields from labels; findings; hostile lengths."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path

import pytest
from plain_documents import NO_CONTEXT, document_of

from archive.capture import CaptureContext
from extract.decode import page_from_bytes
from extract.document import AttachmentLink, PageMetadata
from extract.main_content import document as main_content
from extract.reading import read_report
from extract.report import Confidence, Figure, Measure, Report, SkipReason
from extract.titles import looks_like_report_title

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "real"
PROSE = (
    "根据《中华人民共和国政府信息公开条例》的规定,编制本年度报告。本报告由概述、主动公开政府信息情况等"
    "部分组成,所列数据的统计期限自2012年1月1日起至2012年12月31日止。\n"
)
TITLE = "康县2012年政府信息公开工作年度报告"


def skipped(title: str, text: str = PROSE * 3, **more: object) -> SkipReason | None:
    return read_report(document_of(text, title=title, **more), NO_CONTEXT).skip


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("关于做好2023年政府信息公开工作年度报告编制工作的通知", SkipReason.NOTICE),
        ("关于报送2012年政府信息公开年报的函", SkipReason.NOTICE),
        ("政府信息公开工作年度报告格式(2021年)", SkipReason.BLANK_FORM),
        ("一图读懂康县2023年政府信息公开工作年度报告", SkipReason.EXPLAINER),
        ("康县2023年政府信息公开工作年度报告解读", SkipReason.EXPLAINER),
        ("康县人民政府网站工作年度报表(2023年)", SkipReason.WEBSITE_REPORT),
        ("康县召开2023年政府信息公开年度报告编制培训会", SkipReason.NEWS),
        ("康县公布2010年政府信息公开年度报告", SkipReason.NEWS),
        ("2023年度企业年报公示信息公开报告", SkipReason.NOT_A_REPORT),
        ("康县事业单位法人年度报告书(2020年)", SkipReason.NOT_A_REPORT),
        ("康县住房公积金2020年年度报告", SkipReason.NOT_A_REPORT),
        ("康县2019年度法治政府建设情况报告", SkipReason.NOT_A_REPORT),
        ("康县2022年政府信息公开工作要点", SkipReason.NOT_A_REPORT),
        ("康县2022年国民经济和社会发展统计公报", SkipReason.NOT_A_REPORT),
    ],
)
def test_titles_of_what_only_looks_near(title: str, reason: SkipReason) -> None:
    assert skipped(title) is reason
    assert not looks_like_report_title(title)


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        "康縣2012年政府信息公開工作年度報告",
        "康县教育局关于2015年度政府信息公开工作情况的报告",
        "康县王坝镇2011年政府信息公开工作总结",
        "2008年政府信息公开年报",
        "二〇一二年度政府信息公开工作年度报告",
        "康县2010年度政务公开工作报告",
        "康县档案局政府信息公开2016年度报告",
        "徐州市住房公积金管理中心2014年政府信息公开年报",
        "徐州市委组织部2012年政府信息公开年度报告",
        "关于公布2012年度政府信息公开工作年度报告的公告",
    ],
)
def test_titles_of_reports(title: str) -> None:
    assert looks_like_report_title(title)


@pytest.mark.parametrize("title", ["政府信息公开年度报告", "康县2012年工作报告", "", "年" * 300])
def test_titles_without_year_or_subject_are_not_asked_for(title: str) -> None:
    assert not looks_like_report_title(title)


def test_pages_that_hold_no_report() -> None:
    assert skipped(TITLE, "") is SkipReason.EMPTY
    assert skipped(TITLE, "您访问的页面不存在或已被删除,请返回首页。") is SkipReason.SOFT_404
    link = AttachmentLink(url="http://127.0.0.1/a.pdf", text="2012年年报.pdf")
    pointing = "详见附件:2012年年报.pdf"
    assert skipped(TITLE, pointing, attachments=(link,)) is SkipReason.ATTACHMENT_ONLY
    other = "本局召开安全生产工作会议,部署全年工作任务,提出明确要求。" * 5
    assert skipped("工作动态", other) is SkipReason.NOT_A_REPORT


def test_a_blank_form_is_refused_and_a_filled_one_is_not() -> None:
    form = (
        "XX年政府信息公开工作年度报告\n一、总体情况\n（此处填写）XX年XX单位。\n二、主动公开政府信息情况\n"
        "第二十条第（一）项 |\n规章 | | | |\n第二十条第（五）项 |\n申请人情况 |\n结果维持 |\n"
    )
    assert skipped("2021年政府信息公开工作年度报告", form) is SkipReason.BLANK_FORM
    filled = PROSE + "第二十条第（一）项 |\n规章 | 0 | 0 | 3 |\n申请人情况 | 12 |\n结果维持 | 0 |\n"
    assert skipped(TITLE, filled) is None


def test_no_year_is_a_skip_with_a_reason() -> None:
    text = "根据《政府信息公开条例》的规定,编制本年度报告。本报告由概述等部分组成。"
    outcome = read_report(document_of(text, title="康县政府信息公开工作年度报告"), NO_CONTEXT)
    assert outcome.skip is SkipReason.NO_YEAR and outcome.detail


def report_of(title: str = TITLE, text: str = PROSE, **more: object) -> Report:
    context = more.pop("context", NO_CONTEXT)
    assert isinstance(context, CaptureContext)
    outcome = read_report(document_of(text, title=title, **more), context)
    assert outcome.report is not None, outcome.detail
    return outcome.report


def test_labels_give_numbers_and_blank_ones_are_none() -> None:
    labels = (("文 号:", "康政发〔2013〕5号"), ("索引号", "12620000/2013-00012"))
    report = report_of(metadata=PageMetadata(labels=labels))
    assert (report.doc_number, report.index_number) == ("康政发〔2013〕5号", "12620000/2013-00012")
    blank = report_of(metadata=PageMetadata(labels=(("文号", "无"), ("索引号", "-"))))
    assert (blank.doc_number, blank.index_number) == (None, None)


def test_year_comes_from_title_then_period() -> None:
    assert (report_of().report_year, report_of().evidence["report_year"]) == (2012, "title")
    untitled = report_of(title="康县政府信息公开工作年度报告")
    assert (untitled.report_year, untitled.evidence["report_year"]) == (2012, "period")


def test_year_of_the_title_that_is_not_the_periods_is_a_finding() -> None:
    report = report_of(title="康县2011年政府信息公开工作年度报告")
    assert report.report_year == 2011, "the title is read first"
    assert [one.kind for one in report.findings] == ["report_year_disagrees"]


@pytest.mark.parametrize(
    ("labels", "pub_date", "kinds"),
    [
        ((("发布日期", "2013-03-10"),), "2013-03-10 10:00", []),
        ((("发布日期", "2013-03-10"),), "2020-08-02 10:00", ["publication_dates_conflict"]),
        ((("发布日期", "2012-06-01"),), None, ["published_before_period_end"]),
    ],
)
def test_dates_that_conflict_are_findings(
    labels: tuple[tuple[str, str], ...], pub_date: str | None, kinds: list[str]
) -> None:
    report = report_of(metadata=PageMetadata(labels=labels, pub_date=pub_date))
    assert [one.kind for one in report.findings] == kinds


def test_listing_gives_date_where_the_page_is_silent() -> None:
    context = CaptureContext(run_id="r", portal_id="p", listed_on=date(2013, 3, 12))
    report = report_of(context=context)
    assert (report.published_on, report.evidence["published_on"]) == (date(2013, 3, 12), "listing")


def test_period_and_division_name_stand_in_the_report() -> None:
    report = report_of()
    assert (report.period_start, report.period_end) == (date(2012, 1, 1), date(2012, 12, 31))
    assert report.division_name == "甘肃省陇南市康县"
    assert report.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "unit",
    [
        "收到",
        "主动公开政府信息",
        "没有复议",
        "未收",
        "1,234",
        "二〇一〇年三月",
        "共",
        "（",
        "通过",
        "年 ",
        "培训",
        "12件、",
        "分别为3、",
        "媒体刊登",
        "在政府查阅点设立",
        "较2013年",
    ],
)
def test_long_repetitive_text_is_read_in_bounded_time(unit: str) -> None:
    text = PROSE + unit * (400_000 // len(unit))
    document = document_of(PROSE, title=TITLE)
    started = time.process_time()
    hostile = document_of(text, title=TITLE, sections=document.sections)
    made = time.process_time()
    read_report(hostile, NO_CONTEXT)
    spent = time.process_time() - made
    assert spent < 20, f"{spent:.1f} s of CPU for 400,000 characters of {unit!r} ({made - started})"


GOLD = sorted(REAL.glob("*.gold.json")) if REAL.exists() else []
READABLE = [path for path in GOLD if not path.name.startswith("huaian")]
"""One real report is a PDF: its text comes from the readers of attachments, not from here."""


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name[:-10])
def test_real_report(path: Path) -> None:
    gold = json.loads(path.read_text(encoding="utf-8"))
    stem = path.name.removesuffix(".gold.json")
    (source,) = [one for one in REAL.glob(f"{stem}.*") if one.suffix != ".json"]
    kind = "text/html" if source.suffix == ".html" else "text/plain"
    page = page_from_bytes(source.read_bytes(), url="http://127.0.0.1/a", content_type=kind)
    outcome = read_report(main_content(page), NO_CONTEXT)
    report = outcome.report
    assert report is not None, f"{outcome.skip} {outcome.detail}"
    for name in ("report_year", "issuing_body", "division"):
        assert getattr(report, name) == gold[name], name
    if gold.get("admin_level"):
        assert report.body.admin_level == gold["admin_level"], "admin_level"
    if gold.get("body_type"):
        assert report.body.body_type == gold["body_type"], "body_type"
    if gold["published_on"]:
        assert str(report.published_on) == gold["published_on"], "published_on"
    assert_real_figures(report, gold["figures"])


def assert_real_figures(report: Report, gold: list[dict[str, object]]) -> None:
    left = list(report.figures)
    text = "".join(report.document.text_original.split())
    for one in gold:
        quote = "".join(str(one["quote"]).split())
        assert quote in text, f"the page's text has lost {quote}"
        found = [
            figure
            for figure in left
            if (figure.measure.value, figure.value) == (one["measure"], one["value"])
            and _overlap(report, figure, quote)
        ]
        assert found, f"not read: {one}"
        left.remove(found[0])
        assert found[0].qualifier == one.get("qualifier"), f"qualifier of {quote}"
        if one.get("scope"):
            assert found[0].scope == one["scope"], f"scope of {quote}"
    of_another_kind = {one["value"] for one in gold if one["measure"] == "other"}
    for figure in left:
        # what gold does not list must at least be no number that gold says is another kind
        other = figure.measure is Measure.OTHER or figure.value in (0, 1, 2, 9)
        assert other or figure.value not in of_another_kind, figure


def _overlap(report: Report, figure: Figure, quote: str) -> bool:
    """Whether a figure's passage and one of gold's quote share a character, white space apart."""
    original = report.document.text_original
    text = "".join(original.split())
    start = len("".join(original[: figure.original.start].split()))
    end = start + len("".join(figure.quote.split()))
    places = [found.start() for found in re.finditer(re.escape(quote), text)]
    return any(place < end and start < place + len(quote) for place in places)
