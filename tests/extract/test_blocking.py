"""Blocks by what a capture holds: each rule with the page that it must leave alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.capture import (
    Capture,
    CaptureContext,
    CapturedRequest,
    CapturedResponse,
    CapturePointer,
    Role,
    Truncation,
)
from extract.blocking import BlockKind, find_block
from extract.pipeline import read_capture
from extract.report import SkipReason

URL = "http://www.example.gov.cn/zfxxgk/nb/1.html"
TITLE = "某县2019年政府信息公开工作年度报告"
MARK = "<meta id='x' content='y' r='m'><script r='m'>$_ts={}</script>"
LINKS = "".join(f"<li><a href='/n/{n}.html'>某县召开会议{n}</a></li>" for n in range(20))
HOME = f"<title>某县人民政府门户网站</title><ul>{LINKS}</ul>"


def capture(
    body: str | bytes,
    status: int = 200,
    *,
    cookie: bytes = b"",
    kind: bytes = b"text/html; charset=utf-8",
    role: Role = Role.REPORT,
    url: str = URL,
    truncated: Truncation | None = None,
) -> Capture:
    cookies = ((b"Set-Cookie", cookie),) if cookie else ()
    return Capture(
        request=CapturedRequest(method="GET", url=url),
        response=CapturedResponse(
            status=status,
            headers=((b"Content-Type", kind), *cookies),
            body=body if isinstance(body, bytes) else body.encode(),
        ),
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
        context=CaptureContext(run_id="r", portal_id="p", role=role, link_text=TITLE),
        pointer=CapturePointer(file="f", offset=0, length=1, record_id="r", payload_digest="d"),
        truncated=truncated,
    )


BLOCKS = {
    "a challenge with 412": (capture(MARK, 412), BlockKind.RUISHU),
    "412 without a mark": (capture("<p>请求被拒绝</p>", 412), BlockKind.REFUSED),
    "a challenge with 200": (capture(MARK), BlockKind.RUISHU),
    "521 with its cookie": (capture("", 521, cookie=b"__jsluid_h=1"), BlockKind.JIASULE),
    "512 with its script": (
        capture("<script>document.cookie='a=b'</script>", 512),
        BlockKind.JIASULE,
    ),
    "a captcha with 403": (capture("<p>请完成安全验证</p>", 403), BlockKind.CAPTCHA),
    "a wall": (capture("", 403), BlockKind.REFUSED),
    "a challenge in a 503": (capture("<script>acw_sc__v2</script>", 503), BlockKind.ACW_SC),
    "JSON that refuses": (
        capture('{"code":500,"msg":"非法请求"}', kind=b"application/json"),
        BlockKind.ILLEGAL_REQUEST,
    ),
    "three bytes": (capture(b"\xef\xbb\xbf"), BlockKind.TINY_BODY),
    "a home page": (capture(HOME), BlockKind.HOME_PAGE),
}
PAGES = {
    "missing": capture("<p>您访问的页面不存在</p>", 404),
    "missing with the mark": capture(f"{MARK}<p>您访问的页面不存在</p>", 404),
    "gone softly with the mark": capture(f"{MARK}<p>您访问的页面不存在</p>"),
    "a server that is down behind a CDN": capture("<h1>Web server is down</h1>", 521),
    "an overload": capture("<p>访问过于频繁</p>", 429),
    "a bad gateway": capture("<h1>502 Bad Gateway</h1>", 502),
    "a redirect": capture("", 302, cookie=b"__jsl_clearance=1"),
    "a cut challenge": capture(MARK, truncated=Truncation.DISCONNECT),
    "an empty answer of an API": capture("[]", kind=b"application/json"),
    "JSONP": capture("cb({})", kind=b"text/plain"),
    "nothing at all": capture(""),
    "a short file of text": capture("无", kind=b"text/plain", role=Role.ATTACHMENT),
    "the home page at its address": capture(HOME, url="http://www.example.gov.cn/index.html"),
    "a page of the site with its place": capture(f"<p>当前位置：首页</p>{HOME}"),
    "an article titled as the site": capture(f"<p>{'本局高度重视信息公开。' * 12}</p>{HOME}"),
    "a page with the row's title": capture(f"<h1>{TITLE}</h1>{HOME}"),
    "a shell that leads on": capture(
        "<script>location.href='/a/b.html'</script>", cookie=b"JSESSIONID=1"
    ),
    "a login beside much text": capture(f"<p>{'政府信息公开专栏' * 80}</p><p>验证码</p>"),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block(name: str) -> None:
    served, kind = BLOCKS[name]
    block = find_block(served)
    assert block is not None
    assert block.kind is kind
    message = block.finding().message
    assert message.startswith(f"{kind.value}: {URL}")
    assert f"status {served.response.status}" in message
    outcome = read_capture(served)
    assert outcome.skip is SkipReason.BLOCKED
    assert [finding.kind for finding in outcome.findings] == ["blocked"]


@pytest.mark.parametrize("name", PAGES)
def test_no_block(name: str) -> None:
    assert find_block(PAGES[name]) is None
    assert read_capture(PAGES[name]).skip is not SkipReason.BLOCKED


def test_a_row_does_not_lend_its_title_to_a_block() -> None:
    """Long enough to be read: with the row's year and body any text would be a report."""
    said = "您的访问请求被拦截，政府信息公开栏目暂时不能访问，请稍后再试或者联系网站管理员。"
    assert read_capture(capture(f"<p>{said}</p>")).skip is SkipReason.BLOCKED


def test_a_report_with_the_mark_is_a_report() -> None:
    parts = (
        f"<p>{TITLE}</p><p>一、总体情况</p><p>2019年，主动公开政府信息120条。</p>"
        "<p>二、依申请公开政府信息情况</p><p>全年共收到申请3件。</p>"
        "<p>三、行政复议、行政诉讼情况</p><p>未发生行政复议0件。</p><p>某县人民政府</p>"
    )
    outcome = read_capture(capture(f"<title>{TITLE}</title>{MARK}<div>{parts}</div>"))
    assert outcome.skip is not SkipReason.BLOCKED
