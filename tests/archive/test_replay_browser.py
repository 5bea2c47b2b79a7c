"""Replay in a browser: what a person sees, and what an archived script cannot reach."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from archive_samples import Archive, response
from browser import Browser, Visit
from hostile_pages import LEAVING, STAYING, Watched, page, watched_server
from replaying import RunningReplay, replaying

SITE = "http://www.example.gov.cn"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SETTLES = 1500
"""Milliseconds in which a script that reaches a server has reached it."""

ORDINARY = ("form", "location", "open", "click _blank")
"""What pages do that mean no harm: pywb's script turns them to the archive before the browser
looks. Of others a browser opens a connection, over which its policy lets nothing go.
"""

REPORT = """<html><head>{late}<meta charset="{label}"><title>{title}</title>
<link rel="stylesheet" href="/style.css"><script src="/script.js"></script></head>
<body><h1>{title}</h1><img src="/logo.png" id="logo">
<table><tr><td rowspan="2">甲</td><td>1</td></tr><tr><td>22</td></tr></table>
<p><a id="blank" target="_blank" href="/other.html">other</a>
<button id="open" onclick="window.open('/other.html')">other</button></p>
<iframe id="inner" src="/inner.html"></iframe><p id="said"></p>
<script>
document.getElementById("said").textContent = document.characterSet + " " + document.title;
document.cookie = "a=1"; localStorage.setItem("b", "2");
fetch("/list.json").then(r => r.json()).then(found => {{
  document.getElementById("said").textContent += " " + found.said + " " + document.cookie
    + " " + localStorage.getItem("b");
}});
</script></body></html>"""
TITLES = {
    "gbk": "镕基市政府信息公开工作年度报告",
    "utf-8": "某市政府信息公开工作年度报告",
    "big5": "某縣政府資訊公開工作年度報告",
}


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with watched_server() as server:
        yield server


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, watched: Watched) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("browser") / "data")
    kinds = {
        "style.css": (b"h1 { color: rgb(1, 2, 3) }", b"text/css"),
        "logo.png": (PNG, b"image/png"),
    }
    kinds["script.js"] = (b"window.loaded = true;", b"text/plain")  # as portals say it
    kinds["inner.html"] = (
        b"<p id=p></p><script>document.domain='gov.cn';p.textContent='ran'</script>",
        b"text/html",
    )
    kinds["list.json"] = ('{"said": "查到"}'.encode(), b"application/json")
    kinds["other.html"] = (
        "<title>另一页</title><p>另一页</p>".encode(),
        b"text/html; charset=utf-8",
    )
    for name, (body, kind) in kinds.items():
        made.add(response(body, headers=(b"Content-Type: " + kind,)), url=f"{SITE}/{name}")
    for codec, title in TITLES.items():
        late = "<!--" + "x" * 2000 + "-->"
        text = REPORT.format(late=late, label=codec, title=title)
        for seconds in (1, 86400 * 40):
            octets = f"{text}<!-- {seconds} -->".encode(codec)
            octets = response(octets, headers=(b"Content-Type: text/html",))
            made.add(octets, url=f"{SITE}/{codec}.html", seconds=seconds)
    pages = {"staying": list(STAYING.values())}
    pages |= {f"leaving-{number}": [script] for number, script in enumerate(LEAVING.values())}
    for name, scripts in pages.items():
        body = page(watched, scripts)
        for url in (f"{SITE}/{name}", f"{SITE}/{name}?raw"):
            made.add(response(body, headers=(b"Content-Type: text/html",)), url=url)
    made.close()
    yield made


@pytest.fixture(scope="module")
def replay(archive: Archive) -> Iterator[RunningReplay]:
    with replaying(archive.folder.root) as running:
        yield running


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[tuple[Visit, object]]:
    """A page in its frame, when it has loaded."""
    with browser.visit(url) as visit:
        frame = visit.page.main_frame.child_frames[0]
        frame.wait_for_load_state("load")
        yield visit, frame


@pytest.mark.parametrize("codec", TITLES)
def test_a_chinese_page_with_what_it_is_shown_with(
    browser: Browser, replay: RunningReplay, codec: str
) -> None:
    with opened(browser, f"{replay.origin}/archive/{SITE}/{codec}.html") as (visit, frame):
        assert frame.locator("h1").text_content() == TITLES[codec], "text"
        said = frame.locator("#said")
        frame.wait_for_function("document.getElementById('said').textContent.includes('查到')")
        label = {"gbk": "gb18030", "utf-8": "UTF-8", "big5": "Big5"}[codec]
        assert said.text_content() == f"{label} {TITLES[codec]} 查到 a=1 2", "its scripts"
        color = frame.locator("h1").evaluate("e => getComputedStyle(e).color")
        assert color == "rgb(1, 2, 3)", "its stylesheet"
        assert frame.locator("#logo").evaluate("e => e.naturalWidth") == 1, "its image"
        assert frame.evaluate("window.loaded") is True, "its script file"
        inner = frame.frame_locator("#inner").locator("#p")
        assert inner.text_content() == "ran", "a frame in it, with its script"
        visit.page.wait_for_function(
            "document.title.includes('年度報告') || document.title.includes('年度报告')"
        )
        assert TITLES[codec] in visit.page.locator("#second-navbar").text_content(), "banner"
        assert visit.hosts == {"127.0.0.1"}, "nothing but replay was asked"
        assert visit.console_errors == []


def test_calendar_and_timeline(browser: Browser, replay: RunningReplay) -> None:
    with browser.visit(f"{replay.origin}/archive/*/{SITE}/gbk.html") as visit:
        visit.page.get_by_text("2 captures").first.wait_for()
        assert visit.page.locator(".timeline-wrap").is_visible(), "timeline"
        assert visit.page.locator("#calendar-card").is_visible(), "calendar"
        assert "March" in visit.page.locator("#calendar-card").text_content()
        assert visit.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("control", ["#blank", "#open"])
def test_a_link_to_a_new_window_opens_in_the_frame(
    browser: Browser, replay: RunningReplay, control: str
) -> None:
    with opened(browser, f"{replay.origin}/archive/{SITE}/utf-8.html") as (visit, frame):
        frame.locator(control).click()
        frame.wait_for_url("**/other.html")
        assert frame.locator("p").text_content() == "另一页"
        visit.page.wait_for_url("**/archive/*/http://www.example.gov.cn/other.html")


def test_a_page_alone_goes_into_its_frame(browser: Browser, replay: RunningReplay) -> None:
    with browser.visit(f"{replay.origin}/archive/2026mp_/{SITE}/utf-8.html") as visit:
        assert "mp_" not in visit.page.url
        assert visit.page.locator("#replay_iframe").is_visible()


def test_the_address_of_a_value_outlines_its_cell(browser: Browser, replay: RunningReplay) -> None:
    value = '#nianbao={"text":"22","table":"(//table)[1]","row":1,"column":1}'
    location = replay.get(f"{SITE}/utf-8.html").header("Location")
    with opened(browser, f"{replay.origin}{location}{value}") as (_, frame):
        outlined = frame.locator("td[style*=outline]")
        outlined.wait_for()
        assert outlined.text_content() == "22"


@pytest.mark.parametrize("rewritten", [True, False], ids=["as shown", "without pywb's script"])
def test_no_script_reaches_another_server(
    browser: Browser, replay: RunningReplay, watched: Watched, rewritten: bool
) -> None:
    watched.log.clear()
    with browser.visit(f"{replay.origin}/") as visit:
        context = visit.page.context
        if not rewritten:  # the worst case: a page that found a way round it
            context.route("**/static/wombat.js", lambda route: route.abort())
        tabs = {}
        leaving = ORDINARY if rewritten else LEAVING
        for name in ("staying", *(f"leaving-{list(LEAVING).index(way)}" for way in leaving)):
            tabs[name] = context.new_page()
            tabs[name].goto(f"{replay.origin}/archive/{SITE}/{name}")
        visit.page.wait_for_timeout(SETTLES)
        for name, tab in tabs.items():
            assert tab.url.startswith(replay.origin), f"the window of {name} stays"
        assert len(context.pages) == len(tabs) + 1, "no window was opened"
        assert [url for url in visit.requested if "sw.js" in url] == [], "no service worker"
        frame = tabs["staying"].frames[1]
        assert frame.locator("#shown").text_content() == "ran", "the scripts did run"
    assert watched.sent() == [], "what reached the other server"
    if rewritten:
        assert watched.log == [], "connections to it"
