"""Page and files of one report: one report with several readings, its tables from where they can
be read, what differs told, and what is something else kept apart; in any order of arrival.
"""

from __future__ import annotations

import itertools
import json
import random
import sqlite3

import pytest
from pages_and_files import (
    REAL,
    SITE,
    Made,
    Portal,
    html,
    link,
    real_tables,
    rows,
    stored,
    text_of,
    title_of,
)

from extract.export import reports_in
from extract.rows import Extraction
from extract.store import CorpusStore

HTML, PLAIN, PDF = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/pdf"
BODY, YEAR = "沭阳县发展和改革局", 2023
TABLES = real_tables()
TITLE = title_of(BODY, YEAR)


def in_any_order(extractions: list[Extraction]) -> CorpusStore:
    """The corpus; the same for orders and batches drawn, each twice over."""
    first = stored([extractions])
    wanted = rows(first)
    orders = list(itertools.permutations(extractions))
    for order in random.Random(3).sample(orders, min(len(orders), 12)):
        for batches in ([order], [[one] for one in order], [order[:1], order[1:], order]):
            assert rows(stored(batches)) == wanted
    return first


def query(store: CorpusStore, sql: str) -> list[tuple[object, ...]]:
    return store.db.execute(sql).fetchall()


def one_report(store: CorpusStore) -> dict[str, object]:
    store.db.conn.row_factory = sqlite3.Row
    (report,) = reports_in(store.db.conn)
    store.db.conn.row_factory = None
    return report


def test_tables_of_a_file_where_the_page_has_none() -> None:
    portal = Portal()
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件：统计表"))
    portal.file("/t.html", html("附件", "".join(TABLES)), HTML, page=page, text="附件：统计表")
    store = in_any_order(portal.read())
    assert query(store, "SELECT kind, is_current FROM report_documents ORDER BY record_id") == [
        ("page", 1),
        ("attachment", 0),
    ]
    assert query(store, "SELECT DISTINCT record_id FROM report_tables") == [("urn:uuid:0001",)]
    report = one_report(store)
    assert report["url"] == SITE + "/t1.html"
    assert report["also_at"] == [SITE + "/t.html"]
    assert report["form"] == {"table2": "2021", "table3": "2021", "appendix": None}
    assert len(report["cells"]) > 150  # type: ignore[arg-type]
    assert [one["kind"] for one in report["sections"]]  # type: ignore[attr-defined]
    outcomes = {c["outcome"] for c in report["checks"] if c["identity"] == "t3_balance"}  # type: ignore[attr-defined]
    assert "pass" in outcomes
    assert "not_applicable" not in outcomes
    (row,) = query(store, "SELECT tables_source, evidence FROM reports")
    assert row[0] == "html"
    assert json.loads(str(row[1]))["tables"] == SITE + "/t.html"
    (evidence,) = query(store, "SELECT evidence FROM report_documents WHERE kind = 'attachment'")
    assert json.loads(str(evidence[0]))["from_page"] == "urn:uuid:0000"
    count = "SELECT count(*) FROM observations WHERE source = 'cell'"
    assert query(store, count) == [(len(report["cells"]),)]  # type: ignore[arg-type]


def test_a_page_that_only_points_at_the_real_pdf() -> None:
    portal = Portal()
    title = "淮安市2024年政府信息公开工作年度报告"
    page = portal.page("/h.html", title, link("/h.pdf", title))
    body = (REAL / "huaian_2024.pdf").read_bytes()
    portal.file("/h.pdf", body, PDF, page=page, text=title)
    store = in_any_order(portal.read())
    report = one_report(store)
    assert (report["report_year"], report["body_id"]) == (2024, "gov:320800")
    assert report["url"] == SITE + "/h.pdf"
    assert report["also_at"] == [SITE + "/h.html"]
    assert report["published_on"] == "2024-03-12"
    assert query(store, "SELECT tables_source FROM reports") == [("pdf",)]
    assert len(report["cells"]) > 150  # type: ignore[arg-type]


