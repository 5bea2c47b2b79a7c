"""Browse over HTTP: every page and its JSON, hostile content as text, what is never answered."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import RunningBrowse, browsing, command
from searchable import report

from crawler.exit_codes import ExitCode
from extract.browse.asking import Asked, body_path, language_of, report_path
from extract.browse.gate import POLICY
from extract.browse.report_text import PART, parts_of
from extract.browse.words import FILE
from extract.languages import Lang, pairs_of
from extract.report import TableForm
from extract.store import CorpusStore

SCRIPT = "<script>alert(1)</script>"
TITLE = f"某县2019年{SCRIPT}\"'&年度报告"
NAME = "某" * 190 + "</title><b>局"
BODY = "gov:110101"
ODD = 'office:110101:甲.json/../乙?x=1&y#z%2e"<i>'
"""A body's id that would be another address if it were not escaped."""
LONG = "公开政府信息12条。\n" * 500_000
"""Over 5 MB."""

PAGES = (
    "/",
    "/search",
    "/search?q=" + quote("信息"),
    "/coverage",
    "/coverage?province=11",
    "/coverage?province=11&every=1&level=county&page=2",
    "/findings",
    "/findings?kind=unresolved_body",
    "/checks",
    "/checks?identity=year_carried&year=2020&province=11",
    "/changes",
    "/downloads",
    "/codebook",
    body_path(BODY),
    body_path(ODD),
    report_path(f"{BODY}/2019/area"),
    report_path(f"{BODY}/2020/area"),
    report_path(f"{BODY}/2021/area"),
    report_path(f"{ODD}/2018/organ"),
    f"/claim/{BODY}/2019",
    "/corpus",
    "/corpus/reports",
    "/corpus?sql=select+title+from+reports",
)


