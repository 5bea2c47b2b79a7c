"""Saved pages and documents: taken in with the address and time that a person says, once, and read
like any report; whatever does not fit is refused by name and nothing stored.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from nianbao_process import Nianbao, copy_site
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.folder import DataFolder
from archive.index import ArchiveIndex
from archive.rebuild import IndexingReport
from archive.records import payload_digest
from archive.saved_file import SavedFile, import_saved
from archive.walk import WalkedRecord, walk_file
from archive.warcinfo import find_provenance
from crawler.captures_shown import moment
from crawler.cli_import import import_files
from crawler.errors import CrawlerError
from extract.errors import ExtractError

PAGE = "http://www.example.gov.cn/zfxxgk/t20110309_1.html"
OTHER = "http://www.example.gov.cn/other.html"
PDF = "https://www.huaian.gov.cn/nb/2024.pdf"
AT = "2023-05-01T08:30:00+08:00"
SAVED = ("--url", PAGE, "--captured-at", AT)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    site = copy_site(tmp_path_factory.mktemp("site"))
    return next(
        p.read_bytes() for p in site.rglob("t*.html") if "8562条".encode() in p.read_bytes()
    )


def save(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def refused(data: Path, *arguments: str) -> str:
    """What the command says of what it refuses, after which there is no data folder."""
    done = CliRunner().invoke(import_files, [*arguments, "--data", str(data)])
    assert isinstance(done.exception, ArchiveError | CrawlerError | ExtractError), done.output
    assert not data.exists(), "nothing stored"
    return str(done.exception)


def test_a_saved_page_is_read_with_its_place_once(page: bytes, tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    file = save(tmp_path, "政府 年报.html", page)
    nianbao.run("import", file, *SAVED, "--jobs", "1")
    ((url, at, status, warc),) = nianbao.query(
        "SELECT url, captured_at, status, warc_file FROM documents"
    )
    assert url == PAGE, "address"
    assert str(at).startswith("2023-05-01T00:30:00"), "time in UTC"
    assert status == 200
    assert re.fullmatch(r"imported/[0-9a-f]{64}-[A-Za-z0-9._-]*\.warc\.gz", str(warc))
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "read as a report"
    assert "8562" in nianbao.run("show", PAGE).stdout
    listed = json.loads(nianbao.run("capture", PAGE, "--json").stdout)
    assert listed["record_type"] == "resource"
    assert listed["payload_digest"] == payload_digest(page)
    given = nianbao.run("capture", PAGE, "--as", "payload").stdout
    assert given == page.decode(), "its bytes as they were saved"
    for target in (PAGE, str(listed["record_id"]), payload_digest(page)):
        cited = nianbao.run("capture", target, "--as", "citation").stdout
        assert cited.endswith(", provenance: manual\n"), "a citation says whose word it is"
        assert "status" not in cited, "no server said one"
    rows = nianbao.rows()
    again = nianbao.run("import", save(tmp_path, "renamed.html", page), *SAVED)
    assert "was there already" in again.stderr, "by content, address and time"
    assert "nothing new" in again.stderr, "and the archive is not read again"
    assert nianbao.rows() == rows
    nianbao.run("verify")
    (nianbao.data / "archive.db").unlink()  # as a stop behind the rename leaves it
    (nianbao.data / ".unread").touch()
    nianbao.run("import", file, *SAVED, "--jobs", "1")
    assert nianbao.rows() == rows, "read by the next import, from the WARC file alone"
    assert not (nianbao.data / ".unread").exists()


def test_the_same_rows_and_bytes_in_any_order(page: bytes, tmp_path: Path) -> None:
    later = page.replace("8562条".encode(), "8563条".encode())
    saved = [
        SavedFile(content=content, name=name, media_type="text/html", url=url, captured_at=at)
        for content, name, url, at in (
            (page, "a.html", PAGE, moment(AT)),
            (later, "b.html", PAGE, moment("2024-05-01")),
            (page, "c.html", PAGE + "?other", moment(AT)),
        )
    ]
    rows, stored = [], []
    for number, order in enumerate((saved, saved[::-1], [*saved, *saved])):
        folder = DataFolder(tmp_path / str(number))
        folder.prepare()
        with ArchiveIndex.open(folder.archive_db) as index:
            for one in order:
                import_saved(folder, index, one, report=IndexingReport())
            rows.append(list(index.iter_captures()))
        stored.append({p.name: p.read_bytes() for p in (folder.warc / "imported").iterdir()})
    assert len(rows[0]) == 3, "each address and time"
    assert rows[1] == rows[2] == rows[0], "rows of the index"
    assert stored[1] == stored[2] == stored[0], "files"
    assert b"provenance: manual\r\n" in _info(folder.warc / "imported" / min(stored[0]))


def test_provenance_goes_along_with_a_package(page: bytes, tmp_path: Path) -> None:
    nianbao, other = Nianbao(tmp_path / "data"), Nianbao(tmp_path / "other")
    nianbao.run("import", save(tmp_path, "a.html", page), *SAVED, "--jobs", "1")
    nianbao.run("export", "--format", "wacz", str(tmp_path / "packed"))
    other.run("import", str(tmp_path / "packed" / "reports.wacz"), "--jobs", "1")
    cited = other.run("capture", PAGE, "--as", "citation").stdout
    assert cited.endswith(", provenance: manual\n")


def test_provenance_is_that_of_the_warcinfo_above(page: bytes, tmp_path: Path) -> None:
    """A file that was put together of several: each record has the provenance of its own part."""
    folder = DataFolder(tmp_path / "saved")
    folder.prepare()
    saved = SavedFile(
        content=page, name="a", media_type="text/html", url=PAGE, captured_at=moment(AT)
    )
    with ArchiveIndex.open(folder.archive_db) as index:
        name = import_saved(folder, index, saved, report=IndexingReport()).name
    by_hand = (folder.warc / name).read_bytes()
    for number, parts in enumerate(((by_hand, _by_a_tool(named=False)), (by_hand, _by_a_tool()))):
        for order in (parts, parts[::-1]):
            path = tmp_path / f"{number}.warc.gz"
            path.write_bytes(b"".join(order))
            found = {
                str(record.headers.target_uri): find_provenance(path, record.offset)
                for record in walk_file(path)
                if isinstance(record, WalkedRecord) and record.headers.record_type == "resource"
            }
            assert found == {PAGE: "manual", OTHER: None}, "whatever stands before it"


def _by_a_tool(*, named: bool = True) -> bytes:
    """A resource as another tool writes it; ``named``: its record names its warcinfo."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    info = writer.create_warcinfo_record("a.warc.gz", {"software": "a tool"})
    writer.write_record(info)
    names = {"WARC-Warcinfo-ID": info.rec_headers.get_header("WARC-Record-ID")} if named else {}
    writer.write_record(
        writer.create_warc_record(
            OTHER, "resource", payload=BytesIO(b"<p>1</p>"), warc_headers_dict=names
        )
    )
    return out.getvalue()