def test_text_in_one_file_and_each_table_in_another() -> None:
    portal = Portal()
    links = "".join(link(f"/{at}.html", f"附件{at}") for at in range(4))
    page = portal.page("/t1.html", TITLE, links)
    portal.file("/0.html", html("附件", text_of("我局", YEAR)), HTML, page=page, text="附件0")
    for at, table in enumerate(TABLES, start=1):
        portal.file(f"/{at}.html", html("附件", table), HTML, page=page, text=f"附件{at}")
    store = in_any_order(portal.read())
    assert len(query(store, "SELECT 1 FROM reports")) == 1
    assert query(store, "SELECT table_no, record_id FROM report_tables ORDER BY 1") == [
        (2, "urn:uuid:0002"),
        (3, "urn:uuid:0003"),
        (4, "urn:uuid:0004"),
    ]
    assert query(store, "SELECT record_id FROM reports") == [("urn:uuid:0001",)]
    assert query(store, "SELECT outcome FROM attachments") == [("report",)] * 4


def test_a_table_without_scope_beside_a_text_that_has_one_is_of_the_same_report() -> None:
    government = "沭阳县人民政府"
    title = title_of(government, YEAR)
    portal = Portal()
    page = portal.page("/t1.html", title, link("/0.html", "附件1") + link("/1.html", "附件2"))
    text = text_of(government, YEAR).replace("主动公开", "全县各镇、各部门主动公开")
    portal.file("/0.html", html("附件", text), HTML, page=page, text="附件1")
    portal.file("/1.html", html("附件", "".join(TABLES)), HTML, page=page, text="附件2")
    store = in_any_order(portal.read())
    scopes = query(store, "SELECT report_scope FROM report_documents ORDER BY record_id")
    assert scopes == [("area",), ("unclear",)], "each says what it says"
    (report,) = query(store, "SELECT report_scope, record_id, tables_source FROM reports")
    assert report == ("area", "urn:uuid:0001", "html")
    assert query(store, "SELECT DISTINCT record_id FROM report_tables") == [("urn:uuid:0002",)]
    assert query(store, "SELECT DISTINCT report FROM cells") == query(
        store, "SELECT report_id FROM reports"
    )


def test_page_and_file_that_differ_are_both_kept_and_told() -> None:
    portal = Portal()
    first = text_of(BODY, YEAR, TABLES, count=120)
    other_table = TABLES[2].replace(">0<", ">7<", 1)
    assert other_table != TABLES[2]
    second = text_of(BODY, YEAR, (*TABLES[:2], other_table), count=121)
    page = portal.page("/t1.html", TITLE, first + link("/t.html", "附件：全文"))
    portal.file("/t.html", html(TITLE, second), HTML, page=page, text="附件：全文")
    store = in_any_order(portal.read())
    told = [
        str(row[0])
        for row in query(
            store, "SELECT message FROM findings WHERE kind = 'readings_differ' ORDER BY 1"
        )
    ]
    assert len(told) == 2, told
    assert told[0].startswith("cell ")
    assert "'0'" in told[0]
    assert "'7'" in told[0]
    assert told[1].startswith("figure disclosed: 120 in")
    assert "121 in" in told[1]
    for message in told:
        for name in ("/t1.html", "/t.html", "urn:uuid:0000", "urn:uuid:0001"):
            assert name in message
    report = one_report(store)
    assert report["url"] == SITE + "/t1.html"
    assert query(store, "SELECT DISTINCT record_id FROM report_tables") == [("urn:uuid:0000",)]


def test_a_file_on_another_year_is_another_report_and_told() -> None:
    portal = Portal()
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件"))
    older = html(title_of(BODY, YEAR - 1), text_of(BODY, YEAR - 1, TABLES))
    portal.file("/t.html", older, HTML, page=page, text="附件")
    store = in_any_order(portal.read())
    years = query(store, "SELECT report_year, tables_source FROM reports ORDER BY 1")
    assert years == [(YEAR - 1, "html"), (YEAR, "none")]
    (told,) = query(store, "SELECT message FROM findings WHERE kind = 'readings_differ'")
    assert "report_year: 2023" in str(told[0])
    assert "2022" in str(told[0])


