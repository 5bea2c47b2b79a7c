"""The sample portal: what it serves, and that its pages hold the reports whole."""

import html
import re
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from sample_shuffle import SEEDS, SITE, SOURCES, original_gold, shuffled_site

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Role,
)
from crawler.adapters.base import ListingEntry
from crawler.listing import read_listing
from crawler.portal import Portal, load_portals, portal_for_url
from crawler.sample_portal.server import RunningPortal, SamplePortalError, serve
from extract.decode import page_from_bytes
from extract.document import Page
from extract.pipeline import read_capture
from extract.report import Measure, Outcome

HOST = "127.0.0.78"
"""Not the demo's address, so that a running demo does not fail the tests."""
LISTING = "zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def portal():
    with serve(HOST, 0) as running:
        yield running


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One GET without following redirects: status, lower-case headers, body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request(
            "GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers
        )
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, fields, answer.read()
    finally:
        connection.close()


def as_page(url: str, body: bytes) -> Page:
    return page_from_bytes(body, url=url, content_type="text/html")


def walk(running: RunningPortal, portal: Portal) -> tuple[list[ListingEntry], list[str]]:
    """All rows and the addresses of the listing's pages, by following next pages alone."""
    entries: list[ListingEntry] = []
    seen: list[str] = []
    waiting = [running.url + LISTING]
    while waiting:
        url = waiting.pop(0)
        seen.append(url)
        reading = read_listing(as_page(url, get(url)[2]), portal)
        assert not reading.findings, reading.findings
        entries += reading.entries
        waiting += [page.url for page in reading.next_pages if page.url not in seen]
    return entries, seen


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def visible(markup: str) -> str:
    """The text of markup without tags, scripts and blanks; by regex, not by our own reader."""
    bare = re.sub(r"(?is)<(script|style|title|head)\b.*?</\1>", "", markup)
    return squeezed(html.unescape(re.sub(r"(?s)<[^>]*>", "", bare)))


def test_the_demo_portal_is_where_its_file_says():
    listing = load_portals(None).get("sample").listings[0]
    assert listing.url == "http://127.0.0.77:8077/" + LISTING


def test_listing_goes_on_by_script_alone(portal):
    url = portal.url + LISTING
    markup = get(url)[2].decode()
    hrefs = re.findall(r"(?i)href\s*=\s*[\"']?([^\"' >]+)", markup)
    assert not [href for href in hrefs if "index_" in href], "page 2 is linked without script"
    assert re.search(r"createPageHTML\(2, ?0, ?\"index\", ?\"html\"\)", markup)
    _, pages = walk(portal, portal_for_url(url)[0])
    assert pages == [url, url + "index_1.html"]


def test_rows_of_both_pages(portal):
    entries, _ = walk(portal, portal_for_url(portal.url + LISTING)[0])
    reports = [entry.title for entry in entries if entry.looks_like_report]
    gold = original_gold()
    assert {gold[seed]["title"] for seed in gold} <= set(reports)
    assert [title for title in reports if title not in {gold[seed]["title"] for seed in gold}] == [
        "样例县2020年政府信息公开工作年度报告"  # the row whose page says that it is missing
    ]
    assert len(entries) == 11
    assert sum(not entry.looks_like_report for entry in entries) == 5
    assert all(entry.listed_on is not None for entry in entries)


def test_every_row_leads_to_a_page(portal):
    entries, _ = walk(portal, portal_for_url(portal.url + LISTING)[0])
    statuses = {}
    for entry in entries:
        status, headers, _ = get(entry.url)
        while status in (301, 302):
            status, headers, _ = get(urljoin(entry.url, headers["location"]))
        statuses[entry.url] = status
    assert set(statuses.values()) == {200}


def test_missing_report_answers_200_and_says_so(portal):
    status, _, body = get(portal.url + LISTING + "202102/t20210203_100441.html")
    assert status == 200
    assert "您访问的页面不存在" in body.decode()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.seed[:3])
def test_report_is_whole_and_unchanged(portal, source):
    status, headers, body = get(portal.url + source.path.lstrip("/"))
    assert (status, headers["content-type"]) == (200, "text/html"), "a charset in the header"
    text = visible(body.decode(source.charset))
    gold = original_gold()[source.seed]
    lines = (SEEDS / source.seed).read_text(encoding="utf-8").split("\n")
    place = 0
    for line in lines:
        if not line.strip() or line.strip() in gold["chrome"] or line.startswith("文字大小"):
            continue
        wanted = squeezed(line.rstrip("|"))
        if line.rstrip().endswith("|") or not wanted:  # a cell of a flattened table
            assert wanted in text, f"{line!r} is missing"
            continue
        found = text.find(wanted, place)
        assert found >= 0, f"{line[:40]!r} is missing, changed or out of order"
        place = found + len(wanted)
    for line in gold["chrome"]:
        assert squeezed(line) in text, f"chrome line {line!r} is missing"


