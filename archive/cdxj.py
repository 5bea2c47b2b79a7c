"""CDXJ: one sorted line for each response, revisit and resource, for pywb and other replay tools.

Key, space, 14-digit time, space, JSON with url, mime, status, digest, length, offset and filename:
the lines that ``cdxj-indexer --post-append --sort`` gives, tested against it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from archive.errors import DamagedRecord
from archive.http_message import (
    ResponseHead,
    parse_request,
)
from archive.records import ContentType, RecordType
from archive.urlkey import body_query, url_key, with_body
from archive.walk import Damage, WalkedRecord, walk_file

INDEXED = frozenset(
    {RecordType.RESPONSE, RecordType.REVISIT, RecordType.RESOURCE, RecordType.METADATA}
)
SUFFIX = ".cdxj"

_MEDIA_TYPE_END = re.compile(r"[;\s]")


@dataclass(slots=True)
class CdxjLine:
    """A line; while it is made, a request that follows its response may still change the key."""

    record_id: str
    record_type: str
    target: str
    timestamp: str
    fields: dict[str, str | None]
    url_key: str

    def text(self) -> str:
        """The line with its end."""
        return " ".join(self.parts()) + "\n"

    def parts(self) -> tuple[str, str]:
        """URL key and time, and the fields as JSON."""
        return f"{self.url_key} {self.timestamp}", json.dumps(self.fields)


def cdxj_lines(path: Path, *, name: str | None = None, skim: bool = False) -> Iterator[str]:
    """The lines of a WARC file, sorted by bytes, each with its line end. ``name`` is the file name
    that they give, by default the file's own. What is damaged has no line. ``skim`` is for a file
    written here alone (archive.walk).

    They are sorted in a temporary database, on disk where they are many: memory stays bounded.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as lines:
        lines.execute("PRAGMA journal_mode = OFF")
        lines.execute("CREATE TABLE lines (line TEXT)")
        walked = walk_file(path, skim=skim)
        texts = ((line.text(),) for line in lines_of(walked, name or path.name))
        lines.executemany("INSERT INTO lines VALUES (?)", texts)
        yield from (line for (line,) in lines.execute("SELECT line FROM lines ORDER BY line"))


def lines_of(records: Iterable[WalkedRecord | Damage], name: str) -> Iterator[CdxjLine]:
    """The lines of records as they stand one behind the other in the file ``name``, in that
    order; damage and what is not indexed has none.
    """
    last: CdxjLine | None = None
    for walked in records:
        if isinstance(walked, Damage):
            continue
        if walked.headers.record_type == RecordType.REQUEST:
            if last is not None and _asked_for(last, walked):
                _append_body(last, walked)
            continue
        if last is not None:
            yield last
        try:
            last = _line(walked, name)
        except DamagedRecord:  # a date that is none: verify names the record
            last = None
    if last is not None:
        yield last


def _line(record: WalkedRecord, name: str) -> CdxjLine | None:
    headers = record.headers
    content_type = headers.get("content-type")
    if headers.record_type not in INDEXED or (
        headers.record_type in (RecordType.RESOURCE, RecordType.METADATA)
        and content_type == ContentType.FIELDS
    ):
        return None
    is_http = headers.record_type in (RecordType.RESPONSE, RecordType.REVISIT)
    head = record.block.response_head() if is_http else None
    mime = _content_type(head) if head is not None else None
    if headers.record_type in (RecordType.RESOURCE, RecordType.METADATA):
        mime = content_type
    if headers.record_type == RecordType.REVISIT:
        mime = "warc/revisit"
    fields: dict[str, str | None] = {
        "url": headers.target_uri,
        "mime": _MEDIA_TYPE_END.split(mime, maxsplit=1)[0].strip() if mime else mime,
        "status": _status(head) if head is not None else None,
        "digest": headers.get("warc-payload-digest"),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": name,
    }
    return CdxjLine(
        record_id=headers.record_id,
        record_type=headers.record_type,
        target=headers.target_uri,
        timestamp=f"{headers.date:%Y%m%d%H%M%S}".rjust(14, "0"),
        fields={key: value for key, value in fields.items() if value is not None},
        url_key=url_key(headers.target_uri),
    )


def _content_type(head: ResponseHead) -> str | None:
    """Decoded as cdxj-indexer does: UTF-8, else latin-1."""
    value = head.header(b"content-type")
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _status(head: ResponseHead) -> str:
    return f"{head.status:03d}"


def _asked_for(line: CdxjLine, request: WalkedRecord) -> bool:
    """Whether the request is that of the line's response; of a revisit it is left out, as
    cdxj-indexer does.
    """
    return (
        line.record_type == RecordType.RESPONSE
        and request.headers.concurrent_to == line.record_id
        and request.headers.target_uri == line.target
    )


def _append_body(line: CdxjLine, request: WalkedRecord) -> None:
    """Key and fields of a POST or PUT."""
    block = request.block.read()
    method = block[: block.find(b"\n") + 1].partition(b" ")[0].decode("latin-1")
    if method.upper() not in ("POST", "PUT"):
        return
    query = body_query(parse_request(BytesIO(block))) if method in ("POST", "PUT") else ""
    line.url_key = url_key(with_body(line.target, method=method, query=query or ""))
    line.fields["requestBody"] = query
    line.fields["method"] = method.upper()
