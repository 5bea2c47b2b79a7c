"""Makes the benchmark's portal: a TRS listing chain and reports of about 60 kB, the same by seed.

Paragraphs and statutory tables are those of the sample portal's reports, their numbers varied; six
pages in ten have the tables. Every page links to a hundred others of the set, as the menus and
lists of such portals do, so that a spider that follows links meets each address many times.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[2] / "crawler/sample_portal/site/zfxxgk/zfxxgknb"
BASE = "/zfxxgk/zfxxgknb/"
ROWS = 50
"""Rows of a listing page."""
TABLE_SHARE = 0.6
LINKS = 100
"""Links of a page to others of the set, beside its own content."""

# fmt: off
PLACES = [
    "靖宇县", "抚松县", "长白县", "临江市", "江源区", "浑江区", "通化县", "辉南县", "柳河县",
    "梅河口市", "集安市", "东丰县", "东辽县", "西安区", "龙山区", "梨树县", "伊通县", "公主岭市",
    "双辽市", "榆树市", "农安县", "德惠市", "九台区", "双阳区", "蛟河市", "桦甸市", "舒兰市",
    "磐石市", "永吉县", "敦化市", "珲春市", "图们市", "龙井市", "和龙市", "汪清县", "安图县",
    "扶余市", "长岭县", "乾安县", "大安市",
]
ORGANS = [
    "人民政府", "教育局", "民政局", "财政局", "司法局", "水利局", "交通运输局", "农业农村局",
    "卫生健康局", "审计局", "统计局", "应急管理局", "医疗保障局", "自然资源局", "生态环境局",
    "文化和旅游局", "市场监督管理局", "退役军人事务局", "信访局", "林业局",
]
# fmt: on
YEARS = range(2008, 2025)

_COUNTED = re.compile(r"\d+(?=[条次份个项人件])")
_CELL_NUMBER = re.compile(r"(?<=>)\d+(?=<)")
_PARAGRAPH = re.compile(r"(?:<p[^>]*>|<br ?/?>)([^<]+)")
_TABLE = re.compile(r"<div align=\"center\"><table.*?</table></div>", re.DOTALL)
_CELL_STYLE = re.compile(r"(?<=<td) style=\"[^\"]*\"|(?<= )style=\"border-top[^\"]*\"")
"""Left out: with it a page with tables has 108 kB, and the mean is to be about 60."""

HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="SiteName" content="信息公开汇编" />
<meta name="ColumnName" content="政府信息公开年度报告" />
{metas}<title>{title}_信息公开汇编</title>
<style type="text/css">{style}</style></head><body>
<div class="topbar"><div class="w1200"><span id="today"></span></div></div>
<div class="crumb w1200">您现在的位置：<a href="{base}">政府信息公开年度报告</a></div>
<div class="w1200 clearfix">
"""
FOOT = """</div>
<div class="footer"><div class="w1200"><p>网站标识码：0000000000&nbsp;&nbsp;ICP备00000000号</p>
<p>本站收录各地公开发布的年度报告，仅供学习研究使用</p></div></div></body></html>
"""
STYLE = "".join(
    f".w{number} a{{font:{number % 9 + 10}px/1.8 SimSun,serif;color:#{number:03d};margin:0 auto}}"
    for number in range(100)
)


@dataclass(frozen=True, slots=True)
class _Material:
    """What pages are put together from."""

    paragraphs: list[str]
    tables: list[str]


def _material() -> _Material:
    paragraphs: list[str] = []
    tables: list[str] = []
    for path in sorted(SAMPLE.glob("*/*.html")):
        content = path.read_bytes()
        text = content.decode("utf-8" if b"charset=utf-8" in content else "gb18030")
        found = _PARAGRAPH.findall(text)
        paragraphs += [one.strip() for one in found if 60 < len(one.strip()) < 900]
        tables += [_CELL_STYLE.sub("", table) for table in _TABLE.findall(text)]
    if len(paragraphs) < 40 or len(tables) != 3:
        raise RuntimeError(
            f"{SAMPLE} gave {len(paragraphs)} paragraphs and {len(tables)} tables, not 40 and 3: "
            "the sample portal has changed; adapt made_site.py"
        )
    return _Material(paragraphs, tables)


