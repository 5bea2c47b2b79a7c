"""One listing page, read: the generic family, further pages, and what is named as wrong."""

from dataclasses import replace
from datetime import date

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.adapters.base import AdvertisedTotal, NextPage
from crawler.errors import UnknownFamily
from crawler.listing import MAX_NEXT_PAGES, ListingReading, read_listing
from crawler.portal import portal_for_url
from extract.decode import page_from_bytes
from extract.document import Page

LIST = "http://www.example.gov.cn/nb/list.jsp"
PORTAL = portal_for_url(LIST)[0]


def make_page(body: str, url: str = LIST) -> Page:
    text = f"<html><head><title>年报</title></head><body>{body}</body></html>"
    return Page(
        url=url,
        text=text,
        tree=lxml.html.document_fromstring(text),
        charset="utf-8",
        charset_evidence="meta",
        media_type="text/html",
    )


def read(body: str, url: str = LIST) -> ListingReading:
    return read_listing(make_page(body, url), PORTAL)


def kinds(reading: ListingReading) -> list[str]:
    return [finding.kind for finding in reading.findings]


def report_rows(*years: int, host: str = "") -> str:
    return "".join(
        f"<li><a href='{host}show.jsp?id={year}'>某县{year}年政府信息公开工作年度报告</a>"
        f"<span>{year + 1}-01-20</span></li>"
        for year in years
    )


def test_a_listing_of_no_known_family():
    reading = read(f"<ul>{report_rows(2019, 2018)}</ul><p><a href='list.jsp?page=2'>下一页</a></p>")
    assert reading.family == "generic"
    assert "2 rows" in reading.evidence
    assert [entry.url for entry in reading.entries] == [
        "http://www.example.gov.cn/nb/show.jsp?id=2019",
        "http://www.example.gov.cn/nb/show.jsp?id=2018",
    ]
    assert reading.entries[0].title == "某县2019年政府信息公开工作年度报告"
    assert reading.entries[0].listed_on == date(2020, 1, 20)
    assert reading.next_pages == (NextPage(url=LIST + "?page=2"),)
    assert reading.advertised is None
    assert reading.findings == ()


@pytest.mark.parametrize(
    "link",
    [
        "<a href='list.jsp?page=2'>下一页</a>",
        "<a href='list.jsp?page=2'>下页</a>",
        "<a href='list.jsp?page=2'> 下一页 &gt; </a>",
        "<a href='list.jsp?page=2'>[下一頁]</a>",
        "<a href='list.jsp?page=2'>后一页</a>",
        "<a href='list.jsp?page=2'>Next</a>",
        "<a rel='next' href='list.jsp?page=2'>&gt;</a>",
        "<a href='list.jsp?page=2' title='下一页'><img src='n.gif'></a>",
        "<a href='list.jsp?page=2#list'>下一页</a>",
        "<a href='list.jsp;jsessionid=AF01?page=2'>下一页</a>",
        "<a href='list.jsp?PHPSESSID=9&amp;page=2'>下一页</a>",
        "<a href='http://www.example.gov.cn/nb/list.jsp?page=2'>下一页</a>",
        "<span>1</span><a href='list.jsp?page=2'>2</a>",
        "<a href='list.jsp?page=1'>1</a> <a href='list.jsp?page=2'>2</a>",
    ],
)
def test_ways_to_link_the_next_page(link):
    reading = read(f"<ul>{report_rows(2019)}</ul><div class='pages'>{link}</div>")
    assert reading.next_pages == (NextPage(url=LIST + "?page=2"),)


def test_numbers_in_the_path_and_descending():
    numbers = "".join(f"<a href='/nb/{12 - n}.htm'>{n}</a>" for n in (2, 3, 4))
    own = "http://www.example.gov.cn/nb/zfxxgknb.htm"
    # numbers that fall while pages rise are no numbers of pages; 下页 says where to go
    assert read(report_rows(2019) + numbers, own).next_pages == ()
    following = f"{numbers}<a href='/nb/10.htm'>下页</a>"
    assert read(report_rows(2019) + following, own).next_pages == (
        NextPage(url="http://www.example.gov.cn/nb/10.htm"),
    )


def test_numbered_pages_count_from_nought_too():
    numbers = "".join(f"<a href='index_{n - 1}.html'>{n}</a>" for n in (2, 3))
    assert [page.url[-12:] for page in read(report_rows(2019) + numbers).next_pages] == [
        "index_1.html",
        "index_2.html",
    ]


