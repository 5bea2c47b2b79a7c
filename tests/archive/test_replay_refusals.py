"""What replay must not show, cannot show, or is asked for with bad intent; and how it begins and
ends.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from archive_samples import URL, Archive, response
from replaying import RunningReplay, command, replaying

from archive.errors import InvalidSuppression
from archive.replay_address import asked_of
from archive.replay_policy import may_run, prelude_tag
from archive.suppression import load_suppression
from crawler.exit_codes import ExitCode

SECRET = b"TAKEN DOWN TEXT"
SITE = "http://www.example.gov.cn"
GONE = f"{SITE}/gone/a.html"
BELOW = f"{SITE}/folder/deep/b.html?x=1"
BESIDE = f"{SITE}/folder2/c.html"


def html(text: bytes) -> bytes:
    return response(b"<p>" + text + b"</p>", headers=(b"Content-Type: text/html",))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("refusals") / "data")
    for url in (GONE, BELOW):
        made.add(html(SECRET), url=url)
    made.add(html(b"beside"), url=BESIDE)
    made.add_post(b"page=1", b"application/x-www-form-urlencoded", GONE)
    made.add(html(b"first"), url=URL)
    record = made.add(html(SECRET), url=URL)
    made.add(html(SECRET), url=URL)
    made.add(html(b"last"), url=URL)
    made.add(html(SECRET), url=f"{SITE}/later")
    made.add(response(ENDLESS, headers=(b"Content-Type: text/html",)), url=f"{SITE}/endless")
    for url in ARCHIVED:
        title = b"<title></title><script>parent.alert(1)</script>"
        made.add(response(title, headers=(b"Content-Type: text/html",)), url=url)
    made.folder.suppress_file.write_text(
        f"\ufeff# taken down 2026\n\n{GONE}\n{SITE}/folder/*\n{record.pointer.record_id}\n",
        encoding="utf-8",
    )
    made.writer.close()
    yield made
    made.index.close()


@pytest.fixture(scope="module")
def replay(archive: Archive) -> Iterator[RunningReplay]:
    with replaying(archive.folder.root) as running:
        yield running


ENDLESS = b"<a " + b"x" * 6_000_000
"""A tag that does not end, over which pywb would sit for minutes."""

FORMS = ("", "mp_", "id_", "im_", "js_", "cs_", "oe_", "if_", "fr_", "bn_", "ir_", "sw_")


@pytest.mark.parametrize("url", [GONE, BELOW])
def test_what_is_taken_down_is_refused_in_every_form(replay: RunningReplay, url: str) -> None:
    paths = [f"{time}{form}/{url}" for form in FORMS for time in ("2026", "20260301080001")]
    paths += [
        f"{url}",
        f"/archive//{url}",
        f"mp_/{url}",
        f"*/{url}",
        f"2026*/{url}",
        f"2025-2027/{url}",
    ]
    paths += [f"timemap/{kind}/{url}" for kind in ("link", "json", "cdxj")]
    paths += [
        f"cdx?url={url.replace('?', '%3F')}",
        f"cdx?output=json&url={url.replace('?', '%3F')}",
    ]
    paths += [f"2026mp_/{url.replace('http:', 'https:')}", f"2026mp_/{url.replace('www.', '')}"]
    paths += [f"2026id_/{url.replace('www', 'WWW')}", f"2026id_/{url.removeprefix('http://')}"]
    paths += [f"2026id_/{url.replace('gov.cn/', 'gov.cn:80/')}", f"2026id_/{url}#part"]
    for path in paths:
        given = replay.get(path)
        assert given.status == 451, path
        assert SECRET not in given.body, path
    for path in ("2026id_/" + url.replace("/", "%2F"), f"2026id_/{url.replace('.cn', '.cn.')}"):
        assert SECRET not in replay.get(path).body, path


def test_what_is_taken_down_is_in_no_list(replay: RunningReplay) -> None:
    for query in ("url=example.gov.cn&matchType=domain", f"url={SITE}/&matchType=prefix", "url=*"):
        lines = replay.get(f"cdx?{query}").body
        assert b"gone" not in lines, query
        assert b"deep" not in lines, query
    assert b"folder2/c.html" in replay.get(f"cdx?url={SITE}/&matchType=prefix").body
    listed = replay.get(f"*/{SITE}/*").body
    assert b"folder2/c.html" in listed, "its neighbour"
    assert b"gone" not in listed, "itself"


def test_a_beginning_covers_no_neighbour(replay: RunningReplay) -> None:
    assert b"beside" in replay.get(f"2026mp_/{BESIDE}").body


def test_a_record_and_its_revisits_are_taken_down_alone(
    archive: Archive, replay: RunningReplay
) -> None:
    first, record, revisit, last = archive.index.iter_captures(url=URL)
    assert revisit.refers_to == record.pointer.record_id, "a revisit of it"
    for row, text in ((first, b"first"), (last, b"last")):
        assert text in replay.get(f"{row.captured_at:%Y%m%d%H%M%S}mp_/{URL}").body, "shown"
    for row in (record, revisit):
        for form in FORMS:
            given = replay.get(f"{row.captured_at:%Y%m%d%H%M%S}{form}/{URL}")
            assert given.status == 451, form
    assert replay.get(f"timemap/link/{URL}").body.count(b"memento") == 2, "TimeMap"


def test_a_change_of_the_list_holds_at_once_and_a_slip_opens_nothing(
    archive: Archive, replay: RunningReplay
) -> None:
    later, listed = f"2026mp_/{SITE}/later", archive.folder.suppress_file
    assert replay.get(later).status == 200, "shown before"
    before = listed.read_text(encoding="utf-8")
    listed.write_text(before + f"{SITE}/later\n", encoding="utf-8")
    replay.becomes(lambda: replay.get(later).status == 451, "taken down while it runs")
    listed.write_text("some words\n", encoding="utf-8")
    replay.refresh()
    replay.becomes(lambda: replay.get(f"2026mp_/{GONE}").status == 451, "still taken down")
    listed.write_text(before, encoding="utf-8")
    replay.refresh()
    replay.becomes(lambda: replay.get(later).status == 200, "shown again")
    assert replay.get(f"2026mp_/{GONE}").status == 451, "the others never were"


@pytest.mark.parametrize(
    "line", ["some words", "http://host.example*", "www.example.cn/x", "http://"]
)
def test_a_line_that_is_no_address_is_an_error(tmp_path: Path, line: str) -> None:
    listed = tmp_path / "suppress.txt"
    listed.write_text(f"# one\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidSuppression, match=r"suppress\.txt line 2"):
        load_suppression(listed)


@pytest.mark.parametrize(
    ("line", "covered", "not_covered"),
    [
        ("http://a.cn/x/*", "https://www.a.cn/x/y", "http://a.cn/x"),
        ("http://a.cn/*", "http://a.cn/", "http://b.a.cn/"),
        ("http://a.cn/x?id=1*", "http://a.cn/x?id=12", "http://a.cn/x?id=2"),
        ("http://a.cn/x/", "http://a.cn/x", "http://a.cn/x/y"),
        ("http://a.cn/年报*", "http://a.cn/%E5%B9%B4%E6%8A%A5/1", "http://a.cn/%E5%B9%B4"),
    ],
)
def test_lines_of_the_list(tmp_path: Path, line: str, covered: str, not_covered: str) -> None:
    listed = tmp_path / "suppress.txt"
    listed.write_text(line, encoding="utf-8")
    suppression = load_suppression(listed)
    assert suppression.covers(covered), covered
    assert not suppression.covers(not_covered), not_covered


# -- hostile addresses -------------------------------------------------------------------------


class _Scripts(HTMLParser):
    """Whether a page holds markup that came from an address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        source = names.get("src")
        if tag == "script" and not str(source).startswith(("/static/", "/-/")):
            self.found.append(f"script {source}")
        self.found += [name for name in names if name.startswith("on")]
        if tag in ("img", "svg", "base", "meta") and names.get("charset") != "utf-8":
            self.found.append(tag)


