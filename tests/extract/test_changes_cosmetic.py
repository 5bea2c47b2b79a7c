"""Fifty captures of real pages that differ in nothing but their chrome are no change."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from captured_files import capture_of
from lxml import html
from test_store import capture_row

from archive.capture import CaptureContext, Role
from extract.pipeline import read_capture
from extract.rows import rows_of
from extract.store import CorpusStore

CAPTURES = 50
PAGES = ("shuyang_fagaiju_2023.html", "pingtan_2024.rebuilt.html", "pingtan_2021.rebuilt.html")


def dressed(page: bytes, draw: random.Random) -> tuple[bytes, str]:
    """The page as another day would serve it: a counter, the date of the day, other links beside
    it, attributes in another order, another charset. Returns its media type too.
    """
    tree = html.fromstring(page.decode("utf-8"))
    for element in tree.iter():
        names = list(element.attrib.items())
        draw.shuffle(names)
        element.attrib.clear()
        element.attrib.update(names)
        if isinstance(element.tag, str) and draw.random() < 0.1:
            element.set(f"data-{draw.choice('abc')}", str(draw.randint(1, 99)))
    for meta in tree.xpath("//meta[@charset] | //meta[contains(@http-equiv, 'ype')]"):
        meta.getparent().remove(meta)
    body = tree.find(".//body")
    links = "".join(
        f'<li><a href="/hot/{draw.randint(1, 9999)}.html">某县召开第{draw.randint(1, 99)}次会议</a>'
        for _ in range(draw.randint(3, 9))
    )
    top = f'<div class="top">今天是2025年{draw.randint(1, 12)}月{draw.randint(1, 28)}日</div>'
    counter = f'<div class="tools">浏览次数：<span>{draw.randint(1, 99999)}</span></div>'
    side = f'<div class="sidebar"><h3>相关信息</h3><ul>{links}</ul></div>'
    body.insert(0, html.fromstring(f"<div>{top}{counter}</div>"))
    body.append(html.fromstring(side))
    charset = draw.choice(["utf-8", "gb18030"])
    return html.tostring(tree, encoding="unicode").encode(charset), f"text/html; charset={charset}"


@pytest.mark.parametrize("name", PAGES)
def test_cosmetics_are_boilerplate(name: str, shared: Path) -> None:
    page, draw = (shared / "real" / name).read_bytes(), random.Random(name)
    url = "http://www.example.gov.cn/a.html"
    context = CaptureContext(run_id="r", portal_id="p", role=Role.REPORT, entry_url=url)
    store, texts = CorpusStore(None), set[str]()
    for number in range(CAPTURES):
        body, media_type = dressed(page, draw)
        outcome = read_capture(capture_of(body, url=url, content_type=media_type, context=context))
        assert outcome.report is not None, outcome.detail
        texts.add(outcome.report.document.text)
        row = replace(capture_row(number, url), context=context)
        store.add_extractions([rows_of(row, outcome, 200)])
    kinds = store.db.execute("SELECT kind, count(*) FROM changes GROUP BY kind").fetchall()
    assert kinds == [("boilerplate", CAPTURES - 1)], store.db.execute(
        "SELECT kind, field, old_value, new_value FROM changes WHERE kind <> 'boilerplate' LIMIT 5"
    ).fetchall()
    store.close()
    assert len(texts) == 1
