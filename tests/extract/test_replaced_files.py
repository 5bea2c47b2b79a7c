"""A page's file that was replaced: told of the page, whichever capture is read first."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
import sqlite_utils

from extract.replaced_files import derive_replaced
from extract.schema import open_corpus

PAGE, FILE, OTHER = "http://h/1.html", "http://h/a.pdf", "http://h/b.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A capture: of a page with the files that it links, by address and words; of a file."""

    at: int
    url: str
    digest: str
    text: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    status: int = 200
    outcome: str = "report"
    cells: tuple[tuple[str, str], ...] = ()

    @property
    def record_id(self) -> str:
        return f"r{self.at}"


def page(at: int, *files: tuple[str, str], url: str = PAGE) -> Seen:
    return Seen(at=at, url=url, digest=f"sha1:page{at}", text=f"page {at}", files=files)


def put(db: sqlite_utils.Database, seen: Seen) -> None:
    """Stores a capture's rows and what is derived of them, as a reading does."""
    db["documents"].insert(
        {
            "record_id": seen.record_id,
            "url": seen.url,
            "entry_url": seen.url,
            "asked_url": seen.url,
            "portal": "p",
            "role": "report",
            "captured_at": f"2026-01-{seen.at:02}",
            "ordered_at": f"2026-01-{seen.at:02}",
            "status": seen.status,
            "warc_file": "a.warc.gz",
            "warc_offset": 0,
            "warc_length": 1,
            "payload_digest": seen.digest,
            "text": seen.text,
            "outcome": seen.outcome,
            "extractor_version": "x",
        }
    )
    for ordinal, (url, text) in enumerate(seen.files):
        db["attachments"].insert(
            {
                "record_id": seen.record_id,
                "url": url,
                "ordinal": ordinal,
                "text": text,
                "portal": "p",
                "entry_url": seen.url,
                "is_asked": 1,
            }
        )
    for name, raw in seen.cells:
        db["cells"].insert({"report": "x", "record_id": seen.record_id, "name": name, "raw": raw})
    derive_replaced(db.conn, [seen.url])


def told(*captures: Seen) -> list[tuple[object, ...]]:
    """What is told of these captures; the same in whichever order they are read."""
    found: list[list[tuple[object, ...]]] = []
    orders = [list(captures), list(reversed(captures))]
    orders += [random.Random(n).sample(captures, len(captures)) for n in range(4)]
    for order in orders:
        db = open_corpus(None)
        for seen in order:
            put(db, seen)
        query = (
            "SELECT url, older, newer, ordinal, kind, field, old_value, new_value FROM changes"
            " ORDER BY newer, ordinal"
        )
        found.append(db.execute(query).fetchall())
        db.close()
    assert all(one == found[0] for one in found)
    return found[0]


def test_other_bytes_at_its_address() -> None:
    captures = (
        page(1, (FILE, "附件")),
        Seen(at=2, url=FILE, digest="sha1:a", text="old"),
        Seen(at=5, url=FILE, digest="sha1:b", text="new"),
    )
    assert told(*captures) == [(PAGE, "r2", "r5", 0, "file_replaced", FILE, "r2", "r5")]


def test_each_page_that_links_it_then() -> None:
    captures = (
        page(1, (FILE, "附件")),
        page(2, (FILE, "附件"), url="http://h/2.html"),
        page(3, (FILE, "附件"), url="http://h/3.html"),
        Seen(at=4, url=FILE, digest="sha1:a", text="old"),
        page(5, url="http://h/3.html"),
        Seen(at=6, url=FILE, digest="sha1:b", text="new"),
        page(7, (FILE, "附件"), url="http://h/4.html"),
    )
    rows = told(*captures)
    assert [(row[0], row[3]) for row in rows] == [(PAGE, 0), ("http://h/2.html", 1)]


