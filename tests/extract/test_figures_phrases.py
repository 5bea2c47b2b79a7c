"""Sentences as reports of 2008–2024 write them, of towns, departments, cities, ministries."""

from __future__ import annotations

import pytest
from plain_documents import NO_CONTEXT, document_of

from extract.reading import read_report
from extract.report import Figure, Measure, Qualifier

CITY = "安顺市{year}年政府信息公开工作年度报告"
COUNTY = "康县人民政府{year}年政府信息公开年度报告"
BUREAU = "康县教育局{year}年政府信息公开工作年度报告"
TOWN = "康县王坝镇{year}年政府信息公开年度报告"
MINISTRY = "水利部{year}年政府信息公开工作年度报告"

D, RR, RC = Measure.DISCLOSED, Measure.REQUESTS_RECEIVED, Measure.REQUESTS_CLOSED
G, P, N = Measure.GRANTED, Measure.PARTIALLY_GRANTED, Measure.DENIED
CI, CO = Measure.REQUESTS_CARRIED_IN, Measure.REQUESTS_CARRIED_OUT
RV, LT, FE = Measure.REVIEW_TOTAL, Measure.LITIGATION_TOTAL, Measure.FEES

# title, sentence, what is read of it: (measure, value, scope)
POSITIVE: list[tuple[str, str, list[tuple[Measure, float, str | None]]]] = [
    (CITY, "全市各级行政机关共主动公开政府信息12,345条。", [(D, 12345, None)]),
    (CITY, "2011年,全市累计主动公开政府信息3.2万余条。", [(D, 32000, None)]),
    (CITY, "其中,市政府各部门主动公开政府信息8210条。", [(D, 8210, "市政府各部门")]),
    (CITY, "各县(市、区)主动公开政府信息20135条。", [(D, 20135, "各县(市、区)")]),
    (CITY, "市直部门共主动公开政府信息6543条,各县区共主动公开政府信息7654条。",
     [(D, 6543, "市直部门"), (D, 7654, "各县区")]),
    (COUNTY, "全县主动公开的政府信息共计1,024条。", [(D, 1024, None)]),
    (COUNTY, "2011年度,全县共公开政府信息3056条。", [(D, 3056, None)]),
    (COUNTY, "主动公开政府信息总数为4100条,比上年增加320条。", [(D, 4100, None)]),
    (COUNTY, "2011年我县主动公开政府信息数量达到9876条。", [(D, 9876, None)]),
    (COUNTY, "截至2011年12月31日,全县共主动公开政府信息2000余条。", [(D, 2000, None)]),
    (COUNTY, "各乡镇主动公开政府信息1503条。", [(D, 1503, "各乡镇")]),
    (BUREAU, "2011年,我局共主动公开政府信息156条。", [(D, 156, None)]),
    (BUREAU, "全年主动公开信息近300条。", [(D, 300, None)]),
    (BUREAU, "本机关2011年新增主动公开政府信息45条。", [(D, 45, None)]),
    (BUREAU, "县教育局主动公开政府信息88条。", [(D, 88, None)]),
    (BUREAU, "全年公开各类政府信息1234条次。", [(D, 1234, None)]),
    (BUREAU, "共发布各类信息三百二十条。", [(D, 320, None)]),
    (TOWN, "我镇共主动公开政府信息67条。", [(D, 67, None)]),
    (TOWN, "2011年镇政府主动公开政府信息约80条。", [(D, 80, None)]),
    (MINISTRY, "2011年,我部主动公开政府信息5321条。", [(D, 5321, None)]),
    (CITY, "全市通过政府网站、政府公报、新闻发布会等多种方式主动公开政府信息5.5万条。",
     [(D, 55000, None)]),
    (CITY, "2011年,全市共收到政府信息公开申请1,205件。", [(RR, 1205, None)]),
    (CITY, "市政府办公室共受理政府信息公开申请32件。", [(RR, 32, "市政府办公室")]),
    (COUNTY, "全县共收到公民、法人和其他组织提出的政府信息公开申请三十二件。", [(RR, 32, None)]),
    (COUNTY, "2011年全县共收到有关政府信息公开的申请21条。", [(RR, 21, None)]),
    (COUNTY, "全年受理依申请公开政府信息15件,办结15件。", [(RR, 15, None), (RC, 15, None)]),
    (COUNTY, "本年度共新收政府信息公开申请48件,上年结转2件,办结49件,结转下年度1件。",
     [(RR, 48, None), (CI, 2, None), (RC, 49, None), (CO, 1, None)]),
    (BUREAU, "我局共接到信息公开申请6起。", [(RR, 6, None)]),
    (BUREAU, "2011年收到7件政府信息公开申请,其中6件已办结。", [(RR, 7, None), (RC, 6, None)]),
    (BUREAU, "全年收到依申请公开事项4件,按时办结4件。", [(RR, 4, None), (RC, 4, None)]),
    (BUREAU, "2011年度信息公开申请总数为12件。", [(RR, 12, None)]),
    (MINISTRY, "全年共收到政府信息公开申请1,024件,按期办结1,019件。",
     [(RR, 1024, None), (RC, 1019, None)]),
    (BUREAU, "2011年我局未收到政府信息公开申请。", [(RR, 0, None)]),
    (BUREAU, "我局没有收到公民、法人或者其他组织要求公开政府信息的申请。", [(RR, 0, None)]),
    (TOWN, "本年度我镇无依申请公开政府信息情况。", [(RR, 0, None)]),
    (TOWN, "2011年,我镇尚未接到政府信息公开申请。", [(RR, 0, None)]),
    (COUNTY, "全年收到政府信息公开申请0件。", [(RR, 0, None)]),
    (CITY, "在已答复的申请中,同意公开120件,同意部分公开15件,不予公开8件。",
     [(G, 120, None), (P, 15, None), (N, 8, None)]),
    (CITY, "对申请的答复情况:予以公开56件、部分公开4件、不予公开11件。",
     [(G, 56, None), (P, 4, None), (N, 11, None)]),
    (CITY, "依申请公开答复中,20件予以公开,3件部分公开,1件不予公开。",
     [(G, 20, None), (P, 3, None), (N, 1, None)]),
    (COUNTY, "依申请公开中同意公开答复数17条,不同意公开答复数2条。", [(G, 17, None), (N, 2, None)]),
    (COUNTY, "没有不予公开的政府信息公开申请。", [(N, 0, None)]),
    (COUNTY, "全县未发生因政府信息公开申请行政复议、提起行政诉讼的情况。",
     [(RV, 0, None), (LT, 0, None)]),
    (COUNTY, "因政府信息公开被申请行政复议和提起行政诉讼均为0件。", [(RV, 0, None), (LT, 0, None)]),
    (COUNTY, "2011年政府信息公开行政复议、行政诉讼均为零。", [(RV, 0, None), (LT, 0, None)]),
    (CITY, "全市因政府信息公开引起的行政复议12件、行政诉讼5件。", [(RV, 12, None), (LT, 5, None)]),
    (CITY, "全年发生因政府信息公开申请行政复议案件3起,提起行政诉讼案件1起。",
     [(RV, 3, None), (LT, 1, None)]),
    (CITY, "全市发生3件政府信息公开行政复议,没有发生政府信息公开行政诉讼。",
     [(RV, 3, None), (LT, 0, None)]),
    (BUREAU, "我局无因政府信息公开引发的行政复议、行政诉讼案件。", [(RV, 0, None), (LT, 0, None)]),
    (BUREAU, "没有收到针对本局信息公开事务的行政复议申请。", [(RV, 0, None)]),
    (MINISTRY, "因政府信息公开被申请行政复议21件,被提起行政诉讼9件。",
     [(RV, 21, None), (LT, 9, None)]),
    (BUREAU, "2011年我局在政府信息公开中未收取任何费用。", [(FE, 0, None)]),
    (BUREAU, "依申请公开政府信息未发生收费情况。", [(FE, 0, None)]),
    (COUNTY, "依申请公开政府信息共收取检索、复制、邮寄等费用380元。", [(FE, 380, None)]),
    (CITY, "全市依申请公开信息收取的费用共1.25万元。", [(FE, 1.25, None)]),
    (COUNTY, "2011年,政府信息公开申请数为零。", [(RR, 0, None)]),
    (TOWN, "我镇未收到依申请公开政府信息的申请,无行政复议和行政诉讼情况。",
     [(RR, 0, None), (RV, 0, None), (LT, 0, None)]),
    (BUREAU, "我局共制作政府信息256条,其中主动公开信息200条,依申请公开信息40条。",
     [(D, 200, None)]),
    (CITY, "对申请的答复中不予公开5件,其中涉及国家秘密不予公开1件。", [(N, 5, None)]),
    (BUREAU, "今年我局没有接到一例政府信息公开申请。", [(RR, 0, None)]),
    (BUREAU, "没有发生一起因政府信息公开引起的行政复议案件。", [(RV, 0, None)]),
    (COUNTY, "对7件申请,同意公开的5件,占71%;部分公开的1件;不予公开的1件。",
     [(G, 5, None), (P, 1, None), (N, 1, None)]),
    (COUNTY, "没有向申请人收取检索、复制、邮寄等成本费用。", [(FE, 0, None)]),
]  # fmt: skip

