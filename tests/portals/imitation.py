"""What every imitated portal shares: a site with its chrome, articles with known values, a server
that keeps account of each request.

An imitation is drawn by a seed: places, years, dates, order of rows, names of columns, ids and
classes differ, what makes the family does not. A family's module holds a subclass of ``Imitation``
that says how its listing and its articles are served.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from extract import divisions
from extract.divisions import Division
from extract.report import AdminLevel

IDLE_SECONDS = 15
SHOWN_WITH = ("/static/site.css", "/static/site.js", "/static/logo.png")
"""What every page names; the stylesheet names BACKGROUND."""
BACKGROUND = "/static/bg.png"
CLASSES = ("wrap", "box", "main", "cont", "area", "panel", "item", "block", "part", "unit", "grid")
OTHER_ROWS = (
    "{place}召开{year}年政务公开工作推进会",
    "关于做好{year}年度政府信息公开工作年度报告编制工作的通知",
    "{place}{year}年政府网站工作年度报表",
    "{place}{year}年法治政府建设年度报告",
)
"""Rows that are no reports, such as every annual-report column has some."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the server took it. ``path`` is decoded and without query."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    target: str
    at: float

    def value(self, name: str, default: str = "") -> str:
        """A value of the form or the query."""
        return self.form.get(name, self.query.get(name, default))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. ``reset`` breaks the connection instead."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    reset: bool = False


def page(markup: str, *, charset: str = "utf-8", status: int = 200) -> Answer:
    """An HTML answer whose header names no charset, as most portals' do."""
    return Answer(markup.encode(charset), status=status)


@dataclass(slots=True)
class Article:
    """A row of the listing and the page behind it.

    ``published`` is the date that the page shows and that is right; ``listed`` what the row shows.
    ``path`` is set by the family. ``is_report`` says whether a report of ``reporter`` on ``year``
    is to be found in it; a row that no page stands behind is ``missing``.
    """

    title: str
    year: int
    published: date
    reporter: str
    is_report: bool = True
    is_missing: bool = False
    path: str = ""
    listed: date | None = None
    attachment: str | None = None
    count: int = 0

    @property
    def shown(self) -> date:
        """The date in the row."""
        return self.listed or self.published


@dataclass(frozen=True, slots=True)
class Expected:
    """A report that a crawl has to find."""

    path: str
    title: str
    year: int
    published: date
    count: int


class Imitation:
    """A portal of one family, drawn by a seed, with a log of all that was asked.

    Subclasses set ``family``, place the articles in ``lay_out`` and answer in ``answer``. ``pages``
    is how many pages of listings exist; ``forbidden`` are parts of addresses that none may ask.
    ``requisites`` are the paths of what its pages are shown with.
    ``shield`` is what stands before the portal: what it answers, the portal does not.
    """

    family: ClassVar[str]
    reports = 13
    others = 3

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.draw = random.Random(f"{self.family} {seed}")
        self.host = f"127.{20 + _number(self.family)}.{seed // 200}.{seed % 200 + 1}"
        self.place = self.draw.choice(_places())
        self.site_name = f"{self.place.name}人民政府门户网站"
        self.column = self.draw.choice(
            ["政府信息公开年报", "政府信息公开工作年度报告", "信息公开年度报告", "年度报告"]
        )
        self.log: list[Asked] = []
        self.shield: Callable[[Asked], Answer | None] = lambda asked: None
        self.origin = ""
        self.forbidden: list[str] = ["/calendar", "/visit", "javascript"]
        self.articles = self._articles()
        self.pages = 1
        self.requisites = [*SHOWN_WITH, BACKGROUND]
        self.listing_path = "/"
        self.lay_out()

    # -- to be said by a family -------------------------------------------------------------------

    def lay_out(self) -> None:
        """Sets ``listing_path``, ``pages`` and each article's ``path``."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer | None:
        """The answer to a request; None for what is not there."""
        raise NotImplementedError

    # -- what families use ------------------------------------------------------------------------

    def word(self, *, digits: int = 0) -> str:
        """A class, an id or a folder's name that means nothing."""
        number = str(self.draw.randint(10 ** (digits - 1), 10**digits - 1)) if digits else ""
        return self.draw.choice(CLASSES) + number

    def hex(self, length: int = 32) -> str:
        """Hexadecimal digits, as many systems name things."""
        return "".join(self.draw.choice("0123456789abcdef") for _ in range(length))

    def article_at(self, path: str) -> Article | None:
        """The article whose address this is, if its page is there."""
        return next((a for a in self.articles if a.path == path and not a.is_missing), None)

    def chrome(self, content: str, *, title: str, metas: str = "", charset: str = "utf-8") -> str:
        """A whole page of the site around some content."""
        draw = random.Random(f"{self.seed} chrome")
        a, b, c = (draw.choice(CLASSES) for _ in range(3))
        names = (("", "首页"), ("zwgk", "政务公开"), ("hdjl", "互动交流"))
        links = "".join(f'<li><a href="/{word}/">{name}</a></li>' for word, name in names)
        path = f'<a href="/">首页</a> &gt; <a href="/zwgk/">政府信息公开</a> &gt; {self.column}'
        hot = f'<a href="/hot/1.html">{self.place.name}召开常务会议</a>'
        months = "".join(
            f'<a href="/calendar?year=2024&amp;month={number}">{name}</a>'
            for number, name in ((1, "上月"), (3, "下月"))
        )
        host = f"{self.place.name}人民政府办公室　网站标识码：{self.place.code}0001"
        return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title}</title>{metas}
