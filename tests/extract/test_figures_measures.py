"""Every measure of the closed list in the wording of all eras; and what is of no measure."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_documents import NO_CONTEXT, document_of

from extract.numerals import read_number
from extract.reading import read_report
from extract.report import Figure, Measure, Qualifier, Report

SENTENCES = Path(__file__).with_name("measure_sentences.txt")
TITLES = (
    "康县人民政府{year}年政府信息公开工作年度报告",
    "康县{year}年政府信息公开年度报告",
    "康县教育局{year}年政府信息公开工作年度报告",
)
OPENING = "根据《中华人民共和国政府信息公开条例》的规定,编制本报告。本报告由六个部分组成。"
MARKS = {Qualifier.ABOUT: "~", Qualifier.MORE_THAN: "+", Qualifier.NEARLY: "-", None: ""}
LEAST_SENTENCES = 3


def cases() -> list[tuple[int, str, str]]:
    """Year of the report, sentence and what it states, of each line of the table."""
    found: list[tuple[int, str, str]] = []
    year = 0
    for line in SENTENCES.read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            year = int(line.split()[1])
        elif line and not line.startswith("#"):
            sentence, _, stated = line.partition("=>")
            found.append((year, sentence.strip(), stated.strip()))
    return found


CASES = cases()


def report_of(sentence: str, year: int, title: str = TITLES[1]) -> Report:
    text = f"{title.format(year=year)}\n{OPENING}\n{sentence}\n"
    outcome = read_report(document_of(text), NO_CONTEXT)
    assert outcome.report is not None, f"not read: {outcome.skip} {outcome.detail}"
    return outcome.report


def told(figure: Figure) -> str:
    mark = "!" if figure.negated else MARKS[figure.qualifier]
    scope = f" [{figure.scope}]" if figure.scope else ""
    return f"{figure.measure.value} {mark}{figure.value:g}{scope}"


@pytest.mark.parametrize(("year", "sentence", "expected"), CASES)
def test_sentence_states_exactly_its_measures(year: int, sentence: str, expected: str) -> None:
    figures = report_of(sentence.strip(), year).figures
    read = [told(one) for one in figures if one.measure is not Measure.OTHER]
    wanted = [one.strip() for one in expected.split(",") if one.strip()]
    wanted = [re.sub(r"(\d{6,})", lambda found: f"{int(found[1]):g}", one) for one in wanted]
    assert Counter(read) == Counter(wanted), sentence


@pytest.mark.parametrize(("year", "sentence", "expected"), CASES)
def test_quote_is_the_passage_and_its_number_the_value(
    year: int, sentence: str, expected: str
) -> None:
    report = report_of(sentence.strip(), year)
    for figure in report.figures:
        original = report.document.text_original
        assert figure.quote == original[figure.original.start : figure.original.end]
        if not figure.negated:
            assert figure.value in numbers_in(figure.quote), (told(figure), figure.quote)


def numbers_in(quote: str) -> set[float | int | None]:
    number = r"(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
    printed = re.findall(rf"{number}[余多]?([万亿]?)(元?)", quote)
    return {read_number(one, "" if money else power) for one, power, money in printed}


def test_every_measure_has_sentences() -> None:
    stated = Counter(
        one.split()[0] for _, _, expected in CASES for one in expected.split(",") if one.strip()
    )
    few = [one.value for one in Measure if stated[one.value] < LEAST_SENTENCES]
    assert few == [Measure.OTHER.value], stated


@pytest.mark.parametrize(
    ("sentence", "quote", "value", "unit"),
    [
        ("政务新媒体共计95个。", "政务新媒体共计95个", 95, "个"),
        ("概况类11244条,占18.27%。", "概况类11244条", 11244, "条"),
        ("概况类11244条,占18.27%。", "占18.27%", 18.27, "%"),
        ("访问量达7,854,070人次。", "访问量达7,854,070人次", 7854070, "人次"),
        ("专项经费5万元。", "专项经费5万元", 5, "万元"),
        ("发布20680批次抽检情况。", "发布20680批次抽检情况", 20680, "批次"),
    ],
)
def test_other_numbers_are_kept_with_their_quote(
    sentence: str, quote: str, value: float, unit: str
) -> None:
    figures = report_of(sentence, 2023).figures
    found = [one for one in figures if (one.quote, one.value, one.unit) == (quote, value, unit)]
    assert [one.measure for one in found] == [Measure.OTHER], figures


@pytest.mark.parametrize(
    "sentence",
    [
        "依据国办发〔2019〕60号和第711号令,于2023年3月15日印发。",
        "在收到申请之日起20个工作日内答复。",
        "召开第3次会议,贯彻第40条。",
        "地址:康县文化路15号,电话:0939-5123456,邮编:746500。",
        "本报告共分6个部分。",
    ],
)
def test_dates_ordinals_and_numbers_of_documents_are_no_figures(sentence: str) -> None:
    figures = report_of(sentence, 2023).figures
    assert figures == (), [one.quote for one in figures]


WIDE = str.maketrans("0123456789,", "０１２３４５６７８９，")
SOFTENED = [
    ("", "", None),
    ("近", "", Qualifier.NEARLY),
    ("约", "", Qualifier.ABOUT),
    ("", "左右", Qualifier.ABOUT),
    ("超过", "", Qualifier.MORE_THAN),
    ("", "以上", Qualifier.MORE_THAN),
]


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, int]:
    """A number as reports print it, with its value."""
    way = draw(st.sampled_from(["plain", "grouped", "wide", "chinese", "wan"]))
    if way == "wan":
        hundredths = draw(st.integers(1, 999_999))
        return f"{hundredths / 100:g}万", hundredths * 100
    value = draw(st.integers(0, 9_999 if way == "chinese" else 9_999_999))
    if way == "chinese":
        return cn2an.an2cn(value), value
    text = f"{value:,}" if way != "plain" else str(value)
    return text.translate(WIDE) if way == "wide" else text, value


@settings(max_examples=60, deadline=None)
@given(
    number=printed(),
    around=st.sampled_from(SOFTENED),
    words=st.sampled_from(
        [
            ("全县主动公开政府信息{}条{}。", Measure.DISCLOSED),
            ("全年共收到政府信息公开申请{}件{},均按时答复。", Measure.REQUESTS_RECEIVED),
            ("通过县政府网站公开政府信息{}条{}。", Measure.DISCLOSED_WEBSITE),
            ("政务公开培训{}人次{}。", Measure.TRAINEES),
        ]
    ),
)
def test_any_printed_number_is_read_with_its_words(
    number: tuple[str, int],
    around: tuple[str, str, Qualifier | None],
    words: tuple[str, Measure],
) -> None:
    text, value = number
    before, after, qualifier = around
    report = report_of(words[0].format(before + text, after), 2023)
    (figure,) = [one for one in report.figures if one.measure is not Measure.OTHER]
    assert (figure.measure, figure.value, figure.qualifier) == (words[1], value, qualifier)
    assert text in figure.quote
