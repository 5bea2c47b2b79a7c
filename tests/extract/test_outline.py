"""Sections: headings of every style that reports use, and nothing that only looks like one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract import decode, main_content, outline
from extract.document import Section, SectionKind, Span

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
GOLD = json.loads((SHARED / "seeds" / "gold.json").read_text("utf-8"))
PROSE = "我局认真做好政府信息公开工作，取得明显成效。"


def kinds(text: str, spans=()) -> list[tuple[str, str | None]]:
    return [(part.kind.value, part.heading) for part in outline.sections(text, spans)]


def covers(text: str, parts: tuple[Section, ...]) -> bool:
    return "".join(text[part.span.start : part.span.end] for part in parts) == text


SEED_KINDS = {
    "000_42c3f47b0cae06fe.txt": ["preamble", "other", "plans", "sign_off"],
    "001_4b7625570ef27f99.txt": ["preamble", *["other"] * 5, "problems"],
    "002_ee48f4fde292f35b.txt": [
        "preamble", "overview", "proactive", "requests", "review_litigation", "problems",
        "other_matters",
    ],
    "003_bc599757aa1697fd.txt": [
        "preamble", "other", "proactive", "requests", "fees", "review_litigation", "problems",
    ],
    "004_6c56c39d01f2e555.txt": [
        "preamble", "overview", "proactive", "requests", "fees", "review_litigation",
    ],
}  # fmt: skip
"""Read by eye from the seeds."""


@pytest.mark.parametrize("name", sorted(GOLD))
def test_seed_sections(name: str) -> None:
    body = (SHARED / "seeds" / name).read_bytes()
    page = decode.page_from_bytes(body, url="http://www.example.gov.cn/", content_type=None)
    document = main_content.document(page)
    assert [part.kind.value for part in document.sections] == SEED_KINDS[name]
    assert covers(document.text, document.sections)


@pytest.mark.parametrize(
    "path", sorted(path.name for path in (SHARED / "real").glob("*_202*.html"))
)
def test_six_parts_of_real_pages(path: str) -> None:
    body = (SHARED / "real" / path).read_bytes()
    page = decode.page_from_bytes(body, url="http://www.example.gov.cn/", content_type="text/html")
    document = main_content.document(page)
    found = [part.kind for part in document.sections if part.heading]
    assert found == [
        SectionKind.OVERVIEW, SectionKind.PROACTIVE, SectionKind.REQUESTS,
        SectionKind.REVIEW_LITIGATION, SectionKind.PROBLEMS, SectionKind.OTHER_MATTERS,
    ]  # fmt: skip
    assert len(document.grids) == 3
    assert all("\n".join(map(str.strip, document.text[g.span.start : g.span.end].split("\n")))
               for g in document.grids)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("总体情况", "overview"),
        ("基本情况", "overview"),
        ("行政机关主动公开政府信息情况", "proactive"),
        ("主动公开政府信息的情况", "proactive"),
        ("收到和处理政府信息公开申请情况", "requests"),
        ("依申请公开政府信息办理情况", "requests"),
        ("因政府信息公开工作被申请行政复议、提起行政诉讼情况", "review_litigation"),
        ("政府信息公开的收费及减免情况", "fees"),
        ("政府信息公开工作存在的主要问题及改进情况", "problems"),
        ("存在的不足和改进措施", "problems"),
        ("其他需要报告的事项", "other_matters"),
        ("下一步工作打算", "plans"),
        ("今年工作安排", "plans"),
        ("主要工作情况", "other"),
        ("政府信息公开情况统计表", "other"),
        ("回应解读情况", "other"),
    ],
)
def test_kinds_of_titles(title: str, kind: str) -> None:
    assert outline.kind_of(title) == kind


def test_glued_heading_and_indented_heading() -> None:
    text = f"一、总体情况。{PROSE}\n　　二、主动公开情况：{PROSE}\n三、 申请情况\n{PROSE}"
    parts = outline.sections(text, ())
    assert [(part.heading, part.text) for part in parts] == [
        ("总体情况", PROSE),
        ("主动公开情况", PROSE),
        ("申请情况", PROSE),
    ]
    assert covers(text, parts)


def test_numbered_prose_is_not_a_heading() -> None:
    text = (
        f"一、概述\n{PROSE}\n二、按照上级要求认真做好各项政府信息公开工作并且" + "很长" * 30 + "。"
    )
    assert kinds(text) == [("overview", "概述")]


def test_contents_on_one_line_and_on_several() -> None:
    titles = ["总体情况", "主动公开政府信息情况", "存在的主要问题及改进情况"]
    numbered = [f"{n}、{title}" for n, title in zip("一二三", titles, strict=True)]
    sections = "\n".join(f"{heading}\n{PROSE}" for heading in numbered)
    wanted = [("preamble", None), *zip(("overview", "proactive", "problems"), titles, strict=True)]
    for contents in (",".join(numbered) + ",", "\n".join(numbered)):
        text = f"目录\n{contents}\n{sections}"
        assert kinds(text) == wanted
        assert covers(text, outline.sections(text, ()))


def test_successive_headings_without_text_are_headings() -> None:
    text = "一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n无。"
    assert [kind for kind, _ in kinds(text)] == ["overview", "proactive", "requests"]


def test_numbering_that_begins_again() -> None:
    narrative = "".join(
        f"{n}、{t}\n{PROSE}\n" for n, t in zip("一二", ["概述", "存在的问题"], strict=True)
    )
    tables = f"一、主动公开政府信息情况\n{PROSE}\n二、收到和处理政府信息公开申请情况\n{PROSE}"
    assert [kind for kind, _ in kinds(narrative + tables)] == [
        "overview", "problems", "proactive", "requests",
    ]  # fmt: skip


def test_parts_and_unnumbered_and_bracketed_styles() -> None:
    for style in ("第{}部分 {}", "第{}部分：{}", "（{}）{}", "{}、{}", "{}．{}"):
        text = "\n".join(
            f"{style.format(n, t)}\n{PROSE}"
            for n, t in zip("一二三", ["总体情况", "主动公开情况", "存在的主要问题"], strict=True)
        )
        assert [kind for kind, _ in kinds(text)] == ["overview", "proactive", "problems"], style
    bare = f"总体情况\n{PROSE}\n主动公开政府信息情况\n{PROSE}"
    assert [kind for kind, _ in kinds(bare)] == ["overview", "proactive"]


def test_rows_of_tables_are_not_headings() -> None:
    table = "一、本年新收政府信息公开申请数量 | 3\n三、本年度办理结果 | 0"
    text = f"一、总体情况\n{PROSE}\n二、收到和处理政府信息公开申请情况\n{table}\n"
    text += f"三、存在的问题\n{PROSE}"
    start = text.index(table)
    spans = (Span(start, start + len(table)),)
    wanted = ["总体情况", "收到和处理政府信息公开申请情况", "存在的问题"]
    assert [heading for _, heading in kinds(text, spans)] == wanted
    torn = text.replace(" | ", "\n")
    assert [heading for _, heading in kinds(torn)] == wanted


def test_sub_heads_stay_inside() -> None:
    text = f"一、总体情况\n（一）主动公开。{PROSE}\n1、某事。{PROSE}\n二、存在的问题\n{PROSE}"
    assert [heading for _, heading in kinds(text)] == ["总体情况", "存在的问题"]


@pytest.mark.parametrize(
    "signature",
    [
        "某某市某某局\n2016年1月20日",
        "某某市某某局 2016年1月20日",
        "二〇一六年一月二十日",
        "某局\n二0一六年一月",
    ],
)
def test_sign_off(signature: str) -> None:
    text = f"一、总体情况\n{PROSE}\n二、存在的问题\n{PROSE}\n{signature}"
    last = outline.sections(text, ())[-1]
    assert (last.kind, last.text) == (SectionKind.SIGN_OFF, signature)
    after = outline.sections(text + "\n附件：统计表.xls", ())
    assert [part.kind.value for part in after][-2:] == ["sign_off", "other"]
    assert covers(text + "\n附件：统计表.xls", after)


def test_empty_and_without_headings() -> None:
    assert outline.sections("", ()) == ()
    assert kinds(PROSE) == [("preamble", None)]


LINES = st.sampled_from(
    ["一、总体情况", "二、主动公开情况", "一、", "第一部分 概述", "（一）问题", PROSE, "", " ",
     "某局", "2016年1月20日", "一、甲，二、乙，三、丙", "| 0 |", "1、情况",
     "十一、其他需要报告的事项"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_sections_cover_any_text_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = outline.sections(text, ())
    assert covers(text, parts) or not text.strip()
    assert [part.ordinal for part in parts] == list(range(len(parts)))
