"""An imitation of TRS WCM's static listings (S1): the pager stands in script alone, and the same
call splits long articles.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import ClassVar

from imitation import Answer, Article, Asked, Imitation, page

FORMS = ("create_page_html", "count_page", "second_is_2", "all_in_one", "table")
"""How a listing says its pages: by a seed's turn."""
ROWS_A_PAGE = 7


class TrsStatic(Imitation):
    """``./YYYYMM/tYYYYMMDD_ID.html`` rows; page 2 is ``index_1.html``, or ``index_2.shtml``."""

    family: ClassVar[str] = "trs_static"

    def lay_out(self) -> None:
        self.form = FORMS[self.seed % len(FORMS)]
        self.ext = (
            "shtml" if self.form == "second_is_2" else self.draw.choice(["html", "htm", "shtml"])
        )
        folder = self.draw.choice(["zfxxgknb", "xxgknb", "zfxxgkndbg", "ndbg"])
        self.listing_path = f"/{self.draw.choice(['zfxxgk', 'zwgk', 'xxgk'])}/{folder}/"
        for number, article in enumerate(self.articles):
            if number % 4 == 1:  # migrated: the address is younger than the article
                moved = article.published + timedelta(days=400)
            else:
                moved = article.published
            name = f"t{moved:%Y%m%d}_{self.draw.randint(10**5, 10**7)}.{self.ext}"
            article.path = f"{self.listing_path}{moved:%Y%m}/{name}"
        self.parts = self._split()
        self.list_class, self.row_class = self.word(), self.word(digits=1)
        self.pages = 1 if self.form == "all_in_one" else -(-len(self.articles) // ROWS_A_PAGE)
        self.forbidden += ["_1.html?", "/was5/"]

    def _split(self) -> dict[str, int]:
        """How many pages an article is on, by its path: on some portals one is on two, and on some
        of these another one on three.
        """
        long = [one for one in self.articles if one.is_report and not one.is_missing]
        chosen = random.Random(f"{self.seed} split").sample(long, 2)
        return {
            article.path: pages
            for article, pages, among in zip(chosen, (2, 3), (3, 6), strict=True)
            if self.seed % among == 0
        }

    def allowed_requests(self) -> int:
        """One more for each further page of an article."""
        return super().allowed_requests() + sum(pages - 1 for pages in self.parts.values())

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return self.home(("/zwgk/", "政府信息公开"), (self.listing_path, self.column))
        if asked.path == "/zwgk/":
            return self.home((self.listing_path, self.column))
        number = self._page_number(asked.path)
        if number is not None:
            return page(self._listing(number)) if number < self.pages else self._beyond(number)
        article = self.article_at(asked.path)
        if article:
            return page(self._article_page(article))
        for path, pages in self.parts.items():
            stem, _, ext = path.rpartition(".")
            for number in range(1, pages):
                if asked.path == f"{stem}_{number}.{ext}" and (article := self.article_at(path)):
                    return page(self._article_page(article, number))
        return None

    def _page_number(self, path: str) -> int | None:
        """Which page of the listing an address is, from 0; None for none."""
        rest = path.removeprefix(self.listing_path)
        if rest in ("", f"index.{self.ext}"):
            return 0 if path.startswith(self.listing_path) else None
        number = rest.removeprefix("index_").removesuffix(f".{self.ext}")
        if not number.isdigit():
            return None
        return int(number) - (self.form == "second_is_2")

    def _beyond(self, number: int) -> Answer | None:
        """Behind the last page: nothing, or a stub without rows."""
        return page("<html><body><div></div></body></html>") if number == self.pages + 1 else None

    def _listing(self, number: int) -> str:
        start = 0 if self.form == "all_in_one" else number * ROWS_A_PAGE
        stop = len(self.articles) if self.form == "all_in_one" else start + ROWS_A_PAGE
        shown = self.articles[max(0, start - (number > 0)) : stop]  # one row stands on two pages
        rows = "".join(map(self._row, shown))
        if self.form == "table":
            head = "<tr><th>名称</th><th>索引号</th><th>发布机构</th><th>发布日期</th></tr>"
            rows = f'<table class="{self.list_class}">{head}{rows}</table>'
        else:
            rows = f'<ul class="{self.list_class}">{rows}</ul>'
        return self.chrome(
            f'<div class="CurrChnlCls">{self.column}</div>{rows}<div>{self._pager(number)}</div>',
            title=self.column,
        )

    def _row(self, article: Article) -> str:
        href = "./" + article.path.removeprefix(self.listing_path)
        day = article.shown.isoformat()
        if self.form == "table":
            cells = f"<td>{self.hex(8)}</td><td>{article.reporter}</td><td>{day}</td>"
            return f'<tr><td><a href="{href}">{article.title}</a></td>{cells}</tr>'
        dates = (f"<span>{day}</span>", f"<b>[{day}]</b>", f"<em>{day.replace('-', '/')}</em>")
        link = f'<a href="{href}" title="{article.title}">{article.title}</a>'
        return f'<li class="{self.row_class}">{link}{dates[self.seed % 3]}</li>'

    def _pager(self, number: int) -> str:
        pages, ext = self.pages, self.ext
        if self.form == "count_page":
            return (
                f"<script>var currentPage = {number}; var countPage = {pages};"
                "var prevPage = currentPage-1; var nextPage = currentPage+1;"
                "if(countPage>1 && currentPage!=(countPage-1)) document.write("
                f'"<a href=\'index_" + nextPage + ".{ext}\'>下一页</a>");</script>'
            )
        if self.form == "all_in_one":
            rows = len(self.articles)
            return (
                f'<script>createPageHTML({rows}, {-(-rows // 20)}, 0, "index", "{ext}");</script>'
            )
        quote = "\"'"[self.seed % 2]
        name, kind = f"{quote}index{quote}", f"{quote}{ext}{quote}"
        return f"<script>createPageHTML({pages},{number},{name},{kind});</script>"

    def _article_page(self, article: Article, number: int = 0) -> str:
        """A page of an article, from 0. The count of one on several stands behind the first."""
        pages = self.parts.get(article.path, 1)
        paragraphs = self.body(article).split("</p>")
        first, last = (2 * at if at < pages else None for at in (number, number + 1))
        body = "</p>".join(paragraphs[first:last])
        name = article.path.rsplit("/", 1)[1].rsplit(".", 1)[0]
        day = article.published.isoformat()
        content = (
            f"<h1>{article.title}</h1><div class={self.word()}>发布时间：{day}　"
            f"来源：{article.reporter}</div><div class=TRS_Editor>{body}</div>"
            f'<script>createPageHTML({pages},{number},"{name}","{self.ext}");</script>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