NEGATIVE: list[tuple[str, str]] = [
    (CITY, "比2010年多2385条,增长4.32%。"),
    (CITY, "2010年,全市主动公开政府信息11000条。"),
    (CITY, "自2008年5月1日《条例》施行以来,全市累计主动公开政府信息15万条。"),
    (CITY, "截至2011年底,累计主动公开政府信息25188条。"),
    (CITY, "其中,概况类11244条,占18.27%。"),
    (CITY, "工作动态类信息35241条。"),
    (CITY, "公开财政预算信息203条、招投标信息753条。"),
    (CITY, "要求各单位每月主动公开政府信息不少于5条。"),
    (CITY, "2012年力争全市主动公开政府信息20000条。"),
    (COUNTY, "县长信箱受理群众来信626件,办结620件。"),
    (COUNTY, "12345热线共收到群众诉求1203件,办结1200件。"),
    (COUNTY, "清查补签承包租赁合同78份,清欠承包费租金64.4万元。"),
    (COUNTY, "县政府共审理行政复议案件35件,审结33件。"),
    (COUNTY, "自然人申请18件,法人或其他组织申请3件。"),
    (BUREAU, "未出现超期答复政府信息公开申请的情况。"),
    (BUREAU, "取消了3项收费项目,收取学费120万元。"),
    (BUREAU, "没有违规收费行为。"),
    (BUREAU, "公开政府信息公开目录1份,指南1份。"),
    (TOWN, "接待来访群众230人次,受理信访案件12件。"),
    (TOWN, "召开听证会3次,印发宣传资料5000份。"),
    (TOWN, "未及时更新政府信息公开申请渠道。"),
    (MINISTRY, "全年受理行政许可申请1320件,办结1318件。"),
    (CITY, "不予公开信息数1854条。"),
    (CITY, "行政复议和行政诉讼案件共3件,全部办结。"),
    (CITY, "行政复议结果维持72件,结果纠正64件。"),
    (CITY, "没有行政复议被纠错、行政诉讼败诉的情况。"),
    (MINISTRY, "共收到行政复议申请56件(其中涉及政府信息公开12件)。"),
    (CITY, "截至12月31日,全市累计主动公开政府信息34,567条,其中2011年新增8,901条。"),
    (BUREAU, "政府信息公开专项经费5万元。"),
    (CITY, "人均主动公开政府信息12条。"),
    (CITY, "主动公开政府信息较多的单位有5个。"),
]


