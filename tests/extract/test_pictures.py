"""Pictures that may show a table are counted and named; decoration is not."""

from __future__ import annotations

from pages_and_files import SITE, Portal, real_tables, text_of, title_of

BODY, YEAR = "沭阳县发展和改革局", 2023
TITLE = title_of(BODY, YEAR)
PICTURES = """<p><img src="./W020240131.png" width="800" height="600"/></p>
<p><img data-src="/images/t3.jpg"/><img src="/images/t3.jpg"/></p>
<p><img src="data:image/png;base64,iVBORw0KGgo="/></p>"""
DECORATION = """<p><img src="/images/icon_pdf.gif"/><img src="/share/weixin.png"/></p>
<p><img src="/images/a.png" width="16" height="16"/><img src="/b.png" style="width: 20px"/></p>
<p><img src=""/><img/></p>"""


def told(body: str) -> list[str]:
    portal = Portal()
    extraction = portal.read_one(portal.page("/zf/t1.html", TITLE, body))
    assert extraction.document["outcome"] == "report"
    return [str(f["message"]) for f in extraction.findings if f["kind"] == "table_in_picture"]


def test_pictures_where_no_table_was_read_are_counted_and_named() -> None:
    (message,) = told(text_of(BODY, YEAR, (PICTURES, "", "")))
    assert "3 pictures" in message
    for address in (SITE + "/zf/W020240131.png", SITE + "/images/t3.jpg", "data:image/png"):
        assert address in message


def test_decoration_is_no_table() -> None:
    assert told(text_of(BODY, YEAR, (DECORATION, "", ""))) == []


def test_where_the_tables_were_read_pictures_are_pictures() -> None:
    t2, t3, t4 = real_tables()
    assert told(text_of(BODY, YEAR, (t2 + PICTURES, t3, t4))) == []


def test_a_page_of_pictures_alone_says_so() -> None:
    portal = Portal()
    page = portal.page("/t1.html", TITLE, PICTURES)
    extraction = portal.read_one(page)
    assert extraction.document["outcome"] == "empty"
    assert "3 pictures" in str(extraction.document["detail"])
