"""WARC files taken in: those of another nianbao give the rows of one crawl, those of other tools
their reports; what is no WARC file is refused and what is torn is taken up to the tear.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import re
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
    odd = nianbao.query("SELECT message FROM findings WHERE kind = 'odd_exchange'")
    assert odd == [], "another tool's exchange is not odd for that"
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


def packed(*records: tuple[str, str, dict[str, str], bytes]) -> bytes:
    """Records of (type, address, more WARC fields, block), each in a member, written by hand."""
    members = []
    for number, (kind, url, fields, block) in enumerate(records):
        named = {
            "WARC-Type": kind,
            "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-{number:012}>",
            "WARC-Date": f"2024-01-0{number + 1}T00:00:00Z",
            "WARC-Target-URI": url,
            "Content-Length": str(len(block)),
            **fields,
        }
        head = "WARC/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in named.items() if v)
        record = head.encode() + b"\r\n" + block + b"\r\n\r\n"
        members.append(gzip.compress(record, mtime=0))
    return b"".join(members)


HTTP = {"Content-Type": "application/http;msgtype=response"}
FIELDS = {"Content-Type": "application/warc-fields"}
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def test_damage_before_the_first_record_costs_no_other(page: bytes, tmp_path: Path) -> None:
    lost = bytearray(foreign(b"<p>lost"))
    lost[60:80] = bytes(20)
    file = tmp_path / "begins-damaged.warc.gz"
    file.write_bytes(bytes(lost) + foreign(page))
    nianbao = Nianbao(tmp_path / "data")
    done = nianbao.run("import", str(file), code=ExitCode.PARTIAL)
    assert "offset 0:" in done.stderr, "place of the damage"
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "what is whole is taken"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_revisit_that_names_no_record_is_that_of_its_digest(
    page: bytes, tmp_path: Path, order: tuple[int, int]
) -> None:
    digest = {
        "WARC-Payload-Digest": f"sha1:{base64.b32encode(hashlib.sha1(page).digest()).decode()}"
    }
    original = packed(("response", PAGE, HTTP | digest, ANSWER + page))
    both = packed(
        ("response", PAGE, HTTP | digest, ANSWER + page),
        ("revisit", PAGE, HTTP | digest, ANSWER),
    )
    files = [tmp_path / "original.warc.gz", tmp_path / "revisit.warc.gz"]
    files[0].write_bytes(original)
    files[1].write_bytes(both.removeprefix(original))
    nianbao = Nianbao(tmp_path / "data")
    for number in order:
        nianbao.run("import", str(files[number]))
    given = nianbao.run("capture", PAGE, "--as", "payload").stdout
    assert given == page.decode(), "the latest capture, the revisit, gives its original's payload"
    nianbao.run("verify")
    next((nianbao.data / "warc/imported").glob("*original*")).unlink()
    done = nianbao.run("verify", code=ExitCode.DAMAGED)
    assert "none has its payload digest" in done.stderr, "an original that is nowhere"


def test_what_is_no_exchange_is_passed_by_and_a_saved_page_read(
    page: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "heritrix.warc.gz"
    file.write_bytes(
        packed(
            (
                "warcinfo",
                "",
                {"Content-Type": "application/warc-fields"},
                b"software: Heritrix\r\n",
            ),
            (
                "response",
                "dns:www.example.gov.cn",
                {"Content-Type": "text/dns"},
                b"2024\n1.2.3.4",
            ),
            ("resource", "urn:pageinfo:1", {"Content-Type": "application/json"}, b"{}"),
            ("resource", PAGE, {"Content-Type": "text/html"}, page),
        )
    )
    nianbao = Nianbao(tmp_path / "data")
    nianbao.run("import", str(file))
    assert nianbao.query("SELECT url FROM documents") == [(PAGE,)], "the saved page alone is read"
    assert nianbao.query("SELECT count(*) FROM reports") == [(1,)], "as a report"
    assert nianbao.query("SELECT count(*) FROM captures", "archive.db") == [(1,)], "captures"
    nianbao.run("verify")


def test_a_file_that_grew_is_the_same_in_either_order(page: bytes, tmp_path: Path) -> None:
    begun = foreign(page)
    grown = begun + foreign(page.replace("8562条".encode(), "8563条".encode()))
    files = [tmp_path / "a.warc.gz", tmp_path / "b.warc.gz"]
    for file, content in zip(files, (begun, grown), strict=True):
        file.write_bytes(content)
    both = []
    for number, order in enumerate((files, files[::-1])):
        nianbao = Nianbao(tmp_path / f"data{number}")
        for file in order:
            nianbao.run("import", str(file))
        nianbao.run("verify")
        both.append(nianbao.rows())
        nianbao.run("rebuild")
        both.append(nianbao.rows())
    assert len(both[0]["documents"]) == 2, "each record once"
    for other in both[1:]:
        assert other == both[0], "either order, and rebuilt"


def test_a_folders_own_file_changes_nothing(crawls: list[Nianbao], tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    shutil.copytree(crawls[0].data, nianbao.data)
    before = nianbao.rows()
    nianbao.run("import", *map(str, warcs(nianbao)))
    assert nianbao.rows() == before, "imported into its own folder"
    nianbao.run("verify")


def test_importing_equals_rebuilding_over_the_same_files(
    crawls: list[Nianbao], tmp_path: Path
) -> None:
    imported, rebuilt = Nianbao(tmp_path / "imported"), Nianbao(tmp_path / "rebuilt")
    files = [file for nianbao in crawls for file in warcs(nianbao)]
    imported.run("import", *map(str, files))
    target = rebuilt.data / "warc/imported"
    target.mkdir(parents=True)
    for file in (imported.data / "warc/imported").iterdir():
        shutil.copy(file, target)
    rebuilt.run("rebuild")
    assert rebuilt.rows() == imported.rows(), "rows of the same files"


def test_a_file_of_ours_that_someone_unpacked(crawls: list[Nianbao], tmp_path: Path) -> None:
    (ours, *_) = warcs(crawls[0])
    file = tmp_path / "unpacked.warc"
    file.write_bytes(gzip.decompress(ours.read_bytes()))
    nianbao = Nianbao(tmp_path / "data")
    nianbao.run("import", str(file))
    assert nianbao.said() == crawls[0].said(), "runs, listings and reports as crawled"
    nianbao.run("verify")


def test_files_of_two_tools_one_behind_the_other(
    crawls: list[Nianbao], page: bytes, tmp_path: Path
) -> None:
    (ours, *_) = warcs(crawls[0])
    info = ("warcinfo", "", FIELDS, b"software: Wget/1.21\r\n")
    file = tmp_path / "both.warc.gz"
    file.write_bytes(ours.read_bytes() + packed(info) + foreign(page))
    nianbao = Nianbao(tmp_path / "data")
    nianbao.run("import", str(file))
    urls = {url for (url,) in nianbao.query("SELECT url FROM documents")}
    assert PAGE in urls, "the other tool's page"
    assert {url for (url,) in crawls[0].query("SELECT url FROM documents")} < urls, "and ours"


def test_a_file_without_captures_says_so(tmp_path: Path) -> None:
    file = tmp_path / "empty.warc.gz"
    file.write_bytes(packed(("warcinfo", "", {}, b"software: Wget/1.21\r\n")))
    done = Nianbao(tmp_path / "data").run("import", str(file))
    assert "no captures that are new" in done.stderr, "nothing was gained"


@pytest.mark.parametrize(
    "name",
    ["-rf.warc.gz", "..warc.gz", "a\n\x1b[31m.warc.gz", "年报" * 30 + ".warc.gz", ".warc.gz"],
)
def test_hostile_names(page: bytes, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(foreign(page))
    nianbao = Nianbao(tmp_path / "data")
    done = nianbao.run("import", str(file))
    (taken,) = (nianbao.data / "warc/imported").iterdir()
    assert re.fullmatch(r"[0-9a-f]{64}-[A-Za-z0-9._-]*\.warc\.gz", taken.name), "a safe name"
    assert "\x1b" not in done.stderr, "nothing that a terminal takes for an order"
    nianbao.run("verify")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x28\xb5\x2f\xfd" + b"\0" * 40, "no WARC or ARC record"),
        (b"\x5d\x2a\x4d\x18" + b"\0" * 40, "`zstd -d` unpacks it"),
        (b"<html></html>", "no WARC or ARC record"),
        (b"", "is empty"),
        # mtime: the workers that collect the tests must see the same bytes
        (gzip.compress(b"<html></html>", mtime=0), "no WARC or ARC record"),
    ],
    ids=["zstd", "zstd with a dictionary", "HTML", "empty", "HTML in gzip"],
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