<link rel="stylesheet" href="/static/site.css"><script src="/static/site.js"></script></head>
<body><div class="header {a}"><img src="/static/logo.png" alt=""><ul class="nav">{links}</ul>
<form action="/search" class="search"><input name="q"></form></div>
<div class="position">当前位置：{path}</div>
<div class="{b}">{content}</div>
<div class="sidebar"><h3>热门信息</h3><ul><li>{hot}</li></ul></div>
<div class="calendar">{months}</div>
<div class="footer {c}"><p>主办：{host}</p>
<p><a href="/sitemap.html">网站地图</a> <a href="https://www.gov.cn/">中国政府网</a></p></div>
</body></html>"""

    def metas(self, article: Article, **changed: str) -> str:
        """The meta tags of 2017, in the mixed case that sites have them."""
        draw = random.Random(f"{self.seed} {article.title}")
        values = {
            "SiteName": self.site_name,
            "SiteDomain": "www.example.gov.cn",
            "SiteIDCode": f"{self.place.code}0001",
            "ColumnName": self.column,
            "ColumnType": "政府信息公开",
            "ArticleTitle": article.title,
            "PubDate": f"{article.published.isoformat()} 10:{draw.randint(10, 59)}",
            "ContentSource": article.reporter,
            "Keywords": "",
        } | changed
        return "\n".join(
            f'<meta name="{draw.choice([name, name, name.lower()])}" content="{value}">'
            for name, value in values.items()
        )

    def body(self, article: Article) -> str:
        """The text of an article: a report with numbers, or something else."""
        if not article.is_report:
            return "<p>为进一步做好有关工作，现将情况公布如下，请认真贯彻执行。</p>" * 3
        return report_text(article)

    def home(self, *links: tuple[str, str]) -> Answer:
        """The home page, with the way to the annual reports among much else."""
        items = "".join(f'<li><a href="{href}">{name}</a></li>' for href, name in links)
        news = "".join(
            f'<li><a href="/news/{n}.html">{self.place.name}要闻{n}</a><i>2024-03-{n:02}</i></li>'
            for n in range(1, 9)
        )
        return page(self.chrome(f"<ul>{news}</ul><ul>{items}</ul>", title=self.site_name))

    # -- what tests use ---------------------------------------------------------------------------

    @property
    def listing(self) -> str:
        """The address of the listing."""
        return self.origin + self.listing_path

    def expected(self) -> list[Expected]:
        """The reports that are there."""
        return [
            Expected(a.path, a.title, a.year, a.published, a.count)
            for a in self.articles
            if a.is_report and not a.is_missing
        ]

    def counted(self) -> list[Asked]:
        """Requests that count against the bound: all but robots.txt and requisites."""
        apart = ("/robots.txt", *self.requisites)
        return [asked for asked in self.log if asked.path not in apart]

    def allowed_requests(self) -> int:
        """Pages that exist, articles and attachments, and a tenth more."""
        wanted = self.pages + sum(
            1 + (a.attachment is not None) for a in self.articles if self.is_wanted(a)
        )
        return wanted + max(1, wanted // 10)

    def is_wanted(self, article: Article) -> bool:
        """Whether a crawl asks for a row: it is titled like a report."""
        return article.is_report

    def retries(self, target: str) -> int:
        """How often an address may be asked once more: one that fails at first."""
        return 0

    def respond(self, asked: Asked) -> Answer:
        """The family's answer, and what every site has."""
        self.log.append(asked)
        if asked.path == "/robots.txt":
            return self.robots()
        answer = self.shield(asked) or self.answer(asked)
        if answer is not None:
            return answer
        if asked.path.startswith("/static/"):
            kind = {"css": "text/css", "js": "application/javascript"}.get(
                asked.path[-3:].strip(".")
            )
            is_style = asked.path == SHOWN_WITH[0]
            body = b'body { background: url("bg.png") }' if is_style else b"/* */"
            return Answer(body, media_type=kind or "image/png")
        gone = any(article.path == asked.path for article in self.articles)
        status = 200 if gone and self.seed % 2 else 404  # half of the portals say it softly
        return page(self.chrome("<p>您访问的页面不存在</p>", title="404"), status=status)

    def robots(self) -> Answer:
        """None, everything allowed, or something else forbidden: by the seed."""
        return (
            Answer(b"not found", 404, "text/plain"),
            Answer(b"User-agent: *\nDisallow: /admin/\nDisallow: /search\n", 200, "text/plain"),
            page("<html><body>404</body></html>"),
        )[self.seed % 3]

    def _articles(self) -> list[Article]:
        draw, place = self.draw, self.place
        last = draw.randint(2019, 2024)
        made = []
        for year in range(last, last - self.reports + 1, -1):
            name = draw.choice([place.name, f"{place.name}人民政府"])
            made.append(
                self._article(
                    year, f"{name}{year}年政府信息公开工作年度报告", f"{place.name}人民政府"
                )
            )
        higher = place.province
        made.append(
            self._article(
                last, f"{higher}人民政府{last}年政府信息公开工作年度报告", f"{higher}人民政府"
            )
        )
        for number, form in enumerate(OTHER_ROWS[: self.others]):
            other = self._article(
                last, form.format(place=place.name, year=last - number), place.name
            )
            other.is_report = False
            made.append(other)
        draw.choice(made[2 : self.reports - 1]).is_missing = True
        if self.seed % 2:
            draw.shuffle(made)
        return made

    def _article(self, year: int, title: str, reporter: str) -> Article:
        published = date(year + 1, 1, 6) + timedelta(days=self.draw.randint(0, 80))
        return Article(title, year, published, reporter, count=self.draw.randint(100, 99_999))


