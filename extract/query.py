"""What a person types into the search, as terms, and as an expression of FTS5's query language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from extract.bigrams import WORD, bigrams, fold
from extract.errors import ExtractError
from extract.script import detect, normalise
from extract.sentences import say

LONGEST_QUERY = 400
"""Characters; a sentence of a report has fewer."""

MOST_TERMS = 32
"""Words and phrases of one query: each is looked up by itself."""

_PART = re.compile(
    r'"(?P<ascii>[^"]*)"?|“(?P<curly>[^”]*)”?|「(?P<corner>[^」]*)」?|(?P<word>[^\s"“”「」]+)'
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. ``forms`` are its folded spellings, any of which will do: as typed, and
    simplified. ``is_word`` says that it is a Latin word or number, which is also found whole;
    of one character only whole.
    """

    forms: tuple[str, ...]
    is_word: bool

    @property
    def only_whole(self) -> bool:
        """Whether it stands for a whole word only: 5 is not meant in 2015."""
        return self.is_word and len(self.forms[0]) == 1

    def expression(self) -> str:
        """The term for FTS5. Forms hold no ASCII mark, so nothing in them can be syntax."""
        parts = [] if self.only_whole else [_in_a_row(form) for form in self.forms]
        if self.is_word:
            parts.append(f'words : "{self.forms[0]}"')
        return f"({' OR '.join(parts)})"


def _in_a_row(form: str) -> str:
    if len(form) == 1:  # the last character of a text stands alone, every other begins a bigram
        return f'{{title text}} : "{form}" *'
    in_a_row, _, _ = bigrams(form).rpartition(" ")
    return f'{{title text}} : "{in_a_row}"'


def parse_query(query: str) -> tuple[Term, ...]:
    """The terms of a query: words, and phrases in "…", “…” or 「…」; all must be found.

    Raises ExtractError when nothing is left to look for, or it is too long.
    """
    if len(query) > LONGEST_QUERY:
        raise ExtractError(say("query_too_long", count=len(query), most=LONGEST_QUERY))
    terms = dict.fromkeys(
        term for part in _PART.finditer(query) if (term := _term(part[part.lastgroup or 0]))
    )
    if not terms:
        raise ExtractError(say("nothing_to_look_for"))
    if len(terms) > MOST_TERMS:
        raise ExtractError(say("too_many_words", count=len(terms), most=MOST_TERMS))
    return tuple(terms)


def match_expression(terms: tuple[Term, ...]) -> str:
    """All of the terms, as FTS5 is asked for them."""
    return " AND ".join(term.expression() for term in terms)


def _term(typed: str) -> Term | None:
    simplified = normalise(typed, detect(typed))[0] if "\0" not in typed else typed
    forms = tuple(dict.fromkeys(form for form in (fold(typed), fold(simplified)) if form))
    if not forms:
        return None
    plain = unicodedata.normalize("NFKC", typed).lower().strip()
    return Term(forms, is_word=WORD.fullmatch(plain) is not None)
