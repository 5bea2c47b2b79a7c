from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archive_samples import (
    CONTEXT,
    GET,
    GZIPPED,
    NOT_MODIFIED,
    PAGE_A,
    PAGE_B,
    RUN,
    RUN_END,
    RUN_START,
    START,
    URL,
    Archive,
    chunked,
    response,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.capture import Capture, CaptureContext, FailureReason, Role, Truncation
from archive.errors import ArchiveError, NewerSchema, RecordNotFound, UnwritableRecord
from archive.index import ArchiveIndex, body_digest
from archive.records import format_date, parse_date
from archive.walk import Damage, WalkedRecord, walk_file

REPOSITORY = Path(__file__).resolve().parents[2]


def records(path: Path) -> list[WalkedRecord]:
    walked = list(walk_file(path))
    assert not any(isinstance(part, Damage) for part in walked), walked
    return [part for part in walked if isinstance(part, WalkedRecord)]


def test_the_bytes_of_an_exchange_come_back_through_another_reader(archive: Archive) -> None:
    odd = b"HTTP/1.1 200 fine\r\nx-ODD:  two  spaces\r\nset-cookie: a\r\nSet-Cookie: b\r\n"
    received = odd + b"bad line\r\n" + b"\r\n\x00\xff" + "正文".encode("gb18030")
    archive.add(received)
    archive.add(chunked(b"abc", tail=b"X-Trailer: 1\r\n\r\n"), url=URL + "?c")
    archive.writer.close()
    found = {}
    with archive.the_file().open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            found.setdefault(record.rec_type, []).append(record.raw_stream.read())
    assert found["response"] == [received, chunked(b"abc", tail=b"X-Trailer: 1\r\n\r\n")]
    assert found["request"] == [GET, GET]
    assert len(found["metadata"]) == 2


def test_a_response_record_says_what_the_standard_asks(archive: Archive) -> None:
    archive.add(chunked(b"abc", b"de"))
    archive.writer.close()
    warcinfo, main, request, metadata = records(archive.the_file())
    assert warcinfo.headers.record_type == "warcinfo"
    assert warcinfo.headers.get("warc-filename") == archive.the_file().name
    assert warcinfo.headers.get("warc-target-uri") is None
    about = warcinfo.block.read().decode()
    for line in ("software: nianbao/0", "operator: nobody", "format: WARC File Format 1.1"):
        assert line in about.split("\r\n")
    for record in (main, request, metadata):
        assert record.headers.date == START + timedelta(seconds=1)
        assert record.headers.get("warc-date") == "2026-03-01T08:00:01.000000Z"
        assert record.headers.get("warc-target-uri") == URL
        assert record.headers.get("warc-refers-to") is None
        # once an exchange: with the record that the others belong to
        address = "192.0.2.7" if record is main else None
        assert record.headers.get("warc-ip-address") == address
    assert main.headers.get("content-type") == "application/http;msgtype=response"
    # echo -n abcde | sha1sum | xxd -r -p | base32
    assert main.headers.get("warc-payload-digest") == "sha1:APPGYVYL7YSL7QZIZTL4URVXN2W26QZU"
    assert main.headers.get("warc-block-digest") == body_digest(chunked(b"abc", b"de"))
    assert request.headers.concurrent_to == main.headers.record_id
    assert metadata.headers.concurrent_to == main.headers.record_id


def test_digests_are_upper_case_base32_of_sha1() -> None:
    # echo -n hello | sha1sum | xxd -r -p | base32
    assert body_digest(b"hello") == "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N"
    assert body_digest(b"") == ""


@pytest.mark.parametrize(
    "received",
    [
        PAGE_A,
        GZIPPED,
        chunked(b"abc", b"d" * 70_000),
        response(b"", status=b"302 Found", headers=(b"Location: /x",)),
        response(b"to the end", length=False),
        b"HTTP/1.1 100 Continue\r\n\r\n" + PAGE_B,
        response(bytes(range(256)) * 10_000),
    ],
)
def test_append_returns_what_the_reader_reads(archive: Archive, received: bytes) -> None:
    capture = archive.add(received)
    assert archive.reader.capture(capture.pointer.record_id) == capture
    assert capture.truncated is None
    assert capture.request.headers[0] == (b"Host", b"www.example.gov.cn")
    assert capture.context == CONTEXT


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=400),
    sent=st.binary(max_size=80),
    path=st.text(max_size=30),
    title=st.none() | st.text(st.characters(), max_size=30),
    seconds=st.floats(0, 3),
)
def test_any_exchange_comes_back_with_the_same_bytes(
    archive: Archive, body: bytes, sent: bytes, path: str, title: str | None, seconds: float
) -> None:
    context = replace(CONTEXT, link_text=title)
    received = response(body, length=False)
    url = "http://h.example/" + path
    capture = archive.add(received, sent=sent, url=url, context=context, seconds=seconds)
    again = archive.reader.capture(capture.pointer.record_id)
    assert again == capture
    assert again.response.body == body
    latest = archive.index.latest("GET", url, body_digest(again.request.body))
    assert latest is not None
    assert latest.captured_at == archive.clock
    row = archive.index.get(capture.pointer.record_id)
    if row.record_type == "response":
        [path_of_file] = archive.folder.warc.glob("*.open")
        main, asked, *_ = walk_file(path_of_file, start=row.pointer.offset)
        assert isinstance(main, WalkedRecord) and isinstance(asked, WalkedRecord)
        assert main.block.read() == received
        assert not sent or asked.block.read() == sent


