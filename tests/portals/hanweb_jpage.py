"""An imitation of Hanweb jpage (S4): rows as XML in a script, windows of a data proxy."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from imitation import Answer, Article, Asked, Imitation, page

IN_PAGE = 9
"""Rows in the first page's datastore: three screens of three."""
PER_PAGE = 3
CUT = 24
"""Characters of a title that some rows show, with dots behind; the attribute has it whole."""


class HanwebJpage(Imitation):
    """``/col/colN/index.html``; even seeds name their column by plain ids, odd ones encrypted."""

    family: ClassVar[str] = "hanweb_jpage"

    def lay_out(self) -> None:
        self.column_id = self.draw.randint(1000, 99999)
        self.unit_id = self.draw.randint(100000, 999999)
        self.listing_path = f"/col/col{self.column_id}/index.html"
        self.encrypted = self.seed % 4 == 3
        self.tabular = self.seed % 4 == 1
        folder = self.draw.choice(["/module/web/jpage", "/module/jpage"])
        self.proxy = f"{folder}/dataproxy.jsp"
        self.key, self.unit_key = self.hex(16), self.hex(16)
        for article in self.articles:
            day = article.published
            number = self.draw.randint(10**5, 10**7)
            article.path = (
                f"/art/{day.year}/{day.month}/{day.day}/art_{self.column_id}_{number}.html"
            )
        windows = -(-(len(self.articles) - IN_PAGE) // IN_PAGE)
        self.pages = 1 + windows
        self.forbidden += ["pageNum=", "/module/visit", "/module/jslib"]

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path in ("/", "/index.html"):
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:  # whatever pageNum says: page 1
            return page(self._column())
        if asked.path == self.proxy:
            return self._window(asked)
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _ids(self) -> dict[str, str]:
        return {
            "col": "1",
            "appid": "1",
            "webid": "1",
            "path": "/",
            "columnid": self.key if self.encrypted else str(self.column_id),
            "sourceContentType": "1",
            "unitid": self.unit_key if self.encrypted else str(self.unit_id),
            "webname": self.site_name,
            "permissiontype": "0",
        }

    def _column(self) -> str:
        query = urlencode({"page": "2", **self._ids()} if self.encrypted else self._ids())
        group = f'<nextgroup><![CDATA[<a href="{self.proxy}?{query}"></a>]]></nextgroup>'
        records = "".join(map(self._record, self.articles[:IN_PAGE]))
        unit = self.unit_id
        second = f'href="?uid={unit}&amp;pageNum=2"'
        decoy = f"<a {second}>2</a> <a {second}>下一页</a>"
        members = f"totalRecord:{len(self.articles)},perPage:{PER_PAGE},proxyUrl:'{self.proxy}'"
        return self.chrome(
            f'<div id="{unit}" class="{self.word()}"><script type="text/xml"><datastore>\n{group}\n'
            f"<recordset>{records}</recordset></datastore></script></div><div>{decoy}</div>"
            f"<script>$('#{unit}').jpage({{{members},lang:'zh'}});</script>",
            title=self.column,
            metas='<meta name="Maketime" content="2026-11-20 10:00:00">',
        )

    def _record(self, article: Article) -> str:
        long = len(article.title) > CUT and article.count % 3 == 0
        text = article.title[:CUT] + "..." if long else article.title
        link = f'<a href="{article.path}" title="{article.title}" target="_blank">{text}</a>'
        day = article.shown.isoformat()
        if self.tabular:
            row = f"<tr><td>·{link}</td><td width=90>{day}</td></tr>"
        elif article.count % 5 == 0:
            row = f"<li style=<br/>{link}<b>{day}</b></li>"
        else:
            row = f"<li>{link}<span>[{day}]</span></li>"
        return f"<record><![CDATA[{row}]]></record>"

    def _window(self, asked: Asked) -> Answer | None:
        if asked.value("columnid") != self._ids()["columnid"]:
            return Answer(b"", 404)
        if self.encrypted:
            number = int(asked.value("page", "0") or 0)
            start, stop = (number - 1) * IN_PAGE, number * IN_PAGE
            if start >= len(self.articles):
                return Answer(b"<datastore><recordset></recordset></datastore>", 200, "text/xml")
        else:
            start, stop = int(asked.value("startrecord")) - 1, int(asked.value("endrecord"))
            start = max(0, start - 2)  # windows overlap
        shown = "".join(map(self._record, self.articles[start:stop]))
        total = len(self.articles)
        said = f"<totalrecord>{total}</totalrecord><totalpage>{-(-total // PER_PAGE)}</totalpage>"
        text = f"<datastore>{said}<recordset>{shown}</recordset></datastore>"
        return Answer(text.encode(), 200, "text/xml;charset=UTF-8")

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        body_class = ("zoom", "artile_zw", "bt_content")[self.seed % 3]
        content = (
            f'<table class="xxgk_article"><tr><td>索引号：{self.hex(9)}</td>'
            f"<td>成文日期：{day}</td></tr></table><h1>{article.title}</h1>"
            f"<p>发布日期：{day}　信息来源：{article.reporter}</p>"
            f'<div id="zoom" class="{body_class}">{self.body(article)}</div>'
            f'<span id="hiddenLocation">{self.column_id}</span>'
            '<script src="/module/visitcount/articlehits.jsp?colid=1"></script>'
            '<iframe src="/module/visit/visit.jsp" style="display:none"></iframe>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
