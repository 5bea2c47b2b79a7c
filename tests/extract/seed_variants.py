"""Variants of the seed reports: every year, number, place and person replaced, text and gold alike.

Drawn with a seeded generator; the replaced gold is computed from the replaced quotes, not by the
code under test.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from opencc import OpenCC

from extract import divisions
from extract.divisions import Division
from extract.report import AdminLevel

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
GOLD: dict[str, dict[str, object]] = (
    json.loads((SEEDS / "gold.json").read_text(encoding="utf-8")) if SEEDS.exists() else {}
)
MEASURES = frozenset(str(one["measure"]) for gold in GOLD.values() for one in gold["figures"])  # type: ignore
COMPLETE = frozenset(
    [
        "disclosed",
        "requests_received",
        "requests_closed",
        "granted",
        "partially_granted",
        "denied",
        "review_total",
        "litigation_total",
        "fees",
    ]
)
"""Measures of which gold lists every figure of the seeds."""
STREETS = [
    "解放路",
    "花园",
    "城东",
    "前进",
    "白塔",
    "临江",
    "和平",
    "三里河",
    "新华",
    "龙泉",
    "五里堡",
    "西关",
]
PERSONS = [
    "周立新",
    "陈国强",
    "吴晓梅",
    "赵文斌",
    "孙志远",
    "郑海燕",
    "冯建军",
    "韩雪",
    "蒋平",
    "沈德明",
    "杨柳",
    "许昌林",
]
SEED_PERSONS = {
    "000": ["何忠海", "马建路", "王志山", "王爱文"],
    "001": ["张永彬", "朱宜山", "张永恒", "李慧"],
}
TO_TRADITIONAL = OpenCC("s2tw")
TO_SIMPLIFIED = OpenCC("tw2s")
_NUMBER = re.compile(
    r"(?<![\d.〔\[第/.-])(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\d号月日年〕\]/:]|\.\d|期)"
)


@dataclass(frozen=True)
class Places:
    """The names to replace in one seed, simplified: outermost first."""

    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    street: str | None = None


SEED_PLACES = {
    "000": Places(province="黑龙江省", prefecture="伊春市"),
    "001": Places(county="杜集区", street="高岳"),
    "002": Places(province="吉林省", prefecture="白山市", county="靖宇县"),
    "003": Places(prefecture="云浮市", county="云城区"),
    "004": Places(province="四川省", prefecture="泸州市"),
}


@dataclass(frozen=True)
class Variant:
    """A replaced text and its gold."""

    text: str
    gold: dict[str, object]
    figures: list[dict[str, object]] = field(default_factory=list)


def variant(name: str, number: int) -> Variant:
    """The variant of one seed; number 0 is the seed itself."""
    text = (SEEDS / name).read_text(encoding="utf-8")
    gold = dict(GOLD[name])
    figures = [dict(one) for one in gold.pop("figures") if one["measure"] in MEASURES]  # type: ignore
    if number == 0:
        return Variant(text, gold, figures)
    draw = random.Random(f"{name} {number}")
    key, traditional = name[:3], gold["script"] == "Hant"
    text, figures = _with_numbers(text, figures, draw)
    year = draw.randint(2008, 2023)
    shift = year - int(gold["report_year"])  # type: ignore[call-overload]
    swaps, new_gold = _swaps(key, gold, year, draw, traditional=traditional)
    for one in figures:
        one["quote"] = _swap(_shifted(str(one["quote"]), shift), swaps)
        if one.get("scope"):
            one["scope"] = _swap(str(one["scope"]), swaps)
    new_gold["report_year"] = year
    if gold["signed_on"]:
        new_gold["signed_on"] = re.sub(r"^\d{4}", str(year + 1), str(gold["signed_on"]))
    return Variant(_swap(_shifted(text, shift), swaps), new_gold, figures)


def _with_numbers(
    text: str, figures: list[dict[str, object]], draw: random.Random
) -> tuple[str, list[dict[str, object]]]:
    """Each number outside tables gets other digits; quotes and values follow by offset."""
    starts = {id(one): text.index(str(one["quote"])) for one in figures}
    edits: list[tuple[int, int, str]] = []
    position = 0
    for line in text.split("\n"):
        if "|" not in line:
            for match in _NUMBER.finditer(line):
                start, end = position + match.start(), position + match.end()
                edits.append((start, end, _other(match[0], draw)))
        position += len(line) + 1
    result, moved = _edited(text, edits)
    for one in figures:
        start = starts[id(one)]
        end = start + len(str(one["quote"]))
        one["quote"] = result[moved(start) : moved(end)]
        printed = re.findall(r"(?<!\d)\d[\d,.]*(?!\d*年)", str(one["quote"]))
        if not one.get("negated"):
            one["value"] = int(printed[-1].replace(",", ""))
    return result, figures


def _edited(text: str, edits: list[tuple[int, int, str]]):  # type: ignore[no-untyped-def]
    pieces, last = [], 0
    for start, end, new in edits:
        pieces += [text[last:start], new]
        last = end
    pieces.append(text[last:])

    def moved(offset: int) -> int:
        return offset + sum(len(new) - (end - start) for start, end, new in edits if end <= offset)

    return "".join(pieces), moved


def _other(printed: str, draw: random.Random) -> str:
    if printed in ("0", "100") or (len(printed) == 4 and printed.startswith("20")):
        return printed
    if "." in printed:
        return re.sub(r"\d", lambda _: str(draw.randint(1, 9)), printed)
    digits = max(1, len(printed.replace(",", "")) + draw.choice((-1, 0, 0, 1)))
    return str(draw.randint(10 ** (digits - 1) + (digits == 1), 10**digits - 1))


def _shifted(text: str, shift: int) -> str:
    text = re.sub(r"(?<!\d)(20[0-3]\d)(?=年|[-—]20\d\d年)", lambda m: str(int(m[1]) + shift), text)
    return re.sub(r"二0一0年", lambda _: _chinese_year(2010 + shift), text)


def _chinese_year(year: int) -> str:
    return "".join("0一二三四五六七八九"[int(digit)] for digit in str(year)) + "年"


def _swap(text: str, swaps: list[tuple[str, str]]) -> str:
    """All replacements at once, the longest name first, so that none is replaced twice."""
    pattern = re.compile("|".join(re.escape(old) for old, _ in swaps))
    table = dict(swaps)
    return pattern.sub(lambda match: table[match[0]], text)


def _swaps(
    key: str, gold: dict[str, object], year: int, draw: random.Random, *, traditional: bool
) -> tuple[list[tuple[str, str]], dict[str, object]]:
    old = SEED_PLACES[key]
    new = _draw_division(old, year, draw)
    pairs: list[tuple[str, str]] = []
    names = [(old.county, new.name if old.county else None)]
    names.append((old.prefecture, new.name if not old.county else new.prefecture))
    names.append((old.province, new.province))
    for was, becomes in names:
        if was and becomes:
            pairs += [(was, becomes), (_short(was), _short_of(becomes, year))]
    if old.street:
        pairs.append((old.street, draw.choice(STREETS)))
    for person in SEED_PERSONS.get(key, []):
        pairs.append((person, draw.choice(PERSONS)))
    changed = dict(gold)
    for name in ("issuing_body", "reporting_for"):
        changed[name] = _swap(str(gold[name]), pairs)
    changed["division"] = new.code
    if traditional:
        pairs = [(TO_TRADITIONAL.convert(was), TO_TRADITIONAL.convert(now)) for was, now in pairs]
        pairs += [(was.replace("云", "雲"), now) for was, now in pairs]
    changed["title"] = ""
    pairs = [(was, now) for was, now in dict(pairs).items() if len(was) > 1]
    return sorted(pairs, key=lambda pair: -len(pair[0])), changed


def _short(name: str) -> str:
    return name[:-1]


def _short_of(name: str, year: int) -> str:
    short = divisions.find_by_name(name, year)[0].short
    return short if len(short) > 1 else name


def _draw_division(old: Places, year: int, draw: random.Random) -> Division:
    level = AdminLevel.COUNTY if old.county else AdminLevel.PREFECTURE
    rows = [
        row
        for rows in divisions._table().by_code.values()
        for row in rows
        if row.level is level and row.stood_in(year) and _usable(row, old, year)
    ]
    return draw.choice(sorted(rows, key=lambda row: row.code))


def _usable(row: Division, old: Places, year: int) -> bool:
    if row.level is AdminLevel.COUNTY and row.prefecture is None:
        return False
    # an area of an older kind (地区, 盟) has no 人民政府, which the seeds' names end with
    if (
        row.name[-1] not in "市县区旗州"
        or row.name.endswith("地区")
        or row.province[:2] in ("台湾", "香港", "澳门")
    ):
        return False
    # without a parent in the text an ambiguous name cannot be told: it must stay unresolved
    alone = len(divisions.find_by_name(row.name, year)) == 1
    if old.county and not old.prefecture and not alone:
        return False
    back = TO_SIMPLIFIED.convert(TO_TRADITIONAL.convert(row.full_name))
    return back == row.full_name