def test_a_context_with_every_field_comes_back(archive: Archive) -> None:
    assert all(getattr(CONTEXT, item.name) is not None for item in fields(CaptureContext))
    capture = archive.add()
    assert archive.index.get(capture.pointer.record_id).context == CONTEXT
    assert archive.fail().context == CONTEXT
    bare = CaptureContext(run_id="", portal_id="")
    assert archive.add(context=bare).context == bare


@pytest.mark.parametrize(
    "received",
    [b"", b"HTTP/1.1 200 OK\r\nContent-", b"\x16\x03\x01\x02", b"HTTP/1.1 100 Continue\r\n\r\n"],
)
def test_without_a_response_the_bytes_and_the_failure_are_kept(
    archive: Archive, received: bytes
) -> None:
    exchange = archive.exchange(received, failure=FailureReason.TIMEOUT, failure_text="60 s")
    assert archive.writer.append(exchange) is None
    [failure] = archive.index.iter_failures()
    assert (failure.reason, failure.text) == (FailureReason.TIMEOUT, "60 s")
    assert (failure.url, failure.method, failure.context) == (URL, "GET", CONTEXT)
    assert failure.failed_at == archive.clock
    assert list(archive.index.iter_captures()) == []
    archive.writer.close()
    kinds = [(rec.headers.record_type, rec.block.read()) for rec in records(archive.the_file())]
    assert [kind for kind, _ in kinds[1:]] == (["resource"] if received else []) + [
        "request",
        "metadata",
    ]
    if received:
        assert kinds[1][1] == received


def test_a_failure_without_a_reason_gets_one(archive: Archive) -> None:
    archive.writer.append(archive.exchange(b"garbage"))
    archive.writer.append(archive.exchange(b"", sent=b""))
    reasons = [failure.reason for failure in archive.index.iter_failures()]
    assert reasons == [FailureReason.UNPARSABLE, FailureReason.OTHER]


def test_a_cut_response_is_marked_whoever_noticed(archive: Archive) -> None:
    marked = archive.add(PAGE_A[:-2], truncated=Truncation.LENGTH, failure=FailureReason.OTHER)
    unmarked = archive.add(PAGE_A[:-2])
    torn_chunks = archive.add(chunked(b"abc", b"def")[:-8], url=URL + "?c")
    assert marked.truncated is Truncation.LENGTH
    assert unmarked.truncated is Truncation.DISCONNECT
    assert torn_chunks.truncated is Truncation.DISCONNECT
    assert torn_chunks.response.body == b"abcde"
    row = archive.index.get(unmarked.pointer.record_id)
    assert (row.truncated, row.record_type) == (Truncation.DISCONNECT, "response")
    archive.writer.close()
    stated = [rec.headers.get("warc-truncated") for rec in records(archive.the_file())]
    assert [value for value in stated if value] == ["length", "disconnect", "disconnect"]


# -- revisits -----------------------------------------------------------------------------------


def kinds(archive: Archive, captures: list[Capture]) -> list[str]:
    rows = [archive.index.get(capture.pointer.record_id) for capture in captures]
    return [row.record_type.value for row in rows]


