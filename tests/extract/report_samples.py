"""A seeded generator of whole reports in four eras, with known values and real deviations.

Who reports, on which year and when it was signed and published, what its prose counts, and what
its tables say is drawn first and written down second; a page or a text follows from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from opencc import OpenCC
from report_phrases import COUNTED, DISTRACTORS, FILLER, NEGATED, PLANS, PROBLEMS
from table_samples import Sample, Td, lines_of, markup_of, proactive, requests, review
from test_cells_appendix import made as made_appendix

from archive.capture import CaptureContext, Role
from extract import divisions
from extract.divisions import Division
from extract.report import AdminLevel

TO_TAIWAN = OpenCC("s2twp")
DEPARTMENTS = [
    "教育局",
    "民政局",
    "财政局",
    "水利局",
    "审计局",
    "交通运输局",
    "农业农村局",
    "林业局",
]
TOWNS = ["清河", "永安", "石桥", "白沙", "双龙", "新丰", "太平", "龙门", "高坪", "三合"]
DIGITS = "〇一二三四五六七八九"
ERAS = ("free", "appendix", "2019", "2021")


@dataclass(frozen=True)
class Known:
    """A figure of the prose as it was written."""

    measure: str
    value: int
    negated: bool = False


@dataclass
class Made:
    """A report: its bytes, what the crawl knew, and everything that it says."""

    era: str
    year: int
    names: set[str]
    division: str
    signed_on: date | None = None
    published_on: date | None = None
    figures: list[Known] = field(default_factory=list)
    tables: Sample = field(default_factory=lambda: Sample(b"", "text/html", "", ""))
    appendix: bool = False
    deviations: list[str] = field(default_factory=list)
    body: bytes = b""
    media_type: str = "text/html"
    link_text: str | None = None

    @property
    def context(self) -> CaptureContext:
        """What the crawl knew."""
        return CaptureContext(run_id="", portal_id="", role=Role.REPORT, link_text=self.link_text)


def report(number: int) -> Made:
    """One report; the same number gives the same bytes."""
    draw = random.Random(f"report {number}")
    era = ERAS[number % 4]
    first = {"free": 2008, "appendix": 2014, "2019": 2019, "2021": 2021}[era]
    year = draw.randint(first, first + (5 if era == "free" else 4 if era == "appendix" else 2))
    division = _division(draw, year)
    body, names, who = _body(draw, division)
    made = Made(era=era, year=year, names=names, division=division.code)
    as_text = draw.random() < 0.2
    blocks = [*_opening(draw, made, body), *_parts(draw, made, who, as_text)]
    signed = _signed(draw, made, body)
    if as_text:
        _as_text(draw, made, body, [*blocks, *signed])
    else:
        _as_page(draw, made, body, [*blocks, *signed])
    return made


def _division(draw: random.Random, year: int) -> Division:
    """A county, city or district whose name no other bears in that year."""
    rows = [
        row
        for rows in divisions._table().by_code.values()
        for row in rows
        if row.stood_in(year)
        and row.level in (AdminLevel.COUNTY, AdminLevel.PREFECTURE)
        and (row.level is AdminLevel.PREFECTURE or row.prefecture)
        and row.name[-1] in "市县区旗州"
        and not row.name.endswith("地区")
        and row.province[:2] not in ("台湾", "香港", "澳门")
        and len(divisions.find_by_name(row.name, year)) == 1
    ]
    return draw.choice(sorted(rows, key=lambda row: (row.code, row.first_year)))


def _body(draw: random.Random, division: Division) -> tuple[str, set[str], str]:
    """The body's name as its report has it, its names, and how the report speaks of it."""
    kind = draw.choice(["area", "department", "town"])
    if kind == "department":
        name = division.name + draw.choice(DEPARTMENTS)
        return name, {name}, "我局"
    if kind == "town" and division.level is AdminLevel.COUNTY:
        town = draw.choice(TOWNS) + draw.choice(["镇", "乡"])
        long = division.name + town
        return (
            f"{long}人民政府",
            {f"{long}人民政府", long, f"{town}人民政府", town},
            f"全{town[-1]}",
        )
    name = draw.choice([division.name, f"{division.name}人民政府"])
    whole = f"全{division.name[-1]}" if division.name[-1] in "市县区旗州" else "全县"
    return name, {division.name, f"{division.name}人民政府"}, whole


