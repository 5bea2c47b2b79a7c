"""Reports whose files are linked from their pages: found, asked for once, within delay and budget,
archived, told where they could not be had, and the same again from the archive.
"""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from attached_site import (
    DOCX,
    PDF,
    PLAIN,
    REAL,
    AttachedSite,
    attached_site,
    link,
    text_of,
    title_of,
)
from nianbao_process import OF_LOOKING, OF_RUNS, TIMEOUT, Nianbao

WRAPPER = Path(__file__).with_name("faulty_nianbao.py")
DELAY = 0.2
HUGE = 65 * 1024 * 1024
ONCE = {
    "/files/a.pdf": "report",
    "/zfxxgk/nb/2024/files/%E6%B7%AE%E5%AE%89.docx": "blank_form",
    "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=77": None,
    "/files/shared.txt": None,
}
"""Paths of files as a browser would ask for them."""

PORTAL = """name = "x"
listings = ["{url}"]
status = "unverified"
[fetch]
delay = {delay}
concurrency = {concurrency}
{more}
why = "served from this machine"
"""


def configure(nianbao: Nianbao, site: AttachedSite, *, more: str = "", **given: object) -> None:
    (nianbao.data / "portals").mkdir(parents=True, exist_ok=True)
    values = {"delay": 0.0, "concurrency": 2} | given
    text = PORTAL.format(url=site.listing, more=more, **values)
    (nianbao.data / "portals/x.toml").write_text(text, encoding="utf-8")


def fill(site: AttachedSite, other: AttachedSite, *, huge: int = HUGE) -> None:
    """Every way in which pages link files, right and wrong."""
    pdf = (REAL / "huaian_2024.pdf").read_bytes()
    site.put("/files/a.pdf", pdf, PDF)
    title = title_of("淮安市", 2024)
    site.page("/zfxxgk/nb/2024/t1.html", title, link("../../../files/a.pdf", title + ".pdf"))
    form = (REAL / "blank_form_2021.docx").read_bytes()
    site.put("/zfxxgk/nb/2024/files/%E6%B7%AE%E5%AE%89.docx", form, DOCX)
    parts = [
        text_of("宿迁市", 2023),
        link("./files/淮安.docx", "附件1.docx"),
        link(
            "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1"
            "&amp;wbfileid=77",
            "宿迁市统计表",
        ),
        link("/files/gone.pdf", "附件3"),
        link("/files/moved.xls", "附件4"),
        link("/files/hop1.doc", "附件5"),
        link("/files/huge.pdf", "附件6"),
        link("/files/shared.txt", "附件7"),
        link(f"{other.url}/elsewhere.pdf", "附件8"),
        link("http://[not-an-address/x.pdf", "附件9"),
        link("#top", "附件10"),
        link("/files/home.pdf", "附件11"),
    ]
    site.page("/zfxxgk/nb/2024/t2.html", title_of("宿迁市", 2023), "".join(parts))
    site.put(
        "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=77",
        "统计表\n".encode(),
        PLAIN,
    )
    site.put("/files/moved.xls", b"", status=302, location="/files/here.xls")
    site.put("/files/here.xls", b"\xd0\xcf\x11\xe0 not a sheet", "application/vnd.ms-excel")
    for at in (1, 2):
        site.put(f"/files/hop{at}.doc", b"", status=301, location=f"/files/hop{at + 1}.doc")
    site.put("/files/hop3.doc", b"", status=302, location="/files/there.doc")
    site.put("/files/there.doc", b"\xd0\xcf\x11\xe0 no document", "application/msword")
    site.put("/files/huge.pdf", b"%PDF-1.4\n" + bytes(huge), PDF)
    site.put("/files/shared.txt", "附件：名词解释\n".encode(), PLAIN)
    site.put("/files/home.pdf", b"", status=302, location="/")
    site.put("/", b"<html><body>home</body></html>")
    other.put("/elsewhere.pdf", pdf, PDF)
    site.page(
        "/zfxxgk/nb/2024/t3.html",
        title_of("扬州市", 2023),
        text_of("扬州市", 2023) + link("/files/shared.txt", "附件"),
    )
    site.page(
        "/zfxxgk/nb/2024/t4.html",
        "淮安市2023年政府信息公开工作年度报告解读",
        text_of("淮安市", 2023) + link("/files/not_wanted.pdf", "附件"),
    )
    many = "".join(link(f"/files/many{at}.txt", f"附件{at}") for at in range(23))
    site.page("/zfxxgk/nb/2024/t5.html", title_of("镇江市", 2023), text_of("镇江市", 2023) + many)
    for at in range(23):
        site.put(f"/files/many{at}.txt", f"附件{at}\n".encode(), PLAIN)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nianbao, AttachedSite, AttachedSite]:
    """A first run; the servers' logs are those of it."""
    nianbao = Nianbao(tmp_path_factory.mktemp("attached") / "data")
    with attached_site("127.0.9.11") as site, attached_site("127.0.9.12") as other:
        fill(site, other)
        configure(nianbao, site, delay=DELAY, concurrency=1)
        done = nianbao.run("crawl", "x", code=None)
        assert done.returncode == 3, done.stderr  # some files cannot be had
        return nianbao, site, other


