"""Files that a page shows within itself are its attachments as those that it links."""

from __future__ import annotations

import pytest
from pages_and_files import SITE, Portal, title_of

TITLE = title_of("沭阳县发展和改革局", 2023)
WAYS = {
    "a frame": '<iframe src="/f/a.pdf" width="100%"></iframe>',
    "a frame of pdf.js": '<iframe src="/js/web/viewer.html?file=%2Ff%2Fa.pdf#page=1"></iframe>',
    "an embed": '<embed src="../f/a.pdf" type="application/pdf">',
    "an object": '<object data="/f/a.pdf"><p>请下载阅读器</p></object>',
    "a script of VSB": '<script>showVsbpdfIframe("/f/a.pdf","100%","600","0","");</script>',
    "a script of PDFObject": "<script>PDFObject.embed('/f/a.pdf', '#viewer');</script>",
    "a link to a viewer": '<p><a href="/js/web/viewer.html?file=/f/a.pdf">查看</a></p>',
    "a link": '<p><a href="/f/a.pdf">附件</a></p>',
}
NONE = {
    "a frame of another page": '<iframe src="/count.html"></iframe>',
    "a library": "<script>var a = '/f/a.pdf';" + " " * 20_000 + "</script>",
    "a hidden frame": '<div style="display:none"><iframe src="/f/a.pdf"></iframe></div>',
    "no address": '<iframe src="http://[x/a.pdf"></iframe><embed><object></object>',
}


def files_of(body: str) -> list[tuple[str, int]]:
    portal = Portal()
    extraction = portal.read_one(portal.page("/zf/t1.html", TITLE, f"<p>全文如下。</p>{body}"))
    return [(str(row["url"]), int(str(row["is_asked"]))) for row in extraction.attachments]


@pytest.mark.parametrize("way", WAYS)
def test_a_file_shown_is_asked_for(way: str) -> None:
    assert files_of(WAYS[way]) == [(SITE + "/f/a.pdf", 1)]


@pytest.mark.parametrize("what", NONE)
def test_what_is_no_file_is_not(what: str) -> None:
    assert files_of(NONE[what]) == []
