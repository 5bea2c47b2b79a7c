"""What stands before portals and will not have a crawler, as it answers (portal-families, 5)."""

from __future__ import annotations

import random
from collections.abc import Callable

from imitation import Answer, Asked, Imitation, page

from extract.blocking import BlockKind


def ruishu_412(draw: random.Random) -> Answer:
    return Answer(
        _ruishu(draw),
        412,
        headers=(("Set-Cookie", f"{_name(draw, 13)}S={_name(draw, 40)}; Path=/; HttpOnly"),),
    )


def ruishu_200(draw: random.Random) -> Answer:
    return Answer(_ruishu(draw), headers=(("Set-Cookie", f"{_name(draw, 13)}O={_name(draw, 40)}"),))


def _ruishu(draw: random.Random) -> bytes:
    script = f"$_ts=window['$_ts'];if(!$_ts)$_ts={{}};$_ts.nsd={draw.randint(10**4, 10**6)};"
    script += f'$_ts.cd="{_name(draw, 20 * draw.randint(40, 400))}";'
    return (
        f'<!DOCTYPE html><html><head><meta id="{_name(draw, 12)}" content="{_name(draw, 60)}" '
        'r="m">'
        f"<script type=\"text/javascript\" r='m'>{script}</script>"
        f'<script type="text/javascript" charset="iso-8859-1" src="/{_name(draw, 11)}.js" r=\'m\'>'
        "</script></head><body></body></html>"
    ).encode()


def jiasule(status: int, cookie: str) -> Callable[[random.Random], Answer]:
    def answer(draw: random.Random) -> Answer:
        letters = "+".join(f"('{c}')" for c in "__jsl_clearance_s=")
        script = f"document.cookie={letters}+('{_name(draw, 30)}');location.href=location.pathname"
        cookies = ("Set-Cookie", f"{cookie}={_name(draw, 32)}; max-age=31536000; path=/; HttpOnly")
        return Answer(f"<script>{script}</script>".encode(), status, headers=(cookies,))

    return answer


def wall_403(draw: random.Random) -> Answer:
    kind = draw.choice(["<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>", ""])
    return Answer(f"<html><head><title>403</title></head><body>{kind}</body></html>".encode(), 403)


def firewall(draw: random.Random) -> Answer:
    said = draw.choice(
        ["您的访问请求被拦截，如有疑问请联系管理员", "访问过于频繁，请稍后再试", "Access Denied"]
    )
    number = f"事件编号：{_name(draw, 16)}"
    return page(f"<html><head><title>提示</title></head><body><p>{said}</p>{number}</body></html>")


def cookie_shell(draw: random.Random) -> Answer:
    name = draw.choice(["C3VK", "HMF_CI", "wzws_sid"])
    script = f'document.cookie="{name}={_name(draw, 6)}; path=/";location.reload();'
    pad = f"<!-- {_name(draw, 190)} -->"
    text = f'<html><head><meta charset="utf-8">{pad}<script>{script}</script></head></html>'
    return page(text)


def acw_sc(draw: random.Random) -> Answer:
    script = f"var arg1='{_name(draw, 40)}';function setCookie(n,v){{document.cookie=n+'='+v;}}"
    script += f"var arg3='{_name(draw, 2500)}';setCookie('acw_sc__v2',arg1);location.reload();"
    return Answer(
        f"<html><script>{script}</script></html>".encode(),
        headers=(("Set-Cookie", f"acw_tc={_name(draw, 40)};path=/;HttpOnly;Max-Age=1800"),),
    )


def captcha(draw: random.Random) -> Answer:
    said = draw.choice(["请完成安全验证后继续访问", "请输入验证码", "请拖动滑块完成拼图"])
    form = f"<form action='/verify'><img src='/{_name(draw, 8)}.png'><input name='code'></form>"
    body = f"<h3>{said}</h3>{form}"
    return page(f"<html><head><title>访问验证</title></head><body>{body}</body></html>")


def illegal_request(draw: random.Random) -> Answer:
    return page(
        draw.choice(["非法请求 404！", "<html><body><h2>非法请求 404！</h2></body></html>"])
    )


def tiny_3(draw: random.Random) -> Answer:
    return Answer(draw.choice([b"\xef\xbb\xbf", b"err", b"404"[:2] + b"x"]))


def tiny_13(draw: random.Random) -> Answer:
    return Answer(draw.choice([b"404 Not Found", b"Access Error!", b"system error."]))


KINDS: dict[str, tuple[Callable[[random.Random], Answer], BlockKind]] = {
    "412": (ruishu_412, BlockKind.RUISHU),
    "ruishu 200": (ruishu_200, BlockKind.RUISHU),
    "521": (jiasule(521, "__jsluid_h"), BlockKind.JIASULE),
    "512": (jiasule(512, "__jsluid_s"), BlockKind.JIASULE),
    "403": (wall_403, BlockKind.REFUSED),
    "firewall": (firewall, BlockKind.FIREWALL),
    "cookie shell": (cookie_shell, BlockKind.COOKIE_SHELL),
    "acw_sc": (acw_sc, BlockKind.ACW_SC),
    "captcha": (captcha, BlockKind.CAPTCHA),
    "illegal": (illegal_request, BlockKind.ILLEGAL_REQUEST),
    "3 bytes": (tiny_3, BlockKind.TINY_BODY),
    "13 bytes": (tiny_13, BlockKind.TINY_BODY),
}
"""By name: what is answered, and what it is to be told as. The home page is the portal's own."""
HOME = "home page"
NAMES = (*KINDS, HOME)


def raise_shield(imitation: Imitation, name: str, *, listings: bool) -> BlockKind:
    """Puts a shield before a portal's reports, and before its ``listings`` too; returns its kind.

    It may answer each request a little differently, as most do.
    """
    draw = random.Random(f"{imitation.seed} {name}")
    articles = {article.path for article in imitation.articles}

    def shield(asked: Asked) -> Answer | None:
        if asked.path == "/" or (not listings and asked.path not in articles):
            return None
        return home_of(imitation) if name == HOME else KINDS[name][0](draw)

    imitation.shield = shield
    return BlockKind.HOME_PAGE if name == HOME else KINDS[name][1]


def home_of(imitation: Imitation) -> Answer:
    """The home page, of the size that home pages have: without breadcrumb, full of links."""
    place, title = imitation.place.name, imitation.site_name
    news = "".join(
        f'<li><a href="/news/{n}.html">{place}召开第{n}次专题工作会议研究部署有关工作</a>'
        f"<span>2024-03-{n % 28 + 1:02}</span></li>"
        for n in range(1, 60)
    )
    head = f'<title>{title}</title><meta name="SiteName" content="{title}">'
    return page(
        f"<!DOCTYPE html><html><head>{head}</head><body><div><ul>{news}</ul></div>"
        f"<div><p>主办：{place}人民政府办公室</p></div></body></html>"
    )


def _name(draw: random.Random, length: int) -> str:
    return "".join(draw.choice("abcdefghijkmnpqrstuvwxyz0123456789") for _ in range(length))
