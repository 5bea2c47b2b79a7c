"""Answers that stand in place of a page because the server, or a firewall before it, will not have
a crawler: told from the capture alone, so the same live, replayed and read again.

Told as cases, first match (portals seen 2018-2026):
  a redirect, a cut response                     no block
  a firewall's mark in an error or a bare page   of that firewall: 瑞数, 加速乐, acw_sc, SafeLine …
  401, 403, 412, 451                             captcha, firewall, or refused
  any other error                                captcha or firewall if its few words say so
  some bytes that are neither page nor data      tiny body
  a bare page whose script sets a cookie         cookie shell
  a page of few words                            captcha, firewall or illegal request if they say so
  the home page at another address               home page
A page is bare that shows nothing to a reader. A mark alone is none: 瑞数 marks good pages too.
Nothing here is ever solved or evaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from lxml.html import HtmlElement

from archive.capture import Capture, CapturedResponse, Role
from extract import decode
from extract.addresses import is_home
from extract.document import Page
from extract.errors import Undecodable
from extract.report import Finding
from extract.sentences import say
from extract.titles import names_disclosure_report

REFUSALS = frozenset({401, 403, 412, 451})
"""Statuses that refuse, whatever their page says; 瑞数 answers 412."""
SHIELD_ERRORS = frozenset({512, 521})
"""加速乐's challenge; CDNs say 521 of a server that is down, then without its cookies."""
OVERLOADS = frozenset({429, 503})
"""Say "too much": only a firewall's own mark or a captcha makes them a block."""
MISSING = frozenset({404, 410})

TINY_BYTES = 32
"""Masks of 3 and of 13 bytes were seen; the shortest page has more in its markup."""
SHELL_CHARS = 6000
"""Cookie shells have about 380 bytes, those of acw_sc up to 4,000."""
BARE_CHARS = 60
"""Characters that a reader sees of a challenge: nothing, or that scripts are to be switched on."""
FEW_CHARS = 500
"""Characters that a reader sees of a captcha or of a firewall's refusal."""
SMALL_BYTES = 4096
"""A body up to this size is looked at as soon as it comes: see ``is_suspect``."""
LEAST_LINKS = 10
PARAGRAPH = 100
"""Characters on end outside of links: a home page has none so long, an article has."""
SCANNED = 200_000


