"""What a report is found by: the columns of the full-text index, made by the process that reads it.

Making them takes as long as indexing them, and the index has one writer.
"""

from __future__ import annotations

from dataclasses import dataclass

from extract.bigrams import bigrams, fold, words


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """Terms with spaces between: bigrams of the simplified title and of the text, words of both."""

    title: str
    text: str
    words: str


def search_terms(title: str, text: str) -> SearchTerms:
    """The terms of a document by what ``documents`` holds of it."""
    from extract.script import detect, normalise  # where terms are made only, so in the workers

    title = title.replace("\0", "")  # the converter ends a text there
    plain = normalise(title, detect(title))[0]
    return SearchTerms(
        title=bigrams(fold(plain)), text=bigrams(fold(text)), words=words(f"{plain}\n{text}")
    )
