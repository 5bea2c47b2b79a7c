"""Rows of static listings: their addresses, whole titles and dates, in the layouts portals use."""

from datetime import date
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.adapters.base import ListingEntry
from crawler.adapters.row_dates import read_date
from crawler.adapters.rows import listing_rows
from crawler.adapters.trs_static import ARTICLE_URL
from extract.addresses import resolve
from extract.document import Page

COLUMN = "http://www.example.gov.cn/zfxxgk/zfxxgknb/"
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
TITLE = "某县2019年政府信息公开工作年度报告"
HREF = "./202001/t20200121_448413.html"
URL = COLUMN + "202001/t20200121_448413.html"


def make_page(body: str, url: str = COLUMN, head: str = "") -> Page:
    text = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return Page(
        url=url,
        text=text,
        tree=lxml.html.document_fromstring(text),
        charset="utf-8",
        charset_evidence="meta",
        media_type="text/html",
    )


def rows(body: str, url: str = COLUMN, head: str = "") -> list[ListingEntry]:
    return list(listing_rows(make_page(body, url, head), ARTICLE_URL))


def one(body: str) -> ListingEntry:
    found = rows(body)
    assert len(found) == 1, f"{len(found)} rows"
    return found[0]


LINK = f'<a href="{HREF}" target="_blank">{TITLE}</a>'
OTHER = '<a href="./202102/t20210205_5.html">某县2020年政府信息公开工作年度报告</a>'


@pytest.mark.parametrize(
    "row",
    [
        f"<ul><li>{LINK}<span>2020-01-21</span></li><li>{OTHER}<span>2021-02-05</span></li></ul>",
        f"<ul><li><span class='date'>[2020-01-21]</span>{LINK}</li><li>{OTHER}</li></ul>",
        f"<ul><li><i></i>{LINK}<b>2020/01/21</b></li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<em>2020.01.21</em></li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<i>（2020年1月21日）</i></li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK} 2020-01-21 </li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<span>2020-\n01-\n21</span></li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<span>2020<br>01-21</span></li><li>{OTHER}</li></ul>",
        f"<ul><li><div class='d'><em>21</em><i>2020-01</i></div>{LINK}</li><li>{OTHER}</li></ul>",
        f"<ul><li><em>21</em><i>2020-01</i><p>{LINK}</p></li><li>{OTHER}</li></ul>",
        f"<ul><li><div><p>01-21</p><p>2020</p></div>{LINK}</li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<span>发布日期：2020-01-21 09:30</span></li><li>{OTHER}</li></ul>",
        f"<ul><li>{LINK}<span>发布时间： 2020-01-21 09:30:15</span></li><li>{OTHER}</li></ul>",
        f"<ul><li><a href='{HREF}'><span>2020-01-21</span>{TITLE}</a></li><li>{OTHER}</li></ul>",
        f"<ul><li><a href='{HREF}'><p>{TITLE}</p><div><b>21</b><i>2020-01</i></div></a></li></ul>",
        f"<dl><dd>{LINK}</dd><dd>2020-01-21</dd></dl><dl><dd>{OTHER}</dd><dd>2021-02-05</dd></dl>",
        f"<dl><dt>{LINK}</dt><dd>2020-01-21</dd><dt>{OTHER}</dt><dd>2021-02-05</dd></dl>",
        f"<div class='item'>{LINK}<span>2020-01-21</span></div><div class='item'>{OTHER}</div>",
        f"<p>{LINK}&nbsp;&nbsp;2020-01-21</p><p>{OTHER}</p>",
        f"<table><tr><td>{LINK}</td><td>2020-01-21</td></tr><tr><td>{OTHER}</td></tr></table>",
    ],
)
def test_row_layouts(row):
    entry = next(entry for entry in rows(row) if entry.url == URL)
    assert entry.title == TITLE
    assert entry.listed_on == date(2020, 1, 21)
    assert entry.looks_like_report


def test_table_takes_the_date_of_publication():
    entry = one(
        f"""<table><tr><th>名称</th><th>索引号</th><th>发布机构</th><th>发布日期</th><th>成文日期</th></tr>
        <tr><td>{LINK}</td><td>11330000/2020-00012</td><td>县政府办</td><td>2020-01-21</td>
        <td>2020-01-15</td></tr></table>"""
    )
    assert entry.listed_on == date(2020, 1, 21)


def test_table_row_with_two_links_keeps_both_dates():
    found = rows(
        f"<table><tr><td>{LINK}</td><td><a href='./202001/P02020.pdf'>下载</a></td>"
        "<td>2020-01-21</td></tr></table>"
    )
    assert found[0].title == TITLE
    assert found[0].listed_on == date(2020, 1, 21)


