"""Every form of pager of portal-families 2.1, written as portals write it."""

import lxml.html
import pytest

from crawler.adapters import ADAPTERS, by_name, recognise
from crawler.adapters.base import AdvertisedTotal, ListingEntry, NextPage
from crawler.errors import UnknownFamily
from extract.document import Page

COLUMN = "http://www.example.gov.cn/zfxxgk/zfxxgknb/"
ROWS = "".join(
    f'<li><a href="./2021{month:02}/t2021{month:02}05_11{month:02}.html">'
    f"某市第{month}局2020年政府信息公开工作年度报告</a><span>2021-{month:02}-05</span></li>"
    for month in range(1, 7)
)


def make_page(body: str, url: str = COLUMN, head: str = "") -> Page:
    text = f"<!DOCTYPE html><html><head><title>年报</title>{head}</head><body>{body}</body></html>"
    return Page(
        url=url,
        text=text,
        tree=lxml.html.document_fromstring(text),
        charset="utf-8",
        charset_evidence="meta",
        media_type="text/html",
    )


def listing(script: str, url: str = COLUMN, rows: str = ROWS) -> Page:
    return make_page(f"<ul class='list'>{rows}</ul><div class='page'>{script}</div>", url)


def parse(page: Page):
    found = list(by_name("trs_static").parse_listing(page))
    return (
        [item for item in found if isinstance(item, ListingEntry)],
        [item for item in found if isinstance(item, NextPage)],
        [item for item in found if isinstance(item, AdvertisedTotal)],
    )


INLINE = """<script>
var currentPage = %d;//所在页从0开始
var prevPage = currentPage-1//上一页
var nextPage = currentPage+1//下一页
var countPage = %d//共多少页
%s
//设置上一页代码
if(countPage>1&&currentPage!=0&&currentPage!=1)
 document.write("<a href=\\"%s"+"_" + prevPage + "."+"%s\\">上一页</a>&nbsp;");
else if(countPage>1&&currentPage!=0&&currentPage==1)
 document.write("<a href=\\"%s.%s\\">上一页</a>&nbsp;");
var num = 5;
for(var i=0; i<countPage; i++){
 if(i>0) document.write("<a href=\\"%s_" + i + ".%s\\">"+(i+1)+"</a>"); }
document.write("<a href=\\"%s_" + nextPage + ".%s\\">下一页</a>");
</script>"""


def inline(current: int, pages: int, name: str = "index", ext: str = "html", more: str = "") -> str:
    return INLINE % (current, pages, more, *[name, ext] * 4)


@pytest.mark.parametrize(
    ("script", "following", "alternative"),
    [
        ('<script>createPageHTML(3,0,"index","html");</script>', "index_1.html", "index_2.html"),
        ("<script>createPageHTML(3, 0, 'index', 'htm')</script>", "index_1.htm", "index_2.htm"),
        (
            '<script language="JavaScript">\n\tcreatePageHTML(25, 0, "index", "shtml");\n</script>',
            "index_1.shtml",
            "index_2.shtml",
        ),
        (
            '<script>createPageHTML(46,3,0,"index","html");</script>',
            "index_1.html",
            "index_2.html",
        ),
        (
            '<script>createPageHTML(46,3,0,"index","html","black",20);</script>',
            "index_1.html",
            "index_2.html",
        ),
        (
            "<script>createPageHTML('page_div',15, 0,'index','shtml',750);</script>",
            "index_1.shtml",
            "index_2.shtml",
        ),
        (
            "<script>$('.pagination').pagination({totalPage: 5, current: 1, jump: true});</script>",
            "index_2.html",
            "index_1.html",
        ),
        ('<script>createPage(3, 0, "index", "html");</script>', "index_1.html", "index_2.html"),
        (
            "<script>Pager({size:4, current:0, prefix:'index', suffix:'html'});</script>",
            "index_1.html",
            "index_2.html",
        ),
        (
            """<script>var p = new Pager({
                 "pageCount": 4, "size": 15, "current": 0, "prefix": "list", "suffix": "shtml"
               });</script>""",
            "list_1.shtml",
            "list_2.shtml",
        ),
        (f"{inline(0, 3)}", "index_1.html", "index_2.html"),
        (f"{inline(0, 3, more='var countnum = 46;')}", "index_1.html", "index_2.html"),
        (f"{inline(0, 3, 'wjk_glrb', 'htm')}", "wjk_glrb_1.htm", "wjk_glrb_2.htm"),
        (
            '<script>createPageHTML(9,0,"list_ft","html");</script>',
            "list_ft_1.html",
            "list_ft_2.html",
        ),
        (
            '<script>var n = 7; var i = 0;\ncreatePageHTML(n, i, "gfxwj_new", "html");</script>',
            "gfxwj_new_1.html",
            "gfxwj_new_2.html",
        ),
        (
            """<script>
            // createPageHTML(9,0,"old","html");
            /* createPageHTML(8,0,"older","html"); */
            var home = "http://www.example.gov.cn/";
            function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ return; }
            createPageHTML(3,0,"index","html");</script>""",
            "index_1.html",
            "index_2.html",
        ),
    ],
)
def test_page_one_leads_to_page_two_in_each_form(script, following, alternative):
    rows, pages, _ = parse(listing(script))
    assert len(rows) == 6
    assert pages == [NextPage(url=COLUMN + following, alternative=COLUMN + alternative)]