HOSTILE = (
    "http://x.cn/<script>alert(1)</script>",
    "http://x.cn/'-alert(1)-'",
    'http://x.cn/"><img src=x onerror=alert(1)>',
    "http://x.cn/?a=\\",
    "http://%22-alert(1)-%22/x",
    "http://x.cn/%3C/script%3E%3Csvg%20onload=alert(1)%3E",
    "http://x.cn/{{7*7}}{%25 x %25}",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "http://x.cn/%0d%0aSet-Cookie:%20a=1",
    "http://[::1/",
    "http://x.cn:port/",
    "http://x.cn/" + "a" * 6000,
    "//",
    "%",
)


def raw(origin: str, target: str) -> bytes:
    """The answer to a request line as it stands, which no client library would send."""
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize("url", HOSTILE, ids=range(len(HOSTILE)))
def test_no_address_gets_into_a_page_as_markup(replay: RunningReplay, url: str) -> None:
    quoted = url.replace(" ", "%20")
    for path in ("", "2026/", "2026mp_/", "*/", "timemap/link/", "cdx?url=", "?url="):
        answer = raw(replay.origin, f"/archive/{path}{quoted}")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert re.match(rb"HTTP/1\.1 [2345]\d\d ", head), (path, head[:200])
        assert b"Internal Error" not in body, path
        assert b"\r\nSet-Cookie:" not in head, path
        if b"text/html" in head:
            scripts = _Scripts()
            scripts.feed(body.decode("utf-8", "replace"))
            assert scripts.found == [], (path, body)