def _info(warc: Path) -> bytes:
    info = next(walk_file(warc))
    assert isinstance(info, WalkedRecord)
    return info.block.read()


def test_a_saved_pdf_is_read(shared: Path, tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    file = save(tmp_path, "download", (shared / "real/huaian_2024.pdf").read_bytes())
    nianbao.run("import", file, "--url", PDF, "--captured-at", AT, "--jobs", "1")
    kinds = nianbao.query("SELECT media_type, outcome FROM documents")
    assert kinds == [("application/pdf", "report")], "told by its content"
    cells = nianbao.query("SELECT provenance FROM cells")
    assert len(cells) > 100, "cells of its tables"
    assert "page" in json.loads(str(cells[0][0])), "with their place"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--url", PAGE), "both --url"),
        (("--captured-at", AT), "both --url"),
        (("--url", PAGE, "--captured-at", "yesterday"), "is no time"),
        (("--url", PAGE, "--captured-at", "2999-01-01"), "yet to come"),
        (("--url", "ftp://example.gov.cn/a", "--captured-at", AT), "no absolute http"),
        (("--url", "/a.html", "--captured-at", AT), "no absolute http"),
        ((), "with --url and --captured-at"),
    ],
    ids=["no time", "no address", "no such time", "future", "ftp", "relative", "neither"],
)
def test_options_that_do_not_fit(
    options: tuple[str, ...], said: str, page: bytes, tmp_path: Path
) -> None:
    file = save(tmp_path, "a.html", page)
    assert said in refused(tmp_path / "data", file, *options)


WARC = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>", "MHTML"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "image/png, for which there is no reader"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 99, "no reader"),
        (b"PK\x03\x04" + b"\0" * 99, "no reader"),
        (bytes(range(32)) * 99, "no reader"),
        (WARC, "is a WARC, ARC or WACZ file"),
    ],
    ids=["empty", "MHTML", "PNG", "RAR", "ZIP", "binary", "WARC"],
)
def test_files_that_are_no_documents(content: bytes, said: str, tmp_path: Path) -> None:
    told = refused(tmp_path / "data", save(tmp_path, "a.html", content), *SAVED)
    assert said in told
    assert "a.html" in told, "which file"


def test_one_file_at_a_time(page: bytes, tmp_path: Path) -> None:
    files = [save(tmp_path, name, page) for name in ("a.html", "b.html")]
    assert "one FILE at a time" in refused(tmp_path / "data", *files, *SAVED)
