"""The words of the pages, Chinese and English, from words.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extract.languages import Lang, pairs_of
from extract.sentences import in_chinese

FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, by key. Raises KeyError for one that the table lacks."""

    lang: Lang

    def __getitem__(self, key: str) -> str:
        return pairs_of(FILE)[key][self.lang]

    def of(self, kind: str, value: str | None) -> str:
        """The word for a value of the corpus (``state_found``, ``level_county``); the value itself
        where the table has none, a stroke for None.
        """
        if value is None:
            return "–"
        known = pairs_of(FILE).get(f"{kind}_{value}")
        return value if known is None else known[self.lang]

    def said(self, text: str) -> str:
        """A sentence of the corpus, which keeps them in English; one that is of an older version,
        and that no form tells, stays as it is.
        """
        return (in_chinese(text) if self.lang is Lang.ZH else None) or text

    def lang_of(self, text: str) -> str:
        """The language in which ``said`` says it, as HTML names it."""
        return "en" if self.lang is Lang.EN or in_chinese(text) is None else "zh-CN"
