"""The replay beside browse: started again when it dies, given up in the end, never left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from browsing import browsing, children_of
from replaying import RunningReplay

from archive.folder import DataFolder
from crawler.replay_beside import PAUSES, ReplayBeside
from extract.browse.asking import Asked, Lang
from extract.browse.beside import NO_REPLAY, Beside, Standing
from extract.browse.corpus import Corpus
from extract.browse.site import Site
from extract.store import CorpusStore

LIMIT = 300
"""Seconds for what takes a few on an idle machine."""

OPENS = "archived pages open at "


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with nothing in it: replay runs over it all the same."""
    folder = tmp_path / "data"
    (folder / "warc").mkdir(parents=True)
    CorpusStore(folder / "corpus.db").close()
    return folder


def becomes(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_one_that_is_killed_is_started_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = tmp_path / "tmp"
    places.mkdir()
    monkeypatch.setenv("TMPDIR", str(places))
    with browsing(data) as browse:
        pid = browse.process.pid

        def opened() -> list[str]:
            return [line.split()[4].rstrip("/") for line in browse.said if line.startswith(OPENS)]

        becomes(lambda: len(opened()) == 1, "the first")
        (first,) = children_of(pid)
        assert "Replay is starting" not in browse.page("/search?lang=en")
        os.kill(first, signal.SIGKILL)
        becomes(lambda: len(opened()) == 2, "the second")
        said = f"replay has ended (-9): it is started again in {PAUSES[0]:g} s"
        assert said in browse.said
        (second,) = children_of(pid)
        assert second != first
        answer = RunningReplay(opened()[-1], browse.process).get("/archive/")
        assert answer.status == 302, "it answers: to its first page"
        assert len(list(places.iterdir())) == 1, "what the first kept is gone"
    becomes(lambda: not Path(f"/proc/{second}").exists(), "it ends with browse")
    assert list(places.iterdir()) == []


@contextmanager
def beside(data: Path, pauses: tuple[float, ...]) -> Iterator[tuple[ReplayBeside, list[str]]]:
    """A replay that cannot begin: what is taken down cannot be told."""
    (data / "suppress.txt").write_text("no address\n", "utf-8")
    said: list[str] = []
    folder = DataFolder(data)
    with closing(ReplayBeside(folder, host="127.0.0.1", say=said.append, pauses=pauses)) as one:
        yield one, said


def test_after_some_deaths_in_a_row_it_is_given_up(data: Path) -> None:
    with beside(data, (0.0, 0.25)) as (replay, said):
        assert replay.state() == Beside(Standing.STARTING)
        becomes(lambda: replay.state().standing is Standing.GIVEN_UP, f"it goes on: {said}")
        becomes(lambda: len(said) == 3, f"{said}")
        assert said[0].endswith("it is started again in 0 s")
        assert said[1].endswith("it is started again in 0.25 s")
        assert "3 times in a row" in said[2] and "not started again" in said[2]
        assert replay.state().origin is None


def test_it_is_ended_while_it_waits(data: Path) -> None:
    with beside(data, (100_000.0,)) as (replay, said):
        becomes(lambda: len(said) == 1, "its death")
    assert replay.state() == NO_REPLAY
    assert len(said) == 1, "nothing more was started"


@pytest.mark.parametrize(
    ("standing", "zh", "en"),
    [
        (Standing.OFF, "replay 未运行", "Replay does not run"),
        (Standing.STARTING, "replay 正在启动", "Replay is starting"),
        (Standing.GIVEN_UP, "replay 屡次退出", "not started any more"),
        (Standing.RUNS, "", ""),
    ],
)
def test_the_pages_say_how_it_stands(standing: Standing, zh: str, en: str, data: Path) -> None:
    origin = "http://127.0.0.1:1" if standing is Standing.RUNS else None
    site = Site(Corpus.of(DataFolder(data)), lambda: Beside(standing, origin))
    others = {"replay 未运行", "replay 正在启动", "replay 屡次退出"} - {zh}
    page = site.answer(Asked(path="/search")).body.decode("utf-8")
    assert zh in page and not any(other in page for other in others)
    assert en in site.answer(Asked(path="/search", lang=Lang.EN)).body.decode("utf-8")


def test_a_link_that_needs_it_says_so_too(data: Path) -> None:
    with closing(CorpusStore(data / "corpus.db")) as store:
        assert store.db.conn is not None
        store.db["documents"].insert(
            {"record_id": "urn:uuid:1", "url": "http://h/1", "entry_url": "http://h/1",
             "portal": "p", "role": "report", "captured_at": "2026-01-01T00:00:00.000000Z",
             "ordered_at": "", "status": 200, "warc_file": "a", "warc_offset": 0,
             "warc_length": 1, "payload_digest": "sha1:A", "outcome": "report",
             "extractor_version": "x"}
        )  # fmt: skip
        store.db.conn.commit()
    asked = Asked(path="/open", args={"record": "urn:uuid:1"}, lang=Lang.EN)
    corpus = Corpus.of(DataFolder(data))
    for standing, words in (
        (Standing.STARTING, "reload in a moment"),
        (Standing.GIVEN_UP, "until browse is started again"),
    ):
        answer = Site(corpus, lambda standing=standing: Beside(standing)).opened(asked)  # type: ignore[misc]
        main = answer.body.decode("utf-8").split("<main")[1].split("</main>")[0]
        assert answer.status == 503 and words in main
    runs = Site(corpus, lambda: Beside(Standing.RUNS, "http://127.0.0.1:1")).opened(asked)
    assert dict(runs.headers)["Location"].startswith("http://127.0.0.1:1/archive/20260101000000/")
