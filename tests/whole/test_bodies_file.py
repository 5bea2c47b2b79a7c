"""The user's bodies.csv is part of what makes rows: in a crawl, read again and rebuilt alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from nianbao_process import Nianbao, copy_site, served

LISTING = "zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """A folder crawled, then crawled again with a bodies.csv that makes two of its bodies one."""
    folder = tmp_path_factory.mktemp("bodies")
    nianbao = Nianbao(folder / "data")
    with served(copy_site(folder), "127.0.0.63") as portal:
        nianbao.configure("beispiel", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "beispiel")
        merged, kept = bodies(nianbao)[:2]
        write(nianbao, f"{merged},{kept},\n{kept},,改名之后\n")
        nianbao.run("crawl", "beispiel")
    return nianbao


def bodies(nianbao: Nianbao) -> list[str]:
    return [str(row[0]) for row in nianbao.query("SELECT DISTINCT body_id FROM reports ORDER BY 1")]


def write(nianbao: Nianbao, lines: str) -> None:
    text = f"body_id,same_as,name\n{lines}"
    (nianbao.data / "bodies.csv").write_text(text, encoding="utf-8")


def test_the_next_crawl_reads_the_archive_again(crawled: Nianbao) -> None:
    kept = (crawled.data / "bodies.csv").read_text(encoding="utf-8").split(",")[3]
    names = {str(row[0]) for row in crawled.query("SELECT name FROM bodies")}
    assert "改名之后" in names
    rows = crawled.query(f"SELECT count(*) FROM reports WHERE body_id = '{kept.strip()}'")
    assert int(str(rows[0][0])) >= 2, "the merged body's reports are the other's"
    sources = crawled.query("SELECT source FROM body_names WHERE name = '改名之后'")
    assert ("bodies.csv",) in sources
    versions = crawled.query(
        "SELECT DISTINCT extractor_version LIKE '% bodies.csv-%' FROM documents"
    )
    assert versions == [(1,)]


def test_reading_again_replaying_and_rebuilding_give_the_same_rows(crawled: Nianbao) -> None:
    before = crawled.rows()
    crawled.run("extract")
    assert crawled.rows() == before, "extract"
    crawled.run("crawl", "--from-archive")
    assert crawled.rows() == before, "crawl --from-archive"
    for path in crawled.data.glob("*.db*"):
        path.unlink()
    crawled.run("rebuild")
    assert crawled.rows() == before, "rebuild"


@pytest.mark.parametrize("command", [("extract",), ("rebuild",), ("crawl", "--from-archive")])
def test_a_wrong_line_is_refused_and_the_corpus_stays(
    command: tuple[str, ...], crawled: Nianbao, tmp_path: Path
) -> None:
    path = crawled.data / "bodies.csv"
    good, before = path.read_bytes(), crawled.rows()
    try:
        write(crawled, "Beispielamt,,\n")
        done = crawled.run(*command, code=2)
    finally:
        path.write_bytes(good)
    assert "bodies.csv line 2, column body_id: 'Beispielamt' is no body's id" in done.stderr
    assert crawled.rows() == before
    assert not list(crawled.data.glob("corpus.building.db*"))
