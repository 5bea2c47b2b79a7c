"""Listings and pages in bytes, for servers on bare sockets that answer as a test scripts it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crawler"))
from raw_server import RawServer, Reply

__all__ = [
    "RawServer",
    "Reply",
    "answer",
    "listing",
    "moved",
    "portal_file",
    "report",
    "title",
    "year",
]

PARAGRAPH = (
    "<p>本报告依据《中华人民共和国政府信息公开条例》编制。{year}年，合肥市主动公开政府信息{count}条，"
    "受理政府信息公开申请{count}件，均按期答复，未发生行政复议和行政诉讼。</p>"
)
PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}</title></head><body>
<div class="article"><h1>{title}</h1><div class="content"><p>一、总体情况</p>{text}
<p>二、主动公开政府信息情况</p>{text}<p>合肥市人民政府</p><p>{signed}年1月15日</p></div></div>
</body></html>"""


def answer(body: bytes, *more: bytes, status: bytes = b"200 OK") -> bytes:
    """A response whose length is told."""
    return b"\r\n".join(
        [b"HTTP/1.1 " + status, *more, b"Content-Length: %d" % len(body), b"", body]
    )


def moved(to: str, *more: bytes) -> bytes:
    """A redirect with status 302."""
    return answer(b"", b"Location: " + to.encode("ascii"), *more, status=b"302 Found")


def year(number: int) -> int:
    """The year that a report is on: each number up to 12 has its own."""
    return 2008 + number % 13


def title(number: int) -> str:
    """The title of a report."""
    return f"合肥市{year(number)}年政府信息公开工作年度报告"


def listing(urls: Sequence[str]) -> bytes:
    """A listing whose rows lead to the addresses, each with the title of its place (from 0)."""
    rows = "".join(
        f'<li><a href="{url}">{title(number)}</a><span>2020-01-15</span></li>\n'
        for number, url in enumerate(urls)
    )
    page = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>政府信息公开年报</title></head><body><div class="list"><ul>
{rows}</ul></div></body></html>"""
    return page.encode("utf-8")


def report(number: int, *, charset: str = "utf-8") -> bytes:
    """A short report, in a charset that the page names."""
    text = PARAGRAPH.format(year=year(number), count=100 + number)
    page = PAGE.format(charset=charset, title=title(number), text=text * 3, signed=year(number) + 1)
    return page.encode(charset)


def portal_file(url: str, *, delay: float, more: str = "") -> str:
    """A portal file with one listing."""
    return f"""name     = "x"
listings = ["{url}"]
status   = "unverified"
[fetch]
delay = {delay}
why   = "served from this machine"
{more}
"""
