"""``browse --corpus``: a former corpus, with the archive of the data folder."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from browsing import browsing, command
from searchable import report

from crawler.exit_codes import ExitCode
from extract.browse.asking import report_path
from extract.schema import corpus_migrations
from extract.store import CorpusStore

FORMER = "corpus.20260101000000.db"
REPORT = report_path("gov:110101/2019/area")
THEN, NOW = "从前所读的年度报告", "现在所读的年度报告"


def write(path: Path, title: str) -> None:
    with closing(CorpusStore(path)) as store:
        store.add_extractions([report(1, "信息公开", title=title, division="110101")])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an archive, and beside its corpus a former one that nobody may write."""
    folder = tmp_path / "data"
    (folder / "warc").mkdir(parents=True)
    write(folder / "corpus.db", NOW)
    write(folder / FORMER, THEN)
    with closing(sqlite3.connect(folder / FORMER)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    (folder / FORMER).chmod(0o444)
    return folder


def test_the_former_one_is_shown_and_left_as_it_is(data: Path) -> None:
    octets = (data / FORMER).read_bytes()
    with browsing(data, "--corpus", FORMER) as browse:
        page = browse.page(REPORT)
        assert THEN in page and NOW not in page
        assert f"所示为 {FORMER}，不是现用的语料库" in page
        assert f"This is {FORMER}, not the current corpus" in browse.page("/search?lang=en")
        assert THEN in browse.page("/corpus/reports"), "the tables are of the same file"
        browse.replay()
        opened = browse.get(json.loads(browse.get(f"{REPORT}.json").body)["open"])
        assert opened.status == 302, "the archive is that of the data folder"
        assert opened.header("Location").startswith(f"{browse.replay()}/archive/")
        (data / "suppress.txt").write_text("http://h/1\n", "utf-8")
        assert browse.get(REPORT).status == 451, "and so is what is taken down"
    assert (data / FORMER).read_bytes() == octets
    assert not list(data.glob(f"{FORMER}-*"))


def test_without_it_the_corpus_and_no_word_of_another(data: Path) -> None:
    with browsing(data) as browse:
        page = browse.page(REPORT)
        assert NOW in page and "不是现用的语料库" not in page


def test_one_of_an_older_version_is_shown_from_a_copy(data: Path) -> None:
    older = data.parent / "older.db"
    write(older, THEN)
    with closing(sqlite3.connect(older)) as db:
        db.execute("DROP TABLE _narratives")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm016_narratives'")
        db.execute(f"PRAGMA user_version = {len(corpus_migrations.names) - 1}")
        db.commit()
        db.execute("PRAGMA journal_mode = DELETE")
    octets = older.read_bytes()
    with browsing(data, "--corpus", str(older)) as browse:
        page = browse.page(REPORT)
        assert THEN in page and "older.db" in page
        assert any("older version" in line for line in browse.said), browse.said
    assert older.read_bytes() == octets


def test_one_that_is_not_there_is_named(data: Path) -> None:
    done = subprocess.run(
        command(data, "--port", "0", "--corpus", "nowhere.db"),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == ExitCode.BAD_INPUT
    assert "nowhere.db" in done.stderr and FORMER in done.stderr
