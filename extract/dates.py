"""Dates of a report: its year, the period, signing and publication, each with its evidence.

Order and reasons: visible label, PubDate unless it is the page's regeneration time, listing row,
address. Never a bare date in the body: reports open with the period they cover.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from extract.document import PageMetadata
from extract.numerals import read_year

_D = r"[\d０-９]"
_ZERO = "〇○零0０OoＯОо"
"""What is written for 〇: also Latin and Cyrillic letters."""
_YEAR = (
    rf"(?P<year>[12１２]\s?{_D}\s?{_D}\s?{_D}"
    rf"|[一二]\s?[{_ZERO}九]\s?[\d{_ZERO}一二三四五六七八九]\s?[\d{_ZERO}一二三四五六七八九])"
)
_SMALL = rf"{_D}(?:\s?{_D})?|[一二三四五六七八九十廿卅]{{1,3}}"
_MONTH, _DAY = rf"(?P<month>{_SMALL}|元)", rf"(?P<day>{_SMALL})"
_PLAIN = str.maketrans("０１２３４５６７８９" + _ZERO, "0123456789" + "0" * len(_ZERO))
_ONES = ("", *"一二三四五六七八九")
_ORDINALS = {
    f"{head}{one}": ten * 10 + value
    for ten, heads in enumerate((("",), ("十",), ("二十", "廿"), ("三十", "卅")))
    for head in heads
    for value, one in enumerate(_ONES)
} | {"元": 1}
"""Months and days in ideographs; 元月 is January."""
_CHINESE_DATE = re.compile(rf"{_YEAR}\s?年\s?{_MONTH}\s?月\s?{_DAY}\s?日")
_NUMERIC_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"
)
_COMPACT_DATE = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")
_TITLE_YEAR = re.compile(rf"{_YEAR}\s?(?:-\s?{_D}{{4}}\s?)?(?:年|[)）])")
_TO = r"\s?起?\s?[,，、]?\s?(?:至|到|[-—－~～–]{1,2})\s?"
_Y1, _Y2 = (_YEAR.replace("?P<year>", f"?P<{name}>") for name in ("y1", "y2"))
_PERIOD = re.compile(
    rf"{_Y1}\s?年\s?(?P<m1>{_SMALL})\s?月\s?(?P<d1>{_SMALL})\s?日?{_TO}"
    rf"(?:{_Y2}\s?年\s?)?(?P<m2>{_SMALL})\s?月\s?(?P<d2>{_SMALL})\s?日"
)
_NUMERIC_PERIOD = re.compile(
    r"(?<!\d)(?P<y1>20\d\d)(?P<sep>[-/.])(?P<m1>\d{1,2})(?P=sep)(?P<d1>\d{1,2})\s?日?"
    rf"{_TO}(?:(?P<y2>20\d\d)(?P=sep))?(?P<m2>\d{{1,2}})(?P=sep)(?P<d2>\d{{1,2}})(?!\d)"
)
_PERIOD_CUE = re.compile(r"统计|数据|期限|时限|期间|报告|所列|截止")
_PUBLISHED_LABELS = (
    (
        "发布日期",
        "发布时间",
        "公开日期",
        "公开时间",
        "发布于",
        "公布日期",
        "公布时间",
        "发文时间",
        "发表时间",
        "信息发布日期",
        "信息公开日期",
        "信息公开时间",
        "公告日期",
        "发稿时间",
        "上网日期",
        "上网时间",
    ),
    ("日期", "时间", "发文日期", "录入时间", "上传时间", "上传日期"),
)
_LABEL_NOISE = re.compile(r"[\s:：\[\]【】]+")
_URL_DATE = re.compile(
    r"(?:/t|_|/)(?P<year>20\d\d)[-/]?(?P<month>0[1-9]|1[0-2])[-/]?(?P<day>0[1-9]|[12]\d|3[01])(?=[/_.\D])"
    r"|/(?P<y2>20\d\d)/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/"
)
_SEAL = re.compile(r"[(（](?:加?盖?公?章|印章?)[)）]$")
_SIGNED_LINE = re.compile(
    rf"(?P<signer>[一-鿿()（）、\s]{{0,60}}?)[(（]?\s*(?P<date>{_CHINESE_DATE.pattern})\s*[)）]?"
)
_NUMERIC_LINE = re.compile(
    rf"(?P<signer>[一-鿿()（）、\s]{{0,60}}?)(?P<date>{_NUMERIC_DATE.pattern})"
)
_MONTH_LINE = re.compile(
    rf"(?P<signer>[一-鿿()（）、\s]{{0,60}}?)[(（]?\s*{_YEAR}\s?年\s?{_MONTH}\s?月\s*[)）]?"
)
_SIGNER_END = "府室局委办厅署处会院部所站社团司校队馆公心关行区镇乡道省市县州旗盟学团师"
_ATTACHMENT_LINE = re.compile(r"^\s*附(?:件|表|录)?\s*[:：\d一二三]")
TAIL_CHARS = 6_000
"""How far from the end a sign-off is looked for: pages repeat navigation after it."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it was found."""

    day: date
    evidence: str


