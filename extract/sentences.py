"""What the program says of what it found, in Chinese and English.

corpus.db keeps what is said in English (findings, how visits of listings ended), and so do the
commands. The Chinese is made of that: the form that wrote a sentence also tells its places again.
So a corpus needs no second column, and sentences that are within others are found by themselves.
These stand in sentences.toml; those that are made anew whenever they are shown (checks, rules of
variables) in sentences_anew.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

from extract.languages import Lang, pairs_of

KEPT = Path(__file__).with_name("sentences.toml")
ANEW = Path(__file__).with_name("sentences_anew.toml")

SAID = "said"
"""Places whose names begin so hold what another form says, or data; all others hold data."""

LONGEST, LOOKS, BESIDE, DEEPEST = 2_000, 300, 20, 6
"""Characters of a sentence whose form is looked for, pieces of it that are compared with the forms,
sentences beside each other and in each other. Ours have some hundreds, thirty, six and three; a
page's title, which may stand in one, may be made to eat time.
"""

_JOINED = (("; ", "；"), (", ", "，"))
"""How sentences stand side by side in one, in English and in Chinese."""

_WORDS = re.compile(r"[A-Za-z]{2,}[ ,:]+[A-Za-z]{2,}")


def say(key: str, lang: Lang = Lang.EN, /, **places: object) -> str:
    """A sentence of the table. Raises KeyError for a key or a place that is not given."""
    return _all()[key][lang].format(**places)


@cache
def _all() -> dict[str, dict[Lang, str]]:
    return pairs_of(KEPT) | pairs_of(ANEW)


@lru_cache(maxsize=4096)
def in_chinese(text: str) -> str | None:
    """What ``say`` said in English, in Chinese; None for what no form of the table says."""
    if len(text) > LONGEST:
        return None
    try:
        read = _Reader().read(text)
    except _TooMuch:
        return None
    return None if read is None else read.chinese


@dataclass(frozen=True, slots=True)
class _Read:
    """A reading of a sentence; ``known`` counts the characters that are words of forms, and not
    what stands at their places. Of several readings the one that knows most is meant.
    """

    known: int
    chinese: str


class _TooMuch(Exception):
    """A sentence that takes more looks than ours do."""


class _Reader:
    """Reads one sentence: what is in it is looked at once, and at most LOOKS times in all."""

    def __init__(self) -> None:
        self._known: dict[str, _Read | None] = {}
        self._looks: dict[str, _Read | None] = {}

    def read(self, text: str, deep: int = 0) -> _Read | None:
        """What a sentence or several side by side say; ``deep`` is in how many others it stands."""
        if deep > DEEPEST:
            return None
        if text not in self._known:
            self._known[text] = _best([*self._side_by_side(text, deep), self._one(text, deep)])
        return self._known[text]

    def _side_by_side(self, text: str, deep: int) -> Iterator[_Read | None]:
        for separator, chinese in _JOINED:
            parts = text.split(separator)
            if len(parts) > BESIDE:
                continue
            ahead: list[_Read | None] = [*([None] * len(parts)), _Read(0, "")]  # up to the end
            for begin in range(len(parts) - 1, -1, -1):
                found: list[_Read | None] = []
                for end in range(begin + 1, len(parts) + (begin > 0)):
                    rest = ahead[end]
                    one = self._one(separator.join(parts[begin:end]), deep) if rest else None
                    if rest and one:
                        mark = chinese if rest.chinese else ""
                        known = one.known + len(mark) + rest.known
                        found.append(_Read(known, f"{one.chinese}{mark}{rest.chinese}"))
                ahead[begin] = _best(found)
            yield ahead[0]

    def _one(self, text: str, deep: int) -> _Read | None:
        if text not in self._looks:
            if len(self._looks) >= LOOKS:
                raise _TooMuch
            self._looks[text] = None
            self._looks[text] = _best(self._by_form(text, deep))
        return self._looks[text]

    def _by_form(self, text: str, deep: int) -> Iterator[_Read]:
        for form in _forms():
            places = form.places_in(text)
            if places is None:
                continue
            inside = [name for name in places if name.startswith(SAID)]
            said = {name: self.read(places[name], deep + 1) for name in inside}
            if form.has_no_words and None in said.values():
                continue  # anything with a colon would be one
            told = {
                name: read.chinese if read else _quoted(places[name]) for name, read in said.items()
            }
            known = form.length + sum(read.known for read in said.values() if read)
            yield _Read(known, say(form.key, Lang.ZH, **(places | told)))


def _best(readings: Iterable[_Read | None]) -> _Read | None:
    return max(filter(None, readings), key=lambda one: one.known, default=None)


def _quoted(text: str) -> str:
    """What is said in the words of others (a library's error) stands in quotation marks."""
    return f"“{text}”" if _WORDS.search(text) else text


@dataclass(frozen=True, slots=True)
class Form:
    """A sentence with places in English: ``pieces`` are the words around them, one more than
    ``names``.
    """

    key: str
    pieces: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def has_no_words(self) -> bool:
        """Whether it is nothing but marks around its places."""
        return not any(letter.isalpha() for piece in self.pieces for letter in piece)

    @property
    def length(self) -> int:
        """The characters that it has of its own."""
        return sum(map(len, self.pieces))

    def places_in(self, text: str) -> dict[str, str] | None:
        """What stands at its places in a sentence, each as short as can be; None for another's."""
        head, *between = self.pieces
        if not between:
            return {} if text == head else None
        at, end = len(head), len(text) - len(between[-1])
        if not text.startswith(head) or end < at or not text.endswith(between[-1]):
            return None
        found: dict[str, str] = {}
        for name, piece in zip(self.names, between, strict=True):
            stop = end if name == self.names[-1] else text.find(piece, at, end)
            if stop < 0:
                return None
            found[name], at = text[at:stop], stop + len(piece)
        return found


def form_of(key: str, template: str) -> Form:
    """A template as words and places."""
    pieces, names = [""], []
    for words, name, _, _ in Formatter().parse(template):
        pieces[-1] += words
        if name is not None:
            names.append(name)
            pieces.append("")
    return Form(key, tuple(pieces), tuple(names))


@cache
def _forms() -> tuple[Form, ...]:
    return tuple(form_of(key, pair[Lang.EN]) for key, pair in pairs_of(KEPT).items())
