"""Sentences in Chinese and English: they keep step, the code fills them, one tells the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from archive.http_message import Oddity
from extract.blocking import BlockKind
from extract.languages import Lang, pairs_of
from extract.report import CheckOutcome
from extract.sentences import ANEW, KEPT, LONGEST, SAID, form_of, in_chinese, say

ROOT = Path(__file__).resolve().parents[2]
KEYS = pairs_of(KEPT) | pairs_of(ANEW)


def places(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_have_the_same_places(key: str) -> None:
    zh, en = KEYS[key][Lang.ZH], KEYS[key][Lang.EN]
    assert sorted(places(zh)) == sorted(places(en)), key
    assert len(set(places(en))) == len(places(en)), f"{key}: one place twice"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) or form_of(key, en).has_no_words
    assert all(form_of(key, en).pieces[1:-1]), f"{key}: nothing between two places"


def said_in_code() -> Iterator[tuple[str, list[str], set[str]]]:
    """Each call of ``say``: where, the keys it may mean, and the places that it fills."""
    for path in (*ROOT.glob("extract/**/*.py"), *ROOT.glob("crawler/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"):
                continue
            key = node.args[0]
            ends = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
            keys = [one.value for one in ends if isinstance(one, ast.Constant)]
            given = {one.arg for one in node.keywords}
            if None not in given:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", keys, given  # type: ignore[misc]


def test_no_key_twice() -> None:
    assert not pairs_of(KEPT).keys() & pairs_of(ANEW).keys()


def test_what_the_code_says_is_in_the_table_with_its_places() -> None:
    calls = list(said_in_code())
    assert len(calls) > 150
    for where, keys, given in calls:
        wanted = {name for key in keys for name in places(KEYS[key][Lang.EN])}
        assert not keys or given == wanted, where


def test_every_sentence_is_said_somewhere() -> None:
    written = {
        node.value
        for folder in ("extract", "crawler")
        for path in ROOT.glob(f"{folder}/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made = {f"block_{kind.value}" for kind in BlockKind}
    made |= {f"check_{outcome.value}" for outcome in CheckOutcome}
    made |= {"was_blocked_by", "not_reached_by", *(one.value for one in Oddity)}
    assert not set(KEYS) - written - made


@pytest.mark.parametrize(
    "kind", [*(f"block_{kind.value}" for kind in BlockKind), *(one.value for one in Oddity)]
)
def test_words_of_kinds(kind: str) -> None:
    assert in_chinese(say(kind)) == say(kind, Lang.ZH)


@pytest.mark.parametrize("key", pairs_of(KEPT))
def test_the_english_tells_the_chinese(key: str) -> None:
    given = {name: f"甲{number}" for number, name in enumerate(places(KEYS[key][Lang.EN]))}
    english, chinese = dict(given), dict(given)
    for name in given:
        if name.startswith(SAID):
            english[name] = say("it_answered", status=404)
            chinese[name] = say("it_answered", Lang.ZH, status=404)
    said, wanted = say(key, **english), say(key, Lang.ZH, **chinese)
    assert in_chinese(said) == wanted
    beside = say("known_gap", file="a.toml")
    assert (
        in_chinese(f"{said}; {beside}") == f"{wanted}；{say('known_gap', Lang.ZH, file='a.toml')}"
    )


def test_a_sentence_in_sentences_in_a_sentence() -> None:
    page = "http://a.gov.cn/1"
    seen = ", ".join([say("seen_status", status=412), say("seen_cookies", cookies="a, b")])
    block = say("block_detail", said_what=say("block_captcha"), said_seen=seen)
    since = say("since_then_not", day="2026-11-01", said=say("about", named=page, said=block))
    reason = "; ".join([say("not_on_listing", days="2026-10-01, 2026-10-02"), since])
    assert in_chinese(reason) == (
        "列表于 2026-10-01, 2026-10-02 归档至末尾，报告不在其上；此后于 2026-11-01 未能如此"
        "（http://a.gov.cn/1：返回的不是原页面，而是验证码（状态码 412，设置 a, b））"
    )


def test_words_of_others_are_quoted_and_unknown_sentences_are_left() -> None:
    reason = say("not_reached_by", day="2026-11-01", said="timeout: User timeout caused failure")
    assert in_chinese(reason) == (
        "其列表于 2026-11-01 无法连接：“timeout: User timeout caused failure”"
    )
    assert in_chinese("an older version said: something else") is None
    assert in_chinese("") is None


@pytest.mark.parametrize(
    "text", ["trailers; ", "a: ", "a: status 1, ", "table 2, row a: not read: "]
)
def test_a_text_made_to_eat_time_is_given_up(text: str) -> None:
    for length in (LONGEST, 3 * LONGEST):
        made = text * (length // len(text))
        assert in_chinese(made) is None or len(made) <= LONGEST