ARCHIVED = ('http://x.cn/"><script>1</script>', "http://x.cn/'onload='1")


def test_an_archived_address_is_escaped_in_frame_and_calendar(replay: RunningReplay) -> None:
    lines = replay.get("cdx?url=x.cn/&matchType=prefix&output=json").body.splitlines()
    assert len(lines) == len(ARCHIVED)
    for told in map(json.loads, lines):
        for path in (f"{told['timestamp']}/{told['url']}", f"*/{told['url']}", "*/http://x.cn/*"):
            answer = raw(replay.origin, f"/archive/{path}".replace(" ", "%20"))
            scripts = _Scripts()
            scripts.feed(answer.partition(b"\r\n\r\n")[2].decode())
            assert answer.startswith(b"HTTP/1.1 200 "), path
            assert scripts.found == [], path


def test_a_page_that_takes_too_long_is_shown_as_it_is(replay: RunningReplay) -> None:
    given = replay.get(f"2026mp_/{SITE}/endless")
    assert given.body == ENDLESS, "its bytes"
    assert "script-src 'none'" in given.header("Content-Security-Policy"), "without scripts"
    assert replay.get(f"2026mp_/{BESIDE}").status == 200, "the others are answered"


def test_requests_that_are_not_answered(replay: RunningReplay) -> None:
    assert replay.get(URL, Host="evil.example").status == 421, "a name of another's"
    assert replay.get(URL, method="PUT").status == 405
    assert replay.get(URL, method="POST", body=b"x" * 2_000_000).status == 413
    assert raw(replay.origin, f"http://evil.example/archive/{URL}").startswith(b"HTTP/1.1 400")
    assert replay.get("/static/../../../../../../etc/passwd").status == 404
    assert b"root:" not in raw(replay.origin, "/static//etc/passwd")
    forwarded = replay.get(URL, X_Forwarded_Proto="gopher", X_Forwarded_Host="evil.example")
    assert "gopher" not in str(forwarded.headers), "no header chooses our own addresses"


@pytest.mark.parametrize(
    ("path", "kind", "url"),
    [
        ("/archive/http://a.cn/20200101/x", "timegate", "http://a.cn/20200101/x"),
        ("/archive/2020.example.cn/x", "timegate", "2020.example.cn/x"),
        ("/archive/2020/http://a.cn/*", "frame", "http://a.cn/*"),
        ("/archive/2020id_/http://a.cn/timemap/link/x", "content", "http://a.cn/timemap/link/x"),
        ("/archive/*/http://a.cn/", "list", "http://a.cn/"),
        ("/elsewhere", "home", ""),
    ],
)
def test_addresses_of_replay(path: str, kind: str, url: str) -> None:
    asked = asked_of(path, "")
    assert (asked.kind.value, asked.url) == (kind, url)