def test_title_beside_a_hollow_link():
    entry = one(
        f"<table><tr><td>1</td><td>{TITLE}</td><td>2020-01-21</td>"
        f"<td><a href='{HREF}'>查看</a></td></tr></table>"
    )
    assert (entry.title, entry.looks_like_report) == (TITLE, True)


@pytest.mark.parametrize(
    "anchor",
    [
        f'<a href="{HREF}" title="{TITLE}">某县2019年政府信息公...</a>',
        f'<a href="{HREF}" title="{TITLE}">某县2019年政府信息公…</a>',
        f'<a href="{HREF}" title=" {TITLE} ">某县2019年政府信息公</a>',
        f'<a href="{HREF}" title="标题：{TITLE}">某县2019年政府信息公...</a>',
        f'<a href="{HREF}" title="{TITLE}"><img src="a.png"></a>',
        f'<a href="{HREF}"><img src="a.png" alt="{TITLE}"></a>',
        f'<a href="{HREF}" title="其他">· {TITLE}</a>',
        f'<a href="{HREF}">某县2019年<font color="red">政府信息公开</font>工作年度报告</a>',
    ],
)
def test_whole_titles(anchor):
    assert one(f"<ul><li>{anchor}<span>2020-01-21</span></li></ul>").title == TITLE


def test_cut_title_without_attribute_is_still_asked_for():
    entry = one(f'<ul><li><a href="{HREF}">某县2019年政府信息公开工...</a></li></ul>')
    assert entry.looks_like_report


@pytest.mark.parametrize(
    ("title", "report"),
    [
        ("某县召开政务公开工作会议", False),
        ("2019年某县政府网站工作年度报表", False),
        ("关于做好2019年政府信息公开工作年度报告编制工作的通知", False),
        ("政府信息公开工作年度报告", True),  # dated, on a listing: the year is in the date
    ],
)
def test_other_rows_are_recorded_but_judged(title, report):
    entry = one(f'<ul><li><a href="{HREF}">{title}</a><span>2020-01-21</span></li></ul>')
    assert (entry.title, entry.looks_like_report) == (title, report)


def test_picture_and_title_of_one_row_are_one_entry():
    picture = f"<a href='{HREF}'><img src='x.png' alt='图'></a>"
    row = f"<ul><li>{picture}<h3>{LINK}</h3><span>2020-01-21</span></li></ul>"
    assert one(row) == ListingEntry(url=URL, title=TITLE, listed_on=date(2020, 1, 21))


CHROME = f"""
<div class="header"><a href="/">首页</a><a href="/a/t20200101_1.html">要闻：某事</a></div>
<nav><a href="/zfxxgk/">政府信息公开</a></nav>
<div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="../">政府信息公开</a></div>
<div class="left-menu"><ul><li><a href="../gknb2018/">2018年政府信息公开年报</a></li></ul></div>
<div class="list"><ul><li>{LINK}<span>2020-01-21</span></li></ul>
<div class="page"><a href="index.html">首页</a><a href="index_1.html">1</a>
<a href="index_2.html">2</a>
<a href="index_1.html">下一页</a><a href="index_9.html">尾页</a><a href="#">跳转</a></div></div>
<div id="hotNews"><ul>
<li><a href="/b/t20200202_2.html">热门</a><span>2020-02-02</span></li></ul></div>
<div class="footer"><a href="http://www.gov.cn/">中国政府网</a><span>2020-02-02</span></div>"""


def test_chrome_and_pagers_are_no_rows():
    assert one(CHROME).url == URL


def test_a_page_wholly_inside_a_box_named_like_chrome_still_has_its_reports():
    assert one(f"<div class='top'><ul><li>{LINK}<span>2020-01-21</span></li></ul></div>").url == URL


def test_reports_on_other_hosts_are_rows_and_stay_on_their_scheme():
    entry = one(f'<li><a href="http://fgw.other.gov.cn/nb/5.html">{TITLE}</a></li>')
    assert entry.url == "http://fgw.other.gov.cn/nb/5.html"


def test_a_summary_gives_no_date():
    summary = "本报告所列数据统计期限为2019年1月1日至2019年12月31日"
    entry = one(f"<ul><li><h3>{LINK}</h3><p>{summary}</p></li></ul>")
    assert entry.listed_on is None


def test_one_row_does_not_take_the_date_of_the_page():
    body = f"<div><p>今天是</p><p>2026-03-01</p><div><ul><li>{LINK}</li></ul></div></div>"
    assert one(body).listed_on is None


