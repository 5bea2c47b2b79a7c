"""Plain text and saved pages: what is kept, what goes, and where everything stands."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract import chrome, decode, main_content
from extract.document import Document

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
GOLD = json.loads((SHARED / "seeds" / "gold.json").read_text("utf-8"))
REAL = sorted(
    path.name.removesuffix(".gold.json")
    for path in (SHARED / "real").glob("*.gold.json")
    if "huaian" not in path.name
)


def read(body: bytes, content_type: str | None = None) -> Document:
    page = decode.page_from_bytes(
        body, url="http://www.example.gov.cn/a/", content_type=content_type
    )
    return main_content.document(page)


def read_text(text: str) -> Document:
    return read(text.encode(), "text/plain")


def read_html(body: str, head: str = "") -> Document:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read(page.encode(), "text/html")


@pytest.mark.parametrize("name", sorted(GOLD))
def test_seed_text_loses_its_chrome_and_nothing_else(name: str) -> None:
    raw = (SHARED / "seeds" / name).read_text("utf-8")
    document = read(raw.encode())
    assert document.title == GOLD[name]["title"]
    lines = [line.strip() for line in html.unescape(raw).split("\n") if line.strip()]
    wanted = [
        line
        for line in lines
        if line != document.title and not any(map(line.startswith, GOLD[name]["chrome"]))
    ]
    assert [line.strip() for line in document.text_original.split("\n")] == wanted
    assert len(document.text_original.split("\n")) == len(document.text.split("\n"))


def test_rows_of_plain_text_are_table_spans() -> None:
    document = read((SHARED / "seeds" / "002_ee48f4fde292f35b.txt").read_bytes())
    tables = [document.text[span.start : span.end] for span in document.table_spans]
    assert len(tables) == 3
    assert tables[0].startswith("第二十条第(一)项 |\n||||") and tables[0].endswith("37844万元 |")
    assert tables[1].endswith("四、结转下年度继续办理 |\n" + "0 |\n" * 6 + "0 |")
    assert tables[2].count("\n|") == 15, "three rows of bars and twelve blank cells"
    assert document.grids == ()


@pytest.mark.parametrize("stem", REAL)
def test_quotes_of_real_reports_are_in_the_text(stem: str) -> None:
    gold = json.loads((SHARED / "real" / f"{stem}.gold.json").read_text("utf-8"))
    source = next(p for p in (SHARED / "real").glob(f"{stem}.*") if p.suffix in (".html", ".txt"))
    document = read(source.read_bytes())
    assert document.title == gold["title"]
    missing = [f["quote"] for f in gold["figures"] if f["quote"] not in document.text_original]
    assert missing == []


def test_grids_of_a_real_page_stand_where_their_spans_say() -> None:
    document = read((SHARED / "real" / "shuyang_fagaiju_2023.html").read_bytes())
    assert len(document.grids) == 3
    for grid in document.grids:
        text = document.text[grid.span.start : grid.span.end]
        cells = [cell for row in grid.rows for cell in row if cell]
        at = 0
        for cell in cells:
            at = text.index(cell, at) + len(cell)
    assert document.grids[1].rows[3][-1] is not None
    assert ("索引号", "014314799/2024-00002") in document.metadata.labels
    assert document.text.endswith("沭阳县发展和改革局\n2024年1月17日")
    assert document.metadata.site_name is None, "metas of an included header are not the page's"


PROSE_LIKE = [
    "如对本报告有疑问，请与某某局办公室联系（地址：某路1号；邮编：100000；电话：0451-1234567）。",
    "主办的网站12个，由各单位负责维护，技术支持由某某公司提供，全年运行平稳，未发生安全事件，"
    "累计访问量达到123万人次，其中政府信息公开专栏访问量45万人次，较上年增长12%，群众满意度明显提高。"
    "同时加强了对各乡镇、各部门网站的日常监测和检查，及时整改发现的问题，保障了政府网站安全平稳运行，"
    "为公众获取政府信息提供了便利，得到了社会各界的广泛好评和充分肯定。版权所有的作品依法公开。",
    "一、概述",
    "二、主动公开政府信息情况",
    "相关链接工作由办公室负责，全年更新链接12个，保证了网站的正常运行。",
    "关闭政务微博3个，注销账号2个",
    "分享经验，召开现场会2次，参加人员120人次。",
    "下一步，我局将认真做好政府信息公开工作",
    "下载量达1200次，浏览量达5万次，群众普遍反映良好。",
    "某某市人民政府办公室",
    "2016年1月20日",
    "单位负责人：张三 审核人：李四 填报人：王五",
]


@pytest.mark.parametrize("line", PROSE_LIKE)
def test_what_a_report_says_is_no_frame(line: str) -> None:
    assert not chrome.is_tool_bar(line)
    assert not chrome.is_step_link(line)
    assert chrome.breadcrumb_of(line) is None
    assert not chrome.begins_tail(line)
    body = [f"{n}、我局第{n}项政府信息公开工作开展顺利，取得了明显成效。" for n in "一二三四"]
    document = read_html("".join(f"<p>{each}</p>" for each in [*body, line, body[0]]))
    assert line in document.text_original.split("\n")


@pytest.mark.parametrize(
    "line",
    [
        "文字大小:[    ] 背景色:", "字体：【大 中 小】", "【打印本页】 【关闭窗口】",
        "分享到：微信 微博 QQ空间",
        "浏览次数：1234", "打印 | 关闭", "分享", "關閉", "扫一扫在手机打开当前页",
        "阅读次数： 5 次",
        "版权所有：某某市人民政府", "某ICP备12345678号-1 网站标识码：1234560001",
        "上一篇：关于放假的通知",
        "下一篇：没有了", "主办单位：某某市人民政府办公室", "返回顶部",
    ],
)  # fmt: skip
def test_frame_lines(line: str) -> None:
    assert chrome.is_frame(line)


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("首页 > 政务公开 > 年报", ("首页", "政务公开", "年报")),
        ("当前位置：首页 >> 年报 >> 正文", ("首页", "年报", "正文")),
        ("您现在的位置： 首页 / 公开", ("首页", "公开")),
        ("首页是政府信息公开的主要渠道", None),
        ("位置偏远的3个乡镇设立了查阅点。", None),
    ],
)
def test_breadcrumbs(line: str, steps: tuple[str, ...] | None) -> None:
    assert chrome.breadcrumb_of(line) == steps


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("来源：某局 发布时间：2015-03-01 10:00 浏览次数：3",
         (("来源", "某局"), ("发布时间", "2015-03-01 10:00"))),
        ("索 引 号： 000014349/2015-00012", (("索引号", "000014349/2015-00012"),)),
        ("2016年03月01日 10:20  来源：某局  点击：[12]",
         (("日期", "2016年03月01日 10:20"), ("来源", "某局"))),
        ("发布机构：", ()),
        ("联系电话：0451-1234567", ()),
        ("时间：2015年我局召开会议3次。", ()),
    ],
)  # fmt: skip
def test_label_bars(line: str, pairs) -> None:
    assert chrome.telling_labels(chrome.label_pairs(line)) == pairs


def test_title_sources_in_their_order() -> None:
    body = "<h1>某某市人民政府</h1><h1>某局2015年<br>政府信息公开年报</h1><p>我局无此情况。</p>"
    title = "<title>某局2015年政府信息公开年报_某某市人民政府</title>"
    meta = '<meta name="articletitle" content="甲"><meta name="ArticleTitle" content="乙">'
    assert read_html(body, title + meta).title == "乙"
    assert read_html(body, title + '<meta name="ArticleTitle" content="null">').title == (
        "某局2015年政府信息公开年报"
    )
    assert read_html("<p>我局无此情况。</p>", title).title == "某局2015年政府信息公开年报"
    assert read_html(body, "<title>某某市</title>").title == "某局2015年政府信息公开年报"


def test_catalogue_table_gives_labels_and_no_text() -> None:
    table = (
        "<table><tr><td>索引号：</td><td>000/2015-1</td><td>发布机构：</td><td>某局</td></tr>"
        "<tr><td>名称：</td><td colspan=3>某局2015年年报</td></tr></table>"
    )
    prose = "".join(
        f"<p>{n}、我局第{n}项政府信息公开工作开展顺利，成效明显。</p>" for n in "一二三四"
    )
    document = read_html(f"<div>{table}{prose}</div>")
    assert document.metadata.labels == (
        ("索引号", "000/2015-1"), ("发布机构", "某局"), ("名称", "某局2015年年报"),
    )  # fmt: skip
    assert document.table_spans == ()
    assert document.text.startswith("一、我局")


def test_regeneration_time_is_kept_apart() -> None:
    head = '<meta name="others" content="页面生成时间 2024-05-28 15:46:43">'
    assert read_html("<p>无。</p>", head).metadata.regenerated_at == "2024-05-28 15:46:43"
    head = '<meta name="Maketime" content="2024-05-28">'
    assert read_html("<p>无。</p>", head).metadata.regenerated_at == "2024-05-28"


def test_attachments_are_absolute_and_once_each() -> None:
    links = (
        "<a href='./P1.DOCX'>附件1：情况表</a><a href='P1.DOCX'>再次</a><a href='/x/y.ofd'>原文</a>"
        "<a href='/system/_content/download.jsp?wbfileid=7'>附件2</a>"
        "<a href='javascript:void(0)'>附件3</a><a href='/news/1.html'>新闻</a>"
        "<a href='http://[bad/a.pdf'>坏</a><a href='/f?name=a.pdf&x=1'>下</a>"
    )
    prose = "".join(
        f"<p>{n}、我局第{n}项政府信息公开工作开展顺利，成效明显。</p>" for n in "一二三四"
    )
    document = read_html(f"{prose}<p>{links}</p>")
    assert [link.url for link in document.attachments] == [
        "http://www.example.gov.cn/a/P1.DOCX",
        "http://www.example.gov.cn/x/y.ofd",
        "http://www.example.gov.cn/system/_content/download.jsp?wbfileid=7",
        "http://www.example.gov.cn/f?name=a.pdf&x=1",
    ]


def test_inline_elements_join_and_breaks_part() -> None:
    body = (
        "<p>20<span>1</span><b>5</b>年，我局主动公开政府\n   信息<font>12</font>3条，"
        "\n成效明显，群众满意。"
        "<br/>　　其中，网站公开<!-- x -->100条，微博公开23条，均按时公开。<p>总&nbsp;计：123条"
    )
    assert read_html(body).text_original.split("\n") == [
        "2015年，我局主动公开政府信息123条，成效明显，群众满意。",
        "其中，网站公开100条，微博公开23条，均按时公开。",
        "总\xa0计：123条",
    ]


def test_body_in_a_hidden_element_is_found_and_noted() -> None:
    prose = "".join(
        f"<p>{n}、我局第{n}项政府信息公开工作，开展顺利，成效明显。</p>" * 9 for n in "一二三四"
    )
    document = read_html(f"<div style='display: none'>{prose}</div><p><a href='/'>首页</a></p>")
    assert document.text_original.count("\n") == 35
    assert any("hides" in note for note in document.notes)


def test_printout_lines_are_joined_and_own_lines_are_not() -> None:
    document = read((SHARED / "real" / "suqian_2023.derived.txt").read_bytes())
    assert "深入学习贯彻习近平总书记对江苏工作重要讲话" in document.text
    lines = document.text.split("\n")
    assert "一、总体情况" in lines and "二、主动公开政府信息情况" in lines
    assert "规章 | 2 | 0 | 11" in lines


def test_notice_that_a_page_is_gone_is_its_text() -> None:
    notice = "您访问的页面不存在或已被删除！"
    assert read_html(f"<div>{notice}</div><a href='/'>返回首页</a>").text == notice


PIECES = st.sampled_from(
    ["<table>", "<tr>", "<td colspan=3 rowspan=2>", "</td>", "</table>", "<p>", "</p>", "<div>",
     "</div>", "<br>", "<a href='/x'>", "<a href=x.pdf>", "</a>", "<span style='display:none'>",
     "</span>", "一、总体情况", "我局公开政府信息123条，成效明显，群众满意。", "首页 > 年报",
     "来源：", " ", "<!--", "-->", "<script>", "</script>", "&nbsp;", "\x00", "<h1>某局年报</h1>",
     "2016年1月20日", "<tr></tr>", "<pre>", "<body>", "<html>", "<title>",
     "<select><option>", "附件", "關閉", "|", "\n"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_markup_gives_a_document_that_holds_together(pieces: list[str]) -> None:
    document = read("".join(["<html>", *pieces]).encode(), "text/html")
    covered = "".join(document.text[s.span.start : s.span.end] for s in document.sections)
    assert covered == document.text or not document.text.strip()
    for grid in document.grids:
        assert document.text[grid.span.start : grid.span.end].strip()
        assert len({len(row) for row in grid.rows}) == 1


def test_empty_and_foreign_media() -> None:
    assert read(b"", "text/plain").text == ""
    document = read(b"%PDF-1.4", "application/pdf")
    assert (document.text, document.media_type, document.sections) == ("", "application/pdf", ())


def test_hostile_pages_stay_whole_or_are_noted() -> None:
    deep = read_html("<div>" * 50_000 + "x")
    assert any("nested" in note for note in deep.notes)
    wide = read_html(
        "<table>" + "<tr><td colspan=9999999 rowspan=9999999>x</td></tr>" * 2000 + "</table>"
    )
    assert wide.url
    long = read_text("政府信息公开工作，" * 300_000)
    assert len(long.text) == main_content.TEXT_LIMIT
    assert any("cut" in note for note in long.notes)
