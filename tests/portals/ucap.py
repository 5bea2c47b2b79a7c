"""Imitations of Ucap's two skins (S6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

from imitation import Answer, Article, Asked, Imitation, page

CHANNEL_ROWS = 7


class UcapChannel(Imitation):
    """``list.shtml`` with a channel's id; every third seed has its first rows in the page.

    The metas' PubDate is when a page was made again: the date that the page shows is right.
    """

    family: ClassVar[str] = "ucap_channel"

    def lay_out(self) -> None:
        self.code = self.draw.randint(100000, 999999)
        self.channel = self.hex()
        self.name_of_list = self.draw.choice(["list", "common_list"])
        self.listing_path = f"/site/c{self.code}/{self.name_of_list}.shtml"
        self.rows_in_page = self.seed % 3 == 0
        for article in self.articles:
            name = self.draw.choice([f"{self.hex()}.shtml", f"{self.hex()}/content.shtml"])
            article.path = f"/site/c{self.code}/{article.published:%Y%m}/{name}"
        self.pages = -(-len(self.articles) // CHANNEL_ROWS) + (not self.rows_in_page)
        self.forbidden += ["/related/"]

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._list())
        if asked.path == f"/common/search/{self.channel}":
            return self._search(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _list(self) -> str:
        shown = self.articles[:CHANNEL_ROWS] if self.rows_in_page else []
        rows = "".join(
            f'<li><a href="{article.path}" title="{article.title}">{article.title}</a>'
            f"<span>{article.shown.isoformat()}</span></li>"
            for article in shown
        )
        metas = (
            f'<meta name="channelId" content="{self.channel}">'
            f'<meta name="code" content="{self.hex(8)}">'
            '<meta name="others" content="页面生成时间 2026-03-27 09:36:38">'
            '<meta name="template,templategroup,version" content="1,2,3">'
        )
        return self.chrome(f'<ul id="{self.word()}">{rows}</ul>', title=self.column, metas=metas)

    def _search(self, asked: Asked) -> Answer:
        number, size = int(asked.value("page", "1")), int(asked.value("_pageSize", "18"))
        size = min(size, CHANNEL_ROWS)  # a smaller page than was asked for
        shown = self.articles[(number - 1) * size : number * size]
        told = {
            "data": {
                "page": number,
                "rows": size,
                "total": len(self.articles),
                "channelId": self.channel,
                "results": [self._item(article) for article in shown],
            }
        }
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _item(self, article: Article) -> dict[str, Any]:
        scheme = "" if article.count % 2 else f"//{self.origin.partition('//')[2]}"
        return {
            "title": article.title,
            "url": f"{scheme}{article.path}",
            "publishedTimeStr": f"{article.shown.isoformat()} 11:54:00",
            "content": "",
            "contentHtml": "",
            "domainMetaList": [],
        }

    def _article_page(self, article: Article) -> str:
        made_again = f"{(article.published + timedelta(days=700)).isoformat()} 09:36:38"
        metas = self.metas(article, PubDate=made_again)
        metas += f'<meta name="others" content="页面生成时间 {made_again}"><meta content="x" r="m">'
        content = (
            f"<UCAPTITLE><h1>{article.title}</h1></UCAPTITLE>"
            f"<div>日期：<PUBLISHTIME>{article.published.isoformat()} 11:54</PUBLISHTIME>　"
            f"来源：{article.reporter}</div>"
            f"<UCAPCONTENT><div id=detailContent>{self.body(article)}</div>"
            '</UCAPCONTENT><div style="display:none"><a href="/related/1.shtml">'
            f"{self.place.province}人民政府2001年政府信息公开工作年度报告</a></div>"
        )
        return self.chrome(content, title=article.title, metas=metas)


QUERY_ROWS = 15
EMBEDDED = 5


class UcapQuery(Imitation):
    """A shell with the first rows as data, on addresses that an older platform had."""

    family: ClassVar[str] = "ucap_query"

    def lay_out(self) -> None:
        number = self.draw.randint(1000, 99999)
        old = self.seed % 2 == 0
        self.listing_path = (
            f"/col/col{number}/index.html" if old else f"/zwgk/{self.word()}/index.html"
        )
        self.base = "" if old else "/zwgk"
        self.site_code, self.channel = self.hex(8), f"{self.word()}{number}"
        for article in self.articles:
            digits = self.draw.randint(10**18, 10**19 - 1)
            article.path = f"{self.base}/content/content_{digits}.html"
        self.pages = 1 + -(-len(self.articles) // QUERY_ROWS)
        self.forbidden += ["dataproxy", "/jump"]

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._shell())
        if asked.path == "/queryList":
            return self._query(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _shell(self) -> str:
        rows = [self._source(article) for article in self.articles[:EMBEDDED]]
        unit = self.hex(12)
        data = json.dumps({"articleList": rows}, ensure_ascii=False)
        params = json.dumps({"webSiteCode": [self.site_code], "channelCode": [self.channel]})
        return self.chrome(
            f'<div id="{unit}"></div><script id="t" type="text/x-handlebars-template">'
            "{{#each articleList}}<li><a href='{{urls}}'>{{title}}</a></li>{{/each}}</script>"
            f"<script>var listData = {data}; var params = {params};"
            f"loadPageData(params, '{unit}');</script>"
            '<div class="dialog">您即将离开本网站<a href="/jump">继续访问</a></div>',
            title=self.column,
            metas=f'<base href="{self.origin}/">',
        )

    def _source(self, article: Article) -> dict[str, Any]:
        return {
            "title": article.title,
            "showTitle": f"<p>{article.title}</p>",
            "pubDate": f"{article.shown.isoformat()} 08:30:00",
            "urls": json.dumps({"pc": article.path}),
            "metadata": {},
        }

    def _query(self, asked: Asked) -> Answer:
        right = asked.form.get("webSiteCode[]") == self.site_code
        if asked.method != "POST" or not right or asked.form.get("channelCode[]") != self.channel:
            return Answer(b'{"data":{"results":[]}}', 200, "application/json")
        number, size = int(asked.form["current"]), int(asked.form["pageSize"])
        shown = self.articles[(number - 1) * size : number * size]
        told = {
            "data": {
                "total": len(self.articles),
                "results": [{"source": self._source(article)} for article in shown],
            }
        }
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _article_page(self, article: Article) -> str:
        content = (
            f"<h1>{article.title}</h1><div>发布日期：{article.published.isoformat()} 08:30　"
            f'来源：{article.reporter}</div><div class="{self.word()}">{self.body(article)}</div>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