def _opening(draw: random.Random, made: Made, body: str) -> Iterator[str]:
    start, end = f"{made.year}年1月1日", f"{made.year}年12月31日"
    if draw.random() < 0.15:
        made.deviations.append("period that lost its characters")
        start, end = f"{made.year}11日", f"{made.year}1231日"
    yield (
        f"根据《中华人民共和国政府信息公开条例》要求，现公布{body}{made.year}年政府信息公开工作年度报告。"
        f"本报告所列数据的统计期限为{start}至{end}。"
    )


def _parts(draw: random.Random, made: Made, who: str, as_text: bool) -> Iterator[str | list[str]]:
    """Blocks in order: a paragraph, or a table (its lines, or markup that begins with ``<``)."""
    sentences = list(_sentences(draw, made, who))
    middle = max(1, len(sentences) // 2)
    heads = (
        ["一、概述", "二、主动公开政府信息情况", "三、依申请公开政府信息情况"]
        if made.era in ("free", "appendix")
        else ["一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"]
    )
    yield heads[0]
    yield from _paragraphs(draw, sentences[:middle])
    if made.era in ("free", "appendix"):
        yield heads[1]
        yield from _paragraphs(draw, sentences[middle:])
        yield heads[2]
        yield draw.choice(FILLER)
    else:
        yield from _paragraphs(draw, sentences[middle:])
        yield from _form(draw, made, heads[1:], as_text)
    yield "五、存在的主要问题及改进情况"
    yield PROBLEMS + PLANS
    if made.era == "appendix":
        yield "附件：政府信息公开情况统计表"
        yield _appendix(draw, made, as_text)


def _sentences(draw: random.Random, made: Made, who: str) -> Iterator[str]:
    """Each measure at most once; what is counted is not also denied."""
    said: set[str] = set()
    chosen = draw.sample(COUNTED, k=draw.randint(3, 6)) + draw.sample(NEGATED, k=2)
    for measures, phrasings in chosen:
        if said & set(measures):
            continue
        said |= set(measures)
        negated = (measures, phrasings) in NEGATED
        values = [0 if negated else _count(draw, measure) for measure in measures]
        made.figures += [Known(m, v, negated) for m, v in zip(measures, values, strict=True)]
        counts = {key: _printed(draw, v) for key, v in zip("nmk", values, strict=False)}
        yield draw.choice(phrasings).format(who=who, year=made.year, **counts)
    for distractor in draw.sample(DISTRACTORS, k=3):
        yield distractor.format(n=draw.randint(2, 900))


def _count(draw: random.Random, measure: str) -> int:
    if measure == "disclosed":
        return draw.randint(20, 90_000)
    return draw.choice([draw.randint(1, 9), draw.randint(10, 999)])


def _printed(draw: random.Random, value: int) -> str:
    kind = draw.random()
    if kind < 0.1 and value > 999:
        return f"{value:,}"
    if kind < 0.15:
        return str(value).translate({ord("0") + i: ord("０") + i for i in range(10)})
    if kind < 0.2 and value > 99:
        return f"{value}余"
    if kind < 0.25:
        return f" {value} "
    return str(value)


def _paragraphs(draw: random.Random, sentences: list[str]) -> Iterator[str]:
    for start in range(0, len(sentences), 2):
        yield "".join([*sentences[start : start + 2], draw.choice(FILLER)])


def _form(
    draw: random.Random, made: Made, heads: list[str], as_text: bool
) -> Iterator[str | list[str]]:
    """The three tables; a form may be of the other year."""
    form2, form3 = (
        made.era if draw.random() < 0.9 else draw.choice(["2019", "2021"]) for _ in "23"
    )
    made.tables = Sample(b"", "", form2, form3)
    groups = [
        (heads[0], [proactive(draw, made.tables)]),
        (heads[1], requests(draw, made.tables, as_text)),
        ("四、政府信息公开行政复议、行政诉讼情况", [review(draw, made.tables)]),
    ]
    tokens = draw.random() < 0.5
    for head, tables in groups:
        yield head
        if as_text:
            yield from (lines_of(table, tokens=tokens) for table in tables)
        else:
            yield from markup_of(draw, made.tables, tables)
    made.deviations += made.tables.deviations


def _appendix(draw: random.Random, made: Made, as_text: bool) -> str | list[str]:
    rows, cells = made_appendix(draw.randint(0, 10**6))
    made.tables.cells |= cells
    made.appendix = True
    table = [[Td(cell) for cell in row] for row in rows]
    if as_text:
        return lines_of(table, tokens=False)
    return markup_of(draw, made.tables, [table])[0]


def _signed(draw: random.Random, made: Made, body: str) -> list[str]:
    made.published_on = date(made.year + 1, 1, 5) + timedelta(days=draw.randint(0, 85))
    if draw.random() < 0.4:
        return []
    made.signed_on = signed = made.published_on - timedelta(days=draw.randint(0, 9))
    if draw.random() < 0.3:
        made.deviations.append("a date in Chinese digits")
        years = "".join(DIGITS[int(digit)] for digit in str(signed.year))
        return [body, f"{years}年{_chinese(signed.month)}月{_chinese(signed.day)}日"]
    space = draw.choice(["", " "])
    return [
        body,
        f"{signed.year}{space}年{space}{signed.month}{space}月{space}{signed.day}{space}日",
    ]


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")


def _title(draw: random.Random, made: Made, body: str) -> str:
    return draw.choice(
        [
            f"{body}{made.year}年政府信息公开工作年度报告",
            f"{body}{made.year}年度政府信息公开工作年度报告",
            f"{made.year}年{body}政府信息公开年度报告",
            f"{body}政府信息公开工作{made.year}年度报告",
        ]
    )


def _as_text(draw: random.Random, made: Made, body: str, blocks: list[str | list[str]]) -> None:
    made.media_type, made.published_on = "text/plain", None  # a text shows no label
    lines = [_title(draw, made, body)]
    for block in blocks:
        lines += block if isinstance(block, list) else [block]
    if draw.random() < 0.3:
        made.deviations.append("page numbers in the text")
        for place in range(len(lines) - 1, 3, -9):
            if "|" not in lines[place] and "|" not in lines[place - 1]:
                lines.insert(place, f"— {place // 9 + 1} —")
    made.body = "\n".join(lines).encode()


def _as_page(draw: random.Random, made: Made, body: str, blocks: list[str | list[str]]) -> None:
    title = _title(draw, made, body)
    shown = title
    if draw.random() < 0.15:
        made.deviations.append("a title that names no body; the label does")
        shown = f"{made.year}年政府信息公开工作年度报告"
    parts = [b if str(b).startswith("<table") else f"<p>{_split(draw, str(b))}</p>" for b in blocks]
    assert made.published_on is not None
    day = made.published_on
    label = draw.choice(["发布日期", "发布时间", "日期"])
    head = (
        f"<h1>{shown}</h1><p class=bar>{label}：{day.isoformat()} 　"
        f"发布机构：{body}　浏览次数：12</p>"
    )
    metas = (
        f'<meta name="ArticleTitle" content="{shown}"><meta name="ContentSource" content="{body}">'
    )
    if draw.random() < 0.5:
        metas += f'<meta name="PubDate" content="{day.isoformat()} 09:30">'
    page = (
        f"<html><head><meta charset=utf-8><title>{shown}</title>{metas}</head><body>"
        "<div class=top><ul><li><a href=/>首页</a></li><li><a href=/zwgk/>政务公开</a></li>"
        "<li><a href=/hd/>互动交流</a></li></ul></div>"
        "<div class=path>当前位置：<a href=/>首页</a> &gt; <a href=/zfxxgk/>信息公开年报</a></div>"
        f"{head}<div class={draw.choice(['TRS_Editor', 'con', 'zoom'])}>"
        f"{''.join(map(str, parts))}</div>"
        "<div class=foot>版权所有 网站地图 联系我们</div></body></html>"
    )
    if draw.random() < 0.1 and made.era in ("free", "appendix"):
        made.deviations.append("converted to Traditional by words, as in Taiwan")
        page = TO_TAIWAN.convert(page)
    made.body = page.encode()
    made.link_text = title


def _split(draw: random.Random, text: str) -> str:
    """A paragraph as editors leave it: numbers and words over several elements."""
    if draw.random() < 0.3:
        places = [i for i in range(1, len(text)) if text[i - 1].isdigit()]
        if places:
            cut = draw.choice(places)
            return f"<span>{text[:cut]}</span><span lang=EN-US>{text[cut:]}</span>"
    return text
