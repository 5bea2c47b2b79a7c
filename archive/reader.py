"""Reads captures back: one positioned read, one gzip member, revisits resolved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from archive.capture import Capture, CapturedRequest, CapturedResponse, CapturePointer
from archive.errors import DamagedRecord, RecordNotFound
from archive.folder import DataFolder
from archive.foreign import foreign_payload
from archive.http_message import decode_body, parse_request, split_block
from archive.index import ArchiveIndex
from archive.member import AT_ONCE, MAX_RECORD_BYTES, read_member
from archive.records import RECORD_END, RecordHeaders, RecordType, parse_head
from archive.rows import HEAD_NOT_KEPT, CaptureRow
from archive.walk import OPEN_SUFFIX, Damage, WalkedRecord, find_warc, is_own, walk_file
from archive.warcinfo import find_provenance


class ArchiveReader:
    """Captures by index row or record id. Holds no files open; usable from several threads."""

    def __init__(self, folder: DataFolder, index: ArchiveIndex) -> None:
        self._warc = str(folder.warc)
        self._index = index

    def capture(self, row: CaptureRow | str) -> Capture:
        """The exchange of a row, or of a bare record id.

        For a revisit by identical payload the head is the revisit's and the body the original's;
        for a 304 the response is the original's. Raises RecordNotFound when a record or its
        original is not in the archive, DamagedRecord when it cannot be read.
        """
        if isinstance(row, str):
            row = self._index.get(row)
        block, request = self._blocks(row)
        response, original = self._response(row, block)
        return Capture(
            request=request,
            response=response,
            captured_at=row.captured_at,
            shifted_to=row.shifted_to,
            context=row.context,
            pointer=row.pointer,
            truncated=row.truncated,
            revisit_of=original,
            not_modified=original is not None and row.status == 304,
        )

    def find(self, record_id: str) -> CaptureRow | None:
        """The row of a record; None when the archive lacks it."""
        return self._index.find(record_id)

    def response(self, row: CaptureRow) -> CapturedResponse:
        """The response of a row alone, as ``capture`` has it."""
        return self._response(row, self._block(row))[0]

    def record(self, row: CaptureRow) -> bytes:
        """The row's own record as it stands in its file, unpacked: WARC header, block and the two
        line ends behind it. Of a revisit no payload. Raises as ``capture`` does.
        """
        with _told_of(row):
            packed = self._read(row.pointer, 0)
            _own_block(row, packed)
            return read_member(packed)[0]

    def original(self, row: CaptureRow) -> CaptureRow | None:
        """The row of the capture whose payload a revisit has; None for what is no revisit. Raises
        as ``capture`` does.
        """
        return self._original(row) if row.record_type is RecordType.REVISIT else None

    def provenance(self, pointer: CapturePointer) -> str | None:
        """ "manual" of what a person saved and gave address and time of; None of what was crawled.
        Raises RecordNotFound when the file is not there.
        """
        if is_own(pointer.file):
            return None
        path = find_warc(Path(self._warc), pointer.file)
        if path is None:
            raise _not_there(f"{self._warc}/{pointer.file}", pointer)
        return find_provenance(path, pointer.offset)

    def iter_records(self, path: Path) -> Iterator[WalkedRecord | Damage]:
        """Every record of a WARC file in order, and the damaged stretches between them."""
        return walk_file(path)

    def _response(
        self, row: CaptureRow, block: bytes
    ) -> tuple[CapturedResponse, CapturePointer | None]:
        """The one path that resolves revisits: a revisit has an original that is none."""
        if row.record_type is not RecordType.REVISIT:
            return _own_response(row, block), None
        original = self._original(row)
        response = _own_response(original, self._block(original))
        if row.status not in (304, HEAD_NOT_KEPT):
            head = _own_response(row, block)
            response = replace(head, body=response.body)
        return response, original.pointer

    def _original(self, row: CaptureRow) -> CaptureRow:
        if row.refers_to is None:
            return self._same_payload(row)
        original = self._index.get(row.refers_to)
        if original.record_type is RecordType.REVISIT:
            raise DamagedRecord(
                f"the revisit {row.pointer.record_id} ({_place(row.pointer)}) refers to another "
                f"revisit, {row.refers_to}; `nianbao verify` lists what is wrong with the archive"
            )
        return original

    def _same_payload(self, row: CaptureRow) -> CaptureRow:
        """The first capture with the payload of a revisit that names no record, as other tools
        write it (WARC 1.1 §6.7.2 asks for the digest alone): of its address if there is one.
        """
        digest = row.pointer.payload_digest
        for url in (row.url, None) if digest else ():
            for other in self._index.iter_captures(url=url, payload_digest=digest, revisits=False):
                return other
        raise RecordNotFound(
            f"the revisit {row.pointer.record_id} ({_place(row.pointer)}) of {row.url} names no "
            "record that it refers to, and no capture has its payload digest"
        )

    def _block(self, row: CaptureRow) -> bytes:
        """The block of the record alone."""
        with _told_of(row):
            return _own_block(row, self._read(row.pointer, 0))

    def _blocks(self, row: CaptureRow) -> tuple[bytes, CapturedRequest]:
        """The block of the record, and the request. A small record and the request behind it, the
        common case, come by one read; of a large one no second copy is made.
        """
        pointer = row.pointer
        beyond = 0
        if row.request_offset == pointer.offset + pointer.length and pointer.length <= AT_ONCE:
            beyond = row.request_length or 0
        with _told_of(row):
            if beyond:
                packed = self._read(pointer, beyond)
                block = _own_block(row, packed[: pointer.length])
                sent = _unpack(packed[pointer.length :])[1]
            else:
                block = _own_block(row, self._read(pointer, 0))
                sent = self._request_block(row)
        parts = parse_request(BytesIO(sent))
        request = CapturedRequest(
            method=row.method, url=row.url, headers=parts.headers, body=parts.body
        )
        return block, request

    def _request_block(self, row: CaptureRow) -> bytes:
        if row.request_offset is None or row.request_length is None:
            return b""
        place = replace(row.pointer, offset=row.request_offset, length=row.request_length)
        return _unpack(self._read(place, 0))[1]

    def _read(self, pointer: CapturePointer, beyond: int) -> bytes:
        length = pointer.length + beyond
        if not 0 < length <= MAX_RECORD_BYTES:
            raise DamagedRecord(f"{_place(pointer)}: {length} bytes are no length of a record")
        final = f"{self._warc}/{pointer.file}"
        # closed, open, closed again: it may be renamed between two tries
        for name in (final, final + OPEN_SUFFIX, final):
            try:
                handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                return os.pread(handle, length, pointer.offset)
            finally:
                os.close(handle)
        raise _not_there(final, pointer)


def _not_there(path: str, pointer: CapturePointer) -> RecordNotFound:
    return RecordNotFound(
        f"{path} is not there, but the index places the record {pointer.record_id} in it; put the "
        "file back, or run `nianbao rebuild`"
    )


def _place(pointer: CapturePointer) -> str:
    return f"{pointer.file} offset {pointer.offset}"


@contextmanager
def _told_of(row: CaptureRow) -> Iterator[None]:
    """Says of damage where it is and what to do."""
    try:
        yield
    except DamagedRecord as error:
        raise DamagedRecord(
            f"{_place(row.pointer)}: the record {row.pointer.record_id} of {row.url} cannot be "
            f"read: {error}; `nianbao verify` checks the file, `nianbao rebuild` indexes it anew"
        ) from error


def _own_block(row: CaptureRow, packed: bytes) -> bytes:
    headers, block = _unpack(packed)
    if headers.record_id != row.pointer.record_id:
        raise DamagedRecord(f"the record there is {headers.record_id or 'without id'}")
    return block


def _unpack(packed: bytes) -> tuple[RecordHeaders, bytes]:
    size = len(packed)
    content, end = read_member(packed)
    del packed  # up to 64 MiB, not needed beside the content
    if end != size:
        raise DamagedRecord(f"the member ends after {end} of {size} bytes")
    headers, start = parse_head(content)
    length = headers.content_length
    if len(content) - start != length + len(RECORD_END):
        raise DamagedRecord(f"Content-Length {length} is not that of the block")
    return headers, content[start : start + length]


def _own_response(row: CaptureRow, block: bytes) -> CapturedResponse:
    """The response in a record's own block; a saved file's (a resource) has a bare 200 head."""
    if row.record_type is RecordType.RESOURCE:
        mime = ((b"Content-Type", row.mime.encode("latin-1", "replace")),) if row.mime else ()
        return CapturedResponse(status=row.status, headers=mime, body=block)
    split = split_block(block)
    if split.head is None:
        raise DamagedRecord(
            f"{_place(row.pointer)}: the record {row.pointer.record_id} holds no HTTP response; "
            "`nianbao verify` checks the file"
        )
    if row.record_type is RecordType.REVISIT:
        body = b""
    elif row.is_orphan:
        body = foreign_payload(split.head, block, method=row.method)
    else:
        body = decode_body(
            BytesIO(block), split.body_start, head=split.head, method=row.method
        ).payload
    return CapturedResponse(
        status=split.head.status, headers=split.head.headers, body=body, reason=split.head.reason
    )