def test_only_the_latest_capture_makes_a_revisit(archive: Archive) -> None:
    captures = [archive.add(page) for page in (PAGE_A, PAGE_A, PAGE_A, PAGE_B, PAGE_A, PAGE_A)]
    assert kinds(archive, captures) == [
        *("response", "revisit", "revisit", "response", "response", "revisit")
    ]
    assert captures[2].revisit_of == captures[0].pointer, "no chain of revisits"
    assert captures[5].revisit_of == captures[4].pointer
    for capture in captures:
        assert archive.reader.capture(capture.pointer.record_id) == capture


def test_an_identical_revisit_keeps_its_own_head(archive: Archive) -> None:
    archive.add(PAGE_A)
    later = PAGE_A.replace(b'W/"a"', b'W/"new"')
    capture = archive.add(later)
    assert capture.response.header("etag") == 'W/"new"'
    assert capture.response.body == b"<p>A</p>"
    assert not capture.not_modified
    archive.writer.close()
    [revisit] = [rec for rec in records(archive.the_file()) if rec.headers.record_type == "revisit"]
    assert revisit.block.read() == later[: later.index(b"\r\n\r\n") + 4]
    get = revisit.headers.get
    assert get("warc-profile") == (
        "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    )
    assert get("warc-truncated") == "length"
    assert get("content-type") == "application/http;msgtype=response"
    assert get("warc-refers-to-target-uri") == URL
    assert get("warc-refers-to-date") == format_date(START + timedelta(seconds=1))
    assert get("warc-payload-digest") == body_digest(b"<p>A</p>")


def test_a_304_stands_for_the_original(archive: Archive) -> None:
    first = archive.add(PAGE_A)
    same = archive.add(PAGE_A)
    capture = archive.add(NOT_MODIFIED)
    assert capture.not_modified
    assert capture.response == first.response
    assert capture.revisit_of == first.pointer, "the original, not the revisit of it"
    row = archive.index.get(capture.pointer.record_id)
    assert (row.status, row.etag, row.mime) == (304, 'W/"a"', "text/html")
    assert archive.reader.capture(row) == capture
    assert same.revisit_of == first.pointer
    after = archive.add(PAGE_A)
    assert after.revisit_of == first.pointer
    assert not after.not_modified
    archive.writer.close()
    revisit = [rec for rec in records(archive.the_file()) if rec.headers.record_type == "revisit"][
        1
    ]
    assert revisit.block.length == 0
    assert revisit.headers.get("warc-profile") == (
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    )
    assert revisit.headers.get("warc-truncated") is None


def test_a_304_without_an_original_is_a_response(archive: Archive) -> None:
    capture = archive.add(NOT_MODIFIED)
    assert (capture.response.status, capture.not_modified, capture.revisit_of) == (304, False, None)
    archive.add(PAGE_A[:-1])
    assert not archive.add(NOT_MODIFIED).not_modified, "a cut response is no original"


def test_a_304_whose_original_is_lost_is_a_response(archive: Archive) -> None:
    archive.add(PAGE_A)
    archive.writer.close()
    archive.the_file().unlink()
    archive.writer = archive.new_writer()
    capture = archive.add(NOT_MODIFIED)
    assert (capture.response.status, capture.not_modified) == (304, False)


def test_what_is_never_a_revisit(archive: Archive) -> None:
    empty = response(b"", status=b"302 Found")
    pairs = {
        "empty payload": (archive.add(empty, url=URL + "?1"), archive.add(empty, url=URL + "?1")),
        "cut": (archive.add(PAGE_A[:-1]), archive.add(PAGE_A[:-1])),
        "after a cut one": (archive.add(PAGE_A[:-1], url=URL + "?2"), archive.add(url=URL + "?2")),
        "other status": (
            archive.add(response(b"x"), url=URL + "?3"),
            archive.add(response(b"x", status=b"404 Not Found"), url=URL + "?3"),
        ),
        "other body": (
            archive.add_post(b"page=1", b"application/x-www-form-urlencoded"),
            archive.add_post(b"page=2", b"application/x-www-form-urlencoded"),
        ),
        "other address": (archive.add(url=URL + "?4"), archive.add(url=URL + "?5")),
    }
    for why, (_, second) in pairs.items():
        assert second.revisit_of is None, why
    again = archive.add_post(b"page=2", b"application/x-www-form-urlencoded")
    assert again.revisit_of == pairs["other body"][1].pointer


def test_a_document_never_refers_to_a_requisite(archive: Archive) -> None:
    picture = replace(CONTEXT, role=Role.REQUISITE)
    captures = [
        archive.writer.append(archive.exchange(PAGE_A, context=context))
        for context in (picture, picture, CONTEXT, CONTEXT)
    ]
    assert kinds(archive, [one for one in captures if one is not None]) == [
        *("response", "revisit", "response", "revisit")
    ]


def test_nothing_refers_to_a_later_time(archive: Archive) -> None:
    slow = archive.exchange(PAGE_A)
    archive.add(PAGE_A)
    capture = archive.writer.append(slow)
    assert capture is not None
    assert capture.revisit_of is None


def test_captures_within_one_second_stay_apart_and_in_order(archive: Archive) -> None:
    captures = [archive.add(page, seconds=0.000001) for page in (PAGE_A, PAGE_B, PAGE_A)]
    rows = list(archive.index.iter_captures(url=URL))
    assert [row.pointer for row in rows] == [capture.pointer for capture in captures]
    latest = archive.index.latest("GET", URL, "")
    assert latest is not None and latest.pointer == captures[-1].pointer


# -- files --------------------------------------------------------------------------------------


def test_files_roll_over_by_size_and_never_within_an_exchange(tmp_path: Path) -> None:
    archive = Archive(tmp_path, max_bytes=4000)
    captures = [archive.add(response(os.urandom(900)), url=f"{URL}?{n}") for n in range(6)]
    archive.close()
    names = [path.name for path in archive.files()]
    assert len(names) == 6 // 2
    assert all(name.endswith(".warc.gz") for name in names)
    assert [name.split("-")[2] for name in names] == ["00000", "00001", "00002"]
    for path in archive.files():
        kinds = [rec.headers.record_type for rec in records(path)]
        assert kinds == ["warcinfo"] + ["response", "request", "metadata"] * 2
    archive = Archive(tmp_path)
    for capture in captures:
        assert archive.reader.capture(capture.pointer.record_id) == capture
    archive.close()


def test_files_roll_over_with_the_utc_day_and_are_open_until_closed(archive: Archive) -> None:
    archive.add()
    assert [path.suffix for path in archive.files()] == [".open"]
    archive.add(seconds=24 * 3600)
    assert [path.name.endswith(".warc.gz") for path in archive.files()] == [True, False]
    archive.writer.close()
    first, second = (path.name for path in archive.files())
    assert first == f"nianbao-20260301080001-00000-test-host-{os.getpid()}.warc.gz"
    assert second.startswith("nianbao-20260302080001-00001-")


def test_a_second_writer_in_the_same_second_takes_another_name(archive: Archive) -> None:
    archive.add(seconds=0)
    archive.writer.close()
    archive.writer = archive.new_writer()
    archive.add(seconds=0)
    archive.writer.close()
    assert len(archive.files()) == 2


def test_a_refused_write_leaves_nothing_of_the_exchange(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(PAGE_A)
    [path] = archive.files()
    before = path.read_bytes()
    real = os.pwrite

    def full_disk(handle: int, content: bytes, offset: int) -> int:
        real(handle, bytes(content)[:100], offset)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full_disk)
    with pytest.raises(OSError, match="No space"):
        archive.add(PAGE_B)
    monkeypatch.undo()
    assert path.read_bytes() == before
    capture = archive.add(PAGE_B)
    assert archive.reader.capture(capture.pointer.record_id) == capture
    assert archive.index.count_captures() == 2


def test_rows_that_the_index_refused_go_in_with_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ArchiveError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(archive.index, "store", refuse)
        with pytest.raises(ArchiveError, match="disk full"):
            archive.add(PAGE_A)
    archive.add(PAGE_B)
    assert archive.index.count_captures() == 2


def test_threads_append_side_by_side(archive: Archive) -> None:
    exchanges = [
        archive.exchange(response(b"%d" % number * 5000), url=f"{URL}?{number}", seconds=0.01)
        for number in range(60)
    ]
    with ThreadPoolExecutor(4) as pool:
        captures = list(pool.map(archive.writer.append, exchanges))
    archive.writer.close()
    walked = records(archive.the_file())
    kinds = [record.headers.record_type for record in walked]
    assert kinds == ["warcinfo"] + ["response", "request", "metadata"] * 60, "contiguous"
    for capture in captures:
        assert capture is not None
        assert archive.reader.capture(capture.pointer.record_id) == capture


def test_more_than_can_be_read_back_is_refused(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive import exchange_records

    monkeypatch.setattr(exchange_records, "MAX_RECORD_BYTES", 300_000)
    archive.add(response(b"x" * 10_000))
    with pytest.raises(UnwritableRecord, match="too many for a record"):
        archive.add(response(b"x" * 300_000))


def test_a_closed_writer_says_so(archive: Archive) -> None:
    archive.writer.close()
    with pytest.raises(ArchiveError, match="closed"):
        archive.add()
    assert archive.files() == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from archive_samples import Archive, PAGE_A, URL
archive = Archive(Path({root!r}))
for number in range(5):
    archive.add(PAGE_A, url=URL + str(number))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_loses_nothing_that_append_returned(tmp_path: Path) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), root=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    archive = Archive(tmp_path)
    rows = list(archive.index.iter_captures())
    assert len(rows) == 5
    for row in rows:
        assert archive.reader.capture(row).response.body == b"<p>A</p>"
    archive.close()


# -- addresses and headers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://h.example/a\r\nWARC-Type: response\r\n\r\n",
        "http://h.example/年报?名=值",
        'http://h.example/"<x>"\x00\x7f',
        "http://用户.example/\u2028",
        "http://h.example/\ud800",
    ],
)
def test_no_address_can_break_out_of_its_header(archive: Archive, url: str) -> None:
    capture = archive.add(url=url)
    archive.fail(url=url, text="x\r\nrun: 1\r\n" + url)
    archive.writer.close()
    walked = records(archive.the_file())
    assert [rec.headers.record_type for rec in walked] == [
        *("warcinfo", "response", "request", "metadata", "metadata")
    ]
    for record in walked[1:]:
        target = record.headers.target_uri
        assert target.isascii() and target.isprintable() and " " not in target
        assert target.startswith("http://")
    assert archive.reader.capture(capture.pointer.record_id) == capture
    assert archive.index.latest("GET", url, "") is not None
    [failure] = archive.index.iter_failures()
    assert failure.url == capture.request.url
    assert failure.text.startswith("x\r\nrun: 1\r\n")


