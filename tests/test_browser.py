"""The tests' own eyes: what a page says and asks for is seen, whoever asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Browser, served_folder

PAGE = """<!doctype html><meta charset="utf-8"><h1>信息公开年度报告</h1>
<iframe src="frame.html"></iframe>
<script>
navigator.serviceWorker.register("worker.js").then(() => { throw new Error("从页面抛出") })
</script>"""
FRAME = '<img src="http://127.0.0.8:4/of-a-frame.png">'
WORKER = """self.addEventListener("install", (event) => event.waitUntil(
  fetch("http://127.0.0.9:4/of-a-worker").catch(() => console.error("nothing there"))))"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "frame.html").write_text(FRAME, encoding="utf-8")
    (tmp_path / "worker.js").write_text(WORKER, encoding="utf-8")
    with served_folder(tmp_path) as url:
        yield url


def test_requests_of_frames_and_workers_and_errors_are_seen(browser: Browser, address: str) -> None:
    with browser.visit(address) as visit:
        visit.page.wait_for_function("navigator.serviceWorker.ready")
        assert visit.page.inner_text("h1") == "信息公开年度报告"
        assert visit.hosts == {"localhost", "127.0.0.8", "127.0.0.9"}
        assert any("从页面抛出" in said for said in visit.console_errors)


def test_a_visit_knows_nothing_of_another(browser: Browser, address: str) -> None:
    with browser.visit(address) as visit:
        visit.page.evaluate("localStorage.setItem('seen', 'yes')")
    with browser.visit(address) as visit:
        assert visit.page.evaluate("localStorage.getItem('seen')") is None
