"""The prose of a document, sentence by sentence: tables left out, broken lines joined, no spaces.

Every character keeps its offset in ``Document.text``, so that a match in a sentence can be quoted.
"""

from __future__ import annotations

import re
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
_SENTENCE = re.compile(
    f"[^{_SENTENCE_END}]{{0,{SENTENCE_CHARS - 1}}}[{_SENTENCE_END}]"
    f"|[^{_SENTENCE_END}]{{1,{SENTENCE_CHARS}}}"
)
_RUN = re.compile(r"\S+")
_LINE_END = (*_SENTENCE_END, ":", "：")
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}[、.．,，]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．]|第[一二三四五六七八九十][章部节]|附件|[-—•·●])"
)
_HEADING_CHARS = 45
_CLAUSE_MARK = re.compile("[,，。;；]")
_PAGE_NUMBER = re.compile(r"^\s*[-—–]\s*\d{1,3}\s*[-—–]\s*$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The text of a paragraph without white space. Its runs, which had none, begin at
    ``starts``; there stand ``offsets`` of ``Document.text``."""

    text: str
    starts: list[int]
    offsets: list[int]

    def offset(self, position: int) -> int:
        """Where a character of it stands in ``Document.text``."""
        run = bisect_right(self.starts, position) - 1
        return self.offsets[run] + position - self.starts[run]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence without white space, from ``start`` on in its paragraph; ``section`` is the
    kind of the section it stands in."""

    text: str
    paragraph: Paragraph
    start: int
    section: SectionKind

    @property
    def before(self) -> str:
        """The compact text in front of it in its paragraph: the last 700 characters."""
        return self.paragraph.text[max(self.start - BEFORE_CHARS, 0) : self.start]

    def span(self, start: int, end: int) -> Span:
        """The range of ``Document.text`` that a range of this sentence was read from."""
        offset = self.paragraph.offset
        return Span(offset(self.start + start), offset(self.start + end - 1) + 1)


def iter_sentences(document: Document) -> Iterator[Sentence]:
    """The sentences of the first 300,000 characters of prose, in order."""
    starts = [section.span.start for section in document.sections]
    kinds = [section.kind for section in document.sections]
    for paragraph in _paragraphs(document):
        index = bisect_right(starts, paragraph.offsets[0]) - 1
        kind = kinds[index] if index >= 0 else SectionKind.OTHER
        for match in _SENTENCE.finditer(paragraph.text):
            yield Sentence(match[0], paragraph, match.start(), kind)


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    pieces: list[str] = []
    starts: list[int] = []
    offsets: list[int] = []
    length = 0
    unfinished = False
    for start, line in _lines(document):
        if not line.strip() or _PAGE_NUMBER.match(line):
            continue
        if not unfinished or _NEW_PARAGRAPH.match(line):
            if pieces:
                yield Paragraph("".join(pieces), starts, offsets)
            pieces, starts, offsets, length = [], [], [], 0
        chars = 0
        for run in _RUN.finditer(line):
            pieces.append(run[0])
            starts.append(length + chars)
            offsets.append(start + run.start())
            chars += len(run[0])
        length += chars
        unfinished = chars >= _WRAPPED_CHARS and not _is_finished(line)
    if pieces:
        yield Paragraph("".join(pieces), starts, offsets)


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
