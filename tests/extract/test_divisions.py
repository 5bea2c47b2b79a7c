"""The division table: names and codes by year, ambiguous names, mentions in text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from extract import divisions
from extract.divisions import compile_table, find_by_code, find_by_name, iter_mentions
from extract.report import AdminLevel


@pytest.mark.parametrize(
    ("name", "year", "code", "today", "full_name"),
    [
        ("卢湾区", 2010, "310103", "310103", "上海市卢湾区"),
        ("崇明县", 2012, "310230", "310151", "上海市崇明县"),
        ("崇明区", 2018, "310151", "310151", "上海市崇明区"),
        ("浦东新区", 2020, "310115", "310115", "上海市浦东新区"),
        ("沛县", 2015, "320322", "320322", "江苏省徐州市沛县"),
        ("仙桃市", 2015, "429004", "429004", "湖北省仙桃市"),
        ("恩施州", 2015, "422800", "422800", "湖北省恩施土家族苗族自治州"),
        ("内蒙古自治区", 2019, "150000", "150000", "内蒙古自治区"),
        ("阜宁", 2016, "320923", "320923", "江苏省盐城市阜宁县"),
    ],
)
def test_name_in_a_year(name: str, year: int, code: str, today: str, full_name: str) -> None:
    (found,) = find_by_name(name, year)
    assert (found.code, found.code_today, found.full_name) == (code, today, full_name), name


def test_a_shared_name_gives_every_bearer_and_never_one_of_them() -> None:
    found = {one.full_name for one in find_by_name("鼓楼区", 2015)}
    assert found == {
        "江苏省南京市鼓楼区",
        "江苏省徐州市鼓楼区",
        "福建省福州市鼓楼区",
        "河南省开封市鼓楼区",
    }
    assert find_by_name("无此地县", 2015) == ()


def test_years_outside_the_table_use_the_nearest() -> None:
    assert [one.code for one in find_by_name("沛县", 2031)] == ["320322"]
    assert find_by_name("沛县", 1950)[0].name == "沛县"


def test_a_name_just_out_of_its_years_is_understood_as_the_division_of_the_year() -> None:
    (early,) = find_by_name("崇明区", 2015)
    assert (early.name, early.code) == ("崇明县", "310230"), "崇明 became a district in 2016"
    assert find_by_name("南汇县", 2018) == (), "a name gone for decades is not revived"


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [("310230", 2012, "崇明县"), ("310151", 2012, "崇明县"), ("310230", 2020, None),
     ("110000", 2020, "北京市"), ("999999", 2020, None)],
)  # fmt: skip
def test_code_in_a_year(code: str, year: int, name: str | None) -> None:
    found = find_by_code(code, year)
    if code == "310230" and year == 2020:
        assert found is None or found.code_today == "310151"
    else:
        assert (found.name if found else None) == name


def test_mentions_are_the_longest_and_two_character_names_need_a_boundary() -> None:
    text = "江苏省徐州市鼓楼区和各乡镇和县直部门,和县人民政府"
    assert [one.name for one in iter_mentions(text, 2015)] == ["江苏省", "徐州市", "鼓楼区", "和县"]


def test_levels_and_parents() -> None:
    (pei,) = find_by_name("沛县", 2015)
    (xuzhou,) = find_by_name("徐州市", 2015)
    (jiangsu,) = find_by_name("江苏省", 2015)
    levels = (AdminLevel.COUNTY, AdminLevel.PREFECTURE, AdminLevel.PROVINCE)
    assert (pei.level, xuzhou.level, jiangsu.level) == levels
    assert xuzhou.contains(pei) and jiangsu.contains(pei) and jiangsu.contains(xuzhou)
    assert not pei.contains(xuzhou)


def test_every_code_of_the_table_has_six_digits_and_every_range_runs_forward() -> None:
    rows = [row for rows in divisions._table().by_code.values() for row in rows]
    assert len(rows) > 7_000
    assert all(len(row.code) == 6 and row.code.isdigit() for row in rows)
    assert all(1980 <= row.first_year <= row.last_year <= 2024 for row in rows)


def test_table_loads_fast_and_is_small() -> None:
    divisions._table.cache_clear()
    started = time.process_time()
    divisions._table()
    assert time.process_time() - started < 0.6, "aim 0.15 s of CPU; generous for a busy machine"
    assert divisions.TABLE.stat().st_size < 300_000


def test_source_rows_become_ranges_of_years(tmp_path: Path) -> None:
    header = (
        "year,province_name,city_name,county_name,province_adcode,city_adcode,county_adcode,"
        "province_id,city_id,county_id,province_short,city_short,county_short,rank\n"
    )
    row = "{},甲省,乙市,丙县,010000,010100,010121,010000,010100,010121,甲,乙,丙,3\n"
    source = tmp_path / "source.csv"
    years = (1990, 1991, 1993)
    source.write_text(header + "".join(map(row.format, years)), encoding="utf-8-sig")
    target = tmp_path / "table.tsv.gz"
    assert compile_table(source, target) == 2, "a gap makes two rows"
    first = target.read_bytes()
    compile_table(source, target)
    assert target.read_bytes() == first, "the same source gives the same bytes"
