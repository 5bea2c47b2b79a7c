"""An imitation of Hanweb JPaaS (S5): a unit that an API fills with markup in JSON."""

from __future__ import annotations

import json
from typing import ClassVar

from imitation import Answer, Article, Asked, Imitation, page

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
ROWS_A_PAGE = 7
TURNS = ("empty_shell", "rows_in_shell", "page_one_for_ever", "columns_path")


class HanwebJpaas(Imitation):
    """Articles are ``art_<32 hex>.html``; some portals give page 1 whatever page is asked for."""

    family: ClassVar[str] = "hanweb_jpaas"

    def lay_out(self) -> None:
        self.turn = TURNS[self.seed % len(TURNS)]
        column = f"/col/col{self.draw.randint(10**6, 10**10)}"
        self.listing_path = f"{column}/index.html"
        self.keys = {
            "parseType": "bulidstatic",
            "webId": self.hex(),
            "tplSetId": self.hex(),
            "pageType": "column",
            "tagId": self.draw.choice(["信息列表", "内容列表", "当前栏目list"]),
            "editType": "null",
            "pageId": self.hex(),
        }
        if self.turn == "page_one_for_ever":
            del self.articles[ROWS_A_PAGE:]
        for article in self.articles:
            before = column if self.turn == "columns_path" else ""
            article.path = f"{before}/art/{article.published.year}/art_{self.hex()}.html"
        self.pages = -(-len(self.articles) // ROWS_A_PAGE)
        self.pages += self.turn != "rows_in_shell"  # the shell itself
        self.pages += 1  # the empty or repeated one that says it is over

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path in ("/", "/index.html"):
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._shell())
        if asked.path == UNIT:
            return self._unit(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _shell(self) -> str:
        written = "{" + ",".join(f"'{key}':'{value}'" for key, value in self.keys.items()) + "}"
        shown = self.articles[:ROWS_A_PAGE] if self.turn == "rows_in_shell" else []
        rows = "".join(map(self._row, shown))
        return self.chrome(
            f'<div class="{self.word()}"><div url="{UNIT}" queryData="{written}" '
            f'class="{self.word()}"><ul>{rows}</ul></div></div>',
            title=self.column,
        )

    def _row(self, article: Article) -> str:
        scheme = "" if article.count % 2 else f"//{self.origin.partition('//')[2]}"
        day = article.shown.isoformat()
        return (
            f'<li><a href="{scheme}{article.path}" title="{article.title}">{article.title}</a>'
            f"<b>{day}</b></li>"
        )

    def _unit(self, asked: Asked) -> Answer:
        if "Referer" not in asked.headers:
            return Answer(b"Forbidden", 403, "text/plain")
        if any(asked.query.get(key) != value for key, value in self.keys.items()):
            return Answer(b'{"success":false,"data":null}', 200, "application/json")
        wanted = json.loads(asked.query["paramJson"])
        number = 1 if self.turn == "page_one_for_ever" else wanted["pageNo"]
        shown = self.articles[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
        markup = f"<ul>{''.join(map(self._row, shown))}</ul>" if shown else ""
        told = {"success": True, "code": "200", "data": {"html": markup}}
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        content = (
            f"<h1>{article.title}</h1><p>发布时间：{day} 09:12　来源：{article.reporter}</p>"
            f'<div id="zoom">{self.body(article)}</div>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