class BlockKind(StrEnum):
    """What stands in place of the page."""

    RUISHU = "ruishu"
    JIASULE = "jiasule"
    ACW_SC = "acw_sc"
    FIREWALL = "firewall"
    CAPTCHA = "captcha"
    COOKIE_SHELL = "cookie_shell"
    ILLEGAL_REQUEST = "illegal_request"
    TINY_BODY = "tiny_body"
    HOME_PAGE = "home_page"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block; ``seen`` is what it was known by, for a person."""

    kind: BlockKind
    url: str
    seen: str

    @property
    def detail(self) -> str:
        """In one sentence without the address."""
        what = say(f"block_{self.kind.value}")
        return say("block_detail", said_what=what, said_seen=self.seen)

    def finding(self) -> Finding:
        """As a finding, which names kind and evidence."""
        message = say("blocked", kind=self.kind.value, url=self.url, said=self.detail)
        return Finding(kind="blocked", message=message)


_RUISHU = re.compile(
    r"\$_ts\b|<(?:meta|script)\b[^<>]{0,400}\br\s*=\s*[\"']?m[\"'\s/>]", re.IGNORECASE
)
_MARKS: tuple[tuple[BlockKind, re.Pattern[str]], ...] = (
    (BlockKind.RUISHU, _RUISHU),
    (BlockKind.JIASULE, re.compile(r"__jsl_clearance")),
    (BlockKind.ACW_SC, re.compile(r"acw_sc__v\d")),
    (
        BlockKind.FIREWALL,
        re.compile(
            r"yunsuo_session_verify|safeline|slg-(?:title|box)|EO[_-]Bot|edgeone|TencentCaptcha"
            r"|cf[-_]chl|_guard/|waf[-_]?(?:js|captcha)",
            re.IGNORECASE,
        ),
    ),
)
_CHALLENGE_COOKIE = re.compile(r"__jsl_clearance|acw_sc__|yunsuo_session_verify|https_waf_cookie")
_SHIELD_COOKIE = re.compile(r"__jsl(?:uid|_clearance)")
_SETS_COOKIE = re.compile(r"document\s*\.\s*cookie\s*=|document\[[\"']cookie[\"']\]\s*=")
_RELOADS = re.compile(
    r"\blocation\s*\.\s*reload|\blocation(?:\.href)?\s*=\s*(?:window\.|document\.)?location\b"
)

# what is shown comes without blanks
_CAPTCHA = re.compile(
    r"人机(?:身份)?(?:验证|识别|校验)|(?:滑动|滑块|安全|访问|行为|图形|身份)验证|拖动.{0,6}滑块"
    r"|(?:请|完成|输入|填写|通过).{0,12}验证|验证码|captcha",
    re.IGNORECASE,
)
_FIREWALL = re.compile(
    r"(?:请求|访问|操作|连接).{0,6}(?:被|遭|已)?.{0,4}(?:拦截|阻断|拒绝|禁止|限制)"
    r"|(?:拦截|阻断|禁止)(?:访问|提示|页面)|防火墙|疑似(?:黑客|网络)?攻击|不合法(?:的)?(?:参数|请求|访问)"
    r"|(?:访问|请求|操作)(?:过于|太|次数过)?(?:频繁|过快|过多)|(?:IP|ip).{0,16}(?:封|限制|黑名单|禁)"
    r"|accessdenied|request(?:was)?blocked|(?:has|have)beenblocked|forbidden|雷池|云锁|安全狗"
    r"|云防护"
    r"|(?:开启|启用|打开|支持)(?:JavaScript|cookie)|enablejavascript|checkingyourbrowser",
    re.IGNORECASE,
)
_ILLEGAL = re.compile(r"非法(?:请求|访问|操作|字符|参数)|illegal(?:request|access)", re.IGNORECASE)
_GONE = re.compile(r"不存在|找不到|未找到|已被?删除|已下线|notfound", re.IGNORECASE)
_DATA = re.compile(r"\s*(?:[\w.$]{0,60}\(\s*)?[\[{\"<]|\s*(?:null|true|false|-?\d+)\s*;?\s*$")

_HOME_TITLE = re.compile(r"^(?:首页|主页)|(?:首页|主页|门户网站|官方网站|政府网站?|政务网|官网)$")
_POSITION = re.compile(r"(?:当前|所在|现在)的?位置|您的位置|位置[:：]")
_HIDDEN = frozenset({"script", "style", "noscript", "title", "template", "option"})


def is_suspect(response: CapturedResponse) -> bool:
    """Whether a response is worth a look as soon as it comes: an error, a small body, a mark.

    Large good ones are looked at when they are read, in a worker.
    """
    if response.status >= 400:
        return True
    small = len(response.body) <= SMALL_BYTES
    return response.status == 200 and (small or b"$_ts" in response.body)


def find_block(capture: Capture) -> Block | None:
    """The block that a capture is; None for a page, a redirect, a cut response and what is no text.

    Of a good status give it only what was not read as a listing or a report: the rules are for
    pages that hold nothing of what was asked for.
    """
    response = capture.response
    if capture.truncated is not None or 300 <= response.status < 400:
        return None
    try:
        page = decode.page(capture)
    except Undecodable:
        page = None
    kind = _of_error(response, page) if response.status >= 400 else _of_good(capture, page)
    if kind is None:
        return None
    return Block(kind=kind, url=capture.request.url, seen=_seen(response, page))


def _of_error(response: CapturedResponse, page: Page | None) -> BlockKind | None:
    status, shown = response.status, _shown(page)
    refuses = status in REFUSALS or status in SHIELD_ERRORS
    # a shielded site's own error page has the mark as well
    if refuses or shown is None or _is_bare(shown):
        marked = _marked(page, _cookies(response))
        if marked is not None:
            return marked
    if status in SHIELD_ERRORS:
        cookies = " ".join(_cookies(response))
        shell = page is not None and _SETS_COOKIE.search(page.text[:SCANNED])
        return BlockKind.JIASULE if shell or _SHIELD_COOKIE.search(cookies) else None
    said = _said(shown) if shown is not None and len(shown) <= FEW_CHARS else None
    if status in REFUSALS:
        return said if said is BlockKind.CAPTCHA else BlockKind.REFUSED
    if said is BlockKind.CAPTCHA:
        return said
    quiet = status in OVERLOADS or status in MISSING or status >= 500
    return said if said is BlockKind.FIREWALL and not quiet else None


def _of_good(capture: Capture, page: Page | None) -> BlockKind | None:
    if page is None:
        return None
    shown = _shown(page)
    if _is_tiny(capture, page):
        return _said(shown or "") or BlockKind.TINY_BODY
    if shown is None:
        return None
    if _is_bare(shown):
        marked = _marked(page, _cookies(capture.response))
        if marked is not None:
            return marked
        if _is_cookie_shell(capture.response, page):
            return BlockKind.COOKIE_SHELL
    if len(shown) <= FEW_CHARS and (said := _said(shown)) is not None:
        return said
    return BlockKind.HOME_PAGE if _is_home_page(capture, page) else None


def _is_bare(shown: str) -> bool:
    """Whether a reader sees nothing; that a page is gone is something."""
    return len(shown) <= BARE_CHARS and not _GONE.search(shown)


def _marked(page: Page | None, cookies: list[str]) -> BlockKind | None:
    """The firewall that a page's markup or its cookies name."""
    text = page.text[:SCANNED] if page is not None else ""
    for kind, mark in _MARKS:
        if mark.search(text):
            return kind
    named = next((name for name in cookies if _CHALLENGE_COOKIE.match(name)), "")
    if not named:
        return None
    return next((kind for kind, mark in _MARKS if mark.search(named)), BlockKind.FIREWALL)


