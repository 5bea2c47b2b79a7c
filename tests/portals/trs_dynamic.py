"""An imitation of TRS's searches (S2): govsearch in a frame, WAS5 by POST, IGS and JSONP."""

from __future__ import annotations

import json
from typing import ClassVar
from urllib.parse import urlencode

from imitation import Answer, Article, Asked, Imitation, page

KINDS = ("govsearch", "was5", "igs", "jsonp")
ROWS_A_PAGE = 5


class TrsDynamic(Imitation):
    """A shell whose list a search fills; WAS5 repeats earlier rows behind its end."""

    family: ClassVar[str] = "trs_dynamic"

    def lay_out(self) -> None:
        self.kind = KINDS[self.seed % len(KINDS)]
        self.channel = self.draw.randint(10000, 999999)
        self.code = self.hex()
        self.listing_path = f"/{self.draw.choice(['zfxxgk', 'xxgk'])}/{self.word()}/index.html"
        for article in self.articles:
            day = article.published
            number = self.draw.randint(10**5, 10**7)
            article.path = f"/art/{self.word()}/{day:%Y%m}/t{day:%Y%m%d}_{number}.html"
        self.pages = 1 + -(-len(self.articles) // ROWS_A_PAGE)
        self.pages += self.kind in ("was5", "jsonp")  # the one that brings nothing new
        self.search_path = {
            "govsearch": "/govsearch/simp_gov_list.jsp",
            "was5": "/was5/web/search",
            "igs": "/igs/front/search/list.html",
            "jsonp": "/govsearch/jsonp/zf_jd_list.jsp",
        }[self.kind]

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._shell())
        if asked.path == self.search_path:
            return getattr(self, f"_{self.kind}")(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _shell(self) -> str:
        if self.kind == "govsearch":
            fields = {
                "channelid": self.channel,
                "pubURL": self.origin,
                "SType": "1",
                "searchYear": "",
            }
            inputs = "".join(
                f'<input type="hidden" name="{k}" value="{v}">' for k, v in fields.items()
            )
            content = (
                f'<form action="{self.search_path}" target="DataList">{inputs}'
                '<input type="text" name="searchColumn"></form><iframe name="DataList"></iframe>'
            )
        elif self.kind == "was5":
            content = (
                f'<form method="post" action="{self.search_path}"><input type="hidden" '
                f'name="channelid" value="{self.channel}"></form><div id="{self.word()}"></div>'
            )
        elif self.kind == "igs":
            query = {
                "index": "site",
                "type": "doc",
                "pageNumber": "1",
                "pageSize": str(ROWS_A_PAGE),
                "filter[SITEID]": str(self.channel),
                "filter[AVAILABLE]": "true",
                "orderProperty": "PUBDATE",
            }
            content = f"<script>$.getJSON('{self.search_path}?{urlencode(query)}', show);</script>"
        else:
            query = {
                "page": "1",
                "lb": str(self.channel),
                "callback": "result",
                "pubURL": self.origin,
            }
            content = f'<script src="{self.search_path}?{urlencode(query)}"></script>'
        search = (
            '<form action="/was5/web/search"><input type="hidden" name="channelid" value="1">'
            '<input type="text" name="searchword"></form>'
        )
        return self.chrome(f"{search}{content}", title=self.column)

    def _slice(self, number: int) -> list[Article]:
        return self.articles[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]

    def _rows(self, shown: list[Article]) -> str:
        return "".join(
            f'<li><a href="{self.origin}{article.path}">{article.title}</a>'
            f"<span>{article.shown:%Y.%m.%d}</span></li>"
            for article in shown
        )

    def _govsearch(self, asked: Asked) -> Answer | None:
        if asked.value("channelid") != str(self.channel):
            return None
        number = int(asked.value("page", "1"))
        pages = -(-len(self.articles) // ROWS_A_PAGE)
        pager = f'<a href="javascript:PageContext.PageNav.go({number},{pages})">跳转</a>'
        return page(f"<html><body><ul>{self._rows(self._slice(number))}</ul>{pager}</body></html>")

    def _was5(self, asked: Asked) -> Answer | None:
        if asked.method != "POST":
            return Answer(status=302, headers=(("Location", "/shell.html"),))
        if asked.form.get("channelid") != str(self.channel):
            return None
        number = int(asked.form.get("page", "1"))
        shown = self._slice(number) or self.articles[-ROWS_A_PAGE:]  # too far: rows of before
        return page(f"<html><body><ul>{self._rows(shown)}</ul></body></html>")

    def _igs(self, asked: Asked) -> Answer | None:
        number = int(asked.value("pageNumber", "1"))
        items = [
            {
                "TITLE": a.title,
                "DOCPUBURL": self.origin + a.path,
                "PUBDATE": f"{a.shown.isoformat()} 10:00:00",
            }
            for a in self._slice(number)
        ]
        pages = -(-len(self.articles) // ROWS_A_PAGE)
        told = {"page": {"content": items, "totalPages": pages, "total": len(self.articles)}}
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _jsonp(self, asked: Asked) -> Answer | None:
        number = int(asked.value("page", "1"))
        items = [
            {
                "title": a.title,
                "puburl": self.origin + a.path,
                "tip": f"发布日期：{a.shown.isoformat()} 点击查看",
            }
            for a in self._slice(number)
        ]
        told = json.dumps({"data": items}, ensure_ascii=False)
        return Answer(f"result({told});".encode(), 200, "application/javascript")

    def _article_page(self, article: Article) -> str:
        content = (
            f"<h1>{article.title}</h1><p>发布时间：{article.published.isoformat()}　"
            f"来源：{article.reporter}</p><div class=trs_editor_view>{self.body(article)}</div>"
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
