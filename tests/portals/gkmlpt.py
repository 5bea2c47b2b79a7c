"""An imitation of Guangdong's gkmlpt (S7): a catalogue in script and the API of its columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from imitation import Answer, Article, Asked, Imitation, page

ROWS_A_PAGE = 100
CHINA = timezone(timedelta(hours=8))


class Gkmlpt(Imitation):
    """``/gkmlpt/index``, at a sub-path for units; odd seeds list ``annualreport#COLUMN``."""

    family: ClassVar[str] = "gkmlpt"

    def lay_out(self) -> None:
        self.unit = f"/{self.draw.choice(['zqhjj', 'xwgt', 'szfj'])}" if self.seed % 3 == 1 else ""
        self.sid = str(self.draw.randint(100000, 999999))
        self.column_id = self.draw.randint(1000, 99999)
        self.root = f"{self.unit}/gkmlpt"
        named = self.seed % 2 == 1
        self.listing_path = (
            f"{self.root}/annualreport#{self.column_id}" if named else f"{self.root}/index"
        )
        for article in self.articles:
            number = self.draw.randint(10**6, 10**7)
            kind = self.draw.choice(["post", "post", "mpost"])
            article.path = (
                f"{self.root}/content/{number // 10**6}/{number // 10**3}/{kind}_{number}.html"
            )
        self.pages = 2
        self.broken = self.seed % 4 == 2
        self.failed = False
        self.forbidden += ["/gkmlpt/policy", f"sid={self.sid}&page=0"]

    def retries(self, target: str) -> int:
        return 1 if self.broken and "/api/all/" in target else 0

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path in ("/", "/index.html"):
            return self.home((self.listing_path, self.column))
        if asked.path in (f"{self.root}/index", f"{self.root}/annualreport"):
            return page(self._catalogue())
        if asked.path == f"{self.root}/api/all/{self.column_id}":
            return self._api(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _catalogue(self) -> str:
        other = {"id": self.column_id + 1, "name": "部门文件", "parent": 1, "post_count": 9}
        column = {"id": self.column_id, "name": self.column, "parent": 1, "children": []}
        guide = {
            "id": self.column_id + 2,
            "name": "政府信息公开指南",
            "parent": 1,
            "jump_url": "/guide",
        }
        tree = [{"id": 1, "name": "政府信息公开", "children": [guide, column, other]}]
        config = f"SID: '{self.sid}', TREE: {json.dumps(tree, ensure_ascii=False)}, TYPE: 'x'"
        script = f"<script>window._CONFIG = {{{config}}};</script>"
        return self.chrome(
            f'<div id="app" class="{self.word()}"></div>{script}',
            title=f"{self.place.name}政府信息公开目录",
        )

    def _api(self, asked: Asked) -> Answer | None:
        if self.broken and not self.failed:
            self.failed = True
            return Answer(b"Internal Server Error", 500, "text/plain")
        if asked.value("sid") != self.sid:
            return Answer(b"{}", 400, "application/json")
        number = max(int(asked.value("page", "1")), 1)
        shown = self.articles[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
        if not shown:
            return None  # beyond the end: 404
        told = {
            "classify": {"id": self.column_id, "name": self.column, "post_count": 203},
            "articles": [self._item(article) for article in shown],
        }
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _item(self, article: Article) -> dict[str, Any]:
        day = article.shown
        moment = datetime(day.year, day.month, day.day, 9, 30, tzinfo=CHINA)
        url = f"{self.origin}{article.path}"
        return {
            "id": int(article.path.rsplit("_", 1)[1].removesuffix(".html")),
            "title": article.title,
            "document_number": "",
            "identifier": self.hex(12),
            "publisher": article.reporter,
            "date": int(moment.astimezone(UTC).timestamp()),
            "created_at": f"{day.isoformat()} 09:30:00",
            "display_publish_time": int(moment.astimezone(UTC).timestamp()),
            "url": url,
            "post_url": url,
            "attachment": [],
            "abstract": "",
        }

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        content = (
            f'<table class="{self.word()}"><tr><td>索引号：{self.hex(9)}</td>'
            f"<td>发布机构：{article.reporter}</td><td>发布日期：{day}</td></tr></table>"
            f'<h1>{article.title}</h1><div class="article-content">{self.body(article)}</div>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
