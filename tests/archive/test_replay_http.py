"""Replay over HTTP against the archived bytes: identity, charsets, codings, revisits, Memento."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from archive_samples import NOT_MODIFIED, URL, Archive, chunked, response
from replaying import RunningReplay, replaying

SITE = "http://www.example.gov.cn"
SAYS = {
    "gbk": "镕基市二〇二五年政府信息公开工作年度报告",
    "gb18030": "㐀𠮷镇政府信息公开工作年度报告",
    "utf-8": "某市政府信息公开工作年度报告",
    "big5": "某縣政府資訊公開工作年度報告",
}
DECLARED = ("header", "meta", "late meta", "wrong header", "wrong meta", "nowhere")
WRONG = {"utf-8": "gbk", "gbk": "utf-8", "gb18030": "utf-8", "big5": "utf-8"}


def page(codec: str, declared: str) -> bytes:
    """A page, its charset declared in one way."""
    label = WRONG[codec] if declared.startswith("wrong") else codec
    in_header = f"; charset={label}" if declared.endswith("header") else ""
    meta = f'<meta charset="{label}">' if declared.endswith("meta") else ""
    before = "<!--" + "x" * 1500 + "-->" if declared == "late meta" else ""
    text = f"<html><head>{before}{meta}<title>{SAYS[codec]}</title></head><body>" + "".join(
        f"<p>{SAYS[codec]} 第{number}条 主动公开的信息和工作人员</p>"
        if codec != "big5"
        else f"<p>{SAYS[codec]} 第{number}條 主動公開的資訊與會計</p>"
        for number in range(40)
    )
    return response(text.encode(codec), headers=(f"Content-Type: text/html{in_header}".encode(),))


def charset_url(codec: str, declared: str) -> str:
    return f"{SITE}/{codec}/{declared.replace(' ', '-')}.html"


TEXT = "<html><body><p>正文，分块与压缩</p></body></html>".encode()
CODINGS = {
    "chunked": chunked(TEXT[:20], TEXT[20:]),
    "gzip": response(
        gzip.compress(TEXT, mtime=0),
        headers=(b"Content-Type: text/html", b"Content-Encoding: gzip"),
    ),
    "chunked-gzip": chunked(
        gzip.compress(TEXT, mtime=0)[:30],
        gzip.compress(TEXT, mtime=0)[30:],
        headers=(b"Content-Encoding: gzip",),
    ),
    "chunk-extension": response(
        b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (len(TEXT), TEXT),
        headers=(b"Content-Type: text/html", b"Transfer-Encoding: chunked"),
        length=False,
    ),
    "close-delimited": response(TEXT, headers=(b"Content-Type: text/html",), length=False),
}
ODD_URLS = (
    f"{SITE}/a%20b/%E5%B9%B4%E6%8A%A5.html?x=1&y=%D6%D0#none".partition("#")[0],
    f"{SITE}/search?url=http://other.example.cn/&n=2",
    f"{SITE}/path/20200101000000/x.html",
    "https://b.example.cn:8443/a/b/",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("replay") / "data")
    for codec in SAYS:
        for declared in DECLARED:
            made.add(page(codec, declared), url=charset_url(codec, declared))
    for name, octets in CODINGS.items():
        made.add(octets, url=f"{SITE}/coding/{name}.html")
    for number in (1, 2):
        body = b"<p>version %d</p>" % number
        made.add(response(body, headers=(b"Content-Type: text/html",)), url=URL, seconds=86400)
    made.add(response(body, headers=(b"Content-Type: text/html",)), url=URL, seconds=86400)
    made.add(NOT_MODIFIED, url=URL, seconds=86400)
    for url in ODD_URLS:
        made.add(response(b"<p>odd address</p>"), url=url)
    made.add(response(b"gone", status=b"404 Not Found"), url=f"{SITE}/404")
    made.add(
        response(b"", status=b"302 Found", headers=(b"Location: http://127.0.0.12:9/live",)),
        url=f"{SITE}/302",
    )
    made.add(
        response(
            b"<p>x</p>",
            headers=(
                b"Content-Type: text/html",
                b"Set-Cookie: a=1",
                b"Link: <http://127.0.0.12:9/>; rel=preconnect",
                b"Refresh: 0; url=http://127.0.0.12:9/",
                b"Content-Security-Policy: default-src *",
                b"Report-To: {}",
                b"Access-Control-Allow-Origin: http://evil.example",
                b"Service-Worker-Allowed: /",
            ),
        ),
        url=f"{SITE}/headers",
    )
    made.add_post(b"page=2&name=%E5%B9%B4", b"application/x-www-form-urlencoded", f"{SITE}/api")
    made.writer.close()
    yield made
    made.index.close()


@pytest.fixture(scope="module")
def replay(archive: Archive) -> Iterator[RunningReplay]:
    with replaying(archive.folder.root, http_proxy="http://127.0.0.1:9") as running:
        yield running


def moment(archive: Archive, url: str) -> str:
    [row] = archive.index.iter_captures(url=url)
    return f"{row.captured_at:%Y%m%d%H%M%S}"


def test_every_capture_is_given_as_it_is_archived(archive: Archive, replay: RunningReplay) -> None:
    seen = 0
    for row in archive.index.iter_captures():
        capture = archive.reader.capture(row)
        given = replay.get(
            f"{row.captured_at:%Y%m%d%H%M%S}id_/{row.url}",
            method=row.method,
            body=capture.request.body,
            Accept_Encoding="gzip",
            **(
                {"Content-Type": "application/x-www-form-urlencoded"} if row.method != "GET" else {}
            ),
        )
        assert given.status == capture.response.status, f"status of {row.url}"
        assert given.body == capture.response.body, f"payload of {row.url}"
        sent = capture.response.header("Content-Type")
        assert given.headers.get("Content-Type") == sent, f"media type of {row.url}"
        told = format_datetime(row.captured_at.replace(microsecond=0), usegmt=True)
        assert given.header("Memento-Datetime") == told, f"time of {row.url}"
        seen += 1
    assert seen == len(SAYS) * len(DECLARED) + len(CODINGS) + 4 + len(ODD_URLS) + 4, "captures"


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("codec", SAYS)
def test_a_page_is_in_the_charset_of_its_bytes(
    archive: Archive, replay: RunningReplay, codec: str, declared: str
) -> None:
    url = charset_url(codec, declared)
    given = replay.get(f"{moment(archive, url)}mp_/{url}")
    label = given.headers.get_content_charset()
    assert label is not None, "a charset in the header, which comes before all else"
    text = given.body.decode(label)
    assert text.count(SAYS[codec]) == 41, f"{codec} declared in {declared} shown as {label}"
    assert "\ufffd" not in text


@pytest.mark.parametrize("name", CODINGS)
def test_codings_are_undone(archive: Archive, replay: RunningReplay, name: str) -> None:
    url = f"{SITE}/coding/{name}.html"
    given = replay.get(f"{moment(archive, url)}mp_/{url}")
    assert "正文，分块与压缩" in given.body.decode(), "text of the page"
    plain = replay.get(f"{moment(archive, url)}id_/{url}")
    assert plain.body == TEXT, "for who takes no coding"


def versions(archive: Archive) -> list[datetime]:
    return [row.captured_at for row in archive.index.iter_captures(url=URL)]


def test_both_kinds_of_revisit_show_their_originals(
    archive: Archive, replay: RunningReplay
) -> None:
    kinds = [(row.record_type.value, row.status) for row in archive.index.iter_captures(url=URL)]
    assert kinds == [("response", 200), ("response", 200), ("revisit", 200), ("revisit", 304)]
    for at, number in zip(versions(archive), (1, 2, 2, 2), strict=True):
        given = replay.get(f"{at:%Y%m%d%H%M%S}mp_/{URL}")
        assert given.status == 200, "status"
        assert f"version {number}" in given.body.decode(), "body of the original"
        assert given.header("Memento-Datetime") == format_datetime(at, usegmt=True), "own time"


def links(value: str) -> dict[str, str]:
    return {
        rel: url
        for url, params in re.findall(r"<([^>]*)>((?:\s*;[^,<]*(?:\"[^\"]*\")?)*)", value)
        for rel in re.findall(r'rel="([^"]*)"', params)
    }


def test_timegate(archive: Archive, replay: RunningReplay) -> None:
    first, second, *_, last = versions(archive)
    found = replay.get(URL)
    assert found.status == 302, "a redirect to the latest"
    assert found.header("Location") == f"/archive/{last:%Y%m%d%H%M%S}/{URL}"
    assert "accept-datetime" in found.header("Vary"), "RFC 7089 §2.1.2"
    told = links(found.header("Link"))
    assert told["original"] == URL, "RFC 7089 §2.2"
    assert told["timemap"] == f"{replay.origin}/archive/timemap/link/{URL}"
    assert told["memento"] == f"{replay.origin}/archive/{last:%Y%m%d%H%M%S}mp_/{URL}"
    for wanted, nearest in ((second, second), (datetime(2001, 1, 1, tzinfo=UTC), first)):
        asked = format_datetime(wanted, usegmt=True)
        found = replay.get(URL, Accept_Datetime=asked)
        assert found.header("Location") == f"/archive/{nearest:%Y%m%d%H%M%S}mp_/{URL}", asked
    assert replay.get(URL, Accept_Datetime="yesterday").status == 400, "no time"


def test_timemap_lists_every_capture(archive: Archive, replay: RunningReplay) -> None:
    told = replay.get(f"timemap/link/{URL}")
    assert told.headers.get_content_type() == "application/link-format"
    found = re.findall(
        r'mp_/[^>]*>; rel="[^"]*memento[^"]*"; datetime="([^"]*)"', told.body.decode()
    )
    assert found == [format_datetime(at, usegmt=True) for at in versions(archive)]
    assert f'<{URL}>; rel="original"' in told.body.decode()


def test_the_frame_is_at_the_exact_time(archive: Archive, replay: RunningReplay) -> None:
    first = versions(archive)[0]
    near = replay.get(f"2026/{URL}")
    assert near.status == 302, "a year leads to a capture"
    frame = replay.get(f"{first:%Y%m%d%H%M%S}/{URL}")
    assert frame.status == 200
    assert frame.header("Memento-Datetime") == format_datetime(first, usegmt=True)
    assert "replay_iframe" in frame.body.decode(), "a frame"
    calendar = replay.get(f"*/{URL}")
    assert calendar.status == 200, "calendar"
    assert URL in calendar.body.decode()


def test_addresses_that_begin_alike(replay: RunningReplay) -> None:
    listed = replay.get(f"*/{SITE}/coding/*").body.decode()
    assert listed.count("<li>") == len(CODINGS), "one line an address"
    assert f"/archive/*/{SITE}/coding/gzip.html" in listed


def test_what_is_not_there(replay: RunningReplay) -> None:
    for path in ("", "2026/", "2026mp_/", "2026id_/", "*/"):
        given = replay.get(f"{path}http://never.example.cn/x")
        assert given.status == 404, path
        assert "no capture of this address" in given.body.decode(), path
    assert replay.get(f"2026mp_/{SITE}/404").body.endswith(b"gone"), "an archived 404 is a page"
    assert replay.get("/live/http://127.0.0.12:9/").status == 404, "no other collection"
    assert replay.get("/record/http://127.0.0.12:9/").status == 404, "no recording"


def test_redirects_stay_in_the_archive(replay: RunningReplay) -> None:
    for form in ("mp_", "id_", "im_", "bn_"):
        target = replay.get(f"2026{form}/{SITE}/302").header("Location")
        path = target.removeprefix(replay.origin)
        assert path.startswith("/archive/2026"), f"{form}: {target}"
        assert path.endswith("/http://127.0.0.12:9/live"), f"{form}: {target}"


def test_archived_headers_tell_the_browser_nothing(replay: RunningReplay) -> None:
    for form in ("mp_", "id_"):
        given = replay.get(f"2026{form}/{SITE}/headers")
        for name in ("Set-Cookie", "Refresh", "Report-To", "Service-Worker-Allowed"):
            assert name not in given.headers, name
            assert f"X-Archive-Orig-{name}" in given.headers, name
        assert "127.0.0.12" not in given.header("Link"), "links to load ahead"
        assert "Access-Control-Allow-Origin" not in given.headers, "outside of the frame"
        [policy] = given.headers.get_all("Content-Security-Policy")
        assert policy.startswith("sandbox allow-downloads; script-src 'none'"), policy
