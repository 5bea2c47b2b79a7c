"""Appends exchanges and run records to the archive: the record first, then its index row.

A capture that ``append`` returned is with the operating system and in the index: kill -9 loses
nothing of it (of rows that are gathered no more than ``mend`` makes again). The caller holds the
data folder's writer lock.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Exchange,
    FailureReason,
    RequestFailure,
    RunEnd,
    RunStart,
)
from archive.clock import NO_SHIFT, shift_behind, utc_now
from archive.errors import ArchiveError, UnwritableRecord
from archive.exchange_records import (
    Analysed,
    Answer,
    analyse,
    answered_records,
    failed_records,
    failure_note,
    note_of_not_modified,
)
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.metadata import (
    ExchangeNote,
    MetadataKind,
    dump_note,
    dump_run_end,
    dump_run_start,
    storable_context,
)
from archive.reader import ArchiveReader
from archive.records import (
    Block,
    ContentType,
    Record,
    RecordType,
    body_digest,
    bracketed,
    new_record_id,
    request_url,
    storable,
    target_uri,
)
from archive.revisit import Base, Candidate, find_base
from archive.rows import FailureRow, RecordSpan, Rows, capture_row, failure_row
from archive.series import WarcSeries


class ArchiveWriter:
    """The one writer of a data folder; a context manager, safe to call from any thread.

    ``software`` and ``settings_digest`` and, where given, ``operator`` stand in each file's
    warcinfo (archive.series). A file ends at ``max_bytes`` (never within an exchange, so a little
    later) or with the UTC day. Files are made when there is something to write. With ``gathers``
    index rows are seen by other processes only once the caller calls ``commit``.
    """

    def __init__(
        self,
        folder: DataFolder,
        index: ArchiveIndex,
        *,
        software: str,
        settings_digest: str,
        operator: str | None = None,
        prefix: str = "nianbao",
        max_bytes: int = 1_000_000_000,
        hostname: str | None = None,
        gathers: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._folder = folder
        self._index = index
        self._reader = ArchiveReader(folder, index)
        about = {
            "software": software,
            "settings-digest": settings_digest,
            "operator": operator,
            "hostname": hostname or socket.gethostname(),
        }
        self._series = WarcSeries(folder, about, prefix=prefix, max_bytes=max_bytes, now=now)
        self._now = now
        self._lock = threading.Lock()
        self._shift = NO_SHIFT
        self._gathers = gathers
        self._pending, self._gathered = Rows(), Rows()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, exchange: Exchange) -> Capture | None:
        """Archives an exchange. None when it brought no response that could be archived as one:
        then what came is kept as it is, and the failure is recorded.

        Raises UnwritableRecord for an address that is not absolute HTTP; DiskRefuses when the disk
        refuses, with nothing written of the exchange.
        """
        analysed = self._in_order(analyse(exchange))
        with self._lock:
            if analysed.answer is None:
                self._append_failed(analysed)
                return None
            return self._append_answered(analysed, analysed.answer)

    def append_failure(
        self,
        *,
        method: str,
        url: str,
        body: bytes,
        reason: FailureReason,
        text: str,
        context: CaptureContext,
    ) -> RequestFailure:
        """Records a request that brought no exchange at all (refused before it was sent)."""
        note = ExchangeNote(
            method=method,
            url=request_url(url),
            body_digest=body_digest(body),
            context=storable_context(context),
            failure=reason,
            failure_text=storable(text),
        )
        with self._lock:
            return self._write_failure(note).failure

    def start_run(self, run: RunStart) -> None:
        """Records that a run begins. One that begins before what is archived is shifted behind it
        (archive.clock).
        """
        with self._lock:
            self._shift = shift_behind(self._index.newest(), run.started_at)
            if self._shift:
                run = replace(run, shifted_to=run.started_at + self._shift)
            self._write_metadata(dump_run_start(run), run.started_at)
            self._pending.starts.append(run)
            self._store()
            self._commit()

    @property
    def shift(self) -> timedelta:
        """How far the run is shifted (archive.clock); 0 unless the clock was set back."""
        return self._shift

    def finish_run(self, end: RunEnd) -> None:
        """Records how a run ended, and has all of it on disk when it returns."""
        with self._lock:
            self._write_metadata(dump_run_end(end), end.finished_at)
            self._pending.ends.append(end)
            self._store()
            self._commit()
            if self._series.file is not None:
                self._series.file.sync()

    def commit(self) -> None:
        """Has the index rows of all that was appended committed. Raises DiskRefuses."""
        with self._lock:
            self._commit()

    def close(self) -> None:
        """Closes the file at hand; more calls do nothing. The index stays open: it is the
        caller's.
        """
        with self._lock:
            self._closed = True
            self._close_file()

    def _in_order(self, analysed: Analysed) -> Analysed:
        if not self._shift:
            return analysed
        moment = analysed.captured_at + self._shift
        return replace(analysed, note=replace(analysed.note, shifted_to=moment))

    def _append_answered(self, analysed: Analysed, answer: Answer) -> Capture:
        base, base_response = self._base(analysed, answer)
        records = answered_records(analysed, answer, base)
        spans = self._write(records)
        pointer = self._pointer(records[0], spans[0], answer=answer, base=base)
        has_request = len(records) == 3
        note = analysed.note
        if base is not None and base.not_modified:
            note = note_of_not_modified(note, answer, base)
        row = capture_row(
            pointer=pointer,
            record_type=records[0].record_type,
            target=analysed.target,
            captured_at=records[0].date.astimezone(UTC),
            status=answer.head.status,
            head=answer.head,
            note=note,
            request=analysed.request if has_request else None,
            request_span=spans[1] if has_request else None,
            truncated=None if base else answer.truncated,
            refers_to=base.row.pointer.record_id if base else None,
        )
        self._pending.captures.append(row)
        self._store()
        return Capture(
            request=CapturedRequest(
                method=row.method,
                url=row.url,
                headers=analysed.request.headers,
                body=analysed.request.body,
            ),
            response=base_response or answer.response(),
            captured_at=row.captured_at,
            shifted_to=row.shifted_to,
            context=row.context,
            pointer=pointer,
            truncated=row.truncated,
            revisit_of=base.row.pointer if base else None,
            not_modified=base is not None and base.not_modified,
        )

    def _base(
        self, analysed: Analysed, answer: Answer
    ) -> tuple[Base | None, CapturedResponse | None]:
        """What the exchange is a revisit of, and for a 304 the response that it stands for: without
        one that can be read it is archived as it is, and the caller asks without conditions.
        """
        note = analysed.note
        candidate = Candidate(
            method=note.method,
            url=analysed.url,
            body_digest=note.body_digest,
            role=note.context.role,
            captured_at=analysed.captured_at,
            ordered_at=note.shifted_to or analysed.captured_at,
            status=answer.head.status,
            payload_digest=answer.digest,
            empty=not answer.body.payload,
            truncated=answer.truncated,
        )
        base = find_base(self._index, candidate)
        if base is None or not base.not_modified:
            return base, None
        try:
            return base, self._reader.response(base.row)
        except ArchiveError:
            return None, None

    def _append_failed(self, analysed: Analysed) -> None:
        records = failed_records(analysed)
        spans = self._write(records)
        received_any = records[0].record_type is RecordType.RESOURCE
        note = failure_note(analysed, received_any=received_any)
        self._store_failure(note, records[-1], spans[-1])

    def _write_failure(self, note: ExchangeNote) -> FailureRow:
        fields: tuple[tuple[str, str], ...] = ()
        with suppress(UnwritableRecord):  # the address may be why it was refused; the block has it
            fields = (("WARC-Target-URI", target_uri(note.url)),)
        block = dump_note(MetadataKind.FAILURE, note)
        record, span = self._write_metadata(block, self._now(), fields=fields)
        return self._store_failure(note, record, span)

    def _store_failure(self, note: ExchangeNote, record: Record, span: RecordSpan) -> FailureRow:
        row = failure_row(
            note=note,
            record_id=record.record_id,
            failed_at=record.date.astimezone(UTC),
            file=self._name(),
            span=span,
        )
        self._pending.failures.append(row)
        self._store()
        return row

    def _write_metadata(
        self, block: bytes, date: datetime, *, fields: tuple[tuple[str, str], ...] = ()
    ) -> tuple[Record, RecordSpan]:
        record = Record(
            record_type=RecordType.METADATA,
            record_id=new_record_id(),
            date=date,
            content_type=ContentType.FIELDS,
            block=Block.of(block),
            fields=fields,
        )
        return record, self._write([record])[0]

    def _write(self, records: Sequence[Record]) -> list[RecordSpan]:
        if self._closed:
            raise ArchiveError("this ArchiveWriter is closed; make another one")
        if self._series.is_full:
            self._close_file()
        file = self._series.file or self._series.begin_file()
        series = ("WARC-Warcinfo-ID", bracketed(self._series.warcinfo_id))
        return file.write([replace(rec, fields=(*rec.fields, series)) for rec in records])

    def _store(self) -> None:
        """Rows that the index refused once (a full disk) go in with the next ones."""
        file = self._series.file
        if file is None:
            return
        take = self._index.gather if self._gathers else self._index.store
        with self._kept_when_refused():
            take(self._pending, file=file.name, indexed_bytes=file.size)
        if self._gathers:
            self._gathered.extend(self._pending)
        self._pending = Rows()

    def _commit(self) -> None:
        with self._kept_when_refused():
            self._index.commit()
        self._gathered = Rows()

    @contextmanager
    def _kept_when_refused(self) -> Iterator[None]:
        """A refused transaction takes what was gathered with it: that is pending again."""
        try:
            yield
        except BaseException:
            self._gathered.extend(self._pending)
            self._pending, self._gathered = self._gathered, Rows()
            raise

    def _close_file(self) -> None:
        if self._series.file is None:
            return
        try:
            self._store()
            self._commit()
        finally:
            self._series.close_file()

    def _name(self) -> str:
        assert self._series.file is not None  # something was just written to it
        return self._series.file.name

    def _pointer(
        self, record: Record, span: RecordSpan, *, answer: Answer, base: Base | None
    ) -> CapturePointer:
        return CapturePointer(
            file=self._name(),
            offset=span.offset,
            length=span.length,
            record_id=record.record_id,
            payload_digest=base.row.pointer.payload_digest if base else answer.digest,
        )
