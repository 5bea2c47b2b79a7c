"""The corpus is a function of the archive: any order, any batches, twice: the rows are the same."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive.capture import CaptureContext, CapturePointer, Role
from archive.index import CaptureRow
from archive.records import RecordType
from extract.document import Alignment, Document, Script, Section, SectionKind, Span
from extract.export import iter_reports
from extract.report import (
    AdminLevel,
    Body,
    BodyType,
    Confidence,
    Figure,
    Finding,
    Measure,
    Outcome,
    Report,
    ReportScope,
    SkipReason,
)
from extract.rows import Extraction, rows_of, utc_text
from extract.store import CorpusStore, ListedRow, ListingPageRows

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "某县主动公开政府信息12条。"


def capture_row(number: int, url: str) -> CaptureRow:
    pointer = CapturePointer(
        file="a.warc.gz",
        offset=number * 100,
        length=99,
        record_id=f"urn:uuid:{number:04}",
        payload_digest=f"sha1:{number}",
    )
    return CaptureRow(
        pointer=pointer,
        method="GET",
        url=url,
        url_key="",
        body_digest="",
        captured_at=START + timedelta(hours=number),
        status=200,
        mime="text/html",
        record_type=RecordType.RESPONSE,
        refers_to=None,
        truncated=None,
        etag=None,
        last_modified=None,
        context=CaptureContext(run_id="r", portal_id="p", role=Role.REPORT, entry_url=url),
        oddities=("chunk_extensions",) if number % 2 else (),
    )


def read(year: int, value: int) -> Outcome:
    document = Document(
        url="http://h/",
        title=f"某县{year}年政府信息公开年度报告",
        text=TEXT,
        text_original=TEXT,
        alignment=Alignment((0,), (0,), len(TEXT), len(TEXT)),
        script=Script.HANS,
        sections=(),
    )
    section = Section(
        ordinal=0, kind=SectionKind.OVERVIEW, heading="概述", text=TEXT, span=Span(0, len(TEXT))
    )
    figure = Figure(
        measure=Measure.DISCLOSED,
        value=value,
        unit="条",
        qualifier=None,
        negated=False,
        scope=None,
        quote=TEXT[2:13],
        span=Span(2, 13),
        original=Span(2, 13),
    )
    report = Report(
        document=document,
        title=document.title,
        report_year=year,
        body=Body(
            body_id="gov:999999",
            name="某县",
            body_type=BodyType.GOVERNMENT,
            admin_level=AdminLevel.COUNTY,
            division_today="999999",
        ),
        issuing_body="某县人民政府",
        reporting_for="某县",
        report_scope=ReportScope.AREA,
        division="999999",
        division_name="某省某市某县",
        published_on=date(2020, 1, 31),
        signed_on=None,
        period_start=None,
        period_end=None,
        doc_number=None,
        index_number=None,
        sections=(section,),
        figures=(figure,),
        evidence={"report_year": "title"},
        confidence=Confidence.HIGH,
        findings=(Finding(kind="date_conflict", message="…"),),
    )
    return Outcome(report=report, document=document)


def extractions() -> list[Extraction]:
    """Two years; one page edited once, one report at two addresses, one page that is no report."""
    made = [
        (capture_row(1, "http://h/1.html"), read(2019, 12)),
        (capture_row(2, "http://h/2.html"), read(2020, 12)),
        (capture_row(3, "http://h/1.html"), read(2019, 13)),
        (capture_row(4, "http://h/other.html"), read(2019, 12)),
        (capture_row(5, "http://h/news.html"), Outcome(skip=SkipReason.NEWS, detail="…")),
    ]
    return [rows_of(row, outcome, 200) for row, outcome in made]


def dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return repr(
            {t: sorted(map(repr, db.execute(f"SELECT * FROM {t}"))) for t in tables if t[0] != "_"}
        )


def stored(path: Path, batches: list[list[Extraction]]) -> str:
    store = CorpusStore(path)
    for batch in batches:
        store.add_extractions(batch)
    store.close()
    return dump(path)


@pytest.mark.parametrize("seed", range(8))
def test_any_order_gives_the_same_rows(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    expected = stored(tmp_path / "one.db", [extractions()])
    shuffled = extractions()
    chance.shuffle(shuffled)
    cut = chance.randrange(len(shuffled))
    again = chance.sample(shuffled, 2)
    assert stored(tmp_path / "two.db", [shuffled[:cut], shuffled[cut:], again]) == expected


def test_the_latest_capture_of_the_first_address_is_current(tmp_path: Path) -> None:
    stored(tmp_path / "c.db", [extractions()])
    with closing(sqlite3.connect(tmp_path / "c.db")) as db:
        kinds = dict(db.execute("SELECT record_id, kind FROM report_documents"))
    assert kinds == {
        "urn:uuid:0001": "earlier",
        "urn:uuid:0002": "page",
        "urn:uuid:0003": "page",
        "urn:uuid:0004": "duplicate",
    }
    reports = list(iter_reports(tmp_path / "c.db"))
    assert [(r["report_year"], r["figures"][0]["value"], r["also_at"]) for r in reports] == [
        (2019, 13, ["http://h/other.html"]),
        (2020, 12, []),
    ]


def page(hour: int, *urls: str) -> ListingPageRows:
    entries = tuple(
        ListedRow(url=url, title=f"{url} at {hour}", listed_on=None, looks_like_report=True)
        for url in urls
    )
    return ListingPageRows(
        portal="p",
        listing="http://h/",
        is_first=True,
        url="http://h/",
        record_id=f"urn:uuid:l{hour}",
        captured_at=START + timedelta(hours=hour),
        entries=entries,
    )


def test_listing_entries_commute(tmp_path: Path) -> None:
    pages = [page(1, "a", "b"), page(2, "b", "c"), page(3, "a")]
    dumps = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0, 1)):
        path = tmp_path / f"{order}.db"
        store = CorpusStore(path)
        for number in order:
            store.add_listing_page(pages[number])
        store.settle_listing("p")
        rows = list(
            store.db.execute("SELECT url, title, first_seen, last_seen FROM listing_entries")
        )
        store.close()
        dumps.add(repr(sorted(rows)))
    assert len(dumps) == 1
    first = [utc_text(START + timedelta(hours=hour)) for hour in (1, 2, 3)]
    assert f"('a', 'a at 3', '{first[0]}', '{first[2]}')" in dumps.pop()
