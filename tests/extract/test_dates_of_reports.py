"""Dates: forms, periods, sign-offs, publication order, and what must not be taken."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_documents import NO_CONTEXT, document_of

from archive.capture import CaptureContext
from extract.dates import find_period, find_published, find_sign_off, read_date, years_in
from extract.document import PageMetadata
from extract.reading import read_report

PROSE = "根据《中华人民共和国政府信息公开条例》的规定,结合我县实际,编制本年度报告,现予公布。" * 2


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("二〇一〇年三月十日", date(2010, 3, 10)), ("二0一0年三月十日", date(2010, 3, 10)),
        ("二○一二年十二月三十一日", date(2012, 12, 31)), ("2012年1月5日", date(2012, 1, 5)),
        ("２０１２年１月５日", date(2012, 1, 5)), ("2024 年 1 月 17 日", date(2024, 1, 17)),
        ("2022-02-08 16:34", date(2022, 2, 8)), ("2022/2/8", date(2022, 2, 8)),
        ("20220208", date(2022, 2, 8)), ("2012年13月1日", None), ("二〇一〇年度", None),
        ("2 0 2 4 年 1 月 3 0 日", date(2024, 1, 30)), ("20 24年1月3 0日", date(2024, 1, 30)),
        ("二О一二年十月十日", date(2012, 10, 10)), ("二Ｏ一二年一月卅日", date(2012, 1, 30)),
        ("二零二四年一月廿一日", date(2024, 1, 21)), ("2011年元月5日", date(2011, 1, 5)),
        ("一九九九年一月一日", date(1999, 1, 1)), ("2024年2月30日", None),
        ("二〇一一年廿月一日", None), ("2013年3月", None), ("2024.1.30", date(2024, 1, 30)),
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
        ("统计期限自2019年1月1日起,至2019年12月31日止", (2019, 1, 1), (2019, 12, 31)),
        ("统计期限为 2023 年 1 月 1 日 至 2023 年 12 月 31 日", (2023, 1, 1), (2023, 12, 31)),
        ("所列数据统计期限从20 23年1月1日－12月31日", (2023, 1, 1), (2023, 12, 31)),
        ("期限为二〇〇九年一月一日至二〇〇九年十二月三十一日", (2009, 1, 1), (2009, 12, 31)),
        ("统计时间2019.1.1-2019.12.31", (2019, 1, 1), (2019, 12, 31)),
        ("2023-01-01至2023-12-31的数据", (2023, 1, 1), (2023, 12, 31)),
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
        ("康县教育局(盖章)\n二0一0年三月十日", date(2010, 3, 10), "康县教育局"),
        ("康县教育局（公章） 2 0 2 4 年 1 月 3 0 日", date(2024, 1, 30), "康县教育局"),
        ("康县教育局\n2024.1.30", date(2024, 1, 30), "康县教育局"),
        ("康县教育局 2024-01-30", date(2024, 1, 30), "康县教育局"),
        ("康县教育局\n2013年3月", None, "康县教育局"),
        ("南山区\n2013年3月5日", date(2013, 3, 5), "南山区"),
        (
            "王坝镇人民政府\n2013年1月16日\n附件:统计表\n- 网站导航",
            date(2013, 1, 16),
            "王坝镇人民政府",
        ),
    ],
)
def test_sign_off(close: str, day: date | None, signer: str | None) -> None:
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
        f"{PROSE}\n截至2013年1月16日\n",
        f"{PROSE}\n2024-01-30\n",
        f"{PROSE}\n2013年3月\n",
        f"{PROSE}\n联系电话:0939-5121234\n2013-01-05\n",
        f"{PROSE}\n康县教育局\n2013年13月1日\n",
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


TITLE = "康县教育局2012年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("title", "text", "listed", "outcome", "computed"),
    [
        (TITLE, PROSE, "康县教育局2012年年报", "pass", 2012),
        (TITLE, PROSE, "康县教育局2013年年报", "fail", 2013),
        (TITLE, PROSE, "2011年和2012年年报", "not_assessable", None),
        (TITLE, PROSE, None, "not_assessable", None),
        (TITLE, f"数据统计期限为2011年1月1日至2011年12月31日。{PROSE}", "2012年年报", "fail", 2011),
        (TITLE, f"数据统计期限为2012年1月1日至2012年12月31日。{PROSE}", "2013年年报", "fail", 2013),
        ("康县教育局政府信息公开年度报告", PROSE, "2013年政府信息公开年报", "not_assessable", None),
    ],
    ids=["agree", "listing", "two in the listing", "nothing else", "period", "both", "only listed"],
)
def test_the_year_of_the_title_period_and_listing(
    title: str, text: str, listed: str | None, outcome: str, computed: int | None
) -> None:
    context = CaptureContext(run_id="r", portal_id="p", link_text=listed)
    report = read_report(document_of(text, title=title), context).report
    assert report is not None
    (check,) = [one for one in report.checks if one.identity == "report_year_agrees"]
    assert (check.outcome.value, check.computed) == (outcome, computed)


@pytest.mark.parametrize("published", ["2013-02-25", "2013-01-05", "2014-06-01"])
def test_dates_that_agree_are_no_finding(published: str) -> None:
    assert found_with(published, "康县教育局\n2013年1月30日") == []


def test_dates_that_conflict_are_findings() -> None:
    close = "康县教育局\n2013年3月20日"
    assert found_with("2013-01-05", close) == ["signed_after_publication"]
    assert found_with("2011-12-30", close) == [
        "published_before_period_end", "signed_after_publication",
    ]  # fmt: skip
    pub_date = {"pub_date": "2019-02-25 10:00"}
    assert found_with("2013-03-21", close, **pub_date) == ["publication_dates_conflict"]
    assert found_with("2013-03-21", "康县教育局\n2018年3月20日") == [
        "signed_after_publication", "signed_on_implausible",
    ]  # fmt: skip


def found_with(published: str, close: str, **more: str) -> list[str]:
    """Kinds of the findings of a report with a label of publication and a sign-off."""
    metadata = PageMetadata(labels=(("发布日期:", published),), **more)  # type: ignore[arg-type]
    document = document_of(f"{PROSE}\n{close}\n", title=TITLE, metadata=metadata)
    report = read_report(document, NO_CONTEXT).report
    assert report is not None
    return sorted(one.kind for one in report.findings)
