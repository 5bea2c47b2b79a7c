"""The prose of a document, sentence by sentence: tables left out, broken lines joined, no spaces.

Every character keeps its offset in ``Document.text``, so that a match in a sentence can be quoted.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from extract.document import Document, SectionKind, Span

PROSE_CHARS = 300_000
"""How much of a document is read for figures: real reports have under 60,000 characters."""
SENTENCE_CHARS = 1_200
"""Where a sentence without an end is cut: bounds what a pattern can look at."""
BEFORE_CHARS = 700
"""How much of the paragraph before a sentence is kept as its context."""
_WRAPPED_CHARS = 20
_SENTENCE_END = "。;；!！?？"
_END = re.compile(f"[{_SENTENCE_END}]")
_SPACE = re.compile(r"\s")
_LINE_END = (*_SENTENCE_END, ":", "：")
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}[、.．,，]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．]|第[一二三四五六七八九十][章部节]|附件|[-—•·●])"
)
_HEADING_CHARS = 45
_CLAUSE_MARK = re.compile("[,，。;；]")
_PAGE_NUMBER = re.compile(r"^\s*[-—–]\s*\d{1,3}\s*[-—–]\s*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence without white space. ``before`` is the compact text in front of it in its
    paragraph (the last 700 characters); ``section`` the kind of the section it stands in."""

    text: str
    offsets: array[int]
    before: str
    section: SectionKind

    def span(self, start: int, end: int) -> Span:
        """The range of ``Document.text`` that a range of this sentence was read from."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


def iter_sentences(document: Document) -> Iterator[Sentence]:
    """The sentences of the first 300,000 characters of prose, in order."""
    starts = [section.span.start for section in document.sections]
    kinds = [section.kind for section in document.sections]
    for text, offsets in _paragraphs(document):
        index = bisect_right(starts, offsets[0]) - 1
        kind = kinds[index] if index >= 0 else SectionKind.OTHER
        yield from _sentences(text, offsets, kind)


def _sentences(text: str, offsets: array[int], kind: SectionKind) -> Iterator[Sentence]:
    start = 0
    while start < len(text):
        end = _sentence_end(text, start)
        before = text[max(start - BEFORE_CHARS, 0) : start]
        yield Sentence(text[start:end], offsets[start:end], before, kind)
        start = end


def _sentence_end(text: str, start: int) -> int:
    limit = min(start + SENTENCE_CHARS, len(text))
    found = _END.search(text, start, limit)
    return found.end() if found else limit


def _paragraphs(document: Document) -> Iterator[tuple[str, array[int]]]:
    pieces: list[str] = []
    offsets: array[int] = array("L")
    unfinished = False
    for start, line in _lines(document):
        if not line.strip() or _PAGE_NUMBER.match(line):
            continue
        if not unfinished or _NEW_PARAGRAPH.match(line):
            if pieces:
                yield "".join(pieces), offsets
            pieces, offsets = [], array("L")
        if _SPACE.search(line):
            compact = [index for index, char in enumerate(line) if not char.isspace()]
            pieces.append("".join(line.split()))
            offsets.extend([start + index for index in compact])
        else:
            pieces.append(line)
            offsets.extend(range(start, start + len(line)))
        unfinished = len(pieces[-1]) >= _WRAPPED_CHARS and not _is_finished(line)
    if pieces:
        yield "".join(pieces), offsets


def _is_finished(line: str) -> bool:
    """Whether a line ends its paragraph: by its last character, or as a heading or title."""
    heading = _NEW_PARAGRAPH.match(line) and len(line) < _HEADING_CHARS
    titled = line.rstrip().endswith(("报告", "年报"))
    if (heading or titled) and not _CLAUSE_MARK.search(line):
        return True
    return line.rstrip().endswith(_LINE_END)


def _lines(document: Document) -> Iterator[tuple[int, str]]:
    """The lines outside tables, each with its offset; a table ends a paragraph."""
    text = document.text[:PROSE_CHARS]
    position = 0
    for table in (*document.table_spans, Span(len(text), len(text))):
        start = min(position, len(text))
        for line in text[start : max(table.start, start)].split("\n"):
            yield start, line
            start += len(line) + 1
        position = max(table.end, position)
        yield position, "。"
