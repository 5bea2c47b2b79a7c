"""What one cell says: numbers, blanks, notes and units, and what is not told for certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.cell_values import is_blank, is_value, read_value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0", 0),
        ("１２３", 123),
        ("1,234,567", 1_234_567),
        ("1，234", 1234),
        ("1 191", 1191),
        ("22(其中修订16件)", 22),
        ("22（其中修订 16 件）", 22),
        ("35件", 35),
        ("-106", -106),
        ("－106", -106),
        ("+95", 95),
        ("3.5", 3.5),
        ("615.54万", 6_155_400),
    ],
)
def test_counts(raw: str, value: float) -> None:
    read = read_value(raw, wan_yuan=False, signed=False)
    assert read is not None
    assert read.value == value


@pytest.mark.parametrize("raw", ["", " ", "/", "-", "—", "——", "无", "／", "－", "\u3000"])
def test_blanks_are_null_and_never_zero(raw: str) -> None:
    read = read_value(raw, wan_yuan=False, signed=False)
    assert read is not None
    assert read.value is None
    assert is_blank(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "约100",
        "100余",
        "22(16)",
        "12,34",
        "1 2 3 4",
        "详见附件",
        "37844万元",  # money among counts: a shifted row
        "12/13",
        "1.2.3",
        "增95",
        "9" * 200,
        "5%",
    ],
)
def test_what_cannot_be_told_is_no_number(raw: str) -> None:
    assert read_value(raw, wan_yuan=False, signed=False) is None


@pytest.mark.parametrize(
    ("raw", "header", "value", "unit"),
    [
        ("37844万元", None, 37844, "万元"),
        ("37844", None, 37844, "万元"),
        ("73802895.90元", None, 7380.28959, "元"),
        ("4068.208(万元)", None, 4068.208, "万元"),
        ("1.5亿元", None, 15000, "亿元"),
        ("38000", "元", 3.8, "元"),
        ("24252.311082", "万元", 24252.311082, "万元"),
        ("", "万元", None, None),
    ],
)
def test_amounts_are_in_wan_yuan(
    raw: str, header: str | None, value: float | None, unit: str | None
) -> None:
    read = read_value(raw, wan_yuan=True, signed=False, unit=header)
    assert read is not None
    assert (read.value, read.unit) == (value, unit)


def test_an_amount_in_another_unit_is_not_guessed() -> None:
    assert read_value("12件", wan_yuan=True, signed=False) is None


@pytest.mark.parametrize(("raw", "value"), [("增95", 95), ("减少106", -106), ("↓3", -3)])
def test_signs_in_words_only_where_a_change_stands(raw: str, value: int) -> None:
    read = read_value(raw, wan_yuan=False, signed=True)
    assert read is not None
    assert read.value == value


@pytest.mark.parametrize(
    "raw", ["1.属于国家秘密", "2019年度", "一、本年新收政府信息公开申请数量", "3.其他", "自然人"]
)
def test_labels_are_no_values(raw: str) -> None:
    assert not is_value(raw)


@given(st.text(max_size=40), st.booleans())
def test_any_text_gives_a_number_a_blank_or_nothing(raw: str, money: bool) -> None:
    read = read_value(raw, wan_yuan=money, signed=False)
    if read is not None and read.value is not None:
        assert any(character.isdigit() or character.isnumeric() for character in raw)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_printed_number_is_read(number: int) -> None:
    for printed in (str(number), f"{number:,}", f" {number} "):
        read = read_value(printed, wan_yuan=False, signed=True)
        assert read is not None, printed
        assert read.value == number, printed