@pytest.mark.parametrize(
    "link",
    [
        "<a href='http://other.gov.cn/nb/list.jsp?page=2'>下一页</a>",
        "<a href='http://www.example.gov.cn:8080/nb/list.jsp?page=2'>下一页</a>",
        "<a href='#'>下一页</a>",
        "<a href='list.jsp'>下一页</a>",
        "<a href='list.jsp#2'>下一页</a>",
        "<a href='javascript:next(2)'>下一页</a>",
        "<a onclick='next(2)'>下一页</a>",
        "<a class='p_next_d'>下一页</a>",
        "<a href='show.jsp?id=7'>下一篇</a>",
        "<a href='list.jsp?year=2020&amp;month=2'>下一月</a>",
        "<a rel='next' href='list.jsp?year=2020&amp;month=2'>&gt;</a>",
        "<table class='calendar'>"
        + "".join(f"<td><a href='list.jsp?d={n}'>{n}</a></td>" for n in range(1, 31))
        + "</table>",
        "".join(f"<a href='?year=2020&amp;month=1&amp;day={n}'>{n}</a>" for n in range(1, 31)),
        "".join(f"<a href='/zt/{chr(96 + n)}/'>{n}</a>" for n in range(1, 9)),
    ],
)
def test_what_is_no_next_page(link):
    reading = read(f"<ul>{report_rows(2019)}</ul><div>{link}</div>")
    assert reading.next_pages == ()
    assert len(reading.entries) == 1


def test_further_pages_are_bounded():
    numbers = "".join(f"<a href='list.jsp?page={n}'>{n}</a>" for n in range(2, 900))
    found = read(report_rows(2019) + numbers).next_pages
    assert 1 <= len(found) <= MAX_NEXT_PAGES
    assert found[0].url.endswith("page=2")


def test_rows_on_other_hosts_are_kept():
    rows = report_rows(2019, host="http://fgw.other.gov.cn/")
    assert read(rows).entries[0].url == "http://fgw.other.gov.cn/show.jsp?id=2019"


def test_session_ids_do_not_make_one_row_two():
    rows = (
        "<li><a href='show.jsp;jsessionid=AA?id=1'>某县2019年政府信息公开年报</a></li>"
        "<li><a href='show.jsp;jsessionid=BB?id=1'>某县2019年政府信息公开年报</a></li>"
    )
    assert len(read(rows).entries) == 1


def test_totals_of_a_script_pager_arrive():
    url = "http://www.example.gov.cn/zfxxgk/"
    rows = "".join(
        f"<li><a href='./202001/t20200120_{n}.html'>某局{2019 - n}年政府信息公开年度报告</a></li>"
        for n in range(5)
    )
    reading = read(f"{rows}<script>createPageHTML(12,3,0,'index','html')</script>", url)
    assert reading.family == "trs_static"
    assert reading.advertised == AdvertisedTotal(rows=12, pages=3)
    assert reading.next_pages == (
        NextPage(url=url + "index_1.html", alternative=url + "index_2.html"),
    )


def test_family_of_the_portal_file_is_used():
    portal = replace(PORTAL, family="trs_static")
    reading = read_listing(make_page(report_rows(2019)), portal)
    assert (reading.family, reading.evidence) == ("trs_static", "named in the portal file")
    with pytest.raises(UnknownFamily):
        read_listing(make_page(report_rows(2019)), replace(PORTAL, family="nonesuch"))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "listing_without_rows"),
        ("<div id='app'></div><script>load()</script>", "listing_without_rows"),
        ("<p>您访问的页面不存在</p>", "listing_soft_404"),
        ("<p>抱歉，您要查看的页面未找到</p>", "listing_soft_404"),
        ("<h1>404 Not Found</h1>", "listing_soft_404"),
        ("<p>非法请求 404！</p>", "listing_soft_404"),
        ("<p>该栏目已删除</p>", "listing_soft_404"),
        ("<script>createPageHTML(2,0,'t20170803_1095855','html')</script>", "listing_is_article"),
        (
            "<li><a href='a.html'>某县召开会议</a><span>2020-01-20</span></li>",
            "listing_without_reports",
        ),
    ],
)
def test_a_page_without_reports_is_always_a_finding(body, kind):
    reading = read(body)
    assert kinds(reading) == [kind]
    assert LIST in reading.findings[0].message, "the message does not say where"


def test_long_prose_that_mentions_a_missing_page_is_no_soft_404():
    prose = "<p>本网站对页面不存在的情况作了整改。</p>" + "<p>网站内容建设。</p>" * 400
    assert kinds(read(prose)) == ["listing_without_rows"]


def test_rows_opened_by_script_are_named():
    rows = '<li><a onclick="jumpTo(7)">某县2018年政府信息公开年度报告</a></li>'
    reading = read(report_rows(2019) + rows)
    assert kinds(reading) == ["row_without_address"]
    assert "2018" in reading.findings[0].message


