"""Dates: forms, periods, sign-offs, publication order, and what must not be taken."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.dates import find_period, find_published, find_sign_off, read_date, years_in
from extract.document import PageMetadata

PROSE = "根据《中华人民共和国政府信息公开条例》的规定,结合我县实际,编制本年度报告,现予公布。" * 2


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("二〇一〇年三月十日", date(2010, 3, 10)), ("二0一0年三月十日", date(2010, 3, 10)),
        ("二○一二年十二月三十一日", date(2012, 12, 31)), ("2012年1月5日", date(2012, 1, 5)),
        ("２０１２年１月５日", date(2012, 1, 5)), ("2024 年 1 月 17 日", date(2024, 1, 17)),
        ("2022-02-08 16:34", date(2022, 2, 8)), ("2022/2/8", date(2022, 2, 8)),
        ("20220208", date(2022, 2, 8)), ("2012年13月1日", None), ("二〇一〇年度", None),
    ],
)  # fmt: skip
def test_forms_of_a_date(printed: str, expected: date | None) -> None:
    assert read_date(printed) == expected


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2029, 12, 31)))
def test_a_date_written_in_chinese_reads_back(day: date) -> None:
    numerals = "〇一二三四五六七八九"
    year = "".join(numerals[int(digit)] for digit in str(day.year))

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else numerals[tens] + "十"
        return head + (numerals[ones] if ones else "")

    assert read_date(f"{year}年{small(day.month)}月{small(day.day)}日") == day


@pytest.mark.parametrize(
    ("title", "years"),
    [("康县2009年政府信息公开报告", (2009,)), ("二〇一〇年度报告", (2010,)),
     ("报告(2012)", (2012,)),
     ("20 23年度报告", (2023,)), ("2012年总结和2013年打算", (2012, 2013)), ("年度报告", ())],
)  # fmt: skip
def test_years_of_a_title(title: str, years: tuple[int, ...]) -> None:
    assert years_in(title) == years


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("所列数据的统计期限自2019年1月1日起至2019年12月31日止。", (2019, 1, 1), (2019, 12, 31)),
        ("内容涵盖2014年1月1日至12月31日期间的工作。", (2014, 1, 1), (2014, 12, 31)),
        ("本报告数据统计时限为2008年5月1日—2008年12月31日。", (2008, 5, 1), (2008, 12, 31)),
        ("统计期限为2012年1月1日到2012年12月31日", (2012, 1, 1), (2012, 12, 31)),
    ],
)
def test_periods(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    period = find_period(text)
    assert period is not None, text
    assert (period.start, period.end) == (date(*start), date(*end))


def test_a_short_range_and_one_without_cue_are_no_period() -> None:
    assert find_period("公示时间:2019年1月1日至2019年1月7日。") is None
    assert find_period("工程自2010年3月1日至2010年12月1日施工。", 2012) is None


@pytest.mark.parametrize(
    ("close", "day", "signer"),
    [
        ("康县人民政府\n二〇一〇年三月十日", date(2010, 3, 10), "康县人民政府"),
        ("康县教育局 2012年1月5日", date(2012, 1, 5), "康县教育局"),
        ("(2012年1月5日)", date(2012, 1, 5), None),
        (
            "王坝镇人民政府\n2013年1月16日\n附件:统计表\n- 网站导航",
            date(2013, 1, 16),
            "王坝镇人民政府",
        ),
    ],
)
def test_sign_off(close: str, day: date, signer: str | None) -> None:
    found = find_sign_off(f"{PROSE}\n{close}\n")
    assert found is not None, close
    assert (found.day, found.signer) == (day, signer)


@pytest.mark.parametrize(
    "text",
    [
        f"2013年1月1日\n{PROSE}\n",
        f"{PROSE}\n会议于2013年1月1日召开。\n",
        f"{PROSE}\n发布时间:2013年1月1日\n",
        f"{PROSE}\n2013年1月1日\n{PROSE}\n",
        "",
    ],
)
def test_what_is_no_sign_off(text: str) -> None:
    assert find_sign_off(text) is None, text


def test_publication_order_is_label_pub_date_listing_url() -> None:
    metadata = PageMetadata(
        pub_date="2020-08-02 10:00",
        labels=(("发布日期:", "2014-02-25"), ("成文日期", "2014-01-01")),
    )
    found = find_published(
        metadata, listed_on=date(2014, 2, 26), url="http://x/201402/t20140227_1.htm"
    )
    assert [(one.day, one.evidence.split(" ")[0]) for one in found] == [
        (date(2014, 2, 25), "label"),
        (date(2020, 8, 2), "PubDate"),
        (date(2014, 2, 26), "listing"),
        (date(2014, 2, 27), "url"),
    ]


def test_pub_date_that_is_the_regeneration_time_is_left_out() -> None:
    metadata = PageMetadata(pub_date="2024-05-28 15:46", regenerated_at="2024-05-28 15:46:43")
    assert find_published(metadata, listed_on=None, url="http://x/a.htm") == ()
    other = PageMetadata(pub_date="2024-01-17 15:46", regenerated_at="2024-05-28 15:46:43")
    assert [one.day for one in find_published(other, listed_on=None, url="http://x/")] == [
        date(2024, 1, 17)
    ]


def test_a_bare_date_in_an_address_needs_its_shape() -> None:
    assert find_published(PageMetadata(), listed_on=None, url="http://x/art/2013/1/16/a.html")
    assert find_published(PageMetadata(), listed_on=None, url="http://x/id=20139999") == ()
