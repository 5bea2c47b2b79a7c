"""Seed texts inside invented page frames: the prose comes out whole, the frame does not."""

from __future__ import annotations

import html
import json
import random
from pathlib import Path

import pytest

from extract import decode, main_content
from extract.document import Document

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
GOLD = json.loads((SEEDS / "gold.json").read_text("utf-8"))

CHROME = (
    "便民服务热线入口", "市长信箱写信", "领导之窗简介", "办事指南大全", "网上信访大厅",
    "政策法规库", "招商引资项目", "人事考录公示", "天气预报查询", "公交线路查询", "某某新闻网",
    "国家部委网站导航",
)  # fmt: skip
TEASER = (
    "某某市召开全市春季植树造林工作会议，市领导出席会议并讲话，要求各部门抓紧落实，确保完成任务。"
)
FOOT = "版权所有：某某市人民政府办公室 网站标识码：1234560001 某ICP备12345678号"


def seed_lines(name: str) -> list[str]:
    """The lines of a seed that are not chrome, by the gold's list read by eye."""
    chrome = GOLD[name]["chrome"]
    text = html.unescape((SEEDS / name).read_text("utf-8"))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [line for line in lines if not any(line.startswith(mark) for mark in chrome)]


def names(rng: random.Random) -> str:
    """A class or id attribute that says nothing."""
    word = "".join(rng.choices("abcdefghjkmnpqrstvwxyz", k=rng.randint(3, 9)))
    return f'{rng.choice(["class", "id"])}="{word}{rng.randint(0, 99)}"'


def links(rng: random.Random, tag: str, count: int) -> str:
    items = rng.sample(CHROME, count)
    return "".join(f'<{tag}><a href="/{i}/">{text}</a></{tag}>' for i, text in enumerate(items))


def paragraphs(lines: list[str], rng: random.Random) -> str:
    """Lines as Word leaves them: paragraphs with nested spans, some figures split."""
    out = []
    for line in lines:
        half = rng.randint(0, len(line))
        first, second = html.escape(line[:half]), html.escape(line[half:])
        if rng.random() < 0.5:
            out.append(
                f'<p style="text-indent:2em">　　<span>{first}</span><span>{second}</span></p>'
            )
        else:
            out.append(f"<p>{first}{second}</p>")
    return "\n".join(out)


def trs(title: str, body: str, rng: random.Random) -> str:
    return f"""<html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="2015-03-01 10:00"><title>{title}_某某市人民政府</title></head><body>
<div class="header"><h1 class="logo">某某市人民政府</h1><ul>{links(rng, "li", 6)}</ul></div>
<div class="crumb">当前位置：<a class="CurrChnlCls" href="../">首页</a>&nbsp;&gt;&nbsp;<a
 class="CurrChnlCls" href="./">信息公开年报</a></div>
<div class="xl"><div class="xl_title">{title}</div>
<div class="xl_bar">来源：某某市人民政府 发布日期：2015-03-01 字体：【大 中 小】 浏览次数：12</div>
<div class=TRS_Editor>{body}</div>
<div class="share">分享到： <a href="#">微信</a> <a href="#">微博</a></div>
<div><a href="javascript:print()">【打印本页】</a>
<a href="javascript:close()">【关闭窗口】</a></div>
<div>上一篇：<a href="./t1.html">关于春节放假的通知</a></div><div>下一篇：没有了</div></div>
<div class="right"><h3>相关链接</h3><ul>{links(rng, "li", 5)}</ul></div>
<div class="footer"><p>{FOOT}</p><p>主办：某某市人民政府办公室</p></div></body></html>"""


def old_tables(title: str, body: str, rng: random.Random) -> str:
    return f"""<html><head><title>某某市政府网站-{title}</title></head>
<body><table width=1000 {names(rng)}><tr><td colspan=2><img src=top.jpg></td></tr>
<tr><td colspan=2><table><tr>{links(rng, "td", 7)}</tr></table></td></tr>
<tr><td valign=top width=200><table>{links(rng, "tr", 4).replace("<tr>", "<tr><td>")}</table></td>
<td {names(rng)}><table width="100%"><tr><td>首页 &gt;&gt; 政务公开 &gt;&gt; 年度报告</td></tr>
<tr><td align=center><b>{title}</b></td></tr>
<tr><td align=center>文字大小:[ <a href="#">大</a> <a href="#">中</a> ] 背景色:</td></tr>
<tr><td {names(rng)}>{body}</td></tr>
<tr><td align=right><a href="javascript:window.close()">关闭</a></td></tr></table></td></tr>
<tr><td colspan=2 align=center>{FOOT}</td></tr></table></body></html>"""