def report_text(article: Article) -> str:
    """A short report with one known count."""
    year, who = article.year, article.reporter
    return f"""<p>根据《政府信息公开条例》规定，现公布{who}{year}年政府信息公开工作年度报告。</p>
<p>本报告所列数据统计期限为{year}年1月1日至{year}年12月31日。</p><p>一、总体情况</p>
<p>{year}年，主动公开政府信息{article.count}条，工作机制不断健全，公开质量稳步提升。</p>
<p>二、依申请公开政府信息情况</p>
<p>全年没有收到政府信息公开申请，也未发生因政府信息公开引起的行政复议、行政诉讼。</p>
<p>三、存在的主要问题及改进情况</p>
<p>公开内容的针对性还不够强，下一步将加强业务培训，改进栏目设置，提升公开实效。</p>"""


@cache
def _places() -> list[Division]:
    """Counties and cities whose name no other bears, in any year that reports are drawn from."""
    rows = [
        row
        for rows in divisions._table().by_code.values()
        for row in rows
        if row.first_year <= 2005
        and row.stood_in(2024)
        and row.level in (AdminLevel.PREFECTURE, AdminLevel.COUNTY)
        and row.name[-1] in "市县旗"
        and (row.prefecture or row.level is AdminLevel.PREFECTURE)
        and row.province[:2] not in ("台湾", "香港", "澳门")
        and all(len(divisions.find_by_name(row.name, year)) == 1 for year in (2008, 2016, 2024))
    ]
    return sorted(rows, key=lambda row: (row.code, row.first_year))


def _number(family: str) -> int:
    return sum(family.encode()) % 80


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    imitation: ClassVar[Imitation]
    lock: ClassVar[threading.Lock]

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        asked = Asked(
            method=self.command,
            path=unquote(parts.path),
            query={k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()},
            form={k: v[-1] for k, v in parse_qs(body, keep_blank_values=True).items()},
            headers=dict(self.headers.items()),
            target=self.path,
            at=monotonic(),
        )
        with self.lock:
            answer = self.imitation.respond(asked)
        if answer.reset:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response_only(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        if answer.media_type and "content-type" not in names:
            self.send_header("Content-Type", answer.media_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_HEAD = _serve

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the imitation keeps account."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def served(*imitations: Imitation) -> Iterator[Sequence[Imitation]]:
    """Each on its own loopback address, for as long as the context lasts."""
    with ExitStack() as stack:
        for imitation in imitations:
            handler = type(
                "Handler", (_Handler,), {"imitation": imitation, "lock": threading.Lock()}
            )
            server = stack.enter_context(_Server((imitation.host, 0), handler))
            imitation.origin = f"http://{imitation.host}:{server.server_address[1]}"
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        yield imitations
