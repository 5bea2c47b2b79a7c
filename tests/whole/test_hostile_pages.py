"""Pages made to eat time and memory, behind one listing: each has a named outcome in bounded time
and memory, nothing of them is invented, and the good page behind them is read.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

import pytest
from listed_site import RawServer, Reply, answer, listing, portal_file, report, title, year
from nianbao_process import Nianbao
from test_faults import waited

HOST = "127.0.2.41"
SECONDS = 240
"""For all of them on a busy machine; none alone takes more than the limit of one page."""
PEAK_BYTES = 1_600 * 1024 * 1024
"""Of one worker: a page of 16 million characters in the DOM is the largest that is parsed."""

FORM = (
    "<tr><td colspan=abc rowspan=-7>第二十条第（一）项</td></tr>"
    "<tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>"
    "<tr><td>规章</td><td colspan='9999999999999'>3</td><td>1</td><td>2</td></tr>"
)


def page(number: int, inner: str) -> bytes:
    """A report's page with something hostile in its body."""
    before, mark, after = report(number).decode("utf-8").partition('<div class="content">')
    return f"{before}{mark}{inner}{after}".encode()


CELLS = "<table>" + ("<tr>" + "<td>1</td>" * 1000 + "</tr>") * 1000 + "</table>"
SPANS = "<table>" + "<tr><td rowspan=65534 colspan=1000>1</td></tr>" * 2000 + "</table>"
NESTED = "<table><tr><td>" * 3000 + "1" + "</td></tr></table>" * 3000
UNCLOSED = "<div><font><b>" * 60_000 + "年度报告"
ENTITIES = (
    '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)
NUMBERS = "<p>" + "主动公开政府信息1条，" * 200_000 + "</p>"
BARS = "<p>" + "| " * 400_000 + "申请人情况</p>"

HOSTILE: dict[str, tuple[bytes, frozenset[str]]] = {
    "cells": (page(0, CELLS), frozenset({"report"})),
    "spans": (page(1, SPANS), frozenset({"report", "too_large", "extractor_timeout"})),
    "bad-spans": (page(2, f"<table>{FORM}</table>"), frozenset({"report"})),
    "nested": (page(3, NESTED), frozenset({"empty"})),
    "unclosed": (page(4, UNCLOSED), frozenset({"empty"})),
    "entities": (
        ENTITIES.encode() + page(5, "<p>&a;&b;&c;</p>"),
        frozenset({"report"}),
    ),
    "fifty-megabytes": (
        page(6, "<p>" + "政务公开工作有序推进。" * 1_600_000 + "</p>"),
        frozenset({"too_large"}),
    ),
    "numbers": (page(7, NUMBERS), frozenset({"report", "extractor_timeout"})),
    "bars": (page(8, BARS), frozenset({"report", "extractor_timeout"})),
    "good": (report(9), frozenset({"report"})),
}
"""By path: the page, and the outcomes that it may have."""


@dataclass(frozen=True)
class Crawled:
    nianbao: Nianbao
    code: int
    said: str
    peak: int
    seconds: float

    def outcome(self, name: str) -> str:
        (row,) = self.nianbao.query(f"SELECT outcome FROM documents WHERE url LIKE '%/{name}'")
        return str(row[0])


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    script = {f"/{name}": [Reply(answer(body))] for name, (body, _) in HOSTILE.items()}
    script |= {
        "/robots.txt": [Reply(answer(b"", status=b"404 Not Found"))],
        "/list/": [Reply(answer(listing([f"/{name}" for name in HOSTILE])))],
    }
    with RawServer(script, host=HOST).running() as server:
        nianbao = Nianbao(tmp_path_factory.mktemp("hostile") / "data")
        (nianbao.data / "portals").mkdir(parents=True)
        text = portal_file(server.url("/list/"), delay=0.0)
        (nianbao.data / "portals" / "hostile.toml").write_text(text, encoding="utf-8")
        began = time.monotonic()
        with (nianbao.data / "said").open("w+", encoding="utf-8") as said:
            crawl = subprocess.Popen(
                nianbao.command("crawl", "hostile"),
                stderr=said,
                env=os.environ | {"NIANBAO_ALLOW_PRIVATE": f"{HOST}/32"},
            )
            code, peak = waited(crawl)
            said.seek(0)
            yield Crawled(nianbao, code, said.read(), peak, time.monotonic() - began)


def test_the_run_ends_in_bounded_time_and_memory(crawled: Crawled) -> None:
    assert crawled.code in (0, 3), crawled.said
    assert crawled.seconds < SECONDS
    assert 50_000_000 < crawled.peak < PEAK_BYTES, "more than nothing was measured"


@pytest.mark.parametrize("name", HOSTILE)
def test_each_page_has_a_named_outcome(name: str, crawled: Crawled) -> None:
    assert crawled.outcome(name) in HOSTILE[name][1]


def test_what_was_not_read_is_a_finding(crawled: Crawled) -> None:
    unread = [name for name in HOSTILE if crawled.outcome(name) != "report"]
    assert "fifty-megabytes" in unread
    for name in unread:
        found = crawled.nianbao.query(f"SELECT message FROM findings WHERE url LIKE '%/{name}'")
        assert found, f"{name}: no finding says why"


def test_what_was_left_out_of_a_page_is_named(crawled: Crawled) -> None:
    (said,) = crawled.nianbao.query(
        "SELECT message FROM findings WHERE kind = 'odd_page' AND url LIKE '%/cells'"
    )
    assert "1000000 cells" in str(said[0])


def test_nothing_is_invented(crawled: Crawled) -> None:
    cells = crawled.nianbao.query(
        "SELECT c.name, c.value FROM cells c JOIN documents d USING (record_id)"
        " WHERE d.url LIKE '%/cells' OR d.url LIKE '%/spans' OR d.url LIKE '%/nested'"
    )
    assert cells == [], "a table of ones is no statutory table"
    text = crawled.nianbao.query("SELECT text FROM documents WHERE url LIKE '%/entities'")
    assert "root:" not in str(text[0][0])
    assert "aaaaaaaaaa" not in str(text[0][0])
    (good,) = crawled.nianbao.query(
        "SELECT r.report_year, r.title FROM reports r JOIN documents d USING (record_id)"
        " WHERE d.url LIKE '%/good'"
    )
    assert good == (year(9), title(9))