def test_flattened_table_cells_stand_in_real_tables(portal):
    source = next(source for source in SOURCES if original_gold()[source.seed].get("cells"))
    url = portal.url + source.path.lstrip("/")
    tree = as_page(url, get(url)[2]).tree
    tables = tree.xpath("//table")
    assert len(tables) == 3
    numbers = [squeezed(cell.text_content()) for cell in tables[1].iter("td")]
    printed = [int(text) for text in numbers if text.isdecimal()]
    cells = original_gold()[source.seed]["cells"]
    assert printed == [value for name, value in cells.items() if "." in name], "in gold's order"
    last = [squeezed(cell.text_content()) for cell in tables[2].findall(".//tr")[-1]]
    assert last == ["", "", "", "", "0"] * 3, "blank cells are not blank"
    assert tables[1].xpath(".//td[@rowspan='20']"), "no row span"
    assert tables[1].xpath(".//td[@rowspan='3'][@colspan='3']"), "no corner cell"


def test_one_page_is_gb18030_that_calls_itself_gb2312(portal):
    source = next(source for source in SOURCES if source.charset == "gb18030")
    body = get(portal.url + source.path.lstrip("/"))[2]
    assert b"charset=gb2312" in body
    for codec in ("utf-8", "gb2312", "gbk"):
        with pytest.raises(UnicodeDecodeError):
            body.decode(codec)
    assert "王喆" in body.decode("gb18030"), "no character beyond gb2312"
    assert re.search(rb"[\x81-\xfe][0-9]", body), "no four-byte character"


def test_metas_of_2017_in_mixed_case(portal):
    body = get(portal.url + SOURCES[2].path.lstrip("/"))[2].decode()
    names = re.findall(r'<meta name="(\w+)"', body)
    assert {"SiteName", "SiteIDCode", "ArticleTitle", "PubDate", "ContentSource", "url"} <= set(
        names
    )


def test_server_answers_as_a_site_does(portal):
    missing = get(portal.url + "favicon.ico")
    assert (missing[0], "404" in missing[2].decode()) == (404, True)
    assert get(portal.url + "robots.txt")[2].startswith(b"User-agent: *\nDisallow:")
    assert get(portal.url + LISTING.rstrip("/"))[:1] == (301,)
    status, headers, _ = get(portal.url + "zfxxgk/gknb/201303/t20130328_100298.html")
    assert (status, headers["location"]) == (301, "/zfxxgk/zfxxgknb/201303/t20130328_100298.html")


