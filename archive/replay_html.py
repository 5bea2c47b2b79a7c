"""Replay's own pages. Whatever came from a server or an address is escaped here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from importlib.resources import files

FILES = {
    "page.js": "text/javascript; charset=utf-8",
    "prelude.js": "text/javascript; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
}
OWN = "/-/"
"""Path of replay's own files."""

_SHELL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/-/page.css">
{head}</head>
<body{attributes}>
{body}
</body></html>
"""
_CALENDAR_HEAD = """<link rel="stylesheet" href="/static/css/bootstrap.min.css">
<link rel="stylesheet" href="/static/css/font-awesome.min.css">
<script defer src="/static/js/jquery-latest.min.js"></script>
<script defer src="/static/js/bootstrap.min.js"></script>
<script defer src="/static/loading-spinner/loading-spinner.js"></script>
<script defer src="/static/vue/vueui.js"></script>
<script defer src="/static/wb_frame.js"></script>
<script defer src="/-/page.js"></script>
"""
_FRAME = """<div id="app" style="width: 100%; height: 200px"></div>
<div id="wb_iframe_div"><iframe id="replay_iframe" title="archived page" class="wb_iframe"
 allow="fullscreen"></iframe></div>"""
_ASK = """<form action="/archive/" method="get"><label for="url">Archived address</label><br>
<input type="url" id="url" name="url" value="{url}" placeholder="http://www.example.gov.cn/"
 required> <button>Open</button></form>"""


def own_file(name: str) -> bytes:
    """One of FILES."""
    return files("archive").joinpath("replay_pages", name).read_bytes()


def calendar_page(told: dict[str, str]) -> bytes:
    """The calendar of an address, or, when a time is told, the frame of a page of that time."""
    framed = bool(told.get("timestamp"))
    attribute = f' data-told="{escape(json.dumps(told), quote=True)}"'
    return _SHELL.format(
        title=escape(told["url"]),
        head=_CALENDAR_HEAD,
        attributes=attribute + (' class="frame"' if framed else ""),
        body=_FRAME if framed else '<div id="app" style="width: 100%; height: 100%"></div>',
    ).encode("utf-8")


def home_page(captures: int) -> bytes:
    """Where an archived address is asked for."""
    body = (
        f"<main><h1>Archived pages</h1><p>{captures:,} captures. An address opens its calendar; "
        "one that ends in * lists the addresses that begin so.</p>"
        f"{_ASK.format(url='')}</main>"
    )
    return _SHELL.format(title="Archived pages", head="", attributes="", body=body).encode("utf-8")


def message_page(title: str, text: str, *, url: str = "") -> bytes:
    """What went wrong, in a sentence or two."""
    body = (
        f"<main><h1>{escape(title)}</h1><pre>{escape(url)}</pre><p>{escape(text)}</p>"
        '<p><a href="/">Other addresses</a></p></main>'
    )
    return _SHELL.format(title=escape(title), head="", attributes="", body=body).encode(
        "utf-8", "replace"
    )


def list_page(beginning: str, found: Iterable[tuple[str, str, str]], *, is_cut: bool) -> bytes:
    """Addresses that begin alike: address, path of its calendar, and how many captures it has."""
    rows = "".join(
        f'<li><a href="{escape(path, quote=True)}">{escape(url)}</a> {escape(count)}</li>'
        for url, path, count in found
    )
    more = "<p>There are more; a longer beginning shows them.</p>" if is_cut else ""
    body = (
        f"<main><h1>Archived addresses</h1><pre>{escape(beginning)}*</pre><ul>{rows}</ul>{more}"
        '<p><a href="/">Other addresses</a></p></main>'
    )
    return _SHELL.format(title="Archived addresses", head="", attributes="", body=body).encode(
        "utf-8", "replace"
    )
