"""The words of the pages, Chinese and English, from words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extract.browse.asking import Lang


@cache
def table() -> dict[str, dict[Lang, str]]:
    """Each word by its key, in both languages."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {
        key: {Lang.ZH: zh, Lang.EN: en}
        for section in tomllib.loads(text).values()
        for key, (zh, en) in section.items()
    }


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, by key. Raises KeyError for one that the table lacks."""

    lang: Lang

    def __getitem__(self, key: str) -> str:
        return table()[key][self.lang]

    def of(self, kind: str, value: str | None) -> str:
        """The word for a value of the corpus (``state_found``, ``level_county``); the value itself
        where the table has none, a stroke for None.
        """
        if value is None:
            return "–"
        known = table().get(f"{kind}_{value}")
        return value if known is None else known[self.lang]