def test_another_file_in_its_place() -> None:
    captures = (
        page(1, (FILE, "附件")),
        Seen(at=2, url=FILE, digest="sha1:a", text="old"),
        page(5, (OTHER, "附件1")),
        Seen(at=6, url=OTHER, digest="sha1:b", text="new"),
    )
    assert told(*captures) == [(PAGE, "r1", "r5", 0, "file_replaced", OTHER, "r2", "r6")]


def test_of_several_those_with_the_same_words() -> None:
    captures = (
        page(1, (FILE, "附件1"), ("http://h/x.pdf", "附件2")),
        Seen(at=2, url=FILE, digest="sha1:a", text="old"),
        Seen(at=3, url="http://h/x.pdf", digest="sha1:x", text="x"),
        page(5, (OTHER, "附件1"), ("http://h/y.pdf", "其他")),
        Seen(at=6, url=OTHER, digest="sha1:b", text="new"),
        Seen(at=7, url="http://h/y.pdf", digest="sha1:y", text="y"),
    )
    assert [row[5:] for row in told(*captures)] == [(OTHER, "r2", "r6")]


def test_a_file_that_no_reader_reads_is_told_by_its_bytes() -> None:
    captures = (
        page(1, (FILE, "附件")),
        Seen(at=2, url=FILE, digest="sha1:a", outcome="undecodable"),
        Seen(at=5, url=FILE, digest="sha1:b", outcome="undecodable"),
    )
    assert len(told(*captures)) == 1


def test_the_same_text_with_another_table_is_another_file() -> None:
    captures = (
        page(1, (FILE, "附件")),
        Seen(at=2, url=FILE, digest="sha1:a", text="same", cells=(("a", "1"),)),
        Seen(at=5, url=FILE, digest="sha1:b", text="same", cells=(("a", "2"),)),
    )
    assert len(told(*captures)) == 1


SESSION = "http://h/a.pdf;jsessionid=1"


@pytest.mark.parametrize(
    "captures",
    [
        (  # another session, http and https: the same bytes
            page(1, (FILE, "附件")),
            Seen(at=2, url=FILE, digest="sha1:a", text="old"),
            page(5, (SESSION, "附件")),
            Seen(at=6, url=SESSION, digest="sha1:a", text="old"),
            page(7, ("https://h/a.pdf", "附件")),
            Seen(at=8, url="https://h/a.pdf", digest="sha1:a", text="old"),
        ),
        (  # made anew for each request
            page(1, (FILE, "附件")),
            Seen(at=2, url=FILE, digest="sha1:a", text="same"),
            Seen(at=5, url=FILE, digest="sha1:b", text="same"),
        ),
        (  # a block, an error, a cut one in between
            page(1, (FILE, "附件")),
            Seen(at=2, url=FILE, digest="sha1:a", text="old"),
            Seen(at=3, url=FILE, digest="sha1:x", text="no", outcome="blocked"),
            Seen(at=4, url=FILE, digest="sha1:y", outcome="truncated"),
            Seen(at=5, url=FILE, digest="sha1:z", status=502, outcome="http_error"),
            Seen(at=6, url=FILE, digest="sha1:a", text="old"),
        ),
        (  # one more file, and their order
            page(1, (FILE, "附件1")),
            Seen(at=2, url=FILE, digest="sha1:a", text="old"),
            page(5, (OTHER, "附件2"), (FILE, "附件1")),
            Seen(at=6, url=OTHER, digest="sha1:b", text="new"),
        ),
        (  # the new one was never captured
            page(1, (FILE, "附件")),
            Seen(at=2, url=FILE, digest="sha1:a", text="old"),
            page(5, (OTHER, "附件")),
        ),
        (  # nobody links it
            Seen(at=2, url=FILE, digest="sha1:a", text="old"),
            Seen(at=5, url=FILE, digest="sha1:b", text="new"),
        ),
    ],
    ids=["same_bytes", "made_anew", "in_between", "one_more", "not_captured", "not_linked"],
)
def test_what_is_no_other_file(captures: tuple[Seen, ...]) -> None:
    assert told(*captures) == []
