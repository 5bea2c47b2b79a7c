"""Imitations of the old and odd (S10): eportal, and lists that no platform's name covers."""

from __future__ import annotations

import json
from typing import ClassVar

from imitation import Answer, Article, Asked, Imitation, page

ROWS_A_PAGE = 6


class _Paged(Imitation):
    """A listing in pages of six rows, and plain articles."""

    charset = "utf-8"
    sessions = False

    def slice_of(self, number: int) -> list[Article]:
        return self.articles[number * ROWS_A_PAGE : (number + 1) * ROWS_A_PAGE]

    def count_pages(self) -> None:
        self.pages = -(-len(self.articles) // ROWS_A_PAGE)

    def list_page(self, shown: list[Article], pager: str) -> Answer:
        rows = "".join(map(self.row, shown))
        markup = self.chrome(
            f'<ul class="{self.list_class}">{rows}</ul><div>{pager}</div>',
            title=self.column,
            charset="gb2312" if self.charset == "gb18030" else "utf-8",
        )
        return page(markup, charset=self.charset)

    def row(self, article: Article) -> str:
        day = article.shown.isoformat()
        session = f";jsessionid={self.hex()}" if self.sessions else ""
        return f'<li><a href="{article.path}{session}">{article.title}</a><span>{day}</span></li>'

    def article_page(self, article: Article) -> Answer:
        content = (
            f"<h1>{article.title}</h1><p>发布日期：{article.published.isoformat()}　"
            f'来源：{article.reporter}</p><div class="{self.word()}">{self.body(article)}</div>'
        )
        markup = self.chrome(
            content,
            title=article.title,
            metas=self.metas(article),
            charset="gb2312" if self.charset == "gb18030" else "utf-8",
        )
        return page(markup, charset=self.charset)


class Eportal(_Paged):
    """Huilan's: the pager calls ``next(N)``, which asks ``/eportal/ui?…&currentPage=N``."""

    family: ClassVar[str] = "eportal"

    def lay_out(self) -> None:
        self.list_class = self.word()
        self.page_id, self.module = str(self.draw.randint(10**5, 10**6)), self.hex()
        self.listing_path = f"/zwgk/{self.word()}/index.html"
        for article in self.articles:
            article.path = f"/zwgk/{self.word()}/{self.draw.randint(10**6, 10**8)}/index.shtml"
        self.count_pages()

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return self._page(1)
        if asked.path == "/eportal/ui":
            right = asked.value("moduleId") == self.module and asked.value("pageId") == self.page_id
            return self._page(int(asked.value("currentPage", "1"))) if right else None
        article = self.article_at(asked.path)
        return self.article_page(article) if article else None

    def _page(self, number: int) -> Answer | None:
        if not 1 <= number <= self.pages:
            return None
        script = (
            f"<script>var pageId='{self.page_id}';function next(n){{location='/eportal/ui?pageId='"
            f"+pageId+'&currentPage='+n+'&moduleId={self.module}&staticRequest=yes'}}"
            f"var moduleId = '{self.module}';</script>"
        )
        following = (
            f'<a href="javascript:next({number + 1})">下一页</a>' if number < self.pages else ""
        )
        total = f"共{len(self.articles)}条 第{number}/{self.pages}页"
        return self.list_page(self.slice_of(number - 1), f"{script}<span>{total}</span>{following}")


KINDS = ("aspx", "numbered", "years", "onclick", "in_script")


class Odd(_Paged):
    """Lists of no platform: GET pages of ASPX, ``1.html``, columns by year, rows in handlers or in
    script. Every second five are in GB18030 called gb2312.
    """

    family: ClassVar[str] = "generic"

    def lay_out(self) -> None:
        self.kind = KINDS[self.seed % len(KINDS)]
        self.charset = "gb18030" if self.seed // len(KINDS) % 2 else "utf-8"
        self.list_class = self.word()
        folder = f"/{self.draw.choice(['zfxxgk', 'xxgk', 'zwgk'])}/{self.word()}"
        self.folder = folder
        self.cid = self.draw.randint(100, 9999)
        self.listing_path = {
            "aspx": f"{folder}.aspx?cid={self.cid}&page=1&kw=",
            "numbered": f"{folder}/1.html",
        }.get(self.kind, f"{folder}/")
        for article in self.articles:
            number = self.draw.randint(10**4, 10**6)
            sub = f"{folder}/{article.year}ndbg" if self.kind == "years" else folder
            article.path = f"{sub}/{article.published:%Y-%m-%d}/{number}.html"
        self.count_pages()
        self.sessions = self.kind == "numbered"
        self.forbidden += ["jsessionid"]
        if self.kind == "years":
            self.pages = 1 + len({article.year for article in self.articles})
        if self.kind in ("in_script", "onclick"):
            self.pages = 1

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        listed = self._list(asked)
        if listed is not None:
            return listed
        article = self.article_at(asked.path)
        return self.article_page(article) if article else None

    def _list(self, asked: Asked) -> Answer | None:
        return getattr(self, f"_{self.kind}")(asked)

    def _aspx(self, asked: Asked) -> Answer | None:
        if asked.path != f"{self.folder}.aspx" or asked.value("cid") != str(self.cid):
            return None
        number = int(asked.value("page", "1"))
        links = "".join(
            f'<a href="?cid={self.cid}&amp;page={n}&amp;kw=">{n}</a>'
            for n in range(1, self.pages + 1)
        )
        return self.list_page(self.slice_of(number - 1), links)

    def _numbered(self, asked: Asked) -> Answer | None:
        name = asked.path.removeprefix(f"{self.folder}/").removesuffix(".html")
        if not name.isdigit() or not asked.path.startswith(f"{self.folder}/"):
            return None
        number = int(name)
        if not 1 <= number <= self.pages:
            return None
        session = f";jsessionid={self.hex()}"  # another one on every page
        following = "下一页"
        if number < self.pages:
            following = f'<a href="{number + 1}.html{session}">下一页</a>'
        return self.list_page(self.slice_of(number - 1), f'<a href="1.html">首页</a>{following}')

    def _years(self, asked: Asked) -> Answer | None:
        years = sorted({article.year for article in self.articles}, reverse=True)
        if asked.path == f"{self.folder}/":
            links = "".join(f'<li><a href="{year}ndbg/">{year}年</a></li>' for year in years)
            return page(self.chrome(f"<ul>{links}</ul>", title=self.column, charset="utf-8"))
        for year in years:
            if asked.path == f"{self.folder}/{year}ndbg/":
                return self.list_page([a for a in self.articles if a.year == year], "")
        return None

    def _onclick(self, asked: Asked) -> Answer | None:
        if asked.path != f"{self.folder}/":
            return None
        rows = "".join(
            f'<li><a href="javascript:void(0)" onclick="jumpToDetail({self._quoted(a)})">'
            f"{a.title}</a><span>{a.shown.isoformat()}</span></li>"
            for a in self.articles
        )
        markup = self.chrome(f"<ul>{rows}</ul>", title=self.column)
        return page(markup)

    def _quoted(self, article: Article) -> str:
        return f"'.{article.path.removeprefix(self.folder)}'"

    def _in_script(self, asked: Asked) -> Answer | None:
        if asked.path != f"{self.folder}/":
            return None
        rows = [{"aT": a.title, "aPd": a.shown.isoformat(), "aU": a.path} for a in self.articles]
        data = json.dumps(rows, ensure_ascii=False)
        return page(
            self.chrome(f"<div id=x></div><script>var itemObj={data};</script>", title=self.column)
        )
