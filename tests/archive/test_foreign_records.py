"""Other tools' records: digests computed where none is stated and written as ours are, revisits
that name no record resolved by digest, documents told by their first bytes where no type is said.
"""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from loose_samples import BLOCK, PAGE, record_id, warc_record

from archive.capture import Role
from archive.errors import RecordNotFound
from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import import_file
from archive.index import ArchiveIndex
from archive.reader import ArchiveReader
from archive.rebuild import IndexingReport
from archive.records import payload_digest
from archive.rows import HEAD_NOT_KEPT, CaptureRow
from archive.verify import verify

SHA1 = hashlib.sha1(b"hello").digest()
OURS = payload_digest(b"hello")
OTHER = "http://www.example.gov.cn/b.html"
IDENTICAL = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"


def with_fields(record: bytes, **fields: str) -> bytes:
    """A record with more header fields: an underscore stands for each hyphen."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    first, _, rest = record.partition(b"\r\n")
    return first + b"\r\n" + lines.encode() + rest


def archived(data: Path, *contents: bytes) -> DataFolder:
    """A folder that took in each content as a file of its own."""
    folder = DataFolder(data)
    folder.prepare()
    with ArchiveIndex.open(folder.archive_db) as index:
        for number, content in enumerate(contents):
            path = data.parent / f"{number}.warc"
            path.write_bytes(content)
            import_file(
                folder, index, path, packing=packing_of(path), report=IndexingReport()
            )  # fmt: skip
    return folder


def rows(folder: DataFolder) -> list[CaptureRow]:
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        return list(index.iter_captures())


def test_a_digest_is_computed_of_the_decoded_payload(tmp_path: Path) -> None:
    resource = warc_record(2, b"saved", kind="resource").replace(
        b"application/http;msgtype=response", b"text/html"
    )
    folder = archived(tmp_path / "data", warc_record(1) + resource)
    digests = [row.pointer.payload_digest for row in rows(folder)]
    assert digests == [OURS, payload_digest(b"saved")], "de-chunked, sha1 in Base32"
    assert verify(folder).is_sound


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (f"sha1:{SHA1.hex()}", OURS),
        (f"sha1:{SHA1.hex().upper()}", OURS),
        (f"SHA-1:{OURS.removeprefix('sha1:').lower()}", OURS),
        (OURS.removeprefix("sha1:"), OURS),
        (f"sha256:{hashlib.sha256(b'hello').hexdigest()}",) * 2,
        (f"md5:{base64.b32encode(hashlib.md5(b'hello').digest()).decode()}",) * 2,
        ("sha1:nonsense", "sha1:nonsense"),
    ],
    ids=["hex", "upper hex", "lower Base32", "no label", "sha256", "md5", "nonsense"],
)
def test_a_stated_digest_is_kept_in_one_writing(stated: str, kept: str, tmp_path: Path) -> None:
    record = with_fields(warc_record(1), WARC_Payload_Digest=stated)
    (row,) = rows(archived(tmp_path / "data", record))
    assert row.pointer.payload_digest == kept


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("block", [b"", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n"], ids=["bare", "head"])
def test_a_revisit_of_another_addresss_payload(
    order: tuple[int, int], block: bytes, tmp_path: Path
) -> None:
    revisit = with_fields(
        warc_record(2, block, kind="revisit", url=OTHER),
        WARC_Profile=IDENTICAL,
        WARC_Payload_Digest=OURS,
        WARC_Refers_To_Target_URI=PAGE,
        WARC_Refers_To_Date="2024-01-02T03:04:01Z",
    )
    files = (warc_record(1), revisit)
    folder = archived(tmp_path / "data", *(files[number] for number in order))
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        (row,) = index.iter_captures(url=OTHER)
        capture = ArchiveReader(folder, index).capture(row)
    assert row.status == (200 if block else HEAD_NOT_KEPT)
    assert capture.response.status == 200
    assert capture.response.body == b"hello"
    assert capture.response.header("X") == ("y" if block else None), "its own head if it has one"
    assert verify(folder).is_sound


@pytest.mark.parametrize(
    ("stated", "is_sound"),
    [("", True), (f"sha256:{'0' * 64}", True), (payload_digest(b"other"), False)],
    ids=["none", "another algorithm", "another payload"],
)
def test_the_digest_of_a_revisit_that_names_its_record(
    stated: str, is_sound: bool, tmp_path: Path
) -> None:
    revisit = with_fields(
        warc_record(2, b"", kind="revisit"),
        WARC_Profile=IDENTICAL,
        WARC_Refers_To=f"<{record_id(1)}>",
        **({"WARC_Payload_Digest": stated} if stated else {}),
    )
    assert verify(archived(tmp_path / "data", warc_record(1) + revisit)).is_sound is is_sound


def test_a_revisit_whose_payload_is_nowhere(tmp_path: Path) -> None:
    revisit = with_fields(
        warc_record(2, b"", kind="revisit"),
        WARC_Profile=IDENTICAL,
        WARC_Payload_Digest=payload_digest(b"gone"),
    )
    folder = archived(tmp_path / "data", warc_record(1) + revisit)
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        (row,) = (row for row in index.iter_captures() if row.record_type == "revisit")
        with pytest.raises(RecordNotFound, match="no capture has its payload digest"):
            ArchiveReader(folder, index).capture(row)
    assert not verify(folder).is_sound


def zipped(*names: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("media_type", "body", "role"),
    [
        ("application/octet-stream", b"%PDF-1.7\n...", Role.REPORT),
        ("application/octet-stream", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, Role.REPORT),
        ("application/octet-stream", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", Role.REPORT),
        ("", b"<html><body>", Role.REPORT),
        ("binary/octet-stream", zipped("[Content_Types].xml", "word/document.xml"), Role.REPORT),
        ("application/octet-stream", zipped("a.txt"), Role.OTHER),
        ("application/octet-stream", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, Role.OTHER),
        ("", b"", Role.OTHER),
        ("image/png", b"<html><body>", Role.OTHER),
        ("text/css", b"body {}", Role.OTHER),
    ],
    ids=["PDF", "DOC", "HTML", "no type", "DOCX", "ZIP", "PNG", "empty", "a type", "CSS"],
)
@pytest.mark.parametrize("chunked", [False, True], ids=["plain", "chunked"])
def test_documents_are_told_by_content_where_no_type_is_said(
    media_type: str, body: bytes, role: Role, chunked: bool, tmp_path: Path
) -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    if media_type:
        head += f"Content-Type: {media_type}\r\n".encode()
    if chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        head += b"Transfer-Encoding: chunked\r\n"
    (row,) = rows(archived(tmp_path / "data", warc_record(1, head + b"\r\n" + body)))
    assert row.context.role is role


def test_chunks_that_another_tool_took_away(tmp_path: Path) -> None:
    block = BLOCK.replace(b"5\r\nhello\r\n0\r\n\r\n", b"<p>hello</p>")
    folder = archived(tmp_path / "data", warc_record(1, block))
    (row,) = rows(folder)
    assert row.pointer.payload_digest == payload_digest(b"<p>hello</p>")
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        response = ArchiveReader(folder, index).capture(row).response
    assert response.body == b"<p>hello</p>"


def test_a_head_without_its_empty_line_is_one(tmp_path: Path) -> None:
    block = b"HTTP/1.0 302 \r\nLocation: /x\r\nContent-Length: 0"
    folder = archived(tmp_path / "data", warc_record(1, block) + warc_record(2, BLOCK))
    assert [row.status for row in rows(folder)] == [302, 200]
    with ArchiveIndex.open(folder.archive_db, read_only=True) as index:
        given = [ArchiveReader(folder, index).capture(row).response for row in rows(folder)]
    assert [response.body for response in given] == [b"", b"hello"]
    assert given[0].header("Location") == "/x"