def read(title: str, sentence: str, year: int = 2011) -> tuple[Figure, ...]:
    heading = title.format(year=year)
    opening = "根据《中华人民共和国政府信息公开条例》的规定,编制本报告。本报告由五个部分组成。"
    outcome = read_report(document_of(f"{heading}\n{opening}\n{sentence}\n"), NO_CONTEXT)
    assert outcome.report is not None, f"not read as a report: {outcome.skip} {outcome.detail}"
    return tuple(one for one in outcome.report.figures if one.measure is not Measure.OTHER)


@pytest.mark.parametrize(("title", "sentence", "expected"), POSITIVE)
def test_sentence_gives_exactly_its_figures(
    title: str, sentence: str, expected: list[tuple[Measure, float, str | None]]
) -> None:
    figures = [(one.measure, one.value, one.scope) for one in read(title, sentence)]
    assert sorted(figures, key=str) == sorted(expected, key=str), sentence


@pytest.mark.parametrize(("title", "sentence"), NEGATIVE)
def test_sentence_of_another_kind_gives_nothing(title: str, sentence: str) -> None:
    figures = read(title, sentence)
    assert figures == (), [(one.measure.value, one.value, one.quote) for one in figures]


@pytest.mark.parametrize(
    ("sentence", "qualifier"),
    [
        ("全县主动公开政府信息1200余条。", Qualifier.MORE_THAN),
        ("全县主动公开政府信息1200多条。", Qualifier.MORE_THAN),
        ("全县主动公开政府信息1200条以上。", Qualifier.MORE_THAN),
        ("全县主动公开政府信息超过1200条。", Qualifier.MORE_THAN),
        ("全县主动公开政府信息近1200条。", Qualifier.NEARLY),
        ("全县主动公开政府信息约1200条。", Qualifier.ABOUT),
        ("全县主动公开政府信息1200条左右。", Qualifier.ABOUT),
        ("全县主动公开政府信息1200条。", None),
    ],
)
def test_softened_numbers_keep_their_qualifier(sentence: str, qualifier: Qualifier | None) -> None:
    (figure,) = read(COUNTY, sentence)
    assert (figure.value, figure.qualifier, figure.negated) == (1200, qualifier, False), sentence


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("5,371条", 5371), ("615.54万条", 6155400), ("1.2万余条", 12000), ("１２３条", 123),
        ("三十二条", 32), ("一千二百条", 1200), ("18万余条", 180000), ("2 024条", None),
    ],
)  # fmt: skip
def test_printed_numbers(printed: str, value: int | None) -> None:
    figures = read(COUNTY, f"全县主动公开政府信息{printed}。")
    if value is not None:
        assert [one.value for one in figures] == [value], printed


