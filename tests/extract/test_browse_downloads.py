"""Downloads of browse over HTTP: the bytes that the command writes, and clients that go away."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import RunningBrowse, browsing

from extract.browse.streaming import MOST
from extract.browse.words import Words
from extract.codebook import described
from extract.languages import Lang
from extract.panel_columns import panel_variables
from extract.panel_tables import PanelTable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from made_corpus import make_corpus

HOSTILE = '=HYPERLINK("http://evil.example/","年报")'
WAIT = 120.0
"""Seconds in which a server notices that a client has gone; it takes one piece."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bodies of two provinces on three years, one with a title that is a formula."""
    root = tmp_path_factory.mktemp("downloads") / "data"
    root.mkdir()
    make_corpus(root / "corpus.db", bodies=3, years=range(2018, 2021))
    with closing(sqlite3.connect(root / "corpus.db")) as db, db:
        db.execute("UPDATE reports SET title = ? WHERE report_year = 2019", [HOSTILE])
        db.execute("UPDATE reports SET division = '110101' WHERE body_id = 'gov:440002'")
    return root


@pytest.fixture(scope="module")
def browse(data: Path) -> Iterator[RunningBrowse]:
    with browsing(data) as running:
        yield running


def exported(data: Path, target: Path, *options: str) -> dict[PanelTable, bytes]:
    """What the command writes."""
    words = ("export", str(target), "--data", str(data), "--format", "csv", *options)
    subprocess.run(
        [sys.executable, "-m", "crawler.cli", *words], check=True, capture_output=True, timeout=300
    )
    return {table: (target / f"{table.value}.csv").read_bytes() for table in PanelTable}


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", ()),
        ("?year=2019&province=44", ("--year", "2019", "--division", "44")),
        ("?province=11&bom=1&lang=en", ("--division", "11", "--bom")),
        ("?year=1999", ("--year", "1999")),
    ],
)
def test_tables_are_those_of_the_command(
    query: str, options: tuple[str, ...], data: Path, browse: RunningBrowse, tmp_path: Path
) -> None:
    for table, content in exported(data, tmp_path / "out", *options).items():
        response = browse.get(f"/downloads/{table.value}.csv{query}")
        assert response.status == 200
        assert response.header("Content-Type") == "text/csv; charset=utf-8"
        named = f'attachment; filename="{table.value}.csv"'
        assert response.header("Content-Disposition") == named
        assert response.body == content, table
        if not query:
            assert content.count(b"\r\n") > 9
        if table is PanelTable.PANEL and not query:
            assert f"'{HOSTILE[:11]}".encode() in content, "no formula"


def test_what_is_taken_down_is_in_no_table(
    data: Path, browse: RunningBrowse, tmp_path: Path
) -> None:
    url = "http://www.example.gov.cn/440001/2019.html"
    before = browse.get("/downloads/panel.csv").body
    assert url.encode() in before
    (data / "suppress.txt").write_text(f"{url}\n", "utf-8")
    try:
        written = exported(data, tmp_path / "out")
        for table, content in written.items():
            assert browse.get(f"/downloads/{table.value}.csv").body == content, table
        assert url.encode() not in written[PanelTable.PANEL]
    finally:
        (data / "suppress.txt").unlink()
    assert browse.get("/downloads/panel.csv").body == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/downloads/panel.csv?year=20x", 400),
        ("/downloads/panel.csv?province=99", 400),
        ("/downloads/panel.csv?bom=yes", 400),
        ("/downloads/verdicts.csv", 404),
    ],
)
def test_what_cannot_be_had_is_said(path: str, status: int, browse: RunningBrowse) -> None:
    response = browse.get(path)
    assert response.status == status
    assert response.header("Content-Type").startswith("text/html")


def test_a_corpus_of_which_nothing_can_be_claimed_says_so(tmp_path: Path) -> None:
    make_corpus(tmp_path / "corpus.db", bodies=1, years=range(2020, 2021))
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db, db:
        db.execute("INSERT INTO runs VALUES ('r', '2026', '2026', 'complete', '{}')")
        db.execute(
            "INSERT INTO listing_entries (portal, url, listing, title, via, looks_like_report,"
            " first_seen, last_seen) VALUES ('p', 'u', 'l', 't', 'listing', 1, '2026', '2026')"
        )
    with browsing(tmp_path) as browse:
        assert "nianbao extract" in browse.page("/downloads/panel.csv", status=503)