SOMETHING_ELSE = {
    "an explainer": ("沭阳县发展和改革局2023年政府信息公开工作年度报告解读", text_of(BODY, YEAR)),
    "a decision": ("政府信息公开告知书", "<p>沭阳县发展和改革局决定予以公开。</p>" * 5),
    "a form": (TITLE, "<p>XX局20XX年共收到申请___件，主动公开____条，收费××元。</p>" * 6),
    "a glossary": ("附件", "<p>名词解释：规范性文件是指……</p>" * 20),
    "another town's table": ("沭阳县李恒镇2023年统计表", TABLES[1]),
    "a numbered table of another town": ("附件1：沭阳县李恒镇2023年统计表", TABLES[1]),
    "last year's table": ("2021年政府信息公开情况统计表", TABLES[1]),
}


@pytest.mark.parametrize("what", SOMETHING_ELSE)
def test_what_is_something_else_is_not_merged(what: str) -> None:
    title, body = SOMETHING_ELSE[what]
    portal = Portal()
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件"))
    made = portal.file("/t.html", html(title, body), HTML, page=page, text="附件")
    store = in_any_order(portal.read())
    record = made.row.pointer.record_id
    assert query(store, f"SELECT 1 FROM report_documents WHERE record_id = '{record}'") == []
    (outcome,) = query(store, f"SELECT outcome FROM documents WHERE record_id = '{record}'")
    assert outcome[0] != "report"
    assert query(store, "SELECT tables_source FROM reports") == [("none",)]


def test_another_bodys_report_is_its_own() -> None:
    portal = Portal()
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件"))
    other = "沭阳县教育局"
    body = html(title_of(other, YEAR), text_of(other, YEAR, TABLES))
    portal.file("/t.html", body, HTML, page=page, text="附件")
    store = in_any_order(portal.read())
    found = query(store, "SELECT issuing_body, tables_source FROM reports ORDER BY tables_source")
    assert [row[1] for row in found] == ["html", "none"]
    assert "教育局" in str(found[0][0])


def _shared(portal: Portal, *, second: int) -> Made:
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件"))
    other = title_of(BODY, second)
    portal.page("/t2.html", other, text_of(BODY, second) + link("/t.html", "附件"))
    return portal.file("/t.html", html("附件", "".join(TABLES)), HTML, page=page, text="附件")


def test_a_nameless_file_of_two_reports_is_nobodys() -> None:
    portal = Portal()
    _shared(portal, second=2022)
    store = in_any_order(portal.read())
    assert query(store, "SELECT tables_source FROM reports") == [("none",)] * 2
    assert query(store, "SELECT 1 FROM report_tables") == []
    (told,) = query(store, "SELECT url FROM findings WHERE kind = 'attachment_shared'")
    assert told == (SITE + "/t.html",)


def test_a_nameless_file_of_one_report_at_two_addresses_is_its() -> None:
    portal = Portal()
    _shared(portal, second=YEAR)
    store = in_any_order(portal.read())
    kinds = query(store, "SELECT kind FROM report_documents ORDER BY record_id")
    assert kinds == [("page",), ("duplicate",), ("attachment",)]
    assert query(store, "SELECT tables_source FROM reports") == [("html",)]
    assert query(store, "SELECT 1 FROM findings WHERE kind = 'attachment_shared'") == []


def test_later_captures_of_page_and_file_count() -> None:
    portal = Portal()
    body = text_of(BODY, YEAR)
    page = portal.page("/t1.html", TITLE, body + link("/t.html", "附件"))
    portal.file("/t.html", html("附件", TABLES[1]), HTML, page=page, text="附件")
    portal.file("/t.html", html("附件", "".join(TABLES)), HTML, page=page, text="附件")
    portal.page("/t1.html", TITLE, body.replace("120", "130") + link("/t.html", "附件"))
    store = in_any_order(portal.read())
    found = query(store, "SELECT kind, is_current FROM report_documents ORDER BY record_id")
    assert found == [("earlier", 0), ("earlier", 0), ("attachment", 0), ("page", 1)]
    assert query(store, "SELECT DISTINCT record_id FROM report_tables") == [("urn:uuid:0002",)]


def test_a_file_read_without_its_page_says_what_it_says_itself() -> None:
    portal = Portal()
    page = portal.page("/t1.html", TITLE, text_of(BODY, YEAR) + link("/t.html", "附件"))
    whole = html(TITLE, text_of(BODY, YEAR, TABLES))
    made = portal.file("/t.html", whole, HTML, page=page, text="")
    del portal.made[page.row.pointer.record_id]
    extraction = portal.read_one(made)
    assert extraction.document["outcome"] == "report"
