"""A report on two pages: asked for whole, followed when only its second page changes, read again
when a run died before that, and the same rows from the archive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from attached_site import AttachedSite, attached_site, html, text_of, title_of
from nianbao_process import Nianbao

BODY, YEAR = "淮安市", 2023
TITLE = title_of(BODY, YEAR)
PATH = "/zfxxgk/nb/202403/t20240312_4567.html"
SECOND = PATH.replace(".html", "_1.html")


def put(site: AttachedSite, *, asked: int) -> None:
    """The report; what was asked for stands on its second page."""
    text = text_of(BODY, YEAR, asked=asked)
    place = text.index("<p>三、收到")
    for path, body, at in ((PATH, text[:place], 0), (SECOND, text[place:], 1)):
        call = f'<script>createPageHTML(2,{at},"t20240312_4567","html");</script>'
        site.put(path, html(TITLE, f'<div class="TRS_Editor">{body}</div>{call}'))


def received(nianbao: Nianbao) -> list[tuple[object, ...]]:
    """The number of requests in the one report, and the report's address."""
    return nianbao.query(
        "SELECT f.value, d.url LIKE '%_4567.html' FROM reports r JOIN documents d USING (record_id)"
        " JOIN figures f USING (record_id) WHERE f.measure = 'requests_received'"
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nianbao, list[list[str]]]]:
    """Two runs, the second page changed between them, and what each asked for."""
    nianbao, logs = Nianbao(tmp_path_factory.mktemp("split") / "data"), []
    with attached_site("127.0.9.41") as site:
        put(site, asked=31)
        site.rows.append((PATH, TITLE))
        site._list()
        nianbao.configure("x", site.listing)
        for asked in (31, 47):
            put(site, asked=asked)
            site.log.clear()
            nianbao.run("crawl", "x", "--full")
            logs.append(site.asked())
            assert received(nianbao) == [(float(asked), 1)]
        yield nianbao, logs


def test_each_page_is_asked_for_once_a_run(crawled: tuple[Nianbao, list[list[str]]]) -> None:
    _, logs = crawled
    assert [sorted(log) for log in logs] == [["/zfxxgk/nb/", PATH, SECOND]] * 2


def test_there_is_one_report_with_its_whole_text(crawled: tuple[Nianbao, list[list[str]]]) -> None:
    nianbao, _ = crawled
    assert nianbao.query("SELECT count(*) FROM report_documents") == [(1,)]
    ((text,),) = nianbao.query("SELECT text FROM documents JOIN reports USING (record_id)")
    heads = ["一、总体", "二、主动", "三、收到", "四、政府", "五、存在", "六、其他"]
    places = [str(text).index(head) for head in heads]
    assert places == sorted(places)
    outcomes = nianbao.query("SELECT outcome, count(*) FROM documents GROUP BY 1 ORDER BY 1")
    assert outcomes == [("part_of_report", 2), ("report", 1)]
    ((part,),) = nianbao.query("SELECT DISTINCT url FROM documents WHERE role = 'attachment'")
    shown = nianbao.run("show", str(part), code=None).stdout
    assert "part_of_report" in shown
    assert PATH in shown, "where it is read"


@pytest.mark.parametrize("again", [("crawl", "--from-archive"), ("extract",), ("rebuild",)])
def test_the_archive_gives_the_same(
    crawled: tuple[Nianbao, list[list[str]]], again: tuple[str, ...]
) -> None:
    nianbao, _ = crawled
    before = nianbao.rows()
    if again == ("rebuild",):
        for path in nianbao.data.glob("*.db*"):
            path.unlink()
    nianbao.run(*again)
    assert nianbao.rows() == before


def test_a_part_that_a_dead_run_left_unread_is_read_with_its_page(
    crawled: tuple[Nianbao, list[list[str]]],
) -> None:
    nianbao, _ = crawled
    before = nianbao.rows()
    with closing(sqlite3.connect(nianbao.data / "corpus.db")) as db:
        # as after a kill between the second part's record and its reading
        last = "(SELECT record_id FROM documents WHERE role = 'attachment' ORDER BY ordered_at)"
        db.execute(f"DELETE FROM documents WHERE record_id IN {last}")
        db.execute("UPDATE documents SET text = 'stale'")
        db.execute("DELETE FROM figures")
        db.commit()
    nianbao.run("crawl", "x", "--limit", "1", code=None)
    after = nianbao.rows()
    assert received(nianbao) == [(47.0, 1)]
    for table in ("documents", "figures", "sections", "reports", "attachments"):
        assert after[table] == before[table]
