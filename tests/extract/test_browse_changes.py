"""Changes in browse: of documents, of the files of pages, and of the rows of listings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from browsing import RunningBrowse, browsing
from searchable import report

from extract.browse.asking import report_path
from extract.store import CorpusStore

REPORT = "gov:110101/2019/area"
PAGE, FILE, LISTING = "http://h/1", "http://h/files/1.xls", "http://h/nb/"
TITLE = "某县2019年<script>年报"
OLD_FILE, NEW_FILE, UNREAD = "urn:uuid:old-file", "urn:uuid:new-file", "urn:uuid:unread"
WENT, CAME = "2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z"


def put(db: sqlite3.Connection, table: str, **values: object) -> None:
    marks = ",".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({','.join(values)}) VALUES ({marks})", [*values.values()])


def put_document(db: sqlite3.Connection, record_id: str, url: str, at: str) -> None:
    put(db, "documents", record_id=record_id, url=url, entry_url=url, asked_url=url, portal="p",
        role="attachment", captured_at=at, ordered_at=at, status=200, warc_file="a.warc.gz",
        warc_offset=0, warc_length=1, payload_digest="sha1:A", outcome="not_a_report",
        extractor_version="x")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report whose file, which was not read, is another now; whose row went off its listing and
    is on it again; and a row that nothing was read from.
    """
    data = tmp_path_factory.mktemp("changes") / "data"
    data.mkdir()
    with closing(CorpusStore(data / "corpus.db")) as store:
        store.add_extractions([report(1, "信息公开", url=PAGE, division="110101")])
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        (record,) = db.execute("SELECT record_id FROM reports").fetchone()
        put_document(db, OLD_FILE, FILE, "2026-01-01T00:00:00.000000Z")
        put_document(db, NEW_FILE, FILE, "2026-02-01T00:00:00.000000Z")
        put(db, "attachments", record_id=record, url=FILE, ordinal=0, text="附件", portal="p",
            entry_url=PAGE, is_asked=1)  # fmt: skip
        put(db, "changes", url=PAGE, older=OLD_FILE, newer=NEW_FILE, ordinal=0,
            kind="file_replaced", field=FILE, old_value=OLD_FILE, new_value=NEW_FILE)  # fmt: skip
        put(db, "changes", url="http://h/2", older=OLD_FILE, newer=NEW_FILE, ordinal=1,
            kind="file_replaced", field=FILE, old_value=OLD_FILE, new_value=NEW_FILE)  # fmt: skip
        put(db, "changes", url=PAGE, older=OLD_FILE, newer=record, ordinal=0, kind="text",
            field="", old_value="<i>旧</i>", new_value=None)  # fmt: skip
        row = {"portal": "p", "listing": LISTING, "url": PAGE, "title": TITLE}
        sides = {"older_url": LISTING, "newer_url": f"{LISTING}?2"}
        put(db, "listing_changes", **row, **sides, kind="off_listing", older_record="urn:uuid:l1",
            older_at="2026-02-10T00:00:00.000000Z", newer_record="urn:uuid:l2", newer_at=WENT,
            ordered_at=WENT)  # fmt: skip
        put(db, "listing_changes", **row, **sides, kind="back_on_listing", older_at=WENT,
            older_record="urn:uuid:l2", newer_record="urn:uuid:l3", newer_at=CAME,
            ordered_at=CAME)  # fmt: skip
        put(db, "listing_changes", portal="p", listing=LISTING, url="http://h/9", title="另一份",
            kind="off_listing", older_url=LISTING, older_at=WENT, newer_url=LISTING,
            newer_at=CAME, ordered_at="2026-04-02T00:00:00.000000Z")  # fmt: skip
    return data


@pytest.fixture(scope="module")
def browse(made: Path) -> Iterator[RunningBrowse]:
    with browsing(made) as running:
        yield running


@pytest.fixture
def suppress(made: Path) -> Iterator[Path]:
    file = made / "suppress.txt"
    yield file
    file.unlink(missing_ok=True)


def told(browse: RunningBrowse, path: str) -> dict[str, Any]:
    return dict(json.loads(browse.get(path).body))


def shown(browse: RunningBrowse, path: str = "/changes.json") -> list[tuple[str, str]]:
    return [(one["kinds"][0], one["url"]) for one in told(browse, path)["changes"]]