def test_a_fragment_is_no_part_of_the_address(archive: Archive) -> None:
    capture = archive.add(url=URL + "#top")
    assert capture.request.url == URL
    assert archive.index.latest("GET", URL + "#other", "") is not None


@pytest.mark.parametrize(
    "url", ["", "ftp://h/", "/relative", "http://", "http://h/" + "a" * 70_000]
)
def test_what_is_no_http_address_is_refused_by_name(archive: Archive, url: str) -> None:
    with pytest.raises(UnwritableRecord, match="no absolute http"):
        archive.add(url=url)
    assert archive.files() == []
    assert archive.fail(url=url).url == url, "a failure may be about such an address"


def test_a_naive_time_is_refused(archive: Archive) -> None:
    exchange = archive.exchange()
    exchange.started_at = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(UnwritableRecord, match="time zone"):
        archive.writer.append(exchange)
    assert archive.files() == []


def test_dates_sort_as_texts_and_come_back() -> None:
    moments = [START, START + timedelta(microseconds=1), START + timedelta(seconds=1)]
    texts = [format_date(moment) for moment in moments]
    assert texts == sorted(texts)
    assert [parse_date(text) for text in texts] == moments
    assert parse_date("2026-03-01T08:00:00.5Z") == START + timedelta(milliseconds=500)
    assert parse_date("2026-03-01T08:00:00.123456789Z").microsecond == 123456


