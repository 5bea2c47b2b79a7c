"""Script detection, conversion, and offsets that lead back to what the page said."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract import script
from extract.document import Script, Span
from extract.tracked import TrackedText

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
GOLD = json.loads((SEEDS / "gold.json").read_text("utf-8"))
WORD_CONVERTED = "我局按照計畫完善程式，"
"""A beginning that shows a conversion by words."""


def normal(text: str, written_in: Script | None = None) -> str:
    return script.normalise(text, written_in or script.detect(text))[0]


@pytest.mark.parametrize("name", sorted(GOLD))
def test_seed_is_detected_and_normalised(name: str) -> None:
    text = html.unescape((SEEDS / name).read_text("utf-8"))
    assert script.detect(text) == GOLD[name]["script"]
    simplified = normal(text)
    for wanted in GOLD[name].get("normalised_must_contain", []):
        assert wanted in simplified
    for unwanted in GOLD[name].get("normalised_must_not_contain", []):
        assert unwanted not in simplified
    for kept in GOLD[name].get("archives_kept", []):
        assert kept in simplified


@pytest.mark.parametrize("name", sorted(GOLD))
def test_seed_offsets_lead_back(name: str) -> None:
    text = html.unescape((SEEDS / name).read_text("utf-8"))
    simplified, alignment = script.normalise(text, script.detect(text))
    for figure in GOLD[name]["figures"]:
        quote = script.normalise(figure["quote"], Script(GOLD[name]["script"]))[0]
        at = simplified.index(quote)
        original = alignment.to_original(Span(at, at + len(quote)))
        assert text[original.start : original.end] == figure["quote"]


@pytest.mark.parametrize("text", ["", "2015", "abc 1.5%", "一二三"])
def test_text_of_neither_script_is_hans(text: str) -> None:
    assert script.detect(text) is Script.HANS


def test_a_few_traditional_names_do_not_make_a_text_traditional() -> None:
    assert (
        script.detect("我县与台灣同胞交流，公开政府信息并办理申请，发布规范性文件。") is Script.HANS
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("規範性檔案", "规范性文件"),
        ("各級檔案館、縣檔案局、檔案管理、人事檔案", "各级档案馆、县档案局、档案管理、人事档案"),
        ("職責許可權", "职责权限"),
        ("相對集中行政許可權", "相对集中行政许可权"),
        ("入口網站與網路輿情", "门户网站与网络舆情"),
        ("電網路線", "电网路线"),
        ("民眾", "群众"),
        ("利用契約格式條款", "利用合同格式条款"),
        ("契約精神", "契约精神"),
        ("巨觀調控", "宏观调控"),
        ("系統最佳化", "系统优化"),
        ("已經連線到大廳", "已经连接到大厅"),
        ("全域性工作", "全局工作"),
        ("區域性", "区域性"),
        ("人工智慧", "人工智能"),
        ("程式化", "程式化"),
        ("資訊公開", "信息公开"),
        ("諮詢", "咨询"),
        ("建立、查詢", "建立、查询"),
    ],
)
def test_words_of_a_text_converted_by_words(said: str, meant: str) -> None:
    assert normal(WORD_CONVERTED + said) == "我局按照计划完善程序，" + meant


@pytest.mark.parametrize("said", ["檔案", "民眾", "契約", "水準", "透過", "連線"])
def test_words_that_the_mainland_has_too_stay_without_evidence(said: str) -> None:
    text = f"縣政府公開{said}情況，發布規範性文件，辦理申請程序。"
    assert normal(text, Script.HANT) == script._converter().convert(text)


def test_a_mainland_word_beside_its_counterpart_keeps_both() -> None:
    text = WORD_CONVERTED + "群眾和民眾，文件和檔案"
    assert normal(text).endswith("群众和民众，文件和档案")


def test_simplified_text_is_never_converted() -> None:
    text = "档案程式计画网路民众契约，公开政府信息，于乾隆年间，著作权"
    assert normal(text) == text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("答複", "答复"),
        ("方麵", "方面"),
        ("製度建设", "制度建设"),
        ("谘询", "咨询"),
        ("复製", "复製"),
        ("２０１５年１月，８５．５％", "2015年1月，85.5%"),
        ("（一）：“Ａ”", "（一）：“A”"),
        ("2024 年 1 月 17 日", "2024年1月17日"),
        ("⽉⾏", "月行"),
        ("公\u200b开", "公开"),
    ],
)
def test_repairs_of_simplified_text(said: str, meant: str) -> None:
    assert normal(said, Script.HANS) == meant


def test_bracketed_pinyin_goes() -> None:
    assert normal("統(tǒng)計(jì)數(shù)據(jù)") == "统计数据"
    assert normal("無(wu)變(bian)動(dong)") == "无变动"


@pytest.mark.parametrize("text", ["信息(app)公开", "公开(an)", "处理(GIS)", "金额(yuan)"])
def test_latin_in_brackets_stays(text: str) -> None:
    assert normal(text) == text


def test_original_of_a_character_with_pinyin_includes_it() -> None:
    said = "統(tǒng)計(jì)數據"
    simplified, alignment = script.normalise(said, Script.HANT)
    assert simplified == "统计数据"
    assert alignment.to_original(Span(0, 1)) == Span(0, 7)
    assert alignment.to_original(Span(2, 4)) == Span(len(said) - 2, len(said))


def test_phrase_of_another_length_maps_whole() -> None:
    said = "職責許可權，完"
    simplified, alignment = script.normalise(said, Script.HANT)
    assert simplified == "职责权限，完"
    at = alignment.to_original(Span(2, 4))
    assert said[at.start : at.end] == "許可權"
    at = alignment.to_original(Span(4, 6))
    assert said[at.start : at.end] == "，完"


ALPHABET = "計畫許可權入口網站檔案館民眾統(tǒng)１Ａ％． 　\u200b年12,。，\n文件一程式谘询製度⽉"


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=60), st.sampled_from(Script), st.data())
def test_any_span_leads_to_what_it_was_made_of(text: str, written_in: Script, data) -> None:
    simplified, alignment = script.normalise(text, written_in)
    assert simplified.count("\n") == text.count("\n"), "lines stay"
    assert (alignment.text_length, alignment.original_length) == (len(simplified), len(text))
    cut = data.draw(st.lists(st.integers(0, len(simplified)), min_size=2, max_size=2).map(sorted))
    span = alignment.to_original(Span(*cut))
    assert 0 <= span.start <= span.end <= len(text)
    if cut[0] < cut[1]:
        quoted = text[span.start : span.end]
        wanted = re.sub(r"\s", "", simplified[cut[0] : cut[1]])
        got = re.sub(r"\s", "", normal(quoted, written_in))
        assert wanted in got or len(got) >= len(wanted), "the quote holds what was read"
    whole = alignment.to_original(Span(0, len(simplified)))
    assert whole.end == len(text) or not simplified, "what a deletion follows includes it"


@settings(max_examples=200, deadline=None)
@given(st.text("公开信息的一二三，。\n 1a", max_size=80))
def test_unchanged_text_maps_to_itself(text: str) -> None:
    simplified, alignment = script.normalise(text, Script.HANS)
    if simplified == text:
        for start in range(0, len(text), 3):
            assert alignment.to_original(Span(start, len(text))) == Span(start, len(text))


@settings(max_examples=300, deadline=None)
@given(st.text("abcx", max_size=40), st.lists(st.sampled_from("abcx"), max_size=4))
def test_tracked_rewrites_keep_every_other_character_in_place(text: str, targets) -> None:
    tracked = TrackedText(text)
    for number, target in enumerate(targets):
        tracked.rewrite(re.compile(target + "+"), ["", "Z", "ZZZ", "Y"][number])
    alignment = tracked.alignment()
    for index, character in enumerate(tracked.text):
        span = alignment.to_original(Span(index, index + 1))
        quoted = text[span.start : span.end]
        if character in "abcx":
            own = quoted[0]
            assert own == character or index == 0, "a character that stayed leads to itself"
            assert character in quoted
        else:
            assert quoted, "a new character stands for something"