@pytest.mark.parametrize(
    "text",
    ["01-21", "2020-13-01", "2020-02-30", "2020-01", "0020-01-01", "1970-01-01", "2020-00012",
     "12020-01-21", "2020-01-211", "共2020-01-21条", "", "2020-01-21至2020-02-21"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./a.html#top", COLUMN + "a.html"),
        ("  a.html\n", COLUMN + "a.html"),
        ("a\n b.html", COLUMN + "a%20b.html"),
        ("/报告.html", "http://www.example.gov.cn/%E6%8A%A5%E5%91%8A.html"),
        ("?name=报告", COLUMN + "?name=%E6%8A%A5%E5%91%8A"),
        ("/%E6%8A%A5.html?a=%20b", "http://www.example.gov.cn/%E6%8A%A5.html?a=%20b"),
        ("a.html;jsessionid=0A1B2C?x=1", COLUMN + "a.html?x=1"),
        ("a.php?PHPSESSID=99&id=3", COLUMN + "a.php?id=3"),
        ("a.php?id=3&jsessionid=77", COLUMN + "a.php?id=3"),
        ("//Other.GOV.cn:80/a", "http://other.gov.cn/a"),
        ("https://a.gov.cn:443/a", "https://a.gov.cn/a"),
        ("http:\\\\a.gov.cn\\b", "http://a.gov.cn/b"),
        ("http://政府.cn/a", "http://xn--mxtq1m.cn/a"),
        ("javascript:void(0)", None),
        ("JavaScript:go()", None),
        ("java\nscript:go()", None),
        ("mailto:a@b.cn", None),
        ("tel:12345", None),
        ("data:text/html,x", None),
        ("ftp://a.gov.cn/x", None),
        ("http://me:pw@a.gov.cn/", None),
        ("http://[1/", None),
        ("http://a.cn:99999/", None),
        ("http://", None),
        ("", None),
        ("a" * 3000, None),
    ],
)
def test_addresses_as_a_browser_reads_them(href, url):
    assert resolve(COLUMN, href) == url


@given(
    st.text(max_size=60) | st.from_regex(r"[a-z]{0,5}:?[/\\\\]{0,3}[^\\n]{0,30}", fullmatch=True)
)
def test_any_href_is_an_address_to_ask_for_or_none(href):
    url = resolve(COLUMN, href)
    if url is not None:
        assert url.isascii()
        assert url.startswith(("http://", "https://"))
        assert not set(url) & set(' \t\r\n#<>"')
        assert resolve(COLUMN, url) == url, "not stable: the same address would be asked twice"


def test_query_is_in_the_charset_of_the_page():
    assert resolve(COLUMN, "?q=报告", "gb18030") == COLUMN + "?q=%B1%A8%B8%E6"


def test_base_href_counts():
    found = rows(f"<ul><li>{LINK}</li></ul>", head='<base href="https://cdn.example.gov.cn/x/">')
    assert found[0].url == "https://cdn.example.gov.cn/x/202001/t20200121_448413.html"


def test_links_to_the_page_itself_are_no_rows():
    body = f'<ul><li><a href="{COLUMN}#a">{TITLE}</a></li><li><a href="#">{TITLE}</a></li></ul>'
    assert rows(body) == []


def test_hostile_markup_is_read_in_bounded_time():
    deep = "<div>" * 200 + LINK
    assert one(deep).url == URL
    wide = "".join(f"<a href='./202001/t20200121_{n}.html'>{TITLE}</a>" for n in range(20_000))
    assert len(rows(f"<div>{wide}</div>")) == 5000
    assert one(f"<li>{LINK}{'<b>x</b>' * 50_000}</li>").title == TITLE
    assert one("<div><div>" + f"<i>{LINK}</i>" * 4000 + "</div></div>").url == URL


def test_a_real_listing():
    text = (SHARED / "real" / "pingtan_list.rebuilt.html").read_text(encoding="utf-8")
    url = "https://www.pingtan.gov.cn/zwgk/zfxxgk/zfxxgknb/"
    page = Page(url=url, text=text, tree=lxml.html.document_fromstring(text), charset="utf-8",
                charset_evidence="meta", media_type="text/html")  # fmt: skip
    found = listing_rows(page)
    assert [entry.title[7:13] for entry in found] == [
        f"{year}年度" for year in range(2025, 2015, -1)
    ]
    assert found[0].url == url + "202603/t20260313_105587.htm"
    assert found[0].listed_on == date(2026, 3, 10), "the row's date, not the address's"
    assert [entry.listed_on for entry in found][-1] == date(2017, 1, 18)
    assert all(entry.looks_like_report for entry in found)