@dataclass(frozen=True, slots=True)
class Period:
    """The first and last day that a report says it covers."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class SignOff:
    """The closing lines: the date, and the signer in front of or above it (None if none)."""

    day: date | None
    signer: str | None
    start: int


def read_date(text: str) -> date | None:
    """The first date in a short string, in any customary form; None when there is none."""
    for pattern in (_CHINESE_DATE, _NUMERIC_DATE, _COMPACT_DATE):
        if (found := pattern.search(text)) and (day := _from_match(found)):
            return day
    return None


def years_in(text: str) -> tuple[int, ...]:
    """The years that a title names, in order, each once."""
    found = (read_year(_squeezed(match["year"])) for match in _TITLE_YEAR.finditer(text))
    return tuple(dict.fromkeys(year for year in found if year is not None))


def find_period(text: str, expected_year: int | None = None) -> Period | None:
    """The period that a report states for its figures, read in its first 6,000 characters.

    A range of dates counts where it is introduced by words of statistics, or where its year is
    the expected one; whole or part years only.
    """
    head = text[:TAIL_CHARS]
    for match in sorted(
        (*_PERIOD.finditer(head), *_NUMERIC_PERIOD.finditer(head)), key=lambda found: found.start()
    ):
        start, end = _period_dates(match)
        if start is None or end is None or end < start or (end - start).days > 800:
            continue
        introduced = _PERIOD_CUE.search(head, max(match.start() - 40, 0), match.end() + 12)
        if (introduced or start.year == expected_year) and (end - start).days >= 27:
            return Period(start, end)
    return None


def find_sign_off(text: str) -> SignOff | None:
    """The sign-off near the end of a text: a line that is a date, or signer and date.

    Only lines with no paragraph of prose after them count (navigation and attachment lines may
    follow), and only below the report's first paragraph: a date under the title is no signature.
    """
    start = max(len(text) - TAIL_CHARS, 0)
    body_begins = _first_paragraph_end(text)
    position = len(text)
    for line in reversed(text[start:].split("\n")):
        position -= len(line)
        if position < body_begins:
            return None
        if found := _signed(line, text, position):
            return found
        if _is_prose(line):
            return None
        position -= 1
    return None


def find_published(
    metadata: PageMetadata, *, listed_on: date | None, url: str
) -> tuple[Dated, ...]:
    """Every date of publication that page, listing and address give, the most trusted first."""
    found: list[Dated] = []
    for group in _PUBLISHED_LABELS:
        for label, value in metadata.labels:
            name = _LABEL_NOISE.sub("", label)
            if name in group and (day := read_date(value)):
                found.append(Dated(day, f"label {name}"))
    pub_date = metadata.pub_date
    regenerated = pub_date and _same_moment(pub_date, metadata.regenerated_at)
    if pub_date and not regenerated and (day := read_date(pub_date)):
        found.append(Dated(day, "PubDate"))
    if listed_on:
        found.append(Dated(listed_on, "listing"))
    if day := _url_date(url):
        found.append(Dated(day, "url (low confidence)"))
    return tuple(found)


def _from_match(match: re.Match[str]) -> date | None:
    year = read_year(_squeezed(match["year"]))
    return _date(year, _ordinal(match["month"]), _ordinal(match["day"]))


def _squeezed(printed: str) -> str:
    """Digits without spaces between, zeros as one sign."""
    return "".join(printed.split()).translate(_PLAIN)


def _ordinal(printed: str) -> int | None:
    text = _squeezed(printed)
    return int(text) if text.isdecimal() else _ORDINALS.get(text)


def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _period_dates(match: re.Match[str]) -> tuple[date | None, date | None]:
    first = read_year(_squeezed(match["y1"]))
    last = read_year(_squeezed(match["y2"])) if match["y2"] else first
    return (
        _date(first, _ordinal(match["m1"]), _ordinal(match["d1"])),
        _date(last, _ordinal(match["m2"]), _ordinal(match["d2"])),
    )


def _first_paragraph_end(text: str) -> int:
    position = 0
    for line in text.split("\n"):
        position += len(line) + 1
        if len(line) > 40 or (len(line) > 20 and "。" in line):
            return position
    return len(text)


def _is_prose(line: str) -> bool:
    return len(line) > 60 and any(mark in line for mark in "。;；") and "|" not in line


def _signed(line: str, text: str, position: int) -> SignOff | None:
    stripped = line.strip()
    if not stripped or len(stripped) > 90 or _ATTACHMENT_LINE.match(stripped):
        return None
    whole = _SIGNED_LINE.fullmatch(stripped)
    match = whole or _NUMERIC_LINE.fullmatch(stripped) or _MONTH_LINE.fullmatch(stripped)
    if not match:
        return None
    day = _from_match(match) if "day" in match.groupdict() else None
    signer = _SEAL.sub("", "".join(match["signer"].split())) or _signer_above(text, position)
    if (whole and day is None) or not (whole or signer):
        return None  # 2024-01-30 or 2013年3月 alone may be anything's date
    if signer and signer[-1] not in _SIGNER_END:
        # 发布时间 2013年1月16日 is a label, 截至… a remark: neither is a signature
        return None
    return SignOff(day, signer, position)


def _signer_above(text: str, position: int) -> str | None:
    above = text[max(position - 200, 0) : position].rstrip().rpartition("\n")[2]
    name = _SEAL.sub("", "".join(above.split()))
    if 2 < len(name) <= 40 and name[-1] in _SIGNER_END and not re.search(r"[。;；,，:：|]", name):
        return name
    return None


def _same_moment(left: str, right: str | None) -> bool:
    if right is None:
        return False
    return _moment(left) == _moment(right) and read_date(left) is not None


def _moment(text: str) -> tuple[date | None, str]:
    clock = _CLOCK.search(text)
    return read_date(text), f"{int(clock[1]):02}:{clock[2]}" if clock else ""


def _url_date(url: str) -> date | None:
    match = _URL_DATE.search(url)
    if not match:
        return None
    year, month, day = (match["year"], match["month"], match["day"])
    if year is None:
        year, month, day = match["y2"], match["m2"], match["d2"]
    return _date(int(year), int(month), int(day))