def test_all_of_them_the_newest_first(browse: RunningBrowse) -> None:
    assert shown(browse) == [
        ("off_listing", "http://h/9"),
        ("back_on_listing", PAGE),
        ("off_listing", PAGE),
        ("file_replaced", PAGE),
        ("file_replaced", "http://h/2"),
        ("text", PAGE),
    ]
    counts = {one["kind"]: one["count"] for one in told(browse, "/changes.json")["kinds"]}
    assert counts == {"off_listing": 2, "back_on_listing": 1, "file_replaced": 2, "text": 1}
    assert shown(browse, "/changes.json?kind=back_on_listing") == [("back_on_listing", PAGE)]
    front = told(browse, "/index.json")
    assert front["changed"] == 6
    assert [one["kinds"][0] for one in front["new_changes"]][:2] == [
        "off_listing", "back_on_listing"
    ]  # fmt: skip
    assert "newest" not in front and "latest" not in front


def test_a_row_with_both_captures_of_its_listing(browse: RunningBrowse) -> None:
    (unknown, _, row, *_) = told(browse, "/changes.json")["changes"]
    assert row["listing"] == LISTING and row["title"] == TITLE
    assert (row["report_id"], row["page"]) == (REPORT, report_path(REPORT))
    assert [row[side]["record_id"] for side in ("older", "newer")] == ["urn:uuid:l1", "urn:uuid:l2"]
    assert [row[side]["url"] for side in ("older", "newer")] == [LISTING, f"{LISTING}?2"]
    assert row["newer"]["open"] == "/open?record=urn%3Auuid%3Al2"
    assert unknown["older"]["record_id"] is unknown["older"]["open"] is unknown["page"] is None
    for path in ("/changes", "/", report_path(REPORT)):
        page = browse.page(path)
        assert 'href="/open?record=urn%3Auuid%3Al1"' in page, path
        assert 'href="/open?record=urn%3Auuid%3Al3"' in page, path
        assert "已不在列表" in page and "重回列表" in page and "<script" not in page, path
        assert "off the listing" in browse.page(path + "?lang=en"), path


def test_a_replaced_file_opens_before_and_after(browse: RunningBrowse) -> None:
    for path in ("/changes", report_path(REPORT)):
        page = browse.page(path)
        for record in (OLD_FILE, NEW_FILE):
            assert f'<a href="/open?record={record.replace(":", "%3A")}">' in page, path
        assert "附件被替换" in page and FILE in page
        assert "<del>&lt;i&gt;旧&lt;/i&gt;</del>" in page, "beside what has no link"
    (change,) = (
        one
        for one in told(browse, "/changes.json")["changes"]
        if one["kinds"] == ["file_replaced"] and one["url"] == PAGE
    )
    assert change["report_id"] == REPORT, "of the page, though the file was not read"
    assert change["changes"][0]["new_open"] == "/open?record=urn%3Auuid%3Anew-file"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (PAGE, [("off_listing", "http://h/9"), ("file_replaced", "http://h/2")]),
        (LISTING, [("file_replaced", PAGE), ("file_replaced", "http://h/2"), ("text", PAGE)]),
        ("urn:uuid:l3", [("off_listing", "http://h/9"), ("off_listing", PAGE),
                         ("file_replaced", PAGE), ("file_replaced", "http://h/2"),
                         ("text", PAGE)]),
        (FILE, [("off_listing", "http://h/9"), ("back_on_listing", PAGE), ("off_listing", PAGE)]),
        (NEW_FILE, [("off_listing", "http://h/9"), ("back_on_listing", PAGE),
                    ("off_listing", PAGE), ("text", PAGE)]),
    ],
)  # fmt: skip
def test_what_is_taken_down_is_not_among_them(
    line: str, left: list[tuple[str, str]], browse: RunningBrowse, suppress: Path
) -> None:
    suppress.write_text(f"{line}\n", "utf-8")
    assert shown(browse) == left
    assert told(browse, "/changes.json")["hidden"] == 6 - len(left)
    front = browse.get("/index.json").body.decode("utf-8")
    assert json.loads(front)["changed"] == len(left)
    assert line not in front, "nor named"


def test_a_row_goes_with_the_report_that_was_read_there(
    made: Path, browse: RunningBrowse, suppress: Path
) -> None:
    """Its title is the report's."""
    with closing(sqlite3.connect(made / "corpus.db")) as db:
        (record,) = db.execute("SELECT record_id FROM reports").fetchone()
    suppress.write_text(f"{record}\n", "utf-8")
    assert [url for _, url in shown(browse)] == ["http://h/9", "http://h/2"]
    assert TITLE not in browse.get("/changes.json").body.decode("utf-8")
