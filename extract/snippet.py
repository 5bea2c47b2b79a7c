"""The passage of a text that a search found, as the page wrote it, with the hits in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.bigrams import fold_with_places
from extract.document import Alignment, Script, Span
from extract.query import Term
from extract.script import normalise

BEFORE, LENGTH = 24, 96
"""Characters shown in front of the first hit, and in all: two lines of a terminal."""

MOST_HITS = 200
"""Hits of one spelling that are weighed; a report of usual length has fewer."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of the original text on one line; ``hits`` are offsets in ``text``, in order."""

    text: str
    hits: tuple[Span, ...]
    begins_text: bool
    ends_text: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    span: Span
    term: int


def snippet_of(
    *, text: str, text_original: str, script: Script, terms: Sequence[Term]
) -> Snippet | None:
    """The passage with the most terms, the first of equal ones; None for an empty text.

    The beginning of the text, without a hit, when only the title has the terms.
    """
    if not text:
        return None
    hits = sorted(_hits(text, terms), key=lambda hit: hit.span.start)
    first = _richest(hits)
    start = max(first.start - BEFORE, 0)
    shown = Span(start, min(max(start + LENGTH, first.end), len(text)))
    inside = [hit.span for hit in hits if start <= hit.span.start < hit.span.end <= shown.end]
    again, alignment = normalise(text_original, script)
    if again != text:  # another version normalised it; its own text is what was searched
        text_original, alignment = text, Alignment((0,), (0,), len(text), len(text))
    return _cut(text_original, alignment.to_original(shown), map(alignment.to_original, inside))


def _hits(text: str, terms: Sequence[Term]) -> Iterator[_Hit]:
    folded, places = fold_with_places(text)
    for number, term in enumerate(terms):
        if term.only_whole:
            whole = re.compile(rf"(?<![a-z0-9]){term.forms[0]}(?![a-z0-9])", re.IGNORECASE)
            for match, _ in zip(whole.finditer(text), range(MOST_HITS), strict=False):
                yield _Hit(Span(match.start(), match.end()), number)
            continue
        for form in term.forms:
            position = folded.find(form)
            for _ in range(MOST_HITS):
                if position < 0:
                    break
                end = position + len(form)
                yield _Hit(Span(places[position], places[end - 1] + 1), number)
                position = folded.find(form, end)


def _richest(hits: Sequence[_Hit]) -> Span:
    """The first hit of those with the most terms within a snippet's length; empty without hits."""
    best, most = Span(0, 0), 0
    for index, hit in enumerate(hits):
        terms = set()
        for other in hits[index : index + MOST_HITS]:
            if other.span.end > hit.span.start + LENGTH - BEFORE:
                break
            terms.add(other.term)
        if len(terms) > most:
            best, most = hit.span, len(terms)
    return best


def _cut(text: str, shown: Span, hits: Iterator[Span]) -> Snippet:
    line = "".join(one if one.isprintable() else " " for one in text[shown.start : shown.end])
    spans: list[Span] = []
    for hit in hits:
        start = max(hit.start, shown.start, spans[-1].end + shown.start if spans else 0)
        end = min(hit.end, shown.end)
        if start < end:
            spans.append(Span(start - shown.start, end - shown.start))
    return Snippet(line, tuple(spans), shown.start == 0, shown.end >= len(text))
