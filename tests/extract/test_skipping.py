"""What is a report and what only looks near, by title and by text, in both directions."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_documents import NO_CONTEXT, document_of

from extract.reading import read_report
from extract.report import Outcome, SkipReason
from extract.titles import confusable, looks_like_report_title, names_disclosure_report

TOLD = Path(__file__).with_name("titles_told.txt")
TITLES = [
    tuple(line.split("\t"))
    for line in TOLD.read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
REPORT_TITLE = "康县2012年政府信息公开工作年度报告"
OPENING = (
    "根据《中华人民共和国政府信息公开条例》和上级有关规定,编制本年度报告。本报告由概述、主动公开政府信息情况、"
    "依申请公开情况、存在的主要问题及改进措施等部分组成,统计期限自2012年1月1日至12月31日。\n"
)
PARTS = (
    "一、概述\n2012年,全县认真贯彻落实条例,各项工作取得新进展。\n"
    "二、主动公开政府信息情况\n全县共主动公开政府信息1205条,其中政府网站公开1100条。\n"
    "三、依申请公开政府信息情况\n全年共收到政府信息公开申请12件,均按时答复。\n"
    "四、收费及减免情况\n未收取任何费用。\n"
    "五、行政复议和行政诉讼情况\n未发生因政府信息公开引起的行政复议和行政诉讼。\n"
    "六、存在的问题和改进措施\n公开内容还不够全面,下一步将继续改进。\n"
)
SIGNED = "康县人民政府\n2013年3月1日\n"
REPORT = OPENING + PARTS + SIGNED


@pytest.mark.parametrize(("told", "title"), TITLES)
def test_titles(told: str, title: str) -> None:
    reason = confusable(title)
    if told == "report":
        assert reason is None
        assert names_disclosure_report(title)
        assert "年" not in title or looks_like_report_title(title)
    else:
        assert not looks_like_report_title(title)
        assert reason == told


@pytest.mark.parametrize("title", [title for told, title in TITLES if told == "report"])
def test_a_report_is_read_whatever_words_its_title_has(title: str) -> None:
    assert skipped(title, REPORT) is None


@pytest.mark.parametrize(
    ("told", "title"), [pair for pair in TITLES if pair[0] not in ("report", "news", "notice")]
)
def test_what_is_none_is_refused_with_its_reason(told: str, title: str) -> None:
    outcome = read(title, REPORT)
    assert outcome.skip == told
    assert outcome.detail


def read(title: str, text: str) -> Outcome:
    return read_report(document_of(text, title=title), NO_CONTEXT)


def skipped(title: str, text: str) -> SkipReason | None:
    return read(title, text).skip


@pytest.mark.parametrize(
    "title",
    [
        "康县关于印发2012年政府信息公开工作年度报告的通知",
        "康县人民政府公布2012年政府信息公开年度报告",
        "关于报送2012年政府信息公开年报的函",
        "康县2012年年报",
        "政府信息公开(康县2012年)",
    ],
)
def test_a_whole_report_is_read_under_the_title_of_what_carries_it(title: str) -> None:
    report = read(title, f"{REPORT_TITLE}\n{OPENING}{PARTS}").report
    assert report is not None
    assert (report.report_year, report.issuing_body) == (2012, "康县人民政府")


@pytest.mark.parametrize(
    "sentence",
    [
        "加强政策解读,通过图解、一图读懂、动漫等形式开展解读12次。",
        "近日,我县召开政府信息公开工作年度报告编制培训会。",
        "记者就此采访了县政府办公室负责人。",
        "印发《关于做好2012年政府信息公开工作年度报告编制报送有关事项的通知》,请各单位按时报送。",
        "现将各单位年报编制工作情况通报,有关要求已经传达。",
        "按照政府信息公开工作年度报告格式的要求,对照范文和模板逐项填写。",
        "完善法治政府建设年度报告、政府网站工作年度报表、部门预决算公开制度。",
        "对访问的页面不存在、404错误等问题及时整改。",
        "申请信息不存在的2件,已告知申请人。",
        "统计制度、考核办法、工作要点、指南和目录进一步健全。",
        "档案编号XXGK-2012,由XX科室负责,XX年起实行。",
    ],
)
def test_a_word_in_the_text_of_a_report_does_not_refuse_it(sentence: str) -> None:
    assert skipped(REPORT_TITLE, OPENING + sentence + "\n" + PARTS) is None
    assert skipped(REPORT_TITLE, f"{sentence}\n{REPORT}") is None


SHORT = (
    "2012年,我镇认真贯彻《政府信息公开条例》,主动公开政府信息45条,未收到政府信息公开申请,未发生行政复议和诉讼。"
    "今后将进一步加大公开力度。\n"
)


@pytest.mark.parametrize("lead", ["", "近日,我镇完成了信息公开查阅点建设。", "加强政策解读。"])
def test_a_report_of_a_few_lines_is_a_report(lead: str) -> None:
    text = f"康县王坝镇2012年政府信息公开年度报告\n{lead}{SHORT}"
    assert skipped("康县王坝镇2012年政府信息公开年度报告", text) is None


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        (
            "康县2012年政府信息公开年度报告",
            "本报讯(记者张三)近日,康县2012年政府信息公开年度报告在县政府门户网站公布,全文约五千字,"
            "市民可登录查阅。报告显示,全县信息公开工作有序推进。",
            SkipReason.NEWS,
        ),
        (
            "康县2012年政府信息公开年度报告编制",
            "各乡镇、各部门:\n现将2012年政府信息公开年度报告编制报送工作有关事项通知如下,请各单位于3月1日前报送。"
            "内容包括概述、主动公开情况、依申请公开情况等。",
            SkipReason.NOTICE,
        ),
        (
            "康县2012年信息公开",
            "我县举办信息公开知识讲座,介绍政府信息公开条例的主要内容,各单位代表踊跃发言,气氛热烈。",
            SkipReason.NOT_A_REPORT,
        ),
        (
            "2012年政府信息公开工作年度报告",
            "XX单位2012年政府信息公开工作年度报告\n一、概述\nXX年,XX单位认真贯彻条例。\n二、主动公开情况\n"
            "主动公开政府信息XX条。\n三、依申请公开情况\n收到申请XX件。\n",
            SkipReason.BLANK_FORM,
        ),
    ],
)
def test_texts_of_what_is_none(title: str, text: str, reason: SkipReason) -> None:
    outcome = read(title, text)
    assert outcome.skip is reason
    assert outcome.detail
