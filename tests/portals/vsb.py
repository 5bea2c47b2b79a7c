"""An imitation of 博达 VSB (S9): descending page numbers, which a new row renames."""

from __future__ import annotations

from typing import ClassVar

from imitation import Answer, Article, Asked, Imitation, page

ROWS_A_PAGE = 6


class Vsb(Imitation):
    """``zfxxgknb.htm``, then ``zfxxgknb/2.htm``, ``zfxxgknb/1.htm``: only 下页 tells."""

    family: ClassVar[str] = "vsb"

    def lay_out(self) -> None:
        folder = self.draw.choice(["zfxxgk", "zfxxgk1", "xxgk", "zwgk"])
        self.stem = f"/{folder}/{self.draw.choice(['zfxxgknb', 'xxgknb', 'ndbg'])}"
        self.listing_path = f"{self.stem}.htm"
        self.tree_id = self.draw.randint(1001, 1999)
        self.unit = self.draw.randint(1, 40)
        for article in self.articles:
            self._place(article)
        self.rows_class = self.word()
        self._count_pages()

    def _place(self, article: Article) -> None:
        article.path = f"/info/{self.tree_id}/{self.draw.randint(1000, 99999)}.htm"

    def _count_pages(self) -> None:
        self.pages = -(-len(self.articles) // ROWS_A_PAGE)

    def publish(self) -> Article:
        """A report more, on top of the listing: every further page gets another address."""
        newest = max(article.year for article in self.articles) + 1
        name = self.place.name
        article = self._article(
            newest, f"{name}{newest}年政府信息公开工作年度报告", f"{name}人民政府"
        )
        self._place(article)
        self.articles.insert(0, article)
        self._count_pages()
        return article

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path in ("/", "/index.htm"):
            return self.home((self.listing_path, self.column))
        if asked.path == self.listing_path:
            return page(self._listing(0))
        number = asked.path.removeprefix(f"{self.stem}/").removesuffix(".htm")
        if asked.path.startswith(f"{self.stem}/") and number.isdigit():
            index = self.pages - int(number)
            return page(self._listing(index)) if 0 < index < self.pages else None
        article = self.article_at(asked.path)
        return page(self._article_page(article)) if article else None

    def _address(self, index: int) -> str:
        return self.listing_path if index == 0 else f"{self.stem}/{self.pages - index}.htm"

    def _listing(self, index: int) -> str:
        up = "" if index == 0 else "../"
        shown = self.articles[index * ROWS_A_PAGE : (index + 1) * ROWS_A_PAGE]
        rows = "".join(
            f'<li id="line_u{self.unit}_{place}"><a href="{up}..{article.path}" '
            f'title="{article.title}">{article.title}</a><span>{article.shown.isoformat()}</span></li>'
            for place, article in enumerate(shown)
        )
        return self.chrome(
            f'<ul class="{self.rows_class}">{rows}</ul>{self._pager(index)}', title=self.column
        )

    def _pager(self, index: int) -> str:
        def link(to: int, text: str, kind: str) -> str:
            return f'<span class="{kind} p_fun"><a href="{self._address(to)}">{text}</a></span>'

        numbers = "".join(
            f'<span class="p_no_d">{n + 1}</span>' if n == index else link(n, str(n + 1), "p_no")
            for n in range(self.pages)
        )
        last = index == self.pages - 1
        following = (
            '<span class="p_next_d p_fun_d">下页</span>'
            if last
            else link(index + 1, "下页", "p_next")
        )
        total = f'<span class="p_t">共{len(self.articles)}条 {index + 1}/{self.pages}</span>'
        pager = f'<span class="p_pages">{total}{numbers}{following}</span>'
        return f'<div class="pb_sys_common">{pager}</div>'

    def _article_page(self, article: Article) -> str:
        day = article.published.isoformat()
        content = (
            f"<form><h1>{article.title}</h1><div>发布日期：{day}　来源：{article.reporter}</div>"
            f'<div id="vsb_content" class="v_news_content">{self.body(article)}</div></form>'
        )
        return self.chrome(content, title=article.title, metas=self.metas(article))
