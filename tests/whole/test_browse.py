"""Browse and the replay beside it, in a browser as a person uses them."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Browser, Visit
from browsing import RunningBrowse, browsing, children_of, command
from nianbao_process import Nianbao, copy_site, served

from extract.browse.asking import body_path, report_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

LISTING = "zfxxgk/zfxxgknb/"
REPORT = "gov:220622/2019/area"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 800}

PAGES = (
    "/",
    "/search?q=%E4%BF%A1%E6%81%AF%E5%85%AC%E5%BC%80",
    "/coverage",
    "/coverage?province=22&every=1",
    "/claim/gov:220622/2019",
    body_path("gov:220622"),
    report_path(REPORT),
    "/checks",
    "/changes",
    "/findings",
    "/downloads",
    "/corpus",
    "/corpus/reports",
    "/corpus?sql=select+report_id,title+from+reports",
)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nianbao:
    """The sample portal; in one report a total is not the sum of its row, and it was changed."""
    folder = tmp_path_factory.mktemp("browse")
    site = copy_site(folder)
    nianbao = Nianbao(folder / "data")
    page = next(one for one in site.rglob("t*.html") if "8562条".encode() in one.read_bytes())
    text = page.read_text("utf-8")
    row = text.index("一、本年新收政府信息公开申请数量")
    text = text[:row] + text[row:].replace(">3</span>", ">4</span>", 1)
    page.write_text(text, "utf-8")
    with served(site, "127.0.4.31") as portal:
        nianbao.configure("sample", f"{portal.url.rstrip('/')}/{LISTING}")
        nianbao.run("crawl", "sample")
        page.write_text(text.replace("8562条", "8563条"), "utf-8")
        nianbao.run("crawl", "sample", "--full")
    return nianbao


@pytest.fixture(scope="module")
def browse(crawled: Nianbao) -> Iterator[RunningBrowse]:
    with browsing(crawled.data) as running:
        running.replay()
        yield running


@contextmanager
def looked(browser: Browser, url: str) -> Iterator[Visit]:
    """A page; nothing but this machine was asked and nothing was wrong when it is left."""
    with browser.visit(url) as visit:
        yield visit
        assert all(re.fullmatch(r"127\.\d+\.\d+\.\d+", host) for host in visit.hosts), visit.hosts
        assert visit.console_errors == []


def test_from_the_map_to_a_number_on_its_archived_page(
    browser: Browser, browse: RunningBrowse
) -> None:
    with looked(browser, f"{browse.origin}/") as visit:
        page = visit.page
        page.get_by_role("navigation").get_by_text("覆盖情况").click()
        page.get_by_role("link", name="吉林省").click()
        page.locator("td.state-found a").first.click()
        page.wait_for_url("**/report/gov:220622/2019/area")
        failing = page.locator("td.failing").first
        assert failing.locator("a").first.get_attribute("title") in (
            "new_received.natural_person", "new_received.total", "closed_total.natural_person"
        )  # fmt: skip
        number = page.locator('a[title="t2_normative_docs_public_total"]')
        assert number.text_content() == "26"
        number.click()
        page.wait_for_url(f"{browse.replay()}/archive/**")
        assert not page.url.startswith(browse.origin), "an origin of its own"
        frame = page.main_frame.child_frames[0]
        frame.wait_for_function(
            "[...document.querySelectorAll('td, th, span, p')].some(e =>"
            " getComputedStyle(e).outlineStyle !== 'none' && e.textContent.trim() === '26')"
        )


def test_from_a_figure_of_the_text_to_its_words(browser: Browser, browse: RunningBrowse) -> None:
    with looked(browser, browse.origin + report_path(REPORT)) as visit:
        visit.page.locator("a.figure", has_text="8563条").first.click()
        visit.page.wait_for_url(f"{browse.replay()}/archive/**")
        frame = visit.page.main_frame.child_frames[0]
        frame.wait_for_function("getSelection().toString().includes('8563')")


def test_search_to_a_report(browser: Browser, browse: RunningBrowse) -> None:
    with looked(browser, f"{browse.origin}/?lang=en") as visit:
        page = visit.page
        page.get_by_role("searchbox").fill("檔案館 主动公开")
        page.keyboard.press("Enter")
        page.locator(".results mark").first.wait_for()
        assert "lang=en" in page.url, "the language stays"
        title = page.locator(".results h3 a").first.text_content()
        page.locator(".results h3 a").first.click()
        assert page.locator("h1").text_content() == title


def test_a_body_with_its_plots(browser: Browser, browse: RunningBrowse) -> None:
    with looked(browser, browse.origin + report_path(REPORT)) as visit:
        page = visit.page
        page.get_by_role("link", name="该机关历年").click()
        page.locator("figure svg .dot").first.wait_for()
        assert page.locator("figure svg").count() >= 8
        point = page.locator("figure").first.locator("svg a")
        assert point.get_attribute("aria-label").startswith("2019: 8563 条")
        page.get_by_text("表格形式").click()
        assert page.locator("details td.number a").first.is_visible()


def test_what_changed_stands_at_the_report(browser: Browser, browse: RunningBrowse) -> None:
    with looked(browser, f"{browse.origin}/changes") as visit:
        page = visit.page
        page.locator("article.change h3 a").first.click()
        assert "8562条" in page.locator("#changes ~ article del").first.text_content()
        assert "8563条" in page.locator("#changes ~ article ins").first.text_content()
        assert page.locator("#readings ~ ul li").count() == 2, "both captures"


def test_by_keyboard_alone(browser: Browser, browse: RunningBrowse) -> None:
    with looked(browser, browse.origin + report_path(REPORT)) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", "the focus is seen"


@pytest.mark.parametrize("path", PAGES)
def test_no_serious_fault_and_nothing_sideways(
    path: str, browser: Browser, browse: RunningBrowse, axe: str
) -> None:
    """On a desk by day, and on a phone in the dark."""
    with looked(browser, browse.origin + path) as visit:
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            visit.page.emulate_media(color_scheme=scheme)
            visit.page.set_viewport_size(size)
            assert faults(visit.page, axe) == [], (scheme, size)
            too_wide = visit.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, (scheme, size)


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core finds, serious and critical. It comes in by the debugger, past the policy."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_replay_ends_with_it(number: signal.Signals, crawled: Nianbao) -> None:
    """However it ends, nothing is left behind."""
    process = subprocess.Popen(
        command(crawled.data, "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = next(one for one in process.stderr if one.startswith("archived pages open at"))
        assert line.split()[4].startswith("http://127.0.0.1:")
        children = children_of(process.pid)
        assert len(children) == 1
    finally:
        process.send_signal(number)
        process.communicate(timeout=30)
    end = time.monotonic() + 30
    while Path(f"/proc/{children[0]}").exists():
        assert time.monotonic() < end, "replay lives on"
        time.sleep(0.1)
    assert process.returncode == (-number if number == signal.SIGKILL else 0)
