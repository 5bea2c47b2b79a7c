"""A clock that is set back between two runs or during one: nothing is lost or put off, the last
capture stays the last, and every reading of the archive agrees.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import judging
import pytest
from nianbao_process import TIMEOUT, Nianbao
from warcio.archiveiterator import ArchiveIterator
from watched_site import WatchedSite, edit, generated_site, watched

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
DAY = 86400
LONGEST_WAIT = timedelta(days=274)
"""One and a half of crawler.due.HALF_YEAR: a place in its half year that is not too near."""

STORIES: dict[str, tuple[tuple[int, int, bool], ...]] = {
    "a day, a year, and right again": (
        *((0, 0, False), (-DAY, 0, True)),
        *((-365 * DAY, 0, True), (0, 0, False)),
    ),
    "a year ahead, then right": ((365 * DAY, 0, False), (0, 0, True), (0, 0, True)),
    "during a run": ((0, 0, False), (-365 * DAY, 5, False), (0, 0, False)),
}
"""For each crawl how many seconds the clock is off, from which write to a WARC file on, and whether
the crawl says so.
"""


@dataclass(frozen=True)
class Story:
    """A site that was edited after each crawl but the last, and the folder of the crawls."""

    nianbao: Nianbao
    site: WatchedSite
    talk: list[str]
    told: list[bool]


def crawl(nianbao: Nianbao, seconds: int, call: int) -> str:
    command = nianbao.command("crawl", "x", "--jobs", "1")
    command[1:3] = [str(WRAPPER)]
    fault = {"do": "clock", "seconds": seconds, "call": call}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=os.environ | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": json.dumps(fault)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module", params=list(STORIES.values()), ids=list(STORIES))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    site, chosen = generated_site(cities=1, years=6), random.Random(4)
    nianbao = Nianbao(tmp_path_factory.mktemp("clock") / "data")
    with watched(site, "127.0.3.15"):
        nianbao.configure("x", site.listing)
        talk = []
        for seconds, call, _ in request.param:
            if talk:
                edit(site, chosen, pages=3)
            talk.append(crawl(nianbao, seconds, call))
        yield Story(nianbao, site, talk, [told for _, _, told in request.param])


def test_what_the_server_gives_now_is_current(story: Story) -> None:
    digests = {
        urlsplit(str(url)).path: str(digest)
        for url, digest in story.nianbao.query(
            "SELECT d.url, d.payload_digest FROM report_documents r JOIN documents d"
            " USING (record_id) WHERE r.is_current"
        )
    }
    assert sorted(digests) == story.site.report_paths()
    for path in story.site.report_paths():
        sha1 = base64.b32encode(hashlib.sha1(story.site.pages[path]).digest()).decode()
        assert digests[path] == f"sha1:{sha1}", path
    titles = story.nianbao.query("SELECT title FROM listing_entries WHERE title LIKE '%更正%'")
    listed = story.site.pages["/zfxxgk/zfxxgknb/index.html"].decode()
    assert titles
    for (title,) in titles:
        assert f">{title}<" in listed


def test_nothing_is_lost(story: Story) -> None:
    records = judging.read_records(story.nianbao.data / "warc")
    given = Counter(answer.serial for answer in story.site.answers)
    assert records.serials == given, "each answer is in one record"
    assert records.runs == records.ends == len(story.talk)
    assert set(records.ids.values()) == {1}


def test_nothing_refers_to_a_later_date(story: Story) -> None:
    dates = []
    for path in (story.nianbao.data / "warc").glob("*.warc.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                get = record.rec_headers.get_header
                dates.append(get("WARC-Date"))
                if record.rec_type == "revisit":
                    assert get("WARC-Refers-To-Date") <= get("WARC-Date")
    assert dates


def test_dates_are_sane(story: Story) -> None:
    nianbao = story.nianbao
    assert nianbao.query("SELECT url FROM listing_entries WHERE first_seen > last_seen") == []
    assert nianbao.query("SELECT url FROM documents WHERE ordered_at < captured_at") == []
    starts = [str(at) for (at,) in nianbao.query("SELECT started_at FROM runs")]
    seen = nianbao.query("SELECT DISTINCT last_seen FROM listing_entries")
    assert len(seen) == 1, "all were seen in the last run"
    last = nianbao.query("SELECT started_at FROM runs ORDER BY rowid DESC LIMIT 1")[0][0]
    assert str(seen[0][0]) > str(last)
    assert len(starts) == len(story.talk)


def test_nothing_is_put_off_for_years(story: Story) -> None:
    """Once the clock is right, each document is due in its time, or at once."""
    now = datetime.now(UTC)
    waiting = story.nianbao.run("crawl", "x", "--dry-run").stdout
    for url, checked_at, not_before in story.nianbao.query(
        "SELECT url, checked_at, not_before FROM requests WHERE role = 'report'", "state.db"
    ):
        due = datetime.fromisoformat(str(not_before))
        checked = datetime.fromisoformat(str(checked_at))
        assert due - checked < LONGEST_WAIT, url
        assert due - now < LONGEST_WAIT or str(url) in waiting, url


def test_a_clock_that_is_behind_is_told(story: Story) -> None:
    told = ["the clock of this machine is" in talk for talk in story.talk]
    assert told == story.told


@pytest.mark.parametrize("command", [("rebuild",), ("crawl", "--from-archive")])
def test_every_reading_agrees(story: Story, command: tuple[str, ...]) -> None:
    before = story.nianbao.rows()
    story.nianbao.run(*command, "--jobs", "1")
    after = story.nianbao.rows()
    for table, rows in before.items():
        assert after[table] == rows, table