# -- index --------------------------------------------------------------------------------------


def test_run_records_come_back(archive: Archive) -> None:
    archive.writer.start_run(RUN_START)
    [run] = archive.index.iter_runs()
    assert (run.start, run.end) == (RUN_START, None)
    archive.writer.finish_run(RUN_END)
    [run] = archive.index.iter_runs()
    assert (run.start, run.end) == (RUN_START, RUN_END)


def test_captures_are_found_by_what_is_asked(archive: Archive) -> None:
    archive.add_everything()
    other = replace(CONTEXT, run_id="20260302080000-00000000", portal_id="other")
    one = archive.add(PAGE_B, url=URL + "?other", context=other)
    rows = list(archive.index.iter_captures())
    assert [(r.captured_at, r.pointer.record_id) for r in rows] == sorted(
        (r.captured_at, r.pointer.record_id) for r in rows
    )
    assert len(rows) == archive.index.count_captures() == 15
    asked = archive.index.iter_captures
    assert [r.pointer for r in asked(run_id=other.run_id)] == [one.pointer]
    assert [r.pointer for r in asked(portal_id="other", roles=[CONTEXT.role])] == [one.pointer]
    assert list(asked(roles=[])) == []
    assert len(list(asked(revisits=False))) == 13
    assert [r.url for r in asked(url=URL + "?302")] == [URL + "?302"]
    assert archive.index.count_failures() == 4
    with pytest.raises(RecordNotFound, match="rebuild"):
        archive.index.get("urn:uuid:none")


