"""The title of a file among the lines over its text; lines of a page's edge; labels broken."""

from __future__ import annotations

import pytest

from extract.file_content import file_content
from extract.pdf_layout import Line, paragraphs, running_lines

PROSE = "根据《中华人民共和国政府信息公开条例》的规定，编制本年度报告，现予以公布。"


@pytest.mark.parametrize(
    ("lines", "title", "kept"),
    [
        (["康县2022年政府信息公开工作年度报告"], "康县2022年政府信息公开工作年度报告", []),
        (
            ["康县人民政府", "2022年政府信息公开工作年度报告"],
            "康县人民政府2022年政府信息公开工作年度报告", [],
        ),
        (
            ["康县教育局文件", "康教发〔2023〕1号", "康县教育局", "2022年政府信息公开", "年度报告"],
            "康县教育局2022年政府信息公开年度报告", ["康县教育局文件", "康教发〔2023〕1号"],
        ),
        (
            ["附件1", "康县教育局关于2022年政府信息公开", "工作情况的年度报告"],
            "康县教育局关于2022年政府信息公开工作情况的年度报告", ["附件1"],
        ),
        (["（2022年度）", "康县政务公开年报"], "康县政务公开年报", ["（2022年度）"]),
        (["会议纪要", "第3期"], "会议纪要", ["第3期"]),
    ],
)  # fmt: skip
def test_title_among_the_first_lines(lines: list[str], title: str, kept: list[str]) -> None:
    content = file_content([*lines, PROSE])
    assert content.title == title
    assert list(content.parts) == [*kept, PROSE]


def test_a_printed_page_leaves_its_labels_and_foot() -> None:
    content = file_content(
        ["索引号：11620000/2023-00001 发布日期：2023-01-20", "康县2022年政府信息公开年度报告",
         PROSE, "【打印】【关闭】"]
    )  # fmt: skip
    assert ("发布日期", "2023-01-20") in content.metadata.labels
    assert list(content.parts) == [PROSE]


def test_a_file_without_text_has_no_title() -> None:
    content = file_content([])
    assert (content.title, content.parts) == ("", ())


def line(text: str, top: float, *, page: int = 1, x0: float = 74.0, x1: float = 520.0) -> Line:
    return Line(
        text=text, page=page, x0=x0, x1=x1, top=top, bottom=top + 16, size=16.0, height=842.0
    )


@pytest.mark.parametrize(
    ("text", "top", "runs"),
    [
        ("- 3 -", 790, True),
        ("— 3 —", 790, True),
        ("第 3 页 共 9 页", 790, True),
        ("3/9", 790, True),
        ("3", 790, True),
        ("351", 790, False),  # a figure of a table without rules
        ("- 3 -", 400, False),
        ("行政许可 3", 790, False),
    ],
)
def test_page_numbers_are_no_content(text: str, top: float, runs: bool) -> None:
    one = line(text, top, page=3)
    assert (one in running_lines([one])) is runs


def test_what_every_page_repeats_at_its_edge_is_no_content() -> None:
    lines = [
        part
        for page in range(1, 7)
        for part in (line("康县公报", 40, page=page), line(f"正文{page}", 400, page=page))
    ]
    assert {one.text for one in running_lines(lines)} == {"康县公报"}
    twice = [line("合计", 790, page=1), line("合计", 790, page=2)]
    assert not running_lines([*twice, *(line("正文", 400, page=page) for page in range(1, 7))])


def test_paragraphs_end_where_the_next_is_indented() -> None:
    lines = [
        line("全年围绕中心工作推进公开及时回应社会关切", 100, x0=106),
        line("办理群众来信。全年举办培训班，参加人数为", 128),
        line("300人。", 156, x1=140),
        line("全年收到申请12件。", 184, x0=106, x1=300),
    ]
    assert paragraphs(lines, among=lines) == [
        "全年围绕中心工作推进公开及时回应社会关切办理群众来信。全年举办培训班，参加人数为300人。",
        "全年收到申请12件。",
    ]
