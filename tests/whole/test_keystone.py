"""The keystone: a crawl, the same crawl from the archive, a re-reading and a rebuild from the WARC
files alone give identical rows, over four runs: first, unchanged, changed, and one in which hardly
anything is due.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from nianbao_process import OF_LOOKING, OF_RUNS, Nianbao, copy_site, served

from archive.folder import DataFolder
from crawler.run import archived_services

LISTING = "zfxxgk/zfxxgknb/"


SHARED = Path(__file__).resolve().parents[3] / "shared/real"


def add_files(site: Path) -> None:
    """Two pages link files: one a report of its own, one that is the page's tables, one missing."""
    pages = sorted((site / LISTING).glob("2*/t*.html"))
    page = next(page for page in pages if "8562条".encode() in page.read_bytes())
    links = "".join(
        f'<p><a href="files/{name}">附件：{name}</a></p>' for name in ("h.pdf", "n.txt", "gone.doc")
    )
    (page.parent / "files").mkdir()
    (page.parent / "files/h.pdf").write_bytes((SHARED / "huaian_2024.pdf").read_bytes())
    (page.parent / "files/n.txt").write_text("名词解释\n政府信息……\n", encoding="utf-8")
    body = page.read_bytes()
    at = body.index(b"<p", body.index("8562条".encode()))
    page.write_bytes(body[:at] + links.encode() + body[at:])


def change(site: Path) -> None:
    """What a portal does between two crawls: a number edited, with its file; a row gone."""
    listing = site / LISTING
    pages = sorted(listing.glob("2*/t*.html"))
    edited = next(page for page in pages if "8562条".encode() in page.read_bytes())
    edited.write_bytes(edited.read_bytes().replace("8562条".encode(), "8563条".encode()))
    (edited.parent / "files/n.txt").write_text("名词解释（更正）\n", encoding="utf-8")
    index = listing / "index_1.html"
    rows = index.read_bytes().split(b"<li>")
    assert len(rows) > 2
    index.write_bytes(b"<li>".join(rows[:-2] + rows[-1:]))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A folder after three runs, with the rows after each noted."""
    folder = tmp_path_factory.mktemp("keystone")
    site = copy_site(folder)
    add_files(site)
    nianbao = Nianbao(folder / "data")
    with served(site, "127.0.0.31") as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "beispiel")
        first = nianbao.rows()
        nianbao.run("crawl", "beispiel")
        unchanged = nianbao.rows()
        assert_nothing_new(first, unchanged)
        change(site)
        nianbao.run("crawl", "beispiel", "--full")
        nianbao.run("crawl", "beispiel")
    return nianbao


def assert_nothing_new(
    first: dict[str, list[tuple[object, ...]]], second: dict[str, list[tuple[object, ...]]]
) -> None:
    assert len(second["runs"]) == 2
    for table in first:
        if table in OF_LOOKING:  # when it was last looked at rises
            assert [row[:2] for row in first[table]] == [row[:2] for row in second[table]]
        elif table not in OF_RUNS:
            assert first[table] == second[table], table


def test_the_change_was_found(crawled: Nianbao) -> None:
    figures = crawled.query(
        "SELECT f.value, r.kind FROM figures f JOIN report_documents r USING (record_id) "
        "WHERE f.quote LIKE '%856_条' ORDER BY f.value"
    )
    assert figures == [(8562.0, "earlier"), (8563.0, "page")]
    assert crawled.query("SELECT count(*) FROM reports") == [(6,)]
    files = crawled.query(
        "SELECT asked_url, status, count(*) FROM documents WHERE role = 'attachment'"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    told = {str(url).rsplit("/", 1)[1]: (status, count) for url, status, count in files}
    assert told == {"h.pdf": (200, 1), "n.txt": (200, 2), "gone.doc": (404, 1)}
    replaced = crawled.query("SELECT url, field FROM changes WHERE kind = 'file_replaced'")
    ((page, file),) = replaced
    assert str(page).endswith("t20200312_100417.html")
    assert str(file).endswith("/n.txt")
    assert crawled.query("SELECT count(*) FROM runs") == [(4,)]
    assert crawled.query("SELECT count(*) FROM findings WHERE kind = 'listing_shrank'") == [(1,)]


def test_the_archive_holds_304s_to_be_replayed(crawled: Nianbao) -> None:
    (count,) = crawled.query(
        "SELECT count(*) FROM captures WHERE status = 304 AND record_type = 'revisit'",
        "archive.db",
    )
    assert int(str(count[0])) > 5


def test_from_the_archive(crawled: Nianbao) -> None:
    before = crawled.rows()
    crawled.run("crawl", "--from-archive")
    assert crawled.rows() == before


def test_extract(crawled: Nianbao) -> None:
    before = crawled.rows()
    crawled.run("extract")
    assert crawled.rows() == before


def test_rebuild_from_the_warc_files_alone(crawled: Nianbao) -> None:
    before = crawled.rows()
    for path in crawled.data.glob("*.db*"):
        path.unlink()
    crawled.run("rebuild")
    assert crawled.rows() == before


def test_one_run_of_several(crawled: Nianbao) -> None:
    (run,) = crawled.query("SELECT run FROM runs ORDER BY started_at LIMIT 1")
    before = crawled.rows()
    crawled.run("crawl", "--from-archive", "--run", str(run[0]))
    assert crawled.rows() == before, "one run must not replace the corpus"
    assert crawled.query("SELECT count(*) FROM reports", "corpus.replayed.db") == [(6,)]


def test_a_replay_that_was_stopped_replaces_nothing(crawled: Nianbao) -> None:
    before = crawled.rows()
    with archived_services(DataFolder(crawled.data), jobs=1):
        pass  # as after Ctrl-C: the spider did not get to its end
    assert crawled.rows() == before
