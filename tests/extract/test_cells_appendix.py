"""The appendix of 2014 and local tables, made with known values and read again."""

from __future__ import annotations

import random

import pytest

from extract.checks import Checked, check_report
from extract.decode import page_from_bytes
from extract.form_tables import FormTables, read_tables
from extract.main_content import document
from extract.report import CheckOutcome, TableForm

ROWS = """
一、主动公开情况|—|
（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）|条|disclosed_total
其中：主动公开规范性文件数|条|disclosed_normative_docs
制发规范性文件总数|件|normative_docs_issued
（二）通过不同渠道和方式公开政府信息的情况|—|
1.政府公报公开政府信息数|条|disclosed_gazette
2.政府网站公开政府信息数|条|disclosed_website
3.政务微博公开政府信息数|条|disclosed_weibo
4.政务微信公开政府信息数|条|disclosed_wechat
5.其他方式公开政府信息数|条|disclosed_other
二、回应解读情况|—|
（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）|次|responses_total
（二）通过不同渠道和方式回应解读的情况|—|
1.参加或举办新闻发布会总次数|次|press_conferences
其中：主要负责同志参加新闻发布会次数|次|press_conferences_by_head
2.政府网站在线访谈次数|次|online_interviews
其中：主要负责同志参加政府网站在线访谈次数|次|online_interviews_by_head
3.政策解读稿件发布数|篇|policy_explainers
4.微博微信回应事件数|次|weibo_wechat_responses
5.其他方式回应事件数|次|other_responses
三、依申请公开情况|—|
（一）收到申请数|件|requests_received
1.当面申请数|件|req_in_person
2.传真申请数|件|req_fax
3.网络申请数|件|req_online
4.信函申请数|件|req_letter
（二）申请办结数|件|requests_closed
1.按时办结数|件|closed_on_time
2.延期办结数|件|closed_extended
（三）申请答复数|件|replies_total
1.属于已主动公开范围数|件|reply_already_public
2.同意公开答复数|件|reply_granted
3.同意部分公开答复数|件|reply_partial
4.不同意公开答复数|件|reply_denied
其中：涉及国家秘密|件|denied_state_secret
涉及商业秘密|件|denied_trade_secret
涉及个人隐私|件|denied_privacy
危及国家安全、公共安全、经济安全和社会稳定|件|denied_security_stability
不是《条例》所指政府信息|件|denied_not_gov_info
法律法规规定的其他情形|件|denied_other_law
5.不属于本行政机关公开数|件|reply_not_this_agency
6.申请信息不存在数|件|reply_not_exist
7.告知作出更改补充数|件|reply_amend
8.告知通过其他途径办理数|件|reply_other_channel
四、行政复议数量|件|review_total
（一）维持具体行政行为数|件|review_upheld
（二）被依法纠错数|件|review_corrected
（三）其他情形数|件|review_other
五、行政诉讼数量|件|litigation_total
（一）维持具体行政行为或者驳回原告诉讼请求数|件|litigation_upheld
（二）被依法纠错数|件|litigation_corrected
（三）其他情形数|件|litigation_other
六、举报投诉数量|件|complaints
七、依申请公开信息收取的费用|万元|fees_wan_yuan
八、机构建设和保障经费情况|—|
（一）政府信息公开工作专门机构数|个|dedicated_units
（二）设置政府信息公开查阅点数|个|reading_points
（三）从事政府信息公开工作人员数|人|staff_total
1.专职人员数（不包括政府公报及政府网站工作人员数）|人|staff_full_time
2.兼职人员数|人|staff_part_time
（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）|万元|budget_wan_yuan
九、政府信息公开会议和培训情况|—|
（一）召开政府信息公开工作会议或专题会议数|次|meetings
（二）举办各类培训班数|次|training_sessions
（三）接受培训人员数|人次|trainees
""".strip().split("\n")
LINES = [tuple(row.split("|")) for row in ROWS]
PROSE = "根据条例规定，现公布安定县2016年政府信息公开工作年度报告，全年工作有序推进，成效明显。"


def made(number: int) -> tuple[list[list[str]], dict[str, float | int | None]]:
    """The table's rows of text, and its cells."""
    draw = random.Random(number)
    cells: dict[str, float | int | None] = {}
    rows = [["统计指标", "单位", "统计数"]]
    for label, unit, name in LINES:
        if not name:
            rows.append([label, unit, draw.choice(["", "—"])])
            continue
        value = draw.choice([0, draw.randint(0, 50), draw.randint(0, 99_999), None])
        cells[f"e2_{name}"] = value
        rows.append([label, unit, "" if value is None else str(value)])
        if name == "req_letter" and number % 3 == 0:
            rows.append(["5.电子邮件申请数", "件", "4"])
            cells["local_req_email"] = 4
    if number % 2:
        rows = [["序号", *rows[0]], *[[str(i), *row] for i, row in enumerate(rows[1:], 1)]]
    if number % 5 == 4:
        del rows[0]
    return rows, cells