def cells(carried_in: float, carried_out: float) -> dict[str, float | None]:
    return {"carried_in.total": carried_in, "carried_out.total": carried_out, "granted.total": None}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus without an archive: titles with scripts, names of 200 characters, 5 MB of text, a
    check across years that fails.
    """
    data = tmp_path_factory.mktemp("browse") / "data"
    data.mkdir()
    form = TableForm.FORM_2021
    with closing(CorpusStore(data / "corpus.db")) as store:
        store.add_extractions(
            [
                report(1, f"信息公开{SCRIPT}", title=TITLE, division="110101", cells=cells(1, 3),
                       form=form),
                report(2, "信息公开", year=2020, division="110101", cells=cells(4, 5), form=form),
                report(3, LONG, year=2021, division="110101"),
                report(4, "信息公开", year=2018, division="110102"),
            ]
        )  # fmt: skip
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        db.execute("UPDATE bodies SET name = ? WHERE body_id = ?", [NAME, BODY])
        other = "gov:110102/2018/area"
        for one, column in (("reports", "report_id"), ("report_documents", "report_id"),
                            ("report_tables", "report_id")):  # fmt: skip
            db.execute(f"UPDATE {one} SET {column} = ? WHERE {column} = ?",
                       [f"{ODD}/2018/organ", other])  # fmt: skip
        db.execute(
            "INSERT INTO bodies (body_id, name, body_type, admin_level, division_today)"
            " VALUES (?, ?, 'office', 'county', '110101')",
            [ODD, SCRIPT],
        )
        for one in ("reports", "report_documents"):
            db.execute(f"UPDATE {one} SET body_id = ?, report_scope = 'organ', reporting_for = ? "
                       "WHERE report_id = ?", [ODD, SCRIPT, f"{ODD}/2018/organ"])  # fmt: skip
        db.execute(
            "INSERT INTO findings SELECT 'unresolved_body', ?, url, ?, record_id, portal "
            "FROM documents LIMIT 1",
            [f"{BODY}/2019/area", SCRIPT],
        )
    return data


@pytest.fixture(scope="module")
def browse(made: Path) -> Iterator[RunningBrowse]:
    with browsing(made) as running:
        yield running


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_strict_and_holds_no_script(
    path: str, lang: str, browse: RunningBrowse
) -> None:
    response = browse.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
    assert response.status == 200, response.body[:300]
    assert response.header("Content-Security-Policy") == POLICY
    assert response.header("X-Content-Type-Options") == "nosniff"
    assert response.header("Referrer-Policy") == "no-referrer"
    assert response.header("Set-Cookie") == ""
    text = response.body.decode("utf-8")
    assert not re.search(r"<script|<b>|<i>局|<style|\sstyle=|\son\w+=|javascript:", text, re.I)
    assert len(re.findall(r"<h1\b", text)) == 1


@pytest.mark.parametrize("path", [one for one in PAGES if not one.startswith("/corpus")])
def test_every_page_has_its_json(path: str, browse: RunningBrowse) -> None:
    found = re.search(r'type="application/json" href="([^"]+)"', browse.page(path))
    assert found, "no link to the JSON"
    response = browse.get(html.unescape(found[1]))
    assert response.header("Content-Type").startswith("application/json")
    assert isinstance(json.loads(response.body), dict)
    if "/report/" in path:
        year = int(path.rsplit("/", 2)[1])
        assert json.loads(response.body)["report"]["report_year"] == year


def test_a_title_with_a_script_is_text(browse: RunningBrowse) -> None:
    page = browse.page(report_path(f"{BODY}/2019/area"))
    assert (
        html.escape(TITLE, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    )
    found = json.loads(browse.get("/search.json?q=alert").body)["found"]
    assert [one["title"] for one in found] == [TITLE]


def test_a_failing_check_stands_at_its_cell_in_plain_words(browse: RunningBrowse) -> None:
    path = report_path(f"{BODY}/2020/area")
    told = json.loads(browse.get(path + ".json").body)
    (fail,) = [one for table in told["tables"] for one in table["fails"]]
    marked = [
        (cell["name"], cell["fails"])
        for table in told["tables"]
        for group in table["groups"]
        for row in group["rows"]
        for cell in row["cells"]
        if cell["fails"]
    ]
    assert marked == [("carried_in.total", [fail["number"]])]
    zh, en = browse.page(path + "?lang=zh"), browse.page(path + "?lang=en")
    assert "“上年结转政府信息公开申请数量”为 4" in zh
    assert "上年“结转下年度继续办理”为 3，多 1；按所印数字不成立" in zh
    assert "last year&#39;s 结转下年度继续办理 is 3, 1 more; as printed it fails" in en
    assert f'href="#fail-{fail["number"]}"' in zh
    checks = json.loads(browse.get("/checks.json").body)
    assert [one["report_id"] for one in checks["fails"]] == [f"{BODY}/2020/area"]


def test_blank_not_read_and_zero_are_not_the_same(browse: RunningBrowse) -> None:
    told = json.loads(browse.get(report_path(f"{BODY}/2020/area") + ".json").body)
    cells = {
        cell["name"]: cell
        for table in told["tables"]
        for group in table["groups"]
        for row in group["rows"]
        for cell in row["cells"]
    }
    assert cells["granted.total"]["status"] == "blank"
    assert cells["granted.total"]["value"] is None
    assert cells["granted.natural_person"]["status"] == "not_read"
    assert cells["carried_out.total"]["value"] == 5


def test_five_megabytes_come_in_parts(browse: RunningBrowse) -> None:
    path = report_path(f"{BODY}/2021/area")
    first = browse.page(path)
    assert len(first) < 1_000_000
    told = json.loads(browse.get(path + ".json").body)["text"]
    assert told["characters"] == len(LONG) and told["parts"] > 200
    last = json.loads(browse.get(f"{path}.json?part={told['parts']}").body)["text"]
    assert last["lines"] and last["part"] == told["parts"]
    assert "1 / " in first or "第 1 页" in first


def test_parts_hold_the_whole_text_once() -> None:
    for text in ("", "甲", "甲" * (3 * PART), "甲乙\n" * PART, "\n" * (2 * PART + 1)):
        bounds = parts_of(text)
        assert "".join(text[start:end] for start, end in bounds) == text
        assert all(end - start <= PART for start, end in bounds)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/report/gov:110101/1999/area", 404),
        ("/body/gov:000000", 404),
        ("/claim/gov:000000/2019", 404),
        ("/search?q=" + "x" * 500, 400),
        ("/search?q=a&year=20x", 400),
        ("/search?q=a&order=best", 400),
        ("/coverage?province=99", 400),
        ("/checks?identity=none", 400),
        ("/search?q=%00", 400),
        ("/search?q=" + "x" * 9000, 414),
        ("/open", 400),
        ("/open?record=urn:uuid:none", 404),
        ("/open?report=gov:110101/2019/area", 503),  # no archive here, so no replay
        ("/-/plugins", 404),
        ("/-/threads.json", 404),
        ("/_internal", 404),
        ("/_memory", 404),
        ("/corpus.db", 403),
        ("/corpus/nothing", 404),
        ("/corpus?sql=delete+from+reports", 400),
        ("/corpus?sql=attach+'/etc/passwd'+as+a", 400),
        ("/archive/2026/http://h/1", 404),
        ("/../../etc/passwd", 404),
        ("/corpus/..%2f..%2fetc", 302),  # Datasette writes it in its own way: no such table
        ("/corpus/~2E~2E~2F~2E~2E~2Fetc", 404),
    ],
)
def test_what_is_not_there_says_so(path: str, status: int, browse: RunningBrowse) -> None:
    response = browse.get(path)
    assert response.status == status, response.body[:300]
    assert response.header("Content-Security-Policy") == POLICY
    assert b"Traceback" not in response.body


def test_a_slow_query_is_ended(browse: RunningBrowse) -> None:
    endless = (
        "with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)+select+count(*)+from+c"
    )
    begun = time.monotonic()
    assert browse.get(f"/corpus.json?sql={endless}").status == 400
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_reading_is_answered(method: str, browse: RunningBrowse) -> None:
    assert browse.get("/", method=method).status == 405


def test_head_is_get_without_its_body(browse: RunningBrowse) -> None:
    response = browse.get("/downloads", method="HEAD")
    assert (response.status, response.body) == (200, b"")


def test_another_host_name_is_not_answered(browse: RunningBrowse) -> None:
    port = browse.origin.rsplit(":", 1)[1]
    assert browse.get("/", Host="evil.example").status == 421
    assert browse.get("/", Host=f"evil.example:{port}").status == 421
    assert browse.get("/", Host=f"localhost:{port}").status == 200


def test_languages(browse: RunningBrowse) -> None:
    assert '<html lang="zh-CN">' in browse.page("/")
    english = browse.get("/", **{"Accept-Language": "fr;q=0.5, en-GB"})
    assert b'<html lang="en">' in english.body and english.header("Vary")
    said = browse.page("/search?lang=en&q=x")
    assert 'href="/coverage?lang=en"' in said, "links keep the language that was said"
    assert language_of("", "de, zh-TW") is Lang.ZH
    assert language_of("en", "zh") is Lang.EN


def test_words_are_complete_in_both_languages() -> None:
    templates = Path(__file__).parents[2] / "extract/browse/templates"
    used = set()
    for template in templates.glob("*.html"):
        text = template.read_text("utf-8")
        used |= set(re.findall(r"\bt\.([a-z_]+)", text)) - {"of", "said", "lang_of"}
    known = pairs_of(FILE)
    assert used <= known.keys(), used - known.keys()
    for key, words in known.items():
        assert words[Lang.ZH] and words[Lang.EN], key
        assert words[Lang.ZH].count("{") == words[Lang.EN].count("{"), key


def test_addresses_of_odd_ids_are_one_segment() -> None:
    assert report_path(f"{ODD}/2018/organ").count("/") == 4
    assert body_path(ODD).count("/") == 2 and "." not in body_path(ODD)
    asked = Asked(path="/search", args={"q": "a&b", "page": "2"}, lang_is_said=True)
    assert asked.again(page=None) == "/search?q=a%26b&lang=zh"


def test_reports_come_as_json_lines(browse: RunningBrowse) -> None:
    lines = browse.get("/downloads/reports.jsonl?province=11&year=2020").body.splitlines()
    assert [json.loads(line)["report_year"] for line in lines] == [2020]
    assert len(browse.get("/downloads/reports.jsonl").body.splitlines()) == 4
    assert browse.get("/downloads/reports.jsonl?year=x").status == 400


def test_what_is_taken_down_is_nowhere(made: Path, browse: RunningBrowse) -> None:
    gone = report_path(f"{BODY}/2019/area")
    url = json.loads(browse.get(gone + ".json").body)["report"]["url"]
    file = made / "suppress.txt"
    file.write_text(f"{url}\n", "utf-8")
    try:
        assert browse.get(gone).status == 451
        assert browse.get(gone + ".json").status == 451
        assert browse.get(f"/open?report={BODY}/2019/area").status == 451
        for path in ("/", "/search.json?q=alert", body_path(BODY) + ".json", "/findings.json"):
            assert b'alert(1)</script>\\"' not in browse.get(path).body, path
        assert json.loads(browse.get("/search.json?q=alert").body)["hidden"] == 1
        assert len(browse.get("/downloads/reports.jsonl").body.splitlines()) == 3
        assert browse.get("/corpus/reports").status == 403, "tables would show it"
        assert browse.get("/corpus.json?sql=select+1").status == 403
        file.write_text("no address\n", "utf-8")
        assert browse.get(gone).status == 451, "a slip of the pen puts nothing up again"
    finally:
        file.unlink()
    assert browse.get(gone).status == 200


def test_nothing_yet_then_a_corpus_that_is_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with browsing(data) as browse:
        assert "nianbao demo" in browse.page("/")
        assert browse.get("/corpus").status == 503, "no file to open"
        data.mkdir()
        with closing(CorpusStore(data / "corpus.db")) as store:
            assert "nianbao demo" in browse.page("/?lang=en")
            for number in range(1, 6):
                store.add_extractions([report(number, "信息公开", year=2010 + number)])
                assert browse.get(report_path(f"gov:999999/{2010 + number}/area")).status == 200
                for _ in range(2):
                    found = json.loads(browse.get("/search.json?q=" + quote("公开")).body)
                    assert found["turn"]["total"] == number, "what is kept is of this state"
            with closing(sqlite3.connect(data / "corpus.db")) as writer:
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("DELETE FROM findings")
                assert browse.get("/").status == 200, "read beside a writer"
                writer.rollback()


def test_a_newer_corpus_is_refused_with_a_clear_message(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(CorpusStore(data / "corpus.db")) as store:
        store.add_extractions([report(1, "信息公开")])
    with browsing(data) as browse:
        with closing(sqlite3.connect(data / "corpus.db")) as db:
            db.execute("PRAGMA user_version = 999")
        assert "newer nianbao" in browse.page("/", status=503)
    done = subprocess.run(
        command(data, "--port", "0"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == ExitCode.BAD_INPUT
    assert "newer nianbao" in done.stderr and "Traceback" not in done.stderr


def test_a_damaged_corpus_and_a_taken_port_say_what_to_do(
    tmp_path: Path, browse: RunningBrowse
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "corpus.db").write_bytes(b"no database at all" * 100)
    done = subprocess.run(command(data), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.BAD_INPUT and "rebuild" in done.stderr
    port = browse.origin.rsplit(":", 1)[1]
    done = subprocess.run(
        command(tmp_path, "--port", port), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == ExitCode.ERROR and "--port" in done.stderr
