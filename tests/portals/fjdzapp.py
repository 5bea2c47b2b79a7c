"""An imitation of Fujian's fjdzapp (S3): a shell, and a search that answers POST alone."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from imitation import Answer, Article, Asked, Imitation, page

MOST = 501
BURST = 25
"""Requests within a second after which a host resets connections for a while: five more than the
delay of the crawls allows."""
BAN_SECONDS = 5.0


class Fjdzapp(Imitation):
    """A column with ``recordCount`` and its number in script; some show half of their rows."""

    family: ClassVar[str] = "fjdzapp"
    others = 1

    def lay_out(self) -> None:
        folder = self.draw.choice(["zfxxgkndbg", "zfxxgknb", "xxgknb"])
        self.listing_path = f"/{self.draw.choice(['zfxxgk', 'zwgk/zfxxgk', 'xxgk'])}/{folder}/"
        self.channel = self.draw.choice(["229105", "201988", "200210"])
        self.number = self.draw.randint(1000, 60000)
        self.half = self.seed % 2 == 1
        for article in self.articles:
            day = article.published
            name = f"t{day:%Y%m%d}_{self.draw.randint(10**6, 10**8)}.htm"
            article.path = f"{self.listing_path}{day:%Y%m}/{name}"
        self.pages = 2
        self.banned_until = 0.0

    def answer(self, asked: Asked) -> Answer | None:
        recent = [one for one in self.log if asked.at - one.at < 1.0]
        if asked.at < self.banned_until or len(recent) > BURST:
            self.banned_until = asked.at + BAN_SECONDS
            return Answer(reset=True)
        if asked.path == "/":
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._shell())
        if asked.path == "/fjdzapp/search":
            return self._search(asked)
        article = self.article_at(asked.path)
        if article is not None:
            return page(self._article_page(article))
        if any(one.path == asked.path for one in self.articles):  # deleted: sent to the folder
            return page('<html><head><meta http-equiv="refresh" content="0;url=../"></head></html>')
        return None

    def _shell(self) -> str:
        shown = self.articles[: len(self.articles) // 2] if self.half else []
        rows = "".join(
            f'<li><a href="{article.path}" title="{article.title}">{article.title}</a>'
            f"<span>{article.shown.isoformat()}</span></li>"
            for article in shown
        )
        script = (
            "var vm = avalon.define({$id: 'list', "
            f"recordCount: '{len(self.articles)}', page: 1, pagesize: 15, "
            f"channelid: '{self.channel}', chnlid: '{self.number}', "
            "sortfield: '-docorderpri,-docreltime', url: '/fjdzapp/search'});"
        )
        return self.chrome(
            f'<div ms-controller="list" class="{self.word()}"><ul>{rows}</ul>'
            '<ul><li ms-repeat="data"><a ms-attr-href="el.docpuburl">{{el.doctitle}}</a></li></ul>'
            f"</div><script>{script}</script>",
            title=self.column,
        )

    def _search(self, asked: Asked) -> Answer | None:
        if asked.method != "POST":
            return Answer(b"", 405, "text/plain")
        right = asked.form.get("classsql") == f"chnlid={self.number}"
        if not right or asked.form.get("channelid") != self.channel:
            return self._told([], 1, 15)
        size = min(int(asked.form.get("prepage", "15")), MOST)
        number = int(asked.form.get("page", "1"))
        return self._told(self.articles[(number - 1) * size : number * size], number, size)

    def _told(self, shown: list[Article], number: int, size: int) -> Answer:
        total = len(self.articles)
        told: dict[str, Any] = {
            "error": "",
            "page": number,
            "prepage": size,
            "pageCount": -(-total // size),
            "recordCount": total,
            "data": [
                {
                    "doctitle": article.title,
                    "docpuburl": self.origin + article.path,
                    "url": self.origin + article.path,
                    "chnldocurl": self.origin + article.path,
                    "docreltime": f"{article.shown:%Y.%m.%d} 14:48:00",
                    "fileno": "",
                    "puborg": article.reporter,
                    "content": "根据条例规定，现公布年度报告。" * 4,
                    "pubdate": "",
                    "files": [],
                }
                for article in shown
            ],
        }
        return Answer(json.dumps(told, ensure_ascii=False).encode(), 200, "application/json")

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        content = (
            f'<h1 ms-controller="art">{article.title}</h1>'
            f"<p>来源：{article.reporter}　时间：{day} 10:11</p>"
            f"<div class=TRS_Editor>{self.body(article)}</div>"
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
