"""Captures of a page and of the files that it links, read into a corpus in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import lxml.html

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Role,
)
from archive.index import CaptureRow
from archive.records import RecordType
from extract.reading_process import read_row
from extract.rows import Extraction
from extract.store import CorpusStore

REAL = Path(__file__).resolve().parents[3] / "shared/real"
BEGIN = datetime(2025, 2, 3, tzinfo=UTC)
SITE = "http://www.example.gov.cn"

TEXT = """<p>根据《中华人民共和国政府信息公开条例》，现公布{title}。</p>
<p>一、总体情况</p><p>{year}年，{body}主动公开政府信息{count}条，涉及各项重点工作。</p>
<p>二、主动公开政府信息情况</p>{t2}
<p>三、收到和处理政府信息公开申请情况</p><p>全年共收到政府信息公开申请{asked}件，均按期答复。</p>{t3}
<p>四、政府信息公开行政复议、行政诉讼情况</p>{t4}
<p>五、存在的主要问题及改进情况</p><p>下一步将继续加强工作，提高公开质量，完善制度。</p>
<p>六、其他需要报告的事项</p><p>无。</p><p>{body}</p><p>{after}年1月31日</p>"""


def real_tables(name: str = "shuyang_fagaiju_2023.html") -> tuple[str, ...]:
    """The markup of the statutory tables of a real page, in order."""
    tree = lxml.html.fromstring((REAL / name).read_bytes().decode("utf-8"))
    tables = {"".join(table.text_content().split()): table for table in tree.iter("table")}
    found = []
    for word in ("第二十条第", "申请人情况", "结果维持"):
        innermost = min((text for text in tables if word in text), key=len)
        found.append(lxml.html.tostring(tables[innermost], encoding="unicode", with_tail=False))
    return tuple(found)


def title_of(body: str, year: int) -> str:
    """A report's title."""
    return f"{body}{year}年政府信息公开工作年度报告"


def text_of(
    body: str, year: int, tables: Sequence[str] = ("", "", ""), *, count: int = 120, asked: int = 3
) -> str:
    """The six parts of a report, with tables where given."""
    t2, t3, t4 = tables
    return TEXT.format(
        title=title_of(body, year),
        body=body,
        year=year,
        after=year + 1,
        count=count,
        asked=asked,
        t2=t2,
        t3=t3,
        t4=t4,
    )


def html(title: str, body: str) -> bytes:
    """A page."""
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return (
        f'<html>{head}<body><div class="article"><h1>{title}</h1>'
        f'<div class="content">{body}</div></div></body></html>'
    ).encode()


def link(path: str, text: str) -> str:
    """A paragraph with a link to a file."""
    return f'<p>附件：<a href="{path}">{text}</a></p>'


@dataclass(frozen=True, slots=True)
class Made:
    """A capture and its row of the index."""

    capture: Capture
    row: CaptureRow


class Portal:
    """Makes captures of one portal, each an hour after the one before."""

    def __init__(self) -> None:
        self.made: dict[str, Made] = {}

    def page(self, path: str, title: str, body: str, *, listed_as: str | None = None) -> Made:
        """A listed page; ``listed_as`` is the row's title, the page's own unless given."""
        url = SITE + path
        context = CaptureContext(
            run_id="r",
            portal_id="p",
            role=Role.REPORT,
            via=SITE + "/",
            link_text=listed_as or title,
            listed_on=date(2024, 3, 12),
            entry_url=url,
        )
        return self._add(url, html(title, body), "text/html; charset=utf-8", context)

    def file(self, path: str, body: bytes, media_type: str, *, page: Made, text: str) -> Made:
        """A file that a page links with a text."""
        url = SITE + path
        context = replace(
            page.row.context,
            role=Role.ATTACHMENT,
            via=page.row.url,
            link_text=text,
            page_record=page.row.pointer.record_id,
            link_url=url,
        )
        return self._add(url, body, media_type, context)

    def _add(self, url: str, body: bytes, media_type: str, context: CaptureContext) -> Made:
        number = len(self.made)
        pointer = CapturePointer(
            file="a.warc.gz",
            offset=number * 100,
            length=99,
            record_id=f"urn:uuid:{number:04}",
            payload_digest=f"sha1:{hashlib.sha1(body).hexdigest()}",
        )
        at = BEGIN + timedelta(hours=number)
        headers = ((b"Content-Type", media_type.encode()),)
        made = Made(
            Capture(
                request=CapturedRequest(method="GET", url=url),
                response=CapturedResponse(status=200, headers=headers, body=body),
                captured_at=at,
                context=context,
                pointer=pointer,
            ),
            CaptureRow(
                pointer=pointer,
                method="GET",
                url=url,
                url_key="",
                body_digest="",
                captured_at=at,
                status=200,
                mime=media_type,
                record_type=RecordType.RESPONSE,
                refers_to=None,
                truncated=None,
                etag=None,
                last_modified=None,
                context=context,
            ),
        )
        self.made[pointer.record_id] = made
        return made

    def read(self) -> list[Extraction]:
        """All captures read, in order."""
        return [self.read_one(made) for made in self.made.values()]

    def read_one(self, made: Made) -> Extraction:
        """One capture read, as a worker does."""

        def find(record_id: str) -> CaptureRow | None:
            known = self.made.get(record_id)
            return known.row if known else None

        return read_row(made.row, lambda row: self.made[row.pointer.record_id].capture, find)


def stored(batches: Iterable[Sequence[Extraction]]) -> CorpusStore:
    """A corpus in memory with the rows of these batches."""
    store = CorpusStore(None)
    for batch in batches:
        store.add_extractions(batch)
    store.settle_listing("p")
    return store


def rows(store: CorpusStore) -> dict[str, list[tuple[object, ...]]]:
    """Every table by content."""
    names = [name for name in store.db.table_names() if not name.startswith(("_", "sqlite"))]
    return {
        name: sorted(store.db.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        for name in names
    }
