"""What a page is shown with: which addresses count, and which do not."""

from __future__ import annotations

from time import monotonic

from lxml import html

from extract.document import Page
from extract.requisites import MOST_NAMED, requisites_of, requisites_of_stylesheet

URL = "http://www.example.gov.cn/zf/t1.html"
SITE = "http://www.example.gov.cn"


def page(markup: str) -> Page:
    return _page(markup, "text/html")


def _page(text: str, media_type: str, url: str = URL) -> Page:
    tree = html.document_fromstring(text) if media_type == "text/html" else None
    return Page(
        url=url,
        text=text,
        tree=tree,
        charset="utf-8",
        charset_evidence="utf-8",
        media_type=media_type,
    )


def style(text: str) -> Page:
    return _page(text, "text/css", SITE + "/css/a.css")


def test_stylesheets_icons_scripts_and_pictures_in_page_order_each_once() -> None:
    found = requisites_of(
        page(
            '<head><link rel="Stylesheet" href="/css/a.css">'
            '<link rel="shortcut icon" href="/favicon.ico"><script src="../js/a.js"></script>'
            '<body><img src="./W02.png"><img src="W02.png"><img data-src="//img.example.cn/3.jpg">'
        )
    )
    assert found == (
        SITE + "/css/a.css",
        SITE + "/favicon.ico",
        SITE + "/js/a.js",
        SITE + "/zf/W02.png",
        "http://img.example.cn/3.jpg",
    )


def test_what_is_no_requisite_is_left_out() -> None:
    assert (
        requisites_of(
            page(
                '<link rel="canonical" href="/c.html"><link rel="next" href="/2.html"><link>'
                '<link rel="alternate stylesheet" href="/other.css"><script>var a = "b.js"</script>'
                '<body><img><img src=""><img src="data:image/png;base64,AA=="><img src="#top">'
                '<img src="file:///etc/passwd"><script src="javascript:alert(1)"></script>'
                '<img src="ftp://a.example.cn/b.png"><a href="/t2.html">报告</a>'
                '<img src="http://user:word@a.example.cn/b.png"><img src="http://[/b.png">'
            )
        )
        == ()
    )


def test_the_base_of_a_page_counts() -> None:
    found = requisites_of(page('<head><base href="/static/"></head><body><img src="a.png">'))
    assert found == (SITE + "/static/a.png",)


def test_a_page_of_very_many_is_bounded() -> None:
    many = "".join(f'<img src="/p/{n}.png">' for n in range(MOST_NAMED + 50))
    found = requisites_of(page(f"<body>{many}"))
    assert len(found) == MOST_NAMED
    assert found[-1] == f"{SITE}/p/{MOST_NAMED - 1}.png"


def test_what_is_no_html_names_nothing() -> None:
    assert requisites_of(style("<img src='/a.png'>")) == ()


def test_a_stylesheet_names_its_pictures_and_imports() -> None:
    found = requisites_of_stylesheet(
        style(
            '@import "base.css"; @import url(/css/b.css);'
            "a { background: URL( '../img/a.png' ) } b { src: url(\"/f/c.woff\") }"
            " i { background: url(data:image/gif;base64,R0lGOD) } u { background: url() }"
            " /* url(/in-a-comment.png) */ p { background: url(../img/a.png) }"
        )
    )
    assert found == (
        SITE + "/css/base.css",
        SITE + "/css/b.css",
        SITE + "/img/a.png",
        SITE + "/f/c.woff",
    )


def test_hostile_stylesheets_cost_little() -> None:
    begun = monotonic()
    for text in ("/*" * 500_000, "url(" * 300_000, "@import " + " " * 900_000, 'url("' * 300_000):
        assert requisites_of_stylesheet(style(text)) == ()
    assert monotonic() - begun < 5


def test_styles_and_backgrounds_of_the_page_itself_name_pictures() -> None:
    found = requisites_of(
        page(
            "<head><style>.a { background: url(/i/a.png) }</style></head>"
            '<body background="bg.gif"><div style="background-image:url(\'b.png\')">'
            '<table><tr><td background="/i/td.gif">年报</td></tr></table>'
            '<p style="color: rgb(1, 2, 3)"><input type="image" src="go.gif">'
        )
    )
    assert found == (
        SITE + "/i/a.png",
        SITE + "/zf/go.gif",
        SITE + "/zf/b.png",
        SITE + "/zf/bg.gif",
        SITE + "/i/td.gif",
    )


def test_what_a_program_makes_is_left_out() -> None:
    found = requisites_of(
        page(
            '<script src="/visit/count.jsp?id=7"></script><img src="/captcha.do"><body>'
            '<img src="/tj.php?a=b.png"><script src="/a.js?v=2024"></script>'
            '<img src="/download/show?id=7"><link rel="stylesheet" href="/css.aspx?d=/a">'
        )
    )
    # an address without a suffix may be a picture of an upload folder
    assert found == (
        SITE + "/a.js?v=2024",
        SITE + "/download/show?id=7",
        SITE + "/css.aspx?d=/a",
    )
