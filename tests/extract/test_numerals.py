"""Printed numbers and years read back; what is odd is None."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.numerals import read_number, read_year


@given(st.integers(min_value=0, max_value=10**11))
def test_arabic_numbers_read_back_plain_and_grouped(number: int) -> None:
    assert read_number(str(number)) == number
    assert read_number(f"{number:,}") == number
    assert read_number(f"{number:,}".replace(",", "，")) == number


@given(st.integers(min_value=0, max_value=10**8 - 1))
def test_chinese_numbers_read_back(number: int) -> None:
    assert read_number(cn2an.an2cn(number)) == number


@given(st.integers(min_value=1, max_value=99_999), st.integers(min_value=0, max_value=99))
def test_ten_thousands_are_multiplied_out_exactly(whole: int, hundredths: int) -> None:
    value = read_number(f"{whole}.{hundredths:02}", "万")
    assert value == whole * 10_000 + hundredths * 100
    assert isinstance(value, int), "a whole count stays an integer"


@pytest.mark.parametrize(
    ("printed", "magnitude", "value"),
    [
        ("615.54", "万", 6155400), ("1.2", "亿", 120000000), ("两百", "", 200), ("十二", "", 12),
        ("１２", "", 12), ("3.5", "", 3.5), ("〇", "", 0), ("一二三", "", None), ("百", "", None),
        ("1,23", "", None), ("12,3456", "", None), ("", "", None), ("5", "兆", None),
        ("1e9", "", None), ("-3", "", None), ("９９９９９９９９９９９９９", "", None),
    ],
)  # fmt: skip
def test_forms_and_oddities(printed: str, magnitude: str, value: float | None) -> None:
    assert read_number(printed, magnitude) == value


@pytest.mark.parametrize(
    ("printed", "year"),
    [("2012", 2012), ("二〇一〇", 2010), ("二0一0", 2010), ("二零一九", 2019), ("20 23", 2023),
     ("１９９８", 1998), ("1234", None), ("二十", None), ("", None)],
)  # fmt: skip
def test_years(printed: str, year: int | None) -> None:
    assert read_year(printed) == year