@pytest.mark.parametrize(
    ("before", "runs"),
    [
        (b"", True),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<html lang='zh'><head>", True),
        (b"<!-- <script>1</script> --><html><head>", True),
        (b"<?xml version='1.0'?><html>", True),
        (b"<script>1</script>", False),
        (b"<!--><script>1</script>-->", False),
        (b"<!-- --!><script>1</script>-->", False),
        (b"<body onload=alert(1)>", False),
        (b"<svg>", False),
        (b"<html><a b='><script>1</script>", False),
    ],
    ids=range(10),
)
def test_scripts_run_only_behind_ours(before: bytes, runs: bool) -> None:
    tag = prelude_tag("/~secret").encode()
    assert may_run(before + tag + b"<script>2</script>", "/~secret") is runs
    assert not may_run(before + prelude_tag("/~other").encode(), "/~secret"), "another's secret"


# -- damage, beside a crawl, begin and end -------------------------------------------------------


def test_beside_a_crawl_and_with_damage(tmp_path: Path) -> None:
    made = Archive(tmp_path / "data")
    made.add(html(b"whole"), url=f"{SITE}/whole")
    broken = made.add(html(b"broken" * 4000), url=f"{SITE}/broken")
    made.writer.close()
    made.writer = made.new_writer()
    made.add(html(b"of the open file"), url=f"{SITE}/open")
    with replaying(made.folder.root) as running:
        get = running.get
        assert b"of the open file" in get(f"2026mp_/{SITE}/open").body, "while it is written"
        made.add(html(b"new"), url=f"{SITE}/new")
        running.becomes(lambda: b"new" in get(f"2026mp_/{SITE}/new").body, "by itself")
        made.writer.close()
        assert b"new" in get(f"2026mp_/{SITE}/new").body, "after the file was closed"
        path = made.folder.warc / broken.pointer.file
        octets = bytearray(path.read_bytes())
        at = broken.pointer.offset
        octets[at : at + broken.pointer.length] = os.urandom(broken.pointer.length)
        before = path.stat().st_mtime_ns
        path.write_bytes(octets)
        os.utime(path, ns=(before, before))  # as a disk does it: nothing tells that it changed
        given = get(f"2026mp_/{SITE}/broken")
        assert given.status == 503, given.body
        assert b"cannot be read" in given.body
        assert b"whole" in get(f"2026mp_/{SITE}/whole").body, "the records beside it"
        path.unlink()
        for form in ("", "mp_", "id_"):
            given = get(f"2026{form}/{SITE}/whole")
            is_named = given.status == 503 and path.name.encode() in given.body
            # or the index was made anew meanwhile, without it
            assert is_named or (given.status == 404 and b"no capture" in given.body), given.body
    made.index.close()


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A replay that is to end by itself."""
    return subprocess.run(
        command(data, *arguments), capture_output=True, text=True, timeout=60, check=False
    )


def test_begin_and_end(tmp_path: Path) -> None:
    made = Archive(tmp_path / "data")
    made.add(html(b"x"), url=URL)
    made.close()
    data = made.folder.root
    (tmp_path / "config.yaml").write_text("collections: {live: $live}\n")
    (tmp_path / "static").mkdir()
    (tmp_path / "static/own.txt").write_text("not for the web")
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        with replaying(Path("data")) as running:
            assert running.get("/static/own.txt").status == 404, "no file of the folder around"
            assert running.get("/live/http://127.0.0.1:9/").status == 404, "nor settings"
            port = running.origin.rpartition(":")[2]
            said = run(data, "--port", port)
            assert said.returncode == ExitCode.ERROR, said.stderr
            assert "choose another with --port" in said.stderr
            printed = run(data, "--address", URL)
            assert printed.stdout.startswith(f"{running.origin}/archive/2026"), printed.stderr
            assert running.get(printed.stdout.strip().removeprefix(running.origin)).status == 200
    finally:
        os.chdir(here)
    assert not (data / ".replay").exists(), "nothing says that it runs"
    printed = run(data, "--address", URL)
    assert printed.stdout.startswith("http://127.0.0.1:8078/archive/2026"), "where it would"
    assert "starts one" in printed.stderr


WITHOUT_PYWB = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *at: None if name == "pywb" else found(name, *at)
from crawler.cli import main
main()
"""


def test_without_pywb(tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYWB, "replay", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == ExitCode.ERROR
    assert "pip install 'nianbao[replay]'" in done.stderr


def test_without_an_archive(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "no archive" in done.stderr