def read(rows: list[list[str]], *, as_text: bool = False) -> FormTables:
    if as_text:
        lines = "\n".join(" | ".join(row) for row in rows)
        body, media = f"安定县2016年政府信息公开年度报告\n{PROSE}\n{lines}\n{PROSE}", "text/plain"
    else:
        table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        body = (
            f"<h1>安定县2016年年度报告</h1><p>{PROSE * 3}</p><table>{table}</table><p>{PROSE}</p>"
        )
        media = "text/html"
    page = page_from_bytes(body.encode(), url="http://127.0.0.1/r", content_type=media)
    return read_tables(document(page))


@pytest.mark.parametrize("number", range(20))
def test_the_appendix_of_2014(number: int) -> None:
    rows, cells = made(number)
    tables = read(rows, as_text=number % 4 == 3)
    assert {cell.name: cell.value for cell in tables.cells} == cells
    assert tables.appendix_form is TableForm.FORM_2014
    assert (tables.table2_form, tables.table3_form) == (None, None)
    assert len(cells) in (58, 59)


def test_damaged_labels_are_known_by_their_place() -> None:
    rows, cells = made(2)
    for row in rows:
        row[0] = row[0].replace("信函申请数", "信涵申请数").replace("被依法纠错数", "被依怯纠错数")
    assert {cell.name: cell.value for cell in read(rows).cells} == cells


def test_several_columns_without_a_total_are_not_chosen_from() -> None:
    rows, _ = made(1)
    wide = [[*rows[0][:3], "区政府统计数", "乡镇统计数"], *[[*row, "1"] for row in rows[1:]]]
    tables = read(wide)
    assert not tables.cells
    assert [finding.kind for finding in tables.findings] == ["table_row_unreadable"]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_columns_that_are_blank_in_every_row_say_nothing(number: int) -> None:
    rows, cells = made(number)
    wide = [[*row, "", " "] for row in rows]
    assert {cell.name: cell.value for cell in read(wide).cells} == cells
    wide[-1][-1] = "7"
    assert not read(wide).cells, "a figure stands in one of them: which is the body's?"


def test_the_total_of_several_columns_is_read() -> None:
    rows, cells = made(1)
    wide = [[*rows[0][:3], "区政府", "乡镇", "合计"], *[[*r[:3], "1", "2", r[3]] for r in rows[1:]]]
    assert {cell.name: cell.value for cell in read(wide).cells} == cells


def test_a_removed_row_is_reported_and_moves_no_other() -> None:
    rows, cells = made(5)
    rows = [row for row in rows if "维持具体行政行为数" not in row[1]]
    tables = read(rows)
    got = {cell.name: cell.value for cell in tables.cells}
    assert got == {name: value for name, value in cells.items() if name != "e2_review_upheld"}
    assert any("e2_review_upheld" in finding.message for finding in tables.findings)


def test_an_ambiguous_row_between_lost_anchors_is_not_guessed() -> None:
    """Without 行政诉讼数量 a lone 被依法纠错数 may be of a review or of a suit."""
    rows, cells = made(5)
    rows = [r for r in rows if "行政诉讼数量" not in r[1] and "驳回原告" not in r[1]]
    cut = next(i for i, row in enumerate(rows) if "被依法纠错数" in row[1])
    del rows[cut]
    got = {cell.name: cell.value for cell in read(rows).cells}
    assert all(got[name] == cells[name] for name in got)


LOCAL = [
    ["指标名称", "计量单位", "2012年度", "历年累计"],
    ["主动公开信息数", "条", "20", "30"],
    ["其中：1.网站公开", "条", "18", "28"],
    ["现场接待人数", "人次", "7", "9"],
    ["受理依申请公开信息总数", "条", "6", "8"],
    ["其中：1.当面申请数", "条", "1", "1"],
    ["2.传真申请数", "条", "2", "2"],
    ["3.电子邮件申请数", "条", "2", "4"],
    ["对申请的答复数", "条", "6", "8"],
    ["其中：1.同意公开答复数", "条", "5", "7"],
    ["3.否决公开答复数", "条", "1", "1"],
]


def test_a_local_table_with_a_cumulative_column() -> None:
    tables = read(LOCAL)
    got = {cell.name: cell.value for cell in tables.cells}
    assert tables.appendix_form is TableForm.LOCAL
    assert got["e2_disclosed_total"] == 20
    assert got["e2_disclosed_total_cumulative"] == 30
    assert got["local_req_email"] == 2
    assert any("1 rows" in f.message and "现场接待人数" in f.message for f in tables.findings)
    checks = check_report(
        Checked(
            cells=tables.cells,
            table2_form=None,
            table3_form=None,
            appendix_form=tables.appendix_form,
            admin_level=None,
            title_year=2012,
        )
    )
    outcomes = {check.identity: (check.outcome, check.printed, check.computed) for check in checks}
    assert outcomes["e2_received"] == (CheckOutcome.FAIL, 6, 5)
    assert outcomes["e2_replies"] == (CheckOutcome.PASS, 6, 6)
    assert outcomes["e2_channels"] == (CheckOutcome.FAIL, 20, 18)
    assert outcomes["e2_closed"][0] is CheckOutcome.NOT_APPLICABLE
