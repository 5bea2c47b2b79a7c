"""Hostile files: each ends in time with a reason of its own, and the next file is read."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

import hostile_files as hostile
import pytest
from captured_files import capture_of
from file_samples import TITLE

from archive import processes
from archive.capture import Truncation
from extract import attached, bounded, soffice, workers
from extract.bounded import CPU_SECONDS, WALL_SECONDS
from extract.errors import Undecodable, UndecodableReason
from extract.file_types import FileType
from extract.pipeline import read_capture
from extract.report import Outcome, SkipReason

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(body: bytes, name: str = "report", content_type: str | None = None) -> Outcome:
    url = f"http://127.0.0.1/{name}"
    return read_capture(capture_of(body, url=url, content_type=content_type))


def skipped(outcome: Outcome) -> tuple[SkipReason | None, str]:
    assert outcome.report is None
    assert outcome.skip is not None
    if outcome.document is None:
        assert [finding.kind for finding in outcome.findings] == [outcome.skip.value], "counted"
    return outcome.skip, str(outcome.detail)


Case = tuple[Callable[[], bytes], SkipReason, str]

CASES: dict[str, Case] = {
    "10,000 pages": (hostile.many_pages, SkipReason.TOO_LARGE, "10000 pages"),
    "page tree in a circle": (hostile.page_tree_in_a_circle, SkipReason.UNDECODABLE, ""),
    "password": (lambda: hostile.encrypted("secret"), SkipReason.ENCRYPTED, "password"),
    "cut PDF": (lambda: hostile.pdf()[:-900], SkipReason.UNDECODABLE, "%%EOF"),
    "only a PDF's head": (lambda: b"%PDF-1.7\n%%EOF", SkipReason.UNDECODABLE, "damaged"),
    "PDF bomb": (hostile.flate_bomb, SkipReason.TOO_LARGE, "inflate to more"),
    "PDF bomb in a bomb": (hostile.chained_bomb, SkipReason.TOO_LARGE, "inflate to more"),
    "bomb": (hostile.docx_bomb, SkipReason.TOO_LARGE, "when inflated"),
    "bomb with a lying directory": (hostile.lying_docx, SkipReason.UNDECODABLE, "damaged"),
    "many members": (hostile.many_members, SkipReason.UNSUPPORTED_MEDIA, "zip"),
    "billion laughs": (hostile.laughing_docx, SkipReason.UNDECODABLE, "document type"),
    "external entity": (
        lambda: hostile.reaching_docx("file:///etc/passwd"),
        SkipReason.UNDECODABLE, "document type",
    ),
    "deep DOCX": (hostile.deep_docx, SkipReason.UNDECODABLE, "nested too deeply"),
    "far cell": (hostile.far_cell_xlsx, SkipReason.TOO_LARGE, "17179869184 slots"),
    "cut DOCX": (lambda: hostile.honest_docx()[:-500], SkipReason.UNSUPPORTED_MEDIA, "zip"),
    "cut XLS": (lambda: hostile.xls()[:9000], SkipReason.UNSUPPORTED_MEDIA, "ole"),
    "OLE of nothing": (lambda: OLE + bytes(5000), SkipReason.UNSUPPORTED_MEDIA, "ole"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_hostile_file_has_its_reason(name: str) -> None:
    make, reason, said = CASES[name]
    body = make()
    began = time.monotonic()
    skip, detail = skipped(read(body))
    assert skip is reason, detail
    assert said in detail
    assert "http://127.0.0.1/report" in detail, "the message says which file"
    assert time.monotonic() - began < WALL_SECONDS


@pytest.mark.parametrize(
    "make",
    [hostile.deep_arrays, hostile.deep_page_tree],
    ids=lambda m: m.__name__,
)
def test_deep_pdfs_end_in_time(make: Callable[[], bytes]) -> None:
    """Which bound stops them first depends on the library; that one does is what counts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    skip, detail = skipped(read(make()))
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert skip in (
        SkipReason.UNDECODABLE, SkipReason.TOO_LARGE, SkipReason.EXTRACTOR_TIMEOUT,
        SkipReason.EXTRACTOR_CRASHED, SkipReason.PDF_WITHOUT_TEXT,
        SkipReason.NOT_A_REPORT,  # its text is read, and speaks of nothing
        SkipReason.EMPTY,  # or its one line is taken for its title
    ), detail  # fmt: skip
    assert spent.ru_utime - before.ru_utime <= CPU_SECONDS + 3


def test_rules_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "CPU_SECONDS", 2)
    skip, detail = skipped(read(hostile.endless_rules()))
    assert skip is SkipReason.EXTRACTOR_TIMEOUT
    assert "2 s of processor" in detail


def test_a_file_over_the_limit_is_not_opened() -> None:
    body = hostile.pdf() + bytes(attached.FILE_LIMIT) + b"%%EOF"
    began = time.process_time()
    assert skipped(read(body))[0] is SkipReason.TOO_LARGE
    assert time.process_time() - began < 2


def test_what_a_crawl_cut_is_asked_for_again() -> None:
    whole = hostile.pdf()
    for body in (whole, whole[:2000], b"%PDF-1.4"):
        outcome = read_capture(capture_of(body, truncated=Truncation.DISCONNECT))
        assert outcome.skip is SkipReason.TRUNCATED
        assert outcome.report is None


def test_an_empty_password_lets_read() -> None:
    outcome = read(hostile.encrypted(""))
    assert outcome.document is not None, outcome.detail
    assert outcome.document.title == "Annual report of 2022, open to all who read it"