def test_iterating_goes_page_by_page_and_blocks_no_writer(archive: Archive) -> None:
    from archive import index as index_module

    count = index_module.PAGE // 100 + 2
    original, index_module.PAGE = index_module.PAGE, 3
    try:
        for number in range(count):
            archive.add(url=f"{URL}?{number}")
        iterator = archive.index.iter_captures()
        seen = [next(iterator).url]
        archive.add(url=URL + "?while-reading")
        seen += [row.url for row in iterator]
    finally:
        index_module.PAGE = original
    assert seen == [*(f"{URL}?{number}" for number in range(count)), URL + "?while-reading"]


LOOK_UPS: dict[str, Callable[[ArchiveIndex, Capture], object]] = {
    "latest": lambda index, one: index.latest("GET", URL, ""),
    "latest whole": lambda index, one: index.latest_whole("GET", URL, ""),
    "first": lambda index, one: index.first("GET", URL, ""),
    "before": lambda index, one: index.before(index.get(one.pointer.record_id)),
    "record": lambda index, one: index.get(one.pointer.record_id),
    "address": lambda index, one: list(index.iter_captures(url=URL)),
    "payload": lambda index, one: list(
        index.iter_captures(payload_digest=one.pointer.payload_digest)
    ),
    "run": lambda index, one: list(index.iter_captures(run_id=RUN)),
    "portal": lambda index, one: list(index.iter_captures(portal_id="sample")),
    "linked address": lambda index, one: list(index.iter_captures(link_url=str(CONTEXT.link_url))),
    "newest": lambda index, one: index.newest(),
}


@pytest.mark.parametrize("name", LOOK_UPS)
def test_look_ups_take_the_same_time_however_large_the_archive(archive: Archive, name: str) -> None:
    """By the plans of the statements that are run: each goes down an index; one page of a list
    may be sorted, as an address has few captures.
    """
    archive.add()
    capture = archive.add()
    statements: list[str] = []
    archive.index._db.set_trace_callback(statements.append)
    assert LOOK_UPS[name](archive.index, capture)
    archive.index._db.set_trace_callback(None)
    selects = [text for text in statements if text.lstrip().startswith("SELECT")]
    assert selects
    for query in selects:
        plan = [row[3] for row in archive.index._db.execute("EXPLAIN QUERY PLAN " + query)]
        touching = [step for step in plan if "captures" in step]
        assert all(step.startswith("SEARCH") for step in touching), plan
        if name != "address":
            assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_reader_sees_rows_beside_the_writer_and_cannot_write(archive: Archive) -> None:
    capture = archive.add()
    with ArchiveIndex.open(archive.folder.archive_db, read_only=True) as beside:
        assert beside.get(capture.pointer.record_id).url == URL
        archive.add(url=URL + "?2")
        assert beside.count_captures() == 2
        with pytest.raises(Exception, match="readonly"):
            beside.clear()


def test_a_newer_schema_is_left_alone(archive: Archive) -> None:
    import sqlite3

    archive.close()
    db = sqlite3.connect(archive.folder.archive_db)
    db.execute("PRAGMA user_version = 99")
    db.close()
    for read_only in (False, True):
        with pytest.raises(NewerSchema, match="schema 99"):
            ArchiveIndex.open(archive.folder.archive_db, read_only=read_only)


def test_what_is_no_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with pytest.raises(ArchiveError, match="rebuild"):
        ArchiveIndex.open(path, read_only=True)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(ArchiveError, match="rebuild"):
        ArchiveIndex.open(path)
