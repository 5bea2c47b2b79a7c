"""An imitation of Anhui's Longxun (S8): rows are fragments of markup behind a label's address."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from imitation import Answer, Article, Asked, Imitation, page

ROWS_A_PAGE = 6


class Longxun(Imitation):
    """``/public/column/ORGAN``; a city's prefix on odd seeds; ids in an address or in script."""

    family: ClassVar[str] = "longxun"

    def lay_out(self) -> None:
        self.prefix = f"/{self.draw.choice(['chuzhou', 'szs', 'bozhou'])}" if self.seed % 2 else ""
        self.organ = self.draw.randint(10**5, 10**8)
        self.site_id, self.cat = self.draw.randint(10**6, 10**8), self.draw.randint(10**6, 10**8)
        self.in_script = self.seed % 3 == 2
        query = f"type=4&action=list&nav=3&catId={self.cat}"
        self.listing_path = f"{self.prefix}/public/column/{self.organ}?{query}"
        for article in self.articles:
            number = self.draw.randint(10**7, 10**9)
            article.path = f"{self.prefix}/public/{self.organ}/{number}.html"
        self.pages = 1 + -(-len(self.articles) // ROWS_A_PAGE)
        self.forbidden += ["/site/rss"]

    def _ids(self) -> dict[str, str]:
        return {
            "labelName": "publicInfoList",
            "siteId": str(self.site_id),
            "organId": str(self.organ),
            "catId": str(self.cat),
            "type": "4",
            "file": "/xxgk/publicInfoList_newest2020",
        }

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == f"{self.prefix}/public/column/{self.organ}":
            shell = page(self._shell())
            cookie = (("Set-Cookie", f"SHIROJSESSIONID={self.hex()}; Path=/; HttpOnly"),)
            return Answer(shell.body, headers=cookie)
        if asked.path == f"{self.prefix}/site/label/8888":
            return self._fragment(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _shell(self) -> str:
        query = {"IsAjax": "1", "dataType": "html", "_": "0.4466", **self._ids(), "pageSize": "6"}
        query |= {"pageIndex": "1", "action": "list", "isDate": "true", "dateFormat": "yyyy-MM-dd"}
        label = f"{self.prefix}/site/label/8888"
        if self.in_script:
            members = ",".join(f"{key}:'{value}'" for key, value in self._ids().items())
            data = f"{{IsAjax:1,dataType:'html',pageSize:6,{members}}}"
            call = f"Ls.ajax({{url:'{label}',data:{data}}});"
        else:
            call = f"$('#list').load('{label}?{urlencode(query)}');"
        return self.chrome(
            f'<div id="list" class="{self.word()}"></div><script>{call}</script>', title=self.column
        )

    def _fragment(self, asked: Asked) -> Answer:
        ids = self._ids()
        if any(asked.value(name) != ids[name] for name in ("siteId", "organId", "catId")):
            return Answer("<p>暂无相关信息</p>".encode())
        number = int(asked.value("pageIndex", "1"))
        size = int(asked.value("pageSize", "15"))
        shown = self.articles[(number - 1) * size : number * size]
        if not shown:
            return Answer("<p>暂无相关信息</p>".encode())
        rows = "".join(map(self._row, shown))
        pages = -(-len(self.articles) // size)
        pager = f'<script>Ls.pagination("#page", {{pageCount:{pages},current:{number}}});</script>'
        return Answer(f"<ul class='{self.word()}'>{rows}</ul>{pager}".encode())

    def _row(self, article: Article) -> str:
        scheme = "" if article.count % 2 else f"//{self.origin.partition('//')[2]}"
        return (
            f'<li><a class="title" href="{scheme}{article.path}" title="{article.title}" '
            f'target="_blank">{article.title}</a>'
            f'<span class="date">{article.shown.isoformat()}</span></li>'
        )

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        content = (
            f"<h1>{article.title}</h1><p>发布日期：{day} 16:20　信息来源：{article.reporter}</p>"
            f'<div class="{self.word()} j-fontContent">{self.body(article)}</div>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
