"""The body of a page that is plain text: a scraped page, or the text of a printout."""

from __future__ import annotations

import html
import re

from extract import chrome
from extract.content import Content, ContentTable
from extract.document import PageMetadata
from extract.rewrap import joined_paragraphs

TITLE_LENGTH = 90
"""Characters of the longest title; the longest seen has 62."""

_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_TABLE_LINE = re.compile(r".*\|\s*|.*\S \| .*")
_TITLE_END = re.compile("报告|报告书|年报|報告|年報|公告|通知")
_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]|\d+[、.．])"
)


def content(text: str) -> Content:
    """The body of plain text: the page's frame removed from both ends, tables as they stand."""
    lines = [line.rstrip() for line in _unescaped(text).split("\n")]
    lines = [line for line in lines if line.strip()]
    lines = joined_paragraphs(lines, is_table=_is_table_line)
    start, labels, crumbs = skip_head(lines, 0)
    title, start = _title(lines, start)
    start, more, _ = skip_head(lines, start)
    end = tail_start(lines, start)
    return Content(
        title=title,
        parts=tuple(parts_of_lines(lines[start:end])),
        metadata=PageMetadata(labels=labels + more, breadcrumb=crumbs),
    )


def _unescaped(text: str) -> str:
    """Entities that a scraper left in text (&middot;) as what they stand for."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def skip_head(
    lines: list[str], start: int
) -> tuple[int, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Where the frame above ends, and the labels and breadcrumb in it."""
    labels: tuple[tuple[str, str], ...] = ()
    crumbs: tuple[str, ...] = ()
    while start < len(lines):
        line = lines[start]
        steps = breadcrumb = chrome.breadcrumb_of(line)
        pairs = chrome.label_pairs(line)
        if steps is not None and breadcrumb:
            crumbs = breadcrumb
        elif pairs:
            labels += chrome.telling_labels(pairs)
        elif not chrome.is_frame(line):
            break
        start += 1
    return start, labels, crumbs


def _title(lines: list[str], start: int) -> tuple[str, int]:
    """The title and the line after it; empty where the text begins with prose or a heading."""
    if start >= len(lines):
        return "", start
    first = lines[start].strip()
    if len(first) > TITLE_LENGTH or first.endswith(("。", "；")) or _NUMBERED.match(first):
        return "", start
    if not _TITLE_END.search(first) and start + 1 < len(lines):
        second = lines[start + 1].strip()
        if _continues_title(first, second):
            return first + second, start + 2
    return first, start + 1


def _continues_title(first: str, second: str) -> bool:
    short = len(first) <= 45 and len(second) <= 45
    plain = not chrome.is_prose(second) and not _NUMBERED.match(second) and "|" not in second
    return short and plain and _TITLE_END.search(second) is not None


def tail_start(lines: list[str], start: int) -> int:
    """Where the frame below begins: after the last line that is the document's own."""
    end = len(lines)
    for index in range(start, len(lines)):
        # a heading of related links ends the document, unless prose follows it
        if chrome.begins_tail(lines[index]) and not any(
            chrome.is_prose(line) and not chrome.is_foot(line) for line in lines[index + 1 :][:200]
        ):
            end = index
            break
    while end > start and (chrome.is_frame(lines[end - 1]) or _is_tail_label(lines[end - 1])):
        end -= 1
    bullets = end
    while bullets > start and chrome.is_bulleted_link(lines[bullets - 1]):
        bullets -= 1
    return bullets if end - bullets >= 2 else end


def _is_tail_label(line: str) -> bool:
    pairs = chrome.label_pairs(line)
    return bool(pairs) and all(
        label in ("责任编辑", "编辑", "来源", "信息来源", "文章来源", "稿件来源", "作者")
        for label, _ in pairs
    )


def parts_of_lines(lines: list[str]) -> list[str | ContentTable]:
    """Lines of text, and runs of rows with | between their cells as tables; tool bars left out."""
    parts: list[str | ContentTable] = []
    table: list[str] = []
    for line in [*lines, ""]:
        if _is_table_line(line):
            table.append(line)
            continue
        if table:
            parts.append(ContentTable(rows=(), lines=tuple(table)))
            table = []
        if line and not chrome.is_tool_bar(line) and not chrome.is_step_link(line):
            parts.append(line.strip())
    return parts


def _is_table_line(line: str) -> bool:
    return "|" in line and _TABLE_LINE.fullmatch(line) is not None