def test_each_file_is_asked_for_once(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    _, site, other = crawled
    times = Counter(site.asked())
    assert {path: times[path] for path in ONCE} == dict.fromkeys(ONCE, 1)
    assert max(times.values()) == 1, times.most_common(3)
    assert times["/files/there.doc"] == times["/files/here.xls"] == 1
    assert Counter(other.asked()) == {"/elsewhere.pdf": 1}


def test_only_files_of_reports_are_asked_for(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    nianbao, site, _ = crawled
    assert "/files/not_wanted.pdf" not in site.asked()
    assert sum("/files/many" in path for path in site.asked()) == 20
    rows = nianbao.query(
        "SELECT message FROM findings WHERE kind = 'attachments_not_asked' AND url LIKE '%t5.html'"
    )
    assert len(rows) == 1
    assert "/files/many22.txt" in str(rows[0][0])


def test_the_delay_of_the_host_is_kept(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    _, site, other = crawled
    for log in (site.log, other.log):
        gaps = [after.came - before.came for before, after in pairwise(log)]
        assert min(gaps) >= DELAY * 0.95
        assert max(line.under_way for line in log) == 1
    first, second = (line.came for line in other.log)
    assert second - first >= 0.95, "a host that no portal names is asked once a second"


def test_new_reports_come_before_files(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    _, site, _ = crawled
    asked = site.asked()
    last_page = max(at for at, path in enumerate(asked) if path.endswith(".html"))
    early = [path for path in asked[:last_page] if not path.endswith((".html", "/"))]
    # one that was known before the last page was found may be under way
    assert len(early) <= 1


def test_what_became_of_each_file_is_told(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    nianbao, site, _ = crawled
    became = {
        str(url).removeprefix(site.url): outcome
        for url, outcome in nianbao.query("SELECT url, outcome FROM attachments WHERE is_asked")
    }
    assert became["/files/gone.pdf"] == "http_error"
    assert became["/files/home.pdf"] == "redirected_to_home"
    assert became["/files/huge.pdf"] == "too_large"
    assert became["/files/shared.txt"] not in (None, "no_capture")
    assert None not in became.values()
    assert "no_capture" not in became.values()
    (entry,) = nianbao.query("SELECT url FROM listing_entries WHERE url LIKE '%t2.html'")
    told = nianbao.query(
        f"SELECT message FROM findings WHERE kind = 'attachment_unread' AND url = '{entry[0]}'"
    )
    for path in ("/files/gone.pdf", "/files/huge.pdf", "/files/home.pdf"):
        assert any(site.url + path in str(row[0]) for row in told), path
    shown = nianbao.run("show", f"{site.url}/files/gone.pdf", code=None).stdout
    assert "404" in shown


def test_a_page_that_only_points_at_its_pdf_is_the_report_in_it(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    nianbao, site, other = crawled
    page, pdf = f"{site.url}/zfxxgk/nb/2024/t1.html", f"{site.url}/files/a.pdf"
    (outcome,) = nianbao.query(f"SELECT outcome FROM documents WHERE url = '{page}'")
    assert outcome == ("attachment_only",)
    assert nianbao.query(f"SELECT outcome FROM listing_entries WHERE url = '{page}'") == [
        ("report",)
    ]
    (report,) = nianbao.query(
        "SELECT d.url, r.report_year, r.body_id, r.tables_source, r.published_on FROM reports r"
        " JOIN documents d USING (record_id) WHERE r.report_year = 2024"
    )
    assert report == (pdf, 2024, "gov:320800", "pdf", "2024-03-12")
    for address in (page, pdf):
        shown = json.loads(nianbao.run("show", "--json", address).stdout)
        assert shown["url"] == pdf
        assert shown["also_at"] == [page, f"{other.url}/elsewhere.pdf"]
        assert len(shown["cells"]) > 150


def test_what_could_not_be_read_is_shown_and_counted(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    nianbao, site, _ = crawled
    shown = nianbao.run("show", f"{site.url}/zfxxgk/nb/2024/t2.html").stdout
    for path in ("/files/gone.pdf", "/files/huge.pdf", "/files/home.pdf"):
        assert f"finding attachment_unread: {site.url}{path}" in "".join(shown.splitlines())
    status = json.loads(nianbao.run("status", "--json").stdout)
    assert status["files"]["http_error"] == 1
    assert status["files"]["too_large"] == 1
    assert status["files"]["redirected_to_home"] == 1
    assert status["findings"]["attachment_unread"] >= 3


def test_files_carry_the_context_of_their_report(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite],
) -> None:
    nianbao, site, _ = crawled
    rows = nianbao.query(
        "SELECT c.url, c.via, c.entry_url, c.link_url, c.listed_on, p.url FROM captures c"
        " JOIN captures p ON p.record_id = c.page_record WHERE c.role = 'attachment'"
        " AND c.link_url LIKE '%/files/hop1.doc' ORDER BY c.captured_at",
        "archive.db",
    )
    page = f"{site.url}/zfxxgk/nb/2024/t2.html"
    hops = [f"{site.url}/files/{name}.doc" for name in ("hop1", "hop2", "hop3", "there")]
    assert rows == [(hop, page, page, hops[0], "2024-03-12", page) for hop in hops]


@pytest.mark.parametrize("command", [("crawl", "--from-archive"), ("extract",), ("rebuild",)])
def test_the_same_rows_again(
    crawled: tuple[Nianbao, AttachedSite, AttachedSite], command: tuple[str, ...]
) -> None:
    nianbao, _, _ = crawled
    before = nianbao.rows()
    if command == ("rebuild",):
        for path in nianbao.data.glob("*.db*"):
            path.unlink()
    nianbao.run(*command)
    assert nianbao.rows() == before


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.13") as site, attached_site("127.0.9.14") as other:
        fill(site, other, huge=9)
        configure(nianbao, site)
        nianbao.run("crawl", "x", code=None)
        before, asked = nianbao.rows(), len(site.log)
        nianbao.run("crawl", "x", code=None)
        after = nianbao.rows()
        again = [line.path for line in site.log[asked:] if line.path != "/robots.txt"]
    assert again == ["/zfxxgk/nb/"], "files are asked again when they are due, not before"
    for table in before:
        if table in OF_LOOKING:  # last_seen rises
            assert [row[:2] for row in before[table]] == [row[:2] for row in after[table]]
        elif table not in OF_RUNS:
            assert after[table] == before[table], table


def test_the_budget_is_kept_and_what_is_left_is_asked_by_the_next_run(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.15") as site, attached_site("127.0.9.16") as other:
        fill(site, other, huge=9)
        configure(nianbao, site, concurrency=1, more="budget = 20")
        runs = []
        for _ in range(4):
            before = len(site.log) + len(other.log)
            nianbao.run("crawl", "x", code=None)
            runs.append(len(site.log) + len(other.log) - before)
        times = Counter(site.asked(but=("/robots.txt", "/zfxxgk/nb/")))
    # what is under way when the budget is used up comes to its end, with its redirects
    assert max(runs) <= 20 + 2 + 4, runs
    assert sum("/files/many" in path for path in times) == 20
    assert max(times.values()) == 1, times.most_common(3)


def test_a_page_that_changed_has_its_files_asked_again(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.17") as site:
        title = title_of("扬州市", 2023)
        body = text_of("扬州市", 2023) + link("/files/a.txt", "附件")
        site.page("/t1.html", title, body)
        site.put("/files/a.txt", "第一版".encode(), PLAIN)
        configure(nianbao, site)
        nianbao.run("crawl", "x")
        site.put("/files/a.txt", "第二版，已更正".encode(), PLAIN)
        site.rows.clear()
        site.page("/t1.html", title + "（更正）", body.replace("120条", "121条"))
        nianbao.run("crawl", "x")
        assert Counter(site.asked())["/files/a.txt"] == 2
        texts = nianbao.query(
            "SELECT title FROM documents WHERE role = 'attachment' ORDER BY captured_at"
        )
    assert texts == [("第一版",), ("第二版，已更正",)]
    records = nianbao.query(
        "SELECT record_id FROM documents WHERE role = 'attachment' ORDER BY captured_at"
    )
    told = nianbao.run("changes", "--kind", "file_replaced").stdout
    (old,), (new,) = records
    assert f"its file {site.url}/files/a.txt is another: record {old} → {new}" in told
    assert f"{site.url}/t1.html" in told
    assert told.startswith("file_replaced: ")
    assert "title" not in told, "what changed in the file is told of the file"
    told_of = ET.fromstring(nianbao.run("feed").stdout).iter("{http://www.w3.org/2005/Atom}id")
    ids = [one.text for one in told_of]
    assert len(set(ids)) == len(ids), "each entry has an id of its own"
    (line,) = nianbao.run("changes", site.url + "/files/a.txt", "--json").stdout.splitlines()
    assert json.loads(line)["kinds"] == ["title"], "its own changes are told beside"
    pack = nianbao.data.with_name("pack")
    nianbao.run("changes", str(new), "--export", str(pack))
    assert "0 findings" in (pack / "verify.txt").read_text(encoding="utf-8")


KILLS = (
    {"at": "extract.store:CorpusStore.add_extractions", "call": 1, "when": "before"},
    {"at": "extract.store:CorpusStore.add_extractions", "call": 1, "when": "after"},
    {"at": "crawler.frontier:Frontier.add_attachments", "call": 2, "when": "before"},
    {"at": "crawler.frontier:Frontier.add_attachments", "call": 2, "when": "after"},
)
"""Between a page and its files: archived and unread; read, and its files not in the frontier (the
first call of add_attachments is that of the run's start); in the frontier, and not asked.
"""


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: f"{kill['when']} {kill['at'][-16:]}")
def test_kill_9_between_a_page_and_its_files_loses_none(
    tmp_path: Path, kill: dict[str, object]
) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.20") as site:
        for at in range(4):
            files = "".join(link(f"/files/{at}-{no}.txt", f"附件{no}") for no in range(2))
            title = title_of("扬州市", 2019 + at)
            site.page(f"/t{at}.html", title, text_of("扬州市", 2019 + at) + files)
            for no in range(2):
                site.put(f"/files/{at}-{no}.txt", f"{at} {no}".encode(), PLAIN)
        configure(nianbao, site)
        command = nianbao.command("crawl", "x")
        command[1:3] = [str(WRAPPER)]
        fault = json.dumps({"do": "kill", **kill})
        environment = os.environ | {"NIANBAO_ALLOW_PRIVATE": "1", "NIANBAO_TEST_FAULT": fault}
        killed = subprocess.run(command, env=environment, timeout=TIMEOUT, capture_output=True)
        assert killed.returncode == -9, "the moment is never reached: choose another"
        nianbao.run("crawl", "x")
        asked = Counter(path for path in site.asked() if path.startswith("/files/"))
    assert len(asked) == 8
    assert max(asked.values()) <= 2, "asked again only what was under way"
    became = nianbao.query("SELECT DISTINCT outcome FROM attachments")
    assert len(nianbao.query("SELECT 1 FROM documents WHERE role = 'attachment'")) == 8
    assert ("no_capture",) not in became
    assert (None,) not in became
    before = nianbao.rows()
    nianbao.run("crawl", "--from-archive")
    assert nianbao.rows() == before


def test_a_lost_state_loses_no_file(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.22") as site:
        files = "".join(link(f"/files/{at}.txt", f"附件{at}") for at in range(3))
        site.page("/t1.html", title_of("扬州市", 2023), text_of("扬州市", 2023) + files)
        for at in range(3):
            site.put(f"/files/{at}.txt", f"附件{at}".encode(), PLAIN)
        configure(nianbao, site)
        nianbao.run("crawl", "x")
        before = nianbao.query("SELECT * FROM documents ORDER BY record_id")
        for path in nianbao.data.glob("state.db*"):
            path.unlink()
        asked = len(site.log)
        nianbao.run("crawl", "x")
        again = [line for line in site.log[asked:] if line.path.startswith("/files/")]
    assert sorted(line.path for line in again) == [f"/files/{at}.txt" for at in range(3)]
    assert all(line.conditional for line in again)
    assert nianbao.query("SELECT * FROM documents ORDER BY record_id") == before


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.21") as site:
        page = text_of("扬州市", 2023) + link("/files/a.txt", "附件")
        site.page("/t1.html", title_of("扬州市", 2023), page)
        site.put("/files/a.txt", "附件".encode(), PLAIN)
        configure(nianbao, site)
        nianbao.run("crawl", "x")
        del site.served["/files/a.txt"]
        nianbao.run("crawl", "x", "--full")
    (told,) = nianbao.query("SELECT url, message FROM findings WHERE kind = 'attachment_gone'")
    assert told[0] == f"{site.url}/files/a.txt"
    assert "/t1.html" in str(told[1])


def test_a_portals_own_way_with_robots_is_not_that_of_other_hosts(tmp_path: Path) -> None:
    nianbao = Nianbao(tmp_path / "data")
    with attached_site("127.0.9.18") as site, attached_site("127.0.9.19") as other:
        for one in (site, other):
            one.put("/robots.txt", b"User-agent: *\nDisallow: /\n", PLAIN)
        site.page(
            "/t1.html",
            title_of("扬州市", 2023),
            text_of("扬州市", 2023)
            + link("/files/a.txt", "附件1")
            + link(f"{other.url}/b.txt", "附件2"),
        )
        site.put("/files/a.txt", b"a", PLAIN)
        configure(nianbao, site, more='robots = "ignore"')
        nianbao.run("crawl", "x", code=None)
        assert "/files/a.txt" in site.asked()
        assert other.asked() == []
    told = nianbao.query("SELECT message FROM findings WHERE kind = 'attachment_unread'")
    assert any(f"{other.url}/b.txt" in str(row[0]) and "robots" in str(row[0]) for row in told)