@dataclass(frozen=True)
class MadeSite:
    """A site of ``entries`` articles; ``tiny`` articles are a few hundred bytes without links."""

    entries: int
    seed: int = 1
    tiny: bool = False

    @property
    def listing_pages(self) -> int:
        """How many pages the listing has."""
        return max(1, -(-self.entries // ROWS))

    def paths(self) -> Iterator[str]:
        """The path of every page: the listing's, then the articles'."""
        yield from (self.listing_path(number) for number in range(self.listing_pages))
        yield from (self.article_path(number) for number in range(self.entries))

    def listing_path(self, number: int) -> str:
        """Page 0 is the listing's own address."""
        return BASE if number == 0 else f"{BASE}index_{number}.html"

    def article_path(self, number: int) -> str:
        """An address as TRS makes it."""
        year = self._year(number) + 1
        return f"{BASE}{year}03/t{year}0315_{100000 + number}.html"

    def title(self, number: int) -> str:
        """A report's title; different for the first 13,600."""
        organ, place = number // len(YEARS), number // len(YEARS) // len(ORGANS)
        body = PLACES[place % len(PLACES)] + ORGANS[organ % len(ORGANS)]
        return f"{body}{self._year(number)}年政府信息公开工作年度报告"

    def body(self, path: str) -> bytes | None:
        """The page at a path; None if there is none."""
        if path == BASE:
            return self._listing(0)
        if match := re.fullmatch(BASE + r"index_(\d{1,6})\.html", path):
            number = int(match[1])
            return self._listing(number) if 0 < number < self.listing_pages else None
        if match := re.fullmatch(BASE + r"\d{6}/t\d{8}_(\d{6,7})\.html", path):
            number = int(match[1]) - 100000
            known = 0 <= number < self.entries and path == self.article_path(number)
            return self._article(number) if known else None
        return None

    def _year(self, number: int) -> int:
        return YEARS[number % len(YEARS)]

    @cached_property
    def _material(self) -> _Material:
        return _material()

    def _listing(self, number: int) -> bytes:
        first = number * ROWS
        rows = "".join(
            f'<li><a href="{self.article_path(one)}" target="_blank">{self.title(one)}</a>'
            f"<span>{self._year(one) + 1}-03-15</span></li>\n"
            for one in range(first, min(first + ROWS, self.entries))
        )
        onward = ""
        if number + 1 < self.listing_pages:  # for those that run no script
            onward = f'<a href="{self.listing_path(number + 1)}">下一页</a>'
        return (
            HEAD.format(metas="", title="政府信息公开年度报告", style="", base=BASE)
            + f'<div class="mainbox"><h2>政府信息公开年度报告</h2><ul class="newslist">{rows}</ul>'
            + '<div class="page"><script type="text/javascript">createPageHTML('
            + f'{self.listing_pages}, {number}, "index", "html");</script>{onward}</div></div>'
            + FOOT
        ).encode()

    def _article(self, number: int) -> bytes:
        dice = random.Random(f"{self.seed}/{number}")
        title = self.title(number)
        if self.tiny:
            text = f"<html><head><title>{title}</title></head><body><p>{title}</p></body></html>"
            return text.encode()
        metas = f'<meta name="ArticleTitle" content="{title}" />\n'
        year = self._year(number)
        return (
            HEAD.format(metas=metas, title=title, style=STYLE, base=BASE)
            + self._menu(dice)
            + f'<h1 class="article-title">{title}</h1><div class="article-info">'
            + f"<span>发布时间：{year + 1}-03-15</span></div>"
            + '<div class="article-body" id="zoom"><div class="TRS_Editor">'
            + "\n".join(self._parts(dice, title=title, year=year))
            + "</div></div>"
            + FOOT
        ).encode()

    def _menu(self, dice: random.Random) -> str:
        others = [dice.randrange(self.entries) for _ in range(LINKS)]
        rows = "".join(
            f'<li class="on"><a href="{self.article_path(one)}">{self.title(one)[:18]}</a></li>\n'
            for one in others
        )
        return f'<div class="sidebar"><h3>相关信息</h3><ul>{rows}</ul></div>\n'

    def _parts(self, dice: random.Random, *, title: str, year: int) -> Iterator[str]:
        body = title.split(str(year))[0]
        with_tables = dice.random() < TABLE_SHARE
        heads = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况")
        heads += ("政府信息公开行政复议、行政诉讼情况", "存在的主要问题及改进情况")
        yield _paragraph(
            f"根据《中华人民共和国政府信息公开条例》要求，现公布{body}{year}年政府信息公开工作年度"
            f"报告。所列数据统计时限为{year}年1月1日至{year}年12月31日。"
        )
        factor = dice.randint(1, 9)
        for place, head in enumerate(heads):
            yield _paragraph(f"<strong>{'一二三四五'[place]}、{head}</strong>")
            for text in dice.sample(self._material.paragraphs, 4 if with_tables else 9):
                yield _paragraph(_COUNTED.sub(lambda _: str(dice.randint(1, 9999)), text))
            if with_tables and 1 <= place <= 3:
                # one factor for all: the sums stay right
                yield _CELL_NUMBER.sub(
                    lambda match: str(int(match[0]) * factor), self._material.tables[place - 1]
                )
        yield f'<p style="text-align:right">{body}<br />{year + 1}年1月20日</p>'


def _paragraph(text: str) -> str:
    return f'<p style="text-indent:2em">{text}</p>'