def test_a_sheet_that_only_says_it_is_large_is_read() -> None:
    for body in (hostile.declared_wide_xlsx(), hostile.merged_wide_xlsx()):
        outcome = read(body)
        assert outcome.document is not None, outcome.detail
        assert outcome.document.title == TITLE


SCANNED = hostile.one_page(hostile.stream(b"", ""))


@pytest.mark.parametrize(
    ("body", "name", "content_type", "reason", "said"),
    [
        (SCANNED, "a.pdf", "application/pdf", SkipReason.PDF_WITHOUT_TEXT, "no text layer"),
        (hostile.package({"OFD.xml": b"<o/>"}), "a.ofd", None, SkipReason.UNSUPPORTED_MEDIA, "ofd"),
        (hostile.package({"a.pdf": b"%PDF"}), "a.zip", None, SkipReason.UNSUPPORTED_MEDIA, "zip"),
        (b"Rar!\x1a\x07\x01\x00", "a.rar", None, SkipReason.UNSUPPORTED_MEDIA, "rar"),
        (b"\x89PNG\r\n\x1a\n", "a.png", None, SkipReason.UNSUPPORTED_MEDIA, "png"),
        (b"\x00\x01\x02" * 99, "a.bin", None, SkipReason.UNSUPPORTED_MEDIA, "octet"),
        (
            hostile.package({"ppt/presentation.xml": b"<p/>"}), "a.pptx", None,
            SkipReason.UNSUPPORTED_MEDIA, "presentation",
        ),
        (
            OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(99), "a.docx", None,
            SkipReason.ENCRYPTED, "password",
        ),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named(
    body: bytes, name: str, content_type: str | None, reason: SkipReason, said: str
) -> None:
    skip, detail = skipped(read(body, name, content_type))
    assert (skip, said in detail) == (reason, True), detail


@pytest.mark.parametrize(
    ("make", "name", "content_type"),
    [
        (hostile.pdf, "a.docx", "application/msword"),
        (hostile.honest_docx, "a.pdf", "application/pdf"),
        (hostile.honest_docx, "a.doc", "text/html"),
        (lambda: b"\r\n" + hostile.pdf(), "download.jsp", "text/html;charset=gbk"),
        (
            lambda: f"<html><h1>{TITLE}</h1><p>{hostile.PROSE}".encode(),
            "a.doc",
            "application/msword",
        ),
    ],
)
def test_content_counts_whatever_name_and_header_say(
    make: Callable[[], bytes], name: str, content_type: str
) -> None:
    outcome = read(make(), name, content_type)
    assert outcome.report is not None, outcome.detail
    assert outcome.report.report_year == 2022


def test_a_header_that_names_another_type_is_noted() -> None:
    body, docx = hostile.honest_docx(), FileType.DOCX.value
    honest, false = (
        read(body, "a", declared).document for declared in (docx, "application/msword")
    )
    assert honest is not None
    assert false is not None
    assert honest.notes == ()
    assert false.notes == (f"media type application/msword declared, {docx} found",)


@pytest.mark.parametrize(
    "make", [hostile.pdf, hostile.honest_docx, hostile.honest_xlsx, hostile.xls]
)
def test_damaged_and_cut_files_never_raise(make: Callable[[], bytes]) -> None:
    """Whatever is left of it: a document, or a named reason."""
    body = make()
    for part in (
        hostile.garbled(body),
        hostile.garbled(body, 11),
        body[: len(body) // 2],
        body[:99],
    ):
        outcome = read(part)
        assert outcome.document is not None or outcome.skip is not None


def test_no_entity_reaches_out(tmp_path: object) -> None:
    """The text of a file of this machine is nowhere in what was read."""
    skip, detail = skipped(read(hostile.reaching_docx("file:///etc/passwd")))
    assert skip is SkipReason.UNDECODABLE
    assert "root:" not in detail


# what bounds the reader, whatever is read ------------------------------------------------


def _eats() -> bytes:
    return bytes(4 * 1024**3)


def _hangs() -> int:
    time.sleep(60)
    return 0


def _spins() -> int:
    while True:
        pass


def _dies() -> int:
    os.kill(os.getpid(), signal.SIGKILL)


def _panics() -> int:
    raise KeyboardInterrupt  # as a panic of Rust: no Exception


def _deep() -> int:
    return 1 + _deep()


def _talks() -> bytes:
    return bytes(70 * 1024 * 1024)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (_eats, UndecodableReason.TOO_LARGE),
        (_hangs, UndecodableReason.TOO_SLOW),
        (_spins, UndecodableReason.TOO_SLOW),
        (_dies, UndecodableReason.CRASHED),
        (_panics, UndecodableReason.CRASHED),
        (_deep, UndecodableReason.TOO_DEEP),
        (_talks, UndecodableReason.TOO_LARGE),
    ],
)
def test_every_end_of_a_reader_has_a_name(
    task: Callable[[], object], reason: UndecodableReason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "CPU_SECONDS", 2)
    monkeypatch.setattr(bounded, "WALL_SECONDS", 8.0)
    with pytest.raises(Undecodable, match="the file") as caught:
        bounded.bounded(task, what="the file")
    assert caught.value.reason is reason


def test_reasons_are_named_before_the_worker_is_ended() -> None:
    assert bounded.WALL_SECONDS < workers.SECONDS_A_PAGE
    assert soffice.SECONDS + attached.CONVERTED_SECONDS < workers.SECONDS_A_PAGE
    assert bounded.MEMORY_BYTES < processes.MEMORY_BYTES


def test_a_reader_leaves_nothing_behind() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert bounded.bounded(lambda: "x" * 1_000_000, what="") == "x" * 1_000_000
    with pytest.raises(Undecodable):
        bounded.bounded(_dies, what="")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
