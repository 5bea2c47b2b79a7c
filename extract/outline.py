"""The top-level sections of a report's text.

Reads numbered headings of the text itself, not markup: pages write them as plain paragraphs. The
kinds come from the canonical titles of the 2019 and 2021 forms and the customary heads of earlier
reports (report-forms A).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.document import Section, SectionKind, Span

HEADING_LENGTH = 60
"""Characters that a heading has at most; the longest canonical one has 24, local ones about 45."""

HEADINGS_LIMIT = 1_000
"""Lines that look like headings of one style; a text with more is no report, and has none."""

SIGN_OFF_REACH = 6
"""Lines from the end in which the signature's date may stand; attachments' names may follow it."""

_NUMERALS = "一二三四五六七八九十"
_PART = re.compile(
    rf"[ \t　]*第([{_NUMERALS}]{{1,3}})(?:部分|章)[ \t　]*[、,，:：.．]?[ \t　]*(?=\S)"
)
_CHINESE = re.compile(
    rf"[ \t　]*([{_NUMERALS}]{{1,3}})[ \t　]*[、．.,，][ \t　]*(?=[^\s{_NUMERALS}\d、])"
)
_BRACKETED = re.compile(rf"[ \t　]*[(（]([{_NUMERALS}]{{1,3}})[)）][ \t　]*[、.．]?[ \t　]*(?=\S)")
_ARABIC = re.compile(r"[ \t　]*(\d{1,2})[ \t　]*[、.．](?!\d)[ \t　]*(?=\S)")
_HEADING_END = re.compile(r"[。；;!！?？]|[:：](?=\s*\S)")
_SEVERAL_NUMBERS = re.compile(rf"(?:^|[,，;；、。\s])[{_NUMERALS}]{{1,2}}、")
_TABLE_ROW = re.compile(
    r"本年新收政府信息公开申请|上年结转政府信息公开|结转下年度继续办理|本年度办理结果$"
    r"|(?:数量|数)(?:\s*[\d条件个次人万].{0,8})?$"
)
_DATE_LINE = re.compile(
    r"\s*[(（]?[12二][0-9〇○零OoＯ0一二三四五六七八九]{3}\s*年\s*[0-9一二三四五六七八九十元]{1,3}\s*月"
    r"(?:\s*[0-9一二三四五六七八九十廿卅]{1,3}\s*日)?[)）]?\s*"
)
_SIGNER = re.compile(r"[^。；，,;:：|\d]{2,30}")
_SIGNED = re.compile(rf"([^。；，,;:：|\d]{{2,30}}?)\s+({_DATE_LINE.pattern})")

_KINDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = (
    (SectionKind.OTHER, re.compile(r"统计表$|附表|附件|^附[:：]|名词解释")),
    (SectionKind.REVIEW_LITIGATION, re.compile(r"复议|诉讼|申诉")),
    (SectionKind.FEES, re.compile(r"收费|费用|减免")),
    (SectionKind.PROBLEMS, re.compile(r"问题|不足|改进|困难|薄弱")),
    (
        SectionKind.PLANS,
        re.compile(
            r"下一步|下步|下一阶段|下阶段|工作安排|工作打算|工作计划|工作思路|工作设想|工作重点"
            r"|努力方向|今后|明年|计划$|打算$"
        ),
    ),
    (SectionKind.OTHER_MATTERS, re.compile(r"其[他它].{0,6}(?:事项|情况)|需要(?:报告|说明)的")),
    (SectionKind.REQUESTS, re.compile(r"申请|收到和处理")),
    (
        SectionKind.PROACTIVE,
        re.compile(r"主动公开|^(?:行政机关)?公开政府信息(?:的)?情况|政府信息公开情况统计$"),
    ),
    (
        SectionKind.OVERVIEW,
        re.compile(r"总体情况|概述|概况|基本情况|总体(?:工作)?概|整体情况|总体$|综述|^总述"),
    ),
)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Heading:
    number: int
    title: str
    start: int
    body_start: int
    line: int


def kind_of(heading: str) -> SectionKind:
    """The kind that a simplified heading without its number names; OTHER when none."""
    for kind, pattern in _KINDS:
        if pattern.search(heading):
            return kind
    return SectionKind.OTHER


def sections(text: str, table_spans: Sequence[Span]) -> tuple[Section, ...]:
    """The sections of a simplified text, in order; together they cover it wholly.

    Headings are looked for outside ``table_spans`` only. A text without headings is one preamble;
    an empty text has no section.
    """
    lines = _prose_lines(text, table_spans)
    marks = _headings(lines)
    signed = _sign_off(lines, marks)
    prose_end = signed.start if signed else len(text)
    result: list[Section] = []

    def add(kind: SectionKind, heading: str | None, span: Span, body_start: int) -> None:
        body = text[body_start : span.end].strip("\n")
        result.append(
            Section(ordinal=len(result), kind=kind, heading=heading, text=body, span=span)
        )

    first = marks[0].start if marks else prose_end
    if text[:first].strip():
        add(SectionKind.PREAMBLE, None, Span(0, first), 0)
        at = first
    else:
        at = 0
    for index, mark in enumerate(marks):
        end = marks[index + 1].start if index + 1 < len(marks) else prose_end
        add(kind_of(mark.title), mark.title, Span(at, end), mark.body_start)
        at = end
    if signed:
        rest = text[signed.end :].strip()
        after = signed.end if rest else len(text)
        add(SectionKind.SIGN_OFF, None, Span(at, after), signed.start)
        if rest:
            add(SectionKind.OTHER, None, Span(after, len(text)), after)
    return tuple(result)


def _prose_lines(text: str, table_spans: Sequence[Span]) -> list[_Line]:
    """Lines that are not in a table and not empty, with their offsets."""
    spans = sorted(table_spans, key=lambda span: span.start)
    lines, start, at = [], 0, 0
    for raw in text.split("\n"):
        end = start + len(raw)
        while at < len(spans) and spans[at].end <= start:
            at += 1
        in_table = at < len(spans) and spans[at].start < end and start < spans[at].end
        if raw.strip() and not in_table:
            lines.append(_Line(start, end, raw))
        start = end + 1
    return lines


def _headings(lines: list[_Line]) -> list[_Heading]:
    """The headings of the style that this text uses for its top level."""
    chinese = _numbered(lines, _CHINESE)
    parts = _numbered(lines, _PART)
    if _telling_kinds(parts) >= 2 and _telling_kinds(parts) >= _telling_kinds(chinese):
        return parts
    if len(parts) >= 2 and chinese:
        return sorted([*parts, *chinese], key=lambda heading: heading.start)
    if len(chinese) >= 2 or _telling_kinds(chinese):
        return chinese
    for pattern in (_BRACKETED, _ARABIC):
        found = _numbered(lines, pattern)
        if _telling_kinds(found) >= 3:
            return found
    bare = _unnumbered(lines)
    return bare if len(bare) >= 2 else parts or chinese


def _telling_kinds(headings: list[_Heading]) -> int:
    return len({kind_of(heading.title) for heading in headings} - {SectionKind.OTHER})


def _numbered(lines: list[_Line], pattern: re.Pattern[str]) -> list[_Heading]:
    """Headings numbered in this style, in sequence, restarts allowed, contents lists left out."""
    candidates = []
    for index, line in enumerate(lines):
        match = pattern.match(line.text)
        if match and len(_SEVERAL_NUMBERS.findall(line.text)) < 3:
            heading = _heading(line, index, _number(match[1]), match.end())
            if heading is not None:
                candidates.append(heading)
        if len(candidates) > HEADINGS_LIMIT:
            return []
    return _in_sequence(_without_contents(candidates))


def _heading(line: _Line, index: int, number: int, title_start: int) -> _Heading | None:
    """A heading alone on its line, or glued to its paragraph and ended by its first full stop."""
    rest = line.text[title_start:]
    end = _HEADING_END.search(rest)
    title = rest[: end.start()] if end else rest
    if len(title) > HEADING_LENGTH:
        # no stop within a heading's length: a comma may end it, else it is prose
        return None
    if _TABLE_ROW.search(title.strip()):
        return None
    body = title_start + (end.end() if end else len(rest))
    return _Heading(number, title.strip(), line.start, line.start + body, index)


def _number(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    tens, ten, units = numeral.rpartition("十")
    value = _NUMERALS.index(units) + 1 if units else 0
    if ten:
        value += 10 * (_NUMERALS.index(tens[-1]) + 1 if tens else 1)
    return value


def _without_contents(candidates: list[_Heading]) -> list[_Heading]:
    """Leaves out a table of contents: headings on successive lines that all come again later."""
    last_place = {_bare(heading.title): place for place, heading in enumerate(candidates)}
    kept: list[_Heading] = []
    index = 0
    while index < len(candidates):
        end = index + 1
        while end < len(candidates) and candidates[end].line == candidates[end - 1].line + 1:
            end += 1
        run = end
        # the last of the run may be the first real heading that follows the list directly
        while run - index >= 3 and last_place[_bare(candidates[run - 1].title)] < run:
            run -= 1
        repeated = sum(last_place[_bare(each.title)] >= run for each in candidates[index:run])
        is_contents = run - index >= 3 and repeated * 5 >= (run - index) * 3
        kept += candidates[run if is_contents else index : end]
        index = end
    return kept


def _bare(title: str) -> str:
    return re.sub(r"[\s.…·\d]+", "", title)


def _in_sequence(candidates: list[_Heading]) -> list[_Heading]:
    """Headings that count on from the one before, begin again at one, or have a known title.

    A sub-list that begins again inside a section is taken only when its title is short.
    """
    kept: list[_Heading] = []
    for heading in candidates:
        last = kept[-1].number if kept else 0
        follows = last < heading.number <= last + 2
        begins_again = heading.number == 1
        known = kind_of(heading.title) is not SectionKind.OTHER
        if follows or known or (begins_again and len(heading.title) <= HEADING_LENGTH // 2):
            kept.append(heading)
    return kept


def _unnumbered(lines: list[_Line]) -> list[_Heading]:
    """Short lines that are a canonical title and nothing else."""
    found = []
    for index, line in enumerate(lines):
        title = line.text.strip().rstrip(":：")
        if len(title) <= 30 and not re.search(r"[，。,;；|\d]", title):
            kind = kind_of(title)
            if kind not in (SectionKind.OTHER, SectionKind.PLANS) and title.endswith(
                ("情况", "概述", "概况", "事项", "措施", "问题")
            ):
                found.append(_Heading(index + 1, title, line.start, line.end, index))
    return found


def _sign_off(lines: list[_Line], headings: list[_Heading]) -> Span | None:
    """The signature: the body's name and the date, or both on one line, near the end."""
    last_heading = headings[-1].line if headings else -1
    for index in range(len(lines) - 1, max(last_heading, len(lines) - 1 - SIGN_OFF_REACH), -1):
        line = lines[index]
        if _SIGNED.fullmatch(line.text.strip()):
            return Span(line.start, line.end)
        if _DATE_LINE.fullmatch(line.text):
            above = index - 1
            signer = above > last_heading and _SIGNER.fullmatch(lines[above].text.strip())
            return Span(lines[above if signer else index].start, line.end)
    return None