def test_zero_that_is_printed_is_not_negated_and_a_stated_one_is() -> None:
    printed = read(COUNTY, "因政府信息公开被申请行政复议和提起行政诉讼均为0件。")
    stated = read(COUNTY, "未发生因政府信息公开申请行政复议、提起行政诉讼的情况。")
    assert [(one.negated, one.unit) for one in printed] == [(False, "件")] * 2
    assert [(one.negated, one.unit) for one in stated] == [(True, None)] * 2


def test_fee_of_2021_and_later_is_a_processing_fee() -> None:
    heads = "一、总体情况\n全县工作扎实推进。\n二、主动公开政府信息情况\n见表。\n"
    last = "六、其他需要报告的事项\n政府信息公开未发生收费情况。"
    assert [one.measure for one in read(COUNTY, heads + last, year=2023)] == [
        Measure.PROCESSING_FEE
    ]
    assert [one.measure for one in read(COUNTY, heads + last, year=2012)] == [FE]


def test_quote_is_the_original_and_the_offsets_hold() -> None:
    text = (
        "康縣人民政府2012年政府信息公開年度報告\n根據《條例》編制,政府信息公開。\n"
        "全縣共收到政府信息公開申請１２件,同意公開10件。\n"
    )
    outcome = read_report(document_of(text), NO_CONTEXT)
    assert outcome.report is not None
    for figure in outcome.report.figures:
        assert figure.quote == text[figure.original.start : figure.original.end]
        inside = outcome.report.document.text[figure.span.start : figure.span.end]
        assert str(int(figure.value)) in inside
    assert [one.quote for one in outcome.report.figures] == [
        "收到政府信息公開申請１２件",
        "同意公開10件",
    ]


def test_numbers_in_tables_are_not_prose() -> None:
    text = (
        "康县人民政府2012年政府信息公开年度报告\n"
        "根据《中华人民共和国政府信息公开条例》的规定和上级的要求,编制本年度报告,并向社会公布。\n"
        "收到政府信息公开申请 | 12件 |\n"
    )
    outcome = read_report(document_of(text), NO_CONTEXT)
    assert outcome.report is not None and outcome.report.figures == ()


def test_sentence_broken_over_lines_is_read_whole() -> None:
    broken = (
        "全县各级行政机关按照要求认真做好工作,2011年共收到政府信息公\n"
        "开申请 27 件,全部按时答复申请人,群众满意度进一步\n提高。"
    )
    assert [(one.measure, one.value) for one in read(COUNTY, broken)] == [(RR, 27)]
