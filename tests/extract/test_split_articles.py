"""Articles split over several pages: one report with the text and the tables of all of them, the
same in any order of arrival; what only looks like a part is left out and told.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pages_and_files import Made, Portal, html, real_tables, rows, stored, text_of, title_of

from archive.capture import Role
from archive.index import CaptureRow
from extract import decode
from extract.read_again import Source, is_same
from extract.reading_process import read_row
from extract.rows import Extraction
from extract.split_articles import MOST_PARTS, further_parts, pages_of_parts, part_rows
from extract.store import CorpusStore

BODY, YEAR = "沭阳县发展和改革局", 2023
TITLE = title_of(BODY, YEAR)
WHOLE = text_of(BODY, YEAR, real_tables(), count=8561)
STEM = "t20240112_4567"
PATH, SECOND = f"/nb/{STEM}.html", f"/nb/{STEM}_1.html"


class Index:
    """What is asked of the index, over the captures of a test."""

    def __init__(self, portal: Portal) -> None:
        self._rows = [made.row for made in portal.made.values()]

    def iter_captures(
        self, *, roles: Sequence[Role], url: str = "", link_url: str = "", **_: object
    ) -> Iterator[CaptureRow]:
        return iter(
            row
            for row in self._rows
            if row.context.role in roles
            and (row.url == url if url else row.context.link_url == link_url)
        )


def call(pages: int, at: int, stem: str = STEM) -> str:
    """The pager of an article."""
    return f'<script>createPageHTML({pages},{at},"{stem}","html");</script>'


def split(at: str, whole: str = WHOLE) -> tuple[str, str]:
    """A text in two, the second from a passage on."""
    place = whole.index(at)
    return whole[:place], whole[place:]


def page_of(portal: Portal, body: str) -> Made:
    return portal.page(PATH, TITLE, body)


def part_of(portal: Portal, body: str, page: Made, path: str = SECOND) -> Made:
    markup = html(TITLE, body)
    return portal.file(path, markup, "text/html", page=page, text="第2页")


def read(portal: Portal, *, known: Portal | None = None) -> list[Extraction]:
    """Every capture read, with the parts that the archive has by then."""
    index = Index(known or portal)

    def find(record_id: str) -> CaptureRow | None:
        made = portal.made.get(record_id)
        return made.row if made else None

    def parts(row: CaptureRow, urls: Sequence[str]) -> Iterator[CaptureRow]:
        return part_rows(index, row, urls)  # type: ignore[arg-type]

    return [
        read_row(
            made.row,
            lambda row: portal.made[row.pointer.record_id].capture,
            find,
            find_parts=parts,
        )
        for made in portal.made.values()
    ]


def query(store: CorpusStore, sql: str) -> list[tuple[object, ...]]:
    return store.db.execute(sql).fetchall()


@pytest.mark.parametrize("at", ["<p>二、主动公开", "<p>三、收到", "<p>四、", "<p>全年共收到"])
def test_a_report_in_two_parts_is_the_report_in_one(at: str) -> None:
    one = Portal()
    page_of(one, WHOLE)
    whole = stored([read(one)])
    two, (first, second) = Portal(), split(at)
    page = page_of(two, first + call(2, 0))
    part_of(two, second + call(2, 1), page)
    extractions = read(two)
    store = stored([extractions])
    for sql in (
        "SELECT report_id, title, published_on, signed_on, table3_form, tables_source FROM reports",
        "SELECT text, text_original, title FROM documents WHERE outcome = 'report'",
        "SELECT name, value, raw FROM cells ORDER BY name",
        "SELECT measure, value, quote, quote_start FROM figures ORDER BY ordinal",
        "SELECT ordinal, kind, heading, text FROM sections ORDER BY ordinal",
        "SELECT identity, place, outcome FROM checks ORDER BY identity, place",
    ):
        assert query(store, sql) == query(whole, sql)
    assert query(store, "SELECT count(*) FROM report_documents") == [(1,)]
    outcomes = query(store, "SELECT role, outcome FROM documents ORDER BY role")
    assert outcomes == [("attachment", "part_of_report"), ("report", "report")]
    assert query(store, "SELECT url, outcome FROM attachments") == [
        (f"http://www.example.gov.cn{SECOND}", "part_of_report")
    ]
    for order in ([0, 1], [1, 0]):
        assert rows(stored([[extractions[at]] for at in order])) == rows(store)


@pytest.mark.parametrize("mark", ["_", "-"])
@pytest.mark.parametrize(
    "pager",
    [
        '<a href="{own}">1</a> <a href="{second}">2</a> <a href="{second}">下一页</a>',
        '<span>1</span><a href="{second}">[2]</a><a href="{second}">末页</a>',
        '<a href="{own}">上一页</a>&nbsp;<a href="{second}">下一页 &gt;</a>',
    ],
)
def test_links_to_further_pages_are_followed_too(pager: str, mark: str) -> None:
    one = Portal()
    one.page("/nb/content_4567.htm", TITLE, WHOLE)
    portal, (first, second) = Portal(), split("<p>三、收到")
    own, path = "content_4567.htm", f"content_4567{mark}2.htm"
    bar = f'</div><div class="pages">{pager.format(own=own, second=path)}</div>'
    page = portal.page(f"/nb/{own}", TITLE, first + bar)
    part_of(portal, second + bar, page, f"/nb/{path}")
    store = stored([read(portal)])
    sql = "SELECT text FROM documents WHERE outcome = 'report'"
    assert query(store, sql) == query(stored([read(one)]), sql)
    assert query(store, "SELECT kind, message FROM findings WHERE kind = 'odd_page'") == []


def test_a_pager_that_leaves_out_the_middle_names_all() -> None:
    def parts(*links: tuple[str, str]) -> list[str]:
        bar = "".join(f'<a href="{href}">{text}</a>' for text, href in links)
        made = Portal().page("/nb/4567.html", TITLE, WHOLE + bar)
        return [link.url.rpartition("/")[2] for link in further_parts(decode.page(made.capture))]

    assert parts(("2", "4567_2.html"), ("5", "4567_5.html")) == [
        f"4567_{number}.html" for number in (2, 3, 4, 5)
    ]
    assert parts(("2", "/other/4567_2.html"), ("2", "http://b.example.com/nb/4567_2.html")) == []
    assert parts(("上一篇", "4566_2.html"), ("2", "4568_2.html"), ("附件2", "4567_2.html")) == []
    assert parts(("2", "4567_2.pdf"), ("3", "4567_x.html")) == []
    assert len(parts(("999", "4567_999.html"), ("2", "4567_2.html"))) == MOST_PARTS - 1


def test_a_chain_of_pages_that_is_not_followed_to_its_end_is_told() -> None:
    portal, (first, second) = Portal(), split("<p>三、收到")
    page = portal.page("/nb/4567.html", TITLE, f'{first}<a href="4567_2.html">下一页</a>')
    bar = '<a href="4567.html">上一页</a><a href="4567_3.html">下一页</a>'
    part_of(portal, second + bar, page, "/nb/4567_2.html")
    store = stored([read(portal)])
    (told,) = query(store, "SELECT message FROM findings WHERE kind = 'odd_page'")
    assert "goes on at http://www.example.gov.cn/nb/4567_3.html" in str(told)


def test_each_cell_is_found_again_in_the_part_where_it_stands() -> None:
    portal, (first, second) = Portal(), split("<p>三、收到")
    page = page_of(portal, first + call(2, 0))
    part = part_of(portal, second + call(2, 1), page)
    cells = read(portal)[0].cells
    source = Source(page.capture, [part.capture])
    found = source.cells([str(cell["provenance"]) for cell in cells])
    assert all(is_same(str(cell["raw"]), raw) for cell, raw in zip(cells, found, strict=True))
    named = {cell["table_no"]: json.loads(str(cell["provenance"])).get("record") for cell in cells}
    assert named == {2: None, 3: part.row.pointer.record_id, 4: part.row.pointer.record_id}
    alone = Source(page.capture).cells([str(cell["provenance"]) for cell in cells])
    assert None in alone, "nothing of the part may be found in the page"


def test_a_page_is_read_again_when_its_part_arrives() -> None:
    portal, (first, second) = Portal(), split("<p>二、主动公开")
    page = page_of(portal, first + call(2, 0))
    (early,) = read(portal)
    store = stored([[early]])
    assert query(store, "SELECT count(*) FROM cells") == [(0,)]
    part_of(portal, second + call(2, 1), page)
    late = read(portal)
    assert [one.part_of for one in late] == [None, page.row.url]
    (again,) = pages_of_parts(Index(portal), [one.part_of for one in late])  # type: ignore[arg-type]
    assert again == page.row
    store.add_extractions(late)
    store.settle_listing("p")
    assert rows(store) == rows(stored([late]))
    assert query(store, "SELECT count(*) > 100 FROM cells") == [(1,)]


def test_each_version_of_a_page_has_the_part_of_its_time() -> None:
    portal, (first, second) = Portal(), split("<p>三、收到")
    older = page_of(portal, first + call(2, 0))
    part_of(portal, second + call(2, 1), older)
    newer = page_of(portal, first.replace("8561", "8562") + call(2, 0))
    part_of(portal, second.replace("申请3件", "申请4件") + call(2, 1), newer)
    store = stored([read(portal)])
    figures = query(
        store,
        "SELECT r.kind, f.measure, f.value FROM figures f JOIN report_documents r USING (record_id)"
        " WHERE measure IN ('disclosed', 'requests_received') ORDER BY 1, 2",
    )
    assert figures == [
        ("earlier", "disclosed", 8561.0),
        ("earlier", "requests_received", 3.0),
        ("page", "disclosed", 8562.0),
        ("page", "requests_received", 4.0),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<p>您访问的页面不存在或已被删除，请返回首页重新查找。</p>",
        WHOLE + call(2, 1, "t20200101_1"),
    ],
)
def test_what_does_not_call_itself_a_part_is_left_out(body: str) -> None:
    portal, (first, _) = Portal(), split("<p>三、收到")
    page = page_of(portal, first + call(2, 0))
    part_of(portal, body, page)
    store = stored([read(portal)])
    assert query(store, "SELECT count(*) FROM reports") == [(1,)]
    (text,) = query(store, "SELECT text FROM documents WHERE outcome = 'report'")
    assert "不存在" not in str(text)
    assert "三、收到" not in str(text)
    told = query(store, "SELECT message FROM findings WHERE kind = 'odd_page'")
    assert ["left out" in str(message) for (message,) in told] == [True]


def test_the_first_page_served_for_every_part_is_not_doubled() -> None:
    portal = Portal()
    page = page_of(portal, WHOLE + call(2, 0))
    part_of(portal, WHOLE + call(2, 0), page)
    store = stored([read(portal)])
    (found,) = query(store, "SELECT text FROM documents WHERE outcome = 'report'")
    assert str(found[0]).count("一、总体情况") == 1


def test_parts_are_bounded_and_beside_their_page() -> None:
    def parts(url: str, script: str) -> list[str]:
        made = Portal().page(url, TITLE, WHOLE + script)
        return [link.url for link in further_parts(decode.page(made.capture))]

    many = parts(PATH, call(100_000, 0))
    assert len(many) == MOST_PARTS - 1
    assert many[-1] == f"http://www.example.gov.cn/nb/{STEM}_{MOST_PARTS - 1}.html"
    assert parts(PATH, call(1, 0)) == []
    assert parts(PATH, call(2, 1)) == [], "a later part has none of its own"
    assert parts(PATH, call(2, 0, "t20200101_1")) == [], "another article's"
    assert parts(PATH, call(2, 0, f"//other.example.com/{STEM}")) == []
    assert parts("/nb/index.html", call(3, 0, "index")) == [], "a listing's"
    based = f'<base href="http://other.example.com/">{call(2, 0)}'
    assert parts(PATH, based) == [f"http://www.example.gov.cn{SECOND}"]


def test_a_part_that_was_not_had_is_told_and_the_rest_is_read() -> None:
    portal, (first, second) = Portal(), split("<p>三、收到")
    page = page_of(portal, first + call(2, 0))
    part = part_of(portal, second + call(2, 1), page)
    response = replace(part.capture.response, status=404)
    record = part.row.pointer.record_id
    portal.made[record] = Made(
        replace(part.capture, response=response), replace(part.row, status=404)
    )
    extractions = read(portal)
    random.Random(1).shuffle(extractions)
    store = stored([extractions])
    assert query(store, "SELECT count(*) FROM reports") == [(1,)]
    assert query(store, "SELECT kind FROM findings WHERE kind LIKE 'attach%'") == [
        ("attachment_unread",)
    ]
