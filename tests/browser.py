"""A headless Chromium for the tests that look at archived pages as a person would.

``.ci/browser`` brings what they need. Nothing is blocked: a test asserts on ``Visit.hosts`` that
nothing but loopback was asked for, service workers and frames included.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import ConsoleMessage, Page

REPLAY_WEB_PAGE = Path(__file__).resolve().parents[1] / "build/replaywebpage-2.5.3"
"""ui.js and sw.js of ReplayWeb.page, as ``.ci/browser`` fetches them."""

OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Chromium itself asks for nothing
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
AXE = Path(__file__).resolve().parents[1] / "build/axe-core-4.10.3/axe.min.js"
"""What judges a page's accessibility, as ``.ci/browser`` fetches it."""

WAIT = 60_000
"""Milliseconds for anything that a test waits for; a page of ReplayWeb.page takes about two
seconds on an idle machine."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A tab with a profile of its own, and what happened in it and in its service workers."""

    page: Page
    console_errors: list[str] = field(default_factory=list)
    """Errors said on the console or thrown and not caught, in order."""
    requested: list[str] = field(default_factory=list)
    """Addresses asked for over the network, from a service worker or from nowhere, in order."""

    @property
    def hosts(self) -> set[str]:
        """Host names in ``requested``; addresses without one (``data:``, ``blob:``) have none."""
        return {host for url in self.requested if (host := urlsplit(url).hostname)}


class Browser:
    """One running Chromium."""

    def __init__(self, running: Chromium) -> None:
        self._running = running

    @contextmanager
    def visit(self, url: str) -> Iterator[Visit]:
        """Opens an address in a fresh profile; it is closed, and forgotten, at the end."""
        context = self._running.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(WAIT)
        visit = Visit(context.new_page())
        context.on("request", lambda request: visit.requested.append(request.url))
        context.on("weberror", lambda thrown: visit.console_errors.append(str(thrown.error)))
        context.on("console", lambda said: _note(visit, said))
        try:
            visit.page.goto(url)
            yield visit
        finally:
            context.close()


def _note(visit: Visit, said: ConsoleMessage) -> None:
    if said.type == "error":
        visit.console_errors.append(f"{said.text} ({said.location.get('url', '')})")


def _lack(what: str) -> NoReturn:
    """In CI what is missing is a failure, elsewhere a reason to skip."""
    message = f"{what} is missing: run `bash .ci/browser`"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one file.

    While it runs, the main thread holds an event loop: the test's own code uses none.
    """
    executable = shutil.which("chromium") or _lack("chromium")
    from playwright.sync_api import sync_playwright  # a third of a second that few files need

    with sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=executable,
            args=OPTIONS,
            chromium_sandbox=False,  # it does not start as root, as whom CI runs
        )
        yield Browser(running)
        running.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    return AXE.read_text(encoding="utf-8") if AXE.is_file() else _lack("axe-core")


@pytest.fixture(scope="session")
def replay_web_page() -> Path:
    """The folder of ReplayWeb.page's two files."""
    return REPLAY_WEB_PAGE if REPLAY_WEB_PAGE.is_dir() else _lack("ReplayWeb.page")


VIEWER = """<!doctype html><meta charset="utf-8"><script src="replay/ui.js"></script>
<style>html, body, replay-web-page {{ height: 100%; margin: 0; display: block }}</style>
<replay-web-page source="/{name}" replayBase="/replay/" url="{url}" ts="{ts}"></replay-web-page>"""
"""A page that opens the package ``name`` of the same folder at a capture."""

_APP = """<!doctype html><html><head><script src="./ui.js"></script></head>
<body><replay-app-main></replay-app-main></body></html>"""


def install_viewer(replay_web_page: Path, folder: Path) -> None:
    """Puts ReplayWeb.page into a folder that is to be served."""
    shutil.copytree(replay_web_page, folder / "replay")
    # what its service worker serves; asked of the server where that is not up yet
    (folder / "replay/index.html").write_text(_APP, encoding="utf-8")


def archived_text(visit: Visit, words: str) -> str:
    """What the archived page shows in it, once it shows these words."""
    body = visit.page.frame_locator("iframe").frame_locator("iframe").locator("body")
    body.filter(has_text=words).wait_for()
    return body.inner_text()


class _FileHandler(SimpleHTTPRequestHandler):
    """Serves parts of files too, as replay of a package asks for them (RFC 9110 §14.2)."""

    def send_head(self) -> BytesIO | BinaryIO | None:
        wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if wanted is None or not path.is_file():
            return super().send_head()
        size = path.stat().st_size
        begin = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        end = min(int(wanted[2]) if wanted[1] and wanted[2] else size - 1, size - 1)
        with path.open("rb") as file:
            file.seek(begin)
            part = file.read(end - begin + 1)
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {begin}-{end}/{size}")
        self.end_headers()
        return BytesIO(part)

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    """A folder on a loopback port of its own while the context lasts; gives the address with ``/``.

    The name is ``localhost``: service workers run there without TLS.
    """
    handler = functools.partial(_FileHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