def _is_tiny(capture: Capture, page: Page) -> bool:
    """A few bytes that are no markup and no data: a file of text may be as short."""
    body = capture.response.body
    if not body or len(body) > TINY_BYTES or capture.context.role is Role.ATTACHMENT:
        return False
    if page.media_type not in ("text/html", "text/plain") or capture.response.header(
        "Content-Encoding"
    ):
        return False
    return not _DATA.match(page.text)


def _is_cookie_shell(response: CapturedResponse, page: Page) -> bool:
    if page.tree is None or len(page.text) > SHELL_CHARS:
        return False
    sets = _SETS_COOKIE.search(page.text) is not None
    return sets or (bool(_cookies(response)) and _RELOADS.search(page.text) is not None)


def _said(shown: str) -> BlockKind | None:
    for kind, pattern in (
        (BlockKind.CAPTCHA, _CAPTCHA),
        (BlockKind.ILLEGAL_REQUEST, _ILLEGAL),
        (BlockKind.FIREWALL, _FIREWALL),
    ):
        if pattern.search(shown):
            return kind
    return None


def _is_home_page(capture: Capture, page: Page) -> bool:
    """A page titled as the site itself, of many links and without article or place in the site."""
    tree = page.tree
    if tree is None or is_home(page.url):
        return False
    metas, title = _metas(tree), _title(page)
    column = metas.get("columnname", "")
    if metas.get("articletitle") or (column and not _HOME_TITLE.search(column)):
        return False
    is_site = bool(title) and title == metas.get("sitename")
    if not (is_site or _HOME_TITLE.search(title)) or names_disclosure_report(title):
        return False
    if sum(1 for _ in islice(tree.iter("a"), LEAST_LINKS)) < LEAST_LINKS:
        return False
    pieces = list(_outside_links(tree))
    asked = "".join((capture.context.link_text or "").split())
    if any(len(piece) >= PARAGRAPH or _POSITION.search(piece) for piece in pieces):
        return False
    return not (asked and any(asked in piece for piece in pieces))


def _shown(page: Page | None) -> str | None:
    """What a reader sees of a page, without blanks, and its title; None when it is no text, or
    more than a block says.
    """
    if page is None or not page.text:
        return None if page is None or page.media_type != "text/html" else ""
    if page.tree is None:
        return "".join(page.text.split()) if len(page.text) <= 10 * FEW_CHARS else None
    pieces = [_title(page)]
    total = 0
    for piece in _texts(page.tree):
        pieces.append(piece)
        total += len(piece)
        if total > 2 * FEW_CHARS:
            break
    return "".join("".join(pieces).split())


def _title(page: Page) -> str:
    found = page.tree.find(".//title") if page.tree is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""


def _metas(tree: HtmlElement) -> dict[str, str]:
    return {
        (meta.get("name") or "").lower(): (meta.get("content") or "").strip()
        for meta in islice(tree.iter("meta"), 100)
    }


def _texts(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        hidden = not isinstance(element.tag, str) or element.tag in _HIDDEN
        if not hidden and element.text:
            yield element.text
        if element.tail and not _in_hidden(element.getparent()):
            yield element.tail


def _in_hidden(element: HtmlElement | None) -> bool:
    return element is not None and element.tag in _HIDDEN


def _outside_links(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        hidden = not isinstance(element.tag, str) or element.tag in _HIDDEN or element.tag == "a"
        parent = element.getparent()
        in_link = parent is not None and parent.tag == "a"
        if not hidden and not in_link and element.text:
            yield "".join(element.text.split())
        if element.tail and not in_link and not _in_hidden(parent):
            yield "".join(element.tail.split())


def _cookies(response: CapturedResponse) -> list[str]:
    """Names of the cookies that a response sets."""
    return [
        value.decode("latin-1").partition("=")[0].strip()
        for name, value in response.headers
        if name.lower() == b"set-cookie"
    ][:20]


def _seen(response: CapturedResponse, page: Page | None) -> str:
    """The evidence in words: status, size, cookies, marks, title."""
    parts = [
        say("seen_status", status=response.status),
        say("seen_bytes", count=len(response.body)),
    ]
    if cookies := _cookies(response):
        named = ", ".join(name[:40] for name in cookies[:4])
        parts.append(say("seen_cookies", cookies=named))
    if page is not None:
        text = page.text[:SCANNED]
        marks = [found[0][:30] for _, mark in _MARKS if (found := mark.search(text))]
        parts += [say("seen_mark", mark=repr(" ".join(mark.split()))) for mark in marks]
        title = _title(page)
        shown = _shown(page)
        if title:
            parts.append(say("seen_title", title=repr(title[:40])))
        elif shown:
            parts.append(say("seen_words", words=repr(shown[:40])))
    return ", ".join(parts)