def test_unchanged_pages_answer_304(portal):
    _, headers, _ = get(portal.url + LISTING)
    status, _, body = get(portal.url + LISTING, **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")
    assert get(portal.url + LISTING, **{"If-None-Match": '"other"'})[0] == 200
    since = {"If-Modified-Since": headers["last-modified"]}
    assert get(portal.url + LISTING, **since)[0] == 304
    assert (
        get(portal.url + LISTING, **{"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"})[0]
        == 200
    )


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "//etc/passwd",
        "/zfxxgk/../../__init__.py",
        "/responses.toml",
        "/%00",
        "/a\\..\\server.py",
        "/" + "a" * 5000,
    ],
)
def test_nothing_outside_the_site_is_served(portal, path):
    parts = urlsplit(portal.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert raw.makefile("rb").readline().split()[1] == b"404"


def test_connection_is_kept_alive_after_every_kind_of_answer(portal):
    parts = urlsplit(portal.url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    statuses = []
    for method, path in (("GET", "/none"), ("HEAD", "/"), ("POST", "/"), ("GET", "/robots.txt")):
        connection.request(method, path, body=b"a=1" if method == "POST" else None)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
        assert not answer.will_close
    connection.close()
    assert statuses == [404, 200, 405, 200]


def test_log_tells_what_was_asked(tmp_path):
    with serve(HOST, 0, log=tmp_path / "log.txt") as running:
        get(running.url + "robots.txt?a=1", **{"User-Agent": "tester"})
        get(running.url + "none")
    assert running.paths() == ["/robots.txt?a=1", "/none"]
    assert running.requests[0].user_agent == "tester"
    lines = (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["GET /robots.txt?a=1 200", "GET /none 404"]


def test_taken_address_is_said_clearly(portal):
    port = urlsplit(portal.url).port
    with pytest.raises(SamplePortalError, match=f"{HOST}:{port}"), serve(HOST, port):
        pass


def test_address_of_another_machine_is_said_clearly():
    with pytest.raises(SamplePortalError, match="ifconfig"), serve("192.0.2.1", 0):
        pass


def test_served_no_longer_after_the_block():
    with serve(HOST, 0) as running:
        url = running.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)


def test_missing_site_folder_is_said_clearly(tmp_path):
    with pytest.raises(SamplePortalError, match="none"), serve(HOST, 0, site=tmp_path / "none"):
        pass


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_site_agrees_with_its_gold(tmp_path, seed):
    site, gold = shuffled_site(seed, tmp_path)
    with serve(HOST, 0, site=site) as running:
        entries, _ = walk(running, portal_for_url(running.url + LISTING)[0])
        titles = {entry.title for entry in entries}
        for source in SOURCES:
            expected = gold[source.seed]
            assert expected["title"] in titles, "the listing has another title"
            assert expected["title"] != original_gold()[source.seed]["title"]
            text = visible(
                get(running.url + expected["path"].lstrip("/"))[2].decode(source.charset)
            )
            for name in set(source.place.names):
                kept = any(name in place.names for place in source.others)
                assert kept or name not in text, f"{name} was left standing"
            for figure in expected["figures"]:
                assert squeezed(figure["quote"]) in text, f"quote {figure['quote']} is missing"
                printed = f"{figure['value']}"
                assert figure["value"] == 0 or printed in figure["quote"], "value not in its quote"
            assert f"{expected['report_year']}年" in text


def test_shuffled_figures_keep_their_sums(tmp_path):
    _, gold = shuffled_site(5, tmp_path)
    cells = next(entry["cells"] for entry in gold.values() if "cells" in entry)
    columns = ("natural_person", "org_business", "org_other", "total")
    for column in columns:
        inflow = cells[f"new_received.{column}"] + cells[f"carried_in.{column}"]
        outflow = cells[f"closed_total.{column}"] + cells[f"carried_out.{column}"]
        assert inflow == outflow
    changed = {name: value for name, value in cells.items() if value}
    original = next(entry["cells"] for entry in original_gold().values() if "cells" in entry)
    assert all(original[name] != value for name, value in changed.items())
    assert cells["review_upheld"] is None, "a blank was filled"


def test_same_seed_same_site(tmp_path):
    first, gold = shuffled_site(7, tmp_path / "a")
    second, again = shuffled_site(7, tmp_path / "b")
    assert gold == again
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)
    assert shuffled_site(8, tmp_path / "c")[1] != gold


def test_site_is_plain_files_only():
    assert SITE.is_dir()
    assert not [path for path in Path(SITE).rglob("*") if path.is_symlink()]


def outcome(site: Path, path: str, title: str) -> Outcome:
    """What the extractor makes of a page of a site, as if it had been crawled."""
    pointer = CapturePointer(
        file="a.warc.gz", offset=0, length=1, record_id="urn:uuid:0", payload_digest="sha1:A"
    )
    capture = Capture(
        request=CapturedRequest(method="GET", url=f"http://{HOST}:8077{path}"),
        response=CapturedResponse(
            status=200,
            headers=((b"Content-Type", b"text/html"),),
            body=(site / path.lstrip("/")).read_bytes(),
        ),
        captured_at=datetime(2026, 3, 1, tzinfo=UTC),
        context=CaptureContext(run_id="", portal_id="sample", role=Role.REPORT, link_text=title),
        pointer=pointer,
    )
    return read_capture(capture)


@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_reports_of_the_site_are_read_as_gold_says(tmp_path, seed):
    site, gold = (SITE, original_gold()) if seed is None else shuffled_site(seed, tmp_path)
    for expected in gold.values():
        read = outcome(site, expected["path"], expected["title"])
        report = read.report
        assert report is not None, f"{expected['title']}: {read.skip}: {read.detail}"
        found = {
            "title": report.title,
            "report_year": report.report_year,
            "issuing_body": report.issuing_body,
            "reporting_for": report.reporting_for,
            "division": report.division,
            "admin_level": report.body.admin_level and report.body.admin_level.value,
            "signed_on": report.signed_on and report.signed_on.isoformat(),
        }
        for name, value in found.items():
            assert value == expected[name], f"{expected['title']}: {name}"
        have = {(figure.measure.value, figure.value) for figure in report.figures}
        known = {measure.value for measure in Measure}
        for figure in expected["figures"]:
            if figure["measure"] in known:
                wanted = (figure["measure"], figure["value"])
                assert wanted in have, f"{expected['title']}: {figure['quote']}"
        for line in expected["chrome"]:
            lines = {squeezed(line) for line in report.document.text_original.split("\n")}
            assert squeezed(line) not in lines, f"chrome line {line!r} in the text"