@pytest.mark.parametrize(
    ("file", "script", "following"),
    [
        ("index_1.html", 'createPageHTML(4,1,"index","html")', "index_2.html"),
        ("index_2.html", 'createPageHTML(4,2,"index","html")', "index_3.html"),
        ("index_3.html", 'createPageHTML(4,3,"index","html")', None),
        # numbered from 2: page 2 is index_2, so the last of four is index_4
        ("index_2.shtml", 'createPageHTML(4,1,"index","shtml")', "index_3.shtml"),
        ("index_3.shtml", 'createPageHTML(4,2,"index","shtml")', "index_4.shtml"),
        ("index_4.shtml", 'createPageHTML(4,3,"index","shtml")', None),
        # one script copied unchanged into every page
        ("index_2.html", 'createPageHTML(4,0,"index","html")', "index_3.html"),
        ("index_3.html", 'createPageHTML(4,0,"index","html")', None),
        ("list_ft_1.html", 'createPageHTML(3,1,"list_ft","html")', "list_ft_2.html"),
    ],
)
def test_later_pages_go_on_in_the_numbering_of_their_own_address(file, script, following):
    _, pages, _ = parse(listing(f"<script>{script};</script>", COLUMN + file))
    expected = [] if following is None else [NextPage(url=COLUMN + following)]
    assert pages == expected


@pytest.mark.parametrize("count", [0, 1])
def test_one_page_has_no_following(count):
    assert parse(listing(f'<script>createPageHTML({count},0,"index","html")</script>'))[1] == []


def test_totals_are_told():
    _, _, totals = parse(listing('<script>createPageHTML(46,3,0,"index","html");</script>'))
    assert totals == [AdvertisedTotal(rows=46, pages=3)]
    _, _, totals = parse(listing(inline(0, 3, more="var countnum = 46;")))
    assert totals == [AdvertisedTotal(rows=46, pages=3)]
    _, _, totals = parse(listing('<script>createPageHTML(3,0,"index","html");</script>'))
    assert totals == [AdvertisedTotal(rows=None, pages=3)]


def test_rows_that_script_slices_are_all_in_the_one_page():
    rows, pages, totals = parse(listing('<script>createPageHTML(6,2,0,"index","html")</script>'))
    assert len(rows) == 6
    assert pages == [], "asked for a page that does not exist"
    assert totals == [AdvertisedTotal(rows=6, pages=1)]


@pytest.mark.parametrize(
    "script",
    [
        'createPageHTML(999999999,0,"index","html")',
        'createPageHTML(3,0,"//evil.example.com/index","html")',
        'createPageHTML(3,0,"http://evil.example.com/index","html")',
        'createPageHTML(3,0,"../../../../etc/passwd","html")',
        'createPageHTML(3,0,"index","php?x=")',
        'createPageHTML(-3,-1,"index","html")',
        'createPageHTML(total,page,"index","html")',
        "Pager({size:4})",
        "$('#p').pagination({total: 46, current: 1})",
        "createPageHTML('index','html')",
        "createPageHTML('a','b','index','html')",
        "createPageHTML(3,'index','html')",
        'alert("createPageHTML")',
    ],
)
def test_calls_that_are_no_pager_lead_nowhere(script):
    assert parse(listing(f"<script>{script};</script>"))[1] == []


def test_hostile_scripts_are_read_in_bounded_time():
    for text in ("createPageHTML(" * 20_000, "/*" * 90_000, '"' * 150_000, "Pager({a:" * 20_000):
        rows, pages, _ = parse(listing(f"<script>{text}</script>"))
        assert (len(rows), pages) == (6, [])


ARTICLE = """<div class="detail"><h1>某市2016年政府信息公开工作年度报告</h1>
<div class=TRS_Editor><p>2016年，全市主动公开政府信息3652条。</p></div>
<script>createPageHTML(2,0,"t20170803_1095855","html");</script></div>"""


def test_the_same_call_in_an_article_is_no_listing():
    url = COLUMN + "201708/t20170803_1095855.html"
    adapter, recognition = recognise(make_page(ARTICLE, url))
    assert recognition.confidence == 0.0, recognition.evidence
    assert parse(make_page(ARTICLE, url))[1] == [], "an article's parts taken for a listing"
    moved = recognise(make_page(ARTICLE, "http://www.example.gov.cn/nb/2016.html"))[1]
    assert moved.confidence == 0.0, "told only by the address"
    assert adapter.name == "generic"


def test_an_article_with_related_reports_is_no_listing():
    head = '<meta name="articletitle" content="某市2016年政府信息公开工作年度报告">'
    page = make_page(f"<p>正文</p><ul>{ROWS}</ul>", "http://www.example.gov.cn/nb/7.html", head)
    assert recognise(page)[1].confidence == 0.0


def test_a_listing_with_the_metas_of_an_article_is_a_listing_by_its_pager():
    head = '<meta name="ArticleTitle" content="政府信息公开年报">'
    body = f"<ul>{ROWS}</ul><script>createPageHTML(3,0,'index','html')</script>"
    assert recognise(make_page(body, head=head))[0].name == "trs_static"


def test_listings_are_recognised():
    adapter, recognition = recognise(listing('<script>createPageHTML(3,0,"index","html")</script>'))
    assert adapter.name == "trs_static"
    assert recognition.confidence > 0.9
    assert "3 pages of index" in recognition.evidence
    own = ROWS.replace("./2021", "/doc/").replace("/t2021", "/9").replace(".html", "")
    assert recognise(listing("", rows=own))[0].name == "generic"


def test_unknown_family_lists_the_known():
    known = ", ".join(adapter.name for adapter in ADAPTERS)
    assert known.endswith("generic"), "the one for pages that none recognises is the last"
    with pytest.raises(UnknownFamily, match=known):
        by_name("gkmlpt2")