def modern(title: str, body: str, rng: random.Random) -> str:
    a, b, c, d = (names(rng) for _ in range(4))
    return f"""<!doctype html><html lang="zh"><head><meta charset="utf-8">
<title>{title}</title></head><body><div {a}><header><div {b}>
<a href="/">无障碍</a><a href="/">繁体版</a></div>
<nav><ul>{links(rng, "li", 8)}</ul></nav></header>
<main><div {c}><ol><li><a href="/">首页</a></li><li><a href="/zw/">政务公开</a></li></ol></div>
<section {d}><h1>{title}</h1><div><span>发布时间：2015-03-01</span> <span>来源：本站</span></div>
<div {names(rng)}><div {names(rng)}>{body}</div></div></section>
<aside {names(rng)}><h3>热门文章</h3><ul>{links(rng, "li", 5)}</ul><p>{TEASER}</p></aside></main>
<footer><div>{links(rng, "span", 4)}</div><p>{FOOT}</p>
<p>为确保最佳浏览效果，建议您使用以下浏览器版本：IE浏览器9.0版本及以上。</p></footer></div>
<div style="display:none">{TEASER}</div><script>var text = "{TEASER}";</script></body></html>"""


def random_divs(title: str, body: str, rng: random.Random) -> str:
    """As modern, but nothing has a telling element."""
    page = modern(title, body, rng)
    for tag in ("header", "nav", "main", "section", "aside", "footer", "h3", "ol", "ul"):
        page = page.replace(f"<{tag}>", f"<div {names(rng)}>").replace(f"<{tag} ", "<div ")
        page = page.replace(f"</{tag}>", "</div>")
    return page


def read(page: str) -> Document:
    decoded = decode.page_from_bytes(
        page.encode("utf-8"), url="http://www.example.gov.cn/a/t1.html", content_type="text/html"
    )
    return main_content.document(decoded)


@pytest.mark.parametrize("frame", [trs, old_tables, modern, random_divs])
@pytest.mark.parametrize("name", sorted(GOLD))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_frame_goes_and_prose_stays(frame, name: str, seed: int) -> None:
    title, *lines = seed_lines(name)
    rng = random.Random(f"{frame.__name__}{name}{seed}")
    document = read(frame(title, paragraphs(lines, rng), rng))
    assert document.title == title
    assert document.text_original.split("\n") == lines, "the body is not the seed's prose"


FRAMES = [trs, old_tables, modern, random_divs]
TITLE = "某某局2015年政府信息公开工作年度报告"
FILE = "http://www.example.gov.cn/a/P020150301.pdf"


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    "text", ["本单位2015年度未发生政府信息公开申请。", "我局2015年无相关情况。"]
)
def test_short_body_is_not_the_whole_page(frame, text: str) -> None:
    document = read(frame(TITLE, f"<p>{text}</p>", random.Random(5)))
    assert document.text_original == text


@pytest.mark.parametrize("frame", FRAMES)
def test_body_that_is_only_an_attachment(frame) -> None:
    body = "<p><a href='./P020150301.pdf'>某某局2015年年度报告.pdf</a></p>"
    document = read(frame(TITLE, body, random.Random(7)))
    assert [link.url for link in document.attachments] == [FILE]
    assert document.text_original == "某某局2015年年度报告.pdf"


@pytest.mark.parametrize("frame", FRAMES)
def test_teaser_longer_than_the_body(frame) -> None:
    body = "<p>我局2015年无相关情况。</p>"
    page = frame(TITLE, body, random.Random(9)).replace(TEASER, TEASER * 3)
    assert read(page).text_original == "我局2015年无相关情况。"


@pytest.mark.parametrize("frame", FRAMES)
def test_sign_off_in_a_box_named_footer_and_attachments_after_it(frame) -> None:
    prose = (
        "<p>"
        + "</p><p>".join(
            f"{n}、我局按照要求做好了第{n}项政府信息公开工作，成效明显。" for n in "一二三四五"
        )
        + "</p>"
    )
    body = (
        f"<div>{prose}</div><div class='footer'><p>某某市某某局</p><p>2016年1月20日</p></div>"
        "<div class='fj'>附件：<a href='P020150301.pdf'>统计表</a></div>"
    )
    document = read(frame(TITLE, body, random.Random(3)))
    assert document.text_original.split("\n")[-3:] == [
        "某某市某某局",
        "2016年1月20日",
        "附件：统计表",
    ]
    assert [link.url for link in document.attachments] == [FILE]


def test_metadata_of_the_frame() -> None:
    metadata = read(trs(TITLE, "<p>我局2015年无相关情况。</p>", random.Random(1))).metadata
    assert metadata.article_title == TITLE
    assert metadata.pub_date == "2015-03-01 10:00"
    assert metadata.breadcrumb == ("首页", "信息公开年报")
    assert metadata.labels == (("来源", "某某市人民政府"), ("发布日期", "2015-03-01"))
