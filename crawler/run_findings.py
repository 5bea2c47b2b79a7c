"""What a run's captures say beside their content: reports gone or moved, and portals that lie.

Made from the archive's index alone, at a run's end and when the corpus is made again, so that both
say the same. Later runs change nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.capture import FailureReason, RequestFailure, Role
from archive.errors import ArchiveError
from archive.index import ArchiveIndex, CaptureRow, Run
from archive.reader import ArchiveReader
from crawler.failure_history import risen_failures
from extract.content_coding import remove_coding
from extract.errors import Undecodable
from extract.extraction_rows import RunFinding
from extract.report import Finding
from extract.rows import Columns, finding_row
from extract.sentences import say

REDIRECT_REASONS = frozenset(
    {
        FailureReason.REDIRECT_LOOP,
        FailureReason.REDIRECT_NOWHERE,
        FailureReason.REDIRECT_HOME,
        FailureReason.REDIRECT_PARENT,
    }
)
"""Redirects that are not followed; each is a finding of its own kind."""
GONE_REASONS = frozenset({FailureReason.REDIRECT_HOME, FailureReason.REDIRECT_PARENT})


def run_findings(
    run: Run, *, index: ArchiveIndex, reader: ArchiveReader, failures: list[RequestFailure]
) -> Iterator[Columns]:
    """All findings of this module on one run, as stored."""
    yield from _lies(run.start.run_id, index, reader)
    yield from _redirected(run.start.run_id, index, failures)
    yield from _missing(run.start.run_id, index)
    yield from risen_failures(run, index=index, failures=failures)


def _lies(run_id: str, index: ArchiveIndex, reader: ArchiveReader) -> Iterator[Columns]:
    """Bytes that changed under the same validators, and a 304 that names another ETag."""
    for row, before in index.iter_same_validators(run_id):
        if row.status == 304:
            if _opaque(row.etag) == _opaque(before.etag):
                continue
            message = say("lies_other_etag", url=row.url, etag=row.etag, asked=before.etag)
        elif _same_content(row, before, reader):
            continue
        elif row.etag is not None:
            message = say("lies_same_etag", url=row.url, etag=row.etag)
        else:
            message = say("lies_same_date", url=row.url, date=row.last_modified)
        yield _row(RunFinding.LIES, message, row)


def _opaque(etag: str | None) -> str:
    """An ETag without what honest servers add: the weak mark, and Apache's -gzip (bug 45023)."""
    text = (etag or "").removeprefix("W/").strip('"')
    return text.removesuffix("-gzip").removesuffix(";gzip")


def _same_content(one: CaptureRow, other: CaptureRow, reader: ArchiveReader) -> bool:
    """Whether only the content coding differs: a server may compress a page anew each time."""
    try:
        bodies = [_decoded(row, reader) for row in (one, other)]
    except (ArchiveError, Undecodable):
        return False
    return bodies[0] == bodies[1]


def _decoded(row: CaptureRow, reader: ArchiveReader) -> bytes:
    response = reader.response(row)
    coding = response.header("Content-Encoding")
    return remove_coding(response.body, coding=coding, url=row.url)[0]


def _redirected(
    run_id: str, index: ArchiveIndex, failures: list[RequestFailure]
) -> Iterator[Columns]:
    """Reports that were at their listed address and from now on redirect: away, for they are gone,
    or to where they are.
    """
    away = {f.url: f.text for f in failures if f.reason in GONE_REASONS}
    moved: dict[str, CaptureRow] = {}
    for row in index.iter_captures(run_id=run_id, roles=(Role.REPORT,), statuses=(300, 399)):
        if row.status == 304 or row.url != row.context.entry_url or not _was_there(row, index):
            continue
        if row.url in away:
            yield _row(RunFinding.GONE, away[row.url], row)
        else:
            moved[row.url] = row
    if not moved:
        return
    for row in index.iter_captures(run_id=run_id, roles=(Role.REPORT,), statuses=(200, 304)):
        entry = row.context.entry_url or row.url
        if row.status in (200, 304) and row.url != entry and entry in moved:
            old = moved.pop(entry)
            message = say("moved_by_redirect", url=old.url, target=row.url)
            yield _row(RunFinding.MOVED, message, old)


def _missing(run_id: str, index: ArchiveIndex) -> Iterator[Columns]:
    """Reports and their files that were there and are not any more; where the same bytes of a
    report came from another address in this run, it has moved there.
    """
    gone: dict[str, list[CaptureRow]] = {}
    roles = (Role.REPORT, Role.ATTACHMENT)
    for row in index.iter_captures(run_id=run_id, roles=roles, statuses=(404, 410)):
        before = _was_there(row, index)
        if before is not None and row.context.role is Role.ATTACHMENT:
            message = say(
                "file_gone",
                url=row.url,
                day=before.captured_at.date(),
                status=row.status,
                page=row.context.via,
            )
            yield _row(RunFinding.FILE_GONE, message, row)
        elif before is not None:
            gone.setdefault(before.pointer.payload_digest, []).append(row)
            day = before.captured_at.date()
            message = say("gone_answers", url=row.url, day=day, status=row.status)
            yield _row(RunFinding.GONE, message, row)
    if not gone:
        return
    for row in index.iter_captures(run_id=run_id, roles=(Role.REPORT,), statuses=(200, 200)):
        for old in gone.pop(row.pointer.payload_digest, ()):
            message = say("moved_same_bytes", url=old.url, target=row.url)
            yield _row(RunFinding.MOVED, message, old)


def _was_there(row: CaptureRow, index: ArchiveIndex) -> CaptureRow | None:
    """The capture before this one if it brought the page; None also when that is long gone."""
    before = index.before(row)
    if before is None or not (before.status == 304 or 200 <= before.status < 300):
        return None
    return before


def _row(kind: RunFinding, message: str, row: CaptureRow) -> Columns:
    return finding_row(
        Finding(kind=kind.value, message=message),
        url=row.url,
        record_id=row.pointer.record_id,
        context=row.context,
    )
