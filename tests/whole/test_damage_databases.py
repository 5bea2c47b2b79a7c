"""Databases overwritten, cut, replaced or refused: a message that names the file and what to do,
or recovery where it is safe; `rebuild` makes both others again whatever is in their place.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nianbao_process import Nianbao
from watched_site import WatchedSite, generated_site, watched

from crawler.exit_codes import ExitCode

JOBS = ("--jobs", "1")


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 100])


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture(scope="module")
def site() -> Iterator[WatchedSite]:
    with watched(generated_site(cities=1, years=3), "127.0.3.11") as served:
        yield served


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, site: WatchedSite) -> Nianbao:
    nianbao = Nianbao(tmp_path_factory.mktemp("damaged") / "data")
    nianbao.configure("x", site.listing)
    nianbao.run("crawl", "x", *JOBS)
    return nianbao


@pytest.fixture
def copied(crawled: Nianbao, tmp_path: Path) -> Nianbao:
    shutil.copytree(crawled.data, tmp_path / "data")
    return Nianbao(tmp_path / "data")


@pytest.mark.parametrize(
    ("name", "damage"), [("archive.db", cut), ("corpus.db", garbage), ("corpus.db", directory)]
)
def test_what_is_damaged_is_named_and_rebuilt(
    crawled: Nianbao, copied: Nianbao, name: str, damage: Callable[[Path], None]
) -> None:
    damage(copied.data / name)
    done = copied.run("crawl", "x", code=ExitCode.BAD_INPUT)
    assert str(copied.data / name) in done.stderr
    assert "nianbao rebuild" in done.stderr
    assert "Traceback" not in done.stderr
    done = copied.run("rebuild", *JOBS)
    assert "Traceback" not in done.stderr
    assert f"{name} was no database" in done.stderr
    assert copied.rows() == crawled.rows()


def test_all_three_at_once(crawled: Nianbao, copied: Nianbao) -> None:
    for name in ("archive.db", "corpus.db", "state.db"):
        garbage(copied.data / name)
    copied.run("rebuild", *JOBS)
    assert copied.rows() == crawled.rows()
    done = copied.run("crawl", "x", *JOBS)
    assert "state.db was no database" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", [cut])
def test_a_lost_state_is_set_aside_and_the_crawl_goes_on(
    crawled: Nianbao, copied: Nianbao, damage: Callable[[Path], None]
) -> None:
    damage(copied.data / "state.db")
    done = copied.run("crawl", "x", *JOBS)
    assert f"{copied.data / 'state.db'} was no database and is now" in done.stderr
    assert list(copied.data.glob("state.db.damaged-*"))
    assert "Traceback" not in done.stderr
    assert copied.rows()["documents"] == crawled.rows()["documents"]


def test_an_empty_file_is_filled_again(crawled: Nianbao, copied: Nianbao) -> None:
    for name in ("archive.db", "corpus.db", "state.db"):
        empty(copied.data / name)
    copied.run("crawl", "x", *JOBS)
    for table in ("documents", "reports", "figures", "sections"):
        assert copied.rows()[table] == crawled.rows()[table], table


@pytest.mark.parametrize("damage", [garbage, cut, directory])
def test_a_reader_of_a_damaged_corpus_is_told(
    copied: Nianbao, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(copied.data / "corpus.db")
    done = copied.run("export", "--format", "jsonl", str(tmp_path / "out"), code=None)
    assert done.returncode == ExitCode.BAD_INPUT, done.stderr
    assert "nianbao rebuild" in done.stderr
    assert "Traceback" not in done.stderr