def test_without_a_corpus_there_is_none(tmp_path: Path) -> None:
    with browsing(tmp_path / "data") as browse:
        assert browse.get("/downloads/panel.csv").status == 404
        assert browse.get("/downloads/reports.jsonl").status == 404


@pytest.mark.parametrize("name", ["panel.csv", "observations.csv", "reports.jsonl"])
def test_head_has_the_head_alone(name: str, browse: RunningBrowse) -> None:
    response = browse.get(f"/downloads/{name}", method="HEAD")
    assert (response.status, response.body) == (200, b"")
    assert name in response.header("Content-Disposition")
    assert browse.get(f"/downloads/{name}?year=x", method="HEAD").status == 400


def test_the_codebook_is_that_of_an_export(
    data: Path, browse: RunningBrowse, tmp_path: Path
) -> None:
    told = json.loads(browse.get("/codebook.json").body)
    assert told == json.loads(json.dumps(described()))
    exported(data, tmp_path / "out")
    written = json.loads((tmp_path / "out/codebook.json").read_text("utf-8"))
    for one, other in zip(told["variables"], written["variables"], strict=True):
        assert one.items() <= other.items()
    page = browse.page("/codebook?lang=en")
    assert all(f">{variable.name}<" in page for variable in panel_variables())
    english = Words(Lang.EN)
    for one in told["about"]:
        assert english.of("about", one["name"]) == one["label_en"]
    for one in told["statuses"]:
        assert english.of("meaning", one["status"]) == one["meaning"]
    assert 'href="/codebook?lang=en"' in browse.page("/downloads?lang=en")


def asking(browse: RunningBrowse, path: str) -> socket.socket:
    """A client that asks, takes the first bytes, and no more."""
    at = urlsplit(browse.origin)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(WAIT)
    client.connect((str(at.hostname), at.port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode("ascii"))
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So large that no buffer between server and client holds what is asked of it."""
    root = tmp_path_factory.mktemp("large") / "data"
    root.mkdir()
    make_corpus(root / "corpus.db", bodies=8, years=range(2019, 2026))
    with closing(sqlite3.connect(root / "corpus.db")) as db, db:
        db.execute("UPDATE cells SET raw = ? WHERE name LIKE 'new_received%'", ["9" * 50_000])
    return root


def test_clients_that_take_nothing_keep_nobody_else(large: Path) -> None:
    path = "/downloads/observations.csv"
    with browsing(large) as browse, ExitStack() as open_clients:
        whole = browse.get(path).body
        assert len(whole) > 16_000_000
        for _ in range(MOST):
            open_clients.enter_context(asking(browse, path))
        assert browse.get("/downloads").status == 200, "pages are answered"
        refused = browse.get(path)
        assert (refused.status, refused.header("Retry-After")) == (503, "2")
        open_clients.close()
        end = time.monotonic() + WAIT
        while (response := browse.get(path)).status == 503:
            assert time.monotonic() < end, "a client that went away still counts"
            time.sleep(0.1)
        assert response.body == whole
        with closing(sqlite3.connect(large / "corpus.db")) as db:
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0, "no state of the corpus is held"


def test_a_table_is_of_one_state_while_another_writes(large: Path) -> None:
    path = "/downloads/observations.csv"
    with browsing(large) as browse:
        before = browse.get(path).body
        with asking(browse, path) as client:
            with closing(sqlite3.connect(large / "corpus.db")) as db, db:
                db.execute("UPDATE cells SET raw = 'later' WHERE name LIKE 'new_received%'")
            taken = bytearray()
            while not taken.endswith(b"\r\n0\r\n\r\n"):
                piece = client.recv(1 << 16)
                assert piece, "cut off"
                taken += piece
        after = browse.get(path).body
    assert b"later" in after and b"later" not in before
    assert b"later" not in taken and len(taken) > len(before)
