"""WARC files taken in: those of another nianbao give the rows of one crawl, those of other tools
their reports; what is no WARC file is refused and what is torn is taken up to the tear.
"""

from __future__ import annotations

import gzip
import itertools
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from nianbao_process import Nianbao, copy_site, served
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.exit_codes import ExitCode

LISTING = "zfxxgk/zfxxgknb/"
PAGE = "http://www.example.gov.cn/zfxxgk/t20110309_1.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_site(tmp_path_factory.mktemp("import"))


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory, site: Path) -> list[Nianbao]:
    """Two portals, crawled into a folder each."""
    made = []
    for host in ("127.0.4.71", "127.0.4.72"):
        nianbao = Nianbao(tmp_path_factory.mktemp("crawl") / "data")
        with served(site, host) as portal:
            nianbao.configure(f"p{host[-2:]}", f"{portal.url.rstrip('/')}/{LISTING}")
            nianbao.run("crawl", f"p{host[-2:]}")
        made.append(nianbao)
    return made


def warcs(nianbao: Nianbao) -> list[Path]:
    return sorted((nianbao.data / "warc").glob("*.warc.gz"))


def test_two_crawls_merge_in_any_order_and_twice(crawls: list[Nianbao], tmp_path: Path) -> None:
    files = [str(path) for nianbao in crawls for path in warcs(nianbao)]
    both = []
    for number, order in enumerate(itertools.permutations(files)):
        merged = Nianbao(tmp_path / str(number))
        for file in order:
            merged.run("import", file)
        both.append(merged.rows())
    assert both[0]["reports"], "reports of the merged corpus"
    for other in both[1:]:
        for table, rows in both[0].items():
            assert other[table] == rows, f"{table} in another order of files"
    again = merged.run("import", *files)
    assert again.stderr.count("was there already") == len(files), "taken in once"
    assert merged.rows() == both[-1], "the same files twice"
    merged.run("verify")
    merged.run("rebuild")
    assert merged.rows() == both[-1], "rebuilt"
    alone = {str(row) for nianbao in crawls for row in nianbao.rows()["listing_entries"]}
    assert {str(row) for row in both[0]["listing_entries"]} == alone, "rows of the listings"


def foreign(page: bytes, *, version: str = "1.0", request_first: bool = True) -> bytes:
    """A page as wget and others keep it: no metadata, the request perhaps before its response."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=version)
    headers = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
    )
    response = writer.create_warc_record(
        PAGE, "response", payload=BytesIO(page), http_headers=headers
    )
    asked = StatusAndHeaders(
        "GET /zfxxgk/t20110309_1.html HTTP/1.1",
        [("Host", "www.example.gov.cn")],
        is_http_request=True,
    )
    request = writer.create_warc_record(
        PAGE,
        "request",
        http_headers=asked,
        warc_headers_dict={}
        if request_first
        else {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
    )
    if request_first:
        response.rec_headers.add_header(
            "WARC-Concurrent-To", request.rec_headers.get_header("WARC-Record-ID")
        )
    for record in (request, response) if request_first else (response, request):
        writer.write_record(record)
    note = writer.create_warc_record(
        PAGE,
        "metadata",
        payload=BytesIO(b"fetchTimeMs: 12\r\n"),
        warc_content_type="application/warc-fields",
    )
    writer.write_record(note)
    return out.getvalue()


@pytest.fixture
def page(site: Path) -> bytes:
    return next(
        p.read_bytes() for p in site.rglob("t*.html") if "8562条".encode() in p.read_bytes()
    )


@pytest.mark.parametrize(("version", "request_first"), [("1.0", True), ("1.1", False)])
def test_another_tools_page_is_read(
    page: bytes, tmp_path: Path, version: str, request_first: bool
) -> None:
    file = tmp_path / "a b;c.warc.gz"
    file.write_bytes(foreign(page, version=version, request_first=request_first))
    nianbao = Nianbao(tmp_path / "data")
    nianbao.run("import", str(file))
    ((url, name),) = nianbao.query("SELECT url, warc_file FROM documents")
    assert url == PAGE, "address of the document"
    assert str(name).startswith("imported/"), "where its bytes lie"
    assert str(name).endswith("-a_b_c.warc.gz"), "a name that nothing misreads"
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "reports without a portal"
    assert "8562" in nianbao.run("show", PAGE).stdout, "the report's text or figures"
    assert nianbao.query("SELECT count(*) FROM failures", "archive.db") == [(0,)], "no failures"
    nianbao.run("verify")


def test_a_torn_file_is_taken_up_to_the_tear(page: bytes, tmp_path: Path) -> None:
    whole = foreign(page)
    file = tmp_path / "torn.warc.gz"
    file.write_bytes(whole + whole[:200])
    nianbao = Nianbao(tmp_path / "data")
    done = nianbao.run("import", str(file), code=ExitCode.PARTIAL)
    assert f"offset {len(whole)}" in done.stderr, "place of the tear"
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "what is whole is taken"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n", "uncompressed WARC"),
        (b"filedesc://a.arc 0.0.0.0 20010101000000 text/plain 76\n", "an ARC file"),
        (b"PK\x03\x04" + b"\0" * 40, "WACZ"),
        (b"\x28\xb5\x2f\xfd" + b"\0" * 40, "zstd"),
        (b"<html></html>", "no WARC file"),
        (b"", "no WARC file"),
        (gzip.compress(b"filedesc://a.arc 0.0.0.0 20010101000000 text/plain 76\n"), "WARC record"),
    ],
)
def test_what_is_no_warc_file_is_refused_and_nothing_stored(
    content: bytes, said: str, page: bytes, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.warc.gz", tmp_path / "bad.warc.gz"
    good.write_bytes(foreign(page))
    bad.write_bytes(content)
    data = tmp_path / "data"
    done = Nianbao(data).run("import", str(good), str(bad), code=ExitCode.BAD_INPUT)
    assert said in done.stderr, "what the file is"
    assert str(bad) in done.stderr, "which file"
    assert not list(data.rglob("*.gz")), "nothing stored of the others either"


def test_a_copy_left_half_is_no_file_of_the_archive(page: bytes, tmp_path: Path) -> None:
    file = tmp_path / "page.warc.gz"
    file.write_bytes(foreign(page))
    nianbao = Nianbao(tmp_path / "data")
    imported = nianbao.data / "warc/imported"
    imported.mkdir(parents=True)
    (imported / "incoming.tmp").write_bytes(file.read_bytes()[:100])
    nianbao.run("import", str(file))
    assert len(list(imported.iterdir())) == 1, "only the file taken in"
    # killed behind the rename: whole, unknown to the index, and found by the next command
    shutil.rmtree(nianbao.data / "warc")
    (nianbao.data / "archive.db").unlink()
    nianbao.run("import", str(file))
    (nianbao.data / "archive.db").unlink()
    done = nianbao.run("import", str(file))
    assert "was there already" in done.stderr, "known by its bytes"
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "indexed by the next command"