def test_rows_whose_handler_names_a_page_are_rows():
    rows = "<li><a onclick=\"jumpTo('./7.html')\">某县2018年政府信息公开年度报告</a></li>"
    reading = read(report_rows(2019) + rows)
    assert kinds(reading) == []
    assert [entry.url.rpartition("/")[2] for entry in reading.entries][-1] == "7.html"


def test_a_listing_that_is_no_html_is_a_finding():
    page = replace(make_page("x"), tree=None, media_type="application/json")
    reading = read_listing(page, PORTAL)
    assert (reading.entries, kinds(reading)) == ((), ["listing_not_html"])


@pytest.mark.parametrize(
    "shell",
    [
        "<meta http-equiv='refresh' content='0;url=list_new.jsp'>",
        '<META HTTP-EQUIV="Refresh" CONTENT="0; URL=\'./list_new.jsp\'">',
        "<script>window.location.href = 'list_new.jsp';</script>",
        "<script>location.replace('/nb/list_new.jsp')</script>",
    ],
)
def test_a_shell_at_the_listings_address_is_followed_once(shell):
    reading = read(shell)
    assert reading.next_pages == (NextPage(url="http://www.example.gov.cn/nb/list_new.jsp"),)
    assert reading.findings == ()
    second = read(shell.replace("list_new", "list_newer"), LIST.replace("list", "list_new"))
    assert second.next_pages == (), "shells are followed without end"
    assert kinds(second) == ["listing_moved"]


@pytest.mark.parametrize(
    "target", ["/", "../", "http://other.gov.cn/nb/", "https://www.example.gov.cn:8443/nb/a.jsp"]
)
def test_a_shell_that_leads_away_is_named_and_not_followed(target):
    reading = read(f"<meta http-equiv='refresh' content='3;url={target}'>")
    assert reading.next_pages == ()
    assert kinds(reading) == ["listing_moved"]


@pytest.mark.parametrize(
    "content", ["5", "0;url=list.jsp", "0;url=javascript:x()", "300;url=a.jsp"]
)
def test_a_page_that_reloads_itself_is_no_shell(content):
    assert kinds(read(f"<meta http-equiv='refresh' content='{content}'>")) == [
        "listing_without_rows"
    ]


def test_a_listing_that_refreshes_is_still_a_listing():
    reading = read(f"<meta http-equiv='refresh' content='60;url=/'>{report_rows(2019)}")
    assert (len(reading.entries), reading.next_pages) == (1, ())


@pytest.mark.parametrize(
    "said",
    [
        "<script>var opts = { recordCount:'52', prepage: 15 };</script>",
        "<script>$('#3412').jpage({totalRecord:52, perPage:15});</script>",
        "<div class='pages'><span class='p_t'>共52条</span> <span>1/11</span></div>",
        "<div class='pages'>共 52 条记录 第1页</div>",
    ],
)
def test_a_total_that_the_page_names_arrives(said):
    reading = read(f"<ul>{report_rows(2019)}</ul>{said}")
    assert reading.advertised == AdvertisedTotal(rows=52)


def test_counts_in_prose_are_no_total():
    assert read(f"{report_rows(2019)}<p>全年共52条信息公开。</p>").advertised is None


SCRAPS = st.sampled_from(
    ["<ul>", "</ul>", "<li>", "<table>", "<tr>", "<td>", "</td>", "<dl>", "<dt>", "<dd>", "<div>",
     "</div>", "<a href='./202001/t20200101_1.html'>", "<a href='?p=2'>", "<a>", "</a>", "下一页",
     "某县2019年政府信息公开工作年度报告", "2020-01-01", "<span>2020</span>", "<b>01-05</b>", "2",
     "<script>createPageHTML(3,0,'index','html')</script>", "<script>Pager({size:3,", "共9条 1/3",
     "<base href='//'>", "<base href='http://[/'>", "<!--", "-->", "<img alt='图'>",
     "&#0;", "\ufffe",
     "<meta http-equiv=refresh content='0;url=/x'>", "…",
     "<a title='某县2018年政务公开年报' href=x>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(SCRAPS, max_size=25))
def test_any_markup_is_read_or_named(scraps):
    page = page_from_bytes(
        "".join(scraps).encode(), url=LIST, content_type="text/html;charset=utf-8"
    )
    reading = read_listing(page, PORTAL)
    assert reading.entries or reading.findings or reading.next_pages, "nothing, and nobody told"
    urls = [entry.url for entry in reading.entries]
    assert len(urls) == len(set(urls))
    assert LIST not in urls
    assert all(
        further.url.startswith("http://www.example.gov.cn/") for further in reading.next_pages
    )
    assert all(entry.title.strip() for entry in reading.entries)
